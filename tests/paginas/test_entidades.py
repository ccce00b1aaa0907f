"""Quiénes intervienen: la lista y la página de cada entidad."""

import pytest

from servicios.models import DocumentoDeProvision, Participacion
from tests.fabricas import EntidadFactory, IndicadorFactory, ServicioFactory, publicada
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("politica_cargada")
class TestConLosDatosReales:
    def test_la_lista_abre_con_el_hallazgo(self, leer: Leer) -> None:
        pagina = leer("/entidades/")
        assert "14 de 16 entidades participan en algún servicio." in pagina
        assert "La que más aparece es INPE, en 6 de 13. De ningún indicador consta quién responde." in pagina

    def test_la_lista_va_de_mas_a_menos_servicios(self, leer: Leer) -> None:
        pagina = leer("/entidades/")
        lugares = [
            pagina.index(sigla) for sigla in ("INPE 6", "MINJUSDH · conduce la política 4", "MINSA 2", "MIDIS 1")
        ]
        assert lugares == sorted(lugares)
        assert "Tribunal Constitucional TC ninguno no consta" in pagina

    def test_una_entidad_con_sus_servicios_y_documentos(self, codigo: Leer) -> None:
        pagina = codigo("/entidades/INPE/", corte="2021-12-31")
        assert "Participa en 6 de 13 servicios conocidos. No consta que responda por ningún indicador." in texto_de(
            pagina
        )
        assert "OP.05 se provee Participa; su papel no consta. Órgano: CENECP." in trozo(pagina, 'id="servicios"')
        documentos = trozo(pagina, 'id="documentos"')
        assert "Resolución Directoral N° 050-2020-INPE/DTP, 2020 aprobado Niños y niñas" in documentos
        assert 'href="/servicios/OP.02-S3/?corte=2021-12-31"' in pagina

    def test_la_rectora_conduce(self, leer: Leer) -> None:
        assert (
            "Conduce la Política Nacional Penitenciaria al 2030, "
            "a través de la Dirección General de Asuntos Criminológicos (DGAC)." in leer("/entidades/MINJUSDH/")
        )

    def test_una_entidad_sin_nada_lo_dice(self, leer: Leer) -> None:
        pagina = leer("/entidades/CEPLAN/")
        assert "No consta que participe en ninguno de los servicios conocidos." in pagina
        assert "Las fichas técnicas conocidas no dicen de qué indicadores es responsable." in pagina
        assert "Al corte no consta ninguno." in pagina

    def test_un_conjunto_se_nombra_entero(self, leer: Leer) -> None:
        assert "Nombra a un conjunto que la fuente no separa" in leer("/entidades/GORE/")


def test_responde_por_sus_indicadores_y_antes_de_publicar_no_hay_cifras(leer: Leer) -> None:
    entidad = EntidadFactory(sigla="AAA")
    publicada(indicador=IndicadorFactory(responsable=entidad, nombre_corto="Lo suyo"), valor=12)
    ahora, antes = (leer("/entidades/AAA/", corte="2021-12-31", a_la_fecha=dia) for dia in ("2030-12-31", "2020-01-01"))
    assert "Responde por 1 indicador." in ahora
    assert "12 %" in ahora
    assert "12 %" not in antes
    assert "aún no se había publicado nada" in antes
    assert "1 responde por algún indicador." in leer("/entidades/")


def test_la_sigla_desconocida_es_un_404_que_la_nombra(leer: Leer) -> None:
    assert "No hay una entidad con la sigla «XYZ»." in leer("/entidades/XYZ/", espera=404)
    leer("/entidades/%00/", espera=404)


def test_con_la_base_vacia_dice_quien_la_llena(leer: Leer) -> None:
    assert "Todavía no hay entidades registradas." in leer("/entidades/")


def llenar(sigla: str, cuantos: int) -> None:
    entidad = EntidadFactory._meta.model.objects.filter(sigla=sigla).first() or EntidadFactory(sigla=sigla)
    for _ in range(cuantos):
        servicio = ServicioFactory()
        EntidadFactory()
        Participacion.objects.create(servicio=servicio, entidad=entidad)
        DocumentoDeProvision.objects.create(servicio=servicio, titulo="Protocolo", estado="necesario")
        publicada(indicador=IndicadorFactory(responsable=entidad))


def test_las_consultas_no_crecen(contar_consultas: Contar) -> None:
    llenar("AAA", 3)
    con_pocas = [contar_consultas(ruta) for ruta in ("/entidades/", "/entidades/AAA/")]
    llenar("AAA", 27)
    assert [contar_consultas(ruta) for ruta in ("/entidades/", "/entidades/AAA/")] == con_pocas == [4, 11]
