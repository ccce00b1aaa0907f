"""La página de inicio de la administración: qué espera a cada persona, lo más urgente primero, y a un clic."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from indicadores.admin.palabras import FORMA_DE_ETAPA, Etapa, cifra, escribir_momento
from indicadores.avisos import cuando_vence
from indicadores.bandeja import POR_PAGINA, Bandeja, Compromiso, Exigida, Tramo, Ventana, leer_bandeja
from indicadores.formato import enumerar, escribir_periodo, plural
from indicadores.models import ErrorSenalado, Lote, Medicion
from indicadores.permisos import Accion, puede

LARGO_DE_CITA = 160


@dataclass(frozen=True, slots=True)
class Conteo:
    """Cuántas mediciones hay en una etapa y dónde verlas."""

    nombre: str
    cuantas: int
    direccion: str
    forma: str = ""


@dataclass(frozen=True, slots=True)
class Boton:
    """Lo que se puede hacer con un renglón; ``de_que`` lo distingue de los demás al oírlo."""

    texto: str
    direccion: str
    de_que: str


@dataclass(frozen=True, slots=True)
class Renglon:
    """Una fila de la bandeja: qué es, qué le pasa y qué se puede hacer."""

    titulo: str
    detalle: str
    direccion: str
    botones: tuple[Boton, ...] = ()


@dataclass(frozen=True, slots=True)
class Seccion:
    """Una sección con sus renglones, el total y dónde ver los demás."""

    clave: str
    titulo: str
    total: int
    renglones: tuple[Renglon, ...]
    ver_todas: str = ""
    anteriores: str = ""
    siguientes: str = ""


def _seccion(
    clave: str, titulo: str, tramo: Tramo[Any], escribir: Callable[[Any], Renglon], ventana: Ventana
) -> Seccion:
    entera, inicio = ventana.seccion == clave, reverse("admin:index")
    hay_mas = ventana.pagina * POR_PAGINA < tramo.total
    return Seccion(
        clave,
        titulo,
        tramo.total,
        tuple(escribir(fila) for fila in tramo.filas),
        ver_todas=f"{inicio}?ver={clave}#{clave}" if not entera and tramo.total > len(tramo.filas) else "",
        anteriores=f"{inicio}?ver={clave}&p={ventana.pagina - 1}#{clave}" if entera and ventana.pagina > 1 else "",
        siguientes=f"{inicio}?ver={clave}&p={ventana.pagina + 1}#{clave}" if entera and hay_mas else "",
    )


def _nombre(medicion: Medicion) -> str:
    donde = "" if medicion.ambito.nivel == "nacional" else f", {medicion.ambito.nombre}"
    sexo = "" if medicion.sexo == Medicion.Sexo.TOTAL else f", {medicion.get_sexo_display()}"
    return f"{medicion.indicador}, {escribir_periodo(medicion.periodo)}{donde}{sexo}"


def _medicion(medicion: Medicion, *verbos: tuple[str, str], detalle: str = "") -> Renglon:
    nombre, indicador = _nombre(medicion), medicion.indicador
    escrita = cifra(medicion, indicador.simbolo, indicador.decimales)
    botones = tuple(
        Boton(texto, reverse("admin:indicadores_medicion_paso", args=[medicion.pk, verbo]), nombre)
        for verbo, texto in verbos
    )
    return Renglon(
        nombre,
        f"{escrita}, {detalle or f'registrada el {escribir_momento(medicion.registrada_en)}'}",
        reverse("admin:indicadores_medicion_change", args=[medicion.pk]),
        botones,
    )


def _observada(medicion: Any) -> Renglon:
    return _medicion(medicion, detalle=f"{medicion.dicho_por or 'alguien'} observó: «{_citar(medicion.motivo_dicho)}»")


def _citar(texto: str | None) -> str:
    limpio = " ".join((texto or "").split())
    return limpio if len(limpio) <= LARGO_DE_CITA else f"{limpio[:LARGO_DE_CITA]}…"


def _exigida(hoy: date, registra: bool) -> Callable[[Exigida], Renglon]:
    def escribir(una: Exigida) -> Renglon:
        indicador, periodo = una.cifra.indicador, una.cifra.exigencia.periodo.texto
        nombre = f"{indicador}, {escribir_periodo(periodo)}"
        detalle = cuando_vence(una.cifra.exigencia.vence, hoy)
        if una.abierta is not None:
            direccion = reverse("admin:indicadores_medicion_change", args=[una.abierta.pk])
            return Renglon(nombre, f"{detalle}; ya hay una {una.abierta.get_etapa_display()}", direccion)
        alta = f"{reverse('admin:indicadores_medicion_add')}?indicador={indicador.pk}&periodo={periodo}"
        botones = (Boton("Registrar", alta, nombre),) if registra else ()
        return Renglon(nombre, detalle, reverse("admin:indicadores_indicador_change", args=[indicador.pk]), botones)

    return escribir


def _compromiso(hoy: date) -> Callable[[Compromiso], Renglon]:
    def escribir(uno: Compromiso) -> Renglon:
        direccion = (
            reverse("admin:indicadores_medicion_change", args=[uno.medicion])
            if uno.medicion
            else reverse("admin:indicadores_indicador_change", args=[uno.indicador.pk])
        )
        que = f"{uno.indicador}, {uno.que} de {escribir_periodo(uno.periodo)}"
        return Renglon(que, f"el compromiso {cuando_vence(uno.fecha, hoy)}", direccion)

    return escribir


def _senalado(senalado: ErrorSenalado) -> Renglon:
    direccion = reverse("admin:indicadores_errorsenalado_change", args=[senalado.pk])
    titulo = f"N.º {senalado.pk}: {senalado.indicador}"
    recibido = escribir_momento(senalado.recibido_en)
    return Renglon(
        titulo, f"{recibido}: «{_citar(senalado.texto)}»", direccion, (Boton("Responder", direccion, titulo),)
    )


def _lote(lote: Lote) -> Renglon:
    avance = f"{lote.get_estado_display()}, {lote.hechas} de {plural(lote.total, 'fila', 'filas')}"
    return Renglon(lote.nombre, avance, reverse("admin:hojas_lote", args=[lote.pk]))


def secciones_de(bandeja: Bandeja, persona: Any, hoy: date, ventana: Ventana) -> list[Seccion]:
    """Las secciones con algo dentro, de lo más urgente a lo que solo se espera."""
    exigida = _exigida(hoy, puede(persona, Accion.REGISTRAR))
    todas = (
        ("vencidas", "Cifras vencidas", bandeja.vencidas, exigida),
        ("observadas", "Devueltas a mí", bandeja.observadas, _observada),
        (
            "por_revisar",
            "Esperan mi revisión",
            bandeja.por_revisar,
            lambda una: _medicion(una, ("publicar", "Revisar y publicar"), ("observar", "Observar")),
        ),
        ("borradores", "Mis borradores", bandeja.borradores, lambda una: _medicion(una, ("enviar", "Enviar"))),
        ("por_vencer", "Por vencer", bandeja.por_vencer, exigida),
        ("compromisos", "Compromisos cuya fecha llegó", bandeja.compromisos, _compromiso(hoy)),
        ("senalados", "Errores señalados por lectores", bandeja.senalados, _senalado),
        ("lotes", "Mis hojas sin terminar", bandeja.lotes, _lote),
        ("enviadas", "Enviadas, esperan a otra persona", bandeja.enviadas, _medicion),
    )
    return [_seccion(clave, titulo, tramo, como, ventana) for clave, titulo, tramo, como in todas if tramo.total]


def frase_de(bandeja: Bandeja, hoy: date, *, participa: bool) -> str:
    """La frase que abre la página: cuánto espera y qué es lo más atrasado."""
    partes = [
        plural(tramo.total, singular, varias)
        for tramo, singular, varias in (
            (bandeja.borradores, "borrador", "borradores"),
            (bandeja.observadas, "cifra devuelta", "cifras devueltas"),
            (bandeja.por_revisar, "cifra por revisar", "cifras por revisar"),
            (bandeja.senalados, "error señalado por responder", "errores señalados por responder"),
        )
        if tramo.total
    ]
    abre = f"Tiene {enumerar(partes)}" if partes else ("No tiene nada pendiente" if participa else "")
    atrasadas = bandeja.vencidas.total
    if not atrasadas:
        cierra = "Ninguna cifra está vencida" if bandeja.hay_plazos else ""
    else:
        cuantas = "Hay una cifra vencida" if atrasadas == 1 else f"Hay {plural(atrasadas, 'cifra', 'cifras')} vencidas"
        cierra = f"{cuantas}{_la_mas_atrasada(bandeja, hoy)}"
    return " ".join(f"{frase}." for frase in (abre, cierra) if frase)


def _la_mas_atrasada(bandeja: Bandeja, hoy: date) -> str:
    if not bandeja.vencidas.filas:
        return ""
    peor = bandeja.vencidas.filas[0].cifra
    cual = f"{peor.indicador}, de {escribir_periodo(peor.exigencia.periodo.texto)}"
    sujeto = "" if bandeja.vencidas.total == 1 else "; la más atrasada es"
    return f"{sujeto or ':'} {cual}: {cuando_vence(peor.exigencia.vence, hoy)}"


def conteos(etapas: dict[str, int], cuales: Iterable[Any] = Etapa) -> list[Conteo]:
    """Cuántas mediciones hay en cada etapa, con su enlace a la lista."""
    lista = reverse("admin:indicadores_medicion_changelist")
    return [
        Conteo(etapa.label, etapas.get(etapa.value, 0), f"{lista}?etapa__exact={etapa.value}", FORMA_DE_ETAPA[etapa])
        for etapa in cuales
    ]


def _numero_de_pagina(texto: str) -> int:
    """La página pedida; la primera si no se entiende."""
    return int(texto) if re.fullmatch("[1-9][0-9]{0,4}", texto) else 1


_indice_de_django = admin.site.index


def indice(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """El índice de Django, precedido por la bandeja de quien mira. ``?ver=`` muestra una sección entera."""
    persona: Any = request.user
    ahora = timezone.now()
    hoy = timezone.localdate(ahora)
    ventana = Ventana(request.GET.get("ver", ""), _numero_de_pagina(request.GET.get("p", "")))
    ve, registra = puede(persona, Accion.VER_BORRADORES), puede(persona, Accion.REGISTRAR)
    bandeja = leer_bandeja(persona, ahora=ahora, ventana=ventana)
    propio = {
        "ve_bandeja": ve,
        "frase": frase_de(bandeja, hoy, participa=registra or puede(persona, Accion.PUBLICAR)) if ve else "",
        "secciones": secciones_de(bandeja, persona, hoy, ventana) if ve else [],
        "etapas": conteos(bandeja.etapas) if ve else [],
        "sin_plazos": ve and not bandeja.hay_plazos,
        "puede_registrar": registra,
        "puede_administrar": puede(persona, Accion.ADMINISTRAR),
        "title": "Gestión de la información",
    }
    return _indice_de_django(request, {**propio, **(extra_context or {})})


# Las listas y los formularios necesitan el ancho; el inicio está siempre a un paso, en las migas.
admin.site.enable_nav_sidebar = False
admin.site.index = indice  # type: ignore[method-assign, assignment]
