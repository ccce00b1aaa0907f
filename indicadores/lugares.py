"""Las cifras de cada lugar, ya escritas: las publicadas y, donde no las hay, las que se obtienen sumando con exactitud.

Una cifra publicada manda siempre, también cuando lo publicado es que se reserva o por qué falta: entonces no se suma.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from django.urls import get_script_prefix, reverse

from indicadores import frases
from indicadores.calculo.agregacion import Agregable, Falta, Suma, sumar
from indicadores.calculo.tipos import Dato, Motivo, Sexo
from indicadores.formato import escribir_fecha, escribir_numero, escribir_valor, plural, porcentaje_de
from indicadores.graficas import DEPARTAMENTOS, Extension, Svg, barra
from indicadores.lectura import Desagregacion
from indicadores.models import Ambito, Indicador

Nivel = Ambito.Nivel
SIN_DIBUJO = Svg()
SEXOS = (Sexo.TOTAL, Sexo.HOMBRES, Sexo.MUJERES)


@dataclass(frozen=True, slots=True)
class Celda:
    """Una cifra tal como se lee, o por qué no está. ``id`` es su versión publicada; una suma no tiene."""

    texto: str
    valor: Decimal | None = None
    razon: str = ""
    cantidades: str = ""
    id: int | None = None
    es_suma: bool = False
    es_reservada: bool = False
    barra: Svg = SIN_DIBUJO

    @property
    def direccion(self) -> str:
        """La página de su constancia; vacía si no es una cifra publicada."""
        return f"{_raiz_de_cifras(get_script_prefix())}{self.id}/" if self.id else ""


@lru_cache(maxsize=16)
def _raiz_de_cifras(prefijo: str) -> str:
    """Lo que va antes del número en cada enlace: una página tiene cientos y la dirección se resuelve una sola vez."""
    return reverse("cifra", args=[0]).removesuffix("0/")


@dataclass(frozen=True, slots=True)
class FilaDeLugar:
    """Un lugar con sus cifras por sexo; ``nota`` dice de cuántos establecimientos se compone."""

    ancla: str
    nombre: str
    total: Celda
    hombres: Celda
    mujeres: Celda
    nota: str = ""
    oficina: str = ""
    departamento: str = ""
    capacidad: int | None = None

    @property
    def capacidad_escrita(self) -> str:
        return "–" if self.capacidad is None else escribir_numero(self.capacidad, 0)


@dataclass(frozen=True, slots=True)
class Lugares:
    """Las filas de cada cuadro, todavía sin ordenar, y las celdas del país por sexo."""

    pais: dict[Sexo, Celda]
    oficinas: tuple[FilaDeLugar, ...]
    departamentos: tuple[FilaDeLugar, ...]
    establecimientos: tuple[FilaDeLugar, ...]


def agregable_de(indicador: Indicador) -> Agregable:
    """Un porcentaje se rehace de sus cantidades; un conteo se suma si su ficha no dice que se agrega de otra forma."""
    if indicador.unidad == Indicador.Unidad.PORCENTAJE:
        return Agregable.PORCENTAJE
    dice_otra_cosa = indicador.tipo_agregacion and "suma" not in indicador.tipo_agregacion.casefold()
    return Agregable.CONTEO if indicador.es_entero and not dice_otra_cosa else Agregable.NO


@dataclass(frozen=True, slots=True)
class Escritor:
    """Escribe las celdas de un indicador a partir de los datos de un periodo, por ámbito y sexo."""

    indicador: Indicador
    ambitos: Sequence[Ambito]

    def celda(self, dato: Dato | None, partes: Sequence[Dato | None] | None = None) -> Celda:
        """La celda publicada o, si no hay ninguna, la suma de ``partes``."""
        if dato is not None:
            return self._publicada(dato)
        if partes is None:
            return Celda("sin dato")
        return self._sumada(sumar(partes, agregable_de(self.indicador)))

    def _publicada(self, dato: Dato) -> Celda:
        if dato.valor is not None:
            cantidades = _cantidades(dato.numerador, dato.denominador)
            return Celda(self._escribir(dato.valor), dato.valor, cantidades=cantidades, id=dato.id)
        motivo = dato.ausencia.motivo if dato.ausencia else Motivo.SIN_MEDICION
        if motivo is Motivo.POCAS_PERSONAS:
            return Celda("reservado", id=dato.id, es_reservada=True)
        if motivo is Motivo.NO_APLICA:
            return Celda("no aplica", razon=dato.ausencia.texto if dato.ausencia else "", id=dato.id)
        razon = frases.con_punto(frases.mayuscula(frases.razon(dato.ausencia, Motivo.SIN_MEDICION)))
        if dato.ausencia and dato.ausencia.fecha_compromiso:
            razon += f" Compromiso: {escribir_fecha(dato.ausencia.fecha_compromiso)}."
        return Celda("sin dato", razon=razon, id=dato.id)

    def _sumada(self, suma: Suma) -> Celda:
        if suma.valor is not None:
            valor = Decimal(suma.valor.numerator) / suma.valor.denominator
            if suma.numerador is not None and suma.denominador is not None:
                valor = porcentaje_de(suma.numerador, suma.denominador)
            cantidades = _cantidades(suma.numerador, suma.denominador)
            return Celda(self._escribir(valor), valor, cantidades=cantidades, es_suma=True)
        textos = {Falta.RESERVADA: "reservado", Falta.NO_APLICA: "no aplica"}
        return Celda(
            textos.get(suma.falta, "sin dato") if suma.falta else "sin dato",
            razon=_por_que_no_suma(suma),
            es_suma=True,
            es_reservada=suma.falta is Falta.RESERVADA,
        )

    def _escribir(self, valor: Decimal) -> str:
        return escribir_valor(valor, self.indicador.simbolo, self.indicador.decimales)


def _cantidades(numerador: int | None, denominador: int | None) -> str:
    if numerador is None or denominador is None:
        return ""
    return f"{escribir_numero(numerador, 0)} de {escribir_numero(denominador, 0)}"


def _por_que_no_suma(suma: Suma) -> str:
    lugares = f"{'su' if suma.partes == 1 else 'sus'} {plural(suma.partes, 'establecimiento', 'establecimientos')}"
    if suma.falta is Falta.SIN_PARTES:
        return "No tiene establecimientos en el catálogo."
    if suma.falta is Falta.RESERVADA:
        return f"No se suma: se reserva la cifra de {_de_cuantos(suma, lugares)}."
    if suma.falta is Falta.INCOMPLETA:
        return f"No se suma: falta el dato de {_de_cuantos(suma, lugares)}."
    if suma.falta is Falta.NO_AGREGABLE:
        return "Las cifras de sus establecimientos no se pueden sumar con exactitud."
    return ""


def _de_cuantos(suma: Suma, lugares: str) -> str:
    return lugares if suma.afectadas == suma.partes else f"{escribir_numero(suma.afectadas, 0)} de {lugares}"


def escribir_lugares(indicador: Indicador, leida: Desagregacion) -> Lugares:
    """Las filas de oficinas, departamentos y establecimientos del periodo leído; sin consultas."""
    por_codigo = {fila.ambito.codigo: fila.por_sexo for fila in leida.filas}
    escritor = Escritor(indicador, leida.ambitos)
    penales = [ambito for ambito in leida.ambitos if ambito.nivel == Nivel.ESTABLECIMIENTO]
    con_penales = any(ambito.codigo in por_codigo for ambito in penales)
    por_oficina, por_departamento = _agrupados(penales)

    def suyos(grupo: Sequence[Ambito], sexo: Sexo) -> list[Dato | None]:
        return [por_codigo.get(penal.codigo, {}).get(sexo) for penal in grupo]

    def de_penal(penal: Ambito) -> FilaDeLugar:
        total, hombres, mujeres = (escritor.celda(por_codigo[penal.codigo].get(sexo)) for sexo in SEXOS)
        return FilaDeLugar(
            _ancla("ep", penal.codigo),
            penal.nombre,
            total,
            hombres,
            mujeres,
            oficina=_corto(penal.padre) if penal.padre else "",
            departamento=penal.departamento,
            capacidad=penal.capacidad,
        )

    def fila(ancla: str, nombre: str, propios: Mapping[Sexo, Dato], grupo: Sequence[Ambito], nota: str) -> FilaDeLugar:
        total, hombres, mujeres = (escritor.celda(propios.get(sexo), suyos(grupo, sexo)) for sexo in SEXOS)
        return FilaDeLugar(ancla, nombre, total, hombres, mujeres, nota)

    oficinas = tuple(
        fila(
            _ancla("oficina", ambito.codigo),
            _corto(ambito),
            por_codigo.get(ambito.codigo, {}),
            grupo := por_oficina[ambito.pk],
            _cuantos_penales(grupo),
        )
        for ambito in leida.ambitos
        if ambito.nivel == Nivel.OFICINA_REGIONAL and (con_penales or ambito.codigo in por_codigo)
    )
    departamentos = tuple(
        fila(
            _ancla("dep", lugar.ubigeo),
            lugar.nombre,
            {},
            grupo := por_departamento[lugar.ubigeo],
            _cuantos_penales(grupo),
        )
        for lugar in DEPARTAMENTOS
        if con_penales
    )
    establecimientos = tuple(de_penal(penal) for penal in penales if penal.codigo in por_codigo)
    pais = {sexo: escritor.celda(leida.nacionales.get(sexo), suyos(penales, sexo)) for sexo in SEXOS}
    return Lugares(pais, oficinas, departamentos, establecimientos)


def historia_de_oficinas(indicador: Indicador, leida: Desagregacion) -> tuple[dict[str, list[Celda]], list[Celda]]:
    """El total de cada oficina (por su nombre) y el del país en cada periodo de la historia leída, en orden."""
    escritor = Escritor(indicador, leida.ambitos)
    penales = [ambito for ambito in leida.ambitos if ambito.nivel == Nivel.ESTABLECIMIENTO]
    por_oficina, _ = _agrupados(penales)

    def en_cada_periodo(codigo: str, grupo: Sequence[Ambito]) -> list[Celda]:
        return [
            escritor.celda(datos.get(codigo), [datos.get(penal.codigo) for penal in grupo])
            for datos in leida.historia.values()
        ]

    oficinas = {
        _corto(ambito): en_cada_periodo(ambito.codigo, por_oficina[ambito.pk])
        for ambito in leida.ambitos
        if ambito.nivel == Nivel.OFICINA_REGIONAL
    }
    return oficinas, en_cada_periodo(Ambito.NACIONAL, penales)


def _agrupados(penales: Sequence[Ambito]) -> tuple[Mapping[int, list[Ambito]], Mapping[str, list[Ambito]]]:
    por_oficina: defaultdict[int, list[Ambito]] = defaultdict(list)
    por_departamento: defaultdict[str, list[Ambito]] = defaultdict(list)
    for penal in penales:
        por_oficina[penal.padre_id or 0].append(penal)
        por_departamento[penal.ubigeo].append(penal)
    return por_oficina, por_departamento


def _cuantos_penales(grupo: Sequence[Ambito]) -> str:
    return plural(len(grupo), "establecimiento", "establecimientos") if grupo else ""


def _corto(oficina: Ambito) -> str:
    """El nombre sin lo que ya dice el cuadro: «Sur Oriente»."""
    return oficina.nombre.removeprefix("Oficina Regional ")


def _ancla(clase: str, codigo: str) -> str:
    """Un ``id`` de HTML a partir de un código del catálogo."""
    return f"{clase}-{''.join(letra if letra.isalnum() else '-' for letra in codigo)}"


def con_barras(filas: Sequence[FilaDeLugar], pais: Celda, *, comparables: bool) -> tuple[FilaDeLugar, ...]:
    """Las filas con la barra de su total, todas en una escala; la raya del país, si la unidad es comparable con él."""
    valores = [fila.total.valor for fila in filas if fila.total.valor is not None]
    referencia = pais.valor if comparables else None
    extension = Extension.de([*valores, *([referencia] if referencia is not None and valores else [])])
    return tuple(
        replace(fila, total=replace(fila.total, barra=barra(fila.total.valor, extension, referencia=referencia)))
        for fila in filas
    )
