"""De filas a hechos: qué se lee a un corte y a una fecha, en cuántas consultas y qué nunca sale."""

from datetime import date
from decimal import Decimal
from itertools import islice, product
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores import acciones, lectura
from indicadores.calculo.tipos import EstadoIndicador, Motivo, Semaforo, Sexo
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.fabricas import AHORA, HOY, minuto

pytestmark = pytest.mark.django_db
FIN_DE_2021 = date(2021, 12, 31)


def leer(*indicadores: Indicador, corte: date = FIN_DE_2021, en: float = 60) -> list[lectura.IndicadorLeido]:
    return lectura.leer_indicadores(list(indicadores), corte=corte, a_la_fecha=minuto(en))


def uno(indicador: Indicador, **mirada: Any) -> lectura.IndicadorLeido:
    (leido,) = leer(indicador, **mirada)
    return leido


# Corte y fecha


def test_del_corte_solo_se_ven_los_periodos_terminados() -> None:
    medicion = fabricas.publicada(periodo="2021-03", valor="35")
    vistos = [
        uno(medicion.indicador, corte=corte).evaluacion.ultima for corte in (date(2021, 3, 30), date(2021, 3, 31), HOY)
    ]
    assert [visto and visto.valor for visto in vistos] == [None, 35, 35]


def test_de_la_fecha_solo_se_ve_lo_publicado_entonces(personas: SimpleNamespace) -> None:
    primera = fabricas.publicada(periodo="2021", valor="35", ahora=minuto(10))
    segunda = fabricas.corregida(primera, valor="36", ahora=minuto(20))
    acciones.retirar(segunda, por=personas.revisor, motivo="x", ahora=minuto(30))
    momentos = (9.99, 10, 19.99, 20, 29.99, 30)
    ultimas = [uno(primera.indicador, en=n).evaluacion.ultima for n in momentos]
    assert [u and (u.version, u.valor) for u in ultimas] == [None, (1, 35), (1, 35), (2, 36), (2, 36), None]


def test_base_logros_y_umbrales_tambien_son_los_de_la_fecha(personas: SimpleNamespace) -> None:
    indicador = fabricas.publicada(periodo="2021", valor="30").indicador
    for n, (base, logro) in enumerate((("10", "40"), ("20", "50"))):
        fabricas.linea_base(indicador, base, ahora=minuto(n))
        fabricas.logro(indicador, logro, ahora=minuto(n))
    acciones.fijar_umbrales(
        por=personas.administrador, verde=Decimal(60), amarillo=Decimal(50), motivo="x", ahora=minuto(2)
    )
    avances = [uno(indicador, en=n).evaluacion.avance for n in (0, 1, 2)]
    assert [(float(a.tipo_i), round(float(a.tipo_ii), 2), a.semaforo) for a in avances] == [  # type: ignore[arg-type]
        (75.0, 66.67, Semaforo.AMARILLO),
        (60.0, 33.33, Semaforo.ROJO),
        (60.0, 33.33, Semaforo.VERDE),
    ]
    assert (uno(indicador, en=-1).evaluacion.linea_base, uno(indicador, en=-1).evaluacion.logros) == (None, ())


def test_sin_umbrales_fijados_rigen_los_del_metodo() -> None:
    umbrales = lectura.leer_umbrales(AHORA)
    assert (umbrales.verde, umbrales.amarillo) == (95, 75)


@pytest.mark.parametrize("etapa", ["borrador", "en_revision", "observada", "descartada", "retirada"])
def test_lo_no_publicado_no_se_lee(etapa: str) -> None:
    medicion = fabricas.en_etapa(etapa, periodo="2021")
    evaluacion = uno(medicion.indicador).evaluacion
    assert (evaluacion.ultima, evaluacion.estado) == (None, EstadoIndicador.SIN_MEDICION)
    assert lectura.leer_serie(medicion.indicador, corte=HOY, a_la_fecha=minuto(60)) == []


@pytest.mark.parametrize("distinta", [{"caracter": "referencial"}, {"sexo": "H"}, {"ambito": "oficina"}], ids=str)
def test_en_un_avance_solo_entra_lo_oficial_nacional_y_total(distinta: dict[str, Any]) -> None:
    if "ambito" in distinta:
        distinta = {"ambito": fabricas.OficinaFactory()}
    medicion = fabricas.publicada(periodo="2021", **distinta)
    assert uno(medicion.indicador).evaluacion.ultima is None


def test_una_ausencia_oficial_conserva_su_razon() -> None:
    medicion = fabricas.publicada(
        periodo="2021", motivo_ausencia="vencido", texto_ausencia="No llegó", fecha_compromiso=date(2023, 1, 1)
    )
    leido = uno(medicion.indicador)
    ausencia = leido.evaluacion.ausencia
    assert ausencia is not None
    assert (ausencia.motivo, ausencia.texto, ausencia.fecha_compromiso) == (
        Motivo.VENCIDO,
        "No llegó",
        date(2023, 1, 1),
    )
    assert leido.evaluacion.avance.motivo is Motivo.SIN_MEDICION
    (dato,) = lectura.leer_serie(medicion.indicador, corte=HOY, a_la_fecha=minuto(60))
    assert (dato.valor, dato.ausencia) == (None, ausencia)


def test_actualizado_es_la_ultima_cifra_a_la_vista() -> None:
    indicador = fabricas.publicada(periodo="2020", ahora=minuto(1)).indicador
    fabricas.logro(indicador, "50", ahora=minuto(3))
    fabricas.publicada(indicador=indicador, periodo="2021", ahora=minuto(5))
    assert uno(indicador).actualizado_en == minuto(5)
    assert uno(indicador, corte=date(2020, 12, 31)).actualizado_en == minuto(3)
    assert uno(indicador, en=2).actualizado_en == minuto(1)
    assert uno(indicador, en=0).actualizado_en is None


def test_cada_indicador_recibe_lo_suyo_y_en_su_orden() -> None:
    una, otra = fabricas.publicada(periodo="2021", valor="1"), fabricas.publicada(periodo="2021", valor="2")
    leidos = leer(otra.indicador, una.indicador)
    assert [(leido.indicador, leido.evaluacion.ultima.valor) for leido in leidos] == [  # type: ignore[union-attr]
        (otra.indicador, 2),
        (una.indicador, 1),
    ]


# Series, versiones y publicaciones


def test_la_serie_trae_lo_oficial_y_lo_referencial_del_mas_antiguo_al_mas_nuevo() -> None:
    indicador = fabricas.publicada(periodo="2021").indicador
    fabricas.publicada(indicador=indicador, periodo="2020", caracter="referencial", valor="7")
    fabricas.publicada(indicador=indicador, periodo="2019", sexo="M")
    fabricas.publicada(indicador=indicador, periodo="2018", ambito=fabricas.OficinaFactory())
    serie = lectura.leer_serie(indicador, corte=FIN_DE_2021, a_la_fecha=minuto(60))
    assert [(dato.periodo.texto, dato.caracter.value) for dato in serie] == [
        ("2020", "referencial"),
        ("2021", "oficial"),
    ]


def test_las_versiones_se_leen_todas_y_ninguna_sabe_lo_que_paso_despues(personas: SimpleNamespace) -> None:
    primera = fabricas.publicada(periodo="2021", valor="35", ahora=minuto(10))
    segunda = fabricas.corregida(primera, valor="36", ahora=minuto(20))
    acciones.retirar(segunda, por=personas.revisor, motivo="x", ahora=minuto(30))

    def versiones(en: float) -> list[tuple[int, Any]]:
        leidas = lectura.leer_versiones(primera.indicador, corte=HOY, a_la_fecha=minuto(en))
        return [(dato.version, dato.sustituida_en) for dato in leidas]

    assert versiones(30) == [(2, minuto(30)), (1, minuto(20))]
    assert versiones(25) == [(2, None), (1, minuto(20))]
    assert versiones(15) == [(1, None)]
    assert versiones(5) == []


def test_la_ultima_publicacion_es_la_que_ya_habia_a_la_fecha() -> None:
    for n in range(4):
        fabricas.publicada(periodo="2020", ahora=minuto(n))
    assert lectura.ultima_publicacion(minuto(2)) == minuto(2)
    assert lectura.ultima_publicacion(minuto(-1)) is None


# Lo reservado


@pytest.fixture
def reservada() -> Medicion:
    penal = fabricas.EstablecimientoFactory()
    return fabricas.publicada(periodo="2021", ambito=penal, valor=None, numerador=3, denominador=7)


def test_una_celda_reservada_no_lleva_ninguna_cifra(reservada: Medicion) -> None:
    ((clave, dato),) = lectura.leer_datos(Medicion.objects.vigentes(minuto(60)))
    assert clave == reservada.indicador_id
    assert (dato.valor, dato.numerador, dato.denominador) == (None, None, None)
    assert dato.ausencia is not None
    assert (dato.ausencia.motivo, dato.ausencia.texto) == (Motivo.POCAS_PERSONAS, "")
    fila = Medicion.objects.filter(pk=reservada.pk).values(*lectura.CAMPOS_DE_DATO).get()
    assert (fila["numerador"], fila["denominador"]) == (3, 7)
    assert lectura.dato_de_fila(fila) == dato


def test_una_ausencia_reservada_calla_tambien_su_motivo() -> None:
    """Que una celda «no aplica» dice que son cero personas: si se reserva, es justamente para callarlo."""
    medicion = fabricas.publicada(periodo="2021", motivo_ausencia="no_aplica", texto_ausencia="0", denominador=0)
    Medicion.objects.filter(pk=medicion.pk).update(reservada=True)
    ((_, dato),) = lectura.leer_datos(Medicion.objects.vigentes(minuto(60)))
    assert dato.ausencia is not None
    assert (dato.ausencia.motivo, dato.ausencia.texto, dato.denominador) == (Motivo.POCAS_PERSONAS, "", None)


def test_la_desagregacion_es_del_ultimo_periodo_que_la_tiene() -> None:
    _, _, (a, b) = fabricas.arbol(2)
    indicador = fabricas.publicada(periodo="2021", valor="1").indicador
    comunes: dict[str, Any] = {"indicador": indicador, "valor": None}
    fabricas.publicada(ambito=a, periodo="2019", numerador=10, denominador=20, **comunes)
    fabricas.publicada(ambito=b, periodo="2020", numerador=30, denominador=40, **comunes)
    fabricas.publicada(ambito=a, periodo="2020", sexo="H", numerador=1, denominador=50, **comunes)
    fabricas.publicada(ambito=a, periodo="2020", sexo="H", caracter="referencial", valor="99", indicador=indicador)
    leida = lectura.leer_desagregacion(indicador, corte=HOY, a_la_fecha=minuto(60))
    assert leida.periodo is not None
    assert leida.periodo.texto == "2020"
    assert [(f.ambito, {s: d.valor for s, d in f.por_sexo.items()}) for f in leida.filas] == [
        (a, {Sexo.HOMBRES: 2}),
        (b, {Sexo.TOTAL: 75}),
    ]
    antes = lectura.leer_desagregacion(indicador, corte=date(2019, 12, 31), a_la_fecha=minuto(60))
    assert [f.ambito for f in antes.filas] == [a]


def test_sin_desagregacion_no_hay_filas() -> None:
    vacia = lectura.leer_desagregacion(fabricas.publicada().indicador, corte=HOY, a_la_fecha=minuto(60))
    assert vacia == lectura.Desagregacion(periodo=None, filas=())


def test_la_celda_reservada_sale_reservada_en_la_desagregacion(reservada: Medicion) -> None:
    leida = lectura.leer_desagregacion(reservada.indicador, corte=HOY, a_la_fecha=minuto(60))
    (fila,) = leida.filas
    dato = fila.por_sexo[Sexo.TOTAL]
    assert (dato.valor, dato.numerador, dato.denominador) == (None, None, None)


# Consultas


def crear_indicadores(cuantos: int) -> list[Indicador]:
    objetivo = fabricas.ObjetivoFactory()
    return Indicador.objects.bulk_create(fabricas.IndicadorFactory.build_batch(cuantos, objetivo=objetivo))


def llenar(indicadores: list[Indicador], cuantas: int) -> None:
    """Deja ``cuantas`` mediciones publicadas: nacionales y por penal y sexo, de todos los meses de tres años."""
    ana, raul = fabricas.persona(), fabricas.persona()
    ambitos = [fabricas.AmbitoFactory(), *fabricas.arbol(7)[2]]
    periodos = [f"{anio}-{mes:02}" for anio in (2019, 2020, 2021) for mes in range(1, 13)]
    claves = product(periodos, ambitos, "THM", indicadores)
    Medicion.objects.bulk_create(
        (
            fabricas.fila(i, periodo, ambito=ambito, sexo=sexo, registrada_por=ana, publicada_por=raul)
            for periodo, ambito, sexo, i in islice(claves, cuantas)
        ),
        batch_size=500,
    )


def consultas(que: Any) -> int:
    with CaptureQueriesContext(connection) as capturadas:
        que()
    return len(capturadas)


def leer_todo() -> Any:
    return lectura.leer_indicadores(lectura.catalogo(), corte=FIN_DE_2021, a_la_fecha=minuto(60))


@pytest.mark.parametrize("cuantos", [3, 300])
def test_las_consultas_son_cinco_sean_cuantos_sean_los_indicadores(cuantos: int) -> None:
    llenar(crear_indicadores(cuantos), 3 * cuantos)
    with CaptureQueriesContext(connection) as capturadas:
        leidos = leer_todo()
        assert all(str(leido.indicador.objetivo) for leido in leidos)
    assert len(leidos) == cuantos
    assert len(capturadas) == 5


@pytest.mark.parametrize("cuantas", [100, 20_000])
def test_las_consultas_son_las_mismas_sean_cuantas_sean_las_mediciones(cuantas: int) -> None:
    indicadores = crear_indicadores(50)
    llenar(indicadores, cuantas)
    assert Medicion.objects.count() == cuantas
    mirada: dict[str, Any] = {"corte": FIN_DE_2021, "a_la_fecha": minuto(60)}
    assert consultas(leer_todo) == 5
    assert consultas(lambda: lectura.leer_serie(indicadores[0], **mirada)) == 1
    assert consultas(lambda: lectura.leer_versiones(indicadores[0], **mirada)) == 1
    assert consultas(lambda: lectura.ultima_publicacion(minuto(60))) == 1
    assert consultas(lambda: [f.ambito.padre for f in lectura.leer_desagregacion(indicadores[0], **mirada).filas]) <= 3


def test_cien_mil_versiones_pasadas_no_cambian_lo_que_se_lee_ni_lo_encarecen() -> None:
    medicion = fabricas.publicada(periodo="2021", valor="35", ahora=minuto(1))
    antes, costo = uno(medicion.indicador), consultas(leer_todo)
    multiplicar(medicion, 100_000)
    assert Medicion.objects.count() == 100_001
    assert uno(medicion.indicador) == antes
    assert consultas(leer_todo) == costo
    assert lectura.leer_serie(medicion.indicador, corte=HOY, a_la_fecha=minuto(60)) == [antes.evaluacion.ultima]


def multiplicar(medicion: Medicion, cuantas: int) -> None:
    """Inserta ``cuantas`` versiones sustituidas en el mismo instante, antes de que ``medicion`` se publicara."""
    columnas = [campo.column for campo in Medicion._meta.concrete_fields if not campo.primary_key]
    cambiadas = {"version": "n.i", "etapa": "'sustituida'", "publicada_en": "%s", "sustituida_en": "%s"}
    elegidas = ", ".join(cambiadas.get(columna, f"m.{columna}") for columna in columnas)
    momentos = ["publicada_en", "sustituida_en"]
    assert [columna for columna in columnas if columna in momentos] == momentos
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO indicadores_medicion ({', '.join(columnas)}) "
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= %s) "
            f"SELECT {elegidas} FROM indicadores_medicion m, n WHERE m.id = %s",
            [cuantas, AHORA, AHORA, medicion.pk],
        )
