"""El tablero de servicios con sus filtros, y la página de cada uno."""

import re

import pytest

from objetivos.models import Entidad
from servicios.models import DocumentoDeProvision, Participacion
from tests.fabricas import (
    EntidadFactory,
    IndicadorDeServicioFactory,
    IndicadorFactory,
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
        grupos = codigo("/servicios/").split('<tr class="grupo">')[1:]
        contados = [(texto_de(grupo)[:26].strip(), grupo.count('scope="row"')) for grupo in grupos]
        assert [cuantos for _, cuantos in contados] == [7, 3, 3]
        assert contados[0][0].startswith("Ejecución inmediata 7")

    def test_dice_lo_inferido_y_lo_que_no_consta(self, leer: Leer) -> None:
        pagina = leer("/servicios/")
        assert pagina.count("ejecución inferida") == 3
        assert "Alimentación OP.02-S1 OP.02 se provee No constan No constan Sin indicador" in pagina

    @pytest.mark.parametrize(
        ("filtro", "cuantos"),
        [
            ({"objetivo": "OP.02"}, 4),
            ({"entidad": "INPE"}, 6),
            ({"ejecucion": "progresiva"}, 3),
            ({"estado": "en_provision"}, 5),
            ({"estado": "no_iniciado", "ejecucion": "progresiva"}, 2),
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

    @pytest.mark.parametrize("campo", ["objetivo", "entidad", "ejecucion", "estado", "orden"])
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

    @pytest.mark.parametrize(
        ("orden", "primeros"),
        [
            ("", ["OP.01-S1", "OP.02-S1", "OP.02-S2"]),
            ("nombre", ["OP.02-S1", "OP.02-S2", "OP.02-S3"]),
            ("estado", ["OP.01-S1", "OP.02-S1", "OP.02-S2"]),
            ("cobertura", ["OP.01-S1", "OP.02-S2", "OP.02-S3"]),
        ],
    )
    def test_ordena_dentro_de_cada_grupo(self, leer: Leer, orden: str, primeros: list[str]) -> None:
        pagina = leer("/servicios/", orden=orden, corte="2021-12-31")
        assert re.findall(r"OP\.0\d-S\d", pagina)[:3] == primeros
        assert "13 servicios" in pagina

    def test_el_cruce_cuenta_y_lleva_a_los_suyos(self, codigo: Leer) -> None:
        pagina = codigo("/servicios/", corte="2021-12-31", objetivo="OP.02", estado="en_provision")
        cruce = trozo(pagina, 'id="cruce"')
        assert "Inmediata 2 1 0 3 No consta 0 0 1 1" in cruce
        enlace = "?corte=2021-12-31&amp;objetivo=OP.02&amp;ejecucion=inmediata&amp;estado=en_provision"
        assert f'href="{enlace}" aria-label="2, ejecución inmediata, se provee"' in pagina
        destino = texto_de(codigo("/servicios/", objetivo="OP.02", ejecucion="inmediata", estado="en_provision"))
        assert "2 de 13 servicios cumplen lo que se pide." in destino
        elegida = codigo("/servicios/", ejecucion="inmediata", estado="en_provision")
        assert 'aria-label="3, ejecución inmediata, se provee" aria-current="true"' in elegida

    def test_cada_cifra_lleva_a_su_constancia_y_cada_servicio_dice_sus_documentos(self, codigo: Leer) -> None:
        pagina = codigo("/servicios/", corte="2021-12-31")
        assert len(re.findall(r'class="destacado" href="/cifra/\d+/\?corte=2021-12-31"', pagina)) == 5
        assert "Centros de Salud Mental Comunitarios OP.02-S3 OP.02 no iniciado 1 aprobado, 1 en diseño" in texto_de(
            pagina
        )
        assert "1 actividad suspendida" in texto_de(pagina)
        assert "no iniciado 1 en diseño" in texto_de(codigo("/servicios/", corte="2021-06-30"))
        assert "actividad suspendida" not in codigo("/servicios/", corte="2020-12-31")

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
        assert "2021 aprobado Instructivo «Atención Intramuros" in documentos
        assert "Sin fecha conocida en diseño Plan de Acción de Salud Mental" in documentos
        assert documentos.index("Instructivo «") < documentos.index("Plan de Acción")
        assert 'class="barra hecho"' in pagina
        assert 'class="barra medio"' in pagina
        assert "Tiene 1 documento de provisión aprobado y 1 está en diseño." in texto_de(pagina)

    def test_un_documento_posterior_al_corte_no_se_muestra_y_se_dice(self, codigo: Leer) -> None:
        documentos = trozo(codigo("/servicios/OP.02-S3/", corte="2021-06-30"), 'id="documentos"')
        assert "Instructivo" not in documentos
        assert "1 más de fecha posterior al corte no se muestra." in documentos

    def test_entidades_con_papel_y_organo(self, codigo: Leer) -> None:
        entidades = trozo(codigo("/servicios/OP.05-S2/"), 'id="entidades"')
        assert "Participa; su papel no consta Instituto Nacional Penitenciario (CENECP)" in entidades

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


def test_la_cobertura_en_el_tiempo_se_dibuja_y_cada_valor_lleva_a_su_constancia(codigo: Leer) -> None:
    servicio = ServicioFactory()
    indicador = IndicadorDeServicioFactory(servicio=servicio, nombre_corto="Atendidos")
    primera, segunda = (
        publicada(indicador=indicador, periodo=periodo, valor=valor) for periodo, valor in (("2020", 10), ("2021", 25))
    )
    publicada(indicador=indicador, periodo="2019", motivo_ausencia="no_medido", texto_ausencia="No se contó.")
    pagina = codigo(f"/servicios/{servicio.codigo}/", corte="2021-12-31", a_la_fecha="2030-12-31")
    assert pagina.count('<svg class="g-serie') + pagina.count('class="g-serie') >= 2
    cobertura = trozo(pagina, 'id="cobertura"')
    assert cobertura.index("2021 25") < cobertura.index("2020 10") < cobertura.index("2019 No se contó.")
    for medicion in (primera, segunda):
        assert f'href="/cifra/{medicion.pk}/?corte=2021-12-31&amp;a_la_fecha=2030-12-31"' in pagina
    antes = codigo(f"/servicios/{servicio.codigo}/", corte="2020-12-31", a_la_fecha="2030-12-31")
    assert f"/cifra/{segunda.pk}/" not in antes
    assert 'class="miniatura"' in codigo("/servicios/", corte="2021-12-31", a_la_fecha="2030-12-31")


def test_por_cifra_mas_reciente_los_que_no_tienen_van_al_final(leer: Leer) -> None:
    sin_cifra, vieja, nueva = (ServicioFactory(codigo=f"OX-S{n}") for n in (1, 2, 3))
    IndicadorDeServicioFactory(servicio=sin_cifra)
    for servicio, periodo in ((vieja, "2019"), (nueva, "2021")):
        publicada(indicador=IndicadorDeServicioFactory(servicio=servicio), periodo=periodo)
    pagina = leer("/servicios/", orden="cobertura", corte="2021-12-31", a_la_fecha="2030-12-31")
    assert re.findall(r"OX-S\d", pagina) == ["OX-S3", "OX-S2", "OX-S1"]


def test_los_indicadores_del_objetivo_acompanan_al_servicio(codigo: Leer) -> None:
    servicio = ServicioFactory()
    publicada(indicador=IndicadorFactory(objetivo=servicio.objetivo, nombre_corto="El fin"), periodo="2021", valor=12)
    objetivo = trozo(codigo(f"/servicios/{servicio.codigo}/", a_la_fecha="2030-12-31"), 'id="objetivo"')
    assert "El fin" in objetivo
    assert "12 % 2021" in objetivo


def test_quien_participa_va_reunido_por_papel(codigo: Leer) -> None:
    servicio = ServicioFactory()
    for sigla, rol in (("AAA", "articuladora"), ("BBB", "proveedora"), ("CCC", "corresponsable")):
        Participacion.objects.create(servicio=servicio, entidad=EntidadFactory(sigla=sigla, nombre=sigla), rol=rol)
    entidades = trozo(codigo(f"/servicios/{servicio.codigo}/"), 'id="entidades"')
    assert "Provee BBB Corresponsable CCC Articula AAA" in entidades


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
    assert contar_consultas("/servicios/") == con_pocos == 11


def test_las_consultas_de_un_servicio_no_crecen(contar_consultas: Contar) -> None:
    servicio = ServicioFactory(codigo="OX-S1")
    publicada(indicador=IndicadorDeServicioFactory(servicio=servicio))
    llenar_servicio(servicio, 3)
    con_pocos = contar_consultas("/servicios/OX-S1/")
    for _ in range(5):
        publicada(indicador=IndicadorDeServicioFactory(servicio=servicio))
    llenar_servicio(servicio, 27)
    assert contar_consultas("/servicios/OX-S1/") == con_pocos == 12
