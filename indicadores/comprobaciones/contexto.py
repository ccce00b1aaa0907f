"""Lo que hay en la base alrededor de unas mediciones, leído en un número fijo de consultas, sean una o cinco mil."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from indicadores.calculo.tipos import Caracter, Dato, Logro, Periodo, Sexo, ValorBase
from indicadores.comprobaciones.tipos import Clave, clave_de
from indicadores.lectura import leer_lineas_base
from indicadores.models import Ambito, LogroEsperado, Medicion
from objetivos.models import Parrafo, Politica

#: Hasta dónde se mira atrás (y adelante) para saber cuánto suele cambiar una serie: una década, que es el horizonte de
#: la política; más allá, lo que se medía y cómo se medía suele ser otra cosa.
ANIOS_DE_SERIE = 10

Serie = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Cifra:
    """Una medición tal como está en la base o en lo que se comprueba, sin reserva: solo la ve el personal."""

    pk: int | None
    clave: Clave
    valor: Decimal | None
    numerador: int | None
    denominador: int | None
    etapa: str
    version: int
    motivo: str = ""


@dataclass(slots=True)
class Contexto:
    """Lo publicado y lo abierto alrededor; ``lugares`` son todos los ámbitos por su clave primaria."""

    lugares: dict[int, Ambito]
    hijos: dict[int, dict[str, list[int]]]
    bases: dict[int, ValorBase]
    logros: dict[int, list[Logro]]
    anio_inicio: int
    anio_fin: int
    series: dict[Serie, list[Dato]] = field(default_factory=lambda: defaultdict(list))
    grupos: dict[Clave, Cifra] = field(default_factory=dict)
    iguales: dict[Clave, list[Cifra]] = field(default_factory=lambda: defaultdict(list))
    parrafos: list[Parrafo] = field(default_factory=list)

    def ancestros(self, ambito: int) -> list[int]:
        """Los ámbitos que contienen a ``ambito``, del más cercano al país."""
        hallados = []
        padre = self.lugares[ambito].padre_id
        while padre is not None:
            hallados.append(padre)
            padre = self.lugares[padre].padre_id
        return hallados


def serie_de(clave: Clave) -> Serie:
    return clave.indicador, clave.ambito, clave.sexo, clave.caracter


def cifra_de(medicion: Medicion) -> Cifra:
    return Cifra(
        pk=medicion.pk,
        clave=clave_de(medicion),
        valor=medicion.valor,
        numerador=medicion.numerador,
        denominador=medicion.denominador,
        etapa=medicion.etapa,
        version=medicion.version,
        motivo=medicion.motivo_ausencia,
    )


def leer_contexto(mediciones: Sequence[Medicion], *, ahora: datetime) -> Contexto:
    """El contexto de ``mediciones``: siete consultas, u ocho si alguna corrige y puede haber párrafos que la citen."""
    indicadores = {m.indicador_id for m in mediciones}
    ambitos = list(Ambito.objects.order_by("codigo"))
    politica = Politica.objects.order_by("pk").values_list("anio_inicio", "anio_fin").first() or (1990, 2100)
    contexto = Contexto(
        lugares={ambito.pk: ambito for ambito in ambitos},
        hijos=_descendientes(ambitos),
        bases=leer_lineas_base(indicadores, a_la_fecha=ahora),
        logros=_logros(indicadores, ahora),
        anio_inicio=politica[0],
        anio_fin=politica[1],
    )
    _leer_series(contexto, mediciones, ahora)
    _leer_grupos(contexto, mediciones)
    if any(medicion.corrige_id for medicion in mediciones):
        objetivos = {_objetivo(m) for m in mediciones if m.corrige_id}
        anios = {m.fin.year for m in mediciones if m.corrige_id}
        parrafos = Parrafo.objects.filter(anio__gte=min(anios)).select_related("objetivo").order_by("anio", "pk")
        contexto.parrafos = [p for p in parrafos if p.objetivo_id is None or p.objetivo_id in objetivos]
    return contexto


def _objetivo(medicion: Medicion) -> int | None:
    indicador = medicion.indicador
    return indicador.objetivo_id if indicador.servicio is None else indicador.servicio.objetivo_id


def _descendientes(ambitos: Sequence[Ambito]) -> dict[int, dict[str, list[int]]]:
    """De cada ámbito, los que contiene (directos o no) por nivel."""
    padres = {ambito.pk: ambito.padre_id for ambito in ambitos}
    hijos: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ambito in ambitos:
        padre = ambito.padre_id
        while padre is not None:
            hijos[padre][ambito.nivel].append(ambito.pk)
            padre = padres[padre]
    return hijos


def _logros(indicadores: set[int], ahora: datetime) -> dict[int, list[Logro]]:
    logros: dict[int, list[Logro]] = defaultdict(list)
    filas = LogroEsperado.objects.vigentes(ahora).filter(indicador__in=indicadores).order_by("indicador", "anio")
    for indicador, anio, valor in filas.values_list("indicador_id", "anio", "valor"):
        logros[indicador].append(Logro(anio=anio, valor=valor))
    return logros


def _leer_series(contexto: Contexto, mediciones: Sequence[Medicion], ahora: datetime) -> None:
    if not mediciones:
        return
    desde = min(m.inicio.year for m in mediciones) - ANIOS_DE_SERIE
    hasta = max(m.fin.year for m in mediciones) + ANIOS_DE_SERIE
    claves = {serie_de(clave_de(m)) for m in mediciones}
    filas = (
        Medicion.objects.vigentes(ahora)
        .filter(
            indicador__in={clave[0] for clave in claves},
            ambito__in={clave[1] for clave in claves},
            sexo__in={clave[2] for clave in claves},
            caracter__in={clave[3] for clave in claves},
            fin__year__gte=desde,
            fin__year__lte=hasta,
        )
        .order_by("fin", "id")
        .values_list(
            "id",
            "indicador_id",
            "ambito_id",
            "sexo",
            "caracter",
            "periodo",
            "valor",
            "numerador",
            "denominador",
            "version",
        )
    )
    periodos: dict[str, Periodo] = {}
    for pk, indicador, ambito, sexo, caracter, texto, valor, numerador, denominador, version in filas.iterator(2000):
        clave = (indicador, ambito, sexo, caracter)
        if clave not in claves:
            continue
        periodo = periodos.setdefault(texto, Periodo.leer(texto))
        contexto.series[clave].append(
            Dato(
                periodo=periodo,
                valor=valor,
                numerador=numerador,
                denominador=denominador,
                ambito=contexto.lugares[ambito].codigo,
                sexo=Sexo(sexo),
                caracter=Caracter(caracter),
                id=pk,
                version=version,
            )
        )


def _leer_grupos(contexto: Contexto, mediciones: Sequence[Medicion]) -> None:
    """Lo abierto y lo publicado de los mismos indicadores y periodos; lo que se comprueba cuenta como publicado."""
    filas = (
        Medicion.objects.filter(
            indicador__in={m.indicador_id for m in mediciones},
            periodo__in={m.periodo for m in mediciones},
            etapa__in=[*Medicion.ETAPAS_ABIERTAS, Medicion.Etapa.PUBLICADA],
        )
        .order_by("id")
        .values_list(
            "pk", *(f"{c}_id" if c in ("indicador", "ambito") else c for c in Medicion.CLAVE), "valor", "numerador",
            "denominador", "etapa", "version", "motivo_ausencia",
        )
    )  # fmt: skip
    propias = {clave_de(m) for m in mediciones}
    for pk, indicador, periodo, ambito, sexo, caracter, *resto in filas.iterator(2000):
        clave = Clave(indicador, periodo, ambito, sexo, caracter)
        cifra = Cifra(pk, clave, *resto)
        if cifra.etapa == Medicion.Etapa.PUBLICADA:
            contexto.grupos[clave] = cifra
        if clave in propias:
            contexto.iguales[clave].append(cifra)
    for medicion in mediciones:
        contexto.grupos[clave_de(medicion)] = cifra_de(medicion)
