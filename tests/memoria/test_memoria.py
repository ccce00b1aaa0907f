"""Lo guardado es idéntico a lo recién hecho, y nunca viejo: en cualquier sucesión de cambios y con dos conexiones."""

import gzip
import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicadores import acciones
from indicadores.models import Indicador, Medicion
from objetivos.models import Entidad
from penitenciaria.almacen import Almacen
from penitenciaria.memoria import Memoria
from servicios.models import Servicio
from tests import fabricas
from tests.fabricas import CLAVE
from tests.politica_real import CARGADA_EN
from tests.test_a_la_fecha import direcciones

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/v1/indicadores/OP.01-I2/?corte=2021-12-31"
PAGINA = "/indicadores/OP.01-I2/"
RUTAS = ("/", PAGINA, "/servicios/", "/entidades/INPE/", API, "/api/v1/mediciones/?page_size=5", "/api/v1/avance/")


def en_frio(cliente: Client, ruta: str, **cabeceras: str) -> HttpResponse:
    """La misma petición, sin memoria: la transacción abierta la desactiva."""
    with transaction.atomic():
        return cliente.get(ruta, headers=cabeceras)


@pytest.fixture
def version() -> int:
    hallada = Medicion.objects.oficiales_nacionales().filter(indicador__codigo="OP.01-I2").order_by("-fin").first()
    assert hallada is not None
    return hallada.pk


def cabeceras(respuesta: Any) -> dict[str, str]:
    """Todas menos el nombre de la petición, que es otro cada vez."""
    return {nombre: valor for nombre, valor in respuesta.items() if nombre != "X-Request-ID"}


def test_toda_direccion_publica_responde_igual_recien_hecha_y_guardada(
    politica_cargada: Any, client: Client, version: int
) -> None:
    """El cuerpo y todas las cabeceras; y la gran mayoría se guarda de verdad (con una sola consulta)."""
    guardadas = 0
    for direccion in direcciones(version).values():
        primera, segunda = client.get(direccion), None
        with CaptureQueriesContext(connection) as consultas:
            segunda = client.get(direccion)
        assert segunda.status_code == primera.status_code == 200, direccion
        assert cabeceras(segunda) == cabeceras(primera), direccion
        if not primera.streaming:
            assert segunda.content == primera.content, direccion
        if len(consultas) == 1 and "publicaciones" in consultas[0]["sql"]:
            guardadas += 1
            assert set(primera.headers["Cache-Control"].split(", ")) == {"public", "no-cache"}
            sin_memoria = en_frio(client, direccion)
            assert sin_memoria.content == segunda.content
            propias = {"ETag", "Cache-Control", "Vary", "X-Request-ID"}
            for nombre in (primera.headers.keys() | sin_memoria.headers.keys()) - propias:
                assert sin_memoria.headers.get(nombre) == segunda.headers.get(nombre), (direccion, nombre)
    assert guardadas >= 30


def test_304_con_una_consulta_y_sin_tener_nada_guardado(politica_cargada: Any, client: Client) -> None:
    for ruta in RUTAS:
        etag = client.get(ruta).headers["ETag"]
        for cliente in (client, Client()):  # el segundo tiene otra memoria, vacía
            for dicha in (etag, f"W/{etag}", f'"otra", {etag}'):
                with CaptureQueriesContext(connection) as consultas:
                    respuesta = cliente.get(ruta, headers={"if-none-match": dicha})
                assert (respuesta.status_code, respuesta.content, len(consultas)) == (304, b"", 1)
                assert respuesta.headers["ETag"] == etag
                assert respuesta.headers["Cache-Control"] == "public, no-cache"
                assert ("Access-Control-Allow-Origin" in respuesta.headers) == ruta.startswith("/api/")


def test_head_dice_lo_mismo_que_get(politica_cargada: Any, client: Client) -> None:
    for ruta in RUTAS:
        antes, despues = client.head(ruta), None
        pedida = client.get(ruta)
        despues = client.head(ruta)
        for cabeza in (antes, despues):
            assert (cabeza.status_code, cabeza.content) == (200, b"")
            assert cabeceras(cabeza) == cabeceras(pedida)


def cambios(personas: SimpleNamespace) -> list[Callable[[int], Any]]:
    """Toda clase de escritura, por los verbos y a mano; reciben un número que crece."""
    indicador = Indicador.objects.get(codigo="OP.01-I2")
    fuente = fabricas.FuenteFactory()
    comun: dict[str, Any] = {"por": personas.analista, "revisor": personas.revisor}

    def en(n: int) -> Any:
        return CARGADA_EN + timedelta(minutes=n)

    def publicar(n: int) -> None:
        periodo = f"{2021 + n // 12 % 5}-{n % 12 + 1:02}"
        vigente = Medicion.objects.filter(indicador=indicador, periodo=periodo, etapa="publicada", sexo="T")
        vigente = vigente.filter(ambito__codigo="PE").first()
        if vigente is None:
            datos = {"indicador": indicador, "periodo": periodo, "valor": n % 100, "fuente": fuente}
            fabricas.publicada(**datos, ahora=en(n), **comun)
        else:
            fabricas.corregida(vigente, valor=n % 100, ahora=en(n), **comun)

    def retirar(n: int) -> None:
        vigente = Medicion.objects.filter(indicador=indicador, etapa="publicada").order_by("-fin").first()
        if vigente is not None:
            acciones.retirar(vigente, por=personas.revisor, motivo="x", ahora=en(n))

    def borrador(n: int) -> None:
        Medicion.objects.filter(publicada_en__isnull=True).update(notas=str(n))

    def a_mano(n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE objetivos_objetivoprioritario SET nombre = %s WHERE codigo = 'OP.01'", [f"Meta {n}"])

    def umbrales(n: int) -> None:
        valores = {"verde": Decimal(60 + n % 30), "amarillo": Decimal(20 + n % 30)}
        acciones.fijar_umbrales(por=personas.administrador, motivo="x", ahora=en(n), **valores)

    return [
        publicar,
        publicar,
        retirar,
        borrador,
        a_mano,
        umbrales,
        lambda n: Servicio.objects.filter(codigo="OP.01-S1").update(nombre=f"Servicio {n}"),
        lambda n: Entidad.objects.filter(sigla="INPE").update(nombre=f"Instituto {n}"),
        lambda n: fabricas.logro(indicador, n % 90 + 1, anio=2021, por=personas.administrador, ahora=en(n)),
        lambda n: fabricas.linea_base(indicador, n % 90 + 1, anio=2018, por=personas.administrador, ahora=en(n)),
    ]


@pytest.mark.parametrize("semilla", [1, 2, 3])
def test_tras_cualquier_cambio_lo_guardado_es_lo_que_hay(
    politica_cargada: Any, personas: SimpleNamespace, client: Client, semilla: int
) -> None:
    azar = random.Random(semilla)
    posibles = cambios(personas)
    for n in range(1, 25):
        azar.choice(posibles)(n)
        for ruta in azar.sample(RUTAS, 3):
            caliente = [client.get(ruta).content for _ in range(2)]
            assert caliente == [en_frio(client, ruta).content] * 2, (n, ruta)


def test_un_borrador_no_cambia_la_etag_y_una_publicacion_si(
    politica_cargada: Any, personas: SimpleNamespace, client: Client
) -> None:
    etag = client.get(PAGINA).headers["ETag"]
    fuente, indicador = fabricas.FuenteFactory(), Indicador.objects.get(codigo="OP.01-I2")
    etag = client.get(PAGINA).headers["ETag"]
    comun: dict[str, Any] = {"indicador": indicador, "periodo": "2022-03", "fuente": fuente, "ahora": CARGADA_EN}
    nueva = acciones.registrar(por=personas.analista, valor=Decimal(30), **comun)
    assert client.get(PAGINA, headers={"if-none-match": etag}).status_code == 304
    nueva = acciones.enviar(nueva, por=personas.analista, ahora=CARGADA_EN)
    assert client.get(PAGINA, headers={"if-none-match": etag}).status_code == 304
    acciones.publicar(nueva, por=personas.revisor, ahora=CARGADA_EN)
    assert client.get(PAGINA, headers={"if-none-match": etag}).status_code == 200


def en_otro_hilo(hecho: Callable[[], Any]) -> Any:
    """Lo que devuelve ``hecho`` ejecutado en otro hilo, con su propia conexión."""
    devuelto: list[Any] = []

    def correr() -> None:
        try:
            devuelto.append(hecho())
        finally:
            connections.close_all()

    hilo = Thread(target=correr)
    hilo.start()
    hilo.join(30)
    assert devuelto, "el otro hilo falló"
    return devuelto[0]


def test_lo_preparado_mientras_alguien_publica_no_queda_guardado_como_nuevo(
    politica_cargada: Any, client: Client
) -> None:
    """Entre que se lee la marca y se termina la respuesta, otra conexión escribe: la siguiente petición lo ve."""
    pausada, puede_seguir = Event(), Event()

    def vista(request: HttpRequest) -> HttpResponse:
        nombre = Entidad.objects.get(sigla="INPE").nombre
        if not pausada.is_set():
            pausada.set()
            assert puede_seguir.wait(20)
        return HttpResponse(nombre)

    memoria = Memoria(vista)

    def pedir() -> bytes:
        request = HttpRequest()
        request.method, request.path, request.path_info = "GET", "/x/", "/x/"
        request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        return bytes(memoria(request).content)  # type: ignore[attr-defined]

    vieja: list[bytes] = []
    lector = Thread(target=lambda: (vieja.append(pedir()), connections.close_all()))
    lector.start()
    assert pausada.wait(20)
    Entidad.objects.filter(sigla="INPE").update(nombre="Nombre nuevo")
    puede_seguir.set()
    lector.join(20)
    assert vieja != [b"Nombre nuevo"]
    assert pedir() == b"Nombre nuevo"
    assert pedir() == b"Nombre nuevo"


@pytest.mark.postgres
def test_lo_que_otra_conexion_no_ha_confirmado_no_se_ve_ni_se_guarda(politica_cargada: Any, client: Client) -> None:
    antes = client.get(PAGINA)
    with transaction.atomic():
        Indicador.objects.filter(codigo="OP.01-I2").update(nombre="Otro nombre")
        durante = en_otro_hilo(lambda: Client().get(PAGINA))
        assert (durante.content, durante.headers["ETag"]) == (antes.content, antes.headers["ETag"])
        assert "Otro nombre" in client.get(PAGINA).content.decode()  # quien lo escribió sí, y no se guarda
    despues = en_otro_hilo(lambda: Client().get(PAGINA))
    assert "Otro nombre" in despues.content.decode()
    assert despues.headers["ETag"] != antes.headers["ETag"]
    assert "Otro nombre" in client.get(PAGINA).content.decode()


def test_dos_que_publican_a_la_vez_cuentan_los_dos_y_no_se_traban(politica_cargada: Any) -> None:
    def cuenta() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT numero FROM publicaciones")
            return int(cursor.fetchone()[0])

    def cambiar(sigla: str) -> Callable[[], int]:
        return lambda: sum(Entidad.objects.filter(sigla=sigla).update(nombre=f"{sigla} {n}") for n in range(10))

    antes = cuenta()
    hilos = [Thread(target=lambda s=s: (cambiar(s)(), connections.close_all())) for s in ("INPE", "PJ")]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join(30)
    assert cuenta() == antes + 20


# --- Lo que nunca se guarda -----------------------------------------------------------------------------------------


def usa_memoria(cliente: Client, ruta: str, **cabeceras: str) -> bool:
    cliente.get(ruta, headers=cabeceras)
    with CaptureQueriesContext(connection) as consultas:
        cliente.get(ruta, headers=cabeceras)
    return len(consultas) == 1


def test_quien_ingreso_recibe_lo_suyo_y_nadie_mas(politica_cargada: Any, personas: Any, client: Client) -> None:
    assert usa_memoria(client, PAGINA)
    client.login(username="raul", password=CLAVE)
    assert not usa_memoria(client, PAGINA)
    assert client.get(PAGINA).headers["Cache-Control"] == "private, no-cache"
    otro = Client()
    otro.cookies["preferencia"] = "grande"  # una cookie ajena al portal no estorba
    assert usa_memoria(otro, PAGINA)


def test_a_quien_trae_una_llave_no_le_contesta_la_memoria(
    politica_cargada: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert usa_memoria(client, API)
    monkeypatch.setattr(Almacen, "leer", lambda *_: pytest.fail("la memoria contestó a quien trae una llave"))
    monkeypatch.setattr(Almacen, "guardar", lambda *_: pytest.fail("se guardó lo de quien trae una llave"))
    for llave in ("Bearer no-vale", "Basic eDp5"):
        client.get(API, headers={"authorization": llave})


@pytest.mark.parametrize(
    "ruta", ["/indicadores/OP.01-I2/error/", "/salud/", "/robots.txt", "/no-existe/", "/api/v1/mediciones/?x=1"]
)
def test_ni_formularios_ni_errores_ni_lo_que_trae_su_plazo(
    politica_cargada: Any, client: Client, ruta: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guardadas: list[str] = []
    monkeypatch.setattr(Almacen, "guardar", lambda _, clave, __: guardadas.append(clave))
    client.get(ruta)
    assert guardadas == []
    Client().get(PAGINA)
    assert len(guardadas) == 1


def test_un_servidor_ajeno_se_rechaza_y_cada_nombre_tiene_lo_suyo(
    politica_cargada: Any, client: Client, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["uno.pe", "dos.pe"]
    for _ in range(2):
        for nombre in ("uno.pe", "dos.pe"):
            assert (
                f"http://{nombre}/api/v1/mediciones/"
                in client.get("/api/v1/", headers={"host": nombre}).content.decode()
            )
        assert client.get(PAGINA, headers={"host": "malo.pe"}).status_code == 400


def test_cada_codificacion_y_cada_formato_por_separado(politica_cargada: Any, client: Client) -> None:
    llana = client.get(PAGINA)
    for _ in range(2):
        en_br = client.get(PAGINA, headers={"accept-encoding": "gzip, deflate, br"})
        en_gzip = client.get(PAGINA, headers={"accept-encoding": "gzip, br;q=0"})
        assert en_br.headers["Content-Encoding"] == "br"
        assert en_gzip.headers["Content-Encoding"] == "gzip"
        assert brotli.decompress(en_br.content) == gzip.decompress(en_gzip.content) == llana.content
        assert len({r.headers["ETag"] for r in (llana, en_br, en_gzip)}) == 3
        for respuesta in (llana, en_br, en_gzip):
            assert "Accept-Encoding" in respuesta.headers["Vary"]
            assert int(respuesta.headers["Content-Length"]) == len(respuesta.content)


def test_otro_dia_es_otra_respuesta(politica_cargada: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hoy = client.get(PAGINA).headers["ETag"]
    manana = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: manana)
    assert client.get(PAGINA, headers={"if-none-match": hoy}).status_code == 200


def test_sin_la_tabla_el_portal_funciona_igual(politica_cargada: Any, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("penitenciaria.memoria.CONSULTA", "SELECT marca FROM no_existe")
    assert client.get(PAGINA).status_code == 200


def test_se_puede_apagar(politica_cargada: Any, settings: Any) -> None:
    settings.MEMORIA_MB = 0
    assert not usa_memoria(Client(), PAGINA)
