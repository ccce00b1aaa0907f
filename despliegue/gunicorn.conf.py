"""gunicorn en producción: ``gunicorn penitenciaria.wsgi -c despliegue/gunicorn.conf.py``.

Todo se ajusta por el entorno (véase ``portal.env.ejemplo``). Los procesos no guardan nada: pueden ser
cuantos hagan falta.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

wsgi_app = "penitenciaria.wsgi"
#: Solo lo oye el intermediario: quien llegue aquí sin pasar por él puede decir que viene de donde quiera.
bind = os.environ.get("PORTAL_ESCUCHA", "127.0.0.1:8001")
worker_class = "gthread"
#: Por instancia; con dos instancias, el doble. Cada proceso ocupa unos 200 MB con su memoria de respuestas.
workers = int(os.environ.get("PORTAL_PROCESOS", "2"))
threads = int(os.environ.get("PORTAL_HILOS", "4"))

#: Un proceso que no da señales en un minuto se reemplaza; al detener, las peticiones en curso tienen medio minuto.
timeout = 60
graceful_timeout = 30
#: nginx no reutiliza conexiones (véase nginx/proxy.inc).
keepalive = 0
backlog = 1024
#: Cada tanto se cambia de proceso, no todos a la vez: lo que una biblioteca no libere no se acumula meses.
max_requests = 50_000
max_requests_jitter = 10_000
#: El latido se escribe en memoria: un disco lento no mata procesos sanos.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
control_socket_disable = True

limit_request_line = 8190
limit_request_fields = 60
#: De quién se creen las cabeceras de gunicorn; las que lee Django las escribe nginx.
forwarded_allow_ips = os.environ.get("PORTAL_INTERMEDIARIOS", "127.0.0.1")

#: El registro de accesos lo lleva nginx; el portal escribe el suyo en la salida, que guarda journald.
accesslog = None
errorlog = "-"
loglevel = "warning"

#: Los procesos suman sus métricas en esta carpeta (véase docs/observabilidad.md); systemd da una en /run.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="portal-metricas-")


def on_starting(server: Any) -> None:
    """Lo que contaron procesos de un arranque anterior ya no vale."""
    for archivo in Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("*.db"):
        archivo.unlink(missing_ok=True)


def post_worker_init(worker: Any) -> None:
    """Lo que gunicorn escribe al fallar (traería la dirección pedida, con su búsqueda) va como lo demás."""
    from django.conf import settings

    from penitenciaria.registro import EnJson

    if settings.REGISTRO == "json":
        for manejador in worker.log.error_log.handlers:
            manejador.setFormatter(EnJson())


def child_exit(server: Any, worker: Any) -> None:
    """Lo que contó un proceso que termina se conserva, y sus archivos no se acumulan."""
    from penitenciaria.suma_de_procesos import retirar

    retirar(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
