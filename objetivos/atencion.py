"""Qué requiere atención en un objetivo: una lista corta, en un orden fijo, sacada solo de lo que ya se calculó.

Cada indicador aparece una vez, por lo más grave que le pase: está lejos de lo esperado, retrocede, está en riesgo, no
se mueve, nunca se midió o su dato es de hace más de un año. Después van los servicios: documentos que faltan y
actividades suspendidas sin que conste otra medida. Lo que va bien no aparece.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indicadores import frases
from indicadores.calculo.atencion import MESES_AL_DIA, Causa
from indicadores.calculo.tipos import EstadoIndicador, Movimiento, Semaforo
from indicadores.formato import enumerar
from indicadores.lectura import IndicadorLeido
from indicadores.paginas import Luz, luz_de
from servicios.filas import FilaDeServicio, Marca
from servicios.models import DocumentoDeProvision, Servicio, Suspension


@dataclass(frozen=True, slots=True)
class Asunto:
    """Algo que atender: de quién es (con su dirección), su señal (luz de indicador o marca de servicio) y por qué."""

    nombre: str
    direccion: str
    luz: Luz | None
    marca: Marca | None
    razon: str


def asuntos(
    leidos: Sequence[IndicadorLeido], servicios: Iterable[FilaDeServicio], suspensiones: Iterable[Suspension]
) -> tuple[Asunto, ...]:
    """Los asuntos de un objetivo, de lo más grave a lo menos; ``leidos`` son sus propios indicadores."""
    gravedad = {causa: lugar for lugar, causa in enumerate(Causa)}
    con_causa = [(gravedad[causa], leido.indicador.codigo, leido) for leido in leidos if (causa := _causa(leido))]
    de_indicadores = [
        Asunto(leido.indicador.nombre_corto, leido.indicador.get_absolute_url(), luz_de(leido), None, _razon(leido))
        for _, _, leido in sorted(con_causa, key=lambda uno: uno[:2])
    ]
    return (*de_indicadores, *_de_documentos(servicios), *_de_suspensiones(suspensiones))


def _causa(leido: IndicadorLeido) -> Causa | None:
    """Lo más grave que le pasa al indicador, con el mismo orden que decide qué objetivo pide atención primero."""
    evaluacion = leido.evaluacion
    luz = evaluacion.avance.semaforo
    if luz is Semaforo.ROJO:
        return Causa.LEJOS
    if evaluacion.movimiento is Movimiento.RETROCEDE:
        return Causa.RETROCEDE
    if luz is Semaforo.AMARILLO:
        return Causa.EN_RIESGO
    if evaluacion.movimiento is Movimiento.SIN_CAMBIO and luz is not Semaforo.VERDE:
        return Causa.SIN_CAMBIO
    if evaluacion.estado is EstadoIndicador.SIN_MEDICION:
        return Causa.SIN_MEDICION
    meses = evaluacion.antiguedad_meses
    return Causa.ANTIGUO if meses is None or meses > MESES_AL_DIA else None


def _razon(leido: IndicadorLeido) -> str:
    """Por qué está en la lista: cómo llegó ahí, cuánto le faltaba y desde cuándo no se sabe más."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    simbolo, decimales = indicador.simbolo, indicador.decimales
    oraciones = [
        frases.que_paso(evaluacion, simbolo, decimales),
        frases.que_falta(evaluacion.avance, simbolo, decimales, evaluacion.sentido),
    ]
    meses = evaluacion.antiguedad_meses
    if meses is not None and meses > MESES_AL_DIA:
        oraciones.append(f"Es el último dato oficial, de {frases.antiguedad(evaluacion)}")
    return " ".join(frases.con_punto(oracion) for oracion in oraciones if oracion)


def _de_documentos(filas: Iterable[FilaDeServicio]) -> list[Asunto]:
    """Los servicios con algún documento de provisión que hace falta o sigue en diseño."""
    hallados = []
    for fila in filas:
        pendientes = [
            escrito for escrito in fila.documentos if escrito.documento.estado != DocumentoDeProvision.Estado.APROBADO
        ]
        if pendientes and fila.gobierno is not None:
            titulos = enumerar([f"«{escrito.documento.titulo}» ({escrito.estado.palabra})" for escrito in pendientes])
            servicio = fila.servicio
            cuantos = "un documento de provisión" if len(pendientes) == 1 else "documentos de provisión"
            razon = f"Tiene pendiente {cuantos}: {titulos}."
            hallados.append(Asunto(servicio.nombre_corto, servicio.get_absolute_url(), None, fila.gobierno, razon))
    return hallados


def _de_suspensiones(suspensiones: Iterable[Suspension]) -> list[Asunto]:
    """Lo suspendido sin que conste qué se hizo en su lugar, reunido por servicio y por año del reporte que lo dice."""
    reunidas: dict[tuple[Servicio | None, int], list[str]] = {}
    for una in suspensiones:
        if not una.medida_alternativa:
            reunidas.setdefault((una.servicio, una.anio), []).append(f"{una.actividad[:1].lower()}{una.actividad[1:]}")
    return [
        Asunto(
            nombre=servicio.nombre_corto if servicio else "Actividades del objetivo",
            direccion=servicio.get_absolute_url() if servicio else "",
            luz=None,
            marca=Marca("falta", f"suspendido en {anio}"),
            razon=f"Sin que conste otra medida ni si se reanudó: {enumerar(actividades)}.",
        )
        for (servicio, anio), actividades in reunidas.items()
    ]
