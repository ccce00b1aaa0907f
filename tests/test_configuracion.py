"""La clave local del modo demo: una sola, aunque la pidan varios a la vez."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from penitenciaria.configuracion import clave_local


def test_se_genera_una_vez_y_solo_la_lee_su_duenio(tmp_path: Path) -> None:
    ruta = tmp_path / "var" / "clave"
    assert clave_local(ruta, lambda: "la primera") == "la primera"
    assert clave_local(ruta, lambda: "otra") == "la primera"
    assert ruta.stat().st_mode & 0o777 == 0o600


def test_si_quedo_vacia_se_genera_otra_vez(tmp_path: Path) -> None:
    ruta = tmp_path / "clave"
    ruta.touch()
    assert clave_local(ruta, lambda: "nueva") == "nueva"
    assert ruta.read_text("utf-8") == "nueva"


def test_dos_que_empiezan_a_la_vez_acaban_con_la_misma(tmp_path: Path) -> None:
    """Como las dos suites de ``make test`` en una carpeta recién clonada."""
    cuantos, numeros = 8, itertools.count()
    for vuelta in range(20):
        salida = Barrier(cuantos)

        def pedir(ruta: Path = tmp_path / str(vuelta), salida: Barrier = salida) -> str:
            salida.wait(30)
            return clave_local(ruta, lambda: f"clave-{next(numeros)}")

        with ThreadPoolExecutor(cuantos) as hilos:
            claves = {futura.result(30) for futura in [hilos.submit(pedir) for _ in range(cuantos)]}
        assert claves == {(tmp_path / str(vuelta)).read_text("utf-8")}
