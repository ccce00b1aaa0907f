"""Los paquetes sellados se comprueban con el programa que llevan dentro, y cualquier cambio se nota."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from frictionless import Package, system

from indicadores import constancias
from indicadores.models import Constancia, Medicion
from penitenciaria.interoperabilidad import sellados
from tests import fabricas
from tests.api.conftest import direccion
from tests.interoperabilidad.conftest import TEXTOS, cuerpo

#: Los textos del formato 1 están sellados: si esto falla, el cambio va en un formato nuevo y no aquí.
FORMATO_1 = {
    "LEAME.txt": "db8d1f89c5152eb27605fd364368ffc9561042405d2d02e92dae9c42dca70f78",
    "metodo.txt": "75e46ea62f8e707175cd9f375bfe78152aa5a580bc6d6b254d8251e15156d32f",
    "verificar.py": "99e26192d0d85f9f28d412a911762b7d014d037b2710c091db8c6a1e4e343bec",
    "datapackage.json": "a2db88598e3b502c343675c444993a6e352e8c0ecc8b81c2e179353205452eb8",
}

Partes = dict[str, bytes]


def bajar(cliente: Client, numero: int) -> bytes:
    return cuerpo(cliente.get(f"/datos/paquetes/{numero}.zip"))


def partes_de(zip_: bytes) -> Partes:
    with ZipFile(io.BytesIO(zip_)) as archivo:
        return {nombre: archivo.read(nombre) for nombre in archivo.namelist()}


def comprobar(carpeta: Path, *paquetes: Partes) -> tuple[bool, str]:
    """Ejecuta, en otro proceso y sin nada instalado, el comprobador que lleva el primero."""
    programa = carpeta / "verificar.py"
    programa.write_bytes(sellados.fijos()["verificar.py"])
    rutas = []
    for n, partes in enumerate(paquetes):
        rutas.append(str(carpeta / f"{n}.zip"))
        with ZipFile(rutas[-1], "w") as archivo:
            for nombre, texto in partes.items():
                archivo.writestr(nombre, texto)
    hecho = subprocess.run(
        [sys.executable, "-I", str(programa), *rutas], capture_output=True, text=True, check=False, timeout=60
    )
    return hecho.returncode == 0, hecho.stdout + hecho.stderr


@pytest.fixture
def ultimo(datos_dificiles: SimpleNamespace) -> int:
    return constancias.ultimo_eslabon()[0]


def test_el_comprobador_cabe_en_cuarenta_lineas_y_no_necesita_nada() -> None:
    programa = sellados.fijos()["verificar.py"].decode()
    assert len(programa.splitlines()) <= 40
    assert "import csv, hashlib, io, json, sys, zipfile" in programa
    assert programa.count("import ") == 1


def test_los_textos_sellados_no_cambian() -> None:
    assert {nombre: sha256(texto).hexdigest() for nombre, texto in sellados.fijos().items()} == FORMATO_1


def test_un_paquete_se_comprueba_solo(ultimo: int, client: Client, tmp_path: Path) -> None:
    partes = partes_de(bajar(client, ultimo))
    bien, dicho = comprobar(tmp_path, partes)
    assert bien, dicho
    assert dicho.startswith(f"Íntegro: paquete {ultimo}, ")
    assert sha256(partes["manifiesto.json"]).hexdigest() in dicho
    assert partes["verificar.py"] == sellados.fijos()["verificar.py"]


def test_lo_que_sobra_se_rechaza_y_sin_decir_cual_no_da_nada_por_bueno(
    ultimo: int, client: Client, tmp_path: Path
) -> None:
    bien, dicho = comprobar(tmp_path, partes_de(bajar(client, ultimo)) | {"otro.csv": b"a"})
    assert not bien
    assert "sobra" in dicho
    bien, dicho = comprobar(tmp_path)
    assert not bien
    assert "python3 verificar.py paquete" in dicho


def test_es_el_mismo_cada_vez_que_se_pide_y_todo_numero_vale(ultimo: int, client: Client, tmp_path: Path) -> None:
    assert bajar(client, ultimo) == bajar(client, ultimo)
    todos = [partes_de(bajar(client, numero)) for numero in range(1, ultimo + 1, 5)]
    bien, dicho = comprobar(tmp_path, *todos)
    assert bien, dicho


def test_las_filas_son_las_de_la_api_en_ese_momento(ultimo: int, client: Client) -> None:
    en = Constancia.objects.get(numero=ultimo).en.isoformat()
    pedido = direccion("mediciones/", a_la_fecha=en, corte="2100-12-31", page_size=500)
    de_la_api = {una["id"]: una for una in client.get(pedido).json()["results"]}
    partes = partes_de(bajar(client, ultimo))
    filas = list(csv.DictReader(io.StringIO(partes["datos/mediciones.csv"].decode(), newline="")))
    hechos = {una.numero: str(una.objeto) for una in Constancia.objects.all()}
    assert {hechos[int(fila["constancia"])] for fila in filas} == set(de_la_api)
    for fila in filas:
        una = de_la_api[hechos[int(fila["constancia"])]]
        assert (fila["indicador"], fila["periodo"], fila["ambito"]) == (una["indicador"], una["periodo"], una["ambito"])
        assert fila["motivo_ausencia"] == (una["motivo"]["codigo"] if una["motivo"] else "")
        assert (Decimal(fila["valor"]) if fila["valor"] else None) == (
            None if una["valor"] is None else Decimal(str(una["valor"]))
        )
    for ruta, tabla in (("lineas_base/", "datos/lineas_base.csv"), ("logros/", "datos/logros.csv")):
        rigen = client.get(direccion(ruta, a_la_fecha=en)).json()["results"]
        suyas = list(csv.DictReader(io.StringIO(partes[tabla].decode(), newline="")))
        assert {(una["indicador"], str(una["anio"])) for una in rigen} == {(f["indicador"], f["anio"]) for f in suyas}


def test_los_datos_reales_tambien(politica_cargada: Any, client: Client, tmp_path: Path) -> None:
    numero = constancias.ultimo_eslabon()[0]
    bien, dicho = comprobar(tmp_path, partes_de(bajar(client, numero)))
    assert bien, dicho


def _cambiar(nombre: str, de: bytes, a: bytes) -> Callable[[Partes], Partes]:
    def cambio(partes: Partes) -> Partes:
        assert de in partes[nombre]
        return partes | {nombre: partes[nombre].replace(de, a, 1)}

    return cambio


def _sin(nombre: str) -> Callable[[Partes], Partes]:
    return lambda partes: {clave: texto for clave, texto in partes.items() if clave != nombre}


def _sin_linea(nombre: str, cual: int) -> Callable[[Partes], Partes]:
    def cambio(partes: Partes) -> Partes:
        lineas = partes[nombre].splitlines(keepends=True)
        del lineas[cual]
        return partes | {nombre: b"".join(lineas)}

    return cambio


ALTERADOS = {
    "un valor de la tabla": (_cambiar("datos/mediciones.csv", b"12345.6789", b"12345.6788"), "cambió la fila"),
    "un texto de la tabla": (_cambiar("datos/mediciones.csv", b"Comillas", b"Comilla"), "cambió la fila"),
    "una fila menos": (_sin_linea("datos/mediciones.csv", -1), "sobran o faltan filas"),
    "un logro menos": (_sin_linea("datos/logros.csv", -1), "sobran o faltan filas"),
    "la cifra abierta": (_cambiar("aperturas.jsonl", b"12345.6789", b"12345.6788"), "cambió la cifra"),
    "la cadena": (_cambiar("cadena.jsonl", b"2012-01", b"2013-01"), "se rompe en la constancia"),
    "una constancia menos": (_sin_linea("cadena.jsonl", 0), "se rompe en la constancia 1"),
    "la última constancia menos": (_sin_linea("cadena.jsonl", -1), "la cadena no es la sellada"),
    "el método": (_cambiar("metodo.txt", b"VO", b"V0"), "cambió metodo.txt"),
    "el comprobador": (_cambiar("verificar.py", b"exigir", b"exijir"), "cambió verificar.py"),
    "falta una tabla": (_sin("datos/logros.csv"), "falta datos/logros.csv"),
    "falta la cadena": (_sin("cadena.jsonl"), "falta cadena.jsonl"),
    "falta el manifiesto": (_sin("manifiesto.json"), "falta manifiesto.json"),
    "falta el método": (_sin("metodo.txt"), "falta metodo.txt"),
}


@pytest.mark.parametrize("cual", ALTERADOS)
def test_toda_alteracion_se_nota(ultimo: int, client: Client, tmp_path: Path, cual: str) -> None:
    alterar, explicacion = ALTERADOS[cual]
    bien, dicho = comprobar(tmp_path, alterar(partes_de(bajar(client, ultimo))))
    assert not bien
    assert f"NO ES ÍNTEGRO: {explicacion}" in dicho


def test_dos_paquetes_que_no_se_continuan_se_notan(
    ultimo: int, client: Client, tmp_path: Path, personas: SimpleNamespace
) -> None:
    """Quien rehace la cadena entera obtiene un paquete íntegro, pero no el que continúa al que otro ya tenía."""
    antes = partes_de(bajar(client, ultimo - 1))
    rehecho = partes_de(bajar(client, ultimo))
    anterior, lineas = "0" * 64, []
    for linea in rehecho["cadena.jsonl"].splitlines():
        una = json.loads(linea)
        una["canonico"] = una["canonico"].replace("Analista", "Otra")
        una |= {
            "huella_anterior": anterior,
            "huella": sha256(f"{anterior}\n{una['canonico']}".encode()).hexdigest(),
        }
        anterior = una["huella"]
        lineas.append(json.dumps(una).encode() + b"\n")
    manifiesto = json.loads(rehecho["manifiesto.json"]) | {"huella": anterior}
    rehecho |= {"cadena.jsonl": b"".join(lineas), "manifiesto.json": json.dumps(manifiesto).encode()}
    assert comprobar(tmp_path, rehecho)[0]
    bien, dicho = comprobar(tmp_path, antes, rehecho)
    assert not bien
    assert "un paquete no continúa al anterior" in dicho


class TestReservadas:
    def test_lo_reservado_no_esta_en_ninguna_parte(self, ultimo: int, client: Client) -> None:
        """La tasa reservada (3 de 7: 42,857 %) no se abre, ni en la tabla ni en las aperturas."""
        todo = b"".join(texto for nombre, texto in partes_de(bajar(client, ultimo)).items() if nombre != "LEAME.txt")
        assert b"42.857" not in todo
        assert b"pocas_personas" in todo

    def test_una_celda_que_se_reserva_despues_se_cierra_tambien_en_los_paquetes_viejos(
        self, personas: SimpleNamespace, client: Client, tmp_path: Path
    ) -> None:
        """El paquete ya bajado sigue siendo íntegro; el mismo, vuelto a bajar, tiene el mismo sello y ya no la abre."""
        _, _, [penal, otro] = fabricas.arbol(2)
        indicador = fabricas.IndicadorFactory()
        comunes: dict[str, Any] = {"por": personas.analista, "revisor": personas.revisor, "indicador": indicador}
        abierta = fabricas.publicada(
            **comunes, periodo="2021", ambito=penal, numerador=9, denominador=36, valor=Decimal(25)
        )
        viejo = constancias.ultimo_eslabon()[0]
        antes = bajar(client, viejo)
        etag = client.get(f"/datos/paquetes/{viejo}.zip").headers["ETag"]
        assert b"25" in partes_de(antes)["datos/mediciones.csv"]
        Medicion.objects.filter(pk=abierta.pk).update(reservada=True)
        fabricas.publicada(
            **comunes, periodo="2021", ambito=otro, numerador=40, denominador=80, valor=Decimal(50),
            ahora=fabricas.minuto(5),
        )  # fmt: skip
        despues = bajar(client, viejo)
        assert partes_de(despues)["manifiesto.json"] == partes_de(antes)["manifiesto.json"]
        assert partes_de(despues)["cadena.jsonl"] == partes_de(antes)["cadena.jsonl"]
        assert b"pocas_personas" in partes_de(despues)["datos/mediciones.csv"]
        assert partes_de(despues)["aperturas.jsonl"] == b""
        assert comprobar(tmp_path, partes_de(antes))[0]
        bien, dicho = comprobar(tmp_path, partes_de(despues), partes_de(bajar(client, viejo + 1)))
        assert bien, dicho
        renovada = client.get(f"/datos/paquetes/{viejo}.zip", headers={"if-none-match": etag})
        assert renovada.status_code == 200, "quien guardó el viejo se entera"


class TestPuerta:
    def test_cabeceras_y_304(self, ultimo: int, client: Client) -> None:
        direccion_ = f"/datos/paquetes/{ultimo}.zip"
        respuesta = client.get(direccion_)
        assert respuesta.headers["Content-Type"] == "application/zip"
        assert respuesta.headers["Content-Disposition"] == f'attachment; filename="paquete-{ultimo}.zip"'
        assert respuesta.headers["Cache-Control"] == "no-cache, public"
        assert client.get(direccion_, headers={"if-none-match": respuesta.headers["ETag"]}).status_code == 304
        cabeza = client.head(direccion_)
        assert (cabeza.status_code, b"".join(cabeza.streaming_content)) == (200, b"")

    @pytest.mark.parametrize("numero", ["0", "999999", str(10**30)])
    def test_el_que_no_existe_es_un_404(self, ultimo: int, client: Client, numero: str) -> None:
        respuesta = client.get(f"/datos/paquetes/{numero}.zip")
        assert respuesta.status_code == 404
        assert f"No hay un paquete sellado con el número {numero}." in respuesta.content.decode()

    def test_la_lista_da_uno_por_publicacion_con_su_sello(self, ultimo: int, client: Client) -> None:
        [mas_nuevo, *otros] = sellados.sellados(a_la_fecha=fabricas.minuto(60), cuantos=3)
        assert mas_nuevo.numero == ultimo
        assert len({uno.en for uno in (mas_nuevo, *otros)}) == 1 + len(otros) > 1
        assert mas_nuevo.sello == sha256(partes_de(bajar(client, ultimo))["manifiesto.json"]).hexdigest()
        assert sellados.sellados(a_la_fecha=fabricas.minuto(0) - timedelta(days=1), cuantos=3) == []
        pagina = client.get("/datos/").content.decode()
        assert mas_nuevo.sello in pagina
        assert f'href="/datos/paquetes/{ultimo}.zip"' in pagina

    def test_la_lista_da_el_ultimo_eslabon_de_cada_momento(self, ultimo: int) -> None:
        """Las constancias de un mismo momento son una publicación, sean cuantas sean."""
        por_momento: dict[Any, int] = {}
        for numero, en in Constancia.objects.order_by("numero").values_list("numero", "en"):
            por_momento[en] = numero
        assert len(por_momento) < ultimo
        dados = sellados.sellados(a_la_fecha=fabricas.minuto(60), cuantos=1000)
        assert [(uno.en, uno.numero) for uno in dados] == sorted(
            por_momento.items(), key=lambda par: par[1], reverse=True
        )

    def test_cada_sello_compromete_al_anterior(self, ultimo: int) -> None:
        for numero in range(2, ultimo + 1):
            suyo = json.loads(sellados.manifiesto(numero) or b"")
            previo = json.loads(sellados.manifiesto(numero - 1) or b"")
            assert suyo["anterior"] == {"numero": previo["numero"], "huella": previo["huella"]}


def test_lo_de_dentro_es_un_data_package_valido(ultimo: int, client: Client, tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(bajar(client, ultimo))) as archivo:
        archivo.extractall(tmp_path)
    with system.use_context(trusted=True):
        informe = Package(str(tmp_path / "datapackage.json")).validate()
    assert informe.valid, informe.to_summary()
    assert TEXTOS[2] in (tmp_path / "datos/mediciones.csv").read_text()
