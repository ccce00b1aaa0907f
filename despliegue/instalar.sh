#!/usr/bin/env bash
# Prepara una máquina Debian para el portal: cuenta, carpetas, entorno, nginx y servicios. No toca lo que ya esté puesto.
#
#   SERVIDOR=portal.ejemplo.gob.pe despliegue/instalar.sh
#
# Se puede repetir: conserva portal.env y nodos.conf, y vuelve a componer lo demás. No pone en marcha el portal; eso es
# de `actualizar.sh`, que sirve igual la primera vez que las siguientes (docs/operacion.md cuenta los pasos).
# Otros valores para nginx se añaden al final: instalar.sh CUERPO_MAXIMO=80m
set -euo pipefail
umask 022
AQUI="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=despliegue/comun.sh
. "$AQUI/comun.sh"

[[ "$(id -u)" -eq 0 ]] || fallar "Hace falta ser root."
for programa in nginx curl openssl "$PYTHON" runuser; do
    command -v "$programa" >/dev/null || fallar "Falta $programa: instale antes los paquetes de docs/operacion.md."
done
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fallar "Hace falta Python 3.11 o posterior."

if ! id "$CUENTA" >/dev/null 2>&1; then
    useradd --system --user-group --home-dir "$DATOS" --no-create-home --shell /usr/sbin/nologin "$CUENTA"
    decir "Cuenta de sistema $CUENTA."
fi
install -d -m 755 "$RAIZ" "$RAIZ/versiones" "$RAIZ/estaticos"
install -d -m 750 -o "$CUENTA" -g "$CUENTA" "$DATOS" "$DATOS/archivos" "$DATOS/respaldos"
install -d -m 755 "$AJUSTES" "$AJUSTES/nginx"
install -d -m 700 "$AJUSTES/tls"

# --- El entorno, con su propia clave secreta ---
if [[ ! -e "$AJUSTES/portal.env" ]]; then
    [[ -n "${SERVIDOR:-}" ]] || fallar "Diga el nombre público: SERVIDOR=portal.ejemplo.gob.pe despliegue/instalar.sh"
    clave="$(openssl rand -hex 32)"
    (
        umask 077
        sed -e "s|^SECRET_KEY=.*|SECRET_KEY=$clave|" -e "s|^ALLOWED_HOSTS=.*|ALLOWED_HOSTS=$SERVIDOR|" \
            -e "s|^DIRECCION_PUBLICA=.*|DIRECCION_PUBLICA=https://$SERVIDOR|" "$AQUI/portal.env.ejemplo" >"$AJUSTES/portal.env"
    )
    decir "Escribió $AJUSTES/portal.env: revíselo."
fi
chown "root:$CUENTA" "$AJUSTES/portal.env"
chmod 640 "$AJUSTES/portal.env"

# --- La orden `portal` ---
install -m 755 "$AQUI/portal.sh" /usr/local/bin/portal

# --- Un certificado propio hasta que llegue el de verdad ---
nombre="${SERVIDOR:-$(servidor)}"
if [[ ! -e "$AJUSTES/tls/portal.pem" ]]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$nombre" \
        -addext "subjectAltName=DNS:$nombre" -keyout "$AJUSTES/tls/portal.llave" -out "$AJUSTES/tls/portal.pem" 2>/dev/null
    decir "Certificado firmado por sí mismo en $AJUSTES/tls: reemplácelo por el de la institución."
fi

# --- nginx ---
install -d -m 700 -o www-data -g root /var/cache/nginx /var/cache/nginx/portal
"$PYTHON" "$AQUI/componer.py" "$AJUSTES/nginx" "SERVIDOR=$nombre" "CERTIFICADO=$AJUSTES/tls/portal.pem" \
    "LLAVE=$AJUSTES/tls/portal.llave" "ESTATICOS=$RAIZ/estaticos" "PAGINAS=$RAIZ/actual/despliegue/nginx/paginas" "$@"
ln -sfn "$AJUSTES/nginx/portal.conf" /etc/nginx/conf.d/portal.conf
# El sitio de muestra de Debian pide para sí todos los nombres.
rm -f /etc/nginx/sites-enabled/default
nginx -t -q

# --- Servicios ---
install -m 644 "$AQUI"/systemd/* /etc/systemd/system/
"$SYSTEMCTL" daemon-reload
decir "Preparado. Falta poner una versión: $AQUI/actualizar.sh CARPETA"
