"""Qué se acepta como cifra al registrarla, y con qué frase se rechaza lo demás."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from indicadores import acciones
from indicadores.acciones import DatoInvalido
from indicadores.calculo.tipos import MOTIVOS_DECLARABLES
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.fabricas import AHORA

pytestmark = pytest.mark.django_db
Unidad = Indicador.Unidad
DURO = "\N{NO-BREAK SPACE}"


def guardada(**datos: Any) -> Medicion:
    return Medicion.objects.get(pk=fabricas.borrador(**datos).pk)


def rechazo(**datos: Any) -> DatoInvalido:
    """El rechazo de registrar eso; comprueba de paso que no quedó nada escrito."""
    cuantas = Medicion.objects.count()
    with pytest.raises(DatoInvalido) as error:
        fabricas.borrador(**datos)
    assert Medicion.objects.count() == cuantas
    return error.value


def test_lo_no_dicho_toma_su_valor_por_omision(personas: SimpleNamespace) -> None:
    fabricas.AmbitoFactory()
    indicador = fabricas.IndicadorFactory()
    nueva = acciones.registrar(por=personas.analista, indicador=indicador, periodo="2021-s1", valor="7", ahora=AHORA)
    nueva.refresh_from_db()
    assert (nueva.periodo, nueva.inicio, nueva.fin) == ("2021-S1", date(2021, 1, 1), date(2021, 6, 30))
    assert (nueva.ambito.codigo, nueva.sexo, nueva.caracter, nueva.situacion) == ("PE", "T", "oficial", "definitiva")
    assert (nueva.etapa, nueva.version, nueva.testigo, nueva.reservada) == ("borrador", 1, 1, False)
    assert (nueva.registrada_por, nueva.registrada_en) == (personas.analista, AHORA)
    assert (nueva.enviada_por, nueva.publicada_por, nueva.publicada_en, nueva.corrige) == (None, None, None, None)
    assert (nueva.numerador, nueva.denominador, nueva.fuente, nueva.motivo_ausencia) == (None, None, None, "")


def test_sin_ahora_se_usa_el_reloj() -> None:
    antes = datetime.now(UTC)
    nueva = fabricas.borrador(ahora=None)
    assert antes <= nueva.registrada_en <= datetime.now(UTC)
    assert nueva.sucesos.get().en == nueva.registrada_en


def test_el_momento_debe_llevar_zona() -> None:
    error = rechazo(ahora=datetime(2022, 6, 15))
    assert (str(error), error.campo) == ("El momento debe llevar zona horaria.", "ahora")


# El valor


@pytest.mark.parametrize("escrito", ["34,9", "34.9", " 34,90 ", "34,9 %", Decimal("34.9"), Decimal("34.9000")])
def test_con_coma_o_con_punto_es_la_misma_cifra(escrito: Any) -> None:
    assert guardada(valor=escrito).valor == Decimal("34.9")


@pytest.mark.parametrize(
    ("unidad", "escrito", "valor"),
    [
        (Unidad.PORCENTAJE, 0, "0"),
        (Unidad.PORCENTAJE, "100", "100"),
        (Unidad.PORCENTAJE, "0,0001", "0.0001"),
        (Unidad.NUMERO, "1.234", "1234"),
        (Unidad.CANTIDAD, "30 326", "30326"),
        (Unidad.NUMERO, Decimal("5.000"), "5"),
        (Unidad.RATIO, "1.234,5", "1234.5"),
        (Unidad.INDICE, "99999999999,9999", "99999999999.9999"),
        (Unidad.TASA_DE_VARIACION, "-3,5", "-3.5"),
        (Unidad.TASA, "250", "250"),
    ],
)
def test_valores_que_se_aceptan(unidad: str, escrito: Any, valor: str) -> None:
    assert guardada(indicador=fabricas.IndicadorFactory(unidad=unidad), valor=escrito).valor == Decimal(valor)


@pytest.mark.parametrize(
    ("unidad", "escrito", "frase"),
    [
        (Unidad.PORCENTAJE, 34.9, "El valor debe ser un número decimal exacto, no uno de coma flotante."),
        (Unidad.PORCENTAJE, True, "El valor debe ser un número decimal exacto, no uno de coma flotante."),
        (Unidad.PORCENTAJE, Decimal("NaN"), "El valor debe ser un número finito."),
        (Unidad.PORCENTAJE, Decimal("Infinity"), "El valor debe ser un número finito."),
        (Unidad.RATIO, Decimal("0.00001"), "El valor admite hasta 11 cifras enteras y 4 decimales."),
        (Unidad.RATIO, Decimal(10**11), "El valor admite hasta 11 cifras enteras y 4 decimales."),
        (Unidad.RATIO, Decimal("1e40"), "El valor admite hasta 11 cifras enteras y 4 decimales."),
        (Unidad.RATIO, 10**40, "El valor admite hasta 11 cifras enteras y 4 decimales."),
        (Unidad.PORCENTAJE, "100,0001", "El valor 100,0001 % pasa de 100 %. Escriba un porcentaje entre 0 y 100."),
        (
            Unidad.PORCENTAJE,
            "-1",
            "El valor −1 es negativo y un indicador de porcentaje no puede serlo. Revise el signo.",
        ),
        (
            Unidad.NUMERO,
            Decimal("2.5"),
            "El valor 2,5 tiene decimales y este indicador se cuenta en unidades enteras.",
        ),
        (Unidad.RATIO, "1.234", "«1.234» es ambiguo: escriba «1234» si el punto separa millares o «1,234» si separa"),
        (Unidad.RATIO, "mucho", "«mucho» no es un número. Escriba, por ejemplo, «34,9»."),
        (Unidad.RATIO, "", "Falta el número."),
    ],
)
def test_valores_que_se_rechazan(unidad: str, escrito: Any, frase: str) -> None:
    error = rechazo(indicador=fabricas.IndicadorFactory(unidad=unidad), valor=escrito)
    assert str(error).startswith(frase)
    assert error.campo == "valor"


# Las cantidades


@pytest.mark.parametrize(
    ("numerador", "denominador", "valor"),
    [
        (1, 3, "33.3333"),
        (2, 3, "66.6667"),
        (1, 8, "12.5"),
        (1, 32_000, "0.0031"),  # 0,003125
        (1, 80_000, "0.0013"),  # 0,00125: la mitad, hacia arriba
        (0, 5, "0"),
        (5, 5, "100"),
        (36_147, 66_497, "54.3588"),
    ],
)
def test_un_porcentaje_se_calcula_con_cuatro_decimales(numerador: int, denominador: int, valor: str) -> None:
    nueva = guardada(valor=None, numerador=numerador, denominador=denominador)
    assert nueva.valor == Decimal(valor)
    assert (nueva.numerador, nueva.denominador) == (numerador, denominador)


def test_el_valor_dicho_prevalece_sobre_las_cantidades() -> None:
    assert guardada(valor="35", numerador=30_326, denominador=None).valor == 35
    assert guardada(valor="34,9", numerador=349, denominador=1001).valor == Decimal("34.9")


def test_solo_un_porcentaje_se_calcula() -> None:
    ratio = fabricas.IndicadorFactory(unidad=Unidad.RATIO)
    assert rechazo(indicador=ratio, valor=None, numerador=1, denominador=2).campo == "valor"


@pytest.mark.parametrize(
    "cantidades", [{"numerador": 0, "denominador": 0}, {"numerador": 3}, {"denominador": 3}, {}], ids=str
)
def test_sin_cantidades_suficientes_falta_el_valor(cantidades: dict[str, int]) -> None:
    error = rechazo(valor=None, **cantidades)
    assert str(error) == "Escriba el valor o, si no existe, elija el motivo de su ausencia."
    assert error.campo == "valor"


def test_el_numerador_no_pasa_del_denominador_en_un_porcentaje() -> None:
    error = rechazo(valor=None, numerador=11, denominador=10)
    assert str(error) == "El numerador es mayor que el denominador: el porcentaje pasaría de 100 %."
    assert error.campo == "numerador"
    assert rechazo(valor="50", numerador=11, denominador=10).campo == "numerador"
    ratio = fabricas.IndicadorFactory(unidad=Unidad.RATIO)
    assert guardada(indicador=ratio, valor="1,1", numerador=11, denominador=10).numerador == 11


@pytest.mark.parametrize("cantidad", [-1, 10**12 + 1, 2.5, 3.0, True, "3"])
@pytest.mark.parametrize("campo", ["numerador", "denominador"])
def test_las_cantidades_son_enteros_no_negativos(campo: str, cantidad: Any) -> None:
    error = rechazo(**{campo: cantidad})
    assert str(error) == f"El {campo} debe ser un entero entre 0 y un billón."
    assert error.campo == campo


def test_las_cantidades_admiten_sus_extremos() -> None:
    nueva = guardada(numerador=0, denominador=10**12)
    assert (nueva.numerador, nueva.denominador) == (0, 10**12)


# La ausencia


@pytest.mark.parametrize("motivo", MOTIVOS_DECLARABLES)
def test_una_ausencia_se_declara_con_su_motivo(motivo: str) -> None:
    nueva = guardada(motivo_ausencia=motivo, texto_ausencia="Porque sí", fecha_compromiso=date(2023, 1, 1))
    assert (nueva.valor, nueva.motivo_ausencia, nueva.texto_ausencia) == (None, motivo, "Porque sí")
    assert nueva.fecha_compromiso == date(2023, 1, 1)


@pytest.mark.parametrize("motivo", ["pocas_personas", "sin_medicion", "sin_linea_base", "inventado"])
def test_los_motivos_que_deduce_el_portal_no_se_declaran(motivo: str) -> None:
    error = rechazo(motivo_ausencia=motivo)
    assert (str(error), error.campo) == (f"«{motivo}» no es un motivo de ausencia conocido.", "motivo_ausencia")


def test_un_valor_y_una_ausencia_a_la_vez_no() -> None:
    error = rechazo(valor="0", motivo_ausencia="no_medido")
    assert str(error) == "Hay un valor y también un motivo de ausencia. Deje uno solo de los dos."
    assert error.campo == "motivo_ausencia"


def test_una_ausencia_no_se_calcula_aunque_haya_cantidades() -> None:
    nueva = guardada(valor=None, motivo_ausencia="no_aplica", numerador=0, denominador=4)
    assert nueva.valor is None


def test_un_valor_no_lleva_fecha_de_compromiso() -> None:
    error = rechazo(valor="1", fecha_compromiso=date(2023, 1, 1))
    assert str(error) == "La fecha de compromiso solo acompaña a un valor ausente."
    assert error.campo == "fecha_compromiso"


# El periodo


@pytest.mark.parametrize("periodo", ["1990", "2021", "2021-S2", "2022-Q1", "2022-05"])
def test_periodos_terminados(periodo: str) -> None:
    assert guardada(periodo=periodo).periodo == periodo


@pytest.mark.parametrize(
    ("periodo", "nombre", "fin"),
    [
        ("2022", "2022", "31 de diciembre de 2022"),
        ("2022-S1", "primer semestre de 2022", "30 de junio de 2022"),
        ("2022-Q2", "segundo trimestre de 2022", "30 de junio de 2022"),
        ("2022-06", "junio de 2022", "30 de junio de 2022"),
        ("2030", "2030", "31 de diciembre de 2030"),
    ],
)
def test_un_periodo_sin_terminar_o_futuro_no_se_registra(periodo: str, nombre: str, fin: str) -> None:
    error = rechazo(periodo=periodo)
    assert error.campo == "periodo"
    assert str(error) == (
        f"El periodo {nombre} termina el {fin} y hoy es 15 de junio de 2022: aún no puede medirse completo. "
        "Registre el último mes, trimestre o semestre terminado."
    )


def test_el_dia_es_el_de_lima() -> None:
    """A las 04:59 UTC del 30 de junio en Lima todavía es 29; a las 05:00 ya es 30, el último día del periodo."""
    assert rechazo(periodo="2022-06", ahora=datetime(2022, 6, 30, 4, 59, tzinfo=UTC)).campo == "periodo"
    assert guardada(periodo="2022-06", ahora=datetime(2022, 6, 30, 5, 0, tzinfo=UTC)).periodo == "2022-06"


@pytest.mark.parametrize(
    "periodo", ["", "21", "2021-13", "2021-S3", "2021-Q5", "2021-1", "marzo de 2021", "2021-03-31"]
)
def test_lo_que_no_es_un_periodo(periodo: str) -> None:
    error = rechazo(periodo=periodo)
    assert str(error).startswith(f"«{periodo}» no es un periodo. Escriba un año (2021)")
    assert error.campo == "periodo"


def test_un_periodo_de_otro_siglo() -> None:
    error = rechazo(periodo="1989")
    assert (str(error), error.campo) == ("El periodo es anterior a 1990. Revise el año.", "periodo")


@pytest.mark.parametrize(
    ("campo", "frase"),
    [
        ("sexo", "«X» no se admite; use T o H o M."),
        ("caracter", "«X» no se admite; use oficial o referencial."),
        ("situacion", "«X» no se admite; use preliminar o definitiva."),
    ],
)
def test_las_opciones_cerradas(campo: str, frase: str) -> None:
    error = rechazo(**{campo: "X"})
    assert (str(error), error.campo) == (frase, campo)


# Los duplicados


@pytest.mark.parametrize("etapa", ["borrador", "en_revision", "observada"])
def test_con_una_abierta_no_se_crea_otra(personas: SimpleNamespace, etapa: str) -> None:
    abierta = fabricas.en_etapa(etapa, por=personas.analista, valor="34,9")
    error = rechazo(indicador=abierta.indicador, valor="50")
    assert error.campo == "periodo"
    assert str(error) == (
        f"Ya hay una medición «{abierta.get_etapa_display()}» de {abierta.indicador.codigo}, 2020, Perú, "
        f"registrada por ana: 34,9{DURO}%. Ábrala en lugar de crear otra."
    )


def test_con_una_publicada_se_corrige_y_no_se_crea_otra() -> None:
    vigente = fabricas.publicada(valor="34,9")
    error = rechazo(indicador=vigente.indicador, valor="50")
    assert error.campo == "periodo"
    assert str(error) == (
        f"Ya hay un valor publicado de {vigente.indicador.codigo}, 2020, Perú: 34,9{DURO}%. "
        "Para cambiarlo use «Corregir»."
    )


@pytest.mark.parametrize("etapa", ["retirada", "descartada"])
def test_una_retirada_o_descartada_deja_registrar_de_nuevo(etapa: str) -> None:
    anterior = fabricas.en_etapa(etapa)
    nueva = fabricas.borrador(indicador=anterior.indicador)
    assert nueva.version == (2 if etapa == "retirada" else 1)


@pytest.mark.parametrize(
    "distinto",
    [{"periodo": "2021"}, {"sexo": "H"}, {"caracter": "referencial"}, {"periodo": "2020-S2"}, {"ambito": "otro"}],
    ids=str,
)
def test_otra_clave_es_otra_cifra(distinto: dict[str, Any]) -> None:
    una = fabricas.publicada()
    if "ambito" in distinto:
        distinto = {"ambito": fabricas.OficinaFactory()}
    assert fabricas.borrador(indicador=una.indicador, **distinto).version == 1


def test_la_situacion_no_distingue_la_clave() -> None:
    una = fabricas.publicada(situacion="preliminar")
    assert rechazo(indicador=una.indicador, situacion="definitiva").campo == "periodo"


def test_el_duplicado_nombra_el_ambito() -> None:
    oficina = fabricas.OficinaFactory()
    una = fabricas.borrador(ambito=oficina)
    error = rechazo(indicador=una.indicador, ambito=oficina)
    assert re.search(f", 2020, {oficina.nombre}, ", str(error))
