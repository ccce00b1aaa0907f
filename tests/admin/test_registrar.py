"""Registrar una medición: lo que se escribe mal se explica junto a su campo y nada de lo escrito se pierde."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from indicadores.models import Indicador, Medicion, Suceso
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, datos_de, direccion, texto


@pytest.mark.parametrize(("escrito", "valor"), [("34,9", "34.9"), ("34.9", "34.9"), ("34,9 %", "34.9"), ("0", "0")])
def test_el_valor_se_entiende_como_se_escribe(
    escrito: str, valor: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    respuesta = entrar(gente["Analista"]).post(direccion("add"), datos_de(indicador, valor=escrito))
    medicion = Medicion.objects.get()
    assert respuesta["Location"] == direccion("change", medicion.pk)
    assert (medicion.valor, medicion.etapa, medicion.registrada_por) == (Decimal(valor), "borrador", gente["Analista"])


def test_los_millares_de_una_cantidad(gente: dict[str, User], entrar: Entrar) -> None:
    fabricas.AmbitoFactory()
    cantidad = fabricas.IndicadorDeServicioFactory()
    entrar(gente["Analista"]).post(direccion("add"), datos_de(cantidad, valor="1.234"))
    assert Medicion.objects.get().valor == 1234


PROXIMO = str(date.today().year + 1)


@pytest.mark.parametrize(
    ("cambios", "campo", "frase"),
    [
        ({"valor": "34,9,9"}, "valor", "«34,9,9» no es un número"),
        ({"valor": "mucho"}, "valor", "«mucho» no es un número"),
        ({"valor": "1.234"}, "valor", "«1.234» es ambiguo"),
        ({"valor": "-3"}, "valor", "es negativo y un indicador de porcentaje no puede serlo"),
        ({"valor": "140 %"}, "valor", "pasa de 100 %"),
        ({"valor": ""}, "valor", "Escriba el valor o, si no existe, elija el motivo de su ausencia."),
        ({"motivo_ausencia": "no_medido"}, "motivo_ausencia", "Hay un valor y también un motivo de ausencia"),
        ({"numerador": "doce"}, "numerador", "«doce» no es un número"),
        ({"numerador": "9", "denominador": "5"}, "numerador", "El numerador es mayor que el denominador"),
        ({"periodo": PROXIMO}, "periodo", "aún no puede medirse completo"),
        ({"periodo": "ayer"}, "periodo", "«ayer» no es un periodo"),
        ({"periodo": ""}, "periodo", "Escriba el periodo que se midió."),
        ({"indicador": ""}, "indicador", "Elija el indicador."),
        ({"fecha_compromiso": "2027-01-01"}, "fecha_compromiso", "solo acompaña a un valor ausente"),
        ({"_enviar": "1"}, "fuente", "Indique la fuente de la cifra antes de enviarla a revisión."),
    ],
)
def test_lo_mal_escrito_se_explica_en_su_campo_y_se_conserva(
    cambios: dict[str, str], campo: str, frase: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    datos = datos_de(indicador, notas="Una nota larga que no debe perderse") | cambios
    respuesta = entrar(gente["Analista"]).post(direccion("add"), datos)
    form = respuesta.context["form"]
    assert respuesta.status_code == 200
    assert frase in " ".join(form.errors[campo])
    assert {nombre: str(form[nombre].value() or "") for nombre in datos if nombre in form.fields} == {
        nombre: str(dato) for nombre, dato in datos.items() if nombre in form.fields
    }
    pagina = texto(respuesta)
    assert frase in pagina
    assert f'id="id_{campo}_error"' in pagina
    assert not Medicion.objects.exists()
    assert not Suceso.objects.exists()


@pytest.mark.parametrize(
    ("etapa", "frase"),
    [("publicada", "Ya hay un valor publicado"), ("borrador", "Ya hay una medición «borrador»")],
)
def test_un_duplicado_se_rechaza_con_el_valor_que_ya_hay(
    etapa: str, frase: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    ya = fabricas.en_etapa(etapa, indicador=indicador, periodo="2021", valor=Decimal(35), ahora=ANTES)
    respuesta = entrar(gente["Analista"]).post(direccion("add"), datos_de(indicador))
    assert frase in " ".join(respuesta.context["form"].errors["periodo"])
    assert "35" in " ".join(respuesta.context["form"].errors["periodo"])
    assert direccion("change", ya.pk) in texto(respuesta)
    assert respuesta.context["form"]["valor"].value() == "34,9"
    assert Medicion.objects.count() == 1


def test_calcular_muestra_el_avance_y_no_guarda(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    respuesta = entrar(gente["Analista"]).post(direccion("add"), datos_de(indicador, valor="35", _calcular="1"))
    pagina = texto(respuesta)
    assert "85,7 %" in pagina
    assert "28,6 %" in pagina
    assert "en riesgo" in pagina
    assert respuesta.context["form"]["valor"].value() == "35"
    assert not Medicion.objects.exists()


def test_guardar_y_enviar_hace_las_dos_cosas(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    fuente = fabricas.FuenteFactory()
    entrar(gente["Analista"]).post(direccion("add"), datos_de(indicador, fuente=fuente.pk, _enviar="1"))
    medicion = Medicion.objects.get()
    assert (medicion.etapa, medicion.enviada_por) == ("en_revision", gente["Analista"])


def test_guardar_y_registrar_otra_conserva_el_indicador(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    cliente = entrar(gente["Analista"])
    respuesta = cliente.post(direccion("add"), datos_de(indicador, _otra="1"))
    assert respuesta["Location"] == f"{direccion('add')}?indicador={indicador.pk}"
    otra = cliente.get(respuesta["Location"])
    assert str(otra.context["form"]["indicador"].value()) == str(indicador.pk)


def test_un_porcentaje_sale_de_sus_conteos(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    datos = datos_de(indicador, valor="", numerador="30.326", denominador="86.646")
    entrar(gente["Analista"]).post(direccion("add"), datos)
    assert Medicion.objects.get().valor == Decimal("34.9999")


def test_una_ausencia_se_registra_con_su_motivo(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    manana = timezone.localdate() + timedelta(days=1)
    ausencia = {"valor": "", "motivo_ausencia": "requiere_estudio", "fecha_compromiso": manana.isoformat()}
    entrar(gente["Analista"]).post(direccion("add"), datos_de(indicador, **ausencia))
    medicion = Medicion.objects.get()
    assert (medicion.valor, medicion.motivo_ausencia, medicion.fecha_compromiso) == (None, "requiere_estudio", manana)
