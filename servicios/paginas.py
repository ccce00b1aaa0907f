"""La página de un servicio, ya escrita: la plantilla solo la coloca."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from indicadores import frases
from indicadores.calculo.tipos import Dato, Motivo
from indicadores.formato import enumerar, escribir_fecha, escribir_periodo, escribir_valor, plural
from indicadores.graficas import Grafica, graficar
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores, leer_series
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from indicadores.paginas import FilaDeIndicador, fila_de
from servicios.filas import (
    CifraDeCobertura,
    DocumentoEscrito,
    FilaDeServicio,
    Marca,
    cifra_de,
    filas_de_servicios,
    fuentes_de,
    por_que_no_hay_cifras,
)
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Servicio, Suspension

FRASE_DE_ESTADO = {
    Servicio.Estado.EN_PROVISION: "se provee",
    Servicio.Estado.EN_PRUEBA: "está en prueba",
    Servicio.Estado.EN_DISENO: "está en diseño",
    Servicio.Estado.NO_INICIADO: "aún no se inicia",
    Servicio.Estado.NO_CONSTA: "no consta si ya se provee",
}
TITULO_DE_PAPEL = {
    Participacion.Rol.PROVEEDORA: "Provee",
    Participacion.Rol.CORRESPONSABLE: "Corresponsable",
    Participacion.Rol.ARTICULADORA: "Articula",
    Participacion.Rol.NO_CONSTA: "Participa; su papel no consta",
}


@dataclass(frozen=True, slots=True)
class ValorPublicado:
    """Un valor nacional de la serie de un servicio; ``razon`` dice por qué falta, si falta."""

    cifra: int | None
    periodo: str
    valor: str
    razon: str
    caracter: str
    publicado: str
    fuente: str


@dataclass(frozen=True, slots=True)
class Cobertura:
    """Un indicador del servicio: su última cifra, su gráfica en el tiempo y la tabla de la que sale."""

    cifra: CifraDeCobertura
    grafica: Grafica
    valores: tuple[ValorPublicado, ...]


@dataclass(frozen=True, slots=True)
class PapelEscrito:
    """Quienes cumplen un mismo papel en el servicio."""

    titulo: str
    participaciones: tuple[Participacion, ...]


@dataclass(frozen=True, slots=True)
class PaginaDeServicio:
    """Lo que muestra la página de un servicio."""

    servicio: Servicio
    vacia: str
    hallazgo: str
    estado: Marca
    gobierno: Marca | None
    ficha: tuple[tuple[str, str], ...]
    papeles: tuple[PapelEscrito, ...]
    documentos: tuple[DocumentoEscrito, ...]
    documentos_posteriores: int
    fuentes_de_documentos: str
    coberturas: tuple[Cobertura, ...]
    del_objetivo: tuple[FilaDeIndicador, ...]
    intervenciones: tuple[Intervencion, ...]
    suspensiones: tuple[Suspension, ...]
    inferencias: tuple[str, ...]


def escribir_pagina(servicio: Servicio, mirada: Mirada) -> PaginaDeServicio:
    """La página de un servicio (de ``servicios_completos``) en un número fijo de consultas."""
    de_interes = catalogo().filter(Q(servicio=servicio) | Q(objetivo=servicio.objetivo))
    leidos = leer_indicadores(de_interes, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    suyos = [leido for leido in leidos if leido.indicador.servicio_id == servicio.pk]
    [fila] = filas_de_servicios([servicio], suyos, mirada.corte)
    documentos = [escrito.documento for escrito in fila.documentos]
    vacia = por_que_no_hay_cifras(mirada)
    return PaginaDeServicio(
        servicio=servicio,
        vacia=vacia,
        hallazgo=_hallazgo(fila, documentos, sin_cifras=bool(vacia)),
        estado=fila.estado,
        gobierno=fila.gobierno,
        ficha=_ficha(servicio, suyos),
        papeles=_papeles(servicio.participaciones.all()),
        documentos=tuple(sorted(fila.documentos, key=_por_fecha)),
        documentos_posteriores=len(servicio.documentos.all()) - len(documentos),
        fuentes_de_documentos=fuentes_de(documento.fuente for documento in documentos),
        coberturas=_coberturas(suyos, mirada),
        del_objetivo=tuple(fila_de(leido) for leido in leidos if leido.indicador.objetivo_id is not None),
        intervenciones=tuple(
            servicio.intervenciones.filter(anio__lte=mirada.corte.year)
            .select_related("fuente")
            .order_by("-anio", "titulo")
        ),
        suspensiones=tuple(una for una in servicio.suspensiones.all() if una.anio <= mirada.corte.year),
        inferencias=_inferencias(servicio),
    )


def _por_fecha(escrito: DocumentoEscrito) -> tuple[bool, date]:
    """Del más antiguo al más reciente; lo que no tiene fecha todavía está por venir y va al final."""
    return escrito.documento.fecha is None, escrito.documento.fecha or date.max


def _papeles(participaciones: Iterable[Participacion]) -> tuple[PapelEscrito, ...]:
    por_rol: defaultdict[str, list[Participacion]] = defaultdict(list)
    for una in participaciones:
        por_rol[una.rol].append(una)
    return tuple(PapelEscrito(TITULO_DE_PAPEL[rol], tuple(por_rol[rol])) for rol in Participacion.Rol if por_rol[rol])


def _coberturas(leidos: Sequence[IndicadorLeido], mirada: Mirada) -> tuple[Cobertura, ...]:
    """Las series enteras de los indicadores del servicio, leídas de una vez."""
    series = leer_series([leido.indicador.pk for leido in leidos], corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    halladas = []
    for leido in leidos:
        indicador, datos = leido.indicador, series.get(leido.indicador.pk, [])
        grafica = graficar(
            indicador.nombre,
            indicador.simbolo,
            indicador.decimales,
            leido.evaluacion,
            datos,
            clave=indicador.codigo,
        )
        valores = tuple(_valor_publicado(indicador, dato) for dato in reversed(datos))
        halladas.append(Cobertura(cifra_de(leido), grafica, valores))
    return tuple(halladas)


def _valor_publicado(indicador: Indicador, dato: Dato) -> ValorPublicado:
    razon = ""
    if dato.valor is None:
        razon = frases.con_punto(frases.mayuscula(frases.razon(dato.ausencia, Motivo.SIN_MEDICION)))
    return ValorPublicado(
        cifra=dato.id,
        periodo=escribir_periodo(dato.periodo.texto),
        valor="" if dato.valor is None else escribir_valor(dato.valor, indicador.simbolo, indicador.decimales),
        razon=razon,
        caracter=dato.caracter.value,
        publicado=escribir_fecha(timezone.localdate(dato.publicada_en)) if dato.publicada_en else "",
        fuente=dato.fuente.nombre if dato.fuente else "",
    )


def _hallazgo(fila: FilaDeServicio, documentos: Sequence[DocumentoDeProvision], *, sin_cifras: bool) -> str:
    """Cómo está el servicio, en tres oraciones: su ejecución, su cobertura y sus documentos."""
    servicio = fila.servicio
    estado = FRASE_DE_ESTADO[Servicio.Estado(servicio.estado)]
    if servicio.ejecucion == Servicio.Ejecucion.NO_CONSTA:
        oraciones = [f"{frases.mayuscula(estado)}; no consta si su ejecución es inmediata o progresiva"]
    else:
        oraciones = [f"Es de ejecución {servicio.get_ejecucion_display()} y {estado}"]
    conocidas = [cifra for cifra in fila.cifras if not cifra.razon]
    if conocidas:
        por_periodo: defaultdict[str, list[str]] = defaultdict(list)
        for cifra in conocidas:
            por_periodo[f"{cifra.cuando}, {cifra.hace}"].append(f"{_minuscula(cifra.nombre)}: {cifra.numero}")
        oraciones += [frases.mayuscula(f"{'; '.join(cifras)} ({cuando})") for cuando, cifras in por_periodo.items()]
    elif not sin_cifras:
        oraciones.append("No hay ninguna cifra de su cobertura")
    oraciones.append(_frase_de_documentos(documentos))
    return " ".join(frases.con_punto(oracion) for oracion in oraciones)


def _minuscula(nombre: str) -> str:
    """El nombre para el medio de una oración."""
    return nombre[:1].lower() + nombre[1:]


def _frase_de_documentos(documentos: Sequence[DocumentoDeProvision]) -> str:
    estados = Counter(documento.estado for documento in documentos)
    partes = []
    if cuantos := estados[DocumentoDeProvision.Estado.APROBADO]:
        partes.append(
            f"tiene {plural(cuantos, 'documento de provisión aprobado', 'documentos de provisión aprobados')}"
        )
    if cuantos := estados[DocumentoDeProvision.Estado.EN_DISENO]:
        partes.append(f"{plural(cuantos, 'está', 'están')} en diseño")
    if cuantos := estados[DocumentoDeProvision.Estado.NECESARIO]:
        partes.append(f"{plural(cuantos, 'documento hace', 'documentos hacen')} falta para gobernarlo")
    return frases.mayuscula(enumerar(partes)) if partes else "No consta ningún documento de provisión"


def _ficha(servicio: Servicio, leidos: Sequence[IndicadorLeido]) -> tuple[tuple[str, str], ...]:
    """Los campos de la ficha del servicio en el orden de CEPLAN; vacío es «por definir»."""
    return (
        ("Objetivo", str(servicio.objetivo)),
        ("Lineamiento", str(servicio.lineamiento) if servicio.lineamiento else ""),
        ("Servicio", servicio.nombre),
        ("Código oficial", servicio.codigo_oficial),
        ("Descripción", servicio.descripcion),
        ("Proveedor", servicio.proveedor),
        ("Receptor", servicio.receptor),
        ("Cobertura", servicio.cobertura),
        ("Estándares", servicio.estandares),
        ("Indicador", "; ".join(f"{leido.indicador.codigo} {leido.indicador.nombre}" for leido in leidos)),
    )


def _inferencias(servicio: Servicio) -> tuple[str, ...]:
    """Lo que este portal dedujo y la fuente no dice; las notas, si las hay, ya lo explican."""
    if servicio.notas:
        return (servicio.notas,)
    dichas = []
    if servicio.nombre_es_parafrasis:
        dichas.append("El nombre es una paráfrasis: la fuente describe el servicio y no lo nombra.")
    if servicio.ejecucion_inferida:
        dichas.append("La fuente no declara cómo se ejecuta: es una inferencia de este portal.")
    return tuple(dichas)
