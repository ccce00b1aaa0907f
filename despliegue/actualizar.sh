#!/usr/bin/env bash
# Pone una versión nueva sin dejar de atender, o vuelve a la anterior.
#
#   despliegue/actualizar.sh CARPETA      la carpeta con el código nuevo (un clon, o la entrega descomprimida)
#   despliegue/actualizar.sh --volver     la versión que estaba antes de la actual
#
# En orden: copia el código a su carpeta; instala las bibliotecas si cambiaron; reúne los estáticos junto a los de antes
# (quien tiene abierta una página de la versión vieja sigue encontrando los suyos); comprueba; si hay migraciones, exige
# que sean de las que la versión vieja soporta, respalda y migra con la vieja todavía atendiendo; cambia «actual»; y
# reinicia las instancias de una en una, cada una fuera de nginx mientras tanto. Si una no queda lista, vuelve sola.
#
# Volver no deshace migraciones: son de agregar (docs/operacion.md, «Migraciones»), y la versión vieja las soporta.
# PORTAL_VENV=/ruta usa esas bibliotecas, ya instaladas, en lugar de instalar las de requirements.txt (máquinas sin red).
set -euo pipefail
umask 022
AQUI="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=despliegue/comun.sh
. "$AQUI/comun.sh"

(($# == 1)) || fallar "Uso: actualizar.sh CARPETA | --volver"
mkdir -p "$RAIZ/versiones"
exec 9>"$RAIZ/.cerrojo"
flock --nonblock 9 || fallar "Otra actualización está en curso."

volver_a() {
    decir "Vuelve $(basename "$1")…"
    apuntar "$1"
    renovar_todas || fallar "Tampoco la anterior queda lista: mire «journalctl -u portal-web@$(puertos | head -1)»."
}

anterior=""
if [[ -L "$RAIZ/actual" ]]; then
    anterior="$(readlink -f "$RAIZ/actual")"
fi

if [[ "$1" == --volver ]]; then
    # Las carpetas se llaman por su momento: la anterior a la actual es la que le precede.
    # shellcheck disable=SC2012 # los nombres los pone esta orden
    previa="$(ls -1d "$RAIZ"/versiones/*/ | sed 's|/$||' | sort | grep -B1 -Fx -- "$anterior" | head -1)"
    [[ -n "$previa" && "$previa" != "$anterior" ]] || fallar "No hay una versión anterior a $(basename "$anterior")."
    volver_a "$previa"
    exit 0
fi

# --- El código, en su carpeta ---
origen="$(cd "$1" 2>/dev/null && pwd)" || fallar "No existe la carpeta $1."
[[ -f "$origen/manage.py" && -f "$origen/requirements.txt" ]] || fallar "$origen no tiene el código del portal."
nombre="$(date -u +%Y%m%dT%H%M%SZ)"
version="$RAIZ/versiones/$nombre"
decir "Versión $nombre, desde $origen."
mkdir "$version"
deshacer_copia() { rm -rf -- "$version"; }
trap deshacer_copia EXIT
tar --create --directory "$origen" --exclude=./.git --exclude=./.venv --exclude=./var --exclude=node_modules \
    --exclude=__pycache__ . | tar --extract --directory "$version" --no-same-owner
git -c safe.directory='*' -C "$origen" rev-parse --short HEAD >"$version/COMMIT" 2>/dev/null || rm -f "$version/COMMIT"
# Las bibliotecas son de quien pide las mismas con el mismo Python: una versión que no las cambia no las instala otra vez.
bibliotecas="${PORTAL_VENV:-$RAIZ/bibliotecas/$( ("$PYTHON" --version && cat "$version/requirements.txt") | sha256sum | cut -c1-16)}"
if [[ -z "${PORTAL_VENV:-}" && ! -e "$bibliotecas/.completas" ]]; then
    decir "Instala las bibliotecas…"
    rm -rf -- "$bibliotecas"
    mkdir -p "$RAIZ/bibliotecas"
    "$PYTHON" -m venv "$bibliotecas"
    "$bibliotecas/bin/pip" install --quiet --disable-pip-version-check --requirement "$version/requirements.txt"
    touch "$bibliotecas/.completas"
fi
ln -s "$bibliotecas" "$version/.venv"
mkdir -p "$version/var"
chown -R "$CUENTA:" "$version/var"
# Compilado de antemano: después, la carpeta es de solo lectura para el portal.
"$version/.venv/bin/python" -m compileall -q "$version/penitenciaria" "$version/indicadores" "$version/servicios" \
    "$version/objetivos"

# --- Estáticos: los nuevos junto a los viejos, que llevan otra huella en el nombre ---
# Si nada de lo que los produce cambió, se copian: comprimirlos con Brotli tarda medio minuto.
mismos_estaticos() {
    local pieza
    [[ -n "$anterior" && -e "$anterior/var/estaticos/staticfiles.json" ]] || return 1
    for pieza in static requirements.txt penitenciaria/settings.py penitenciaria/estaticos.py penitenciaria/apps.py; do
        diff --recursive --brief "$anterior/$pieza" "$version/$pieza" >/dev/null || return 1
    done
}
if mismos_estaticos; then
    cp --recursive --preserve=mode,ownership "$anterior/var/estaticos" "$version/var/estaticos"
else
    decir "Reúne y comprime los estáticos…"
    orden "$version" collectstatic --noinput --verbosity 0
fi
mkdir -p "$RAIZ/estaticos"
cp -R "$version/var/estaticos/." "$RAIZ/estaticos/"
chmod -R a+rX "$RAIZ/estaticos"

# --- Comprobar antes de tocar nada ---
orden "$version" check --deploy --fail-level WARNING
if orden "$version" migrate --check >/dev/null 2>&1; then
    decir "No hay migraciones."
else
    orden "$version" migraciones_seguras --pendientes
    if [[ -n "$anterior" ]]; then
        decir "Respalda antes de migrar…"
        orden "$anterior" respaldar
    fi
    decir "Migra${anterior:+, con la versión anterior atendiendo}…"
    migrar "$version" || fallar "No se pudo migrar. Sigue atendiendo la versión anterior y nada cambió para nadie."
fi
trap - EXIT

# --- El relevo ---
apuntar "$version"
if ! renovar_todas; then
    if [[ -n "$anterior" ]]; then
        volver_a "$anterior"
    fi
    fallar "La versión $nombre no llegó a estar lista en $ESPERA s. Queda en $version para mirarla."
fi

# --- Solo se conservan las últimas ---
# shellcheck disable=SC2012
ls -1d "$RAIZ"/versiones/*/ | sed 's|/$||' | sort | head -n "-$CONSERVAR" | while IFS= read -r vieja; do
    [[ "$vieja" == "$version" || "$vieja" == "$anterior" ]] || rm -rf -- "$vieja"
done
for una in "$RAIZ"/bibliotecas/*/; do
    [[ -d "$una" ]] || continue
    if ! find "$RAIZ/versiones" -mindepth 2 -maxdepth 2 -name .venv -lname "${una%/}" | grep -q .; then
        rm -rf -- "$una"
    fi
done
decir "Listo: $nombre."
