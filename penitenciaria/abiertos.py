"""Lo que dice la página de datos abiertos: qué recursos hay, qué significa cada campo y qué tan recientes son."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from indicadores.api.formatos import ENCABEZADO_DEL_DICCIONARIO, FORMATOS, fila_del_diccionario
from indicadores.api.metas import LineasBase, Logros
from indicadores.api.tablas import Celda, Columna
from indicadores.api.views import Ambitos, Indicadores, Lista, Mediciones
from indicadores.calculo.tipos import MOTIVOS_DECLARABLES, Motivo
from indicadores.formato import texto_de_motivo
from indicadores.lectura import ultima_publicacion
from indicadores.mirada import Mirada
from objetivos.api import Entidades, Lineamientos, Objetivos
from servicios.api import Servicios


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
class TablaEscrita:
    """Una tabla con sus columnas."""

    titulo: str
    columnas: tuple[Columna, ...]


@dataclass(frozen=True, slots=True)
class PaginaDeDatos:
    raiz: str
    publicado_en: datetime | None
    #: Cada uno con su dirección y sus descargas: pares (formato, dirección).
    recursos: tuple[tuple[Recurso, str, tuple[tuple[str, str], ...]], ...]
    campos: tuple[Campo, ...]
    tablas: tuple[TablaEscrita, ...]


RECURSOS = (
    Recurso("api-indicadores", "Indicadores", "Ficha, línea base, logros, última medición y avance al corte."),
    Recurso("api-mediciones", "Mediciones", "Las versiones en vigor: nacionales, por establecimiento y por sexo."),
    Recurso("api-lineas-base", "Líneas base", "El valor de partida de cada indicador, o por qué no lo hay."),
    Recurso("api-logros", "Logros esperados", "Lo que se espera alcanzar cada año, o por qué no se ha fijado."),
    Recurso("api-avance", "Avance", "El resumen de toda la política al corte."),
    Recurso("api-objetivos", "Objetivos", "Los objetivos prioritarios con su avance."),
    Recurso("api-servicios", "Servicios", "Ejecución, estado, entidades, documentos y suspensiones."),
    Recurso("api-entidades", "Entidades", "Quiénes intervienen y en qué."),
    Recurso("api-lineamientos", "Lineamientos", "Vacío hasta que se disponga del texto oficial."),
    Recurso("api-ambitos", "Ámbitos", "El país, las oficinas regionales y los establecimientos del INPE."),
    Recurso("api-politica", "Política", "Datos generales, ruta del plan, normas y alternativas."),
)


@dataclass(frozen=True, slots=True)
class Tabla:
    """Un recurso que también se baja como tabla: su vista, su clave y a qué otra tabla apunta cada columna."""

    vista: str
    nombre: str
    lista: type[Lista]
    clave: tuple[str, ...] = ("codigo",)
    apunta: tuple[tuple[str, str], ...] = ()

    @property
    def recurso(self) -> Recurso:
        return next(uno for uno in RECURSOS if uno.vista == self.vista)


#: Toda tabla a la que se apunta tiene por clave una sola columna.
TABLAS = (
    Tabla("api-mediciones", "mediciones", Mediciones, ("id",), (("indicador", "indicadores"), ("ambito", "ambitos"))),
    Tabla("api-indicadores", "indicadores", Indicadores, apunta=(("objetivo", "objetivos"), ("servicio", "servicios"))),
    Tabla("api-lineas-base", "lineas_base", LineasBase, ("indicador",), (("indicador", "indicadores"),)),
    Tabla("api-logros", "logros", Logros, ("indicador", "anio"), (("indicador", "indicadores"),)),
    Tabla("api-objetivos", "objetivos", Objetivos),
    Tabla("api-lineamientos", "lineamientos", Lineamientos, apunta=(("objetivo", "objetivos"),)),
    Tabla("api-servicios", "servicios", Servicios, apunta=(("objetivo", "objetivos"), ("lineamiento", "lineamientos"))),
    Tabla("api-entidades", "entidades", Entidades, ("sigla",)),
    Tabla("api-ambitos", "ambitos", Ambitos, apunta=(("padre", "ambitos"),)),
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
    return PaginaDeDatos(
        raiz=raiz,
        publicado_en=ultima_publicacion(mirada.a_la_fecha),
        recursos=tuple((recurso, reverse(recurso.vista), _descargas(recurso.vista, mirada)) for recurso in RECURSOS),
        campos=CAMPOS,
        tablas=tuple(TablaEscrita(tabla.recurso.nombre, tabla.lista.columnas()) for tabla in TABLAS),
    )


def _descargas(vista: str, mirada: Mirada) -> tuple[tuple[str, str], ...]:
    """Los formatos de un recurso con su dirección; lo que no es una tabla solo se da en JSON."""
    formatos = FORMATOS if vista in {tabla.vista for tabla in TABLAS} else FORMATOS[:1]
    return tuple((formato.upper(), ruta_de(vista, formato, mirada)) for formato in formatos)


def ruta_de(vista: str, formato: str, mirada: Mirada) -> str:
    """Dónde se baja un recurso en un formato, mirado como se pidió."""
    pedido = [*([] if formato == "json" else [("format", formato)]), *mirada.pedido]
    return f"{reverse(vista)}?{urlencode(pedido)}" if pedido else reverse(vista)


def diccionario() -> Iterator[list[Celda]]:
    """Todas las columnas de todas las tablas, una por fila."""
    for tabla in TABLAS:
        for columna in tabla.lista.columnas():
            yield [tabla.nombre, *fila_del_diccionario(columna)]


ENCABEZADO = ("tabla", *ENCABEZADO_DEL_DICCIONARIO)
