"""Leer no escribe: ningún GET de la administración cambia una fila, y todas sus páginas se dibujan."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from indicadores.models import Indicador
from objetivos import models as de_objetivos
from servicios import models as de_servicios
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, direccion, texto

EN_LINEA = r"<(?!link|meta)[^>]+\s(?:style|on[a-z]+)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:"


def filas() -> dict[str, list[Any]]:
    """Todo lo que hay en la base, salvo las sesiones."""
    return {
        modelo._meta.label: list(modelo._default_manager.order_by("pk").values())
        for modelo in apps.get_models()
        if modelo is not Session
    }


@pytest.fixture
def poblada(indicador: Indicador) -> None:
    """Al menos una fila de cada modelo inscrito y una medición en cada etapa."""
    politica = de_objetivos.Politica.objects.get()
    objetivo = indicador.objetivo
    servicio = fabricas.ServicioFactory(objetivo=objetivo)
    fabricas.LineamientoFactory(objetivo=objetivo)
    de_objetivos.Hito.objects.create(politica=politica, orden=1, titulo="Aprobación")
    de_objetivos.Alternativa.objects.create(politica=politica, orden=1, titulo="Más presupuesto", texto="Texto")
    de_objetivos.AvanceNarrativo.objects.create(politica=politica, anio=2021, seccion="resultado_general", texto="T")
    de_servicios.Participacion.objects.create(servicio=servicio, entidad=fabricas.EntidadFactory())
    de_servicios.Intervencion.objects.create(objetivo=objetivo, anio=2021, titulo="Obra")
    de_servicios.Suspension.objects.create(objetivo=objetivo, anio=2021, actividad="Talleres", causa="Pandemia")
    for etapa in ("borrador", "en_revision", "observada", "publicada", "sustituida", "retirada", "descartada"):
        fabricas.en_etapa(etapa, ahora=ANTES)


def paginas() -> list[str]:
    """Todas las direcciones que se leen: listas, altas, fichas, historiales, pasos y lo propio de la medición."""
    todas = [reverse("admin:index"), reverse("admin:password_change"), direccion("vista_previa")]
    for modelo in admin.site._registry:
        nombre = f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}"
        todas += [reverse(f"{nombre}_changelist"), reverse(f"{nombre}_add")]
        for pk in modelo._default_manager.order_by("pk").values_list("pk", flat=True):
            todas += [reverse(f"{nombre}_{vista}", args=[pk]) for vista in ("change", "history", "delete")]
            if modelo is User:
                todas.append(reverse("admin:auth_user_password_change", args=[pk]))
            if modelo._meta.model_name == "medicion":
                verbos = ("enviar", "observar", "publicar", "retirar", "descartar")
                todas += [direccion("paso", pk, verbo) for verbo in verbos]
                todas.append(direccion("corregir", pk))
    return todas


@pytest.mark.parametrize("rol", ["superusuario", "Analista", "sin rol"])
def test_ningun_get_escribe(rol: str, poblada: None, gente: dict[str, User], entrar: Entrar) -> None:
    cliente = entrar(gente[rol])
    antes, vistas = filas(), 0
    for pagina in paginas():
        respuesta = cliente.get(pagina)
        assert respuesta.status_code in {200, 302, 403}, pagina
        if respuesta.status_code == 200:
            vistas += 1
            assert not re.search(EN_LINEA, respuesta.content.decode()), pagina
    assert filas() == antes
    assert vistas > (10 if rol != "sin rol" else 0)


def test_un_get_con_todo_lo_de_un_post_tampoco(poblada: None, gente: dict[str, User], entrar: Entrar) -> None:
    cliente = entrar(gente["superusuario"])
    antes = filas()
    for pagina in paginas():
        cliente.get(pagina, {"_guardar": "1", "_enviar": "1", "valor": "50", "testigo": "1", "_confirmar": "1"})
    assert filas() == antes


@pytest.mark.parametrize("ruta", ["medicion/999/change/", "medicion/abc/change/", "medicion/999/paso/publicar/"])
def test_lo_que_no_existe_es_404(ruta: str, gente: dict[str, User], entrar: Entrar) -> None:
    assert entrar(gente["Administrador"]).get(f"/admin/indicadores/{ruta}").status_code == 404


def test_un_paso_inventado_es_404(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    assert entrar(gente["Administrador"]).get(direccion("paso", medicion.pk, "borrar")).status_code == 404


def test_el_inicio_cuenta_lo_de_cada_quien(gente: dict[str, User], entrar: Entrar) -> None:
    fabricas.borrador(por=gente["Analista"], ahora=ANTES)
    fabricas.en_etapa("observada", por=gente["Analista"], ahora=ANTES)
    fabricas.en_revision(ahora=ANTES)
    inicio = reverse("admin:index")
    secciones = entrar(gente["Analista"]).get(inicio).context["secciones"]
    assert [(s.clave, s.total) for s in secciones] == [("observadas", 1), ("borradores", 1)]
    contexto = entrar(gente["Revisor"]).get(inicio).context
    assert [(s.clave, s.total) for s in contexto["secciones"]] == [("por_revisar", 1)]
    assert {c.nombre: c.cuantas for c in contexto["etapas"] if c.cuantas} == {
        "borrador": 1,
        "en revisión": 1,
        "observada": 1,
    }
    assert entrar(gente["sin rol"]).get(inicio).context["secciones"] == []
    [renglon] = contexto["secciones"][0].renglones
    for a_donde in (renglon.direccion, *(boton.direccion for boton in renglon.botones)):
        assert entrar(gente["Revisor"]).get(a_donde).status_code == 200


def test_el_historial_del_catalogo_dice_quien_cambio_que(gente: dict[str, User], entrar: Entrar) -> None:
    entidad = fabricas.EntidadFactory(nombre="Nombre viejo")
    cliente = entrar(gente["Administrador"])
    cliente.post(reverse("admin:objetivos_entidad_change", args=[entidad.pk]), {"nombre": "Nombre nuevo"})
    pagina = texto(cliente.get(reverse("admin:objetivos_entidad_history", args=[entidad.pk])))
    assert "Nombre viejo" in pagina
    assert "Nombre nuevo" in pagina
    assert "administrador" in pagina


def test_a_una_version_pasada_del_catalogo_no_se_vuelve_por_la_puerta_de_atras(
    gente: dict[str, User], entrar: Entrar
) -> None:
    """La vista de django-simple-history guarda sin comprobar el permiso de cambiar: aquí no se ofrece."""
    entidad = fabricas.EntidadFactory(nombre="Nombre viejo")
    version = entidad.history.get()
    entidad.nombre = "Nombre nuevo"
    entidad.save()
    volver = reverse("admin:objetivos_entidad_simple_history", args=[entidad.pk, version.pk])
    for rol in ("Funcionario", "Administrador", "superusuario"):
        entrar(gente[rol]).post(volver, {"nombre": "Nombre viejo"})
    entidad.refresh_from_db()
    assert entidad.nombre == "Nombre nuevo"


def test_la_unidad_no_cambia_cuando_hay_cifras(gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    cliente: Client = entrar(gente["Administrador"])
    fijos = cliente.get(reverse("admin:indicadores_indicador_change", args=[indicador.pk])).context["adminform"]
    assert {"codigo", "objetivo", "servicio", "unidad"} <= set(fijos.readonly_fields)
    nuevo = fabricas.IndicadorFactory()
    libres = cliente.get(reverse("admin:indicadores_indicador_change", args=[nuevo.pk])).context["adminform"]
    assert "unidad" not in libres.readonly_fields


@pytest.mark.parametrize("campo", ["indicador", "ambito", "fuente"])
def test_los_campos_buscan_mientras_se_escribe(campo: str, gente: dict[str, User], entrar: Entrar) -> None:
    fabricas.EstablecimientoFactory(nombre="E.P. Lurigancho")
    fabricas.IndicadorFactory(nombre_corto="Lurigancho")
    fabricas.FuenteFactory(nombre="Lurigancho 2021")
    parametros = {"term": "lurigancho", "app_label": "indicadores", "model_name": "medicion", "field_name": campo}
    respuesta = entrar(gente["Analista"]).get(reverse("admin:autocomplete"), parametros)
    assert len(respuesta.json()["results"]) == 1
