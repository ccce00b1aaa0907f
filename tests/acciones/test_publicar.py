"""Publicar, corregir y retirar: qué versión rige, desde cuándo y qué queda en la historia."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from indicadores import acciones
from indicadores.acciones import ConflictoDeEdicion, DatoInvalido, TransicionInvalida
from indicadores.acciones.comun import escritura
from indicadores.models import Medicion
from tests import fabricas
from tests.fabricas import AHORA, minuto

pytestmark = pytest.mark.django_db
ANTES_DEL_CAMBIO = "^El momento de publicación es anterior al del último cambio publicado de este dato\\.$"


def recien_leida(medicion: Medicion) -> Medicion:
    return Medicion.objects.get(pk=medicion.pk)


def rige_en(medicion: Medicion, n: float) -> list[tuple[int, Decimal | None]]:
    """(versión, valor) de lo que rige en el minuto ``n`` para la clave de ``medicion``."""
    vigentes = Medicion.objects.vigentes(minuto(n)).filter(indicador=medicion.indicador, periodo=medicion.periodo)
    return list(vigentes.order_by("version").values_list("version", "valor"))


def test_publicar_pone_a_regir_desde_ese_momento(personas: SimpleNamespace) -> None:
    enviada = fabricas.en_revision(por=personas.analista)
    devuelta = acciones.publicar(enviada, por=personas.revisor, ahora=minuto(5))
    medicion = recien_leida(enviada)
    assert (medicion.etapa, medicion.version, medicion.reservada) == ("publicada", 1, False)
    assert (medicion.publicada_por, medicion.publicada_en) == (personas.revisor, minuto(5))
    assert medicion.sustituida_en is None
    assert (devuelta.pk, devuelta.etapa, devuelta.publicada_en) == (medicion.pk, "publicada", minuto(5))
    assert rige_en(medicion, 4.999) == []
    assert rige_en(medicion, 5) == [(1, Decimal(40))]


def test_publicar_no_exige_aceptar_avisos(personas: SimpleNamespace) -> None:
    publicada = fabricas.publicada(revisor=personas.revisor)
    assert publicada.sucesos.get(accion="publicar").cambios == {"avisos_aceptados": []}


def test_la_correccion_es_un_borrador_que_no_toca_lo_publicado(personas: SimpleNamespace) -> None:
    fuente = fabricas.FuenteFactory()
    vigente = fabricas.publicada(fuente=fuente, situacion="preliminar", notas="n", numerador=4, denominador=10)
    antes = Medicion.objects.filter(pk=vigente.pk).values().get()
    nueva = recien_leida(
        acciones.corregir(vigente, por=personas.analista, valor="41,5", motivo=" Errata ", ahora=minuto(1))
    )
    assert Medicion.objects.filter(pk=vigente.pk).values().get() == antes
    assert (nueva.etapa, nueva.version, nueva.valor) == ("borrador", 2, Decimal("41.5"))
    assert (nueva.corrige, nueva.motivo_cambio, nueva.registrada_por) == (vigente, "Errata", personas.analista)
    assert (nueva.fuente, nueva.situacion, nueva.notas) == (fuente, "preliminar", "n")
    assert [getattr(nueva, campo) for campo in (*Medicion.CLAVE, "inicio", "fin")] == [
        getattr(vigente, campo) for campo in (*Medicion.CLAVE, "inicio", "fin")
    ]
    assert (nueva.numerador, nueva.denominador) == (None, None)
    assert rige_en(vigente, 10) == [(1, Decimal(40))]


def test_corregir_sin_cambiar_el_valor_conserva_las_cantidades(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(valor=None, numerador=4, denominador=10)
    nueva = acciones.corregir(vigente, por=personas.analista, valor="40,0", motivo="x", situacion="preliminar")
    nueva.refresh_from_db()
    assert (nueva.numerador, nueva.denominador, nueva.situacion) == (4, 10, "preliminar")


def test_corregir_con_cantidades_nuevas_calcula_el_valor(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(valor=None, numerador=4, denominador=10)
    nueva = acciones.corregir(
        vigente, por=personas.analista, valor=None, numerador=2, denominador=3, motivo="x", notas="otra"
    )
    nueva.refresh_from_db()
    assert (nueva.valor, nueva.numerador, nueva.denominador) == (Decimal("66.6667"), 2, 3)
    assert nueva.notas == "otra"


def test_corregir_una_ausencia_la_conserva_o_le_pone_valor(personas: SimpleNamespace) -> None:
    ausente = fabricas.publicada(motivo_ausencia="vencido", texto_ausencia="No llegó", fecha_compromiso=fabricas.HOY)
    igual = acciones.corregir(ausente, por=personas.analista, valor=None, motivo="Otra fuente")
    assert (igual.valor, igual.motivo_ausencia, igual.texto_ausencia) == (None, "vencido", "No llegó")
    assert igual.fecha_compromiso == fabricas.HOY
    acciones.descartar(igual, por=personas.analista)
    medida = acciones.corregir(ausente, por=personas.analista, valor="3", motivo="Llegó")
    medida.refresh_from_db()
    assert (medida.valor, medida.motivo_ausencia, medida.texto_ausencia) == (3, "", "")
    assert medida.fecha_compromiso is None


def test_la_correccion_publicada_sustituye_y_la_anterior_sigue_legible(personas: SimpleNamespace) -> None:
    primera = fabricas.publicada(valor="40")
    segunda = fabricas.corregida(primera, valor="41", ahora=minuto(10))
    tercera = fabricas.corregida(segunda, valor="42", ahora=minuto(20))
    filas = Medicion.objects.order_by("version").values_list("version", "etapa", "publicada_en", "sustituida_en")
    assert list(filas) == [
        (1, "sustituida", AHORA, minuto(10)),
        (2, "sustituida", minuto(10), minuto(20)),
        (3, "publicada", minuto(20), None),
    ]
    assert recien_leida(tercera).corrige == segunda
    assert [rige_en(primera, n) for n in (-1, 0, 9.99, 10, 19.99, 20, 99)] == [
        [],
        [(1, Decimal(40))],
        [(1, Decimal(40))],
        [(2, Decimal(41))],
        [(2, Decimal(41))],
        [(3, Decimal(42))],
        [(3, Decimal(42))],
    ]


def test_solo_puede_haber_una_correccion_abierta(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada()
    abierta = acciones.corregir(vigente, por=personas.analista, valor="41", motivo="x")
    with pytest.raises(DatoInvalido, match=r"^Ya hay una medición «borrador» .* registrada por ana: 41"):
        acciones.corregir(vigente, por=personas.otra_analista, valor="42", motivo="x")
    acciones.descartar(abierta, por=personas.analista)
    assert acciones.corregir(vigente, por=personas.otra_analista, valor="42", motivo="x").version == 2


def test_corregir_valida_como_registrar(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada()
    malos: list[tuple[dict[str, Any], str]] = [
        ({"valor": 1.5}, "valor"),
        ({"valor": "101"}, "valor"),
        ({"valor": None}, "valor"),
        ({"valor": "1", "situacion": "otra"}, "situacion"),
        ({"valor": None, "numerador": 3, "denominador": 2}, "numerador"),
    ]
    for campos, campo in malos:
        with pytest.raises(DatoInvalido) as error:
            acciones.corregir(vigente, por=personas.analista, motivo="x", **campos)
        assert error.value.campo == campo
    assert Medicion.objects.count() == 1


def test_publicar_antes_de_la_version_vigente_no(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(ahora=minuto(5))
    with pytest.raises(DatoInvalido, match=ANTES_DEL_CAMBIO):
        fabricas.corregida(vigente, valor="41", ahora=minuto(4))
    assert recien_leida(vigente).etapa == "publicada"
    assert Medicion.objects.get(version=2).etapa == "en_revision"


def test_en_el_mismo_instante_rige_solo_la_ultima() -> None:
    vigente = fabricas.publicada(valor="40")
    fabricas.corregida(vigente, valor="41", ahora=AHORA)
    assert rige_en(vigente, 0) == [(2, Decimal(41))]


def test_no_se_publica_sobre_una_version_que_no_se_leyo(personas: SimpleNamespace) -> None:
    """Solo escribiendo por fuera de los verbos: un borrador que no corrige la que rige."""
    enviada = fabricas.en_revision()
    comunes = {"ambito": enviada.ambito, "registrada_por": personas.analista, "publicada_por": personas.revisor}
    Medicion.objects.bulk_create([fabricas.fila(enviada.indicador, enviada.periodo, valor=Decimal("7.5"), **comunes)])
    frase = "^Mientras tanto se publicó otra versión de este dato \\(7,5\N{NO-BREAK SPACE}%\\)\\. Descarte esta"
    with pytest.raises(TransicionInvalida, match=frase):
        acciones.publicar(enviada, por=personas.revisor)
    assert recien_leida(enviada).etapa == "en_revision"


# Retirar


def test_retirar_quita_de_la_vista_y_deja_en_la_historia(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(valor="40")
    retirada = acciones.retirar(vigente, por=personas.revisor, motivo="Sin sustento", ahora=minuto(10))
    assert (retirada.etapa, retirada.sustituida_en, retirada.valor) == ("retirada", minuto(10), Decimal(40))
    assert [rige_en(vigente, n) for n in (0, 9.99, 10)] == [[(1, Decimal(40))], [(1, Decimal(40))], []]


def test_no_se_retira_antes_de_publicar(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(ahora=minuto(5))
    with pytest.raises(DatoInvalido, match=r"^No se puede retirar una cifra antes de su publicación\.$"):
        acciones.retirar(vigente, por=personas.revisor, motivo="x", ahora=minuto(4))
    assert recien_leida(vigente).etapa == "publicada"
    assert acciones.retirar(vigente, por=personas.revisor, motivo="x", ahora=minuto(5)).etapa == "retirada"


def test_tras_retirar_se_registra_de_nuevo_y_la_version_continua(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(valor="40")
    acciones.retirar(vigente, por=personas.revisor, motivo="x", ahora=minuto(10))
    nueva = fabricas.publicada(indicador=vigente.indicador, valor="50", ahora=minuto(20))
    assert nueva.version == 2
    assert [rige_en(vigente, n) for n in (9, 15, 20)] == [[(1, Decimal(40))], [], [(2, Decimal(50))]]


def test_tras_retirar_no_se_publica_dentro_de_lo_que_ya_rigio(personas: SimpleNamespace) -> None:
    """Si no, en ese intervalo regirían dos versiones a la vez."""
    vigente = fabricas.publicada()
    acciones.retirar(vigente, por=personas.revisor, motivo="x", ahora=minuto(10))
    with pytest.raises(DatoInvalido, match=ANTES_DEL_CAMBIO):
        fabricas.publicada(indicador=vigente.indicador, ahora=minuto(9))
    assert rige_en(vigente, 9.5) == [(1, Decimal(40))]


def test_la_correccion_de_una_cifra_retirada_entretanto_se_publica_sin_sustituir(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(valor="40")
    nueva = acciones.corregir(vigente, por=personas.analista, valor="41", motivo="x", ahora=minuto(1))
    acciones.retirar(vigente, por=personas.revisor, motivo="x", ahora=minuto(2))
    acciones.enviar(nueva, por=personas.analista, ahora=minuto(3))
    acciones.publicar(nueva, por=personas.revisor, ahora=minuto(4))
    assert recien_leida(vigente).etapa == "retirada"
    assert [rige_en(vigente, n) for n in (1, 3, 4)] == [[(1, Decimal(40))], [], [(2, Decimal(41))]]


# Lotes


def test_un_lote_se_publica_entero_en_el_mismo_momento(personas: SimpleNamespace) -> None:
    enviadas = [fabricas.en_revision(por=personas.analista) for _ in range(3)]
    publicadas = acciones.publicar_lote(iter(enviadas), por=personas.revisor, avisos_aceptados={"a"}, ahora=minuto(1))
    assert [m.pk for m in publicadas] == [m.pk for m in enviadas]
    assert set(Medicion.objects.values_list("etapa", "publicada_en")) == {("publicada", minuto(1))}
    assert [m.sucesos.filter(accion="publicar", cambios={"avisos_aceptados": ["a"]}).count() for m in enviadas] == [
        1
    ] * 3


def test_un_lote_con_una_que_no_puede_no_publica_ninguna(personas: SimpleNamespace) -> None:
    enviada, borrador = fabricas.en_revision(por=personas.analista), fabricas.borrador(por=personas.analista)
    with pytest.raises(TransicionInvalida, match="La medición está «borrador» y no puede ser publicada"):
        acciones.publicar_lote([enviada, borrador], por=personas.revisor)
    assert recien_leida(enviada).etapa == "en_revision"
    assert not enviada.sucesos.filter(accion="publicar").exists()


def test_un_lote_con_la_misma_dos_veces_no_se_publica(personas: SimpleNamespace) -> None:
    enviada = fabricas.en_revision(por=personas.analista)
    with pytest.raises(TransicionInvalida, match="La medición está «publicada»"):
        acciones.publicar_lote([enviada, enviada], por=personas.revisor)
    assert recien_leida(enviada).etapa == "en_revision"


def test_un_lote_vacio_no_hace_nada(personas: SimpleNamespace) -> None:
    assert acciones.publicar_lote([], por=personas.revisor) == []


# Choques con la base


@pytest.mark.parametrize(
    ("cambio", "frase"),
    [
        ({"fin": "2019-01-01"}, "El último día del periodo no puede ser anterior al primero."),
        ({"version": 0}, "El sexo, el carácter, la situación o la versión no son válidos."),
    ],
)
def test_el_choque_con_una_restriccion_se_explica_con_su_frase(cambio: dict[str, Any], frase: str) -> None:
    medicion = fabricas.borrador()
    with pytest.raises(ConflictoDeEdicion) as error, escritura(Medicion):
        Medicion.objects.filter(pk=medicion.pk).update(**cambio)
    assert str(error.value) == frase


def test_el_choque_sin_nombre_pide_volver_a_cargar() -> None:
    fuente, otra = fabricas.FuenteFactory(), fabricas.FuenteFactory()
    frase = "^Otra persona acaba de guardar un cambio sobre lo mismo"
    with pytest.raises(ConflictoDeEdicion, match=frase), escritura(Medicion):
        type(otra).objects.filter(pk=otra.pk).update(codigo=fuente.codigo)
    otra.refresh_from_db()
    assert otra.codigo != fuente.codigo
