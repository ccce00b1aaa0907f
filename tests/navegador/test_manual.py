"""El recorrido del manual del analista, de punta a punta y en un navegador; de paso, sus fotos.

``MANUAL=1 pytest tests/navegador/test_manual.py`` vuelve a escribir ``docs/img/manual/*.png``. Sin esa variable se da
el mismo recorrido y se comprueba que manual, fotos y recorrido nombran lo mismo. El reloj es el de la prueba: las fotos
no cambian con el día en que se toman.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from indicadores import acciones
from indicadores.models import Indicador, Lote, Medicion
from tests import archivos, fabricas
from tests.conftest import RAIZ
from tests.navegador import manual
from tests.navegador.test_admin import elegir

CODIGO = "OP.04-I3"
PESO_MAXIMO, PESO_DE_TODAS = 120 * 1024, 2 * 1024 * 1024

Foto = Callable[..., None]


class Reloj:
    """Ocupa el lugar de ``timezone.now``: da la hora que se le puso, unos milisegundos más tarde cada vez."""

    def __init__(self) -> None:
        self.el(3)

    def el(self, dia: int, hora: int = 10) -> None:
        """Las ``hora`` en Lima de ese día de marzo de 2026."""
        self._desde, self._veces = datetime(2026, 3, dia, hora + 5, tzinfo=UTC), count(1)

    def __call__(self) -> datetime:
        return self._desde + timedelta(milliseconds=next(self._veces))


@pytest.fixture
def reloj(monkeypatch: pytest.MonkeyPatch) -> Reloj:
    nuevo = Reloj()
    monkeypatch.setattr(timezone, "now", nuevo)
    return nuevo


@pytest.fixture(autouse=True)
def _portal(settings: Any, tmp_path: Path, transactional_db: None, politica_cargada: Any, reloj: Reloj) -> None:
    """La política real, con plazo para un indicador, y los archivos en una carpeta de la prueba."""
    settings.MEDIA_ROOT = tmp_path / "archivos"
    Indicador.objects.filter(codigo=CODIGO).update(dias_de_plazo=65, plazo_desde=date(2025, 1, 1), periodicidad="anual")


@pytest.fixture
def ingresar(page: Page) -> Callable[[User], None]:
    def con(persona: User) -> None:
        page.set_viewport_size({"width": manual.ANCHO, "height": 800})
        page.set_default_timeout(8000)
        page.context.clear_cookies()
        page.goto("/admin/login/?next=/admin/")
        page.get_by_label("Nombre de usuario").fill(persona.username)
        page.get_by_label("Contraseña").fill(fabricas.CLAVE)
        page.get_by_role("button", name="Iniciar sesión").click()
        expect(page.get_by_role("heading", name="Mi bandeja")).to_be_visible()

    return con


@pytest.fixture
def foto(page: Page) -> Foto:
    def tomar(nombre: str, desde: Locator | str, hasta: Locator | str | None = None) -> None:
        uno = page.locator(desde) if isinstance(desde, str) else desde
        otro = page.locator(hasta) if isinstance(hasta, str) else hasta
        manual.fotografiar(page, nombre, uno, otro)

    return tomar


def boton(page: Page, nombre: str) -> Locator:
    return page.get_by_role("button", name=nombre, exact=True)


def dice(page: Page, texto: str) -> None:
    """La página muestra ese mensaje."""
    expect(page.get_by_text(texto).first).to_be_visible()


def abrir(page: Page, medicion: Medicion) -> None:
    page.goto(f"/admin/indicadores/medicion/{medicion.pk}/change/")


def publicar(page: Page) -> None:
    """Reconoce los avisos que haya y publica."""
    for casilla in page.locator(".acuse input").all():
        casilla.check()
    boton(page, "Publicar").click()
    dice(page, "Publicada: ya se ve en el portal.")


def test_el_ciclo_de_una_cifra(page: Page, personas: Any, ingresar: Any, foto: Foto, reloj: Reloj) -> None:
    indicador = Indicador.objects.get(codigo=CODIGO)
    acciones.fijar_logro(por=personas.administrador, indicador=indicador, anio=2025, valor="45", motivo="Un ejemplo")
    page.set_viewport_size({"width": manual.ANCHO, "height": 800})
    page.goto("/admin/login/")
    foto("entrar", "#header", "#content")
    ingresar(personas.analista)
    foto("bandeja", "#content h1", ".bandeja .etapas")

    # Registrar
    page.locator("section[aria-labelledby=por_vencer]").get_by_role("link", name="Registrar").click()
    expect(page.get_by_label("Periodo")).to_have_value("2025")
    page.get_by_label("Valor", exact=True).fill("34,8")
    expect(page.locator("[data-resultado]")).to_contain_text("Con 34,8 %")
    foto("registrar", "form.ficha-form", "form.ficha-form")
    page.get_by_label("Valor", exact=True).fill("34,9,9")
    boton(page, "Guardar borrador").click()
    expect(page.locator("#id_valor_error")).to_contain_text("«34,9,9» no es un número")
    foto("registrar-error", ".errornote", ".campo-valor")
    page.get_by_label("Valor", exact=True).fill("34,8")
    elegir(page, "fuente", "reporte", "eporte")
    boton(page, "Guardar borrador").click()
    dice(page, "Guardada como borrador.")
    medicion = Medicion.objects.get(indicador=indicador, periodo="2025")

    # Evidencia y comentario
    acta = {"name": "acta-medio-libre-2025.pdf", "mimeType": "application/pdf", "buffer": archivos.pdf()}
    page.locator("#evidencia_archivo").set_input_files(acta)  # type: ignore[arg-type]
    boton(page, "Adjuntar evidencia").click()
    dice(page, "Evidencia guardada.")
    page.get_by_label("Nuevo comentario").fill("El acta confirma el valor en su página 2.")
    boton(page, "Comentar").click()
    dice(page, "Comentario agregado.")
    foto("expediente", "#expediente")

    # Enviar: todavía no se ve fuera
    boton(page, "Guardar y enviar a revisión").click()
    expect(page.locator(".encabezado")).to_contain_text("en revisión")
    foto("enviada", ".messagelist", ".pasos")
    assert page.request.get(f"/cifra/{medicion.pk}/").status == 404

    # Quien revisa la observa y lo comenta
    reloj.el(4)
    ingresar(personas.revisor)
    foto("bandeja-revisor", "#content h1", "section[aria-labelledby=por_revisar]")
    por_revisar = page.locator("section[aria-labelledby=por_revisar]")
    por_revisar.get_by_role("link", name="Observar").click()
    page.get_by_label("Motivo").fill("El acta dice 34,9. Revise el redondeo.")
    foto("observar", "#content h1", ".botones")
    boton(page, "Observar").click()
    dice(page, "Observada: vuelve a quien la registró, con su razón.")
    page.get_by_label("Nuevo comentario").fill("Está en el cuadro 3, página 2.")
    boton(page, "Comentar").click()
    dice(page, "Comentario agregado.")

    # La analista corrige lo devuelto y lo envía de nuevo
    reloj.el(5)
    ingresar(personas.analista)
    foto("bandeja-devuelta", "#content h1", "section[aria-labelledby=observadas]")
    page.locator("section[aria-labelledby=observadas] .que a").click()
    dice(page, "Está en el cuadro 3, página 2.")
    page.get_by_label("Valor", exact=True).fill("34,9")
    boton(page, "Guardar y enviar a revisión").click()
    expect(page.locator(".encabezado")).to_contain_text("en revisión")
    expect(boton(page, "Publicar…")).to_have_count(0)
    expect(page.locator(".impedimento")).to_contain_text("La publica una persona con el rol Revisor o Administrador")
    foto("cuatro-ojos", "#content h1", ".pasos")

    # Otra persona la publica, reconociendo los avisos
    reloj.el(6)
    ingresar(personas.revisor)
    abrir(page, medicion)
    boton(page, "Hacer pública").click()
    dice(page, "La evidencia es pública.")
    page.get_by_role("link", name="Publicar…").click()
    foto("publicar", "#content h1", ".botones")
    expect(page.get_by_label("Entiendo: es idéntico al anterior")).to_be_visible()
    boton(page, "Publicar").click()
    dice(page, "Lea los avisos y marque la casilla de cada uno")
    publicar(page)

    # Todos ven la misma cifra
    page.goto(f"/indicadores/{CODIGO}/")
    expect(page.locator("main")).to_contain_text("34,9 %")
    assert page.request.get(f"/api/v1/indicadores/{CODIGO}/").json()["ultima_medicion"]["valor"] == 34.9
    page.goto(f"/cifra/{medicion.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("34,9 %")
    expect(page.get_by_role("link", name="acta-medio-libre-2025.pdf")).to_be_visible()
    foto("constancia", "main h1", "section[aria-labelledby=origen]")

    # Corregir: la vigente sigue publicada hasta que otra persona publique la siguiente
    reloj.el(12)
    ingresar(personas.analista)
    abrir(page, medicion)
    page.get_by_role("link", name="Corregir…").click()
    page.get_by_label("Valor", exact=True).fill("35,1")
    page.get_by_label("Motivo de la corrección").fill("La entidad rectificó el acta el 10 de marzo.")
    expect(page.locator("[data-resultado]")).to_contain_text("Con 35,1 %")
    foto("corregir", "#content h1", ".botones")
    boton(page, "Guardar y enviar a revisión").click()
    expect(page.locator(".encabezado")).to_contain_text("versión 2")
    segunda = Medicion.objects.get(corrige=medicion)
    page.goto(f"/indicadores/{CODIGO}/")
    expect(page.locator("main")).to_contain_text("34,9 %")
    reloj.el(13)
    ingresar(personas.revisor)
    page.goto(f"/admin/indicadores/medicion/{segunda.pk}/paso/publicar/")
    publicar(page)
    foto("versiones", "section[aria-labelledby=versiones]")
    page.goto(f"/cifra/{segunda.pk}/")
    versiones = page.locator("section[aria-labelledby=versiones]")
    expect(versiones.get_by_role("row")).to_have_count(3)
    expect(versiones).to_contain_text("34,9 %")
    expect(versiones).to_contain_text("35,1 %")
    foto("constancia-versiones", versiones, "section[aria-labelledby=constancia] summary")
    page.goto(f"/indicadores/{CODIGO}/?corte=2025-12-31&a_la_fecha=2026-03-08")
    expect(page.locator("main")).to_contain_text("34,9 %")
    expect(page.locator("main")).not_to_contain_text("35,1 %")
    entonces = page.request.get(f"/api/v1/indicadores/{CODIGO}/?a_la_fecha=2026-03-08").json()
    assert entonces["ultima_medicion"]["valor"] == 34.9
    foto("a-la-fecha", "main h1", "dl.cifras")

    abrir(page, segunda)
    page.get_by_role("link", name="Retirar…").click()
    page.get_by_label("Motivo").fill("La entidad anuló el acta.")
    foto("retirar", "#content h1", ".botones")
    boton(page, "Retirar").click()
    dice(page, "Retirada: ya no rige; su historia sigue a la vista.")


def test_dos_personas_a_la_vez(page: Page, personas: Any, ingresar: Any, foto: Foto, reloj: Reloj) -> None:
    indicador = Indicador.objects.get(codigo=CODIGO)
    medicion = acciones.registrar(por=personas.analista, indicador=indicador, periodo="2025", valor="34,9")
    ingresar(personas.analista)
    abrir(page, medicion)
    acciones.modificar(medicion, por=personas.otra_analista, testigo=medicion.testigo, valor="34,2", notas="Del acta 3")
    page.get_by_label("Valor", exact=True).fill("34,8")
    boton(page, "Guardar borrador").click()
    dice(page, "alba cambió esta medición mientras usted la editaba")
    foto("dos-personas", ".errornote", ".conflicto")
    page.get_by_label("34,8").check()
    page.get_by_label("Del acta 3").check()
    boton(page, "Guardar borrador").click()
    dice(page, "Cambios guardados.")


def test_un_ejercicio_cerrado(page: Page, personas: Any, ingresar: Any, foto: Foto) -> None:
    ingresar(personas.administrador)
    page.goto("/admin/indicadores/ejerciciocerrado/add/")
    page.get_by_label("Año").fill("2021")
    page.get_by_label("Motivo").fill("Se emitió el reporte de cumplimiento de 2021")
    boton(page, "Continuar").click()
    expect(page.get_by_role("heading", name="Antes de confirmar")).to_be_visible()
    foto("cerrar-ejercicio", "#content h1", ".botones")
    boton(page, "Cerrar el ejercicio").click()
    dice(page, "El ejercicio 2021 quedó cerrado.")
    ingresar(personas.analista)
    publicada = Medicion.objects.oficiales_nacionales().filter(fin__year=2021, etapa="publicada").order_by("pk").first()
    assert publicada is not None
    abrir(page, publicada)
    dice(page, "El ejercicio 2021 está cerrado: lo cerró aldo el 3 de marzo de 2026.")
    expect(page.get_by_role("link", name="Corregir…")).to_have_count(0)
    foto("candado", "#content h1", ".candado")
    page.goto("/admin/indicadores/medicion/add/")
    elegir(page, "indicador", CODIGO, CODIGO)
    page.get_by_label("Periodo").fill("2021")
    page.get_by_label("Valor", exact=True).fill("34,9")
    boton(page, "Guardar borrador").click()
    dice(page, "El ejercicio 2021 está cerrado")
    expect(page.get_by_label("Valor", exact=True)).to_have_value("34,9")


def bajar(page: Page, formato: str) -> bytes:
    """La hoja de un indicador y del año 2025, tal como llega al navegador."""
    page.goto("/admin/hojas/")
    page.get_by_label("Indicadores").select_option(label=str(Indicador.objects.get(codigo=CODIGO)))
    page.get_by_label("Desde el año").fill("2025")
    page.get_by_label("Hasta el año").fill("2025")
    page.get_by_label("Formato").select_option(formato)
    with page.expect_download() as bajada:
        boton(page, "Bajar la hoja").click()
    return Path(bajada.value.path()).read_bytes()


def subir(page: Page, nombre: str, contenido: bytes) -> None:
    page.goto("/admin/hojas/")
    page.get_by_label("Archivo").set_input_files(
        {"name": nombre, "mimeType": "application/octet-stream", "buffer": contenido}
    )
    boton(page, "Subir y comparar").click()
    expect(page.get_by_role("heading", name=re.compile("^Lote "))).to_be_visible()


def test_las_hojas_de_calculo(page: Page, personas: Any, ingresar: Any, foto: Foto) -> None:
    ingresar(personas.analista)
    page.goto("/admin/hojas/")
    foto("hojas", "#content h1", "form[method=get]")
    libro = load_workbook(BytesIO(bajar(page, "xlsx")))
    hoja = libro["Mediciones"]
    filas = enumerate(hoja.iter_rows(), start=2)
    renglon, cabecera = next((siguiente, fila) for siguiente, fila in filas if fila[0].value == "Indicador")
    columna = {celda.value: n for n, celda in enumerate(cabecera, start=1)}
    assert hoja.cell(renglon, columna["Indicador"]).value == CODIGO
    hoja.cell(renglon, columna["Valor"]).value = "treinta y cinco"
    subir(page, "mediciones.xlsx", guardado(libro))
    dice(page, "treinta y cinco")
    foto("hojas-error", "#content h1", "#content table")
    boton(page, "Dejarlo sin anotar").click()
    dice(page, "Se dejó el lote sin anotar nada.")

    hoja.cell(renglon, columna["Valor"]).value = 34.9
    subir(page, "mediciones.xlsx", guardado(libro))
    dice(page, "34,9")
    foto("hojas-diferencia", "#content h1", "#content table")
    assert not Medicion.objects.filter(lote__isnull=False).exists()
    boton(page, "Anotar 1 fila").click()
    page.get_by_text("Deshacer el lote…").click()
    medicion = Medicion.objects.get(lote__isnull=False)
    assert (medicion.etapa, medicion.valor) == ("borrador", Decimal("34.9"))
    foto("hojas-anotado", "#content h1", boton(page, "Deshacer el lote entero"))
    boton(page, "Deshacer el lote entero").click()
    dice(page, "Se deshizo el lote")
    medicion.refresh_from_db()
    assert (medicion.etapa, Lote.objects.latest("pk").estado) == ("descartada", Lote.Estado.DESHECHO)

    subir(page, "mediciones.csv", bajar(page, "csv"))
    dice(page, "No hay nada que anotar")


def guardado(libro: Any) -> bytes:
    salida = BytesIO()
    libro.save(salida)
    return salida.getvalue()


def test_una_matriz_del_inpe(page: Page, personas: Any, ingresar: Any, foto: Foto) -> None:
    ingresar(personas.analista)
    page.goto("/admin/hojas/matriz/")
    page.get_by_label("Archivo").set_input_files(RAIZ / "tests" / "intercambio" / "datos" / "matriz_norte.csv")
    elegir(page, "indicador", "OP.01-I2", "OP.01-I2")
    elegir(page, "fuente", "anexos 04 y 06", "anexos 04 y 06")
    page.get_by_label("Periodo").fill("2026-01")
    page.get_by_label("Carácter").select_option("referencial")
    foto("matriz", "#content h1", "#content a[href*=alias]")
    boton(page, "Subir y ver sus columnas").click()
    dice(page, "12 filas con datos y 5 columnas con cantidades")
    papeles = {"B": "suma a los dos", "C": "suma a los dos", "F": "total que comprueba el denominador"}
    for letra in "BCDEF":
        papel = papeles.get(letra, "suma al denominador")
        page.get_by_label(f"Para qué sirve: de la columna {letra},").select_option(papel)
    columnas = page.get_by_role("group", name="Qué es cada columna")
    foto("matriz-columnas", columnas)
    boton(page, "Comparar con lo que hay").click()
    dice(page, "Se comparan las cifras de")


def test_catalogo_plazos_y_errores_senalados(page: Page, personas: Any, ingresar: Any, foto: Foto) -> None:
    page.goto(f"/indicadores/{CODIGO}/")
    page.get_by_role("link", name="Reportar un error en esta cifra").click()
    page.get_by_label("Qué está mal").fill("El valor de 2020 no coincide con el informe anual.")
    boton(page, "Enviar").click()
    expect(page.get_by_role("heading", name="Gracias por avisar")).to_be_visible()
    ingresar(personas.analista)
    page.locator("section[aria-labelledby=senalados]").get_by_role("link", name="Responder").click()
    page.get_by_label("Respuesta").fill("Gracias. Se revisó el informe: la cifra publicada es la correcta.")
    foto("error-senalado", "#content h1", boton(page, "Atendido"))
    boton(page, "Desestimar: no es un error").click()
    dice(page, "Respondió el error señalado")

    ingresar(personas.administrador)
    page.goto("/admin/cuadricula/?objetivo=OP.04")
    page.get_by_label(f"{CODIGO}, 2026").fill("47,5")
    page.get_by_label("Motivo").fill("Actualización de metas de la entidad")
    foto("cuadricula", "#content h1", ".botones")
    boton(page, "Fijar lo que cambió").click()
    dice(page, "1 logro esperado qued")
    page.goto(f"/admin/indicadores/indicador/{Indicador.objects.get(codigo=CODIGO).pk}/change/")
    foto("plazos", ".field-dias_de_plazo", ".field-plazo_desde")


def test_manual_fotos_y_recorrido_nombran_lo_mismo() -> None:
    """Y las fotos pesan lo que deben."""
    nombradas = manual.nombradas()
    tomadas = set(re.findall(r"\bfoto\(\s*\"([\w-]+)\"", Path(__file__).read_text(encoding="utf-8")))
    assert nombradas == tomadas
    fotos = sorted(manual.FOTOS.glob("*"))
    assert {foto.name for foto in fotos} == {f"{nombre}.png" for nombre in nombradas}
    pesadas = {foto.name: peso for foto in fotos if (peso := foto.stat().st_size) > PESO_MAXIMO}
    assert not pesadas
    assert sum(foto.stat().st_size for foto in fotos) <= PESO_DE_TODAS
    assert {manual.medidas(foto)[0] for foto in fotos} == {manual.ANCHO}
