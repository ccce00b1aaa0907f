"""La portada ya escrita: del Tablero a titulares, casillas, filas y matriz; la plantilla solo los coloca."""

from dataclasses import dataclass

from django.utils import timezone

from indicadores import frases
from indicadores.calculo.tipos import Evaluacion, Semaforo, ValorDelAnio
from indicadores.formato import (
    enumerar,
    escribir_fecha,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    plural,
)
from indicadores.lectura import IndicadorLeido, Publicacion
from indicadores.paginas import FilaDeIndicador, Luz, fila_de, luz_de, valor_suelto
from objetivos.models import ObjetivoPrioritario
from penitenciaria.tablero import ObjetivoEnTablero, Tablero
from servicios.models import Servicio

NUMEROS = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")


@dataclass(frozen=True, slots=True)
class Casilla:
    codigo: str
    corto: str
    nombre: str
    luz: Luz


@dataclass(frozen=True, slots=True)
class Cuenta:
    clase: str
    palabra: str
    cuantos: int


@dataclass(frozen=True, slots=True)
class Grupo:
    objetivo: ObjetivoPrioritario
    resumen: str
    filas: tuple[FilaDeIndicador, ...]


@dataclass(frozen=True, slots=True)
class Celda:
    clase: str
    valor: str
    logro: str
    se_repite: bool
    luz: str
    titulo: str


@dataclass(frozen=True, slots=True)
class FilaDeMatriz:
    codigo: str
    nombre: str
    celdas: tuple[Celda, ...]


@dataclass(frozen=True, slots=True)
class CifraDeServicio:
    servicio: str
    nombre: str
    valor: str
    cuando: str


@dataclass(frozen=True, slots=True)
class Cambio:
    codigo: str
    nombre: str
    valor: str
    cuando: str
    detalle: str


@dataclass(frozen=True, slots=True)
class Portada:
    """Lo que muestra la página de inicio."""

    tablero: Tablero
    anio: int
    vacia: str
    titular: str
    antiguedad: str
    entrada: str
    casillas: tuple[Casilla, ...]
    cuentas: tuple[Cuenta, ...]
    grupos: tuple[Grupo, ...]
    anios: range
    matriz: tuple[FilaDeMatriz, ...]
    frase_servicios: str
    cobertura: tuple[CifraDeServicio, ...]
    cambios: tuple[Cambio, ...]


def escribir(tablero: Tablero) -> Portada:
    """La portada de un tablero."""
    leidos = [leido for objetivo in tablero.objetivos for leido in objetivo.indicadores]
    return Portada(
        tablero=tablero,
        anio=tablero.corte.year,
        vacia=_por_que_vacia(tablero),
        titular=_titular(tablero),
        antiguedad=_antiguedad(leidos),
        entrada=_entrada(tablero, leidos),
        casillas=tuple(
            Casilla(
                codigo=leido.indicador.codigo,
                corto=leido.indicador.codigo.removeprefix("OP.0").replace("-I", "."),
                nombre=leido.indicador.nombre_corto,
                luz=luz_de(leido),
            )
            for leido in leidos
        ),
        cuentas=_cuentas(tablero),
        grupos=tuple(_grupo(objetivo) for objetivo in tablero.objetivos),
        anios=tablero.anios,
        matriz=tuple(_fila_de_matriz(leido, tablero.anios) for leido in leidos),
        frase_servicios=_frase_de_servicios(tablero),
        cobertura=tuple(_cobertura(leido) for leido in tablero.cobertura if leido.evaluacion.ultima),
        cambios=tuple(_cambio(publicacion) for publicacion in tablero.ultimas_publicaciones),
    )


def _por_que_vacia(tablero: Tablero) -> str:
    if tablero.politica is None:
        return "La base está vacía. Quien administra el portal puede llenarla con «manage.py cargar_politica»."
    if tablero.publicado_en is None:
        dia = escribir_fecha(timezone.localdate(tablero.a_la_fecha))
        return f"Al {dia} este portal aún no había publicado nada. Elija una fecha posterior."
    return ""


def _titular(tablero: Tablero) -> str:
    resumen = tablero.resumen
    if tablero.politica is None or tablero.publicado_en is None:
        return "Aún no se había publicado nada."
    medidos = (
        "ninguno se ha medido"
        if resumen.con_medicion == 0
        else f"{resumen.con_medicion} se {'ha' if resumen.con_medicion == 1 else 'han'} medido alguna vez"
    )
    falta = f" De {resumen.sin_medicion} no se sabe nada." if resumen.sin_medicion else ""
    return f"De {plural(resumen.total, 'indicador', 'indicadores')}, {medidos}.{falta}"


def _antiguedad(leidos: list[IndicadorLeido]) -> str:
    ultimas = [leido.evaluacion for leido in leidos if leido.evaluacion.ultima is not None]
    if not ultimas:
        return ""
    reciente = min(ultimas, key=lambda e: e.antiguedad_meses or 0)
    assert reciente.ultima is not None
    cuando = escribir_periodo(reciente.ultima.periodo.texto)
    if not reciente.antiguedad_meses:
        return f"El dato oficial más reciente es de {cuando}."
    return f"El dato oficial más reciente es de {cuando}, {frases.antiguedad(reciente)}."


def _entrada(tablero: Tablero, leidos: list[IndicadorLeido]) -> str:
    """Qué se puede decir del año del corte, qué se repite y desde cuándo no se sabe más."""
    if tablero.publicado_en is None:
        return ""
    anio = tablero.corte.year
    comparables = [leido for leido in leidos if leido.evaluacion.avance.tipo_i is not None]
    if not comparables:
        oraciones = [_antiguedad(leidos), f"Ninguno puede compararse con un logro esperado de {anio}."]
    elif len(comparables) == 1:
        leido = comparables[0]
        indicador, evaluacion = leido.indicador, leido.evaluacion
        paso = frases.que_paso(evaluacion, indicador.simbolo, indicador.decimales)
        falta = frases.que_falta(evaluacion.avance, indicador.simbolo, indicador.decimales, evaluacion.sentido)
        nombre = indicador.nombre_corto[:1].lower() + indicador.nombre_corto[1:]
        oraciones = [f"Solo uno puede compararse con su logro esperado de {anio}: {nombre}. {frases.con_punto(paso)}"]
        if falta:
            oraciones.append(frases.con_punto(falta))
    else:
        oraciones = [f"{len(comparables)} pueden compararse con su logro esperado de {anio}.", _antiguedad(leidos)]
    repetidos = tablero.resumen.se_repiten
    if repetidos == 1:
        oraciones.append("Un valor repite el anterior: puede no ser una medición nueva.")
    elif repetidos:
        cuantos = NUMEROS[repetidos] if repetidos < len(NUMEROS) else str(repetidos)
        oraciones.append(f"Los últimos valores de {cuantos} repiten el anterior: pueden no ser mediciones nuevas.")
    return " ".join(oracion for oracion in oraciones if oracion)


def _cuentas(tablero: Tablero) -> tuple[Cuenta, ...]:
    resumen, anio = tablero.resumen, tablero.corte.year
    parciales = f" ({plural(resumen.parciales, 'parcial', 'parciales')})" if resumen.parciales else ""
    sin_dato = resumen.luces[Semaforo.SIN_DATOS] - resumen.sin_medicion
    return (
        Cuenta("verde", "cumple" if resumen.luces[Semaforo.VERDE] == 1 else "cumplen", resumen.luces[Semaforo.VERDE]),
        Cuenta("amarillo", f"en riesgo{parciales}", resumen.luces[Semaforo.AMARILLO]),
        Cuenta("rojo", "lejos", resumen.luces[Semaforo.ROJO]),
        Cuenta("sin-dato", f"sin dato comparable de {anio}", sin_dato),
        Cuenta("nunca", "nunca medido" if resumen.sin_medicion == 1 else "nunca medidos", resumen.sin_medicion),
    )


def _grupo(objetivo: ObjetivoEnTablero) -> Grupo:
    avance = objetivo.avance
    medidos = f"{objetivo.con_medicion} de {len(objetivo.indicadores)} con alguna medición"
    if avance.valor is None:
        del_anio = f"sin avance calculable en {avance.anio}"
    else:
        parcial = ", parcial" if avance.parcial else ""
        del_anio = (
            f"avance de {avance.anio}: {frases.porcentaje_de_avance(avance.valor)} "
            f"({avance.con_dato} de {avance.de} con dato{parcial})"
        )
    return Grupo(
        objetivo=objetivo.objetivo,
        resumen=f"{medidos} · {del_anio}",
        filas=tuple(fila_de(leido) for leido in objetivo.indicadores),
    )


def _fila_de_matriz(leido: IndicadorLeido, anios: range) -> FilaDeMatriz:
    por_anio = {punto.anio: punto for punto in leido.evaluacion.serie}
    return FilaDeMatriz(
        codigo=leido.indicador.codigo,
        nombre=leido.indicador.nombre_corto,
        celdas=tuple(_celda(leido, por_anio.get(anio)) for anio in anios),
    )


def _celda(leido: IndicadorLeido, punto: ValorDelAnio | None) -> Celda:
    if punto is None:
        return Celda("vacia", "", "", False, "", "")
    indicador, evaluacion = leido.indicador, leido.evaluacion
    clases, valor = [], ""
    if punto.dato is not None and punto.dato.valor is not None:
        valor = escribir_numero(punto.dato.valor, indicador.decimales)
        if punto.avance.semaforo is not Semaforo.SIN_DATOS:
            clases.append(punto.avance.semaforo.value)
            clases += ["parcial"] if punto.parcial else []
    elif punto.es_linea_base and evaluacion.linea_base and evaluacion.linea_base.valor is not None:
        valor = escribir_numero(evaluacion.linea_base.valor, indicador.decimales)
        clases.append("base")
    logro = (
        escribir_numero(punto.logro.valor, indicador.decimales) if punto.logro and punto.logro.valor is not None else ""
    )
    if not valor and not logro:
        clases.append("vacia")
    luz = frases.palabra_de_luz(punto.avance) if "verde amarillo rojo".find(" ".join(clases[:1]) or "x") >= 0 else ""
    return Celda(" ".join(clases), valor, logro, punto.se_repite, luz, _titulo(leido, punto, evaluacion))


def _titulo(leido: IndicadorLeido, punto: ValorDelAnio, evaluacion: Evaluacion) -> str:
    """Lo que la celda calla: el periodo de un valor parcial o el motivo de uno ausente."""
    if punto.dato is not None and punto.dato.valor is not None:
        return f"Medido en {escribir_periodo(punto.dato.periodo.texto)}" if punto.parcial else ""
    ausencia = punto.dato.ausencia if punto.dato else None
    if ausencia is None and punto.es_linea_base and evaluacion.linea_base:
        ausencia = evaluacion.linea_base.ausencia
    return frases.con_punto(frases.mayuscula(frases.razon(ausencia, ausencia.motivo))) if ausencia else ""


def _frase_de_servicios(tablero: Tablero) -> str:
    cuantos = dict.fromkeys(Servicio.Ejecucion.values, 0)
    for servicio in tablero.servicios:
        cuantos[servicio.ejecucion] += 1
    partes = []
    if cuantos["inmediata"]:
        partes.append(f"{cuantos['inmediata']} de ejecución inmediata")
    if cuantos["progresiva"]:
        partes.append(f"{cuantos['progresiva']} de ejecución progresiva")
    if cuantos["no_consta"]:
        partes.append(f"{cuantos['no_consta']} cuya ejecución no consta")
    if not partes:
        return "Todavía no hay servicios registrados."
    conocidos = plural(len(tablero.servicios), "servicio conocido", "servicios conocidos")
    return f"De {conocidos}, {enumerar(partes)}. Su cobertura, según la última cifra oficial:"


def _cobertura(leido: IndicadorLeido) -> CifraDeServicio:
    ultima = leido.evaluacion.ultima
    assert leido.indicador.servicio is not None
    assert ultima is not None
    return CifraDeServicio(
        servicio=leido.indicador.servicio.codigo,
        nombre=leido.indicador.nombre_corto,
        valor=valor_suelto(leido),
        cuando=escribir_periodo(ultima.periodo.texto),
    )


def _cambio(publicacion: Publicacion) -> Cambio:
    indicador, dato = publicacion.indicador, publicacion.dato
    valor = (
        escribir_valor(dato.valor, indicador.simbolo, indicador.decimales) if dato.valor is not None else "sin valor"
    )
    version = f"versión {dato.version}, " if dato.version > 1 else ""
    dia = escribir_fecha(timezone.localdate(dato.publicada_en)) if dato.publicada_en else ""
    return Cambio(
        codigo=indicador.codigo,
        nombre=indicador.nombre_corto,
        valor=valor,
        cuando=escribir_periodo(dato.periodo.texto),
        detalle=f"{dato.caracter.value}, {version}publicado el {dia}",
    )
