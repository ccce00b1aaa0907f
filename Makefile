# Órdenes de la casa. Solo hacen falta python3 (3.11 o posterior, con venv) y make; `make` a secas las explica.

PUERTO ?= 8000
PYTHON ?= python3
MODO ?= demo
export PUERTO MODO

VENV := .venv
PY := $(VENV)/bin/python
ESTATICOS := var/estaticos/.reunidos
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

# Las pruebas y las comprobaciones no heredan la base ni los ajustes de quien las ejecuta.
LIMPIO := env -u DATABASE_URL -u REPLICA_URL -u CACHE_URL -u DEBUG -u LIMITE_API -u LIMITE_API_TOKEN -u DJANGO_SETTINGS_MODULE MODO=demo
# Valores sin secreto alguno, con la única finalidad de que `check --deploy` examine el modo de producción.
PRODUCCION := $(LIMPIO) MODO=produccion ALLOWED_HOSTS=ejemplo.pe DATABASE_URL=sqlite://:memory: \
	SECRET_KEY=solo-para-make-revisar-no-es-un-secreto-7hQ2mXv9TzK4pLw8RbN3cYd6FgJ1sAe5

.DEFAULT_GOAL := ayuda
.NOTPARALLEL:
.PHONY: ayuda demo preparar test revisar auditoria arreglar bench hostil auditar herramientas fallas carga puerto-libre

ayuda: ## explica las órdenes
	@echo "Portal de la Política Nacional Penitenciaria al 2030"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 — \2/p' Makefile
	@echo
	@echo "Otro puerto: make demo PUERTO=8080"

demo: puerto-libre preparar ## prepara el portal y lo sirve en 127.0.0.1 (Ctrl+C lo detiene; lo ingresado se conserva)
	@echo
	@echo "Portal:          http://127.0.0.1:$(PUERTO)/"
	@echo "Administración:  http://127.0.0.1:$(PUERTO)/admin/"
	@echo "API:             http://127.0.0.1:$(PUERTO)/api/v1/"
	@echo "Ctrl+C detiene el servidor y los trabajos de fondo."
	@trap 'kill $$servidor $$trabajador 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM; \
	$(VENV)/bin/gunicorn penitenciaria.wsgi --bind 127.0.0.1:$(PUERTO) \
		--workers 2 --threads 4 --no-control-socket --log-level warning & servidor=$$!; \
	$(PY) manage.py trabajar & trabajador=$$!; \
	wait $$servidor

preparar: $(VENV)/.instalado $(ESTATICOS) ## lo mismo sin servir: instala, migra, reúne estáticos y carga la política si la base está vacía
	@$(PY) manage.py migrate --noinput --verbosity 0
	@$(PY) manage.py cargar_politica --si-vacia
	@[ "$(MODO)" = produccion ] || $(PY) manage.py crear_cuentas_demo

test: $(VENV)/.instalado-dev ## toda la suite: SQLite (con cobertura del núcleo) y PostgreSQL a la vez; después, navegador y producción
	$(LIMPIO) $(PY) -m tests.etapas

revisar: $(VENV)/.instalado-dev ## comprueba estilo, tipos, ley de importaciones, migraciones, despliegue y plantillas; no edita nada
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(LIMPIO) $(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo
	$(LIMPIO) DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run
	$(LIMPIO) DATABASE_URL=sqlite://:memory: $(PY) manage.py migraciones_seguras
	@echo "manage.py check --deploy --fail-level WARNING (MODO=produccion)"
	@$(PRODUCCION) $(PY) manage.py check --deploy --fail-level WARNING
	$(VENV)/bin/djlint templates --lint --quiet

auditoria: $(VENV)/.instalado-dev ## busca vulnerabilidades conocidas en los requisitos; sin red lo dice y no falla
	$(PY) -m tests.auditoria

arreglar: $(VENV)/.instalado-dev ## corrige lo que se corrige solo: importaciones, estilo y formato
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.instalado-dev $(ESTATICOS) ## ejecuta bench/, imprime razones y escribe bench/resultados.json
	$(PY) -m bench

auditar: $(VENV)/.instalado-dev $(ESTATICOS) herramientas ## Lighthouse (perfil móvil) sobre las páginas principales; escribe bench/auditoria.json
	$(PY) -m bench.auditar

herramientas: tests/herramientas/node_modules/.instaladas ## instala con npm lo que no existe en PyPI: el validador de HTML y Lighthouse

tests/herramientas/node_modules/.instaladas: tests/herramientas/package-lock.json
	@command -v npm >/dev/null || { echo "Falta npm. En Debian o Ubuntu: apt install npm" >&2; exit 1; }
	@echo "Instalando las herramientas de npm…"
	@cd tests/herramientas && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

hostil: $(VENV)/.instalado-dev ## 10.000 peticiones hostiles o más contra la API en marcha (schemathesis); termina mal si algo incumple el esquema
	$(LIMPIO) $(PY) -m bench.hostil

fallas: $(VENV)/.instalado-dev ## rompe una planta de 127.0.0.1 pieza por pieza con gente usándola (unos 6 minutos); escribe docs/fallas.md
	$(PY) -m bench.fallas

carga: $(VENV)/.instalado-dev ## lectores, personal e importaciones, de 1 a 64 a la vez, MINUTOS=2 en total; escribe docs/carga.md
	$(PY) -m bench.carga

puerto-libre:
	@$(PYTHON) -c 'import socket, sys; \
	s = socket.socket(); \
	s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); \
	s.bind(("127.0.0.1", int(sys.argv[1])))' '$(PUERTO)' 2>/dev/null || { \
		echo "El puerto «$(PUERTO)» está ocupado o no es válido. Elija otro: make demo PUERTO=8080" >&2; exit 1; }

$(PY):
	@command -v $(PYTHON) >/dev/null || { \
		echo "No se encuentra «$(PYTHON)». Instale Python 3.11 o posterior (o indique cuál: make PYTHON=python3.12 …)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Hace falta Python 3.11 o posterior y «$(PYTHON)» es $$($(PYTHON) --version 2>&1). Indique otro: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "A «$(PYTHON)» le falta el módulo venv. En Debian o Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# Comprimir plotly.js con Brotli tarda medio minuto: se repite solo si cambió algo de lo que se reúne.
$(ESTATICOS): $(VENV)/.instalado penitenciaria/settings.py penitenciaria/apps.py $(shell find static)
	@echo "Reuniendo y comprimiendo los archivos estáticos (la primera vez tarda cerca de un minuto)…"
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@touch $@

$(VENV)/.instalado: requirements.txt | $(PY)
	@echo "Instalando requirements.txt…"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.instalado-dev: requirements-dev.txt $(VENV)/.instalado
	@echo "Instalando requirements-dev.txt…"
	@$(PIP) -r requirements-dev.txt
	@touch $@
