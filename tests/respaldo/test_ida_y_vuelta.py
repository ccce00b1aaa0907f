"""El simulacro: se respalda, se pierde todo, se restaura, y cada respuesta pública es la misma byte a byte."""

import json
import random
import tarfile
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from indicadores.constancias import revisar as revisar_cadena
from indicadores.models import Medicion
from penitenciaria.respaldo import hacer as modulo
from penitenciaria.respaldo.esquema import nombre_de_la_base
from penitenciaria.respaldo.hacer import respaldar
from penitenciaria.vigilancia import TABLA
from tests import fabricas
from tests.respaldo import actividad
from tests.respaldo.conftest import CLAVE, leer_ultimo
from tests.test_a_la_fecha import hacer

pytestmark = pytest.mark.django_db(transaction=True)


def orden(nombre: str, *argumentos: str, **opciones: Any) -> str:
    salida, error = StringIO(), StringIO()
    call_command(nombre, *argumentos, stdout=salida, stderr=error, **opciones)
    return salida.getvalue() + error.getvalue()


def cuenta() -> tuple[int, str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT numero, marca, hasta FROM {TABLA}")
        return tuple(cursor.fetchone())


def unico(carpeta: Path) -> Path:
    (archivo,) = carpeta.glob("portal-*.tar*")
    return archivo


def test_el_simulacro(
    politica_cargada: Any,
    personas: SimpleNamespace,
    carpetas: SimpleNamespace,
    settings: Any,
) -> None:
    settings.RESPALDO_CLAVE = CLAVE
    hecho = actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    cadena, numero = revisar_cadena(), cuenta()
    ademas = [
        *(f"/evidencias/{una.pk}/" for una in hecho.evidencias),
        f"/datos/paquetes/{cadena.ultimo}.zip",
        f"/cifras/{cadena.ultimo}/",
        f"/reporte/verificar/{hecho.reporte.huella}/",
    ]
    antes, filas, archivos = actividad.respuestas(*ademas), actividad.filas(), actividad.archivos_de(carpetas.archivos)
    assert sum(estado == 200 for estado, _, _ in antes.values()) > 125
    assert [antes[ruta][0] for ruta in ademas] == [200, 404, 200, 200, 200], "la segunda evidencia no es pública"
    assert len(archivos) == 3

    dicho = orden("respaldar")
    assert "3 archivos" in dicho
    assert f"constancia {cadena.ultimo}" in dicho
    respaldo = unico(carpetas.respaldos)
    assert respaldo.name.endswith(".tar.cifrado")
    assert respaldo.stat().st_mode & 0o777 == 0o600
    ultimo = leer_ultimo(carpetas.respaldos)
    assert (ultimo.archivo, ultimo.bytes, ultimo.ok) == (respaldo.name, respaldo.stat().st_size, True)
    assert ultimo.huella in dicho
    # Respaldar no cambia nada.
    assert actividad.filas() == filas
    assert cuenta() == numero

    actividad.destruir(carpetas)
    assert Medicion.objects.count() == 0
    assert "Restaurado y comprobado" in orden("restaurar", str(respaldo))

    assert actividad.filas() == filas
    assert actividad.archivos_de(carpetas.archivos) == archivos
    despues = actividad.respuestas(*ademas)
    distintas = {ruta: (antes[ruta], despues[ruta]) for ruta in antes if antes[ruta] != despues[ruta]}
    assert distintas == {}
    # La cuenta sigue hacia adelante y la marca es otra: nada guardado de antes vale.
    assert cuenta()[0] > numero[0]
    assert cuenta()[1] != numero[1]
    assert cuenta()[2] == numero[2]
    assert "La cadena está íntegra" in orden("verificar")
    assert actividad.evidencias_en_su_sitio()
    # Se ingresa, se publica y la cadena continúa.
    assert Client().login(username="ana", password=fabricas.CLAVE)
    actividad.publicar_otra(personas, hecho.en + timedelta(days=1))
    seguida = revisar_cadena()
    assert seguida.rotura is None
    assert seguida.ultimo == cadena.ultimo + 1
    assert cuenta()[0] > numero[0] + 1, "los disparadores no volvieron"


def test_las_claves_borradas_no_se_vuelven_a_dar(personas: SimpleNamespace, carpetas: SimpleNamespace) -> None:
    fuente = fabricas.FuenteFactory()
    borrada = fabricas.FuenteFactory()
    ultima = borrada.pk
    borrada.delete()
    orden("respaldar")
    actividad.destruir(carpetas)
    orden("restaurar", str(unico(carpetas.respaldos)))
    assert fabricas.FuenteFactory().pk == ultima + 1 > fuente.pk + 1


def test_un_reporte_emitido_sigue_sin_poder_cambiarse(
    politica_cargada: Any, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    """El candado es un disparador: también vuelve."""
    hecho = actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    orden("respaldar")
    actividad.destruir(carpetas)
    orden("restaurar", str(unico(carpetas.respaldos)))
    hecho.reporte.motivo = "otro"
    with pytest.raises(DatabaseError, match="reporte_inmutable"):
        hecho.reporte.save(update_fields=["motivo"])


def test_no_se_pisa_una_base_con_datos_sin_decir_su_nombre(
    politica_cargada: Any, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    hecho = actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    orden("respaldar")
    respaldo = unico(carpetas.respaldos)
    filas = actividad.filas()
    actividad.publicar_otra(personas, hecho.en + timedelta(hours=1))
    (evidencia, _) = hecho.evidencias
    Path(evidencia.archivo.path).write_bytes(b"alterado")
    con_lo_nuevo = actividad.filas()

    for otro in ("", "otra-base"):
        argumentos = ["--reemplazar", otro] if otro else []
        with pytest.raises(CommandError, match="tiene datos y restaurar los reemplaza todos") as rechazo:
            orden("restaurar", str(respaldo), *argumentos)
    assert actividad.filas() == con_lo_nuevo
    base = str(rechazo.value).partition("--reemplazar ")[2].partition(";")[0]

    dicho = orden("restaurar", str(respaldo), "--reemplazar", base)
    assert actividad.filas() == filas
    assert "Lo que había quedó en" in dicho
    # El archivo alterado se apartó y el bueno está en su sitio.
    assert actividad.evidencias_en_su_sitio()
    (apartado,) = (carpetas.archivos / "apartados").rglob("*.pdf")
    assert apartado.read_bytes() == b"alterado"
    # Y lo reemplazado puede volver: era íntegro salvo esa evidencia, que se acepta a sabiendas.
    (previo,) = carpetas.respaldos.glob("antes-de-restaurar-*.tar")
    with pytest.raises(CommandError, match="no es el que se recibió"):
        orden("restaurar", str(previo), "--reemplazar", base, "--sin-copia-previa")
    assert actividad.filas() == filas
    assert actividad.evidencias_en_su_sitio()
    orden("restaurar", str(previo), "--reemplazar", base, "--sin-copia-previa", "--aunque-este-rota")
    assert actividad.filas() == con_lo_nuevo


def test_solo_comprobar_no_toca_nada(personas: SimpleNamespace, carpetas: SimpleNamespace) -> None:
    orden("respaldar")
    filas = actividad.filas()
    dicho = orden("restaurar", str(unico(carpetas.respaldos)), "--solo-comprobar")
    assert dicho.startswith("El respaldo está íntegro")
    assert actividad.filas() == filas


def test_un_respaldo_danado_no_toca_nada(
    politica_cargada: Any, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    orden("respaldar")
    respaldo = unico(carpetas.respaldos)
    bueno, filas, archivos = respaldo.read_bytes(), actividad.filas(), actividad.archivos_de(carpetas.archivos)
    malo = carpetas.raiz / "malo.tar"
    for posicion in range(0, len(bueno), len(bueno) // 40):
        malo.write_bytes(bueno[:posicion] + bytes([bueno[posicion] ^ 1]) + bueno[posicion + 1 :])
        with pytest.raises(CommandError, match="dañado o cortado"):
            orden("restaurar", str(malo), "--reemplazar", "x")
        malo.write_bytes(bueno[:posicion])
        with pytest.raises(CommandError, match="dañado o cortado"):
            orden("restaurar", str(malo), "--reemplazar", "x")
    assert actividad.filas() == filas
    assert actividad.archivos_de(carpetas.archivos) == archivos


def test_un_respaldo_que_dice_otra_cosa_no_se_confirma(
    politica_cargada: Any, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    """Huellas todas buenas, pero el manifiesto cuenta otra cosa de una tabla: se deshace al comparar lo cargado."""
    actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    filas, archivos = actividad.filas(), actividad.archivos_de(carpetas.archivos)

    def otra_cuenta(conexion: Any, escritor: Any, ahora: Any) -> Any:
        manifiesto, ajenas = guardar(conexion, escritor, ahora)
        tablas = dict(manifiesto.tablas)
        una = tablas["indicadores_suceso"]
        tablas["indicadores_suceso"] = type(una)(una.columnas, una.filas + 1, una.huella, una.ultima_clave)
        return replace(manifiesto, tablas=tablas), ajenas

    guardar = modulo._guardar
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(modulo, "_guardar", otra_cuenta)
        hecho = respaldar(carpetas.respaldos, ahora=timezone.now())
    base = "--reemplazar", nombre_de_la_base()
    with pytest.raises(CommandError, match="«indicadores_suceso» no quedó igual"):
        orden("restaurar", str(hecho.archivo), *base, "--sin-copia-previa")
    assert actividad.filas() == filas
    assert actividad.archivos_de(carpetas.archivos) == archivos


def test_el_manifiesto_dice_lo_que_hay(politica_cargada: Any, carpetas: SimpleNamespace) -> None:
    orden("respaldar")
    with tarfile.open(unico(carpetas.respaldos)) as tar:
        manifiesto = json.load(tar.extractfile("manifiesto.json"))  # type: ignore[arg-type]
    assert manifiesto["motor"] == connection.vendor
    assert manifiesto["tablas"]["indicadores_medicion"]["filas"] == Medicion.objects.count()
    assert ["indicadores", "0001_initial"] in manifiesto["migraciones"]
    assert manifiesto["cadena"] == [revisar_cadena().ultimo, revisar_cadena().huella]
    assert "django_session" not in manifiesto["tablas"]
    assert manifiesto["faltan"] == []


@pytest.mark.parametrize("semilla", range(3))
def test_cualquier_sucesion_de_cambios_vuelve_igual(
    semilla: int, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    """Cada respaldo de una historia al azar devuelve la base de su momento, en cualquier orden."""
    azar = random.Random(semilla)
    indicador = fabricas.IndicadorFactory()
    fabricas.AmbitoFactory()
    fotos: list[tuple[Path, dict[str, tuple[int, str]]]] = []
    for vuelta in range(3):
        for paso in range(8):
            que = azar.choice(("publicar", "publicar", "corregir", "retirar", "logro", "linea_base", "umbrales"))
            en = fabricas.minuto(vuelta * 10 + paso)
            hacer(personas, indicador, que, azar.choice((2019, 2020, 2021)), azar.randint(1, 99), en)
        hecho = respaldar(carpetas.respaldos / str(vuelta), ahora=timezone.now())
        fotos.append((hecho.archivo, actividad.filas()))
    azar.shuffle(fotos)
    for archivo, filas in fotos:
        base = nombre_de_la_base()
        orden("restaurar", str(archivo), "--reemplazar", base, "--sin-copia-previa")
        assert actividad.filas() == filas
