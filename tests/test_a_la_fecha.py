"""``?a_la_fecha=`` en todas las direcciones públicas: lo que se vio en un instante se vuelve a ver igual.

Las direcciones salen del resolvedor de Django: una nueva que no esté aquí (con su ejemplo o su razón de no depender de
la fecha) hace fallar la primera prueba.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicadores import acciones
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.fabricas import minuto

#: Lo que no depende de lo publicado a una fecha, y por qué.
EXENTAS = {
    "galeria": "son casos de laboratorio, y solo existe con DEBUG",
    "salud": "dice si el proceso vive",
    "salud-listo": "dice si el proceso puede atender",
    "metricas": "cuenta lo que el proceso atendió",
    "robots": "habla a los buscadores",
    "seguridad-txt": "dice a quién avisar",
    "sitemap": "lista direcciones",
    "favicon": "es una imagen fija",
    "api-esquema": "describe la API",
    "api-docs": "describe la API",
    "api-historial": "cuenta los cambios de la API",
    "api-desconocida": "es el 404",
    "reportes-verificar": "busca una huella emitida, que no cambia",
    "reporte-verificar": "un reporte emitido no cambia",
    "reporte-datos": "un reporte emitido no cambia",
    "reporte-preparar": "la escribe el personal, sobre lo de hoy",
    "indicador-error": "recibe lo que un lector señala",
    "evidencia": "entrega un archivo, que no cambia",
    **dict.fromkeys(("acerca", "licencia", "privacidad", "accesibilidad"), "es un texto sin cifras"),
    "glosario": "es un texto sin cifras",
    "cadena-jsonl": "la cadena entera de constancias, para verificarla",
    "cadena-verificador": "es un programa fijo",
    "paquete-sellado": "lo que regía tras una constancia, que no cambia",
    "diccionario": "dice qué significa cada columna",
    "contexto": "dice qué término es cada nombre del catálogo",
}


#: Un ejemplo de cada dirección con parámetros; las demás se piden tal cual.
EJEMPLOS: dict[str, dict[str, Any]] = {
    "anio": {"anio": 2021},
    "objetivo": {"codigo": "OP.01"},
    "objetivo-ficha": {"codigo": "OP.01"},
    "indicador": {"codigo": "OP.01-I2"},
    "indicador-ficha": {"codigo": "OP.01-I2"},
    "indicador-grafica": {"codigo": "OP.01-I2"},
    "constancia": {"numero": 2},
    "indicador-svg": {"codigo": "OP.01-I2"},
    "indicador-png": {"codigo": "OP.01-I2"},
    "servicio": {"codigo": "OP.01-S1"},
    "entidad": {"sigla": "INPE"},
    "indicador-novedades": {"codigo": "OP.01-I2"},
    "reporte": {"anio": 2021},
    "reporte-archivo": {"anio": 2021, "extension": "docx"},
    "reporte-matriz": {"anio": 2021},
    "reporte-comparar": {"anio": 2021},
    "api-objetivo": {"codigo": "OP.01"},
    "api-indicador": {"codigo": "OP.01-I2"},
    "api-servicio": {"codigo": "OP.01-S1"},
    "api-entidad": {"sigla": "INPE"},
    "api-ambito": {"codigo": "PE"},
    "api-sdmx-flujo": {"flujo": "PNP"},
    "api-sdmx-datos": {"flujo": "PNP", "clave": "OP_01-I2....."},
    "api-sdmx-proveedor": {"flujo": "PNP", "clave": "all", "proveedor": "MINJUSDH"},
    "api-sdmx-recurso": {"recurso": "dataflow"},
    "api-sdmx-agencia": {"recurso": "codelist", "agencia": "MINJUSDH"},
    "api-sdmx-estructura": {"recurso": "datastructure", "agencia": "all", "identificador": "PNP"},
    "api-sdmx-edicion": {"recurso": "codelist", "agencia": "all", "identificador": "CL_SEXO", "edicion": "1.0"},
}
#: Las que nombran una versión publicada por su clave primaria, y cómo se llama ese parámetro.
DE_UNA_VERSION = ("id", "pk", "numero")


def patrones(resolvedor: URLResolver, ruta: str = "") -> Iterator[tuple[str, URLPattern]]:
    for patron in resolvedor.url_patterns:
        completa = ruta + str(patron.pattern)
        if isinstance(patron, URLResolver):
            if patron.app_name != "admin":
                yield from patrones(patron, completa)
        else:
            yield completa, patron


def publicas() -> dict[str, URLPattern]:
    hallados = {}
    for ruta, patron in patrones(get_resolver()):
        if patron.name is None:
            assert "NoExiste" in str(patron.lookup_str), f"Póngale nombre a «{ruta}»"
            continue
        if patron.name not in EXENTAS:
            hallados[patron.name] = patron
    return hallados


def direcciones(version: int) -> dict[str, str]:
    """Cada dirección pública que depende de la fecha, con un ejemplo."""
    halladas = {}
    for nombre, patron in publicas().items():
        parametros = set(patron.pattern.converters)
        datos = dict(EJEMPLOS.get(nombre, {}))
        datos |= {p: version for p in parametros - set(datos) if p in DE_UNA_VERSION}
        faltan = parametros - set(datos)
        assert not faltan, f"Dé en EJEMPLOS un caso de «{nombre}» (o dígalo exento, con su razón): {sorted(faltan)}"
        fijos = patron.default_args or {}
        halladas[nombre] = reverse(nombre, kwargs={k: v for k, v in datos.items() if k not in fijos})
    return halladas


def pedir(cliente: Client, direccion: str, momento: datetime) -> tuple[int, bytes]:
    respuesta = cliente.get(direccion, {"a_la_fecha": momento.isoformat(), "corte": "2021-12-31"})
    if respuesta.status_code == 400 and b"corte" in respuesta.content:
        respuesta = cliente.get(direccion, {"a_la_fecha": momento.isoformat()})
    cuerpo = b"".join(respuesta.streaming_content) if respuesta.streaming else respuesta.content
    return respuesta.status_code, sin_lo_de_cada_pedido(cuerpo)


def sin_lo_de_cada_pedido(cuerpo: bytes) -> bytes:
    """La página sin su nonce ni su ficha de formulario, que son distintos cada vez."""
    cuerpo = re.sub(rb'nonce="[^"]+"', b"", cuerpo)
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", cuerpo)


def cambiar_todo(personas: SimpleNamespace, desde: datetime) -> None:
    """Publica, corrige, retira, y fija logro, línea base y umbrales: todo después de ``desde``."""
    en = [desde + timedelta(minutes=n) for n in range(1, 12)]
    vigentes = {
        m.indicador.codigo: m
        for m in Medicion.objects.oficiales_nacionales().filter(etapa="publicada").select_related("indicador")
    }
    uno = vigentes["OP.01-I2"].indicador
    corregida = vigentes.pop("OP.01-I2")
    fabricas.corregida(corregida, por=personas.analista, revisor=personas.revisor, ahora=en[0], valor=Decimal("33.3"))
    retirada = next(iter(vigentes.values()))
    acciones.retirar(retirada, por=personas.revisor, motivo="Se publicó por error", ahora=en[1])
    for n, codigo in enumerate(sorted(Indicador.objects.values_list("codigo", flat=True))[:4]):
        indicador = Indicador.objects.get(codigo=codigo)
        fabricas.logro(indicador, 77, anio=2021, por=personas.administrador, ahora=en[2 + n])
        fabricas.linea_base(indicador, 11, anio=2018, por=personas.administrador, ahora=en[2 + n])
    fuente = fabricas.FuenteFactory()
    fabricas.publicada(
        indicador=uno, periodo="2021", valor=Decimal(31), fuente=fuente, por=personas.analista,
        revisor=personas.revisor, ahora=en[8],
    )  # fmt: skip
    acciones.fijar_umbrales(
        por=personas.administrador, verde=Decimal(60), amarillo=Decimal(20), motivo="Otro método", ahora=en[9]
    )


@pytest.mark.django_db
def test_toda_direccion_publica_muestra_lo_de_esa_fecha(
    politica_cargada: Any, personas: SimpleNamespace, client: Client
) -> None:
    momento = politica_cargada.cargada_en + timedelta(days=1)
    version = Medicion.objects.oficiales_nacionales().filter(indicador__codigo="OP.01-I2").order_by("-fin").first()
    assert version is not None
    todas = direcciones(version.pk)
    hoy_antes = client.get(reverse("api-avance"), {"corte": "2021-12-31"}).json()
    antes = {nombre: pedir(client, direccion, momento) for nombre, direccion in todas.items()}
    rotas = {nombre: estado for nombre, (estado, _) in antes.items() if estado != 200}
    assert not rotas
    cambiar_todo(personas, momento)
    assert client.get(reverse("api-avance"), {"corte": "2021-12-31"}).json() != hoy_antes
    distintas = [nombre for nombre, direccion in todas.items() if pedir(client, direccion, momento) != antes[nombre]]
    nueva = Medicion.objects.filter(publicada_en__gt=momento).order_by("-pk").values_list("pk", flat=True)[0]
    de_version = {nombre for nombre, direccion in todas.items() if str(version.pk) in direccion}
    ya_estaban = {n for n in de_version if pedir(client, direcciones(nueva)[n], momento)[0] != 404}
    assert not ya_estaban, f"Muestran una versión que a la fecha no existía: {ya_estaban}"
    assert not distintas, f"No muestran lo que se publicó a la fecha: {distintas}"


# Cualquier sucesión de cambios

ANIOS = (2020, 2021)
CAMBIO = st.tuples(
    st.sampled_from(["publicar", "publicar", "corregir", "retirar", "logro", "linea_base", "umbrales"]),
    st.integers(0, len(ANIOS) - 1),
    st.integers(1, 99),
)
RUTAS = (
    ("portada", {}),
    ("cambios", {}),
    ("indicador", {"codigo": "I"}),
    ("indicador-grafica", {"codigo": "I"}),
    ("indicadores", {}),
    ("api-avance", {}),
    ("api-indicador", {"codigo": "I"}),
    ("api-mediciones", {}),
)


def hacer(p: SimpleNamespace, indicador: Indicador, que: str, anio: int, numero: int, en: datetime) -> None:
    """Un cambio; el que en ese momento no procede se salta."""
    vigente = Medicion.objects.filter(indicador=indicador, periodo=str(anio), etapa="publicada").first()
    if que == "publicar" and vigente is None:
        fabricas.publicada(
            por=p.analista, revisor=p.revisor, indicador=indicador, periodo=str(anio), valor=numero, ahora=en
        )
    elif que == "corregir" and vigente is not None:
        fabricas.corregida(vigente, por=p.analista, revisor=p.revisor, valor=numero, ahora=en)
    elif que == "retirar" and vigente is not None:
        acciones.retirar(vigente, por=p.revisor, motivo="x", ahora=en)
    elif que == "logro":
        fabricas.logro(indicador, numero, anio=anio, por=p.administrador, ahora=en)
    elif que == "linea_base":
        fabricas.linea_base(indicador, numero, anio=2019, por=p.administrador, ahora=en)
    elif que == "umbrales":
        fabricas_umbrales = {"verde": Decimal(numero) + 1, "amarillo": Decimal(numero)}
        acciones.fijar_umbrales(por=p.administrador, motivo="x", ahora=en, **fabricas_umbrales)


def foto(cliente: Client, codigo: str, momento: datetime) -> dict[str, tuple[int, bytes]]:
    """Lo que dicen páginas y API en ``momento``."""
    return {
        nombre: pedir(cliente, reverse(nombre, kwargs=dict.fromkeys(datos, codigo)), momento) for nombre, datos in RUTAS
    }


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cambios=st.lists(CAMBIO, min_size=2, max_size=6))
def test_cada_instante_se_vuelve_a_ver_igual_en_paginas_y_api(
    personas: SimpleNamespace, client: Client, cambios: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        indicador = fabricas.IndicadorFactory()
        fabricas.AmbitoFactory()
        fotos = []
        for n, (que, cual, numero) in enumerate(cambios):
            hacer(personas, indicador, que, ANIOS[cual], numero, minuto(n))
            fotos.append((minuto(n), foto(client, indicador.codigo, minuto(n))))
        for momento, tomada in fotos:
            assert foto(client, indicador.codigo, momento) == tomada
        transaction.set_rollback(True)
