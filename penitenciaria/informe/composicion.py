"""Del informe al documento: qué se dice, en qué orden y con qué número. No calcula ni redacta cifras."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from indicadores.formato import escribir_fecha
from indicadores.frases import porcentaje_de_avance
from indicadores.graficas import graficar
from penitenciaria.informe import redaccion_general as general
from penitenciaria.informe.anexos import ANEXOS, intervenciones_del_corte
from penitenciaria.informe.cifras import cifras, con_medicion, del_objetivo
from penitenciaria.informe.documento import (
    Bloque,
    Columna,
    Documento,
    Figura,
    Lista,
    Parrafo,
    Tabla,
    Titulo,
)
from penitenciaria.informe.hechos import Cifra, Informe, Medida, ObjetivoInformado, Relato
from penitenciaria.informe.redaccion import de_indicador
from penitenciaria.informe.relato import contexto

#: Las secciones que admiten párrafos propios: las del relato del año y las alternativas.
Seccion = Literal["resultado_general", "avance", "intervenciones", "alternativas"]
Modo = Literal["agrega", "reemplaza"]
#: (sección, código del objetivo o None) → lista de (modo, texto).
ParrafosPropios = Mapping[tuple[str, str | None], Sequence[tuple[str, str]]]


@dataclass
class _Cuerpo:
    """Los bloques que se van escribiendo, con la numeración de sus tablas y figuras."""

    informe: Informe
    propios: ParrafosPropios
    cifras: tuple[Cifra, ...]
    bloques: list[Bloque] = field(default_factory=list)
    tablas: int = 0
    figuras: int = 0

    def titulo(self, nivel: int, texto: str, ancla: str, numero: str = "") -> None:
        self.bloques.append(Titulo(nivel, texto, ancla, numero))

    def parrafo(self, texto: str, estilo: Literal["normal", "entrada", "nota"] = "normal") -> None:
        if texto:
            self.bloques.append(Parrafo(texto, estilo))

    def lista(self, elementos: Iterable[str], *, numerada: bool = False) -> None:
        escritos = tuple(elemento for elemento in elementos if elemento)
        if escritos:
            self.bloques.append(Lista(escritos, numerada))

    def tabla(
        self,
        titulo: str,
        columnas: Sequence[Columna],
        filas: Iterable[tuple[str, ...]],
        *,
        notas: Sequence[str] = (),
        apaisada: bool = False,
    ) -> None:
        self.tablas += 1
        self.bloques.append(Tabla(self.tablas, titulo, tuple(columnas), tuple(filas), tuple(notas), apaisada))

    def prosa(self, seccion: Seccion, objetivo: str | None, generados: Iterable[str], relato: Relato) -> None:
        """Los párrafos de una sección: los generados, el contexto del relato y los propios, que pueden reemplazar."""
        propios = self.propios.get((seccion, objetivo), ())
        reemplazos = [texto for modo, texto in propios if modo == "reemplaza"]
        if reemplazos:
            self._de_personas(reemplazos)
        else:
            for texto in generados:
                self.parrafo(texto)
            if relato.texto:
                suyas = del_objetivo(self.cifras, objetivo)
                self._de_personas([contexto(relato.texto, suyas, self.informe.corte).texto])
        self._de_personas([texto for modo, texto in propios if modo != "reemplaza"])

    def _de_personas(self, textos: Iterable[str]) -> None:
        for texto in textos:
            for parrafo in texto.replace("\r\n", "\n").split("\n\n"):
                if parrafo.strip():
                    self.bloques.append(Parrafo(" ".join(parrafo.split()), propio=True))


def componer(
    informe: Informe,
    *,
    parrafos_propios: ParrafosPropios | None = None,
    constancia: tuple[str, ...] = (),
    direccion: str = "",
) -> Documento:
    """El reporte de cumplimiento como bloques. Del mismo informe sale siempre el mismo documento.

    Un párrafo propio que ``agrega`` va después de la prosa de su sección; uno que ``reemplaza`` ocupa su lugar (tablas,
    figuras y listas se conservan). Una línea en blanco separa párrafos.
    """
    cuerpo = _Cuerpo(informe, parrafos_propios or {}, cifras(informe))
    cuerpo.titulo(1, "Avance del cumplimiento de los objetivos prioritarios", "avance", "1")
    _resultado_general(cuerpo)
    cuerpo.titulo(2, "Resultado de cada objetivo", "objetivos", "1.2")
    for objetivo in informe.objetivos:
        _objetivo(cuerpo, objetivo)
    _alternativas(cuerpo)
    for letra, (titulo, ancla, escribir) in zip("ABCDEFGH", ANEXOS, strict=False):
        cuerpo.titulo(1, titulo, ancla, f"Anexo {letra}")
        escribir(cuerpo, informe)
    corte = escribir_fecha(informe.corte)
    return Documento(
        titulo=f"Reporte de cumplimiento {informe.anio}",
        subtitulo=informe.encabezado.politica,
        encabezado=_encabezado(informe),
        bloques=tuple(cuerpo.bloques),
        pie=f"{informe.encabezado.politica} · Reporte de cumplimiento {informe.anio} · Corte: {corte}",
        constancia=constancia,
        direccion=direccion,
    )


def _encabezado(informe: Informe) -> tuple[tuple[str, str], ...]:
    politica = informe.encabezado
    fecha = f", del {politica.fecha_de_la_norma}" if politica.fecha_de_la_norma else ""
    pares = (
        ("Política nacional", politica.politica),
        ("Ministerio rector", politica.rectora),
        ("Órgano responsable", politica.organo),
        ("Problema público", politica.problema),
        ("Dispositivo legal", f"{politica.norma}{fecha}"),
        ("Horizonte", f"{politica.anio_inicio}–{politica.anio_fin}"),
        ("Año del reporte", str(informe.anio)),
        ("Corte de la información", escribir_fecha(informe.corte)),
        ("Cifras publicadas hasta", escribir_fecha(informe.publicado_hasta)),
    )
    return tuple((rotulo, texto) for rotulo, texto in pares if texto)


def _resultado_general(cuerpo: _Cuerpo) -> None:
    informe = cuerpo.informe
    cuerpo.titulo(2, "Resultado general", "resultado-general", "1.1")
    cuerpo.parrafo(general.entrada(informe), "entrada")
    otros = [general.repetidos(informe), general.servicios_de_la_politica(informe), general.priorizados(informe)]
    cuerpo.prosa("resultado_general", None, [" ".join(filter(None, otros))], informe.relato)
    if informe.objetivos:
        cuerpo.tabla(
            f"Situación de los objetivos prioritarios al {escribir_fecha(informe.corte)}",
            (
                Columna("Objetivo", 6),
                Columna("Indicadores", 2, True),
                Columna("Con algún valor", 2, True),
                Columna(f"Con logro esperado de {informe.anio}", 2, True),
                Columna(f"Avance de {informe.anio}", 3, True),
            ),
            (_fila_de_objetivo(objetivo) for objetivo in informe.objetivos),
            notas=("El avance de un objetivo promedia los indicadores que tienen valor y logro esperado del año.",),
        )
    if informe.ruta:
        cuerpo.parrafo("La ruta de la política y de su Plan Estratégico Multisectorial (PEM) al corte es la siguiente:")
        cuerpo.lista(general.hito(paso) for paso in informe.ruta)


def _fila_de_objetivo(objetivo: ObjetivoInformado) -> tuple[str, ...]:
    avance = objetivo.avance
    con_logro = sum(
        medida.evaluacion.avance.logro is not None and medida.evaluacion.avance.logro.valor is not None
        for medida in objetivo.medidas
    )
    if avance.valor is None:
        escrito = "no calculable"
    else:
        parcial = ", parcial" if avance.parcial else ""
        escrito = f"{porcentaje_de_avance(avance.valor)} ({avance.con_dato} de {avance.de}{parcial})"
    return (
        f"{objetivo.codigo}. {objetivo.nombre}",
        str(len(objetivo.medidas)),
        str(con_medicion(objetivo.medidas)),
        str(con_logro),
        escrito,
    )


def _objetivo(cuerpo: _Cuerpo, objetivo: ObjetivoInformado) -> None:
    ancla = objetivo.codigo.lower().replace(".", "-")
    cuerpo.titulo(2, objetivo.nombre, ancla, objetivo.codigo)
    cuerpo.titulo(3, "Avance", f"{ancla}-avance")
    relato = objetivo.relato_de_avance
    generados, figuras = [general.de_objetivo(objetivo)], []
    for medida in objetivo.medidas:
        oraciones = list(de_indicador(medida, cuerpo.informe.anio, con_relato=bool(relato.texto)))
        if figura := _figura(cuerpo, medida):
            oraciones.append(f"Véase la figura {figura.numero}.")
            figuras.append(figura)
        generados.append(" ".join(oraciones))
    cuerpo.prosa("avance", objetivo.codigo, generados, relato)
    cuerpo.bloques += figuras
    cuerpo.titulo(3, "Situación de intervenciones y uso de recursos", f"{ancla}-intervenciones")
    _intervenciones(cuerpo, objetivo)


def _figura(cuerpo: _Cuerpo, medida: Medida) -> Figura | None:
    grafica = graficar(
        medida.nombre,
        medida.simbolo,
        medida.decimales,
        medida.evaluacion,
        medida.datos,
        anio_final=cuerpo.informe.encabezado.anio_fin,
        clave=f"informe-{medida.codigo}",
    )
    if not grafica.hay_dibujo:
        return None
    cuerpo.figuras += 1
    titulo = f"{medida.codigo}. {medida.nombre_corto}"
    return Figura(cuerpo.figuras, titulo, str(grafica.ancha), grafica.frase, grafica.pie)


def _intervenciones(cuerpo: _Cuerpo, objetivo: ObjetivoInformado) -> None:
    informe, relato = cuerpo.informe, objetivo.relato_de_intervenciones
    generados = [" ".join((general.de_servicios(objetivo.servicios), *general.cobertura(objetivo.servicios)))]
    cuerpo.prosa("intervenciones", objetivo.codigo, generados, relato)
    if objetivo.servicios:
        cuerpo.tabla(
            f"Servicios del {objetivo.codigo}",
            (Columna("Servicio", 6), Columna("Ejecución", 2), Columna("Situación", 2), Columna("Entidades", 4)),
            (
                (
                    servicio.nombre,
                    general.PALABRA_DE_EJECUCION[servicio.ejecucion] + ("*" if servicio.ejecucion_inferida else ""),
                    general.PALABRA_DE_ESTADO[servicio.estado],
                    ", ".join(servicio.entidades) or "no consta",
                )
                for servicio in objetivo.servicios
            ),
            notas=_notas_de_servicios(objetivo),
        )
    documentos = [
        general.de_documento(documento, servicio.nombre_corto)
        for servicio in objetivo.servicios
        for documento in servicio.documentos
    ]
    if documentos:
        cuerpo.parrafo("Documentos de provisión de los servicios:")
        cuerpo.lista(documentos)
    if objetivo.suspensiones:
        cuerpo.parrafo(f"Actividades suspendidas o limitadas en {informe.anio}:")
        cuerpo.lista(general.de_suspensiones(objetivo.suspensiones))
    if objetivo.intervenciones and not relato.texto:
        cuerpo.parrafo(f"Intervenciones de {informe.anio}:")
        cuerpo.lista(f"{una.titulo}. {una.descripcion}".strip() for una in intervenciones_del_corte(informe, objetivo))


def _notas_de_servicios(objetivo: ObjetivoInformado) -> tuple[str, ...]:
    notas = []
    if any(servicio.ejecucion_inferida for servicio in objetivo.servicios):
        notas.append("* La ejecución se infiere: la fuente no la declara de manera expresa.")
    if any(servicio.nombre_es_parafrasis for servicio in objetivo.servicios):
        notas.append("La fuente describe estos servicios sin nombrarlos: sus nombres son una paráfrasis.")
    return tuple(notas)


def _alternativas(cuerpo: _Cuerpo) -> None:
    alternativas = cuerpo.informe.alternativas
    cuerpo.titulo(
        1, "Alternativas para mejorar el cumplimiento e implementación de la política nacional", "alternativas", "2"
    )
    cuerpo.prosa("alternativas", None, [general.estado_de_alternativas(alternativas)], Relato())
    cuerpo.lista((general.de_alternativa(una) for una in alternativas), numerada=True)
