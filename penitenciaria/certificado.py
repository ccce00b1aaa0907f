"""La página de una cifra publicada, ya escrita: qué dice, de dónde sale, por quiénes pasó y cómo se comprueba."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from indicadores import frases
from indicadores.calculo import cadena
from indicadores.calculo.tipos import Avance, Dato, Motivo, Sentido
from indicadores.constancias import constancias_de
from indicadores.formato import (
    PALABRA_DE_CARACTER,
    PALABRA_DE_SITUACION,
    escribir_fecha,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    porcentaje_de,
)
from indicadores.lectura import CAMPOS_DE_DATO, catalogo, dato_de_fila, leer_indicadores
from indicadores.mirada import Mirada
from indicadores.models import Constancia, Evidencia, Indicador, Medicion, Suceso
from indicadores.paginas import Luz
from objetivos.models import Politica
from penitenciaria.calculadora import Formula, Tipo, explicar_avance
from penitenciaria.informe.html import codigo_qr

PALABRA_DE_SEXO = {"T": "ambos sexos", "H": "hombres", "M": "mujeres"}


@dataclass(frozen=True, slots=True)
class Paso:
    """Por quién pasó la cifra: su cargo o, para el personal, su nombre; y cuándo, si se publica."""

    que: str
    quien: str
    cuando: str


@dataclass(frozen=True, slots=True)
class VersionDeCifra:
    """Una versión de la misma cifra; ``es_esta`` si es la de la página."""

    id: int
    version: int
    valor: str
    vigencia: str
    es_esta: bool


@dataclass(frozen=True, slots=True)
class Progreso:
    """Los avances que dio esta cifra en su año."""

    anio: int
    parcial: bool
    luz: Luz
    tipos: tuple[Tipo, ...]


@dataclass(frozen=True, slots=True)
class PaginaDeCifra:
    """Lo que muestra la página; ``valor`` vacío si no lo hay o está reservado (``razon`` dice por qué)."""

    id: int
    indicador: Indicador
    version: int
    cuando: str
    donde: str
    valor: str
    razon: str
    entrada: str
    estado: str
    aviso: str
    relevo: int | None
    formula: Formula | None
    cantidades: tuple[tuple[str, str], ...]
    progreso: Progreso | None
    fuente: str
    fuente_url: str
    evidencias: tuple[Evidencia, ...]
    pasos: tuple[Paso, ...]
    motivo: str
    versiones: tuple[VersionDeCifra, ...]
    constancia: Constancia | None
    retiro: Constancia | None
    abierta: bool
    sal: str
    cifra: str
    direccion: str
    qr: str


@dataclass(frozen=True, slots=True)
class CifraLeida:
    """Una versión publicada: su fila, su hecho y sus constancias."""

    fila: dict[str, Any]
    dato: Dato
    publicacion: Constancia | None
    retiro: Constancia | None


def leer_cifra(clave: int, mirada: Mirada) -> CifraLeida | None:
    """La versión ``clave``, si a la fecha ya se había publicado y su periodo terminado al corte: dos consultas."""
    columnas = (*CAMPOS_DE_DATO, "ambito_id", "ambito__nombre", "etapa", "motivo_cambio", "registrada_en")
    visibles = Medicion.objects.con_version().filter(publicada_en__lte=mirada.a_la_fecha, fin__lte=mirada.corte)
    envios = Suceso.objects.filter(medicion=OuterRef("pk"), accion="enviar").order_by("-en", "-id")
    fila = (
        visibles.filter(pk=clave).values(*columnas, enviada_en=Subquery(envios.values("en")[:1])).first()
        if clave < 2**63
        else None
    )
    if fila is None:
        return None
    suyas = {una.clase: una for una in constancias_de(clave)}
    retiro = suyas.get(cadena.RETIRO)
    return CifraLeida(
        fila=fila,
        dato=dato_de_fila(fila, mirada.a_la_fecha),
        publicacion=suyas.get(cadena.PUBLICACION),
        retiro=retiro if retiro is not None and retiro.en <= mirada.a_la_fecha else None,
    )


def escribir_cifra(leida: CifraLeida, mirada: Mirada, *, direccion: str, con_nombres: bool) -> PaginaDeCifra:
    """La página: un número fijo de consultas. ``con_nombres`` dice quiénes fueron; si no, solo sus cargos."""
    fila, dato = leida.fila, leida.dato
    indicador = catalogo().get(pk=fila["indicador_id"])
    simbolo, decimales = indicador.simbolo, indicador.decimales
    reservada = bool(fila["reservada"])
    versiones = _versiones(leida, indicador, mirada)
    relevo = next((una.id for una in versiones if una.version == dato.version + 1), None)
    abierta = leida.publicacion is not None and not reservada
    publica = cadena.linea(leida.publicacion, abierta=abierta) if leida.publicacion else {}
    ausencia = frases.con_punto(frases.mayuscula(frases.razon(dato.ausencia, Motivo.SIN_MEDICION)))
    if dato.ausencia is not None and dato.ausencia.fecha_compromiso:
        ausencia += f" Compromiso: {escribir_fecha(dato.ausencia.fecha_compromiso)}."
    return PaginaDeCifra(
        id=fila["id"],
        indicador=indicador,
        version=dato.version,
        cuando=frases.mayuscula(escribir_periodo(dato.periodo.texto)),
        donde=f"{fila['ambito__nombre']}, {PALABRA_DE_SEXO[dato.sexo]}",
        valor=escribir_valor(dato.valor, simbolo, decimales) if dato.valor is not None else "",
        razon="" if dato.valor is not None else "Reservada" if reservada else ausencia,
        entrada=_entrada(leida),
        estado="retirada" if leida.retiro else "sustituida" if dato.sustituida_en else "vigente",
        aviso=_aviso(leida, relevo),
        relevo=relevo if dato.sustituida_en and not leida.retiro else None,
        formula=_formula(indicador, dato),
        cantidades=_cantidades(indicador, dato),
        progreso=_progreso(indicador, leida, mirada),
        fuente=dato.fuente.nombre if dato.fuente else "",
        fuente_url=(dato.fuente.url or "") if dato.fuente else "",
        evidencias=() if reservada else tuple(_evidencias(fila["id"], mirada)),
        pasos=_pasos(leida, con_nombres=con_nombres),
        motivo="" if reservada else fila["motivo_cambio"],
        versiones=versiones,
        constancia=leida.publicacion,
        retiro=leida.retiro,
        abierta=abierta,
        sal=publica.get("sal") or "",
        cifra=publica.get("cifra") or "",
        direccion=direccion,
        qr=codigo_qr(direccion),
    )


def cifra_en_json(leida: CifraLeida, *, direccion: str) -> dict[str, Any]:
    """Las constancias de la cifra tal como están en la cadena; lo reservado no se abre."""
    abierta = not leida.fila["reservada"]
    return {
        "id": leida.fila["id"],
        "pagina": direccion,
        "reservada": not abierta,
        "constancias": [
            {"numero": una.numero, "clase": una.clase} | cadena.linea(una, abierta=abierta)
            for una in (leida.publicacion, leida.retiro)
            if una is not None
        ],
    }


def _entrada(leida: CifraLeida) -> str:
    dato = leida.dato
    assert dato.publicada_en is not None
    que = f"Versión {dato.version}, cifra {PALABRA_DE_CARACTER[dato.caracter]} y {PALABRA_DE_SITUACION[dato.situacion]}"
    desde = _dia(dato.publicada_en)
    if dato.sustituida_en is None:
        return f"{que}. Rige desde el {desde}."
    return f"{que}. Rigió desde el {desde} hasta el {_dia(dato.sustituida_en)}."


def _aviso(leida: CifraLeida, relevo: int | None) -> str:
    """Lo que hay que saber antes de citarla; vacío si rige y se muestra."""
    frases_de_aviso = []
    if leida.retiro is not None:
        motivo = json.loads(leida.retiro.sellado).get("cifra", {}).get("motivo", "")
        razon = "" if leida.fila["reservada"] or not motivo else f" Motivo: {frases.con_punto(motivo)}"
        frases_de_aviso.append(f"Se retiró el {_dia(leida.retiro.en)} y ya no debe citarse.{razon}")
    elif leida.dato.sustituida_en is not None:
        frases_de_aviso.append(f"Ya no rige: otra versión la sustituyó el {_dia(leida.dato.sustituida_en)}.")
    if leida.fila["reservada"]:
        frases_de_aviso.append(
            "Su valor se reserva: se refiere a menos de diez personas o permitiría deducir otro que sí. La constancia "
            "compromete el valor sin mostrarlo."
        )
    return " ".join(frases_de_aviso)


def _formula(indicador: Indicador, dato: Dato) -> Formula | None:
    """Numerador entre denominador por cien, cuando de allí sale el porcentaje publicado."""
    if indicador.unidad != Indicador.Unidad.PORCENTAJE or dato.valor is None or not dato.denominador:
        return None
    if dato.numerador is None or porcentaje_de(dato.numerador, dato.denominador) != dato.valor:
        return None
    exacto = dato.numerador * 100 == dato.valor * dato.denominador
    escrito = escribir_valor(dato.valor, indicador.simbolo, indicador.decimales)
    redondo = escrito == escribir_valor(dato.valor, indicador.simbolo, 4)
    return Formula(
        escribir_numero(dato.numerador, 0),
        escribir_numero(dato.denominador, 0),
        "=" if exacto and redondo else "≈",
        escrito,
    )


def _cantidades(indicador: Indicador, dato: Dato) -> tuple[tuple[str, str], ...]:
    """(qué es, cuánto) del numerador y el denominador que acompañan a la cifra."""
    suyas = (
        (indicador.numerador or "Numerador", dato.numerador),
        (indicador.denominador or "Denominador", dato.denominador),
    )
    return tuple((que, escribir_numero(cuanto, 0)) for que, cuanto in suyas if cuanto is not None)


def _progreso(indicador: Indicador, leida: CifraLeida, mirada: Mirada) -> Progreso | None:
    """El avance en que entró esta cifra, con lo que regía en el último instante de su vigencia; None si en ninguno."""
    dato = leida.dato
    if dato.ambito != "PE" or dato.sexo != "T" or dato.caracter != "oficial" or leida.fila["reservada"]:
        return None
    fin = dato.sustituida_en - timedelta(microseconds=1) if dato.sustituida_en else mirada.a_la_fecha
    [leido] = leer_indicadores([indicador], corte=dato.periodo.fin, a_la_fecha=fin)
    avance: Avance = leido.evaluacion.avance
    if avance.dato is None or avance.dato.id != dato.id or avance.dato.valor is None:
        return None
    base = leido.evaluacion.linea_base
    tipos = explicar_avance(avance, sentido=Sentido(indicador.sentido), base=base.valor if base else None)
    clase = avance.semaforo.value if avance.tipo_i is not None else "sin-dato"
    return Progreso(avance.anio, avance.parcial, Luz(clase, frases.palabra_de_luz(avance), avance.parcial), tipos)


def _evidencias(clave: int, mirada: Mirada) -> Iterable[Evidencia]:
    publicas = Evidencia.objects.filter(medicion=clave, publica=True, retirada_en__isnull=True)
    return publicas.filter(subida_en__lte=mirada.a_la_fecha).order_by("subida_en", "id")


def _versiones(leida: CifraLeida, indicador: Indicador, mirada: Mirada) -> tuple[VersionDeCifra, ...]:
    fila = leida.fila
    mismas = Medicion.objects.con_version().filter(
        indicador=indicador,
        periodo=fila["periodo"],
        ambito=fila["ambito_id"],
        sexo=fila["sexo"],
        caracter=fila["caracter"],
        publicada_en__lte=mirada.a_la_fecha,
    )
    escritas = []
    for otra in mismas.order_by("version", "id").values(*CAMPOS_DE_DATO):
        dato = dato_de_fila(otra, mirada.a_la_fecha)
        assert dato.publicada_en is not None
        hasta = f"hasta el {_dia(dato.sustituida_en)}" if dato.sustituida_en else "y rige"
        escritas.append(
            VersionDeCifra(
                id=otra["id"],
                version=dato.version,
                valor=escribir_valor(dato.valor, indicador.simbolo, indicador.decimales)
                if dato.valor is not None
                else frases.mayuscula(frases.razon(dato.ausencia, Motivo.SIN_MEDICION)),
                vigencia=f"Desde el {_dia(dato.publicada_en)} {hasta}",
                es_esta=otra["id"] == fila["id"],
            )
        )
    return tuple(escritas)


def _pasos(leida: CifraLeida, *, con_nombres: bool) -> tuple[Paso, ...]:
    """Quién la registró, la envió, la publicó y la retiró: cargo y entidad; para el personal, también el nombre."""
    rectora = Politica.objects.order_by("pk").values_list("rectora__sigla", flat=True).first() or ""
    personas = _personas(leida) if con_nombres else {}
    pasos = []
    for constancia, papel, que, cuenta, cuando in (
        (leida.publicacion, "registro", "La registró", "registrada_por", leida.fila["registrada_en"]),
        (leida.publicacion, "envio", "La envió a revisión", "enviada_por", leida.fila["enviada_en"]),
        (leida.publicacion, "publicacion", "La publicó", "publicada_por", leida.dato.publicada_en),
        (leida.retiro, "retiro", "La retiró", "retirada_por", leida.retiro.en if leida.retiro else None),
    ):
        if constancia is None:
            continue
        cargo = json.loads(constancia.canonico)["datos"].get(f"cargo_{papel}")
        if not cargo:
            continue
        quien = f"{cargo} de {rectora}" if rectora else cargo
        persona = personas.get(json.loads(constancia.sellado)["interno"][cuenta])
        quien = f"{persona} ({quien})" if persona else quien
        pasos.append(Paso(que, quien, _dia(cuando) if cuando else ""))
    return tuple(pasos)


def _dia(momento: Any) -> str:
    return escribir_fecha(timezone.localdate(momento))


def _personas(leida: CifraLeida) -> dict[int, str]:
    internos = [json.loads(una.sellado)["interno"] for una in (leida.publicacion, leida.retiro) if una is not None]
    claves = {valor for uno in internos for campo, valor in uno.items() if campo.endswith("_por") and valor}
    personas = User.objects.filter(pk__in=claves).order_by("pk")
    return {una.pk: una.get_full_name() or una.get_username() for una in personas}


#: El comprobador que cualquiera puede leer y ejecutar sin instalar nada.
VERIFICADOR = '''\
"""Comprueba una copia de la cadena de constancias: python3 verificador.py cadena.jsonl

Solo usa la biblioteca estándar de Python 3 y no se conecta a nada.
"""

import hashlib
import json
import sys


def sha256(texto):
    return hashlib.sha256(texto.encode("utf-8")).hexdigest()


def comprobar(lineas):
    anterior, numero = "0" * 64, 0
    for linea in lineas:
        una = json.loads(linea)
        cuerpo = json.loads(una["canonico"])
        numero += 1
        if cuerpo["numero"] != numero:
            return f"Falta la constancia {numero}."
        if una["huella_anterior"] != anterior:
            return f"La constancia {numero} no sigue a la anterior."
        if sha256(anterior + "\\n" + una["canonico"]) != una["huella"]:
            return f"El texto de la constancia {numero} no es el que se certificó."
        if una.get("cifra") is not None and sha256(una["sal"] + "\\n" + una["cifra"]) != cuerpo["sellos"]["cifra"]:
            return f"La cifra de la constancia {numero} no es la que se selló."
        anterior = una["huella"]
    return f"Íntegra: {numero} constancias. Última huella: {anterior}"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as archivo:
        print(comprobar(archivo))
'''
