"""La vida de una medición: cada verbo en cada etapa, admitido o rechazado, y la constancia que deja."""

import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from indicadores import acciones
from indicadores.acciones import TRANSICIONES, ConflictoDeEdicion, DatoInvalido, TransicionInvalida
from indicadores.models import Medicion, Suceso
from tests import fabricas
from tests.acciones.test_permisos import pedir
from tests.fabricas import AHORA, minuto

pytestmark = pytest.mark.django_db
Etapa = Medicion.Etapa

#: Escrita de nuevo, no leída de TRANSICIONES: verbo -> etapas de partida y etapa de llegada.
VIDA = {
    "modificar": ({"borrador", "observada"}, "borrador"),
    "descartar": ({"borrador", "observada"}, "descartada"),
    "enviar": ({"borrador"}, "en_revision"),
    "observar": ({"en_revision"}, "observada"),
    "publicar": ({"en_revision"}, "publicada"),
    "corregir": ({"publicada"}, "publicada"),
    "retirar": ({"publicada"}, "retirada"),
}
PARTICIPIO = {
    "modificar": "modificada",
    "descartar": "descartada",
    "enviar": "enviada a revisión",
    "observar": "observada",
    "publicar": "publicada",
    "corregir": "corregida",
    "retirar": "retirada",
}


def test_las_transiciones_son_estas() -> None:
    assert {verbo: (set(t.desde), t.hacia) for verbo, t in TRANSICIONES.items()} == VIDA


@pytest.mark.parametrize("etapa", Etapa.values)
@pytest.mark.parametrize("verbo", TRANSICIONES)
def test_cada_verbo_en_cada_etapa(personas: SimpleNamespace, verbo: str, etapa: str) -> None:
    medicion = fabricas.en_etapa(etapa)
    antes = Medicion.objects.filter(pk=medicion.pk).values().get()
    cuantos = medicion.sucesos.count()
    desde, hacia = VIDA[verbo]
    if etapa in desde:
        resultado = pedir(verbo, medicion, personas.superusuario)
        assert Medicion.objects.get(pk=medicion.pk).etapa == hacia
        assert resultado.sucesos.get(accion=verbo).por == personas.superusuario
        return
    nombre = Etapa(etapa).label
    admitidas = " o ".join(f"«{e.label}»" for e in Etapa if e in desde)
    frase = f"La medición está «{nombre}» y no puede ser {PARTICIPIO[verbo]}: su etapa debe ser {admitidas}."
    with pytest.raises(TransicionInvalida, match=f"^{re.escape(frase)}"):
        pedir(verbo, medicion, personas.superusuario)
    assert Medicion.objects.filter(pk=medicion.pk).values().get() == antes
    assert medicion.sucesos.count() == cuantos


def sucesos(medicion: Medicion) -> list[tuple[str, Any, Any]]:
    return list(medicion.sucesos.order_by("id").values_list("accion", "por", "en"))


def test_cada_escritura_deja_un_suceso_con_quien_y_cuando(personas: SimpleNamespace) -> None:
    ana, alba, raul = personas.analista, personas.otra_analista, personas.revisor
    medicion = fabricas.borrador(por=ana, ahora=minuto(0))
    acciones.modificar(medicion, por=alba, testigo=1, valor="41", ahora=minuto(1))
    acciones.enviar(medicion, por=ana, ahora=minuto(2))
    acciones.observar(medicion, por=raul, motivo=" Falta la página ", ahora=minuto(3))
    acciones.modificar(medicion, por=ana, testigo=4, notas="p. 8", ahora=minuto(4))
    acciones.enviar(medicion, por=ana, ahora=minuto(5))
    acciones.publicar(medicion, por=raul, avisos_aceptados=["se_repite", "atipico"], ahora=minuto(6))
    nueva = acciones.corregir(medicion, por=alba, valor="42", motivo="Errata", ahora=minuto(7))
    acciones.enviar(nueva, por=alba, ahora=minuto(8))
    acciones.publicar(nueva, por=raul, ahora=minuto(9))
    acciones.retirar(nueva, por=raul, motivo="Sin sustento", ahora=minuto(10))
    assert sucesos(medicion) == [
        ("registrar", ana.pk, minuto(0)),
        ("modificar", alba.pk, minuto(1)),
        ("enviar", ana.pk, minuto(2)),
        ("observar", raul.pk, minuto(3)),
        ("modificar", ana.pk, minuto(4)),
        ("enviar", ana.pk, minuto(5)),
        ("publicar", raul.pk, minuto(6)),
        ("sustituir", raul.pk, minuto(9)),
    ]
    assert sucesos(nueva) == [
        ("corregir", alba.pk, minuto(7)),
        ("enviar", alba.pk, minuto(8)),
        ("publicar", raul.pk, minuto(9)),
        ("retirar", raul.pk, minuto(10)),
    ]
    assert dict(Suceso.objects.exclude(motivo="").values_list("accion", "motivo")) == {
        "observar": "Falta la página",
        "corregir": "Errata",
        "retirar": "Sin sustento",
    }
    primero, segundo = medicion.sucesos.filter(accion="modificar").order_by("id")
    assert primero.cambios == {"valor": ["40.0000", "41"]}
    assert segundo.cambios == {"notas": ["", "p. 8"]}
    assert medicion.sucesos.get(accion="publicar").cambios == {"avisos_aceptados": ["atipico", "se_repite"]}


@pytest.mark.parametrize("motivo", ["", "   ", "\n"])
@pytest.mark.parametrize(
    ("verbo", "etapa", "para"),
    [
        ("observar", "en_revision", "observar la medición"),
        ("corregir", "publicada", "corregir una cifra publicada"),
        ("retirar", "publicada", "retirar una cifra publicada"),
    ],
)
def test_observar_corregir_y_retirar_exigen_un_motivo(
    personas: SimpleNamespace, verbo: str, etapa: str, para: str, motivo: str
) -> None:
    medicion = fabricas.en_etapa(etapa)
    campos = {"valor": "41"} if verbo == "corregir" else {}
    frase = f"^Escriba el motivo para {para}: quedará en el historial\\.$"
    with pytest.raises(DatoInvalido, match=frase) as error:
        getattr(acciones, verbo)(medicion, por=personas.superusuario, motivo=motivo, **campos)
    assert error.value.campo == "motivo"
    assert Medicion.objects.get(pk=medicion.pk).etapa == etapa


# Modificar


def test_modificar_cambia_lo_pedido_y_nada_mas(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(numerador=4, denominador=10, notas="n")
    antes = Medicion.objects.filter(pk=medicion.pk).values().get()
    acciones.modificar(medicion, por=personas.analista, testigo=1, situacion="preliminar", ahora=minuto(1))
    despues = Medicion.objects.filter(pk=medicion.pk).values().get()
    assert despues == antes | {"situacion": "preliminar", "testigo": 2}


def test_con_un_testigo_viejo_no_se_escribe_y_se_dice_quien_y_que(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    acciones.modificar(medicion, por=personas.analista, testigo=1, valor="41,5", ahora=minuto(1))
    frase = "^ana cambió esta medición mientras usted la editaba: ahora dice 41,5\N{NO-BREAK SPACE}%\\. Lo que usted"
    with pytest.raises(ConflictoDeEdicion, match=frase):
        acciones.modificar(medicion, por=personas.otra_analista, testigo=1, valor="43", ahora=minuto(2))
    en_base = Medicion.objects.get(pk=medicion.pk)
    assert (en_base.valor, en_base.testigo, en_base.sucesos.count()) == (Decimal("41.5"), 2, 2)


def test_el_conflicto_describe_una_ausencia(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(motivo_ausencia="no_medido")
    with pytest.raises(ConflictoDeEdicion, match="ahora dice sin valor: todavía no se ha medido"):
        acciones.modificar(medicion, por=personas.analista, testigo=9, valor="1")


def test_todo_paso_renueva_el_testigo(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    testigos = [medicion.testigo]
    testigos.append(acciones.enviar(medicion, por=personas.analista).testigo)
    testigos.append(acciones.observar(medicion, por=personas.revisor, motivo="x").testigo)
    testigos.append(acciones.modificar(medicion, por=personas.analista, testigo=3, notas="x").testigo)
    assert testigos == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "campo", ["indicador", "periodo", "ambito", "sexo", "caracter", "etapa", "version", "reservada"]
)
@pytest.mark.parametrize("verbo", ["modificar", "corregir"])
def test_la_clave_y_lo_interno_no_se_cambian(personas: SimpleNamespace, verbo: str, campo: str) -> None:
    medicion = fabricas.en_etapa("borrador" if verbo == "modificar" else "publicada")
    fijos: dict[str, Any] = {"testigo": 1} if verbo == "modificar" else {"valor": "1", "motivo": "x"}
    with pytest.raises(DatoInvalido, match=f"^No se puede cambiar {campo} "):
        getattr(acciones, verbo)(medicion, por=personas.analista, **fijos, **{campo: "x"})


def test_poner_un_valor_quita_la_ausencia_declarada(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(
        motivo_ausencia="vencido", texto_ausencia="No llegó", fecha_compromiso=fabricas.HOY, valor=None
    )
    cambiada = acciones.modificar(medicion, por=personas.analista, testigo=1, valor="12,5")
    cambiada.refresh_from_db()
    assert (str(cambiada.valor), cambiada.motivo_ausencia) == ("12.5000", "")
    assert (cambiada.texto_ausencia, cambiada.fecha_compromiso) == ("", None)


def test_declarar_la_ausencia_quita_el_valor(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    cambiada = acciones.modificar(medicion, por=personas.analista, testigo=1, valor=None, motivo_ausencia="vencido")
    cambiada.refresh_from_db()
    assert (cambiada.valor, cambiada.motivo_ausencia) == (None, "vencido")


def test_modificar_valida_como_registrar(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    for campos, campo in (
        ({"valor": "101"}, "valor"),
        ({"valor": 1.5}, "valor"),
        ({"valor": None}, "valor"),
        ({"numerador": 3, "denominador": 2}, "numerador"),
        ({"situacion": "otra"}, "situacion"),
    ):
        with pytest.raises(DatoInvalido) as error:
            acciones.modificar(medicion, por=personas.analista, testigo=1, **campos)
        assert error.value.campo == campo
    assert medicion.sucesos.count() == 1


# Descartar y enviar


@pytest.mark.parametrize("etapa", ["borrador", "observada"])
def test_descartar_deja_libre_el_lugar_y_conserva_la_historia(personas: SimpleNamespace, etapa: str) -> None:
    apartada = fabricas.en_etapa(etapa)
    acciones.descartar(apartada, por=personas.analista)
    otra = fabricas.borrador(indicador=apartada.indicador, periodo=apartada.periodo, valor="50")
    assert otra.version == 1
    assert Medicion.objects.get(pk=apartada.pk).sucesos.filter(accion="descartar").exists()
    assert Medicion.objects.count() == 2


def test_enviar_exige_fuente(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(fuente=None)
    with pytest.raises(DatoInvalido, match=r"^Indique la fuente de la cifra antes de enviarla a revisión\.$") as error:
        acciones.enviar(medicion, por=personas.analista)
    assert error.value.campo == "fuente"
    acciones.modificar(medicion, por=personas.analista, testigo=1, fuente=fabricas.FuenteFactory())
    enviada = acciones.enviar(medicion, por=personas.otra_analista, ahora=AHORA)
    assert (enviada.etapa, enviada.enviada_por) == ("en_revision", personas.otra_analista)


def test_modificar_solo_el_valor_suelta_las_cantidades_que_daban_otro(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(por=personas.analista, valor=None, numerador=1, denominador=3)
    igual = acciones.modificar(medicion, por=personas.analista, testigo=1, valor="33,3333")
    assert (igual.numerador, igual.denominador) == (1, 3)
    otro = acciones.modificar(medicion, por=personas.analista, testigo=2, valor="40")
    assert (otro.valor, otro.numerador, otro.denominador) == (Decimal(40), None, None)


def test_modificar_solo_las_cantidades_calcula_otra_vez_el_porcentaje(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(por=personas.analista, valor=None, numerador=1, denominador=4)
    otra = acciones.modificar(medicion, por=personas.analista, testigo=1, numerador=3)
    assert (otra.valor, otra.numerador, otra.denominador) == (Decimal(75), 3, 4)


def test_corregir_una_ausencia_con_cantidades_le_pone_el_valor_que_dan(personas: SimpleNamespace) -> None:
    ausente = fabricas.publicada(por=personas.analista, motivo_ausencia="no_medido")
    nueva = acciones.corregir(
        ausente, por=personas.analista, valor=None, motivo="Llegó el dato", numerador=1, denominador=2
    )
    assert (nueva.valor, nueva.motivo_ausencia) == (Decimal(50), "")
