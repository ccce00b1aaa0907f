"""La sección «Por sexo y lugar» de la página de un indicador, ya escrita y ordenada: la plantilla solo la coloca."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlencode

from indicadores import frases
from indicadores.calculo.agregacion import Agregable
from indicadores.calculo.tipos import Caracter, Dato, Motivo, Periodo, Sexo
from indicadores.formato import PALABRA_DE_SEXO, enumerar, escribir_periodo, escribir_valor, plural, sin_acentos
from indicadores.graficas import (
    DEPARTAMENTOS,
    Mapa,
    Momento,
    Svg,
    Tesela,
    dibujar_mapa,
    extension_de_historias,
    historia_svg,
)
from indicadores.graficas.elementos import elemento
from indicadores.lectura import Desagregacion
from indicadores.lugares import (
    SEXOS,
    Celda,
    FilaDeLugar,
    agregable_de,
    con_barras,
    escribir_lugares,
    historia_de_oficinas,
)
from indicadores.mirada import Mirada
from indicadores.models import Indicador

#: Con más filas, el cuadro de establecimientos nace plegado.
FILAS_A_LA_VISTA = 12
ORDEN_POR_OMISION = "-total"
#: Por qué se puede ordenar, con su rótulo; las cifras, primero de mayor a menor.
CRITERIOS = {
    "nombre": "Lugar",
    "oficina": "Oficina regional",
    "departamento": "Departamento",
    "capacidad": "Capacidad",
    "total": "Total",
    "hombres": "Hombres",
    "mujeres": "Mujeres",
}
NUMERICOS = frozenset({"capacidad", "total", "hombres", "mujeres"})


@dataclass(frozen=True, slots=True)
class Columna:
    """La cabeza de una columna: a dónde lleva pulsarla y, si el cuadro está ordenado por ella, cómo (``aria_sort``)."""

    rotulo: str
    enlace: str
    es_numero: bool
    aria_sort: str = ""


@dataclass(frozen=True, slots=True)
class Cuadro:
    """Un cuadro ordenable; ``clave`` es el ``id`` de su título; ``con_capacidad``, si es el de establecimientos."""

    clave: str
    titulo: str
    columnas: tuple[Columna, ...]
    filas: tuple[FilaDeLugar, ...]
    nota: str = ""
    con_capacidad: bool = False
    plegado: bool = False


@dataclass(frozen=True, slots=True)
class FilaDeSexo:
    """Una fila del cuadro nacional por sexo."""

    nombre: str
    celda: Celda


@dataclass(frozen=True, slots=True)
class Eleccion:
    """Los periodos que se pueden elegir: cuántos y sus ``<option>`` ya escritas, que con los años pasan de cien."""

    cuantas: int
    opciones: Svg


@dataclass(frozen=True, slots=True)
class Historia:
    """La historia de una oficina en pequeño, con su dibujo y, detrás, sus cifras por periodo."""

    nombre: str
    dibujo: Svg
    frase: str
    celdas: tuple[Celda, ...]


@dataclass(frozen=True, slots=True)
class SeccionDesagregada:
    """Todo lo que la sección muestra; ``conservados`` son los parámetros que el formulario de periodo mantiene.

    ``sufijo`` son los de la mirada, para los enlaces a cada cifra.
    """

    cuando: str
    sufijo: str
    entrada: str
    nota: str
    fuente: str
    aviso: str
    periodos: Eleccion
    conservados: tuple[tuple[str, str], ...]
    por_sexo: tuple[FilaDeSexo, ...]
    mapa: Mapa | None
    frase_del_mapa: str
    departamentos: Cuadro | None
    oficinas: Cuadro | None
    establecimientos: Cuadro | None
    historias: tuple[Historia, ...]
    periodos_de_historia: tuple[str, ...]
    nota_de_historias: str


def escribir_seccion(
    indicador: Indicador, leida: Desagregacion, mirada: Mirada, pedido: Mapping[str, str]
) -> SeccionDesagregada | None:
    """La sección del periodo leído, o None si nunca hubo cifras por sexo o lugar. Sin consultas.

    ``pedido`` son los parámetros de la dirección: ``orden`` (un criterio, con «-» delante para ir de mayor a menor) y
    ``periodo``. Lo que no se entiende se dice en ``aviso`` y no impide ver la página.
    """
    if leida.periodo is None:
        return None
    orden, avisos = _leer_orden(pedido.get("orden", ""))
    if (periodo := pedido.get("periodo", "")) and periodo != leida.periodo.texto:
        avisos.append(f"De «{periodo[:40]}» no hay cifras por sexo o lugar a este corte: se muestra el último periodo.")
    lugares = escribir_lugares(indicador, leida)
    pais = lugares.pais[Sexo.TOTAL]
    comparables = agregable_de(indicador) is not Agregable.CONTEO
    base = mirada.pedido + ((("periodo", leida.periodo.texto),) if periodo else ())

    def cuadro(clave: str, titulo: str, filas: Sequence[FilaDeLugar], criterios: Sequence[str]) -> Cuadro | None:
        if not filas:
            return None
        suyo = orden if orden.removeprefix("-") in criterios else ORDEN_POR_OMISION
        con_barra = con_barras(filas, pais, comparables=comparables)
        columnas = tuple(_columna(criterio, suyo, base, clave) for criterio in criterios)
        nota = f"La raya de cada barra es el valor del país: {pais.texto}." if comparables and pais.valor else ""
        return Cuadro(clave, titulo, columnas, _ordenadas(con_barra, suyo), nota)

    de_grupo = ("nombre", "total", "hombres", "mujeres")
    departamentos = cuadro("por-departamento", "Por departamento", lugares.departamentos, de_grupo)
    establecimientos = cuadro("por-establecimiento", "Por establecimiento", lugares.establecimientos, tuple(CRITERIOS))
    if establecimientos is not None:
        muchas = len(establecimientos.filas) > FILAS_A_LA_VISTA and not pedido.get("orden")
        establecimientos = replace(establecimientos, con_capacidad=True, plegado=muchas)
    historias, periodos_de_historia, nota_de_historias = _historias(indicador, leida)
    return SeccionDesagregada(
        cuando=escribir_periodo(leida.periodo.texto),
        sufijo=mirada.sufijo,
        entrada=_entrada(leida.periodo, lugares.departamentos or lugares.oficinas, pais),
        nota=_nota(leida),
        fuente=_fuente(leida),
        aviso=" ".join(avisos),
        periodos=_elegir(leida.periodos, leida.periodo),
        conservados=mirada.pedido + ((("orden", orden),) if pedido.get("orden") else ()),
        por_sexo=tuple(
            FilaDeSexo("Ambos sexos" if sexo is Sexo.TOTAL else frases.mayuscula(PALABRA_DE_SEXO[sexo]), celda)
            for sexo, celda in _con_barras_por_sexo(lugares.pais).items()
        ),
        mapa=_mapa(indicador, leida.periodo, lugares.departamentos) if departamentos else None,
        frase_del_mapa=_frase_del_mapa(lugares.departamentos),
        departamentos=departamentos,
        oficinas=cuadro("por-oficina", "Por oficina regional", lugares.oficinas, de_grupo),
        establecimientos=establecimientos,
        historias=historias,
        periodos_de_historia=periodos_de_historia,
        nota_de_historias=nota_de_historias,
    )


def _elegir(periodos: Sequence[Periodo], elegido: Periodo) -> Eleccion:
    opciones = Svg("".join([_opcion(uno.texto, uno.texto == elegido.texto) for uno in periodos]))
    return Eleccion(len(periodos), opciones)


@lru_cache(maxsize=4096)
def _opcion(periodo: str, elegida: bool) -> Svg:
    escrita = elemento("option", frases.mayuscula(escribir_periodo(periodo)), value=periodo)
    return Svg(escrita.replace(">", " selected>", 1)) if elegida else escrita


# Orden


def _leer_orden(texto: str) -> tuple[str, list[str]]:
    orden = texto.strip()
    if not orden:
        return ORDEN_POR_OMISION, []
    if orden.removeprefix("-") in CRITERIOS:
        return orden, []
    return ORDEN_POR_OMISION, [f"No se puede ordenar por «{orden[:40]}»: se ordena por el total, de mayor a menor."]


def _ordenadas(filas: Sequence[FilaDeLugar], orden: str) -> tuple[FilaDeLugar, ...]:
    """Por el criterio y, a igualdad, por nombre; lo que no tiene cifra queda siempre al final."""
    criterio, al_reves = orden.removeprefix("-"), orden.startswith("-")
    por_nombre = sorted(filas, key=lambda fila: sin_acentos(fila.nombre))
    if criterio not in NUMERICOS:
        return tuple(sorted(por_nombre, key=lambda fila: sin_acentos(getattr(fila, criterio)), reverse=al_reves))

    def valor(fila: FilaDeLugar) -> Decimal | int | None:
        campo: Celda | int | None = getattr(fila, criterio)
        return campo.valor if isinstance(campo, Celda) else campo

    con_cifra = [(suyo, fila) for fila in por_nombre if (suyo := valor(fila)) is not None]
    ordenadas = sorted(con_cifra, key=lambda par: par[0], reverse=al_reves)
    return (*(fila for _, fila in ordenadas), *(fila for fila in por_nombre if valor(fila) is None))


def _columna(criterio: str, orden: str, base: tuple[tuple[str, str], ...], clave: str) -> Columna:
    es_numero = criterio in NUMERICOS
    actual = orden.removeprefix("-") == criterio
    baja = orden.startswith("-")
    siguiente = f"-{criterio}" if (es_numero and not actual) or (actual and not baja) else criterio
    return Columna(
        rotulo=CRITERIOS[criterio],
        enlace=f"?{urlencode([*base, ('orden', siguiente)])}#{clave}",
        es_numero=es_numero,
        aria_sort=("descending" if baja else "ascending") if actual else "",
    )


# Palabras


def _entrada(periodo: Periodo, filas: Sequence[FilaDeLugar], pais: Celda) -> str:
    """El hallazgo: entre qué lugares va el valor y cómo es el del país."""
    cuando = escribir_periodo(periodo.texto)
    con_valor = [(fila.total.valor, fila) for fila in filas if fila.total.valor is not None]
    if len(con_valor) < 2:
        del_pais = f"En {cuando}, el valor del país es {pais.texto}." if pais.valor is not None else ""
        return del_pais or f"Lo más reciente por sexo o lugar es de {cuando}."
    menor = min(con_valor, key=lambda par: par[0])[1]
    mayor = max(con_valor, key=lambda par: par[0])[1]
    frase = f"En {cuando} va de {menor.total.texto} ({menor.nombre}) a {mayor.total.texto} ({mayor.nombre})"
    return f"{frase}; en el país, {pais.texto}." if pais.valor is not None else f"{frase}."


def _nota(leida: Desagregacion) -> str:
    """Qué cuidado pide leer estas cifras: si son referenciales y si algunas se reservan."""
    datos = _desagregados(leida)
    reservadas = sum(bool(dato.ausencia and dato.ausencia.motivo is Motivo.POCAS_PERSONAS) for dato in datos)
    frases_de_la_nota = []
    if any(dato.caracter is Caracter.REFERENCIAL for dato in datos):
        frases_de_la_nota.append("Hay cifras referenciales: se muestran para dar contexto y no entran en el avance.")
    if reservadas:
        celdas = plural(reservadas, "celda reservada", "celdas reservadas")
        frases_de_la_nota.append(
            f"{celdas}: se refieren a un grupo de menos de diez personas o permitirían deducir otra que sí; "
            "tampoco se suma el conjunto que las incluye."
        )
    return " ".join(frases_de_la_nota)


def _fuente(leida: Desagregacion) -> str:
    fuentes = sorted({dato.fuente.nombre for dato in _desagregados(leida) if dato.fuente})
    return f"{'Fuente' if len(fuentes) == 1 else 'Fuentes'}: {frases.con_punto('; '.join(fuentes))}" if fuentes else ""


def _desagregados(leida: Desagregacion) -> list[Dato]:
    por_lugar = [dato for fila in leida.filas for dato in fila.por_sexo.values()]
    return por_lugar + [dato for sexo, dato in leida.nacionales.items() if sexo is not Sexo.TOTAL]


def _frase_del_mapa(filas: Sequence[FilaDeLugar]) -> str:
    """Cuántos departamentos tienen cifra y por qué no la tienen los demás."""
    con_valor = sum(fila.total.valor is not None for fila in filas)
    reservados = sorted(fila.nombre for fila in filas if fila.total.es_reservada)
    demas = sorted(fila.nombre for fila in filas if fila.total.valor is None and not fila.total.es_reservada)
    frase = f"Tienen cifra {con_valor} de {plural(len(filas), 'departamento', 'departamentos')}, con el Callao."
    if reservados:
        verbo = "incluye un establecimiento" if len(reservados) == 1 else "incluyen establecimientos"
        frase += (
            f" {_nombrar(reservados)} se reserva{'' if len(reservados) == 1 else 'n'}: {verbo} cuya cifra se reserva."
        )
    if demas:
        frase += f" Sin dato: {_nombrar(demas)}; el cuadro dice por qué."
    return frase


def _nombrar(nombres: Sequence[str]) -> str:
    return enumerar(nombres) if len(nombres) <= 6 else plural(len(nombres), "departamento", "departamentos")


# Dibujos


def _mapa(indicador: Indicador, periodo: Periodo, filas: Sequence[FilaDeLugar]) -> Mapa:
    teselas = [
        Tesela(
            departamento=lugar,
            valor=fila.total.valor,
            etiqueta=f"{lugar.nombre}: {fila.total.texto}, {fila.nota or 'sin establecimientos'}",
            ancla=fila.ancla,
            reservada=fila.total.es_reservada,
        )
        for lugar, fila in zip(DEPARTAMENTOS, filas, strict=True)
    ]
    titulo = f"Mapa del Perú por departamentos: {indicador.nombre_corto}, {escribir_periodo(periodo.texto)}"
    return dibujar_mapa(titulo, teselas, simbolo=indicador.simbolo, decimales=indicador.decimales)


def _con_barras_por_sexo(pais: Mapping[Sexo, Celda]) -> dict[Sexo, Celda]:
    filas = [FilaDeLugar(sexo, sexo, pais[sexo], pais[sexo], pais[sexo]) for sexo in SEXOS]
    return {sexo: fila.total for sexo, fila in zip(SEXOS, con_barras(filas, Celda(""), comparables=False), strict=True)}


def _historias(indicador: Indicador, leida: Desagregacion) -> tuple[tuple[Historia, ...], tuple[str, ...], str]:
    """La historia de cada oficina en una escala común; vacía mientras no haya más de un periodo comparable."""
    if len(leida.historia) < 2:
        return (), (), ""
    periodos = [Periodo.leer(texto) for texto in leida.historia]
    dias = [periodo.fin for periodo in periodos]
    celdas, del_pais = historia_de_oficinas(indicador, leida)
    lineas = {nombre: _momentos(dias, suyas) for nombre, suyas in celdas.items()}
    hay_pais = agregable_de(indicador) is not Agregable.CONTEO
    pais = _momentos(dias, del_pais if hay_pais else [Celda("") for _ in dias])
    con_dos = any(sum(punto.valor is not None for punto in linea) > 1 for linea in lineas.values())
    entre = extension_de_historias([*lineas.values(), pais])
    if entre is None or not con_dos:
        return (), (), ""
    textos = [escribir_periodo(periodo.texto) for periodo in periodos]
    decir = _decir(textos)
    extremos = [escribir_valor(valor, indicador.simbolo, indicador.decimales) for valor in entre]
    nota = f"Todas en la misma escala, de {extremos[0]} a {extremos[1]}; la línea se corta donde falta una cifra."
    if any(momento.valor is not None for momento in pais):
        nota += " A trazos, el país."
    historias = [
        Historia(
            nombre=nombre,
            dibujo=historia_svg(lineas[nombre], pais=pais, entre=entre, etiqueta=f"{nombre}: {decir(suyas)}"),
            frase=frases.mayuscula(decir(suyas)),
            celdas=tuple(suyas),
        )
        for nombre, suyas in celdas.items()
    ]
    return tuple(historias), tuple(textos), nota


def _momentos(dias: Sequence[date], celdas: Sequence[Celda]) -> list[Momento]:
    return [Momento(dia, celda.valor) for dia, celda in zip(dias, celdas, strict=True)]


def _decir(textos: Sequence[str]) -> Callable[[Sequence[Celda]], str]:
    """Cómo se cuenta una historia: el primer valor y el último, y cuántos periodos faltan."""

    def decir(celdas: Sequence[Celda]) -> str:
        con_valor = [(texto, celda) for texto, celda in zip(textos, celdas, strict=True) if celda.valor is not None]
        if not con_valor:
            return "sin cifras: se reservan o faltan"
        (cuando, primera), (hasta, ultima) = con_valor[0], con_valor[-1]
        frase = f"{primera.texto} en {cuando}"
        if len(con_valor) > 1:
            frase = f"de {primera.texto} en {cuando} a {ultima.texto} en {hasta}"
        faltan = len(celdas) - len(con_valor)
        return f"{frase}; {plural(faltan, 'periodo', 'periodos')} sin cifra" if faltan else frase

    return decir
