"""La cuadrícula de logros: varios años e indicadores de una vez, con una razón y una norma, o ninguno."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from indicadores.admin import cuadricula
from indicadores.admin.cuadricula import nombre_de
from indicadores.models import Indicador, LogroEsperado, Lote
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, texto


@pytest.fixture
def pagina(indicador: Indicador) -> str:
    fabricas.PoliticaFactory()
    return reverse("admin:cuadricula")


def campos(contenido: str) -> dict[str, str]:
    """Las casillas de la página y lo que dicen."""
    return dict(re.findall(r'name="(logro-[\d-]+)" value="([^"]*)"', contenido))


def test_se_ve_lo_que_rige(gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str) -> None:
    casillas = campos(texto(entrar(gente["Administrador"]).get(pagina)))
    assert casillas[nombre_de(indicador, "2021", 1)] == "30"
    assert casillas[nombre_de(indicador, "2030", 0)] == ""
    assert len(casillas) == 11


@pytest.mark.parametrize("rol", ["Analista", "Revisor", "Funcionario", "sin rol"])
def test_solo_quien_fija_la_usa(rol: str, gente: dict[str, User], entrar: Entrar, pagina: str) -> None:
    cliente = entrar(gente[rol])
    for direccion in (pagina, reverse("admin:hojas_catalogo_libro")):
        assert cliente.get(direccion).status_code == 403
    assert cliente.post(pagina, {"motivo": "x"}).status_code == 403


def test_se_fija_lo_que_cambio_con_su_razon(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str
) -> None:
    norma, cliente = fabricas.NormaFactory(), entrar(gente["Administrador"])
    datos = campos(texto(cliente.get(pagina)))
    datos |= {nombre_de(indicador, "2022", 0): "28,5", nombre_de(indicador, "2023", 0): "no_medido"}
    sin_razon = cliente.post(pagina, datos)
    assert "Escriba el motivo" in texto(sin_razon)
    assert campos(texto(sin_razon))[nombre_de(indicador, "2022", 0)] == "28,5"
    assert LogroEsperado.objects.count() == 1
    hecho = cliente.post(pagina, datos | {"motivo": "Lo dispone el PEM", "norma": norma.pk}, follow=True)
    assert "2 logros esperados quedaron fijados; rigen desde ahora." in texto(hecho)
    valores = {logro.anio: (logro.valor, logro.motivo_ausencia) for logro in LogroEsperado.objects.all()}
    assert valores == {2021: (30, ""), 2022: (Decimal("28.5"), ""), 2023: (None, "no_medido")}
    assert LogroEsperado.objects.filter(motivo_cambio="Lo dispone el PEM", norma=norma).count() == 2
    otra_vez = cliente.post(pagina, campos(texto(hecho)) | {"motivo": "x"})
    assert "No hay nada que guardar" in texto(otra_vez)


def test_cada_celda_dice_su_error_y_no_se_guarda_nada(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str
) -> None:
    mala, vacia = nombre_de(indicador, "2022", 0), nombre_de(indicador, "2021", 1)
    datos = {mala: "<b>", vacia: "", nombre_de(indicador, "2023", 0): "20", "motivo": "x", "logro-1-x-1": "9"}
    respuesta = entrar(gente["Administrador"]).post(pagina, datos)
    contenido = texto(respuesta)
    assert "2 celdas esperan su decisión" in contenido
    assert "no es un número ni un motivo de ausencia" in contenido
    assert "una celda vacía no lo retira" in contenido
    assert b"&lt;b&gt;" in respuesta.content
    assert f'aria-describedby="e-{mala}"' in contenido
    assert LogroEsperado.objects.count() == 1


def test_lo_que_otra_persona_cambio_se_muestra_junto_a_lo_escrito(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str
) -> None:
    cliente = entrar(gente["Administrador"])
    datos = campos(texto(cliente.get(pagina)))
    vista = nombre_de(indicador, "2021", 1)
    fabricas.logro(indicador, 29, anio=2021, ahora=fabricas.AHORA)
    respuesta = texto(cliente.post(pagina, datos | {vista: "28", "motivo": "x"}))
    assert "ahora rige «29» y usted escribió «28»" in respuesta
    datos = campos(respuesta)
    assert datos[nombre_de(indicador, "2021", 2)] == "28"
    assert LogroEsperado.objects.filter(sustituida_en=None).get(anio=2021).valor == 29
    hecho = cliente.post(pagina, datos | {"motivo": "Se revisó"}, follow=True)
    assert "1 logro esperado quedó fijado; rige desde ahora." in texto(hecho)
    assert LogroEsperado.objects.filter(sustituida_en=None).get(anio=2021).valor == 28


def test_si_alguien_gana_al_guardar_se_explica(
    gente: dict[str, User],
    entrar: Entrar,
    indicador: Indicador,
    pagina: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otra persona fija entre la comparación y la escritura: el verbo lo ve y la página lo cuenta."""
    aplicar = cuadricula.aplicar_cambios

    def con_otro_antes(*args: Any, **kwargs: Any) -> int:
        fabricas.logro(indicador, 29, anio=2021, ahora=ANTES)
        return aplicar(*args, **kwargs)

    monkeypatch.setattr(cuadricula, "aplicar_cambios", con_otro_antes)
    cliente = entrar(gente["Administrador"])
    respuesta = texto(cliente.post(pagina, {nombre_de(indicador, "2021", 1): "28", "motivo": "x"}))
    assert "Mientras usted escribía" in respuesta
    assert "ahora rige «29» y usted escribió «28»" in respuesta


def test_se_puede_ver_un_objetivo_a_la_vez(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    otro = fabricas.IndicadorDeServicioFactory()
    cliente = entrar(gente["Administrador"])
    assert len(campos(texto(cliente.get(pagina)))) == 22
    elegido = otro.servicio.objetivo.codigo
    vista = texto(cliente.get(pagina, {"objetivo": elegido}))
    assert set(campos(vista)) == {nombre_de(otro, str(anio), 0) for anio in range(2020, 2031)}
    datos = {nombre_de(otro, "2024", 0): "5", "motivo": "x"}
    respuesta = cliente.post(f"{pagina}?objetivo={elegido}", datos)
    assert respuesta.headers["Location"].endswith(f"?objetivo={elegido}")
    monkeypatch.setattr(cuadricula, "CASILLAS_MAXIMAS", 20)
    assert len(campos(texto(cliente.get(pagina)))) == 11


def test_el_libro_se_descarga(gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str) -> None:
    cliente = entrar(gente["Administrador"])
    respuesta = cliente.get(reverse("admin:hojas_catalogo_libro"))
    assert respuesta.headers["Content-Disposition"] == 'attachment; filename="catalogo.xlsx"'
    libro = load_workbook(BytesIO(respuesta.content))
    assert libro.sheetnames[1:6] == ["logros esperados", "líneas base", "fichas", "servicios", "lineamientos"]
    assert libro["versiones"].sheet_state == "veryHidden"
    lista = texto(cliente.get(reverse("admin:indicadores_logroesperado_changelist")))
    assert pagina in lista


def test_el_libro_sube_se_compara_y_se_confirma(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador, pagina: str, settings: Any, tmp_path: Any
) -> None:
    """El viaje completo por las páginas: bajar, llenar, subir, ver la diferencia y confirmar con razón y norma."""
    settings.MEDIA_ROOT = tmp_path
    cliente, norma = entrar(gente["Administrador"]), fabricas.NormaFactory()
    bajado = cliente.get(reverse("admin:hojas_catalogo_libro")).content
    libro = load_workbook(BytesIO(bajado))
    libro["logros esperados"]["F2"] = "28,5"
    lleno = BytesIO()
    libro.save(lleno)
    subido = SimpleUploadedFile("catalogo.xlsx", lleno.getvalue())
    diferencia = cliente.post(reverse("admin:hojas"), {"clase": "catalogo", "archivo": subido}, follow=True)
    lote = Lote.objects.get()
    assert lote.estado == Lote.Estado.POR_CONFIRMAR, lote.mensaje
    assert f"{indicador.codigo}: 2022" in texto(diferencia)
    assert lote.resumen["cuenta"]["nueva"] == 1
    confirmar = reverse("admin:hojas_paso", args=[lote.pk, "confirmar"])
    sin_razon = cliente.post(confirmar, {"testigo": lote.testigo})
    assert LogroEsperado.objects.count() == 1, texto(sin_razon)
    datos = {"testigo": lote.testigo, "motivo": "Sale el PEM", "norma": norma.pk}
    cliente.post(confirmar, datos, follow=True)
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.APLICADO, lote.mensaje
    fijado = LogroEsperado.objects.get(anio=2022)
    assert (fijado.valor, fijado.norma, fijado.motivo_cambio) == (Decimal("28.5"), norma, "Sale el PEM")
