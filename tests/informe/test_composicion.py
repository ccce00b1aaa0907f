"""El documento: su orden, su numeración, lo que escriben las personas y lo que dice de cada situación."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from penitenciaria.informe.cifras import del_objetivo
from penitenciaria.informe.composicion import componer
from penitenciaria.informe.contenido import Informe, cifras, reunir
from penitenciaria.informe.cotejo import citas, cotejar
from penitenciaria.informe.documento import Documento, Figura, Lista, Parrafo, Tabla, Titulo
from tests.informe.fabricas import seccion, texto_de

CORTE = date(2021, 6, 30)


@pytest.fixture
def informe(politica_cargada: Any) -> Informe:
    return reunir(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en)


@pytest.fixture
def documento(informe: Informe) -> Documento:
    return componer(informe)


def test_sigue_la_estructura_del_reporte(documento: Documento) -> None:
    titulos = [
        (bloque.nivel, bloque.numero, bloque.texto) for bloque in documento.bloques if isinstance(bloque, Titulo)
    ]
    assert [par for par in titulos if par[0] == 1] == [
        (1, "1", "Avance del cumplimiento de los objetivos prioritarios"),
        (1, "2", "Alternativas para mejorar el cumplimiento e implementación de la política nacional"),
        (1, "Anexo A", "Matriz de seguimiento"),
        (1, "Anexo B", "Fichas técnicas de los indicadores"),
        (1, "Anexo C", "Registro de intervenciones"),
        (1, "Anexo D", "Fuentes y normas"),
        (1, "Anexo E", "Método y umbrales"),
        (1, "Anexo F", "Cambios respecto del año anterior"),
    ]
    de_segundo = [numero for nivel, numero, _ in titulos if nivel == 2][:8]
    assert de_segundo == ["1.1", "1.2", "OP.01", "OP.02", "OP.03", "OP.04", "OP.05", "OP.06"]
    assert [texto for nivel, numero, texto in titulos if nivel == 3 and not numero] == [
        "Avance",
        "Situación de intervenciones y uso de recursos",
    ] * 6


def test_anclas_tablas_y_figuras_no_se_repiten(documento: Documento) -> None:
    anclas = [bloque.ancla for bloque in documento.bloques if isinstance(bloque, Titulo)]
    assert len(anclas) == len(set(anclas))
    tablas = [bloque for bloque in documento.bloques if isinstance(bloque, Tabla)]
    assert [tabla.numero for tabla in tablas] == list(range(1, len(tablas) + 1))
    assert all(len(fila) == len(tabla.columnas) for tabla in tablas for fila in tabla.filas)
    assert all(celda for tabla in tablas for fila in tabla.filas for celda in fila)
    figuras = [bloque for bloque in documento.bloques if isinstance(bloque, Figura)]
    assert [figura.numero for figura in figuras] == [1, 2, 3, 4, 5, 6]
    assert all(figura.svg.startswith("<svg") and figura.alternativa and figura.pie for figura in figuras)
    texto = texto_de(documento.bloques)
    assert re.findall(r"Véase la figura ([0-9])", texto) == ["1", "2", "3", "4", "5", "6"]


def test_lo_que_escribio_una_persona_va_marcado(documento: Documento) -> None:
    propios = [bloque.texto for bloque in documento.bloques if isinstance(bloque, Parrafo) and bloque.propio]
    assert len(propios) == 13
    assert any("el grupo de trabajo lo aprobó en mayo de 2021" in texto for texto in propios)
    assert not any("37 %" in texto for texto in propios)


def test_un_parrafo_propio_agrega_o_reemplaza(informe: Informe) -> None:
    agregado = componer(informe, parrafos_propios={("avance", "OP.01"): [("agrega", "Uno.\n\nDos.\nSigue.")]})
    avance = seccion(agregado, "op-01-avance")
    assert "bajó 2 puntos porcentuales" in avance
    assert "\nUno.\nDos. Sigue.\n" in avance
    reemplazado = componer(informe, parrafos_propios={("avance", "OP.01"): [("reemplaza", "Solo esto.")]})
    avance = seccion(reemplazado, "op-01-avance")
    assert avance.splitlines()[1] == "Solo esto."
    assert "puntos porcentuales" not in avance
    assert "Personas privadas de libertad sin sentencia" in avance
    assert seccion(reemplazado, "op-02") == seccion(componer(informe), "op-02")
    en_alternativas = componer(informe, parrafos_propios={("alternativas", None): [("agrega", "Y algo más.")]})
    assert "Y algo más." in seccion(en_alternativas, "alternativas")


def test_del_mismo_informe_sale_el_mismo_documento(politica_cargada: Any, documento: Documento) -> None:
    otro = reunir(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en)
    assert componer(otro) == documento


def test_la_constancia_y_la_direccion_llegan_al_documento(informe: Informe) -> None:
    documento = componer(informe, constancia=("Reporte 1",), direccion="https://ejemplo.pe/reporte/1/")
    assert (documento.constancia, documento.direccion) == (("Reporte 1",), "https://ejemplo.pe/reporte/1/")


@pytest.mark.parametrize("corte", ["2020-12-31", "2021-03-31", "2021-06-30", "2021-12-31", "2024-12-31", "2026-11-23"])
def test_a_cualquier_corte_ninguna_cifra_queda_fuera_de_los_datos(politica_cargada: Any, corte: str) -> None:
    """Ni en lo que redacta el portal ni en lo que se toma de un relato; y toda cifra de la prosa lleva su unidad."""
    dia = date.fromisoformat(corte)
    informe = reunir(anio=dia.year, corte=dia, a_la_fecha=politica_cargada.cargada_en)
    documento, todas = componer(informe), cifras(informe)
    for objetivo in informe.objetivos:
        datos = del_objetivo(todas, objetivo.codigo)
        ancla = objetivo.codigo.lower().replace(".", "-")
        dentro = False
        for bloque in documento.bloques:
            if isinstance(bloque, Titulo):
                dentro = bloque.ancla.startswith(ancla)
            elif dentro and isinstance(bloque, Parrafo | Lista):
                textos = (bloque.texto,) if isinstance(bloque, Parrafo) else bloque.elementos
                for texto in textos:
                    assert cotejar(texto, datos) == ()
                    if isinstance(bloque, Parrafo) and not bloque.propio:
                        assert all(cita.unidad for cita in citas(texto, datos)), texto
    if dia < date(2024, 1, 1):
        assert "2024" not in texto_de(documento.bloques)
    if dia < date(2021, 5, 31):
        assert "mayo de 2021" not in texto_de(documento.bloques)
        assert "38" not in texto_de(documento.bloques)


def test_en_2024_la_alternativa_atendida_cita_su_norma(politica_cargada: Any) -> None:
    informe = reunir(anio=2024, corte=date(2024, 12, 31), a_la_fecha=politica_cargada.cargada_en)
    texto = seccion(componer(informe), "alternativas")
    assert "Al corte consta el avance de una de las seis alternativas." in texto
    assert "Atendida mediante Decreto Supremo N° 003-2024-JUS (2024)." in texto


def test_antes_de_la_primera_publicacion_lo_dice_y_no_inventa(politica_cargada: Any) -> None:
    informe = reunir(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en - timedelta(days=1))
    documento = componer(informe)
    assert "el portal aún no había publicado ninguna cifra" in seccion(documento, "resultado-general")
    assert "%" not in seccion(documento, "op-01")
    assert not any(isinstance(bloque, Figura) for bloque in documento.bloques)


def test_sin_relato_se_listan_las_intervenciones(politica_cargada: Any, informe: Informe) -> None:
    from dataclasses import replace

    from penitenciaria.informe.hechos import Relato

    [primero, *_] = informe.objetivos
    sin_relato = replace(informe, objetivos=(replace(primero, relato_de_intervenciones=Relato()),))
    texto = seccion(componer(sin_relato), "op-01-intervenciones")
    assert "Intervenciones de 2021:" in texto
    assert "Impulso de normas contra el hacinamiento. El sector Justicia promovió" in texto
