"""Cada recurso cuesta siempre lo mismo: las consultas no crecen con las filas."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicadores.models import Indicador, LineaBase, LogroEsperado, Medicion
from indicadores.permisos import Rol
from objetivos.models import Entidad
from servicios.models import DocumentoDeProvision, Participacion
from tests.api.conftest import direccion
from tests.fabricas import (
    AHORA,
    AmbitoFactory,
    EntidadFactory,
    FuenteFactory,
    IndicadorDeServicioFactory,
    IndicadorFactory,
    LineamientoFactory,
    NormaFactory,
    ObjetivoFactory,
    ServicioFactory,
    persona,
)

pytestmark = pytest.mark.django_db

#: El máximo de cada recurso, contada la de «Last-Modified».
MAXIMOS = {
    "": 1,
    "politica/": 8,
    "objetivos/": 10,
    "objetivos/OX.A/": 9,
    "lineamientos/": 4,
    "indicadores/": 7,
    "indicadores/?semaforo=rojo": 6,
    "indicadores/?objetivo=OX.A": 8,
    "indicadores/?search=prueba": 8,
    "indicadores/IX-A/": 6,
    "mediciones/": 7,
    "mediciones/?indicador=IX-A": 7,
    "mediciones/?search=prueba": 7,
    "servicios/": 7,
    "servicios/OX.A-S1/": 6,
    "entidades/": 6,
    "entidades/ENTA/": 5,
    "ambitos/": 3,
    "ambitos/PE/": 2,
    "avance/": 14,
    "avance/calcular/": 2,
    "esquema/": 1,
}


def consultas(client: Client, ruta: str) -> int:
    camino, _, filtro = ruta.partition("?")
    pares = dict([filtro.split("=")]) if filtro else {}
    es_lista = camino in {"objetivos/", "lineamientos/", "indicadores/", "mediciones/", "servicios/", "entidades/"}
    url = direccion(camino, **pares, **({"page_size": 500} if es_lista else {}))
    with CaptureQueriesContext(connection) as captura:
        respuesta = client.get(url)
    assert respuesta.status_code == 200, respuesta.content
    if es_lista and not filtro:
        assert respuesta.json()["results"]
    return len(captura)


def llenar(indicadores: int, mediciones: int) -> None:
    """Añade esos indicadores con su línea base y logro, y mediciones mensuales repartidas entre ellos."""
    objetivo = ObjetivoFactory()
    servicio = ServicioFactory(objetivo=objetivo, lineamiento=LineamientoFactory(objetivo=objetivo))
    Participacion.objects.create(servicio=servicio, entidad=EntidadFactory())
    DocumentoDeProvision.objects.create(servicio=servicio, titulo="Protocolo", estado="aprobado", norma=NormaFactory())
    IndicadorDeServicioFactory(servicio=servicio)
    suyos = [
        *IndicadorFactory.build_batch(indicadores - 1, objetivo=objetivo, responsable=EntidadFactory()),
        *([] if Indicador.objects.filter(codigo="IX-A").exists() else [IndicadorFactory.build(objetivo=objetivo)]),
    ]
    if suyos[-1:] and not Indicador.objects.filter(codigo="IX-A").exists():
        suyos[-1].codigo = "IX-A"
    Indicador.objects.bulk_create(suyos)
    pais, fuente, quien, quien_revisa = AmbitoFactory(), FuenteFactory(), persona(Rol.ANALISTA), persona(Rol.REVISOR)
    comun = {"publicada_en": AHORA, "publicada_por": quien, "motivo_cambio": "Prueba", "fuente": fuente}
    LineaBase.objects.bulk_create(LineaBase(indicador=uno, anio=2019, valor=10, **comun) for uno in suyos)
    LogroEsperado.objects.bulk_create(LogroEsperado(indicador=uno, anio=2026, valor=90, **comun) for uno in suyos)
    nuevas = []
    for n in range(mediciones):
        vuelta, cual = divmod(n, len(suyos))
        inicio = date(1990 + vuelta // 12, vuelta % 12 + 1, 1)
        nuevas.append(
            Medicion(
                indicador=suyos[cual],
                periodo=f"{inicio:%Y-%m}",
                inicio=inicio,
                fin=(inicio + timedelta(days=31)).replace(day=1) - timedelta(days=1),
                ambito=pais,
                valor=Decimal(n % 3),
                fuente=fuente,
                etapa="publicada",
                registrada_por=quien,
                registrada_en=AHORA,
                publicada_por=quien_revisa,
                publicada_en=AHORA,
            )
        )
    Medicion.objects.bulk_create(nuevas, batch_size=500)


def test_las_consultas_no_crecen_con_las_filas(client: Client) -> None:
    """3 indicadores y 100 mediciones cuestan lo mismo que 300 y 2.000."""
    objetivo = ObjetivoFactory(codigo="OX.A")
    servicio = ServicioFactory(objetivo=objetivo, codigo="OX.A-S1")
    Participacion.objects.create(servicio=servicio, entidad=EntidadFactory(sigla="ENTA"))
    IndicadorDeServicioFactory(servicio=servicio)
    IndicadorFactory(objetivo=objetivo)
    llenar(indicadores=3, mediciones=100)
    con_pocas = {ruta: consultas(client, ruta) for ruta in MAXIMOS}
    llenar(indicadores=297, mediciones=1900)
    con_muchas = {ruta: consultas(client, ruta) for ruta in MAXIMOS}

    assert Medicion.objects.count() == 2000
    assert Indicador.objects.count() > 300
    assert Entidad.objects.count() > 2
    assert con_muchas == con_pocas
    # En PostgreSQL se eligen las mediciones y después se traen.
    en_dos_pasos = connection.vendor == "postgresql"
    assert con_pocas == {
        ruta: maximo + (en_dos_pasos and ruta.startswith("mediciones/")) for ruta, maximo in MAXIMOS.items()
    }
