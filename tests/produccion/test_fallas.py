"""Con gente leyendo y publicando se rompe una cosa cada vez: lo público sigue, y nada de lo confirmado se pierde.

Es el ensayo de ``make fallas``, más corto. Una sola planta para todas: encenderla es lo que más tarda.
"""

import itertools
import signal
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from bench.fallas import gente, hasta_estar_bien
from bench.planta import CLAVE, Planta
from bench.trafico import Hecho, Libro, cotejar

pytestmark = pytest.mark.produccion


@pytest.fixture(scope="module")
def planta() -> Iterator[Planta]:
    with Planta(procesos=1) as una:
        yield una


@pytest.fixture(scope="module")
def libro(planta: Planta) -> Iterator[Libro]:
    """Lo que anota la gente que trabaja durante todo el módulo; al final, nada confirmado falta."""
    libro = Libro()
    with gente(planta, libro, lectores=2, equipos=1):
        yield libro
    planta.esperar_replica()
    for base in ("principal", "replica"):
        cotejo = cotejar(planta, libro, en=base)
        assert cotejo.publicadas > 0
        assert cotejo.perdidas == []
    assert "La cadena está íntegra" in planta.administrar("verificar")


def errores(libro: Libro, desde: float, quien: str) -> list[Hecho]:
    return [hecho for hecho in libro.entre(desde, time.monotonic(), quien) if not hecho.bien]


def rota(libro: Libro, romper: Callable[[], None], segundos: float) -> float:
    """Espera a que todo esté bien, rompe y deja pasar ``segundos``; el momento en que se rompió."""
    hasta_estar_bien(libro)
    inicio = time.monotonic()
    romper()
    time.sleep(segundos)
    return inicio


def test_lo_publico_se_lee_en_la_replica_y_lo_del_personal_en_la_principal(planta: Planta, libro: Libro) -> None:
    """PostgreSQL anota lo leído como mucho una vez por segundo: se pide algo que nadie recuerda hasta que lo cuente."""
    hasta_estar_bien(libro)
    anonima = planta.cliente(cookies=False)
    leidas = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables WHERE relname = '{}'"

    def contadas(tabla: str, base: str) -> int:
        [[cuantas]] = planta.sql(leidas.format(tabla), en=base)
        return int(cuantas or 0)

    limite = time.monotonic() + 30
    dias = itertools.count(1)
    while not (contadas("indicadores_indicador", "replica") and contadas("django_session", "principal")):
        assert time.monotonic() < limite, "Nada público se leyó en la réplica, o nada del personal en la principal."
        assert anonima.pedir("GET", f"/indicadores/?corte={date(2023, 1, 1) + timedelta(next(dias))}").estado == 200
        time.sleep(0.3)
    assert contadas("django_session", "replica") == 0


def test_quien_publica_lo_ve_enseguida(planta: Planta) -> None:
    """Con la réplica detenida en el pasado, quien ingresó lee lo que acaba de escribir."""
    persona = planta.cliente()
    assert persona.entrar("admin", CLAVE)
    planta.sql("SELECT pg_wal_replay_pause()", en="replica", cuenta="postgres")
    try:
        planta.sql("UPDATE objetivos_entidad SET nombre = 'Entidad recién renombrada' WHERE sigla = 'INPE'")
        assert "Entidad recién renombrada" in persona.pedir("GET", "/entidades/INPE/").texto
        # Y el público también, en cuanto se nota que la réplica se quedó atrás.
        limite = time.monotonic() + 15
        anonima = planta.cliente(cookies=False)
        while "Entidad recién renombrada" not in anonima.pedir("GET", "/entidades/INPE/").texto:
            assert time.monotonic() < limite, "Lo público sigue leyéndose en una réplica atrasada."
            time.sleep(0.3)
    finally:
        planta.sql("SELECT pg_wal_replay_resume()", en="replica", cuenta="postgres")


def test_sin_un_nodo(planta: Planta, libro: Libro) -> None:
    inicio = rota(libro, lambda: planta.golpear("nodo1"), 4)
    assert errores(libro, inicio, "publico") == []
    hasta_estar_bien(libro)
    assert planta.procesos["nodo1"].poll() is None


def test_sin_redis(planta: Planta, libro: Libro) -> None:
    inicio = rota(libro, lambda: planta.matar("redis"), 3)
    planta.encender("redis")
    assert errores(libro, inicio, "publico") == []
    assert errores(libro, inicio, "personal") == []


def test_sin_la_replica(planta: Planta, libro: Libro) -> None:
    inicio = rota(libro, lambda: planta.matar("replica"), 3)
    assert errores(libro, inicio, "publico") == []
    assert errores(libro, inicio, "personal") == []
    planta.encender("replica")
    hasta_estar_bien(libro)


def test_sin_la_principal_se_sigue_leyendo_y_al_personal_se_le_explica(planta: Planta, libro: Libro) -> None:
    inicio = rota(libro, lambda: planta.matar("principal", signal.SIGINT), 4)
    nueva = planta.cliente(cookies=False).pedir("GET", "/indicadores/?corte=2024-02-29")
    assert nueva.estado == 200
    assert planta.cliente(cookies=False).pedir("GET", "/api/v1/mediciones/?corte=2024-02-28").estado == 200
    hoja = planta.cliente(cookies=False).pedir("GET", "/api/v1/mediciones/?format=csv&corte=2024-02-27")
    assert (hoja.estado, hoja.texto[:10]) == (200, "indicador,")
    assert hoja.texto.count("\r\n") > 10
    planta.encender("principal")
    assert errores(libro, inicio, "publico") == []
    vistos = {hecho.nota for hecho in errores(libro, inicio, "personal")}
    assert vistos == {"503 «La base de datos no responde»"}
    hasta_estar_bien(libro)
