"""La galería: cada componente en cada estado, con casos de laboratorio que pasan por el núcleo. Solo con ``DEBUG``.

Sirve para mirar de una vez lo que en las páginas reales está repartido o todavía no ha ocurrido (un indicador que
supera lo esperado, uno que retrocede, un nombre larguísimo). Nada de lo que muestra se guarda ni es una cifra de la
política: los casos se llaman por lo que enseñan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import (
    Ausencia,
    Caracter,
    Dato,
    Logro,
    Motivo,
    Periodo,
    Procedencia,
    Semaforo,
    Sentido,
    Situacion,
    Umbrales,
    ValorBase,
)
from indicadores.ficha import Cifra
from indicadores.graficas import DEPARTAMENTOS, Grafica, Mapa, Tesela, dibujar_mapa, graficar
from indicadores.lectura import IndicadorLeido
from indicadores.models import Indicador
from indicadores.paginas import FilaDeIndicador, Luz, fila_de
from servicios.filas import Marca

CORTE = date(2026, 12, 31)
UMBRALES = Umbrales(verde=Decimal(95), amarillo=Decimal(75))
LARGUISIMO = (
    "Porcentaje de establecimientos penitenciarios que cumplen, al cierre del ejercicio y según la última inspección "
    "anual efectuada por la entidad responsable, con la totalidad de las condiciones mínimas de habitabilidad"
)


@dataclass(frozen=True, slots=True)
class Caso:
    """Un estado que un indicador puede tener; ``datos`` son pares (periodo, valor)."""

    nombre: str
    ensena: str
    datos: Sequence[tuple[str, str | None]] = ()
    base: str | None = "40"
    logros: dict[int, str] = field(default_factory=lambda: {2025: "50", 2026: "55", 2030: "70"})
    sentido: Sentido = Sentido.ASCENDENTE
    referenciales: Sequence[tuple[str, str]] = ()
    simbolo: str = "%"
    decimales: int = 1
    preliminar: bool = False


CASOS = (
    Caso("Nunca medido", "sin ningún valor, con su razón", datos=(("2025", None),), base=None),
    Caso("Un solo punto", "una gráfica de un punto es una frase", datos=(("2026", "52"),), base=None),
    Caso(
        "Año parcial",
        "el último periodo no es el año entero",
        datos=(("2024", "44"), ("2025", "47"), ("2026-03", "49")),
    ),
    Caso("Se repite", "el valor es idéntico al anterior", datos=(("2024", "47"), ("2025", "49"), ("2026", "49"))),
    Caso("Cumple", "alcanza lo esperado", datos=(("2023", "42"), ("2024", "46"), ("2025", "50"), ("2026", "55.2"))),
    Caso("Supera", "va más allá de lo esperado", datos=(("2024", "60"), ("2025", "71"), ("2026", "88"))),
    Caso("Retrocede", "se aleja de la línea base", datos=(("2024", "41"), ("2025", "33"), ("2026", "21"))),
    Caso("En riesgo", "cerca, sin llegar", datos=(("2024", "43"), ("2025", "44"), ("2026", "46"))),
    Caso(
        "Descendente con muchos puntos",
        "con tendencia y, si el núcleo la permite, proyección",
        datos=[(str(anio), str(valor)) for anio, valor in zip(range(2015, 2027), range(62, 38, -2), strict=True)],
        base="62",
        logros={anio: str(60 - 2 * (anio - 2020)) for anio in range(2021, 2031)},
        sentido=Sentido.DESCENDENTE,
    ),
    Caso(
        "Cero", "cero es un valor, no una ausencia", datos=(("2025", "3"), ("2026", "0")), simbolo="casos", decimales=0
    ),
    Caso(
        "Enorme",
        "miles de millones caben en su celda",
        datos=(("2024", "87654321098.7"), ("2025", "98765432109.8"), ("2026", "99999999999.9")),
        base="12345678901.2",
        logros={2026: "99999999999.9"},
        simbolo="soles",
    ),
    Caso(LARGUISIMO, "un nombre de tres renglones", datos=(("2024", "44"), ("2025", "46"))),
    Caso(
        "Solo referencial",
        "se muestra y no entra en el avance",
        referenciales=(("2023-06", "51.5"), ("2024-06", "52.1"), ("2025-06", "54.4")),
    ),
    Caso(
        "Sin logro esperado",
        "hay medición y nada con qué compararla",
        datos=(("2025", "47"), ("2026", "48")),
        logros={},
    ),
    Caso(
        "Sin sentido definido", "no consta si debe subir o bajar", datos=(("2025", "47"),), sentido=Sentido.NO_DEFINIDO
    ),
    Caso("Preliminar", "la entidad todavía puede revisarlo", datos=(("2025", "47"), ("2026", "51")), preliminar=True),
)


@dataclass(frozen=True, slots=True)
class Muestra:
    """Un caso ya escrito: su fila y su gráfica."""

    caso: Caso
    fila: FilaDeIndicador
    grafica: Grafica


def leer_caso(numero: int, caso: Caso) -> IndicadorLeido:
    """El caso evaluado por el núcleo, con un indicador que no está en ninguna base."""
    indicador = Indicador(
        codigo=f"OP.99-I{numero}",
        nombre=caso.nombre,
        nombre_corto=caso.nombre[:120],
        simbolo=caso.simbolo,
        decimales=caso.decimales,
        sentido=caso.sentido,
    )
    evaluacion = evaluar(
        sentido=caso.sentido,
        linea_base=None if caso.base is None else ValorBase(2019, Decimal(caso.base)),
        logros=[Logro(anio, Decimal(valor)) for anio, valor in caso.logros.items()],
        datos=datos_de(caso),
        umbrales=UMBRALES,
        corte=CORTE,
    )
    return IndicadorLeido(indicador, evaluacion)


def datos_de(caso: Caso) -> list[Dato]:
    """Los datos del caso, oficiales y referenciales."""
    fuente = Procedencia("Caso de laboratorio")
    situacion = Situacion.PRELIMINAR if caso.preliminar else Situacion.DEFINITIVA
    return [
        *(
            Dato(
                Periodo.leer(periodo),
                None if valor is None else Decimal(valor),
                ausencia=Ausencia(Motivo.REQUIERE_ESTUDIO) if valor is None else None,
                fuente=fuente,
                situacion=situacion,
            )
            for periodo, valor in caso.datos
        ),
        *(
            Dato(Periodo.leer(periodo), Decimal(valor), caracter=Caracter.REFERENCIAL, fuente=fuente)
            for periodo, valor in caso.referenciales
        ),
    ]


def mostrar(numero: int, caso: Caso) -> Muestra:
    leido = leer_caso(numero, caso)
    indicador = leido.indicador
    grafica = graficar(
        indicador.nombre, caso.simbolo, caso.decimales, leido.evaluacion, datos_de(caso), clave=f"caso-{numero}"
    )
    return Muestra(caso, fila_de(leido), grafica)


def luces() -> tuple[Luz, ...]:
    """Todas las luces, enteras y, donde cabe, parciales."""
    palabras = {Semaforo.VERDE: "cumple", Semaforo.AMARILLO: "en riesgo", Semaforo.ROJO: "lejos"}
    con_color = [Luz(luz.value, palabra, parcial) for luz, palabra in palabras.items() for parcial in (False, True)]
    return (*con_color, Luz("sin-dato", "sin dato comparable"), Luz("nunca", "nunca medido"))


def mapa() -> Mapa:
    """El mapa con un departamento reservado, uno sin dato, un cero y valores muy dispares."""
    especiales = {"01": None, "02": Decimal(0), "15": Decimal(98765)}
    teselas = [
        Tesela(
            departamento,
            valor=None if departamento.ubigeo == "03" else especiales.get(departamento.ubigeo, Decimal(numero * 40)),
            etiqueta=departamento.nombre,
            ancla=f"dep-{departamento.ubigeo}",
            reservada=departamento.ubigeo == "03",
        )
        for numero, departamento in enumerate(DEPARTAMENTOS)
    ]
    return dibujar_mapa("Mapa de la galería", teselas, simbolo="personas", decimales=0)


@require_safe
def galeria(request: HttpRequest) -> HttpResponse:
    """La página, que solo existe mientras se desarrolla."""
    if not settings.DEBUG:
        raise Http404("La galería solo existe con DEBUG.")
    contexto = {
        "seccion": "",
        "mirada": None,
        "anio": CORTE.year,
        "muestras": tuple(mostrar(numero, caso) for numero, caso in enumerate(CASOS, start=1)),
        "luces": luces(),
        "marcas": tuple(
            Marca(clase, palabra)
            for clase, palabra in (
                ("hecho", "en provisión"),
                ("medio", "en diseño"),
                ("falta", "no iniciado"),
                ("nulo", "no consta"),
            )
        ),
        "cifras": (
            Cifra("Último valor", "35 %", "marzo de 2021", luces()[3]),
            Cifra("Cero", "0 casos", "cero medido"),
            Cifra("Enorme", "99.999.999.999,9 soles", "cabe sin partirse"),
            Cifra("Sin dato", "–", "todavía no se mide en el país"),
        ),
        "mapa": mapa(),
    }
    return render(request, "portal/galeria.html", contexto)
