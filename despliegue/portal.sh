#!/usr/bin/env bash
# La orden `portal`: ejecuta manage.py de la versión en uso, con su entorno y como la cuenta del portal.
#
#   portal cargar_politica        portal verificar        portal help
#
# El entorno se pasa por la memoria y no en la línea de órdenes, que cualquiera puede ver con `ps`.
set -euo pipefail

RAIZ="${PORTAL_RAIZ:-/srv/portal}"
AJUSTES="${PORTAL_AJUSTES:-/etc/portal}"
CUENTA="${PORTAL_CUENTA:-portal}"
VERSION="${PORTAL_VERSION:-$RAIZ/actual}"

if [[ ! -r "$AJUSTES/portal.env" ]]; then
    echo "No se puede leer $AJUSTES/portal.env: use esta orden como root (sudo portal …)." >&2
    exit 1
fi
while IFS= read -r linea || [[ -n "$linea" ]]; do
    if [[ "$linea" =~ ^[A-Z][A-Z0-9_]*= ]]; then
        export "${linea?}"
    fi
done <"$AJUSTES/portal.env"

cd "$VERSION"
if [[ "$(id -un)" == "$CUENTA" ]]; then
    exec .venv/bin/python manage.py "$@"
fi
exec runuser -u "$CUENTA" -- .venv/bin/python manage.py "$@"
