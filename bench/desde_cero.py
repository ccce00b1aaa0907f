"""Un Debian recién creado, en el que se ejecuta docs/operacion.md al pie de la letra: ``python -m bench.desde_cero``.

Hace falta ser root y tener ``debootstrap``. Crea el Debian en una carpeta temporal con los mismos repositorios que usa
esta máquina, copia el proyecto donde el documento dice, ejecuta sus bloques ``bash`` en orden y en una sola terminal, y
después pide páginas por TLS a través de nginx. Al terminar lo borra todo.

Qué no es igual a una máquina: el núcleo es el de aquí; no hay systemd (lo que dice ``systemctl`` lo hace
``bench/unidades.py`` con las mismas unidades: sus órdenes, su cuenta y su entorno, sin su aislamiento); y, salvo el
primer bloque, que instala los paquetes, todo corre en una red propia sin salida, para no ocupar los puertos de esta
máquina: las bibliotecas de Python se bajan antes y ``pip`` las toma de esa carpeta.
"""

import argparse
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RAIZ = Path(__file__).resolve().parent.parent
DOCUMENTO = RAIZ / "docs" / "operacion.md"
BLOQUE = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TITULO = re.compile(r"^## (.+)$", re.MULTILINE)
EN_EL_DEBIAN = "opt/portal-entrega"
RUEDAS = "opt/ruedas"
COMPROBACIONES = RAIZ / "bench" / "desde_cero_comprobar.sh"


class Fallo(Exception):
    """Un paso salió mal; el mensaje lleva lo último que escribió."""


def bloques(texto: str) -> list[tuple[str, str]]:
    """(título de la sección, órdenes) de cada bloque ``bash`` del documento, en su orden."""
    titulos = [(caso.start(), caso[1]) for caso in TITULO.finditer(texto)]
    hallados = []
    for caso in BLOQUE.finditer(texto):
        seccion = [titulo for donde, titulo in titulos if donde < caso.start()]
        hallados.append((seccion[-1] if seccion else "", caso[1]))
    return hallados


def guion(pasos: list[tuple[str, str]]) -> str:
    """Un guion con esos pasos: se detiene en el primero que falle y dice cuánto tardó cada uno."""
    partes = ["set -euo pipefail", "export LANG=C.UTF-8 HOME=/root", "cd /"]
    for numero, (seccion, ordenes) in enumerate(pasos, 1):
        aviso = f"=== {numero}. {seccion}".replace("'", "")
        partes += [f"echo '{aviso}' >&3; inicio=$(date +%s%N)", ordenes]
        partes.append(f"echo '    {numero}:' $(( ($(date +%s%N) - inicio) / 1000000 )) ms >&3")
    return "\n".join(partes) + "\n"


def ejecutar(orden: list[str], registro: Path, **opciones: object) -> None:
    """Levanta :class:`Fallo` con las últimas líneas del registro."""
    with registro.open("ab") as salida:
        hecho = subprocess.run(orden, stdout=salida, stderr=salida, stdin=subprocess.DEVNULL, check=False, **opciones)  # type: ignore[call-overload]
    if hecho.returncode:
        ultimas = "\n".join(registro.read_text("utf-8", errors="replace").splitlines()[-40:])
        raise Fallo(f"«{' '.join(orden)[:120]}» terminó con {hecho.returncode}:\n{ultimas}")


def repositorio() -> tuple[str, str]:
    """(dirección, nombre) del Debian de esta máquina, según su propio apt."""
    orden = ["apt-get", "indextargets", "--format", "$(SITE) $(CODENAME) $(COMPONENT)", "Created-By: Packages"]
    dicho = subprocess.run(orden, capture_output=True, text=True, check=True).stdout
    for linea in dicho.splitlines():
        sitio, nombre, componente = linea.split()
        if componente == "main" and nombre == "bookworm":
            return sitio, nombre
    raise Fallo("El apt de esta máquina no tiene los repositorios de Debian 12.")


def crear(debian: Path, registro: Path, base: Path | None) -> None:
    """El Debian mínimo (o una copia de ``base``, uno ya creado), con los repositorios de esta máquina."""
    if base:
        ejecutar(["cp", "--archive", f"{base}/.", str(debian)], registro)  # hay dispositivos: nada que los lea
    else:
        sitio, nombre = repositorio()
        ejecutar(
            ["debootstrap", "--variant=minbase", "--include=ca-certificates", nombre, str(debian), sitio], registro
        )
    for archivo in ("etc/apt/sources.list.d/debian.sources", "etc/apt/sources.list", "etc/resolv.conf"):
        if Path("/", archivo).exists():
            shutil.copy2(Path("/", archivo), debian / archivo, follow_symlinks=True)
    # Ninguna instalación arranca servicios: los arranca el documento.
    politica = debian / "usr/sbin/policy-rc.d"
    politica.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    politica.chmod(0o755)


def llenar(debian: Path) -> None:
    """El proyecto donde el documento dice y el sustituto de systemctl."""
    orden = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    nombres = subprocess.run(orden, cwd=RAIZ, capture_output=True, check=True).stdout.decode().split("\0")
    for nombre in filter(None, nombres):
        if (RAIZ / nombre).is_file():
            destino = debian / EN_EL_DEBIAN / nombre
            destino.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(RAIZ / nombre, destino)
    shutil.copy2(RAIZ / "bench" / "unidades.py", debian / "usr/local/bin/systemctl")
    (debian / "usr/local/bin/systemctl").chmod(0o755)


def bajar_bibliotecas(debian: Path, registro: Path) -> None:
    """Las que ``pip`` va a pedir después, sin red: las baja el Python de ese Debian, que puede no ser el de aquí."""
    certificados = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    shutil.copy2(certificados, debian / "opt/certificados.pem")
    pip = "/opt/bajar/bin/pip --quiet --disable-pip-version-check --cert /opt/certificados.pem"
    ordenes = (
        f"python3 -m venv /opt/bajar\n{pip} download --dest /{RUEDAS} --requirement /{EN_EL_DEBIAN}/requirements.txt\n"
    )
    en_el_debian(debian, guion([("bibliotecas", ordenes)]), registro, aislado=False)
    shutil.rmtree(debian / "opt/bajar")
    (debian / "etc/pip.conf").write_text(f"[global]\nno-index = true\nfind-links = /{RUEDAS}\n", encoding="ascii")


def en_el_debian(debian: Path, guion_de_pasos: str, registro: Path, *, aislado: bool) -> list[str]:
    """Ejecuta el guion dentro; ``aislado``, en su propia red. Devuelve lo que dijo de cada paso."""
    (debian / "opt/guion.sh").write_text(guion_de_pasos, encoding="utf-8")
    dicho = registro.with_suffix(".pasos")
    montados = (("proc", "proc"), ("tmpfs", "dev/shm"), ("tmpfs", "run"))
    montar = " && ".join(f"mount -t {clase} {clase} {debian}/{donde}" for clase, donde in montados)
    red = "ip link set lo up && " if aislado else ""
    interno = f"{red}{montar} && exec chroot {debian} /bin/bash /opt/guion.sh 3>>{dicho}"
    limpio = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    orden = ["unshare", "--pid", "--mount", "--fork", "--kill-child", *(["--net"] if aislado else [])]
    (debian / "dev/shm").mkdir(exist_ok=True)
    ejecutar([*orden, "bash", "-c", interno], registro, env=limpio)
    return dicho.read_text("utf-8").splitlines()


def ensayar(carpeta: Path, base: Path | None) -> dict[str, object]:
    """Todo el ensayo; devuelve lo medido."""
    debian, registro = carpeta / "debian", carpeta / "registro.txt"
    debian.mkdir()
    tiempos: dict[str, float] = {}

    def paso(nombre: str, inicio: float) -> None:
        tiempos[nombre] = round(time.monotonic() - inicio, 1)
        print(f"{nombre}: {tiempos[nombre]} s", flush=True)

    inicio = time.monotonic()
    crear(debian, registro, base)
    paso("crear el Debian" if base is None else "copiar el Debian ya creado", inicio)
    llenar(debian)
    primero, *demas = bloques(DOCUMENTO.read_text(encoding="utf-8"))
    inicio = time.monotonic()
    en_el_debian(debian, guion([primero]), registro, aislado=False)
    paso("paquetes (bloque 1)", inicio)
    inicio = time.monotonic()
    bajar_bibliotecas(debian, registro)
    paso("bajar las bibliotecas", inicio)
    registro.with_suffix(".pasos").unlink()
    inicio = time.monotonic()
    demas.append(("comprobaciones del ensayo", COMPROBACIONES.read_text(encoding="utf-8")))
    lineas = en_el_debian(debian, guion(demas), registro, aislado=True)
    paso("los demás bloques y las comprobaciones", inicio)
    print("\n".join(lineas))
    return {"bloques": len(demas), "segundos": tiempos, "pasos": lineas}


def principal() -> int:
    opciones = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    opciones.add_argument("--base", type=Path, help="un Debian ya creado por debootstrap, que se copia")
    opciones.add_argument("--conservar", action="store_true", help="no borra la carpeta al terminar")
    opciones.add_argument("--json", type=Path, help="dónde escribir lo medido")
    dichas = opciones.parse_args()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("Hace falta ser root y tener debootstrap (apt install debootstrap).", file=sys.stderr)
        return 2
    carpeta = Path(tempfile.mkdtemp(prefix="desde-cero-"))
    carpeta.chmod(0o755)
    try:
        medido = ensayar(carpeta, dichas.base)
    except Fallo as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if dichas.conservar:
            print(f"Queda en {carpeta}")
        else:
            shutil.rmtree(carpeta, ignore_errors=True)
    if dichas.json:
        dichas.json.write_text(json.dumps(medido, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(principal())
