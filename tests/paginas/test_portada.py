"""El tablero: contesta en la primera pantalla, se filtra desde la dirección y cada cifra lleva a su constancia."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from django.test import Client
from django.urls import resolve

from indicadores import acciones
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.paginas.conftest import Contar, Leer, texto_de, trozo
from tests.test_lectura import crear_indicadores, llenar

pytestmark = pytest.mark.django_db
CORTE = "2021-12-31"


def marcha(pagina: str) -> list[str]:
    """Las cuatro cuentas de la primera pantalla, en palabras."""
    return [
        texto_de(uno)
        for uno in re.findall(r'<div class="(?:mejora|sin_cambio|retrocede|desconocido)">.*?</div>', pagina)
    ]


# La primera pantalla


def test_dice_cuantos_avanzan_siguen_igual_retroceden_y_no_se_sabe(politica_cargada: Any, codigo: Leer) -> None:
    assert marcha(codigo("/", corte=CORTE)) == [
        "↗ avanza 1 OP.01-I2 (parcial, marzo de 2021)",
        "= siguen igual 3 OP.02-I1, OP.02-I2 y OP.03-I1; quizá sin medición nueva",
        "↘ retroceden 0",
        "? no se sabe hacia dónde 9 7 nunca medidos y 2 con un solo valor",
    ]


@pytest.mark.parametrize(
    ("corte", "quien", "por_que"),
    [
        (CORTE, "OP.01", "uno de sus 2 indicadores está en riesgo de no alcanzar el logro esperado de 2021."),
        ("2026-11-23", "OP.02", "sus 2 indicadores no se han movido de donde estaban."),
    ],
)
def test_dice_que_objetivo_pide_atencion_y_por_que(
    politica_cargada: Any, codigo: Leer, corte: str, quien: str, por_que: str
) -> None:
    dicho = trozo(codigo("/", corte=corte), 'aria-labelledby="atencion"')
    assert quien in dicho
    assert por_que in dicho
    assert "Cómo se elige" in dicho
    assert "Se comparan los objetivos" in dicho


def test_dice_desde_cuando_no_se_sabe_de_cada_indicador(politica_cargada: Any, codigo: Leer) -> None:
    dicho = trozo(codigo("/", corte="2026-11-23"), 'aria-labelledby="desde-cuando"')
    assert "terminó hace 5 años y 7 meses: marzo de 2021. De 7 indicadores nunca se supo nada." in dicho
    assert dicho.count("nunca medido") == 7
    assert "Personas privadas de libertad sin sentencia: marzo de 2021, hace 5 años y 7 meses" in dicho
    assert "Personas atendidas en programas de tratamiento especializado: línea base de 2019" in dicho


def test_antes_de_publicar_nada_no_hay_cuentas(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/", a_la_fecha="2019-01-01")
    assert "Aún no se había publicado nada." in pagina
    assert marcha(pagina) == []
    assert "<table" not in pagina


def test_con_la_base_vacia_dice_como_llenarla(leer: Leer) -> None:
    assert "cargar_politica" in leer("/")


# Los filtros


def codigos(pagina: str) -> list[str]:
    return re.findall(r'<tr>\s*<th scope="row" class="nombre"><a href="/indicadores/([^/]+)/', pagina)


@pytest.mark.parametrize(
    ("filtros", "quedan"),
    [
        ({"objetivo": "OP.04"}, ["OP.04-I1", "OP.04-I2", "OP.04-I3"]),
        ({"estado": "mejora"}, ["OP.01-I2"]),
        ({"estado": "amarillo"}, ["OP.01-I2"]),
        ({"estado": "sin_cambio"}, ["OP.02-I1", "OP.02-I2", "OP.03-I1"]),
        ({"estado": "sin_cambio", "objetivo": "OP.03"}, ["OP.03-I1"]),
        ({"estado": "sin_medicion", "objetivo": "OP.05"}, ["OP.05-I1", "OP.05-I2"]),
        ({"estado": "con_medicion", "objetivo": " OP.02 "}, ["OP.02-I1", "OP.02-I2"]),
        ({"estado": "rojo"}, []),
    ],
)
def test_los_filtros_de_la_direccion_se_combinan(
    politica_cargada: Any, codigo: Leer, filtros: dict[str, str], quedan: list[str]
) -> None:
    pagina = codigo("/", corte=CORTE, **filtros)
    assert codigos(pagina) == quedan
    assert f"{len(quedan)} de 13 indicadores" in texto_de(pagina)
    assert "Quitar filtros" in pagina
    assert pagina.count('<td class="nada">') <= 12 * len(quedan)


def test_por_entidad_salen_los_objetivos_en_cuyos_servicios_participa(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/", entidad="PJ")
    elegidos = {uno[:5] for uno in codigos(pagina)}
    del_pj = set(
        Indicador.objects.filter(objetivo__servicios__participaciones__entidad__sigla="PJ").values_list(
            "objetivo__codigo", flat=True
        )
    )
    assert elegidos == del_pj
    assert elegidos


def test_quien_responde_por_un_indicador_tambien_lo_encuentra(politica_cargada: Any, codigo: Leer) -> None:
    from objetivos.models import Entidad

    tc = Entidad.objects.get(sigla="TC")
    Indicador.objects.filter(codigo="OP.06-I1").update(responsable=tc)
    assert "OP.06-I1" in codigos(codigo("/", entidad="TC"))


def test_cada_opcion_dice_cuantos_quedarian(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/", corte=CORTE, objetivo="OP.02")
    opciones = dict(re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)</option>', pagina))
    assert (opciones["OP.01"], opciones["OP.04"]) == ("2", "3")
    assert (opciones["sin_cambio"], opciones["mejora"], opciones["sin_medicion"]) == ("2", "0", "0")
    assert '<option value="OP.02" selected>' in pagina


@pytest.mark.parametrize("campo", ["objetivo", "entidad", "estado"])
@pytest.mark.parametrize("valor", ["nada", "OP.99", "<b>", "\0", "x" * 300])
def test_un_valor_desconocido_es_un_400_que_lo_dice(
    politica_cargada: Any, codigo: Leer, campo: str, valor: str
) -> None:
    pagina = codigo("/", espera=400, **{campo: valor})
    assert "no está entre las opciones" in pagina
    assert f'aria-describedby="error-{campo}"' in pagina
    assert "<b>»" not in pagina
    assert codigos(pagina) == []


def test_los_filtros_conservan_el_corte_y_la_fecha(politica_cargada: Any, codigo: Leer) -> None:
    fecha = (politica_cargada.cargada_en + timedelta(days=1)).date().isoformat()
    pagina = codigo("/", corte=CORTE, a_la_fecha=fecha, estado="mejora")
    assert f'<input type="hidden" name="corte" value="{CORTE}">' in pagina
    assert f'<input type="hidden" name="a_la_fecha" value="{fecha}">' in pagina
    assert f'href="/?corte={CORTE}&amp;a_la_fecha={fecha}">Quitar filtros' in pagina
    assert '<input type="hidden" name="estado" value="mejora">' in pagina  # al elegir otro corte
    sin_filtro = codigo("/", corte=CORTE)
    assert f'href="?estado=mejora&amp;corte={CORTE}"' in sin_filtro


def test_los_cierres_de_cada_anio_estan_a_un_toque(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/", a_la_fecha="2026-06-01", estado="mejora")
    assert re.findall(r'href="\?[^"]*corte=(\d{4})-12-31"', pagina) == [str(n) for n in range(2025, 2019, -1)]
    assert 'href="?a_la_fecha=2026-06-01&amp;estado=mejora&amp;corte=2021-12-31"' in pagina


# La matriz


def fila(pagina: str, que: str) -> list[str]:
    """Lo que se lee en cada celda de un indicador, de 2019 a 2030."""
    [suya] = re.findall(rf'<tr><th scope="row"><a href="/indicadores/{que}/.*?</tr>', pagina)
    return [texto_de(celda) for celda in re.findall(r"<td.*?</td>", suya)]


def test_la_matriz_dice_valor_logro_luz_y_razon(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/", corte="2022-12-31")
    sin_sentencia = fila(pagina, "OP.01-I2")
    assert sin_sentencia[:4] == [
        "e: La fuente indica que no había línea base de 2019, sin explicar por qué",
        "37",
        "35 (en riesgo, parcial: marzo de 2021) logro esperado 30",
        "–",
    ]
    assert sin_sentencia[4:] == [""] * 8
    assert fila(pagina, "OP.02-I1")[:3] == [
        "33 (línea base)",
        "33 (repite el valor anterior)",
        "– sin valor logro esperado 35",
    ]
    assert fila(pagina, "OP.03-I2")[2].startswith("– sin valor sin logro esperado: d: No se identificó un logro")
    assert '<td class="amarillo parcial" data-anio="2021">' in pagina


def test_cada_letra_de_la_matriz_esta_en_su_clave(politica_cargada: Any, codigo: Leer) -> None:
    seccion = re.search(r'aria-labelledby="matriz".*?</section>', codigo("/", corte=CORTE), re.DOTALL)
    assert seccion
    clave = re.findall(r'<li><b class="letra">(\w)</b>', seccion[0])
    usadas = re.findall(r'<b class="(?:meta )?letra">(?:<span.*?</span>)?(\w)<span', seccion[0])
    assert sorted(set(usadas)) == clave == list("abcde")
    assert "las fuentes disponibles no lo consignan" in seccion[0]


def test_toda_cifra_de_la_matriz_lleva_a_su_constancia(politica_cargada: Any, codigo: Leer, client: Client) -> None:
    seccion = re.search(r'<table class="tabla matriz">.*?</table>', codigo("/", corte=CORTE), re.DOTALL)
    assert seccion
    sueltas = re.sub(r"<a .*?</a>|<[^>]+>", " ", seccion[0].split("<tbody>")[1])
    assert not re.search(r"\b\d+,?\d*\b(?!-)", re.sub(r"OP\.\d\d-I\d|20\d\d", "", sueltas)), sueltas
    enlaces = set(re.findall(r'href="(/cifras?/\d+/[^"]*)"', seccion[0]))
    assert len(enlaces) == 6 + 4 + 6  # valores, líneas base y logros esperados
    for enlace in enlaces:
        assert client.get(enlace).status_code == 200, enlace
    anios = re.findall(r'<th scope="col"[^>]*><a href="/anios/(\d{4})/">', seccion[0])
    assert anios == [str(anio) for anio in range(2019, 2031)]


def test_un_numero_anterior_al_corte_sin_dato_se_distingue_de_lo_que_aun_no_llega(
    politica_cargada: Any, codigo: Leer
) -> None:
    pagina = codigo("/", corte="2024-06-30")
    assert fila(pagina, "OP.01-I2")[3:7] == ["–", "–", "–", ""]
    assert "sin dato oficial de 2022–2024" in pagina


# Qué cambió


def test_adelanta_lo_ultimo_que_cambio_con_su_constancia(
    politica_cargada: Any, personas: SimpleNamespace, codigo: Leer
) -> None:
    momento = politica_cargada.cargada_en + timedelta(days=3)
    vigente = Medicion.objects.oficiales_nacionales().get(indicador__codigo="OP.01-I2", periodo="2021-03")
    nueva = fabricas.corregida(
        vigente, por=personas.analista, revisor=personas.revisor, valor=Decimal("34.5"), motivo="errata", ahora=momento
    )
    acciones.fijar_umbrales(
        por=personas.administrador, verde=Decimal(90), amarillo=Decimal(50), motivo="otro", ahora=momento
    )
    pagina = codigo("/", corte=CORTE)
    dicho = trozo(pagina, 'aria-labelledby="cambios"')
    assert "Se corrigió marzo de 2021: 35 % → pasa a 34,5 % Errata." in dicho
    assert "Se cambió desde qué avance se enciende cada luz: cumple desde 95 y en riesgo desde 75 →" in dicho
    assert f'href="/cifra/{nueva.pk}/?corte={CORTE}"' in pagina
    assert 'action="/cambios/"' in pagina


# Lo que pesa y lo que cuesta


@pytest.mark.parametrize("parametros", [{}, {"corte": CORTE}, {"a_la_fecha": "2026-06-01", "corte": "2024-12-31"}])
def test_cabe_en_su_presupuesto(politica_cargada: Any, client: Client, parametros: dict[str, str]) -> None:
    contenido = client.get("/", parametros).content
    assert len(contenido) <= 60_000
    assert len(brotli.compress(contenido, quality=5)) <= 12_000


def test_las_consultas_no_dependen_de_cuanto_haya(contar_consultas: Contar) -> None:
    fabricas.PoliticaFactory()
    llenar(crear_indicadores(3), 30)
    con_tres, filtradas = contar_consultas("/"), contar_consultas("/?estado=mejora")
    llenar(crear_indicadores(30), 300)
    assert contar_consultas("/") == con_tres <= 20
    assert contar_consultas("/?estado=mejora") == filtradas < con_tres


def test_ningun_enlace_de_la_portada_esta_roto(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/", corte=CORTE)
    rutas = {re.sub(r"[?#].*", "", uno) for uno in re.findall(r'href="(/[^"]*)"', pagina)}
    assert len(rutas) > 60
    for ruta in rutas:
        if not ruta.startswith("/static/"):
            resolve(ruta)
