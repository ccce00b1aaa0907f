"""Línea base, logro esperado y umbrales: cada cambio es una versión, con su motivo y su intervalo."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from indicadores import acciones
from indicadores.acciones import DatoInvalido
from indicadores.models import Indicador, LineaBase, LogroEsperado, Umbral
from tests import fabricas
from tests.fabricas import AHORA, minuto

pytestmark = pytest.mark.django_db
Fijar = Callable[..., Any]
DE_UN_INDICADOR = pytest.mark.parametrize(
    ("fijar", "modelo", "que"),
    [
        (fabricas.linea_base, LineaBase, "la línea base"),
        (fabricas.logro, LogroEsperado, "el logro esperado"),
    ],
    ids=["linea_base", "logro"],
)


def intervalos(modelo: Any) -> list[tuple[Any, ...]]:
    return list(modelo.objects.order_by("version").values_list("version", "publicada_en", "sustituida_en"))


@DE_UN_INDICADOR
def test_fijar_guarda_todo(personas: SimpleNamespace, fijar: Fijar, modelo: Any, que: str) -> None:
    norma, fuente, indicador = fabricas.NormaFactory(), fabricas.FuenteFactory(), fabricas.IndicadorFactory()
    fijar(indicador, "34,9", anio=2021, norma=norma, fuente=fuente, por=personas.administrador, motivo=" Por norma ")
    fijado = modelo.objects.get()
    assert (fijado.indicador, fijado.anio, fijado.valor) == (indicador, 2021, Decimal("34.9"))
    assert (fijado.version, fijado.publicada_en, fijado.sustituida_en) == (1, AHORA, None)
    assert (fijado.publicada_por, fijado.motivo_cambio) == (personas.administrador, "Por norma")
    assert (fijado.norma, fijado.fuente, fijado.motivo_ausencia) == (norma, fuente, "")


@DE_UN_INDICADOR
def test_fijar_de_nuevo_sustituye_y_conserva(fijar: Fijar, modelo: Any, que: str) -> None:
    indicador, ajeno = fabricas.IndicadorFactory(), fabricas.IndicadorFactory()
    for n, valor in enumerate(("30", "31", "31")):
        fijar(indicador, valor, anio=2021, ahora=minuto(n))
    fijar(ajeno, "5", anio=2021, ahora=minuto(9))
    suyos = modelo.objects.filter(indicador=indicador).order_by("version")
    assert list(suyos.values_list("version", "valor", "publicada_en", "sustituida_en")) == [
        (1, 30, minuto(0), minuto(1)),
        (2, 31, minuto(1), minuto(2)),
        (3, 31, minuto(2), None),
    ]
    assert [m.version for n in (-1, 0, 1, 1.5, 2) for m in suyos.vigentes(minuto(n))] == [1, 2, 2, 3]
    assert modelo.objects.get(indicador=ajeno).version == 1


@DE_UN_INDICADOR
def test_fijar_una_ausencia_y_despues_un_valor(fijar: Fijar, modelo: Any, que: str) -> None:
    indicador = fabricas.IndicadorFactory()
    fijar(indicador, None, motivo_ausencia="vencido", texto_ausencia="No llegó", fecha_compromiso=date(2023, 1, 1))
    ausente = modelo.objects.get()
    assert (ausente.valor, ausente.motivo_ausencia, ausente.texto_ausencia) == (None, "vencido", "No llegó")
    assert ausente.fecha_compromiso == date(2023, 1, 1)
    fijar(indicador, "3", ahora=minuto(1))
    assert modelo.objects.get(version=2).motivo_ausencia == ""


@DE_UN_INDICADOR
@pytest.mark.parametrize(
    ("datos", "campo", "frase"),
    [
        ({"valor": 30.5}, "valor", "El valor debe ser un número decimal exacto, no uno de coma flotante."),
        ({"valor": "101"}, "valor", "El valor 101 % pasa de 100 %."),
        ({"valor": None, "motivo_ausencia": ""}, "valor", "Escriba el valor o, si no existe, elija el motivo"),
        ({"valor": "1", "motivo_ausencia": "vencido"}, "motivo_ausencia", "Hay un valor y también un motivo"),
        ({"valor": None, "motivo_ausencia": "pocas_personas"}, "motivo_ausencia", "«pocas_personas» no es un motivo"),
        ({"valor": "1", "fecha_compromiso": date(2023, 1, 1)}, "fecha_compromiso", "La fecha de compromiso solo"),
        ({"valor": "1", "anio": 1989}, "anio", "El año debe estar entre 1990 y 2100."),
        ({"valor": "1", "anio": 2101}, "anio", "El año debe estar entre 1990 y 2100."),
    ],
)
def test_lo_que_no_se_fija(fijar: Fijar, modelo: Any, que: str, datos: dict[str, Any], campo: str, frase: str) -> None:
    with pytest.raises(DatoInvalido) as error:
        fijar(fabricas.IndicadorFactory(), **({"valor": "1"} | datos))
    assert str(error.value).startswith(frase)
    assert error.value.campo == campo
    assert not modelo.objects.exists()


@DE_UN_INDICADOR
def test_fijar_exige_un_motivo_y_no_toca_lo_vigente(fijar: Fijar, modelo: Any, que: str) -> None:
    indicador = fabricas.IndicadorFactory()
    fijar(indicador, "1")
    with pytest.raises(DatoInvalido, match=f"^Escriba el motivo para fijar {que}: quedará en el historial") as error:
        fijar(indicador, "2", motivo="  ", ahora=minuto(1))
    assert error.value.campo == "motivo"
    assert modelo.objects.get().sustituida_en is None


@DE_UN_INDICADOR
def test_fijar_en_el_pasado_no(fijar: Fijar, modelo: Any, que: str) -> None:
    indicador = fabricas.IndicadorFactory()
    fijar(indicador, "1", ahora=minuto(5))
    with pytest.raises(DatoInvalido, match=f"^El momento es anterior al de la última vez que se fijó {que}\\.$"):
        fijar(indicador, "2", ahora=minuto(4))
    assert modelo.objects.get().valor == 1
    fijar(indicador, "3", ahora=minuto(5))
    assert [m.valor for m in modelo.objects.vigentes(minuto(5))] == [3]


def test_hay_una_linea_base_por_indicador_aunque_cambie_el_anio() -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.linea_base(indicador, "33", anio=2019)
    fabricas.linea_base(indicador, "34", anio=2018, ahora=minuto(1))
    assert [b.anio for b in LineaBase.objects.vigentes(minuto(2))] == [2018]


def test_hay_un_logro_por_anio() -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.logro(indicador, "30", anio=2021)
    fabricas.logro(indicador, "28", anio=2022, ahora=minuto(1))
    vigentes = LogroEsperado.objects.vigentes(minuto(2)).order_by("anio")
    assert [(e.anio, e.version, e.sustituida_en) for e in vigentes] == [(2021, 1, None), (2022, 1, None)]


def test_los_enteros_se_leen_como_enteros() -> None:
    casos = fabricas.IndicadorFactory(unidad=Indicador.Unidad.NUMERO)
    assert fabricas.logro(casos, "1.234").valor == 1234


# Umbrales


def umbrales(verde: Any, amarillo: Any, **datos: Any) -> Umbral:
    omisiones: dict[str, Any] = {"motivo": "x", "ahora": AHORA}
    omisiones |= {"por": datos["por"] if "por" in datos else fabricas.persona(fabricas.Rol.ADMINISTRADOR)}
    return acciones.fijar_umbrales(verde=verde, amarillo=amarillo, **(omisiones | datos))


def test_los_umbrales_cambian_por_versiones(personas: SimpleNamespace) -> None:
    norma = fabricas.NormaFactory()
    umbrales(Decimal(95), Decimal(75), por=personas.administrador)
    umbrales(Decimal("90.5"), Decimal(60), por=personas.superusuario, norma=norma, ahora=minuto(1))
    assert intervalos(Umbral) == [(1, AHORA, minuto(1)), (2, minuto(1), None)]
    nuevo = Umbral.objects.get(version=2)
    assert (nuevo.verde, nuevo.amarillo, nuevo.norma) == (Decimal("90.5"), 60, norma)
    assert (nuevo.publicada_por, nuevo.motivo_cambio) == (personas.superusuario, "x")


def test_los_umbrales_extremos() -> None:
    assert umbrales(Decimal(100), Decimal("0.01")).version == 1


@pytest.mark.parametrize(("verde", "amarillo"), [(95, 0), (95, 95), (75, 95), (100.01, 75), (95, -1)])
def test_umbrales_que_no_ordenan(verde: float, amarillo: float) -> None:
    with pytest.raises(DatoInvalido, match=r"^Los umbrales deben cumplir 0 < amarillo < verde ≤ 100\.$") as error:
        umbrales(Decimal(str(verde)), Decimal(str(amarillo)))
    assert error.value.campo == "verde"
    assert not Umbral.objects.exists()


def test_los_umbrales_exigen_motivo() -> None:
    with pytest.raises(DatoInvalido, match=r"^Escriba el motivo para fijar los umbrales"):
        umbrales(Decimal(95), Decimal(75), motivo="")
    assert not Umbral.objects.exists()


def test_los_umbrales_no_se_fijan_en_el_pasado() -> None:
    umbrales(Decimal(95), Decimal(75), ahora=minuto(1))
    with pytest.raises(DatoInvalido, match=r"^El momento es anterior al de la última vez que se fijó los umbrales"):
        umbrales(Decimal(90), Decimal(75), ahora=minuto(0))
    assert Umbral.objects.get().sustituida_en is None


@pytest.mark.parametrize("verde", [95.0, Decimal("NaN"), Decimal("Infinity"), "95"])
def test_los_umbrales_son_decimales_exactos(personas: SimpleNamespace, verde: Any) -> None:
    with pytest.raises(DatoInvalido, match="0 < amarillo < verde ≤ 100"):
        acciones.fijar_umbrales(por=personas.administrador, verde=verde, amarillo=Decimal(75), motivo="x")
