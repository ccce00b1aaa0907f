"""El expediente, las descargas y los ejercicios cerrados, por donde los usa una persona."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from indicadores import acciones
from indicadores.models import Comentario, EjercicioCerrado, Evidencia, Indicador, Medicion
from indicadores.permisos import Rol
from tests import archivos, fabricas
from tests.admin.conftest import ANTES, Entrar, datos_de, datos_del_borrador, direccion, texto
from tests.archivos import subida

CERRAR = "admin:indicadores_ejerciciocerrado_add"
LISTA = "admin:indicadores_ejerciciocerrado_changelist"


@pytest.fixture(autouse=True)
def carpeta(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def evidencia_de(medicion: Medicion, *, publica: bool = False, nombre: str = "Acta ñ.pdf") -> Evidencia:
    jefe = fabricas.persona(Rol.ADMINISTRADOR)
    return acciones.adjuntar(medicion, por=jefe, archivo=subida(archivos.pdf(), nombre), publica=publica)


def cerrar(anio: int = 2020) -> EjercicioCerrado:
    jefe = fabricas.persona(Rol.ADMINISTRADOR, usuario="aldo")
    return acciones.cerrar_ejercicio(por=jefe, anio=anio, motivo="Reporte remitido")


def test_comentar_y_leerlo(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.publicada(ahora=ANTES)
    respuesta = entrar(gente["Revisor"]).post(direccion("comentar", medicion.pk), {"texto": "<b>¿Y Puno?</b>"})
    assert respuesta["Location"].endswith("#expediente")
    pagina = entrar(gente["Funcionario"]).get(direccion("change", medicion.pk)).content.decode()
    assert "&lt;b&gt;¿Y Puno?&lt;/b&gt;" in pagina
    assert direccion("comentar", medicion.pk) not in pagina


def test_lo_escrito_de_mas_vuelve_al_formulario(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    largo = "palabra " * 600
    respuesta = entrar(gente["Analista"]).post(direccion("comentar", medicion.pk), {"texto": largo})
    assert respuesta.status_code == 200
    assert "y caben 4.000. Abrévielo." in texto(respuesta)
    assert largo.strip() in texto(respuesta)
    assert not Comentario.objects.exists()


def test_adjuntar_listar_difundir_y_retirar(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.publicada(ahora=ANTES)
    analista, revisor = entrar(gente["Analista"]), entrar(gente["Revisor"])
    analista.post(direccion("adjuntar", medicion.pk), {"archivo": subida(archivos.png(), "foto.gif"), "nombre": ""})
    evidencia = Evidencia.objects.get()
    pagina = texto(revisor.get(direccion("change", medicion.pk)))
    for dicho in ("foto.gif.png", "imagen PNG", "1 KB", "analista, ", "Solo el personal", evidencia.huella):
        assert dicho in pagina
    assert direccion("retirar_evidencia", evidencia.pk) not in pagina
    revisor.post(direccion("difundir", evidencia.pk), {"publica": "1"})
    assert Evidencia.objects.get().publica
    sin_motivo = analista.post(direccion("retirar_evidencia", evidencia.pk), {"motivo": ""})
    assert "Escriba el motivo: quedará en la historia." in texto(sin_motivo)
    analista.post(direccion("retirar_evidencia", evidencia.pk), {"motivo": "Es de otro penal"})
    pagina = texto(revisor.get(direccion("change", medicion.pk)))
    assert "Retirada por analista" in pagina
    assert "Es de otro penal" in pagina
    assert revisor.get(f"/evidencias/{evidencia.pk}/").status_code == 404
    otra_vez = revisor.post(direccion("difundir", evidencia.pk), {"publica": "1"}, follow=True)
    assert "ya fue retirada" in texto(otra_vez)


@pytest.mark.parametrize("contenido", [b"<script>alert(1)</script>", b""])
def test_un_archivo_que_no_se_admite_se_explica_en_su_campo(
    gente: dict[str, User], entrar: Entrar, contenido: bytes
) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    respuesta = entrar(gente["Analista"]).post(
        direccion("adjuntar", medicion.pk), {"archivo": subida(contenido), "nombre": "Acta de abril"}
    )
    assert respuesta.status_code == 200
    assert respuesta.context["expediente"]["evidencia_form"].errors["archivo"]
    assert "Acta de abril" in texto(respuesta)
    assert not Evidencia.objects.exists()


def test_la_descarga_nunca_se_abre_en_el_navegador(gente: dict[str, User], entrar: Entrar) -> None:
    evidencia = evidencia_de(fabricas.borrador(ahora=ANTES))
    respuesta = entrar(gente["Funcionario"]).get(f"/evidencias/{evidencia.pk}/")
    assert b"".join(respuesta.streaming_content) == archivos.pdf()  # type: ignore[attr-defined]
    assert respuesta["Content-Type"] == "application/pdf"
    assert respuesta["Content-Disposition"].startswith("attachment; filename*=utf-8''Acta%20%C3%B1.pdf")
    assert respuesta["X-Content-Type-Options"] == "nosniff"
    assert respuesta["Content-Security-Policy"].startswith("sandbox")
    assert respuesta["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("etapa", "publica", "reservada", "esperado"),
    [
        ("publicada", True, False, 200),
        ("retirada", True, False, 200),
        ("publicada", False, False, 404),
        ("publicada", True, True, 404),
        ("en_revision", True, False, 404),
    ],
)
def test_sin_cuenta_solo_se_descarga_lo_publico_de_lo_publicado(
    client: Client, db: None, etapa: str, publica: bool, reservada: bool, esperado: int
) -> None:
    medicion = fabricas.en_etapa(etapa)
    evidencia = evidencia_de(medicion, publica=publica)
    Medicion.objects.filter(pk=medicion.pk).update(reservada=reservada)
    respuesta = client.get(f"/evidencias/{evidencia.pk}/")
    respuesta.close()
    assert respuesta.status_code == esperado
    assert client.post(f"/evidencias/{evidencia.pk}/").status_code == 405


def test_un_archivo_perdido_es_un_404(gente: dict[str, User], entrar: Entrar, carpeta: Path) -> None:
    evidencia = evidencia_de(fabricas.borrador(ahora=ANTES))
    Path(evidencia.archivo.path).unlink()
    assert entrar(gente["Analista"]).get(f"/evidencias/{evidencia.pk}/").status_code == 404


@pytest.mark.parametrize("puerta", ["comentar", "adjuntar"])
def test_un_get_no_escribe(gente: dict[str, User], entrar: Entrar, puerta: str) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    assert entrar(gente["Administrador"]).get(direccion(puerta, medicion.pk)).status_code == 405


# Ejercicios cerrados


def test_cerrar_ensena_lo_que_queda_y_pide_confirmar(gente: dict[str, User], entrar: Entrar) -> None:
    fabricas.borrador(ahora=ANTES)
    cliente = entrar(gente["Administrador"])
    datos = {"anio": "2020", "motivo": "Reporte remitido"}
    pregunta = cliente.post(reverse(CERRAR), datos)
    assert "De 2020, 1 borrador queda sin terminar." in texto(pregunta)
    assert "Reporte remitido" in texto(pregunta)
    fabricas.borrador(ahora=ANTES)
    otra = cliente.post(reverse(CERRAR), datos | {"visto": "1"})
    assert "De 2020, 2 borradores quedan sin terminar." in texto(otra)
    assert not EjercicioCerrado.objects.exists()
    hecho = cliente.post(reverse(CERRAR), datos | {"visto": "2"}, follow=True)
    assert "El ejercicio 2020 quedó cerrado." in texto(hecho)
    repetido = cliente.post(reverse(CERRAR), datos | {"visto": "2"})
    assert "No hace falta cerrarlo otra vez." in texto(repetido)


def test_reabrir_con_su_razon(gente: dict[str, User], entrar: Entrar) -> None:
    cierre = cerrar()
    cliente = entrar(gente["Administrador"])
    reabrir = reverse("admin:indicadores_ejerciciocerrado_reabrir", args=[cierre.pk])
    assert reabrir in texto(cliente.get(reverse(LISTA)))
    assert reabrir not in texto(entrar(gente["Analista"]).get(reverse(LISTA)))
    assert "Escriba el motivo" in texto(cliente.post(reabrir, {"motivo": " "}))
    hecho = cliente.post(reabrir, {"motivo": "Faltó Ica"}, follow=True)
    assert "El ejercicio 2020 quedó abierto." in texto(hecho)
    assert "Faltó Ica" in texto(hecho)
    assert "no hay nada que reabrir" in texto(cliente.post(reabrir, {"motivo": "x"}))


def test_la_pagina_explica_el_candado_y_no_ofrece_lo_que_no_se_puede(gente: dict[str, User], entrar: Entrar) -> None:
    borrador, publicada = fabricas.borrador(ahora=ANTES), fabricas.publicada(ahora=ANTES)
    cerrar()
    analista = entrar(gente["Analista"])
    for medicion, verbo in ((borrador, "enviar"), (publicada, "corregir")):
        pagina = texto(analista.get(direccion("change", medicion.pk)))
        assert "El ejercicio 2020 está cerrado: lo cerró aldo" in pagina
        assert "una persona con el rol Administrador" in pagina
        assert (direccion("corregir", medicion.pk) if verbo == "corregir" else 'name="_enviar"') not in pagina
    assert direccion("paso", borrador.pk, "descartar") in texto(analista.get(direccion("change", borrador.pk)))
    jefe = texto(entrar(gente["Administrador"]).get(direccion("change", publicada.pk)))
    assert direccion("corregir", publicada.pk) in jefe


def test_lo_que_se_intenta_igual_se_rechaza_con_la_frase_y_lo_escrito(gente: dict[str, User], entrar: Entrar) -> None:
    borrador = fabricas.borrador(ahora=ANTES)
    cerrar()
    datos = datos_del_borrador(borrador, valor="41", notas="lo mío")
    respuesta = entrar(gente["Analista"]).post(direccion("change", borrador.pk), datos)
    assert "El ejercicio 2020 está cerrado" in texto(respuesta)
    assert "lo mío" in texto(respuesta)
    borrador.refresh_from_db()
    assert borrador.valor == 40


def test_el_registro_tardio_pide_el_motivo_solo_a_quien_puede(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    cerrar(2021)
    analista, jefe = entrar(gente["Analista"]), entrar(gente["Administrador"])
    assert 'name="motivo"' not in texto(analista.get(direccion("add")))
    rechazo = analista.post(direccion("add"), datos_de(indicador, motivo="x"))
    assert "El ejercicio 2021 está cerrado" in texto(rechazo)
    sin_motivo = jefe.post(direccion("add"), datos_de(indicador))
    assert "Escriba el motivo para registrar en un ejercicio cerrado" in texto(sin_motivo)
    hecho = jefe.post(direccion("add"), datos_de(indicador, motivo="Llegó el oficio"), follow=True)
    assert "Llegó el oficio" in texto(hecho)
    assert Medicion.objects.get().sucesos.get().motivo == "Llegó el oficio"


# Lo que antes quedaba sin decir


@pytest.mark.parametrize("verbo", ["enviar", "publicar", "descartar"])
def test_un_paso_sin_testigo_recibe_una_frase(gente: dict[str, User], entrar: Entrar, verbo: str) -> None:
    etapa = "en_revision" if verbo == "publicar" else "borrador"
    medicion = fabricas.en_etapa(etapa, ahora=ANTES)
    respuesta = entrar(gente["Administrador"]).post(direccion("paso", medicion.pk, verbo), {}, follow=True)
    assert "La petición no dice qué versión estaba mirando." in texto(respuesta)
    medicion.refresh_from_db()
    assert medicion.etapa == etapa


@pytest.mark.parametrize(("rol", "accion"), [("Analista", "accion_publicar"), ("Funcionario", "accion_enviar")])
def test_una_accion_de_lista_ajena_recibe_una_frase(
    gente: dict[str, User], entrar: Entrar, rol: str, accion: str
) -> None:
    medicion = fabricas.en_revision(ahora=ANTES)
    datos = {"action": accion, "_selected_action": medicion.pk, "index": "0"}
    respuesta = entrar(gente[rol]).post(direccion("changelist"), datos, follow=True)
    assert "Su cuenta no puede" in texto(respuesta)
    assert "Puede hacerlo una persona con el rol" in texto(respuesta)


@pytest.mark.parametrize(("rol", "puede"), [("Analista", True), ("Funcionario", False), ("Revisor", False)])
def test_el_inicio_dice_modificar_solo_a_quien_puede(
    gente: dict[str, User], entrar: Entrar, rol: str, puede: bool
) -> None:
    aplicaciones = entrar(gente[rol]).get(reverse("admin:index")).context["app_list"]
    medicion = next(m for a in aplicaciones for m in a["models"] if m["object_name"] == "Medicion")
    assert medicion["view_only"] is not puede
    assert medicion["admin_url"]
