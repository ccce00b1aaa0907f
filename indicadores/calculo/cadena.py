"""La cadena de constancias: qué se certifica de cada publicación, cómo se escribe y cómo se enlaza. Puro.

Cada eslabón lleva un JSON canónico (claves en orden, sin espacios, decimales como texto, momentos en UTC) y su huella,
``SHA-256(huella anterior + "\\n" + canónico)``: cambiar, quitar o mover uno rompe todas las que siguen.

Lo que no siempre puede mostrarse no va en el canónico sino sellado: allí solo está ``SHA-256(sal + "\\n" + parte)``. La
parte ``cifra`` (valor, cantidades y textos que podrían citarlos) se abre con su sal mientras no esté reservada; la
parte ``interno`` (cuentas y notas del personal) no se abre al público nunca. Las dos sales salen de un secreto al
azar de cada eslabón y ninguna permite hallar la otra.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

FORMATO = 1
#: La huella «anterior» del primer eslabón.
ORIGEN = "0" * 64
PARTES_SELLADAS = ("cifra", "interno")

PUBLICACION, RETIRO = "publicacion", "retiro"
LINEA_BASE, LOGRO_ESPERADO, UMBRALES = "linea_base", "logro_esperado", "umbrales"
#: Las clases en el orden en que se certifican dos hechos del mismo momento.
CLASES = (UMBRALES, LINEA_BASE, LOGRO_ESPERADO, PUBLICACION, RETIRO)


@dataclass(frozen=True, slots=True)
class Receta:
    """De qué columna (con la sintaxis de Django) sale cada cosa que se certifica."""

    datos: Mapping[str, str]
    cifra: Mapping[str, str]
    interno: Mapping[str, str]
    momento: str
    #: Los cargos que se anotan: «cargo_<papel>» es el de la cuenta de esa columna.
    cargos: Mapping[str, str]

    @property
    def columnas(self) -> tuple[str, ...]:
        """Todas las columnas que hacen falta, sin repetir y en orden."""
        todas = (*self.datos.values(), *self.cifra.values(), *self.interno.values(), self.momento)
        return tuple(dict.fromkeys((*todas, *self.cargos.values())))


#: Textos del catálogo: se certifican como eran, y que después se corrijan allí no rompe la cadena.
DE_CATALOGO = frozenset(
    {
        "indicador",
        "indicador_nombre",
        "unidad",
        "simbolo",
        "ambito",
        "ambito_nombre",
        "fuente",
        "fuente_nombre",
        "fuente_url",
        "norma",
    }
)
_INDICADOR = {
    "indicador_id": "indicador_id",
    "indicador": "indicador__codigo",
    "indicador_nombre": "indicador__nombre",
    "unidad": "indicador__unidad",
    "simbolo": "indicador__simbolo",
}
_FUENTE = {
    "fuente_id": "fuente_id",
    "fuente": "fuente__codigo",
    "fuente_nombre": "fuente__nombre",
    "fuente_url": "fuente__url",
}
_AUSENCIA = {nombre: nombre for nombre in ("valor", "motivo_ausencia", "texto_ausencia", "fecha_compromiso")}
_VERSION = {
    "version": "version",
    "motivo_cambio": "motivo_cambio",
    "norma_id": "norma_id",
    "norma": "norma__codigo",
    "publicada_en": "publicada_en",
}
_FIJADO = {
    "cifra": {},
    "interno": {"publicada_por": "publicada_por_id"},
    "momento": "publicada_en",
    "cargos": {"fijacion": "publicada_por_id"},
}
_DE_UN_ANIO = Receta(datos={**_INDICADOR, "anio": "anio", **_AUSENCIA, **_FUENTE, **_VERSION}, **_FIJADO)  # type: ignore[arg-type]
RECETAS: dict[str, Receta] = {
    PUBLICACION: Receta(
        datos={
            **_INDICADOR,
            "periodo": "periodo",
            "inicio": "inicio",
            "fin": "fin",
            "ambito_id": "ambito_id",
            "ambito": "ambito__codigo",
            "ambito_nombre": "ambito__nombre",
            "sexo": "sexo",
            "caracter": "caracter",
            "situacion": "situacion",
            **_FUENTE,
            "version": "version",
            "corrige": "corrige_id",
            "registrada_en": "registrada_en",
            "publicada_en": "publicada_en",
        },
        cifra={
            **_AUSENCIA,
            "numerador": "numerador",
            "denominador": "denominador",
            "motivo_cambio": "motivo_cambio",
        },
        interno={
            "registrada_por": "registrada_por_id",
            "enviada_por": "enviada_por_id",
            "publicada_por": "publicada_por_id",
            "notas": "notas",
        },
        momento="publicada_en",
        cargos={"registro": "registrada_por_id", "envio": "enviada_por_id", "publicacion": "publicada_por_id"},
    ),
    # Un retiro se lee de su suceso.
    RETIRO: Receta(
        datos={"medicion": "medicion_id", "version": "medicion__version", "retirada_en": "en"},
        cifra={"motivo": "motivo"},
        interno={"retirada_por": "por_id"},
        momento="en",
        cargos={"retiro": "por_id"},
    ),
    LINEA_BASE: _DE_UN_ANIO,
    LOGRO_ESPERADO: _DE_UN_ANIO,
    UMBRALES: Receta(datos={"alcance": "alcance", "verde": "verde", "amarillo": "amarillo", **_VERSION}, **_FIJADO),  # type: ignore[arg-type]
}

#: Qué rol explica cada papel cuando una cuenta tiene varios: el primero que tenga. Se publica el cargo, no quién.
ROLES_DE_PAPEL = {
    "registro": ("Analista", "Administrador"),
    "envio": ("Analista", "Administrador"),
    "publicacion": ("Revisor", "Administrador"),
    "retiro": ("Revisor", "Administrador"),
    "fijacion": ("Administrador",),
}
SIN_CARGO = "Cuenta del portal"


@dataclass(frozen=True, slots=True)
class Eslabon:
    """Una constancia lista para guardarse."""

    numero: int
    clase: str
    objeto: int
    en: datetime
    canonico: str
    sellado: str
    secreto: str
    huella: str
    huella_anterior: str


@dataclass(frozen=True, slots=True)
class Rotura:
    """Dónde se rompe la cadena (``numero`` None: fuera de ella) y por qué, en una frase."""

    numero: int | None
    explicacion: str

    def __str__(self) -> str:
        return self.explicacion if self.numero is None else f"Constancia {self.numero}: {self.explicacion}"


# Escribir


def canonico(hecho: Mapping[str, Any]) -> str:
    """El único texto JSON de ``hecho``. Levanta ``TypeError`` con un número de coma flotante: no es exacto."""
    return json.dumps(_llano(hecho), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _llano(dato: Any) -> Any:
    if dato is None or isinstance(dato, str | bool | int):
        return dato
    if isinstance(dato, Mapping):
        return {clave: _llano(valor) for clave, valor in dato.items()}
    if isinstance(dato, Decimal):
        return f"{dato.normalize() + 0:f}"
    if isinstance(dato, datetime):
        return f"{dato.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    if isinstance(dato, date):
        return dato.isoformat()
    raise TypeError(f"No se certifica un dato de tipo {type(dato).__name__}.")


def huella_de(texto: str) -> str:
    """SHA-256 en hexadecimal de ``texto`` en UTF-8."""
    return hashlib.sha256(texto.encode()).hexdigest()


def enlazar(huella_anterior: str, texto_canonico: str) -> str:
    """La huella de un eslabón."""
    return huella_de(f"{huella_anterior}\n{texto_canonico}")


def sal_de(secreto: str, parte: str) -> str:
    """La sal de una parte sellada; conocerla no revela ni el secreto ni la otra."""
    return huella_de(f"{parte}\n{secreto}")


def sellar(sal: str, texto: str) -> str:
    """El compromiso con ``texto``: se comprueba con la sal, y sin ella no dice nada."""
    return huella_de(f"{sal}\n{texto}")


def partes_de(clase: str, fila: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Lo que la base dice hoy de un hecho (una fila con las columnas de su receta), en ``datos`` y partes selladas."""
    receta = RECETAS[clase]
    return {
        parte: {clave: _llano(fila[columna]) for clave, columna in columnas.items()}
        for parte, columnas in (("datos", receta.datos), ("cifra", receta.cifra), ("interno", receta.interno))
    }


def forjar(
    *,
    numero: int,
    anterior: str,
    clase: str,
    objeto: int,
    fila: Mapping[str, Any],
    roles: Mapping[int, Collection[str]],
    secreto: str,
) -> Eslabon:
    """El eslabón que certifica ``fila``; ``roles`` son los de cada cuenta y ``secreto`` es nuevo y al azar."""
    receta, partes = RECETAS[clase], partes_de(clase, fila)
    en: datetime = fila[receta.momento]
    quienes = {
        f"cargo_{papel}": _cargo(papel, roles.get(fila[columna], ())) if fila[columna] is not None else None
        for papel, columna in receta.cargos.items()
    }
    sellos = {
        parte: sellar(sal_de(secreto, parte), canonico(partes[parte])) for parte in PARTES_SELLADAS if partes[parte]
    }
    texto = canonico(
        {
            "formato": FORMATO,
            "numero": numero,
            "clase": clase,
            "objeto": objeto,
            "en": en,
            "datos": partes["datos"] | quienes,
            "sellos": sellos,
        }
    )
    return Eslabon(
        numero=numero,
        clase=clase,
        objeto=objeto,
        en=en,
        canonico=texto,
        sellado=canonico({parte: partes[parte] for parte in sellos}),
        secreto=secreto,
        huella=enlazar(anterior, texto),
        huella_anterior=anterior,
    )


def _cargo(papel: str, roles: Collection[str]) -> str:
    return next((rol for rol in ROLES_DE_PAPEL[papel] if rol in roles), SIN_CARGO)


def linea(eslabon: Any, *, abierta: bool) -> dict[str, Any]:
    """Lo que se publica de una constancia; ``abierta`` da la parte ``cifra`` con su sal, si la tiene."""
    publica: dict[str, Any] = {
        "canonico": eslabon.canonico,
        "huella": eslabon.huella,
        "huella_anterior": eslabon.huella_anterior,
    }
    cifra = json.loads(eslabon.sellado).get("cifra")
    if cifra is not None:
        publica |= {
            "cifra": canonico(cifra) if abierta else None,
            "sal": sal_de(eslabon.secreto, "cifra") if abierta else None,
        }
    return publica


# Comprobar


def revisar_enlace(
    *, numero: int, esperado: int, anterior: str, texto: str, huella: str, huella_anterior: str
) -> Rotura | None:
    """Si un eslabón sigue al que debe y su huella es la de su texto; ``anterior`` es la huella del que lo precede."""
    if numero > esperado:
        return Rotura(esperado, f"falta: después de la {esperado - 1} viene la {numero}.")
    if numero < esperado:
        return Rotura(numero, f"está repetida o fuera de orden: aquí debía venir la {esperado}.")
    if huella_anterior != anterior:
        return Rotura(
            numero, f"no sigue a la anterior: dice {_breve(huella_anterior)} y la anterior es {_breve(anterior)}."
        )
    calculada = enlazar(anterior, texto)
    if calculada != huella:
        return Rotura(numero, f"la huella no es la de su texto: dice {_breve(huella)} y resulta {_breve(calculada)}.")
    return None


def diferencias(certificado: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Cada campo cuyo dato de hoy no es el certificado: (campo, certificado, de hoy); sin los textos del catálogo."""
    for campo, dato in actual.items():
        if campo not in DE_CATALOGO and certificado.get(campo) != dato:
            yield campo, certificado.get(campo), dato


@dataclass(frozen=True, slots=True)
class Revision:
    """Qué dio revisar una cadena: cuántos eslabones, la última huella y la primera rotura, si la hay."""

    eslabones: int
    ultimo: int
    huella: str
    rotura: Rotura | None = None


def revisar_lineas(lineas: Iterable[str]) -> Iterator[Revision]:
    """Comprueba una copia descargada, línea por línea y sin guardarla; da el estado tras cada una y para en la rotura.

    La copia puede empezar en cualquier eslabón: entonces la huella anterior del primero se da por buena.
    """
    esperado, anterior, hechas = 0, "", 0
    for cual, cruda in enumerate(lineas, 1):
        if not cruda.strip():
            continue
        try:
            publica = json.loads(cruda)
            texto, huella, previa = publica["canonico"], publica["huella"], publica["huella_anterior"]
            cuerpo = json.loads(texto)
            numero, sellos = int(cuerpo["numero"]), cuerpo["sellos"]
            cifra, sal = publica.get("cifra"), publica.get("sal")
        except (ValueError, TypeError, KeyError):
            rota = Rotura(None, f"La línea {cual} no es una constancia. Descargue la copia de nuevo.")
            yield Revision(hechas, esperado - 1, anterior, rota)
            return
        if hechas == 0:
            esperado, anterior = numero, ORIGEN if numero == 1 else previa
        rotura = revisar_enlace(
            numero=numero, esperado=esperado, anterior=anterior, texto=texto, huella=huella, huella_anterior=previa
        )
        if rotura is None and cifra is not None and sellar(str(sal), str(cifra)) != sellos.get("cifra"):
            rotura = Rotura(numero, "la cifra abierta no es la que se selló.")
        if rotura is not None:
            yield Revision(hechas, esperado - 1, anterior, rotura)
            return
        hechas, esperado, anterior = hechas + 1, esperado + 1, huella
        yield Revision(hechas, numero, huella)


def _breve(huella: str) -> str:
    return f"{huella[:12]}…" if huella else "nada"
