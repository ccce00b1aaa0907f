"""Medidas de mentira para las pruebas que no tocan la base, y el texto de un documento."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import (
    Ausencia,
    Dato,
    Logro,
    Motivo,
    Periodo,
    Sentido,
    Situacion,
    Umbrales,
    ValorBase,
)
from penitenciaria.informe.documento import Bloque, Datos, Documento, Figura, Lista, Parrafo, Tabla, Titulo
from penitenciaria.informe.hechos import Medida

UMBRALES = Umbrales(Decimal(95), Decimal(75))
#: Un valor escrito, o la razón (motivo o pareja motivo y texto) de que falte.
Punto = str | Motivo | tuple[Motivo, str]


def _partes(punto: Punto) -> tuple[Decimal | None, Ausencia | None]:
    if isinstance(punto, tuple):
        return None, Ausencia(punto[0], punto[1])
    if isinstance(punto, Motivo):
        return None, Ausencia(punto)
    return Decimal(punto), None


def medida(
    *valores: tuple[str, Punto],
    nombre: str = "Porcentaje de personas privadas de libertad sin sentencia",
    simbolo: str = "%",
    decimales: int = 1,
    sentido: Sentido = Sentido.ASCENDENTE,
    base: Punto | None = None,
    logros: Sequence[tuple[int, Punto]] = (),
    corte: date = date(2021, 12, 31),
    limitaciones: str = "",
    numerador: int | None = None,
    preliminar: bool = False,
) -> Medida:
    """Un indicador con su evaluación; ``numerador`` y ``preliminar`` son del último valor."""
    datos = []
    for i, (periodo, punto) in enumerate(valores):
        valor, ausencia = _partes(punto)
        ultimo = i == len(valores) - 1
        datos.append(
            Dato(
                Periodo.leer(periodo),
                valor,
                ausencia,
                numerador=numerador if ultimo else None,
                situacion=Situacion.PRELIMINAR if ultimo and preliminar else Situacion.DEFINITIVA,
            )
        )
    datos = [dato for dato in datos if dato.periodo.fin <= corte]
    return Medida(
        codigo="OP.01-I2",
        codigo_oficial="",
        objetivo="OP.01",
        servicio="",
        nombre=nombre,
        nombre_corto=nombre,
        unidad="porcentaje",
        simbolo=simbolo,
        decimales=decimales,
        cuenta_personas=True,
        entidad="",
        relevancia=None,
        tipo_agregacion="",
        limitaciones=limitaciones,
        ficha=(),
        evaluacion=evaluar(
            sentido=sentido,
            linea_base=ValorBase(2019, *_partes(base)) if base is not None else None,
            logros=[Logro(anio, *_partes(punto)) for anio, punto in logros],
            datos=datos,
            umbrales=UMBRALES,
            corte=corte,
        ),
        datos=tuple(datos),
    )


def texto_de(bloques: Iterable[Bloque]) -> str:
    """Lo que se lee de unos bloques, uno por línea, con espacios normales."""
    return "\n".join(_linea(bloque) for bloque in bloques).replace("\N{NO-BREAK SPACE}", " ")


def seccion(documento: Documento, ancla: str) -> str:
    """El texto que sigue al título de esa ancla, hasta el próximo del mismo nivel o superior."""
    dentro, nivel = [], 0
    for bloque in documento.bloques:
        if isinstance(bloque, Titulo):
            if bloque.ancla == ancla:
                nivel = bloque.nivel
            elif nivel and bloque.nivel <= nivel:
                break
        if nivel:
            dentro.append(bloque)
    assert dentro, f"No hay ninguna sección «{ancla}»."
    return texto_de(dentro)


def _linea(bloque: Bloque) -> str:
    match bloque:
        case Titulo():
            return f"{bloque.numero} {bloque.texto}"
        case Parrafo():
            return bloque.texto
        case Lista():
            return "\n".join(bloque.elementos)
        case Tabla():
            filas = [" | ".join(fila) for fila in bloque.filas]
            return "\n".join([bloque.titulo, " | ".join(c.rotulo for c in bloque.columnas), *filas, *bloque.notas])
        case Figura():
            return f"{bloque.titulo}\n{bloque.alternativa}\n{bloque.pie}"
        case Datos():
            return "\n".join(f"{rotulo}: {texto}" for rotulo, texto in bloque.pares)
