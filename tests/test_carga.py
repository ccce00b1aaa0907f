"""Las órdenes de arranque: la carga inicial, las cuentas de demostración y los ajustes que producción exige."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from indicadores import acciones
from indicadores.models import Ambito, Carga, Fuente, Indicador, LineaBase, LogroEsperado, Medicion, Suceso, Umbral
from indicadores.permisos import Rol, roles_de
from objetivos.models import Alternativa, Entidad, Hito, Lineamiento, ObjetivoPrioritario, Politica
from penitenciaria.management.carga import CUENTA_QUE_REGISTRA, CUENTA_QUE_REVISA, cargar, esta_vacia, huella
from servicios.models import Servicio
from tests import fabricas
from tests.politica_real import CARGADA_EN

pytestmark = pytest.mark.django_db
RAIZ = Path(__file__).resolve().parent.parent


def orden(nombre: str, *argumentos: str) -> str:
    salida = StringIO()
    call_command(nombre, *argumentos, stdout=salida)
    return salida.getvalue()


def foto() -> dict[str, list[Any]]:
    """Todas las filas de la política y de las cuentas."""
    modelos = [m for m in apps.get_models() if m._meta.app_label in {"objetivos", "servicios", "indicadores"}]
    return {m._meta.label: list(m._base_manager.order_by("pk").values()) for m in (User, Group, *modelos)}


# La carga


def test_en_una_base_vacia_carga_y_a_la_segunda_no_cambia_nada() -> None:
    assert esta_vacia()
    salida = orden("cargar_politica")
    assert "Listo: 6 objetivos prioritarios, 18 indicadores, 13 servicios" in salida
    assert not esta_vacia()
    antes = foto()
    assert orden("cargar_politica").startswith("Ya está cargado")
    assert orden("cargar_politica", "--si-vacia").startswith("Ya está cargado")
    assert foto() == antes


def test_lo_que_la_carga_deja(politica_cargada: Any) -> None:
    cuantos = {
        modelo: modelo._default_manager.count()
        for modelo in (Politica, ObjetivoPrioritario, Lineamiento, Servicio, Hito, Alternativa, Umbral)
    }
    assert list(cuantos.values()) == [1, 6, 0, 13, 4, 6, 1]
    assert Indicador.objects.filter(servicio=None).count() == 13
    assert Indicador.objects.exclude(servicio=None).count() == 5
    niveles = Counter(Ambito.objects.values_list("nivel", flat=True))
    assert niveles == {"nacional": 1, "oficina_regional": 8, "establecimiento": 69}
    assert Medicion.objects.filter(caracter="oficial").count() == 19
    assert Medicion.objects.filter(caracter="referencial").count() == 6 + 69 * 3
    assert set(Medicion.objects.values_list("etapa", "version", "publicada_en")) == {("publicada", 1, CARGADA_EN)}
    assert LineaBase.objects.count() == LogroEsperado.objects.count() == 13
    assert not LogroEsperado.objects.exclude(anio=2021).exists()
    assert not Medicion.objects.filter(fuente=None).exists()
    assert Carga.objects.get().huella == huella(settings.BASE_DIR / "fixtures")


def test_cada_cifra_la_registro_una_cuenta_inactiva_y_la_publico_otra(politica_cargada: Any) -> None:
    registra, revisa = (User.objects.get(username=nombre) for nombre in (CUENTA_QUE_REGISTRA, CUENTA_QUE_REVISA))
    for cuenta in (registra, revisa):
        assert not cuenta.is_active
        assert not cuenta.has_usable_password()
        assert not cuenta.is_superuser
    assert roles_de(registra) == {Rol.ANALISTA, Rol.ADMINISTRADOR}
    assert roles_de(revisa) == {Rol.REVISOR}
    quienes = Medicion.objects.values_list("registrada_por", "enviada_por", "publicada_por")
    assert set(quienes) == {(registra.pk, registra.pk, revisa.pk)}
    cuantas = Medicion.objects.count()
    assert set(Suceso.objects.values_list("accion", "por")) == {
        ("registrar", registra.pk),
        ("enviar", registra.pk),
        ("publicar", revisa.pk),
    }
    assert Suceso.objects.count() == 3 * cuantas
    for modelo in (LineaBase, LogroEsperado, Umbral):
        assert set(modelo._default_manager.values_list("publicada_por", "publicada_en")) == {(registra.pk, CARGADA_EN)}
        assert not modelo._default_manager.filter(motivo_cambio="").exists()


def test_las_celdas_pequenas_de_los_penales_quedan_reservadas(politica_cargada: Any) -> None:
    pequenas = Medicion.objects.filter(denominador__gte=1, denominador__lt=10).exclude(ambito__codigo="PE")
    assert pequenas.exists()
    assert not pequenas.filter(reservada=False).exists()
    # Con el otro sexo y el total a la vista se restaría: cada una arrastra al menos otra celda de su penal.
    for pequena in pequenas.filter(sexo="M"):
        del_penal = Medicion.objects.filter(ambito=pequena.ambito, periodo=pequena.periodo, denominador__gt=0)
        assert del_penal.filter(reservada=True).count() >= min(2, del_penal.count())
    assert not Medicion.objects.filter(ambito__codigo="PE", sexo="T", reservada=True).exists()
    ceros = Medicion.objects.filter(denominador=0)
    assert ceros.exists()
    assert set(ceros.values_list("motivo_ausencia", "valor")) == {("no_aplica", None)}


def test_las_sumas_de_los_penales_son_las_del_pais(politica_cargada: Any) -> None:
    del_pais = Medicion.objects.get(ambito__codigo="PE", periodo="2026-01", caracter="referencial")
    penales = Medicion.objects.filter(ambito__nivel="establecimiento", sexo="T", periodo="2026-01")
    assert sum(d for d in penales.values_list("denominador", flat=True) if d) == del_pais.denominador == 103_717
    assert sum(n for n in penales.values_list("numerador", flat=True) if n) == del_pais.numerador == 37_924
    assert sum(Ambito.objects.filter(nivel="establecimiento").values_list("capacidad", flat=True)) == 41_764


@pytest.mark.parametrize(
    "crear",
    [
        fabricas.EntidadFactory,
        fabricas.FuenteFactory,
        fabricas.AmbitoFactory,
        fabricas.PoliticaFactory,
        fabricas.IndicadorFactory,
    ],
)
def test_con_otros_datos_se_niega_y_con_si_vacia_los_conserva(crear: Any) -> None:
    crear()
    antes = foto()
    with pytest.raises(
        CommandError, match=r"^La base ya tiene datos de la política y no se sobrescriben\. Para cargar"
    ):
        orden("cargar_politica")
    assert "Se conserva todo lo ingresado" in orden("cargar_politica", "--si-vacia")
    assert foto() == antes


def test_si_vacia_conserva_lo_ingresado_despues(politica_cargada: Any, personas: SimpleNamespace) -> None:
    indicador = Indicador.objects.get(codigo="OP.02-I1")
    nueva = acciones.registrar(por=personas.analista, indicador=indicador, periodo="2021", valor="34,5")
    Carga.objects.update(huella="de-otros-datos")
    antes = foto()
    assert "Se conserva" in orden("cargar_politica", "--si-vacia")
    with pytest.raises(CommandError):
        orden("cargar_politica")
    assert foto() == antes
    assert Medicion.objects.filter(pk=nueva.pk).exists()


def test_las_cuentas_de_personas_no_impiden_cargar(personas: SimpleNamespace) -> None:
    assert esta_vacia()


@pytest.mark.parametrize(
    ("archivo", "dice", "diria", "error"),
    [
        ("oficial/indicadores.json", '"valor": "34.9"', '"valor": "134.9"', acciones.DatoInvalido),
        ("complementario/complementario.json", '"indicador": "OP.01-I2"', '"indicador": "OP.99-I9"', LookupError),
    ],
)
def test_una_carga_que_falla_a_medias_no_deja_nada(
    tmp_path: Path, archivo: str, dice: str, diria: str, error: type[Exception]
) -> None:
    carpeta = Path(shutil.copytree(settings.BASE_DIR / "fixtures", tmp_path / "datos"))
    texto = (carpeta / archivo).read_text(encoding="utf-8")
    assert dice in texto
    (carpeta / archivo).write_text(texto.replace(dice, diria), encoding="utf-8")
    with pytest.raises(error):
        cargar(carpeta, ahora=CARGADA_EN)
    assert esta_vacia()
    assert not User.objects.exists()


def test_la_huella_cambia_con_cualquier_archivo(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.csv").write_text("x\n1\n")
    primera = huella(tmp_path)
    assert huella(tmp_path) == primera
    (tmp_path / "LEEME.md").write_text("no cuenta")
    assert huella(tmp_path) == primera
    (tmp_path / "sub" / "b.csv").write_text("x\n2\n")
    segunda = huella(tmp_path)
    (tmp_path / "sub" / "b.csv").rename(tmp_path / "sub" / "c.csv")
    assert len({primera, segunda, huella(tmp_path)}) == 3


def test_la_politica_volcada_para_las_pruebas_es_la_que_carga_la_orden(politica_cargada: Any) -> None:
    assert politica_cargada.cargada_en == CARGADA_EN
    assert Entidad.objects.filter(sigla="INPE").exists()
    assert Fuente.objects.order_by("pk").first().pk >= politica_cargada.PRIMERA_CLAVE  # type: ignore[union-attr]
    assert fabricas.EntidadFactory().pk > Entidad.objects.get(sigla="INPE").pk


# Las cuentas de demostración


@pytest.fixture
def clave(settings: Any) -> str:
    settings.DEMO_CLAVE = "clave-elegida-por-alguien"
    return "clave-elegida-por-alguien"


def test_las_cuentas_de_demostracion_entran_con_la_clave_dada(clave: str) -> None:
    salida = orden("crear_cuentas_demo")
    assert salida == f"Cuentas de demostración: analista, revisor, funcionario, admin. Clave: {clave}\n"
    cuentas = {cuenta.username: cuenta for cuenta in User.objects.order_by("username")}
    assert {nombre: set(roles_de(cuenta)) for nombre, cuenta in cuentas.items()} == {
        "analista": {Rol.ANALISTA},
        "revisor": {Rol.REVISOR},
        "funcionario": {Rol.FUNCIONARIO},
        "admin": {Rol.ADMINISTRADOR},
    }
    assert {nombre for nombre, cuenta in cuentas.items() if cuenta.is_superuser} == {"admin"}
    assert all(cuenta.is_active and cuenta.is_staff for cuenta in cuentas.values())
    assert all(authenticate(username=nombre, password=clave) for nombre in cuentas)


def test_crear_las_cuentas_otra_vez_no_cambia_nada(clave: str) -> None:
    orden("crear_cuentas_demo")
    antes = foto()
    orden("crear_cuentas_demo")
    assert foto() == antes


def test_crear_las_cuentas_otra_vez_respeta_lo_que_alguien_cambio(settings: Any, tmp_path: Path) -> None:
    settings.DEMO_CLAVE, settings.VAR = "", tmp_path
    orden("crear_cuentas_demo")
    analista = User.objects.get(username="analista")
    analista.is_active = False
    analista.set_password("otra-clave-distinta")
    analista.save()
    analista.groups.add(Group.objects.get(name=Rol.REVISOR))
    antes = foto()
    assert orden("crear_cuentas_demo").endswith("\nConservan la clave que alguien les puso: analista.\n")
    assert foto() == antes


def test_pedir_una_clave_la_repone_en_todas(settings: Any, tmp_path: Path) -> None:
    settings.DEMO_CLAVE, settings.VAR = "", tmp_path
    orden("crear_cuentas_demo")
    settings.DEMO_CLAVE = "clave-pedida-despues"
    assert orden("crear_cuentas_demo").endswith("Clave: clave-pedida-despues\n")
    assert all(cuenta.check_password("clave-pedida-despues") for cuenta in User.objects.order_by("pk"))


def test_sin_clave_dada_se_genera_una_vez_y_se_guarda(settings: Any, tmp_path: Path) -> None:
    settings.DEMO_CLAVE, settings.VAR = "", tmp_path / "var"
    primera, segunda = orden("crear_cuentas_demo"), orden("crear_cuentas_demo")
    guardada = (tmp_path / "var" / "clave_demo").read_text(encoding="utf-8")
    assert primera == segunda
    assert primera.endswith(f"Clave: {guardada}\n")
    assert len(guardada) >= 12
    assert (tmp_path / "var" / "clave_demo").stat().st_mode & 0o077 == 0


def test_en_produccion_no_hay_cuentas_de_demostracion(settings: Any, clave: str) -> None:
    settings.EN_PRODUCCION = True
    with pytest.raises(CommandError, match=r"^Las cuentas de demostración no existen en producción\.$"):
        orden("crear_cuentas_demo")
    assert not User.objects.exists()


# Los ajustes

COMPLETO = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "portal.ejemplo.pe", "DATABASE_URL": "sqlite://:memory:"}


def ajustes(programa: str = "", **entorno: str) -> subprocess.CompletedProcess[str]:
    """Lee los ajustes en otro proceso, con solo ese entorno."""
    base = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "penitenciaria.settings"}
    orden = f"from django.conf import settings as s; s.DEBUG; {programa}"
    return subprocess.run(
        [sys.executable, "-c", orden], cwd=RAIZ, env=base | entorno, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("falta", COMPLETO)
@pytest.mark.parametrize("vacia", [False, True])
def test_produccion_se_niega_a_arrancar_y_nombra_lo_que_falta(falta: str, vacia: bool) -> None:
    entorno = {nombre: valor for nombre, valor in COMPLETO.items() if nombre != falta} | ({falta: ""} if vacia else {})
    proceso = ajustes(MODO="produccion", **entorno)
    assert proceso.returncode != 0
    ultima = proceso.stderr.strip().splitlines()[-1]
    assert f"ImproperlyConfigured: Falta {falta}: póngala en el entorno, por ejemplo " in ultima


def test_produccion_arranca_con_lo_que_exige() -> None:
    nombres = "EN_PRODUCCION", "DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "ALLOWED_HOSTS", "LIMITE_API"
    mostrar = f"print({', '.join(f's.{nombre}' for nombre in nombres)})"
    proceso = ajustes(mostrar, MODO="produccion", **COMPLETO)
    assert proceso.stdout == "True False True True ['portal.ejemplo.pe'] 600/min\n", proceso.stderr


def test_la_demostracion_solo_atiende_a_esta_maquina() -> None:
    mostrar = "print(s.EN_PRODUCCION, s.DEBUG, s.ALLOWED_HOSTS, s.LIMITE_API, getattr(s, 'SECURE_SSL_REDIRECT', False))"
    proceso = ajustes(mostrar, SECRET_KEY="x" * 60, ALLOWED_HOSTS="otra.pe")
    assert proceso.stdout == "False False ['localhost', '127.0.0.1', '[::1]'] None False\n", proceso.stderr


def test_un_modo_desconocido_se_dice() -> None:
    proceso = ajustes(MODO="pruebas")
    assert "ImproperlyConfigured: MODO es «pruebas»: use «demo» o «produccion»." in proceso.stderr
