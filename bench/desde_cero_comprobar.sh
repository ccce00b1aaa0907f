# Lo que el ensayo pregunta al portal recién instalado, dentro del Debian. Se incluye en el guion: `set -e` está puesto.
# shellcheck shell=bash
PEDIR=(curl --silent --show-error --resolve "$SERVIDOR:443:127.0.0.1" --resolve "$SERVIDOR:80:127.0.0.1" --cacert /etc/portal/tls/portal.pem)

espera() { # qué se mira, lo esperado, lo visto
    if [[ "$3" != "$2" ]]; then
        echo "    MAL: $1: se esperaba «$2» y se vio «$3»" >&3
        echo "MAL: $1: se esperaba «$2» y se vio «$3»" >&2
        exit 1
    fi
    echo "    bien: $1: $3" >&3
}
estado() { "${PEDIR[@]}" --output /dev/null --write-out '%{http_code}' "$@"; }
cabecera() { "${PEDIR[@]}" --output /dev/null --dump-header - "${@:2}" | tr -d '\r' | sed -n "s/^$1: //Ip" | tail -1; }

for ruta in / /indicadores/ /indicadores/OP.01-I2/ /objetivos/OP.01/ /entidades/ /metodologia/ /datos/ /cifras/ /reporte/2021/ \
    /api/v1/ /api/v1/indicadores/ '/api/v1/mediciones/?page_size=5' /api/v1/sdmx/data/PNP /data.json /robots.txt /sitemap.xml \
    /admin/login/ /salud/ /salud/listo/ /metricas; do
    espera "$ruta" 200 "$(estado "https://$SERVIDOR$ruta")"
done
espera "una página que no existe" 404 "$(estado "https://$SERVIDOR/no-existe/")"
espera "el reporte en PDF" application/pdf "$(cabecera content-type "https://$SERVIDOR/reporte/2021.pdf")"
espera "sin TLS se envía a HTTPS" 308 "$(estado "http://$SERVIDOR/")"
espera "por otro nombre no se contesta" "" "$(curl --silent --insecure --max-time 5 --resolve otro.pe:443:127.0.0.1 https://otro.pe/ || true)"
estado "https://$SERVIDOR/metodologia/" >/dev/null
espera "lo público sale de la caché" HIT "$(cabecera x-cache "https://$SERVIDOR/metodologia/")"
hoja="$("${PEDIR[@]}" "https://$SERVIDOR/" | grep -o '/static/css/portal\.[0-9a-f]*\.css' | head -1)"
espera "los estáticos, con Brotli" br "$(cabecera content-encoding --header 'Accept-Encoding: br' "https://$SERVIDOR$hoja")"
espera "las páginas, con Brotli" br "$(cabecera content-encoding --header 'Accept-Encoding: br' "https://$SERVIDOR/")"
espera "los datos largos, con gzip" gzip "$(cabecera content-encoding --header 'Accept-Encoding: gzip' "https://$SERVIDOR/api/v1/mediciones/?format=csv")"
etag="$(cabecera etag "https://$SERVIDOR/")"
espera "a quien ya la tiene, 304" 304 "$(estado --header "If-None-Match: $etag" "https://$SERVIDOR/")"
espera "HSTS" "max-age=31536000; includeSubDomains; preload" "$(cabecera strict-transport-security "https://$SERVIDOR/")"
espera "permisos de portal.env" "640 root:portal" "$(stat -c '%a %U:%G' /etc/portal/portal.env)"
espera "gunicorn corre como" portal "$(stat -c %U "/proc/$(cat /run/unidades/portal-web@8001.pid)")"
espera "respaldos hechos" si "$(compgen -G '/var/lib/portal/respaldos/portal-*' >/dev/null && echo si)"
espera "versiones instaladas" 2 "$(find /srv/portal/versiones -mindepth 1 -maxdepth 1 | wc -l)"
espera "tras volver atiende la primera" "$(find /srv/portal/versiones -mindepth 1 -maxdepth 1 | sort | head -1)" "$(readlink -f /srv/portal/actual)"
# Con todo lo que contesta detenido, lo ya visto sigue saliendo.
systemctl stop portal-web@8001 portal-web@8002
sleep 3
espera "con las dos instancias detenidas, lo guardado" "200 STALE" "$(estado "https://$SERVIDOR/metodologia/") $(cabecera x-cache "https://$SERVIDOR/metodologia/")"
espera "y lo que no estaba, una página que lo dice" 503 "$(estado "https://$SERVIDOR/alternativas/")"
systemctl start portal-web@8001 portal-web@8002
# nginx vuelve a preguntar a un nodo caído a los 5 s, y el portal tarda unos segundos en arrancar.
desde=$SECONDS
until [[ "$(estado "https://$SERVIDOR/alternativas/")" == 200 ]] || ((SECONDS - desde > 60)); do sleep 0.5; done
espera "de nuevo en pie" 200 "$(estado "https://$SERVIDOR/alternativas/")"
echo "    segundos desde que se mandó arrancar: $((SECONDS - desde))" >&3
