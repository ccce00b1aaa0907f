"""Pruebas que cuidan el repositorio: lo que la casa promete de sí misma se comprueba leyendo sus archivos.

Cada una dice, al fallar, qué archivo y qué línea la incumplen.
"""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.db.models import Model

RAIZ = Path(__file__).resolve().parent.parent
PAQUETES = ("penitenciaria", "indicadores", "servicios", "objetivos")
AJENAS = {".git", ".venv", ".hypothesis", "var", "htmlcov", "node_modules", "__pycache__", "migrations"}
LIMITE_DE_LINEAS = 400

#: Los únicos módulos que pueden mirar la hora, una vez cada uno: las puertas, que la pasan como argumento, y el valor
#: por defecto de los verbos. Las órdenes de administración son puertas también y la miran donde empiezan.
LEEN_EL_RELOJ = re.compile(
    r"\w+/(?:views|api|admin|forms|middleware|memoria|operacion/views)(?:\.py|/\w+\.py)|indicadores/acciones/comun\.py"
)

#: Plantillas que Django busca por su cuenta.
PLANTILLAS_DE_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}


@cache
def archivos(*sufijos: str, bajo: tuple[str, ...] = (".",)) -> tuple[Path, ...]:
    """Los archivos nuestros con esos sufijos (todos, si no se da ninguno), sin migraciones ni carpetas ajenas."""
    hallados = []
    for carpeta, subcarpetas, nombres in (paso for base in bajo for paso in os.walk(RAIZ / base)):
        subcarpetas[:] = sorted(n for n in subcarpetas if n not in AJENAS and not n.endswith("_cache"))
        hallados += [Path(carpeta, n) for n in sorted(nombres) if not sufijos or n.endswith(sufijos)]
    return tuple(hallados)


def relativo(archivo: Path) -> str:
    return archivo.relative_to(RAIZ).as_posix()


@cache
def arbol(archivo: Path) -> ast.Module:
    return ast.parse(archivo.read_text(encoding="utf-8"), filename=str(archivo))


def nodos_de_codigo(*tipos: type[ast.AST], pruebas: bool = False) -> Iterator[tuple[str, ast.AST]]:
    """Cada nodo de esos tipos con su lugar («archivo:línea»)."""
    for archivo in archivos(".py", bajo=(*PAQUETES, "tests") if pruebas else PAQUETES):
        for nodo in ast.walk(arbol(archivo)):
            if isinstance(nodo, tipos):
                yield f"{relativo(archivo)}:{getattr(nodo, 'lineno', 0)}", nodo


def lugares(patron: str, *sufijos: str, bajo: str, opciones: int = re.IGNORECASE) -> list[str]:
    """Dónde aparece ``patron``, sin contar los comentarios de las plantillas."""
    hallados = []
    for archivo in archivos(*sufijos, bajo=(bajo,)):
        texto = archivo.read_text(encoding="utf-8")
        if archivo.suffix == ".html":
            texto = sin_comentarios(texto)
        hallados += [
            f"{relativo(archivo)}:{texto.count(chr(10), 0, caso.start()) + 1}: {caso.group().strip()}"
            for caso in re.finditer(patron, texto, opciones)
        ]
    return hallados


def sin_comentarios(plantilla: str) -> str:
    """La plantilla con los comentarios en blanco y las mismas líneas."""
    comentarios = r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->"
    return re.sub(comentarios, lambda caso: "\n" * caso.group().count("\n"), plantilla, flags=re.DOTALL)


def modelos_nuestros() -> list[type[Model]]:
    return [modelo for modelo in apps.get_models() if modelo._meta.app_label in PAQUETES]


# Estructura


def test_todo_modulo_tiene_su_capa() -> None:
    contratos = tomllib.loads((RAIZ / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    capas = next(contrato["layers"] for contrato in contratos if contrato["type"] == "layers")
    nombrados = {nombre.strip(" ()") for capa in capas for nombre in re.split(r"[|:]", capa)}
    exentos = {"__init__", "apps", "settings", "wsgi", "asgi"}
    sin_capa = []
    for archivo in archivos(".py", bajo=PAQUETES):
        partes = archivo.relative_to(RAIZ).with_suffix("").parts
        antepasados = {".".join(partes[:n]) for n in range(2, len(partes) + 1)}
        if partes[-1] not in exentos and "management" not in partes and not antepasados & nombrados:
            sin_capa.append(".".join(partes))
    assert not sin_capa, f"Nómbrelos en el contrato de capas de pyproject.toml: {sin_capa}"


def test_ningun_archivo_cuenta_dos_historias() -> None:
    largos = {}
    for archivo in archivos(".py", ".html", ".js", ".css"):
        lineas = archivo.read_text(encoding="utf-8").count("\n")
        if lineas > LIMITE_DE_LINEAS:
            largos[relativo(archivo)] = lineas
    assert not largos, f"Pasan de {LIMITE_DE_LINEAS} líneas: {largos}"


def test_el_nucleo_se_importa_sin_django() -> None:
    """En un intérprete nuevo y sin paquetes instalados (``-S``): solo biblioteca estándar."""
    modulos = ["indicadores.formato"]
    modulos += [f"indicadores.calculo.{archivo.stem}" for archivo in archivos(".py", bajo=("indicadores/calculo",))]
    programa = "; ".join(f"import {modulo.removesuffix('.__init__')}" for modulo in modulos)
    proceso = subprocess.run(
        [sys.executable, "-S", "-c", programa], cwd=RAIZ, capture_output=True, text=True, check=False
    )
    assert proceso.returncode == 0, proceso.stderr


def test_cada_requisito_tiene_version_y_razon() -> None:
    malos = []
    for archivo in sorted(RAIZ.glob("requirements*.txt")):
        for linea in archivo.read_text(encoding="utf-8").splitlines():
            es_requisito = linea.strip() and not linea.startswith(("#", "-r "))
            if es_requisito and not re.fullmatch(r"[\w.\-\[\],]+==[\w.]+\s+# \S.{5,}", linea):
                malos.append(f"{archivo.name}: {linea}")
    assert not malos, malos


def test_nada_depende_de_la_maquina_donde_se_escribio() -> None:
    """Ni rutas absolutas de un puesto de trabajo ni servidores de paquetes: el clon instala de donde diga su pip."""
    registros = r"pypi\.(?:org|python\.org)|files\.pythonhosted\.org|registry\.(?:npmjs|yarnpkg)\.\w+|deb\.debian\.org"
    patron = re.compile(rf"(?<![\w./])/wor[k]/|(?<![\w./])/roo[t]/|{registros}")
    binarios = {".docx", ".xlsx", ".pdf", ".png", ".ico", ".woff2", ".gz", ".zip"}
    hallados = [
        f"{relativo(archivo)}: {caso.group()}"
        for archivo in archivos()
        if archivo.suffix not in binarios
        for caso in patron.finditer(archivo.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not hallados, hallados


# Código


def test_ninguna_excepcion_se_traga_entera() -> None:
    def es_amplia(tipo: ast.expr | None) -> bool:
        tipos = tipo.elts if isinstance(tipo, ast.Tuple) else [tipo]
        return any(t is None or (isinstance(t, ast.Name) and t.id in {"Exception", "BaseException"}) for t in tipos)

    amplias = [lugar for lugar, nodo in nodos_de_codigo(ast.ExceptHandler, pruebas=True) if es_amplia(nodo.type)]
    assert not amplias, f"Nombre la excepción que espera: {amplias}"


def test_ningun_formulario_ni_serializador_toma_todos_los_campos() -> None:
    hallados = [
        lugar
        for lugar, nodo in nodos_de_codigo(ast.Assign)
        if isinstance(nodo.value, ast.Constant) and nodo.value.value == "__all__"
    ]
    assert not hallados, hallados


@pytest.mark.parametrize(
    "prohibido", ["mark_safe", "SafeString", "SafeText", "to_html", "write_html", "utcnow", "csrf_exempt"]
)
def test_nombres_que_no_se_usan(prohibido: str) -> None:
    tipos = (ast.Name, ast.Attribute, ast.alias)
    hallados = [
        lugar
        for lugar, nodo in nodos_de_codigo(*tipos)
        if prohibido in {getattr(nodo, "id", None), getattr(nodo, "attr", None), getattr(nodo, "name", None)}
    ]
    assert not hallados, hallados


def lee_el_reloj(nodo: ast.AST) -> bool:
    """``date.today()``, ``datetime.now(…)``, ``timezone.now`` o ``timezone.localdate()`` sin argumento."""
    if isinstance(nodo, ast.Attribute) and nodo.attr == "now":
        return isinstance(nodo.value, ast.Name) and nodo.value.id == "timezone"
    if not isinstance(nodo, ast.Call) or not isinstance(nodo.func, ast.Attribute):
        return False
    sin_argumento = not nodo.args and not nodo.keywords
    return nodo.func.attr in {"today", "now"} or (nodo.func.attr in {"localdate", "localtime"} and sin_argumento)


def test_el_dominio_no_mira_la_hora() -> None:
    lecturas: dict[str, list[int]] = {}
    for archivo in archivos(".py", bajo=PAQUETES):
        lineas = {nodo.lineno for nodo in ast.walk(arbol(archivo)) if lee_el_reloj(nodo)}
        if lineas and "management" not in archivo.parts:
            lecturas[relativo(archivo)] = sorted(lineas)
    indebidas = {nombre: lineas for nombre, lineas in lecturas.items() if not LEEN_EL_RELOJ.fullmatch(nombre)}
    repetidas = {nombre: lineas for nombre, lineas in lecturas.items() if len(lineas) > 1}
    assert not indebidas, f"Reciban el momento como argumento: {indebidas}"
    assert not repetidas, f"Cada puerta mira la hora en un solo sitio: {repetidas}"


# Plantillas y archivos estáticos


@pytest.mark.parametrize(
    ("patron", "remedio"),
    [
        (r"<[^>]*\son[a-z]+\s*=", "un módulo de static/js y un atributo data-*"),
        (r"<[^>]*\sstyle\s*=", "una clase de static/css"),
        (r"<style\b", "una hoja de static/css"),
        (r"<script\b(?![^>]*\ssrc\s*=)", "un módulo de static/js"),
        (r"javascript:", "un módulo de static/js"),
        (r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off", "format_html donde se arma el texto"),
    ],
    ids=["evento", "atributo style", "style", "script", "javascript:", "safe"],
)
def test_las_plantillas_no_llevan_codigo_en_linea(patron: str, remedio: str) -> None:
    hallados = lugares(patron, ".html", ".svg", bajo="templates")
    assert not hallados, f"En su lugar, {remedio}: {hallados}"


def test_el_javascript_no_escribe_html() -> None:
    patron = r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b"
    assert not (hallados := lugares(patron, ".js", bajo="static", opciones=0)), hallados


def test_nada_viene_de_otro_servidor() -> None:
    """Ni guiones, ni hojas, ni imágenes, ni letras: un enlace que se sigue a voluntad es otra cosa."""
    hallados = lugares(r"""<(?!a\b)[a-z]+\b[^>]*\s(?:src|srcset)\s*=\s*["'](?:https?:)?//""", ".html", bajo="templates")
    hallados += lugares(r"""<link\b[^>]*stylesheet[^>]*href\s*=\s*["'](?:https?:)?//""", ".html", bajo="templates")
    hallados += lugares(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", ".css", bajo="static")
    hallados += lugares(r"""\b(?:from|import)\s*\(?\s*["'`](?:https?:)?//""", ".js", bajo="static")
    assert not hallados, hallados


def plantillas_nombradas_en_python() -> set[str]:
    """Los textos que nombran plantillas; una f-string vale por todas las que calzan con sus partes fijas."""
    propias = {plantilla.relative_to(RAIZ / "templates").as_posix() for plantilla in archivos(bajo=("templates",))}
    nombradas = {
        nodo.value for _, nodo in nodos_de_codigo(ast.Constant) if isinstance(nodo.value, str) and nodo.value in propias
    }
    for _, nodo in nodos_de_codigo(ast.JoinedStr):
        fijas = [parte.value for parte in nodo.values if isinstance(parte, ast.Constant)]
        if not any("/" in fija or ".html" in fija for fija in fijas):
            continue
        partes = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[\w.-]+" for p in nodo.values]
        nombradas |= {propia for propia in propias if re.fullmatch("".join(partes), propia)}
    return nombradas


def reemplaza_a_una_ajena(nombre: str) -> bool:
    """Si Django o un paquete instalado traen (o buscan, en el admin) una plantilla que se llama igual."""
    carpetas = [Path(aplicacion.path) for aplicacion in apps.get_app_configs()] + [
        Path(django.__file__).parent / "forms"
    ]
    if any((carpeta / "templates" / nombre).exists() for carpeta in carpetas):
        return True
    # admin/<aplicación>/<modelo>/change_form.html: la convención del admin.
    convenida = re.fullmatch(r"admin/(?:\w+/){1,2}(\w+\.html)", nombre)
    return bool(convenida) and any((c / "templates" / "admin" / convenida[1]).exists() for c in carpetas)


def test_toda_plantilla_se_usa() -> None:
    raiz = RAIZ / "templates"
    textos = {p.relative_to(raiz).as_posix(): p.read_text(encoding="utf-8") for p in archivos(bajo=("templates",))}
    usadas = plantillas_nombradas_en_python()
    usadas |= {nombre for nombre in textos if nombre in PLANTILLAS_DE_DJANGO or reemplaza_a_una_ajena(nombre)}
    pendientes = list(usadas)
    while pendientes:
        citadas = set(re.findall(r"""["']([\w./-]+\.\w+)["']""", sin_comentarios(textos[pendientes.pop()])))
        nuevas = (citadas & textos.keys()) - usadas
        usadas |= nuevas
        pendientes += nuevas
    assert not (sobran := sorted(textos.keys() - usadas)), f"Nadie las dibuja: {sobran}"


# Modelos


def test_los_nombres_de_los_modelos_empiezan_en_minuscula() -> None:
    """Django los escribe en medio de una frase; solo una sigla empieza en mayúscula."""
    nombres = {}
    for modelo in modelos_nuestros():
        opciones = modelo._meta
        nombres[f"{opciones.label} verbose_name"] = str(opciones.verbose_name)
        nombres[f"{opciones.label} verbose_name_plural"] = str(opciones.verbose_name_plural)
        for campo in (*opciones.fields, *opciones.many_to_many):
            if not campo.auto_created and not campo.name.startswith("history_"):
                nombres[f"{opciones.label}.{campo.name}"] = str(campo.verbose_name)
    malos = {
        donde: nombre
        for donde, nombre in nombres.items()
        if nombre[:1] != nombre[:1].lower() and not re.match(r"[A-ZÁÉÍÓÚÑ]{2,}\b", nombre)
    }
    assert nombres
    assert not malos, malos


def test_toda_restriccion_se_explica_en_espanol() -> None:
    restricciones = [(m._meta.label, r) for m in modelos_nuestros() for r in m._meta.constraints]
    mudas = [
        f"{modelo}.{restriccion.name}"
        for modelo, restriccion in restricciones
        if str(restriccion.violation_error_message) == str(type(restriccion).default_violation_error_message)
        or not re.fullmatch(r"[A-ZÁÉÍÓÚÑ«¿].+[.»]", str(restriccion.violation_error_message))
    ]
    assert restricciones
    assert not mudas, f"Falta violation_error_message, una frase completa: {mudas}"
    assert not [m._meta.label for m in modelos_nuestros() if m._meta.unique_together], "Use UniqueConstraint"
