"""La cadena de constancias: se escribe con cada publicación, es una sola, y ninguna alteración pasa inadvertida."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicadores import acciones, constancias
from indicadores.calculo import cadena
from indicadores.models import Constancia, LineaBase, LogroEsperado, Medicion, Suceso, Umbral
from indicadores.models.momentos import ultimos_por_momento
from indicadores.permisos import Rol
from tests import fabricas
from tests.acciones.rotura import rotura
from tests.acciones.test_historia import CAMBIO, CAMBIOS
from tests.fabricas import minuto

# Lo que se escribe


def test_cada_publicacion_retiro_y_revision_deja_su_eslabon(historia: SimpleNamespace) -> None:
    hechos = list(Constancia.objects.order_by("numero").values_list("numero", "clase", "objeto"))
    h = historia
    assert hechos == [
        (1, "publicacion", h.primera.pk),
        (2, "publicacion", h.segunda.pk),
        (3, "publicacion", h.retirada.pk),
        (4, "retiro", h.retirada.pk),
        (5, "linea_base", h.base.pk),
        (6, "logro_esperado", h.logro.pk),
        (7, "logro_esperado", h.otro.pk),
        (8, "umbrales", h.umbral.pk),
    ]
    ultima = Constancia.objects.get(numero=8)
    assert constancias.revisar() == cadena.Revision(8, 8, ultima.huella)
    assert Constancia.objects.get(numero=1).huella_anterior == cadena.ORIGEN


def test_el_canonico_dice_todo_menos_lo_que_va_sellado(historia: SimpleNamespace) -> None:
    una = Constancia.objects.get(numero=2)
    cuerpo = json.loads(una.canonico)
    assert una.canonico == cadena.canonico(cuerpo)
    assert sorted(cuerpo) == ["clase", "datos", "en", "formato", "numero", "objeto", "sellos"]
    assert cuerpo["en"] == "2022-06-15T17:01:00.000000Z"
    datos = cuerpo["datos"]
    assert datos["periodo"] == "2020"
    assert datos["version"] == 2
    assert datos["corrige"] == historia.primera.pk
    assert (datos["cargo_registro"], datos["cargo_publicacion"]) == ("Analista", "Revisor")
    sellado = json.loads(una.sellado)
    assert sellado["cifra"]["valor"] == "41"
    assert sellado["cifra"]["motivo_cambio"] == "Se corrige una errata"
    assert sellado["interno"]["publicada_por"] == historia.segunda.publicada_por_id
    for secreto in ("41", "errata", "valor", "raul", "ana", "solo personal", "publicada_por"):
        assert f'"{secreto}"' not in una.canonico


def test_lo_que_no_se_confirma_no_deja_eslabon(personas: SimpleNamespace) -> None:
    enviada, borrador = fabricas.en_revision(por=personas.analista), fabricas.borrador(por=personas.analista)
    with pytest.raises(acciones.TransicionInvalida):
        acciones.publicar_lote([enviada, borrador], por=personas.revisor)
    assert not Constancia.objects.exists()


@pytest.mark.django_db
def test_un_lote_cuesta_lo_mismo_sea_cual_sea_su_tamano() -> None:
    def consultas(cuantas: int) -> int:
        publicadas = [fabricas.publicada() for _ in range(cuantas)]
        Constancia.objects.all().delete()
        with CaptureQueriesContext(connection) as captura:
            constancias.certificar_publicaciones(publicadas)
        assert Constancia.objects.count() == cuantas
        return len(captura)

    assert consultas(2) == consultas(20) <= 6


# El último que había a una fecha


@pytest.mark.django_db
def test_el_ultimo_a_una_fecha_cuenta_a_quien_espero_su_turno() -> None:
    """Quien toma la hora antes puede entrar después en la cadena: con él se ve todo lo que regía."""
    assert constancias.momento_del_ultimo(minuto(9)) is None
    tomadas = (0, 5, 9, 3, 3, 12)
    publicadas = [fabricas.publicada(ahora=minuto(tomada)) for tomada in tomadas]
    assert list(Constancia.objects.values_list("objeto", flat=True)) == [una.pk for una in publicadas]
    for a_las in range(14):
        numeradas = enumerate(tomadas, 1)
        assert constancias.ultimo_eslabon(minuto(a_las))[0] == max(n for n, tomada in numeradas if tomada <= a_las)
    assert ultimos_por_momento(minuto(9), 2) == [5, 3]
    assert constancias.ultimo_eslabon(minuto(-1)) == (0, cadena.ORIGEN)


@pytest.mark.django_db
def test_hallarlo_no_recorre_la_cadena() -> None:
    for tomada in range(4):
        fabricas.publicada(ahora=minuto(tomada))
    with CaptureQueriesContext(connection) as captura:
        assert constancias.ultimo_eslabon(minuto(1))[0] == 2
    assert len(captura) == 3
    if connection.vendor == "sqlite":
        planes = [connection.cursor().execute(f"EXPLAIN QUERY PLAN {una['sql']}") for una in captura.captured_queries]
        dichos = " ".join(str(plan) for uno in planes for plan in uno.fetchall())
        assert "constancia_por_momento" in dichos
        assert "TEMP B-TREE" not in dichos


# Lo que se sella


def test_una_celda_reservada_no_se_abre_y_la_cadena_se_comprueba_igual(
    historia: SimpleNamespace, tmp_path: Path
) -> None:
    abiertas = [json.loads(linea) for linea in constancias.lineas_publicas()]
    assert json.loads(abiertas[1]["cifra"])["valor"] == "41"
    antes = abiertas[1]["canonico"]
    Medicion.objects.filter(pk__in=[historia.segunda.pk, historia.retirada.pk]).update(reservada=True)
    lineas = list(constancias.lineas_publicas())
    reservadas = [json.loads(linea) for linea in lineas]
    for numero in (2, 3, 4):
        assert reservadas[numero - 1]["cifra"] is None
        assert reservadas[numero - 1]["sal"] is None
    assert json.loads(reservadas[0]["cifra"])["valor"] == "40"
    assert reservadas[1]["canonico"] == antes
    assert all("interno" not in json.dumps({**r, "canonico": ""}) for r in reservadas)
    *_, ultima = cadena.revisar_lineas(lineas)
    assert (ultima.eslabones, ultima.rotura) == (8, None)
    assert not rotura()


def test_la_sal_publicada_no_sirve_para_lo_interno(historia: SimpleNamespace) -> None:
    una = Constancia.objects.get(numero=1)
    publica = cadena.linea(una, abierta=True)
    sellos = json.loads(una.canonico)["sellos"]
    interno = cadena.canonico(json.loads(una.sellado)["interno"])
    assert cadena.sellar(publica["sal"], publica["cifra"]) == sellos["cifra"]
    assert cadena.sellar(publica["sal"], interno) != sellos["interno"]
    assert una.secreto not in json.dumps(publica)
    assert len({una.secreto for una in Constancia.objects.all()}) == 8


# Alteraciones de las filas

DE_MEDICION: list[tuple[str, Any]] = [
    ("valor", Decimal("39")),
    ("numerador", 5),
    ("denominador", 11),
    ("periodo", "2018"),
    ("inicio", date(2020, 1, 2)),
    ("fin", date(2020, 12, 30)),
    ("sexo", "H"),
    ("caracter", "referencial"),
    ("situacion", "preliminar"),
    ("notas", "otra cosa"),
    ("version", 9),
    ("motivo_cambio", "otra razón"),
    ("publicada_en", minuto(0.1)),
    ("registrada_en", minuto(-9)),
    ("sustituida_en", minuto(0.5)),
    ("texto_ausencia", "x"),
    ("fecha_compromiso", date(2030, 1, 1)),
]


@pytest.mark.parametrize(("campo", "dato"), DE_MEDICION, ids=[campo for campo, _ in DE_MEDICION])
def test_alterar_una_medicion_se_nombra_con_su_campo(historia: SimpleNamespace, campo: str, dato: Any) -> None:
    Medicion.objects.filter(pk=historia.primera.pk).update(**{campo: dato})
    assert rotura().startswith("Constancia 1: ")
    esperado = "«publicada_en»" if campo == "publicada_en" else f"«{campo}»"
    assert f"el campo {esperado} dice" in rotura()


@pytest.mark.parametrize("campo", ["indicador", "ambito", "fuente", "corrige"])
def test_cambiar_a_que_se_refiere_una_medicion_se_nombra(historia: SimpleNamespace, campo: str) -> None:
    otro = {
        "indicador": fabricas.IndicadorFactory,
        "ambito": fabricas.OficinaFactory,
        "fuente": fabricas.FuenteFactory,
        "corrige": lambda: historia.retirada,
    }[campo]()
    Medicion.objects.filter(pk=historia.primera.pk).update(**{campo: otro})
    assert f"«{campo}{'' if campo == 'corrige' else '_id'}»" in rotura()


@pytest.mark.parametrize("campo", ["registrada_por", "enviada_por", "publicada_por"])
def test_cambiar_quien_fue_se_nombra(historia: SimpleNamespace, campo: str) -> None:
    Medicion.objects.filter(pk=historia.primera.pk).update(**{campo: fabricas.persona()})
    assert rotura().startswith(f"Constancia 1: publicación de la medición {historia.primera.pk}: el campo «{campo}»")


def test_cambiar_un_valor_por_una_ausencia_se_nombra(historia: SimpleNamespace) -> None:
    Medicion.objects.filter(pk=historia.primera.pk).update(valor=None, motivo_ausencia="no_medido")
    assert "dice nada y se certificó «40»" in rotura()


def test_revivir_o_retirar_sin_eslabon_se_nombra(historia: SimpleNamespace) -> None:
    with transaction.atomic():
        Medicion.objects.filter(pk=historia.retirada.pk).update(etapa="publicada", sustituida_en=None)
        assert "el campo «etapa» dice «publicada» y según la cadena es «retirada»" in rotura()
        transaction.set_rollback(True)
    Medicion.objects.filter(pk=historia.segunda.pk).update(etapa="retirada", sustituida_en=minuto(9))
    assert "el campo «etapa» dice «retirada» y según la cadena es «publicada»" in rotura()


@pytest.mark.parametrize(
    ("modelo", "cual", "campo", "dato"),
    [
        (Suceso, "retiro", "motivo", "otra razón"),
        (Suceso, "retiro", "en", minuto(30)),
        (LineaBase, "base", "valor", Decimal(38)),
        (LineaBase, "base", "anio", 2018),
        (LineaBase, "base", "motivo_cambio", "otra"),
        (LogroEsperado, "logro", "valor", Decimal(31)),
        (LogroEsperado, "logro", "sustituida_en", None),
        (LogroEsperado, "otro", "publicada_en", minuto(6.5)),
        (Umbral, "umbral", "verde", Decimal(91)),
        (Umbral, "umbral", "amarillo", Decimal(69)),
    ],
)
def test_alterar_lo_demas_se_nombra(historia: SimpleNamespace, modelo: Any, cual: str, campo: str, dato: Any) -> None:
    if cual == "retiro":
        filas = Suceso.objects.filter(accion="retirar")
    else:
        filas = modelo.objects.filter(pk=getattr(historia, cual).pk)
    if (cual, campo) == ("logro", "sustituida_en"):
        LogroEsperado.objects.filter(pk=historia.otro.pk).update(sustituida_en=minuto(99))
    filas.update(**{campo: dato})
    assert "el campo «" in rotura()
    assert campo in rotura() or campo in ("en", "publicada_en")


@pytest.mark.parametrize("cual", ["otro", "base", "umbral"])
def test_borrar_una_fila_se_nombra(historia: SimpleNamespace, cual: str) -> None:
    getattr(historia, cual).delete()
    assert "falta en la base la fila que certifica" in rotura() or "según la cadena es nada" in rotura()


def test_una_medicion_certificada_no_se_puede_borrar(historia: SimpleNamespace) -> None:
    historia.segunda.sucesos.all().delete()
    with pytest.raises(ProtectedError):
        historia.segunda.delete()
    Constancia.objects.filter(medicion=historia.segunda).update(medicion=None)
    historia.segunda.delete()
    assert rotura().startswith("Constancia 1: ")
    assert "«etapa» dice «sustituida» y según la cadena es «publicada»" in rotura()


def test_publicar_por_fuera_de_los_verbos_se_nombra(historia: SimpleNamespace, personas: SimpleNamespace) -> None:
    intrusa = fabricas.fila(
        historia.primera.indicador,
        "2018",
        ambito=historia.primera.ambito,
        registrada_por=personas.analista,
        publicada_por=personas.revisor,
    )
    intrusa.save()
    assert rotura() == f"No tiene constancia: publicación de la medición {intrusa.pk}."


def test_corregir_el_catalogo_no_rompe_la_cadena(historia: SimpleNamespace) -> None:
    fuente, indicador = historia.primera.fuente, historia.primera.indicador
    fuente.nombre, fuente.url = "Con la tilde que faltaba", "https://otra.pe/"
    fuente.save()
    indicador.nombre = "Otro nombre"
    indicador.save()
    assert not rotura()


# Dos a la vez


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_publicar_y_fijar_a_la_vez_no_bifurca_la_cadena() -> None:
    analista, revisor, jefe = (fabricas.persona(rol) for rol in (Rol.ANALISTA, Rol.REVISOR, Rol.ADMINISTRADOR))
    enviadas = [fabricas.en_revision(por=analista) for _ in range(12)]

    def hacer(n: int) -> None:
        try:
            if n % 3:
                acciones.publicar(enviadas[n], por=revisor)
            else:
                fabricas.logro(enviadas[n].indicador, "30", por=jefe)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as hilos:
        list(hilos.map(hacer, range(12)))
    assert list(Constancia.objects.order_by("numero").values_list("numero", flat=True)) == list(range(1, 13))
    assert constancias.revisar().eslabones == 12
    assert not rotura()


# Cualquier historia

#: Qué se altera después, en cualquiera de las filas que haya: (modelo, campo, cómo).
ALTERACIONES: list[tuple[Any, str, Any]] = [
    (Medicion, "valor", lambda fila: Decimal("99.5")),
    (Medicion, "numerador", lambda fila: 12345),
    (Medicion, "situacion", lambda fila: "preliminar"),
    (Medicion, "motivo_cambio", lambda fila: "otro"),
    (Medicion, "publicada_en", lambda fila: fila.publicada_en - (minuto(1) - minuto(0))),
    (LogroEsperado, "motivo_cambio", lambda fila: "otro"),
    (LogroEsperado, "anio", lambda fila: fila.anio + 40),
    (LineaBase, "anio", lambda fila: 1999),
    (Umbral, "motivo_cambio", lambda fila: "otro"),
    (Suceso, "motivo", lambda fila: "otro"),
    (Constancia, "canonico", lambda fila: fila.canonico.replace("formato", "formata")),
    (Constancia, "huella", lambda fila: "a" * 64),
]


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cambios=st.lists(CAMBIO, min_size=1, max_size=10),
    alteracion=st.sampled_from(ALTERACIONES),
    cual=st.integers(0, 9),
)
def test_cualquier_historia_se_comprueba_y_cualquier_alteracion_se_halla(
    personas: SimpleNamespace, cambios: list[Any], alteracion: tuple[Any, str, Any], cual: int
) -> None:
    with transaction.atomic():
        indicadores = [fabricas.IndicadorFactory(), fabricas.IndicadorFactory(sentido="descendente")]
        for n, (que, de_cual, donde, numero) in enumerate(cambios):
            CAMBIOS[que](personas, indicadores[de_cual], donde, numero, minuto(n))
        assert not rotura()
        modelo, campo, como = alteracion
        filas = modelo.objects.filter(accion="retirar") if modelo is Suceso else modelo.objects.all()
        filas = list((filas.con_version() if modelo is Medicion else filas).order_by("pk"))
        if filas:
            elegida = filas[cual % len(filas)]
            nuevo = {campo: como(elegida)}
            if (modelo, campo) == (Medicion, "valor"):
                nuevo["motivo_ausencia"] = ""
            modelo.objects.filter(pk=elegida.pk).update(**nuevo)
            assert rotura()
        transaction.set_rollback(True)
