"""La bandeja: a cada quien lo suyo, en un número fijo de consultas, y el inicio que la muestra."""

import html
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicadores import acciones
from indicadores.acciones.senalados import senalar
from indicadores.bandeja import A_LA_VISTA, Bandeja, Ventana, leer_bandeja
from indicadores.models import Indicador, Lote
from indicadores.permisos import Rol
from tests import fabricas
from tests.fabricas import AHORA, HOY, minuto

pytestmark = pytest.mark.django_db

Entrar = Callable[[User], Client]


@pytest.fixture
def entrar() -> Entrar:
    def con(cuenta: User) -> Client:
        cliente = Client()
        cliente.force_login(cuenta, backend="django.contrib.auth.backends.ModelBackend")
        return cliente

    return con


def con_plazo(**datos: Any) -> Indicador:
    """Anual, vence noventa días después de terminar el año; se exige desde 2020."""
    omisiones = {"periodicidad": "anual", "dias_de_plazo": 90, "plazo_desde": date(2020, 1, 1)}
    return fabricas.IndicadorFactory(**(omisiones | datos))


def leer(cliente: Client, **parametros: str) -> str:
    texto = html.unescape(cliente.get(reverse("admin:index"), parametros).content.decode())
    return " ".join(texto.replace("\N{NO-BREAK SPACE}", " ").split())


def llenar(personas: SimpleNamespace, cuantas: int) -> None:
    for n in range(cuantas):
        fabricas.borrador(por=personas.analista)
        observada = fabricas.en_revision(por=personas.analista)
        acciones.observar(observada, por=personas.revisor, motivo=f"Falta la fuente {n}", ahora=minuto(1))
        fabricas.en_revision(por=personas.otra_analista)
        fabricas.en_revision(por=personas.analista)
        indicador = con_plazo()
        fabricas.publicada(
            indicador=indicador, periodo="2020", motivo_ausencia="no_medido", fecha_compromiso=HOY - timedelta(days=3)
        )
        fabricas.logro(indicador, fecha_compromiso=HOY)
        senalar(indicador=indicador, texto="El valor no coincide con el informe", ahora=AHORA)
        Lote.objects.create(
            clase="mediciones", nombre="h.csv", archivo="h.csv", huella="0", creado_en=AHORA, cambiado_en=AHORA,
            creado_por=personas.analista,
        )  # fmt: skip


def test_cada_seccion_trae_lo_de_quien_mira(personas: SimpleNamespace) -> None:
    llenar(personas, 1)
    ana = leer_bandeja(personas.analista, ahora=minuto(5))
    assert (ana.borradores.total, ana.observadas.total, ana.enviadas.total, ana.por_revisar.total) == (1, 1, 1, 0)
    assert ana.observadas.filas[0].motivo_dicho == "Falta la fuente 0"
    assert ana.observadas.filas[0].dicho_por == "raul"
    assert (ana.compromisos.total, ana.senalados.total, ana.lotes.total) == (2, 1, 1)
    assert [una.cifra.exigencia.periodo.texto for una in ana.vencidas.filas] == ["2020", "2021"]
    raul = leer_bandeja(personas.revisor, ahora=minuto(5))
    assert (raul.borradores.total, raul.por_revisar.total, raul.lotes.total) == (0, 2, 0)
    flor = leer_bandeja(personas.funcionario, ahora=minuto(5))
    assert (flor.borradores.total, flor.por_revisar.total, flor.senalados.total) == (0, 0, 0)
    assert (flor.vencidas.total, flor.etapas["borrador"]) == (2, 1)
    assert leer_bandeja(fabricas.persona(), ahora=AHORA) == Bandeja()


def test_nadie_ve_por_revisar_lo_que_no_puede_publicar(personas: SimpleNamespace) -> None:
    """Cuatro ojos: quien la registró o la cambió no la encuentra entre las que esperan su revisión."""
    medicion = fabricas.borrador(por=personas.administrador)
    acciones.enviar(medicion, por=personas.analista, ahora=minuto(1))
    for cuenta, cuantas in ((personas.administrador, 0), (personas.revisor, 1), (personas.superusuario, 1)):
        assert leer_bandeja(cuenta, ahora=minuto(2)).por_revisar.total == cuantas


def test_las_consultas_no_dependen_de_las_filas(personas: SimpleNamespace, entrar: Entrar) -> None:
    def contar() -> tuple[int, int]:
        cuenta = User.objects.get(pk=personas.administrador.pk)
        with CaptureQueriesContext(connection) as lectura:
            leer_bandeja(cuenta, ahora=minuto(5))
        cliente = entrar(personas.analista)
        with CaptureQueriesContext(connection) as pagina:
            cliente.get(reverse("admin:index"))
        return len(lectura), len(pagina)

    llenar(personas, 1)
    con_pocas = contar()
    llenar(personas, 7)
    assert contar() == con_pocas
    assert con_pocas[0] <= 26


def test_vence_pronto_vencida_y_entregada(personas: SimpleNamespace) -> None:
    indicador = con_plazo(periodicidad="mensual", dias_de_plazo=15, plazo_desde=date(2022, 3, 1))
    fabricas.publicada(indicador=indicador, periodo="2022-03", ahora=AHORA)
    fabricas.borrador(indicador=indicador, periodo="2022-04", ahora=AHORA)
    bandeja = leer_bandeja(personas.analista, ahora=AHORA)
    [vencida], [proxima] = bandeja.vencidas.filas, bandeja.por_vencer.filas
    assert (vencida.cifra.exigencia.periodo.texto, vencida.cifra.juicio.dias) == ("2022-04", 31)
    assert vencida.abierta is not None
    assert proxima.cifra.exigencia.vence == HOY


def test_la_retirada_vuelve_a_faltar_y_lo_que_no_aplica_no_se_exige(personas: SimpleNamespace) -> None:
    indicador = con_plazo(plazo_desde=date(2021, 1, 1))
    medicion = fabricas.publicada(indicador=indicador, periodo="2021", ahora=AHORA)
    assert leer_bandeja(personas.analista, ahora=AHORA).vencidas.total == 0
    acciones.retirar(medicion, por=personas.revisor, motivo="Estaba mal", ahora=minuto(2))
    assert leer_bandeja(personas.analista, ahora=minuto(3)).vencidas.total == 1
    fabricas.publicada(indicador=indicador, periodo="2021", motivo_ausencia="no_aplica", ahora=minuto(4))
    assert leer_bandeja(personas.analista, ahora=minuto(5)).vencidas.total == 0


def test_el_inicio_abre_con_una_frase_y_da_que_hacer(personas: SimpleNamespace, entrar: Entrar) -> None:
    antes = datetime(2022, 3, 1, 15, tzinfo=UTC)
    fabricas.borrador(por=personas.analista, ahora=antes)
    indicador = con_plazo(codigo="OP.01-I2", nombre_corto="PPL", plazo_desde=date(2024, 1, 1))
    pagina = leer(entrar(personas.analista))
    assert "Tiene 1 borrador. Hay " in pagina
    assert "OP.01-I2 PPL, de 2024: venció el 31 de marzo de 2025" in pagina
    assert f"indicador={indicador.pk}&periodo=2024" in pagina
    assert "Enviar" in pagina
    de_lectura = leer(entrar(personas.funcionario))
    assert "Cifras vencidas" in de_lectura
    assert "periodo=2024" not in de_lectura
    assert "Tiene" not in de_lectura
    assert "Mi bandeja" not in leer(entrar(fabricas.persona()))


def test_sin_nada_lo_dice(personas: SimpleNamespace, entrar: Entrar) -> None:
    fabricas.AmbitoFactory()
    pagina = leer(entrar(personas.revisor))
    assert "No tiene nada pendiente." in pagina
    assert "Ningún indicador tiene plazo" in pagina
    assert "Lo fija una persona con el rol Administrador" in pagina


def test_una_seccion_entera_va_por_paginas(personas: SimpleNamespace, entrar: Entrar) -> None:
    con_plazo(periodicidad="mensual", plazo_desde=date(2016, 1, 1))
    ana = leer_bandeja(personas.analista, ahora=AHORA)
    assert len(ana.vencidas.filas) == A_LA_VISTA < ana.vencidas.total == 74
    assert len(leer_bandeja(personas.analista, ahora=AHORA, ventana=Ventana("vencidas", 2)).vencidas.filas) == 24
    cliente = entrar(personas.analista)
    assert "?ver=vencidas#vencidas" in leer(cliente)
    segunda = leer(cliente, ver="vencidas", p="2")
    assert "?ver=vencidas&p=1#vencidas" in segunda
    assert "?ver=vencidas&p=3#vencidas" in segunda
    assert "En esta página no hay ninguna" in leer(cliente, ver="vencidas", p="99999")
    assert "Cifras vencidas" in leer(cliente, ver="nada", p="-1")


def test_el_boton_de_registrar_llena_el_formulario(personas: SimpleNamespace, entrar: Entrar) -> None:
    fabricas.AmbitoFactory()
    indicador = con_plazo(plazo_desde=date(2021, 1, 1))
    alta = reverse("admin:indicadores_medicion_add")
    respuesta = entrar(personas.analista).get(alta, {"indicador": indicador.pk, "periodo": "2021"})
    assert 'value="2021"' in respuesta.content.decode()


def test_el_plazo_se_edita_en_la_ficha_con_su_razon(personas: SimpleNamespace, entrar: Entrar) -> None:
    indicador = con_plazo()
    cliente = entrar(User.objects.get(pk=fabricas.persona(Rol.ADMINISTRADOR).pk))
    pagina = cliente.get(reverse("admin:indicadores_indicador_change", args=[indicador.pk])).content.decode()
    assert 'name="dias_de_plazo"' in pagina
    assert 'name="plazo_desde"' in pagina
    assert Decimal(indicador.dias_de_plazo or 0) == 90
