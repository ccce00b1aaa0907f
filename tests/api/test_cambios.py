"""Lo que cambió, en orden: una copia que lo sigue termina igual que la lista entera, pase lo que pase."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicadores import acciones
from indicadores.models import Ambito, Constancia, Fuente, Indicador, Medicion
from tests import fabricas
from tests.api.conftest import Pedir
from tests.api.test_errores import comprobar_problema
from tests.fabricas import AHORA, corregida, linea_base, logro, minuto, publicada

pytestmark = pytest.mark.django_db
DESPUES = {"a_la_fecha": None, "corte": None}


class Copia:
    """Quien mantiene una copia: lo que hace es lo que dice la documentación, y nada más."""

    def __init__(self, pedir: Pedir, page_size: int) -> None:
        self.pedir, self.page_size = pedir, page_size
        self.filas: dict[str, Any] = {}
        self.cursor = "0"
        self.catalogo_en: str | None = None

    def ponerse_al_dia(self) -> None:
        hay_mas = True
        while hay_mas:
            pagina = self.pedir("cambios/", cursor=self.cursor, page_size=self.page_size, **DESPUES)
            if pagina["catalogo_en"] != self.catalogo_en:
                self.filas, self.cursor, self.catalogo_en = {}, "0", pagina["catalogo_en"]
                continue
            for fila in pagina["mediciones"]:
                self.filas[fila["id"]] = fila
            for clave in pagina["ya_no_rigen"]:
                self.filas.pop(clave, None)
            self.cursor, hay_mas = pagina["cursor"], pagina["hay_mas"]

    def directa(self) -> dict[str, Any]:
        """Lo mismo, bajado entero."""
        filas, page, hay_mas = {}, 1, True
        while hay_mas:
            cuerpo = self.pedir("mediciones/", page=page, page_size=50, **DESPUES)
            filas |= {fila["id"]: fila for fila in cuerpo["results"]}
            page, hay_mas = page + 1, cuerpo["next"] is not None
        return filas


class Vida:
    """Un portal en uso: publica, corrige, retira, fija y reserva al azar, con un reloj que solo avanza."""

    def __init__(self, azar: random.Random) -> None:
        self.azar, self.minutos = azar, 0
        self.pais, oficinas, penales = fabricas.arbol(2, 2)
        self.lugares = [self.pais, *oficinas, *penales]
        self.indicadores = [
            fabricas.IndicadorFactory(unidad=Indicador.Unidad.NUMERO, simbolo="", decimales=0, cuenta_personas=True),
            fabricas.IndicadorFactory(cuenta_personas=False),
        ]
        self.fuente = fabricas.FuenteFactory()
        self.gente = SimpleNamespace(
            ana=fabricas.persona(fabricas.Rol.ANALISTA),
            raul=fabricas.persona(fabricas.Rol.REVISOR),
            aldo=fabricas.persona(fabricas.Rol.ADMINISTRADOR),
        )

    @property
    def ahora(self) -> Any:
        self.minutos += 1
        return minuto(self.minutos)

    def valor(self) -> int:
        """Pocas cantidades: así se repiten, y muchas son de menos de diez personas."""
        return self.azar.choice([0, 3, 5, 40, 40, 60])

    def paso(self) -> None:
        pasos: list[Callable[[], Any]] = [self.publicar, self.publicar, self.publicar, self.corregir, self.retirar]
        self.azar.choice([*pasos, self.base, self.logro, self.umbrales, self.fuente_corregida])()

    def publicar(self) -> None:
        borradores = []
        for _ in range(self.azar.choice([1, 1, 3])):
            clave: dict[str, Any] = {
                "indicador": self.azar.choice(self.indicadores),
                "periodo": self.azar.choice(["2019", "2020", "2021", "2021-S1", "2021-03"]),
                "ambito": self.azar.choice(self.lugares),
                "sexo": self.azar.choice(["T", "T", "H", "M"]),
                "caracter": self.azar.choice(["oficial", "oficial", "referencial"]),
            }
            if Medicion.objects.filter(**clave, etapa__in=["publicada", "en_revision"]).exists():
                continue
            ausente = {"motivo_ausencia": "no_medido"} if self.azar.random() < 0.15 else {"valor": self.valor()}
            momento = self.ahora
            borradores.append(
                fabricas.en_revision(por=self.gente.ana, fuente=self.fuente, ahora=momento, **clave, **ausente)
            )
        if borradores:
            acciones.publicar_lote(borradores, por=self.gente.raul, ahora=self.ahora)

    def _una_vigente(self) -> Medicion | None:
        claves = list(Medicion.objects.filter(etapa="publicada").order_by("pk").values_list("pk", flat=True))
        return Medicion.objects.get(pk=self.azar.choice(claves)) if claves else None

    def corregir(self) -> None:
        if (vigente := self._una_vigente()) is not None:
            corregida(vigente, por=self.gente.ana, revisor=self.gente.raul, ahora=self.ahora, valor=self.valor())

    def retirar(self) -> None:
        if (vigente := self._una_vigente()) is not None:
            acciones.retirar(vigente, por=self.gente.raul, motivo="Se publicó por error", ahora=self.ahora)

    def base(self) -> None:
        indicador, anio = self.azar.choice(self.indicadores), self.azar.choice([2018, 2019, 2020])
        linea_base(indicador, self.valor(), anio=anio, por=self.gente.aldo, ahora=self.ahora)

    def logro(self) -> None:
        logro(self.azar.choice(self.indicadores), self.valor(), por=self.gente.aldo, ahora=self.ahora)

    def umbrales(self) -> None:
        verde = Decimal(self.azar.randint(80, 100))
        acciones.fijar_umbrales(
            por=self.gente.aldo, verde=verde, amarillo=Decimal(50), motivo="Otro método", ahora=self.ahora
        )

    def fuente_corregida(self) -> None:
        if self.azar.random() < 0.3:
            self.fuente.nombre = f"Informe corregido {self.minutos}"
            self.fuente._history_date = self.ahora
            self.fuente.save()


@pytest.mark.parametrize("semilla", range(4))
def test_una_copia_termina_igual(pedir: Pedir, semilla: int) -> None:
    azar = random.Random(semilla)
    vida = Vida(azar)
    copia = Copia(pedir, page_size=azar.choice([1, 2, 7, 200]))
    for n in range(45):
        vida.paso()
        if azar.random() < 0.25:
            copia.ponerse_al_dia()
            assert copia.filas == copia.directa(), f"Difiere después del paso {n}."
    copia.ponerse_al_dia()
    nueva = Copia(pedir, page_size=13)
    nueva.ponerse_al_dia()
    assert copia.filas == nueva.filas == copia.directa()
    assert int(copia.cursor) == Constancia.objects.count()
    reservadas = [fila for fila in copia.filas.values() if (fila["motivo"] or {}).get("codigo") == "pocas_personas"]
    assert reservadas or semilla != 0, "La prueba no llegó a reservar nada."


def test_cada_tipo_de_cambio_dice_que_paso(pedir: Pedir) -> None:
    una = publicada(valor=40)
    indicador = una.indicador
    dos = corregida(una, valor=41, ahora=minuto(1))
    acciones.retirar(dos, por=fabricas.persona(fabricas.Rol.REVISOR), motivo="x", ahora=minuto(2))
    linea_base(indicador, 30, ahora=minuto(3))
    logro(indicador, None, ahora=minuto(4))
    acciones.fijar_umbrales(
        por=fabricas.persona(fabricas.Rol.ADMINISTRADOR),
        verde=Decimal(90),
        amarillo=Decimal(70),
        motivo="x",
        ahora=minuto(5),
    )
    pagina = pedir("cambios/")
    assert [cambio["numero"] for cambio in pagina["cambios"]] == [1, 2, 3, 4, 5, 6]
    assert [(c["tipo"], c["indicador"], c["medicion"], c["anterior"]) for c in pagina["cambios"]] == [
        ("publicacion", indicador.codigo, str(una.pk), None),
        ("sustitucion", indicador.codigo, str(dos.pk), str(una.pk)),
        ("retiro", indicador.codigo, str(dos.pk), None),
        ("linea_base", indicador.codigo, None, None),
        ("logro_esperado", indicador.codigo, None, None),
        ("umbrales", None, None, None),
    ]
    _, _, _, base, esperado, umbrales = pagina["cambios"]
    assert base["linea_base"] == {"anio": 2019, "valor": 30, "motivo": None, "version": 1}
    assert esperado["logro_esperado"]["motivo"]["codigo"] == "no_consta"
    assert umbrales["umbrales"] == {"verde": 90, "amarillo": 70, "version": 1}
    assert (pagina["mediciones"], pagina["ya_no_rigen"]) == ([], [str(una.pk), str(dos.pk)])
    assert (pagina["cursor"], pagina["hay_mas"]) == ("6", False)
    assert pagina["cambios"][-1]["huella"] == Constancia.objects.get(numero=6).huella


def test_lo_que_una_publicacion_obliga_a_reservar_llega_con_ella(pedir: Pedir) -> None:
    pais, (norte,), (a, b) = fabricas.arbol(2)
    indicador = fabricas.IndicadorFactory(unidad=Indicador.Unidad.NUMERO, simbolo="", decimales=0, cuenta_personas=True)
    grande = publicada(indicador=indicador, ambito=a, valor=60)
    publicada(indicador=indicador, ambito=norte, valor=65, ahora=minuto(1))
    antes = pedir("cambios/")
    assert [fila["valor"] for fila in antes["mediciones"]] == [60, 65]
    chica = publicada(indicador=indicador, ambito=b, valor=5, ahora=minuto(2))
    pagina = pedir("cambios/", cursor=antes["cursor"])
    [cambio] = pagina["cambios"]
    assert cambio["reservadas"] == sorted([str(grande.pk), str(chica.pk)], key=int)
    assert {fila["id"]: fila["valor"] for fila in pagina["mediciones"]} == {str(grande.pk): None, str(chica.pk): None}
    assert Ambito.objects.get(pk=pais.pk).codigo == "PE"


def test_un_cambio_cuyo_momento_no_llega_espera_y_no_se_salta(pedir: Pedir, client: Client) -> None:
    """Dos servidores con la hora algo distinta: el segundo eslabón lleva un momento que todavía no es."""
    una, otra = publicada(periodo="2019"), publicada(periodo="2020", ahora=minuto(1))
    futuro = AHORA + timedelta(days=365 * 60)
    Constancia.objects.filter(objeto=una.pk).update(en=futuro)
    assert pedir("cambios/", **DESPUES)["cursor"] == "0"
    # Con una fecha escrita se ve lo que regía entonces, y nada más.
    assert [c["medicion"] for c in pedir("cambios/", a_la_fecha="2023-01-01")["cambios"]] == [str(otra.pk)]


def test_el_cursor_que_nadie_dio_se_rechaza(client: Client) -> None:
    publicada()
    assert client.get("/api/v1/cambios/?cursor=1").json()["cambios"] == []
    for cursor in ("2", "999999999", "9999999999", "-1", "x", "1.5", "%D9%A1"):
        cuerpo = comprobar_problema(client.get(f"/api/v1/cambios/?cursor={cursor}"), 400)
        assert cuerpo["parametro"] == "cursor", cursor
    for tamano in ("0", "201"):
        assert client.get(f"/api/v1/cambios/?page_size={tamano}").status_code == 400


def test_el_siguiente_conserva_lo_pedido_y_se_puede_seguir(client: Client) -> None:
    for anio in (2018, 2019, 2020):
        publicada(periodo=str(anio), ahora=minuto(anio - 2018))
    numeros, url = [], "/api/v1/cambios/?page_size=2"
    for _ in range(3):
        pagina = client.get(url).json()
        numeros += [cambio["numero"] for cambio in pagina["cambios"]]
        url = pagina["siguiente"]
        assert "page_size=2" in url
    assert numeros == [1, 2, 3]
    assert pagina["hay_mas"] is False


def test_las_consultas_no_dependen_de_cuantos_cambios(client: Client) -> None:
    indicador = fabricas.IndicadorFactory()
    cuentas = []
    for hasta in (3, 12):
        for n in range(len(cuentas) and 3, hasta):
            publicada(indicador=indicador, periodo=str(2000 + n), ahora=minuto(n))
            linea_base(indicador, n, ahora=minuto(n))
        with CaptureQueriesContext(connection) as consultas:
            client.get("/api/v1/cambios/")
        cuentas.append(len(consultas))
    assert cuentas[0] == cuentas[1] <= 18


# --- actualizado_desde ----------------------------------------------------------------------------------------------


def test_actualizado_desde_en_mediciones_y_en_indicadores(pedir: Pedir) -> None:
    vieja, nueva = publicada(), publicada(ahora=AHORA + timedelta(days=3))
    for desde, esperadas in (
        ("2022-06-15", {vieja, nueva}),
        ("2022-06-16", {nueva}),
        (AHORA.isoformat(), {vieja, nueva}),
        ((AHORA + timedelta(seconds=1)).isoformat(), {nueva}),
        ("2022-06-19", set()),
        ("", {vieja, nueva}),
    ):
        filas = pedir("mediciones/", actualizado_desde=desde)["results"]
        assert {fila["id"] for fila in filas} == {str(medicion.pk) for medicion in esperadas}, desde
        codigos = {fila["codigo"] for fila in pedir("indicadores/", actualizado_desde=desde)["results"]}
        assert codigos == {medicion.indicador.codigo for medicion in esperadas}, desde


def test_el_mas_de_la_zona_vale_aunque_llegue_como_un_espacio(client: Client) -> None:
    for ruta in ("mediciones/?actualizado_desde", "indicadores/?a_la_fecha", "cambios/?a_la_fecha"):
        sin_codificar, codificado = (
            client.get(f"/api/v1/{ruta}=2026-11-20T10:00:00{mas}00:00") for mas in ("+", "%2B")
        )
        assert (sin_codificar.status_code, codificado.status_code) == (200, 200)
        assert _sin_direcciones(sin_codificar) == _sin_direcciones(codificado)


def _sin_direcciones(respuesta: Any) -> Any:
    """Las de seguir repiten la pregunta tal como se hizo."""
    return {clave: valor for clave, valor in respuesta.json().items() if clave not in ("next", "siguiente")}


@pytest.mark.parametrize("desde", ["ayer", "2022-13-01", "2022", "1800-01-01", "2022-06-15T25:00", "0001-01-01T00:00Z"])
def test_actualizado_desde_mal_escrito(pedir: Pedir, desde: str) -> None:
    for ruta in ("mediciones/", "indicadores/"):
        assert pedir(ruta, espera=400, actualizado_desde=desde)["parametro"] == "actualizado_desde"


def test_corregir_una_fuente_se_anuncia(pedir: Pedir) -> None:
    medicion = publicada()
    assert pedir("cambios/", **DESPUES)["catalogo_en"] is None
    fuente = Fuente.objects.get(pk=medicion.fuente_id)
    fuente.nombre = "Informe con su tilde"
    fuente.save()
    assert pedir("cambios/", **DESPUES)["catalogo_en"] is not None
