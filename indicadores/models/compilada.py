"""Consultas de la ORM que se compilan una vez y se repiten con otros valores.

Armar y compilar una consulta cuesta diez veces más que ejecutarla cuando trae pocas filas, y las de una cifra son
siempre las mismas. Aquí Django la compila una vez por conexión, con valores que no pueden existir en los huecos; cada
vez que se lee, se ponen en su lugar los pedidos. El SQL y la conversión de cada columna son los de Django.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import local
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet

from indicadores.models import preparada

#: Un momento, un día o varias claves primarias.
Valor = datetime | date | Sequence[int]
Fila = dict[str, Any]

#: Años que ninguna cifra puede tener y claves que ninguna fila tiene.
_MOMENTO, _DIA, _CLAVE = datetime(1801, 1, 1), date(1802, 1, 1), -(2**40)


@dataclass(frozen=True, slots=True)
class _Plan:
    """``huecos`` dice, por cada parámetro del SQL, cuál de los valores pedidos va en él; los fijos ya están."""

    conexion: BaseDatabaseWrapper
    sql: str
    fijos: tuple[Any, ...]
    huecos: tuple[tuple[int, int], ...]
    nombres: tuple[str, ...]
    conversiones: tuple[tuple[int, tuple[Callable[..., Any], ...], Any], ...]


class Compilada:
    """Una consulta con huecos. ``construir`` los recibe, en orden, y da un ``QuerySet`` con ``values``.

    Cada hueco es siempre de la misma clase. Las claves pueden ser cualquier cantidad: se compila una consulta por cada
    potencia de dos, y lo que sobra repite la última.
    """

    def __init__(self, construir: Callable[..., QuerySet[Any, Any]]) -> None:
        self._construir = construir
        self._del_hilo = local()
        self._modelo: type[Model] | None = None

    def leer(self, *valores: Valor) -> list[Fila]:
        """Las filas, en una consulta; ninguna, y sin consultar, si se pide una lista de claves vacía."""
        forma = tuple(-1 if isinstance(valor, date) else _potencia(len(valor)) for valor in valores)
        if 0 in forma:
            return []
        plan = self._plan(forma, valores)
        conexion, parametros = plan.conexion, list(plan.fijos)
        puestos = [valor for uno, n in zip(valores, forma, strict=True) for valor in _poner(uno, n, conexion)]
        for lugar, cual in plan.huecos:
            parametros[lugar] = puestos[cual]
        filas = []
        for cruda in preparada.leer(conexion, plan.sql, parametros):
            fila = list(cruda)
            for lugar, funciones, expresion in plan.conversiones:
                for convertir in funciones:
                    fila[lugar] = convertir(fila[lugar], expresion, conexion)
            filas.append(dict(zip(plan.nombres, fila, strict=True)))
        return filas

    def _plan(self, forma: tuple[int, ...], valores: Sequence[Valor]) -> _Plan:
        """El de esta forma en la base de donde hoy se lee; cada hilo tiene su conexión y, con ella, sus planes."""
        planes: dict[tuple[str, tuple[int, ...]], _Plan] = vars(self._del_hilo).setdefault("planes", {})
        if self._modelo is None:
            self._modelo = self._construir(*(_imposible(uno, n, i) for i, (uno, n) in _contar(valores, forma))).model
        donde = router.db_for_read(self._modelo)
        plan = planes.get((donde, forma))
        if plan is None or plan.conexion is not connections[donde]:
            plan = planes[donde, forma] = self._compilar(donde, forma, valores)
        return plan

    def _compilar(self, donde: str, forma: tuple[int, ...], valores: Sequence[Valor]) -> _Plan:
        conexion = connections[donde]
        imposibles = [_imposible(uno, n, i) for i, (uno, n) in _contar(valores, forma)]
        lugar_de = {
            valor: cual
            for cual, valor in enumerate(
                valor for uno, n in zip(imposibles, forma, strict=True) for valor in _poner(uno, n, conexion)
            )
        }
        consulta = self._construir(*imposibles).using(donde).query
        compilador = consulta.get_compiler(donde)
        sql, parametros = compilador.as_sql()
        columnas = [columna for columna, _, _ in compilador.select[: compilador.col_count]]
        huecos = {n: lugar_de[valor] for n, valor in enumerate(parametros) if valor in lugar_de}
        if conexion.vendor == "postgresql":
            sql = preparada.con_fijos(conexion, sql, parametros, huecos)
            parametros, huecos = [None] * len(huecos), dict(enumerate(huecos.values()))
        return _Plan(
            conexion=conexion,
            sql=sql,
            fijos=tuple(parametros),
            huecos=tuple(huecos.items()),
            nombres=tuple(consulta.selected or ()),
            conversiones=tuple(
                (lugar, tuple(funciones), expresion)
                for lugar, (funciones, expresion) in compilador.get_converters(columnas).items()
            ),
        )


def _contar(valores: Sequence[Valor], forma: tuple[int, ...]) -> enumerate[tuple[Valor, int]]:
    return enumerate(zip(valores, forma, strict=True))


def _potencia(cuantas: int) -> int:
    return 1 << (cuantas - 1).bit_length() if cuantas else 0


def _poner(valor: Valor, cuantas: int, conexion: BaseDatabaseWrapper) -> list[Any]:
    """El valor como lo espera la base: uno por hueco."""
    if isinstance(valor, datetime):
        return [conexion.ops.adapt_datetimefield_value(valor)]
    if isinstance(valor, date):
        return [conexion.ops.adapt_datefield_value(valor)]
    return [*valor, *[valor[-1]] * (cuantas - len(valor))]


def _imposible(valor: Valor, cuantas: int, cual: int) -> Valor:
    """Un valor de la misma clase, distinto por hueco, que no puede ser de ninguna fila."""
    if isinstance(valor, datetime):
        return _MOMENTO.replace(tzinfo=valor.tzinfo) + timedelta(days=cual)
    if isinstance(valor, date):
        return _DIA + timedelta(days=cual)
    return [_CLAVE - 1000 * cual - n for n in range(cuantas)]
