"""Los recordatorios por correo: noventa días seguidos, a nadie dos veces lo mismo y nada que falte."""

import smtplib
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.utils import timezone

from indicadores import acciones
from indicadores.avisos import avisos_del_dia, cartas, correos, enviar_carta
from indicadores.models import AvisoEnviado, Indicador
from indicadores.permisos import Rol
from tests import fabricas
from tests.fabricas import AHORA, HOY

pytestmark = pytest.mark.django_db

DIRECCION = "https://portal.ejemplo.pe"


@pytest.fixture
def vence_en_diez_dias(personas: SimpleNamespace) -> Indicador:
    """El primer semestre no; el año 2021 vence el 25 de junio de 2022, diez días después de HOY."""
    for cuenta, correo in ((personas.analista, "Ana@ejemplo.pe"), (personas.administrador, "aldo@ejemplo.pe")):
        cuenta.email = correo
        cuenta.save()
    dias = (HOY + timedelta(days=10) - date(2021, 12, 31)).days
    fabricas.AmbitoFactory()
    return fabricas.IndicadorFactory(periodicidad="anual", dias_de_plazo=dias, plazo_desde=date(2021, 1, 1))


def por_mandar(ahora: datetime) -> list[Any]:
    return cartas(avisos_del_dia(ahora), direccion_publica=DIRECCION)


def mandar_todo(ahora: datetime) -> None:
    for carta in por_mandar(ahora):
        assert enviar_carta(carta, remitente="portal@ejemplo.pe", ahora=ahora).enviada


def test_noventa_dias_sin_repetir_y_sin_que_falte(vence_en_diez_dias: Indicador) -> None:
    fabricas.logro(vence_en_diez_dias, fecha_compromiso=HOY + timedelta(days=20))
    dias: list[tuple[int, str]] = []
    for n in range(91):
        mail.outbox.clear()
        for _ in range(2):  # dos veces el mismo día: la segunda calla
            mandar_todo(AHORA + timedelta(days=n))
        dias += [(n, clave) for mensaje in mail.outbox for clave in mensaje.to]
        assert len({(m.to[0], m.subject, m.body) for m in mail.outbox}) == len(mail.outbox)
    for correo in ("ana@ejemplo.pe", "aldo@ejemplo.pe"):
        assert [n for n, a_quien in dias if a_quien == correo] == [3, 11, 13, 17, 21, 27, 40, 50, 70, 80]
    repetidos = Counter(AvisoEnviado.objects.values_list("clave", "destinatario"))
    assert set(repetidos.values()) == {1}
    escalones = {clave.rsplit(":", 1)[1] for clave, _ in repetidos}
    assert escalones == {"pronto", "1", "7", "30", "60"}


def test_si_no_se_ejecuta_por_unos_dias_va_el_ultimo_escalon(vence_en_diez_dias: Indicador) -> None:
    mandar_todo(AHORA + timedelta(days=3))
    mail.outbox.clear()
    mandar_todo(AHORA + timedelta(days=60))
    assert [mensaje.to for mensaje in mail.outbox] == [["aldo@ejemplo.pe"], ["ana@ejemplo.pe"]]
    assert "(hace 50 días)" in mail.outbox[0].body


def test_lo_publicado_deja_de_avisarse_y_otro_plazo_vuelve_a_avisar(
    vence_en_diez_dias: Indicador, personas: SimpleNamespace
) -> None:
    mandar_todo(AHORA + timedelta(days=5))
    Indicador.objects.filter(pk=vence_en_diez_dias.pk).update(dias_de_plazo=178)
    assert len(por_mandar(AHORA + timedelta(days=5))) == 2
    fabricas.publicada(indicador=vence_en_diez_dias, periodo="2021", ahora=AHORA + timedelta(days=6))
    assert por_mandar(AHORA + timedelta(days=30)) == []


def test_la_carta_dice_que_y_a_donde_ir(vence_en_diez_dias: Indicador) -> None:
    mandar_todo(AHORA + timedelta(days=11))
    carta = mail.outbox[0]
    assert carta.subject == "Política Nacional Penitenciaria: 1 cifra vencida"
    assert "2021: venció el 25 de junio de 2022 (hace 1 día)." in carta.body
    alta = f"/admin/indicadores/medicion/add/?indicador={vence_en_diez_dias.pk}&periodo=2021"
    assert f"{DIRECCION}{alta}" in carta.body
    assert f"{DIRECCION}/admin/\n" in carta.body
    assert carta.content_subtype == "plain"


def test_a_quienes(personas: SimpleNamespace) -> None:
    for cuenta in vars(personas).values():
        cuenta.email = f"{cuenta.username}@ejemplo.pe"
        cuenta.save()
    personas.otra_analista.email = "ANA@ejemplo.pe"
    personas.otra_analista.save()
    inactiva = fabricas.persona(Rol.ANALISTA)
    inactiva.email, inactiva.is_active = "fue@ejemplo.pe", False
    inactiva.save()
    assert correos() == ["aldo@ejemplo.pe", "ana@ejemplo.pe", "sofia@ejemplo.pe"]


def test_si_el_servidor_no_la_acepta_se_intenta_otra_vez(
    vence_en_diez_dias: Indicador, monkeypatch: pytest.MonkeyPatch
) -> None:
    en = AHORA + timedelta(days=11)
    carta = por_mandar(en)[0]

    def fallar(_mensaje: EmailMessage) -> int:
        assert AvisoEnviado.objects.count() == 1  # ya estaba anotada
        raise smtplib.SMTPServerDisconnected("se cayó")

    with monkeypatch.context() as parche:
        parche.setattr(EmailMessage, "send", fallar)
        resultado = enviar_carta(carta, remitente="portal@ejemplo.pe", ahora=en)
    assert (resultado.enviada, "se cayó" in resultado.razon) == (False, True)
    assert not AvisoEnviado.objects.exists()
    assert enviar_carta(carta, remitente="portal@ejemplo.pe", ahora=en).enviada


def test_dos_ejecuciones_a_la_vez_mandan_una(vence_en_diez_dias: Indicador) -> None:
    en = AHORA + timedelta(days=11)
    una, otra = por_mandar(en)[0], por_mandar(en)[0]
    assert enviar_carta(una, remitente="portal@ejemplo.pe", ahora=en).enviada
    assert enviar_carta(otra, remitente="portal@ejemplo.pe", ahora=en).razon == "otra ejecución la está enviando"
    assert len(mail.outbox) == 1


@pytest.fixture
def avisar(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Callable[..., str]:
    settings.DIRECCION_PUBLICA = DIRECCION

    def ejecutar(dias: int, *argumentos: str) -> str:
        salida = StringIO()
        monkeypatch.setattr(timezone, "now", lambda: AHORA + timedelta(days=dias))
        call_command("avisar", *argumentos, stdout=salida)
        return salida.getvalue()

    return ejecutar


def test_la_orden_muestra_primero_y_envia_despues(
    vence_en_diez_dias: Indicador, avisar: Callable[..., str], settings: LazySettings
) -> None:
    assert avisar(0) == "No hay nada nuevo que avisar.\n"
    muestra = avisar(11)
    assert "Para: ana@ejemplo.pe" in muestra
    assert "Se mandarían 2 correos. Nada se envió: agregue --enviar." in muestra
    assert (mail.outbox, AvisoEnviado.objects.count()) == ([], 0)
    assert "ana@ejemplo.pe: enviado" in avisar(11, "--enviar")
    assert len(mail.outbox) == 2
    assert avisar(11, "--enviar") == "No hay nada nuevo que avisar.\n"
    settings.DIRECCION_PUBLICA = ""
    with pytest.raises(CommandError, match="Falta DIRECCION_PUBLICA"):
        avisar(11)


def test_la_orden_sale_con_error_si_un_correo_no_sale(
    vence_en_diez_dias: Indicador, avisar: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fallar(_mensaje: EmailMessage) -> int:
        raise OSError("sin red")

    monkeypatch.setattr(EmailMessage, "send", fallar)
    with pytest.raises(CommandError, match="Algún correo no salió"):
        avisar(11, "--enviar")
    assert not AvisoEnviado.objects.exists()


def test_los_compromisos_enlazan_a_su_medicion_y_una_carta_larga_se_resume(
    vence_en_diez_dias: Indicador, personas: SimpleNamespace
) -> None:
    medicion = fabricas.publicada(motivo_ausencia="no_medido", fecha_compromiso=HOY)
    Indicador.objects.filter(pk=vence_en_diez_dias.pk).update(periodicidad="mensual", plazo_desde=date(2015, 1, 1))
    cuerpo = por_mandar(AHORA)[0].cuerpo
    assert f"{DIRECCION}/admin/indicadores/medicion/{medicion.pk}/change/" in cuerpo
    assert "el compromiso de tenerlo vence hoy." in cuerpo
    assert "más, en su bandeja." in cuerpo
    acciones.retirar(medicion, por=personas.revisor, motivo="Ya no", ahora=AHORA + timedelta(hours=1))
    assert "compromiso" not in por_mandar(AHORA + timedelta(hours=2))[0].cuerpo
