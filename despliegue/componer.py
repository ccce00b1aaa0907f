#!/usr/bin/env python3
"""Compone la configuración de nginx: pone en ``despliegue/nginx/*`` los valores de esta instalación.

    python3 despliegue/componer.py CARPETA [NOMBRE=valor ...]

Solo usa la biblioteca estándar, porque se ejecuta antes de instalar nada. Escribe en ``CARPETA`` los archivos de
``despliegue/nginx`` con cada ``${NOMBRE}`` en su lugar. ``nodos.conf`` se escribe solo si no está: es de quien opera.
Sale con 2 y una frase si un nombre no se conoce o un valor no puede ir en la configuración.
"""

import re
import sys
from pathlib import Path

ORIGEN = Path(__file__).resolve().parent / "nginx"
MODULO_BROTLI = "ngx_http_brotli_static_module.so"

#: Nombre → (valor de una máquina Debian, qué es).
VALORES = {
    "SERVIDOR": ("", "el nombre público, o varios separados por espacios; obligatorio"),
    "HTTP": ("80", "dónde se escucha sin TLS, para enviar a HTTPS: puerto o dirección:puerto"),
    "HTTPS": ("443", "dónde se escucha con TLS"),
    "CERTIFICADO": ("/etc/portal/tls/portal.pem", "la cadena de certificados"),
    "LLAVE": ("/etc/portal/tls/portal.llave", "la llave privada"),
    "CACHE": ("/var/cache/nginx/portal", "carpeta de lo público guardado; es de la cuenta de nginx"),
    "ESTATICOS": ("/srv/portal/estaticos", "carpeta de los archivos estáticos de todas las versiones"),
    "PAGINAS": ("/srv/portal/actual/despliegue/nginx/paginas", "páginas que nginx da cuando nadie contesta"),
    "BITACORAS": ("/var/log/nginx", "carpeta de los registros"),
    "ACCESOS": ("", "el registro de accesos; si no se dice, portal.log en BITACORAS"),
    "ERRORES": ("", "el de errores de nginx.conf; si no se dice, nginx-errores.log en BITACORAS"),
    "CONFIGURACION": ("", "carpeta donde nginx leerá esto; si no se dice, aquella donde se escribe"),
    "CUERPO_MAXIMO": (
        "45m",
        "lo más que se recibe en la administración: 40 MB de hoja, o EVIDENCIA_MB si es más, y algo",
    ),
    "CONEXIONES_POR_DIRECCION": ("100", "conexiones a la vez desde una dirección; una oficina entera puede ser una"),
    "ESPERA_DE_LO_PUBLICO": ("60s", "cuánto se espera a un nodo antes de servir lo guardado"),
    # Solo los usa nginx.conf, donde nginx es todo del portal.
    "COMO_CUENTA": ("", "«user nginx;», o nada"),
    "TRABAJADORES": ("auto", "procesos de nginx"),
    "EJECUCION": ("/run", "carpeta del archivo con el número de proceso"),
    "TEMPORALES": ("/var/lib/nginx", "carpeta de lo que está a medio recibir o enviar"),
    "MODULOS": ("/etc/nginx/modules-enabled/*.conf", "los módulos que nginx carga"),
}
SE_ESCRIBE = re.compile(r"\$\{([A-Z_]+)\}")
#: Lo que puede decir un valor: nada que cierre una directiva, salvo el ``user …;`` de COMO_CUENTA.
ADMITIDO = re.compile(r"[\w./:*@ \[\]-]*;?")


class ValorMalo(Exception):
    """Falta un valor, sobra un nombre o lo que se pide no puede ir en la configuración; el mensaje lo explica."""


def componer(destino: Path, /, nodos: str | None = None, brotli: bool | None = None, **dados: str) -> None:
    """Escribe la configuración en ``destino``.

    ``nodos``: el texto de ``nodos.conf`` (sin él, el de ``despliegue/nginx`` si todavía no hay uno). ``brotli``: si se
    enciende (sin él, si nginx tiene el módulo). Levanta :class:`ValorMalo`.
    """
    if desconocidos := dados.keys() - VALORES.keys():
        raise ValorMalo(f"No se conoce {', '.join(sorted(desconocidos))}. Se admite: {', '.join(VALORES)}.")
    valores = {nombre: dados.get(nombre, por_defecto) for nombre, (por_defecto, _) in VALORES.items()}
    valores["CONFIGURACION"] = valores["CONFIGURACION"] or str(destino.resolve())
    valores["ACCESOS"] = valores["ACCESOS"] or f"{valores['BITACORAS']}/portal.log"
    valores["ERRORES"] = valores["ERRORES"] or f"{valores['BITACORAS']}/nginx-errores.log"
    if not valores["SERVIDOR"]:
        raise ValorMalo("Falta SERVIDOR, el nombre público: SERVIDOR=portal.ejemplo.gob.pe")
    for nombre, valor in valores.items():
        if not ADMITIDO.fullmatch(valor) or (valor.endswith(";") and nombre != "COMO_CUENTA"):
            raise ValorMalo(f"{nombre}=«{valor}» no puede ir en la configuración de nginx.")
    opcionales = destino / "opcionales"
    opcionales.mkdir(parents=True, exist_ok=True)
    for archivo in sorted((*ORIGEN.glob("*.conf"), *ORIGEN.glob("*.inc"))):
        texto = SE_ESCRIBE.sub(lambda caso: valores[caso[1]], archivo.read_text(encoding="utf-8"))
        if archivo.name == "brotli.conf":
            if tiene_brotli() if brotli is None else brotli:
                (opcionales / archivo.name).write_text(texto, encoding="utf-8")
            else:
                (opcionales / archivo.name).unlink(missing_ok=True)
        elif archivo.name != "nodos.conf":
            (destino / archivo.name).write_text(texto, encoding="utf-8")
        elif nodos is not None or not (destino / archivo.name).exists():
            (destino / archivo.name).write_text(texto if nodos is None else nodos, encoding="utf-8")


def tiene_brotli() -> bool:
    """Si está instalado y encendido el módulo de Debian."""
    encendidos = Path("/etc/nginx/modules-enabled").glob("*brotli-static.conf")
    return Path("/usr/lib/nginx/modules", MODULO_BROTLI).exists() and any(encendidos)


def principal(argumentos: list[str]) -> int:
    if not argumentos or "--ayuda" in argumentos:
        lista = "\n".join(f"  {nombre:26}{que} [{valor}]" for nombre, (valor, que) in VALORES.items())
        sys.stdout.write(f"{__doc__}\n{lista}\n")
        return 0 if argumentos else 2
    dados = dict(par.partition("=")[::2] for par in argumentos[1:])
    try:
        componer(Path(argumentos[0]), **dados)
    except ValorMalo as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
