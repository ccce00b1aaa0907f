"""La página de un objetivo: lo que se encuentra, lo que falta y desde dónde se mira."""

import re

import pytest

from objetivos.models import AvanceNarrativo, ObjetivoPrioritario
from servicios.models import Intervencion, Suspension
from tests.fabricas import (
    FuenteFactory,
    IndicadorDeServicioFactory,
    IndicadorFactory,
    LineamientoFactory,
    ObjetivoFactory,
    ServicioFactory,
    linea_base,
    logro,
    publicada,
)
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db
ANTES = {"a_la_fecha": "2020-01-01"}
A_FIN_DE_2021 = {"corte": "2021-12-31"}


@pytest.mark.usefixtures("politica_cargada")
class TestConLosDatosReales:
    def test_abre_con_el_hallazgo(self, codigo: Leer) -> None:
        pagina = codigo("/objetivos/OP.01/", **A_FIN_DE_2021)
        assert "<h1>Reducir significativamente el hacinamiento en el sistema penitenciario</h1>" in pagina
        assert (
            "1 de 2 indicadores tiene alguna medición. "
            "El avance de 2021 es 85,7 % (1 de 2 con dato, con datos parciales)." in texto_de(pagina)
        )

    def test_sin_avance_del_anio_dice_por_que_y_cual_es_el_ultimo(self, leer: Leer) -> None:
        assert (
            "El avance de 2025 no puede calcularse: no hay una medición del año. "
            "El último que se conoce es el de 2021: 85,7 % (1 de 2 con dato, con datos parciales)."
        ) in leer("/objetivos/OP.01/", corte="2025-12-31")

    @pytest.mark.parametrize(
        ("codigo_objetivo", "frase"),
        [
            ("OP.02", "2 de 2 indicadores tienen alguna medición."),
            ("OP.04", "2 de 3 indicadores tienen alguna medición."),
            ("OP.05", "Ninguno de sus 2 indicadores se ha medido."),
            ("OP.06", "Ninguno de sus 2 indicadores se ha medido."),
        ],
    )
    def test_cuenta_lo_medido_de_cada_objetivo(self, leer: Leer, codigo_objetivo: str, frase: str) -> None:
        assert frase in leer(f"/objetivos/{codigo_objetivo}/", **A_FIN_DE_2021)

    def test_lo_nunca_medido_lleva_su_razon_y_ninguna_cifra(self, codigo: Leer) -> None:
        indicadores = trozo(codigo("/objetivos/OP.05/", **A_FIN_DE_2021), 'id="indicadores"')
        assert indicadores.count("nunca medido") == 2
        assert not re.search(r"\d %", indicadores)

    def test_sus_servicios_con_cobertura(self, codigo: Leer) -> None:
        servicios = trozo(codigo("/objetivos/OP.03/", **A_FIN_DE_2021), 'id="servicios"')
        assert "Bloqueadores de celulares OP.03-S2 progresiva se provee" in servicios
        assert "15 Establecimientos con bloqueadores en funcionamiento primer semestre de 2021" in servicios
        assert "3 Establecimientos con bloqueadores a prueba" in servicios
        assert (
            "Control de visitas OP.03-S1 1 actividad suspendida inmediata inferida no consta No constan INPE"
            in servicios
        )

    def test_el_cero_medido_es_un_cero(self, codigo: Leer) -> None:
        servicios = trozo(codigo("/objetivos/OP.02/", **A_FIN_DE_2021), 'id="servicios"')
        assert "0 Centros de salud mental comunitarios implementados" in servicios

    def test_suspensiones_con_su_medida_o_sin_ella(self, codigo: Leer) -> None:
        assert "Videollamadas para mantener el contacto" in trozo(codigo("/objetivos/OP.03/"), 'id="suspensiones"')
        assert trozo(codigo("/objetivos/OP.04/"), 'id="suspensiones"').count("No consta ninguna medida") == 5

    def test_el_relato_lleva_anio_y_fuente(self, codigo: Leer) -> None:
        relato = trozo(codigo("/objetivos/OP.01/"), 'id="relato"')
        assert "Lo avanzado, 2021" in relato
        assert "Intervenciones y recursos, 2021" in relato
        assert "Fuente: Reporte de cumplimiento de la Política Nacional Penitenciaria al 2030, 2021." in relato

    def test_sin_lineamientos_dice_quien_falta(self, leer: Leer) -> None:
        assert "Los lineamientos de este objetivo se ingresarán cuando se disponga del texto oficial." in leer(
            "/objetivos/OP.01/"
        )

    def test_el_anterior_y_el_siguiente_conservan_la_mirada(self, codigo: Leer) -> None:
        primero, medio, ultimo = (codigo(f"/objetivos/OP.0{n}/", **A_FIN_DE_2021) for n in (1, 3, 6))
        assert 'href="/objetivos/OP.02/?corte=2021-12-31" rel="prev"' in medio
        assert 'href="/objetivos/OP.04/?corte=2021-12-31" rel="next"' in medio
        assert 'rel="prev"' not in primero
        assert 'rel="next"' not in ultimo

    def test_antes_de_la_primera_publicacion_no_hay_cifras_ni_estados(self, codigo: Leer) -> None:
        pagina = codigo("/objetivos/OP.01/", **ANTES)
        assert "Al 1 de enero de 2020 aún no se había publicado nada" in texto_de(pagina)
        assert "nunca medido" not in pagina
        assert "85,7" not in pagina
        assert "Grilletes electrónicos" in pagina
        assert trozo(pagina, 'id="servicios"').count("Sin publicar") == 1

    def test_un_corte_anterior_al_relato_no_lo_muestra(self, leer: Leer) -> None:
        pagina = leer("/objetivos/OP.04/", corte="2020-12-31")
        assert "Hasta 2020 no hay un relato de lo avanzado." in pagina
        assert "Hasta 2020 no consta ninguna intervención ya realizada." in pagina
        assert "Lo que se suspendió" not in pagina


def test_el_codigo_desconocido_es_un_404_que_lo_nombra(leer: Leer) -> None:
    pagina = leer("/objetivos/OP.99/", espera=404)
    assert "No hay un objetivo con el código «OP.99»." in pagina


def test_un_objetivo_sin_nada_lo_dice_seccion_por_seccion(leer: Leer) -> None:
    publicada()
    ObjetivoFactory(codigo="OX.1")
    pagina = leer("/objetivos/OX.1/")
    assert "Este objetivo todavía no tiene indicadores." in pagina
    assert "No se conoce ningún servicio de este objetivo." in pagina


def test_el_ultimo_avance_promedia_solo_ese_anio(leer: Leer) -> None:
    """Un indicador sin nada de ese año cuenta en el «de» y no en la media."""
    objetivo = ObjetivoFactory(codigo="OX.1")
    uno, _ = IndicadorFactory(objetivo=objetivo), IndicadorFactory(objetivo=objetivo)
    linea_base(uno, 10)
    logro(uno, 80, anio=2021)
    publicada(indicador=uno, periodo="2021", valor=40)
    pagina = leer("/objetivos/OX.1/", corte="2023-12-31")
    assert "El último que se conoce es el de 2021: 50 % (1 de 2 con dato)." in pagina


def test_se_muestran_los_relatos_de_cada_anio_hasta_el_corte_y_el_ultimo_primero(codigo: Leer) -> None:
    objetivo = ObjetivoFactory(codigo="OX.1")
    for anio in (2020, 2021, 2022):
        AvanceNarrativo.objects.create(
            politica=objetivo.politica, objetivo=objetivo, anio=anio, seccion="avance", texto=f"Lo de {anio}."
        )
    relato = trozo(codigo("/objetivos/OX.1/", corte="2021-06-30"), 'id="relato"')
    assert relato.index("Lo de 2021.") < relato.index("Lo escrito en 2020") < relato.index("Lo de 2020.")
    assert "2022" not in relato


class TestQueRequiereAtencion:
    def atencion(self, codigo: Leer, ruta: str, **mirada: str) -> str:
        return trozo(codigo(ruta, **mirada), 'id="atencion"')

    @pytest.mark.usefixtures("politica_cargada")
    def test_con_los_datos_reales(self, codigo: Leer) -> None:
        texto = self.atencion(codigo, "/objetivos/OP.01/", **A_FIN_DE_2021)
        lugares = [
            texto.index(parte)
            for parte in (
                "en riesgo, parcial Personas privadas de libertad sin sentencia",
                "Faltaban 5 puntos porcentuales para lo esperado en 2021 (30 %).",
                "nunca medido",
                "hace falta Grilletes electrónicos Tiene pendiente un documento de provisión:",
            )
        ]
        assert lugares == sorted(lugares)

    @pytest.mark.usefixtures("politica_cargada")
    def test_lo_suspendido_sin_otra_medida_dice_en_que_anio(self, codigo: Leer) -> None:
        texto = self.atencion(codigo, "/objetivos/OP.04/", **A_FIN_DE_2021)
        assert "suspendido en 2021 Actividades del objetivo" in texto
        assert "actividades culturales, actividades productivas, educación" in texto
        assert "visitas" not in self.atencion(codigo, "/objetivos/OP.03/", **A_FIN_DE_2021)

    def test_de_lo_mas_grave_a_lo_menos_y_cada_indicador_una_vez(self, codigo: Leer) -> None:
        objetivo = ObjetivoFactory(codigo="OX.1")
        casos = {
            "Quieto": [(2020, 40), (2021, 40)],
            "Viejo": [(2018, 30), (2019, 60)],
            "Va bien": [(2020, 40), (2021, 79)],
            "Retrocede": [(2020, 90), (2021, 85)],
            "En riesgo": [(2020, 40), (2021, 70)],
            "Lejos": [(2020, 40), (2021, 41)],
            "Nunca": [],
        }
        for nombre, valores in casos.items():
            indicador = IndicadorFactory(objetivo=objetivo, nombre_corto=nombre)
            if nombre not in ("Quieto", "Viejo"):
                logro(indicador, 80, anio=2021)
            for anio, valor in valores:
                publicada(indicador=indicador, periodo=str(anio), valor=valor)
        texto = self.atencion(codigo, "/objetivos/OX.1/", **A_FIN_DE_2021)
        orden = ["Lejos", "Retrocede", "En riesgo", "Quieto", "Nunca", "Viejo"]
        assert [texto.count(f" {nombre} ") for nombre in orden] == [1] * len(orden)
        assert [texto.index(f" {nombre} ") for nombre in orden] == sorted(texto.index(f" {n} ") for n in orden)
        assert "Va bien" not in texto
        assert "Es el último dato oficial, de hace 2 años." in texto
        assert "No se ha movido desde 2020: 40 % en 2021." in texto

    def test_si_todo_va_bien_lo_dice(self, leer: Leer) -> None:
        indicador = IndicadorFactory(objetivo=ObjetivoFactory(codigo="OX.1"))
        logro(indicador, 80, anio=2021)
        publicada(indicador=indicador, periodo="2020", valor=40)
        publicada(indicador=indicador, periodo="2021", valor=80)
        pagina = leer("/objetivos/OX.1/", **A_FIN_DE_2021)
        assert "Nada de lo que se conoce de este objetivo al corte requiere atención." in pagina


def llenar(objetivo: ObjetivoPrioritario, cuantos: int) -> None:
    fuente = FuenteFactory()
    for n in range(cuantos):
        servicio = ServicioFactory(objetivo=objetivo)
        IndicadorDeServicioFactory(servicio=servicio)
        publicada(indicador=IndicadorFactory(objetivo=objetivo))
        LineamientoFactory(objetivo=objetivo)
        comun = {"objetivo": objetivo, "servicio": servicio, "anio": 2021, "fuente": fuente}
        Intervencion.objects.create(titulo=f"Intervención {servicio.pk}-{n}", **comun)
        Suspension.objects.create(actividad=f"Actividad {servicio.pk}-{n}", causa="Prueba", **comun)


def test_las_consultas_no_crecen(contar_consultas: Contar) -> None:
    objetivo = ObjetivoFactory(codigo="OX.1")
    llenar(objetivo, 3)
    con_pocos = contar_consultas("/objetivos/OX.1/")
    llenar(objetivo, 27)
    assert contar_consultas("/objetivos/OX.1/") == con_pocos == 15
