"""Dónde va cada cosa: escalas, ejes y rótulos de una gráfica. De aquí escriben el SVG y la figura."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from indicadores.calculo.tipos import Logro
from indicadores.formato import escribir_numero, escribir_valor
from indicadores.frases import entre
from indicadores.graficas.escala import (
    EscalaDeTiempo,
    EscalaDeValores,
    decimales_de,
    escala_de_valores,
)
from indicadores.graficas.etiquetas import TODOS_LOS_LADOS, Ancla, Colocada, Etiqueta, Fondo, colocar
from indicadores.graficas.geometria import Caja, Trazo, ancho_de
from indicadores.graficas.trazado import Punto, Requerido, Trazado, fin_del_anio, una_por_momento

#: Hasta cuántos valores oficiales se rotulan todos; con más, solo el primero, el último y los extremos.
ROTULAR_TODOS = 6
#: Con más puntos que estos, se dibujan pequeños.
MUCHOS_PUNTOS = 24
UN_MILLON = 10**6


@dataclass(frozen=True, slots=True)
class Medidas:
    """El lienzo: tamaño total, letra y márgenes, en unidades del ``viewBox``."""

    ancho: int
    alto: int
    letra: float
    marcas: int
    arriba: int = 26
    derecha: int = 14
    abajo: int = 32


ANCHA = Medidas(ancho=880, alto=360, letra=14, marcas=4)
ESTRECHA = Medidas(ancho=360, alto=300, letra=13, marcas=4)


@dataclass(frozen=True, slots=True)
class Marca:
    """Una división del eje de valores y su rótulo."""

    valor: Fraction
    y: float
    texto: str


@dataclass(frozen=True, slots=True)
class Composicion:
    """Una gráfica lista para escribirse. ``unidad`` encabeza el eje si el símbolo no cabe en su primera marca."""

    medidas: Medidas
    trazado: Trazado
    tiempo: EscalaDeTiempo
    valores: EscalaDeValores
    marcas: tuple[Marca, ...]
    unidad: str
    anios: tuple[int, ...]
    radio: float
    etiquetas: tuple[Colocada, ...]

    def x(self, punto: Punto) -> float:
        return self.tiempo.x(punto.momento)

    def y(self, valor: Decimal | Fraction) -> float:
        return self.valores.y(valor)


def componer(trazado: Trazado, simbolo: str, decimales: int, *, estrecha: bool) -> Composicion:
    """Calcula escalas y coloca rótulos. ``trazado`` debe tener al menos un valor."""
    medidas = ESTRECHA if estrecha else ANCHA
    abajo = float(medidas.alto - medidas.abajo)
    valores = escala_de_valores(
        trazado.valores_con_banda, decimales=decimales, marcas=medidas.marcas, arriba=float(medidas.arriba), abajo=abajo
    )
    marcas, unidad = _marcas(valores, simbolo)
    rotulo_mas_ancho = max(ancho_de(marca.texto, medidas.letra) for marca in marcas)
    tiempo = EscalaDeTiempo(
        inicio=trazado.anio_inicial,
        fin=trazado.anio_final + 1,
        izquierda=min(rotulo_mas_ancho + 12, medidas.ancho * 0.45),
        derecha=float(medidas.ancho - medidas.derecha),
    )
    muchos = len(trazado.oficiales) + len(trazado.referenciales) > MUCHOS_PUNTOS
    boceto = Composicion(
        medidas=medidas,
        trazado=trazado,
        tiempo=tiempo,
        valores=valores,
        marcas=marcas,
        unidad=unidad,
        anios=tiempo.rotulados(medidas.letra * 4.2),
        radio=2.5 if muchos else 4.5,
        etiquetas=(),
    )
    return _rotular(boceto, simbolo, decimales)


def _marcas(valores: EscalaDeValores, simbolo: str) -> tuple[tuple[Marca, ...], str]:
    """Las divisiones del eje. El símbolo corto va en la más alta; el largo, aparte; lo enorme, en millones."""
    en_millones = max(abs(valores.minimo), abs(valores.maximo)) >= 10 * UN_MILLON
    factor = UN_MILLON if en_millones else 1
    unidad = " de ".join(filter(None, ["millones" if en_millones else "", simbolo]))
    junto = len(unidad) <= 2
    decimales = decimales_de(valores.paso / factor)
    marcas = []
    for valor in valores.marcas:
        texto = escribir_numero(valor / factor, decimales, ceros=True)
        if junto and valor == valores.marcas[-1]:
            texto = escribir_valor(valor / factor, unidad, decimales)
        marcas.append(Marca(valor, valores.y(valor), texto))
    return tuple(marcas), "" if junto else unidad


def _rotular(boceto: Composicion, simbolo: str, decimales: int) -> Composicion:
    medidas, radio = boceto.medidas, boceto.radio
    trazado = boceto.trazado
    centros = [(boceto.x(p), boceto.y(p.valor)) for p in (*trazado.oficiales, *trazado.referenciales)]
    if trazado.base is not None and trazado.base.valor is not None:
        centros.append((boceto.tiempo.x(fin_del_anio(trazado.base.anio)), boceto.y(trazado.base.valor)))
    puntos = [Caja(x - radio, y - radio, x + radio, y + radio) for x, y in centros]
    borde = 2.0
    arriba = medidas.letra * 1.4 if boceto.unidad else borde
    fondo = Fondo(
        marco=Caja(boceto.tiempo.izquierda + borde, arriba, medidas.ancho - borde, boceto.valores.abajo - borde),
        puntos=puntos,
        trazos=_trazos(boceto),
    )
    etiquetas = _etiquetas(boceto, simbolo, decimales)
    colocadas = colocar(etiquetas, fondo, letra=medidas.letra, separacion=radio + 6)
    return replace(boceto, etiquetas=tuple(colocadas))


def _variantes(texto: str) -> tuple[tuple[str, ...], ...]:
    """«marzo 2021: 35 %» en una línea o, si así no cabe bien, «marzo 2021:» sobre «35 %»."""
    que, cuanto = texto.split(": ", 1)
    return (texto,), (f"{que}:", cuanto)


def _etiquetas(boceto: Composicion, simbolo: str, decimales: int) -> list[Etiqueta]:
    """Los rótulos por orden de importancia: lo oficial, a qué se compara y, al final, lo referencial."""
    trazado = boceto.trazado

    def de_punto(punto: Punto, clase: str, *notas: str) -> Etiqueta:
        ancla = Ancla(
            x=boceto.x(punto),
            y=boceto.y(punto.valor),
            fecha=punto.dato.periodo.fin.isoformat(),
            valor=float(punto.valor),
            lados=_lados(punto, boceto, clase),
        )
        igual = "= " if punto.se_repite else ""
        primera = f"{punto.periodo_breve}: {igual}{escribir_valor(punto.valor, simbolo, decimales)}"
        es_ultimo = clase == "oficial" and punto is trazado.oficiales[-1]
        return Etiqueta(_variantes(primera), clase, (ancla,), notas, prescindible=not es_ultimo)

    oficiales = [
        de_punto(punto, "oficial", *_notas_de_oficial(punto, trazado))
        for punto in _por_importancia(trazado.oficiales, ROTULAR_TODOS)
    ]
    referenciales = [
        de_punto(punto, "referencial", *(["referencial"] if punto is trazado.referenciales[-1] else []))
        for punto in _por_importancia(trazado.referenciales, 0)
    ]
    rotulados = {etiqueta.anclas[0].fecha for etiqueta in oficiales}
    repetidos = [
        Etiqueta((("=",),), "repite", (replace(de_punto(punto, "oficial").anclas[0], alcance=1),))
        for punto in trazado.oficiales[:MUCHOS_PUNTOS]
        if punto.se_repite and punto.dato.periodo.fin.isoformat() not in rotulados
    ]
    return [
        *oficiales,
        *_de_proyeccion(boceto, simbolo, decimales),
        *_de_logros(boceto, simbolo, decimales),
        *_de_base(boceto, simbolo, decimales),
        *_de_requerido(boceto, simbolo, decimales),
        *referenciales,
        *repetidos,
    ]


def _notas_de_oficial(punto: Punto, trazado: Trazado) -> list[str]:
    """El anillo, la marca «=» y el rayado se explican junto al último punto que los lleva."""
    notas = []
    if punto.preliminar and punto is [p for p in trazado.oficiales if p.preliminar][-1]:
        notas.append("preliminar")
    if punto.parcial and punto is [p for p in trazado.oficiales if p.parcial][-1]:
        notas.append("parcial")
    if punto.se_repite and punto is [p for p in trazado.oficiales if p.se_repite][-1]:
        notas.append("= repite el anterior")
    return notas


def _por_importancia(puntos: tuple[Punto, ...], todos_hasta: int) -> list[Punto]:
    """El último, el primero, los extremos, el último preliminar y, si son pocos, los demás; sin repetir."""
    if not puntos:
        return []
    elegidos = [puntos[-1], puntos[0], max(puntos, key=lambda p: p.valor), min(puntos, key=lambda p: p.valor)]
    elegidos += [punto for punto in puntos if punto.preliminar][-1:]
    if len(puntos) <= todos_hasta:
        elegidos += puntos
    return list(dict.fromkeys(elegidos))


def _lados(punto: Punto, boceto: Composicion, clase: str) -> tuple[str, ...]:
    """Lejos de la línea: el primero de su serie prefiere la izquierda; el último, la derecha; los demás, arriba."""
    serie = boceto.trazado.oficiales if clase == "oficial" else boceto.trazado.referenciales
    if punto is serie[-1]:
        return TODOS_LOS_LADOS
    if punto is serie[0]:
        return ("o", "e", "no", "ne", "so", "se", "n", "s") if clase == "oficial" else ("ne", "e", "n", "no", "o", "se")
    return ("n", "s", "ne", "no", "se", "so", "o", "e")


def _de_logros(boceto: Composicion, simbolo: str, decimales: int) -> list[Etiqueta]:
    logros = boceto.trazado.logros
    elegidos = list(dict.fromkeys([logros[-1], logros[0]])) if logros else []
    return [
        Etiqueta(
            _variantes(f"logro esperado {logro.anio}: {escribir_valor(logro.valor, simbolo, decimales)}"),
            "logro",
            _anclas_de_logro(boceto, logro),
            prescindible=logro is not logros[-1],
        )
        for logro in elegidos
        if logro.valor is not None
    ]


def _anclas_de_logro(boceto: Composicion, logro: Logro) -> tuple[Ancla, ...]:
    """A la derecha de su tramo, centrado en él o a su izquierda."""
    valor = logro.valor if logro.valor is not None else Decimal(0)
    y = boceto.y(valor)
    return tuple(
        Ancla(boceto.tiempo.x(momento), y, fecha, float(valor), lados)
        for momento, fecha, lados in (
            (Fraction(logro.anio + 1), f"{logro.anio:04d}-12-31", ("e", "se", "ne")),
            (logro.anio + Fraction(1, 2), f"{logro.anio:04d}-07-01", ("s", "n")),
            (Fraction(logro.anio), f"{logro.anio:04d}-01-01", ("o", "so", "no")),
        )
    )


def _de_base(boceto: Composicion, simbolo: str, decimales: int) -> list[Etiqueta]:
    base = boceto.trazado.base
    if base is None or base.valor is None:
        return []
    y, derecha = boceto.y(base.valor), boceto.tiempo.derecha
    final = f"{boceto.trazado.anio_final:04d}-12-31"
    propia = f"{base.anio:04d}-12-31"
    x = boceto.tiempo.x(fin_del_anio(base.anio))
    anclas = (
        Ancla(derecha + 5, y, final, float(base.valor), ("no", "so"), alcance=1),
        Ancla(x, y, propia, float(base.valor), ("ne", "se", "no", "so", "n", "s")),
    )
    texto = f"línea base {base.anio}: {escribir_valor(base.valor, simbolo, decimales)}"
    return [Etiqueta(_variantes(texto), "base", anclas)]


def _de_proyeccion(boceto: Composicion, simbolo: str, decimales: int) -> list[Etiqueta]:
    recta = boceto.trazado.proyeccion
    if recta is None:
        return []
    medio = (recta.valor_desde + recta.valor_hasta) / 2
    anclas = (
        Ancla(
            x=boceto.tiempo.x(fin_del_anio(recta.hasta)),
            y=boceto.y(recta.valor_hasta),
            fecha=f"{recta.hasta:04d}-12-31",
            valor=float(recta.valor_hasta),
            lados=("no", "so", "o", "n", "s"),
        ),
        Ancla(
            x=boceto.tiempo.x(Fraction(recta.desde + recta.hasta, 2) + 1),
            y=boceto.y(medio),
            fecha=f"{(recta.desde + recta.hasta) // 2 + 1:04d}-01-01",
            valor=float(medio),
            lados=("n", "s"),
        ),
    )
    texto = f"proyección {recta.hasta}: {escribir_valor(recta.valor_hasta, simbolo, decimales)}"
    notas = tuple(entre(intervalo, simbolo, decimales) for intervalo in boceto.trazado.banda[-1:])
    return [Etiqueta(_variantes(texto), "proyeccion", anclas, notas, prescindible=False)]


def _de_requerido(boceto: Composicion, simbolo: str, decimales: int) -> list[Etiqueta]:
    """«ritmo requerido: −2,5 puntos al año», junto a la mitad de su raya."""
    requerido = boceto.trazado.requerido
    if requerido is None:
        return []
    medio = (requerido.momento + fin_del_anio(requerido.logro.anio)) / 2
    valor = (Fraction(requerido.valor) + Fraction(requerido.meta)) / 2
    dia = date(int(medio), 1, 1) + timedelta(days=int((medio - int(medio)) * 365))
    ancla = Ancla(boceto.tiempo.x(medio), boceto.y(valor), dia.isoformat(), float(valor), ("ne", "no", "se", "so"))
    signo = "+" if requerido.ritmo > 0 else ""
    cuanto = "puntos" if simbolo == "%" else simbolo
    numero = f"{signo}{escribir_valor(requerido.ritmo, cuanto, decimales)} al año"
    return [Etiqueta(_variantes(f"ritmo requerido: {numero}"), "requerido", (ancla,))]


def tramo_oficial(boceto: Composicion) -> list[tuple[float, float]]:
    """Los vértices de la línea oficial, que empieza en la línea base si es anterior a toda medición."""
    vertices = [(boceto.x(p), boceto.y(p.valor)) for p in una_por_momento(boceto.trazado.oficiales)]
    base = boceto.trazado.base
    if base is not None and base.valor is not None and boceto.trazado.base_abre_la_serie:
        vertices.insert(0, (boceto.tiempo.x(fin_del_anio(base.anio)), boceto.y(base.valor)))
    return vertices


def tramo_referencial(boceto: Composicion) -> list[tuple[float, float]]:
    return [(boceto.x(p), boceto.y(p.valor)) for p in una_por_momento(boceto.trazado.referenciales)]


def escalones(boceto: Composicion, tramo: list[Logro]) -> list[tuple[float, float]]:
    """Los vértices de un grupo de logros de años seguidos: cada uno, horizontal durante todo su año."""
    vertices = []
    for logro in tramo:
        if logro.valor is not None:
            y = boceto.y(logro.valor)
            vertices += [(boceto.tiempo.x(logro.anio), y), (boceto.tiempo.x(fin_del_anio(logro.anio)), y)]
    return vertices


def raya_requerida(boceto: Composicion, requerido: Requerido) -> list[tuple[float, float]]:
    """Del último valor oficial al cierre del año del logro."""
    return [
        (boceto.tiempo.x(requerido.momento), boceto.y(requerido.valor)),
        (boceto.tiempo.x(fin_del_anio(requerido.logro.anio)), boceto.y(requerido.meta)),
    ]


def contorno_de_la_banda(boceto: Composicion) -> list[tuple[float, float]]:
    """El borde de arriba y, de vuelta, el de abajo; lo que pasa del lienzo se corta en él."""
    escala = boceto.valores

    def vertice(anio: int, valor: Fraction) -> tuple[float, float]:
        return boceto.tiempo.x(fin_del_anio(anio)), escala.y(min(max(valor, escala.minimo), escala.maximo))

    banda = boceto.trazado.banda
    arriba = [vertice(intervalo.anio, intervalo.hasta) for intervalo in banda]
    return arriba + [vertice(intervalo.anio, intervalo.desde) for intervalo in reversed(banda)]


def _trazos(boceto: Composicion) -> list[Trazo]:
    """Los segmentos que un rótulo no debería tapar; los cortos pesan más, porque taparlos es perderlos."""
    trazos = _encadenar(tramo_oficial(boceto), 14) + _encadenar(tramo_referencial(boceto), 10)
    for tramo in boceto.trazado.tramos_de_logros:
        trazos += _encadenar(escalones(boceto, tramo), 14)
    requerido, recta, base = boceto.trazado.requerido, boceto.trazado.proyeccion, boceto.trazado.base
    if requerido is not None:
        trazos += _encadenar(raya_requerida(boceto, requerido), 10)
    if recta is not None:
        inicio = boceto.tiempo.x(fin_del_anio(recta.desde)), boceto.y(recta.valor_desde)
        fin = boceto.tiempo.x(fin_del_anio(recta.hasta)), boceto.y(recta.valor_hasta)
        trazos += _encadenar([inicio, fin], 14)
    if base is not None and base.valor is not None:
        y = boceto.y(base.valor)
        trazos.append(Trazo(boceto.tiempo.x(fin_del_anio(base.anio)), y, boceto.tiempo.derecha, y, peso=8))
    trazos += [Trazo(boceto.tiempo.izquierda, m.y, boceto.tiempo.derecha, m.y, peso=0.6) for m in boceto.marcas]
    return trazos


def _encadenar(vertices: list[tuple[float, float]], peso: float) -> list[Trazo]:
    corta = len(vertices) == 2 and abs(vertices[1][0] - vertices[0][0]) < 60
    return [Trazo(*a, *b, peso=2 * peso if corta else peso) for a, b in pairwise(vertices)]
