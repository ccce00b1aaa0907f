"""Las fichas de una hoja: exactamente una página, con todo lo que dicen las páginas del portal."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import typst

from indicadores.ficha import escribir_pagina
from indicadores.lectura import catalogo, leer_indicadores
from indicadores.mirada import Mirada
from indicadores.paginas import FilaDeIndicador, Luz
from objetivos.models import ObjetivoPrioritario
from objetivos.paginas import escribir_objetivo
from penitenciaria import portada
from penitenciaria.informe.documento import Columna, Lista, Parrafo, Tabla, Titulo
from penitenciaria.informe.hojas import (
    CifraDeHoja,
    GrupoDeHoja,
    Hoja,
    datos_de,
    escribir_hoja,
    ficha_de_indicador,
    ficha_de_objetivo,
    ficha_de_politica,
)
from penitenciaria.informe.pdf import PLANTILLAS
from penitenciaria.tablero import construir
from tests.informe.test_pdf import HOSTILES, lector, pelado, texto_de

AHORA = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
CORTES = (date(2019, 12, 31), date(2021, 6, 30), date(2026, 6, 30))


def las_fichas(corte: date, a_la_fecha: datetime = AHORA) -> Iterator[tuple[str, Hoja]]:
    """Todas las que el portal ofrece a ese corte."""
    mirada = Mirada(corte, a_la_fecha)
    yield "política", ficha_de_politica(portada.escribir(construir(corte=corte, a_la_fecha=a_la_fecha)))
    for objetivo in ObjetivoPrioritario.objects.order_by("codigo"):
        pagina = escribir_objetivo(objetivo.codigo, mirada)
        assert pagina is not None
        yield objetivo.codigo, ficha_de_objetivo(pagina, mirada)
    for leido in leer_indicadores(catalogo(), corte=corte, a_la_fecha=a_la_fecha):
        yield leido.indicador.codigo, ficha_de_indicador(escribir_pagina(leido, mirada), mirada)


def escala(hoja: Hoja) -> float:
    """A cuánto se redujo la ficha para caber; 1 es tamaño natural."""
    return float(
        json.loads(
            typst.query(
                PLANTILLAS / "ficha.typ",
                "<escala>",
                field="value",
                one=True,
                root=PLANTILLAS,
                ignore_system_fonts=True,
                sys_inputs={"datos": json.dumps(datos_de(hoja) | {"fecha": ""})},
            )
        )
    )


def textos(valor: Any, clave: str = "") -> Iterator[str]:
    """Todo texto de los datos de una ficha, menos dibujos y claves de la plantilla."""
    if isinstance(valor, dict):
        for otra, dentro in valor.items():
            yield from textos(dentro, otra)
    elif isinstance(valor, list | tuple):
        for dentro in valor:
            yield from textos(dentro, clave)
    elif isinstance(valor, str) and clave not in {
        "svg", "miniatura", "alternativa", "idioma", "clase", "tipo", "estilo", "ancla"
    }:  # fmt: skip
        yield valor


@pytest.mark.parametrize("corte", CORTES, ids=str)
def test_todas_caben_legibles_en_una_hoja_y_no_callan_nada(corte: date, politica_cargada: Any) -> None:
    for nombre, hoja in las_fichas(corte):
        pdf = escribir_hoja(hoja, fecha=corte)
        extraido = texto_de(pdf)

        [pagina] = lector(pdf).pages
        assert (round(pagina.mediabox.width), round(pagina.mediabox.height)) == (595, 842)
        faltan = [texto for texto in textos(datos_de(hoja)) if pelado(texto) not in extraido]
        assert faltan == [], nombre
        # Ni la más cargada baja de tres cuartos de su tamaño natural.
        assert escala(hoja) >= 0.74, nombre


def test_antes_de_publicar_nada_las_fichas_lo_dicen(politica_cargada: Any) -> None:
    fichas = dict(las_fichas(date(2021, 6, 30), datetime(2020, 1, 1, tzinfo=UTC)))

    assert "aún no había publicado nada" in fichas["política"].entrada
    assert all(len(lector(escribir_hoja(hoja)).pages) == 1 for hoja in fichas.values())


def test_la_ficha_de_la_politica_tiene_sus_trece_indicadores(politica_cargada: Any) -> None:
    hoja = ficha_de_politica(portada.escribir(construir(corte=date(2021, 6, 30), a_la_fecha=AHORA)))

    assert len(hoja.grupos) == 6
    assert sum(len(grupo.filas) for grupo in hoja.grupos) == 13
    assert "35 %" in texto_de(escribir_hoja(hoja)) or "35%" in texto_de(escribir_hoja(hoja))


def test_los_mismos_bytes(politica_cargada: Any) -> None:
    def huellas() -> list[str]:
        return [hashlib.sha256(escribir_hoja(hoja)).hexdigest() for _, hoja in las_fichas(date(2021, 6, 30))]

    assert huellas() == huellas()


FILA = FilaDeIndicador(
    codigo="OP.01-I1",
    nombre="Porcentaje de " + "personas privadas de su libertad " * 12,
    nombre_oficial="",
    luz=Luz("amarillo", "en riesgo", parcial=True),
    detalle_luz="en 2020: 85,7 % (en riesgo)",
    razon="",
    valor="1.234.567.890.123,45 %",
    cifra=None,
    cuando="primer semestre de 2021",
    se_repite=True,
    logro="0 %",
    logro_anio="2021",
    tipo_i="1.234.567,8 %",
    motivo_tipo_i="no se ha definido si el valor debe subir o bajar",
    tipo_ii="–",
    motivo_tipo_ii="",
    nota="",
    miniatura="",
)
DESMEDIDA = Hoja(
    sobretitulo="Ficha",
    titulo="Objetivo " + "de nombre interminable " * 30,
    pie="Pie " * 60,
    luz=Luz("rojo", "lejos"),
    titular=HOSTILES[0],
    entrada=" ".join(HOSTILES),
    cifras=tuple(CifraDeHoja(f"Rótulo {n}", "9" * 40, "detalle", Luz("nunca", "nunca medido")) for n in range(5)),
    grupos=(GrupoDeHoja("Grupo", "resumen", (FILA,) * 15),),
    bloques=(
        Titulo(1, "Sección", "seccion"),
        Parrafo("x" * 400),
        Lista(HOSTILES * 4),
        Tabla(0, "", (Columna("A"), Columna("B", numerica=True)), tuple((f"f{n}", "1" * 30) for n in range(60))),
    ),
    campos=tuple((f"Campo {n}", "texto " * 60) for n in range(21)),
    faltan="Por definir: todo.",
)


def test_la_mas_desmedida_tambien_es_una_hoja() -> None:
    pdf = escribir_hoja(DESMEDIDA)
    extraido = texto_de(pdf)

    assert len(lector(pdf).pages) == 1
    for texto in (*HOSTILES, FILA.nombre, FILA.tipo_i, "Campo 20", "f59", "Por definir: todo."):
        assert pelado(texto) in extraido
    assert re.search("enriesgo.parcial", extraido)


def test_una_ficha_vacia_tambien() -> None:
    assert len(lector(escribir_hoja(Hoja("Ficha", "Título", "Pie"))).pages) == 1


def test_cada_luz_se_dice_con_su_palabra() -> None:
    for clase in ("verde", "amarillo", "rojo", "sin-dato", "nunca", "desconocida"):
        hoja = replace(DESMEDIDA, grupos=(), bloques=(), campos=(), luz=Luz(clase, f"palabra {clase}"))
        assert pelado(f"palabra {clase}") in texto_de(escribir_hoja(hoja))
