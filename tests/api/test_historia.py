"""La historia de la API y los avisos de lo que se va: una tabla, y todo lo demás sale de ella."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from indicadores.api import historia
from indicadores.api.historia import OBSOLETAS, VERSIONES, Obsoleta, cabeceras_de, escribir

AVISO = Obsoleta(
    desde=date(2027, 1, 15), hasta=date(2028, 1, 15), en_su_lugar="/api/v2/ambitos/", razon="Cambia de nombre."
)


@pytest.mark.django_db
def test_lo_que_se_va_lo_avisa_en_cada_respuesta(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(historia.OBSOLETAS, "api-ambitos", AVISO)
    for respuesta in (
        client.get("/api/v1/ambitos/"),
        client.head("/api/v1/ambitos/"),
        client.get("/api/v1/ambitos/?x=1"),
    ):
        assert respuesta.headers["Deprecation"] == "@1799971200"
        assert respuesta.headers["Sunset"] == "Sat, 15 Jan 2028 00:00:00 GMT"
        assert respuesta.headers["Link"] == (
            '</api/v1/historial/>; rel="deprecation"; type="application/json", '
            '</api/v2/ambitos/>; rel="successor-version"'
        )
        assert "Sunset" in respuesta.headers["Access-Control-Expose-Headers"]
    assert "Deprecation" not in client.get("/api/v1/ambitos/PE/").headers
    [dicha] = client.get("/api/v1/historial/").json()["obsoletas"]
    assert dicha == {
        "direccion": "api-ambitos",
        "desde": "2027-01-15",
        "hasta": "2028-01-15",
        "en_su_lugar": "/api/v2/ambitos/",
        "razon": "Cambia de nombre.",
    }


@pytest.mark.django_db
def test_hoy_no_se_va_nada(client: Client) -> None:
    assert OBSOLETAS == {}
    cuerpo: dict[str, Any] = client.get("/api/v1/historial/").json()
    assert cuerpo["version"] == VERSIONES[0].numero == cuerpo["versiones"][0]["numero"]
    assert cuerpo["obsoletas"] == []
    for ruta in ("", "mediciones/", "nada/"):
        assert "Deprecation" not in client.get(f"/api/v1/{ruta}").headers


def test_las_versiones_van_de_la_mas_reciente_a_la_primera() -> None:
    numeros = [tuple(map(int, version.numero.split("."))) for version in VERSIONES]
    assert numeros == sorted(numeros, reverse=True)
    assert [version.fecha for version in VERSIONES] == sorted((v.fecha for v in VERSIONES), reverse=True)


def test_el_documento_nombra_todo() -> None:
    texto = escribir(obsoletas={"api-ambitos": AVISO})
    for version in VERSIONES:
        assert f"## {version.numero} · {version.fecha.isoformat()}" in texto
        assert all(cambio in texto for cambio in version.cambios)
    assert "`api-ambitos`: se avisa desde el 2027-01-15 y se sirve hasta el 2028-01-15" in texto
    assert "Nada: todo" in escribir()
    assert cabeceras_de(None, "/") == {}
