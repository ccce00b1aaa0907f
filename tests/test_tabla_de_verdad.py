"""Cada acción con cada quien, permitida y denegada sobre la misma base: por la regla, por el verbo y por HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from indicadores import acciones
from indicadores.acciones.alias import recordar_alias
from indicadores.acciones.llaves import emitir_llave, revocar_llave
from indicadores.errores import EjercicioBloqueado, ErrorDelDominio, PermisoDenegado
from indicadores.models import EjercicioCerrado, Evidencia, Indicador, LlaveDeApi, Medicion, Suceso
from indicadores.permisos import Accion, Rol, puede
from tests import archivos, fabricas
from tests.archivos import subida
from tests.fabricas import AHORA, minuto
from tests.tabla import QUIENES, agotar, cliente_de, cuenta, esperado

pytestmark = pytest.mark.django_db


@dataclass
class Base:
    """Lo que todas encuentran: una medición en cada etapa, una evidencia y un año cerrado (2019)."""

    indicador: Indicador
    borrador: Medicion
    en_revision: Medicion
    publicada: Medicion
    cerrada: Medicion
    evidencia: Evidencia
    cierre: EjercicioCerrado
    llave: LlaveDeApi


@pytest.fixture
def base(tmp_path: Path, settings: Any) -> Base:
    settings.MEDIA_ROOT = tmp_path
    jefe = fabricas.persona(Rol.ADMINISTRADOR, usuario="jefa")
    borrador = fabricas.borrador()
    cerrada = fabricas.publicada(periodo="2019")
    return Base(
        indicador=fabricas.IndicadorFactory(),
        borrador=borrador,
        en_revision=fabricas.en_revision(),
        publicada=fabricas.publicada(),
        cerrada=cerrada,
        evidencia=acciones.adjuntar(borrador, por=jefe, archivo=subida(archivos.pdf())),
        cierre=acciones.cerrar_ejercicio(por=jefe, anio=2019, motivo="x", ahora=minuto(1)),
        llave=emitir_llave(por=jefe, nombre="Copia diaria", correo="a@ejemplo.pe", ahora=minuto(1))[0],
    )


@pytest.mark.parametrize("accion", Accion)
def test_la_regla(accion: Accion) -> None:
    assert {quien: puede(cuenta(quien), accion) for quien in QUIENES} == {q: esperado(q, accion) for q in QUIENES}


COMUNES: dict[str, Any] = {"motivo": "x", "ahora": minuto(5)}
VERBOS: dict[str, tuple[Accion, Callable[[Base, Any], Any]]] = {
    "registrar": (Accion.REGISTRAR, lambda b, por: fabricas.borrador(por=por, indicador=b.indicador)),
    "modificar": (Accion.MODIFICAR, lambda b, por: acciones.modificar(b.borrador, por=por, testigo=1, notas="x")),
    "descartar": (Accion.DESCARTAR, lambda b, por: acciones.descartar(b.borrador, por=por)),
    "enviar": (Accion.ENVIAR, lambda b, por: acciones.enviar(b.borrador, por=por)),
    "observar": (Accion.OBSERVAR, lambda b, por: acciones.observar(b.en_revision, por=por, motivo="x")),
    "publicar": (Accion.PUBLICAR, lambda b, por: acciones.publicar(b.en_revision, por=por)),
    "corregir": (Accion.CORREGIR, lambda b, por: acciones.corregir(b.publicada, por=por, valor="41", **COMUNES)),
    "retirar": (Accion.RETIRAR, lambda b, por: acciones.retirar(b.publicada, por=por, **COMUNES)),
    "fijar_logro": (Accion.FIJAR, lambda b, por: fabricas.logro(b.indicador, 1, por=por)),
    "fijar_linea_base": (Accion.FIJAR, lambda b, por: fabricas.linea_base(b.indicador, 1, anio=2018, por=por)),
    "fijar_umbrales": (
        Accion.FIJAR,
        lambda b, por: acciones.fijar_umbrales(por=por, verde=Decimal(90), amarillo=Decimal(70), motivo="x"),
    ),
    "comentar": (Accion.COMENTAR, lambda b, por: acciones.comentar(b.publicada, por=por, texto="x")),
    "adjuntar": (
        Accion.ADJUNTAR,
        lambda b, por: acciones.adjuntar(b.publicada, por=por, archivo=subida(archivos.png())),
    ),
    "retirar_evidencia": (
        Accion.ADJUNTAR,
        lambda b, por: acciones.retirar_evidencia(b.evidencia, por=por, motivo="x"),
    ),
    "difundir_evidencia": (
        Accion.DIFUNDIR,
        lambda b, por: acciones.difundir_evidencia(b.evidencia, por=por, publica=True),
    ),
    "cerrar_ejercicio": (Accion.CERRAR, lambda b, por: acciones.cerrar_ejercicio(por=por, anio=2018, **COMUNES)),
    "reabrir_ejercicio": (Accion.CERRAR, lambda b, por: acciones.reabrir_ejercicio(por=por, anio=2019, **COMUNES)),
    "recordar_alias": (
        Accion.IMPORTAR,
        lambda b, por: recordar_alias(por=por, nombre="Penal x", ambito=b.publicada.ambito),
    ),
    "emitir_llave": (Accion.DAR_LLAVES, lambda b, por: emitir_llave(por=por, nombre="x", correo="a@ejemplo.pe")),
    "revocar_llave": (Accion.DAR_LLAVES, lambda b, por: revocar_llave(b.llave, por=por, **COMUNES)),
}


@pytest.mark.parametrize("verbo", VERBOS)
@pytest.mark.parametrize("quien", QUIENES)
def test_el_verbo(base: Base, quien: str, verbo: str) -> None:
    accion, pedir = VERBOS[verbo]
    por = cuenta(quien)
    antes = Suceso.objects.count()
    if esperado(quien, accion):
        pedir(base, por)
        return
    with pytest.raises(PermisoDenegado, match=r"^Su cuenta no puede"):
        pedir(base, por)
    assert Suceso.objects.count() == antes


@pytest.mark.parametrize("quien", QUIENES)
def test_cambiar_lo_cerrado_pide_los_dos_permisos(base: Base, quien: str) -> None:
    por = cuenta(quien)
    pedidos = {
        Accion.CORREGIR: lambda: acciones.corregir(base.cerrada, por=por, valor="41", **COMUNES),  # type: ignore[arg-type]
        Accion.RETIRAR: lambda: acciones.retirar(base.cerrada, por=por, **COMUNES),  # type: ignore[arg-type]
    }
    for accion, pedir in pedidos.items():
        rechazo: type[ErrorDelDominio] | None = None
        try:
            pedir()
        except (PermisoDenegado, EjercicioBloqueado) as error:
            rechazo = type(error)
        if not esperado(quien, accion):
            assert rechazo is PermisoDenegado
        else:
            assert rechazo is (None if esperado(quien, Accion.CAMBIAR_CERRADO) else EjercicioBloqueado)


def _medicion(nombre: str, *args: Any) -> str:
    return reverse(f"admin:indicadores_medicion_{nombre}", args=args)


#: Cada puerta: la acción que la gobierna, su método, su dirección y lo que se envía. Lo permitido no es 403 ni 404.
PUERTAS: dict[str, tuple[Accion, str, Callable[[Base], str], Callable[[Base], dict[str, Any]]]] = {
    "ver la lista": (Accion.VER_BORRADORES, "get", lambda b: _medicion("changelist"), lambda b: {}),
    "ver una": (Accion.VER_BORRADORES, "get", lambda b: _medicion("change", b.publicada.pk), lambda b: {}),
    "descargar": (Accion.VER_BORRADORES, "get", lambda b: f"/evidencias/{b.evidencia.pk}/", lambda b: {}),
    "registrar": (Accion.REGISTRAR, "get", lambda b: _medicion("add"), lambda b: {}),
    "modificar": (
        Accion.MODIFICAR,
        "post",
        lambda b: _medicion("change", b.borrador.pk),
        lambda b: {"valor": "41", "situacion": "definitiva", "testigo": 1},
    ),
    "corregir": (Accion.CORREGIR, "get", lambda b: _medicion("corregir", b.publicada.pk), lambda b: {}),
    **{
        verbo: (
            acciones.TRANSICIONES[verbo].accion,
            "post",
            lambda b, verbo=verbo, cual=cual: _medicion("paso", getattr(b, cual).pk, verbo),
            lambda b, cual=cual: {"testigo": getattr(b, cual).testigo, "motivo": "x"},
        )
        for verbo, cual in (
            ("descartar", "borrador"),
            ("enviar", "borrador"),
            ("observar", "en_revision"),
            ("publicar", "en_revision"),
            ("retirar", "publicada"),
        )
    },
    "fijar": (Accion.FIJAR, "get", lambda b: reverse("admin:indicadores_logroesperado_add"), lambda b: {}),
    "administrar": (Accion.ADMINISTRAR, "get", lambda b: reverse("admin:objetivos_entidad_add"), lambda b: {}),
    "comentar": (Accion.COMENTAR, "post", lambda b: _medicion("comentar", b.publicada.pk), lambda b: {"texto": "x"}),
    "adjuntar": (
        Accion.ADJUNTAR,
        "post",
        lambda b: _medicion("adjuntar", b.publicada.pk),
        lambda b: {"archivo": subida(archivos.png())},
    ),
    "retirar evidencia": (
        Accion.ADJUNTAR,
        "post",
        lambda b: _medicion("retirar_evidencia", b.evidencia.pk),
        lambda b: {"motivo": "x"},
    ),
    "difundir": (Accion.DIFUNDIR, "post", lambda b: _medicion("difundir", b.evidencia.pk), lambda b: {"publica": "1"}),
    "cerrar": (
        Accion.CERRAR,
        "post",
        lambda b: reverse("admin:indicadores_ejerciciocerrado_add"),
        lambda b: {"anio": "2018", "motivo": "x", "visto": "0"},
    ),
    "reabrir": (
        Accion.CERRAR,
        "post",
        lambda b: reverse("admin:indicadores_ejerciciocerrado_reabrir", args=[b.cierre.pk]),
        lambda b: {"motivo": "x"},
    ),
    "ver la operación": (Accion.OPERAR, "get", lambda b: reverse("admin:operacion"), lambda b: {}),
    "ver llaves": (
        Accion.DAR_LLAVES,
        "get",
        lambda b: reverse("admin:indicadores_llavedeapi_changelist"),
        lambda b: {},
    ),
    "emitir llave": (
        Accion.DAR_LLAVES,
        "post",
        lambda b: reverse("admin:indicadores_llavedeapi_add"),
        lambda b: {"nombre": "Otra copia", "correo": "b@ejemplo.pe"},
    ),
    "revocar llave": (
        Accion.DAR_LLAVES,
        "post",
        lambda b: reverse("admin:indicadores_llavedeapi_revocar", args=[b.llave.pk]),
        lambda b: {"motivo": "x"},
    ),
}


@pytest.mark.parametrize("puerta", PUERTAS)
def test_la_puerta(base: Base, puerta: str) -> None:
    """Primero quienes no pueden, que no deben dejar rastro; después, una persona que sí."""
    accion, metodo, direccion, datos = PUERTAS[puerta]
    ruta = direccion(base)
    antes = Suceso.objects.count()
    permitidos = [quien for quien in QUIENES if esperado(quien, accion)]
    for quien in (*(q for q in QUIENES if q not in permitidos), *permitidos[:1]):
        respuesta = getattr(cliente_de(cuenta(quien)), metodo)(ruta, datos(base))
        agotar(respuesta)
        if quien in permitidos:
            assert respuesta.status_code in (200, 302), quien
            assert "/login/" not in respuesta.headers.get("Location", "")
        elif quien == "anónimo" and ruta.startswith("/admin/"):
            assert respuesta.headers["Location"].startswith(reverse("admin:login"))
        else:
            assert respuesta.status_code in (403, 404), quien
            assert Suceso.objects.count() == antes


def test_nadie_entra_a_publicar_lo_suyo_por_ninguna_de_las_tres(base: Base) -> None:
    propia = cuenta("superusuario")
    medicion = fabricas.en_revision(por=propia, ahora=AHORA)
    with pytest.raises(PermisoDenegado, match="debe publicarla otra persona"):
        acciones.publicar(medicion, por=propia)  # type: ignore[arg-type]
    cliente_de(propia).post(_medicion("paso", medicion.pk, "publicar"), {"testigo": medicion.testigo})
    medicion.refresh_from_db()
    assert medicion.etapa == "en_revision"
