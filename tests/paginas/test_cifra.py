"""La constancia de una cifra: lo que dice a cada quien, lo que calla y lo que cuesta."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from indicadores import acciones
from indicadores.models import Constancia, Evidencia, Medicion
from tests import fabricas
from tests.fabricas import minuto
from tests.paginas.conftest import Contar, Leer


@pytest.fixture
def cifra(personas: SimpleNamespace) -> Medicion:
    """Un porcentaje nacional con sus cantidades, línea base 20 y logro 40."""
    fabricas.PoliticaFactory(rectora=fabricas.EntidadFactory(sigla="MINJUSDH"))
    medicion = fabricas.publicada(
        por=personas.analista, revisor=personas.revisor, periodo="2021", valor=None, numerador=1, denominador=3
    )
    fabricas.linea_base(medicion.indicador, "20", por=personas.administrador)
    fabricas.logro(medicion.indicador, "40", anio=2021, por=personas.administrador)
    return medicion


def test_dice_la_cifra_de_que_sale_y_su_avance(cifra: Medicion, leer: Leer) -> None:
    texto = leer(f"/cifra/{cifra.pk}/")
    assert f"{cifra.indicador.nombre}. 2021, Perú, ambos sexos: 33,3 %" in texto
    assert "Versión 1, cifra oficial y definitiva. Rige desde el 15 de junio de 2022." in texto
    assert "1 3 × 100 ≈ 33,3 %" in texto
    assert "33,3333 40 × 100 ≈ 83,3 %" in texto
    assert "De los 20 que separan la línea base del logro esperado se recorrió 13,3333." in texto
    assert cifra.fuente is not None
    assert f"Fuente {cifra.fuente.nombre}" in texto
    assert "La registró Analista de MINJUSDH 15 de junio de 2022" in texto
    assert "La publicó Revisor de MINJUSDH 15 de junio de 2022" in texto
    una = Constancia.objects.get(medicion=cifra)
    assert f"Huella SHA-256 {una.huella}" in texto
    assert f"Huella anterior {una.huella_anterior}" in texto


def test_los_nombres_son_solo_para_el_personal(cifra: Medicion, client: Client, personas: SimpleNamespace) -> None:
    publica = client.get(f"/cifra/{cifra.pk}/")
    assert "ana" not in publica.content.decode().split()
    assert "(Analista" not in publica.content.decode()
    assert "public" in publica["Cache-Control"]
    client.force_login(personas.funcionario)
    interna = client.get(f"/cifra/{cifra.pk}/")
    assert "ana (Analista de MINJUSDH)" in interna.content.decode()
    assert "private" in interna["Cache-Control"]
    assert client.get(f"/cifra/{cifra.pk}.json").content == Client().get(f"/cifra/{cifra.pk}.json").content


@pytest.mark.django_db
@pytest.mark.parametrize("ruta", ["/cifra/{}/", "/cifra/{}.json"])
def test_lo_que_nunca_se_publico_no_tiene_constancia(client: Client, ruta: str) -> None:
    for etapa in ("borrador", "en_revision", "observada", "descartada"):
        assert client.get(ruta.format(fabricas.en_etapa(etapa).pk)).status_code == 404
    assert client.get(ruta.format(999)).status_code == 404
    assert client.get(ruta.format(10**30)).status_code == 404


def test_una_version_sustituida_lo_dice_y_enlaza_la_que_rige(
    cifra: Medicion, codigo: Leer, leer: Leer, personas: SimpleNamespace
) -> None:
    nueva = fabricas.corregida(cifra, valor="35", por=personas.analista, revisor=personas.revisor, ahora=minuto(2000))
    antes, despues = leer(f"/cifra/{cifra.pk}/"), leer(f"/cifra/{nueva.pk}/")
    assert "Rigió desde el 15 de junio de 2022 hasta el 16 de junio de 2022." in antes
    assert "Ya no rige: otra versión la sustituyó" in antes
    assert f'href="/cifra/{nueva.pk}/"' in codigo(f"/cifra/{cifra.pk}/")
    assert "× 100 ≈ 83,3 %" in antes, "El avance es el que dio mientras rigió"
    assert "Motivo del cambio Se corrige una errata" in despues
    assert "Versión 1 33,3 %" in despues
    assert "Versión 2 es esta 35 %" in despues


def test_una_retirada_dice_por_que(cifra: Medicion, leer: Leer, personas: SimpleNamespace) -> None:
    acciones.retirar(cifra, por=personas.revisor, motivo="La fuente la desmintió", ahora=minuto(5))
    texto = leer(f"/cifra/{cifra.pk}/")
    assert "Se retiró el 15 de junio de 2022 y ya no debe citarse. Motivo: La fuente la desmintió." in texto
    assert "La retiró Revisor de MINJUSDH" in texto
    retiro = Constancia.objects.get(medicion=cifra, clase="retiro")
    assert f"Constancia del retiro {retiro.numero}: {retiro.huella}" in texto
    assert "Ya no rige" not in texto


def test_una_reservada_no_muestra_nada_que_la_revele(
    cifra: Medicion, codigo: Leer, leer: Leer, personas: SimpleNamespace
) -> None:
    nueva = fabricas.corregida(
        cifra, valor="77.77", motivo="Eran 77,77 y no más", por=personas.analista, revisor=personas.revisor
    )
    suya = {"medicion": nueva, "subida_por": personas.analista, "subida_en": minuto(0)}
    Evidencia.objects.create(archivo="x", nombre="acta.pdf", tamano=1, huella="a" * 64, publica=True, **suya)
    acciones.retirar(nueva, por=personas.revisor, motivo="No eran 77,77", ahora=minuto(9))
    assert "acta.pdf" in leer(f"/cifra/{nueva.pk}/")
    Medicion.objects.update(reservada=True)
    texto, crudo = leer(f"/cifra/{nueva.pk}/"), codigo(f"/cifra/{nueva.pk}.json")
    assert "Reservada" in texto
    assert "Su valor se reserva" in texto
    for rastro in ("77,77", "77.77", "33,3333", "33.3333", "acta.pdf", "No eran", "Eran 77"):
        assert rastro not in texto, rastro
        assert rastro not in crudo, rastro
    cuerpo = json.loads(crudo)
    assert cuerpo["reservada"] is True
    assert [una["cifra"] for una in cuerpo["constancias"]] == [None, None]
    assert [una["sal"] for una in cuerpo["constancias"]] == [None, None]


def test_las_evidencias_publicas_se_listan_y_las_demas_no(
    cifra: Medicion, codigo: Leer, personas: SimpleNamespace
) -> None:
    for n, (nombre, publica, retirada) in enumerate(
        [("acta.pdf", True, None), ("interna.pdf", False, None), ("retirada.pdf", True, minuto(1))]
    ):
        Evidencia.objects.create(
            medicion=cifra,
            archivo=f"evidencias/{n}",
            nombre=nombre,
            tipo="application/pdf",
            tamano=10,
            huella=str(n) * 64,
            publica=publica,
            subida_por=personas.analista,
            subida_en=minuto(0),
            retirada_en=retirada,
        )
    pagina = codigo(f"/cifra/{cifra.pk}/")
    assert f'href="/evidencias/{Evidencia.objects.get(nombre="acta.pdf").pk}/"' in pagina
    assert "interna.pdf" not in pagina
    assert "retirada.pdf" not in pagina


def test_una_ausencia_dice_su_motivo(leer: Leer, personas: SimpleNamespace) -> None:
    medicion = fabricas.publicada(motivo_ausencia="no_medido", texto_ausencia="El censo se suspendió")
    assert "El censo se suspendió." in leer(f"/cifra/{medicion.pk}/")


def test_corte_y_fecha_valen_como_en_las_demas_paginas(
    cifra: Medicion, codigo: Leer, leer: Leer, personas: SimpleNamespace
) -> None:
    ruta = f"/cifra/{cifra.pk}/"
    codigo(ruta, a_la_fecha="2022-06-14", espera=404)
    codigo(ruta, corte="2021-12-30", espera=404)
    codigo(ruta, corte="ayer", espera=400)
    nueva = fabricas.corregida(cifra, valor="35", por=personas.analista, revisor=personas.revisor, ahora=minuto(5000))
    antes = leer(ruta, a_la_fecha="2022-06-16")
    assert "Rige desde el 15 de junio de 2022." in antes
    assert "Versión 2" not in antes
    codigo(f"/cifra/{nueva.pk}/", a_la_fecha="2022-06-16", espera=404)
    assert f'href="/cifra/{cifra.pk}/?a_la_fecha=2022-12-31"' in codigo(f"/cifra/{nueva.pk}/", a_la_fecha="2022-12-31")


def test_el_json_se_comprueba_a_mano(cifra: Medicion, client: Client) -> None:
    cuerpo = client.get(f"/cifra/{cifra.pk}.json").json()
    assert sorted(cuerpo) == ["constancias", "id", "pagina", "reservada"]
    (una,) = cuerpo["constancias"]
    assert una["huella"] == hashlib.sha256(f"{una['huella_anterior']}\n{una['canonico']}".encode()).hexdigest()
    sello = json.loads(una["canonico"])["sellos"]["cifra"]
    assert sello == hashlib.sha256(f"{una['sal']}\n{una['cifra']}".encode()).hexdigest()
    assert json.loads(una["cifra"])["numerador"] == 1


def test_no_se_vuelve_a_enviar_lo_que_no_cambio(cifra: Medicion, client: Client) -> None:
    for ruta in (f"/cifra/{cifra.pk}/", f"/cifra/{cifra.pk}.json", "/cifras/", "/cifras/cadena.jsonl"):
        etag = client.get(ruta)["ETag"]
        assert client.get(ruta, headers={"if-none-match": etag}).status_code == 304, ruta


def test_cuesta_las_mismas_consultas_con_mas_historia(
    cifra: Medicion, contar_consultas: Contar, personas: SimpleNamespace
) -> None:
    ruta = f"/cifra/{cifra.pk}/"
    antes = contar_consultas(ruta)
    ultima = cifra
    for n in range(4):
        ultima = fabricas.corregida(
            ultima, valor=str(30 + n), por=personas.analista, revisor=personas.revisor, ahora=minuto(10 + n)
        )
    assert contar_consultas(ruta) == antes <= 12
    assert contar_consultas(f"/cifra/{cifra.pk}.json") == 2


@pytest.mark.usefixtures("politica_cargada")
def test_se_llega_desde_el_tablero_y_desde_el_indicador(codigo: Leer) -> None:
    cifra = Medicion.objects.get(indicador__codigo="OP.01-I2", periodo="2021-03", ambito__codigo="PE")
    for ruta in ("/", "/indicadores/", "/indicadores/OP.01-I2/"):
        assert f'href="/cifra/{cifra.pk}/?corte=2021-12-31"' in codigo(ruta, corte="2021-12-31"), ruta
    assert 'href="/cifras/"' in codigo(f"/cifra/{cifra.pk}/")
    assert 'href="/cifras/"' in codigo("/datos/")


def test_la_cadena_se_descarga_y_el_comprobador_que_se_ofrece_la_entiende(
    cifra: Medicion, client: Client, leer: Leer, tmp_path: Path
) -> None:
    descarga = client.get("/cifras/cadena.jsonl")
    assert descarga.streaming
    assert descarga["Content-Type"] == "application/jsonl; charset=utf-8"
    assert "attachment" in descarga["Content-Disposition"]
    cadena, programa = tmp_path / "cadena.jsonl", tmp_path / "verificador.py"
    cadena.write_bytes(b"".join(descarga.streaming_content))  # type: ignore[arg-type]
    programa.write_bytes(client.get("/cifras/verificador.py").content)

    def comprobar() -> str:
        orden = [sys.executable, "-I", "-S", str(programa), str(cadena)]
        return subprocess.run(orden, capture_output=True, text=True, check=True, encoding="utf-8").stdout.strip()

    ultima = Constancia.objects.get(numero=3).huella
    assert comprobar() == f"Íntegra: 3 constancias. Última huella: {ultima}"
    assert ultima in leer("/cifras/")
    lineas = cadena.read_text(encoding="utf-8").splitlines(keepends=True)
    for nuevas, frase in (
        ([lineas[0], lineas[2]], "Falta la constancia 2."),
        ([lineas[0].replace("33.3333", "33.4"), *lineas[1:]], "La cifra de la constancia 1 no es la que se selló."),
        ([lineas[0].replace("definitiva", "preliminar"), *lineas[1:]], "El texto de la constancia 1 no es"),
        ([lineas[0].replace('"huella_anterior":"0', '"huella_anterior":"1'), *lineas[1:]], "La constancia 1 no sigue"),
    ):
        cadena.write_text("".join(nuevas), encoding="utf-8")
        assert comprobar().startswith(frase)
    assert len(b"".join(client.get("/cifras/cadena.jsonl?desde=3").streaming_content).splitlines()) == 1  # type: ignore[arg-type]


@pytest.mark.django_db
def test_la_cadena_sin_nada_y_pedida_mal(client: Client, leer: Leer) -> None:
    assert "Todavía no hay constancias" in leer("/cifras/")
    assert b"".join(client.get("/cifras/cadena.jsonl").streaming_content) == b""  # type: ignore[arg-type]
    for mal in ("0", "x", "-1", ""):
        respuesta = client.get("/cifras/cadena.jsonl", {"desde": mal})
        assert respuesta.status_code == 400, mal


def test_escribir_la_cadena_no_pasa_por_la_web(cifra: Medicion, client: Client, personas: Any) -> None:
    client.force_login(personas.administrador)
    antes = list(Constancia.objects.order_by("numero").values())
    for ruta in (f"/cifra/{cifra.pk}/", f"/cifra/{cifra.pk}.json", "/cifras/", "/cifras/cadena.jsonl"):
        client.get(ruta)
    assert list(Constancia.objects.order_by("numero").values()) == antes
