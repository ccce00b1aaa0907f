"""El reporte de un año tal como hoy saldría: los datos, los párrafos de las personas y el documento ya compuesto."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from indicadores.errores import DatoInvalido
from objetivos.models import Parrafo, Politica
from penitenciaria.informe.cifras import a_json_canonico, cifras, del_objetivo
from penitenciaria.informe.composicion import componer
from penitenciaria.informe.contenido import reunir
from penitenciaria.informe.cotejo import Diferencia, cotejar
from penitenciaria.informe.documento import Documento
from penitenciaria.informe.hechos import Informe

#: El momento con que se comparan dos borradores: lo que importa es qué dicen, no cuándo se miraron.
SIN_MOMENTO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DiferenciaHallada:
    """Una cifra que un párrafo cita y que no está en los datos."""

    parrafo: Parrafo
    diferencia: Diferencia

    @property
    def frase(self) -> str:
        """«OP.01, avance: el texto dice 37 %, el dato es 35 % (OP.01-I2, marzo de 2021)»."""
        return f"{donde(self.parrafo)}: {self.diferencia.frase}"


@dataclass(frozen=True, slots=True)
class Borrador:
    """Los hechos del año y lo que las personas escribieron; todavía sin componer."""

    informe: Informe
    parrafos: tuple[Parrafo, ...]

    @property
    def diferencias(self) -> tuple[DiferenciaHallada, ...]:
        return tuple(hallar_diferencias(self.informe, self.parrafos))

    @property
    def testigo(self) -> str:
        """Cambia si cambia cualquier dato o párrafo: con él se sabe si lo revisado es lo que se emite."""
        return huella_de(a_json_canonico(replace(self.informe, a_la_fecha=SIN_MOMENTO)) + json.dumps(self.escritos))

    @property
    def escritos(self) -> list[dict[str, Any]]:
        """Los párrafos como datos, para guardarlos junto a los hechos."""
        return [
            {
                "seccion": parrafo.seccion,
                "objetivo": parrafo.objetivo.codigo if parrafo.objetivo else None,
                "modo": parrafo.modo,
                "orden": parrafo.orden,
                "texto": parrafo.texto,
                "por": parrafo.por.get_username(),
            }
            for parrafo in self.parrafos
        ]

    def componer(self, *, constancia: Sequence[str] = (), direccion: str = "") -> Documento:
        """El documento; sin ``constancia``, un borrador."""
        propios: dict[tuple[str, str | None], list[tuple[str, str]]] = {}
        for parrafo in self.parrafos:
            lugar = (parrafo.seccion, parrafo.objetivo.codigo if parrafo.objetivo else None)
            propios.setdefault(lugar, []).append((parrafo.modo, parrafo.texto))
        return componer(self.informe, parrafos_propios=propios, constancia=tuple(constancia), direccion=direccion)


def la_politica() -> Politica:
    """La única política del portal; levanta :class:`DatoInvalido` si todavía no se ha cargado."""
    politica = Politica.objects.order_by("pk").first()
    if politica is None:
        raise DatoInvalido("No hay ninguna política cargada: no hay de qué informar.")
    return politica


def anios_informables(politica: Politica, hoy: date | None) -> range:
    """Los años de la política que ya empezaron; todos, si no se dice qué día es hoy."""
    return range(politica.anio_inicio, min(politica.anio_fin, hoy.year if hoy else politica.anio_fin) + 1)


def corte_por_omision(anio: int, hoy: date) -> date:
    """El último día del año o, si aún no llega, hoy."""
    return min(date(anio, 12, 31), hoy)


def comprobar_anio(anio: int, hoy: date | None) -> None:
    """Levanta :class:`DatoInvalido` si no es un año de la política que ya empezó."""
    posibles = anios_informables(la_politica(), hoy)
    if anio not in posibles:
        cuales = f"del {posibles.start} al {posibles[-1]}" if posibles else "ninguno todavía"
        raise DatoInvalido(f"No hay un reporte de {anio}: la política se informa por años, {cuales}.", campo="anio")


def leer_borrador(*, anio: int, corte: date, a_la_fecha: datetime, con_parrafos: bool = True) -> Borrador:
    """El borrador de ``anio`` al ``corte``, con lo publicado hasta ``a_la_fecha`` y los párrafos de hoy.

    El público lo ve sin los párrafos: lo que escribe una persona no se publica hasta que otra emite el reporte.
    """
    try:
        informe = reunir(anio=anio, corte=corte, a_la_fecha=a_la_fecha.astimezone(UTC))
    except (ValueError, LookupError) as error:
        raise DatoInvalido(str(error.args[0]), campo="corte") from error
    return Borrador(informe=informe, parrafos=tuple(leer_parrafos(anio)) if con_parrafos else ())


def leer_parrafos(anio: int) -> Iterable[Parrafo]:
    """Los párrafos de un año, por sección y en su orden."""
    return (
        Parrafo.objects.filter(anio=anio)
        .select_related("objetivo", "por")
        .order_by("objetivo__codigo", "seccion", "orden", "pk")
    )


def hallar_diferencias(informe: Informe, parrafos: Iterable[Parrafo]) -> Iterable[DiferenciaHallada]:
    """Las cifras de cada párrafo que no están entre las de su sección."""
    todas = cifras(informe)
    for parrafo in parrafos:
        suyas = del_objetivo(todas, parrafo.objetivo.codigo if parrafo.objetivo else None)
        for diferencia in cotejar(parrafo.texto, suyas):
            yield DiferenciaHallada(parrafo, diferencia)


def donde(parrafo: Parrafo) -> str:
    """«OP.01, avance» o «Resultado general»."""
    seccion = str(Parrafo.Seccion(parrafo.seccion).label)
    return f"{parrafo.objetivo.codigo}, {seccion}" if parrafo.objetivo else seccion.capitalize()


def huella_de(contenido: str | bytes) -> str:
    """SHA-256, en hexadecimal."""
    return hashlib.sha256(contenido.encode() if isinstance(contenido, str) else contenido).hexdigest()
