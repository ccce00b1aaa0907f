"""Los errores que señalan los lectores: la puerta pública, sus límites y la respuesta del personal."""

import html
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from indicadores.acciones.senalados import LARGO_MAXIMO, atender, senalar
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, FalloDeLaCache, PermisoDenegado
from indicadores.models import ErrorSenalado
from indicadores.senales import LIMITE
from tests import fabricas
from tests.fabricas import AHORA

pytestmark = pytest.mark.django_db

DICHO = "El valor no coincide con la tabla 3 del informe"


def direccion(codigo: str) -> str:
    return reverse("indicador-error", args=[codigo])


def texto(respuesta: Any) -> str:
    return html.unescape(respuesta.content.decode())


def test_el_recorrido_de_un_lector(client: Client) -> None:
    medicion = fabricas.publicada()
    codigo = medicion.indicador.codigo
    assert direccion(codigo) in client.get(f"/indicadores/{codigo}/").content.decode()
    pedida = client.get(f"{direccion(codigo)}?cifra={medicion.pk}")
    assert "2020, Perú" in texto(pedida)
    assert not ErrorSenalado.objects.exists()
    enviado = client.post(f"{direccion(codigo)}?cifra={medicion.pk}", {"texto": DICHO, "correo": "lector@ejemplo.pe"})
    assert enviado.status_code == 302
    senalado = ErrorSenalado.objects.get()
    assert (senalado.texto, senalado.correo, senalado.medicion) == (DICHO, "lector@ejemplo.pe", medicion)
    gracias = client.get(enviado["Location"])
    assert f"con el número {senalado.pk}" in texto(gracias)
    assert "Gracias" not in texto(client.get(f"{direccion(codigo)}?recibo=999"))


def test_sin_la_cache_comun_lo_escrito_tampoco_se_pierde(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def caer(*_: Any, **__: Any) -> None:
        raise FalloDeLaCache("no responde")

    for orden in ("get", "set", "add", "incr"):
        monkeypatch.setattr(type(caches["default"]), orden, caer)
    assert client.post(direccion(fabricas.IndicadorFactory().codigo), {"texto": DICHO}).status_code == 302
    assert ErrorSenalado.objects.get().texto == DICHO


@pytest.mark.parametrize(
    ("datos", "dice"),
    [
        ({"texto": ""}, "Cuente qué está mal"),
        ({"texto": "mal"}, "cuál es el dato correcto"),
        ({"texto": "x" * (LARGO_MAXIMO + 1)}, "No se envió"),
        ({"texto": DICHO, "correo": "no es"}, "no es una dirección de correo"),
    ],
)
def test_lo_que_no_se_entiende_se_explica_y_lo_escrito_queda(client: Client, datos: dict[str, str], dice: str) -> None:
    codigo = fabricas.IndicadorFactory().codigo
    respuesta = client.post(direccion(codigo), datos)
    assert respuesta.status_code == 400
    assert dice in texto(respuesta)
    assert datos["texto"] in texto(respuesta)
    assert not ErrorSenalado.objects.exists()


def test_el_senuelo_agradece_y_no_guarda(client: Client) -> None:
    codigo = fabricas.IndicadorFactory().codigo
    assert client.post(direccion(codigo), {"texto": DICHO, "sitio": "http://x"}).status_code == 302
    assert not ErrorSenalado.objects.exists()


def test_hay_un_limite_por_direccion(client: Client, settings: Any) -> None:
    codigo = fabricas.IndicadorFactory().codigo
    for _ in range(LIMITE):
        assert client.post(direccion(codigo), {"texto": DICHO}).status_code == 302
    rechazado = client.post(direccion(codigo), {"texto": DICHO})
    assert rechazado.status_code == 429
    assert "en la última hora" in texto(rechazado)
    assert client.post(direccion(codigo), {"texto": DICHO}, REMOTE_ADDR="10.0.0.9").status_code == 302
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    reenviada = client.post(direccion(codigo), {"texto": DICHO}, headers={"X-Forwarded-For": "127.0.0.1, 10.1.1.1"})
    assert reenviada.status_code == 302
    assert ErrorSenalado.objects.count() == LIMITE + 2


def test_exige_la_senal_de_seguridad_y_el_indicador() -> None:
    codigo = fabricas.IndicadorFactory().codigo
    assert Client(enforce_csrf_checks=True).post(direccion(codigo), {"texto": DICHO}).status_code == 403
    assert Client().get(direccion("NO-HAY")).status_code == 404
    assert Client().get("/indicadores/%00/error/").status_code == 404
    assert Client().put(direccion(codigo)).status_code == 405


@pytest.mark.parametrize("cifra", ["999999", "x", "9" * 30, "٣"])
def test_una_cifra_que_no_es_suya_no_se_nombra(client: Client, cifra: str) -> None:
    codigo = fabricas.IndicadorFactory().codigo
    assert client.get(direccion(codigo), {"cifra": cifra}).status_code == 200


def test_el_verbo_no_admite_cifras_ajenas_ni_sin_publicar() -> None:
    suyo = fabricas.borrador()
    for indicador in (suyo.indicador, fabricas.IndicadorFactory()):
        with pytest.raises(DatoInvalido, match="no es una publicada"):
            senalar(indicador=indicador, medicion=suyo, texto=DICHO, ahora=AHORA)
    with pytest.raises(DatoInvalido, match="correo"):
        senalar(indicador=suyo.indicador, texto=DICHO, correo="x", ahora=AHORA)
    with pytest.raises(DatoInvalido, match="2001"):
        senalar(indicador=suyo.indicador, texto="x" * 2001, ahora=AHORA)


def test_se_responde_una_sola_vez(personas: SimpleNamespace) -> None:
    senalado = senalar(indicador=fabricas.IndicadorFactory(), texto=DICHO, ahora=AHORA)
    with pytest.raises(PermisoDenegado):
        atender(senalado, por=personas.funcionario, respuesta="Ya", ahora=AHORA)
    with pytest.raises(DatoInvalido):
        atender(senalado, por=personas.analista, respuesta=" ", ahora=AHORA)
    respondido = atender(senalado, por=personas.analista, respuesta="Se corrigió", ahora=AHORA)
    assert (respondido.estado, respondido.atendido_por, respondido.atendido_en) == (
        "atendido",
        personas.analista,
        AHORA,
    )
    with pytest.raises(ConflictoDeEdicion, match="ya lo respondió ana: «Se corrigió»"):
        atender(senalado, por=personas.revisor, respuesta="Otra", desestimar=True, ahora=AHORA)


def test_en_la_administracion_se_lista_y_se_responde(personas: SimpleNamespace) -> None:
    senalado = senalar(indicador=fabricas.IndicadorFactory(), medicion=None, texto="<b>mal</b> " * 20, ahora=AHORA)
    cambio = reverse("admin:indicadores_errorsenalado_change", args=[senalado.pk])
    revisor, funcionario, sin_rol = Client(), Client(), Client()
    for cliente, cuenta in (
        (revisor, personas.revisor),
        (funcionario, personas.funcionario),
        (sin_rol, fabricas.persona()),
    ):
        cliente.force_login(cuenta, backend="django.contrib.auth.backends.ModelBackend")
    lista = reverse("admin:indicadores_errorsenalado_changelist")
    assert revisor.get(lista, {"estado__exact": "pendiente"}).status_code == 200
    assert "<b>mal" not in revisor.get(cambio).content.decode()
    assert "Está pendiente." in texto(funcionario.get(cambio))
    assert 'name="respuesta"' not in texto(funcionario.get(cambio))
    assert sin_rol.get(cambio).status_code == 403
    funcionario.post(cambio, {"respuesta": "Nada"})
    senalado.refresh_from_db()
    assert senalado.estado == "pendiente"
    assert "Escriba la respuesta" in texto(revisor.post(cambio, {"respuesta": ""}))
    assert revisor.post(cambio, {"respuesta": "No es un error", "desestimar": "1"}).status_code == 302
    senalado.refresh_from_db()
    assert (senalado.estado, senalado.atendido_por) == ("desestimado", personas.revisor)
    otra = texto(revisor.post(cambio, {"respuesta": "Tarde llego"}))
    assert "ya lo respondió raul" in otra
    assert "Tarde llego" in otra
    assert revisor.get(reverse("admin:indicadores_errorsenalado_change", args=[99999])).status_code == 302
