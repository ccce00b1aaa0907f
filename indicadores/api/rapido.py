"""Las mediciones de la API por el camino corto: una sentencia escrita una vez y un catálogo que no se vuelve a leer.

Da exactamente lo mismo que el camino general (una prueba compara los dos), sin armar consultas ni formularios en cada
petición. Solo atiende lo que entiende del todo: ante un parámetro que no es de los suyos, o que no es válido, devuelve
None y contesta el general, que es también quien explica los errores.

El catálogo (códigos, fuentes, líneas base) y las cuentas se recuerdan mientras no cambie la marca de la última
publicación (``request.marca``, que pone ``penitenciaria.memoria``); sin marca se leen cada vez.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from indicadores.api import a_json
from indicadores.api.paginacion import PARAMETROS as DE_PAGINA
from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Ausencia, Caracter, Dato, Motivo, Periodo, PeriodoInvalido, Sexo, ValorBase
from indicadores.formato import numero_json
from indicadores.lectura import leer_lineas_base
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Fuente, Indicador, Medicion

Fila = tuple[Any, ...]
DIA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
ORDENES = {"": "DESC", "-fin": "DESC", "fin": "ASC"}
OPCIONES = {
    "sexo": frozenset(Medicion.Sexo.values),
    "caracter": frozenset(Medicion.Caracter.values),
    "situacion": frozenset(Medicion.Situacion.values),
}
SIN_CONDICION = {"corte", "a_la_fecha", "ordering", *DE_PAGINA}
#: Lo que se sabe contestar; cualquier otro parámetro va por el camino general.
SENCILLOS = {*OPCIONES, *SIN_CONDICION, "format", "indicador", "objetivo", "servicio", "ambito", "ambito_nivel"}
SENCILLOS |= {"anio", "desde", "hasta", "periodo"}
#: Cuántas cuentas y finales de página se recuerdan.
RECUERDOS = 4096


# --- El catálogo ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Catalogo:
    """Lo que una fila solo cita por su clave."""

    indicador: dict[int, str]
    del_objetivo: dict[str, tuple[int, ...]]
    del_servicio: dict[str, tuple[int, ...]]
    ambito: dict[int, str]
    del_nivel: dict[str, tuple[int, ...]]
    fuente: dict[int, a_json.Json]
    clave_de_indicador: dict[str, int]
    clave_de_ambito: dict[str, int]


class Recuerdo:
    """Lo que vale mientras no cambie la marca; se comparte entre hilos porque todo lo suyo se repone entero."""

    def __init__(self, marca: str | None) -> None:
        self.marca = marca
        self._catalogo: Catalogo | None = None
        self.bases: dict[int, ValorBase] | None = None
        self._dichos: OrderedDict[Any, Any] = OrderedDict()

    @property
    def catalogo(self) -> Catalogo:
        if self._catalogo is None:
            self._catalogo = leer_catalogo()
        return self._catalogo

    def decir(self, clave: Any, averiguar: Callable[[], Any]) -> Any:
        """Lo averiguado antes con esa clave; si no, lo averigua. Sin marca no se recuerda nada."""
        if self.marca is None:
            return averiguar()
        dicho = self._dichos.get(clave)
        if dicho is None:
            self.anotar(clave, dicho := averiguar())
        return dicho

    def visto(self, clave: Any) -> Any:
        return self._dichos.get(clave)

    def anotar(self, clave: Any, valor: Any) -> None:
        if self.marca is not None:
            self._dichos[clave] = valor
            while len(self._dichos) > RECUERDOS:
                self._dichos.popitem(last=False)


_recuerdo: Recuerdo | None = None


def recordar(marca: str | None) -> Recuerdo:
    """El recuerdo de esa marca; el de la anterior se olvida."""
    global _recuerdo
    actual = _recuerdo
    if marca is None:
        return Recuerdo(None)
    if actual is None or actual.marca != marca:
        actual = _recuerdo = Recuerdo(marca)
    return actual


def leer_catalogo() -> Catalogo:
    """El catálogo de ahora, en tres consultas."""
    indicadores = list(
        Indicador.objects.order_by("pk").values_list("pk", "codigo", "objetivo__codigo", "servicio__codigo")
    )
    ambitos = list(Ambito.objects.order_by("pk").values_list("pk", "codigo", "nivel"))
    fuentes = Fuente.objects.order_by("pk").values_list("pk", "nombre", "url")
    return Catalogo(
        indicador={clave: codigo for clave, codigo, _, _ in indicadores},
        del_objetivo=_por([(objetivo, clave) for clave, _, objetivo, _ in indicadores]),
        del_servicio=_por([(servicio, clave) for clave, _, _, servicio in indicadores]),
        ambito={clave: codigo for clave, codigo, _ in ambitos},
        del_nivel=_por([(nivel, clave) for clave, _, nivel in ambitos]),
        fuente={clave: {"nombre": nombre, "url": url or None} for clave, nombre, url in fuentes if nombre},
        clave_de_indicador={codigo: clave for clave, codigo, _, _ in indicadores},
        clave_de_ambito={codigo: clave for clave, codigo, _ in ambitos},
    )


def _por(pares: list[tuple[str | None, int]]) -> dict[str, tuple[int, ...]]:
    grupos: dict[str, tuple[int, ...]] = {}
    for nombre, clave in pares:
        if nombre is not None:
            grupos[nombre] = (*grupos.get(nombre, ()), clave)
    return grupos


# --- Lo que se pide -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pedido:
    """La condición, ya en SQL, con sus valores; lo bastante para recordar por él una cuenta."""

    condicion: str
    valores: tuple[Any, ...]
    sentido: str


def leer_pedido(parametros: QueryDict, mirada: Mirada, catalogo: Catalogo) -> Pedido | None:
    """Lo pedido, si todo es de lo sencillo y válido; None si ha de verlo el camino general."""
    ordenado = ORDENES.get(parametros.get("ordering", "").strip())
    if ordenado is None:
        return None
    condiciones, valores = ["m.fin <= %s"], [_dia(mirada.corte)]
    for nombre in parametros:
        escrito = str(parametros[nombre])
        texto = escrito.strip()
        if (
            nombre in ("corte", "a_la_fecha", "ordering", *DE_PAGINA)
            or not texto
            or (nombre, texto) == ("format", "json")
        ):
            continue
        leido = _condicion(nombre, escrito, catalogo)
        if leido is None:
            return None
        condiciones.append(leido[0])
        valores += leido[1]
    return Pedido(" AND ".join(condiciones), tuple(valores), ordenado)


def _condicion(nombre: str, texto: str, catalogo: Catalogo) -> tuple[str, list[Any]] | None:
    if nombre in OPCIONES:
        return (f"m.{nombre} = %s", [texto]) if texto in OPCIONES[nombre] else None
    if nombre in ("desde", "hasta"):
        dia = _leer_dia(texto)
        return (f"m.fin {'>=' if nombre == 'desde' else '<='} %s", [_dia(dia)]) if dia else None
    if nombre == "anio":
        if not (texto.isascii() and texto.isdigit() and len(texto) == 4 and 1990 <= int(texto) <= 2100):
            return None
        return "m.fin >= %s AND m.fin <= %s", [_dia(date(int(texto), 1, 1)), _dia(date(int(texto), 12, 31))]
    if nombre == "periodo":
        try:
            periodo = Periodo.leer(texto)
        except PeriodoInvalido:
            return None
        return "m.periodo = %s AND m.fin = %s", [periodo.texto, _dia(periodo.fin)]
    uno = {"indicador": catalogo.clave_de_indicador, "ambito": catalogo.clave_de_ambito}.get(nombre)
    if uno is not None:
        return (f"m.{nombre}_id = %s", [uno[texto]]) if texto in uno else None
    columna, grupos = {
        "objetivo": ("indicador", catalogo.del_objetivo),
        "servicio": ("indicador", catalogo.del_servicio),
        "ambito_nivel": ("ambito", catalogo.del_nivel),
    }.get(nombre, ("", {}))
    claves = grupos.get(texto)
    return (f"m.{columna}_id IN ({', '.join(['%s'] * len(claves))})", list(claves)) if claves else None


def _leer_dia(texto: str) -> date | None:
    try:
        dia = date.fromisoformat(texto) if DIA.fullmatch(texto) else None
    except ValueError:
        return None
    return dia if dia and 1990 <= dia.year <= 2100 else None


def _dia(dia: date) -> Any:
    return connection.ops.adapt_datefield_value(dia)


# --- Las filas ------------------------------------------------------------------------------------------------------

VIGENTE = "{0}.publicada_en <= %s AND ({0}.sustituida_en IS NULL OR {0}.sustituida_en > %s)"
#: Lo que distingue el tamaño del periodo en su texto: nada (año), S, Q o 0 (mes; 10, 11 y 12 también).
TAMANO = "replace(substr({0}.periodo, 6, 1), '1', '0')"
ELEGIR = "SELECT m.id FROM indicadores_medicion m WHERE {condicion} ORDER BY m.fin {sentido}, m.id {sentido} LIMIT %s"
#: Primero las claves, que salen de un índice; después, solo esas filas, y de cada una el valor anterior de su serie.
FILAS = f"""
SELECT m.id, m.indicador_id, m.periodo, m.valor, m.motivo_ausencia, m.texto_ausencia, m.fecha_compromiso, m.numerador,
       m.denominador, m.ambito_id, m.sexo, m.caracter, m.situacion, m.version, {{publicada_en}}, m.reservada,
       m.fuente_id, p.periodo, p.valor, p.numerador
FROM ({{elegidas}}) e JOIN indicadores_medicion m ON m.id = e.id
LEFT JOIN indicadores_medicion p ON p.id = (
  SELECT a.id FROM indicadores_medicion a
  WHERE a.indicador_id = m.indicador_id AND a.ambito_id = m.ambito_id AND a.sexo = m.sexo AND a.caracter = m.caracter
    AND a.fin < m.fin AND {TAMANO.format("a")} = {TAMANO.format("m")}
    AND a.valor IS NOT NULL AND NOT a.reservada AND {VIGENTE.format("a")}
  ORDER BY a.fin DESC, a.id DESC LIMIT 1)
ORDER BY m.fin {{sentido}}, m.id {{sentido}}
"""


class Rapidas(Sequence[a_json.Json]):
    """Las mediciones pedidas, como una lista que se cuenta y se corta; cada corte son las filas ya en su JSON."""

    def __init__(self, pedido: Pedido, mirada: Mirada, recuerdo: Recuerdo, constancia: str) -> None:
        self.pedido, self.recuerdo = pedido, recuerdo
        self.a_la_fecha = mirada.a_la_fecha
        self.es_ahora = not mirada.pide_fecha
        self.momento = connection.ops.adapt_datetimefield_value(mirada.a_la_fecha)
        self.principio, _, self.final = constancia.rpartition("0")
        self._cuantas: int | None = None

    def count(self, _fila: Any = None) -> int:
        """Cuántas son; se recuerda mientras no se publique nada."""

        def contar() -> int:
            condicion = f"{VIGENTE.format('m')} AND {self.pedido.condicion}"
            [(cuantas,)] = self._leer(
                f"SELECT COUNT(*) FROM indicadores_medicion m WHERE {condicion}",
                [self.momento, self.momento, *self.pedido.valores],
            )
            return int(cuantas)

        if self._cuantas is None:
            self._cuantas = int(self.recuerdo.decir(("cuantas", *self._clave()), contar))
        return self._cuantas

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, trozo: Any) -> Any:
        """Las filas de un trozo; si se leyó el que le precede, se sigue desde su final sin contar las de antes."""
        desde, hasta = trozo.start, min(trozo.stop, self.count())
        condicion, valores = f"{VIGENTE.format('m')} AND {self.pedido.condicion}", [self.momento, self.momento]
        valores += self.pedido.valores
        final = self.recuerdo.visto(("final", desde, *self._clave())) if desde else None
        elegidas = ELEGIR.format(condicion=condicion, sentido=self.pedido.sentido)
        if final is not None:
            comparado = "<" if self.pedido.sentido == "DESC" else ">"
            mas_alla = f"{condicion} AND (m.fin, m.id) {comparado} (%s, %s)"
            elegidas = ELEGIR.format(condicion=mas_alla, sentido=self.pedido.sentido)
            valores += final
        valores.append(hasta - desde)
        if desde and final is None:
            elegidas += " OFFSET %s"
            valores.append(desde)
        # Unido a un texto, SQLite lo entrega como está guardado, sin interpretarlo fila por fila.
        publicada_en = "'' || m.publicada_en" if connection.vendor == "sqlite" else "m.publicada_en"
        sentencia = FILAS.format(elegidas=elegidas, sentido=self.pedido.sentido, publicada_en=publicada_en)
        filas = self._leer(sentencia, [*valores, self.momento, self.momento])
        if filas:
            self.recuerdo.anotar(("final", hasta, *self._clave()), (_fin(filas[-1][2]), filas[-1][0]))
        return self._a_json(filas)

    def _clave(self) -> tuple[Any, ...]:
        """De ahora, la marca basta; de otra fecha, también la fecha."""
        return (self.pedido, None if self.es_ahora else self.momento)

    def _leer(self, sentencia: str, valores: list[Any]) -> list[Fila]:
        with connection.cursor() as cursor:
            cursor.execute(sentencia, valores)
            return cursor.fetchall()

    def _bases(self) -> dict[int, ValorBase]:
        claves = self.recuerdo.catalogo.indicador
        if not self.es_ahora or self.recuerdo.marca is None:
            return leer_lineas_base(claves, a_la_fecha=self.a_la_fecha)
        if self.recuerdo.bases is None:
            self.recuerdo.bases = leer_lineas_base(claves, a_la_fecha=self.a_la_fecha)
        return self.recuerdo.bases

    def _a_json(self, filas: list[Fila]) -> list[a_json.Json]:
        bases = self._bases()
        catalogo, principio, final = self.recuerdo.catalogo, self.principio, self.final
        escritas = []
        for fila in filas:
            (clave, indicador, periodo, valor, motivo, texto, compromiso, numerador, denominador, ambito, sexo,
             caracter, situacion, version, publicada_en, reservada, fuente, *previo) = fila  # fmt: skip
            if reservada:
                valor = numerador = denominador = None
                ausencia = a_json.ausencia(Ausencia(Motivo.POCAS_PERSONAS))
            else:
                ausencia = a_json.ausencia(Ausencia(Motivo(motivo), texto, compromiso)) if motivo else None
            codigo = catalogo.ambito[ambito]
            # Solo el núcleo dice que un valor se repite; aquí se descarta lo que a simple vista no.
            repetida = valor is not None and (
                previo[1] == valor or (codigo == Ambito.NACIONAL and sexo == "T" and caracter == "oficial")
            )
            if repetida:
                base = bases.get(indicador) if codigo == Ambito.NACIONAL else None
                repetida = _se_repite(periodo, valor, numerador, codigo, sexo, caracter, previo, base)
            escritas.append(
                {
                    "indicador": catalogo.indicador[indicador],
                    "id": str(clave),
                    "periodo": periodo,
                    "fin": _fin(periodo),
                    "ambito": codigo,
                    "sexo": sexo,
                    "valor": _numero(valor),
                    "motivo": ausencia,
                    "numerador": numerador,
                    "denominador": denominador,
                    "caracter": caracter,
                    "situacion": situacion,
                    "se_repite": repetida,
                    "version": version,
                    "publicada_en": _momento(publicada_en),
                    "fuente": catalogo.fuente.get(fuente),
                    "enlaces": {"constancia": f"{principio}{clave}{final}"},
                }
            )
        return escritas


def elegir(parametros: QueryDict, mirada: Mirada, marca: str | None, absoluta: a_json.Absoluta) -> Rapidas | None:
    """Las mediciones pedidas, o None si ha de contestar el camino general."""
    if not SENCILLOS.issuperset(parametros):
        return None
    recuerdo = recordar(marca)
    pedido = leer_pedido(parametros, mirada, recuerdo.catalogo)
    if pedido is None:
        return None
    return Rapidas(pedido, mirada, recuerdo, absoluta(reverse("cifra", args=[0])))


def _se_repite(
    periodo: str, valor: Any, numerador: int | None, ambito: str, sexo: str, caracter: str, previo: list[Any], base: Any
) -> bool:
    def dato(periodo: str, valor: Any, numerador: int | None) -> Dato:
        leido, cifra = Periodo.leer(periodo), Decimal(str(valor))
        return Dato(leido, cifra, numerador=numerador, ambito=ambito, sexo=Sexo(sexo), caracter=Caracter(caracter))

    anteriores = [] if previo[0] is None else [dato(previo[0], previo[1], previo[2])]
    return se_repite(dato(periodo, valor, numerador), anteriores, base)


@lru_cache(maxsize=4096)
def _fin(periodo: str) -> str:
    return Periodo.leer(periodo).fin.isoformat()


@lru_cache(maxsize=4096)
def _momento(valor: datetime | str) -> str | None:
    """El momento en hora de Lima; SQLite los guarda escritos, en UTC y sin decirlo."""
    return a_json.momento(datetime.fromisoformat(f"{valor}+00:00") if isinstance(valor, str) else valor)


def _numero(valor: Any) -> int | float | None:
    if isinstance(valor, float):  # SQLite guarda así los decimales, con hasta 15 cifras exactas
        return int(valor) if valor.is_integer() else valor
    return numero_json(valor) if isinstance(valor, Decimal) else valor
