"""La tabla de verdad de las hojas, el catálogo, los errores señalados y el reporte: con cada quien, por verbo y HTTP.

Todo ocurre sobre la misma base: primero lo intentan quienes no pueden, que no deben escribir nada; después cada quien
puede, y lo que escribe se deshace para el siguiente.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicadores import acciones
from indicadores.acciones import lotes
from indicadores.acciones.alias import olvidar_alias, recordar_alias
from indicadores.acciones.catalogo import Fijacion, actualizar_ficha, agregar_ficha, aplicar_cambios
from indicadores.acciones.matriz import decir_como_leer
from indicadores.acciones.senalados import atender, senalar
from indicadores.admin.cuadricula import nombre_de
from indicadores.errores import EjercicioBloqueado, PermisoDenegado
from indicadores.intercambio.catalogo_estado import de_logros
from indicadores.intercambio.catalogo_libro import escribir_libro
from indicadores.intercambio.proceso import anotar_lote, deshacer
from indicadores.models import AliasDeAmbito, Ambito, ErrorSenalado, Fuente, Indicador, LogroEsperado, Lote, Medicion
from indicadores.permisos import Accion, Rol
from objetivos.models import Entidad, Lineamiento, ObjetivoPrioritario, Parrafo
from penitenciaria.informe.emision import borrar_parrafo, emitir, redactar_parrafo
from tests import fabricas, test_tabla_de_verdad
from tests.intercambio.ayudas import csv, subir
from tests.intercambio.test_catalogo import abierto, guardado, lugar
from tests.intercambio.test_matriz_paginas import cuadro, decir, primer_paso
from tests.intercambio.test_matriz_paginas import subir as subir_matriz
from tests.tabla import QUIENES, agotar, cliente_de, cuenta, escrituras, esperado

pytestmark = pytest.mark.django_db
CODIGO, CORTE, CLAVE_NUEVA = "OP.01-I2", date(2021, 6, 30), "otra-clave-larga-77"


@dataclass
class Base:
    """Los datos reales y, de cada cosa que se importa, se atiende o se redacta, una a medio camino."""

    ahora: datetime
    indicador: Indicador
    por_confirmar: Lote
    aplicado: Lote
    del_catalogo: Lote
    matriz: Lote
    alias: AliasDeAmbito
    senalado: ErrorSenalado
    entidad: Entidad
    lineamiento: Lineamiento
    objetivo: ObjetivoPrioritario
    parrafo: Parrafo
    visto: str


def hoja(periodo: str) -> bytes:
    fuente = Fuente.objects.order_by("pk").values_list("codigo", flat=True)[0]
    return csv("indicador;periodo;valor;fuente", f"{CODIGO};{periodo};12,3;{fuente}")


def confirmado(lote: Lote, por: User, ahora: datetime) -> Lote:
    lotes.confirmar(lote, por=por, testigo=lote.testigo, motivo="x", ahora=ahora)
    return anotar_lote(lote, ahora=ahora)


@pytest.fixture
def base(politica_cargada: Any, settings: Any, tmp_path: Path) -> Base:
    settings.MEDIA_ROOT = tmp_path
    jefa, ahora = fabricas.persona(Rol.ADMINISTRADOR, usuario="jefa"), politica_cargada.cargada_en + timedelta(hours=1)
    indicador, objetivo = Indicador.objects.get(codigo=CODIGO), ObjetivoPrioritario.objects.get(codigo="OP.01")
    aplicado = confirmado(subir(hoja("2022"), jefa, ahora=ahora), jefa, ahora)
    assert aplicado.estado == Lote.Estado.APLICADO, aplicado.mensaje
    libro = abierto(escribir_libro(ahora))
    logros = libro["logros esperados"]
    logros[lugar(logros, CODIGO, "2030")] = "1,5"
    matriz, _ = subir_matriz(cliente_de(jefa), cuadro())
    parrafo = redactar_parrafo(
        por=jefa, anio=2021, seccion="avance", objetivo=objetivo, texto="Una frase.", ahora=ahora
    )
    pagina = cliente_de(jefa).get(reverse("reporte-preparar", args=[2021]), {"corte": CORTE.isoformat()})
    visto = re.search(r'name="visto" value="(\w+)"', pagina.text)
    assert visto is not None
    return Base(
        ahora=ahora,
        indicador=indicador,
        por_confirmar=subir(hoja("2023"), jefa, ahora=ahora),
        aplicado=aplicado,
        del_catalogo=subir(guardado(libro).read(), jefa, clase="catalogo", nombre="catalogo.xlsx", ahora=ahora),
        matriz=matriz,
        alias=recordar_alias(por=jefa, nombre="Penal x", ambito=Ambito.objects.get(codigo=Ambito.NACIONAL)),
        senalado=senalar(indicador=indicador, texto="El valor no coincide con la tabla 3", ahora=ahora),
        entidad=fabricas.EntidadFactory(),
        lineamiento=fabricas.LineamientoFactory(objetivo=objetivo),
        objetivo=objetivo,
        parrafo=parrafo,
        visto=visto[1],
    )


def recibir(b: Base, por: Any, clase: str) -> Lote:
    return lotes.recibir(por=por, clase=clase, archivo=ContentFile(b"x"), nombre="x.csv", ahora=b.ahora)


def confirmar(lote: Lote, por: Any) -> Lote:
    return lotes.confirmar(lote, por=por, testigo=lote.testigo, motivo="x")


def agregar(b: Base, por: Any) -> Any:
    campos = {"codigo": "LX.99", "objetivo": b.objetivo, "nombre": "Lineamiento nuevo"}
    return agregar_ficha(Lineamiento(), por=por, campos=campos, motivo="x", ahora=b.ahora)


VERBOS: dict[str, tuple[Accion, Callable[[Base, Any], Any]]] = {
    "recibir mediciones": (Accion.IMPORTAR, lambda b, por: recibir(b, por, "mediciones")),
    "recibir matriz": (Accion.IMPORTAR, lambda b, por: recibir(b, por, "matriz")),
    "recibir catálogo": (Accion.IMPORTAR_CATALOGO, lambda b, por: recibir(b, por, "catalogo")),
    "confirmar": (Accion.IMPORTAR, lambda b, por: confirmar(b.por_confirmar, por)),
    "confirmar catálogo": (Accion.IMPORTAR_CATALOGO, lambda b, por: confirmar(b.del_catalogo, por)),
    "abandonar": (Accion.IMPORTAR, lambda b, por: lotes.abandonar(b.por_confirmar, por=por)),
    "abandonar catálogo": (Accion.IMPORTAR_CATALOGO, lambda b, por: lotes.abandonar(b.del_catalogo, por=por)),
    "enviar lote": (Accion.ENVIAR, lambda b, por: lotes.enviar_lote(b.aplicado, por=por)),
    "deshacer lote": (Accion.DESCARTAR, lambda b, por: deshacer(b.aplicado, por=por)),
    "decir cómo leer": (
        Accion.IMPORTAR,
        lambda b, por: decir_como_leer(b.matriz, por=por, testigo=b.matriz.testigo, opciones=b.matriz.opciones),
    ),
    "recordar alias": (
        Accion.IMPORTAR,
        lambda b, por: recordar_alias(por=por, nombre="Penal y", ambito=b.alias.ambito),
    ),
    "olvidar alias": (Accion.IMPORTAR, lambda b, por: olvidar_alias(b.alias, por=por)),
    "aplicar cambios": (
        Accion.IMPORTAR_CATALOGO,
        lambda b, por: aplicar_cambios(
            [Fijacion(LogroEsperado, b.indicador, 2030, Decimal(1), version_logro(b))], por=por, motivo="x"
        ),
    ),
    "agregar ficha": (Accion.ADMINISTRAR, agregar),
    "actualizar ficha": (
        Accion.ADMINISTRAR,
        lambda b, por: actualizar_ficha(b.lineamiento, por=por, campos={"nombre": "Otro"}, motivo="x"),
    ),
    "atender": (Accion.ATENDER, lambda b, por: atender(b.senalado, por=por, respuesta="Se corrigió")),
    "redactar": (
        Accion.REDACTAR,
        lambda b, por: redactar_parrafo(por=por, anio=2021, seccion="avance", objetivo=b.objetivo, texto="Otra."),
    ),
    "borrar párrafo": (
        Accion.REDACTAR,
        lambda b, por: borrar_parrafo(b.parrafo, por=por, testigo=b.parrafo.testigo),
    ),
    "emitir": (
        Accion.EMITIR,
        lambda b, por: emitir(por=por, anio=2021, corte=CORTE, diferencias_aceptadas=True, ahora=b.ahora),
    ),
}


def version_logro(b: Base) -> int:
    return de_logros(timezone.now()).version(CODIGO, "2030")


def test_cada_verbo_con_cada_quien(base: Base) -> None:
    fallas: list[Any] = []
    gente = {quien: cuenta(quien) for quien in QUIENES}
    for nombre, (accion, pedir) in VERBOS.items():
        for quien in sorted(QUIENES, key=lambda quien, accion=accion: esperado(quien, accion)):
            dicho = ""
            with transaction.atomic(), CaptureQueriesContext(connection) as consultas:
                try:
                    pedir(base, gente[quien])
                except PermisoDenegado as error:
                    dicho = str(error)
                finally:
                    escrito = escrituras(consultas)
                    transaction.set_rollback(True)
            niega = dicho.startswith(f"Su cuenta no puede {accion.value}.")
            if (bool(escrito), niega) != (esperado(quien, accion), not esperado(quien, accion)):
                fallas.append((nombre, quien, dicho, escrito))
    assert fallas == []


def de_hojas(nombre: str, *args: Any) -> str:
    return reverse(f"admin:{nombre}", args=args)


def preparar() -> str:
    return f"{reverse('reporte-preparar', args=[2021])}?corte={CORTE.isoformat()}"


BAJAR = {"cada": "anual", "desde": 2020, "hasta": 2021, "ambitos": "nacional", "sexos": ["T"], "caracter": "oficial"}
PARRAFO = {"seccion": "avance", "objetivo": "OP.01", "modo": "agrega"}
Puerta = tuple[Accion, str, Callable[[Base], str], Callable[[Base], dict[str, Any]]]


def nada(b: Base) -> dict[str, Any]:
    return {}


def paso(accion: Accion, cual: str, que: str) -> Puerta:
    def ruta(b: Base) -> str:
        return de_hojas("hojas_paso", getattr(b, cual).pk, que)

    return accion, "post", ruta, lambda b: {"testigo": getattr(b, cual).testigo, "motivo": "x"}


def envio(clase: str) -> Callable[[Base], dict[str, Any]]:
    def datos(b: Base) -> dict[str, Any]:
        contenido, nombre = (escribir_libro(b.ahora), "c.xlsx") if clase == "catalogo" else (hoja("2024"), "h.csv")
        return {"clase": clase, "archivo": SimpleUploadedFile(nombre, contenido)}

    return datos


def una_casilla(b: Base) -> dict[str, Any]:
    return {nombre_de(b.indicador, "2030", version_logro(b)): "1,7", "motivo": "x"}


PUERTAS: dict[str, Puerta] = {
    "entrar": (Accion.IMPORTAR, "get", lambda b: de_hojas("hojas"), nada),
    "bajar": (Accion.IMPORTAR, "get", lambda b: de_hojas("hojas_bajar"), lambda b: BAJAR | {"formato": "csv"}),
    "subir": (Accion.IMPORTAR, "post", lambda b: de_hojas("hojas"), envio("mediciones")),
    "subir catálogo": (Accion.IMPORTAR_CATALOGO, "post", lambda b: de_hojas("hojas"), envio("catalogo")),
    "ver lote": (Accion.IMPORTAR, "get", lambda b: de_hojas("hojas_lote", b.por_confirmar.pk), nada),
    "ver catálogo": (Accion.IMPORTAR_CATALOGO, "get", lambda b: de_hojas("hojas_lote", b.del_catalogo.pk), nada),
    "confirmar": paso(Accion.IMPORTAR, "por_confirmar", "confirmar"),
    "confirmar catálogo": paso(Accion.IMPORTAR_CATALOGO, "del_catalogo", "confirmar"),
    "abandonar": paso(Accion.IMPORTAR, "por_confirmar", "abandonar"),
    "abandonar catálogo": paso(Accion.IMPORTAR_CATALOGO, "del_catalogo", "abandonar"),
    "enviar lote": paso(Accion.ENVIAR, "aplicado", "enviar"),
    "deshacer lote": paso(Accion.DESCARTAR, "aplicado", "deshacer"),
    "ver matriz": (Accion.IMPORTAR, "get", lambda b: de_hojas("hojas_matriz"), nada),
    "subir matriz": (Accion.IMPORTAR, "post", lambda b: de_hojas("hojas_matriz"), lambda b: primer_paso(cuadro())),
    "ver columnas": (Accion.IMPORTAR, "get", lambda b: de_hojas("hojas_matriz_columnas", b.matriz.pk), nada),
    "decir columnas": (
        Accion.IMPORTAR,
        "post",
        lambda b: de_hojas("hojas_matriz_columnas", b.matriz.pk),
        lambda b: decir(b.matriz),
    ),
    "olvidar alias": (
        Accion.IMPORTAR,
        "post",
        lambda b: de_hojas("indicadores_aliasdeambito_delete", b.alias.pk),
        lambda b: {"post": "yes"},
    ),
    "ver alias": (Accion.VER_BORRADORES, "get", lambda b: de_hojas("indicadores_aliasdeambito_changelist"), nada),
    "ver cuadrícula": (Accion.IMPORTAR_CATALOGO, "get", lambda b: de_hojas("cuadricula"), nada),
    "llenar cuadrícula": (Accion.IMPORTAR_CATALOGO, "post", lambda b: de_hojas("cuadricula"), una_casilla),
    "bajar libro": (Accion.IMPORTAR_CATALOGO, "get", lambda b: de_hojas("hojas_catalogo_libro"), nada),
    "ver señalados": (
        Accion.VER_BORRADORES,
        "get",
        lambda b: de_hojas("indicadores_errorsenalado_changelist"),
        nada,
    ),
    "atender": (
        Accion.ATENDER,
        "post",
        lambda b: de_hojas("indicadores_errorsenalado_change", b.senalado.pk),
        lambda b: {"respuesta": "Se corrigió"},
    ),
    "cambiar entidad": (
        Accion.ADMINISTRAR,
        "post",
        lambda b: de_hojas("objetivos_entidad_change", b.entidad.pk),
        lambda b: {"nombre": "Otro nombre"},
    ),
    "agregar cuenta": (
        Accion.ADMINISTRAR,
        "post",
        lambda b: de_hojas("auth_user_add"),
        lambda b: {
            "username": "nueva",
            "usable_password": "true",
            "password1": CLAVE_NUEVA,
            "password2": CLAVE_NUEVA,
        },
    ),
    "ver borrador": (Accion.VER_BORRADORES, "get", lambda b: preparar(), nada),
    "redactar": (
        Accion.REDACTAR,
        "post",
        lambda b: preparar(),
        lambda b: PARRAFO | {"accion": "guardar", "texto": "Otra frase."},
    ),
    "borrar párrafo": (
        Accion.REDACTAR,
        "post",
        lambda b: preparar(),
        lambda b: PARRAFO | {"accion": "borrar", "parrafo": b.parrafo.pk, "testigo": b.parrafo.testigo},
    ),
    "emitir": (
        Accion.EMITIR,
        "post",
        lambda b: preparar(),
        lambda b: {"accion": "emitir", "confirmo": "1", "diferencias": "1", "visto": b.visto},
    ),
}
#: Quien importa mediciones entra a la página; la clase que no puede no está entre sus opciones.
EN_EL_FORMULARIO = {("subir catálogo", "Analista")}


def test_cada_puerta_con_cada_quien(base: Base) -> None:
    fallas: list[Any] = []
    clientes = {quien: cliente_de(cuenta(quien)) for quien in QUIENES}
    for nombre, (accion, metodo, direccion, datos) in PUERTAS.items():
        for quien in sorted(QUIENES, key=lambda quien, accion=accion: esperado(quien, accion)):
            enviado = datos(base)
            with transaction.atomic(), CaptureQueriesContext(connection) as consultas:
                respuesta = getattr(clientes[quien], metodo)(direccion(base), enviado)
                agotar(respuesta)
                escrito = escrituras(consultas)
                transaction.set_rollback(True)
            estado, hacia = respuesta.status_code, respuesta.headers.get("Location", "")
            if esperado(quien, accion):
                bien = bool(escrito) is (metodo == "post") and estado == (302 if metodo == "post" else 200)
                bien = bien and "/login/" not in hacia
            elif quien == "anónimo":
                bien = not escrito and hacia.startswith(reverse("admin:login"))
            else:
                bien = not escrito and estado == (200 if (nombre, quien) in EN_EL_FORMULARIO else 403)
            if not bien:
                fallas.append((nombre, quien, estado, hacia, escrito))
    assert fallas == []


def test_entre_las_dos_tablas_estan_todas_las_acciones() -> None:
    sin_verbo = {Accion.VER_BORRADORES, Accion.OPERAR}  # solo se lee
    aparte = {Accion.CAMBIAR_CERRADO}  # acompaña a otra: tiene sus propias pruebas
    for tablas in ((VERBOS, test_tabla_de_verdad.VERBOS), (PUERTAS, test_tabla_de_verdad.PUERTAS)):
        cubiertas = {fila[0] for tabla in tablas for fila in tabla.values()}
        assert cubiertas | aparte | sin_verbo == set(Accion)


@pytest.mark.parametrize("rol", [Rol.ANALISTA, Rol.ADMINISTRADOR])
def test_un_lote_no_pasa_por_encima_de_un_ejercicio_cerrado(base: Base, rol: Rol) -> None:
    """Enviar el lote es enviar cada borrador; devolver lo que cambió, modificarlo."""
    persona = fabricas.persona(rol)
    propio = subir(hoja("2023"), persona, ahora=base.ahora)
    confirmado(propio, persona, base.ahora)
    cambio = subir(hoja("2023").replace(b"12,3", b"13,1"), persona, ahora=base.ahora)
    cambio = confirmado(cambio, persona, base.ahora)
    assert cambio.estado == Lote.Estado.APLICADO, cambio.mensaje
    jefa = User.objects.get(username="jefa")
    acciones.cerrar_ejercicio(por=jefa, anio=2023, motivo="Memoria anual", ahora=base.ahora)
    for pedir in (lambda: lotes.enviar_lote(cambio, por=persona), lambda: deshacer(cambio, por=persona)):
        with transaction.atomic():
            if rol is Rol.ADMINISTRADOR:
                pedir()
            else:
                with pytest.raises(EjercicioBloqueado, match="El ejercicio 2023 está cerrado"):
                    pedir()
            transaction.set_rollback(True)
    if rol is Rol.ANALISTA:
        assert cambio.mediciones.get().etapa == Medicion.Etapa.BORRADOR


def test_quien_pierde_el_rol_entre_confirmar_y_anotar_no_escribe(base: Base) -> None:
    persona = fabricas.persona(Rol.ANALISTA)
    confirmar(base.por_confirmar, persona)
    persona.groups.clear()
    antes = Medicion.objects.count()
    lote = anotar_lote(base.por_confirmar, ahora=base.ahora)
    assert lote.estado == Lote.Estado.FALLIDO
    assert "Su cuenta no puede registrar mediciones" in lote.mensaje
    assert Medicion.objects.count() == antes


def test_quien_deja_de_ser_del_personal_pierde_tambien_el_borrador_del_reporte(base: Base) -> None:
    persona = fabricas.persona(Rol.ADMINISTRADOR)
    cliente = cliente_de(persona)
    assert cliente.get(preparar()).status_code == 200
    User.objects.filter(pk=persona.pk).update(is_staff=False)
    antes = Parrafo.objects.count()
    for respuesta in (cliente.get(preparar()), cliente.post(preparar(), PARRAFO | {"accion": "guardar", "texto": "x"})):
        assert respuesta.status_code == 403
    assert Parrafo.objects.count() == antes
