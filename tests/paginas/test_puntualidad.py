"""La puntualidad: qué debía publicar cada entidad, y que volver a publicar no rejuvenece una entrega."""

from datetime import date, timedelta
from typing import Any

import pytest

from indicadores import acciones
from indicadores.models import Indicador
from indicadores.permisos import Rol
from objetivos.models import Entidad
from tests.fabricas import (
    AHORA,
    EntidadFactory,
    IndicadorFactory,
    corregida,
    persona,
    publicada,
)
from tests.paginas.conftest import Contar, Leer

pytestmark = pytest.mark.django_db

RUTA = "/entidades/puntualidad/"
AL_MIRAR = {"corte": "2022-06-30", "a_la_fecha": "2022-07-31"}


def trimestral(entidad: Entidad | None, **datos: Any) -> Indicador:
    """Vence a los treinta días; se exige desde el tercer trimestre de 2021."""
    omisiones = {"periodicidad": "trimestral", "dias_de_plazo": 30, "plazo_desde": date(2021, 7, 1)}
    return IndicadorFactory(responsable=entidad, **(omisiones | datos))


def en(dia: date) -> Any:
    return AHORA + timedelta(days=(dia - AHORA.date()).days)


def test_sin_plazos_dice_por_que(leer: Leer) -> None:
    IndicadorFactory()
    pagina = leer(RUTA)
    assert "Todavía no se puede medir la puntualidad." in pagina
    assert "Ningún indicador tiene todavía un plazo de publicación." in pagina


def test_con_plazo_pero_sin_periodo_terminado(leer: Leer) -> None:
    trimestral(EntidadFactory(), plazo_desde=date(2090, 1, 1))
    assert "no tienen, a este corte, ningún periodo terminado" in leer(RUTA)


def test_a_tiempo_tarde_y_sin_entregar(leer: Leer) -> None:
    entidad = EntidadFactory(sigla="INPE", nombre="Instituto")
    indicador = trimestral(entidad, nombre_corto="Hacinamiento")
    publicada(indicador=indicador, periodo="2021-Q3", ahora=en(date(2021, 10, 30)))
    tarde = publicada(indicador=indicador, periodo="2021-Q4", ahora=en(date(2022, 2, 9)))
    corregida(tarde, ahora=en(date(2022, 5, 1)), valor=41)
    pagina = leer(RUTA, **AL_MIRAR)
    assert "1 de 4 cifras exigidas a tiempo." in pagina
    assert "1 se publicó tarde y 2 siguen sin publicarse." in pagina
    assert "Instituto 4 1 1 10 días en promedio 2 92 días" in pagina
    assert "primer trimestre de 2022 30 de abril de 2022 92 días" in pagina
    assert "De 4 cifras exigidas, 1 a tiempo, 1 tarde (10 días en promedio), 2 sin entregar." in leer(
        "/entidades/INPE/", **AL_MIRAR
    )


def test_a_otra_fecha_y_a_otro_corte(leer: Leer) -> None:
    indicador = trimestral(EntidadFactory(nombre="Instituto"))
    publicada(indicador=indicador, periodo="2021-Q3", ahora=en(date(2021, 11, 9)))
    antes = leer(RUTA, corte="2021-12-30", a_la_fecha="2021-11-05")
    assert "0 de 1 cifra exigida a tiempo. 0 se publicaron tarde y 1 sigue sin publicarse." in antes
    despues = leer(RUTA, corte="2021-12-30", a_la_fecha="2022-07-31")
    assert "0 de 1 cifra exigida a tiempo. 1 se publicó tarde y 0 siguen sin publicarse." in despues
    assert "Todavía no vence ninguna de las cifras exigidas." in leer(RUTA, corte="2021-09-30", a_la_fecha="2021-10-15")


def test_la_retirada_sin_reemplazo_no_esta_entregada_y_la_reemplazada_conserva_su_fecha(leer: Leer) -> None:
    indicador = trimestral(None, plazo_desde=date(2022, 1, 1))
    medicion = publicada(indicador=indicador, periodo="2022-Q1", ahora=en(date(2022, 4, 10)))
    acciones.retirar(medicion, por=persona(Rol.REVISOR), motivo="Otra fuente", ahora=en(date(2022, 6, 1)))
    mirada = {"corte": "2022-04-30", "a_la_fecha": "2022-06-10"}
    assert "0 de 1 cifra exigida a tiempo." in leer(RUTA, **mirada)
    publicada(indicador=indicador, periodo="2022-Q1", ahora=en(date(2022, 6, 5)))
    pagina = leer(RUTA, **mirada)
    assert "1 de 1 cifra exigida a tiempo." in pagina
    assert "Sin entidad responsable en su ficha" in pagina


def test_una_entidad_sin_plazos_no_lleva_el_bloque(leer: Leer) -> None:
    EntidadFactory(sigla="AAA")
    pagina = leer("/entidades/AAA/")
    assert "Cómo se cuenta" not in pagina
    trimestral(Entidad.objects.get(sigla="AAA"), plazo_desde=date(2021, 7, 1))
    publicada(ahora=en(date(2021, 9, 1)))
    assert "Todavía no vence ninguna de las cifras que debe publicar." in leer(
        "/entidades/AAA/", corte="2021-10-01", a_la_fecha="2021-10-01"
    )


def test_las_consultas_son_siempre_las_mismas(contar_consultas: Contar) -> None:
    def llenar(cuantas: int) -> None:
        for _ in range(cuantas):
            publicada(indicador=trimestral(EntidadFactory()), periodo="2021-Q3")

    llenar(1)
    assert contar_consultas(RUTA) == 2
    llenar(6)
    assert contar_consultas(RUTA) == 2


def test_esta_en_el_mapa_del_sitio_y_al_pie(codigo: Leer) -> None:
    assert RUTA in codigo("/sitemap.xml")
    assert f'href="{RUTA}"' in codigo("/entidades/")
