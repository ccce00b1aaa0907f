"""De un indicador a oraciones en español: sobrias, completas y sin un número que no esté en los datos. Puro.

Toda cifra lleva su unidad; lo que falta se dice con su motivo y nunca con un cero. Las oraciones de la política, de los
objetivos y de los servicios están en ``redaccion_general``.
"""

from collections import defaultdict
from decimal import Decimal

from indicadores import frases
from indicadores.calculo.tipos import (
    Ausencia,
    Avance,
    Dato,
    EstadoIndicador,
    Granularidad,
    Motivo,
    Movimiento,
    Periodo,
    Situacion,
    ValorBase,
)
from indicadores.formato import escribir_numero, escribir_periodo, escribir_valor, plural, texto_de_motivo
from penitenciaria.informe.cifras import referencias, unidad_de_cantidad
from penitenciaria.informe.hechos import Medida
from penitenciaria.informe.relato import de_su_tiempo

NUMEROS = ("", "", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
_MASCULINOS = ("porcentaje", "número", "índice", "monto", "promedio", "total", "grado", "nivel", "tiempo")
_FEMENINOS = ("tasa", "cantidad", "proporción", "razón", "ratio", "variación", "cobertura", "densidad")
_SIN_DECIR = (Motivo.SIN_MEDICION, Motivo.SIN_LOGRO_ESPERADO)
MESES_PARA_DECIR_LA_EDAD = 12


# --- Palabras -------------------------------------------------------------------------------------------------------


def contar(n: int, singular: str, en_plural: str) -> str:
    """«un indicador», «siete servicios», «13 indicadores», «ningún servicio» (nombres masculinos)."""
    if n < 2:
        return f"{'un' if n else 'ningún'} {singular}"
    return f"{NUMEROS[n]} {en_plural}" if n < len(NUMEROS) else plural(n, singular, en_plural)


def suelto(n: int, *, femenino: bool = False) -> str:
    """El mismo número sin nombre detrás: «uno», «una», «siete», «13»."""
    if n == 1:
        return "una" if femenino else "uno"
    return NUMEROS[n] if 1 < n < len(NUMEROS) else escribir_numero(n, 0)


def con_articulo(periodo: str) -> str:
    """«2020», «marzo de 2021», «el primer semestre de 2021»."""
    lleva = Periodo.leer(periodo).granularidad in (Granularidad.SEMESTRAL, Granularidad.TRIMESTRAL)
    return f"el {escribir_periodo(periodo)}" if lleva else escribir_periodo(periodo)


def de(nombre: str) -> str:
    """«de 2020», «del primer semestre de 2021»."""
    return f"del {nombre.removeprefix('el ')}" if nombre.startswith("el ") else f"de {nombre}"


def sujeto(medida: Medida) -> str:
    """«El porcentaje de personas… (OP.01-I2)»; si el nombre no empieza por una palabra conocida, entre comillas."""
    primera = medida.nombre.split(" ", 1)[0].lower()
    nombre = medida.nombre[:1].lower() + medida.nombre[1:]
    if primera in _MASCULINOS:
        return f"El {nombre} ({medida.codigo})"
    if primera in _FEMENINOS:
        return f"La {nombre} ({medida.codigo})"
    return f"El indicador «{medida.nombre}» ({medida.codigo})"


def valor_de(dato: Dato, medida: Medida) -> str:
    """«35 % (30.326 personas)»; dice también si la cifra es preliminar."""
    assert dato.valor is not None
    detalles = []
    if dato.numerador is not None and medida.cuenta_personas:
        detalles.append(f"{escribir_numero(dato.numerador, 0)} {unidad_de_cantidad(medida)}")
    if dato.situacion is Situacion.PRELIMINAR:
        detalles.append("cifra preliminar")
    escrito = escribir_valor(dato.valor, medida.simbolo, medida.decimales)
    return f"{escrito} ({', '.join(detalles)})" if detalles else escrito


# --- Un indicador ---------------------------------------------------------------------------------------------------


def de_indicador(medida: Medida, anio: int, *, con_relato: bool = False) -> tuple[str, ...]:
    """Todo lo que el reporte dice de un indicador, oración por oración.

    Si una persona ya escribió el relato del año (``con_relato``), las razones se dicen en breve y las limitaciones se
    dejan para la ficha técnica: el relato suele explicarlas mejor.
    """
    primeras = que_paso(medida)
    faltas = _que_no_tiene(medida, anio, con_relato=con_relato)
    explicadas = any(". " in falta for falta in faltas)
    if not primeras:
        sin_nada = faltas or [f"no cuenta con ningún valor: {texto_de_motivo(Motivo.SIN_MEDICION)}"]
        primeras, faltas = [f"{sujeto(medida)} {sin_nada[0]}"], sin_nada[1:]
    oraciones = [
        *primeras,
        *_edad(medida, anio),
        *(frases.mayuscula(falta) for falta in faltas),
        *_frente_al_logro(medida, anio),
        *_avances(medida),
    ]
    if medida.limitaciones and not con_relato and not explicadas:
        oraciones.append(medida.limitaciones)
    return tuple(frases.con_punto(oracion) for oracion in oraciones)


def que_paso(medida: Medida) -> list[str]:
    """El último valor frente a aquello con que se compara; nada si nunca se midió."""
    evaluacion = medida.evaluacion
    ultima, base = evaluacion.ultima, evaluacion.linea_base
    quien = sujeto(medida)
    if ultima is None or ultima.valor is None:
        if base is None or base.valor is None:
            return []
        valor = escribir_valor(base.valor, medida.simbolo, medida.decimales)
        return [f"{quien} solo cuenta con su línea base: {valor} en {base.anio}"]
    cuando = con_articulo(ultima.periodo.texto)
    desde = referencias(medida)
    if not desde:
        return [f"{quien} registró {valor_de(ultima, medida)} en {cuando}, su único valor oficial"]
    oraciones = [_movimiento(quien, medida, desde[0], ultima)]
    if evaluacion.movimiento is Movimiento.RETROCEDE:
        oraciones.append("Se mueve en sentido contrario al esperado")
    if evaluacion.ultima_se_repite:
        oraciones.append("El valor repite el anterior y puede no provenir de una medición nueva")
    oraciones += [
        _movimiento(f"Respecto {de(_cuando(previo))}, el valor", medida, previo, ultima) for previo in desde[1:]
    ]
    return oraciones


def _cuando(punto: ValorBase | Dato) -> str:
    return con_articulo(punto.periodo.texto) if isinstance(punto, Dato) else str(punto.anio)


def _movimiento(quien: str, medida: Medida, desde: ValorBase | Dato, ultima: Dato) -> str:
    """«… bajó 2 puntos porcentuales: de 37 % en 2020 a 35 % en marzo de 2021», tal como se lee con sus decimales."""
    assert desde.valor is not None
    assert ultima.valor is not None
    antes = valor_de(desde, medida) if isinstance(desde, Dato) else _escrito(desde.valor, medida)
    antes_en = _cuando(desde) if isinstance(desde, Dato) else f"la línea base {de(_cuando(desde))}"
    cuando = con_articulo(ultima.periodo.texto)
    if _escrito(desde.valor, medida) == _escrito(ultima.valor, medida):
        return f"{quien} se mantuvo en {valor_de(ultima, medida)} entre {antes_en} y {cuando}"
    cambio = ultima.valor - desde.valor
    verbo = "subió" if cambio > 0 else "bajó"
    cuanto = "" if _es_nada(cambio, medida) else f" {frases.diferencia(cambio, medida.simbolo, medida.decimales)}:"
    return f"{quien} {verbo}{cuanto} de {antes} en {antes_en} a {valor_de(ultima, medida)} en {cuando}"


def _escrito(valor: Decimal, medida: Medida) -> str:
    return escribir_valor(valor, medida.simbolo, medida.decimales)


def _es_nada(diferencia: Decimal, medida: Medida) -> bool:
    """Si la diferencia existe pero se leería «0» con los decimales que se muestran."""
    return escribir_numero(abs(diferencia), medida.decimales) == "0"


def _edad(medida: Medida, anio: int) -> list[str]:
    """Hace cuánto se midió por última vez, si no fue en el año ni hace poco."""
    evaluacion = medida.evaluacion
    ultima, base = evaluacion.ultima, evaluacion.linea_base
    if ultima is None:
        hay_base = base is not None and base.valor is not None
        consta = any(dato.periodo.anio >= anio - 1 for dato in medida.datos)
        return ["Desde entonces no consta ningún valor oficial"] if hay_base and not consta else []
    if ultima.periodo.anio >= anio or (evaluacion.antiguedad_meses or 0) < MESES_PARA_DECIR_LA_EDAD:
        return []
    return [f"El dato es de {frases.antiguedad(evaluacion)}"]


# --- Lo que falta ---------------------------------------------------------------------------------------------------


def _que_no_tiene(medida: Medida, anio: int, *, con_relato: bool) -> list[str]:
    """Una oración por motivo, sin sujeto: «no tiene línea base de 2019 ni valor de 2020: todavía no se ha medido»."""
    por_motivo: defaultdict[Motivo, list[tuple[str, Ausencia]]] = defaultdict(list)
    for que, ausencia in _ausencias(medida, anio):
        por_motivo[ausencia.motivo].append((que, ausencia))
    oraciones: list[str] = []
    for motivo, lista in por_motivo.items():
        que = " ni ".join(nombre for nombre, _ in lista)
        tampoco = "tampoco" if oraciones else "no"
        texto = frases.mayuscula(de_su_tiempo(lista[-1][1].texto, anio))
        if con_relato or motivo is Motivo.NO_CONSTA or not texto:
            oraciones.append(f"{tampoco} tiene {que}: {_por_que(motivo, [nombre for nombre, _ in lista])}")
        else:
            oraciones.append(f"{tampoco} tiene {que}. {texto}")
    return oraciones


def _ausencias(medida: Medida, anio: int) -> list[tuple[str, Ausencia]]:
    """Lo que falta y por qué: la línea base, los valores del año y del anterior, y el logro esperado del año."""
    evaluacion = medida.evaluacion
    base = evaluacion.linea_base
    lista = []
    if base is None:
        lista.append(("línea base", Ausencia(Motivo.NO_CONSTA)))
    elif base.valor is None:
        lista.append((f"línea base de {base.anio}", base.ausencia or Ausencia(Motivo.NO_CONSTA)))
    faltan = [
        (f"valor {de(con_articulo(dato.periodo.texto))}", dato.ausencia or Ausencia(Motivo.NO_CONSTA))
        for dato in medida.datos
        if dato.valor is None and dato.periodo.anio >= anio - 1
    ]
    if not faltan and evaluacion.estado is EstadoIndicador.SIN_MEDICION:
        faltan = [("ningún valor", evaluacion.ausencia or Ausencia(Motivo.SIN_MEDICION))]
    lista += faltan
    logro = evaluacion.avance.logro
    if logro is not None and logro.valor is None:
        lista.append((f"logro esperado de {logro.anio}", logro.ausencia or Ausencia(Motivo.NO_CONSTA)))
    return lista


def _por_que(motivo: Motivo, nombres: list[str]) -> str:
    """El texto del motivo, concordado con lo que falta."""
    if motivo is Motivo.NO_CONSTA:
        pronombre = "los" if len(nombres) > 1 else "la" if nombres[0].startswith("línea") else "lo"
        return f"las fuentes disponibles no {pronombre} consignan"
    if motivo is Motivo.PROGRESIVO and len(nombres) > 1:
        return "se fijarán de manera progresiva"
    return texto_de_motivo(motivo)


# --- El logro esperado y los avances --------------------------------------------------------------------------------


def _frente_al_logro(medida: Medida, anio: int) -> list[str]:
    avance = medida.evaluacion.avance
    logro = avance.logro
    if logro is None:
        return [f"No consta un logro esperado para {anio}"]
    if logro.valor is None:
        return []
    esperado = escribir_valor(logro.valor, medida.simbolo, medida.decimales)
    if avance.brecha is None:
        return [
            f"El logro esperado de {anio} es {esperado}; al corte no hay un valor de ese año con el cual compararlo"
        ]
    return [_distancia(avance, medida) or f"El logro esperado de {anio} es {esperado}"]


def _distancia(avance: Avance, medida: Medida) -> str:
    """Cuánto faltaba o sobraba; si la diferencia no llega a leerse, lo dice sin número."""
    if avance.brecha and avance.logro and avance.logro.valor is not None and _es_nada(avance.brecha, medida):
        esperado = escribir_valor(avance.logro.valor, medida.simbolo, medida.decimales)
        return f"El valor apenas difiere de lo esperado en {avance.anio} ({esperado})"
    return frases.que_falta(avance, medida.simbolo, medida.decimales, medida.evaluacion.sentido)


def _avances(medida: Medida) -> list[str]:
    evaluacion = medida.evaluacion
    actual, ultimo = evaluacion.avance, evaluacion.ultimo_avance
    if actual.tipo_i is not None:
        return [*_avance_escrito(actual), *_tipo_ii(actual, medida)]
    oraciones = []
    if actual.motivo is not None and actual.motivo not in _SIN_DECIR and actual.brecha is not None:
        oraciones.append(f"El avance no puede calcularse: {texto_de_motivo(actual.motivo)}")
    if ultimo is not None and ultimo.anio != actual.anio and ultimo.tipo_i is not None:
        distancia = _distancia(ultimo, medida)
        detalle = f": {distancia[:1].lower()}{distancia[1:]}" if distancia else ""
        oraciones += [f"El último año que puede compararse es {ultimo.anio}{detalle}", *_avance_escrito(ultimo)]
    return oraciones


def _avance_escrito(avance: Avance) -> list[str]:
    del_dato = de(con_articulo(avance.dato.periodo.texto)) if avance.dato else ""
    parcial = f", y es parcial porque se apoya en el dato {del_dato}" if avance.parcial else ""
    valor = f"{frases.porcentaje_de_avance(avance.tipo_i)} ({frases.palabra_de_luz(avance)})"
    return [f"El avance tipo I de {avance.anio} es {valor}{parcial}"]


def _tipo_ii(avance: Avance, medida: Medida) -> list[str]:
    if avance.tipo_ii is None:
        motivo = avance.motivo_tipo_ii or Motivo.SIN_LINEA_BASE
        return [f"El avance tipo II no puede calcularse: {texto_de_motivo(motivo)}"]
    oraciones = [f"El avance tipo II, medido desde la línea base, es {frases.porcentaje_de_avance(avance.tipo_ii)}"]
    contraste = frases.desacuerdo(avance, medida.evaluacion.movimiento)
    return [*oraciones, contraste] if contraste else oraciones
