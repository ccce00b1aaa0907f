"""Los verbos del catálogo: sus textos se cambian con razón y norma, y varias cosas a la vez se aplican o ninguna.

Cada texto del catálogo tiene una versión, la de su última fila de historial: quien cambia dice cuál leyó y, si ya es
otra, no se escribe nada. Las cifras que se fijan (logros y líneas base) pasan por sus propios verbos.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from indicadores.acciones.comun import escritura, exigir_motivo, momento
from indicadores.acciones.revisiones import fijar_linea_base, fijar_logro
from indicadores.constancias import esperar_turno
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, ErrorDelDominio
from indicadores.models import Fuente, Indicador, LineaBase, LogroEsperado
from indicadores.permisos import Accion, comprobar
from objetivos.models import Lineamiento, Norma
from servicios.models import Servicio

#: Lo que se escribe una sola vez, al agregar: de ello dependen direcciones, cifras o historia.
IDENTIDAD: dict[type[models.Model], tuple[str, ...]] = {
    Lineamiento: ("codigo", "objetivo"),
    Servicio: ("codigo", "objetivo"),
    Indicador: ("codigo", "objetivo", "servicio", "unidad"),
}

#: Los textos que se pueden cambiar después, en el orden en que se leen.
CAMPOS_DE_TEXTO: dict[type[models.Model], tuple[str, ...]] = {
    Lineamiento: ("nombre", "norma"),
    Servicio: (
        "codigo_oficial",
        "nombre",
        "nombre_corto",
        "nombre_es_parafrasis",
        "lineamiento",
        "ejecucion",
        "ejecucion_inferida",
        "estado",
        "descripcion",
        "proveedor",
        "receptor",
        "cobertura",
        "estandares",
        "notas",
        "fuente",
    ),
    Indicador: (
        "codigo_oficial",
        "nombre",
        "nombre_corto",
        "simbolo",
        "decimales",
        "sentido",
        "cuenta_personas",
        "objeto_medicion",
        "justificacion",
        "responsable",
        "limitaciones",
        "metodo_calculo",
        "numerador",
        "denominador",
        "formula",
        "tipo_agregacion",
        "supuestos",
        "fuente_datos",
        "proceso_recoleccion",
        "periodicidad",
        "relevancia",
        "dias_de_plazo",
        "plazo_desde",
        "notas",
    ),
}


@dataclass(frozen=True, slots=True)
class Fijacion:
    """Un logro esperado o una línea base que se fija; ``version_base`` es la que se vio (0: ninguna)."""

    clase: type[LogroEsperado] | type[LineaBase]
    indicador: Indicador
    anio: int
    valor: Decimal | None
    version_base: int
    motivo_ausencia: str = ""
    texto_ausencia: str = ""
    fecha_compromiso: date | None = None
    fuente: Fuente | None = None

    @property
    def donde(self) -> str:
        return f"{self.clase._meta.verbose_name} {self.anio} de {self.indicador.codigo}"


@dataclass(frozen=True, slots=True)
class EdicionDeFicha:
    """Los campos que cambian de un objeto del catálogo; si aún no está guardado, se agrega."""

    objeto: models.Model
    version_base: int
    campos: Mapping[str, Any] = field(default_factory=dict)

    @property
    def donde(self) -> str:
        return f"{self.objeto._meta.verbose_name} {self.objeto.codigo}"  # type: ignore[attr-defined]


Cambio = Fijacion | EdicionDeFicha


def version_de(objeto: models.Model) -> int:
    """La versión de un texto del catálogo: el número de su última fila de historial; 0 si no tiene."""
    ultima = objeto.history.order_by("-history_id").values_list("history_id", flat=True).first()  # type: ignore[attr-defined]
    return ultima or 0


def agregar_ficha(
    objeto: models.Model,
    *,
    por: User,
    campos: Mapping[str, Any],
    motivo: str,
    norma: Norma | None = None,
    ahora: datetime | None = None,
) -> models.Model:
    """Guarda por primera vez un lineamiento, un servicio o un indicador, con su razón y su norma."""
    comprobar(por, Accion.ADMINISTRAR)
    modelo = type(objeto)
    _comprobar_campos(campos, IDENTIDAD[modelo] + CAMPOS_DE_TEXTO[modelo])
    with escritura(modelo):
        _guardar(objeto, campos, por, motivo, norma, momento(ahora))
    return objeto


def actualizar_ficha(
    objeto: models.Model,
    *,
    por: User,
    campos: Mapping[str, Any],
    motivo: str,
    norma: Norma | None = None,
    version_base: int | None = None,
    ahora: datetime | None = None,
) -> models.Model:
    """Cambia textos de un lineamiento, un servicio o un indicador si siguen en la versión que se leyó.

    ``campos`` nombra solo lo que cambia. Si otra persona guardó algo entretanto levanta :class:`ConflictoDeEdicion`; lo
    que identifica al objeto no se cambia (:class:`DatoInvalido`).
    """
    comprobar(por, Accion.ADMINISTRAR)
    modelo = type(objeto)
    _comprobar_campos(campos, CAMPOS_DE_TEXTO[modelo])
    with escritura(modelo):
        actual = modelo._default_manager.select_for_update().get(pk=objeto.pk)
        if version_base is not None and version_de(actual) != version_base:
            raise ConflictoDeEdicion("Mientras usted escribía, otra persona lo cambió. Compare las dos versiones.")
        _guardar(actual, campos, por, motivo, norma, momento(ahora))
    return actual


def aplicar_cambios(
    cambios: Sequence[Cambio],
    *,
    por: User,
    motivo: str,
    norma: Norma | None = None,
    ahora: datetime | None = None,
) -> int:
    """Aplica todo, en su orden y en una transacción, con una misma razón y norma; devuelve cuántos fueron.

    Cada cambio pasa por su verbo. El primero que se rechaza deshace los demás y el mensaje dice cuál fue. Lo fijado
    rige desde ese momento: no se deshace, se fija otra vez.
    """
    comprobar(por, Accion.IMPORTAR_CATALOGO)
    exigir_motivo(motivo, "cambiar el catálogo")
    en = momento(ahora)
    with escritura(LogroEsperado):
        if any(isinstance(cambio, Fijacion) for cambio in cambios):
            esperar_turno()
        for cambio in cambios:
            try:
                _aplicar(cambio, por, motivo, norma, en)
            except ErrorDelDominio as error:
                raise type(error)(f"{cambio.donde}: {error}") from error
    return len(cambios)


def _aplicar(cambio: Cambio, por: User, motivo: str, norma: Norma | None, en: datetime) -> None:
    if isinstance(cambio, EdicionDeFicha):
        if cambio.objeto.pk is None:
            agregar_ficha(cambio.objeto, por=por, campos=cambio.campos, motivo=motivo, norma=norma, ahora=en)
        else:
            actualizar_ficha(
                cambio.objeto,
                por=por,
                campos=cambio.campos,
                motivo=motivo,
                norma=norma,
                version_base=cambio.version_base,
                ahora=en,
            )
        return
    fijar: Any = fijar_logro if cambio.clase is LogroEsperado else fijar_linea_base
    fijar(
        por=por,
        indicador=cambio.indicador,
        anio=cambio.anio,
        valor=cambio.valor,
        motivo=motivo,
        norma=norma,
        fuente=cambio.fuente,
        motivo_ausencia=cambio.motivo_ausencia,
        texto_ausencia=cambio.texto_ausencia,
        fecha_compromiso=cambio.fecha_compromiso,
        version_base=cambio.version_base,
        ahora=en,
    )


def _comprobar_campos(campos: Mapping[str, Any], admitidos: Sequence[str]) -> None:
    if ajenos := sorted(set(campos) - set(admitidos)):
        raise DatoInvalido(f"No se cambia por esta vía: {', '.join(ajenos)}.", campo=ajenos[0])


def _guardar(objeto: Any, campos: Mapping[str, Any], por: User, motivo: str, norma: Norma | None, en: datetime) -> None:
    """Valida y guarda; el historial lleva quién, cuándo y la razón con su norma."""
    razon = exigir_motivo(motivo, "cambiar el catálogo")
    for nombre, valor in campos.items():
        setattr(objeto, nombre, valor)
    try:
        objeto.full_clean()
    except ValidationError as error:
        campo, frases = next(iter(error.message_dict.items()))
        es_de_campo = campo != NON_FIELD_ERRORS
        rotulo = f"{objeto._meta.get_field(campo).verbose_name}: " if es_de_campo else ""
        raise DatoInvalido(f"{rotulo}{' '.join(frases)}", campo=campo if es_de_campo else None) from error
    objeto._change_reason = f"{razon} ({norma})" if norma else razon
    objeto._history_user, objeto._history_date = por, en
    objeto.save()
