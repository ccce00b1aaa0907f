"""Sale con 0 si el proceso web de este contenedor contesta, y con 1 si no. Solo biblioteca estándar.

Mira ``/salud/`` (vive), no ``/salud/listo/``: que falte la base no se arregla reiniciando este contenedor.
"""

import http.client
import os
import sys


def contesta(puerto: int, servidor: str) -> bool:
    """Pregunta como preguntaría nginx."""
    conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=4)
    try:
        conexion.request("GET", "/salud/", headers={"Host": servidor, "X-Forwarded-Proto": "https"})
        return conexion.getresponse().status == 200
    except OSError:
        return False
    finally:
        conexion.close()


if __name__ == "__main__":
    escucha = os.environ.get("PORTAL_ESCUCHA", "127.0.0.1:8001")
    nombre = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    sys.exit(0 if contesta(int(escucha.rpartition(":")[2]), nombre) else 1)
