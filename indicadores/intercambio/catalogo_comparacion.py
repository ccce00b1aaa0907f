"""De lo escrito a los cambios: cada celda frente a lo que rige y a lo que decía cuando se descargó.

Una celda que nadie tocó no cambia nada, aunque entretanto haya cambiado en el portal; una que cambió en los dos sitios
es un conflicto. Sirve igual al libro y a la cuadrícula.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from indicadores.acciones.catalogo import IDENTIDAD, Cambio, EdicionDeFicha, Fijacion
from indicadores.acciones.comun import comprobar_ausencia, leer_valor
from indicadores.acciones.revisiones import leer_anio
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.intercambio.catalogo_celdas import (
    Referencias,
    escribir_dato,
    escribir_fijado,
    leer_campo,
    leer_fijado,
    limpiar,
)
from indicadores.intercambio.catalogo_estado import (
    BASES,
    CAMPOS_DE_BASE,
    HOJAS,
    LOGROS,
    TEXTOS,
    Estado,
    leer_estado,
    leer_referencias,
)
from indicadores.intercambio.tipos import Diferencia, ErrorDeCelda, Tipo
from indicadores.models import Indicador, LineaBase, LogroEsperado

VACIAR_NO_RETIRA = (
    "Rige «{actual}» y una celda vacía no lo retira. Escriba otro valor o el motivo de su ausencia: por ejemplo, "
    "no_aplica."
)
SE_CONSERVA = "Cambió en el portal después de la descarga y en la hoja no se tocó: se conserva lo del portal."
CHOCA = "En la hoja se cambió «{base}», pero en el portal ya dice otra cosa. Decida cuál queda y vuelva a subirlo."


@dataclass(frozen=True, slots=True)
class FilaDeCatalogo:
    """Una fila de una hoja: por campo, su celda («F12») y su texto; ``versiones``, las que tenía al descargarse."""

    hoja: str
    numero: int
    codigo: str
    celdas: Mapping[str, tuple[str, str]]
    versiones: Mapping[tuple[str, str], int] = field(default_factory=dict)


def clasificar(base: str, actual: str, escrito: str) -> Tipo:
    """En qué difiere lo ``escrito`` de lo que rige, sabiendo qué decía cuando se leyó."""
    if escrito in (actual, base):
        return Tipo.IGUAL
    if base != actual:
        return Tipo.CONFLICTO
    return Tipo.CAMBIADA if actual else Tipo.NUEVA


def comparar(filas: Iterable[FilaDeCatalogo | ErrorDeCelda], ahora: datetime) -> Iterator[Diferencia]:
    """Cada celda con algo escrito, o con algo que rige, frente al catálogo de ``ahora``."""
    estados, referencias = leer_estado(ahora), leer_referencias()
    por_hoja: dict[str, list[FilaDeCatalogo]] = defaultdict(list)
    for fila in filas:
        if isinstance(fila, ErrorDeCelda):
            yield Diferencia.de_error(fila)
        else:
            por_hoja[fila.hoja].append(fila)
    for hoja in TEXTOS:
        nuevos = {fila.codigo: fila.celdas.get("unidad", ("", ""))[1] for fila in por_hoja[hoja]}
        anunciar_nuevos(hoja, nuevos, estados, referencias)
    for hoja in HOJAS:
        yield from comparar_hoja(estados[hoja], por_hoja[hoja], referencias)


def anunciar_nuevos(
    hoja: str, codigos: Mapping[str, str], estados: Mapping[str, Estado], referencias: Referencias
) -> None:
    """Lo que el mismo libro agrega también se puede nombrar en sus otras celdas; de cada código, su unidad."""
    modelo = TEXTOS[hoja]
    for codigo, unidad in codigos.items():
        if codigo not in referencias[modelo]:
            referencias[modelo][codigo] = nuevo = modelo(codigo=codigo)
            if isinstance(nuevo, Indicador):
                # Con ella se leen sus logros: «1.234» personas no es «1.234 %».
                nuevo.unidad = unidad
                estados[BASES].objetos[codigo] = estados[LOGROS].objetos[codigo] = nuevo


def comparar_hoja(estado: Estado, filas: list[FilaDeCatalogo], referencias: Referencias) -> Iterator[Diferencia]:
    """Las celdas de una hoja; una fila repetida o de un código que no existe es un error suyo."""
    antes = _antes(estado, filas)
    vistos: dict[str, int] = {}
    for fila in sorted(filas, key=lambda fila: fila.numero):
        lugar = fila.celdas.get("codigo", (f"A{fila.numero}", ""))[0]
        mensaje = ""
        if fila.codigo in vistos:
            mensaje = f"El código ya está en la fila {vistos[fila.codigo]}. Deje una sola fila de cada uno."
        elif estado.hoja not in TEXTOS and fila.codigo not in estado.objetos:
            mensaje = "No hay un indicador con ese código. Agréguelo antes en la hoja «fichas» o corrija el código."
        vistos.setdefault(fila.codigo, fila.numero)
        if mensaje:
            yield Diferencia.de_error(ErrorDeCelda(estado.hoja, lugar, fila.codigo, mensaje), numero=fila.numero)
            continue
        yield from _comparar_fila(estado, fila, antes, referencias)


def _antes(estado: Estado, filas: Iterable[FilaDeCatalogo]) -> dict[tuple[str, str], dict[str, str]]:
    """Lo que decía, cuando se descargó, aquello que desde entonces cambió."""
    pedidas = {}
    for fila in filas:
        for clave in {estado.clave(fila.codigo, campo) for campo in fila.celdas}:
            version = fila.versiones.get(clave, 0)
            if version != estado.versiones.get(clave, 0):
                pedidas[clave] = version
    leidas = estado.leer_antes({clave: version for clave, version in pedidas.items() if version}) if pedidas else {}
    return {clave: leidas.get(clave, {}) for clave in pedidas}


def _comparar_fila(
    estado: Estado, fila: FilaDeCatalogo, antes: Mapping[tuple[str, str], dict[str, str]], referencias: Referencias
) -> Iterator[Diferencia]:
    codigo, cambiadas, conflictos_o_errores = fila.codigo, {}, False
    es_nuevo = estado.hoja in TEXTOS and codigo not in estado.objetos
    pendientes: list[Diferencia] = []
    for campo, (celda, crudo) in fila.celdas.items():
        if campo not in estado.editables:
            continue
        actual = estado.texto(codigo, campo)
        clave = estado.clave(codigo, campo)
        base = antes[clave].get(campo, "") if clave in antes else actual
        difiere = Diferencia(
            Tipo.IGUAL,
            hoja=estado.hoja,
            numero=fila.numero,
            titulo=f"{codigo}: {estado.rotulos[campo]}",
            antes={estado.rotulos[campo]: actual},
            despues={estado.rotulos[campo]: crudo},
            celda=celda,
            valor=crudo[:200],
        )
        try:
            escrito = _canonico(estado, codigo, campo, crudo, actual, base, referencias)
            tipo = clasificar(base, actual, escrito)
            if tipo not in (Tipo.IGUAL, Tipo.CONFLICTO):
                _comprobar_cambio(estado, campo, actual, escrito, es_nuevo)
        except DatoInvalido as error:
            conflictos_o_errores = True
            pendientes.append(_con(difiere, Tipo.ERROR, str(error)))
            continue
        datos = {"codigo": codigo, "campo": campo, "texto": escrito, "version": estado.version(codigo, campo)}
        mensaje = ""
        if tipo is Tipo.CONFLICTO:
            conflictos_o_errores, mensaje = True, CHOCA.format(base=base or "vacía")
        elif tipo is Tipo.IGUAL and escrito != actual:
            mensaje, escrito = SE_CONSERVA, actual
        elif tipo is not Tipo.IGUAL:
            cambiadas[campo] = (escrito, celda)
        if actual or escrito or tipo is not Tipo.IGUAL:
            pendientes.append(_con(difiere, tipo, mensaje, {estado.rotulos[campo]: escrito}, datos))
    yield from pendientes
    if cambiadas and not conflictos_o_errores:
        try:
            armar(estado, codigo, {campo: texto for campo, (texto, _) in cambiadas.items()}, 0, referencias)
        except DatoInvalido as error:
            celda = cambiadas.get(error.campo or "", next(iter(cambiadas.values())))[1]
            yield Diferencia.de_error(
                ErrorDeCelda(estado.hoja, celda, "", str(error)), numero=fila.numero, titulo=codigo
            )


def _con(
    difiere: Diferencia,
    tipo: Tipo,
    mensaje: str,
    despues: Mapping[str, str] | None = None,
    datos: Mapping[str, Any] | None = None,
) -> Diferencia:
    return Diferencia(
        tipo,
        hoja=difiere.hoja,
        numero=difiere.numero,
        titulo=difiere.titulo,
        antes=difiere.antes,
        despues=difiere.despues if despues is None else despues,
        mensaje=mensaje,
        celda=difiere.celda,
        valor=difiere.valor,
        datos=datos or {},
    )


def _canonico(
    estado: Estado, codigo: str, campo: str, crudo: str, actual: str, base: str, referencias: Referencias
) -> str:
    """Lo escrito, en su única forma; lo que ya dice lo mismo que rige no se vuelve a leer."""
    limpio = limpiar(crudo)
    if limpio in (actual, base):
        return limpio
    if estado.hoja == LOGROS:
        return escribir_fijado(*leer_fijado(estado.objetos[codigo], limpio))
    if estado.hoja == BASES:
        if campo == "anio" and not limpio:
            return ""
        if campo == "valor":
            valor = leer_valor(estado.objetos[codigo], limpio or None)
            return escribir_dato(valor)
        return _forma(leer_campo(LineaBase._meta.get_field(campo), limpio, referencias))
    return _forma(leer_campo(TEXTOS[estado.hoja]._meta.get_field(campo), limpio, referencias))


def _forma(valor: Any) -> str:
    if isinstance(valor, models.Model):
        return str(getattr(valor, "sigla", None) or valor.codigo)  # type: ignore[attr-defined]
    return escribir_dato(valor)


def _comprobar_cambio(estado: Estado, campo: str, actual: str, escrito: str, es_nuevo: bool) -> None:
    if estado.hoja in TEXTOS:
        if not es_nuevo and campo in IDENTIDAD[TEXTOS[estado.hoja]]:
            raise DatoInvalido(f"Dice «{actual}» y no se cambia: de ello dependen direcciones, cifras o historia.")
    elif not escrito and actual and (estado.hoja == LOGROS or campo == "anio"):
        raise DatoInvalido(VACIAR_NO_RETIRA.format(actual=actual))


def armar(
    estado: Estado, codigo: str, textos: Mapping[str, str], version: int, referencias: Referencias
) -> list[Cambio]:
    """Los cambios que piden esos textos de un mismo código, ya comprobados. Levanta ``DatoInvalido``."""
    if estado.hoja == LOGROS:
        indicador = estado.objetos[codigo]
        return [
            Fijacion(LogroEsperado, indicador, leer_anio(int(anio)), valor, version, motivo_ausencia=motivo)
            for anio, texto in textos.items()
            for valor, motivo in [leer_fijado(indicador, texto)]
        ]
    if estado.hoja == BASES:
        return [_armar_base(estado, codigo, textos, version, referencias)]
    return [_armar_ficha(estado, codigo, textos, version, referencias)]


def _armar_base(
    estado: Estado, codigo: str, textos: Mapping[str, str], version: int, referencias: Referencias
) -> Fijacion:
    indicador = estado.objetos[codigo]
    completos = {campo: textos.get(campo, estado.texto(codigo, campo)) for campo in CAMPOS_DE_BASE}
    if not completos["anio"]:
        raise DatoInvalido("Falta el año de la línea base.", campo="anio")
    leidos = {
        campo: leer_campo(LineaBase._meta.get_field(campo), completos[campo], referencias)
        for campo in CAMPOS_DE_BASE
        if campo != "valor"
    }
    valor = leer_valor(indicador, completos["valor"] or None)
    leer_anio(leidos["anio"])
    comprobar_ausencia(valor, leidos["motivo_ausencia"], leidos["fecha_compromiso"])
    return Fijacion(LineaBase, indicador, valor=valor, version_base=version, **leidos)


def _armar_ficha(
    estado: Estado, codigo: str, textos: Mapping[str, str], version: int, referencias: Referencias
) -> EdicionDeFicha:
    modelo = TEXTOS[estado.hoja]
    guardado = estado.objetos.get(codigo)
    leidos = {campo: leer_campo(modelo._meta.get_field(campo), texto, referencias) for campo, texto in textos.items()}
    candidato: Any = modelo() if guardado is None else copy(guardado)
    for nombre, valor in leidos.items():
        # Lo que el mismo libro agrega aún no tiene número: basta con que esté.
        setattr(candidato, *((f"{nombre}_id", valor.pk or 0) if isinstance(valor, models.Model) else (nombre, valor)))
    _comprobar_ficha(modelo, candidato)
    return EdicionDeFicha(guardado or referencias[modelo][codigo], version, leidos)


def _comprobar_ficha(modelo: type[models.Model], candidato: Any) -> None:
    """Lo que la base rechazaría, dicho antes y junto a su celda."""
    relaciones: list[Any] = [campo for campo in modelo._meta.concrete_fields if campo.is_relation]
    for campo in relaciones:
        if not campo.null and getattr(candidato, campo.attname) is None:
            raise DatoInvalido(f"Falta {campo.verbose_name}: escriba su código.", campo=campo.name)
    try:
        candidato.clean_fields(exclude=[campo.name for campo in relaciones])
        for restriccion in modelo._meta.constraints:
            restriccion.validate(modelo, candidato)
    except ValidationError as error:
        # De un campo («clean_fields») o de toda la ficha (una restricción).
        nombre = next(iter(error.message_dict), None) if hasattr(error, "error_dict") else None
        definido: Any = modelo._meta.get_field(nombre) if nombre else None
        rotulo = f"{definido.verbose_name}: " if definido else ""
        raise DatoInvalido(f"{rotulo}{' '.join(error.messages)}", campo=nombre) from error


def cambios_de(diferencias: Iterable[Diferencia], ahora: datetime) -> list[Cambio]:
    """Los cambios que piden las celdas nuevas y cambiadas, en el orden en que deben aplicarse.

    Levanta ``ConflictoDeEdicion`` si algo ya no está como cuando se comparó.
    """
    estados, referencias = leer_estado(ahora), leer_referencias()
    textos: dict[tuple[str, str, str, int], dict[str, str]] = defaultdict(dict)
    for diferencia in diferencias:
        if diferencia.tipo in (Tipo.NUEVA, Tipo.CAMBIADA):
            datos, hoja = diferencia.datos, diferencia.hoja
            codigo, parte = estados[hoja].clave(datos["codigo"], datos["campo"])
            textos[hoja, codigo, parte, datos["version"]][datos["campo"]] = datos["texto"]
    for hoja, codigo, parte, version in textos:
        if estados[hoja].versiones.get((codigo, parte), 0) != version:
            raise ConflictoDeEdicion(f"{codigo}, {hoja}: cambió después de la comparación. Compare otra vez.")
    for hoja in TEXTOS:
        nuevos = {codigo: suyos.get("unidad", "") for (otra, codigo, _, _), suyos in textos.items() if otra == hoja}
        anunciar_nuevos(hoja, nuevos, estados, referencias)
    cambios: list[Cambio] = []
    for hoja in HOJAS:
        for (otra, codigo, _, version), suyos in textos.items():
            if otra == hoja:
                cambios += armar(estados[hoja], codigo, suyos, version, referencias)
    return cambios
