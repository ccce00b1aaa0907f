#!/bin/sh
# Lo primero que hace el contenedor: la clave de la base llega en un archivo (un «secret»), no en el entorno de la imagen.
set -eu
secreto="${PORTAL_SECRETO_BASE:-/run/secrets/base}"
if [ -r "$secreto" ]; then
    DATABASE_URL="postgres://portal:$(cat "$secreto")@${PORTAL_BASE:-base:5432/portal}"
    export DATABASE_URL
fi
exec "$@"
