"""Las mediciones de la API por el camino corto: una sentencia escrita una vez y un catálogo que no se vuelve a leer.

Da exactamente lo mismo que el camino general (una prueba compara los dos), sin armar consultas ni formularios en cada
petición. Solo atiende lo que entiende del todo: ante un parámetro que no es de los suyos, o que no es válido, devuelve
None y contesta el general, que es también quien explica los errores.

El catálogo y las cuentas salen de ``recuerdo``. Se cuenta por día de término: así se sabe también en qué día empieza
cualquier página, y la 90.000 se lee sin recorrer las anteriores.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Any

from django.db import connection, connections, router
from django.http import QueryDict

from indicadores.api import a_json
from indicadores.api.paginacion import PARAMETROS as DE_PAGINA
from indicadores.api.recuerdo import Catalogo, Recuerdo, recordar
from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Ausencia, Caracter, Dato, Motivo, Periodo, PeriodoInvalido, Sexo, ValorBase
from indicadores.formato import numero_json
from indicadores.lectura import leer_lineas_base
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Medicion
from indicadores.models.granularidad import ESCRITA

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
#: Los que dicen entre qué días terminan los periodos.
DIAS = ("anio", "desde", "hasta")
SENCILLOS |= {*DIAS, "periodo"}

# --- Lo que se pide -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pedido:
    """La condición, ya en SQL, con sus valores; lo bastante para recordar por él una cuenta.

    Entre qué días terminan va aparte, y cada extremo una sola vez: SQLite busca por uno, y por los demás recorre.
    """

    condicion: str
    valores: tuple[Any, ...]
    desde: date
    hasta: date
    sentido: str


def leer_pedido(parametros: QueryDict, mirada: Mirada, catalogo: Catalogo) -> Pedido | None:
    """Lo pedido, si todo es de lo sencillo y válido; None si ha de verlo el camino general."""
    ordenado = ORDENES.get(parametros.get("ordering", "").strip())
    if ordenado is None:
        return None
    condiciones: list[str] = []
    valores: list[Any] = []
    desde, hasta = date.min, mirada.corte
    for nombre in parametros:
        escrito = str(parametros[nombre])
        texto = escrito.strip()
        if (
            nombre in ("corte", "a_la_fecha", "ordering", *DE_PAGINA)
            or not texto
            or (nombre, texto) == ("format", "json")
        ):
            continue
        if nombre in DIAS:
            dias = _leer_dias(nombre, escrito)
            if dias is None:
                return None
            desde, hasta = max(desde, dias[0]), min(hasta, dias[1])
            continue
        leido = _condicion(nombre, escrito, catalogo)
        if leido is None:
            return None
        condiciones.append(leido[0])
        valores += leido[1]
    return Pedido("".join(f" AND {una}" for una in condiciones), tuple(valores), desde, hasta, ordenado)


def _leer_dias(nombre: str, texto: str) -> tuple[date, date] | None:
    """Entre qué días han de terminar los periodos."""
    if nombre == "anio":
        if not (texto.isascii() and texto.isdigit() and len(texto) == 4 and 1990 <= int(texto) <= 2100):
            return None
        return date(int(texto), 1, 1), date(int(texto), 12, 31)
    dia = _leer_dia(texto)
    if dia is None:
        return None
    return (dia, date.max) if nombre == "desde" else (date.min, dia)


def _condicion(nombre: str, texto: str, catalogo: Catalogo) -> tuple[str, list[Any]] | None:
    if nombre in OPCIONES:
        return (f"m.{nombre} = %s", [texto]) if texto in OPCIONES[nombre] else None
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
    AND a.fin < m.fin AND {ESCRITA.format("a.periodo")} = {ESCRITA.format("m.periodo")}
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
        self._dias: tuple[tuple[Any, int], ...] | None = None
        self._cuantas: int | None = None

    def count(self, _fila: Any = None) -> int:
        """Cuántas son; se recuerda mientras no se publique nada."""
        if self._cuantas is None:
            self._cuantas = sum(cuantas for _, cuantas in self._por_dia())
        return self._cuantas

    def _por_dia(self) -> tuple[tuple[Any, int], ...]:
        """Cuántas terminan cada día, en el orden en que se muestran: pocos días, haya las filas que haya."""

        def contar() -> tuple[tuple[Any, int], ...]:
            condicion, valores = self._condicion()
            filas = self._leer(
                f"SELECT m.fin, COUNT(*) FROM indicadores_medicion m WHERE {condicion} "
                f"GROUP BY m.fin ORDER BY m.fin {self.pedido.sentido}",
                valores,
            )
            return tuple((dia, int(cuantas)) for dia, cuantas in filas)

        if self._dias is None:
            self._dias = self.recuerdo.decir(("cuantas", *self._clave()), contar)
        return self._dias

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, trozo: Any) -> Any:
        """Las filas de un trozo: se sigue desde donde terminó el que le precede o, si nadie lo leyó, desde su día."""
        desde, hasta = trozo.start, min(trozo.stop, self.count())
        final = self.recuerdo.visto(("final", desde, *self._clave())) if desde else None
        saltar = 0
        if final is not None:
            condicion, valores = self._condicion(despues_de=final)
        elif desde:
            dia, saltar = self._donde_empieza(desde)
            condicion, valores = self._condicion(primer_dia=dia)
        else:
            condicion, valores = self._condicion()
        elegidas = ELEGIR.format(condicion=condicion, sentido=self.pedido.sentido)
        valores.append(hasta - desde)
        if saltar:
            elegidas += " OFFSET %s"
            valores.append(saltar)
        # Unido a un texto, SQLite lo entrega como está guardado, sin interpretarlo fila por fila.
        publicada_en = "'' || m.publicada_en" if connection.vendor == "sqlite" else "m.publicada_en"
        sentencia = FILAS.format(elegidas=elegidas, sentido=self.pedido.sentido, publicada_en=publicada_en)
        filas = self._leer(sentencia, [*valores, self.momento, self.momento])
        if filas:
            self.recuerdo.anotar(("final", hasta, *self._clave()), (_fin(filas[-1][2]), filas[-1][0]))
        return self._a_json(filas)

    def _condicion(self, *, primer_dia: Any = None, despues_de: tuple[str, int] | None = None) -> tuple[str, list[Any]]:
        """Lo que han de cumplir las filas y sus valores; desde ese día o después de esa fila, en el orden pedido."""
        desde, hasta = _dia(self.pedido.desde), _dia(self.pedido.hasta)
        baja = self.pedido.sentido == "DESC"
        valores = [self.momento, self.momento, *self.pedido.valores]
        if despues_de is not None:
            extremo, otro = ("<", ">=") if baja else (">", "<=")
            limites = f"(m.fin, m.id) {extremo} (%s, %s) AND m.fin {otro} %s"
            valores += [*despues_de, desde if baja else hasta]
        else:
            limites = "m.fin <= %s AND m.fin >= %s"
            if primer_dia is not None:
                desde, hasta = (desde, _dia(primer_dia)) if baja else (_dia(primer_dia), hasta)
            valores += [hasta, desde]
        return f"{VIGENTE.format('m')}{self.pedido.condicion} AND {limites}", valores

    def _donde_empieza(self, desde: int) -> tuple[Any, int]:
        """El día en que termina la fila número ``desde`` y cuántas de ese día le preceden."""
        dias = self._por_dia()
        finales = list(accumulate(cuantas for _, cuantas in dias))
        cual = bisect_right(finales, desde)
        dia, cuantas = dias[cual]
        return dia, desde - (finales[cual] - cuantas)

    def _clave(self) -> tuple[Any, ...]:
        """De ahora, la marca basta; de otra fecha, también la fecha."""
        return (self.pedido, None if self.es_ahora else self.momento)

    def _leer(self, sentencia: str, valores: list[Any]) -> list[Fila]:
        with connections[router.db_for_read(Medicion)].cursor() as cursor:
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
    return Rapidas(pedido, mirada, recuerdo, absoluta(a_json.direccion_de("cifra", 0)))


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
