"""La clase de lote MEDICIONES: cada fila de la hoja frente a lo que hay, y su escritura por tandas."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.models import User

from indicadores.acciones.anotar import Estado, Paso, Propuesta, anotar_tanda, decidir, estados_de
from indicadores.acciones.armado import CAMPOS_EDITABLES
from indicadores.acciones.comun import dia_en_lima
from indicadores.ejercicios import cerrados_entre, explicar
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.formato import escribir_editable, fecha_corta
from indicadores.intercambio.lectura_hoja import leer
from indicadores.intercambio.referencias import Rechazo, Referencias, error_en
from indicadores.intercambio.tipos import Diferencia, ErrorDeCelda, Fila, Manejador, Tipo
from indicadores.models import EjercicioCerrado, Fuente, Lote, Medicion
from indicadores.permisos import Accion, puede

POR_TANDA = 1000
ROTULOS = {
    "valor": "valor",
    "numerador": "numerador",
    "denominador": "denominador",
    "fuente": "fuente",
    "situacion": "situación",
    "motivo_ausencia": "motivo de la ausencia",
    "texto_ausencia": "explicación de la ausencia",
    "fecha_compromiso": "fecha de compromiso",
    "notas": "notas",
}
T = TypeVar("T")


def en_tandas(cosas: Iterable[T], cuantas: int = POR_TANDA) -> Iterator[list[T]]:
    """Listas de hasta ``cuantas``, sin cargar lo demás."""
    quedan = iter(cosas)
    while tanda := list(islice(quedan, cuantas)):
        yield tanda


def comparar(lote: Lote, leidas: Iterable[Fila | ErrorDeCelda], ahora: datetime) -> Iterator[Diferencia]:
    """Cada fila frente a lo que hay; no escribe. La misma medición dos veces en la hoja es un error."""
    referencias = Referencias(hoy=dia_en_lima(ahora))
    vistas: dict[int, int] = {}
    for tanda in en_tandas(leidas):
        pendientes: list[tuple[Fila, Propuesta]] = []
        for leida in tanda:
            if isinstance(leida, ErrorDeCelda):
                yield Diferencia.de_error(leida)
                continue
            propuesta, errores = referencias.interpretar(leida)
            for error in errores:
                yield Diferencia.de_error(error, numero=leida.numero)
            if propuesta is None:
                continue
            anterior = vistas.setdefault(hash(propuesta.clave), leida.numero)
            if anterior != leida.numero:
                repetida = Rechazo("periodo", f"La misma medición está también en la fila {anterior}. Deje una sola.")
                yield Diferencia.de_error(error_en(leida, repetida), numero=leida.numero, titulo=_titulo(propuesta))
                continue
            pendientes.append((leida, propuesta))
        estados = estados_de(propuesta for _, propuesta in pendientes)
        cierres = cerrados_entre({propuesta.lapso.anio for _, propuesta in pendientes})
        for fila, propuesta in pendientes:
            estado = estados.get(propuesta.clave) or Estado()
            yield _comparar_una(fila, propuesta, estado, lote.creado_por, ahora, cierres.get(propuesta.lapso.anio))


def aplicar(lote: Lote, diferencias: Iterable[Diferencia], ahora: datetime) -> int:
    """Escribe lo nuevo y lo cambiado como borradores; devuelve cuántos. Va dentro de la transacción del lote."""
    if lote.aplicado_por is None:
        raise DatoInvalido("El lote no dice quién lo confirmó.")
    referencias = Referencias(hoy=dia_en_lima(ahora))
    cambian = (d for d in diferencias if d.tipo in (Tipo.NUEVA, Tipo.CAMBIADA))
    anotadas = 0
    for tanda in en_tandas(cambian):
        propuestas = [_propuesta_de(diferencia.datos, referencias) for diferencia in tanda]
        anotadas += anotar_tanda(propuestas, lote=lote, por=lote.aplicado_por, motivo=lote.motivo, ahora=ahora)
    return anotadas


def previos_de(diferencias: Iterable[Diferencia]) -> dict[int, dict[str, Any]]:
    """Lo que tenían los borradores que el lote cambió, para devolverlos a como estaban al deshacerlo."""
    previos = {}
    for diferencia in diferencias:
        if diferencia.datos.get("verbo") == "modificar":
            previo = dict(diferencia.datos["previo"])
            datos = {campo: _de_json(campo, previo[campo]) for campo in CAMPOS_EDITABLES if campo != "fuente"}
            otros = {nombre: previo[nombre] for nombre in ("fuente_id", "etapa", "lote_id")}
            previos[int(previo["pk"])] = datos | otros
    return previos


def _comparar_una(
    fila: Fila, propuesta: Propuesta, estado: Estado, por: User, ahora: datetime, cierre: EjercicioCerrado | None
) -> Diferencia:
    comun: dict[str, Any] = {"hoja": fila.hoja, "numero": fila.numero, "titulo": _titulo(propuesta)}
    habia = estado.actual
    base = (habia.pk, habia.testigo) if habia else (0, None)
    try:
        paso = decidir(propuesta, estado, por=por, en=ahora)
        if paso.verbo and cierre is not None and not puede(por, Accion.CAMBIAR_CERRADO):
            raise DatoInvalido(explicar(cierre), campo="periodo")
    except ConflictoDeEdicion as conflicto:
        antes, despues = _diferencias(habia, propuesta.campos)
        return Diferencia(Tipo.CONFLICTO, **comun, antes=antes, despues=despues, mensaje=str(conflicto))
    except DatoInvalido as error:
        return Diferencia.de_error(error_en(fila, error), numero=fila.numero, titulo=comun["titulo"])
    if not paso.verbo:
        return Diferencia(Tipo.IGUAL, **comun)
    antes, despues = _diferencias(paso.antes, {campo: getattr(paso.medicion, campo) for campo in CAMPOS_EDITABLES})
    return Diferencia(
        Tipo.CAMBIADA if paso.antes else Tipo.NUEVA,
        **comun,
        antes=antes,
        despues=despues,
        datos=_datos_de(propuesta, paso, base) | ({"pide_motivo": True} if cierre or paso.verbo == "corregir" else {}),
    )


def _titulo(propuesta: Propuesta) -> str:
    partes = (propuesta.indicador.codigo, propuesta.lapso.texto, propuesta.ambito.nombre)
    return " · ".join([*partes, str(Medicion.Sexo(propuesta.sexo).label), propuesta.caracter])


def _diferencias(antes: Medicion | None, campos: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Los rótulos que cambian, con su texto de antes y de después; si no había nada, solo lo que se escribe."""
    viejos, nuevos = {}, {}
    for campo, rotulo in ROTULOS.items():
        if campo not in campos:
            continue
        despues = _escrito(campos[campo])
        previo = _escrito(getattr(antes, campo)) if antes else ""
        if despues != previo:
            nuevos[rotulo] = despues
            if antes:
                viejos[rotulo] = previo
    return viejos, nuevos


def _escrito(dato: Any) -> str:
    if dato is None or dato == "":
        return ""
    if isinstance(dato, Decimal):
        return escribir_editable(dato)
    if isinstance(dato, date):
        return fecha_corta(dato)
    return dato.nombre if isinstance(dato, Fuente) else str(dato)


def _datos_de(propuesta: Propuesta, paso: Paso, base: tuple[int, int | None]) -> dict[str, Any]:
    campos = {campo: _a_json(dato) for campo, dato in propuesta.campos.items()}
    datos: dict[str, Any] = {"clave": propuesta.clave, "campos": campos, "base": base, "verbo": paso.verbo}
    if paso.verbo == "modificar" and paso.antes is not None:
        previo = {campo: _a_json(getattr(paso.antes, campo)) for campo in CAMPOS_EDITABLES if campo != "fuente"}
        for nombre in ("pk", "fuente_id", "etapa", "lote_id"):
            previo[nombre] = getattr(paso.antes, nombre)
        datos["previo"] = previo
    return datos


def _a_json(dato: Any) -> Any:
    if isinstance(dato, Decimal | date):
        return str(dato)
    return dato.pk if isinstance(dato, Fuente) else dato


def _de_json(campo: str, dato: Any) -> Any:
    if dato is None:
        return None
    if campo == "valor":
        return Decimal(dato)
    return date.fromisoformat(dato) if campo == "fecha_compromiso" else dato


def _propuesta_de(datos: Mapping[str, Any], referencias: Referencias) -> Propuesta:
    indicador, periodo, ambito, sexo, caracter = datos["clave"]
    campos = {campo: _de_json(campo, dato) for campo, dato in datos["campos"].items()}
    if campos.get("fuente") is not None:
        campos["fuente"] = referencias.fuentes_por_pk[campos["fuente"]]
    base, testigo = datos["base"]
    return Propuesta(
        indicador=referencias.por_pk[indicador],
        lapso=referencias.periodo(periodo),
        ambito=referencias.ambitos_por_pk[ambito],
        sexo=sexo,
        caracter=caracter,
        campos=campos,
        base=base,
        testigo=testigo,
    )


MANEJADOR = Manejador(leer=leer, comparar=comparar, aplicar=aplicar, accion=Accion.IMPORTAR, se_deshace=True)
