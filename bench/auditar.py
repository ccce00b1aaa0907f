"""``make auditar``: Lighthouse, perfil móvil, sobre el portal servido con gunicorn en 127.0.0.1 y sus datos reales.

Cada página se audita tres veces y se toma la mediana de cada categoría; el rendimiento depende de la máquina, así que
se informa, no se exige en la suite. Termina con código 1 si accesibilidad, buenas prácticas o SEO bajan de 100.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.servidores import RAIZ, administrar, sirviendo

LIGHTHOUSE = RAIZ / "tests" / "herramientas" / "node_modules" / ".bin" / "lighthouse"
PAGINAS = (
    "/",
    "/?corte=2021-12-31",
    "/indicadores/OP.01-I2/?corte=2021-12-31",
    "/objetivos/OP.01/",
    "/servicios/OP.01-S1/",
    "/datos/",
)
CATEGORIAS = {
    "performance": "rendimiento",
    "accessibility": "accesibilidad",
    "best-practices": "buenas prácticas",
    "seo": "SEO",
}
VECES = int(os.environ.get("VECES", "3"))


def auditar(puerto: int, pagina: str, carpeta: Path) -> dict[str, Any]:
    """Los puntajes (0–100), el LCP en segundos y lo que Lighthouse reprobó en una visita."""
    salida = carpeta / "informe.json"
    orden = [
        str(LIGHTHOUSE),
        f"http://127.0.0.1:{puerto}{pagina}",
        "--quiet",
        "--output=json",
        f"--output-path={salida}",
        f"--only-categories={','.join(CATEGORIAS)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        "--no-enable-error-reporting",
    ]
    subprocess.run(orden, check=True, timeout=180, stdout=subprocess.DEVNULL)
    informe = json.loads(salida.read_text(encoding="utf-8"))
    reprobadas = [
        clave
        for categoria in CATEGORIAS
        for clave in (ref["id"] for ref in informe["categories"][categoria]["auditRefs"] if ref["weight"])
        if (informe["audits"][clave]["score"] or 0) < 1 and informe["audits"][clave]["scoreDisplayMode"] == "binary"
    ]
    return {
        **{nombre: 100 * informe["categories"][clave]["score"] for clave, nombre in CATEGORIAS.items()},
        "LCP": informe["audits"]["largest-contentful-paint"]["numericValue"] / 1000,
        "reprobadas": reprobadas,
    }


def main() -> None:
    navegador = os.environ.get("CHROME_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    if not LIGHTHOUSE.exists() or navegador is None:
        raise SystemExit("Falta Lighthouse o Chromium: «make herramientas» instala el primero; apt, el segundo.")
    os.environ["CHROME_PATH"] = navegador
    filas, faltas = {}, []
    with tempfile.TemporaryDirectory() as nombre:
        carpeta = Path(nombre)
        entorno = os.environ | {"MODO": "demo", "DATABASE_URL": f"sqlite:///{carpeta}/auditoria.sqlite3"}
        administrar(entorno, "migrate", "--noinput")
        administrar(entorno, "cargar_politica")
        with sirviendo("penitenciaria.wsgi", entorno | {"DJANGO_SETTINGS_MODULE": "penitenciaria.settings"}) as puerto:
            for pagina in PAGINAS:
                visitas = [auditar(puerto, pagina, carpeta) for _ in range(VECES)]
                medianas = {
                    clave: statistics.median(visita[clave] for visita in visitas)
                    for clave in (*CATEGORIAS.values(), "LCP")
                }
                reprobadas = sorted({una for visita in visitas for una in visita["reprobadas"]})
                filas[pagina] = medianas | {"reprobadas": reprobadas}
                puntos = "  ".join(f"{clave} {medianas[clave]:3.0f}" for clave in CATEGORIAS.values())
                print(f"{pagina:42} {puntos}  LCP {medianas['LCP']:.2f} s  {' '.join(reprobadas)}", flush=True)
                faltas += [pagina for clave in list(CATEGORIAS.values())[1:] if medianas[clave] < 100]
    (RAIZ / "bench" / "auditoria.json").write_text(json.dumps(filas, ensure_ascii=False, indent=2) + "\n", "utf-8")
    if faltas:
        sys.exit(f"No llegan a 100: {', '.join(dict.fromkeys(faltas))}")


if __name__ == "__main__":
    main()
