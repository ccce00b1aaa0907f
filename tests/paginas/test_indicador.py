"""La página de un indicador: la frase, la tira, las constancias, las descargas y la cita; y sus imágenes sueltas."""

import re
from datetime import datetime
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client

from indicadores import acciones
from indicadores.models import Constancia, Indicador, Medicion
from tests import fabricas
from tests.fabricas import minuto
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"


def serie(personas: SimpleNamespace, indicador: Indicador, *valores: tuple[str, str], desde: int = 0) -> list[Medicion]:
    return [
        fabricas.publicada(
            indicador=indicador,
            periodo=periodo,
            valor=Decimal(valor),
            por=personas.analista,
            revisor=personas.revisor,
            ahora=minuto(desde + n),
        )
        for n, (periodo, valor) in enumerate(valores)
    ]


@pytest.fixture
def medido(personas: SimpleNamespace) -> Indicador:
    """Tres años dispersos, línea base y un logro por delante, al corte de 2021."""
    indicador = fabricas.IndicadorFactory(codigo="IX-1", nombre="Porcentaje de aulas & talleres abiertos")
    fabricas.linea_base(indicador, 30, anio=2018, por=personas.administrador)
    serie(personas, indicador, ("2019", "31"), ("2020", "30.5"), ("2021", "33"))
    fabricas.logro(indicador, 50, anio=2030, por=personas.administrador, ahora=minuto(3))
    return indicador


RUTA, MIRADA = "/indicadores/IX-1/", {"corte": "2021-12-31"}


def test_la_frase_va_antes_que_la_grafica_y_la_tabla(medido: Indicador, codigo: Leer) -> None:
    pagina = codigo(RUTA, **MIRADA)
    orden = [
        pagina.index(marca)
        for marca in ('class="entrada"', 'class="cifras"', 'id="trayectoria"', "<figure", 'id="valores"', 'id="ficha"')
    ]
    assert orden == sorted(orden)
    camino = trozo(pagina, 'id="trayectoria"', "<figure")
    assert "Al último valor oficial le faltan 17 puntos porcentuales para el logro esperado de 2030 (50 %)" in camino
    assert "se llegaría hacia" in camino
    assert "Para llegar a tiempo hay que subir 1,9 puntos porcentuales por año desde 2021." in camino


def test_la_tira_lleva_a_las_constancias(medido: Indicador, codigo: Leer) -> None:
    pagina = codigo(RUTA, **MIRADA)
    tira = pagina[pagina.index('<dl class="cifras">') : pagina.index("</dl>")]
    ultima = Medicion.objects.get(indicador=medido, periodo="2021")
    assert f'<a href="/cifra/{ultima.pk}/?corte=2021-12-31">33\N{NO-BREAK SPACE}%</a>' in tira
    leida = texto_de(tira)
    assert re.search(r"Último valor oficial 33 % 2021, hace", leida)
    assert re.search(r"Logro esperado, 2030 .* 50 % El próximo", leida)
    assert re.search(r"Proyección a 2030 .* entre .* y .*, con 80 % de confianza\.", leida)


def test_cada_valor_tiene_constancia_y_donde_senalar(medido: Indicador, codigo: Leer, client: Client) -> None:
    pagina = codigo(RUTA, **MIRADA)
    for medicion in Medicion.objects.filter(indicador=medido):
        assert f'href="/cifra/{medicion.pk}/?corte=2021-12-31"' in pagina
        assert f'href="/indicadores/IX-1/error/?cifra={medicion.pk}"' in pagina
    logros = pagina[pagina.index('id="logros"') :]
    logros = logros[: logros.index("</section>")]
    numeros = [int(numero) for numero in re.findall(r'href="/cifras/(\d+)/\?corte=2021-12-31"', logros)]
    assert {Constancia.objects.get(numero=n).clase for n in numeros} == {"linea_base", "logro_esperado"}
    assert len(numeros) == 2


def test_lo_corregido_se_lista_aparte_y_solo_si_lo_hay(
    medido: Indicador, personas: SimpleNamespace, codigo: Leer
) -> None:
    assert "Lo que se corrigió" not in codigo(RUTA, **MIRADA)
    vieja = Medicion.objects.get(indicador=medido, periodo="2020")
    fabricas.corregida(vieja, por=personas.analista, revisor=personas.revisor, ahora=minuto(60), valor=Decimal(32))
    versiones = trozo(codigo(RUTA, **MIRADA), 'id="versiones"')
    assert "30,5 %" in versiones
    assert "32 %" in versiones
    assert "2021" not in versiones
    assert "v1: 15-06-2022 a 15-06-2022" in versiones


def test_una_retirada_queda_a_la_vista(medido: Indicador, personas: SimpleNamespace, codigo: Leer) -> None:
    retirada = Medicion.objects.get(indicador=medido, periodo="2021")
    acciones.retirar(retirada, por=personas.revisor, motivo="Se publicó por error", ahora=minuto(60))
    assert "33 %" in trozo(codigo(RUTA, **MIRADA), 'id="versiones"')


# Cita


def cita(pagina: str) -> tuple[str, str, str]:
    """El enlace permanente, la prosa y el BibTeX."""
    permanente = re.search(r'class="permanente" href="([^"]+)"', pagina)
    assert permanente is not None
    prosa, bibtex = (unescape(uno) for uno in re.findall(r"data-texto[^>]*>([^<]*)<", pagina))
    return unescape(permanente[1]), prosa, bibtex


def test_la_cita_lleva_version_fecha_y_enlace(medido: Indicador, codigo: Leer) -> None:
    permanente, prosa, bibtex = cita(codigo(RUTA, **MIRADA))
    ultima = Constancia.objects.order_by("-numero").first()
    assert ultima is not None
    version = f"constancia {ultima.numero}, huella {ultima.huella[:12]}"
    assert prosa.startswith(
        "Portal de seguimiento de la Política Nacional Penitenciaria al 2030. (2022). Porcentaje de aulas & talleres "
        f"abiertos (IX-1), al corte del 31 de diciembre de 2021 [conjunto de datos; {version}]. Consultado el "
    )
    assert prosa.endswith(permanente)
    assert bibtex.startswith("@misc{pnp-ix-1-2021-12-31,\n  author = {{Portal de seguimiento")
    assert r"title = {{Porcentaje de aulas \& talleres abiertos (IX-1)}}" in bibtex
    assert f"version = {{{version}}}" in bibtex
    assert bibtex.count("{") == bibtex.count("}")
    partes = urlsplit(permanente)
    assert (partes.netloc, partes.path) == ("testserver", RUTA)
    pedido = {nombre: valores[0] for nombre, valores in parse_qs(partes.query).items()}
    assert pedido["corte"] == "2021-12-31"
    assert datetime.fromisoformat(pedido["a_la_fecha"]) == ultima.en


def test_el_enlace_permanente_muestra_lo_mismo_aunque_despues_se_corrija(
    medido: Indicador, personas: SimpleNamespace, client: Client, codigo: Leer
) -> None:
    permanente, _, _ = cita(codigo(RUTA, **MIRADA))
    antes = client.get(permanente).content.decode()
    vieja = Medicion.objects.get(indicador=medido, periodo="2021")
    fabricas.corregida(vieja, por=personas.analista, revisor=personas.revisor, ahora=minuto(60), valor=Decimal(29))
    assert client.get(permanente).content.decode() == antes
    assert cita(antes)[0] == permanente
    assert "29 %" in texto_de(codigo(RUTA, **MIRADA))


def test_sin_nada_publicado_la_pagina_se_explica_y_se_cita(codigo: Leer, client: Client) -> None:
    fabricas.IndicadorFactory(codigo="IX-1", nombre="Porcentaje de nada")
    pagina = codigo(RUTA)
    leida = texto_de(pagina)
    assert "Todavía no se ha publicado nada sobre este indicador." in leida
    assert "Último valor oficial – Todavía no hay ninguno" in leida
    assert re.search(r"Logro esperado .* – No se ha fijado ninguno", leida)
    permanente, prosa, _ = cita(pagina)
    assert "[conjunto de datos; sin publicaciones]" in prosa
    assert client.get(permanente).status_code == 200


def test_cuesta_lo_mismo_con_mas_valores(
    medido: Indicador, personas: SimpleNamespace, contar_consultas: Contar
) -> None:
    antes = contar_consultas(f"{RUTA}?corte=2021-12-31")
    serie(personas, medido, *((f"2021-{mes:02d}", str(30 + mes)) for mes in range(1, 7)), desde=10)
    fabricas.logro(medido, 45, anio=2029, por=personas.administrador)
    assert contar_consultas(f"{RUTA}?corte=2021-12-31") == antes


def test_lo_preliminar_se_dice_en_todas_partes(personas: SimpleNamespace, codigo: Leer) -> None:
    indicador = fabricas.IndicadorFactory(codigo="IX-1")
    serie(personas, indicador, ("2019", "31"))
    fabricas.publicada(
        indicador=indicador, periodo="2020", valor=Decimal(33), situacion="preliminar", por=personas.analista,
        revisor=personas.revisor,
    )  # fmt: skip
    pagina = codigo(RUTA, **MIRADA)
    assert "g-preliminar" in pagina
    leida = texto_de(pagina)
    assert "El valor de 2020 es preliminar: la entidad todavía puede revisarlo." in leida
    assert re.search(r"Último valor oficial 33 % 2020, hace [^,]+, preliminar", leida)


# Descargas


def test_las_descargas_conservan_la_mirada_y_existen(medido: Indicador, codigo: Leer, client: Client) -> None:
    pagina = codigo(RUTA, **MIRADA)
    lista = pagina[pagina.index('aria-label="Descargas') :]
    enlaces = [unescape(href) for href in re.findall(r'href="([^"]+)"', lista[: lista.index("</ul>")])]
    assert len(enlaces) == 7
    for enlace in enlaces:
        assert "corte=2021-12-31" in enlace
        assert client.get(enlace).status_code == 200, enlace


def test_la_imagen_svg_se_entiende_sola(medido: Indicador, client: Client) -> None:
    respuesta = client.get(f"{RUTA}grafica.svg", MIRADA)
    assert respuesta["Content-Type"] == "image/svg+xml"
    assert respuesta["Content-Disposition"] == 'inline; filename="IX-1-2021-12-31.svg"'
    raiz = ElementTree.fromstring(respuesta.content)
    assert not [nodo for nodo in raiz.iter() if "class" in nodo.attrib or "style" in nodo.attrib]
    dicho = " ".join(" ".join(raiz.itertext()).split()).replace("\N{NO-BREAK SPACE}", " ")
    for parte in (
        "Política Nacional Penitenciaria al 2030",
        "Porcentaje de aulas & talleres abiertos",
        "Subió 3 puntos porcentuales entre la línea base de 2018 y 2021, hasta 33 %.",
        "logro esperado 2030: 50 %",
        "Informe de prueba",
        "Vista al 31 de diciembre de 2021.",
        "http://testserver/indicadores/IX-1/?corte=2021-12-31",
    ):
        assert parte in dicho


@pytest.mark.parametrize(("escala", "ancho"), [("", 952), ("1", 952), ("2", 1904)])
def test_la_imagen_png_tiene_su_tamano(medido: Indicador, client: Client, escala: str, ancho: int) -> None:
    respuesta = client.get(f"{RUTA}grafica.png", MIRADA | ({"escala": escala} if escala else {}))
    assert respuesta["Content-Type"] == "image/png"
    assert respuesta.content[:8] == PNG
    assert int.from_bytes(respuesta.content[16:20]) == ancho


@pytest.mark.parametrize("extension", ["svg", "png"])
def test_las_imagenes_no_se_envian_dos_veces_y_cambian_con_los_datos(
    medido: Indicador, personas: SimpleNamespace, client: Client, extension: str
) -> None:
    direccion = f"{RUTA}grafica.{extension}"
    primera = client.get(direccion, MIRADA)
    igual = client.get(direccion, MIRADA, headers={"if-none-match": primera["ETag"]})
    assert (igual.status_code, igual.content) == (304, b"")
    vieja = Medicion.objects.get(indicador=medido, periodo="2021")
    fabricas.corregida(vieja, por=personas.analista, revisor=personas.revisor, ahora=minuto(60), valor=Decimal(29))
    otra = client.get(direccion, MIRADA, headers={"if-none-match": primera["ETag"]})
    assert otra.status_code == 200
    antes = client.get(direccion, MIRADA | {"a_la_fecha": minuto(59).isoformat()})
    assert antes.status_code == 200
    assert antes.content != otra.content


@pytest.mark.parametrize("extension", ["svg", "png"])
def test_las_imagenes_explican_lo_que_no_pueden_dar(medido: Indicador, client: Client, extension: str) -> None:
    assert client.get(f"/indicadores/NO-HAY/grafica.{extension}").status_code == 404
    assert client.get(f"/indicadores/%00/grafica.{extension}").status_code == 404
    assert client.get(f"{RUTA}grafica.{extension}", {"corte": "ayer"}).status_code == 400


def test_una_escala_que_no_hay_se_explica(medido: Indicador, client: Client) -> None:
    respuesta = client.get(f"{RUTA}grafica.png", {"escala": "9"})
    assert respuesta.status_code == 400
    assert "El parámetro «escala» dice «9»; se espera 1 o 2." in unescape(respuesta.content.decode())


def test_sin_grafica_la_imagen_lleva_el_hallazgo(client: Client) -> None:
    fabricas.IndicadorFactory(codigo="IX-1")
    respuesta = client.get(f"{RUTA}grafica.svg")
    assert "Todavía no se ha publicado nada" in respuesta.content.decode()
    assert client.get(f"{RUTA}grafica.png").content[:8] == PNG


# La constancia de lo fijado


def test_la_constancia_de_un_logro_dice_lo_certificado(medido: Indicador, leer: Leer) -> None:
    una = Constancia.objects.get(clase="logro_esperado")
    texto = leer(f"/cifras/{una.numero}/")
    assert "Porcentaje de aulas & talleres abiertos. Logro esperado de 2030: 50 %" in texto
    assert f"Huella SHA-256 {una.huella}" in texto
    assert "Versión 1" in texto
    leer(f"/cifras/{una.numero}/", a_la_fecha="2000-01-01", espera=404)
    leer("/cifras/999999/", espera=404)
    leer(f"/cifras/{2**63}/", espera=404)


def test_la_constancia_de_lo_que_falta_dice_por_que(personas: SimpleNamespace, leer: Leer) -> None:
    indicador = fabricas.IndicadorFactory(codigo="IX-1")
    fabricas.linea_base(indicador, None, motivo_ausencia="no_medido", por=personas.administrador)
    una = Constancia.objects.get(clase="linea_base")
    assert "Todavía no se ha medido." in leer(f"/cifras/{una.numero}/")
    assert f"/cifras/{una.numero}/" in Client().get(RUTA).content.decode()


def test_la_constancia_de_los_umbrales_y_la_de_una_cifra(
    medido: Indicador, personas: SimpleNamespace, leer: Leer, client: Client
) -> None:
    acciones.fijar_umbrales(
        por=personas.administrador, verde=Decimal(90), amarillo=Decimal("62.5"), motivo="Otro método", ahora=minuto(70)
    )
    umbrales = Constancia.objects.get(clase="umbrales")
    texto = leer(f"/cifras/{umbrales.numero}/")
    assert "Umbrales del semáforo: 90 % y 62,5 %" in texto
    assert "Por qué Otro método" in texto
    de_cifra = Constancia.objects.filter(clase="publicacion").order_by("numero").first()
    assert de_cifra is not None
    respuesta = client.get(f"/cifras/{de_cifra.numero}/", MIRADA)
    assert (respuesta.status_code, respuesta["Location"]) == (302, f"/cifra/{de_cifra.medicion_id}/?corte=2021-12-31")
