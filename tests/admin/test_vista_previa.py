"""La vista previa dice lo mismo que después publica el portal, porque lo calcula el mismo núcleo."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicadores import acciones
from indicadores.admin.vista_previa import leer_consulta, ver
from indicadores.lectura import catalogo, leer_indicadores
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, direccion, texto

Sentido = Indicador.Sentido


@pytest.mark.parametrize(
    ("sentido", "base", "logro", "valor", "periodo"),
    [
        (Sentido.DESCENDENTE, 37, 30, "35", "2021"),
        (Sentido.DESCENDENTE, 37, 30, "39.18", "2021-03"),
        (Sentido.DESCENDENTE, None, 30, "0", "2021"),
        (Sentido.ASCENDENTE, 33, 35, "33", "2021"),
        (Sentido.ASCENDENTE, Decimal("1.3"), 8, "1,3", "2021-S1"),
        (Sentido.ASCENDENTE, 33, None, "34,9", "2021"),
        (Sentido.NO_DEFINIDO, None, None, "12", "2021"),
    ],
)
def test_es_el_avance_que_despues_se_publica(
    sentido: str, base: Any, logro: Any, valor: str, periodo: str, gente: dict[str, User], entrar: Entrar
) -> None:
    fabricas.AmbitoFactory()
    indicador = fabricas.IndicadorFactory(sentido=sentido)
    fabricas.linea_base(indicador, base, ahora=ANTES)
    fabricas.logro(indicador, logro, ahora=ANTES)
    ahora = timezone.now()
    vista = ver(leer_consulta({"indicador": indicador.pk, "periodo": periodo, "valor": valor}), ahora=ahora)

    fabricas.publicada(indicador=indicador, periodo=periodo, valor=valor, ahora=ANTES)
    leido = leer_indicadores(catalogo(), corte=date(2021, 12, 31), a_la_fecha=timezone.now())[0].evaluacion.avance
    assert vista.avance is not None
    for campo in ("anio", "tipo_i", "motivo", "tipo_ii", "motivo_tipo_ii", "semaforo", "parcial", "brecha"):
        assert getattr(vista.avance, campo) == getattr(leido, campo), campo
    assert ("se_repite" in {aviso.codigo for aviso in vista.avisos}) is leido.se_repite


def test_el_fragmento_trae_unidad_referencias_y_resultado(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    fuente = fabricas.FuenteFactory(nombre="Informe del INPE")
    fabricas.publicada(indicador=indicador, periodo="2020", valor=Decimal(37), fuente=fuente, ahora=ANTES)
    parametros = {"indicador": indicador.pk, "periodo": "2021", "valor": "35"}
    pagina = texto(entrar(gente["Funcionario"]).get(direccion("vista_previa"), parametros))
    for dicho in ("porcentaje (%)", "2020, Informe del INPE", "Línea base", "Logro esperado de 2021", "30 %"):
        assert dicho in pagina
    for resultado in ("Con <b>35 %</b>, avance de 2021", "▲", "en riesgo", "85,7 %", "28,6 %"):
        assert resultado in pagina
    assert "<html" not in pagina


def avisos(respuesta: Any) -> set[str]:
    return {aviso.codigo for aviso in respuesta.context["vista"].avisos}


@pytest.mark.parametrize(
    ("cambios", "esperados"),
    [
        ({"periodo": "2021", "valor": "36"}, set()),
        ({"periodo": "2021", "valor": "38"}, {"se_repite"}),
        ({"periodo": "2021-03", "valor": "36"}, {"parcial"}),
        ({"periodo": "2020", "valor": "36"}, {"duplicado"}),
        ({"periodo": "2020-S1", "valor": "36"}, {"parcial", "no_decide"}),
        ({"periodo": "2021", "valor": "36", "numerador": "35", "denominador": "100"}, {"no_concuerda"}),
        ({"periodo": "2021", "valor": "35", "numerador": "349", "denominador": "1000"}, set()),
        ({"periodo": "2021", "valor": "36", "sexo": "M", "denominador": "9"}, {"pocas_personas"}),
        ({"periodo": "2020", "valor": "36", "caracter": "referencial"}, set()),
    ],
)
def test_avisa_sin_impedir(
    cambios: dict[str, str], esperados: set[str], gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    fabricas.publicada(indicador=indicador, periodo="2020", valor=Decimal(38), ahora=ANTES)
    respuesta = entrar(gente["Analista"]).get(direccion("vista_previa"), {"indicador": indicador.pk} | cambios)
    assert avisos(respuesta) == esperados


@pytest.mark.parametrize(
    ("cambios", "frase"),
    [
        ({"valor": "34,9,9"}, "«34,9,9» no es un número"),
        ({"valor": "140"}, "pasa de 100 %"),
        ({"periodo": "mañana"}, "«mañana» no es un periodo"),
        ({"numerador": "x"}, "«x» no es un número"),
        ({"indicador": "999999"}, "Elija el indicador"),
        ({"indicador": "uno"}, "Elija el indicador"),
        ({"caracter": "referencial"}, "no entra en el avance"),
        ({"caracter": "otro", "sexo": "X", "ambito": "nada"}, "85,7 %"),
        ({"valor": "", "motivo_ausencia": "no_medido"}, "todavía no se ha medido"),
        ({"valor": "", "motivo_ausencia": "inventado"}, "Logro esperado"),
        ({"valor": "", "numerador": "35", "denominador": "100"}, "Numerador entre denominador: <b>35 %</b>"),
        ({"numerador": "9", "denominador": "0"}, "85,7 %"),
    ],
)
def test_lo_incompleto_o_mal_escrito_tambien_se_contesta(
    cambios: dict[str, str], frase: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    parametros = {"indicador": indicador.pk, "periodo": "2021", "valor": "35"} | cambios
    respuesta = entrar(gente["Analista"]).get(direccion("vista_previa"), parametros)
    assert respuesta.status_code == 200
    assert frase in texto(respuesta)


def test_lo_escrito_no_entra_como_codigo(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    parametros = {"indicador": indicador.pk, "periodo": "2021", "valor": "<script>alert(1)</script>"}
    assert b"<script>" not in entrar(gente["Analista"]).get(direccion("vista_previa"), parametros).content


def test_las_consultas_no_crecen_con_las_mediciones(indicador: Indicador) -> None:
    def cuantas() -> int:
        consulta = leer_consulta({"indicador": indicador.pk, "periodo": "2021", "valor": "35"})
        with CaptureQueriesContext(connection) as consultas:
            ver(consulta, ahora=timezone.now())
        return len(consultas)

    for anio in range(2010, 2013):
        fabricas.publicada(indicador=indicador, periodo=str(anio), valor=Decimal(anio - 1990), ahora=ANTES)
    con_tres = cuantas()
    for mes in range(1, 13):
        fabricas.publicada(indicador=indicador, periodo=f"2013-{mes:02}", valor=Decimal(mes), ahora=ANTES)
    assert cuantas() == con_tres


def test_al_corregir_avisa_que_sustituye(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    vigente = fabricas.publicada(indicador=indicador, periodo="2021", valor=Decimal(36), ahora=ANTES)
    cliente = entrar(gente["Analista"])
    respuesta = cliente.get(direccion("vista_previa"), {"medicion": vigente.pk, "corrige": "1", "valor": "35"})
    assert avisos(respuesta) == {"sustituye"}
    nueva = acciones.corregir(vigente, por=gente["Analista"], valor=Decimal(35), motivo="Errata", ahora=ANTES)
    assert avisos(cliente.get(direccion("vista_previa"), {"medicion": nueva.pk, "valor": "35"})) == {"sustituye"}
    assert Medicion.objects.count() == 2
