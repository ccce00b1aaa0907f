"""Lo que una fila nombra, hallado en el catálogo: indicador, ámbito, fuente, palabras y números, con sus errores."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from indicadores.acciones.anotar import Propuesta, leer_fecha
from indicadores.acciones.mediciones import leer_periodo
from indicadores.calculo.tipos import Periodo
from indicadores.errores import DatoInvalido
from indicadores.formato import TEXTO_DE_MOTIVO, NumeroInvalido, leer_decimal, sin_acentos
from indicadores.intercambio.columnas import EDITABLES
from indicadores.intercambio.matriz_archivo import directorio
from indicadores.intercambio.tipos import Crudo, ErrorDeCelda, Fila
from indicadores.models import Ambito, Fuente, Indicador, Medicion
from indicadores.models.cifras import MOTIVOS

#: Más que esto no es una cifra ni cabe en las cuentas; lo que admite cada unidad lo dice su verbo.
_DESMESURADO = Decimal(10) ** 20
_SEXOS = {"t": "T", "total": "T", "ambos": "T", "h": "H", "hombres": "H", "m": "M", "mujeres": "M"}
_CARACTERES = {valor: valor for valor in Medicion.Caracter.values}
_SITUACIONES = {valor: valor for valor in Medicion.Situacion.values}
_MOTIVOS = {codigo: codigo for codigo, _ in MOTIVOS} | {
    sin_acentos(texto): motivo.value for motivo, texto in TEXTO_DE_MOTIVO.items()
}


class Rechazo(ValueError):
    """Una celda no se acepta; lleva el campo y qué se esperaba."""

    def __init__(self, campo: str, mensaje: str) -> None:
        super().__init__(mensaje)
        self.campo = campo


class Referencias:
    """El catálogo a la mano durante una lectura; ``hoy`` decide qué periodos ya terminaron."""

    def __init__(self, *, hoy: date) -> None:
        self.indicadores = {i.codigo.casefold(): i for i in Indicador.objects.order_by("codigo")}
        self.por_pk = {i.pk: i for i in self.indicadores.values()}
        self.ambitos = {a.codigo: a for a in Ambito.objects.order_by("codigo")}
        self.ambitos_por_pk = {a.pk: a for a in self.ambitos.values()}
        fuentes = list(Fuente.objects.order_by("codigo"))
        self.fuentes_por_pk: dict[int, Fuente] = {f.pk: f for f in fuentes}
        self._fuentes = {_simple(f.nombre): f for f in fuentes} | {_simple(f.codigo): f for f in fuentes}
        conocidos = directorio()
        self._reconocer = cache(conocidos.reconocer)
        self._parecidos = conocidos.parecidos
        self.periodo = cache(lambda texto: leer_periodo(texto, hoy=hoy))

    def interpretar(self, fila: Fila) -> tuple[Propuesta | None, list[ErrorDeCelda]]:
        """La propuesta de la fila, o todos los errores de sus celdas; (None, []) si la fila está sin llenar."""
        escritos = (fila.valor, fila.numerador, fila.denominador, fila.motivo_ausencia)
        if all(dato is None or dato == "" for dato in escritos):
            if not fila.version_base:
                return None, []
            mensaje = (
                "Una cifra no se borra desde la hoja: escriba su valor o el motivo de su ausencia, o quite la fila."
            )
            return None, [error_en(fila, Rechazo("valor", mensaje))]
        errores: list[ErrorDeCelda] = []
        clave: dict[str, Any] = {}
        campos: dict[str, Any] = {}
        for nombre in ("indicador", "lapso", "ambito", "sexo", "caracter"):
            try:
                clave[nombre] = getattr(self, f"_{nombre}")(fila)
            except Rechazo as rechazo:
                errores.append(error_en(fila, rechazo))
        indicador = clave.get("indicador")
        for nombre in EDITABLES:
            if nombre in fila.ausentes:
                continue
            try:
                campos[nombre] = self._campo(nombre, fila, indicador)
            except Rechazo as rechazo:
                errores.append(error_en(fila, rechazo))
        if errores:
            return None, errores
        return Propuesta(**clave, campos=campos, base=fila.version_base, testigo=fila.testigo_base), []

    def _indicador(self, fila: Fila) -> Indicador:
        hallado = self.indicadores.get(fila.indicador_codigo.strip().casefold())
        if hallado is None:
            raise Rechazo(
                "indicador", "No hay un indicador con ese código. Use uno de la hoja «Listas», como OP.01-I2."
            )
        return hallado

    def _lapso(self, fila: Fila) -> Periodo:
        try:
            lapso: Periodo = self.periodo(fila.periodo)
        except DatoInvalido as error:
            raise Rechazo("periodo", str(error)) from error
        return lapso

    def _ambito(self, fila: Fila) -> Ambito:
        codigo = self._reconocer(fila.ambito)
        if codigo is None:
            parecidos = " o ".join(f"«{self.ambitos[c].nombre}» ({c})" for c in self._parecidos(fila.ambito, cuantos=2))
            ayuda = f"¿Será {parecidos}?" if parecidos else "Use un código de la hoja «Listas»."
            raise Rechazo("ambito", f"No se reconoce ese lugar. {ayuda}")
        return self.ambitos[codigo]

    def _sexo(self, fila: Fila) -> str:
        return _palabra("sexo", fila.sexo, _SEXOS, "total, hombres o mujeres")

    def _caracter(self, fila: Fila) -> str:
        return _palabra("caracter", fila.caracter, _CARACTERES, "oficial o referencial")

    def _campo(self, nombre: str, fila: Fila, indicador: Indicador | None) -> Any:
        dato: Crudo = getattr(fila, nombre)
        if nombre == "valor":
            return _numero("valor", dato, entero=indicador is not None and indicador.es_entero)
        if nombre in ("numerador", "denominador"):
            cuenta = _numero(nombre, dato, entero=True)
            if cuenta is not None and cuenta != int(cuenta):
                raise Rechazo(nombre, "Se esperaba un número entero.")
            return None if cuenta is None else int(cuenta)
        if nombre == "situacion":
            return _palabra(nombre, str(dato), _SITUACIONES, "preliminar o definitiva")
        if nombre == "motivo_ausencia":
            return (
                _palabra(nombre, str(dato), _MOTIVOS, "un motivo de la hoja «Listas», como no_medido") if dato else ""
            )
        if nombre == "fecha_compromiso":
            return _fecha(dato)
        if nombre == "fuente":
            return self._fuente(str(dato or ""))
        return str(dato or "")

    def _fuente(self, texto: str) -> Fuente | None:
        if not texto.strip():
            return None
        hallada = self._fuentes.get(_simple(texto))
        if hallada is None:
            raise Rechazo("fuente", "No hay una fuente con ese código o nombre. Use uno de la hoja «Listas».")
        return hallada


def error_en(fila: Fila, rechazo: Rechazo | DatoInvalido) -> ErrorDeCelda:
    """El rechazo, con la celda de su campo (o la del valor) y lo escrito en ella."""
    campo = rechazo.campo or "valor"
    celdas = fila.celdas
    celda = celdas.get(campo) or celdas.get("valor") or f"A{fila.numero}"
    dato = getattr(fila, "indicador_codigo" if campo == "indicador" else campo, "")
    return ErrorDeCelda(fila.hoja, celda, "" if dato is None else str(dato), str(rechazo))


def _palabra(campo: str, escrito: str, admitidas: Mapping[str, str], cuales: str) -> str:
    hallada = admitidas.get(_simple(escrito))
    if hallada is None:
        raise Rechazo(campo, f"Se esperaba {cuales}.")
    return hallada


def _numero(campo: str, dato: Crudo, *, entero: bool) -> Decimal | None:
    if dato is None or dato == "":
        return None
    if isinstance(dato, bool | date | datetime):
        raise Rechazo(campo, "Se esperaba un número. Dé a la celda el formato General y escríbalo otra vez.")
    if isinstance(dato, int):
        return Decimal(dato)
    if isinstance(dato, float):
        exacto = Decimal(repr(dato))
        if not exacto.is_finite() or abs(exacto) >= _DESMESURADO:
            raise Rechazo(campo, "El número es demasiado grande.")
        # Una hoja de cálculo guarda 34,9 como 34,900000000000006: quince cifras son las que muestra y acepta.
        return round(exacto, 4) if abs(exacto - round(exacto, 4)) < abs(exacto) * Decimal("1e-15") else exacto
    if isinstance(dato, Decimal):
        return dato
    try:
        return leer_decimal(dato, entero=entero)
    except NumeroInvalido as error:
        raise Rechazo(campo, str(error)) from error


def _fecha(dato: Crudo) -> date | None:
    if dato is None or dato == "":
        return None
    if isinstance(dato, datetime):
        return dato.date()
    if isinstance(dato, date):
        return dato
    try:
        return leer_fecha(str(dato))
    except DatoInvalido as error:
        raise Rechazo("fecha_compromiso", str(error)) from error


@lru_cache(maxsize=4096)
def _simple(texto: str) -> str:
    return " ".join(sin_acentos(texto).split())
