"""La búsqueda: qué halla, en qué orden y cómo lo muestra. Las mismas respuestas en SQLite y en PostgreSQL."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from indicadores.mirada import leer_mirada
from penitenciaria.busqueda import EJEMPLOS, PaginaDeBusqueda, buscar_en_todo, en_la_base, fuentes
from penitenciaria.busqueda.palabras import clave_de_codigo, con_su_tilde, leer_consulta, palabras, plegar, raiz
from penitenciaria.busqueda.sinonimos import DICHOS
from penitenciaria.busqueda.textos import textos_del_portal
from tests import fabricas
from tests.paginas.conftest import Contar, Leer

Buscar = Callable[..., PaginaDeBusqueda]
DB = pytest.mark.django_db
#: Lo que se prueba en las dos bases; en PostgreSQL, además, contra lo que hallaría sin su búsqueda de texto.
CONSULTAS = (
    *(
        "hacinamiento",
        "hacinamiento carcelario",
        "HACINAMIENTOS",
        "OP.01",
        "op1",
        "op 01",
        "«OP.01»",
        "op01i2",
        "OP.01-S1",
    ),
    *(
        "inpe",
        "línea base",
        "linea base",
        "grillete",
        "grilletes",
        "personas sin sentencia",
        "sentencias",
        "penitenciario",
    ),
    *("salud mental", "Lurigancho", "e.p. de lurigancho", "puno", "estado", "protocolos", "D.S. 011-2020-JUS", "2021"),
    *("xyzzy", "50 %", "a' OR 1=1 --", "reporte", "medición", "mediciones", "pandem", "niños"),
)


@pytest.fixture
def buscar(politica_cargada: Any) -> Buscar:
    def _buscar(texto: str, **parametros: str) -> PaginaDeBusqueda:
        return buscar_en_todo(texto, leer_mirada(parametros, ahora=timezone.now()))

    return _buscar


def rutas(pagina: PaginaDeBusqueda, grupo: str = "") -> list[str]:
    """Adónde llevan los resultados de un grupo, o todos."""
    grupos = (uno for uno in pagina.grupos if grupo in ("", uno.nombre))
    return [uno.ruta for cada in grupos for uno in (*cada.a_la_vista, *cada.resto)]


def titulo(pagina: PaginaDeBusqueda) -> str:
    return "".join(marca.texto for marca in pagina.grupos[0].a_la_vista[0].titulo)


class TestPalabras:
    @pytest.mark.parametrize(
        ("escrito", "terminos"),
        [
            ("hacinamiento carcelario", ("hacinamiento", "carcelario")),
            ("  La  MEDICIÓN de la medición ", ("medicion",)),
            ("«línea base»", ("linea", "base")),
            ("50 % * _ ?", ("50",)),
            ("a\0b", ("b",)),
            ("niño", ("nino",)),
            ("de la", ()),
            ("\u200b", ()),
            ("", ()),
        ],
    )
    def test_de_lo_escrito_quedan_las_palabras(self, escrito: str, terminos: tuple[str, ...]) -> None:
        assert leer_consulta(escrito).terminos == terminos

    def test_lo_largo_se_recorta_y_se_dice(self) -> None:
        consulta = leer_consulta("palabra " * 5000 + "fin")
        assert (consulta.terminos, consulta.recortada) == (("palabra",), True)
        muchas = leer_consulta(" ".join(f"p{n}" for n in range(20)))
        assert (len(muchas.terminos), muchas.recortada) == (8, True)
        assert not leer_consulta("hacinamiento").recortada

    @pytest.mark.parametrize("escrito", ["OP.01", "op.01", "op1", "OP 1", "«op-01»", "OP.01."])
    def test_un_codigo_se_escribe_de_muchos_modos(self, escrito: str) -> None:
        assert clave_de_codigo(escrito) == "op1"

    @pytest.mark.parametrize(
        ("escrito", "clave"),
        [
            ("OP.01-I2", "op1i2"),
            ("op1s10", "op1s10"),
            ("OP.10", "op10"),
            ("2021", ""),
            ("salud", ""),
            ("op.01 salud", ""),
        ],
    )
    def test_lo_que_no_es_codigo_no_lo_parece(self, escrito: str, clave: str) -> None:
        assert clave_de_codigo(escrito) == clave

    @pytest.mark.parametrize(
        ("una", "otra"),
        [
            ("carcel", "carceles"),
            ("medicion", "mediciones"),
            ("publicacion", "publicaciones"),
            ("penitenciario", "penitenciarias"),
            ("salud", "salud"),
        ],
    )
    def test_singular_y_plural_comparten_raiz(self, una: str, otra: str) -> None:
        assert raiz(una) == raiz(otra)


@DB
class TestHalla:
    @pytest.mark.parametrize("codigo", ["OP.01", "op1", "op 01", "«OP.01»"])
    def test_por_codigo_primero_el_objetivo_y_lo_suyo(self, buscar: Buscar, codigo: str) -> None:
        pagina = buscar(codigo)
        assert rutas(pagina)[0] == "/objetivos/OP.01/"
        assert {"/indicadores/OP.01-I1/", "/indicadores/OP.01-I2/"} <= set(rutas(pagina, "Indicadores"))
        assert "/servicios/OP.01-S1/" in rutas(pagina, "Servicios")

    def test_un_codigo_entero_es_uno_solo(self, buscar: Buscar) -> None:
        assert rutas(buscar("op01i2")) == ["/indicadores/OP.01-I2/"]

    def test_por_sigla_primero_la_entidad(self, buscar: Buscar) -> None:
        assert rutas(buscar("inpe"))[0] == "/entidades/INPE/"

    @pytest.mark.parametrize(
        "parejas",
        [("linea base", "línea base"), ("grillete", "grilletes"), ("medicion", "mediciones"), ("INPE", "inpe")],
    )
    def test_da_lo_mismo_con_tilde_o_sin_ella_y_en_singular_o_plural(
        self, buscar: Buscar, parejas: tuple[str, str]
    ) -> None:
        una, otra = (set(rutas(buscar(escrito))) for escrito in parejas)
        assert una == otra
        assert una

    def test_si_nada_tiene_todas_las_palabras_lo_dice_y_da_las_que_tienen_alguna(self, buscar: Buscar) -> None:
        pagina = buscar("hacinamiento carcelario")
        assert pagina.titular == "11 resultados para «hacinamiento carcelario», en 5 grupos."
        assert pagina.avisos == ("Ningún resultado tiene todas las palabras: estos tienen alguna.",)
        assert rutas(pagina)[0] == "/objetivos/OP.01/"

    def test_con_todas_las_palabras_no_da_las_que_tienen_una(self, buscar: Buscar) -> None:
        pagina = buscar("salud mental")
        assert pagina.avisos == ()
        assert len(rutas(pagina)) < len(rutas(buscar("salud")))

    def test_la_ultima_palabra_puede_estar_a_medias(self, buscar: Buscar) -> None:
        assert rutas(buscar("hacinamie"))[0] == "/objetivos/OP.01/"
        assert leer_consulta("ha").prefijo == ""

    @pytest.mark.parametrize(
        ("escrito", "ruta"),
        [
            ("línea base", "/glosario/#linea-base"),
            ("semáforo", "/metodologia/#semaforo"),
            ("cookie", "/privacidad/#que-se-guarda"),
            ("Decreto Supremo 011-2020", "/ruta/"),
        ],
    )
    def test_halla_terminos_metodo_paginas_y_normas(self, buscar: Buscar, escrito: str, ruta: str) -> None:
        hallado = rutas(buscar(escrito))
        assert any(una.startswith(ruta) or (ruta == "/ruta/" and una.startswith("http")) for una in hallado), hallado

    def test_un_establecimiento_lleva_a_su_fila(self, buscar: Buscar, client: Client) -> None:
        (ruta,) = rutas(buscar("lurigancho"), "Lugares")
        pagina, _, ancla = ruta.partition("#")
        assert f'id="{ancla}"' in client.get(pagina).content.decode()

    def test_conserva_la_mirada_antes_del_ancla(self, buscar: Buscar) -> None:
        hallado = rutas(buscar("línea base", corte="2021-12-31"), "Glosario")
        assert hallado[0] == "/glosario/?corte=2021-12-31#linea-base"

    def test_todo_resultado_propio_existe(self, buscar: Buscar, client: Client) -> None:
        halladas = {ruta.partition("#")[0] for escrito in CONSULTAS for ruta in rutas(buscar(escrito))}
        propias = [ruta for ruta in halladas if ruta.startswith("/")]
        assert len(propias) > 40
        assert [ruta for ruta in propias if client.get(ruta).status_code != 200] == []

    def test_lo_que_no_se_emitio_no_aparece(self, buscar: Buscar) -> None:
        assert rutas(buscar("reporte de cumplimiento"), "Reportes emitidos") == []

    def test_sin_resultados_sugiere_lo_parecido(self, buscar: Buscar) -> None:
        pagina = buscar("hacinamento")
        assert pagina.titular == "Nada de lo publicado dice «hacinamento»."
        assert pagina.sugerencias == ("hacinamiento",)
        assert buscar("xyzzy").sugerencias == EJEMPLOS

    @pytest.mark.parametrize(
        ("escrito", "ofrecida"),
        [
            ("presos", "personas privadas de libertad"),
            ("reos", "personas privadas de libertad"),
            ("las cárceles", "establecimientos penitenciarios"),
            ("prisiones", "establecimientos penitenciarios"),
            ("Tobilleras", "grilletes"),
            ("celulares y teléfonos", "bloqueadores"),
        ],
    )
    def test_lo_que_se_dice_de_otro_modo_lleva_a_como_lo_dicen_las_fuentes(
        self, buscar: Buscar, escrito: str, ofrecida: str
    ) -> None:
        assert buscar(escrito).sugerencias[0] == ofrecida

    def test_cada_palabra_ofrecida_halla_algo_y_no_ofrece_otra(self, buscar: Buscar) -> None:
        for ofrecida in {una for _, ofrecidas in DICHOS for una in ofrecidas}:
            assert buscar(ofrecida).grupos, ofrecida
            assert buscar(ofrecida).sugerencias == (), ofrecida

    @pytest.mark.parametrize("escrito", ["%", "de la", "* _ ?", "\0", "''", "¿?"])
    def test_signos_y_palabras_vacias_no_buscan_nada(self, buscar: Buscar, escrito: str) -> None:
        pagina = buscar(escrito)
        assert pagina.grupos == ()
        assert pagina.sugerencias == EJEMPLOS


@DB
@pytest.mark.postgres
class TestPostgreSQL:
    def test_responde_lo_mismo_que_sin_su_busqueda_de_texto(
        self, buscar: Buscar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        con_ella = {escrito: buscar(escrito) for escrito in CONSULTAS}
        monkeypatch.setattr(fuentes, "que_pueden_responder", lambda filas, campos, consulta: filas)
        distintas = [escrito for escrito in CONSULTAS if buscar(escrito) != con_ella[escrito]]
        assert distintas == []

    def test_deja_fuera_las_filas_que_no_responden(self, politica_cargada: Any) -> None:
        consulta = leer_consulta("hacinamiento")
        fuente = fuentes.FUENTES[1]
        todas = fuente.filas(leer_mirada({}, ahora=timezone.now()))
        assert 0 < en_la_base.que_pueden_responder(todas, fuente.campos, consulta).count() < todas.count()

    def test_sus_raices_son_las_nuestras(self, politica_cargada: Any) -> None:
        """Con cada palabra de los textos del portal, menos las que ``spanish`` tira por vacías."""
        distintas = sorted({una for texto in textos_del_portal() for una in palabras(texto.texto) if una.isalpha()})
        assert len(distintas) > 500
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p, ts_lexize('spanish_stem', p) FROM unnest(%s) AS p",
                [[con_su_tilde(una) for una in distintas]],
            )
            de_la_base = {plegar(palabra): raices[0] for palabra, raices in cursor.fetchall() if raices}
        assert {una: raiz(una) for una in de_la_base} == de_la_base


@DB
@pytest.mark.usefixtures("politica_cargada")
class TestPagina:
    def test_resalta_y_cuenta(self, codigo: Leer) -> None:
        pagina = codigo("/buscar/", q="hacinamientos")
        assert "<mark>hacinamiento</mark>" in pagina
        assert re.search(r"<h1>\d+ resultados para «hacinamientos», en \d grupos\.</h1>", pagina)

    def test_lo_escrito_se_escapa_y_se_conserva(self, codigo: Leer) -> None:
        pagina = codigo("/buscar/", q='"><script>alert(1)</script>')
        assert "<script>alert" not in pagina
        assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in pagina

    def test_nada_de_lo_que_se_escriba_la_rompe(self, client: Client) -> None:
        hostiles = (
            "",
            " ",
            "\0",
            "ab\0cd",
            "%",
            "_",
            "x" * 20_000,
            "😀",
            "(((",
            "ab & cd | !ef",
            "ab:*",
            "\\",
            "ﬁn",
            "Ⅳ²",
        )
        estados = {hostil: client.get(f"/buscar/?q={quote(hostil)}").status_code for hostil in hostiles}
        assert estados == dict.fromkeys(hostiles, 200)

    def test_vacia_dice_como_se_busca(self, leer: Leer) -> None:
        pagina = leer("/buscar/")
        assert "¿Qué busca?" in pagina
        assert "Puede probar con" in pagina

    def test_conserva_la_mirada(self, codigo: Leer) -> None:
        pagina = codigo("/buscar/", q="OP.01", corte="2021-12-31")
        assert 'href="/objetivos/OP.01/?corte=2021-12-31"' in pagina
        assert '<input type="hidden" name="corte" value="2021-12-31">' in pagina

    def test_no_se_ofrece_a_los_buscadores(self, codigo: Leer) -> None:
        assert '<meta name="robots" content="noindex">' in codigo("/buscar/", q="OP.01")

    def test_las_mismas_consultas_con_pocos_o_muchos_resultados(self, contar_consultas: Contar) -> None:
        pocos = contar_consultas("/buscar/?q=op01i2")
        assert pocos == contar_consultas("/buscar/?q=penitenciario") == len(fuentes.FUENTES)
        for _ in range(5):
            fabricas.IndicadorFactory()
        assert contar_consultas("/buscar/?q=penitenciario") == pocos
        assert contar_consultas("/buscar/?q=xyzzy") == pocos + 3

    def test_vacia_no_pregunta_nada(self, contar_consultas: Contar) -> None:
        assert contar_consultas("/buscar/") == 0
