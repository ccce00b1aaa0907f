"""La puntualidad de cada entidad: qué debía publicar, qué publicó a tiempo, qué tarde y qué falta: dos consultas.

Solo cuenta donde el personal fijó un plazo. La entrega es la primera publicación del periodo (``entregas``). El
``corte`` decide qué periodos se miran; ``a_la_fecha``, qué publicaciones y hasta qué día corren los atrasos.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from indicadores.calculo.plazos import Entrega
from indicadores.entregas import CifraExigida, con_plazo, leer_exigidas
from indicadores.formato import escribir_fecha, escribir_periodo, plural, redondear
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from objetivos.models import Entidad

SIN_RESPONSABLE = "Sin entidad responsable en su ficha"


@dataclass(frozen=True, slots=True)
class FilaDePuntualidad:
    """Cuentas de una entidad (None: indicadores cuya ficha no dice de quién son); los días son de atraso."""

    entidad: Entidad | None
    nombre: str
    a_tiempo: int
    tarde: int
    no_entregadas: int
    en_plazo: int
    dias: int
    peor: int

    @property
    def exigidas(self) -> int:
        """Las que ya vencieron o ya se entregaron; las que siguen en plazo todavía no dicen nada."""
        return self.a_tiempo + self.tarde + self.no_entregadas

    @property
    def promedio(self) -> str:
        """El atraso medio de lo entregado tarde, en días, redondeado; vacío si nada llegó tarde."""
        return plural(int(redondear(Fraction(self.dias, self.tarde), 0)), "día", "días") if self.tarde else ""

    @property
    def mayor_atraso(self) -> str:
        """Los días de la entrega más tardía o que más falta; vacío si no hay atraso."""
        return plural(self.peor, "día", "días") if self.peor else ""

    @property
    def frase(self) -> str:
        if not self.exigidas:
            return "Todavía no vence ninguna de las cifras que debe publicar."
        partes = [f"De {plural(self.exigidas, 'cifra exigida', 'cifras exigidas')}, {self.a_tiempo} a tiempo"]
        if self.tarde:
            partes.append(f"{self.tarde} tarde ({self.promedio} en promedio)")
        if self.no_entregadas:
            partes.append(f"{self.no_entregadas} sin entregar")
        return ", ".join(partes) + "."


@dataclass(frozen=True, slots=True)
class Pendiente:
    """Una cifra vencida que nadie ha publicado."""

    indicador: Indicador
    periodo: str
    vencio: str
    atraso: str


@dataclass(frozen=True, slots=True)
class PaginaDePuntualidad:
    titular: str
    entrada: str
    vacia: str
    filas: tuple[FilaDePuntualidad, ...]
    pendientes: tuple[Pendiente, ...]
    otros_pendientes: int


#: Cuántas cifras sin entregar se nombran, de la más atrasada a la menos.
A_LA_VISTA = 50


def escribir_puntualidad(mirada: Mirada) -> PaginaDePuntualidad:
    """La página entera, en dos consultas; si no hay nada que contar, dice por qué."""
    indicadores = list(con_plazo())
    exigidas = leer_exigidas(indicadores, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    filas = _filas(exigidas)
    if not filas:
        return PaginaDePuntualidad("Todavía no se puede medir la puntualidad.", "", _por_que(indicadores), (), (), 0)
    faltan = sorted(
        (una for una in exigidas if una.juicio.entrega is Entrega.NO_ENTREGADA),
        key=lambda una: (-una.juicio.dias, una.indicador.codigo, una.exigencia.periodo.texto),
    )
    titular, entrada = _abrir(_contar(None, "", exigidas))
    return PaginaDePuntualidad(
        titular=titular,
        entrada=entrada,
        vacia="",
        filas=filas,
        pendientes=tuple(
            Pendiente(
                una.indicador,
                escribir_periodo(una.exigencia.periodo.texto),
                escribir_fecha(una.exigencia.vence),
                plural(una.juicio.dias, "día", "días"),
            )
            for una in faltan[:A_LA_VISTA]
        ),
        otros_pendientes=max(0, len(faltan) - A_LA_VISTA),
    )


def _abrir(total: FilaDePuntualidad) -> tuple[str, str]:
    if not total.exigidas:
        return "Todavía no vence ninguna de las cifras exigidas.", ""
    exigidas = plural(total.exigidas, "cifra exigida", "cifras exigidas")
    tarde = plural(total.tarde, "se publicó", "se publicaron")
    faltan = plural(total.no_entregadas, "sigue", "siguen")
    return f"{total.a_tiempo} de {exigidas} a tiempo.", f"{tarde} tarde y {faltan} sin publicarse."


def puntualidad_de(exigidas: Sequence[CifraExigida], entidad: Entidad) -> FilaDePuntualidad | None:
    """La puntualidad de una entidad en lo que se le exige, ya leído; None si no se le exige nada."""
    return _contar(entidad, entidad.nombre, exigidas) if exigidas else None


def _por_que(indicadores: Sequence[Indicador]) -> str:
    if not indicadores:
        return (
            "Ningún indicador tiene todavía un plazo de publicación. La política no los fija; los pone el personal en "
            "la ficha de cada indicador, con su periodicidad, y desde ese día se cuenta aquí quién cumple."
        )
    return "Los indicadores con plazo todavía no tienen, a este corte, ningún periodo terminado que se les exija."


def _filas(exigidas: Iterable[CifraExigida]) -> tuple[FilaDePuntualidad, ...]:
    """Una fila por entidad, por nombre; la de los indicadores sin responsable, al final."""
    por_entidad: defaultdict[Entidad | None, list[CifraExigida]] = defaultdict(list)
    for una in exigidas:
        por_entidad[una.indicador.responsable].append(una)
    filas = [
        _contar(entidad, entidad.nombre if entidad else SIN_RESPONSABLE, suyas)
        for entidad, suyas in por_entidad.items()
    ]
    return tuple(sorted(filas, key=lambda fila: (fila.entidad is None, fila.nombre)))


def _contar(entidad: Entidad | None, nombre: str, exigidas: Iterable[CifraExigida]) -> FilaDePuntualidad:
    cuentas: defaultdict[Entrega, list[int]] = defaultdict(list)
    for una in exigidas:
        cuentas[una.juicio.entrega].append(una.juicio.dias)
    tarde, faltan = cuentas[Entrega.TARDE], cuentas[Entrega.NO_ENTREGADA]
    return FilaDePuntualidad(
        entidad=entidad,
        nombre=nombre,
        a_tiempo=len(cuentas[Entrega.A_TIEMPO]),
        tarde=len(tarde),
        no_entregadas=len(faltan),
        en_plazo=len(cuentas[Entrega.EN_PLAZO]),
        dias=sum(tarde),
        peor=max((*tarde, *faltan), default=0),
    )
