"""Celdas con pocas personas: qué no se publica para que nadie pueda ser reconocido.

Reserva primaria: una cifra desagregada que se refiere a menos de ``minimo`` personas. Reserva secundaria: las celdas
adicionales sin las cuales una reservada se obtendría restando cifras publicadas.

El ataque que se impide es el álgebra lineal exacta sobre las identidades que todo lector conoce: total = hombres +
mujeres en cada ámbito, y cada ámbito = suma de los que contiene, por sexo. Una celda que no está en el cuadro es una
incógnita más; así, cualquier nivel completo de descendientes queda cubierto sin tratarlo aparte.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from indicadores.calculo.tipos import Sexo

#: Menos personas que estas no se publican.
MINIMO_DE_PERSONAS = 10

Clave = tuple[str, Sexo]
#: Coeficientes de una igualdad Σ coeficiente·celda = 0.
_Ecuacion = dict[Clave, Fraction]


@dataclass(frozen=True, slots=True)
class Celda:
    """A cuántas personas se refiere una cifra; ``None`` si no se sabe (entonces ni se reserva ni revela nada)."""

    ambito: str
    sexo: Sexo
    personas: int | None


def reservadas(
    celdas: Collection[Celda], padres: Mapping[str, str | None], *, minimo: int = MINIMO_DE_PERSONAS
) -> frozenset[Clave]:
    """Las celdas (ámbito, sexo) que no deben publicarse; ``padres`` da el ámbito que contiene a cada uno.

    Nunca se reserva el total de un ámbito sin padre (el nacional). Una celda con 0 personas es pública (no aplica) y
    solo se reserva si no queda otra forma de proteger a las demás. El resultado no depende del orden de ``celdas``.
    Lo único irremediable es lo que el propio total nacional revela, como un ámbito que es el único de su nivel.
    """
    personas = {(celda.ambito, celda.sexo): celda.personas for celda in celdas if celda.personas is not None}
    reservables = {
        clave: cuantas
        for clave, cuantas in personas.items()
        if clave[1] is not Sexo.TOTAL or padres.get(clave[0]) is not None
    }
    elegidas = {clave for clave, cuantas in reservables.items() if 1 <= cuantas < minimo}
    ecuaciones = _ecuaciones({ambito for ambito, _ in personas}, padres)
    publicas = personas.keys() - elegidas
    while elegidas and (descubierta := _descubrir(elegidas, publicas, ecuaciones, reservables.keys())):
        siguiente = min(
            descubierta.keys() & publicas & reservables.keys(),
            key=lambda clave: _preferencia(clave, reservables[clave], padres),
        )
        elegidas.add(siguiente)
        publicas.discard(siguiente)
    return frozenset(elegidas)


def _preferencia(clave: Clave, personas: int, padres: Mapping[str, str | None]) -> tuple[bool, bool, int, int, Clave]:
    """Se sacrifica antes lo que menos informa: no un cero, no un total de sexos, lo más profundo, lo más pequeño."""
    ambito, sexo = clave
    return personas == 0, sexo is Sexo.TOTAL, -_profundidad(ambito, padres), personas, clave


def _profundidad(ambito: str, padres: Mapping[str, str | None]) -> int:
    padre = padres.get(ambito)
    return 0 if padre is None else 1 + _profundidad(padre, padres)


def _ecuaciones(con_celdas: Collection[str], padres: Mapping[str, str | None]) -> list[_Ecuacion]:
    """Las identidades del cuadro, en un orden que no depende de cómo llegaron los datos."""
    hijos: dict[str, list[str]] = {}
    for ambito, padre in sorted(padres.items()):
        if padre is not None:
            hijos.setdefault(padre, []).append(ambito)
    sumas: list[tuple[Clave, list[Clave]]] = [
        ((ambito, Sexo.TOTAL), [(ambito, Sexo.HOMBRES), (ambito, Sexo.MUJERES)])
        for ambito in sorted({*con_celdas, *hijos, *padres})
    ]
    sumas += [((padre, sexo), [(hijo, sexo) for hijo in partes]) for padre, partes in hijos.items() for sexo in Sexo]
    return [{total: Fraction(-1)} | dict.fromkeys(partes, Fraction(1)) for total, partes in sumas]


def _descubrir(
    elegidas: Set[Clave], publicas: Set[Clave], ecuaciones: Sequence[_Ecuacion], reservables: Set[Clave]
) -> _Ecuacion | None:
    """Una igualdad que revela una celda elegida a partir de públicas, si alguna de estas se puede reservar.

    Primero busca la resta de un solo paso (una única incógnita en una identidad); solo cuando no hay ninguna, resuelve
    el sistema entero.
    """

    def revela(igualdad: _Ecuacion) -> bool:
        incognitas = igualdad.keys() - publicas
        return len(incognitas) == 1 and incognitas <= elegidas and not remediables.isdisjoint(igualdad)

    remediables = publicas & reservables
    de_un_paso = next(filter(revela, ecuaciones), None)
    return de_un_paso or next(filter(revela, _reducir(ecuaciones, publicas)), None)


def _reducir(ecuaciones: Sequence[_Ecuacion], publicas: Set[Clave]) -> list[_Ecuacion]:
    """Gauss–Jordan sobre las incógnitas, arrastrando las públicas.

    Una incógnita está determinada si y solo si su fila reducida no contiene otra.
    """
    filas: dict[Clave, _Ecuacion] = {}
    for ecuacion in ecuaciones:
        fila = dict(ecuacion)
        for pivote in [clave for clave in ecuacion if clave in filas]:
            _restar(fila, filas[pivote], pivote)
        nuevo = min((clave for clave in fila if clave not in publicas), default=None)
        if nuevo is None:
            continue
        escala = fila[nuevo]
        fila = {clave: coeficiente / escala for clave, coeficiente in fila.items()}
        for otra in filas.values():
            _restar(otra, fila, nuevo)
        filas[nuevo] = fila
    return list(filas.values())


def _restar(fila: _Ecuacion, otra: _Ecuacion, pivote: Clave) -> None:
    """Elimina ``pivote`` de ``fila`` restándole el múltiplo justo de ``otra``, cuyo coeficiente en él es 1."""
    factor = fila.get(pivote)
    if factor is None:
        return
    for clave, coeficiente in otra.items():
        resto = fila.get(clave, 0) - factor * coeficiente
        if resto:
            fila[clave] = resto
        else:
            fila.pop(clave, None)
