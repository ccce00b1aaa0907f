"""Quién puede hacer qué: la tabla de verdad, escrita aquí de nuevo, frente a las reglas y frente a los verbos."""

import re
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores import acciones
from indicadores.acciones import TRANSICIONES, PermisoDenegado
from indicadores.models import LineaBase, LogroEsperado, Medicion, Suceso, Umbral
from indicadores.permisos import (
    Accion,
    Rol,
    comprobar,
    comprobar_publicar,
    puede,
    puede_publicar,
    roles_de,
)
from tests import fabricas

pytestmark = pytest.mark.django_db

ENTRAN = "analista", "administrador", "superusuario"
REVISAN = "revisor", "administrador", "superusuario"
MANDAN = "administrador", "superusuario"
TODOS = "analista", "revisor", "funcionario", "administrador", "superusuario"
PUEDEN: dict[Accion, tuple[str, ...]] = {
    Accion.VER_BORRADORES: TODOS,
    Accion.REGISTRAR: ENTRAN,
    Accion.MODIFICAR: ENTRAN,
    Accion.DESCARTAR: ENTRAN,
    Accion.ENVIAR: ENTRAN,
    Accion.CORREGIR: ENTRAN,
    Accion.OBSERVAR: REVISAN,
    Accion.PUBLICAR: REVISAN,
    Accion.RETIRAR: REVISAN,
    Accion.FIJAR: MANDAN,
    Accion.ADMINISTRAR: MANDAN,
    Accion.REDACTAR: ENTRAN,
    Accion.EMITIR: REVISAN,
    Accion.COMENTAR: ("analista", "revisor", "administrador", "superusuario"),
    Accion.ADJUNTAR: ENTRAN,
    Accion.DIFUNDIR: REVISAN,
    Accion.CERRAR: MANDAN,
    Accion.CAMBIAR_CERRADO: MANDAN,
    Accion.IMPORTAR: ENTRAN,
    Accion.IMPORTAR_CATALOGO: MANDAN,
    Accion.ATENDER: ("analista", "revisor", "administrador", "superusuario"),
    Accion.DAR_LLAVES: MANDAN,
    Accion.OPERAR: MANDAN,
}


def rol_de(nombre: str) -> str:
    return nombre.capitalize()


def test_la_tabla_nombra_todas_las_acciones() -> None:
    assert set(PUEDEN) == set(Accion)


@pytest.mark.parametrize("accion", Accion)
@pytest.mark.parametrize("quien", TODOS)
def test_tabla_de_verdad(personas: SimpleNamespace, quien: str, accion: Accion) -> None:
    persona: User = getattr(personas, quien)
    esperado = quien in PUEDEN[accion]
    assert puede(persona, accion) is esperado
    if esperado:
        comprobar(persona, accion)
        return
    quienes = " o ".join(rol_de(otro) for otro in TODOS if otro in PUEDEN[accion] and otro != "superusuario")
    frase = f"Su cuenta no puede {accion.value}. Puede hacerlo una persona con el rol {quienes}."
    with pytest.raises(PermisoDenegado, match=f"^{re.escape(frase)}$"):
        comprobar(persona, accion)


@pytest.mark.parametrize("accion", Accion)
def test_sin_rol_no_se_puede_nada(accion: Accion) -> None:
    assert not puede(AnonymousUser(), accion)
    assert not puede(fabricas.persona(), accion)


def test_los_roles_se_suman_y_se_leen_una_sola_vez() -> None:
    doble = fabricas.persona(Rol.ANALISTA, Rol.REVISOR)
    with CaptureQueriesContext(
        connection,
    ) as consultas:
        assert roles_de(doble) == {Rol.ANALISTA, Rol.REVISOR}
        assert puede(doble, Accion.REGISTRAR)
        assert puede(doble, Accion.PUBLICAR)
        assert not puede(doble, Accion.FIJAR)
    assert len(consultas) == 1


def test_un_grupo_ajeno_no_da_ningun_rol() -> None:
    ajena = fabricas.persona()
    ajena.groups.create(name="Prensa")
    assert roles_de(ajena) == frozenset()


# Los verbos


def pedir(verbo: str, medicion: Medicion | None, por: User) -> Any:
    """Llama a ``verbo`` con los argumentos que le bastan."""
    if medicion is None:
        comunes: dict[str, Any] = {"por": por, "motivo": "x"}
        if verbo == "registrar":
            return fabricas.borrador(por=por)
        if verbo == "fijar_umbrales":
            return acciones.fijar_umbrales(verde=Decimal(90), amarillo=Decimal(70), **comunes)
        return getattr(acciones, verbo)(indicador=fabricas.IndicadorFactory(), anio=2021, valor=Decimal(1), **comunes)
    propios: dict[str, dict[str, Any]] = {
        "modificar": {"testigo": medicion.testigo, "notas": "x"},
        "observar": {"motivo": "x"},
        "corregir": {"motivo": "x", "valor": Decimal(41)},
        "retirar": {"motivo": "x"},
    }
    return getattr(acciones, verbo)(medicion, por=por, **propios.get(verbo, {}))


VERBOS = {
    "registrar": (Accion.REGISTRAR, ""),
    "fijar_linea_base": (Accion.FIJAR, ""),
    "fijar_logro": (Accion.FIJAR, ""),
    "fijar_umbrales": (Accion.FIJAR, ""),
    "modificar": (Accion.MODIFICAR, "borrador"),
    "descartar": (Accion.DESCARTAR, "borrador"),
    "enviar": (Accion.ENVIAR, "borrador"),
    "observar": (Accion.OBSERVAR, "en_revision"),
    "publicar": (Accion.PUBLICAR, "en_revision"),
    "corregir": (Accion.CORREGIR, "publicada"),
    "retirar": (Accion.RETIRAR, "publicada"),
}


def test_cada_verbo_declara_su_permiso() -> None:
    assert {verbo: t.accion for verbo, t in TRANSICIONES.items()} == {
        verbo: accion for verbo, (accion, etapa) in VERBOS.items() if etapa
    }


def escrito() -> list[int]:
    return [modelo._default_manager.count() for modelo in (Medicion, Suceso, LineaBase, LogroEsperado, Umbral)]


@pytest.mark.parametrize("quien", TODOS)
@pytest.mark.parametrize("verbo", VERBOS)
def test_cada_verbo_exige_su_permiso_y_rechaza_sin_escribir(personas: SimpleNamespace, verbo: str, quien: str) -> None:
    accion, etapa = VERBOS[verbo]
    medicion = fabricas.en_etapa(etapa) if etapa else None
    persona: User = getattr(personas, quien)
    antes = escrito()
    if quien in PUEDEN[accion]:
        pedir(verbo, medicion, persona)
        assert escrito() != antes
        return
    with pytest.raises(PermisoDenegado, match=accion.value):
        pedir(verbo, medicion, persona)
    assert escrito() == antes
    if medicion is not None:
        assert Medicion.objects.get(pk=medicion.pk).etapa == etapa


# Cuatro ojos

CUATRO_OJOS = "^Usted registró, cambió o envió esta medición: debe publicarla otra persona con el rol"
Preparar = Callable[[User, User], Medicion]


def registro_y_envio(quien: User, _otra: User) -> Medicion:
    return fabricas.en_revision(por=quien)


def solo_registro(quien: User, otra: User) -> Medicion:
    return acciones.enviar(fabricas.borrador(por=quien), por=otra)


def solo_envio(quien: User, otra: User) -> Medicion:
    return acciones.enviar(fabricas.borrador(por=otra), por=quien)


def solo_cambio(quien: User, otra: User) -> Medicion:
    medicion = fabricas.borrador(por=otra)
    medicion = acciones.modificar(medicion, por=quien, testigo=medicion.testigo, valor=Decimal(50))
    return acciones.enviar(medicion, por=otra)


def cambio_y_otra_volvio_a_cambiar(quien: User, otra: User) -> Medicion:
    medicion = fabricas.borrador(por=otra)
    for persona in (quien, otra):
        medicion = acciones.modificar(medicion, por=persona, testigo=medicion.testigo, notas=persona.username)
    return acciones.enviar(medicion, por=otra)


def envio_antes_de_que_se_observara(quien: User, otra: User) -> Medicion:
    medicion = acciones.enviar(fabricas.borrador(por=otra), por=quien)
    medicion = acciones.observar(medicion, por=fabricas.persona(Rol.REVISOR), motivo="x")
    medicion = acciones.modificar(medicion, por=otra, testigo=medicion.testigo, notas="x")
    return acciones.enviar(medicion, por=otra)


def correccion_propia(quien: User, otra: User) -> Medicion:
    vigente = fabricas.publicada(por=otra)
    nueva = acciones.corregir(vigente, por=quien, valor=Decimal(41), motivo="x")
    return acciones.enviar(nueva, por=otra)


@pytest.mark.parametrize("quien", ["administrador", "superusuario"])
@pytest.mark.parametrize(
    "preparar",
    [
        registro_y_envio,
        solo_registro,
        solo_envio,
        solo_cambio,
        cambio_y_otra_volvio_a_cambiar,
        envio_antes_de_que_se_observara,
        correccion_propia,
    ],
)
def test_nadie_publica_lo_que_toco_ni_siquiera_un_superusuario(
    personas: SimpleNamespace, preparar: Preparar, quien: str
) -> None:
    persona: User = getattr(personas, quien)
    medicion = preparar(persona, personas.analista)
    assert not puede_publicar(persona, medicion)
    with pytest.raises(PermisoDenegado, match=CUATRO_OJOS):
        comprobar_publicar(persona, medicion)
    with pytest.raises(PermisoDenegado, match=CUATRO_OJOS):
        acciones.publicar(medicion, por=persona)
    assert Medicion.objects.get(pk=medicion.pk).etapa == "en_revision"
    assert puede_publicar(personas.revisor, medicion)
    assert acciones.publicar(medicion, por=personas.revisor).publicada_por == personas.revisor


def test_quien_observo_puede_publicar_y_tambien_quien_publico_la_version_anterior(personas: SimpleNamespace) -> None:
    medicion = fabricas.en_revision(por=personas.analista)
    medicion = acciones.observar(medicion, por=personas.revisor, motivo="x")
    medicion = acciones.modificar(medicion, por=personas.analista, testigo=medicion.testigo, notas="x")
    acciones.enviar(medicion, por=personas.analista)
    vigente = acciones.publicar(medicion, por=personas.revisor, ahora=fabricas.AHORA)
    assert fabricas.corregida(vigente, por=personas.analista, revisor=personas.revisor).etapa == "publicada"


def test_en_un_lote_una_propia_detiene_todas(personas: SimpleNamespace) -> None:
    ajena = fabricas.en_revision(por=personas.analista)
    propia = fabricas.en_revision(por=personas.administrador)
    with pytest.raises(PermisoDenegado, match=CUATRO_OJOS):
        acciones.publicar_lote([ajena, propia], por=personas.administrador)
    assert set(Medicion.objects.values_list("etapa", flat=True)) == {"en_revision"}
