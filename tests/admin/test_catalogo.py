"""La ficha de un indicador: cambiarla pide la razón, guarda la norma y no pisa a quien la cambió mientras tanto."""

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from indicadores.models import Indicador
from tests import fabricas
from tests.admin.conftest import Entrar, texto


def ficha(indicador: Indicador) -> str:
    return reverse("admin:indicadores_indicador_change", args=[indicador.pk])


def lo_escrito(respuesta: Any, **cambios: Any) -> dict[str, Any]:
    """Lo que enviaría el formulario tal como se leyó, con ``cambios``."""
    form = respuesta.context["adminform"].form
    escrito = {nombre: form[nombre].value() for nombre in form.fields}
    limpio = {nombre: dato for nombre, dato in escrito.items() if dato not in (None, False)}
    return limpio | cambios


def test_cambiar_la_ficha_pide_la_razon_y_queda_en_su_historial(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    cliente, norma = entrar(gente["Administrador"]), fabricas.NormaFactory()
    leida = cliente.get(ficha(indicador))
    escrito = lo_escrito(leida, metodo_calculo="A entre B, por cien.")
    sin_razon = cliente.post(ficha(indicador), escrito)
    assert "Escriba por qué cambia la ficha" in texto(sin_razon)
    assert "A entre B, por cien." in texto(sin_razon)
    razon = "La fija la ficha técnica oficial. " * 8
    respuesta = cliente.post(ficha(indicador), escrito | {"motivo": razon, "norma": norma.pk})
    assert respuesta.status_code == 302
    ultimo = indicador.history.order_by("-history_id").first()
    assert ultimo.history_change_reason == f"{razon.strip()} ({norma})"
    historial = texto(cliente.get(reverse("admin:indicadores_indicador_history", args=[indicador.pk])))
    for dicho in ("Por qué", str(norma), "administrador", "todo de cálculo", "A entre B, por cien."):
        assert dicho in historial


def test_guardar_sin_cambios_no_pide_nada(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    cliente = entrar(gente["Administrador"])
    assert cliente.post(ficha(indicador), lo_escrito(cliente.get(ficha(indicador)))).status_code == 302


def test_dos_cambian_la_misma_ficha(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    una, otra = entrar(gente["Administrador"]), entrar(gente["superusuario"])
    leida = una.get(ficha(indicador))
    ajena = otra.get(ficha(indicador))
    otra.post(ficha(indicador), lo_escrito(ajena, notas="De la otra", motivo="Aclara"))
    choque = una.post(ficha(indicador), lo_escrito(leida, notas="La mía", motivo="Precisa"))
    pagina = texto(choque)
    assert "superusuario cambió esta ficha" in pagina
    assert "ahora dice «De la otra»" in pagina
    assert "La mía" in pagina
    indicador.refresh_from_db()
    assert indicador.notas == "De la otra"
    decidido = una.post(ficha(indicador), lo_escrito(choque))
    assert decidido.status_code == 302
    indicador.refresh_from_db()
    assert indicador.notas == "La mía"


def test_crear_un_indicador_no_pide_razon(gente: dict[str, User], entrar: Entrar) -> None:
    pagina = entrar(gente["Administrador"]).get(reverse("admin:indicadores_indicador_add"))
    assert "Por qué se cambia" not in texto(pagina)


def test_la_historia_de_un_logro_dice_quien_cuando_por_que_y_con_que_norma(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    norma = fabricas.NormaFactory()
    nuevo = fabricas.logro(
        indicador, 28, por=gente["Administrador"], motivo="La fija el PEM", norma=norma, ahora=fabricas.minuto(1)
    )
    cliente = entrar(gente["Funcionario"])
    pagina = texto(cliente.get(reverse("admin:indicadores_logroesperado_change", args=[nuevo.pk])))
    for dicho in ("Versión 1", "Versión 2", "2021: 30 %", "2021: 28 %", "administrador", "La fija el PEM", str(norma)):
        assert dicho in pagina
    lista = texto(cliente.get(reverse("admin:indicadores_logroesperado_changelist")))
    assert "La fija el PEM" in lista
    assert str(norma) in lista
