"""Los hechos que se reúnen: solo lo oficial, solo lo conocido al corte, en un número fijo de consultas."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicadores.calculo.tipos import Caracter
from indicadores.lectura import catalogo
from indicadores.models import Ambito
from objetivos.models import ObjetivoPrioritario
from penitenciaria.informe.cifras import comparar
from penitenciaria.informe.contenido import Informe, a_json_canonico, cifras, reunir
from penitenciaria.informe.hechos import Cifra, Que
from tests.fabricas import IndicadorFactory, logro, publicada

CORTE = date(2021, 6, 30)


@pytest.fixture
def informe(politica_cargada: Any) -> Informe:
    return reunir(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en)


def de(lista: tuple[Cifra, ...], codigo: str, que: Que) -> dict[str, Decimal | None]:
    return {cifra.periodo: cifra.valor for cifra in lista if cifra.codigo == codigo and cifra.que is que}


def test_reune_la_politica_y_sus_objetivos(informe: Informe) -> None:
    assert informe.encabezado.politica == "Política Nacional Penitenciaria al 2030"
    assert informe.encabezado.norma == "Decreto Supremo N° 011-2020-JUS"
    assert informe.encabezado.fecha_de_la_norma == "25 de setiembre de 2020"
    assert [objetivo.codigo for objetivo in informe.objetivos] == [f"OP.0{n}" for n in range(1, 7)]
    assert [len(objetivo.medidas) for objetivo in informe.objetivos] == [2, 2, 2, 3, 2, 2]
    assert [len(objetivo.servicios) for objetivo in informe.objetivos] == [1, 4, 3, 1, 2, 2]
    assert (informe.cuentas.total, informe.cuentas.con_medicion, informe.cuentas.comparables) == (13, 6, 1)
    assert [objetivo.codigo for objetivo in informe.objetivos if objetivo.priorizado] == ["OP.01", "OP.02"]
    assert len(informe.alternativas) == 6


def test_las_cifras_de_un_indicador(informe: Informe) -> None:
    todas = cifras(informe)
    assert de(todas, "OP.01-I2", Que.LINEA_BASE) == {"2019": None}
    assert de(todas, "OP.01-I2", Que.VALOR) == {"2020": Decimal(37), "2021-03": Decimal(35)}
    assert de(todas, "OP.01-I2", Que.NUMERADOR) == {"2021-03": Decimal(30326)}
    assert de(todas, "OP.01-I2", Que.LOGRO_ESPERADO) == {"2021": Decimal(30)}
    assert de(todas, "OP.01-I2", Que.CAMBIO) == {"2020/2021-03": Decimal(-2)}
    assert de(todas, "OP.01-I2", Que.AVANCE_TIPO_I) == {"2021": Decimal("85.714286")}
    assert de(todas, "OP.01-I2", Que.AVANCE_TIPO_II) == {"2021": None}
    [sin_base] = [cifra for cifra in todas if cifra.codigo == "OP.01-I2" and cifra.que is Que.LINEA_BASE]
    assert sin_base.motivo == "no_consta"


def test_nada_referencial_ni_posterior_al_corte(informe: Informe) -> None:
    datos = [dato for medida in informe.medidas for dato in medida.datos]
    assert datos
    assert all(dato.caracter is Caracter.OFICIAL and dato.periodo.fin <= CORTE for dato in datos)
    assert all(dato.ambito == "PE" for dato in datos)
    assert "2024" not in a_json_canonico(informe).replace(str(informe.a_la_fecha.date()), "")
    assert [paso.titulo for paso in informe.ruta if not paso.cumplido] == ["Comentarios del CEPLAN al PEM"]


def test_al_cierre_de_2020_no_se_conocia_nada_de_2021(politica_cargada: Any) -> None:
    previo = reunir(anio=2020, corte=date(2020, 12, 31), a_la_fecha=politica_cargada.cargada_en)
    assert previo.servicios == ()
    assert previo.alternativas == ()
    assert previo.relato.texto == ""
    assert not any(objetivo.priorizado for objetivo in previo.objetivos)
    assert not any("2021" in medida.limitaciones for medida in previo.medidas)
    assert previo.anterior is None
    assert [paso.titulo for paso in previo.ruta] == ["Publicación de la política"]


def test_en_2024_ya_consta_la_aprobacion_del_plan(politica_cargada: Any) -> None:
    informe = reunir(anio=2024, corte=date(2024, 12, 31), a_la_fecha=politica_cargada.cargada_en)
    assert informe.alternativas[0].estado == "atendida"
    assert informe.alternativas[0].norma == "Decreto Supremo N° 003-2024-JUS"
    assert "Decreto Supremo N° 003-2024-JUS" in [norma.nombre for norma in informe.normas]


def test_se_compara_con_el_cierre_del_anio_previo(informe: Informe) -> None:
    assert informe.anterior is not None
    assert informe.anterior.corte == date(2020, 12, 31)
    distintas = comparar(informe.anterior.cifras, cifras(informe))
    assert [(una.antes, una.ahora and una.ahora.valor) for una in distintas] == [
        (None, Decimal(valor)) for valor in (35, 38, 715, 0, 15, 3)
    ]
    assert comparar(cifras(informe), cifras(informe)) == ()


def test_una_cifra_corregida_figura_como_cambio() -> None:
    antes, ahora = (Cifra("OP.01", "OP.01-I2", Que.VALOR, "2020", Decimal(valor), "%", 1) for valor in ("37", "36.9"))
    [una] = comparar([antes], [ahora])
    assert (una.antes, una.ahora) == (antes, ahora)
    [una] = comparar([antes], [])
    assert una.ahora is None


def test_antes_de_publicar_no_hay_cifras(politica_cargada: Any) -> None:
    informe = reunir(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en - timedelta(days=1))
    assert not informe.hay_publicaciones
    assert all(not medida.datos for medida in informe.medidas)


def test_las_cifras_citadas_tienen_su_fuente_y_sus_normas(informe: Informe) -> None:
    assert [fuente.nombre for fuente in informe.fuentes] == [
        "INPE, Informe Estadístico, marzo de 2021",
        "Reporte de cumplimiento de la Política Nacional Penitenciaria al 2030, 2021",
    ]
    numeros = " ".join(norma.nombre for norma in informe.normas)
    for numero in ("011-2020-JUS", "004-2020-JUS", "1459", "1513", "1514", "050-2020", "01-2021", "04007-2015"):
        assert numero in numeros
    assert "003-2024" not in numeros


def test_el_json_es_siempre_el_mismo_y_no_lleva_flotantes(politica_cargada: Any, informe: Informe) -> None:
    texto = a_json_canonico(informe)
    assert texto == a_json_canonico(reunir(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en))

    def prohibido(numero: str) -> None:
        raise AssertionError(f"{numero} es un flotante")

    datos = json.loads(texto, parse_float=prohibido)
    assert texto == json.dumps(datos, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    assert {"codigo": "OP.04-I3", "valor": "34.9"}.items() <= next(
        cifra for cifra in datos["cifras"] if cifra["codigo"] == "OP.04-I3" and cifra["que"] == "valor"
    ).items()
    assert len(datos["cifras"]) == len(cifras(informe))


def test_las_consultas_no_crecen_con_los_datos(politica_cargada: Any) -> None:
    ahora = politica_cargada.cargada_en + timedelta(days=1)

    def consultas(a_la_fecha: datetime) -> int:
        with CaptureQueriesContext(connection) as hechas:
            reunir(anio=2021, corte=CORTE, a_la_fecha=a_la_fecha)
        return len(hechas)

    antes = consultas(ahora)
    pais = Ambito.objects.get(codigo=Ambito.NACIONAL)
    objetivo = ObjetivoPrioritario.objects.get(codigo="OP.06")
    for n in range(20):
        nuevo = IndicadorFactory(objetivo=objetivo, codigo=f"OP.06-X{n}")
        publicada(indicador=nuevo, periodo="2021-Q1", valor=Decimal(n), ambito=pais, ahora=ahora)
        logro(nuevo, Decimal(5), ahora=ahora)
    assert consultas(ahora) == antes
    assert antes <= 45


def test_el_corte_debe_ser_del_anio(politica_cargada: Any) -> None:
    with pytest.raises(ValueError, match="no es de 2020"):
        reunir(anio=2020, corte=CORTE, a_la_fecha=politica_cargada.cargada_en)


@pytest.mark.django_db
def test_sin_politica_no_hay_de_que_informar() -> None:
    assert not catalogo().exists()
    with pytest.raises(LookupError, match="ninguna política"):
        reunir(anio=2021, corte=CORTE, a_la_fecha=timezone.now())
