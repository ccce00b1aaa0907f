"""De la matriz del INPE a filas de mediciones: suma columnas, comprueba totales y calcula porcentajes.

Quien sube el archivo dice qué columnas forman el numerador y cuáles el denominador (:class:`Pedido`). El total de
ambos sexos es la suma de hombres y mujeres, o la columna que se indique, que entonces debe coincidir con esa suma. Una
suma que no cuadra es un error que dice los dos números; nada se corrige solo.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from indicadores.formato import escribir_numero, porcentaje_de
from indicadores.intercambio.matriz_tabla import (
    Celda,
    ConteoInvalido,
    Examen,
    Tabla,
    direccion,
    escrito,
    examinar,
    leer_conteo,
    letra_de,
)
from indicadores.intercambio.tipos import ErrorDeCelda, Fila
from indicadores.nombres import Directorio, Nivel

#: Lo que una matriz no dice: de cifras que ya existen se conserva.
SIN_COLUMNA = frozenset({"texto_ausencia", "fecha_compromiso"})
PALABRA = {"T": "ambos sexos", "H": "hombres", "M": "mujeres"}


class Papel(StrEnum):
    """Para qué sirve una columna; el valor es lo que viaja en las opciones del lote."""

    NADA = ""
    NUMERADOR = "n"
    DENOMINADOR = "d"
    AMBOS = "nd"
    TOTAL_NUMERADOR = "tn"
    TOTAL_DENOMINADOR = "td"


#: Cómo se nombra cada papel en la página donde se elige.
PALABRA_DE_PAPEL = {
    Papel.NADA: "no se usa",
    Papel.NUMERADOR: "suma al numerador",
    Papel.DENOMINADOR: "suma al denominador",
    Papel.AMBOS: "suma a los dos",
    Papel.TOTAL_NUMERADOR: "total que comprueba el numerador",
    Papel.TOTAL_DENOMINADOR: "total que comprueba el denominador",
}


@dataclass(frozen=True, slots=True)
class Uso:
    """Una columna (desde 1), su papel y el sexo de las personas que cuenta."""

    columna: int
    papel: Papel
    sexo: str


@dataclass(frozen=True, slots=True)
class Pedido:
    """Cómo leer una matriz, dicho por quien la sube; se guarda en ``Lote.opciones``."""

    indicador: str
    es_porcentaje: bool
    periodo: str
    caracter: str
    situacion: str
    fuente: str
    notas: str
    hoja: str
    cabecera: int
    columna_de_nombres: int
    usos: tuple[Uso, ...]
    fila_total: int | None = None
    ambito_total: str = ""
    guion_es_cero: bool = False
    sin_anotar: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def desde(cls, opciones: dict[str, Any]) -> "Pedido":
        """El pedido que :meth:`como_opciones` escribió, entre lo demás que el lote haya guardado con él."""
        suyas = {clave: dato for clave, dato in opciones.items() if clave in cls.__slots__}
        usos = tuple(Uso(int(columna), Papel(papel), sexo) for columna, papel, sexo in opciones["usos"])
        return cls(**(suyas | {"usos": usos, "sin_anotar": frozenset(opciones.get("sin_anotar", ()))}))

    def como_opciones(self) -> dict[str, Any]:
        """Lo mismo en tipos de JSON."""
        propios = {nombre: getattr(self, nombre) for nombre in self.__slots__}
        usos = [[uso.columna, uso.papel.value, uso.sexo] for uso in self.usos]
        return propios | {"usos": usos, "sin_anotar": sorted(self.sin_anotar)}

    def columnas(self, parte: str, sexo: str) -> tuple[int, ...]:
        """Las columnas que suman a ``parte`` («n» o «d») de ese sexo."""
        papeles = {Papel(parte), Papel.AMBOS}
        return tuple(uso.columna for uso in self.usos if uso.papel in papeles and uso.sexo == sexo)

    def controles(self) -> Iterator[tuple[str, Uso]]:
        """Las columnas que solo comprueban, con la parte que comprueban."""
        for uso in self.usos:
            if uso.papel in (Papel.TOTAL_NUMERADOR, Papel.TOTAL_DENOMINADOR):
                yield uso.papel.value[1], uso

    def tiene(self, parte: str, sexo: str) -> bool:
        """Si las columnas elegidas dan ``parte`` para ese sexo; el total sale también de hombres y mujeres."""
        if self.columnas(parte, sexo):
            return True
        return sexo == "T" and bool(self.columnas(parte, "H")) and bool(self.columnas(parte, "M"))

    def sexos(self) -> tuple[str, ...]:
        """Los sexos que se pueden anotar: con numerador y, en un porcentaje, también denominador."""
        partes = "nd" if self.es_porcentaje else "n"
        return tuple(sexo for sexo in "THM" if all(self.tiene(parte, sexo) for parte in partes))

    def faltas(self) -> list[str]:
        """Por qué el pedido no se puede cumplir, en frases; vacía si se puede."""
        faltan = []
        if not any(self.columnas("n", sexo) for sexo in "THM"):
            faltan.append("Diga qué columna o columnas forman el numerador.")
        elif self.es_porcentaje and not any(self.columnas("d", sexo) for sexo in "THM"):
            faltan.append("El indicador es un porcentaje: diga también qué columnas forman el denominador.")
        elif not self.sexos():
            faltan.append(
                "El numerador y el denominador son de sexos distintos: ningún sexo tiene los dos. Revise el sexo de "
                "cada columna."
            )
        faltan += [
            f"La columna {letra_de(uso.columna)} comprueba un total de {PALABRA[uso.sexo]}, pero ninguna columna "
            "elegida lo suma."
            for parte, uso in self.controles()
            if not self.tiene(parte, uso.sexo)
        ]
        if any(uso.columna == self.columna_de_nombres and uso.papel for uso in self.usos):
            faltan.append("La columna de los nombres no puede ser además una cantidad.")
        return faltan


@dataclass(slots=True)
class _Renglon:
    """Una fila de datos con sus lugares y cantidades ya leídos; ``legible`` es falso si alguna celda no lo fue."""

    numero: int
    nombre: str
    codigo: str | None
    conteos: dict[int, int]
    legible: bool = True
    sumas: dict[tuple[str, str], int] = field(default_factory=dict)


def nombres_desconocidos(
    tabla: Tabla, examen: Examen, columna: int, directorio: Directorio, total: int | None
) -> list[tuple[int, str]]:
    """Las filas (número y nombre) cuyo lugar nadie reconoce, sin contar la de total."""
    nombres = [(numero, escrito(tabla.celda(numero, columna))) for numero in examen.datos if numero != total]
    return [(numero, nombre) for numero, nombre in nombres if directorio.reconocer(nombre) is None]


def convertir(tabla: Tabla, pedido: Pedido, directorio: Directorio) -> Iterator[Fila | ErrorDeCelda]:
    """Las filas de mediciones que salen de la matriz, con sus errores; primero los de cada fila, luego los de sumas."""
    examen = examinar(tabla, cabecera=pedido.cabecera, nombres=pedido.columna_de_nombres)
    if not examen.datos:
        yield ErrorDeCelda(
            tabla.hoja, "A1", "", f"No hay filas con cantidades debajo de la cabecera (fila {pedido.cabecera})."
        )
        return
    renglones = []
    for numero in examen.datos:
        renglon, errores = _leer(tabla, pedido, directorio, numero)
        yield from errores
        renglones.append(renglon)
    cuerpo = [renglon for renglon in renglones if renglon.numero != pedido.fila_total]
    total = next((renglon for renglon in renglones if renglon.numero == pedido.fila_total), None)
    yield from _comprobar_lugares(tabla, pedido, directorio, cuerpo)
    yield from _comprobar_columnas(tabla, pedido, directorio, cuerpo, total)
    anotables = [renglon for renglon in cuerpo if renglon.numero not in pedido.sin_anotar]
    if total is not None and pedido.ambito_total:
        total.codigo = pedido.ambito_total
        anotables.append(total)
    for renglon in anotables:
        if renglon.legible and renglon.codigo is not None:
            for sexo in pedido.sexos():
                yield _fila(tabla, pedido, renglon, sexo)


def _leer(tabla: Tabla, pedido: Pedido, directorio: Directorio, numero: int) -> tuple[_Renglon, list[ErrorDeCelda]]:
    """La fila con sus cantidades y sus sumas por parte y sexo, y lo que no cuadra en ella."""
    nombre = escrito(tabla.celda(numero, pedido.columna_de_nombres))
    renglon = _Renglon(numero, nombre, directorio.reconocer(nombre), {})
    errores = []
    for uso in pedido.usos:
        if not uso.papel:
            continue
        celda = tabla.celda(numero, uso.columna)
        try:
            renglon.conteos[uso.columna] = leer_conteo(celda, guion_es_cero=pedido.guion_es_cero)
        except ConteoInvalido as error:
            renglon.legible = False
            errores.append(_error(tabla, numero, uso.columna, celda, str(error)))
    if renglon.legible:
        errores += _sumar(tabla, pedido, renglon)
    return renglon, errores


def _sumar(tabla: Tabla, pedido: Pedido, renglon: _Renglon) -> Iterator[ErrorDeCelda]:
    """Llena ``renglon.sumas`` y comprueba la fila: hombres más mujeres, columnas de total y numerador."""
    for parte in "nd":
        for sexo in "HMT":
            columnas = pedido.columnas(parte, sexo)
            if columnas:
                renglon.sumas[parte, sexo] = sum(renglon.conteos[columna] for columna in columnas)
        por_sexo = [renglon.sumas[parte, sexo] for sexo in "HM" if (parte, sexo) in renglon.sumas]
        if len(por_sexo) == 2:
            suma = sum(por_sexo)
            if (dicho := renglon.sumas.setdefault((parte, "T"), suma)) != suma:
                columna = pedido.columnas(parte, "T")[0]
                yield _no_cuadra(
                    tabla,
                    renglon,
                    columna,
                    f"hombres {_n(por_sexo[0])} más mujeres {_n(por_sexo[1])} son {_n(suma)}, pero el total de ambos "
                    f"sexos dice {_n(dicho)}",
                )
    for parte, uso in pedido.controles():
        esperado, dicho = renglon.sumas.get((parte, uso.sexo)), renglon.conteos[uso.columna]
        if esperado is not None and esperado != dicho:
            que = "el numerador" if parte == "n" else "el denominador"
            yield _no_cuadra(
                tabla,
                renglon,
                uso.columna,
                f"las columnas que forman {que} de {PALABRA[uso.sexo]} suman {_n(esperado)}, pero el total dice "
                f"{_n(dicho)}",
            )
    for sexo in pedido.sexos():
        arriba, abajo = renglon.sumas.get(("n", sexo), 0), renglon.sumas.get(("d", sexo))
        if pedido.es_porcentaje and abajo is not None and arriba > abajo:
            columna = next(uso.columna for uso in pedido.usos if uso.papel in (Papel.NUMERADOR, Papel.AMBOS))
            yield _no_cuadra(
                tabla,
                renglon,
                columna,
                f"el numerador de {PALABRA[sexo]} ({_n(arriba)}) es mayor que su denominador ({_n(abajo)})",
            )


def _comprobar_lugares(
    tabla: Tabla, pedido: Pedido, directorio: Directorio, cuerpo: list[_Renglon]
) -> Iterator[ErrorDeCelda]:
    """Cada fila, un lugar conocido y distinto; el del total, si se anota, tampoco se repite."""
    vistos = {pedido.ambito_total: pedido.fila_total} if pedido.ambito_total and pedido.fila_total else {}
    if pedido.ambito_total and pedido.ambito_total not in directorio.lugares:
        yield _error(
            tabla,
            pedido.fila_total or 1,
            pedido.columna_de_nombres,
            pedido.ambito_total,
            "El ámbito elegido para la fila total ya no existe. Elija otro.",
        )
    for renglon in cuerpo:
        if renglon.numero in pedido.sin_anotar:
            continue
        mensaje = ""
        if renglon.codigo is None:
            mensaje = "No se reconoce el lugar. Elija a qué ámbito corresponde o marque que la fila no se anota."
        elif renglon.codigo in vistos:
            nombre = directorio.lugares[renglon.codigo].nombre
            mensaje = f"Nombra el mismo lugar que la fila {vistos[renglon.codigo]}: {nombre}. Deje una sola."
        else:
            vistos[renglon.codigo] = renglon.numero
        if mensaje:
            yield _error(tabla, renglon.numero, pedido.columna_de_nombres, renglon.nombre, mensaje)


def _comprobar_columnas(
    tabla: Tabla, pedido: Pedido, directorio: Directorio, cuerpo: list[_Renglon], total: _Renglon | None
) -> Iterator[ErrorDeCelda]:
    """Las filas que suman a otras (oficinas con sus establecimientos, y el total) dicen lo que sus partes."""
    en_hoja = {renglon.codigo: renglon for renglon in cuerpo if renglon.codigo is not None}
    partes: dict[str, list[_Renglon]] = {}
    cimas = []
    for renglon in cuerpo:
        lugar = directorio.lugares.get(renglon.codigo or "")
        if lugar is not None and lugar.nivel is Nivel.PENAL and lugar.padre in en_hoja:
            partes.setdefault(lugar.padre, []).append(renglon)
        else:
            cimas.append(renglon)
    for codigo, suyas in partes.items():
        yield from _comprobar_suma(tabla, pedido, en_hoja[codigo], suyas)
    if total is not None:
        nacional = next((r for r in cimas if r.codigo and directorio.lugares[r.codigo].nivel is Nivel.NACIONAL), None)
        yield from _comprobar_suma(tabla, pedido, total, [r for r in cimas if r is not nacional])


def _comprobar_suma(tabla: Tabla, pedido: Pedido, suma: _Renglon, partes: list[_Renglon]) -> Iterator[ErrorDeCelda]:
    """Columna por columna, la fila ``suma`` contra sus ``partes``; una parte ilegible impide comprobar."""
    if not partes or not all(parte.legible for parte in (suma, *partes)):
        return
    for uso in pedido.usos:
        if not uso.papel:
            continue
        esperado = sum(parte.conteos[uso.columna] for parte in partes)
        dicho = suma.conteos[uso.columna]
        if esperado != dicho:
            diferencia = f"{'sobran' if dicho > esperado else 'faltan'} {_n(abs(dicho - esperado))}"
            yield _no_cuadra(
                tabla,
                suma,
                uso.columna,
                f"las {len(partes)} filas que la forman suman {_n(esperado)} en la columna {letra_de(uso.columna)}, "
                f"pero aquí dice {_n(dicho)}: {diferencia}",
            )


def _fila(tabla: Tabla, pedido: Pedido, renglon: _Renglon, sexo: str) -> Fila:
    """La medición de ese lugar y sexo; sin personas en el denominador, el porcentaje no aplica."""
    arriba = renglon.sumas["n", sexo]
    celdas = {"ambito": direccion(renglon.numero, pedido.columna_de_nombres)}
    celdas |= {
        campo: direccion(renglon.numero, columnas[0])
        for campo, parte in (("numerador", "n"), ("denominador", "d"))
        if (columnas := pedido.columnas(parte, sexo) or pedido.columnas(parte, "H"))
    }
    celdas["valor"] = celdas["numerador"]
    datos: dict[str, Any] = {"valor": arriba}
    if pedido.es_porcentaje:
        abajo = renglon.sumas["d", sexo]
        datos = {"numerador": arriba, "denominador": abajo, "valor": None}
        if abajo:
            datos["valor"] = porcentaje_de(arriba, abajo)
        else:
            datos |= {"numerador": None, "motivo_ausencia": "no_aplica"}
    return Fila(
        hoja=tabla.hoja,
        numero=renglon.numero,
        indicador_codigo=pedido.indicador,
        periodo=pedido.periodo,
        ambito=renglon.codigo or "",
        sexo=sexo,
        caracter=pedido.caracter,
        situacion=pedido.situacion,
        fuente=pedido.fuente,
        notas=pedido.notas,
        celdas=celdas,
        ausentes=SIN_COLUMNA if pedido.notas else SIN_COLUMNA | {"notas"},
        **datos,
    )


def _no_cuadra(tabla: Tabla, renglon: _Renglon, columna: int, que: str) -> ErrorDeCelda:
    donde = f"Fila {renglon.numero} ({renglon.nombre or 'sin nombre'})"
    celda = tabla.celda(renglon.numero, columna)
    return _error(tabla, renglon.numero, columna, celda, f"{donde}: {que}.")


def _error(tabla: Tabla, fila: int, columna: int, celda: Celda, mensaje: str) -> ErrorDeCelda:
    return ErrorDeCelda(tabla.hoja, direccion(fila, columna), escrito(celda), mensaje)


def _n(conteo: int) -> str:
    return escribir_numero(conteo, 0)
