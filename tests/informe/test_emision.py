"""Escribir, revisar y emitir el reporte: quién puede, qué se rechaza y que lo emitido no cambia nunca."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from indicadores import acciones
from indicadores.acciones import ConflictoDeEdicion, DatoInvalido, ErrorDelDominio, PermisoDenegado
from indicadores.models import Fuente, Indicador
from indicadores.permisos import Rol
from objetivos.models import ObjetivoPrioritario, Parrafo, Politica, Reporte
from penitenciaria.informe.archivo import a_texto, de_texto
from penitenciaria.informe.borrador import leer_borrador
from penitenciaria.informe.emision import (
    borrar_parrafo,
    emitir,
    huella_de_lo_visto,
    redactar_parrafo,
    reporte_vigente,
    revisar,
)
from tests import fabricas
from tests.acciones.test_carreras import a_la_vez
from tests.informe.conftest import CORTE

Momento = Callable[[float], datetime]
Emitido = Callable[..., Reporte]
Escrito = Callable[..., Parrafo]
REDACTAN = ("analista", "administrador", "superusuario")
EMITEN = ("revisor", "administrador", "superusuario")
TODOS = ("analista", "revisor", "funcionario", "administrador", "superusuario")


def estado() -> tuple[int, int, int]:
    return Parrafo.objects.count(), Parrafo.history.count(), Reporte.objects.count()


# Quién puede


@pytest.mark.parametrize("quien", TODOS)
def test_tabla_de_verdad(
    personas: SimpleNamespace, escrito: Escrito, emitido: Emitido, momento: Momento, quien: str
) -> None:
    persona: User = getattr(personas, quien)
    suyo = escrito()
    verbos: dict[str, tuple[tuple[str, ...], Callable[[], Any]]] = {
        "agregar": (REDACTAN, lambda: escrito(por=persona)),
        "cambiar": (REDACTAN, lambda: escrito("Otra.", por=persona, parrafo=suyo, testigo=1)),
        "borrar": (REDACTAN, lambda: borrar_parrafo(suyo, por=persona, testigo=2)),
        "emitir": (EMITEN, lambda: emitido(por=persona)),
    }
    for nombre, (pueden, verbo) in verbos.items():
        antes = estado()
        if quien in pueden:
            verbo()
            assert estado() != antes, nombre
            continue
        with pytest.raises(PermisoDenegado, match=r"^Su cuenta no puede (redactar|emitir) el reporte\. Puede hacerlo"):
            verbo()
        assert estado() == antes, nombre


# Párrafos


def test_un_parrafo_se_agrega_al_final_y_su_historia_dice_quien(personas: SimpleNamespace, escrito: Escrito) -> None:
    uno, otro = escrito("Uno. \r\n\r\n  Dos.  \n"), escrito("Tres.", modo="reemplaza")
    assert (uno.orden, otro.orden) == (1, 2)
    assert uno.texto == "Uno.\n\n  Dos."
    cambiado = escrito("Uno.", parrafo=uno, testigo=uno.testigo, por=personas.otra_analista)
    assert (cambiado.testigo, cambiado.orden, cambiado.por) == (2, 1, personas.otra_analista)
    borrar_parrafo(cambiado, por=personas.administrador, testigo=2)
    historia = Parrafo.history.filter(id=uno.pk).order_by("history_id")
    assert [(h.history_type, h.history_user) for h in historia] == [
        ("+", personas.analista),
        ("~", personas.otra_analista),
        ("-", personas.administrador),
    ]


def test_quien_edita_lo_ya_cambiado_o_borrado_se_entera(personas: SimpleNamespace, escrito: Escrito) -> None:
    parrafo = escrito()
    escrito("De la otra.", parrafo=parrafo, testigo=1, por=personas.otra_analista)
    with pytest.raises(ConflictoDeEdicion, match=r"^alba cambió este párrafo mientras usted lo editaba"):
        escrito("Mía.", parrafo=parrafo, testigo=1)
    with pytest.raises(ConflictoDeEdicion, match=r"^alba cambió"):
        borrar_parrafo(parrafo, por=personas.analista, testigo=1)
    assert Parrafo.objects.get().texto == "De la otra."
    borrar_parrafo(parrafo, por=personas.analista, testigo=2)
    with pytest.raises(ConflictoDeEdicion, match=r"^Otra persona borró este párrafo"):
        escrito("Mía.", parrafo=parrafo, testigo=2)


@pytest.mark.parametrize(
    ("datos", "frase"),
    [
        ({"texto": " \n "}, "Escriba el texto"),
        ({"texto": "x" * 6001}, "pasa de 6000 caracteres"),
        ({"texto": "a\0b"}, "caracteres de control"),
        ({"texto": "a\x1bb"}, "caracteres de control"),
        ({"seccion": "otra"}, "no tiene una sección «otra»"),
        ({"modo": "quita"}, "se agrega al texto del portal o lo reemplaza"),
        ({"seccion": "alternativas"}, "no llevan objetivo"),
        ({"objetivo": None}, "no llevan objetivo"),
    ],
)
def test_lo_que_un_parrafo_no_admite(escrito: Escrito, datos: dict[str, Any], frase: str) -> None:
    with pytest.raises(DatoInvalido, match=frase):
        escrito(**datos)
    assert not Parrafo.objects.exists()


# Revisar


def test_se_listan_las_cifras_que_no_estan_en_los_datos(escrito: Escrito, momento: Momento) -> None:
    escrito("Bajó a 35 % en marzo de 2021, con 30.326 personas.")
    assert revisar(anio=2021, corte=CORTE, a_la_fecha=momento(9)) == []
    escrito("En realidad llegó a 41,5 %.", modo="reemplaza")
    (hallada,) = revisar(anio=2021, corte=CORTE, a_la_fecha=momento(9))
    assert hallada.frase.startswith("OP.01, avance: el texto dice 41,5 %, el dato es 37\N{NO-BREAK SPACE}%")


def test_una_diferencia_detiene_la_emision_hasta_que_se_reconoce(escrito: Escrito, emitido: Emitido) -> None:
    escrito("En realidad llegó a 41,5 %.")
    with pytest.raises(DatoInvalido, match="citan cifras distintas de los datos"):
        emitido()
    assert not Reporte.objects.exists()
    reporte = emitido(diferencias_aceptadas=True)
    (aceptada,) = json.loads(reporte.datos)["diferencias_aceptadas"]
    assert "41,5 %" in aceptada


# Emitir


def test_un_reporte_emitido_se_basta(personas: SimpleNamespace, emitido: Emitido, escrito: Escrito) -> None:
    escrito("Una frase que solo dice una persona.")
    reporte = emitido(direccion_de=lambda huella: f"https://portal.pe/reporte/verificar/{huella}/")
    assert (reporte.numero, reporte.corte, reporte.emitido_por) == (1, CORTE, personas.revisor)
    assert hashlib.sha256(reporte.datos.encode()).hexdigest() == reporte.huella
    for forma in Reporte.FORMAS:
        archivo = bytes(getattr(reporte, forma))
        assert archivo
        assert hashlib.sha256(archivo).hexdigest() == getattr(reporte, f"huella_{forma}")
    datos = json.loads(reporte.datos)
    assert datos["reporte"] | {"a_la_fecha": ""} == {
        "anio": 2021,
        "numero": 1,
        "corte": "2021-06-30",
        "a_la_fecha": "",
        "motivo": "",
        "sustituye": None,
    }
    assert datos["parrafos"][0]["texto"] == "Una frase que solo dice una persona."
    documento = de_texto(reporte.documento)
    assert a_texto(documento) == reporte.documento
    assert documento.direccion.endswith(f"/{reporte.huella}/")
    assert documento.constancia[0].startswith("Reporte N.° 1 de 2021, emitido el 2 de febrero de 2026 a las 10:10")
    assert reporte.huella in documento.constancia[2]


def test_un_documento_guardado_vuelve_igual(emitido: Emitido, momento: Momento) -> None:
    documento = leer_borrador(anio=2021, corte=CORTE, a_la_fecha=momento(1)).componer()
    assert de_texto(a_texto(documento)) == documento
    with pytest.raises(ValueError, match="no guarda un documento"):
        de_texto("[]")


def test_una_correccion_sustituye_y_dice_por_que(emitido: Emitido) -> None:
    primero = emitido()
    with pytest.raises(DatoInvalido, match=r"^Escriba el motivo para corregir el reporte N\.° 1 de 2021"):
        emitido(11)
    segundo = emitido(12, motivo="  Faltaba un párrafo. ")
    primero.refresh_from_db()
    assert primero.sustituido_en == segundo.emitido_en
    assert (segundo.numero, segundo.sustituye, segundo.motivo) == (2, primero, "Faltaba un párrafo.")
    assert segundo.huella != primero.huella
    assert reporte_vigente(Politica.objects.get(), 2021) == segundo
    assert "Motivo: Faltaba un párrafo." in de_texto(segundo.documento).constancia[-1]


@pytest.mark.parametrize(
    ("datos", "frase"),
    [
        ({"anio": 2019}, "^No hay un reporte de 2019"),
        ({"anio": 2027}, "^No hay un reporte de 2027"),
        ({"corte": date(2020, 12, 31)}, "debe ser un día del año del reporte"),
        ({"anio": 2026, "corte": date(2026, 12, 31)}, "no puede ser posterior a hoy, 2 de febrero de 2026"),
        ({"motivo": "Porque sí"}, "No hay un reporte anterior que corregir"),
        ({"minutos": -60}, "Aún no se ha publicado ninguna cifra"),
    ],
)
def test_lo_que_no_se_puede_emitir(emitido: Emitido, datos: dict[str, Any], frase: str) -> None:
    with pytest.raises(DatoInvalido, match=frase):
        emitido(**datos)
    assert not Reporte.objects.exists()


def test_no_se_emite_antes_que_el_vigente(emitido: Emitido) -> None:
    emitido(20)
    with pytest.raises(DatoInvalido, match="anterior al de la emisión"):
        emitido(10, motivo="x")


def test_no_se_emite_lo_que_no_se_vio(
    personas: SimpleNamespace, emitido: Emitido, escrito: Escrito, momento: Momento
) -> None:
    def visto() -> str:
        borrador = leer_borrador(anio=2021, corte=CORTE, a_la_fecha=momento(20))
        return huella_de_lo_visto(borrador, reporte_vigente(Politica.objects.get(), 2021))

    antes = visto()
    assert visto() == antes, "Mirar otra vez no cambia nada"
    escrito()
    con_parrafo = visto()
    nueva = acciones.registrar(
        por=personas.analista,
        indicador=Indicador.objects.get(codigo="OP.04-I1"),
        periodo="2021-Q1",
        valor="2",
        fuente=Fuente.objects.order_by("pk").first(),
        ahora=momento(6),
    )
    acciones.enviar(nueva, por=personas.analista, ahora=momento(7))
    acciones.publicar(nueva, por=personas.revisor, ahora=momento(8))
    con_dato = visto()
    assert len({antes, con_parrafo, con_dato}) == 3
    for viejo in (antes, con_parrafo):
        with pytest.raises(ConflictoDeEdicion, match="No se emitió nada"):
            emitido(30, visto=viejo)
    emitido(30, visto=con_dato)
    with pytest.raises(ConflictoDeEdicion, match="alguien emitió otro reporte"):
        emitido(31, visto=con_dato, motivo="Sin saber del otro")


# Lo emitido no cambia


@pytest.mark.parametrize("campo", ["motivo", "datos", "pdf", "huella", "emitido_en", "anio"])
def test_la_base_no_deja_cambiar_lo_emitido(emitido: Emitido, campo: str) -> None:
    reporte = emitido()
    valor = {"pdf": b"otro", "emitido_en": reporte.emitido_en + timedelta(minutes=1), "anio": 2022}.get(campo, "otro")
    with pytest.raises(IntegrityError, match="reporte_inmutable"), transaction.atomic():
        Reporte.objects.filter(pk=reporte.pk).update(**{campo: valor})


def test_la_sustitucion_se_anota_una_sola_vez(emitido: Emitido) -> None:
    primero = emitido()
    emitido(12, motivo="Errata")
    for otro in (None, primero.emitido_en + timedelta(days=1)):
        with pytest.raises(IntegrityError, match="reporte_inmutable"), transaction.atomic():
            Reporte.objects.filter(pk=primero.pk).update(sustituido_en=otro)


def test_lo_publicado_despues_no_toca_lo_emitido(personas: SimpleNamespace, emitido: Emitido, momento: Momento) -> None:
    reporte = emitido()
    antes = Reporte.objects.values().get(pk=reporte.pk)
    acciones.fijar_logro(
        por=personas.administrador,
        indicador=Indicador.objects.get(codigo="OP.01-I2"),
        anio=2021,
        valor="29",
        motivo="Norma nueva",
        ahora=momento(20),
    )
    assert Reporte.objects.values().get(pk=reporte.pk) == antes
    siguiente = emitido(30, motivo="Cambió el logro esperado")
    assert '"29"' in siguiente.datos
    assert siguiente.huella != reporte.huella


# Dos a la vez


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestCarreras:
    @pytest.fixture
    def revisores(self, transactional_db: None, politica_cargada: Any) -> list[User]:
        return [fabricas.persona(Rol.REVISOR) for _ in "12"]

    def emitir(self, por: User, momento: datetime, **datos: Any) -> ErrorDelDominio | Reporte:
        return emitir(por=por, anio=2021, corte=CORTE, ahora=momento, **datos)

    def test_de_dos_que_emiten_gana_una(self, revisores: list[User], momento: Momento) -> None:
        una, otra = revisores
        rechazo = a_la_vez(lambda: self.emitir(una, momento(1)), lambda: self.emitir(otra, momento(2)))
        assert isinstance(rechazo, DatoInvalido)
        assert str(rechazo).startswith("Escriba el motivo para corregir el reporte N.° 1")
        assert Reporte.objects.get().emitido_por == una

    def test_de_dos_que_corrigen_lo_mismo_gana_una(self, revisores: list[User], momento: Momento) -> None:
        una, otra = revisores
        self.emitir(una, momento(1))
        borrador = leer_borrador(anio=2021, corte=CORTE, a_la_fecha=momento(2))
        visto = huella_de_lo_visto(borrador, reporte_vigente(Politica.objects.get(), 2021))
        rechazo = a_la_vez(
            lambda: self.emitir(una, momento(3), motivo="Errata", visto=visto),
            lambda: self.emitir(otra, momento(4), motivo="La misma errata", visto=visto),
        )
        assert isinstance(rechazo, ConflictoDeEdicion)
        assert list(Reporte.objects.order_by("numero").values_list("numero", "motivo")) == [(1, ""), (2, "Errata")]

    def test_de_dos_que_agregan_un_parrafo_quedan_los_dos_o_una_se_entera(
        self, revisores: list[User], momento: Momento
    ) -> None:
        analistas = [fabricas.persona(Rol.ANALISTA) for _ in "12"]
        objetivo = ObjetivoPrioritario.objects.get(codigo="OP.01")
        una, otra = (
            lambda por=por: redactar_parrafo(
                por=por, anio=2021, seccion="avance", objetivo=objetivo, texto="x", ahora=momento(1)
            )
            for por in analistas
        )
        rechazo = a_la_vez(una, otra)
        assert isinstance(rechazo, ConflictoDeEdicion)
        assert str(rechazo) == "Ya hay un párrafo con ese orden en la sección del objetivo."
