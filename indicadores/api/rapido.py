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
from datetime import UTC, date, datetime
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
from indicadores.lectura import leer_lineas_base
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Medicion, preparada
from indicadores.models.granularidad import ESCRITA

Fila = tuple[Any, ...]
NACIONAL = Ambito.NACIONAL
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
SELECT m.id, m.indicador_id, m.periodo, {{m_valor}}, m.motivo_ausencia, m.texto_ausencia, m.fecha_compromiso,
       m.numerador, m.denominador, m.ambito_id, m.sexo, m.caracter, m.situacion, m.version, {{publicada_en}},
       m.reservada, m.fuente_id, p.periodo, {{p_valor}}, p.numerador
FROM ({{elegidas}}) e JOIN indicadores_medicion m ON m.id = e.id
LEFT JOIN indicadores_medicion p ON p.id = (
  SELECT a.id FROM indicadores_medicion a
  WHERE a.indicador_id = m.indicador_id AND a.ambito_id = m.ambito_id AND a.sexo = m.sexo AND a.caracter = m.caracter
    AND a.fin < m.fin AND {ESCRITA.format("a.periodo")} = {ESCRITA.format("m.periodo")}
    AND a.valor IS NOT NULL AND NOT a.reservada AND {VIGENTE.format("a")}
  ORDER BY a.fin DESC, a.id DESC LIMIT 1)
ORDER BY m.fin {{sentido}}, m.id {{sentido}}
"""
#: Cómo se escriben en cada base las columnas que el conductor tardaría en interpretar: el momento llega como texto y el
#: valor como lo da SQLite, que con quince cifras no pierde nada.
COLUMNAS = {
    "sqlite": {"m_valor": "m.valor", "p_valor": "p.valor", "publicada_en": "'' || m.publicada_en"},
    "postgresql": {"m_valor": "m.valor::float8", "p_valor": "p.valor::float8", "publicada_en": "m.publicada_en::text"},
}


@dataclass(frozen=True, slots=True)
class Cuenta:
    """Los días en que terminan las filas, en el orden en que se muestran, y cuántas van hasta cada uno."""

    dias: tuple[Any, ...]
    finales: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.finales[-1] if self.finales else 0

    def donde_empieza(self, desde: int) -> tuple[Any, int]:
        """El día en que termina la fila número ``desde`` y cuántas de ese día le preceden."""
        cual = bisect_right(self.finales, desde)
        return self.dias[cual], desde - (self.finales[cual - 1] if cual else 0)


class Rapidas(Sequence[a_json.Json]):
    """Las mediciones pedidas, como una lista que se cuenta y se corta; cada corte son las filas ya en su JSON."""

    def __init__(self, pedido: Pedido, mirada: Mirada, recuerdo: Recuerdo, constancia: str) -> None:
        self.pedido, self.recuerdo = pedido, recuerdo
        self.a_la_fecha = mirada.a_la_fecha
        self.es_ahora = not mirada.pide_fecha
        self.momento = connection.ops.adapt_datetimefield_value(mirada.a_la_fecha)
        self.principio, _, self.final = constancia.rpartition("0")
        self._cuenta: Cuenta | None = None

    def count(self, _fila: Any = None) -> int:
        """Cuántas son; se recuerda mientras no se publique nada."""
        return self._contadas().total

    def _contadas(self) -> Cuenta:
        """Cuántas terminan cada día: pocos días, haya las filas que haya."""

        def contar() -> Cuenta:
            condicion, valores = self._condicion()
            filas = self._leer(
                f"SELECT m.fin, COUNT(*) FROM indicadores_medicion m WHERE {condicion} "
                f"GROUP BY m.fin ORDER BY m.fin {self.pedido.sentido}",
                valores,
            )
            return Cuenta(tuple(dia for dia, _ in filas), tuple(accumulate(int(cuantas) for _, cuantas in filas)))

        if self._cuenta is None:
            self._cuenta = self.recuerdo.decir(("cuantas", *self._clave()), contar)
        return self._cuenta

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
            dia, saltar = self._contadas().donde_empieza(desde)
            condicion, valores = self._condicion(primer_dia=dia)
        else:
            condicion, valores = self._condicion()
        elegidas = ELEGIR.format(condicion=condicion, sentido=self.pedido.sentido)
        valores.append(hasta - desde)
        if saltar:
            elegidas += " OFFSET %s"
            valores.append(saltar)
        columnas = COLUMNAS[connection.vendor]
        sentencia = FILAS.format(elegidas=elegidas, sentido=self.pedido.sentido, **columnas)
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

    def _clave(self) -> tuple[Any, ...]:
        """De ahora, la marca basta; de otra fecha, también la fecha."""
        return (self.pedido, None if self.es_ahora else self.momento)

    def _leer(self, sentencia: str, valores: list[Any]) -> list[Fila]:
        return preparada.leer(connections[router.db_for_read(Medicion)], sentencia, valores)

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
             caracter, situacion, version, publicada_en, reservada, fuente, p_periodo, p_valor, p_numerador
             ) = fila  # fmt: skip
            ausencia = None
            if reservada:
                valor = numerador = denominador = None
                ausencia = _ausencia(Motivo.POCAS_PERSONAS.value, "", None)
            elif motivo:
                ausencia = _ausencia(motivo, texto, compromiso)
            codigo = catalogo.ambito[ambito]
            # Solo el núcleo dice que un valor se repite; aquí se descarta lo que a simple vista no.
            repetida = valor is not None and (
                p_valor == valor or (codigo == NACIONAL and sexo == "T" and caracter == "oficial")
            )
            if repetida:
                base = bases.get(indicador) if codigo == NACIONAL else None
                previo = (p_periodo, p_valor, p_numerador)
                repetida = _se_repite(periodo, valor, numerador, codigo, sexo, caracter, previo, base)
            escritas.append(
                {
                    "indicador": catalogo.indicador[indicador],
                    "id": str(clave),
                    "periodo": periodo,
                    "fin": _fin(periodo),
                    "ambito": codigo,
                    "sexo": sexo,
                    "valor": int(valor) if valor.__class__ is float and valor.is_integer() else valor,
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
    periodo: str, valor: Any, numerador: int | None, ambito: str, sexo: str, caracter: str, previo: Fila, base: Any
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
def _momento(escrito: str | None) -> str | None:
    """El momento en hora de Lima; llega escrito en UTC, y SQLite no dice que lo esté."""
    if escrito is None:
        return None
    leido = datetime.fromisoformat(escrito)
    return a_json.momento(leido if leido.tzinfo else leido.replace(tzinfo=UTC))


@lru_cache(maxsize=1024)
def _ausencia(motivo: str, texto: str, compromiso: date | None) -> a_json.Json | None:
    """La misma para todas las filas que la dicen: quien la recibe solo la escribe."""
    return a_json.ausencia(Ausencia(Motivo(motivo), texto, compromiso))
