"""Fijar una línea base, un logro o los umbrales: otra versión, con su motivo; la anterior se conserva."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from indicadores.models import Indicador, LineaBase, LogroEsperado, Umbral
from tests import fabricas
from tests.admin.conftest import Entrar, texto


def test_fijar_conserva_la_version_anterior(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    norma = fabricas.NormaFactory()
    cliente = entrar(gente["Administrador"])
    datos = {"indicador": indicador.pk, "anio": "2021", "valor": "28,5", "motivo": "La fija el PEM", "norma": norma.pk}
    fijar = reverse("admin:indicadores_logroesperado_add")
    sin_verla = texto(cliente.post(fijar, datos))
    for dicho in ("Lo que rige hoy y quedará sustituido", "2021: 30 % (versión 1)", "Se fija por primera vez", "28,5"):
        assert dicho in sin_verla
    assert LogroEsperado.objects.count() == 1
    respuesta = cliente.post(fijar, datos | {"version_base": 1}, follow=True)
    assert "Quedó fijada la versión 2; rige desde ahora." in texto(respuesta)
    anterior, nueva = LogroEsperado.objects.filter(indicador=indicador).order_by("version")
    assert anterior.sustituida_en == nueva.publicada_en
    assert (nueva.valor, nueva.norma, nueva.motivo_cambio) == (Decimal("28.5"), norma, "La fija el PEM")


@pytest.mark.parametrize(
    ("cambios", "campo", "frase"),
    [
        ({"valor": "28,5,1"}, "valor", "no es un número"),
        ({"valor": ""}, "valor", "elija el motivo de su ausencia"),
        ({"valor": "101"}, "valor", "pasa de 100 %"),
        ({"anio": "1900"}, "anio", "entre 1990 y 2100"),
        ({"motivo": ""}, "motivo", "Escriba el motivo"),
        ({"indicador": ""}, "indicador", "Elija el indicador"),
    ],
)
@pytest.mark.parametrize("modelo", ["lineabase", "logroesperado"])
def test_lo_mal_fijado_se_explica(
    modelo: str,
    cambios: dict[str, str],
    campo: str,
    frase: str,
    gente: dict[str, User],
    entrar: Entrar,
    indicador: Indicador,
) -> None:
    datos = {"indicador": str(indicador.pk), "anio": "2019", "valor": "28,5", "motivo": "Norma"} | cambios
    respuesta = entrar(gente["Administrador"]).post(reverse(f"admin:indicadores_{modelo}_add"), datos)
    form = respuesta.context["form"]
    assert frase in " ".join(form.errors[campo])
    assert {nombre: str(form[nombre].value() or "") for nombre in datos} == datos
    assert LineaBase.objects.count() == LogroEsperado.objects.count() == 1


def test_los_umbrales_guardan_su_orden(gente: dict[str, User], entrar: Entrar) -> None:
    cliente, fijar = entrar(gente["Administrador"]), reverse("admin:indicadores_umbral_add")
    malos = cliente.post(fijar, {"verde": "70", "amarillo": "75", "motivo": "Norma"})
    assert "0 < amarillo < verde" in " ".join(malos.context["form"].errors["verde"])
    vacios = cliente.post(fijar, {"verde": "", "amarillo": "x", "motivo": "Norma"})
    assert {"verde", "amarillo"} == set(vacios.context["form"].errors)
    cliente.post(fijar, {"verde": "92,5", "amarillo": "75", "motivo": "Norma"})
    assert Umbral.objects.get().verde == Decimal("92.5")


@pytest.mark.parametrize("rol", ["Administrador", "superusuario"])
def test_lo_fijado_no_se_edita(rol: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    logro = indicador.logros_esperados.get()
    pagina = reverse("admin:indicadores_logroesperado_change", args=[logro.pk])
    cliente = entrar(gente[rol])
    assert "30 %" in texto(cliente.get(pagina))
    assert cliente.post(pagina, {"valor": "1", "anio": "2021", "indicador": indicador.pk}).status_code == 403
    logro.refresh_from_db()
    assert logro.valor == 30
