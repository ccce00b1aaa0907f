"""Un ejercicio cerrado: qué detiene, a quién, con qué frase; y que ninguna publicación se cuele tras el cierre."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores import acciones, ejercicios
from indicadores.acciones import DatoInvalido, EjercicioBloqueado, PermisoDenegado, TransicionInvalida
from indicadores.models import EjercicioCerrado, Medicion
from indicadores.permisos import Rol
from tests import fabricas
from tests.acciones.test_carreras import a_la_vez
from tests.fabricas import minuto

pytestmark = pytest.mark.django_db
FRASE = (
    r"^El ejercicio 2020 está cerrado: lo cerró aldo el 15 de junio de 2022\. Motivo: «Se remitió el reporte»\. Si "
    r"algo debe cambiar, pídalo a una persona con el rol Administrador, que puede hacerlo dando un motivo\.$"
)


def cerrar(por: Any, anio: int = 2020, n: float = 10) -> EjercicioCerrado:
    return acciones.cerrar_ejercicio(por=por, anio=anio, motivo="Se remitió el reporte", ahora=minuto(n))


def test_solo_administra_quien_cierra_y_reabre(personas: SimpleNamespace) -> None:
    for otra in (personas.analista, personas.revisor, personas.funcionario):
        with pytest.raises(PermisoDenegado):
            cerrar(otra)
    cierre = cerrar(personas.administrador)
    assert (cierre.cerrado_por, cierre.cerrado_en, cierre.motivo) == (
        personas.administrador,
        minuto(10),
        "Se remitió el reporte",
    )
    with pytest.raises(PermisoDenegado):
        acciones.reabrir_ejercicio(por=personas.revisor, anio=2020, motivo="x")
    reabierto = acciones.reabrir_ejercicio(por=personas.superusuario, anio=2020, motivo="Faltó Ica", ahora=minuto(20))
    assert (reabierto.reabierto_por, reabierto.motivo_reapertura) == (personas.superusuario, "Faltó Ica")
    assert ejercicios.cerrados_entre([2019, 2020]) == {}
    cerrar(personas.administrador, n=30)
    assert EjercicioCerrado.objects.filter(anio=2020).count() == 2


@pytest.mark.parametrize(("anio", "motivo", "campo"), [(2022, "x", "anio"), (1989, "x", "anio"), (2020, " ", "motivo")])
def test_no_se_cierra_lo_que_no_ha_terminado_ni_sin_motivo(
    personas: SimpleNamespace, anio: int, motivo: str, campo: str
) -> None:
    with pytest.raises(DatoInvalido) as rechazo:
        acciones.cerrar_ejercicio(por=personas.administrador, anio=anio, motivo=motivo, ahora=minuto(10))
    assert rechazo.value.campo == campo


def test_dos_veces_no(personas: SimpleNamespace) -> None:
    cerrar(personas.administrador)
    with pytest.raises(TransicionInvalida, match="No hace falta cerrarlo otra vez"):
        cerrar(personas.superusuario, n=11)
    with pytest.raises(TransicionInvalida, match="no hay nada que reabrir"):
        acciones.reabrir_ejercicio(por=personas.administrador, anio=2019, motivo="x")


def _verbos() -> dict[str, tuple[Medicion | None, Callable[[Any, Any], Any]]]:
    """Cada verbo con lo que toca y cómo se pide, antes de que se cierre el año."""
    de_2020 = {"periodo": "2020-12"}
    return {
        "registrar": (None, lambda m, por: fabricas.borrador(por=por, periodo="2020", motivo="x", ahora=minuto(20))),
        "modificar": (
            fabricas.borrador(**de_2020),
            lambda m, por: acciones.modificar(m, por=por, testigo=m.testigo, notas="x", ahora=minuto(20)),
        ),
        "enviar": (fabricas.borrador(**de_2020), lambda m, por: acciones.enviar(m, por=por, ahora=minuto(20))),
        "corregir": (
            fabricas.publicada(**de_2020),
            lambda m, por: acciones.corregir(m, por=por, valor=Decimal(41), motivo="x", ahora=minuto(20)),
        ),
        "retirar": (
            fabricas.publicada(**de_2020),
            lambda m, por: acciones.retirar(m, por=por, motivo="x", ahora=minuto(20)),
        ),
    }


VERBOS = ("registrar", "modificar", "enviar", "corregir", "retirar")


@pytest.mark.parametrize("verbo", VERBOS)
def test_cada_verbo_se_detiene_salvo_con_el_permiso(personas: SimpleNamespace, verbo: str) -> None:
    quien = personas.revisor if verbo == "retirar" else personas.analista
    medicion, pedir = _verbos()[verbo]
    cerrar(personas.administrador)
    with pytest.raises(EjercicioBloqueado, match=FRASE):
        pedir(medicion, quien)
    assert pedir(medicion, personas.administrador).pk


@pytest.mark.parametrize("verbo", VERBOS)
def test_en_otro_anio_no_detiene_nada(personas: SimpleNamespace, verbo: str) -> None:
    medicion, pedir = _verbos()[verbo]
    cerrar(personas.administrador, anio=2019)
    assert pedir(medicion, personas.revisor if verbo == "retirar" else personas.analista).pk


def test_el_registro_tardio_exige_motivo_y_lo_deja_en_la_historia(personas: SimpleNamespace) -> None:
    cierre = cerrar(personas.administrador)
    with pytest.raises(DatoInvalido, match="registrar en un ejercicio cerrado") as rechazo:
        fabricas.borrador(por=personas.administrador, ahora=minuto(20))
    assert rechazo.value.campo == "motivo"
    tardia = fabricas.borrador(por=personas.administrador, motivo="Llegó el oficio", ahora=minuto(20))
    suceso = tardia.sucesos.get()
    assert (suceso.motivo, suceso.cambios) == ("Llegó el oficio", {"ejercicio_cerrado": cierre.pk})


def test_descartar_y_observar_lo_que_quedo_abierto_se_puede(personas: SimpleNamespace) -> None:
    borrador, enviada = fabricas.borrador(), fabricas.en_revision()
    cerrar(personas.administrador)
    assert acciones.observar(enviada, por=personas.revisor, motivo="Se cerró el año").etapa == "observada"
    for medicion in (borrador, enviada):
        assert acciones.descartar(medicion, por=personas.analista).etapa == "descartada"


def test_lo_enviado_antes_del_cierre_ya_no_se_publica_ni_por_un_administrador(personas: SimpleNamespace) -> None:
    enviada = fabricas.en_revision(por=personas.analista)
    cerrar(personas.administrador)
    for quien in (personas.revisor, personas.administrador):
        with pytest.raises(EjercicioBloqueado, match="se registró antes del cierre y ya no se publica"):
            acciones.publicar(enviada, por=quien, ahora=minuto(20))
    assert Medicion.objects.get().etapa == "en_revision"


def test_lo_tardio_lo_publica_otra_persona(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada()
    cerrar(personas.administrador)
    nueva = acciones.corregir(vigente, por=personas.administrador, valor="41", motivo="Errata", ahora=minuto(20))
    acciones.enviar(nueva, por=personas.administrador, ahora=minuto(20))
    otra = fabricas.en_revision(por=personas.administrador, motivo="Llegó tarde", ahora=minuto(20))
    with pytest.raises(PermisoDenegado, match="debe publicarla otra persona"):
        acciones.publicar(nueva, por=personas.administrador, ahora=minuto(21))
    publicadas = acciones.publicar_lote([nueva, otra], por=personas.revisor, ahora=minuto(21))
    assert {m.etapa for m in publicadas} == {"publicada"}


def test_lo_tardio_de_un_cierre_no_vale_para_el_siguiente(personas: SimpleNamespace) -> None:
    cerrar(personas.administrador)
    tardia = fabricas.en_revision(por=personas.administrador, motivo="x", ahora=minuto(20))
    acciones.reabrir_ejercicio(por=personas.administrador, anio=2020, motivo="x", ahora=minuto(30))
    cerrar(personas.administrador, n=40)
    with pytest.raises(EjercicioBloqueado):
        acciones.publicar(tardia, por=personas.revisor, ahora=minuto(50))


def test_en_un_lote_una_encerrada_detiene_todas(personas: SimpleNamespace) -> None:
    de_2020, de_2021 = fabricas.en_revision(), fabricas.en_revision(periodo="2021")
    cerrar(personas.administrador)
    with pytest.raises(EjercicioBloqueado, match=de_2020.indicador.codigo):
        acciones.publicar_lote([de_2021, de_2020], por=personas.revisor)
    assert set(Medicion.objects.values_list("etapa", flat=True)) == {"en_revision"}


@pytest.mark.parametrize("fijar", [fabricas.linea_base, fabricas.logro])
def test_fijar_en_un_ejercicio_cerrado_lo_hace_quien_puede_cambiarlo(
    personas: SimpleNamespace, fijar: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    indicador = fabricas.IndicadorFactory()
    cerrar(personas.administrador)
    assert fijar(indicador, 30, anio=2020, ahora=minuto(20)).version == 1
    otra = personas.revisor
    reglas = {accion: roles | {Rol.REVISOR} for accion, roles in ejercicios.ROLES_DE_ACCION.items()}
    reglas[ejercicios.Accion.CAMBIAR_CERRADO] = frozenset({Rol.ADMINISTRADOR})
    monkeypatch.setattr("indicadores.permisos.ROLES_DE_ACCION", reglas)
    with pytest.raises(EjercicioBloqueado):
        fijar(indicador, 31, anio=2020, por=otra, ahora=minuto(21))
    assert fijar(fabricas.IndicadorFactory(), 31, anio=2021, por=otra, ahora=minuto(22)).version == 1


@pytest.mark.parametrize("cuantas", [1, 12])
def test_el_candado_cuesta_lo_mismo_para_una_que_para_muchas(personas: SimpleNamespace, cuantas: int) -> None:
    cerrar(personas.administrador)
    lote = [fabricas.en_revision(por=personas.administrador, motivo="x", ahora=minuto(20)) for _ in range(cuantas)]
    with CaptureQueriesContext(connection) as consultas:
        ejercicios.exigir_publicables(lote)
    assert len(consultas) == (3 if connection.vendor == "postgresql" else 2)


# Carreras


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("primero", ["publicar", "cerrar"])
def test_cerrar_y_publicar_a_la_vez_no_deja_colarse_nada(transactional_db: None, primero: str) -> None:
    """Quien llega segundo espera: o se publicó antes de cerrar, o el cierre detuvo la publicación."""
    jefe, revisor = (fabricas.persona(rol) for rol in (Rol.ADMINISTRADOR, Rol.REVISOR))
    enviada = fabricas.en_revision()
    pasos = {
        "publicar": lambda: acciones.publicar(enviada, por=revisor),
        "cerrar": lambda: acciones.cerrar_ejercicio(por=jefe, anio=2020, motivo="x"),
    }
    segundo = ({"publicar", "cerrar"} - {primero}).pop()
    rechazo = a_la_vez(pasos[primero], pasos[segundo])
    etapa = Medicion.objects.get().etapa
    if primero == "publicar":
        assert (rechazo, etapa) == (None, "publicada")
        assert Medicion.objects.get().publicada_en < EjercicioCerrado.objects.get().cerrado_en
    else:
        assert isinstance(rechazo, EjercicioBloqueado)
        assert etapa == "en_revision"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_registrar_mientras_se_cierra_espera_y_se_detiene(transactional_db: None) -> None:
    jefe, analista = (fabricas.persona(rol) for rol in (Rol.ADMINISTRADOR, Rol.ANALISTA))
    datos = {"indicador": fabricas.IndicadorFactory(), "fuente": fabricas.FuenteFactory(), "por": analista}
    fabricas.AmbitoFactory()
    rechazo = a_la_vez(
        lambda: acciones.cerrar_ejercicio(por=jefe, anio=2020, motivo="x"), lambda: fabricas.borrador(**datos)
    )
    assert isinstance(rechazo, EjercicioBloqueado)
    assert not Medicion.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_de_dos_que_cierran_gana_una(transactional_db: None) -> None:
    una, otra = (fabricas.persona(Rol.ADMINISTRADOR) for _ in "12")
    cerrar_por = [lambda por=por: acciones.cerrar_ejercicio(por=por, anio=2020, motivo="x") for por in (una, otra)]
    assert isinstance(a_la_vez(*cerrar_por), TransicionInvalida)
    assert EjercicioCerrado.objects.get().cerrado_por == una
