"""La vida de un lote: se compara, se confirma, se anota entero, se envía o se deshace, y nunca a medias."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile

from indicadores import acciones
from indicadores.acciones import lotes
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, PermisoDenegado, TransicionInvalida
from indicadores.intercambio import archivo
from indicadores.intercambio.proceso import anotar_lote, comparar_lote, deshacer
from indicadores.models import Lote, Medicion, Suceso
from tests.fabricas import AHORA, AmbitoFactory, FuenteFactory, IndicadorFactory, borrador, minuto, publicada
from tests.intercambio.ayudas import csv, cuenta, diferencias, subir, xlsx

TITULOS = "indicador;periodo;valor;numerador;denominador;motivo;fuente;notas"


@pytest.fixture(autouse=True)
def _archivos_aparte(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ix(db: None) -> Any:
    AmbitoFactory()
    FuenteFactory(codigo="inpe", nombre="Informe del INPE")
    return IndicadorFactory(codigo="IX-1")


def aplicado(contenido: bytes, por: Any, motivo: str = "") -> Lote:
    lote = subir(contenido, por)
    lotes.confirmar(lote, por=por, testigo=lote.testigo, motivo=motivo, ahora=minuto(1))
    return anotar_lote(lote, ahora=minuto(1))


def test_lo_nuevo_entra_como_borradores_del_lote(ix: Any, personas: Any) -> None:
    contenido = csv(TITULOS, "IX-1;2020;34,9;;;;inpe;una nota", "ix-1;2021;;1;3;;Informe del INPE;", "# nada;;;;;;;")
    lote = aplicado(contenido, personas.analista)
    assert (lote.estado, lote.hechas, cuenta(lote)) == ("aplicado", 2, {"nueva": 2})
    una, otra = lote.mediciones.order_by("periodo")
    assert (una.valor, una.fuente.codigo, una.notas, una.etapa) == (Decimal("34.9"), "inpe", "una nota", "borrador")
    assert (otra.valor, otra.numerador) == (Decimal("33.3333"), 1)
    assert una.registrada_por == personas.analista
    assert [s.accion for s in Suceso.objects.order_by("id")] == ["registrar", "registrar"]


@pytest.mark.parametrize(
    ("fila", "celda", "dice"),
    [
        ("IX-9;2020;1;;;;;", "A2", "No hay un indicador con ese código"),
        ("IX-1;20-20;1;;;;;", "B2", "no es un periodo"),
        ("IX-1;2025;1;;;;;", "B2", "aún no puede medirse"),
        ("IX-1;2020;mucho;;;;;", "C2", "no es un número"),
        ("IX-1;2020;101;;;;;", "C2", "100"),
        ("IX-1;2020;;4;3;;;", "D2", "mayor que el denominador"),
        ("IX-1;2020;;;;porque sí;;", "F2", "Se esperaba un motivo"),
        ("IX-1;2020;1;;;;otra;", "G2", "No hay una fuente"),
        ("IX-1;2020;=1+1;;;;;", "C2", "fórmula"),
    ],
)
def test_un_error_dice_su_celda_y_no_cambia_nada(ix: Any, personas: Any, fila: str, celda: str, dice: str) -> None:
    lote = subir(csv(TITULOS, fila, "IX-1;2019;1;;;;;"), personas.analista)
    assert lote.estado == "con_errores"
    error = next(d for d in diferencias(lote) if d.tipo == "error")
    assert (error.celda, dice in error.mensaje) == (celda, True), error
    with pytest.raises(TransicionInvalida):
        lotes.confirmar(lote, por=personas.analista, testigo=lote.testigo)
    assert not Medicion.objects.exists()


def test_la_misma_medicion_dos_veces_es_un_error(ix: Any, personas: Any) -> None:
    lote = subir(csv(TITULOS, "IX-1;2020;1;;;;;", "IX-1;2020;2;;;;;"), personas.analista)
    assert cuenta(lote) == {"nueva": 1, "error": 1}
    assert (
        "también en la fila 2" in diferencias(lote)[-1].mensaje
        or "también en la fila 2" in diferencias(lote)[0].mensaje
    )


@pytest.mark.parametrize(
    ("contenido", "dice"),
    [
        ("indicador;periodo;valor\nIX-1;2020;1\nIX-1;2021;año".encode("latin-1"), "La línea 3 no está en UTF-8"),
        ("x".encode("utf-16"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel antiguo"),
        (b"PK\x03\x04 roto", "dañado"),
        (b"hola", "fila de títulos"),
        (b'indicador;periodo;valor\n"sin cerrar;1', "comillas sin cerrar"),
    ],
)
def test_un_archivo_ilegible_lo_dice(ix: Any, personas: Any, contenido: bytes, dice: str) -> None:
    lote = subir(contenido, personas.analista)
    assert lote.estado == "fallido"
    assert dice in lote.mensaje


@pytest.mark.parametrize("separador", [";", ",", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_separadores_bom_y_titulos_con_tildes(ix: Any, personas: Any, separador: str, bom: str) -> None:
    filas = [["INDICADOR", "Período", "Ámbito", "Valor"], ["IX-1", "2020", "Perú", "34.5"]]
    contenido = bom + "\n".join(separador.join(fila) for fila in filas)
    lote = subir(contenido.encode(), personas.analista)
    assert cuenta(lote) == {"nueva": 1}, diferencias(lote)
    assert diferencias(lote)[0].despues["valor"] == "34,5"


def test_un_libro_con_numeros_y_con_formulas(ix: Any, personas: Any) -> None:
    lote = subir(
        xlsx(["Indicador", "Periodo", "Valor"], ["IX-1", 2020, 34.9], ["IX-1", 2021, "=1+1"]), personas.analista
    )
    assert {(d.tipo.value, d.celda) for d in diferencias(lote)} == {("nueva", ""), ("error", "C3")}


def test_lo_publicado_se_corrige_con_motivo(ix: Any, personas: Any) -> None:
    vigente = publicada(indicador=ix, periodo="2020", valor=Decimal(40), notas="queda")
    contenido = csv("indicador;periodo;valor", "IX-1;2020;41")
    lote = subir(contenido, personas.analista)
    (diferencia,) = diferencias(lote)
    assert (diferencia.antes, diferencia.despues) == ({"valor": "40"}, {"valor": "41"})
    with pytest.raises(DatoInvalido, match="motivo"):
        lotes.confirmar(lote, por=personas.analista, testigo=lote.testigo)
    lote = aplicado(contenido, personas.analista, "Errata del cuadro")
    nueva = lote.mediciones.get()
    assert (nueva.corrige_id, nueva.version, nueva.motivo_cambio) == (vigente.pk, 2, "Errata del cuadro")
    assert nueva.notas == "queda"


def test_lo_ajeno_y_lo_que_cambio_es_conflicto(ix: Any, personas: Any) -> None:
    ajeno = borrador(por=personas.otra_analista, indicador=ix, periodo="2020")
    propio = borrador(por=personas.analista, indicador=ix, periodo="2021", valor=Decimal(1))
    acciones.modificar(propio, por=personas.analista, testigo=1, valor=Decimal(2))
    contenido = csv(
        "indicador;periodo;valor;base", f"IX-1;2020;9;v{ajeno.pk}/1", f"IX-1;2021;9;v{propio.pk}/1", "IX-1;2019;9;0"
    )
    lote = subir(contenido, personas.analista)
    assert cuenta(lote) == {"conflicto": 2, "nueva": 1}
    assert any("ahora hay" in d.mensaje and "2 %" in d.mensaje.replace("\xa0", " ") for d in diferencias(lote))


def test_deshacer_descarta_lo_creado_y_devuelve_lo_cambiado(ix: Any, personas: Any) -> None:
    propio = borrador(por=personas.analista, indicador=ix, periodo="2020", valor=None, numerador=1, denominador=4)
    lote = aplicado(csv("indicador;periodo;valor", "IX-1;2020;9", "IX-1;2019;8"), personas.analista)
    propio.refresh_from_db()
    assert (propio.valor, propio.numerador, propio.lote_id) == (9, None, lote.pk)
    deshacer(lote, por=personas.analista, ahora=minuto(2))
    propio.refresh_from_db()
    assert (propio.valor, propio.numerador, propio.lote_id, propio.etapa) == (25, 1, None, "borrador")
    assert Medicion.objects.get(periodo="2019").etapa == "descartada"
    lote.refresh_from_db()
    assert lote.estado == "deshecho"


def test_enviar_todo_y_cuatro_ojos(ix: Any, personas: Any) -> None:
    contenido = csv(TITULOS, "IX-1;2020;9;;;;inpe;", "IX-1;2019;8;;;;inpe;")
    lote = aplicado(contenido, personas.administrador)
    assert lotes.enviar_lote(lote, por=personas.administrador, ahora=minuto(2)) == 2
    medicion = lote.mediciones.first()
    with pytest.raises(PermisoDenegado):
        acciones.publicar(medicion, por=personas.administrador, ahora=minuto(3))
    with pytest.raises(TransicionInvalida, match="en revisión"):
        deshacer(lote, por=personas.administrador)
    acciones.publicar(medicion, por=personas.revisor, ahora=minuto(3))
    with pytest.raises(TransicionInvalida, match="ya se publicó"):
        deshacer(lote, por=personas.administrador)


def test_enviar_exige_fuente_en_todas(ix: Any, personas: Any) -> None:
    lote = aplicado(csv(TITULOS, "IX-1;2020;9;;;;inpe;", "IX-1;2019;8;;;;;"), personas.analista)
    with pytest.raises(DatoInvalido, match="fuente"):
        lotes.enviar_lote(lote, por=personas.analista)
    assert set(lote.mediciones.values_list("etapa", flat=True)) == {"borrador"}


def test_lo_que_cambia_despues_de_comparar_no_se_pisa(ix: Any, personas: Any) -> None:
    lote = subir(csv("indicador;periodo;valor", "IX-1;2020;9", "IX-1;2019;8"), personas.analista)
    borrador(por=personas.otra_analista, indicador=ix, periodo="2020")
    lotes.confirmar(lote, por=personas.analista, testigo=lote.testigo, ahora=AHORA)
    lote = anotar_lote(lote, ahora=minuto(1))
    assert (lote.estado, cuenta(lote)) == ("por_confirmar", {"conflicto": 1, "nueva": 1})
    assert Medicion.objects.count() == 1


def test_un_lote_no_se_confirma_ni_se_anota_dos_veces(ix: Any, personas: Any) -> None:
    lote = subir(csv("indicador;periodo;valor", "IX-1;2020;9"), personas.analista)
    with pytest.raises(ConflictoDeEdicion):
        lotes.confirmar(lote, por=personas.analista, testigo=lote.testigo - 1)
    lotes.confirmar(lote, por=personas.analista, testigo=lote.testigo)
    with pytest.raises(TransicionInvalida):
        lotes.confirmar(lote, por=personas.analista, testigo=lote.testigo)
    anotar_lote(lote, ahora=minuto(1))
    anotar_lote(lote, ahora=minuto(2))
    assert Medicion.objects.count() == 1


def test_quien_no_importa_no_puede(ix: Any, personas: Any) -> None:
    for persona in (personas.revisor, personas.funcionario):
        with pytest.raises(PermisoDenegado):
            lotes.recibir(por=persona, clase="mediciones", archivo=ContentFile(b"x"), nombre="x.csv")


def test_un_ejercicio_cerrado_se_respeta(ix: Any, personas: Any) -> None:
    acciones.cerrar_ejercicio(por=personas.administrador, anio=2020, motivo="Memoria anual", ahora=AHORA)
    contenido = csv("indicador;periodo;valor", "IX-1;2020;9")
    lote = subir(contenido, personas.analista, ahora=minuto(1))
    assert "El ejercicio 2020 está cerrado" in diferencias(lote)[0].mensaje
    lote = subir(contenido, personas.administrador, ahora=minuto(1))
    with pytest.raises(DatoInvalido, match="motivo"):
        lotes.confirmar(lote, por=personas.administrador, testigo=lote.testigo)
    lotes.confirmar(lote, por=personas.administrador, testigo=lote.testigo, motivo="Dato tardío")
    lote = anotar_lote(lote, ahora=minuto(2))
    assert lote.estado == "aplicado", lote.mensaje
    suceso = lote.mediciones.get().sucesos.get()
    assert suceso.motivo == "Dato tardío"
    assert "ejercicio_cerrado" in suceso.cambios


def test_las_paginas_de_la_diferencia_salen_del_indice(ix: Any, personas: Any) -> None:
    periodos = [f"{anio}-{mes:02d}" for anio in range(1990, 2022) for mes in range(1, 13)] * 4
    sexos = "THM"
    filas = [
        f"IX-1;{periodo};{i % 90};{sexos[i // 384 % 3]};{'oficial' if i < 1152 else 'referencial'}"
        for i, periodo in enumerate(periodos)
    ]
    lote = subir(csv("indicador;periodo;valor;sexo;caracter", *filas, "IX-1;nunca;1;;"), personas.analista)
    assert cuenta(lote) == {"nueva": 1536, "error": 1}
    todas = diferencias(lote)
    nuevas = [d for d in todas if d.tipo == "nueva"]
    with lote.diferencia.open("rb") as abierto:
        for desde in (0, 450, 999, 1500):
            hallada = archivo.pagina(abierto.file, lote.resumen["indice"], desde=desde, cuantas=100, tipos=["nueva"])
            assert hallada == nuevas[desde : desde + 100]


def test_leer_otra_vez_da_lo_mismo(ix: Any, personas: Any) -> None:
    lote = subir(csv("indicador;periodo;valor", "IX-1;2020;9"), personas.analista)
    Lote.objects.update(estado="leyendo")
    assert cuenta(comparar_lote(lote, ahora=AHORA)) == {"nueva": 1}
