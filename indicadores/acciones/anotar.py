"""Muchas mediciones de una vez, con las mismas comprobaciones que una por una y unas pocas consultas por tanda.

:func:`decidir` dice, sin tocar la base, qué verbo corresponde a una propuesta y con qué datos; :func:`anotar_tanda`
lo escribe. El resultado es el mismo que llamar a ``registrar``, ``corregir`` o ``modificar`` fila por fila.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User

from indicadores.acciones.armado import (
    CAMPOS_EDITABLES,
    cambiar_datos,
    comprobar_opciones,
    lo_que_se_conserva,
    poner_datos,
    textos_de,
)
from indicadores.acciones.busqueda import describir_valor
from indicadores.acciones.comun import escritura, exigir_motivo, momento, sin_control
from indicadores.acciones.transiciones import comprobar_etapa
from indicadores.calculo.tipos import Periodo
from indicadores.ejercicios import exigir_abiertos, marca_de
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.models import Ambito, EjercicioCerrado, Fuente, Indicador, Lote, Medicion, Suceso
from indicadores.permisos import Accion, comprobar

Clave = tuple[int, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Propuesta:
    """Lo que una fila pide para una medición, con sus referencias ya halladas.

    ``base`` y ``testigo`` dicen qué medición se tenía a la vista: (0, None), ninguna; (None, None), no se sabe.
    """

    indicador: Indicador
    lapso: Periodo
    ambito: Ambito
    sexo: str
    caracter: str
    campos: dict[str, Any]
    base: int | None = None
    testigo: int | None = None

    @property
    def clave(self) -> Clave:
        return self.indicador.pk, self.lapso.texto, self.ambito.pk, self.sexo, self.caracter


@dataclass(slots=True)
class Estado:
    """Lo que la base tiene de una clave: el borrador abierto, lo que rige y la última versión publicada."""

    abierta: Medicion | None = None
    vigente: Medicion | None = None
    version: int = 0

    @property
    def actual(self) -> Medicion | None:
        return self.abierta or self.vigente


@dataclass(slots=True)
class Paso:
    """Qué verbo corresponde (vacío: nada cambia), la medición con sus datos puestos y lo que cambió."""

    verbo: str
    medicion: Medicion
    antes: Medicion | None = None
    cambios: dict[str, list[str | None]] = field(default_factory=dict)


def estados_de(propuestas: Iterable[Propuesta], *, tomar: bool = False) -> dict[Clave, Estado]:
    """Lo que hay en la base para esas claves, en una consulta; ``tomar`` las reserva para escribir."""
    indicadores: dict[int, Indicador] = {}
    ambitos: dict[int, Ambito] = {}
    pedidas: set[Clave] = set()
    grupos: defaultdict[str, set[int]] = defaultdict(set)
    for propuesta in propuestas:
        indicadores[propuesta.indicador.pk] = propuesta.indicador
        ambitos[propuesta.ambito.pk] = propuesta.ambito
        pedidas.add(propuesta.clave)
        grupos[propuesta.lapso.texto].add(propuesta.ambito.pk)
    etapas = (*Medicion.ETAPAS_ABIERTAS, *Medicion.ETAPAS_PUBLICAS)
    filas = Medicion.objects.filter(
        indicador__in=list(indicadores), periodo__in=list(grupos), ambito__in=list(ambitos), etapa__in=etapas
    ).select_related("fuente", "registrada_por")
    if tomar:
        filas = filas.select_for_update(of=("self",))
    hallados: dict[Clave, Estado] = {}
    for medicion in filas.order_by("id"):
        clave = (medicion.indicador_id, medicion.periodo, medicion.ambito_id, medicion.sexo, medicion.caracter)
        if clave not in pedidas:
            continue
        medicion.indicador, medicion.ambito = indicadores[clave[0]], ambitos[clave[2]]
        estado = hallados.setdefault(clave, Estado())
        if medicion.esta_abierta:
            estado.abierta = medicion
            continue
        estado.version = max(estado.version, medicion.version)
        if medicion.etapa == Medicion.Etapa.PUBLICADA:
            estado.vigente = medicion
    return hallados


def decidir(propuesta: Propuesta, estado: Estado, *, por: User, en: datetime, motivo: str = "") -> Paso:
    """El paso que cumple la propuesta sobre lo que hay; no escribe.

    Levanta :class:`DatoInvalido` si algún dato no se acepta y :class:`ConflictoDeEdicion` si lo que había a la vista ya
    no es lo que hay, o si el borrador es de otra persona o está en revisión.
    """
    actual = estado.actual
    nuevos = _lo_que_cambia(actual, propuesta.campos) if actual else propuesta.campos
    if actual is not None and not nuevos:
        return Paso("", actual, antes=actual)
    _comprobar_base(propuesta, actual)
    if estado.abierta is not None:
        return _modificar(estado.abierta, nuevos, por)
    if estado.vigente is not None:
        return _corregir(estado, nuevos, por, en, motivo)
    medicion = Medicion(
        indicador=propuesta.indicador,
        periodo=propuesta.lapso.texto,
        inicio=propuesta.lapso.inicio,
        fin=propuesta.lapso.fin,
        ambito=propuesta.ambito,
        sexo=propuesta.sexo,
        caracter=propuesta.caracter,
        registrada_por=por,
        registrada_en=en,
        version=estado.version + 1,
    )
    poner_datos(medicion, **({"valor": None} | propuesta.campos))
    comprobar_opciones(medicion)
    return Paso("registrar", medicion)


def anotar_tanda(
    propuestas: Sequence[Propuesta], *, lote: Lote, por: User, motivo: str = "", ahora: datetime | None = None
) -> int:
    """Escribe los borradores de una tanda, o ninguno; devuelve cuántos.

    Los cambios a lo publicado abren la versión siguiente con ``motivo``. Debe llamarse dentro de la transacción del
    lote. Errores: los de :func:`decidir` y :class:`PermisoDenegado`.
    """
    en = momento(ahora)
    with escritura(Medicion):
        cierres = exigir_abiertos({propuesta.lapso.anio for propuesta in propuestas}, por=por)
        if cierres:
            motivo = exigir_motivo(motivo, "cambiar un ejercicio cerrado")
        estados = estados_de(propuestas, tomar=True)
        pasos = []
        for propuesta in propuestas:
            estado = estados.setdefault(propuesta.clave, Estado())
            paso = decidir(propuesta, estado, por=por, en=en, motivo=motivo)
            if paso.verbo:
                pasos.append(paso)
            estado.abierta = paso.medicion if paso.verbo else estado.abierta
        for verbo in {paso.verbo for paso in pasos}:
            comprobar(por, Accion[verbo.upper()])
        nuevas = [paso for paso in pasos if paso.verbo != "modificar"]
        for paso in pasos:
            paso.medicion.lote = lote
        creadas = Medicion.objects.bulk_create([paso.medicion for paso in nuevas], batch_size=1000)
        for paso, creada in zip(nuevas, creadas, strict=True):
            paso.medicion = creada
        modificadas = [paso.medicion for paso in pasos if paso.verbo == "modificar"]
        if modificadas:
            Medicion.objects.bulk_update(modificadas, [*CAMPOS_EDITABLES, "etapa", "testigo", "lote"], batch_size=200)
        Suceso.objects.bulk_create(
            [
                Suceso(
                    medicion=paso.medicion,
                    accion=paso.verbo,
                    por=por,
                    en=en,
                    motivo=motivo if paso.verbo == "corregir" or paso.medicion.fin.year in cierres else "",
                    cambios=paso.cambios | _marca(paso, cierres),
                )
                for paso in pasos
            ],
            batch_size=1000,
        )
    return len(pasos)


def _marca(paso: Paso, cierres: Mapping[int, EjercicioCerrado]) -> dict[str, Any]:
    return {} if paso.verbo == "modificar" else marca_de(cierres.get(paso.medicion.fin.year))


def _lo_que_cambia(actual: Medicion, campos: dict[str, Any]) -> dict[str, Any]:
    """Los campos que no dicen ya lo mismo; un porcentaje que se calcula de sus cantidades no es un valor vacío."""
    calculado = campos.get("valor") is None and not campos.get("motivo_ausencia") and campos.get("denominador")
    return {
        campo: dato
        for campo, dato in campos.items()
        if _comparable(campo, dato) != _comparable(campo, _leido(actual, campo))
        and not (campo == "valor" and calculado)
    }


def _leido(medicion: Medicion, campo: str) -> Any:
    return medicion.fuente_id if campo == "fuente" else getattr(medicion, campo)


def _comparable(campo: str, dato: Any) -> Any:
    if campo == "fuente" and isinstance(dato, Fuente):
        return dato.pk
    return sin_control(dato).replace("\r\n", "\n").strip() if isinstance(dato, str) else dato


def _comprobar_base(propuesta: Propuesta, actual: Medicion | None) -> None:
    """Que lo que se tenía a la vista siga siendo lo que hay."""
    if propuesta.base is None or (propuesta.base == 0 and actual is None):
        return
    if actual is None:
        raise ConflictoDeEdicion("La medición que la hoja mostraba se retiró o se descartó. Baje la hoja otra vez.")
    if propuesta.base == 0:
        raise ConflictoDeEdicion(f"Cuando se bajó la hoja no había nada; ahora hay {_describir(actual)}.")
    if (actual.pk, actual.testigo) != (propuesta.base, propuesta.testigo):
        raise ConflictoDeEdicion(f"Cambió después de bajarse la hoja: ahora hay {_describir(actual)}.")


def _describir(medicion: Medicion) -> str:
    return f"«{medicion.get_etapa_display()}», {describir_valor(medicion)}, de {medicion.registrada_por.get_username()}"


def _copia(medicion: Medicion) -> Medicion:
    """Los mismos datos en otro objeto, para comparar antes y después."""
    return Medicion(**{campo.attname: getattr(medicion, campo.attname) for campo in Medicion._meta.concrete_fields})


def _modificar(abierta: Medicion, nuevos: dict[str, Any], por: User) -> Paso:
    if abierta.etapa == Medicion.Etapa.EN_REVISION or abierta.registrada_por_id != por.pk:
        raise ConflictoDeEdicion(
            f"Ya hay otra medición abierta: {_describir(abierta)}. Una hoja solo cambia borradores propios."
        )
    transicion = comprobar_etapa(abierta, "modificar")
    previo = textos_de(abierta)
    antes = _copia(abierta)
    antes.indicador, antes.ambito, antes.fuente = abierta.indicador, abierta.ambito, abierta.fuente
    cambiar_datos(abierta, nuevos)
    abierta.etapa = transicion.hacia
    abierta.testigo += 1
    despues = textos_de(abierta)
    cambios = {campo: [previo[campo], despues[campo]] for campo in previo if previo[campo] != despues[campo]}
    return Paso("modificar", abierta, antes=antes, cambios=cambios)


def _corregir(estado: Estado, nuevos: dict[str, Any], por: User, en: datetime, motivo: str) -> Paso:
    vigente = estado.vigente
    if vigente is None:
        raise DatoInvalido("No hay una versión publicada que corregir.")
    comprobar_etapa(vigente, "corregir")
    nueva = Medicion(
        **{campo: getattr(vigente, campo) for campo in (*Medicion.CLAVE, "inicio", "fin")},
        corrige=vigente,
        motivo_cambio=motivo,
        registrada_por=por,
        registrada_en=en,
        version=estado.version + 1,
    )
    otros = {campo: dato for campo, dato in nuevos.items() if campo != "valor"}
    valor = nuevos.get("valor", vigente.valor)
    if "valor" not in nuevos and (cantidades := _cantidades_nuevas(vigente, otros)):
        valor, otros = None, otros | cantidades
    poner_datos(nueva, valor=valor, **(lo_que_se_conserva(vigente, valor, otros) | otros))
    comprobar_opciones(nueva)
    return Paso("corregir", nueva, antes=vigente)


def _cantidades_nuevas(vigente: Medicion, otros: dict[str, Any]) -> dict[str, int]:
    """Las dos cantidades de un porcentaje si cambió alguna: entonces el valor se calcula otra vez."""
    nombres = ("numerador", "denominador")
    quedan = {nombre: otros.get(nombre, getattr(vigente, nombre)) for nombre in nombres}
    es_porcentaje = vigente.indicador.unidad == Indicador.Unidad.PORCENTAJE
    cambian = any(nombre in otros for nombre in nombres)
    return quedan if es_porcentaje and cambian and quedan["numerador"] is not None and quedan["denominador"] else {}


def leer_fecha(texto: str) -> date:
    """Una fecha ISO («2026-12-31») o del Perú («31/12/2026», «31-12-2026»); levanta :class:`DatoInvalido`."""
    limpio = texto.strip().replace("/", "-")
    partes = limpio.split("-")
    try:
        anio, mes, dia = map(int, partes if len(partes[0]) == 4 else reversed(partes))
        return date(anio, mes, dia)
    except (ValueError, OverflowError) as error:
        raise DatoInvalido(f"«{texto[:40]}» no es una fecha. Escriba, por ejemplo, 31/12/2026.") from error
