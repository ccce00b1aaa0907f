"""La única lectura, redondeo y escritura de números y fechas, en el español del Perú. Módulo puro.

Las personas leen y escriben coma decimal y punto de millares (``34,9 %``, ``30.326``); JSON y CSV, punto decimal.
Se redondea solo aquí, en el borde, y siempre la mitad alejándose de cero.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from indicadores.calculo.tipos import (
    Caracter,
    Granularidad,
    Motivo,
    Movimiento,
    Periodo,
    Semaforo,
    Sentido,
    Sexo,
    Situacion,
)

ESPACIO_DURO = "\N{NO-BREAK SPACE}"
MENOS = "\N{MINUS SIGN}"

#: El Perú oficial escribe «setiembre»; la RAE admite ambas formas.
MESES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "setiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
_ORDINALES = ("primer", "segundo", "tercer", "cuarto")

#: Fragmentos de frase: empiezan en minúscula y no llevan punto final.
TEXTO_DE_MOTIVO: dict[Motivo, str] = {
    Motivo.NO_MEDIDO: "todavía no se ha medido",
    Motivo.NO_EXISTE: "no existe aún lo que se quiere medir",
    Motivo.REQUIERE_ESTUDIO: "requiere un estudio previo para poder medirse",
    Motivo.PROGRESIVO: "se fijará de manera progresiva",
    Motivo.REQUIERE_COORDINACION: "requiere coordinación entre las entidades responsables",
    Motivo.NO_APLICA: "no aplica en este caso",
    Motivo.VENCIDO: "venció el plazo y la entidad responsable no lo ha reportado",
    Motivo.NO_CONSTA: "las fuentes disponibles no lo consignan",
    Motivo.POCAS_PERSONAS: "reservado: se refiere a menos de diez personas",
    Motivo.SIN_LINEA_BASE: "no hay línea base con la cual comparar",
    Motivo.SIN_LOGRO_ESPERADO: "no hay un logro esperado para el año",
    Motivo.SIN_MEDICION: "no hay una medición del año",
    Motivo.SIN_SENTIDO: "no se ha definido si el valor debe subir o bajar",
    Motivo.BASE_IGUAL_A_LOGRO: "la línea base y el logro esperado son iguales",
    Motivo.LOGRO_CERO: "el logro esperado es cero y no admite una razón",
}
PALABRA_DE_SEMAFORO: dict[Semaforo, str] = {
    Semaforo.VERDE: "cumple",
    Semaforo.AMARILLO: "en riesgo",
    Semaforo.ROJO: "lejos",
    Semaforo.SIN_DATOS: "sin datos",
}
PALABRA_DE_SENTIDO: dict[Sentido, str] = {
    Sentido.ASCENDENTE: "ascendente",
    Sentido.DESCENDENTE: "descendente",
    Sentido.NO_DEFINIDO: "no definido",
}
PALABRA_DE_CARACTER: dict[Caracter, str] = {
    Caracter.OFICIAL: "oficial",
    Caracter.REFERENCIAL: "referencial",
}
PALABRA_DE_SITUACION: dict[Situacion, str] = {
    Situacion.PRELIMINAR: "preliminar",
    Situacion.DEFINITIVA: "definitiva",
}
PALABRA_DE_SEXO: dict[Sexo, str] = {
    Sexo.TOTAL: "total",
    Sexo.HOMBRES: "hombres",
    Sexo.MUJERES: "mujeres",
}
PALABRA_DE_MOVIMIENTO: dict[Movimiento, str] = {
    Movimiento.MEJORA: "mejora",
    Movimiento.SIN_CAMBIO: "sin cambio",
    Movimiento.RETROCEDE: "retrocede",
    Movimiento.DESCONOCIDO: "no se puede comparar",
}


def texto_de_motivo(motivo: Motivo) -> str:
    """La razón, en un fragmento de frase."""
    return TEXTO_DE_MOTIVO[motivo]


# --- Leer -----------------------------------------------------------------------------------------------------------


class NumeroInvalido(ValueError):
    """Lo escrito no es un número admisible; el mensaje, en español, lo cita y da un ejemplo."""


_ESPACIOS_FINOS = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_TIPOGRAFIA = str.maketrans(dict.fromkeys(_ESPACIOS_FINOS, " ") | {MENOS: "-"})
_SIGNO_Y_CIFRAS = re.compile(r"(?P<signo>-?)(?P<cifras>[0-9][0-9., ]*?) ?%?")
_SIMPLE = re.compile(r"(?P<entero>[0-9]+)(?:[.,](?P<decimal>[0-9]+))?")
_CON_MILLARES = tuple(
    re.compile(rf"(?P<entero>[1-9][0-9]{{0,2}}(?:{millar}[0-9]{{3}})+)(?:{decimal}(?P<decimal>[0-9]+))?")
    for millar, decimal in ((r"\.", ","), (",", r"\."), (" ", "[.,]"))
)
#: Un solo separador y tres cifras detrás: puede ser de millares o decimal.
_AMBIGUO = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def leer_decimal(texto: str, *, entero: bool = False, decimales_max: int = 4, digitos_max: int = 15) -> Decimal:
    """Interpreta lo que una persona escribe: «34,9», «34.9», «1.234,5», «1,234.5», «30 326», «34,9 %».

    «1.234» es ambiguo: en un campo ``entero`` vale 1234; en uno decimal es un error que pregunta cuál se quiso
    escribir. Los ceros decimales que sobran no cuentan. ``digitos_max`` incluye los ``decimales_max``, como en un
    ``DecimalField``: quedan 11 cifras enteras. Levanta :class:`NumeroInvalido`.
    """
    limpio = texto.translate(_TIPOGRAFIA).strip()
    if not limpio:
        raise NumeroInvalido(f"Falta el número. Escriba, por ejemplo, {_ejemplo(entero)}.")
    partes = _SIGNO_Y_CIFRAS.fullmatch(limpio)
    if partes is None:
        _rechazar(texto, "no es un número", entero)
    cifras = partes["cifras"]
    ambiguo = _AMBIGUO.fullmatch(cifras) is not None
    if ambiguo and ("," in cifras) is entero:
        _preguntar(texto, partes["signo"], cifras, entero)
    simple = None if ambiguo and entero else _SIMPLE.fullmatch(cifras)
    numero = simple or next(filter(None, (forma.fullmatch(cifras) for forma in _CON_MILLARES)), None)
    if numero is None:
        _rechazar(texto, "no es un número: revise los puntos y las comas", entero)
    enteras = re.sub("[^0-9]", "", numero["entero"]).lstrip("0") or "0"
    decimales = numero["decimal"] or ""
    if entero and decimales:
        _rechazar(texto, "lleva decimales y se espera un número entero", entero)
    decimales = decimales[:decimales_max] + decimales[decimales_max:].rstrip("0")
    if len(decimales) > decimales_max:
        admitidos = plural(decimales_max, "decimal", "decimales")
        _rechazar(texto, f"tiene {len(decimales)} decimales y se admiten hasta {admitidos}", entero)
    if len(enteras) > digitos_max - decimales_max:
        _rechazar(texto, f"es demasiado grande: se admiten hasta {digitos_max - decimales_max} cifras enteras", entero)
    valor = Decimal(f"{enteras}.{decimales}" if decimales else enteras)
    return valor.copy_negate() if partes["signo"] and valor else valor


def _ejemplo(entero: bool) -> str:
    return "«1234»" if entero else "«34,9»"


def _citar(texto: str) -> str:
    limpio = texto.strip()
    return f"«{limpio}»" if len(limpio) <= 40 else f"«{limpio[:40]}…»"


def _rechazar(texto: str, razon: str, entero: bool) -> NoReturn:
    raise NumeroInvalido(f"{_citar(texto)} {razon}. Escriba, por ejemplo, {_ejemplo(entero)}.")


def _preguntar(texto: str, signo: str, cifras: str, entero: bool) -> NoReturn:
    """El separador puede ser de millares o decimal: se explica cómo escribir cada cosa."""
    millares, decimal = (signo + re.sub("[.,]", separador, cifras) for separador in ("", ","))
    if entero:
        raise NumeroInvalido(
            f"{_citar(texto)} es ambiguo: si la coma separa millares escriba «{millares}»; "
            "si separa decimales, aquí se espera un número entero."
        )
    raise NumeroInvalido(
        f"{_citar(texto)} es ambiguo: escriba «{millares}» si el punto separa millares "
        f"o «{decimal}» si separa decimales."
    )


# --- Redondear ------------------------------------------------------------------------------------------------------


def redondear(x: Decimal | Fraction | int, decimales: int) -> Decimal:
    """Redondeo exacto a ``decimales`` (≥ 0), la mitad alejándose de cero; nunca devuelve −0."""
    escalado = _escalar(x, decimales)
    return Decimal((int(escalado < 0), Decimal(abs(escalado)).as_tuple().digits, -decimales))


def _escalar(x: Decimal | Fraction | int, decimales: int) -> int:
    """``x·10^decimales`` redondeado a entero; sin pasar por el contexto de ``decimal``, que limita los dígitos."""
    exacto = Fraction(x) * 10**decimales
    magnitud = int(abs(exacto) + Fraction(1, 2))
    return -magnitud if exacto < 0 else magnitud


def porcentaje_de(numerador: int, denominador: int) -> Decimal:
    """100·numerador/denominador con 4 decimales, como se guarda. Levanta ``ValueError`` si el denominador no es > 0."""
    if denominador <= 0:
        raise ValueError("El denominador de un porcentaje debe ser mayor que cero.")
    return redondear(Fraction(100 * numerador, denominador), 4)


# --- Escribir números -----------------------------------------------------------------------------------------------


def escribir_numero(x: Decimal | Fraction | int, decimales: int, *, ceros: bool = False) -> str:
    """Para leer: «30.326», «34,9», «−0,5». Los ceros decimales finales se omiten, salvo que se pidan."""
    escalado = _escalar(x, decimales)
    enteras, resto = divmod(abs(escalado), 10**decimales)
    fraccion = f"{resto:0{decimales}d}" if decimales else ""
    if not ceros:
        fraccion = fraccion.rstrip("0")
    escrito = f"{enteras:,}".replace(",", ".") + (f",{fraccion}" if fraccion else "")
    return MENOS + escrito if escalado < 0 else escrito


def escribir_valor(valor: Decimal | Fraction | int, simbolo: str, decimales: int) -> str:
    """El número y su símbolo, que un espacio duro mantiene juntos: «34,9 %»."""
    numero = escribir_numero(valor, decimales)
    if numero in ("1", f"{MENOS}1") and simbolo.endswith(("as", "os")):  # «1 caso», «1 persona»
        simbolo = simbolo[:-1]
    return f"{numero}{ESPACIO_DURO}{simbolo}" if simbolo else numero


def escribir_editable(x: Decimal) -> str:
    """Lo que va en una casilla: exacto, coma decimal, sin millares. ``leer_decimal`` lo devuelve igual."""
    escrito = format(x, "f")
    if "." in escrito:
        escrito = escrito.rstrip("0").rstrip(".")
    return escrito.replace(".", ",") if x else "0"


def numero_json(x: Decimal | None) -> int | float | None:
    """Número de JSON: entero si lo es. Exacto hasta 15 cifras, que es lo que se admite guardar."""
    if x is None:
        return None
    return int(x) if x == x.to_integral_value() else float(x)


def avance_json(avance: Fraction | None) -> int | float | None:
    """Puntos de porcentaje con 2 decimales; las luces, en cambio, se deciden sobre el valor exacto."""
    return None if avance is None else numero_json(redondear(avance, 2))


# --- Escribir fechas y palabras -------------------------------------------------------------------------------------


def escribir_fecha(fecha: date, precision: str = "dia") -> str:
    """«25 de setiembre de 2020», «mayo de 2021» o «2024», según se conozca el ``dia``, el ``mes`` o el ``anio``."""
    formas = {
        "dia": f"{fecha.day} de {MESES[fecha.month - 1]} de {fecha.year}",
        "mes": f"{MESES[fecha.month - 1]} de {fecha.year}",
        "anio": str(fecha.year),
    }
    if precision not in formas:
        raise ValueError(f"«{precision}» no es una precisión de fecha: use dia, mes o anio.")
    return formas[precision]


def fecha_corta(fecha: date) -> str:
    """«25-09-2020»."""
    return f"{fecha.day:02d}-{fecha.month:02d}-{fecha.year:04d}"


@lru_cache(maxsize=4096)
def escribir_periodo(texto: str) -> str:
    """«2020», «primer semestre de 2021», «segundo trimestre de 2021», «marzo de 2021». Levanta ``PeriodoInvalido``."""
    periodo = Periodo.leer(texto)
    if periodo.granularidad is Granularidad.ANUAL:
        return str(periodo.anio)
    if periodo.granularidad is Granularidad.MENSUAL:
        return escribir_fecha(periodo.inicio, "mes")
    nombre, meses = ("semestre", 6) if periodo.granularidad is Granularidad.SEMESTRAL else ("trimestre", 3)
    return f"{_ORDINALES[periodo.inicio.month // meses]} {nombre} de {periodo.anio}"


def escribir_antiguedad(meses: int) -> str:
    """«5 años y 7 meses», «1 mes», «menos de un mes»."""
    if meses < 1:
        return "menos de un mes"
    anios, resto = divmod(meses, 12)
    partes = [plural(anios, "año", "años")] if anios else []
    if resto:
        partes.append(plural(resto, "mes", "meses"))
    return enumerar(partes)


def enumerar(elementos: Sequence[str], conjuncion: str = "y") -> str:
    """«a, b y c»; «y» pasa a «e» ante el sonido i (no ante «hie»), y «o» a «u» ante el sonido o."""
    if len(elementos) < 2:
        return "".join(elementos)
    *primeros, ultimo = elementos
    if conjuncion == "y" and re.match(r"\W*h?[ií](?!e)", ultimo, re.IGNORECASE):
        conjuncion = "e"
    elif conjuncion == "o" and re.match(r"\W*h?[oó]", ultimo, re.IGNORECASE):
        conjuncion = "u"
    return f"{', '.join(primeros)} {conjuncion} {ultimo}"


def plural(n: int, singular: str, plural: str) -> str:
    """«1 indicador», «13 indicadores», «30.326 personas»."""
    return f"{escribir_numero(n, 0)} {singular if n == 1 else plural}"


def sin_acentos(texto: str) -> str:
    """El texto en minúsculas y sin tildes, para buscar: «Módulo» y «modulo» son lo mismo."""
    descompuesto = unicodedata.normalize("NFD", texto.casefold())
    return "".join(letra for letra in descompuesto if not unicodedata.combining(letra))
