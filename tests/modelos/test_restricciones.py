"""Cada restricción de las cifras y de su catálogo, en las dos direcciones: qué deja entrar la base y qué no.

Se escribe con ``bulk_create``, sin verbos ni validación: lo que aquí se rechaza lo rechaza la base misma.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from indicadores.models import Ambito, Indicador, LineaBase, LogroEsperado, Medicion, Umbral
from indicadores.permisos import Rol
from objetivos.models import Alternativa, AvanceNarrativo, Hito
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Suspension
from tests import fabricas
from tests.fabricas import AHORA, minuto
from tests.modelos.casos_de_expediente import CASOS_DE_EXPEDIENTE
from tests.modelos.casos_de_reporte import CASOS_DE_REPORTE

Mundo = SimpleNamespace
Fabricador = Callable[[Mundo], list[models.Model]]
Casos = dict[str, tuple[list[Fabricador], list[Fabricador]]]
PROPIAS = ("objetivos", "servicios", "indicadores", "penitenciaria")


@pytest.fixture
def mundo(db: None) -> Mundo:
    """Lo que citan las filas de este archivo."""
    pais, (oficina, *_), _ = fabricas.arbol(1)
    objetivo = fabricas.ObjetivoFactory()
    return Mundo(
        pais=pais,
        oficina=oficina,
        politica=objetivo.politica,
        objetivo=objetivo,
        otro_objetivo=fabricas.ObjetivoFactory(),
        servicio=fabricas.ServicioFactory(objetivo=objetivo),
        entidad=fabricas.EntidadFactory(),
        otra_entidad=fabricas.EntidadFactory(),
        indicador=fabricas.IndicadorFactory(objetivo=objetivo),
        otro=fabricas.IndicadorFactory(objetivo=objetivo),
        ana=fabricas.persona(Rol.ANALISTA),
        raul=fabricas.persona(Rol.REVISOR),
        aldo=fabricas.persona(Rol.ADMINISTRADOR),
    )


def medicion(m: Mundo, **datos: Any) -> Medicion:
    comunes = {"indicador": m.indicador, "ambito": m.pais, "registrada_por": m.ana, "publicada_por": m.raul}
    return fabricas.fila(**(comunes | datos))


def medido(*lista: dict[str, Any]) -> Fabricador:
    return lambda m: [medicion(m, **datos) for datos in lista]


def revision(modelo: type[models.Model], m: Mundo, datos: dict[str, Any]) -> models.Model:
    comunes: dict[str, Any] = {"publicada_en": AHORA, "publicada_por": m.aldo, "motivo_cambio": "x"}
    if modelo is Umbral:
        comunes |= {"verde": Decimal(95), "amarillo": Decimal(75)}
    else:
        comunes |= {"indicador": m.indicador, "anio": 2021, "valor": Decimal(30)}
    if datos.pop("del_otro", False):
        datos = datos | {"indicador": m.otro}
    return modelo(**(comunes | datos))


def fijado(modelo: type[models.Model], *lista: dict[str, Any]) -> Fabricador:
    return lambda m: [revision(modelo, m, dict(datos)) for datos in lista]


def indicado(**datos: Any) -> Fabricador:
    """Un indicador; ``de`` dice de quién es: «objetivo», «servicio», «ambos» o «nadie»."""

    def fabricar(m: Mundo) -> list[models.Model]:
        de = datos.get("de", "objetivo")
        objetivo = m.objetivo if de in ("objetivo", "ambos") else None
        servicio = m.servicio if de in ("servicio", "ambos") else None
        otros = {campo: valor for campo, valor in datos.items() if campo != "de"}
        return [fabricas.IndicadorFactory.build(objetivo=objetivo, servicio=servicio, **otros)]

    return fabricar


def ambito(nivel: str, *, con_padre: bool) -> Fabricador:
    def fabricar(m: Mundo) -> list[models.Model]:
        if nivel == "nacional":
            Ambito.objects.filter(pk=m.oficina.pk).update(padre=m.oficina)
            Ambito.objects.filter(pk=m.pais.pk).update(nivel="oficina_regional", padre=m.oficina)
        return [Ambito(codigo="NUEVO", nombre="x", nivel=nivel, padre=m.oficina if con_padre else None)]

    return fabricar


def de_politica(modelo: type[models.Model], *lista: dict[str, Any]) -> Fabricador:
    fijos = {"titulo": "x"} if modelo is not AvanceNarrativo else {"texto": "x"}
    return lambda m: [modelo(politica=m.politica, **fijos, **resueltos(m, datos)) for datos in lista]


def de_servicio(modelo: type[models.Model], *lista: dict[str, Any]) -> Fabricador:
    return lambda m: [modelo(**resueltos(m, datos)) for datos in lista]


def resueltos(m: Mundo, datos: dict[str, Any]) -> dict[str, Any]:
    """Los textos «@nombre» se cambian por lo que ``mundo`` llama así."""
    return {c: getattr(m, v[1:]) if isinstance(v, str) and v.startswith("@") else v for c, v in datos.items()}


def politica(inicio: int, fin: int) -> Fabricador:
    return lambda m: [
        fabricas.PoliticaFactory.build(
            codigo="OTRA", anio_inicio=inicio, anio_fin=fin, norma=m.politica.norma, rectora=m.entidad
        )
    ]


SIN_VALOR: dict[str, Any] = {"valor": None, "motivo_ausencia": "no_medido"}
SIN_NADA: dict[str, Any] = {"valor": None, "motivo_ausencia": ""}
CON_AMBOS: dict[str, Any] = {"valor": Decimal(1), "motivo_ausencia": "no_medido"}
ANTES: dict[str, Any] = {"publicada_en": minuto(1), "sustituida_en": AHORA}
INSTANTE: dict[str, Any] = {"publicada_en": AHORA, "sustituida_en": AHORA}
AVANCE: dict[str, Any] = {"anio": 2021, "seccion": "avance", "objetivo": "@objetivo"}
GENERAL: dict[str, Any] = {"anio": 2021, "seccion": "resultado_general", "objetivo": None}
DOCUMENTO: dict[str, Any] = {"servicio": "@servicio", "titulo": "Manual", "estado": "aprobado"}
INTERVENCION: dict[str, Any] = {"objetivo": "@objetivo", "anio": 2021, "titulo": "Obra"}
SUSPENSION: dict[str, Any] = {"objetivo": "@objetivo", "anio": 2021, "actividad": "Visitas", "causa": "Pandemia"}
SIN_PUBLICAR = ("borrador", "en_revision", "observada", "descartada")
CERRADA: dict[str, Any] = {"sustituida_en": minuto(1)}


def de_revision(modelo: type[models.Model], prefijo: str, una: str) -> Casos:
    """Los casos que comparten línea base y logro esperado."""
    caso = lambda *lista: fijado(modelo, *lista)  # noqa: E731
    return {
        f"{prefijo}_{una}_vigente": (
            [caso(CERRADA, {"version": 2}), caso({}, {"del_otro": True})],
            [caso({}, {"version": 2})],
        ),
        f"{prefijo}_version_unica": (
            [caso(CERRADA, CERRADA | {"version": 2}), caso(CERRADA, {"del_otro": True})],
            [caso(CERRADA, {})],
        ),
        f"{prefijo}_valor_o_motivo": ([caso({}), caso(SIN_VALOR)], [caso(SIN_NADA), caso(CON_AMBOS)]),
        f"{prefijo}_intervalo": ([caso(INSTANTE), caso(CERRADA)], [caso(ANTES)]),
        f"{prefijo}_anio_rango": (
            [caso({"anio": 1990}), caso({"anio": 2100})],
            [caso({"anio": 1989}), caso({"anio": 2101})],
        ),
    }


#: nombre de la restricción: (lo que admite, lo que rechaza)
CASOS: Casos = {
    **de_revision(LineaBase, "linea_base", "una"),
    **de_revision(LogroEsperado, "logro", "uno"),
    **CASOS_DE_REPORTE,
    **CASOS_DE_EXPEDIENTE,
    "umbral_uno_vigente": ([fijado(Umbral, CERRADA, {"version": 2})], [fijado(Umbral, {}, {"version": 2})]),
    "umbral_version_unica": ([fijado(Umbral, CERRADA, CERRADA | {"version": 2})], [fijado(Umbral, CERRADA, {})]),
    "umbral_intervalo": ([fijado(Umbral, INSTANTE)], [fijado(Umbral, ANTES)]),
    "umbral_orden": (
        [fijado(Umbral, {"verde": Decimal(100), "amarillo": Decimal("0.01")})],
        [
            fijado(Umbral, {"amarillo": Decimal(0)}),
            fijado(Umbral, {"verde": Decimal(75)}),
            fijado(Umbral, {"verde": Decimal("100.01")}),
        ],
    ),
    "medicion_una_vigente": (
        [
            medido({}, {"periodo": "2021"}),
            medido({}, {"sexo": "H"}),
            medido({}, {"caracter": "referencial"}),
            lambda m: [medicion(m), medicion(m, ambito=m.oficina)],
            lambda m: [medicion(m), medicion(m, indicador=m.otro)],
            medido({"etapa": "sustituida"}, {"version": 2}),
        ],
        [medido({}, {"version": 2}), medido({}, {"version": 2, "situacion": "preliminar"})],
    ),
    "medicion_una_abierta": (
        [
            medido({"etapa": "borrador"}, {"etapa": "borrador", "periodo": "2021"}),
            medido({"etapa": "borrador"}, {"etapa": "descartada"}, {"etapa": "descartada"}),
            medido({"etapa": "borrador"}, {}),
        ],
        [
            medido({"etapa": "borrador"}, {"etapa": "borrador"}),
            medido({"etapa": "borrador"}, {"etapa": "en_revision"}),
            medido({"etapa": "observada"}, {"etapa": "en_revision"}),
        ],
    ),
    "medicion_version_unica": (
        [medido({"etapa": "sustituida"}, {"etapa": "retirada", "version": 2}), medido({}, {"etapa": "borrador"})],
        [medido({"etapa": "sustituida"}, {"etapa": "retirada"}), medido({"etapa": "sustituida"}, {})],
    ),
    "medicion_valor_o_motivo": ([medido({}), medido(SIN_VALOR)], [medido(SIN_NADA), medido(CON_AMBOS)]),
    "medicion_dias": (
        [lambda m: [medicion(m, fin=medicion(m).inicio)]],
        [lambda m: [medicion(m, inicio=medicion(m).fin, fin=medicion(m).inicio)]],
    ),
    "medicion_dominios": (
        [medido({"sexo": "M", "caracter": "referencial", "situacion": "preliminar", "version": 7})],
        [medido({"sexo": "X"}), medido({"caracter": "otro"}), medido({"situacion": "otra"}), medido({"version": 0})],
    ),
    "medicion_etapa_publicacion": (
        [medido({"etapa": etapa}) for etapa in Medicion.Etapa.values],
        [
            *(medido({"etapa": etapa, "publicada_en": AHORA}) for etapa in SIN_PUBLICAR),
            medido({"etapa": "borrador", "sustituida_en": AHORA}),
            medido({"etapa": "publicada", "publicada_en": None}),
            medido({"etapa": "publicada", "sustituida_en": minuto(1)}),
            medido({"etapa": "sustituida", "sustituida_en": None}),
            medido({"etapa": "retirada", "publicada_en": None}),
            medido({"etapa": "inventada", "publicada_en": None}),
        ],
    ),
    "medicion_intervalo": (
        [medido({"etapa": "sustituida"} | INSTANTE)],
        [medido({"etapa": "sustituida"} | ANTES), medido({"etapa": "retirada"} | ANTES)],
    ),
    "medicion_cuatro_ojos": (
        [
            lambda m: [medicion(m, enviada_por=m.aldo)],
            lambda m: [medicion(m, etapa="borrador", enviada_por=m.ana)],
        ],
        [
            lambda m: [medicion(m, publicada_por=m.ana, enviada_por=m.aldo)],
            lambda m: [medicion(m, publicada_por=m.raul, enviada_por=m.raul)],
        ],
    ),
    "ambito_nacional_sin_padre": (
        [ambito("nacional", con_padre=False), ambito("establecimiento", con_padre=True)],
        [ambito("nacional", con_padre=True), ambito("oficina_regional", con_padre=False)],
    ),
    "ambito_nacional_unico": (
        [ambito("oficina_regional", con_padre=True)],
        [lambda m: [Ambito(codigo="PE2", nombre="x", nivel="nacional")]],
    ),
    "indicador_de_objetivo_o_servicio": (
        [indicado(de="objetivo"), indicado(de="servicio")],
        [indicado(de="ambos"), indicado(de="nadie")],
    ),
    "indicador_relevancia_rango": (
        [indicado(relevancia=None), indicado(relevancia=1), indicado(relevancia=3)],
        [indicado(relevancia=0), indicado(relevancia=4)],
    ),
    "indicador_plazo_completo": (
        [indicado(), indicado(dias_de_plazo=90, plazo_desde=date(2026, 1, 1))],
        [indicado(dias_de_plazo=90), indicado(plazo_desde=date(2026, 1, 1))],
    ),
    "indicador_decimales_rango": ([indicado(decimales=0), indicado(decimales=4)], [indicado(decimales=5)]),
    "indicador_sentido_valido": (
        [indicado(sentido=sentido) for sentido in Indicador.Sentido.values],
        [indicado(sentido="lateral"), indicado(sentido="")],
    ),
    "politica_horizonte": ([politica(2020, 2021)], [politica(2020, 2020), politica(2021, 2020)]),
    "hito_orden_unico": (
        [de_politica(Hito, {"orden": 1}, {"orden": 2})],
        [de_politica(Hito, {"orden": 1}, {"orden": 1})],
    ),
    "alternativa_orden_unico": (
        [de_politica(Alternativa, {"orden": 1}, {"orden": 2})],
        [de_politica(Alternativa, {"orden": 1}, {"orden": 1})],
    ),
    "avance_narrativo_unico": (
        [
            de_politica(AvanceNarrativo, AVANCE, AVANCE | {"anio": 2022}),
            de_politica(AvanceNarrativo, AVANCE, AVANCE | {"objetivo": "@otro_objetivo"}),
            de_politica(AvanceNarrativo, AVANCE, AVANCE | {"seccion": "intervenciones"}),
        ],
        [de_politica(AvanceNarrativo, AVANCE, AVANCE)],
    ),
    "avance_narrativo_general_unico": (
        [
            de_politica(AvanceNarrativo, GENERAL, GENERAL | {"anio": 2022}),
            de_politica(AvanceNarrativo, GENERAL, AVANCE),
        ],
        [de_politica(AvanceNarrativo, GENERAL, GENERAL)],
    ),
    "avance_narrativo_seccion_coherente": (
        [de_politica(AvanceNarrativo, GENERAL), de_politica(AvanceNarrativo, AVANCE)],
        [
            de_politica(AvanceNarrativo, GENERAL | {"objetivo": "@objetivo"}),
            de_politica(AvanceNarrativo, AVANCE | {"objetivo": None}),
        ],
    ),
    "participacion_unica": (
        [de_servicio(Participacion, *({"servicio": "@servicio", "entidad": e} for e in ("@entidad", "@otra_entidad")))],
        [de_servicio(Participacion, *({"servicio": "@servicio", "entidad": "@entidad", "rol": r} for r in "ab"))],
    ),
    "documento_titulo_unico": (
        [de_servicio(DocumentoDeProvision, DOCUMENTO, DOCUMENTO | {"titulo": "Directiva"})],
        [de_servicio(DocumentoDeProvision, DOCUMENTO, DOCUMENTO | {"estado": "necesario"})],
    ),
    "intervencion_titulo_unico": (
        [
            de_servicio(Intervencion, INTERVENCION, INTERVENCION | {"anio": 2022}),
            de_servicio(Intervencion, INTERVENCION, INTERVENCION | {"objetivo": "@otro_objetivo"}),
        ],
        [de_servicio(Intervencion, INTERVENCION, INTERVENCION | {"descripcion": "otra"})],
    ),
    "suspension_unica": (
        [
            de_servicio(Suspension, SUSPENSION, SUSPENSION | {"anio": 2022}),
            de_servicio(Suspension, SUSPENSION, SUSPENSION | {"actividad": "Talleres"}),
        ],
        [de_servicio(Suspension, SUSPENSION, SUSPENSION | {"causa": "otra"})],
    ),
}
RESTRICCIONES = {
    restriccion.name: (modelo, restriccion)
    for modelo in apps.get_models()
    if modelo._meta.app_label in PROPIAS
    for restriccion in modelo._meta.constraints
}


def pares(cual: int) -> list[Any]:
    return [
        pytest.param(nombre, fabricador, id=f"{nombre}-{n}")
        for nombre, caso in CASOS.items()
        for n, fabricador in enumerate(caso[cual], 1)
    ]


def test_toda_restriccion_tiene_casos_en_las_dos_direcciones() -> None:
    assert set(CASOS) == set(RESTRICCIONES)
    assert all(admite and rechaza for admite, rechaza in CASOS.values())


@pytest.mark.parametrize(("nombre", "fabricador"), pares(0))
def test_la_base_admite(mundo: Mundo, nombre: str, fabricador: Fabricador) -> None:
    filas = fabricador(mundo)
    modelo = type(filas[0])
    antes = modelo._base_manager.count()
    modelo._base_manager.bulk_create(filas)
    assert modelo._base_manager.count() == antes + len(filas)


@pytest.mark.parametrize(("nombre", "fabricador"), pares(1))
def test_la_base_rechaza(mundo: Mundo, nombre: str, fabricador: Fabricador) -> None:
    filas = fabricador(mundo)
    with pytest.raises(IntegrityError) as choque, transaction.atomic():
        type(filas[0])._base_manager.bulk_create(filas)
    assert culpa_a(choque.value, nombre), str(choque.value)


def test_la_base_rechaza_tambien_un_update(mundo: Mundo) -> None:
    """``update()`` no pasa por ``save()`` ni por los verbos, y la pared sigue ahí."""
    Medicion.objects.bulk_create([medicion(mundo)])
    with pytest.raises(IntegrityError) as choque, transaction.atomic():
        Medicion.objects.update(publicada_por=mundo.ana)
    assert culpa_a(choque.value, "medicion_cuatro_ojos")


def culpa_a(choque: IntegrityError, nombre: str) -> bool:
    """Si el choque es con esa restricción y no con otra; SQLite no nombra las de unicidad, solo sus columnas."""
    modelo, restriccion = RESTRICCIONES[nombre]
    if connection.vendor == "postgresql":
        return choque.__cause__.diag.constraint_name == nombre  # type: ignore[union-attr]
    if not isinstance(restriccion, models.UniqueConstraint):
        return str(choque) == f"CHECK constraint failed: {nombre}"
    columnas = [modelo._meta.get_field(campo).column for campo in restriccion.fields]
    return str(choque) == "UNIQUE constraint failed: " + ", ".join(f"{modelo._meta.db_table}.{c}" for c in columnas)
