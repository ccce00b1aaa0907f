"""Los archivos de ``despliegue/`` y lo que docs/operacion.md manda hacer con ellos existen y concuerdan."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from bench.desde_cero import bloques, guion
from bench.unidades import Unidad
from despliegue.componer import VALORES, ValorMalo, componer
from penitenciaria.memoria import COOKIES_PERSONALES
from tests.conftest import EN_CI, RAIZ

DESPLIEGUE = RAIZ / "despliegue"
UNIDADES = sorted((DESPLIEGUE / "systemd").iterdir())
DOCUMENTO = (RAIZ / "docs" / "operacion.md").read_text(encoding="utf-8")
EJEMPLO = (DESPLIEGUE / "portal.env.ejemplo").read_text(encoding="utf-8")
#: La que se escribe en un comentario no es un ejemplo: ha de estar sola en su línea.
NOMBRADA = re.compile(r"^#?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
LAS_PONE_EL_DESPLIEGUE = {"PORTAL_SECRETO_BASE", "PORTAL_BASE", "PORTAL_ESCUCHA", "PORTAL_INTERMEDIARIOS"}


def programa(nombre: str) -> str:
    """Dónde está; sin él la prueba se omite, salvo en CI."""
    ruta = shutil.which(nombre)
    if ruta is None:
        assert not EN_CI, f"Falta {nombre}."
        pytest.skip(f"falta {nombre} en esta máquina")
    return ruta


# El entorno


def test_cada_variable_que_se_lee_se_explica_y_ninguna_sobra() -> None:
    codigo = (RAIZ / "penitenciaria" / "settings.py").read_text(encoding="utf-8")
    leidas = set(re.findall(r"""env(?:\.\w+)?\(\s*["']([A-Z_]+)["']""", codigo))
    gunicorn = (DESPLIEGUE / "gunicorn.conf.py").read_text(encoding="utf-8")
    leidas |= set(re.findall(r"""environ\.get\(\s*["']([A-Z_]+)["']""", gunicorn)) - LAS_PONE_EL_DESPLIEGUE
    explicadas = set(NOMBRADA.findall(EJEMPLO))
    assert len(leidas) > 15
    assert leidas - explicadas == set(), "Explíquelas en despliegue/portal.env.ejemplo."
    assert explicadas - leidas == set(), "El portal no las lee."


def test_el_ejemplo_no_trae_secretos_y_cada_variable_tiene_su_explicacion() -> None:
    assert re.search(r"(?m)^SECRET_KEY=$", EJEMPLO)
    lineas = EJEMPLO.splitlines()
    for numero, linea in enumerate(lineas):
        if NOMBRADA.match(linea):
            antes = [una for una in lineas[max(0, numero - 3) : numero] if una.startswith("# ")]
            assert antes, f"Sin explicación: {linea}"


# Los guiones


def test_los_guiones_pasan_shellcheck() -> None:
    guiones = sorted(str(uno.relative_to(RAIZ)) for uno in DESPLIEGUE.glob("*.sh"))
    guiones.append("bench/desde_cero_comprobar.sh")
    orden = [programa("shellcheck"), "-x", *guiones]
    hecho = subprocess.run(orden, cwd=RAIZ, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout


def test_la_orden_portal_pasa_el_entorno_tal_cual_y_no_por_la_linea(tmp_path: Path) -> None:
    """Un valor con espacios, comillas y signos llega entero, y no lo interpreta el intérprete de órdenes."""
    raro = "a b'c\"d$HOME`id`#e"
    (tmp_path / "portal.env").write_text(f"# x\nSECRET_KEY={raro}\nDEBUG=off\n\nno es una variable\n", encoding="utf-8")
    falso = tmp_path / "actual" / ".venv" / "bin"
    falso.mkdir(parents=True)
    (falso / "python").write_text('#!/bin/bash\nprintf "%s|%s|%s" "$SECRET_KEY" "$*" "$PWD"\n', encoding="utf-8")
    (falso / "python").chmod(0o755)
    cuenta = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    entorno = {"PATH": "/usr/bin:/bin:/usr/sbin", "PORTAL_RAIZ": str(tmp_path), "PORTAL_AJUSTES": str(tmp_path)}
    orden = ["bash", str(DESPLIEGUE / "portal.sh"), "verificar", "--x"]
    hecho = subprocess.run(orden, env=entorno | {"PORTAL_CUENTA": cuenta}, capture_output=True, text=True, check=True)
    assert hecho.stdout == f"{raro}|manage.py verificar --x|{tmp_path}/actual"
    (tmp_path / "portal.env").unlink()
    sin_ajustes = subprocess.run(orden, env=entorno, capture_output=True, text=True, check=False)
    assert sin_ajustes.returncode == 1
    assert "use esta orden como root" in sin_ajustes.stderr


def test_la_entrada_del_contenedor_lee_la_clave_de_su_archivo(tmp_path: Path) -> None:
    (tmp_path / "base").write_text("clave", encoding="utf-8")
    orden = ["sh", str(DESPLIEGUE / "entrada.sh"), "sh", "-c", "echo ${DATABASE_URL:-nada}"]
    for secreto, dicho in (("base", "postgres://portal:clave@base:5432/portal"), ("no-hay", "nada")):
        entorno = {"PATH": "/usr/bin:/bin", "PORTAL_SECRETO_BASE": str(tmp_path / secreto)}
        assert subprocess.run(orden, env=entorno, capture_output=True, text=True, check=True).stdout.strip() == dicho


# systemd


@pytest.mark.parametrize("unidad", UNIDADES, ids=lambda una: una.name)
def test_systemd_entiende_cada_unidad(unidad: Path, tmp_path: Path) -> None:
    """``systemd-analyze verify`` no se queja de nada salvo de que aquí no están los programas que arranca."""
    nombre = unidad.name.replace("@.", "@8001.")
    for una in UNIDADES:
        shutil.copy(una, tmp_path / una.name.replace("@.", "@8001."))
    orden = [programa("systemd-analyze"), "verify", str(tmp_path / nombre)]
    dicho = subprocess.run(orden, capture_output=True, text=True, check=False).stderr
    quejas = [linea for linea in dicho.splitlines() if linea.startswith(str(tmp_path)) or "portal-" in linea]
    assert [una for una in quejas if "is not executable" not in una and "network-online" not in una] == []


def test_los_servicios_estan_encerrados() -> None:
    """La nota de exposición de systemd va de 0 a 10; hasta 2 es «OK»."""
    servicios = [str(una) for una in UNIDADES if una.suffix == ".service"]
    orden = [programa("systemd-analyze"), "security", "--offline=true", "--threshold=20", "--no-pager", *servicios]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout[-2000:]
    notas = re.findall(r"exposure level for (\S+): ([\d.]+)", hecho.stdout)
    assert len(notas) == len(servicios)


def test_cada_reloj_tiene_su_servicio_y_cada_orden_existe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.unidades.UNIDADES", DESPLIEGUE / "systemd")
    conocidas = get_commands()
    for unidad in UNIDADES:
        if unidad.suffix == ".timer":
            assert unidad.with_suffix(".service") in UNIDADES
            continue
        una = Unidad(unidad.name.replace("@.", "@8001."))
        assert una.una("EnvironmentFile") == "/etc/portal/portal.env"
        assert (una.una("User"), una.una("ProtectSystem"), una.una("NoNewPrivileges")) == ("portal", "strict", "yes")
        for orden in una.claves["ExecStart"]:
            _, _, despues = orden.partition("manage.py ")
            assert not despues or despues.split()[0] in conocidas, orden


# El documento


def test_lo_que_el_documento_manda_existe() -> None:
    ordenes = "\n".join(texto for _, texto in bloques(DOCUMENTO))
    assert len(bloques(DOCUMENTO)) >= 8
    for archivo in re.findall(r"\$ORIGEN/(despliegue/[\w./-]+)", ordenes):
        assert (RAIZ / archivo).exists(), archivo
    de_systemctl = "\n".join(linea for linea in ordenes.splitlines() if linea.startswith("systemctl "))
    unidades = {re.sub(r"@\d+", "@", una) for una in re.findall(r"\bportal-[\w@]+(?:\.timer)?", de_systemctl)}
    assert unidades
    for una in unidades:
        assert (DESPLIEGUE / "systemd" / (una if una.endswith(".timer") else f"{una}.service")).exists(), una
    for orden in re.findall(r"(?m)^portal (\w+)", ordenes):
        assert orden in get_commands(), orden


def test_los_enlaces_del_documento_llegan() -> None:
    rotos = [uno for uno in re.findall(r"\]\(([\w./-]+\.md)\)", DOCUMENTO) if not (RAIZ / "docs" / uno).exists()]
    assert not rotos


def test_las_ordenes_del_documento_pasan_shellcheck(tmp_path: Path) -> None:
    (tmp_path / "guion.sh").write_text("#!/bin/bash\n" + guion(bloques(DOCUMENTO)), encoding="utf-8")
    orden = [programa("shellcheck"), "--exclude=SC2155", str(tmp_path / "guion.sh")]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout


def test_el_ensayo_toma_solo_los_bloques_bash_con_su_seccion() -> None:
    texto = "## Uno\n\n```bash\na\n```\n\n```text\nno\n```\n## Dos\n```bash\nb\nc\n```\n"
    assert bloques(texto) == [("Uno", "a\n"), ("Dos", "b\nc\n")]
    assert guion(bloques(texto)).index("=== 1. Uno") < guion(bloques(texto)).index("=== 2. Dos")


# nginx y contenedores


def test_nginx_y_el_portal_llaman_personales_a_las_mismas_cookies() -> None:
    texto = (DESPLIEGUE / "nginx" / "portal.conf").read_text("utf-8")
    [nombradas] = re.findall(r"\(([\w|]+)\)=\" 1;", texto)
    assert set(nombradas.split("|")) == set(COOKIES_PERSONALES)


def test_componer_no_admite_lo_que_no_conoce_ni_lo_que_cierre_una_directiva(tmp_path: Path) -> None:
    for malos, dicho in (
        ({}, "Falta SERVIDOR"),
        ({"SERVIDOR": "a.pe", "OTRO": "1"}, "No se conoce OTRO"),
        ({"SERVIDOR": "a.pe; return 200"}, "SERVIDOR="),
        ({"SERVIDOR": "a.pe", "CACHE": "/x{}"}, "CACHE="),
    ):
        with pytest.raises(ValorMalo, match=re.escape(dicho)):
            componer(tmp_path / "conf", **malos)


def test_componer_pone_todo_y_respeta_los_nodos_de_quien_opera(tmp_path: Path) -> None:
    componer(tmp_path, SERVIDOR="a.pe", brotli=True)
    (tmp_path / "nodos.conf").write_text("server 10.0.0.1:8001;\n", encoding="utf-8")
    componer(tmp_path, SERVIDOR="a.pe", brotli=False)
    assert (tmp_path / "nodos.conf").read_text("utf-8") == "server 10.0.0.1:8001;\n"
    assert not list((tmp_path / "opcionales").iterdir())
    for archivo in tmp_path.glob("*.*"):
        assert "${" not in archivo.read_text("utf-8").replace("${ y }", ""), archivo.name
    usados = set(
        re.findall(r"\$\{([A-Z_]+)\}", "".join(a.read_text("utf-8") for a in (DESPLIEGUE / "nginx").glob("*.*")))
    )
    assert usados | {"BITACORAS"} == set(VALORES)


def test_compose_usa_los_mismos_archivos_y_encierra_cada_pieza() -> None:
    compose = yaml.safe_load((DESPLIEGUE / "compose.yaml").read_text("utf-8"))
    servicios = compose["services"]
    assert {"base", "cache", "preparar", "web1", "web2", "trabajos", "nginx"} <= set(servicios)
    for nombre, servicio in servicios.items():
        if nombre != "base":
            assert servicio["read_only"], nombre
            assert servicio["cap_drop"] == ["ALL"], nombre
            assert servicio["security_opt"] == ["no-new-privileges:true"], nombre
        assert "privileged" not in servicio
        for volumen in servicio.get("volumes", ()):
            origen = volumen.split(":")[0]
            assert origen in compose["volumes"] or (DESPLIEGUE / origen).exists(), volumen
        assert {uno if isinstance(uno, str) else uno["source"] for uno in servicio.get("secrets", ())} <= set(
            compose["secrets"]
        )
        assert set(servicio.get("networks", ())) <= set(compose["networks"])
    assert [nombre for nombre, uno in servicios.items() if "ports" in uno] == ["nginx"]
    usados = set(re.findall(r"\b([A-Z_]+)=", " ".join(servicios["preparar"]["command"])))
    assert usados <= set(VALORES)


def test_la_imagen_no_es_root_y_copia_lo_que_existe() -> None:
    texto = (DESPLIEGUE / "Dockerfile").read_text("utf-8")
    lineas = [linea for linea in texto.splitlines() if linea and not linea.startswith("#")]
    assert sum(linea.startswith("FROM ") for linea in lineas) == 2
    assert "USER portal" in lineas
    assert any(linea.startswith("HEALTHCHECK ") for linea in lineas)
    assert not re.search(r"(?m)^FROM \S+:latest|^FROM [^:\s]+( |$)|^ADD ", texto)
    for origen in re.findall(r"(?m)^COPY (?!--from)(\S+)", texto):
        assert (RAIZ / origen).exists(), origen
    assert not re.search(r"SECRET_KEY=(?!solo-para-reunir)", texto)
