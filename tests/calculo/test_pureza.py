"""El núcleo solo necesita la biblioteca estándar."""

import json
import subprocess
import sys
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[2]
PROGRAMA = """
import sys
antes = set(sys.modules)
import importlib, json, pkgutil
import indicadores.calculo, indicadores.formato
for modulo in pkgutil.iter_modules(indicadores.calculo.__path__, "indicadores.calculo."):
    importlib.import_module(modulo.name)
print(json.dumps(sorted(set(sys.modules) - antes)))
"""


def test_el_nucleo_y_el_formato_no_cargan_nada_ajeno():
    salida = subprocess.run(
        [sys.executable, "-c", PROGRAMA], cwd=RAIZ, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    cargados = json.loads(salida)

    assert {f"indicadores.calculo.{nombre}" for nombre in ("avance", "estado", "reserva", "tipos")} <= set(cargados)
    assert "django" not in cargados
    assert {nombre.partition(".")[0] for nombre in cargados} - sys.stdlib_module_names == {"indicadores"}
