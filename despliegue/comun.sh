# Lo que comparten instalar.sh y actualizar.sh. No se ejecuta: se incluye.
# shellcheck shell=bash
# shellcheck disable=SC2034 # se usan donde esto se incluye

# Dónde está cada cosa. Se cambian por el entorno, sobre todo para ensayar en una carpeta.
RAIZ="${PORTAL_RAIZ:-/srv/portal}"        # versiones/, actual -> versiones/…, estaticos/
AJUSTES="${PORTAL_AJUSTES:-/etc/portal}"  # portal.env, tls/, nginx/
DATOS="${PORTAL_DATOS:-/var/lib/portal}"  # archivos adjuntos y respaldos
CUENTA="${PORTAL_CUENTA:-portal}"
SYSTEMCTL="${PORTAL_SYSTEMCTL:-systemctl}"
PYTHON="${PORTAL_PYTHON:-python3}"
# Segundos que se espera a que una instancia esté lista antes de volver atrás.
ESPERA="${PORTAL_ESPERA:-60}"
# Versiones que se conservan para volver.
CONSERVAR="${PORTAL_CONSERVAR:-5}"
NODOS="$AJUSTES/nginx/nodos.conf"

decir() { printf '%s  %s\n' "$(date +%T)" "$*"; }
fallar() {
    printf 'ERROR: %s\n' "$*" >&2
    exit 1
}

# manage.py de una versión (la primera palabra) con el entorno del portal.
orden() {
    local version="$1"
    shift
    PORTAL_RAIZ="$RAIZ" PORTAL_AJUSTES="$AJUSTES" PORTAL_CUENTA="$CUENTA" PORTAL_VERSION="$version" \
        bash "$version/despliegue/portal.sh" "$@"
}

# Los puertos de las instancias de esta máquina: los que nodos.conf nombra en 127.0.0.1, apartados o no.
puertos() {
    sed -n 's/^ *server 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$NODOS"
}

# El primer nombre de ALLOWED_HOSTS: sin él, el portal no contesta.
servidor() {
    sed -n 's/^ALLOWED_HOSTS=\([^,]*\).*/\1/p' "$AJUSTES/portal.env"
}

# Pregunta a una instancia si está lista, como se lo preguntaría nginx.
esta_lista() {
    curl --silent --fail --max-time 5 --output /dev/null --header "Host: $(servidor)" \
        --header "X-Forwarded-Proto: https" --header "X-Forwarded-For: 127.0.0.1" "http://127.0.0.1:$1/salud/listo/"
}

esperar_lista() {
    local limite=$((SECONDS + ESPERA))
    until esta_lista "$1"; do
        if ((SECONDS >= limite)); then
            return 1
        fi
        sleep 0.5
    done
}

# Cambia nodos.conf de una vez (nginx nunca lo lee a medias) y se lo dice a nginx.
escribir_nodos() {
    local nuevo
    nuevo="$(mktemp "$NODOS.XXXXXX")" || return 1
    sed -E "$1" "$NODOS" >"$nuevo" && chmod 644 "$nuevo" && mv "$nuevo" "$NODOS" || return 1
    "$SYSTEMCTL" reload-or-restart nginx
}

# nginx deja de enviar peticiones a ese puerto; las que están en curso terminan.
apartar() { escribir_nodos "/^ *server 127\.0\.0\.1:$1 /{s/ down;/;/;s/;/ down;/}"; }
reponer() { escribir_nodos "/^ *server 127\.0\.0\.1:$1 /s/ down;/;/"; }

# Reinicia una instancia sin que nadie lo note: apartar, reiniciar con lo que diga «actual», esperar, reponer.
# Devuelve 1, con la instancia apartada, si no llega a estar lista.
renovar() {
    apartar "$1" || return 1
    sleep 1 # nginx termina de cambiar de procesos y las peticiones cortas acaban; las largas las espera gunicorn
    "$SYSTEMCTL" restart "portal-web@$1" || return 1
    esperar_lista "$1" || return 1
    reponer "$1" || return 1
    decir "La instancia $1 atiende con $(basename "$(readlink -f "$RAIZ/actual")")."
}

# «actual» pasa a otra versión en un solo paso.
apuntar() {
    ln -sfn "$1" "$RAIZ/actual.nueva"
    mv -T "$RAIZ/actual.nueva" "$RAIZ/actual"
}

# Renueva las instancias de una en una, y después los trabajos de fondo: mientras una está apartada, atienden las demás.
renovar_todas() {
    local puerto
    for puerto in $(puertos); do
        renovar "$puerto" || return 1
    done
    "$SYSTEMCTL" restart portal-trabajos
}

# Migra sin hacer cola detrás de una consulta larga: quien espera un cerrojo hace esperar a todos los que llegan después.
# Si en 5 s no lo consigue, suelta, deja pasar y vuelve a intentarlo; cada migración se hace entera o no se hace.
migrar() {
    local intento salida
    for intento in 1 2 3 4 5; do
        if salida="$(PGOPTIONS="-c lock_timeout=5s" orden "$1" migrate --noinput --verbosity 0 2>&1)"; then
            return 0
        fi
        if [[ "$salida" != *"lock timeout"* && "$salida" != *LockNotAvailable* ]]; then
            break
        fi
        decir "Hay una consulta larga en medio (intento $intento); se espera un poco."
        sleep 3
    done
    printf '%s\n' "$salida" >&2
    return 1
}
