"""Las órdenes cuando algo no va bien: cada problema sale con 1 y una frase, y no deja nada a medias."""

import fcntl
import os
import resource
import signal
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from penitenciaria.management.orden import salida_ordenada
from penitenciaria.respaldo import esquema, hacer, tablas
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from tests.respaldo import actividad
from tests.respaldo.conftest import CLAVE, leer_ultimo, pequeno

pytestmark = pytest.mark.django_db(transaction=True)


def respaldar(**opciones: Any) -> tuple[str, str]:
    salida, error = StringIO(), StringIO()
    call_command("respaldar", stdout=salida, stderr=error, **opciones)
    return salida.getvalue(), error.getvalue()


def nombres(carpeta: Path) -> list[str]:
    return sorted(archivo.name for archivo in carpeta.iterdir() if archivo.name != ".turno")


def test_con_la_clave_puesta_se_cifra_salvo_que_se_diga(carpetas: SimpleNamespace, settings: Any) -> None:
    settings.RESPALDO_CLAVE = CLAVE
    respaldar()
    respaldar(destino=str(carpetas.raiz / "claro"), sin_cifrar=True)
    assert [nombre.rpartition(".")[2] for nombre in nombres(carpetas.respaldos)] == ["cifrado", "json"]
    assert [nombre.rpartition(".")[2] for nombre in nombres(carpetas.raiz / "claro")] == ["tar"]


@pytest.mark.parametrize(("clave", "frase"), [("", "Falta RESPALDO_CLAVE"), ("corta", "es corta")])
def test_cifrar_sin_una_clave_que_sirva(carpetas: SimpleNamespace, settings: Any, clave: str, frase: str) -> None:
    settings.RESPALDO_CLAVE = clave
    with pytest.raises(CommandError, match=frase):
        respaldar(cifrar=True)
    ultimo = leer_ultimo(carpetas.respaldos)
    assert not ultimo.ok
    assert frase in ultimo.error


def test_un_respaldo_cifrado_sin_su_clave_no_se_abre(carpetas: SimpleNamespace, settings: Any) -> None:
    settings.RESPALDO_CLAVE = CLAVE
    respaldar()
    (respaldo,) = carpetas.respaldos.glob("*.cifrado")
    for clave, frase in (("", "Falta RESPALDO_CLAVE"), (CLAVE + "x", "no es la clave con que se cifró")):
        settings.RESPALDO_CLAVE = clave
        with pytest.raises(CommandError, match=frase):
            call_command("restaurar", str(respaldo))


def test_sin_sitio_en_el_disco_no_queda_nada(carpetas: SimpleNamespace) -> None:
    """Con un tope real de tamaño de archivo, la escritura falla a la mitad, como con el disco lleno."""
    blando, duro = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, duro))
    try:
        with pytest.raises(CommandError, match=r"No se pudo escribir en .* No quedó nada a medias"):
            respaldar()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (blando, duro))
    assert nombres(carpetas.respaldos) == ["ultimo.json"]
    ultimo = leer_ultimo(carpetas.respaldos)
    assert not ultimo.ok


def test_un_destino_imposible_se_explica(carpetas: SimpleNamespace) -> None:
    carpetas.raiz.joinpath("archivo").touch()
    with pytest.raises(CommandError, match="No se pudo escribir"):
        respaldar(destino=str(carpetas.raiz / "archivo" / "dentro"))


def test_de_uno_en_uno_y_lo_que_otro_dejo_se_limpia(carpetas: SimpleNamespace) -> None:
    carpetas.respaldos.mkdir()
    resto = carpetas.respaldos / ".portal-20200101T000000Z.tar.parcial"
    resto.touch()
    with (carpetas.respaldos / ".turno").open("w") as candado:
        fcntl.flock(candado, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Ya hay otro respaldo en curso"):
            respaldar()
    assert resto.exists()
    respaldar()
    assert not resto.exists()
    assert len(list(carpetas.respaldos.glob("portal-*.tar"))) == 1


def test_no_se_pisa_un_respaldo_ya_hecho(carpetas: SimpleNamespace) -> None:
    ahora = timezone.now()
    hacer.respaldar(carpetas.respaldos, ahora=ahora)
    with pytest.raises(ErrorDeRespaldo, match="ya existe y no se reemplaza"):
        hacer.respaldar(carpetas.respaldos, ahora=ahora)


def test_conservar_borra_lo_que_sobra_despues_de_comprobar_el_nuevo(carpetas: SimpleNamespace) -> None:
    carpetas.respaldos.mkdir()
    for dias in range(1, 40):
        hace = timezone.now() - timedelta(days=dias)
        (carpetas.respaldos / f"portal-{hace:%Y%m%dT%H%M%SZ}.tar").touch()
    salida, _ = respaldar(conservar=2)
    quedan = list(carpetas.respaldos.glob("portal-*.tar"))
    assert 2 < len(quedan) <= 2 + 5 + 12
    assert salida.count("Sobraba y se borró") == 40 - len(quedan)
    assert max(quedan).stat().st_size > 0
    with pytest.raises(CommandError, match="se cuenta desde 1"):
        respaldar(conservar=0)


def test_si_falta_un_archivo_se_respalda_igual_se_dice_y_no_se_borra_nada(
    politica_cargada: Any, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    hecho = actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    perdido = Path(hecho.evidencias[0].archivo.path)
    perdido.unlink()
    carpetas.respaldos.mkdir()
    viejos = [carpetas.respaldos / f"portal-2020010{dia}T000000Z.tar" for dia in range(1, 4)]
    for viejo in viejos:
        viejo.touch()
    with pytest.raises(CommandError, match=r"sirve, pero no está completo\. Faltan 1 archivos") as fallo:
        respaldar(conservar=1)
    assert hecho.evidencias[0].archivo.name in str(fallo.value)
    assert all(viejo.exists() for viejo in viejos)
    ultimo = leer_ultimo(carpetas.respaldos)
    assert not ultimo.ok
    respaldo = carpetas.respaldos / ultimo.archivo
    filas = actividad.filas()
    actividad.destruir(carpetas)
    with pytest.raises(CommandError, match="Falta el archivo de la evidencia"):
        call_command("restaurar", str(respaldo), stdout=StringIO())
    error = StringIO()
    call_command("restaurar", str(respaldo), aunque_este_rota=True, stdout=StringIO(), stderr=error)
    assert "Falta el archivo de la evidencia" in error.getvalue()
    assert actividad.filas() == filas


def test_las_tablas_ajenas_se_dicen(carpetas: SimpleNamespace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE de_otro_programa (id integer)")
    try:
        assert "de_otro_programa" in respaldar()[1]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE de_otro_programa")


def test_un_respaldo_de_un_codigo_posterior_se_rechaza(carpetas: SimpleNamespace) -> None:
    contenido, _ = pequeno(migraciones=(("indicadores", "0001_initial"), ("indicadores", "9999_del_futuro")))
    (carpetas.raiz / "futuro.tar").write_bytes(contenido)
    with pytest.raises(CommandError, match=r"es anterior a los datos: no conoce indicadores\.9999_del_futuro"):
        call_command("restaurar", str(carpetas.raiz / "futuro.tar"), stdout=StringIO())


def test_otras_columnas_o_migraciones_se_rechazan(carpetas: SimpleNamespace) -> None:
    contenido, manifiesto = pequeno()
    (carpetas.raiz / "otro.tar").write_bytes(contenido)
    with pytest.raises(CommandError, match="no tienen las mismas columnas"):
        call_command("restaurar", str(carpetas.raiz / "otro.tar"), stdout=StringIO())
    with pytest.raises(ErrorDeRespaldo, match="Restáurelo en una base recién creada"):
        esquema.preparar(connection, manifiesto)


@pytest.mark.postgres
def test_si_alguien_usa_la_base_se_dice_y_no_cambia_nada(
    personas: SimpleNamespace, carpetas: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(esquema, "ESPERA", "200ms")
    respaldar()
    (respaldo,) = carpetas.respaldos.glob("*.tar")
    filas = actividad.filas()
    otra = connections.create_connection("default")
    try:
        otra.set_autocommit(False)
        with otra.cursor() as cursor:
            cursor.execute("LOCK TABLE auth_user IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="Alguien está usando la base"):
            call_command(
                "restaurar",
                str(respaldo),
                reemplazar=esquema.nombre_de_la_base(),
                sin_copia_previa=True,
                stdout=StringIO(),
            )
    finally:
        otra.rollback()
        otra.close()
    assert actividad.filas() == filas


def test_todo_campo_de_todo_modelo_se_sabe_guardar() -> None:
    """Un paquete nuevo con un tipo nuevo se nota aquí, no la noche del respaldo."""
    con_filas = tablas.tablas_de(connection, hacer.aplicadas_en(connection))
    existentes = {nombre for nombre in connection.introspection.table_names() if not nombre.startswith("sqlite_")}
    assert {tabla.nombre for tabla in con_filas} | set(tablas.EXENTAS) == existentes


def test_sigterm_es_una_salida_ordinaria() -> None:
    antes = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as salida, salida_ordenada():
        os.kill(os.getpid(), signal.SIGTERM)
    assert salida.value.code == 143
    assert signal.getsignal(signal.SIGTERM) is antes
