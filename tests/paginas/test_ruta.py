"""La ruta del plan y las alternativas: qué se sabía al corte, hasta dónde se conoce cada fecha, y el dibujo."""

import re
from datetime import date

import pytest

from objetivos.models import Alternativa, Hito
from objetivos.ruta import RADIO, dibujar, pasos_al
from tests.fabricas import NormaFactory, PoliticaFactory
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db
A_FIN_DE_2021 = {"corte": "2021-12-31"}


def hito(orden: int, fecha: date | None = None, **datos: object) -> Hito:
    omisiones = {"politica": PoliticaFactory(), "titulo": f"Paso {orden}", "cumplido": True}
    return Hito.objects.create(orden=orden, fecha=fecha, **(omisiones | datos))


def alternativa(orden: int, **datos: object) -> Alternativa:
    omisiones = {"politica": PoliticaFactory(), "titulo": f"Alternativa {orden}", "texto": "Hace falta."}
    return Alternativa.objects.create(orden=orden, **(omisiones | datos))


@pytest.mark.usefixtures("politica_cargada")
class TestRutaReal:
    def test_abre_con_el_hallazgo(self, leer: Leer) -> None:
        pagina = leer("/ruta/")
        assert "De 4 pasos conocidos de la ruta, 3 se han dado." in pagina
        assert "El último es «Aprobación del PEM por decreto supremo», de 2024." in pagina
        assert "No consta que se haya dado «Comentarios del CEPLAN al PEM»." in pagina

    def test_un_corte_no_adelanta_lo_que_paso_despues(self, leer: Leer) -> None:
        pagina = leer("/ruta/", **A_FIN_DE_2021)
        assert "De 3 pasos conocidos de la ruta, 2 se han dado." in pagina
        assert "003-2024-JUS" not in pagina
        assert "1 paso posterior al corte no se muestra." in pagina

    def test_cada_fecha_va_hasta_donde_se_conoce(self, codigo: Leer) -> None:
        pagina = codigo("/ruta/")
        for iso, texto in (("2020-09-25", "25 de setiembre de 2020"), ("2021-05", "Mayo de 2021"), ("2024", "2024")):
            assert f'<time datetime="{iso}">{texto}</time>' in pagina
        assert "Sin fecha; no consta que se haya dado" in pagina

    def test_lleva_la_norma_y_la_fuente_de_cada_paso(self, codigo: Leer) -> None:
        pasos = trozo(codigo("/ruta/"), 'id="pasos"')
        assert "Norma: Decreto Supremo N° 011-2020-JUS" in pasos
        assert "Fuente: Notas de prensa de inicios de 2024" in pasos

    def test_la_lista_es_una_lista_ordenada_y_el_dibujo_no_se_anuncia(self, codigo: Leer) -> None:
        pagina = codigo("/ruta/")
        lista = re.search(r'<ol class="camino numerado">.*?</ol>', pagina, re.DOTALL)
        assert lista is not None
        assert lista.group().count("<li") == 4
        assert lista.group().count('class="dado"') == 3
        assert '<svg class="camino-eje" aria-hidden="true" focusable="false"' in pagina

    def test_dos_consultas(self, contar_consultas: Contar) -> None:
        assert contar_consultas("/ruta/") == 2


class TestPasos:
    def test_lo_previsto_se_muestra_y_lo_dado_despues_no(self) -> None:
        hitos = [
            hito(1, date(2020, 9, 25)),
            hito(2, date(2021, 1, 1), precision_fecha="anio", cumplido=False),
            hito(3, date(2023, 1, 1), precision_fecha="anio", cumplido=False),
            hito(4, date(2024, 1, 1)),
            hito(5),
        ]
        pasos = pasos_al(hitos, date(2021, 12, 31))
        assert [(paso.numero, paso.hito.orden, paso.cumplido, paso.aclaracion) for paso in pasos] == [
            (1, 1, True, ""),
            (2, 2, False, "estaba previsto; no consta que se haya dado"),
            (3, 3, False, "previsto"),
            (4, 5, True, "dado; su fecha no consta"),
        ]

    def test_lo_previsto_se_dice_aparte_de_lo_que_no_consta(self, leer: Leer) -> None:
        hito(1, date(2020, 9, 25))
        hito(2, cumplido=False)
        for orden in (3, 4):
            hito(orden, date(2027 + orden, 1, 1), precision_fecha="anio", cumplido=False)
        pagina = leer("/ruta/", corte="2026-06-30")
        assert "No consta que se haya dado «Paso 2». Están previstos «Paso 3» (2030) y «Paso 4» (2031)." in pagina
        assert "2030, previsto" in pagina

    def test_la_norma_posterior_al_corte_no_se_adelanta(self) -> None:
        posterior = NormaFactory(fecha=date(2024, 1, 1))
        [paso] = pasos_al([hito(1, norma=posterior, cumplido=False)], date(2021, 12, 31))
        assert paso.norma is None
        [paso] = pasos_al([hito(2, norma=posterior, cumplido=False)], date(2024, 1, 1))
        assert paso.norma == posterior

    @pytest.mark.parametrize(
        ("cumplidos", "titular"),
        [
            ([], "Todavía no se ha descrito la ruta del plan."),
            ([True], "El único paso conocido de la ruta ya se dio."),
            ([True, True], "Los 2 pasos conocidos de la ruta ya se dieron."),
            ([False], "De 1 paso conocido de la ruta, ninguno se ha dado."),
            ([True, False], "De 2 pasos conocidos de la ruta, 1 se ha dado."),
        ],
    )
    def test_el_titular_cuenta_bien(self, leer: Leer, cumplidos: list[bool], titular: str) -> None:
        for orden, cumplido in enumerate(cumplidos):
            hito(orden, cumplido=cumplido)
        assert titular in leer("/ruta/")


class TestDibujo:
    def test_un_dia_es_un_punto_y_un_anio_ocupa_su_anio(self) -> None:
        politica = PoliticaFactory()
        pasos = pasos_al(
            [hito(1, date(2020, 1, 1)), hito(2, date(2024, 1, 1), precision_fecha="anio")], date(2025, 1, 1)
        )
        anchos = re.findall(
            r'class="camino-lapso camino-dado"[^>]*? width="([\d.]+)"', dibujar(pasos, politica, date(2025, 1, 1))
        )
        assert float(anchos[0]) == 6
        assert float(anchos[1]) == pytest.approx((1120 - 16) / 11, abs=0.1)

    def test_dos_pasos_de_la_misma_fecha_no_se_tapan(self) -> None:
        pasos = pasos_al([hito(n, date(2021, 5, n)) for n in (1, 2, 3)], date(2025, 1, 1))
        dibujo = dibujar(pasos, PoliticaFactory(), date(2025, 1, 1))
        alturas = [float(cy) for cy in re.findall(r'class="camino-numero[^>]* cy="([\d.]+)"', dibujo)]
        assert len(set(alturas)) == 3
        assert all(abs(una - otra) >= 2 * RADIO for una in alturas for otra in alturas if una != otra)

    def test_si_no_caben_todos_los_anios_se_nombra_uno_de_cada_tantos(self) -> None:
        pasos = pasos_al([hito(1, date(2021, 1, 1), politica=PoliticaFactory(anio_fin=2059))], date(2025, 1, 1))
        dibujo = dibujar(pasos, PoliticaFactory(), date(2025, 1, 1))
        anios = [int(anio) for anio in re.findall(r'class="camino-anio"[^>]*>(\d+)<', dibujo)]
        assert anios == list(range(2020, 2060, 3))

    def test_sin_fechas_o_sin_politica_no_hay_dibujo(self) -> None:
        sin_fecha = pasos_al([hito(1)], date(2025, 1, 1))
        assert dibujar(sin_fecha, PoliticaFactory(), date(2025, 1, 1)) == ""
        con_fecha = pasos_al([hito(2, date(2021, 1, 1))], date(2025, 1, 1))
        assert dibujar(con_fecha, None, date(2025, 1, 1)) == ""

    @pytest.mark.parametrize(
        ("corte", "rayas"), [(date(2010, 1, 1), 0), (date(2025, 1, 1), 1), (date(2030, 12, 31), 1)]
    )
    def test_el_corte_se_marca_si_cae_en_los_anios(self, corte: date, rayas: int) -> None:
        pasos = pasos_al([hito(1, date(2021, 1, 1), cumplido=False)], corte)
        assert dibujar(pasos, PoliticaFactory(), corte).count('class="camino-corte"') == rayas


@pytest.mark.usefixtures("politica_cargada")
class TestAlternativasReales:
    def test_abre_con_el_hallazgo(self, leer: Leer) -> None:
        assert "De 6 alternativas, 1 se ha atendido y de 5 no consta su avance." in leer("/alternativas/")

    def test_la_atendida_dice_con_que_norma_y_desde_cuando(self, leer: Leer) -> None:
        assert "mediante decreto supremo. atendida 2024 Decreto Supremo N° 003-2024-JUS" in leer("/alternativas/")

    def test_un_corte_anterior_no_la_da_por_atendida(self, leer: Leer) -> None:
        pagina = leer("/alternativas/", **A_FIN_DE_2021)
        assert "De 6 alternativas, ninguna se ha atendido y de 6 no consta su avance." in pagina
        assert "003-2024-JUS" not in pagina

    def test_filtra_por_estado_y_conserva_la_mirada(self, codigo: Leer) -> None:
        pagina = codigo("/alternativas/", estado="no_consta", corte="2024-12-31")
        assert "5 de 6 alternativas cumplen lo que se pide." in texto_de(pagina)
        assert 'href="?corte=2024-12-31&amp;estado=atendida">Atendidas <b>1</b>' in pagina
        assert 'href="?corte=2024-12-31&amp;estado=no_consta" aria-current="true"' in pagina
        assert "Aprobar el PEM" not in pagina

    def test_un_estado_vacio_o_desconocido_lo_dice(self, leer: Leer) -> None:
        assert "Al corte no hay ninguna en ese estado." in leer("/alternativas/", estado="en_curso")
        pagina = leer("/alternativas/", espera=400, estado="hecha")
        assert "«hecha» no está entre las opciones." in pagina
        assert "No se buscó: corrija el filtro señalado." in pagina

    def test_una_consulta(self, contar_consultas: Contar) -> None:
        assert contar_consultas("/alternativas/") == 1


def test_en_curso_se_cuenta_aparte(leer: Leer) -> None:
    for orden, estado in enumerate(("en_curso", "en_curso", "atendida", "atendida")):
        alternativa(orden, estado=estado)
    assert "De 4 alternativas, 2 se han atendido y 2 están en curso." in leer("/alternativas/")


@pytest.mark.parametrize(
    ("ruta", "frases"),
    [
        ("/ruta/", ("Todavía no se ha descrito la ruta del plan.", "los ingresa quien administra el portal")),
        ("/alternativas/", ("Todavía no se ha registrado ninguna", "las ingresa quien administra el portal")),
    ],
)
def test_con_la_base_vacia_dicen_quien_las_llena(leer: Leer, ruta: str, frases: tuple[str, str]) -> None:
    pagina = leer(ruta)
    assert all(frase in pagina for frase in frases)


def test_estan_en_el_mapa_y_enlazadas_desde_los_objetivos_y_los_servicios(
    codigo: Leer, politica_cargada: object
) -> None:
    for pagina in (codigo("/sitemap.xml"), codigo("/objetivos/OP.01/"), codigo("/servicios/")):
        assert "/ruta/" in pagina
        assert "/alternativas/" in pagina
