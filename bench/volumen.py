"""Cuánto tarda cada dirección pública con la base que se le dé: en frío, ya hecha y con su ETag."""

import json
from typing import Any

from bench.medicion import Cliente, por_turnos
from bench.servidores import Servidor, atendiendo, entorno_para

DIRECCIONES = (
    "/",
    "/?corte=2021-12-31",
    "/indicadores/",
    "/indicadores/OP.01-I2/",
    "/objetivos/OP.01/",
    "/servicios/",
    "/servicios/OP.01-S1/",
    "/entidades/INPE/",
    "/entidades/puntualidad/",
    "/datos/",
    "/cambios/",
    "/cambios/?lugares=todos",
    "/buscar/?q=penal",
    "/cifra/1/",
    "/novedades.atom",
    "/api/v1/politica/",
    "/api/v1/objetivos/",
    "/api/v1/indicadores/",
    "/api/v1/indicadores/OP.01-I2/",
    "/api/v1/mediciones/?page_size=100",
    "/api/v1/mediciones/?page_size=100&indicador=OP.01-I2",
    "/api/v1/mediciones/?page_size=100&ambito=PE",
    "/api/v1/mediciones/?page_size=100&anio=2025&sexo=H",
    "/api/v1/mediciones/?page_size=100&page=5",
    "/api/v1/mediciones/?page_size=100&page={penultima}",
    "/api/v1/mediciones/?page_size=100&sexo=H",
    "/api/v1/mediciones/?page_size=100&caracter=oficial",
    "/api/v1/mediciones/?page_size=100&objetivo=OP.01",
    "/api/v1/mediciones/?page_size=100&ambito_nivel=establecimiento",
    "/api/v1/mediciones/?page_size=100&search=norte",
    "/api/v1/mediciones/?page_size=100&actualizado_desde=2020-01-01",
    "/api/v1/mediciones/?page_size=100&ordering=publicada_en",
    "/api/v1/mediciones/?page_size=100&ordering=indicador",
    "/api/v1/mediciones/?page_size=100&ordering=ambito",
    "/api/v1/mediciones/1/",
    "/api/v1/servicios/",
    "/api/v1/ambitos/",
    "/api/v1/avance/",
    "/api/v1/cambios/",
)
MEDIDAS = ("p50", "p95", "cpu")
VUELTAS = 8
#: De lo que se compara con la base pequeña, al menos tantas por turno: el p95 de unas pocas sería la peor de todas.
EN_FRIO = 4


def medir_volumen(base: str, pequena: str) -> dict[str, Any]:
    """Milisegundos de cada dirección: ``frio`` es sin guardar ninguna respuesta; ``primera``, la primera de todas.

    ``razon`` es la de lo frío a lo mismo sobre la base ``pequena``, medida en los mismos turnos: lo que haga la máquina
    les toca a las dos.
    """
    medidas: dict[str, Any] = {}
    with (
        atendiendo("penitenciaria.wsgi", entorno_para(base, MEMORIA_MB="0")) as sin_memoria,
        atendiendo("penitenciaria.wsgi", entorno_para(pequena, MEMORIA_MB="0")) as de_pocas,
        atendiendo("penitenciaria.wsgi", entorno_para(base)) as con_memoria,
    ):
        penultima = {servidor.puerto: _penultima(servidor) for servidor in (con_memoria, de_pocas)}
        for plantilla in DIRECCIONES:
            direccion = plantilla.format(penultima=penultima[con_memoria.puerto])
            primera = Cliente(sin_memoria, [direccion]).pedir()[0]
            etag = Cliente(con_memoria, [direccion]).pedir()[2].headers["ETag"] or ""
            frio = Cliente(sin_memoria, [direccion], al_menos=EN_FRIO)
            pocas = Cliente(de_pocas, [plantilla.format(penultima=penultima[de_pocas.puerto])], al_menos=EN_FRIO)
            clientes = {
                "frio": frio,
                "hecha": Cliente(con_memoria, [direccion]),
                "304": Cliente(con_memoria, [direccion], {"If-None-Match": etag}, estado=304),
            }
            por_turnos([pocas, *clientes.values()], VUELTAS)
            medidas[plantilla] = {
                "primera": round(primera * 1000, 2),
                "razon": {nombre: round(getattr(frio, nombre) / getattr(pocas, nombre), 3) for nombre in MEDIDAS},
            } | {
                como: {nombre: round(getattr(uno, nombre) * 1000, 3) for nombre in MEDIDAS}
                for como, uno in clientes.items()
            }
    return medidas


def _penultima(servidor: Servidor) -> int:
    return int(json.loads(Cliente(servidor, ["/api/v1/mediciones/?page_size=100"]).pedir()[1])["count"]) // 100
