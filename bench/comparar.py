"""Frente a qué se compara, en la misma corrida y por turnos: una vista de Django desnuda, nginx y datasette."""

import json
import os
import sqlite3
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import psycopg2

from bench.medicion import Cliente, cronometrar, por_turnos
from bench.servidores import Servidor, atendiendo, datasette, entorno_para, nginx

LISTA = "/api/v1/mediciones/?page_size=100"
INDICADOR = "/api/v1/indicadores/OP.01-I2/"
PORTADA = "/"
VUELTAS = 12
#: Solo las filas, por el mismo orden: sin contar ni proponer facetas, que nuestra lista tampoco hace en cada petición.
SIN_LUJOS = "_size=100&_sort_desc=fin&_nocount=1&_nofacet=1&_nosuggest=1"
#: Lo que nuestro indicador lee de esa tabla; además él lee su línea base y sus logros, y evalúa.
SUS_FILAS = "datasette, las filas de ese indicador"


def comparar(base: str, carpeta: Path) -> dict[str, Any]:
    """Peticiones por segundo de cada servidor (de la mediana) y su razón a la vista desnuda; imprime la tabla."""
    entorno = entorno_para(base)
    desnudo = {clave: valor for clave, valor in os.environ.items() if clave != "DJANGO_SETTINGS_MODULE"}
    desnudo["BYTES"] = str(carpeta)
    with (
        atendiendo("bench.desnuda:application", desnudo) as piso,
        atendiendo("penitenciaria.wsgi", entorno | {"MEMORIA_MB": "0"}) as sin_memoria,
        atendiendo("penitenciaria.wsgi", entorno) as con_memoria,
    ):
        bytes_de = {nombre: Cliente(con_memoria, [d]).pedir()[1] for nombre, d in (("l", LISTA), ("i", INDICADOR))}
        for nombre, contenido in bytes_de.items():
            (carpeta / nombre).write_bytes(contenido)
        cabeceras = dict(Cliente(con_memoria, [LISTA]).pedir()[2].headers)
        propias = {n: v for n, v in cabeceras.items() if n not in ("Server", "Date", "Connection")}
        (carpeta / "l.cabeceras").write_text(json.dumps(propias), encoding="utf-8")
        etag = cabeceras["ETag"]
        clientes = {
            "vista desnuda de Django": Cliente(piso, ["/"]),
            "la misma, con los bytes de la lista": Cliente(piso, ["/l"]),
            f"… y sus {len(propias)} cabeceras": Cliente(piso, ["/l/con-cabeceras"]),
            "lista de 100, en frío": Cliente(sin_memoria, [LISTA]),
            "indicador, en frío": Cliente(sin_memoria, [INDICADOR]),
            "portada, en frío": Cliente(sin_memoria, [PORTADA]),
            "lista de 100, ya hecha": Cliente(con_memoria, [LISTA]),
            "indicador, ya hecho": Cliente(con_memoria, [INDICADOR]),
            "portada, ya hecha": Cliente(con_memoria, [PORTADA]),
            "lista de 100, 304": Cliente(con_memoria, [LISTA], {"If-None-Match": etag}, estado=304),
        }
        archivo = Path(base.removeprefix("sqlite:///"))
        with nginx(bytes_de, carpeta) as estatico, _datasette(base, archivo) as ajeno:
            if estatico is None:
                print("nginx no está instalado: se omite (en Debian o Ubuntu, apt install nginx-light).")
            else:
                clientes["nginx, la lista desde un archivo"] = Cliente(estatico, ["/l"])
                clientes["nginx, el indicador desde un archivo"] = Cliente(estatico, ["/i"])
            if ajeno is None:
                print("datasette se omite: solo lee SQLite, y no se pudo instalar o la base es otra.")
            else:
                tabla = f"/{archivo.stem}/indicadores_medicion.json"
                clientes["datasette, 100 filas de la tabla"] = Cliente(ajeno, [f"{tabla}?{SIN_LUJOS}"])
                clientes[SUS_FILAS] = Cliente(ajeno, [f"{tabla}?{SIN_LUJOS}&{_las_del_indicador(archivo)}"])
            por_turnos(list(clientes.values()), VUELTAS)
        razones = _escribir(clientes)
        razones["csv"] = _tabla_entera(base, sin_memoria)
    return razones


def _las_del_indicador(archivo: Path) -> str:
    """El filtro de las mediciones nacionales, oficiales y totales del indicador que se compara."""
    with sqlite3.connect(archivo) as base:
        [(indicador,)] = base.execute("SELECT id FROM indicadores_indicador WHERE codigo = 'OP.01-I2'")
        [(nacional,)] = base.execute("SELECT id FROM indicadores_ambito WHERE nivel = 'nacional'")
    return f"indicador_id={indicador}&ambito_id={nacional}&sexo=T&caracter=oficial"


def _datasette(base: str, archivo: Path) -> AbstractContextManager[Servidor | None]:
    return datasette(archivo) if base.startswith("sqlite") else nullcontext(None)


def _escribir(clientes: dict[str, Cliente]) -> dict[str, Any]:
    """Dos razones a la vista desnuda: por lo que espera el cliente y por lo que trabaja el procesador del servidor."""
    piso = clientes["vista desnuda de Django"]
    print(f"\n{'':40} {'por segundo':>12} {'razón':>8} {'p95 ms':>9} {'cpu µs':>9} {'razón cpu':>10}")
    for nombre, uno in clientes.items():
        print(
            f"{nombre:40} {1 / uno.p50:12.0f} {piso.p50 / uno.p50:8.3f} {uno.p95 * 1e3:9.2f} {uno.cpu * 1e6:9.0f} "
            f"{piso.cpu / uno.cpu:10.3f}"
        )
    if SUS_FILAS in clientes:
        for nuestro, suyo in (
            ("lista de 100, en frío", "datasette, 100 filas de la tabla"),
            ("indicador, en frío", SUS_FILAS),
        ):
            veces = clientes[suyo].p50 / clientes[nuestro].p50, clientes[suyo].cpu / clientes[nuestro].cpu
            print(f"{nuestro}: {veces[0]:.1f} veces «{suyo}» (por procesador, {veces[1]:.1f})")
    return {
        nombre: {
            "por_segundo": round(1 / uno.p50),
            "razon": round(piso.p50 / uno.p50, 4),
            "p95_ms": round(uno.p95 * 1e3, 2),
            "cpu_us": round(uno.cpu * 1e6, 1),
            "razon_cpu": round(piso.cpu / uno.cpu, 4),
        }
        for nombre, uno in clientes.items()
    }


def _tabla_entera(base: str, servidor: Servidor) -> dict[str, float] | None:
    """Segundos de la tabla entera en CSV y, en PostgreSQL, de un ``COPY`` de la misma tabla leído hasta el final."""
    if base.startswith("sqlite"):
        return None

    def copiar() -> None:
        with psycopg2.connect(base) as conexion, conexion.cursor() as cursor, open(os.devnull, "wb") as nada:
            cursor.copy_expert("COPY indicadores_medicion TO STDOUT (FORMAT csv)", nada)

    direccion = "/api/v1/mediciones/?format=csv"
    suyo = min(cronometrar(lambda: Cliente(servidor, [direccion]).pedir()) for _ in range(3))
    copia = min(cronometrar(copiar) for _ in range(3))
    print(f"tabla entera en CSV: {suyo:.2f} s; COPY: {copia:.2f} s; razón {suyo / copia:.2f}")
    return {"csv_s": round(suyo, 3), "copy_s": round(copia, 3), "razon": round(suyo / copia, 2)}
