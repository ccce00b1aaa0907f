"""Las mediciones de la API por el camino corto: una sentencia escrita una vez y un catálogo que no se vuelve a leer.

Da exactamente lo mismo que el camino general (una prueba compara los dos), sin armar consultas ni formularios en cada
petición. Solo atiende lo que entiende del todo: ante un parámetro que no es de los suyos, o que no es válido, devuelve
None y contesta el general, que es también quien explica los errores.

El catálogo y las cuentas salen de ``recuerdo``. Se cuenta por día de término: así se sabe también en qué día empieza
cualquier página, y la 90.000 se lee sin recorrer las anteriores.
"""

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
from indicadores.api.pedido import MUCHAS, SENCILLOS, Pedido, en_la_base, leer_pedido
from indicadores.api.recuerdo import Recuerdo, recordar
from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Ausencia, Caracter, Dato, Motivo, Periodo, Sexo, ValorBase
from indicadores.lectura import leer_lineas_base
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Medicion, preparada
from indicadores.models.granularidad import ESCRITA

Fila = tuple[Any, ...]
NACIONAL = Ambito.NACIONAL
# --- Las filas ------------------------------------------------------------------------------------------------------

VIGENTE = "{0}.publicada_en <= %s AND ({0}.sustituida_en IS NULL OR {0}.sustituida_en > %s)"
ELEGIR = "SELECT m.id FROM indicadores_medicion m WHERE {condicion} ORDER BY {orden} LIMIT %s"
#: Primero las claves, que salen de un índice; después, solo esas filas, y de cada una el valor anterior de su serie.
FILAS = """
SELECT m.id, m.indicador_id, m.periodo, {m_valor}, m.motivo_ausencia, m.texto_ausencia, m.fecha_compromiso,
       m.numerador, m.denominador, m.ambito_id, m.sexo, m.caracter, m.situacion, m.version, {publicada_en},
       m.reservada, m.fuente_id, p.periodo, {p_valor}, p.numerador
FROM ({elegidas}) e JOIN indicadores_medicion m ON m.id = e.id
LEFT JOIN {anterior}
ORDER BY {orden}
"""
ANTERIORES = f"""
  SELECT {{columnas}} FROM indicadores_medicion a
  WHERE a.indicador_id = m.indicador_id AND a.ambito_id = m.ambito_id AND a.sexo = m.sexo AND a.caracter = m.caracter
    AND {{hasta}} AND {ESCRITA.format("a.periodo")} = {ESCRITA.format("m.periodo")}
    AND a.valor IS NOT NULL AND NOT a.reservada AND {VIGENTE.format("a")}
  ORDER BY a.fin DESC, a.id DESC LIMIT 1"""
SUYAS = "a.periodo, a.valor, a.numerador"
ANTERIOR_EN_SQLITE = f"indicadores_medicion p ON p.id = ({ANTERIORES.format(columnas='a.id', hasta='a.fin < m.fin')})"
ANTERIOR = f"LATERAL ({ANTERIORES.format(columnas=SUYAS, hasta='a.fin < m.fin')}) p ON TRUE"
#: En PostgreSQL, de un índice se lee la hoja entera, y en una serie larga son cientos de valores por cada fila: se
#: prueba antes con el periodo contiguo, que casi siempre está.
ANTERIOR_CONTIGUO = f"""LATERAL ({ANTERIORES.format(columnas=SUYAS, hasta="a.fin = m.inicio - 1")}) c ON TRUE
LEFT JOIN LATERAL ({ANTERIORES.format(columnas=SUYAS, hasta="c.periodo IS NULL AND a.fin < m.inicio - 1")}) r ON TRUE
LEFT JOIN LATERAL (SELECT COALESCE(c.periodo, r.periodo) AS periodo, COALESCE(c.valor, r.valor) AS valor,
  COALESCE(c.numerador, r.numerador) AS numerador) p ON TRUE"""
DE_ESAS_CLAVES = "SELECT unnest(%s::bigint[]) AS id"
#: Cómo se escriben en cada base las columnas que el conductor tardaría en interpretar: el momento llega como texto y el
#: valor como lo da SQLite, que con quince cifras no pierde nada.
COLUMNAS = {
    "sqlite": {"m_valor": "m.valor", "p_valor": "p.valor", "publicada_en": "'' || m.publicada_en"},
    "postgresql": {"m_valor": "m.valor::float8", "p_valor": "p.valor::float8", "publicada_en": "m.publicada_en::text"},
}


@dataclass(frozen=True, slots=True)
class Cuenta:
    """Los días en que terminan las filas (o las claves por las que van), en su orden, y cuántas hay hasta cada uno."""

    grupos: tuple[Any, ...]
    finales: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.finales[-1] if self.finales else 0

    def donde_cae(self, desde: int, hasta: int) -> tuple[Any, int, int | None]:
        """El grupo de la fila número ``desde``, cuántas de él le preceden y cuántas quedan en él desde ``hasta``.

        Si el trozo sigue en otro grupo, None.
        """
        cual = bisect_right(self.finales, desde)
        quedan = self.finales[cual] - hasta
        return self.grupos[cual], desde - (self.finales[cual - 1] if cual else 0), quedan if quedan >= 0 else None


class Rapidas(Sequence[a_json.Json]):
    """Las mediciones pedidas, como una lista que se cuenta y se corta; cada corte son las filas ya en su JSON."""

    def __init__(self, pedido: Pedido, mirada: Mirada, recuerdo: Recuerdo, constancia: str) -> None:
        self.pedido, self.recuerdo = pedido, recuerdo
        self._mirada, self._constancia = mirada, constancia
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
        """Las filas de un trozo."""
        desde, hasta = trozo.start, min(trozo.stop, self.count())
        return self._trozo(desde, hasta) if desde < hasta else []

    def _trozo(self, desde: int, hasta: int) -> list[a_json.Json]:
        """Se sigue desde donde terminó el que le precede o, si nadie lo leyó, desde su día."""
        final = self.recuerdo.visto(("final", desde, *self._clave())) if desde else None
        saltar, pedido = 0, self.pedido
        if final is not None:
            condicion, valores = self._condicion(despues_de=final)
        elif desde and pedido.columna == "fin":
            dia, saltar, quedan = self._contadas().donde_cae(desde, hasta)
            if quedan is not None and quedan < saltar:  # se llega antes por el otro extremo de ese día
                saltar, pedido = quedan, pedido.al_reves()
            condicion, valores = self._condicion(primer_dia=dia, pedido=pedido)
        else:
            saltar = desde
            condicion, valores = self._condicion()
        elegidas = ELEGIR.format(condicion=condicion, orden=pedido.orden)
        valores.append(hasta - desde)
        if saltar:
            elegidas += " OFFSET %s"
            valores.append(saltar)
        filas = self._filas(elegidas, self.pedido.orden, valores)
        if filas:
            clave, periodo, publicada_en = filas[-1][0], filas[-1][2], filas[-1][14]
            ultimo = (_fin(periodo) if self.pedido.columna == "fin" else publicada_en, clave)
            self.recuerdo.anotar(("final", hasta, *self._clave()), ultimo)
        return self._a_json(filas)

    def _filas(self, elegidas: str, orden: str, valores: list[Any]) -> list[Fila]:
        """Las elegidas, completas; en PostgreSQL, en dos pasos: cómo hallarlas depende de lo pedido, y traerlas no."""
        anterior, momentos = ANTERIOR_EN_SQLITE, 2
        if en_dos := connection.vendor == "postgresql":
            claves = [clave for (clave,) in self._leer(elegidas, valores)]
            elegidas, valores = DE_ESAS_CLAVES, [claves]
            # Sin muchas filas no hay series largas.
            hay_largas = max(self.count(), *claves, 0) > MUCHAS
            anterior, momentos = (ANTERIOR_CONTIGUO, 4) if hay_largas else (ANTERIOR, 2)
        sentencia = FILAS.format(elegidas=elegidas, anterior=anterior, orden=orden, **COLUMNAS[connection.vendor])
        return self._leer(sentencia, [*valores, *[self.momento] * momentos], preparar=en_dos and not self.pedido.por)

    def _condicion(
        self, *, primer_dia: Any = None, despues_de: tuple[str, int] | None = None, pedido: Pedido | None = None
    ) -> tuple[str, list[Any]]:
        """Lo que han de cumplir las filas y sus valores; desde ese día o después de esa fila, en el orden pedido."""
        pedido = pedido or self.pedido
        baja = pedido.sentido == "DESC"
        desde, hasta = en_la_base(pedido.desde), en_la_base(pedido.hasta)
        valores = [self.momento, self.momento, *pedido.valores]
        limites = " AND {una}m.fin <= %s AND {una}m.fin >= %s"
        if despues_de is not None:
            valores += despues_de
            siguen = f" AND (m.{pedido.columna}, m.id) {'<' if baja else '>'} (%s, %s)"
            if pedido.columna == "fin":  # el otro extremo ya lo dice esa fila
                limites = f"{siguen} AND m.fin {'>=' if baja else '<='} %s"
                valores.append(desde if baja else hasta)
            else:
                limites = siguen + limites
                valores += [hasta, desde]
        else:
            if primer_dia is not None:
                desde, hasta = (desde, en_la_base(primer_dia)) if baja else (en_la_base(primer_dia), hasta)
            valores += [hasta, desde]
        cuantas = 0 if self._cuenta is None else self._cuenta.total
        return f"{VIGENTE.format('m')}{pedido.escrita(limites, cuantas)}", valores

    def _clave(self) -> tuple[Any, ...]:
        """De ahora, la marca basta; de otra fecha, también la fecha."""
        return (self.pedido, None if self.es_ahora else self.momento)

    def _leer(self, sentencia: str, valores: list[Any], *, preparar: bool = False) -> list[Fila]:
        conexion = connections[router.db_for_read(Medicion)]
        return preparada.leer(conexion, sentencia, valores, preparar=preparar)

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


class PorClave(Rapidas):
    """Por el código de su indicador o de su ámbito: casi toda página cae dentro de uno solo, y de él es una lista."""

    def _contadas(self) -> Cuenta:
        """Cuántas son de cada uno, en el orden de sus códigos."""
        por, codigos = self.pedido.por, getattr(self.recuerdo.catalogo, self.pedido.por)

        def contar() -> Cuenta:
            condicion, valores = self._condicion()
            filas = self._leer(
                f"SELECT m.{por}_id, COUNT(*) FROM indicadores_medicion m WHERE {condicion} GROUP BY m.{por}_id",
                valores,
            )
            ordenadas = sorted(filas, key=lambda fila: codigos[fila[0]], reverse=self.pedido.sentido == "DESC")
            return Cuenta(tuple(clave for clave, _ in ordenadas), tuple(accumulate(int(n) for _, n in ordenadas)))

        if self._cuenta is None:
            self._cuenta = self.recuerdo.decir(("cuantas", *self._clave()), contar)
        return self._cuenta

    def _trozo(self, desde: int, hasta: int) -> list[a_json.Json]:
        cuenta = self._contadas()
        primera, ultima = (bisect_right(cuenta.finales, uno) for uno in (desde, hasta - 1))
        antes = cuenta.finales[primera - 1] if primera else 0
        if primera == ultima:
            suyo = self.pedido.de_la_clave(cuenta.grupos[primera])
            return list(Rapidas(suyo, self._mirada, self.recuerdo, self._constancia)[desde - antes : hasta - antes])
        claves = cuenta.grupos[primera : ultima + 1]
        columna = f"m.{self.pedido.por}_id"
        turnos = " ".join(f"WHEN {int(clave)} THEN {turno}" for turno, clave in enumerate(claves))
        orden = f"CASE {columna} {turnos} END, {self.pedido.orden}"
        condicion, valores = self._condicion()
        condicion = f"{condicion} AND {columna} IN ({', '.join(str(int(clave)) for clave in claves)})"
        elegidas = f"{ELEGIR.format(condicion=condicion, orden=orden)} OFFSET %s"
        return self._a_json(self._filas(elegidas, orden, [*valores, hasta - desde, desde - antes]))


def elegir(parametros: QueryDict, mirada: Mirada, marca: str | None, absoluta: a_json.Absoluta) -> Rapidas | None:
    """Las mediciones pedidas, o None si ha de contestar el camino general."""
    if not SENCILLOS.issuperset(parametros):
        return None
    recuerdo = recordar(marca)
    pedido = leer_pedido(parametros, mirada, recuerdo.catalogo)
    if pedido is None:
        return None
    clase = PorClave if pedido.por else Rapidas
    return clase(pedido, mirada, recuerdo, absoluta(a_json.direccion_de("cifra", 0)))


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
