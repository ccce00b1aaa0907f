"""Lo que cambió, en orden: para que una copia se mantenga igual sin volver a bajarlo todo.

Cada cambio es un eslabón de la cadena de constancias, que se numera en el orden en que las transacciones confirman:
quien leyó hasta un número no se pierde nada que confirme después. Con los cambios va el contenido **de ahora** de cada
medición que pudieron alterar, también de las que cambiaron sin tener eslabón propio: la versión sustituida, las celdas
que la publicación obligó a reservar y aquellas cuyo «se repite» depende de lo que cambió.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Length
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from indicadores.api import a_json, esquemas
from indicadores.api.anteriores import de_la_misma_serie
from indicadores.api.documentacion import detalle, documentar, entero, parametro
from indicadores.api.parametros import ParametroInvalido, citar, leer_entero, leer_texto
from indicadores.api.views import Recurso, mediciones_a_dict
from indicadores.calculo.cadena import LINEA_BASE, LOGRO_ESPERADO, PUBLICACION, RETIRO, UMBRALES
from indicadores.constancias import ultimo_eslabon
from indicadores.formato import numero_json
from indicadores.lectura import CAMPOS_DE_DATO, ausencia_de_fila
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Constancia, Fuente, LineaBase, LogroEsperado, Medicion, Umbral

TAMANO_POR_DEFECTO, TAMANO_MAXIMO = 100, 200
#: Una publicación que relevó a otra versión se anuncia con este nombre.
SUSTITUCION = "sustitucion"
TIPOS = (PUBLICACION, SUSTITUCION, RETIRO, LINEA_BASE, LOGRO_ESPERADO, UMBRALES)
Json = a_json.Json


# --- La forma -------------------------------------------------------------------------------------------------------


class ContenidoDeUnAnio(esquemas.ValorDeUnAnio):
    """La línea base o el logro esperado que se fijó."""

    version = serializers.IntegerField(min_value=1, help_text="1 la primera vez que se fijó.")


class ContenidoDeUmbrales(serializers.Serializer):
    """Los umbrales que se fijaron, en puntos de porcentaje de avance."""

    verde = serializers.FloatField(help_text="Desde qué avance es verde.")
    amarillo = serializers.FloatField(help_text="Desde qué avance es amarillo.")
    version = serializers.IntegerField(min_value=1, help_text="1 la primera vez que se fijaron.")


class UnCambio(serializers.Serializer):
    """Una publicación, un retiro o algo que se fijó."""

    numero = serializers.IntegerField(min_value=1, help_text="Su lugar en la cadena de constancias, sin saltos.")
    momento = serializers.DateTimeField(help_text="Desde cuándo rige.")
    tipo = serializers.ChoiceField(TIPOS, help_text="Una sustitución es la publicación de la versión siguiente.")
    indicador = serializers.CharField(allow_null=True, help_text="Código; null si es de toda la política (umbrales).")
    medicion = serializers.CharField(allow_null=True, help_text="Id de la versión publicada o retirada.")
    anterior = serializers.CharField(allow_null=True, help_text="Id de la versión que dejó de regir al sustituirse.")
    reservadas = serializers.ListField(
        child=serializers.CharField(),
        help_text="Ids de las celdas reservadas de ese indicador y periodo: alguna pudo quedarlo por este cambio.",
    )
    linea_base = ContenidoDeUnAnio(allow_null=True, help_text="Si el tipo es linea_base.")
    logro_esperado = ContenidoDeUnAnio(allow_null=True, help_text="Si el tipo es logro_esperado.")
    umbrales = ContenidoDeUmbrales(allow_null=True, help_text="Si el tipo es umbrales.")
    huella = serializers.CharField(help_text="SHA-256 del eslabón, encadenado al anterior.")


class PaginaDeCambios(serializers.Serializer):
    """Los cambios que siguen al cursor y cómo quedaron las mediciones que tocan."""

    cursor = serializers.CharField(help_text="El último cambio leído: guárdelo cuando haya aplicado la página.")
    hay_mas = serializers.BooleanField(help_text="Si ya hay más cambios por leer.")
    siguiente = serializers.URLField(help_text="Dónde seguir, ahora o más tarde.")
    catalogo_en = serializers.DateTimeField(
        allow_null=True,
        help_text="Cuándo se corrigió por última vez el nombre o la dirección de una fuente. No es un cambio de cifras "
        "y no tiene número: si difiere del de su última lectura, empiece otra vez sin cursor.",
    )
    cambios = UnCambio(many=True, help_text="Los cambios, del más antiguo al más reciente.")
    mediciones = esquemas.Medicion(many=True, help_text="Guárdelas por su id, en lugar de las que tenga.")
    ya_no_rigen = serializers.ListField(
        child=serializers.CharField(), help_text="Ids de versiones que hay que quitar, si se tienen."
    )


# --- El recurso -----------------------------------------------------------------------------------------------------


class Cambios(Recurso):
    """Páginas por cursor: cuestan lo mismo al principio que al final, y no se mueven cuando alguien publica."""

    parametros: ClassVar[tuple[str, ...]] = ("cursor", "page_size")

    @documentar(
        "cambios",
        detalle(PaginaDeCambios),
        "Lo publicado, sustituido, retirado y fijado, en orden, para mantener una copia",
        parametros=[
            parametro("cursor", "El que dio la página anterior; sin él, desde el principio.", entero(0, 999_999_999)),
            parametro("page_size", "Cambios por página.", entero(1, TAMANO_MAXIMO, TAMANO_POR_DEFECTO)),
        ],
    )
    def get(self, request: Request) -> Response:
        cursor = self._cursor()
        tamano = leer_entero(request.query_params, "page_size", defecto=TAMANO_POR_DEFECTO, maximo=TAMANO_MAXIMO)
        eslabones, hay_mas = _eslabones(cursor, tamano, self.mirada)
        if eslabones:
            cursor = eslabones[-1].numero
        elif cursor:
            self._comprobar(cursor)
        return Response(
            {
                "cursor": str(cursor),
                "hay_mas": hay_mas,
                "siguiente": replace_query_param(request.build_absolute_uri(), "cursor", cursor),
                "catalogo_en": a_json.momento(_catalogo_en(self.mirada)),
                **_contar(eslabones, self.mirada, self.absoluta),
            }
        )

    def _cursor(self) -> int:
        texto = leer_texto(self.request.query_params, "cursor")
        if texto.strip("0") == "" and texto.isascii():
            return 0
        return leer_entero(self.request.query_params, "cursor", defecto=0)

    @staticmethod
    def _comprobar(cursor: int) -> None:
        """Un cursor que nadie dio: seguir en silencio desde ahí se saltaría cambios."""
        ultimo = Constancia.objects.aggregate(ultimo=Max("numero"))["ultimo"] or 0
        if cursor > ultimo:
            raise ParametroInvalido(
                "cursor",
                f"El parámetro «cursor» dice {citar(str(cursor))} y el último cambio es el {ultimo}: empiece otra vez "
                "sin cursor.",
            )


def _eslabones(cursor: int, tamano: int, mirada: Mirada) -> tuple[list[Constancia], bool]:
    """Los que siguen al cursor y si hay más.

    Sin ``a_la_fecha`` se para ante el primero cuyo momento aún no llega (dos servidores con la hora algo distinta): se
    leerá cuando rija. Con ella se toman los que regían entonces.
    """
    siguientes = Constancia.objects.filter(numero__gt=cursor).order_by("numero")
    if mirada.pide_fecha:
        # El número no quita ninguno y acota lo que se recorre: de los que siguen a ese, ninguno había entonces.
        siguientes = siguientes.filter(en__lte=mirada.a_la_fecha, numero__lte=ultimo_eslabon(mirada.a_la_fecha)[0])
    hallados = list(siguientes.only("numero", "clase", "objeto", "en", "huella")[: tamano + 1])
    rigen: list[Constancia] = []
    for eslabon in hallados:
        if eslabon.en > mirada.a_la_fecha:
            return rigen[:tamano], len(rigen) > tamano
        rigen.append(eslabon)
    return rigen[:tamano], len(rigen) > tamano


def _catalogo_en(mirada: Mirada) -> Any:
    """El nombre y la dirección de la fuente viajan en cada medición y se corrigen en el catálogo."""
    corregidas = Fuente.history.filter(history_type="~", history_date__lte=mirada.a_la_fecha)
    return corregidas.aggregate(en=Max("history_date"))["en"]


def _contar(eslabones: Sequence[Constancia], mirada: Mirada, absoluta: a_json.Absoluta) -> Json:
    """Los cambios y lo que tocan, en un número fijo de consultas."""
    de_clase: defaultdict[str, list[int]] = defaultdict(list)
    for eslabon in eslabones:
        de_clase[eslabon.clase].append(eslabon.objeto)
    propias = _versiones([*de_clase[PUBLICACION], *de_clase[RETIRO]])
    reservadas = _reservadas([propias[pk] for pk in de_clase[PUBLICACION]], mirada)
    bases = _fijadas(LineaBase, de_clase[LINEA_BASE])
    fijadas = {
        LINEA_BASE: bases,
        LOGRO_ESPERADO: _fijadas(LogroEsperado, de_clase[LOGRO_ESPERADO]),
        UMBRALES: Umbral.objects.in_bulk(de_clase[UMBRALES]),
    }
    relevadas = {fila["corrige_id"] for fila in propias.values() if fila["corrige_id"]}
    tocadas = {*propias, *relevadas, *(clave for claves in reservadas.values() for clave in claves)}
    con_base = {base.indicador_id for base in bases.values()}
    alteradas = tocadas | _las_que_siguen(tocadas, mirada) | _comparables(con_base, mirada)
    filas = list(
        _vigentes(mirada)
        .filter(pk__in=alteradas, fin__lte=mirada.corte)
        .order_by("id")
        .values(*CAMPOS_DE_DATO, "indicador__codigo")
    )
    return {
        "cambios": [_cambio(eslabon, propias, reservadas, fijadas) for eslabon in eslabones],
        "mediciones": mediciones_a_dict(filas, mirada, absoluta),
        "ya_no_rigen": [str(clave) for clave in sorted(alteradas - {fila["id"] for fila in filas})],
    }


def _cambio(
    eslabon: Constancia,
    propias: Mapping[int, Mapping[str, Any]],
    reservadas: Mapping[tuple[int, str], Sequence[int]],
    fijadas: Mapping[str, Mapping[int, Any]],
) -> Json:
    fijada = fijadas[eslabon.clase][eslabon.objeto] if eslabon.clase in fijadas else None
    suya = propias.get(eslabon.objeto, {}) if fijada is None else {}
    publicada = suya if eslabon.clase == PUBLICACION else {}
    anterior = publicada.get("corrige_id")
    de_que = getattr(fijada, "indicador", None)
    return {
        "numero": eslabon.numero,
        "momento": a_json.momento(eslabon.en),
        "tipo": SUSTITUCION if anterior else eslabon.clase,
        "indicador": de_que.codigo if de_que else suya.get("indicador__codigo"),
        "medicion": str(eslabon.objeto) if suya else None,
        "anterior": str(anterior) if anterior else None,
        "reservadas": [str(clave) for clave in reservadas.get(_grupo(publicada), ())] if publicada else [],
        "linea_base": _de_un_anio(fijada) if isinstance(fijada, LineaBase) else None,
        "logro_esperado": _de_un_anio(fijada) if isinstance(fijada, LogroEsperado) else None,
        "umbrales": _de_umbrales(fijada) if isinstance(fijada, Umbral) else None,
        "huella": eslabon.huella,
    }


def _de_un_anio(fijada: LineaBase | LogroEsperado) -> Json:
    ausencia = ausencia_de_fila(fijada)
    return {
        "anio": fijada.anio,
        "valor": numero_json(fijada.valor),
        "motivo": a_json.ausencia(ausencia),
        "version": fijada.version,
    }


def _de_umbrales(fijados: Umbral) -> Json:
    return {
        "verde": numero_json(fijados.verde),
        "amarillo": numero_json(fijados.amarillo),
        "version": fijados.version,
    }


# --- A quién alcanza ------------------------------------------------------------------------------------------------


def _vigentes(mirada: Mirada) -> QuerySet[Medicion]:
    return Medicion.objects.vigentes(mirada.a_la_fecha)


def _versiones(claves: Collection[int]) -> dict[int, dict[str, Any]]:
    campos = ("id", "corrige_id", "indicador_id", "indicador__codigo", "periodo")
    filas = Medicion.objects.filter(pk__in=claves).order_by("pk").values(*campos)
    return {fila["id"]: dict(fila) for fila in filas}


def _fijadas(modelo: type[LineaBase] | type[LogroEsperado], claves: Collection[int]) -> dict[int, Any]:
    return {fila.pk: fila for fila in modelo.objects.filter(pk__in=claves).select_related("indicador").order_by("pk")}


def _grupo(fila: Mapping[str, Any]) -> tuple[int, str]:
    return fila["indicador_id"], fila["periodo"]


def _reservadas(publicadas: Iterable[Mapping[str, Any]], mirada: Mirada) -> dict[tuple[int, str], list[int]]:
    """Las celdas que callan en los grupos (indicador y periodo) de lo publicado.

    Solo al publicar se reserva, y solo dentro del grupo: lo que calló lo anuncia alguna de sus publicaciones.
    """
    grupos = {_grupo(fila) for fila in publicadas}
    if not grupos:
        return {}
    halladas: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    # Las reservadas son pocas y tienen su índice: se leen las de todos los cruces y se dejan las de estos grupos.
    filas = _vigentes(mirada).filter(
        indicador__in={indicador for indicador, _ in grupos},
        periodo__in={periodo for _, periodo in grupos},
        reservada=True,
    )
    for clave, indicador, periodo in filas.order_by("pk").values_list("pk", "indicador_id", "periodo"):
        if (indicador, periodo) in grupos:
            halladas[indicador, periodo].append(clave)
    return halladas


def _las_que_siguen(claves: Collection[int], mirada: Mirada) -> set[int]:
    """De cada serie tocada, la primera con valor después de la tocada: su «se repite» se decide contra ella."""
    siguiente = de_la_misma_serie(_vigentes(mirada)).filter(fin__gt=OuterRef("fin")).order_by("fin", "id")
    filas = Medicion.objects.filter(pk__in=claves).annotate(siguiente=Subquery(siguiente.values("pk")[:1]))
    return {clave for clave in filas.order_by("pk").values_list("siguiente", flat=True) if clave is not None}


def _comparables(indicadores: Collection[int], mirada: Mirada) -> set[int]:
    """Las que pueden compararse con la línea base: las anuales del país, oficiales y de ambos sexos."""
    if not indicadores:
        return set()
    anuales = (
        _vigentes(mirada)
        .annotate(largo=Length("periodo"))
        .filter(indicador__in=indicadores, ambito__codigo=Ambito.NACIONAL, sexo="T", caracter="oficial", largo=4)
    )
    return set(anuales.order_by("pk").values_list("pk", flat=True))
