"""Qué hay ya en la base con la misma clave que una medición, leído para escribir."""

from datetime import datetime
from typing import Any

from django.db.models import Max
from django.db.models.functions import Coalesce

from indicadores.errores import DatoInvalido
from indicadores.formato import escribir_periodo, escribir_valor
from indicadores.models import Medicion


def describir_valor(medicion: Medicion) -> str:
    """El valor con su unidad, o el motivo de su ausencia, para un mensaje."""
    if medicion.valor is None:
        return f"sin valor: {medicion.get_motivo_ausencia_display()}"
    return escribir_valor(medicion.valor, medicion.indicador.simbolo, 4)


def clave_de(medicion: Medicion) -> dict[str, Any]:
    return {campo: getattr(medicion, campo) for campo in Medicion.CLAVE}


def vigente_de(medicion: Medicion) -> Medicion | None:
    return (
        Medicion.objects.select_for_update()
        .filter(**clave_de(medicion), etapa=Medicion.Etapa.PUBLICADA)
        .order_by("id")
        .first()
    )


def siguiente_version(medicion: Medicion) -> int:
    ultima = (
        Medicion.objects.con_version()
        .filter(**clave_de(medicion))
        .order_by("-version")
        .values_list("version", flat=True)
    )
    return (ultima.first() or 0) + 1


def ultimo_cambio_de(medicion: Medicion) -> datetime | None:
    """Cuándo se publicó, sustituyó o retiró por última vez una versión con la misma clave."""
    versiones = Medicion.objects.con_version().filter(**clave_de(medicion))
    ultimo: datetime | None = versiones.aggregate(en=Max(Coalesce("sustituida_en", "publicada_en")))["en"]
    return ultimo


def comprobar_sin_duplicado(borrador: Medicion, *, es_correccion: bool = False) -> None:
    de_que = f"{borrador.indicador.codigo}, {escribir_periodo(borrador.periodo)}, {borrador.ambito.nombre}"
    abierta = Medicion.objects.abiertas().filter(**clave_de(borrador)).select_related("registrada_por").first()
    if abierta is not None:
        raise DatoInvalido(
            f"Ya hay una medición «{abierta.get_etapa_display()}» de {de_que}, registrada por "
            f"{abierta.registrada_por.get_username()}: {describir_valor(abierta)}. Ábrala en lugar de crear otra.",
            campo="periodo",
        )
    vigente = None if es_correccion else vigente_de(borrador)
    if vigente is not None:
        raise DatoInvalido(
            f"Ya hay un valor publicado de {de_que}: {describir_valor(vigente)}. Para cambiarlo use «Corregir».",
            campo="periodo",
        )


def tomar(medicion: Medicion) -> Medicion:
    """La medición como está ahora en la base, tomada para escribir."""
    return Medicion.objects.select_for_update(of=("self",)).select_related("indicador", "ambito").get(pk=medicion.pk)
