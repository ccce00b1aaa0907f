"""La calculadora de la metodología: lee lo que alguien escribe y explica el resultado del núcleo con sus números.

No calcula nada por su cuenta: los avances son de ``indicadores.calculo.avance`` y la luz, de ``semaforo``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from indicadores import frases
from indicadores.calculo.avance import CIEN, acotar, calcular
from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import Avance, Motivo, Semaforo, Sentido, Umbrales
from indicadores.formato import (
    PALABRA_DE_SEMAFORO,
    NumeroInvalido,
    escribir_numero,
    leer_decimal,
    redondear,
    texto_de_motivo,
)
from indicadores.paginas import Luz

SENTIDOS = (
    (Sentido.ASCENDENTE, "Debe subir (ascendente)"),
    (Sentido.DESCENDENTE, "Debe bajar (descendente)"),
    (Sentido.NO_DEFINIDO, "No está definido"),
)
CAMPOS = (
    ("linea_base", "Línea base", "El valor de partida. Puede faltar."),
    ("logro", "Logro esperado", "Lo que se espera para el año."),
    ("valor", "Valor obtenido", "Lo que se midió ese año."),
)


@dataclass(frozen=True, slots=True)
class Campo:
    """Una casilla: lo que se escribió tal cual y, si no se entiende, por qué."""

    nombre: str
    rotulo: str
    ayuda: str
    texto: str
    error: str


@dataclass(frozen=True, slots=True)
class Formula:
    """Una fracción por cien con sus números: ``arriba``/``abajo`` × 100 ``signo`` ``resultado``."""

    arriba: str
    abajo: str
    signo: str
    resultado: str


@dataclass(frozen=True, slots=True)
class Tipo:
    """Un avance ya escrito; sin él, ``explicacion`` dice el motivo y no hay fórmula."""

    nombre: str
    valor: str
    formula: Formula | None
    explicacion: str


@dataclass(frozen=True, slots=True)
class Resultado:
    luz: Luz
    explicacion_de_luz: str
    tipos: tuple[Tipo, ...]
    aviso: str


@dataclass(frozen=True, slots=True)
class Calculadora:
    """El formulario con lo escrito y su resultado; sin nada escrito, o con errores, no hay resultado."""

    sentido: str
    sentidos: tuple[tuple[str, str], ...]
    error_de_sentido: str
    campos: tuple[Campo, ...]
    resultado: Resultado | None
    consulta: tuple[tuple[str, str], ...]

    @property
    def errores(self) -> tuple[tuple[str, str], ...]:
        """(casilla, qué pasa) de lo que no se entiende."""
        de_campos = tuple((campo.rotulo, campo.error) for campo in self.campos if campo.error)
        return (("Sentido", self.error_de_sentido), *de_campos) if self.error_de_sentido else de_campos


@dataclass(frozen=True, slots=True)
class _Cuenta:
    """Los números de un cálculo."""

    sentido: Sentido
    base: Decimal | None
    logro: Decimal | None
    valor: Decimal | None


def leer_calculadora(pedido: Mapping[str, str], umbrales: Umbrales) -> Calculadora:
    """La calculadora que pide una dirección; una casilla vacía es «no se conoce»."""
    numeros: dict[str, Decimal | None] = {}
    campos = []
    for nombre, rotulo, ayuda in CAMPOS:
        texto = pedido.get(nombre, "")
        numeros[nombre], error = _leer(texto)
        campos.append(Campo(nombre, rotulo, ayuda, texto, error))
    hay_algo = any(campo.texto.strip() for campo in campos)
    pedido_sentido = pedido.get("sentido", "").strip()
    conocidos = {str(sentido) for sentido, _ in SENTIDOS}
    # Sin sentido en la dirección, la calculadora vacía ofrece el más común; con números, no lo supone.
    sentido = pedido_sentido or str(Sentido.NO_DEFINIDO if hay_algo else Sentido.ASCENDENTE)
    error_de_sentido = "" if sentido in conocidos else "Elija si el valor debe subir, bajar o no está definido."
    resultado = None
    if hay_algo and not error_de_sentido and not any(campo.error for campo in campos):
        cuenta = _Cuenta(Sentido(sentido), numeros["linea_base"], numeros["logro"], numeros["valor"])
        resultado = _resolver(cuenta, umbrales)
    exactos = tuple((nombre, format(numero, "f")) for nombre, numero in numeros.items() if numero is not None)
    return Calculadora(
        sentido=sentido,
        sentidos=tuple((str(clave), rotulo) for clave, rotulo in SENTIDOS),
        error_de_sentido=error_de_sentido,
        campos=tuple(campos),
        resultado=resultado,
        consulta=(("sentido", sentido), *exactos) if resultado else (),
    )


def _leer(texto: str) -> tuple[Decimal | None, str]:
    if not texto.strip():
        return None, ""
    try:
        return leer_decimal(texto), ""
    except NumeroInvalido as error:
        return None, str(error)


def _resolver(cuenta: _Cuenta, umbrales: Umbrales) -> Resultado:
    tipos = calcular(sentido=cuenta.sentido, valor=cuenta.valor, logro=cuenta.logro, base=cuenta.base)
    semaforo = encender(tipos.tipo_i, umbrales)
    clase = "sin-dato" if semaforo is Semaforo.SIN_DATOS else semaforo.value
    return Resultado(
        luz=Luz(clase, PALABRA_DE_SEMAFORO[semaforo]),
        explicacion_de_luz=_explicar_luz(tipos.tipo_i, semaforo, umbrales),
        tipos=(_tipo_i(cuenta, tipos.tipo_i, tipos.motivo), _tipo_ii(cuenta, tipos.tipo_ii, tipos.motivo_tipo_ii)),
        aviso=_sentido_contrario(cuenta),
    )


def explicar_avance(avance: Avance, *, sentido: Sentido, base: Decimal | None) -> tuple[Tipo, Tipo]:
    """Los dos avances que el núcleo ya calculó, con los números de que salen."""
    valor = avance.dato.valor if avance.dato else None
    cuenta = _Cuenta(sentido, base, avance.logro.valor if avance.logro else None, valor)
    return _tipo_i(cuenta, avance.tipo_i, avance.motivo), _tipo_ii(cuenta, avance.tipo_ii, avance.motivo_tipo_ii)


def _tipo_i(cuenta: _Cuenta, avance: Fraction | None, motivo: Motivo | None) -> Tipo:
    nombre = "Avance tipo I"
    if avance is None or cuenta.valor is None or cuenta.logro is None:
        return Tipo(nombre, "–", None, _por_que_no(motivo))
    valor, logro = escribir_numero(cuenta.valor, 4), escribir_numero(cuenta.logro, 4)
    escrito = frases.porcentaje_de_avance(avance)
    if cuenta.sentido is Sentido.ASCENDENTE:
        explicacion = f"Debía subir: de {logro} que se esperaban se obtuvo {valor}."
        return Tipo(nombre, escrito, _formula(valor, logro, avance), explicacion)
    if cuenta.valor == 0:
        return Tipo(nombre, escrito, None, "Debía bajar y llegó a cero: el avance es 100 % por definición.")
    frente = "y ya está en ese nivel o por debajo" if cuenta.valor <= cuenta.logro else "y sigue por encima"
    explicacion = f"Debía bajar hasta {logro}; el valor es {valor} {frente}."
    return Tipo(nombre, escrito, _formula(logro, valor, avance), explicacion)


def _tipo_ii(cuenta: _Cuenta, avance: Fraction | None, motivo: Motivo | None) -> Tipo:
    nombre = "Avance tipo II"
    if avance is None or cuenta.valor is None or cuenta.logro is None or cuenta.base is None:
        return Tipo(nombre, "–", None, _por_que_no(motivo))
    base = _parentesis(cuenta.base)
    arriba = f"{escribir_numero(cuenta.valor, 4)} − {base}"
    abajo = f"{escribir_numero(cuenta.logro, 4)} − {base}"
    camino = escribir_numero(abs(cuenta.logro - cuenta.base), 4)
    hecho = escribir_numero(abs(cuenta.valor - cuenta.base), 4)
    if avance == 0:
        explicacion = "El valor es el mismo de la línea base: no se ha recorrido nada del camino."
    elif avance < 0:
        explicacion = f"El valor se alejó {hecho} de la línea base, en sentido contrario al logro esperado."
    elif avance == CIEN:
        explicacion = "Se recorrió todo el camino entre la línea base y el logro esperado."
    elif avance > CIEN:
        explicacion = f"Se recorrió {hecho}, más que los {camino} que separaban la línea base del logro esperado."
    else:
        explicacion = f"De los {camino} que separan la línea base del logro esperado se recorrió {hecho}."
    return Tipo(nombre, frases.porcentaje_de_avance(avance), _formula(arriba, abajo, avance), explicacion)


def _formula(arriba: str, abajo: str, avance: Fraction) -> Formula:
    exacto = Fraction(redondear(avance, 1)) == avance
    return Formula(arriba, abajo, "=" if exacto else "≈", frases.porcentaje_de_avance(avance))


def _parentesis(numero: Decimal) -> str:
    escrito = escribir_numero(numero, 4)
    return f"({escrito})" if numero < 0 else escrito


def _por_que_no(motivo: Motivo | None) -> str:
    if motivo is Motivo.NO_APLICA:
        return "No se calcula: con valores negativos la razón crecería cuando el indicador empeora."
    frase = texto_de_motivo(motivo) if motivo is not None else ""
    return f"No se calcula: {frase}."


def _explicar_luz(avance: Fraction | None, semaforo: Semaforo, umbrales: Umbrales) -> str:
    verde, amarillo = (f"{escribir_numero(umbral, 2)} %" for umbral in (umbrales.verde, umbrales.amarillo))
    if avance is None:
        return "Sin un avance tipo I no se enciende ninguna luz."
    cuenta_como = acotar(avance)
    nota = f" Para la luz cuenta como {escribir_numero(cuenta_como, 1)} %." if cuenta_como != avance else ""
    dichas = {
        Semaforo.VERDE: f"El avance tipo I alcanza el umbral verde, {verde}.",
        Semaforo.AMARILLO: f"El avance tipo I alcanza el umbral amarillo, {amarillo}, y no el verde, {verde}.",
        Semaforo.ROJO: f"El avance tipo I no alcanza el umbral amarillo, {amarillo}.",
    }
    return dichas[semaforo] + nota


def _sentido_contrario(cuenta: _Cuenta) -> str:
    """Aviso si el logro está del lado contrario al sentido; vacío si concuerdan o no se sabe."""
    if cuenta.base is None or cuenta.logro is None:
        return ""
    if cuenta.sentido is Sentido.ASCENDENTE and cuenta.logro < cuenta.base:
        return "El valor debe subir y el logro esperado está por debajo de la línea base: revise el sentido."
    if cuenta.sentido is Sentido.DESCENDENTE and cuenta.logro > cuenta.base:
        return "El valor debe bajar y el logro esperado está por encima de la línea base: revise el sentido."
    return ""
