"""Quiénes intervienen: la lista y la página de cada entidad."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest

from indicadores.models import Indicador
from objetivos.models import Entidad
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
        assert "Tribunal Constitucional TC ninguno no consta ninguna ninguno" in pagina

    @pytest.mark.parametrize(
        ("filtro", "cuantas", "quienes"),
        [
            ({"con": "servicios"}, 14, ["INPE"]),
            ({"con": "documentos"}, 7, ["INPE", "MINJUSDH"]),
            ({"con": "indicadores"}, 0, []),
            ({"con": "vencidas"}, 0, []),
            ({"q": "ministerio MUJER"}, 1, ["MIMP"]),
            ({"q": "GRILLETES", "con": "documentos"}, 4, ["PJ", "MP"]),
        ],
    )
    def test_busca_y_filtra(self, leer: Leer, filtro: dict[str, str], cuantas: int, quienes: list[str]) -> None:
        pagina = leer("/entidades/", **filtro)
        verbo = "cumple" if cuantas == 1 else "cumplen"
        dicho = f"{cuantas} de 16 entidades {verbo} lo que se pide." if cuantas else "Ninguna entidad cumple"
        assert dicho in pagina
        assert all(f" {sigla} " in pagina for sigla in quienes)

    def test_un_filtro_desconocido_es_un_400_que_lo_explica(self, leer: Leer) -> None:
        pagina = leer("/entidades/", espera=400, con="todo")
        assert "«todo» no está entre las opciones." in pagina
        assert "No se buscó: corrija el filtro señalado." in pagina
        leer("/entidades/", q="\0")

    def test_la_rectora_lleva_los_pasos_y_las_alternativas_abiertas(self, codigo: Leer) -> None:
        pagina = codigo("/entidades/MINJUSDH/", corte="2021-12-31")
        assert "Comentarios del CEPLAN al PEM" in trozo(pagina, 'id="pasos"')
        assert trozo(pagina, 'id="alternativas"').count("no consta su avance") == 6
        assert trozo(codigo("/entidades/MINJUSDH/"), 'id="alternativas"').count("no consta su avance") == 5
        assert 'id="alternativas"' not in codigo("/entidades/INPE/")

    def test_una_entidad_con_sus_servicios_y_documentos(self, codigo: Leer) -> None:
        pagina = codigo("/entidades/INPE/", corte="2021-12-31")
        assert "Participa en 6 de 13 servicios conocidos. No consta que responda por ningún indicador." in texto_de(
            pagina
        )
        assert "De los documentos que gobiernan esos servicios, 1 está en diseño y 2 hacen falta." in texto_de(pagina)
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


class TestLoQueDebe:
    """Un indicador trimestral que vence a los treinta días y se exige desde el segundo semestre de 2021."""

    MIRADA: ClassVar[dict[str, str]] = {"corte": "2022-06-30", "a_la_fecha": "2022-07-31"}

    def indicador(self, entidad: Entidad, **datos: Any) -> Indicador:
        plazo = {"periodicidad": "trimestral", "dias_de_plazo": 30, "plazo_desde": date(2021, 7, 1)}
        return IndicadorFactory(responsable=entidad, **(plazo | datos))

    def test_lo_publicado_lo_vencido_y_lo_que_sigue(self, codigo: Leer) -> None:
        entidad = EntidadFactory(sigla="AAA")
        medicion = publicada(
            indicador=self.indicador(entidad, nombre_corto="Lo suyo"),
            periodo="2021-Q3",
            valor=12,
            ahora=datetime(2021, 10, 20, 12, tzinfo=UTC),
        )
        pagina = codigo("/entidades/AAA/", **self.MIRADA)
        debe = trozo(pagina, 'id="indicadores"')
        assert "12 % tercer trimestre de 2021 20 de octubre de 2021" in debe
        assert (
            "182 días de atraso cuarto trimestre de 2021, primer trimestre de 2022, segundo trimestre de 2022" in debe
        )
        assert "Segundo trimestre de 2022 vence el 30 de julio de 2022" in debe
        assert f'href="/cifra/{medicion.pk}/?corte=2022-06-30&amp;a_la_fecha=2022-07-31"' in pagina
        assert "Tiene 3 cifras vencidas sin publicar." in texto_de(pagina)
        lista = texto_de(codigo("/entidades/", con="vencidas", **self.MIRADA))
        assert "1 tiene cifras vencidas sin publicar." in lista
        assert "1 de 2 entidades cumple lo que se pide." in lista

    def test_lo_ya_entregado_pasa_al_periodo_siguiente(self, codigo: Leer) -> None:
        entidad = EntidadFactory(sigla="AAA")
        indicador = self.indicador(entidad, plazo_desde=date(2022, 4, 1))
        publicada(indicador=indicador, periodo="2022-Q2", ahora=datetime(2022, 7, 5, 12, tzinfo=UTC))
        debe = trozo(codigo("/entidades/AAA/", corte="2022-07-10", a_la_fecha="2022-07-10"), 'id="indicadores"')
        assert "Tercer trimestre de 2022 vence el 30 de octubre de 2022" in debe
        assert "nada" in debe

    def test_sin_plazo_lo_dice_y_no_inventa_un_cero(self, codigo: Leer) -> None:
        publicada(indicador=IndicadorFactory(responsable=EntidadFactory(sigla="AAA")))
        pagina = codigo("/entidades/AAA/", a_la_fecha="2030-12-31")
        assert "Sin plazo fijado" in trozo(pagina, 'id="indicadores"')
        assert "Cifras vencidas sin publicar – no tiene plazos que ya se exijan" in texto_de(pagina)

    def test_muchas_vencidas_se_resumen(self, codigo: Leer) -> None:
        self.indicador(EntidadFactory(sigla="AAA"), plazo_desde=date(2020, 1, 1))
        publicada()
        assert "tercer trimestre de 2020 y 7 más" in trozo(
            codigo("/entidades/AAA/", corte="2022-06-30", a_la_fecha="2022-12-31"), 'id="indicadores"'
        )


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
        plazo = {"periodicidad": "anual", "dias_de_plazo": 30, "plazo_desde": date(2020, 1, 1)}
        publicada(indicador=IndicadorFactory(responsable=entidad, **plazo))


def test_las_consultas_no_crecen(contar_consultas: Contar) -> None:
    llenar("AAA", 3)
    con_pocas = [contar_consultas(ruta) for ruta in ("/entidades/", "/entidades/AAA/")]
    llenar("AAA", 27)
    assert [contar_consultas(ruta) for ruta in ("/entidades/", "/entidades/AAA/")] == con_pocas == [7, 12]
