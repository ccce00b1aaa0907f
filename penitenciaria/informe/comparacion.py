"""Dos reportes lado a lado: qué cambió de uno a otro y en qué está cada indicador en los dos."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from indicadores.calculo.tipos import Motivo, Periodo
from indicadores.errores import DatoInvalido
from indicadores.formato import escribir_fecha, escribir_periodo, escribir_valor, plural, texto_de_motivo
from indicadores.models import Indicador
from objetivos.models import Reporte
from penitenciaria.informe.borrador import anios_informables, corte_por_omision, la_politica, leer_borrador
from penitenciaria.informe.cifras import Diferente, cifras
from penitenciaria.informe.cifras import comparar as comparar_cifras
from penitenciaria.informe.hechos import Cifra, Que

ROTULO = {Que.LINEA_BASE: "Línea base", Que.VALOR: "Valor", Que.LOGRO_ESPERADO: "Logro esperado"}
NO_FIGURA = "no figura"


@dataclass(frozen=True, slots=True)
class Lado:
    """Un reporte, emitido o en borrador, reducido a sus cifras."""

    anio: int
    titulo: str
    direccion: str
    cifras: tuple[Cifra, ...]


@dataclass(frozen=True, slots=True)
class Cambio:
    que: str
    antes: str
    ahora: str
    clase: str


@dataclass(frozen=True, slots=True)
class CambiosDeIndicador:
    codigo: str
    nombre: str
    cambios: tuple[Cambio, ...]


@dataclass(frozen=True, slots=True)
class EnUnLado:
    """Un indicador en un reporte: su último valor, el logro del año y el avance tipo I del año."""

    valor: str
    logro: str
    avance: str


@dataclass(frozen=True, slots=True)
class IndicadorEnDos:
    codigo: str
    nombre: str
    antes: EnUnLado
    ahora: EnUnLado


@dataclass(frozen=True, slots=True)
class Opcion:
    """Un reporte con el que se puede comparar."""

    valor: str
    texto: str
    elegida: bool


@dataclass(frozen=True, slots=True)
class PaginaDeComparacion:
    anio: int
    frase: str
    antes: Lado | None
    ahora: Lado
    opciones: tuple[Opcion, ...]
    cambios: tuple[CambiosDeIndicador, ...]
    indicadores: tuple[IndicadorEnDos, ...]


def escribir(anio: int, con: str, *, hoy: date, a_la_fecha: datetime) -> PaginaDeComparacion:
    """La comparación del reporte de ``anio`` con ``con``: un año («2020») o un emitido («2021-1»).

    Sin ``con``, el año anterior. Levanta :class:`DatoInvalido` si ``con`` no nombra ningún reporte.
    """
    politica = la_politica()
    anios = anios_informables(politica, hoy)
    emitidos = list(Reporte.objects.sin_archivos().filter(politica=politica).order_by("-anio", "-numero"))
    ahora = _lado(anio, None, emitidos, hoy=hoy, a_la_fecha=a_la_fecha)
    posibles = {str(otro): f"{otro}" for otro in sorted(anios, reverse=True) if otro != anio}
    posibles |= {
        f"{uno.anio}-{uno.numero}": f"{uno.anio}, N.° {uno.numero} (sustituido)"
        for uno in emitidos
        if not uno.esta_vigente
    }
    elegido = con or (str(anio - 1) if anio - 1 in anios else "")
    if elegido and elegido not in posibles:
        raise DatoInvalido(f"No hay un reporte «{con}» con el cual comparar.", campo="con")
    nombres = dict(Indicador.objects.order_by("codigo").values_list("codigo", "nombre_corto"))
    antes = None
    if elegido:
        otro_anio, _, numero = elegido.partition("-")
        antes = _lado(int(otro_anio), int(numero) if numero else None, emitidos, hoy=hoy, a_la_fecha=a_la_fecha)
    diferentes = comparar_cifras(antes.cifras, ahora.cifras) if antes else ()
    return PaginaDeComparacion(
        anio=anio,
        frase=_frase(diferentes, antes),
        antes=antes,
        ahora=ahora,
        opciones=tuple(Opcion(valor, texto, valor == elegido) for valor, texto in posibles.items()),
        cambios=tuple(_cambios(diferentes, nombres)),
        indicadores=tuple(_en_dos(antes, ahora, nombres)) if antes else (),
    )


def cifras_de(reporte: Reporte) -> tuple[Cifra, ...]:
    """Las cifras que llevaba un reporte cuando se emitió."""
    return tuple(
        Cifra(**una | {"que": Que(una["que"]), "valor": None if una["valor"] is None else Decimal(una["valor"])})
        for una in json.loads(reporte.datos)["informe"]["cifras"]
    )


def _lado(anio: int, numero: int | None, emitidos: Sequence[Reporte], *, hoy: date, a_la_fecha: datetime) -> Lado:
    for uno in emitidos:
        if uno.anio == anio and (uno.esta_vigente if numero is None else uno.numero == numero):
            titulo = f"Reporte N.° {uno.numero} de {anio}, corte {escribir_fecha(uno.corte)}"
            direccion = "" if uno.esta_vigente else f"?numero={uno.numero}"
            return Lado(anio, titulo, direccion, cifras_de(uno))
    corte = corte_por_omision(anio, hoy)
    borrador = leer_borrador(anio=anio, corte=corte, a_la_fecha=a_la_fecha, con_parrafos=False)
    return Lado(anio, f"Borrador de {anio}, corte {escribir_fecha(corte)}", "", cifras(borrador.informe))


def _frase(diferentes: Sequence[Diferente], antes: Lado | None) -> str:
    if antes is None:
        return "Es el primer año de la política: no hay un reporte anterior con el cual compararlo."
    if not diferentes:
        return "Los dos reportes dicen las mismas líneas base, los mismos valores y los mismos logros esperados."
    agregadas = sum(una.antes is None for una in diferentes)
    quitadas = sum(una.ahora is None for una in diferentes)
    cambiadas = len(diferentes) - agregadas - quitadas
    partes = [
        f"{plural(cuantas, 'cifra', 'cifras')} {verbo if cuantas == 1 else verbos}"
        for cuantas, verbo, verbos in (
            (agregadas, "es nueva", "son nuevas"),
            (cambiadas, "cambió", "cambiaron"),
            (quitadas, "ya no figura", "ya no figuran"),
        )
        if cuantas
    ]
    return f"De un reporte a otro, {' y '.join([', '.join(partes[:-1]), partes[-1]] if partes[1:] else partes)}."


def _cambios(diferentes: Iterable[Diferente], nombres: dict[str, str]) -> Iterable[CambiosDeIndicador]:
    def codigo_de(una: Diferente) -> str:
        return (una.ahora or una.antes).codigo  # type: ignore[union-attr]

    for codigo, suyas in groupby(diferentes, key=codigo_de):
        yield CambiosDeIndicador(codigo, nombres.get(codigo, codigo), tuple(_cambio(una) for una in suyas))


def _cambio(una: Diferente) -> Cambio:
    cifra = una.ahora or una.antes
    assert cifra is not None
    clase = "nueva" if una.antes is None else "quitada" if una.ahora is None else "cambia"
    return Cambio(
        que=f"{ROTULO[cifra.que]}, {escribir_periodo(cifra.periodo)}",
        antes=_escribir(una.antes),
        ahora=_escribir(una.ahora),
        clase=clase,
    )


def _escribir(cifra: Cifra | None) -> str:
    if cifra is None:
        return NO_FIGURA
    if cifra.valor is None:
        return texto_de_motivo(Motivo(cifra.motivo)) if cifra.motivo else NO_FIGURA
    return escribir_valor(cifra.valor, cifra.unidad, cifra.decimales)


def _en_dos(antes: Lado, ahora: Lado, nombres: dict[str, str]) -> Iterable[IndicadorEnDos]:
    codigos = sorted({cifra.codigo for lado in (antes, ahora) for cifra in lado.cifras if cifra.codigo in nombres})
    for codigo in codigos:
        yield IndicadorEnDos(codigo, nombres[codigo], _en_un_lado(antes, codigo), _en_un_lado(ahora, codigo))


def _en_un_lado(lado: Lado, codigo: str) -> EnUnLado:
    suyas = [cifra for cifra in lado.cifras if cifra.codigo == codigo]
    valores = [cifra for cifra in suyas if cifra.que is Que.VALOR and cifra.valor is not None]
    ultima = max(valores, key=lambda cifra: Periodo.leer(cifra.periodo).fin, default=None)
    return EnUnLado(
        valor=f"{_escribir(ultima)}, {escribir_periodo(ultima.periodo)}" if ultima else "sin valor",
        logro=_escribir(_del_anio(suyas, Que.LOGRO_ESPERADO, lado.anio)),
        avance=_escribir(_del_anio(suyas, Que.AVANCE_TIPO_I, lado.anio)),
    )


def _del_anio(suyas: Iterable[Cifra], que: Que, anio: int) -> Cifra | None:
    return next((cifra for cifra in suyas if cifra.que is que and cifra.periodo == str(anio)), None)
