"""El tablero de servicios con sus filtros, y la página de cada uno."""

import re

import pytest

from objetivos.models import Entidad
from servicios.models import DocumentoDeProvision, Participacion
from tests.fabricas import (
    EntidadFactory,
    IndicadorDeServicioFactory,
    NormaFactory,
    ObjetivoFactory,
    ServicioFactory,
    publicada,
)
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("politica_cargada")
class TestTablero:
    def test_abre_con_el_hallazgo(self, leer: Leer) -> None:
        pagina = leer("/servicios/")
        assert "De 13 servicios conocidos, 5 se proveen. De 4 no consta." in pagina
        assert "7 de ejecución inmediata, 3 de ejecución progresiva y 3 cuya ejecución no consta." in pagina
        assert "Solo 4 tienen alguna cifra de su cobertura." in pagina

    def test_agrupa_por_ejecucion(self, codigo: Leer) -> None:
        grupos = codigo("/servicios/").split('class="grupo"')[1:]
        contados = [(texto_de(f"<{grupo}")[:26].strip(), grupo.count('scope="row"')) for grupo in grupos]
        assert [cuantos for _, cuantos in contados] == [7, 3, 3]
        assert contados[0][0].startswith("Ejecución inmediata 7")

    def test_dice_lo_inferido_y_lo_que_no_consta(self, leer: Leer) -> None:
        pagina = leer("/servicios/")
        assert pagina.count("ejecución inferida") == 3
        assert "Alimentación OP.02-S1 OP.02 se provee No constan Sin indicador" in pagina

    @pytest.mark.parametrize(
        ("filtro", "cuantos"),
        [
            ({"objetivo": "OP.02"}, 4),
            ({"entidad": "INPE"}, 6),
            ({"ejecucion": "progresiva"}, 3),
            ({"objetivo": "OP.02", "entidad": "MINSA", "ejecucion": "inmediata"}, 1),
            ({"q": "niñas menores"}, 1),
            ({"q": "TELEFONIA celular"}, 1),
            ({"q": "OP.06"}, 2),
        ],
    )
    def test_filtra(self, leer: Leer, filtro: dict[str, str], cuantos: int) -> None:
        pagina = leer("/servicios/", **filtro)
        assert f"{cuantos} de 13 servicios {'cumple' if cuantos == 1 else 'cumplen'} lo que se pide." in pagina
        assert len(re.findall(r"OP\.0\d-S\d", pagina)) == cuantos

    def test_recuerda_lo_pedido_y_la_mirada(self, codigo: Leer) -> None:
        pagina = codigo("/servicios/", entidad="INPE", q="visitas", corte="2021-12-31")
        assert '<option value="INPE" selected>' in pagina
        assert 'value="visitas"' in pagina
        assert '<input type="hidden" name="corte" value="2021-12-31">' in pagina
        assert 'href="/servicios/?corte=2021-12-31">Quitar filtros' in pagina
        assert 'href="/servicios/OP.03-S1/?corte=2021-12-31"' in pagina

    def test_sin_resultados_ofrece_quitar_los_filtros(self, leer: Leer) -> None:
        pagina = leer("/servicios/", q="helicóptero")
        assert "Ningún servicio cumple lo que se pide." in pagina
        assert "quite los filtros" in pagina

    @pytest.mark.parametrize("campo", ["objetivo", "entidad", "ejecucion"])
    def test_un_filtro_desconocido_se_explica_junto_a_su_campo(self, codigo: Leer, campo: str) -> None:
        pagina = codigo("/servicios/", espera=400, **{campo: "<OTRO>"})
        assert f'aria-invalid="true" aria-describedby="error-{campo}"' in pagina
        assert "«<OTRO>» no está entre las opciones." in trozo(pagina, f'id="error-{campo}"', "</span>")
        assert "<OTRO>" not in pagina
        assert "No se buscó: corrija el filtro señalado." in pagina

    def test_un_filtro_larguisimo_o_con_nulos_no_falla(self, codigo: Leer) -> None:
        assert "…»" in codigo("/servicios/", espera=400, objetivo="x" * 5000)
        codigo("/servicios/", espera=400, entidad="\0")
        codigo("/servicios/", q="\0" * 10)

    def test_antes_de_la_primera_publicacion(self, leer: Leer) -> None:
        pagina = leer("/servicios/", a_la_fecha="2020-01-01")
        assert "aún no se había publicado nada" in pagina
        assert "715" not in pagina
        assert pagina.count("Sin publicar") == 5

    def test_un_corte_anterior_a_las_cifras_no_las_muestra(self, leer: Leer) -> None:
        pagina = leer("/servicios/", corte="2020-12-31")
        assert "Al corte, ninguno tiene cifras de su cobertura." in pagina
        assert "715" not in pagina


@pytest.mark.usefixtures("politica_cargada")
class TestServicio:
    def test_abre_con_el_hallazgo(self, leer: Leer) -> None:
        pagina = leer("/servicios/OP.01-S1/", corte="2021-12-31")
        assert (
            "Es de ejecución inmediata y se provee. "
            "Beneficiarios de grilletes electrónicos: 38 (primer semestre de 2021, hace 6 meses). "
            "1 documento hace falta para gobernarlo." in pagina
        )
        assert "Reporte de cumplimiento de la Política Nacional Penitenciaria al 2030, 2021" in pagina

    def test_las_cifras_de_un_mismo_periodo_van_juntas(self, leer: Leer) -> None:
        assert (
            "Establecimientos con bloqueadores en funcionamiento: 15; "
            "establecimientos con bloqueadores a prueba: 3 (primer semestre de 2021" in leer("/servicios/OP.03-S2/")
        )

    def test_el_cero_medido_es_un_cero(self, codigo: Leer) -> None:
        assert "0 centros" in trozo(codigo("/servicios/OP.02-S3/"), 'id="cobertura"')

    def test_documentos_con_su_estado(self, codigo: Leer) -> None:
        pagina = codigo("/servicios/OP.02-S3/")
        documentos = trozo(pagina, 'id="documentos"')
        assert "aprobado Instructivo «Atención Intramuros" in documentos
        assert "en diseño Plan de Acción de Salud Mental" in documentos
        assert 'class="barra hecho"' in pagina
        assert 'class="barra medio"' in pagina
        assert "Tiene 1 documento de provisión aprobado y 1 está en diseño." in texto_de(pagina)

    def test_un_documento_posterior_al_corte_no_se_muestra_y_se_dice(self, codigo: Leer) -> None:
        documentos = trozo(codigo("/servicios/OP.02-S3/", corte="2021-06-30"), 'id="documentos"')
        assert "Instructivo" not in documentos
        assert "1 más de fecha posterior al corte no se muestra." in documentos

    def test_entidades_con_papel_y_organo(self, codigo: Leer) -> None:
        entidades = trozo(codigo("/servicios/OP.05-S2/"), 'id="entidades"')
        assert "Instituto Nacional Penitenciario (CENECP) Participa; su papel no consta." in entidades

    def test_lo_desconocido_esta_por_definir(self, codigo: Leer) -> None:
        ficha = trozo(codigo("/servicios/OP.02-S1/"), 'id="ficha"')
        for campo in ("Lineamiento", "Proveedor", "Receptor", "Cobertura", "Estándares", "Indicador"):
            assert f"{campo} Por definir" in ficha

    def test_sin_cifra_ni_entidades_ni_documentos_lo_dice(self, leer: Leer) -> None:
        pagina = leer("/servicios/OP.02-S1/")
        assert "No hay ninguna cifra de su cobertura. No consta ningún documento de provisión." in pagina
        assert "La fuente no nombra a las entidades que participan." in pagina

    def test_explica_lo_inferido(self, codigo: Leer) -> None:
        assert "La ejecución inmediata se infiere" in trozo(codigo("/servicios/OP.03-S1/"), 'id="inferido"')
        assert "El nombre es una paráfrasis" in trozo(codigo("/servicios/OP.06-S1/"), 'id="inferido"')

    def test_suspensiones(self, codigo: Leer) -> None:
        assert "Pandemia de COVID-19" in trozo(codigo("/servicios/OP.03-S1/"), 'id="suspensiones"')

    def test_antes_de_la_primera_publicacion_no_hay_cifras(self, leer: Leer) -> None:
        pagina = leer("/servicios/OP.02-S2/", a_la_fecha="2020-01-01")
        assert "aún no se había publicado nada" in pagina
        assert "No hay ninguna cifra de su cobertura" not in pagina
        assert "715 servidores" not in pagina


def test_el_codigo_desconocido_es_un_404_que_lo_nombra(leer: Leer) -> None:
    assert "No hay un servicio con el código «OP.99-S1»." in leer("/servicios/OP.99-S1/", espera=404)
    assert "Aquí no hay ninguna página" in leer("/servicios/%00/", espera=404)


def test_sin_notas_lo_marcado_como_inferido_se_dice_igual(leer: Leer) -> None:
    servicio = ServicioFactory(ejecucion="inmediata", ejecucion_inferida=True, nombre_es_parafrasis=True)
    pagina = leer(f"/servicios/{servicio.codigo}/")
    assert "El nombre es una paráfrasis: la fuente describe el servicio y no lo nombra." in pagina
    assert "La fuente no declara cómo se ejecuta" in pagina


def test_con_la_base_vacia_dice_quien_la_llena(leer: Leer) -> None:
    pagina = leer("/servicios/")
    assert "Todavía no hay servicios registrados." in pagina
    assert "quien administra el portal" in pagina


def test_un_indicador_con_ausencia_muestra_su_razon(leer: Leer) -> None:
    servicio = ServicioFactory()
    indicador = IndicadorDeServicioFactory(servicio=servicio)
    publicada(indicador=indicador, motivo_ausencia="requiere_estudio", texto_ausencia="Falta un estudio.")
    assert "Falta un estudio." in leer(f"/servicios/{servicio.codigo}/", corte="2021-12-31", a_la_fecha="2030-12-31")


def test_las_entidades_se_reparten_por_papel(leer: Leer) -> None:
    servicio = ServicioFactory()
    for sigla, rol in (("AAA", "articuladora"), ("BBB", "proveedora"), ("CCC", "no_consta")):
        Participacion.objects.create(servicio=servicio, entidad=EntidadFactory(sigla=sigla), rol=rol)
    assert "BBB provee AAA articula CCC papel por precisar" in leer("/servicios/")


def llenar(cuantos: int) -> None:
    objetivo = ObjetivoFactory()
    for _ in range(cuantos):
        servicio = ServicioFactory(objetivo=objetivo)
        publicada(indicador=IndicadorDeServicioFactory(servicio=servicio))
        llenar_servicio(servicio, 1)


def llenar_servicio(servicio: object, cuantos: int) -> None:
    for n in range(cuantos):
        entidad: Entidad = EntidadFactory()
        Participacion.objects.create(servicio=servicio, entidad=entidad)
        DocumentoDeProvision.objects.create(
            servicio=servicio, titulo=f"Protocolo {entidad.pk}-{n}", estado="aprobado", norma=NormaFactory()
        )


def test_las_consultas_del_tablero_no_crecen(contar_consultas: Contar) -> None:
    llenar(3)
    con_pocos = contar_consultas("/servicios/")
    llenar(27)
    assert contar_consultas("/servicios/") == con_pocos == 9


def test_las_consultas_de_un_servicio_no_crecen(contar_consultas: Contar) -> None:
    servicio = ServicioFactory(codigo="OX-S1")
    publicada(indicador=IndicadorDeServicioFactory(servicio=servicio))
    llenar_servicio(servicio, 3)
    con_pocos = contar_consultas("/servicios/OX-S1/")
    for _ in range(5):
        publicada(indicador=IndicadorDeServicioFactory(servicio=servicio))
    llenar_servicio(servicio, 27)
    assert contar_consultas("/servicios/OX-S1/") == con_pocos == 11
