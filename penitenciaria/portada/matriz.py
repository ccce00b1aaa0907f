"""La matriz año × indicador: cada valor frente a su logro, con su luz; cada hueco, con su razón."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indicadores import frases
from indicadores.calculo.tipos import Ausencia, Motivo, Semaforo, ValorDelAnio
from indicadores.constancias import Constancias
from indicadores.formato import enumerar, escribir_numero, escribir_periodo, texto_de_motivo
from indicadores.lectura import IndicadorLeido

#: La letra de cada razón, en el orden de los motivos que usa la matriz; así la misma letra dice siempre lo mismo.
LETRAS = "abcdefghijklmnop"


@dataclass(frozen=True, slots=True)
class Celda:
    """Un año de un indicador.

    ``valor`` lleva a su constancia: la de la versión ``cifra`` o, si es la línea base, la de número ``base``; y
    ``logro``, a la de número ``esperado``.
    ``clave`` y ``clave_logro`` son las letras de lo que falta. ``dicho`` es lo que la vista calla y debe oírse.
    """

    anio: int
    clase: str
    valor: str = ""
    cifra: int | None = None
    base: int | None = None
    logro: str = ""
    esperado: int | None = None
    clave: str = ""
    clave_logro: str = ""
    dicho: str = ""
    dicho_logro: str = ""

    @property
    def esta_vacia(self) -> bool:
        return not (self.valor or self.logro or self.clave or self.clave_logro)


@dataclass(frozen=True, slots=True)
class FilaDeMatriz:
    """Un indicador; ``hueco`` nombra los años ya empezados de los que no hay nada publicado."""

    codigo: str
    nombre: str
    simbolo: str
    celdas: tuple[Celda, ...]
    hueco: str


@dataclass(frozen=True, slots=True)
class Matriz:
    """Las filas y la clave de las letras que aparecen en ellas."""

    anios: range
    actual: int
    filas: tuple[FilaDeMatriz, ...]
    claves: tuple[tuple[str, str], ...]
    hay: frozenset[str]


def escribir_matriz(leidos: Sequence[IndicadorLeido], anios: range, actual: int, constancias: Constancias) -> Matriz:
    """La matriz de ``leidos`` en ``anios``; ``actual`` es el año del corte: después de él, un hueco no es una falta."""
    motivos = {
        ausencia.motivo
        for leido in leidos
        for punto in leido.evaluacion.serie
        if punto.anio in anios
        for ausencia in (_ausencia(leido, punto), _ausencia_de_logro(punto))
        if ausencia is not None
    }
    letras = dict(zip((motivo for motivo in Motivo if motivo in motivos), LETRAS, strict=False))
    filas = tuple(_fila(leido, anios, actual, letras, constancias) for leido in leidos)
    return Matriz(
        anios=anios,
        actual=actual,
        filas=filas,
        claves=tuple((letra, texto_de_motivo(motivo)) for motivo, letra in letras.items()),
        hay=frozenset(clase for fila in filas for celda in fila.celdas for clase in celda.clase.split()),
    )


def _ausencia(leido: IndicadorLeido, punto: ValorDelAnio) -> Ausencia | None:
    """Por qué falta el valor de un año; None si lo hay o si nadie dijo nada."""
    base = leido.evaluacion.linea_base if punto.es_linea_base else None
    if base is not None and base.valor is not None:
        return None
    if punto.dato is not None:
        return punto.dato.ausencia
    return base.ausencia if base else None


def _ausencia_de_logro(punto: ValorDelAnio) -> Ausencia | None:
    return punto.logro.ausencia if punto.logro else None


def _fila(
    leido: IndicadorLeido, anios: range, actual: int, letras: dict[Motivo, str], constancias: Constancias
) -> FilaDeMatriz:
    por_anio = {punto.anio: punto for punto in leido.evaluacion.serie}
    celdas = tuple(_celda(leido, anio, por_anio.get(anio), actual, letras, constancias) for anio in anios)
    return FilaDeMatriz(
        codigo=leido.indicador.codigo,
        nombre=leido.indicador.nombre_corto,
        simbolo=leido.indicador.simbolo,
        celdas=celdas,
        hueco=_tramos(celda.anio for celda in celdas if celda.clase == "nada"),
    )


def _celda(
    leido: IndicadorLeido,
    anio: int,
    punto: ValorDelAnio | None,
    actual: int,
    letras: dict[Motivo, str],
    constancias: Constancias,
) -> Celda:
    sin_nada = Celda(anio, "nada" if anio <= actual else "futuro")
    if punto is None:
        return sin_nada
    base = leido.evaluacion.linea_base
    decimales = leido.indicador.decimales
    clases: list[str] = []
    valor, cifra, clave_base, clave, dicho = "", None, None, "", ""
    if punto.dato is not None and punto.dato.valor is not None:
        valor, cifra = escribir_numero(punto.dato.valor, decimales), punto.dato.id
        clases, dicho = _clases(punto), _dicho(punto)
    elif punto.es_linea_base and base is not None and base.valor is not None:
        valor, clave_base = escribir_numero(base.valor, decimales), constancias.get(base)
        clases, dicho = ["base"], "línea base"
    elif (ausencia := _ausencia(leido, punto)) is not None:
        clave, dicho = letras[ausencia.motivo], frases.razon(ausencia, ausencia.motivo)
    logro, clave_logro, dicho_logro = "", "", ""
    if punto.logro is not None and punto.logro.valor is not None:
        logro = escribir_numero(punto.logro.valor, decimales)
    elif (ausencia := _ausencia_de_logro(punto)) is not None:
        clave_logro, dicho_logro = letras[ausencia.motivo], frases.razon(ausencia, ausencia.motivo)
    celda = Celda(
        anio=anio,
        clase=" ".join(clases) or ("falta" if anio <= actual else "espera"),
        valor=valor,
        cifra=cifra,
        base=clave_base,
        logro=logro,
        esperado=constancias.get(punto.logro),
        clave=clave,
        clave_logro=clave_logro,
        dicho=dicho,
        dicho_logro=dicho_logro,
    )
    return sin_nada if celda.esta_vacia else celda


def _clases(punto: ValorDelAnio) -> list[str]:
    clases = ["valor" if punto.avance.semaforo is Semaforo.SIN_DATOS else punto.avance.semaforo.value]
    return clases + ["parcial"] * punto.parcial + ["repite"] * punto.se_repite


def _dicho(punto: ValorDelAnio) -> str:
    """«en riesgo, parcial: marzo de 2021»: lo que la forma, el rayado y el «=» dicen a la vista."""
    assert punto.dato is not None
    dichos = [] if punto.avance.semaforo is Semaforo.SIN_DATOS else [frases.palabra_de_luz(punto.avance)]
    dichos += ["repite el valor anterior"] * punto.se_repite
    if punto.parcial:
        dichos.append(f"parcial: {escribir_periodo(punto.dato.periodo.texto)}")
    return ", ".join(dichos)


def _tramos(anios: Iterable[int]) -> str:
    """«2022» o «2022–2026 y 2028», con los años seguidos juntos; vacío si no hay ninguno."""
    tramos: list[list[int]] = []
    for anio in anios:
        if tramos and tramos[-1][-1] == anio - 1:
            tramos[-1].append(anio)
        else:
            tramos.append([anio])
    return enumerar([str(uno[0]) if len(uno) == 1 else f"{uno[0]}–{uno[-1]}" for uno in tramos])
