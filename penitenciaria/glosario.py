"""Los términos del portal, escritos una sola vez: de aquí salen /glosario/, sus explicaciones y docs/glosario.md."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Termino:
    """Un término: su clave (la de su enlace), cómo se dice, qué es y cómo se llama en el código.

    Los ``interno`` son del trabajo del personal: van en la documentación y no en la página pública.
    """

    clave: str
    nombre: str
    que_es: str
    en_el_codigo: str = ""
    interno: bool = False


TERMINOS: tuple[Termino, ...] = (
    Termino(
        "a-la-fecha",
        "a la fecha",
        "lo que este portal tenía publicado un día dado: cifras, líneas base, logros y umbrales",
        "a_la_fecha",
    ),
    Termino(
        "alias-de-ambito",
        "alias de ámbito",
        "otro modo de nombrar un lugar en las hojas que llegan, recordado por una persona",
        "AliasDeAmbito",
        interno=True,
    ),
    Termino("alternativa", "alternativa", "lo que hace falta para que la política se cumpla mejor", "Alternativa"),
    Termino(
        "ambito",
        "ámbito",
        "dónde se mide: el país, una oficina regional del INPE o un establecimiento penitenciario (EP)",
        "Ambito",
    ),
    Termino(
        "ausencia",
        "ausencia",
        "la razón declarada de que falte un valor, con su fecha de compromiso si la hay",
        "Ausencia",
    ),
    Termino("avance-tipo-i", "avance tipo I", "valor obtenido frente al logro esperado del mismo año", "tipo_i"),
    Termino(
        "avance-tipo-ii", "avance tipo II", "camino recorrido desde la línea base hacia el logro esperado", "tipo_ii"
    ),
    Termino(
        "aviso",
        "aviso",
        "lo que una comprobación encuentra y alguien reconoce por su nombre antes de publicar; el error, en cambio, "
        "lo impide",
        "Hallazgo",
        interno=True,
    ),
    Termino(
        "bandeja", "bandeja", "lo que espera a cada persona al entrar en la administración", "bandeja", interno=True
    ),
    Termino(
        "etapas",
        "borrador, en revisión, observada, publicada, sustituida, retirada, descartada",
        "las etapas de una medición",
        "Medicion.Etapa",
        interno=True,
    ),
    Termino(
        "caracter",
        "carácter",
        "oficial (responde la entidad) o referencial (estadística o prensa; nunca entra en un avance)",
        "caracter",
    ),
    Termino(
        "comprobacion",
        "comprobación",
        "lo que se examina de una cifra antes de publicarla",
        "comprobaciones",
        interno=True,
    ),
    Termino(
        "constancia",
        "constancia",
        "lo que deja cada publicación, retiro o reporte emitido para verificarlo: quién, cuándo, huella, a cuál sigue "
        "o sustituye",
        "Constancia",
    ),
    Termino(
        "corte", "corte", "el día desde el que se mira la política; cuentan los periodos terminados hasta él", "corte"
    ),
    Termino(
        "cotejo",
        "cotejo",
        "la comparación de las cifras que cita un párrafo con las de los datos",
        "cotejar",
        interno=True,
    ),
    Termino("dato", "dato", "una medición publicada, como hecho inmutable", "Dato", interno=True),
    Termino(
        "diferencia",
        "diferencia",
        "la comparación, celda por celda, de una hoja con lo que hay",
        "Diferencia",
        interno=True,
    ),
    Termino(
        "documento-de-provision",
        "documento de provisión",
        "el protocolo, manual o directiva que gobierna un servicio",
        "DocumentoDeProvision",
    ),
    Termino("ejecucion", "ejecución", "cuándo empieza un servicio: inmediata o progresiva", "ejecucion"),
    Termino(
        "ejercicio-cerrado",
        "ejercicio cerrado",
        "un año cuyas cifras solo cambia un Administrador, con motivo",
        "EjercicioCerrado",
        interno=True,
    ),
    Termino("entidad", "entidad", "institución que conduce, provee o acompaña", "Entidad"),
    Termino(
        "error-senalado", "error señalado", "lo que un lector dice que está mal en una cifra publicada", "ErrorSenalado"
    ),
    Termino("cadena", "eslabón, cadena", "cada constancia y su enlace, por huella, con la anterior", "Constancia"),
    Termino("estado-del-indicador", "estado del indicador", "si alguna vez se midió", "EstadoIndicador"),
    Termino("etapa", "etapa", "dónde está una medición en su vida; no confundir con el estado del indicador", "etapa"),
    Termino("evidencia", "evidencia", "el documento que sustenta una medición", "Evidencia"),
    Termino("ficha-tecnica", "ficha técnica", "los campos que definen un indicador", "Indicador"),
    Termino("fuente", "fuente", "el documento de donde sale una cifra", "Fuente"),
    Termino("hito", "hito", "un paso en la ruta de la política y de su plan", "Hito"),
    Termino("huella", "huella", "el SHA-256 de unos datos o de un archivo", "huella"),
    Termino("linea-base", "línea base", "el valor de un año anterior a la política", "LineaBase"),
    Termino("lineamiento", "lineamiento", "línea de acción de un objetivo; no lleva indicadores", "Lineamiento"),
    Termino(
        "logro-esperado", "logro esperado", "la cifra a la que se quiere llegar en un año (no «meta»)", "LogroEsperado"
    ),
    Termino(
        "lote",
        "lote",
        "lo que entró junto desde un archivo y se deshace junto mientras no se publique",
        "Lote",
        interno=True,
    ),
    Termino(
        "matriz-del-inpe",
        "matriz del INPE",
        "cuadro con un lugar por fila y la situación jurídica por sexo en columnas",
        "Lote.Clase.MATRIZ",
        interno=True,
    ),
    Termino(
        "medicion",
        "medición",
        "una versión de lo medido para un indicador, periodo, ámbito, sexo y carácter",
        "Medicion",
    ),
    Termino(
        "mirada", "mirada", "el corte y la fecha con que se pide una página o una respuesta", "Mirada", interno=True
    ),
    Termino("motivo", "motivo", "el código de por qué falta o no se define algo", "Motivo"),
    Termino(
        "objetivo-prioritario",
        "objetivo prioritario (OP)",
        "uno de los seis objetivos de la política",
        "ObjetivoPrioritario",
    ),
    Termino("parcial", "parcial", "un año del que solo hay un valor de parte de él", "parcial"),
    Termino(
        "parrafo-propio",
        "párrafo propio",
        "texto de una persona que agrega o reemplaza el del portal en un apartado del reporte",
        "Parrafo",
        interno=True,
    ),
    Termino("pem", "PEM", "Plan Estratégico Multisectorial: lleva la política a la práctica", "Hito"),
    Termino("periodo", "periodo", "año, semestre, trimestre o mes: `2021`, `2021-S1`, `2021-Q1`, `2021-03`", "Periodo"),
    Termino(
        "plazo", "plazo", "cuántos días después de terminar un periodo debe estar publicada su cifra", "dias_de_plazo"
    ),
    Termino("ppl", "PPL", "persona privada de libertad"),
    Termino("puntualidad", "puntualidad", "qué entregó cada entidad dentro de plazo, tarde o nunca", "puntualidad"),
    Termino("relevancia", "relevancia", "peso de un indicador en su objetivo, de 1 (mayor) a 3", "relevancia"),
    Termino(
        "reporte-de-cumplimiento",
        "reporte de cumplimiento",
        "el informe anual de avance de la política; borrador hasta que se emite",
        "Reporte",
    ),
    Termino(
        "reservada",
        "reservada",
        "celda de menos de diez personas, o la que permitiría deducirla: no se muestra",
        "reservada",
    ),
    Termino("ritmo", "ritmo", "unidades por año: el observado y el requerido para el próximo logro", "Ritmo"),
    Termino("se-repite", "se repite", "un valor igual al anterior: puede no ser una medición nueva", "se_repite"),
    Termino("semaforo", "semáforo", "cumple, en riesgo, lejos o sin datos", "Semaforo"),
    Termino("sentido", "sentido", "hacia dónde debe ir el valor: ascendente, descendente o no definido", "sentido"),
    Termino("servicio", "servicio", "lo que la política entrega", "Servicio"),
    Termino("situacion", "situación", "preliminar o definitiva", "situacion"),
    Termino("suceso", "suceso", "qué se hizo con una medición, quién, cuándo y por qué", "Suceso", interno=True),
    Termino(
        "testigo", "testigo", "número que cambia con cada edición y delata un formulario viejo", "testigo", interno=True
    ),
    Termino("umbrales", "umbrales", "desde qué avance se enciende cada luz", "Umbral"),
    Termino("valor-obtenido", "valor obtenido", "lo que dice una medición", "valor"),
    Termino("version", "versión", "cada publicación de una misma medición; rige en un intervalo", "version"),
)
_POR_CLAVE = {termino.clave: termino for termino in TERMINOS}


def termino(clave: str) -> Termino:
    """El término público con esa clave; ``KeyError`` si no lo hay: un enlace al glosario nunca queda roto."""
    hallado = _POR_CLAVE[clave]
    if hallado.interno:
        raise KeyError(clave)
    return hallado


def publicos() -> Iterator[Termino]:
    """Los que se explican a los lectores, en orden alfabético."""
    return (termino for termino in TERMINOS if not termino.interno)


def en_markdown() -> str:
    """``docs/glosario.md``."""
    filas = [
        f"| {uno.nombre} | {uno.que_es} | {f'`{uno.en_el_codigo}` ' if uno.en_el_codigo else ''}|" for uno in TERMINOS
    ]
    return "\n".join(
        [
            "# Glosario",
            "",
            "<!-- Lo escribe `manage.py documentar` desde penitenciaria/glosario.py: no lo edite a mano. -->",
            "",
            "Un nombre por concepto; el código usa el identificador de la derecha.",
            "",
            "| término | qué es | en el código |",
            "|---|---|---|",
            *filas,
            "",
        ]
    )
