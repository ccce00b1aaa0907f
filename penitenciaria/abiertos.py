"""Lo que dice la página de datos abiertos: qué recursos hay, qué significa cada campo y qué tan recientes son."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES, Motivo
from indicadores.formato import texto_de_motivo
from indicadores.lectura import ultima_publicacion
from indicadores.mirada import Mirada


@dataclass(frozen=True, slots=True)
class Recurso:
    """Un recurso de la API: el nombre de su dirección y qué contiene."""

    vista: str
    nombre: str
    contenido: str


@dataclass(frozen=True, slots=True)
class Campo:
    nombre: str
    significado: str


@dataclass(frozen=True, slots=True)
class RazonDeAusencia:
    """Un código de motivo, su texto y de dónde sale: lo declara una persona o lo deduce el cálculo."""

    codigo: str
    texto: str
    de_donde: str


@dataclass(frozen=True, slots=True)
class PaginaDeDatos:
    raiz: str
    publicado_en: datetime | None
    recursos: tuple[Recurso, ...]
    campos: tuple[Campo, ...]
    ejemplo_curl: str
    ejemplo_python: str


RECURSOS = (
    Recurso("api-indicadores", "Indicadores", "Ficha, línea base, logros, última medición y avance al corte."),
    Recurso("api-mediciones", "Mediciones", "Las versiones en vigor: nacionales, por establecimiento y por sexo."),
    Recurso("api-avance", "Avance", "El resumen de toda la política al corte."),
    Recurso("api-objetivos", "Objetivos", "Los objetivos prioritarios con su avance."),
    Recurso("api-servicios", "Servicios", "Ejecución, estado, entidades, documentos y suspensiones."),
    Recurso("api-entidades", "Entidades", "Quiénes intervienen y en qué."),
    Recurso("api-lineamientos", "Lineamientos", "Vacío hasta que se disponga del texto oficial."),
    Recurso("api-ambitos", "Ámbitos", "El país, las oficinas regionales y los establecimientos del INPE."),
    Recurso("api-politica", "Política", "Datos generales, ruta del plan, normas y alternativas."),
)
CAMPOS = (
    Campo("codigo", "Código de la ficha: OP.01 es oficial; los sufijos -I1 y -S1 son de este portal."),
    Campo("periodo", "A qué tiempo se refiere: 2020, 2021-S1 (semestre), 2021-Q1 (trimestre) o 2021-03 (mes)."),
    Campo("valor", "El número, con punto decimal. Es null cuando falta, y entonces «motivo» dice por qué."),
    Campo("motivo", "Por qué falta un valor o un avance: un código, un texto y, si la hay, una fecha de compromiso."),
    Campo("numerador, denominador", "Las cantidades de las que sale el valor, si la fuente las da."),
    Campo("ambito", "Dónde: PE es todo el país; OR-… una oficina regional; lo demás, un establecimiento."),
    Campo("sexo", "T total, H hombres, M mujeres."),
    Campo("caracter", "oficial: lo reportó la entidad responsable. referencial: se muestra y no entra en el avance."),
    Campo("situacion", "preliminar: la entidad puede revisarla. definitiva: no."),
    Campo("se_repite", "El valor es igual al anterior: puede no ser una medición nueva."),
    Campo("version, publicada_en", "Qué versión es y desde cuándo rige. Lo publicado no se edita: se sustituye."),
    Campo("tipo_i, tipo_ii", "Los dos avances, en porcentaje con dos decimales. Su cálculo está en Metodología."),
    Campo("semaforo", "verde, amarillo, rojo o sin_datos."),
    Campo("parcial", "El valor del año no es anual: sale de un mes, un trimestre o un semestre."),
    Campo("fuente", "El documento de donde sale la cifra y, si la tiene, su dirección."),
)


def razones_de_ausencia() -> tuple[RazonDeAusencia, ...]:
    """Todos los códigos por los que algo puede faltar."""
    return tuple(
        RazonDeAusencia(
            str(motivo),
            texto_de_motivo(motivo),
            "al publicar"
            if motivo is Motivo.POCAS_PERSONAS
            else "una persona"
            if motivo in MOTIVOS_DECLARABLES
            else "el cálculo",
        )
        for motivo in Motivo
    )


def escribir_datos(raiz: str, mirada: Mirada) -> PaginaDeDatos:
    """La página de datos; ``raiz`` es la dirección completa de la API, terminada en barra."""
    consulta = f"{raiz}mediciones/?{urlencode((('indicador', 'OP.01-I2'), ('ambito', 'PE'), *mirada.pedido))}"
    return PaginaDeDatos(
        raiz=raiz,
        publicado_en=ultima_publicacion(mirada.a_la_fecha),
        recursos=RECURSOS,
        campos=CAMPOS,
        ejemplo_curl=f'curl "{consulta}"',
        ejemplo_python=_ejemplo_en_python(consulta),
    )


def _ejemplo_en_python(consulta: str) -> str:
    return "\n".join(
        (
            "import json",
            "from urllib.request import urlopen",
            "",
            f'with urlopen("{consulta}") as respuesta:',
            "    mediciones = json.load(respuesta)",
            "",
            'for medicion in mediciones["results"]:',
            '    motivo = medicion["motivo"]',
            '    print(medicion["periodo"], medicion["valor"] if motivo is None else motivo["texto"])',
        )
    )
