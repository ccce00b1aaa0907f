"""Por sexo y lugar en la página de un indicador: qué se suma, qué se calla, cómo se ordena y cuánto cuesta leerlo."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from indicadores.models import Ambito, Indicador, Medicion
from tests import fabricas
from tests.paginas.conftest import Contar, Leer, texto_de, trozo
from tests.politica_real import CARGADA_EN

pytestmark = pytest.mark.django_db
REAL = "/indicadores/OP.01-I2/"


def seccion(codigo: str) -> str:
    return trozo(codigo, 'aria-labelledby="lugares"')


def filas(codigo: str, cuadro: str) -> list[str]:
    """El texto de cada fila del cuadro cuyo título tiene ese ``id``, en el orden en que aparecen."""
    inicio = codigo.index(f'id="{cuadro}"')
    cuerpo = codigo[codigo.index("<tbody", inicio) : codigo.index("</tbody>", inicio)]
    return [texto_de(fila) for fila in cuerpo.split("<tr")[1:]]


def fila(codigo: str, ancla: str) -> str:
    return trozo(codigo, f'id="{ancla}"', "</tr>")


@pytest.mark.usefixtures("politica_cargada")
class TestConLosDatosReales:
    def test_empieza_por_el_hallazgo_y_dice_de_donde_sale(self, codigo: Leer) -> None:
        dicho = seccion(codigo(REAL))
        assert "En enero de 2026 va de 20,7 % (Ayacucho) a 53,7 % (Piura); en el país, 36,6 %." in dicho
        assert "no entran en el avance" in dicho
        assert "14 celdas reservadas: se refieren a un grupo de menos de diez personas" in dicho
        assert "Fuente: Transcripción de un tercero de los anexos 04 y 06" in dicho

    def test_el_departamento_es_la_suma_exacta_de_sus_establecimientos(self, codigo: Leer) -> None:
        pagina = codigo(REAL)
        # E.P. de Piura (2.359 de 4.444) y E.P. de Sullana (149 de 228).
        assert "Piura 2 establecimientos 53,7 % 2.508 de 4.672 53,1 % 65,4 %" in fila(pagina, "dep-20")
        assert "Lambayeque 1 establecimiento 40,9 % 1.683 de 4.119 reservado reservado" in fila(pagina, "dep-14")

    def test_cada_cifra_publicada_lleva_a_su_recibo_y_una_suma_no(self, codigo: Leer) -> None:
        pagina = codigo(REAL, corte="2026-06-30", orden="nombre")
        suya = Medicion.objects.get(ambito__codigo="EP02", sexo="T")
        recibo = reverse("cifra", args=[suya.pk])
        assert f'<a href="{recibo}?corte=2026-06-30">53,1\xa0%</a>' in pagina[pagina.index('id="ep-EP02"') :]
        inicio = pagina.index('<tr id="dep-20"')
        assert "<a" not in pagina[inicio : pagina.index("</tr>", inicio)]

    @pytest.mark.parametrize(("ancla", "de_cuantos"), [("dep-15", "1 de sus 12"), ("dep-07", "1 de sus 2")])
    def test_el_departamento_con_una_celda_reservada_no_se_suma(
        self, codigo: Leer, ancla: str, de_cuantos: str
    ) -> None:
        dicho = fila(codigo(REAL), ancla)
        assert f"reservado No se suma: se reserva la cifra de {de_cuantos} establecimientos." in dicho
        assert not re.search(r"\d de \d+\.\d", dicho)

    def test_el_mapa_tiene_los_25_y_lleva_a_sus_filas(self, codigo: Leer) -> None:
        pagina = codigo(REAL)
        anclas = re.findall(r'href="#(dep-\d\d)"', pagina)
        assert len(anclas) == len(set(anclas)) == 25
        assert all(f'<tr id="{ancla}">' in pagina for ancla in anclas)
        assert "Tienen cifra 23 de 25 departamentos, con el Callao. Callao y Lima se reservan" in texto_de(pagina)
        assert "style=" not in pagina[pagina.index('class="mapa"') :]

    def test_por_sexo_en_el_pais_no_se_suma_lo_reservado(self, codigo: Leer) -> None:
        total, hombres, mujeres = filas(codigo(REAL), "por-sexo")
        assert "Ambos sexos 36,6 % 37.924 de 103.717" in total
        assert "reservado No se suma: se reserva la cifra de 7 de sus 69 establecimientos." in hombres
        assert "reservado No se suma: se reserva la cifra de 5 de sus 69 establecimientos." in mujeres

    def test_las_celdas_reservadas_no_influyen_en_nada_de_la_pagina(self, client: Client) -> None:
        """Si dos bases solo difieren en lo que se calla, sus páginas son iguales: luego no lo revelan."""
        direcciones = (REAL, f"{REAL}?orden=-hombres", f"{REAL}?orden=nombre&periodo=2026-01")
        antes = [client.get(direccion).content for direccion in direcciones]
        cambiadas = Medicion.objects.filter(reservada=True).update(
            valor=Decimal("12.3456"), numerador=77, denominador=99
        )
        assert cambiadas == 14
        assert [client.get(direccion).content for direccion in direcciones] == antes
        assert "12,3" not in seccion(antes[0].decode())

    def test_se_ordena_por_cada_columna_y_lo_que_falta_va_al_final(self, codigo: Leer) -> None:
        por_valor = filas(codigo(REAL), "por-departamento")
        assert por_valor[0].endswith("65,4 %")
        assert [dicho.split("Callao")[0].count("Lima") for dicho in por_valor[-2:]] == [0, 1]
        al_reves = filas(codigo(REAL, orden="total"), "por-departamento")
        assert "Ayacucho" in al_reves[0]
        assert "reservado" in al_reves[-1]
        por_nombre = filas(codigo(REAL, orden="nombre"), "por-departamento")
        assert [re.search(r"> ?([A-ZÁ]\S+)", dicho)[1] for dicho in por_nombre[:3]] == [  # type: ignore[index]
            "Amazonas",
            "Áncash",
            "Apurímac",
        ]
        por_capacidad = filas(codigo(REAL, orden="capacidad"), "por-establecimiento")
        assert "E.P. de Barbadillo" in por_capacidad[0]

    def test_la_cabeza_dice_el_orden_y_como_cambiarlo(self, codigo: Leer) -> None:
        pagina = codigo(REAL, orden="-hombres", corte="2026-06-30")
        assert pagina.count('aria-sort="descending"><a href="?corte=2026-06-30&amp;orden=hombres#') == 3
        assert 'href="?corte=2026-06-30&amp;orden=nombre#por-departamento"' in pagina
        assert 'href="?corte=2026-06-30&amp;orden=-total#por-oficina"' in pagina
        por_oficina = codigo(REAL, orden="oficina")
        # Los cuadros que no tienen esa columna quedan como estaban.
        assert por_oficina.count('aria-sort="ascending"') == 1
        assert por_oficina.count('aria-sort="descending"') == 2
        assert 'aria-sort="ascending"><a href="?orden=-oficina#por-establecimiento">' in por_oficina

    def test_el_cuadro_largo_nace_plegado_y_se_abre_al_ordenar(self, codigo: Leer) -> None:
        abierto = re.compile(r"<details open>\s*<summary>Los 69 establecimientos")
        assert not abierto.search(codigo(REAL))
        assert abierto.search(codigo(REAL, orden="capacidad"))

    @pytest.mark.parametrize(
        ("parametros", "dicho"),
        [
            ({"orden": "edad"}, "No se puede ordenar por «edad»: se ordena por el total, de mayor a menor."),
            ({"orden": "<b>"}, "No se puede ordenar por «<b>»"),
            ({"periodo": "2019"}, "De «2019» no hay cifras por sexo o lugar a este corte"),
        ],
    )
    def test_lo_que_no_se_entiende_se_dice(self, codigo: Leer, parametros: dict[str, str], dicho: str) -> None:
        pagina = codigo(REAL, **parametros)
        assert "<b>»" not in pagina
        assert dicho in texto_de(pagina)
        assert "53,7 %" in seccion(pagina)

    def test_a_un_corte_o_una_fecha_anteriores_no_hay_seccion(self, codigo: Leer) -> None:
        assert 'id="lugares"' not in codigo(REAL, corte="2025-12-31")
        assert 'id="lugares"' not in codigo(REAL, a_la_fecha="2026-01-15")
        assert 'id="lugares"' not in codigo("/indicadores/OP.02-I1/")

    def test_un_solo_periodo_no_se_elige_ni_hace_historia(self, codigo: Leer) -> None:
        pagina = codigo(REAL)
        assert 'name="periodo"' not in pagina
        assert 'class="historias"' not in pagina

    def test_cuesta_un_numero_fijo_de_consultas(self, contar_consultas: Contar) -> None:
        """Diez de la evaluación, la serie, las versiones y la desagregación, más dos de constancias.

        Estas son las de lo fijado y la última, con la que la página se cita.
        """
        assert contar_consultas(REAL) == 12
        assert contar_consultas(f"{REAL}?orden=capacidad&periodo=2026-01") == 12
        suya = Medicion.objects.select_related("indicador", "ambito").get(ambito__codigo="EP01", sexo="T")
        for mes in range(1, 13):
            publicar(suya.indicador, suya.ambito, f"2025-{mes:02}", 5, 50, caracter="referencial", ahora=CARGADA_EN)
        assert contar_consultas(REAL) == 12


def publicar(
    indicador: Indicador, ambito: Ambito, periodo: str, numerador: int, denominador: int, **datos: Any
) -> None:
    fabricas.publicada(
        indicador=indicador,
        ambito=ambito,
        periodo=periodo,
        valor=None,
        numerador=numerador,
        denominador=denominador,
        **datos,
    )


@pytest.fixture
def indicador(db: None) -> Indicador:
    return fabricas.IndicadorFactory(codigo="IX-1")


PAGINA = "/indicadores/IX-1/"


class TestConPeriodos:
    @pytest.fixture(autouse=True)
    def _dos_periodos(self, indicador: Indicador) -> None:
        self.pais, (self.norte, self.sur), (a, b, c) = fabricas.arbol(2, 1)
        Ambito.objects.filter(pk=c.pk).update(departamento="Tacna", ubigeo="23")
        for periodo, mas in (("2020", 0), ("2021", 20)):
            publicar(indicador, a, periodo, 20 + mas, 100)
            publicar(indicador, b, periodo, 40 + mas, 100)
        publicar(indicador, c, "2021", 90, 100)

    def test_se_ve_el_ultimo_periodo_y_se_elige_otro(self, codigo: Leer) -> None:
        assert "En 2021 va de 50 % (Lima) a 90 % (Tacna)" in seccion(codigo(PAGINA))
        anterior = codigo(PAGINA, periodo="2020", orden="nombre")
        assert '<option value="2020" selected>2020</option>' in anterior
        assert '<input type="hidden" name="orden" value="nombre">' in anterior
        assert "30 % 60 de 200" in fila(anterior, "dep-15")
        assert 'href="?periodo=2020&amp;orden=-nombre#por-departamento"' in anterior
        assert "Tacna 1 establecimiento sin dato No se suma: falta el dato de su 1 establecimiento." in fila(
            anterior, "dep-23"
        )
        assert "El valor" not in anterior

    def test_la_historia_de_cada_oficina_en_una_escala(self, codigo: Leer) -> None:
        pagina = codigo(PAGINA)
        assert f'aria-label="{self.norte.nombre}: de 30\xa0% en 2020 a 50\xa0% en 2021"' in pagina
        assert f'aria-label="{self.sur.nombre}: 90\xa0% en 2021; 1 periodo sin cifra"' in pagina
        tabla = filas(pagina, "historias")
        assert f"{self.norte.nombre} 30 % 50 %" in tabla[0]
        assert f"{self.sur.nombre} sin dato 90 %" in tabla[1]

    def test_a_la_fecha_se_ve_lo_que_entonces_regia(self, codigo: Leer, indicador: Indicador) -> None:
        suya = Medicion.objects.get(indicador=indicador, denominador=100, numerador=90)
        fabricas.corregida(suya, valor=None, numerador=10, denominador=100, ahora=fabricas.minuto(60 * 24 * 5))
        assert "10 % 10 de 100" in fila(codigo(PAGINA), "dep-23")
        assert "90 % 90 de 100" in fila(codigo(PAGINA, a_la_fecha="2022-06-16"), "dep-23")


def test_lo_publicado_de_una_oficina_manda_sobre_la_suma(codigo: Leer, indicador: Indicador) -> None:
    _, (oficina,), (a, b) = fabricas.arbol(2)
    publicar(indicador, a, "2021", 20, 100)
    publicar(indicador, b, "2021", 40, 100)
    publicar(indicador, oficina, "2021", 61, 200)
    (dicho,) = filas(codigo(PAGINA), "por-oficina")
    assert "30,5 % 61 de 200" in dicho


def test_lo_que_falta_lleva_su_razon_y_su_compromiso(codigo: Leer, indicador: Indicador) -> None:
    _, _, (a, b) = fabricas.arbol(2)
    publicar(indicador, a, "2021", 20, 100)
    fabricas.publicada(
        indicador=indicador,
        ambito=b,
        periodo="2021",
        motivo_ausencia="requiere_coordinacion",
        texto_ausencia="Falta el registro",
        fecha_compromiso="2023-01-31",
    )
    pagina = codigo(PAGINA)
    assert "sin dato Falta el registro. Compromiso: 31 de enero de 2023." in filas(pagina, "por-establecimiento")[1]
    assert "falta el dato de 1 de sus 2 establecimientos" in fila(pagina, "dep-15")
    assert "Cusco sin dato No tiene establecimientos en el catálogo." in fila(pagina, "dep-08")
    assert "Tienen cifra 0 de 25 departamentos, con el Callao. Sin dato: 25 departamentos" in texto_de(pagina)


def test_solo_por_sexo_en_el_pais_no_dibuja_mapa(codigo: Leer, indicador: Indicador) -> None:
    pais = fabricas.AmbitoFactory()
    for sexo, numerador in (("T", 50), ("H", 30), ("M", 20)):
        publicar(indicador, pais, "2021", numerador, 100 if sexo == "T" else 50, sexo=sexo)
    pagina = codigo(PAGINA)
    assert "En 2021, el valor del país es 50 %." in seccion(pagina)
    assert [re.sub(r"\s+", " ", dicho).strip("> ") for dicho in filas(pagina, "por-sexo")] == [
        "Ambos sexos 50 % 50 de 100",
        "Hombres 60 % 30 de 50",
        "Mujeres 40 % 20 de 50",
    ]
    assert 'class="mapa"' not in pagina
    assert 'id="por-oficina"' not in pagina


@pytest.mark.parametrize(("agregacion", "dicho"), [("", "30 centros"), ("Promedio simple", "sin dato")])
def test_un_conteo_se_suma_salvo_que_su_ficha_diga_otra_cosa(codigo: Leer, agregacion: str, dicho: str) -> None:
    conteo = fabricas.IndicadorDeServicioFactory(codigo="IX-1", tipo_agregacion=agregacion)
    _, _, (a, b) = fabricas.arbol(2)
    fabricas.publicada(indicador=conteo, ambito=a, periodo="2021", valor=10)
    fabricas.publicada(indicador=conteo, ambito=b, periodo="2021", valor=20)
    pagina = codigo(PAGINA)
    assert f"Lima 2 establecimientos {dicho}" in fila(pagina, "dep-15")
    assert "La raya de cada barra" not in pagina
