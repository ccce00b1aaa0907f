"""La ruta del Plan Estratégico Multisectorial (PEM): sus pasos, con la fecha hasta donde se conoce, y su dibujo."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from math import ceil

from indicadores.formato import enumerar, escribir_fecha, plural
from indicadores.graficas.elementos import Svg, coordenada, elemento
from indicadores.mirada import Mirada
from objetivos.models import Hito, Norma, Politica

#: El dibujo, en unidades suyas: ancho, margen a cada lado y alto de la cabeza (el nombre del corte), de cada fila de
#: números, con su radio, y de la franja de los años.
ANCHO, MARGEN, CABEZA, FILA, RADIO, FRANJA = 1120.0, 8.0, 20.0, 34.0, 13.0, 46.0
PREVISTO = "previsto"


@dataclass(frozen=True, slots=True)
class PasoDeRuta:
    """Un paso visto al corte. ``aclaracion`` dice lo que su fecha no dice: previsto, o sin constancia."""

    numero: int
    hito: Hito
    cumplido: bool
    cuando: str
    fecha_iso: str
    aclaracion: str
    norma: Norma | None


@dataclass(frozen=True, slots=True)
class PaginaDeRuta:
    """La ruta con lo que se encuentra en ella; ``posteriores`` dice cuántos pasos son de después del corte."""

    titular: str
    entrada: str
    pasos: tuple[PasoDeRuta, ...]
    posteriores: str
    dibujo: Svg


def escribir_ruta(mirada: Mirada) -> PaginaDeRuta:
    """La página de la ruta en dos consultas."""
    politica = Politica.objects.order_by("pk").first()
    hitos = list(Hito.objects.select_related("norma", "fuente").order_by("politica", "orden"))
    pasos = pasos_al(hitos, mirada.corte)
    ocultos = len(hitos) - len(pasos)
    verbo = "no se muestra" if ocultos == 1 else "no se muestran"
    return PaginaDeRuta(
        titular=_titular(pasos),
        entrada=_entrada(pasos),
        pasos=pasos,
        posteriores=f"{plural(ocultos, 'paso posterior', 'pasos posteriores')} al corte {verbo}." if ocultos else "",
        dibujo=dibujar(pasos, politica, mirada.corte),
    )


def pasos_al(hitos: Iterable[Hito], corte: date) -> tuple[PasoDeRuta, ...]:
    """Los pasos que se conocían al corte: los ya dados y los que siguen pendientes, en el orden de la ruta.

    El que se dio después del corte no se adelanta. El pendiente se muestra aunque su fecha prevista sea posterior.
    """
    visibles = [hito for hito in hitos if hito.es_visible_al(corte) or not hito.cumplido]
    return tuple(_paso(numero, hito, corte) for numero, hito in enumerate(visibles, start=1))


def _paso(numero: int, hito: Hito, corte: date) -> PasoDeRuta:
    cumplido = hito.es_cumplido_al(corte)
    cuando = escribir_fecha(hito.fecha, hito.precision_fecha) if hito.fecha else ""
    iso = hito.fecha.isoformat()[: {"dia": 10, "mes": 7, "anio": 4}[hito.precision_fecha]] if hito.fecha else ""
    if cumplido:
        aclaracion = "" if cuando else "dado; su fecha no consta"
    elif not cuando:
        aclaracion = "sin fecha; no consta que se haya dado"
    elif hito.es_visible_al(corte):
        aclaracion = "estaba previsto; no consta que se haya dado"
    else:
        aclaracion = PREVISTO
    norma = hito.norma if hito.norma and hito.norma.es_visible_al(corte) else None
    return PasoDeRuta(numero, hito, cumplido, cuando, iso, aclaracion, norma)


def _titular(pasos: tuple[PasoDeRuta, ...]) -> str:
    if not pasos:
        return "Todavía no se ha descrito la ruta del plan."
    dados = sum(paso.cumplido for paso in pasos)
    if dados == len(pasos):
        if dados == 1:
            return "El único paso conocido de la ruta ya se dio."
        return f"Los {dados} pasos conocidos de la ruta ya se dieron."
    cuantos = "ninguno se ha dado" if not dados else f"{dados} se {'ha' if dados == 1 else 'han'} dado"
    return f"De {plural(len(pasos), 'paso conocido', 'pasos conocidos')} de la ruta, {cuantos}."


def _entrada(pasos: tuple[PasoDeRuta, ...]) -> str:
    dados = [paso for paso in pasos if paso.cumplido]
    faltan = [f"«{p.hito.titulo}»" for p in pasos if not p.cumplido and p.aclaracion != PREVISTO]
    previstos = [f"«{p.hito.titulo}» ({p.cuando})" for p in pasos if p.aclaracion == PREVISTO]
    oraciones = []
    if dados:
        ultimo = dados[-1]
        cuando = f", de {ultimo.cuando}" if ultimo.cuando else ", sin fecha conocida"
        oraciones.append(f"El último es «{ultimo.hito.titulo}»{cuando}.")
    if faltan:
        oraciones.append(f"No consta que se haya{'n' * (len(faltan) > 1)} dado {enumerar(faltan)}.")
    if previstos:
        verbo = "Está previsto" if len(previstos) == 1 else "Están previstos"
        oraciones.append(f"{verbo} {enumerar(previstos)}.")
    return " ".join(oraciones)


# --- El dibujo: un eje de años con cada paso donde se lo conoce ------------------------------------------------------


def dibujar(pasos: Iterable[PasoDeRuta], politica: Politica | None, corte: date) -> Svg:
    """Los pasos con fecha sobre los años de la política; vacío si no hay ninguno.

    Un paso del que se sabe el mes o el año ocupa ese lapso entero: la barra es la precisión. Los números remiten a la
    lista que sigue al dibujo, que lo dice todo con palabras; por eso el dibujo no se anuncia.
    """
    fechados = [paso for paso in pasos if paso.hito.fecha is not None]
    if politica is None or not fechados:
        return Svg()
    anios = [paso.hito.fecha.year for paso in fechados if paso.hito.fecha]
    desde, hasta = min(politica.anio_inicio, *anios), max(politica.anio_fin, *anios)
    por_anio = (ANCHO - 2 * MARGEN) / (hasta - desde + 1)

    def x(dia: date) -> float:
        """El comienzo de ese día."""
        del_anio = (dia - date(dia.year, 1, 1)).days / (date(dia.year + 1, 1, 1) - date(dia.year, 1, 1)).days
        return MARGEN + (dia.year - desde + del_anio) * por_anio

    lapsos = [_lapso(paso, x) for paso in fechados]
    filas = _filas([(izquierda + derecha) / 2 for izquierda, derecha in lapsos])
    suelo = CABEZA + FILA * (max(filas) + 1) + RADIO
    partes = [*_eje(range(desde, hasta + 1), por_anio, suelo)]
    if desde <= corte.year <= hasta:
        partes += _corte(x(corte), suelo)
    for paso, (izquierda, derecha), fila in zip(fechados, lapsos, filas, strict=True):
        partes += _marca(paso, izquierda, derecha, suelo, suelo - RADIO - FILA * (fila + 0.5))
    alto = suelo + FRANJA
    medidas: dict[str, str | float] = {"viewBox": f"0 0 {ANCHO:.0f} {alto:.0f}", "width": ANCHO, "height": alto}
    return elemento("svg", *partes, class_="camino-eje", aria_hidden="true", focusable="false", **medidas)


def _lapso(paso: PasoDeRuta, x: Callable[[date], float]) -> tuple[float, float]:
    """Dónde empieza y termina lo que se sabe de la fecha; un día es un punto."""
    desde, hasta = paso.hito.fecha, paso.hito.fecha_fin
    assert desde is not None
    assert hasta is not None
    return (x(desde), x(desde)) if desde == hasta else (x(desde), x(hasta + timedelta(days=1)))


def _filas(centros: Iterable[float]) -> list[int]:
    """En qué fila, contada desde abajo, va cada número para que ninguno tape a otro: la primera libre."""
    puestos: list[tuple[float, int]] = []
    for centro in centros:
        tapadas = {fila for otro, fila in puestos if abs(centro - otro) < 2 * RADIO + 4}
        puestos.append((centro, next(fila for fila in count() if fila not in tapadas)))
    return [fila for _, fila in puestos]


def _eje(anios: range, por_anio: float, suelo: float) -> list[Svg]:
    """Una raya por año y su nombre en medio; si no caben todos, uno de cada tantos."""
    salto = ceil(60 / por_anio)
    rayas = " ".join(f"M{coordenada(MARGEN + n * por_anio)} {coordenada(suelo)} v8" for n in range(len(anios) + 1))
    partes = [elemento("path", class_="camino-rayas", d=f"M0 {coordenada(suelo)} H{ANCHO:.0f} {rayas}")]
    for n, anio in enumerate(anios):
        if n % salto == 0:
            en = MARGEN + (n + 0.5) * por_anio
            partes.append(elemento("text", str(anio), class_="camino-anio", x=en, y=suelo + 30, text_anchor="middle"))
    return partes


def _corte(en: float, suelo: float) -> list[Svg]:
    """La raya del corte, con su nombre hacia adentro si está cerca del final."""
    al_final = en > ANCHO - 80
    lado, ancla = (en - 7, "end") if al_final else (en + 7, "start")
    return [
        elemento("line", class_="camino-corte", x1=en, x2=en, y1=0, y2=suelo + 10),
        elemento("text", "corte", class_="camino-corte-rotulo", x=lado, y=12, text_anchor=ancla),
    ]


def _marca(paso: PasoDeRuta, izquierda: float, derecha: float, suelo: float, altura: float) -> list[Svg]:
    """El lapso sobre el eje y, encima, el número del paso: lleno si ya se dio."""
    centro, clase = (izquierda + derecha) / 2, " camino-dado" if paso.cumplido else ""
    ancho = max(derecha - izquierda, 6.0)
    return [
        elemento("line", class_="camino-guia", x1=centro, x2=centro, y1=altura + RADIO, y2=suelo),
        elemento("rect", class_=f"camino-lapso{clase}", x=centro - ancho / 2, y=suelo - 3, width=ancho, height=6, rx=3),
        elemento("circle", class_=f"camino-numero{clase}", cx=centro, cy=altura, r=RADIO),
        elemento("text", str(paso.numero), class_=f"camino-cifra{clase}", x=centro, y=altura + 5, text_anchor="middle"),
    ]
