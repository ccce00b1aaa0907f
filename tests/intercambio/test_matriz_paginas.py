"""Subir una matriz por la administración: archivo, columnas, diferencia, borradores; con los datos reales."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from indicadores.acciones.lotes import confirmar
from indicadores.acciones.matriz import decir_como_leer
from indicadores.errores import TransicionInvalida
from indicadores.models import AliasDeAmbito, Fuente, Indicador, Lote, Medicion
from indicadores.tareas import pedir_anotacion
from tests.admin.conftest import texto
from tests.conftest import RAIZ
from tests.intercambio.test_matriz_forms import DICHO

DATOS = RAIZ / "tests" / "intercambio" / "datos"
SUBIR = "admin:hojas_matriz"


@pytest.fixture
def archivos_aparte(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ana(politica_cargada: Any, personas: Any, archivos_aparte: None) -> Client:
    cliente = Client()
    cliente.force_login(personas.analista, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def cuadro(contenido: bytes | None = None, nombre: str = "matriz_norte.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(nombre, contenido or (DATOS / nombre).read_bytes())


def primer_paso(archivo: SimpleUploadedFile, **cambios: Any) -> dict[str, Any]:
    return {
        "archivo": archivo,
        "indicador": Indicador.objects.get(codigo="OP.01-I2").pk,
        "periodo": "2026-01",
        "caracter": "referencial",
        "situacion": "definitiva",
        "fuente": Fuente.objects.get(codigo="transcripcion-inpe-establecimientos-2026-01").pk,
    } | cambios


def subir(cliente: Client, archivo: SimpleUploadedFile, **cambios: Any) -> tuple[Lote, str]:
    respuesta = cliente.post(reverse(SUBIR), primer_paso(archivo, **cambios))
    assert respuesta.status_code == 302, texto(respuesta)
    lote = Lote.objects.order_by("-id")[0]
    assert respuesta.url == reverse("admin:hojas_matriz_columnas", args=[lote.pk])
    return lote, respuesta.url


def decir(lote: Lote, **cambios: str) -> dict[str, str]:
    return DICHO | {"testigo": str(lote.testigo)} | cambios


def test_lo_que_ya_esta_no_difiere(ana: Client) -> None:
    lote, columnas = subir(ana, cuadro())
    ana.post(columnas, decir(lote, ambito_total=""))
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.POR_CONFIRMAR, (lote.mensaje, lote.resumen)
    assert lote.resumen["cuenta"] == {"nueva": 0, "cambiada": 0, "igual": 33, "conflicto": 0, "error": 0}


def test_la_hoja_entera_de_los_69_establecimientos_no_difiere(ana: Client, django_assert_max_num_queries: Any) -> None:
    entera = (RAIZ / "fixtures" / "complementario" / "inpe_establecimientos.csv").read_bytes()
    lote, columnas = subir(ana, cuadro(entera, "inpe_establecimientos.csv"))
    papeles = {"papel_7": "nd", "papel_8": "nd", "papel_9": "d", "papel_10": "d"}
    sexos = {"sexo_6": "T", "sexo_5": "T", "sexo_7": "H", "sexo_8": "M", "sexo_9": "H", "sexo_10": "M"}
    with django_assert_max_num_queries(120):
        ana.post(columnas, papeles | sexos | {"testigo": str(lote.testigo)})
    lote.refresh_from_db()
    assert (lote.estado, lote.resumen["cuenta"]["igual"], lote.total) == (Lote.Estado.POR_CONFIRMAR, 207, 207)


def test_una_suma_que_no_cuadra_no_cambia_nada_y_se_puede_volver_a_decir(ana: Client) -> None:
    antes = Medicion.objects.count()
    mala = (DATOS / "matriz_norte.csv").read_bytes().replace(b"TOTAL;6773", b"TOTAL;6774")
    lote, columnas = subir(ana, cuadro(mala))
    ana.post(columnas, decir(lote))
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.CON_ERRORES
    assert lote.resumen["cuenta"]["error"] == 2
    assert Medicion.objects.count() == antes
    # La misma página recuerda lo dicho; sin la fila de total, que no se anota, se puede seguir.
    pagina = texto(ana.get(columnas))
    assert "El archivo" not in pagina
    otra_vez = decir(lote, fila_total="", ambito_total="")
    respuesta = ana.post(columnas, otra_vez)
    assert respuesta.status_code == 200
    assert "La fila 15 no nombra ningún lugar" in texto(respuesta)


def test_de_la_matriz_salen_borradores_de_la_oficina(ana: Client, personas: Any) -> None:
    lote, columnas = subir(ana, cuadro())
    ana.post(columnas, decir(lote))
    lote.refresh_from_db()
    assert (lote.resumen["cuenta"]["nueva"], lote.resumen["cuenta"]["igual"]) == (3, 33)
    lote = confirmar(lote, por=personas.analista, testigo=lote.testigo)
    pedir_anotacion(lote)
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.APLICADO, lote.mensaje
    nuevas = {medicion.sexo: medicion for medicion in lote.mediciones.all()}
    assert {m.etapa for m in nuevas.values()} == {Medicion.Etapa.BORRADOR}
    assert {m.ambito.codigo for m in nuevas.values()} == {"OR-NORTE"}
    assert (nuevas["T"].numerador, nuevas["T"].denominador, str(nuevas["T"].valor)) == (7213, 19933, "36.1862")


def test_el_nombre_elegido_se_recuerda_para_la_proxima(ana: Client) -> None:
    hoja = (DATOS / "matriz_norte.csv").read_bytes().replace(b"E.P. DE CHICLAYO", b"E.P. PICSI")
    lote, columnas = subir(ana, cuadro(hoja))
    pagina = texto(ana.get(columnas))
    assert "Un nombre no se reconoce: elija qué lugar es." in pagina
    sin_elegir = ana.post(columnas, decir(lote))
    assert "Elija qué lugar es «E.P. PICSI»" in texto(sin_elegir)
    assert not AliasDeAmbito.objects.exists()
    ana.post(columnas, decir(lote, lugar_7="EP04"))
    assert AliasDeAmbito.objects.get().ambito.codigo == "EP04"
    lote.refresh_from_db()
    assert lote.resumen["cuenta"]["igual"] == 33
    _, columnas = subir(ana, cuadro(hoja))
    assert "Se reconocieron todos los lugares." in texto(ana.get(columnas))


@pytest.mark.parametrize(
    ("archivo", "frase"),
    [
        (("cuadro.csv", "Lugar;N\nÁncash;1".encode("latin-1")), "no está en UTF-8"),
        (("cuadro.xlsx", b"PK\x03\x04 nada"), "está dañado o no es .xlsx"),
        (("cuadro.csv", b""), "El archivo está vacío"),
    ],
)
def test_un_archivo_malo_no_deja_lote_y_conserva_lo_escrito(
    ana: Client, archivo: tuple[str, bytes], frase: str
) -> None:
    datos = primer_paso(SimpleUploadedFile(*archivo), notas="Mis notas")
    pagina = texto(ana.post(reverse(SUBIR), datos))
    assert frase in pagina
    assert "Mis notas" in pagina
    assert not Lote.objects.exists()


def test_examinar_de_otro_modo_no_escribe(ana: Client) -> None:
    lote, columnas = subir(ana, cuadro())
    for consulta, frase in (
        ({}, "12 filas con datos y 5 columnas con cantidades"),
        ({"cabecera": "4"}, "11 filas con datos"),
        ({"nombres": "2"}, "12 nombres no se reconocen"),
        ({"hoja": "No existe"}, "12 filas con datos"),
        ({"cabecera": "x"}, "12 filas con datos"),
        ({"cabecera": "9999"}, "0 filas con datos"),
    ):
        assert frase in texto(ana.get(columnas, consulta)), consulta
    lote.refresh_from_db()
    assert (lote.estado, lote.testigo) == (Lote.Estado.RECIBIDO, 1)


def test_quien_no_importa_no_entra(ana: Client, personas: Any, client: Client) -> None:
    lote, columnas = subir(ana, cuadro())
    for direccion in (reverse(SUBIR), columnas):
        assert client.get(direccion).status_code == 302
    client.force_login(personas.revisor, backend="django.contrib.auth.backends.ModelBackend")
    for direccion in (reverse(SUBIR), columnas):
        assert client.get(direccion).status_code == 403
        assert client.post(direccion, decir(lote)).status_code == 403
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.RECIBIDO


def test_dos_personas_a_la_vez_la_segunda_se_entera(ana: Client) -> None:
    lote, columnas = subir(ana, cuadro())
    viejo = decir(lote)
    ana.post(columnas, viejo)
    pagina = texto(ana.post(columnas, viejo))
    assert "Otra persona cambió este lote" in pagina


def test_un_lote_ya_aplicado_no_se_vuelve_a_decir(ana: Client, personas: Any) -> None:
    lote, columnas = subir(ana, cuadro())
    Lote.objects.filter(pk=lote.pk).update(estado=Lote.Estado.ABANDONADO)
    assert ana.get(columnas).url == reverse("admin:hojas_lote", args=[lote.pk])


def test_la_pagina_del_lote_lleva_a_decir_las_columnas(ana: Client) -> None:
    lote, columnas = subir(ana, cuadro())
    pagina = reverse("admin:hojas_lote", args=[lote.pk])
    assert ana.get(pagina).url == columnas
    ana.post(columnas, decir(lote))
    assert f'href="{columnas}"' in texto(ana.get(pagina))
    assert 'value="nd" selected' in texto(ana.get(columnas))


def test_lo_que_el_dominio_rechaza_vuelve_al_formulario(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indicadores.acciones.lotes.TAMANO_MAXIMO", 10)
    pagina = texto(ana.post(reverse(SUBIR), primer_paso(cuadro())))
    assert "El archivo pasa de 40 MB" in pagina
    assert not Lote.objects.exists()


def test_un_archivo_perdido_se_dice(ana: Client) -> None:
    lote, columnas = subir(ana, cuadro())
    Path(lote.archivo.path).unlink()
    Lote.objects.filter(pk=lote.pk).update(estado=Lote.Estado.FALLIDO)
    assert "El archivo guardado ya no se puede leer" in texto(ana.get(columnas, follow=True))


def test_lo_anotado_ya_no_se_relee(ana: Client, personas: Any) -> None:
    lote, _ = subir(ana, cuadro())
    Lote.objects.filter(pk=lote.pk).update(estado=Lote.Estado.DESHECHO)
    with pytest.raises(TransicionInvalida, match="ya no se puede cambiar cómo se lee"):
        decir_como_leer(lote, por=personas.analista, testigo=lote.testigo, opciones={})
