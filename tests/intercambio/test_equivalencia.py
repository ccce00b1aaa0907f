"""Anotar un lote da lo mismo que llamar a los verbos fila por fila: las mismas cifras, los mismos sucesos."""

from contextlib import suppress
from typing import Any

from django.db import transaction
from hypothesis import given
from hypothesis import settings as ajustes
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from indicadores import acciones
from indicadores.acciones.anotar import Estado, Propuesta, anotar_tanda, decidir, estados_de
from indicadores.calculo.tipos import Periodo
from indicadores.errores import ErrorDelDominio
from indicadores.models import Lote, Medicion, Suceso
from indicadores.permisos import Rol
from tests.fabricas import AHORA, AmbitoFactory, FuenteFactory, IndicadorFactory, minuto, persona

VALORES = st.one_of(st.none(), st.decimals(min_value=-5, max_value=105, places=1, allow_nan=False))
CUENTAS = st.one_of(st.none(), st.integers(-1, 12))
FILA = st.fixed_dictionaries(
    {
        "periodo": st.sampled_from(["2018", "2019", "2020"]),
        "valor": VALORES,
        "numerador": CUENTAS,
        "denominador": CUENTAS,
        "motivo_ausencia": st.sampled_from(["", "", "", "no_medido", "inventado"]),
        "situacion": st.sampled_from(["definitiva", "preliminar"]),
        "notas": st.sampled_from(["", "una nota"]),
    }
)
COMPARADOS = (
    "periodo",
    "valor",
    "numerador",
    "denominador",
    "motivo_ausencia",
    "situacion",
    "notas",
    "version",
    "etapa",
)


class Equivalencia(TestCase):
    @ajustes(max_examples=40, deadline=None)
    @given(previas=st.lists(FILA, max_size=3), filas=st.lists(FILA, min_size=1, max_size=3))
    def test_en_bloque_y_fila_por_fila(self, previas: list[Any], filas: list[Any]) -> None:
        nacional = AmbitoFactory()
        por, revisor = persona(Rol.ANALISTA), persona(Rol.REVISOR)
        uno, otro = IndicadorFactory(), IndicadorFactory()
        for indicador in (uno, otro):
            for indice, previa in enumerate(previas):
                try:
                    medicion = acciones.registrar(por=por, indicador=indicador, ahora=AHORA, **previa)
                except ErrorDelDominio:
                    continue
                if indice % 2 == 0:
                    # Lo que la propia cifra contradice no se publica: queda en borrador, en los dos indicadores.
                    with suppress(ErrorDelDominio), transaction.atomic():
                        publicar(medicion, revisor)
        sin_repetir = {fila["periodo"]: fila for fila in filas}
        rechazadas = [p for p, fila in sin_repetir.items() if not por_el_verbo(uno, fila, por)]
        propuestas = []
        en_bloque_rechazadas = []
        for periodo, fila in sin_repetir.items():
            campos = {campo: dato for campo, dato in fila.items() if campo != "periodo"}
            propuesta = Propuesta(otro, Periodo.leer(periodo), nacional, "T", "oficial", campos)
            estado = estados_de([propuesta]).get(propuesta.clave) or Estado()
            try:
                decidir(propuesta, estado, por=por, en=minuto(2))
            except ErrorDelDominio:
                en_bloque_rechazadas.append(periodo)
            else:
                propuestas.append(propuesta)
        assert rechazadas == en_bloque_rechazadas
        lote = Lote.objects.create(clase="mediciones", creado_por=por, creado_en=AHORA, cambiado_en=AHORA)
        anotar_tanda(propuestas, lote=lote, por=por, motivo="lote", ahora=minuto(2))
        assert resultado(uno) == resultado(otro)


def publicar(medicion: Medicion, revisor: Any) -> None:
    Medicion.objects.filter(pk=medicion.pk).update(fuente=FuenteFactory())
    acciones.enviar(medicion, por=medicion.registrada_por, ahora=AHORA)
    acciones.publicar(medicion, por=revisor, ahora=minuto(1))


def por_el_verbo(indicador: Any, fila: dict[str, Any], por: Any) -> bool:
    """Lo que haría una persona con esa fila: registrar, modificar lo que difiere o corregirlo; falso si se rechaza."""
    campos = {campo: dato for campo, dato in fila.items() if campo != "periodo"}
    suyas = Medicion.objects.filter(indicador=indicador, periodo=fila["periodo"])
    abierta = suyas.filter(etapa="borrador").first()
    vigente = suyas.filter(etapa="publicada").first()
    actual = abierta or vigente
    try:
        if actual is None:
            acciones.registrar(por=por, indicador=indicador, ahora=minuto(2), **fila)
            return True
        calculado = campos["valor"] is None and not campos["motivo_ausencia"] and campos["denominador"]
        nuevos = {
            campo: dato
            for campo, dato in campos.items()
            if dato != getattr(actual, campo) and not (campo == "valor" and calculado)
        }
        if not nuevos:
            return True
        if abierta:
            acciones.modificar(abierta, por=por, testigo=abierta.testigo, ahora=minuto(2), **nuevos)
            return True
        valor = nuevos.pop("valor", actual.valor)
        quedan = {n: nuevos.get(n, getattr(actual, n)) for n in ("numerador", "denominador")}
        if "valor" not in campos or valor == actual.valor:
            cambian = {"numerador", "denominador"} & set(nuevos)
            if cambian and quedan["numerador"] is not None and quedan["denominador"]:
                valor, nuevos = None, nuevos | quedan
        acciones.corregir(actual, por=por, valor=valor, motivo="lote", ahora=minuto(2), **nuevos)
    except ErrorDelDominio:
        return False
    return True


def resultado(indicador: Any) -> list[Any]:
    mediciones = Medicion.objects.filter(indicador=indicador).order_by("periodo", "version", "id")
    sucesos = Suceso.objects.filter(medicion__indicador=indicador).order_by(
        "medicion__periodo", "medicion__version", "id"
    )
    return [
        [tuple(getattr(m, campo) for campo in COMPARADOS) for m in mediciones],
        [(s.accion, s.motivo, s.cambios, s.en) for s in sucesos if s.accion != "publicar"],
    ]
