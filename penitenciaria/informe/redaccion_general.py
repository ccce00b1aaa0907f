"""Las oraciones de la política, de un objetivo y de sus servicios. Puro; las de un indicador están en ``redaccion``."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from indicadores import frases
from indicadores.calculo.tipos import AvanceDeObjetivo, Semaforo
from indicadores.formato import enumerar, escribir_fecha, escribir_valor, texto_de_motivo
from penitenciaria.informe.cifras import con_medicion, referencias
from penitenciaria.informe.hechos import (
    AlternativaInformada,
    DocumentoInformado,
    HitoInformado,
    Informe,
    Medida,
    ObjetivoInformado,
    ServicioInformado,
    SuspensionInformada,
)
from penitenciaria.informe.redaccion import con_articulo, contar, que_paso, suelto, sujeto

PALABRA_DE_EJECUCION = {"inmediata": "inmediata", "progresiva": "progresiva", "no_consta": "no consta"}
PALABRA_DE_ESTADO = {
    "en_provision": "se provee",
    "en_prueba": "en prueba",
    "en_diseno": "en diseño",
    "no_iniciado": "no iniciado",
    "no_consta": "no consta",
}
_ESTADO_DE_DOCUMENTO = {"aprobado": "aprobado", "en_diseno": "en diseño", "necesario": "por elaborarse"}
_LUZ_DE_UNO = {Semaforo.VERDE: "cumple", Semaforo.AMARILLO: "está en riesgo", Semaforo.ROJO: "está lejos"}
_LUZ_DE_VARIOS = {Semaforo.VERDE: "cumplen", Semaforo.AMARILLO: "están en riesgo", Semaforo.ROJO: "están lejos"}
MAXIMO_DE_NOMBRES = 3


def _unir(oraciones: Sequence[str]) -> str:
    return " ".join(frases.con_punto(oracion) for oracion in oraciones if oracion)


# --- La política ----------------------------------------------------------------------------------------------------


def entrada(informe: Informe) -> str:
    """Lo primero que se lee: cuánto se sabe y qué puede compararse."""
    if not informe.hay_publicaciones:
        dia = escribir_fecha(informe.publicado_hasta)
        return f"Al {dia} el portal aún no había publicado ninguna cifra: este reporte solo describe la política."
    cuentas = informe.cuentas
    de_que = contar(cuentas.total, "indicador", "indicadores")
    objetivos = contar(len(informe.objetivos), "objetivo prioritario", "objetivos prioritarios")
    oraciones = [f"El avance de la política se mide con {de_que} en {objetivos}"]
    if cuentas.con_medicion and cuentas.sin_medicion:
        cuenta = "cuenta" if cuentas.con_medicion == 1 else "cuentan"
        carece = "carece" if cuentas.sin_medicion == 1 else "carecen"
        oraciones.append(
            f"Al {escribir_fecha(informe.corte)}, {suelto(cuentas.con_medicion)} {cuenta} con algún valor oficial y "
            f"{suelto(cuentas.sin_medicion)} {carece} de él"
        )
    elif cuentas.con_medicion:
        oraciones.append(f"Al {escribir_fecha(informe.corte)}, todos cuentan con algún valor oficial")
    else:
        oraciones.append(f"Al {escribir_fecha(informe.corte)}, ninguno cuenta con un valor oficial")
    return _unir([*oraciones, *_comparables(informe)])


def _comparables(informe: Informe) -> list[str]:
    cuentas, anio = informe.cuentas, informe.anio
    comparables = [medida for medida in informe.medidas if medida.evaluacion.avance.tipo_i is not None]
    if not comparables:
        return [f"Ninguno puede compararse todavía con un logro esperado de {anio}"]
    luces = {luz: cuantos for luz, cuantos in cuentas.luces if cuantos and luz is not Semaforo.SIN_DATOS}
    if len(comparables) == 1:
        [luz] = luces
        segun = ", según un dato parcial" if cuentas.parciales else ""
        quien = sujeto(comparables[0])
        quien = f"{quien[:1].lower()}{quien[1:]}, que {_LUZ_DE_UNO[luz]}{segun}"
        return [f"Solo uno puede compararse con su logro esperado de {anio}: {quien}"]
    partes = [f"{suelto(n)} {(_LUZ_DE_UNO if n == 1 else _LUZ_DE_VARIOS)[luz]}" for luz, n in luces.items()]
    parciales = f" ({suelto(cuentas.parciales)} con datos parciales)" if cuentas.parciales else ""
    cuales = suelto(len(comparables))
    return [
        f"{frases.mayuscula(cuales)} pueden compararse{parciales} con su logro esperado de {anio}: {enumerar(partes)}"
    ]


def repetidos(informe: Informe) -> str:
    """Los indicadores cuyo último valor es idéntico al anterior; vacío si no hay ninguno."""
    suyos = [medida.codigo for medida in informe.medidas if medida.evaluacion.ultima_se_repite]
    if not suyos:
        return ""
    if len(suyos) == 1:
        return (
            f"El último valor de un indicador ({suyos[0]}) repite el anterior: puede no provenir de una medición nueva."
        )
    return (
        f"Los últimos valores de {suelto(len(suyos))} indicadores ({enumerar(suyos)}) repiten el anterior: pueden no "
        "provenir de mediciones nuevas."
    )


def servicios_de_la_politica(informe: Informe) -> str:
    """Cuántos servicios se conocen y cuándo empieza su ejecución."""
    servicios = informe.servicios
    if not servicios:
        return ""
    cuales = contar(len(servicios), "servicio", "servicios")
    se_conoce = "conoce" if len(servicios) == 1 else "conocen"
    oraciones = [f"De la política se {se_conoce} {cuales}: {_ejecuciones(servicios)}"]
    inferidos = sum(servicio.ejecucion_inferida for servicio in servicios)
    if inferidos:
        oraciones.append(f"La ejecución de {suelto(inferidos)} de ellos se infiere: la fuente no la declara")
    return _unir(oraciones)


def _ejecuciones(servicios: Sequence[ServicioInformado]) -> str:
    cuantos = Counter(servicio.ejecucion for servicio in servicios)
    partes = [f"{suelto(cuantos[cual])} de ejecución {cual}" for cual in ("inmediata", "progresiva") if cuantos[cual]]
    if cuantos["no_consta"]:
        partes.append(f"{suelto(cuantos['no_consta'])} cuya ejecución no consta")
    return enumerar(partes)


def priorizados(informe: Informe) -> str:
    """Los objetivos a los que el año dio prioridad; vacío si no consta ninguno."""
    suyos = [objetivo for objetivo in informe.objetivos if objetivo.priorizado]
    if not suyos:
        return ""
    nombres = enumerar([f"{frases.minuscula(objetivo.nombre)} ({objetivo.codigo})" for objetivo in suyos])
    if len(suyos) == 1:
        return f"Se dio prioridad a un objetivo: {nombres}."
    return f"Se dio prioridad a {suelto(len(suyos))} objetivos: {nombres}."


def hito(paso: HitoInformado) -> str:
    """«Setiembre de 2020: publicación de la política. …» o «Pendiente: …»."""
    if not paso.cumplido:
        return _unir([f"Pendiente: {frases.minuscula(paso.titulo)}", paso.descripcion])
    cuando = frases.mayuscula(paso.cuando) or "Sin fecha conocida"
    return _unir([f"{cuando}: {frases.minuscula(paso.descripcion or paso.titulo)}"])


# --- Un objetivo ----------------------------------------------------------------------------------------------------


def de_objetivo(objetivo: ObjetivoInformado) -> str:
    """Con cuántos indicadores se mide, cuántos tienen algún valor y cuánto avanzó en el año."""
    total, medidos = len(objetivo.medidas), con_medicion(objetivo.medidas)
    if not total:
        return "Este objetivo todavía no tiene indicadores."
    if total == 1:
        cuales = "que cuenta con algún valor oficial" if medidos else "que no cuenta con ningún valor oficial"
    elif medidos == total:
        cuales = f"{'ambos' if total == 2 else 'todos'} con algún valor oficial"
    elif medidos:
        cuales = f"de los que {suelto(medidos)} {'cuenta' if medidos == 1 else 'cuentan'} con algún valor oficial"
    else:
        cuales = "ninguno de los cuales cuenta con un valor oficial"
    oraciones = [f"El cumplimiento del objetivo se mide con {contar(total, 'indicador', 'indicadores')}, {cuales}"]
    return _unir([*oraciones, avance_de_objetivo(objetivo.avance)])


def avance_de_objetivo(avance: AvanceDeObjetivo) -> str:
    """El avance del año, con cuántos indicadores se calcula; o por qué no puede calcularse."""
    if avance.valor is None:
        motivo = f": {texto_de_motivo(avance.motivo)}" if avance.motivo else ""
        return f"Su avance de {avance.anio} no puede calcularse{motivo}"
    con = f"calculado con {suelto(avance.con_dato)} de los {suelto(avance.de)} indicadores" if avance.de > 1 else ""
    parcial = "con datos parciales" if avance.parcial else ""
    como = enumerar([parte for parte in (con, parcial) if parte])
    return f"Su avance de {avance.anio} es {frases.porcentaje_de_avance(avance.valor)}{f', {como}' if como else ''}"


# --- Los servicios --------------------------------------------------------------------------------------------------


def de_servicios(servicios: Sequence[ServicioInformado]) -> str:
    """Cuántos servicios tiene el objetivo y de qué ejecución."""
    if not servicios:
        return "No consta ningún servicio de este objetivo."
    if len(servicios) == 1:
        ejecucion = servicios[0].ejecucion
        como = "cuya ejecución no consta" if ejecucion == "no_consta" else f"de ejecución {ejecucion}"
        return f"Al objetivo corresponde un servicio conocido, {como}."
    cuales = contar(len(servicios), "servicio conocido", "servicios conocidos")
    distintas = {servicio.ejecucion for servicio in servicios}
    if len(distintas) == 1:
        [ejecucion] = distintas
        como = (
            "cuya ejecución no consta"
            if ejecucion == "no_consta"
            else f"{'ambos' if len(servicios) == 2 else 'todos'} de ejecución {ejecucion}"
        )
        return f"Al objetivo corresponden {cuales}, {como}."
    return f"Al objetivo corresponden {cuales}: {_ejecuciones(servicios)}."


def cobertura(servicios: Sequence[ServicioInformado]) -> tuple[str, ...]:
    """Las cifras de los servicios: las que solo tienen un valor, juntas por periodo; las demás, con su cambio."""
    medidas = [medida for servicio in servicios for medida in servicio.cobertura]
    por_periodo: defaultdict[str, list[str]] = defaultdict(list)
    con_cambio = []
    for medida in medidas:
        ultima = medida.evaluacion.ultima
        if ultima is None or ultima.valor is None:
            continue
        if referencias(medida):
            con_cambio += [frases.con_punto(oracion) for oracion in que_paso(medida)]
        else:
            por_periodo[ultima.periodo.texto].append(_cantidad(medida))
    if not por_periodo and not con_cambio:
        return ("No hay ninguna cifra publicada de sus servicios.",) if servicios else ()
    juntas = [
        f"En {con_articulo(periodo)} se registran {enumerar(lista)}." for periodo, lista in sorted(por_periodo.items())
    ]
    return (*juntas, *con_cambio)


def _cantidad(medida: Medida) -> str:
    """«15 establecimientos con bloqueadores», «38 personas (beneficiarios…)»; el cero medido, también con palabras."""
    ultima = medida.evaluacion.ultima
    assert ultima is not None
    assert ultima.valor is not None
    escrito = escribir_valor(ultima.valor, medida.simbolo, medida.decimales)
    nombre, unidad = frases.minuscula(medida.nombre_corto), f"{medida.simbolo} "
    if medida.simbolo and nombre.startswith(unidad):
        escrito = f"{escrito} {nombre.removeprefix(unidad)}"
    else:
        escrito = f"{escrito} ({nombre})"
    return f"{escrito}, es decir, ninguno" if ultima.valor == 0 else escrito


def de_documento(documento: DocumentoInformado, servicio: str) -> str:
    """«Servicio: título, aprobado (norma, fecha).»"""
    cita = ", ".join(parte for parte in (documento.norma, documento.cuando) if parte)
    estado = _ESTADO_DE_DOCUMENTO[documento.estado]
    return frases.con_punto(f"{servicio}: {documento.titulo}; {estado}{f' ({cita})' if cita else ''}")


def de_suspensiones(suspensiones: Sequence[SuspensionInformada]) -> tuple[str, ...]:
    """Las actividades interrumpidas, juntas las que comparten causa y medida alternativa."""
    grupos: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for suspension in suspensiones:
        grupos[suspension.causa, suspension.medida_alternativa].append(suspension.actividad)
    escritas = []
    for (causa, medida), actividades in grupos.items():
        nombres = [actividades[0], *(frases.minuscula(actividad) for actividad in actividades[1:])]
        en_su_lugar = f"En su lugar: {frases.minuscula(medida)}" if medida else ""
        escritas.append(_unir([enumerar(nombres), f"Causa: {frases.minuscula(causa)}", en_su_lugar]))
    return tuple(escritas)


# --- Las alternativas -----------------------------------------------------------------------------------------------


def de_alternativa(alternativa: AlternativaInformada) -> str:
    """El título, su explicación y, si consta, cómo va."""
    estado = ""
    if alternativa.estado == "atendida":
        cuando = f" ({alternativa.cuando})" if alternativa.cuando else ""
        por = f" mediante {alternativa.norma}" if alternativa.norma else ""
        estado = f"Atendida{por}{cuando}"
    elif alternativa.estado == "en_curso":
        estado = "En curso"
    return _unir([alternativa.titulo, alternativa.texto, estado])


def estado_de_alternativas(alternativas: Sequence[AlternativaInformada]) -> str:
    """De cuántas consta algún avance al corte."""
    if not alternativas:
        return "No consta ninguna alternativa planteada para el año."
    con_avance = sum(alternativa.estado != "no_consta" for alternativa in alternativas)
    entrada_comun = "Para mejorar el cumplimiento y la implementación de la política se plantea lo siguiente."
    if not con_avance:
        return f"{entrada_comun} Al corte no consta el avance de ninguna alternativa."
    de_cuantas = f"{suelto(con_avance, femenino=True)} de las {suelto(len(alternativas))} alternativas"
    return f"{entrada_comun} Al corte consta el avance de {de_cuantas}."
