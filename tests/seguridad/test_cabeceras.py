"""Lo que lleva toda respuesta del portal, salga bien o mal, de la vista o de la memoria."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as ajustes
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import archivos, fabricas
from tests.fabricas import CLAVE
from tests.tabla import agotar
from tests.test_direcciones import Direccion, direcciones

Entrar = Callable[[User], Client]

SIEMPRE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}


@pytest.fixture
def en_https(settings: Any) -> Callable[[], Client]:
    """Como en producción: un navegador por HTTPS."""
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    return lambda: Client(raise_request_exception=False, headers={"x-forwarded-proto": "https"})


def faltas(respuesta: Any, ruta: str) -> list[str]:
    dichas = respuesta.headers
    malas = [f"{ruta}: {n} es «{dichas.get(n)}»" for n, valor in SIEMPRE.items() if dichas.get(n) != valor]
    politica = dichas.get("Content-Security-Policy", "")
    if "default-src 'none'" not in politica or "unsafe" in politica or "*" in politica:
        malas.append(f"{ruta}: CSP «{politica}»")
    if "camera=()" not in dichas.get("Permissions-Policy", ""):
        malas.append(f"{ruta}: sin Permissions-Policy")
    abierta = ruta.startswith("/api/") or not (
        ruta.startswith(("/admin/", "/evidencias/")) or dichas.get("Content-Type", "").startswith("text/html")
    )
    if dichas.get("Cross-Origin-Resource-Policy") != ("cross-origin" if abierta else "same-origin"):
        malas.append(f"{ruta}: CORP «{dichas.get('Cross-Origin-Resource-Policy')}»")
    return malas


@pytest.fixture
def todas(politica_cargada: Any) -> list[Direccion]:
    return direcciones()


def test_toda_respuesta_lleva_sus_cabeceras(todas: list[Direccion], en_https: Callable[[], Client]) -> None:
    cliente, halladas = en_https(), []
    for una in todas:
        for metodo in ("get", "post"):
            respuesta = getattr(cliente, metodo)(una.ruta, secure=True)
            agotar(respuesta)
            halladas += faltas(respuesta, una.ruta)
    assert halladas == []


@pytest.mark.django_db(transaction=True)
def test_tambien_lo_que_sale_de_la_memoria(politica_cargada: Any, en_https: Callable[[], Client]) -> None:
    cliente = en_https()
    for ruta in ("/", "/api/v1/avance/", "/indicadores/OP.01-I2/grafica.svg", "/robots.txt"):
        primera, segunda = (cliente.get(ruta, secure=True) for _ in range(2))
        assert primera.status_code == segunda.status_code == 200
        assert dict(segunda.headers) | {"X-Request-ID": ""} == dict(primera.headers) | {"X-Request-ID": ""}
        assert faltas(segunda, ruta) == []


@pytest.mark.parametrize("ruta", ["/no-existe/", "/api/v1/no-existe/", "/admin/no-existe/", "/%00", "/?a_la_fecha=x"])
def test_tambien_los_errores(db: None, en_https: Callable[[], Client], ruta: str) -> None:
    respuesta = en_https().get(ruta, secure=True)
    assert respuesta.status_code in (302, 400, 404)
    assert faltas(respuesta, ruta) == []


def test_un_servidor_que_no_es_el_nuestro_se_rechaza(db: None, en_https: Callable[[], Client], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["portal.ejemplo.pe"]
    for ruta in ("/", "/admin/login/", "/api/v1/", "/api/v1/indicadores/", "/salud/", "/sitemap.xml"):
        for servidor in ("malo.ejemplo", "portal.ejemplo.pe.malo.ejemplo", "portal.ejemplo.pe:80@malo", "a b", ""):
            respuesta = en_https().get(ruta, secure=True, headers={"host": servidor})
            assert respuesta.status_code == 400, (ruta, servidor)
            assert b"malo" not in respuesta.content
        bueno = en_https().get(
            ruta, secure=True, headers={"host": "portal.ejemplo.pe", "x-forwarded-host": "malo.ejemplo"}
        )
        assert b"malo" not in bueno.content
    http = Client(headers={"host": "portal.ejemplo.pe"}).get("/acerca/")
    assert (http.status_code, http.headers["Location"]) == (301, "https://portal.ejemplo.pe/acerca/")


def test_las_cookies_no_las_lee_nadie_mas(personas: SimpleNamespace, en_https: Callable[[], Client]) -> None:
    cliente = en_https()
    cliente.get("/admin/login/", secure=True)
    cliente.post("/admin/login/", {"username": "ana", "password": CLAVE, "next": "/admin/"}, secure=True)
    assert {ajustes.SESSION_COOKIE_NAME, ajustes.CSRF_COOKIE_NAME} <= set(cliente.cookies)
    for galleta in cliente.cookies.values():
        assert galleta["secure"], galleta.key
        assert galleta["httponly"], galleta.key
        assert galleta["samesite"] in ("Lax", "Strict"), galleta.key
        assert not galleta["domain"], galleta.key


def test_lo_del_personal_no_se_guarda_en_ninguna_parte(personas: SimpleNamespace, entrar: Entrar) -> None:
    cliente = entrar(personas.administrador)
    rutas = ["/admin/", "/admin/auth/user/", "/admin/hojas/", "/admin/segundo-factor/poner/", "/admin/clave-olvidada/"]
    for ruta in rutas:
        assert "no-store" in cliente.get(ruta).headers["Cache-Control"], ruta
    assert "private" in cliente.get("/acerca/").headers["Cache-Control"]


@pytest.mark.parametrize("disfraz", ["acta.pdf", "acta.html", "acta.svg", "../../acta.pdf", "a\r\nX-Malo: 1.pdf"])
def test_un_archivo_con_dos_naturalezas_se_descarga_y_no_se_ejecuta(
    personas: SimpleNamespace, entrar: Entrar, settings: Any, tmp_path: Path, disfraz: str
) -> None:
    """Un PDF que además es una página con guiones: se entrega como PDF, para guardar, y en una caja de arena."""
    settings.MEDIA_ROOT = tmp_path
    medicion = fabricas.borrador(por=personas.analista)
    poliglota = archivos.pdf("<html><script>alert(document.domain)</script></html>")
    cliente = entrar(personas.analista)
    puerta = reverse("admin:indicadores_medicion_adjuntar", args=[medicion.pk])
    assert cliente.post(puerta, {"archivo": archivos.subida(poliglota, disfraz, "text/html")}).status_code == 302
    (guardado,) = [uno for uno in tmp_path.rglob("*") if uno.is_file()]
    assert guardado.is_relative_to(tmp_path)
    assert "acta" not in guardado.name
    evidencia = medicion.evidencias.get()
    respuesta = cliente.get(reverse("evidencia", args=[evidencia.pk]))
    agotar(respuesta)
    assert respuesta.headers["Content-Type"] == "application/pdf"
    assert respuesta.headers["Content-Disposition"].startswith("attachment;")
    assert respuesta.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert respuesta.headers["X-Content-Type-Options"] == "nosniff"
    assert respuesta.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "X-Malo" not in respuesta.headers
    assert Client().get(reverse("evidencia", args=[evidencia.pk])).status_code == 404
