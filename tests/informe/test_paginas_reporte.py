"""Las páginas y los archivos del reporte: qué se ve, quién lo ve y que lo emitido se sirve como se guardó."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from objetivos.models import ObjetivoPrioritario, Parrafo, Reporte
from tests.paginas.conftest import texto_de

Emitido = Callable[..., Reporte]
Escrito = Callable[..., Parrafo]
BORRADOR = "/reporte/2021/?corte=2021-06-30&a_la_fecha=2026-02-02"
EXTENSIONES = {"html": "html", "docx": "docx", "pdf": "pdf", "matriz": "xlsx"}


def ver(client: Client, ruta: str, espera: int = 200) -> str:
    respuesta = client.get(ruta)
    assert respuesta.status_code == espera, ruta
    return texto_de(respuesta.content.decode())


# Ver


@pytest.mark.usefixtures("politica_cargada")
def test_sin_nada_emitido_se_ve_el_borrador_marcado(client: Client) -> None:
    pagina = ver(client, "/reporte/2021/")
    assert "Borrador. Lo escribe el portal con lo publicado hasta el" in pagina
    assert "corte del 31 de diciembre de 2021" in pagina
    assert "1 Avance del cumplimiento de los objetivos prioritarios" in pagina
    assert "Constancia" not in pagina


@pytest.mark.usefixtures("politica_cargada")
def test_el_borrador_es_un_documento_accesible(client: Client) -> None:
    codigo = client.get(BORRADOR).content.decode()
    assert codigo.count("<h1") == 1
    assert (
        codigo.count("<figure") == codigo.count("<figcaption") == codigo.count('<img src="data:image/svg+xml;base64,')
    )
    assert 'alt=""' not in codigo
    assert codigo.count("<table") == codigo.count("<caption")
    assert "<th>" not in codigo
    anclas = [trozo.split('"')[0] for trozo in codigo.split('href="#')[1:]]
    assert all(f'id="{ancla}"' in codigo for ancla in anclas)


def test_emitido_se_ve_ese_y_el_borrador_solo_si_se_pide(client: Client, emitido: Emitido) -> None:
    reporte = emitido()
    pagina = ver(client, "/reporte/2021/")
    assert "Emitido, N.° 1." in pagina
    assert f"Huella SHA-256 de los datos: {reporte.huella}" in pagina
    assert "Borrador" not in pagina
    assert "Borrador. Lo escribe el portal" in ver(client, "/reporte/2021/?corte=2021-06-30")
    assert "Borrador. Lo escribe el portal" in ver(client, "/reporte/2021/?a_la_fecha=2026-02-02")


def test_un_sustituido_sigue_a_la_vista_y_dice_cual_lo_sustituyo(client: Client, emitido: Emitido) -> None:
    emitido()
    emitido(12, motivo="Faltaba un párrafo")
    assert "Emitido, N.° 2." in ver(client, "/reporte/2021/")
    viejo = ver(client, "/reporte/2021/?numero=1")
    assert "Este reporte ya no rige. Lo sustituyó el N.° 2. Motivo: Faltaba un párrafo" in viejo
    lista = ver(client, "/reporte/")
    assert "Se ha emitido el reporte de 2021; de los demás años se ve el borrador." in lista
    assert "N.° 1, sustituido el 2 de febrero de 2026" in lista


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize(
    ("ruta", "estado", "frase"),
    [
        ("/reporte/1980/", 404, "No hay un reporte de 1980"),
        ("/reporte/99999999999999/", 404, "No hay un reporte de 99999999999999"),
        ("/reporte/2021/?corte=2022-01-01", 400, "1 de enero de 2022 no es de 2021"),
        ("/reporte/2021/?corte=ayer", 400, "El parámetro «corte» dice «ayer»"),
        ("/reporte/2021/?numero=9", 404, "No hay un reporte de 2021 con el número «9»"),
        ("/reporte/2021/?numero=x", 404, "No hay un reporte de 2021 con el número «x»"),
        ("/reporte/2021.txt", 404, "No hay un reporte en formato «txt»"),
        ("/reporte/2021/comparar/?con=1990", 404, "No hay un reporte «1990» con el cual comparar"),
        ("/reporte/verificar/xyz/", 404, "Ningún reporte emitido tiene esa huella"),
        (f"/reporte/verificar/{'a' * 64}/", 404, "Ningún reporte emitido tiene esa huella"),
        (f"/reporte/verificar/{'a' * 64}/datos.json", 404, "No hay un reporte emitido con esa huella"),
        ("/reporte/verificar/%00/", 404, "Ningún reporte emitido tiene esa huella"),
        ("/reporte/verificar/%00/datos.json", 404, "No hay un reporte emitido con esa huella"),
        ("/reporte/2021.%00", 404, "No hay un reporte en formato"),
        ("/objetivos/%00/ficha.pdf", 404, "No hay un objetivo con el código"),
        ("/indicadores/%00/ficha.pdf", 404, "No hay un indicador con el código"),
        ("/objetivos/OP.99/ficha.pdf", 404, "No hay un objetivo con el código «OP.99»"),
        ("/indicadores/OP.99-I1/ficha.pdf", 404, "No hay un indicador con el código «OP.99-I1»"),
    ],
)
def test_lo_que_no_existe_se_explica(client: Client, ruta: str, estado: int, frase: str) -> None:
    assert frase in ver(client, ruta, estado)


@pytest.mark.django_db
def test_sin_politica_no_hay_reportes_pero_se_explica(client: Client) -> None:
    assert "No hay ninguna política cargada" in ver(client, "/reporte/", 404)


# Archivos


def test_los_archivos_de_lo_emitido_son_los_bytes_guardados(client: Client, emitido: Emitido) -> None:
    reporte = emitido()
    for forma, extension in EXTENSIONES.items():
        respuesta = client.get(f"/reporte/2021.{extension}")
        assert respuesta.content == bytes(getattr(reporte, forma))
        huella = hashlib.sha256(respuesta.content).hexdigest()
        assert respuesta["ETag"] == f'"{huella}"' == f'"{getattr(reporte, f"huella_{forma}")}"'
        assert f"-2021-n1.{extension}" in respuesta["Content-Disposition"]
        assert client.get(f"/reporte/2021.{extension}", headers={"If-None-Match": respuesta["ETag"]}).status_code == 304
    assert client.get("/reporte/2021/matriz.xlsx").content == bytes(reporte.matriz)
    datos = client.get(reverse("reporte-datos", args=[reporte.huella])).content
    assert hashlib.sha256(datos).hexdigest() == reporte.huella


@pytest.mark.usefixtures("politica_cargada")
def test_los_archivos_del_borrador_llevan_su_corte_en_el_nombre(client: Client) -> None:
    respuesta = client.get("/reporte/2021.pdf?corte=2021-06-30")
    assert respuesta["Content-Disposition"].startswith("inline")
    assert "reporte-de-cumplimiento-2021-borrador-2021-06-30.pdf" in respuesta["Content-Disposition"]
    assert respuesta.content.startswith(b"%PDF")
    assert client.get("/reporte/2021.pdf?corte=2021-06-30").content == respuesta.content
    otra = client.get("/reporte/2021.docx?corte=2021-06-30")
    assert otra["Content-Disposition"].startswith("attachment")
    assert client.head("/reporte/2021.docx?corte=2021-06-30").status_code == 200


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize(
    "ruta", ["/ficha-ejecutiva.pdf", "/objetivos/OP.01/ficha.pdf", "/indicadores/OP.01-I2/ficha.pdf"]
)
def test_las_fichas_son_un_pdf_con_su_corte(client: Client, ruta: str) -> None:
    respuesta = client.get(f"{ruta}?corte=2021-06-30")
    assert (respuesta.status_code, respuesta["Content-Type"]) == (200, "application/pdf")
    assert respuesta.content.startswith(b"%PDF")
    assert "-2021-06-30.pdf" in respuesta["Content-Disposition"]


# Verificar


@pytest.mark.parametrize("forma", ["", *(f"_{forma}" for forma in Reporte.FORMAS)])
def test_se_verifica_por_los_datos_o_por_cualquier_archivo(client: Client, emitido: Emitido, forma: str) -> None:
    reporte = emitido()
    huella = getattr(reporte, f"huella{forma}")
    respuesta = client.get("/reporte/verificar/", {"huella": f" {huella.upper()} "})
    assert respuesta["Location"] == f"/reporte/verificar/{huella}/"
    pagina = ver(client, f"/reporte/verificar/{huella}/")
    assert "Es auténtico y rige." in pagina
    assert "sha256sum" in pagina
    assert ("Es el que verificó" in pagina) is bool(forma)
    for otra in Reporte.FORMAS:
        assert getattr(reporte, f"huella_{otra}") in pagina


def test_lo_sustituido_es_autentico_pero_ya_no_rige(client: Client, emitido: Emitido) -> None:
    primero = emitido()
    segundo = emitido(12, motivo="Errata")
    pagina = ver(client, f"/reporte/verificar/{primero.huella}/")
    assert "Es auténtico, pero ya no rige." in pagina
    assert "reporte N.° 2, emitido el 2 de febrero de 2026 a las 10:12 (hora de Lima). Motivo: Errata" in pagina
    assert "Sustituye a N.° 1. Motivo: Errata" in ver(client, f"/reporte/verificar/{segundo.huella}/")


@pytest.mark.django_db
def test_lo_que_no_es_una_huella_se_dice_en_su_sitio(client: Client) -> None:
    assert "Eso no es una huella" in ver(client, "/reporte/verificar/?huella=abc")
    assert "Eso no es una huella" not in ver(client, "/reporte/verificar/")


# Comparar


@pytest.mark.usefixtures("politica_cargada")
def test_comparar_dice_que_cambio_de_un_anio_a_otro(client: Client) -> None:
    pagina = ver(client, "/reporte/2021/comparar/")
    assert "De un reporte a otro, 6 cifras son nuevas." in pagina
    assert "Valor, marzo de 2021 no figura 35 %" in pagina
    assert "Es el primer año de la política" in ver(client, "/reporte/2020/comparar/")
    iguales = ver(client, "/reporte/2023/comparar/?con=2022")
    assert "Los dos reportes dicen las mismas líneas base" in iguales


def test_comparar_una_correccion_con_lo_que_corrige(
    client: Client, personas: SimpleNamespace, emitido: Emitido, momento: Callable[[float], datetime]
) -> None:
    from indicadores import acciones
    from indicadores.models import Indicador

    emitido()
    suyo = Indicador.objects.get(codigo="OP.01-I2")
    acciones.fijar_logro(
        por=personas.administrador, indicador=suyo, anio=2021, valor="29", motivo="Norma", ahora=momento(11)
    )
    emitido(12, motivo="Cambió el logro")
    pagina = ver(client, "/reporte/2021/comparar/?con=2021-1")
    assert "De un reporte a otro, 1 cifra cambió." in pagina
    assert "Logro esperado, 2021 30 % 29 %" in pagina


# Preparar


PREPARAR = "/reporte/2021/preparar/?corte=2021-06-30"


@pytest.mark.parametrize("quien", ["analista", "revisor", "funcionario", "administrador", "superusuario"])
@pytest.mark.usefixtures("politica_cargada")
def test_la_pagina_de_preparar_ofrece_lo_que_cada_quien_puede(
    client: Client, personas: SimpleNamespace, quien: str
) -> None:
    client.force_login(getattr(personas, quien))
    codigo = client.get(PREPARAR).content.decode()
    assert ('value="guardar"' in codigo) is (quien in ("analista", "administrador", "superusuario"))
    assert ('value="emitir"' in codigo) is (quien in ("revisor", "administrador", "superusuario"))
    assert "Preparar el reporte de 2021" in codigo


@pytest.mark.usefixtures("politica_cargada")
def test_preparar_es_solo_del_personal(client: Client) -> None:
    from tests import fabricas

    assert client.get(PREPARAR)["Location"].startswith("/admin/login/")
    client.force_login(fabricas.persona())
    assert client.get(PREPARAR).status_code == 403
    assert client.post(PREPARAR, {"accion": "emitir"}).status_code == 403


def formulario(**datos: Any) -> dict[str, Any]:
    comunes = {"accion": "guardar", "seccion": "avance", "objetivo": "OP.01", "parrafo": "", "testigo": ""}
    return comunes | {"texto": "Una frase.", "modo": "agrega"} | datos


@pytest.mark.usefixtures("politica_cargada")
def test_agregar_cambiar_y_borrar_un_parrafo(client: Client, personas: SimpleNamespace) -> None:
    client.force_login(personas.analista)
    respuesta = client.post(PREPARAR, formulario())
    assert respuesta["Location"] == f"{PREPARAR}#op-01-avance"
    parrafo = Parrafo.objects.get()
    assert (parrafo.texto, parrafo.por, parrafo.objetivo.codigo) == ("Una frase.", personas.analista, "OP.01")
    client.post(PREPARAR, formulario(parrafo=parrafo.pk, testigo=1, texto="Otra.", modo="reemplaza"))
    parrafo.refresh_from_db()
    assert (parrafo.texto, parrafo.modo, parrafo.testigo) == ("Otra.", "reemplaza", 2)
    conflicto = client.post(PREPARAR, formulario(parrafo=parrafo.pk, testigo=1, texto="Lo mío."))
    pagina = texto_de(conflicto.content.decode())
    assert "ana cambió este párrafo mientras usted lo editaba" in pagina
    assert "Guardado: Otra." in pagina
    assert "Lo mío." in pagina
    client.post(PREPARAR, formulario(accion="borrar", parrafo=parrafo.pk, testigo=2))
    assert not Parrafo.objects.exists()
    tarde = client.post(PREPARAR, formulario(parrafo=parrafo.pk, testigo=2, texto="Lo mío."))
    pagina = texto_de(tarde.content.decode())
    assert "Ese párrafo ya no existe" in pagina
    assert "Lo mío." in pagina


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize("cambio", [{"accion": "otra"}, {"accion": "emitir"}, {"accion": ""}])
def test_una_accion_ajena_se_niega(client: Client, personas: SimpleNamespace, cambio: dict[str, str]) -> None:
    client.force_login(personas.analista)
    assert client.post(PREPARAR, formulario(confirmo="1", visto="", **cambio)).status_code == 403
    assert not Reporte.objects.exists()


@pytest.mark.usefixtures("politica_cargada")
def test_un_texto_vacio_o_una_clave_rara_no_rompen_nada(client: Client, personas: SimpleNamespace) -> None:
    client.force_login(personas.analista)
    assert "Escriba el texto" in client.post(PREPARAR, formulario(texto=" ")).content.decode()
    assert "ya no existe" in client.post(PREPARAR, formulario(parrafo="9" * 30)).content.decode()
    assert client.post(PREPARAR, formulario(objetivo="OP\0")).status_code == 404
    assert client.post(PREPARAR, formulario(seccion="\0")).status_code == 200
    assert not Parrafo.objects.exists()


@pytest.mark.usefixtures("politica_cargada")
def test_emitir_pide_confirmar_lo_que_se_vio(client: Client, personas: SimpleNamespace, escrito: Escrito) -> None:
    escrito("En realidad llegó a 41,5 %.")
    client.force_login(personas.revisor)
    codigo = client.get(PREPARAR).content.decode()
    visto = codigo.split('name="visto" value="')[1].split('"')[0]
    assert "el texto dice 41,5 %" in texto_de(codigo)
    emitir = {"accion": "emitir", "visto": visto}
    assert "Marque que leyó el borrador" in client.post(PREPARAR, emitir).content.decode()
    emitir |= {"confirmo": "1"}
    assert "citan cifras distintas" in client.post(PREPARAR, emitir).content.decode()
    emitir |= {"diferencias": "1"}
    assert "No se emitió nada" in texto_de(client.post(PREPARAR, emitir | {"visto": "viejo"}).content.decode())
    assert not Reporte.objects.exists()
    respuesta = client.post(PREPARAR, emitir)
    assert respuesta["Location"] == "/reporte/2021/"
    reporte = Reporte.objects.get()
    assert f"http://testserver/reporte/verificar/{reporte.huella}/" in reporte.documento
    assert "En realidad llegó a 41,5 %." in ver(client, "/reporte/2021/")


def test_lo_que_escribe_una_persona_no_lo_ve_el_publico_hasta_emitirse(
    client: Client, personas: SimpleNamespace, escrito: Escrito, emitido: Emitido
) -> None:
    escrito("Una frase reservada.")
    respuesta = client.get("/reporte/2021/?corte=2021-06-30")
    assert "Una frase reservada." not in respuesta.content.decode()
    assert "public" in respuesta["Cache-Control"]
    client.force_login(personas.funcionario)
    respuesta = client.get("/reporte/2021/?corte=2021-06-30")
    assert "Una frase reservada." in respuesta.content.decode()
    assert "private" in respuesta["Cache-Control"]
    client.logout()
    emitido()
    assert "Una frase reservada." in ver(client, "/reporte/2021/")


@pytest.mark.usefixtures("politica_cargada")
def test_una_pagina_no_cuesta_mas_consultas_con_mas_reportes(
    client: Client, emitido: Emitido, django_assert_num_queries: Any
) -> None:
    emitido()
    with django_assert_num_queries(2):
        client.get("/reporte/")
    for n in range(3):
        emitido(20 + n, motivo="Otra vez")
    with django_assert_num_queries(2):
        client.get("/reporte/")
    assert ObjetivoPrioritario.objects.count() == 6
