"""Reúne los hechos de un reporte en un número fijo de consultas: solo lo oficial y solo lo que se conocía al corte.

Las cifras entran por ``tablero`` y ``lectura``, como en todo el portal. Los textos del catálogo son los vigentes hoy:
de ellos queda fuera lo que se apoya en una fuente de un año posterior al del reporte, o lo menciona.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from indicadores.calculo.tipos import Dato
from indicadores.formato import escribir_fecha
from indicadores.lectura import IndicadorLeido, leer_datos, leer_indicadores, leer_umbrales
from indicadores.models import Medicion
from objetivos.models import AvanceNarrativo, FechaConPrecision, Fuente, Norma, Politica, Precision
from penitenciaria.informe.cifras import a_json_canonico, cifras, de_medida
from penitenciaria.informe.fichas import medida_de
from penitenciaria.informe.hechos import (
    AlternativaInformada,
    Anterior,
    Cifra,
    Cuentas,
    DocumentoInformado,
    Encabezado,
    FuenteCitada,
    HitoInformado,
    Informe,
    IntervencionInformada,
    Medida,
    NormaCitada,
    ObjetivoInformado,
    Relato,
    ServicioInformado,
    SuspensionInformada,
)
from penitenciaria.tablero import AlternativaEnTablero, HitoEnRuta, ObjetivoEnTablero, Tablero, construir
from servicios.filas import servicios_con_entidades
from servicios.models import DocumentoDeProvision, Intervencion, Servicio, Suspension

__all__ = ["Informe", "a_json_canonico", "cifras", "reunir"]


def reunir(*, anio: int, corte: date, a_la_fecha: datetime) -> Informe:
    """El informe de ``anio`` visto al ``corte`` (un día de ese año) con lo publicado hasta ``a_la_fecha``.

    Levanta ``ValueError`` si el corte es de otro año y ``LookupError`` si no hay ninguna política cargada.
    """
    if corte.year != anio:
        raise ValueError(f"El corte debe ser un día del año del reporte: {escribir_fecha(corte)} no es de {anio}.")
    tablero = construir(corte=corte, a_la_fecha=a_la_fecha)
    politica = tablero.politica
    if politica is None:
        raise LookupError("No hay ninguna política cargada: no hay de qué informar.")
    leidos = [*(leido for objetivo in tablero.objetivos for leido in objetivo.indicadores), *tablero.cobertura]
    datos = _datos(leidos, corte=corte, a_la_fecha=a_la_fecha)
    medidas = {leido.indicador.pk: medida_de(leido, datos[leido.indicador.pk], anio) for leido in leidos}
    textos = _Textos.leer(anio, corte)
    informe = Informe(
        anio=anio,
        corte=corte,
        a_la_fecha=a_la_fecha,
        publicado_hasta=timezone.localdate(a_la_fecha),
        hay_publicaciones=tablero.publicado_en is not None,
        encabezado=_encabezado(politica),
        umbrales=leer_umbrales(a_la_fecha),
        cuentas=_cuentas(tablero),
        relato=textos.relato(None, AvanceNarrativo.Seccion.RESULTADO_GENERAL),
        ruta=tuple(_hito(paso) for paso in tablero.ruta if textos.conocia(paso.hito.fuente_id)),
        objetivos=tuple(_objetivo(objetivo, medidas, textos) for objetivo in tablero.objetivos),
        alternativas=tuple(
            _alternativa(una) for una in tablero.alternativas if textos.conocia(una.alternativa.fuente_id)
        ),
        fuentes=(),
        normas=(),
        anterior=_anterior(politica, leidos, datos, anio=anio, a_la_fecha=a_la_fecha),
    )
    return replace(informe, fuentes=_fuentes(informe, textos), normas=_normas(informe))


@dataclass(frozen=True)
class _Textos:
    """Lo escrito por personas sobre el año, ya sin lo que entonces no se conocía."""

    anio: int
    corte: date
    fuentes: Mapping[int, Fuente]
    relatos: Mapping[tuple[int | None, str], AvanceNarrativo]
    servicios: Sequence[Servicio]
    documentos: Mapping[int, Sequence[DocumentoDeProvision]]
    intervenciones: Sequence[Intervencion]
    suspensiones: Sequence[Suspension]

    @classmethod
    def leer(cls, anio: int, corte: date) -> "_Textos":
        fuentes = {fuente.pk: fuente for fuente in Fuente.objects.order_by("nombre")}
        documentos: defaultdict[int, list[DocumentoDeProvision]] = defaultdict(list)
        for documento in DocumentoDeProvision.objects.select_related("norma").order_by("servicio", "estado", "titulo"):
            documentos[documento.servicio_id].append(documento)
        del_anio = {"anio": anio}
        return cls(
            anio=anio,
            corte=corte,
            fuentes=fuentes,
            relatos={
                (relato.objetivo_id, relato.seccion): relato
                for relato in AvanceNarrativo.objects.filter(**del_anio).order_by("pk")
            },
            servicios=list(servicios_con_entidades()),
            documentos=documentos,
            intervenciones=list(
                Intervencion.objects.filter(**del_anio).select_related("servicio").order_by("objetivo", "pk")
            ),
            suspensiones=list(
                Suspension.objects.filter(**del_anio).select_related("servicio").order_by("objetivo", "pk")
            ),
        )

    def conocia(self, fuente_id: int | None) -> bool:
        """Si la fuente de un hecho ya existía en el año del reporte; de uno sin fuente o sin fecha se supone que sí."""
        fecha = self.fuentes[fuente_id].fecha if fuente_id is not None else None
        return fecha is None or fecha.year <= self.anio

    def nombre(self, fuente_id: int | None) -> str:
        return self.fuentes[fuente_id].nombre if fuente_id is not None else ""

    def relato(self, objetivo_id: int | None, seccion: str) -> Relato:
        escrito = self.relatos.get((objetivo_id, seccion))
        return Relato(escrito.texto, self.nombre(escrito.fuente_id)) if escrito else Relato()

    def documentos_de(self, servicio: Servicio) -> Iterator[DocumentoDeProvision]:
        """Los que ya se conocían. De uno fechado solo por su año basta que ese año no sea posterior al del reporte."""
        for documento in self.documentos.get(servicio.pk, ()):
            de_este_anio = (
                documento.precision_fecha == Precision.ANIO and documento.fecha and documento.fecha.year == self.anio
            )
            if self.conocia(documento.fuente_id) and (documento.es_visible_al(self.corte) or de_este_anio):
                yield documento


def _datos(leidos: Iterable[IndicadorLeido], *, corte: date, a_la_fecha: datetime) -> dict[int, tuple[Dato, ...]]:
    """Los valores oficiales y nacionales de cada indicador, en orden cronológico: una consulta."""
    datos: dict[int, list[Dato]] = {leido.indicador.pk: [] for leido in leidos}
    filas = Medicion.objects.vigentes(a_la_fecha).oficiales_nacionales().filter(indicador__in=datos, fin__lte=corte)
    for indicador_id, dato in leer_datos(filas, a_la_fecha):
        datos[indicador_id].append(dato)
    return {clave: tuple(suyos) for clave, suyos in datos.items()}


def _encabezado(politica: Politica) -> Encabezado:
    return Encabezado(
        politica=politica.nombre,
        rectora=f"{politica.rectora.nombre} ({politica.rectora.sigla})",
        organo=politica.organo_responsable,
        problema=politica.problema_publico,
        norma=str(politica.norma),
        fecha_de_la_norma=_cuando(politica.norma),
        anio_inicio=politica.anio_inicio,
        anio_fin=politica.anio_fin,
    )


def _cuando(hecho: FechaConPrecision) -> str:
    return escribir_fecha(hecho.fecha, hecho.precision_fecha) if hecho.fecha else ""


def _cuentas(tablero: Tablero) -> Cuentas:
    resumen = tablero.resumen
    avances = [leido.evaluacion.avance for objetivo in tablero.objetivos for leido in objetivo.indicadores]
    return Cuentas(
        total=resumen.total,
        con_medicion=resumen.con_medicion,
        sin_medicion=resumen.sin_medicion,
        comparables=sum(avance.tipo_i is not None for avance in avances),
        parciales=resumen.parciales,
        se_repiten=resumen.se_repiten,
        luces=tuple(resumen.luces.items()),
    )


def _hito(paso: HitoEnRuta) -> HitoInformado:
    hito = paso.hito
    return HitoInformado(
        titulo=hito.titulo,
        descripcion=hito.descripcion,
        cuando=_cuando(hito),
        cumplido=paso.cumplido,
        norma=str(hito.norma) if hito.norma else "",
    )


def _alternativa(una: AlternativaEnTablero) -> AlternativaInformada:
    alternativa = una.alternativa
    atendida = una.estado == alternativa.Estado.ATENDIDA
    return AlternativaInformada(
        titulo=alternativa.titulo,
        texto=alternativa.texto,
        estado=una.estado,
        norma=str(alternativa.norma) if atendida and alternativa.norma else "",
        cuando=_cuando(alternativa) if atendida else "",
    )


def _objetivo(objetivo: ObjetivoEnTablero, medidas: Mapping[int, Medida], textos: _Textos) -> ObjetivoInformado:
    clave = objetivo.objetivo.pk
    relato = textos.relato(clave, AvanceNarrativo.Seccion.AVANCE)
    return ObjetivoInformado(
        codigo=objetivo.objetivo.codigo,
        nombre=objetivo.objetivo.nombre,
        priorizado=objetivo.objetivo.priorizado and bool(relato.texto),
        avance=objetivo.avance,
        medidas=tuple(medidas[leido.indicador.pk] for leido in objetivo.indicadores),
        servicios=tuple(
            _servicio(servicio, medidas.values(), textos)
            for servicio in textos.servicios
            if servicio.objetivo_id == clave and textos.conocia(servicio.fuente_id)
        ),
        intervenciones=tuple(
            IntervencionInformada(
                servicio=una.servicio.codigo if una.servicio else "",
                titulo=una.titulo,
                descripcion=una.descripcion,
                fuente=textos.nombre(una.fuente_id),
            )
            for una in textos.intervenciones
            if una.objetivo_id == clave and textos.conocia(una.fuente_id)
        ),
        suspensiones=tuple(
            SuspensionInformada(
                servicio=una.servicio.nombre_corto if una.servicio else "",
                actividad=una.actividad,
                causa=una.causa,
                medida_alternativa=una.medida_alternativa,
                fuente=textos.nombre(una.fuente_id),
            )
            for una in textos.suspensiones
            if una.objetivo_id == clave and textos.conocia(una.fuente_id)
        ),
        relato_de_avance=relato,
        relato_de_intervenciones=textos.relato(clave, AvanceNarrativo.Seccion.INTERVENCIONES),
    )


def _servicio(servicio: Servicio, medidas: Iterable[Medida], textos: _Textos) -> ServicioInformado:
    return ServicioInformado(
        codigo=servicio.codigo,
        nombre=servicio.nombre,
        nombre_corto=servicio.nombre_corto,
        nombre_es_parafrasis=servicio.nombre_es_parafrasis,
        ejecucion=servicio.ejecucion,
        ejecucion_inferida=servicio.ejecucion_inferida,
        estado=servicio.estado,
        entidades=tuple(
            (papel.entidad.nombre if papel.entidad.es_colectiva else papel.entidad.sigla)
            + (f" ({papel.organo})" if papel.organo else "")
            for papel in servicio.participaciones.all()
        ),
        documentos=tuple(
            DocumentoInformado(
                titulo=documento.titulo,
                estado=documento.estado,
                norma=str(documento.norma) if documento.norma else "",
                cuando=_cuando(documento),
                notas=documento.notas,
            )
            for documento in textos.documentos_de(servicio)
        ),
        cobertura=tuple(medida for medida in medidas if medida.servicio == servicio.codigo),
    )


def _anterior(
    politica: Politica,
    leidos: Sequence[IndicadorLeido],
    datos: Mapping[int, Sequence[Dato]],
    *,
    anio: int,
    a_la_fecha: datetime,
) -> Anterior | None:
    """Las cifras al cierre del año previo, con lo publicado a la misma fecha; None si la política aún no regía."""
    if anio - 1 < politica.anio_inicio:
        return None
    corte = date(anio - 1, 12, 31)
    previos = leer_indicadores([leido.indicador for leido in leidos], corte=corte, a_la_fecha=a_la_fecha)
    lista: list[Cifra] = []
    for leido in previos:
        vistos = tuple(dato for dato in datos[leido.indicador.pk] if dato.periodo.fin <= corte)
        medida = medida_de(leido, vistos, anio)
        lista += de_medida(medida.objetivo, medida)
    return Anterior(corte=corte, cifras=tuple(lista))


# --- Lo que se cita -------------------------------------------------------------------------------------------------


def _escritos(informe: Informe) -> Iterator[str]:
    """Los textos de personas que el reporte puede mostrar."""
    yield informe.relato.texto
    for hito in informe.ruta:
        yield from (hito.descripcion, hito.norma)
    for alternativa in informe.alternativas:
        yield from (alternativa.texto, alternativa.norma)
    for objetivo in informe.objetivos:
        yield from (objetivo.relato_de_avance.texto, objetivo.relato_de_intervenciones.texto)
        for intervencion in objetivo.intervenciones:
            yield intervencion.descripcion
        for servicio in objetivo.servicios:
            for documento in servicio.documentos:
                yield documento.norma


def _normas(informe: Informe) -> tuple[NormaCitada, ...]:
    """Las normas del catálogo que el reporte cita, por su número, y que no son de un año posterior."""
    todo = "\n".join([informe.encabezado.norma, *_escritos(informe)])
    citadas = []
    for norma in Norma.objects.order_by("codigo"):
        numero = re.search(r"\d[\w/-]*", norma.numero)
        if numero is None or (norma.fecha and norma.fecha.year > informe.anio):
            continue
        if re.search(rf"(?<![\w-]){re.escape(numero[0])}(?![\w-])", todo):
            citadas.append(NormaCitada(str(norma), norma.titulo, _cuando(norma)))
    return tuple(citadas)


def _fuentes(informe: Informe, textos: _Textos) -> tuple[FuenteCitada, ...]:
    """Las fuentes de lo que se muestra, por orden alfabético."""
    nombres = {informe.relato.fuente}
    for objetivo in informe.objetivos:
        nombres |= {objetivo.relato_de_avance.fuente, objetivo.relato_de_intervenciones.fuente}
        nombres |= {una.fuente for una in objetivo.intervenciones} | {una.fuente for una in objetivo.suspensiones}
        for medida in (*objetivo.medidas, *(una for servicio in objetivo.servicios for una in servicio.cobertura)):
            evaluacion = medida.evaluacion
            procedencias = [*(logro.fuente for logro in evaluacion.logros), *(dato.fuente for dato in medida.datos)]
            if evaluacion.linea_base is not None:
                procedencias.append(evaluacion.linea_base.fuente)
            nombres |= {procedencia.nombre for procedencia in procedencias if procedencia is not None}
    return tuple(
        FuenteCitada(fuente.nombre, _cuando(fuente), fuente.url)
        for fuente in textos.fuentes.values()
        if fuente.nombre in nombres
    )
