"""Los formularios de las cifras: leen lo que escribe una persona y colocan el rechazo de un verbo donde corresponde."""

import pytest

from indicadores.errores import DatoInvalido, TransicionInvalida
from indicadores.forms import (
    CampoDecimal,
    CampoEntero,
    EdicionForm,
    FormularioDeVerbo,
    PasoForm,
    RegistroForm,
    UmbralForm,
)


@pytest.mark.parametrize(
    ("escrito", "leido"), [("30.326", 30326), ("30 326", 30326), ("0", 0), ("", None), ("  ", None)]
)
def test_un_conteo_se_lee_como_lo_escribe_una_persona(escrito: str, leido: int | None) -> None:
    assert CampoEntero(required=False).clean(escrito) == leido


@pytest.mark.parametrize("escrito", ["doce", "3,5", "1..2"])
def test_un_conteo_que_no_lo_es_se_cita(escrito: str) -> None:
    with pytest.raises(Exception, match=escrito.replace(".", r"\.")):
        CampoEntero(required=False).clean(escrito)


def test_un_decimal_obligatorio_no_queda_vacio() -> None:
    with pytest.raises(Exception, match="requerido"):
        CampoDecimal().clean("")


class DePrueba(UmbralForm):
    """Un formulario cualquiera, sin tocar la base."""


def con_errores(error: Exception) -> FormularioDeVerbo:
    form = DePrueba({"verde": "95", "amarillo": "75", "motivo": "Norma"})
    assert form.is_valid()
    form.explicar(error)  # type: ignore[arg-type]
    return form


@pytest.mark.django_db
def test_el_rechazo_va_junto_a_su_campo() -> None:
    assert con_errores(DatoInvalido("Muy alto.", campo="verde")).errors == {"verde": ["Muy alto."]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [DatoInvalido("Vea.", campo="que_no_esta"), DatoInvalido("Vea."), TransicionInvalida("Vea.")]
)
def test_lo_que_no_es_de_un_campo_va_arriba(error: Exception) -> None:
    assert con_errores(error).non_field_errors() == ["Vea."]


@pytest.mark.django_db
def test_el_valor_llega_al_verbo_como_texto_y_lo_vacio_como_none() -> None:
    form = EdicionForm({"valor": " 34,9 ", "situacion": "definitiva", "testigo": "1", "numerador": ""})
    assert form.is_valid(), form.errors
    datos = form.datos()
    assert (datos["valor"], datos["numerador"], datos["fuente"]) == ("34,9", None, None)
    assert not {"testigo", "hubo_conflicto", "sobrescribir"} & set(datos)
    vacio = EdicionForm({"valor": "", "situacion": "definitiva", "testigo": "1"})
    assert vacio.is_valid()
    assert vacio.datos()["valor"] is None


@pytest.mark.django_db
def test_tras_un_choque_hay_que_decidir() -> None:
    datos = {"valor": "34,9", "situacion": "definitiva", "testigo": "2", "hubo_conflicto": "on"}
    assert "sobrescribir" in EdicionForm(datos).errors
    assert EdicionForm(datos | {"sobrescribir": "on"}).is_valid()


def test_un_paso_pide_solo_lo_suyo() -> None:
    assert set(PasoForm(pide_motivo=False).fields) == {"testigo", "visto"}
    assert set(PasoForm(pide_motivo=True).fields) == {"testigo", "motivo", "visto"}


def test_todo_campo_se_nombra_y_el_numero_abre_el_teclado_numerico() -> None:
    form = RegistroForm()
    assert all(campo.label for campo in form)
    assert form.fields["valor"].widget.attrs["inputmode"] == "decimal"
    assert form.fields["numerador"].widget.attrs["inputmode"] == "numeric"
