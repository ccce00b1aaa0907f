"""El todo y sus partes: los lugares contra el que los contiene, y hombres y mujeres contra el total.

Se comprueba igual al publicar la parte que al publicar el todo. Lo publicado y lo que se está por publicar cuentan
juntos. Con partes por llegar solo se puede decir que ya se pasan; con todas, que no dan lo mismo.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.tipos import Sexo
from indicadores.comprobaciones.contexto import Cifra, Contexto
from indicadores.comprobaciones.propias import decimales_de
from indicadores.comprobaciones.tipos import Hallazgo, clave_de
from indicadores.formato import escribir_numero, escribir_valor, plural, redondear
from indicadores.models import Ambito, Indicador, Medicion

Unidad = Indicador.Unidad
NOMBRE_DE_NIVEL = {
    Ambito.Nivel.OFICINA_REGIONAL: ("oficina regional", "oficinas regionales"),
    Ambito.Nivel.ESTABLECIMIENTO: ("establecimiento", "establecimientos"),
}
SEXOS = ("sexo", "sexos")
#: Lo ya comprobado en esta pasada: el mismo todo con las mismas partes se suma una sola vez.
Memoria = dict[tuple[object, ...], str]


@dataclass(frozen=True, slots=True)
class _Grupo:
    """Un todo y sus partes conocidas; ``cuantas`` deberían ser."""

    indicador: Indicador
    todo: Cifra
    nombre_del_todo: str
    partes: Sequence[Cifra]
    cuantas: int
    nombre_de_partes: tuple[str, str]


def comprobar_sumas(medicion: Medicion, contexto: Contexto, memoria: Memoria) -> Iterator[Hallazgo]:
    """Las discrepancias en que participa ``medicion``, como parte o como todo."""
    propia = clave_de(medicion)
    for ambito in (medicion.ambito_id, *contexto.ancestros(medicion.ambito_id)):
        for nivel, lugares in contexto.hijos.get(ambito, {}).items():
            if ambito != medicion.ambito_id and medicion.ambito.nivel != nivel:
                continue
            todo = propia._replace(ambito=ambito)
            llave = (*todo, nivel)
            if llave not in memoria:
                memoria[llave] = _por_lugares(medicion.indicador, contexto, ambito, nivel, lugares, todo)
            if memoria[llave]:
                yield Hallazgo("suma_de_ambitos", memoria[llave])
    llave = (*propia._replace(sexo=Sexo.TOTAL), "sexo")
    if llave not in memoria:
        memoria[llave] = _por_sexos(medicion.indicador, contexto, propia)
    if memoria[llave]:
        yield Hallazgo("hombres_mujeres", memoria[llave])


def _por_lugares(
    indicador: Indicador, contexto: Contexto, ambito: int, nivel: str, lugares: Sequence[int], clave_del_todo: object
) -> str:
    todo = contexto.grupos.get(clave_del_todo)  # type: ignore[call-overload]
    if todo is None:
        return ""
    partes = [contexto.grupos[c] for lugar in lugares if (c := todo.clave._replace(ambito=lugar)) in contexto.grupos]
    return _discrepancia(
        _Grupo(
            indicador=indicador,
            todo=todo,
            nombre_del_todo=contexto.lugares[ambito].nombre,
            partes=partes,
            cuantas=len(lugares),
            nombre_de_partes=NOMBRE_DE_NIVEL[Ambito.Nivel(nivel)],
        )
    )


def _por_sexos(indicador: Indicador, contexto: Contexto, propia: object) -> str:
    clave_total = propia._replace(sexo=Sexo.TOTAL)  # type: ignore[attr-defined]
    todo = contexto.grupos.get(clave_total)
    if todo is None:
        return ""
    posibles = (clave_total._replace(sexo=sexo) for sexo in (Sexo.HOMBRES, Sexo.MUJERES))
    partes = [contexto.grupos[clave] for clave in posibles if clave in contexto.grupos]
    return _discrepancia(
        _Grupo(indicador, todo, "El total de ambos sexos", partes, 2, SEXOS),
    )


def _discrepancia(grupo: _Grupo) -> str:
    """La frase de lo que no cuadra, o vacío; lo ausente no se suma ni se da por cero."""
    frases = [
        frase
        for que, del_todo, de_las_partes in _sumables(grupo)
        if (frase := _comparar(grupo, que, del_todo, [c for c in de_las_partes if c is not None]))
    ]
    if not frases:
        frases = [frase] if (frase := _media(grupo)) else []
    return " ".join(frases)


def _sumables(grupo: _Grupo) -> Iterator[tuple[str, Decimal | int | None, list[Decimal | int | None]]]:
    """Lo que se suma: un conteo, y los numeradores y denominadores de todo lo demás."""
    if grupo.indicador.es_entero:
        yield "valor", grupo.todo.valor, [parte.valor for parte in grupo.partes]
        return
    yield "numerador", grupo.todo.numerador, [parte.numerador for parte in grupo.partes]
    yield "denominador", grupo.todo.denominador, [parte.denominador for parte in grupo.partes]


def _comparar(grupo: _Grupo, que: str, total: Decimal | int | None, partes: Sequence[Decimal | int]) -> str:
    if total is None or not partes:
        return ""
    suma, faltan = sum(partes), grupo.cuantas - len(partes)
    if suma == total or (faltan and suma < total):
        return ""
    de_que = "" if que == "valor" else f" (en el {que})"
    if grupo.nombre_de_partes == SEXOS:
        sumadas = "hombres y mujeres suman" if len(partes) == 2 else "uno solo de los sexos ya suma"
    else:
        sumadas = plural(len(partes), f"{grupo.nombre_de_partes[0]} suma", f"{grupo.nombre_de_partes[1]} suman")
    frase = (
        f"{grupo.nombre_del_todo} dice {escribir_numero(total, 4)} y {sumadas} {escribir_numero(suma, 4)}{de_que}: "
        f"una diferencia de {escribir_numero(suma - total, 4)}."
    )
    return f"{frase} {_faltan(faltan)}".strip()


def _faltan(faltan: int) -> str:
    return f"Y todavía {'falta' if faltan == 1 else 'faltan'} {faltan} por sumar." if faltan else ""


def _media(grupo: _Grupo) -> str:
    """Un porcentaje o una razón sin conteos: el del todo es una media de los de sus partes y queda entre ellos.

    Con los conteos de todas las partes se exige más: el cociente de las sumas.
    """
    total, valores = grupo.todo.valor, [parte.valor for parte in grupo.partes if parte.valor is not None]
    unidad = grupo.indicador.unidad
    if unidad not in (Unidad.PORCENTAJE, Unidad.RATIO) or total is None or len(valores) < grupo.cuantas:
        return ""
    simbolo = grupo.indicador.simbolo
    conteos = [(p.numerador, p.denominador) for p in grupo.partes if p.numerador is not None and p.denominador]
    if len(conteos) == grupo.cuantas:
        factor = 100 if unidad == Unidad.PORCENTAJE else 1
        arriba, abajo = sum(n for n, _ in conteos if n is not None), sum(d for _, d in conteos if d)
        esperado = Fraction(factor * arriba, abajo)
        if abs(esperado - Fraction(total)) < Fraction(1, 10 ** decimales_de(total)):
            return ""
        return (
            f"{grupo.nombre_del_todo} dice {escribir_valor(total, simbolo, 4)} y con los conteos de sus "
            f"{len(conteos)} {grupo.nombre_de_partes[1]} daría {escribir_valor(esperado, simbolo, 4)} "
            f"({escribir_numero(arriba, 0)} entre {escribir_numero(abajo, 0)})."
        )
    decimales = decimales_de(total)
    menor, mayor = redondear(min(valores), decimales), redondear(max(valores), decimales)
    if menor <= total <= mayor:
        return ""
    return (
        f"{grupo.nombre_del_todo} dice {escribir_valor(total, simbolo, 4)} y sus {len(valores)} "
        f"{grupo.nombre_de_partes[1]} están entre {escribir_valor(min(valores), simbolo, 4)} y "
        f"{escribir_valor(max(valores), simbolo, 4)}: la media de todos no puede quedar fuera."
    )
