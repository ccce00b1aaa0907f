"""Los textos que citan cifras: las notas de la medición, y los párrafos del reporte que citan la que se reemplaza."""

from collections.abc import Iterator
from decimal import Decimal

from django.urls import reverse

from indicadores.citas import Cita, citas, clase_de_unidad
from indicadores.comprobaciones.contexto import Contexto, serie_de
from indicadores.comprobaciones.tipos import Hallazgo, clave_de
from indicadores.formato import enumerar, escribir_periodo, escribir_valor, redondear
from indicadores.models import Indicador, Medicion
from objetivos.models import Parrafo


def comprobar_textos(medicion: Medicion, contexto: Contexto) -> Iterator[Hallazgo]:
    """Lo que dicen los textos y no dicen los datos."""
    yield from _notas(medicion, contexto)
    yield from _parrafos(medicion, contexto)


def _notas(medicion: Medicion, contexto: Contexto) -> Iterator[Hallazgo]:
    """Las notas pueden citar esta cifra, sus conteos, otra de su serie, la línea base o un logro; ninguna otra.

    Solo se miran las cifras escritas en la unidad del indicador: de las demás no se sabe de qué hablan.
    """
    indicador = medicion.indicador
    texto = f"{medicion.notas}\n{medicion.texto_ausencia}"
    if not texto.strip():
        return
    suyas = [cita for cita in citas(texto, _unidades(indicador)) if _en_su_unidad(cita, indicador)]
    if not suyas:
        return
    clave = clave_de(medicion)
    conocidos: list[Decimal | int | None] = [medicion.valor, medicion.numerador, medicion.denominador]
    for otro in contexto.series.get(serie_de(clave), []):
        conocidos += [otro.valor, otro.numerador, otro.denominador]
    base = contexto.bases.get(medicion.indicador_id)
    conocidos += [logro.valor for logro in contexto.logros.get(medicion.indicador_id, ())]
    conocidos.append(base.valor if base else None)
    sueltas = [cita.texto for cita in suyas if not any(_es(cita, dato, indicador) for dato in conocidos)]
    if sueltas:
        dice = "no hay valor" if medicion.valor is None else escribir_valor(medicion.valor, indicador.simbolo, 4)
        yield Hallazgo(
            "texto_distinto",
            f"Las notas dicen {enumerar(list(dict.fromkeys(sueltas)))} y la cifra es {dice}; tampoco está entre los "
            "demás valores, la línea base ni los logros del indicador.",
        )


def _parrafos(medicion: Medicion, contexto: Contexto) -> Iterator[Hallazgo]:
    """Los párrafos escritos por personas, del año de la cifra en adelante, que citan el valor que se reemplaza."""
    anterior = next((c for c in contexto.iguales.get(clave_de(medicion), []) if c.pk == medicion.corrige_id), None)
    if medicion.corrige_id is None or anterior is None or anterior.valor in (None, medicion.valor):
        return
    indicador = medicion.indicador
    objetivo = indicador.objetivo_id if indicador.servicio is None else indicador.servicio.objetivo_id
    viejo, nuevo = anterior.valor, medicion.valor
    for parrafo in contexto.parrafos:
        if parrafo.anio < medicion.fin.year or parrafo.objetivo_id not in (None, objetivo):
            continue
        halladas = [cita for cita in citas(parrafo.texto, _unidades(indicador)) if _en_su_unidad(cita, indicador)]
        que_es = [cita for cita in halladas if _es(cita, viejo, indicador) and not _es(cita, nuevo, indicador)]
        if que_es:
            ahora = "sin valor" if nuevo is None else escribir_valor(nuevo, indicador.simbolo, 4)
            yield Hallazgo(
                "parrafo_desfasado",
                f"El reporte {parrafo.anio} ({_donde(parrafo)}) cita {que_es[0].texto}, que es la cifra de "
                f"{escribir_periodo(medicion.periodo)} que esta versión reemplaza: ahora será {ahora}.",
                reverse("reporte-preparar", args=[parrafo.anio]),
            )


def _donde(parrafo: Parrafo) -> str:
    seccion = str(Parrafo.Seccion(parrafo.seccion).label)
    return f"{parrafo.objetivo.codigo}, {seccion}" if parrafo.objetivo else seccion


def _unidades(indicador: Indicador) -> set[str]:
    return {indicador.simbolo} - {""}


def _en_su_unidad(cita: Cita, indicador: Indicador) -> bool:
    return bool(cita.unidad) and cita.unidad == indicador.simbolo


def _es(cita: Cita, dato: Decimal | int | None, indicador: Indicador) -> bool:
    """Si la cita es ese dato, exacto o redondeado como se muestra."""
    if dato is None or clase_de_unidad(cita.unidad) != clase_de_unidad(indicador.simbolo):
        return False
    return cita.valor in (Decimal(dato), redondear(Decimal(dato), indicador.decimales))
