"""Las fichas de una sola hoja: la ejecutiva de la política, la de cada objetivo y la de cada indicador.

Toman lo que las páginas ya escribieron y no calculan nada; lo que no cabe a tamaño natural se reduce, nunca se corta.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from django.utils import timezone

from indicadores.ficha import PaginaDeIndicador
from indicadores.formato import enumerar, escribir_fecha, plural
from indicadores.mirada import Mirada
from indicadores.paginas import FilaDeIndicador, Luz
from objetivos.paginas import PaginaDeObjetivo
from penitenciaria.informe.documento import Bloque, Columna, Figura, Parrafo, Tabla, Titulo
from penitenciaria.informe.figuras import autonoma
from penitenciaria.informe.pdf import bloques_en_json, compilar, limpio
from penitenciaria.portada import Portada
from servicios.filas import CifraDeCobertura, FilaDeServicio

POLITICA = "Política Nacional Penitenciaria al 2030"
#: Ancho útil de la ficha, en puntos: 174 mm.
ANCHO = 493.2
#: Filas de valores que muestra la ficha de un indicador; de las anteriores se dice cuántas son.
VALORES = 12


@dataclass(frozen=True, slots=True)
class CifraDeHoja:
    """Un número grande con su rótulo, su explicación y, si la tiene, su luz."""

    rotulo: str
    valor: str
    detalle: str = ""
    luz: Luz | None = None


@dataclass(frozen=True, slots=True)
class GrupoDeHoja:
    """Indicadores bajo un mismo título (vacío si no hace falta)."""

    titulo: str
    resumen: str
    filas: tuple[FilaDeIndicador, ...]


@dataclass(frozen=True, slots=True)
class Hoja:
    """Una ficha ya escrita. ``campos``: los de la ficha técnica; ``faltan``: la frase de los que están por definir."""

    sobretitulo: str
    titulo: str
    pie: str
    subtitulo: str = ""
    luz: Luz | None = None
    titular: str = ""
    entrada: str = ""
    cifras: tuple[CifraDeHoja, ...] = ()
    grupos: tuple[GrupoDeHoja, ...] = ()
    bloques: tuple[Bloque, ...] = ()
    campos: tuple[tuple[str, str], ...] = ()
    faltan: str = ""
    idioma: str = "es-PE"


def escribir_hoja(hoja: Hoja, *, fecha: date | None = None) -> bytes:
    """El PDF de una ficha: siempre una página A4. ``fecha`` como en :func:`penitenciaria.informe.pdf.escribir_pdf`."""
    return compilar("ficha.typ", datos_de(hoja), fecha=fecha)


def datos_de(hoja: Hoja) -> dict[str, Any]:
    """La ficha como la espera ``ficha.typ``."""
    textos = {
        campo.name: limpio(valor) for campo in fields(hoja) if isinstance(valor := getattr(hoja, campo.name), str)
    }
    return textos | {
        "luz": _luz(hoja.luz),
        "cifras": [
            {
                "rotulo": limpio(cifra.rotulo, 24),
                "valor": limpio(cifra.valor, 16),
                "detalle": limpio(cifra.detalle, 24),
                "luz": _luz(cifra.luz),
            }
            for cifra in hoja.cifras
        ],
        "grupos": [
            {
                "titulo": limpio(grupo.titulo),
                "resumen": limpio(grupo.resumen),
                "filas": [_fila(fila) for fila in grupo.filas],
            }
            for grupo in hoja.grupos
        ],
        "bloques": list(bloques_en_json(hoja.bloques, ancho=ANCHO)),
        "campos": [[[limpio(rotulo, 40), limpio(texto, 40)] for rotulo, texto in lado] for lado in _lados(hoja.campos)],
    }


def _lados(campos: Sequence[tuple[str, str]]) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    """Los campos en dos columnas de altura parecida, en su orden."""
    altos = [2 + len(texto) // 60 for _, texto in campos]
    corte = min(range(len(campos) + 1), key=lambda n: abs(sum(altos[:n]) - sum(altos[n:])))
    return campos[:corte], campos[corte:]


def _luz(luz: Luz | None) -> dict[str, Any] | None:
    if luz is None:
        return None
    palabra = f"{luz.palabra} (parcial)" if luz.parcial and "parcial" not in luz.palabra else luz.palabra
    return asdict(luz) | {"palabra": limpio(palabra)}


def _fila(fila: FilaDeIndicador) -> dict[str, Any]:
    repite = "repite el anterior" if fila.se_repite else ""
    return {
        "codigo": limpio(fila.codigo, 12),
        "nombre": limpio(fila.nombre, 24),
        "razon": limpio(fila.razon, 24),
        "nota": limpio(fila.nota, 24),
        "miniatura": autonoma(fila.miniatura, para_pdf=True) if fila.miniatura else "",
        "alternativa": limpio(f"Serie de {fila.nombre}: los números están en la misma fila."),
        "valor": limpio(fila.valor, 13),
        "cuando": limpio(", ".join(parte for parte in (fila.cuando, repite) if parte), 13),
        "logro": limpio(fila.logro, 13),
        "logro_anio": limpio(fila.logro_anio, 13),
        "tipo_i": limpio(fila.tipo_i, 10),
        "motivo": limpio(fila.motivo_tipo_i, 16),
        "luz": _luz(fila.luz),
        "detalle_luz": limpio(fila.detalle_luz, 16),
    }


# --- La política ----------------------------------------------------------------------------------------------------


def ficha_de_politica(portada: Portada) -> Hoja:
    """La ficha ejecutiva de la política, con todos sus indicadores."""
    tablero = portada.tablero
    politica = tablero.politica
    rectora = f"Conduce: {politica.rectora.nombre} ({politica.rectora.sigla}). {politica.norma}." if politica else ""
    return Hoja(
        sobretitulo="Ficha ejecutiva de la política",
        titulo=politica.nombre if politica else POLITICA,
        subtitulo=rectora,
        titular=portada.titular,
        entrada=portada.vacia or portada.entrada,
        cifras=tuple(
            CifraDeHoja("", str(cuenta.cuantos), luz=Luz(cuenta.clase, cuenta.palabra)) for cuenta in portada.cuentas
        ),
        grupos=tuple(
            GrupoDeHoja(f"{grupo.objetivo.codigo} {grupo.objetivo.nombre}", grupo.resumen, grupo.filas)
            for grupo in portada.grupos
        ),
        bloques=_cobertura(portada),
        pie=_pie(Mirada(tablero.corte, tablero.a_la_fecha)),
    )


def _cobertura(portada: Portada) -> tuple[Bloque, ...]:
    if not portada.cobertura:
        return ()
    cifras = [f"{uno.nombre} ({uno.servicio}): {uno.valor}, {uno.cuando}" for uno in portada.cobertura]
    return (Titulo(1, "Servicios", "servicios"), Parrafo(f"{portada.frase_servicios} {'; '.join(cifras)}."))


# --- Un objetivo ----------------------------------------------------------------------------------------------------


def ficha_de_objetivo(pagina: PaginaDeObjetivo, mirada: Mirada) -> Hoja:
    """La ficha ejecutiva de un objetivo: indicadores, servicios y lo que se escribió de él."""
    objetivo = pagina.objetivo
    bloques: list[Bloque] = []
    if pagina.servicios:
        bloques += [Titulo(1, "Servicios", "servicios"), _tabla_de_servicios(pagina.servicios)]
    for relato in pagina.relatos:
        fuente = f" Fuente: {relato.fuente}." if relato.fuente else ""
        bloques += [
            Titulo(1, f"{relato.titulo}, {relato.anio}", relato.titulo),
            Parrafo(f"{relato.texto}{fuente}"),
        ]
    if pagina.suspensiones:
        actividades = "; ".join(f"{una.actividad} ({una.anio})" for una in pagina.suspensiones)
        bloques += [Titulo(1, "Actividades suspendidas", "suspendidas"), Parrafo(f"{actividades}.")]
    return Hoja(
        sobretitulo=f"Ficha ejecutiva del objetivo prioritario {objetivo.codigo}",
        titulo=objetivo.nombre,
        subtitulo=POLITICA,
        titular=pagina.hallazgo,
        grupos=(GrupoDeHoja("", "", pagina.filas),) if pagina.filas else (),
        bloques=tuple(bloques),
        pie=_pie(mirada),
    )


def _tabla_de_servicios(servicios: Sequence[FilaDeServicio]) -> Tabla:
    return Tabla(
        numero=0,
        titulo="",
        columnas=(
            Columna("Código", 2),
            Columna("Servicio", 5),
            Columna("Situación", 2),
            Columna("Entidades", 4),
            Columna("Última cifra oficial", 4),
        ),
        filas=tuple(
            (
                fila.servicio.codigo,
                fila.servicio.nombre_corto,
                fila.estado.palabra,
                enumerar([sigla for papel in fila.papeles for sigla, _, _ in papel.entidades]) or "no consta",
                "; ".join(_cifra_de_cobertura(cifra) for cifra in fila.cifras) or "–",
            )
            for fila in servicios
        ),
    )


def _cifra_de_cobertura(cifra: CifraDeCobertura) -> str:
    return cifra.razon or f"{cifra.nombre}: {cifra.valor}, {cifra.cuando}"


# --- Un indicador ---------------------------------------------------------------------------------------------------


def ficha_de_indicador(pagina: PaginaDeIndicador, mirada: Mirada) -> Hoja:
    """La hoja de un indicador: qué pasa, gráfica, valores, logros y ficha técnica."""
    indicador = pagina.indicador
    bloques: list[Bloque] = []
    if pagina.grafica.hay_dibujo:
        bloques.append(Figura(0, pagina.grafica.nombre, pagina.grafica.ancha, pagina.grafica.frase, pagina.grafica.pie))
    elif pagina.grafica.frase:
        bloques.append(Parrafo(pagina.grafica.frase))
    if pagina.valores:
        bloques += [Titulo(1, "Valores publicados", "valores"), _tabla_de_valores(pagina)]
    if pagina.logros:
        bloques += [
            Titulo(1, "Línea base y logros esperados", "logros"),
            Tabla(
                0,
                "",
                (Columna("Qué", 4), Columna("Valor", 2, numerica=True), Columna("Fuente o razón", 9)),
                pagina.logros,
            ),
        ]
    faltan = [rotulo.lower() for rotulo, texto in pagina.ficha if not texto]
    return Hoja(
        sobretitulo=f"Ficha del indicador {indicador.codigo}",
        titulo=indicador.nombre,
        subtitulo=str(indicador.objetivo or indicador.servicio or POLITICA),
        luz=pagina.luz,
        titular=pagina.entrada,
        entrada=" ".join(texto for texto in (pagina.desacuerdo, pagina.ritmo) if texto),
        cifras=tuple(CifraDeHoja(cifra.rotulo, cifra.valor, cifra.detalle, cifra.luz) for cifra in pagina.cifras),
        bloques=tuple(bloques),
        campos=tuple(par for par in pagina.ficha if par[1] and par[0] not in ("Código", "Nombre")),
        faltan=f"Por definir: {enumerar(faltan)}." if faltan else "",
        pie=_pie(mirada),
    )


def _tabla_de_valores(pagina: PaginaDeIndicador) -> Tabla:
    anteriores = len(pagina.valores) - VALORES
    return Tabla(
        numero=0,
        titulo="",
        columnas=(
            Columna("Periodo", 3),
            Columna("Valor", 3, numerica=True),
            Columna("Carácter", 2),
            Columna("Fuente", 6),
        ),
        filas=tuple(
            (
                fila.periodo,
                fila.valor,
                fila.caracter + (", repite el anterior" if fila.se_repite else ""),
                fila.razon or fila.fuente,
            )
            for fila in pagina.valores[:VALORES]
        ),
        notas=(f"Hay {plural(anteriores, 'valor anterior', 'valores anteriores')} en el portal.",)
        if anteriores > 0
        else (),
    )


def _pie(mirada: Mirada) -> str:
    publicado = escribir_fecha(timezone.localdate(mirada.a_la_fecha))
    return f"{POLITICA} · Corte: {escribir_fecha(mirada.corte)} · Con lo publicado hasta el {publicado}"
