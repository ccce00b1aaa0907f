"""La página de lo que cambió, ya escrita: por día y por indicador, con lo que decía antes, lo que dice y por qué."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from indicadores import frases
from indicadores.api.recuerdo import Recuerdo
from indicadores.calculo.tipos import Caracter, Sexo, Situacion
from indicadores.cambios import (
    Busqueda,
    Cambio,
    Clase,
    Contenido,
    Senal,
    SenalInvalida,
    contar_cambios,
    leer_cambios,
    leer_senal,
)
from indicadores.errores import DatoInvalido
from indicadores.formato import (
    enumerar,
    escribir_fecha,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    plural,
)
from indicadores.lectura import catalogo
from indicadores.mirada import Mirada, leer_dia
from indicadores.models import Ambito, Indicador

#: Cuántos cambios lleva una página.
POR_PAGINA = 60
DE_SEXO = {Sexo.TOTAL: "", Sexo.HOMBRES: "hombres", Sexo.MUJERES: "mujeres"}
FIJADAS = (Clase.LOGRO, Clase.LINEA_BASE, Clase.UMBRALES)


@dataclass(frozen=True, slots=True)
class LineaDeCambio:
    """Un cambio en palabras; ``enlace`` lleva a su constancia.

    ``retirado`` marca lo que ya no debe citarse y ``falta``, que lo que se dice es por qué no hay valor.
    """

    hecho: str
    que: str
    antes: str
    despues: str
    retirado: bool
    falta: bool
    motivo: str
    enlace: str


@dataclass(frozen=True, slots=True)
class GrupoDeCambios:
    """Lo que cambió de un indicador en un día; sin ``codigo``, de toda la política."""

    codigo: str
    nombre: str
    lineas: tuple[LineaDeCambio, ...]


@dataclass(frozen=True, slots=True)
class DiaDeCambios:
    """Un día, en Lima, y lo que cambió en él."""

    dia: date
    cuando: str
    grupos: tuple[GrupoDeCambios, ...]


@dataclass(frozen=True, slots=True)
class PaginaDeCambios:
    """Lo que muestra la página; ``siguiente`` pide lo más antiguo y ``primera`` vuelve al comienzo.

    ``todos_los_lugares``: también las cifras por lugar o sexo, que de otro modo taparían a las del país.
    """

    titular: str
    entrada: str
    desde: str
    indicador: str
    indicadores: tuple[tuple[str, str], ...]
    todos_los_lugares: bool
    plazos: tuple[tuple[str, str], ...]
    dias: tuple[DiaDeCambios, ...]
    siguiente: str
    primera: str


def escribir_cambios(pedido: Mapping[str, str], mirada: Mirada, recuerdo: Recuerdo) -> PaginaDeCambios:
    """La página que pide la dirección: catorce consultas. Levanta :class:`DatoInvalido` si algo no se entiende.

    Cuántos son se cuenta una vez por publicación, si ``recuerdo`` tiene marca.
    """
    desde = leer_dia(pedido["desde"].strip(), "desde") if pedido.get("desde", "").strip() else None
    hasta = timezone.localdate(mirada.a_la_fecha)
    if desde is not None and desde > hasta:
        raise DatoInvalido(
            f"El parámetro «desde» dice «{desde}», que es posterior al {escribir_fecha(hasta)}, hasta donde se mira.",
            campo="desde",
        )
    todos = list(catalogo())
    indicador = _leer_indicador(pedido.get("indicador", "").strip(), todos)
    todos_los_lugares = _leer_lugares(pedido.get("lugares", "").strip())
    que = Busqueda(
        hasta=mirada.a_la_fecha,
        corte=mirada.corte,
        desde=timezone.make_aware(datetime.combine(desde, time.min)) if desde else None,
        indicador=indicador,
        nacionales=not todos_los_lugares,
    )
    visto = _leer_visto(pedido.get("antes", "").strip())
    cambios, quedan = leer_cambios(que, cuantos=POR_PAGINA, despues_de=visto)
    quien = [("indicador", indicador.codigo)] if indicador else []
    quien += [("lugares", "todos")] if todos_los_lugares else []
    base = [*([("desde", desde.isoformat())] if desde else []), *quien, *mirada.pedido]
    siguiente = [*base, ("antes", cambios[-1].senal)] if quedan else []
    hasta_cuando = que.hasta if mirada.pide_fecha else None
    cual = ("cambios", hasta_cuando, que.corte, que.desde, que.indicador, que.nacionales)
    cuentas: dict[Clase, int] = recuerdo.decir(cual, lambda: contar_cambios(que))
    return PaginaDeCambios(
        titular=_titular(desde, hasta, indicador),
        entrada=_entrada(cuentas, todos_los_lugares=todos_los_lugares),
        desde=desde.isoformat() if desde else "",
        indicador=indicador.codigo if indicador else "",
        indicadores=tuple((uno.codigo, uno.nombre_corto) for uno in todos),
        todos_los_lugares=todos_los_lugares,
        plazos=_plazos(hasta, mirada, quien),
        dias=por_dias(cambios, mirada),
        siguiente=f"?{urlencode(siguiente)}" if siguiente else "",
        primera=(f"?{urlencode(base)}" if base else reverse("cambios")) if visto else "",
    )


def lo_ultimo(mirada: Mirada, *, cuantos: int, indicador: Indicador | None = None) -> tuple[DiaDeCambios, ...]:
    """Los últimos cambios de las cifras nacionales y de lo fijado, por días: seis consultas."""
    que = Busqueda(hasta=mirada.a_la_fecha, corte=mirada.corte, indicador=indicador, nacionales=True)
    return por_dias(leer_cambios(que, cuantos=cuantos)[0], mirada)


def por_dias(cambios: Iterable[Cambio], mirada: Mirada) -> tuple[DiaDeCambios, ...]:
    """Los cambios, en su orden, reunidos por día y dentro de él por indicador."""
    dias: dict[date, dict[str, list[Cambio]]] = {}
    for uno in cambios:
        del_dia = dias.setdefault(timezone.localdate(uno.en), {})
        del_dia.setdefault(uno.indicador.codigo if uno.indicador else "", []).append(uno)
    return tuple(
        DiaDeCambios(dia, escribir_fecha(dia), tuple(_grupo(suyos, mirada) for suyos in grupos.values()))
        for dia, grupos in dias.items()
    )


def _grupo(cambios: list[Cambio], mirada: Mirada) -> GrupoDeCambios:
    indicador = cambios[0].indicador
    return GrupoDeCambios(
        codigo=indicador.codigo if indicador else "",
        nombre=indicador.nombre_corto if indicador else "Toda la política",
        lineas=tuple(_linea(uno, mirada) for uno in cambios),
    )


def _linea(cambio: Cambio, mirada: Mirada) -> LineaDeCambio:
    hecho = {
        Clase.PUBLICACION: "Se publicó",
        Clase.CORRECCION: "Se corrigió",
        Clase.RETIRO: "Se retiró",
    }.get(cambio.clase, "Se cambió" if cambio.antes else "Se fijó")
    motivo = frases.con_punto(frases.mayuscula(cambio.motivo)) if cambio.motivo else ""
    if cambio.norma:
        motivo = f"{motivo} Norma: {cambio.norma}.".strip()
    direccion = _constancia(cambio)
    return LineaDeCambio(
        hecho=hecho,
        que=_que(cambio),
        antes=_contenido(cambio.antes, cambio),
        despues=_contenido(cambio.despues, cambio),
        retirado=cambio.clase is Clase.RETIRO,
        falta=cambio.despues is not None and cambio.despues.valor is None,
        motivo=motivo,
        enlace=f"{direccion}{mirada.sufijo}" if direccion else "",
    )


def _constancia(cambio: Cambio) -> str:
    """La dirección de la constancia; vacía si no se certificó."""
    if cambio.cifra is not None:
        return reverse("cifra", args=[cambio.cifra])
    return reverse("constancia", args=[cambio.constancia]) if cambio.constancia else ""


def _que(cambio: Cambio) -> str:
    """«marzo de 2021», «enero de 2026, E.P. Lima, mujeres (referencial)», «el logro esperado de 2021»."""
    dato = cambio.dato
    if dato is None:
        return {
            Clase.LOGRO: f"el logro esperado de {cambio.anio}",
            Clase.LINEA_BASE: f"la línea base de {cambio.anio}",
        }.get(cambio.clase, "desde qué avance se enciende cada luz")
    lugar = "" if dato.ambito == Ambito.NACIONAL else cambio.donde
    partes = [escribir_periodo(dato.periodo.texto), lugar, DE_SEXO[dato.sexo]]
    notas = [
        *(["referencial"] if dato.caracter is Caracter.REFERENCIAL else []),
        *(["preliminar"] if dato.situacion is Situacion.PRELIMINAR else []),
    ]
    return ", ".join(parte for parte in partes if parte) + (f" ({', '.join(notas)})" if notas else "")


def _contenido(contenido: Contenido | None, cambio: Cambio) -> str:
    if contenido is None:
        return ""
    if contenido.segundo is not None and contenido.valor is not None:
        verde, amarillo = (escribir_numero(umbral, 2) for umbral in (contenido.valor, contenido.segundo))
        return f"cumple desde {verde} y en riesgo desde {amarillo}"
    if contenido.valor is not None and cambio.indicador is not None:
        return escribir_valor(contenido.valor, cambio.indicador.simbolo, cambio.indicador.decimales)
    if contenido.ausencia is None:
        return "sin valor"
    return f"sin valor: {frases.minuscula(frases.razon(contenido.ausencia, contenido.ausencia.motivo))}"


def _leer_indicador(codigo: str, todos: Iterable[Indicador]) -> Indicador | None:
    if not codigo:
        return None
    hallado = next((uno for uno in todos if uno.codigo == codigo), None)
    if hallado is None:
        citado = codigo if len(codigo) <= 40 else f"{codigo[:40]}…"
        raise DatoInvalido(
            f"El parámetro «indicador» dice «{citado}», que no es el código de ningún indicador; se espera uno como "
            "OP.01-I2.",
            campo="indicador",
        )
    return hallado


def _leer_lugares(texto: str) -> bool:
    if texto not in ("", "todos"):
        raise DatoInvalido(
            "El parámetro «lugares» solo admite «todos»; sin él se ven las cifras del país.", campo="lugares"
        )
    return texto == "todos"


def _leer_visto(texto: str) -> Senal | None:
    try:
        return leer_senal(texto) if texto else None
    except SenalInvalida:
        raise DatoInvalido(
            "El parámetro «antes» no señala ningún cambio. Vuelva a la primera página de los cambios.", campo="antes"
        ) from None


def _titular(desde: date | None, hasta: date, indicador: Indicador | None) -> str:
    de_que = f" en {indicador.codigo}" if indicador else ""
    if desde is None:
        return f"Qué cambió{de_que} hasta el {escribir_fecha(hasta)}"
    return f"Qué cambió{de_que} desde el {escribir_fecha(desde)}"


def _entrada(cuentas: Mapping[Clase, int], *, todos_los_lugares: bool) -> str:
    donde = "" if todos_los_lugares else " del país"
    fijados = sum(cuentas[clase] for clase in FIJADAS)
    partes = [
        plural(cuentas[Clase.PUBLICACION], f"cifra{donde} publicada", f"cifras{donde} publicadas"),
        plural(cuentas[Clase.CORRECCION], "corregida", "corregidas"),
        plural(cuentas[Clase.RETIRO], "retirada", "retiradas"),
        plural(fijados, "logro, línea base o umbral fijado", "logros, líneas base o umbrales fijados"),
    ]
    if not sum(cuentas.values()):
        return f"No cambió ninguna cifra{donde} publicada, ni línea base, logro esperado o umbrales."
    return f"Hubo {enumerar([parte for parte in partes if not parte.startswith('0 ')])}."


def _plazos(hasta: date, mirada: Mirada, propio: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Desde cuándo mirar, de un toque; ``propio`` es lo demás que se eligió."""
    plazos = (
        ("Última semana", hasta - timedelta(days=7)),
        ("Últimos 30 días", hasta - timedelta(days=30)),
        (f"Todo {hasta.year}", date(hasta.year, 1, 1)),
    )
    con_desde = [
        (texto, f"?{urlencode([('desde', dia.isoformat()), *propio, *mirada.pedido])}") for texto, dia in plazos
    ]
    desde_el_principio = urlencode([*propio, *mirada.pedido])
    return (*con_desde, ("Desde el principio", f"?{desde_el_principio}" if desde_el_principio else reverse("cambios")))
