"""La constancia de cada publicación: se agrega en la misma transacción que la cifra y se comprueba contra ella.

Solo los verbos agregan eslabones. La cadena es una sola: quien agrega espera su turno hasta que confirme quien llegó
antes, así que dos publicaciones a la vez nunca la bifurcan.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connections, models, router
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from indicadores.calculo import cadena
from indicadores.calculo.cadena import Revision, Rotura
from indicadores.calculo.tipos import Logro, ValorBase
from indicadores.models import Constancia, Evidencia, LineaBase, LogroEsperado, Medicion, Suceso, Umbral
from indicadores.models.momentos import ultimos_por_momento
from indicadores.permisos import Rol

#: El número del turno en PostgreSQL («CONS» en ASCII); cualquiera sirve, mientras nadie más lo use.
TURNO = 0x434F4E53
#: Cuántas filas se leen o se escriben de una vez: la memoria no crece con la cadena.
TANDA = 1000
#: El modelo cuyas filas certifica cada clase, y la columna por la que se encuentran.
ORIGENES: dict[str, tuple[type[models.Model], str]] = {
    cadena.PUBLICACION: (Medicion, "pk"),
    cadena.RETIRO: (Suceso, "medicion_id"),
    cadena.LINEA_BASE: (LineaBase, "pk"),
    cadena.LOGRO_ESPERADO: (LogroEsperado, "pk"),
    cadena.UMBRALES: (Umbral, "pk"),
}
#: De qué columnas se lee la vigencia de lo certificado; de lo fijado, solo hasta cuándo.
VIGENCIA = {
    cadena.PUBLICACION: ("etapa", "sustituida_en"),
    cadena.RETIRO: ("medicion__etapa", "medicion__sustituida_en"),
}
CLASE_DE_REVISION: dict[type[models.Model], str] = {
    LineaBase: cadena.LINEA_BASE,
    LogroEsperado: cadena.LOGRO_ESPERADO,
    Umbral: cadena.UMBRALES,
}


# Agregar


def esperar_turno() -> None:
    """Hace esperar, hasta que esta transacción termine, a quien también vaya a agregar constancias.

    En SQLite no hace falta: solo hay una transacción que escribe. Dentro de una transacción puede repetirse. Quien
    vaya a agregar varias y a bloquear otras filas entre una y otra lo pide antes que nada, para no cruzarse con otros.
    """
    conexion = connections[router.db_for_write(Constancia)]
    if conexion.vendor == "postgresql":
        with conexion.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURNO])


def certificar_publicaciones(publicadas: Collection[Medicion]) -> None:
    """Agrega un eslabón por cada medición, en su orden; cuatro consultas (y el turno), sean cuantas sean."""
    _agregar(cadena.PUBLICACION, [medicion.pk for medicion in publicadas])


def certificar_retiro(medicion: Medicion) -> None:
    """Agrega el eslabón de un retiro ya anotado."""
    _agregar(cadena.RETIRO, [medicion.pk])


def certificar_revision(revision: LineaBase | LogroEsperado | Umbral) -> None:
    """Agrega el eslabón de una línea base, un logro esperado o unos umbrales recién fijados."""
    _agregar(CLASE_DE_REVISION[type(revision)], [revision.pk])


def _agregar(clase: str, objetos: Sequence[int]) -> None:
    if not objetos:
        return
    esperar_turno()
    ultima = Constancia.objects.order_by("-numero").values_list("numero", "huella").first()
    numero, huella = ultima or (0, cadena.ORIGEN)
    columnas = cadena.RECETAS[clase].columnas
    filas = {fila["objeto"]: fila for fila in _filas(clase, objetos).values(*columnas, objeto=_clave(clase))}
    roles = _roles_de({fila[cuenta] for fila in filas.values() for cuenta in cadena.RECETAS[clase].cargos.values()})
    nuevas = []
    for objeto in objetos:
        numero += 1
        eslabon = cadena.forjar(
            numero=numero,
            anterior=huella,
            clase=clase,
            objeto=objeto,
            fila=filas[objeto],
            roles=roles,
            secreto=secrets.token_hex(32),
        )
        huella = eslabon.huella
        nuevas.append(constancia_de(eslabon, clase in (cadena.PUBLICACION, cadena.RETIRO)))
    Constancia.objects.bulk_create(nuevas, batch_size=TANDA)


def constancia_de(eslabon: cadena.Eslabon, es_de_medicion: bool) -> Constancia:
    """La fila que guarda un eslabón."""
    campos = ("numero", "clase", "objeto", "en", "canonico", "sellado", "secreto", "huella", "huella_anterior")
    return Constancia(
        **{campo: getattr(eslabon, campo) for campo in campos}, medicion_id=eslabon.objeto if es_de_medicion else None
    )


def _clave(clase: str) -> models.F:
    return models.F(ORIGENES[clase][1])


def _filas(clase: str, objetos: Collection[int]) -> QuerySet[Any]:
    """Las filas que certifica ``clase`` de esos objetos."""
    modelo, clave = ORIGENES[clase]
    filas = modelo._default_manager.filter(**{f"{clave}__in": objetos})
    return filas.filter(accion="retirar") if clase == cadena.RETIRO else filas


def _roles_de(cuentas: Collection[int | None]) -> dict[int, set[str]]:
    """Los roles de cada cuenta, en una consulta; un superusuario es Administrador."""
    roles: defaultdict[int, set[str]] = defaultdict(set)
    ids = [cuenta for cuenta in cuentas if cuenta is not None]
    pares = User.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "groups__name", "is_superuser")
    for cuenta, grupo, es_superusuario in pares:
        roles[cuenta].update({grupo or "", Rol.ADMINISTRADOR.value if es_superusuario else ""})
    return roles


# Publicar la cadena


def lineas_publicas(*, desde: int = 1) -> Iterator[str]:
    """La cadena como líneas JSON, sin abrir lo que está reservado; no acumula filas."""
    constancias = Constancia.objects.filter(numero__gte=desde).order_by("numero")
    columnas = ("canonico", "sellado", "secreto", "huella", "huella_anterior", "medicion__reservada")
    for fila in constancias.values_list(*columnas, named=True).iterator(chunk_size=TANDA):
        yield cadena.canonico(cadena.linea(fila, abierta=not fila.medicion__reservada)) + "\n"


def constancias_de(medicion: int) -> list[Constancia]:
    """Las constancias de una medición (por su clave): la de su publicación y, si la hubo, la de su retiro."""
    return list(Constancia.objects.filter(medicion=medicion).order_by("numero"))


def numeros_de_cifras(mediciones: Collection[int]) -> dict[tuple[str, int], int]:
    """El número de cada constancia de esas mediciones, por (clase, clave), en una consulta."""
    suyas = Constancia.objects.filter(medicion__in=mediciones).order_by("numero")
    return {(clase, clave): numero for clase, clave, numero in suyas.values_list("clase", "medicion_id", "numero")}


def ultimo_eslabon(a_la_fecha: datetime | None = None) -> tuple[int, str]:
    """El número y la huella del último eslabón, o del último que ya había a la fecha; (0, ORIGEN) si no hay."""
    ultimo = momento_del_ultimo(a_la_fecha)
    return ultimo[:2] if ultimo else (0, cadena.ORIGEN)


def momento_del_ultimo(a_la_fecha: datetime | None = None) -> tuple[int, str, datetime] | None:
    """El número, la huella y el momento del último eslabón que había a la fecha: lo publicado no cambió desde él.

    Una consulta, o tres si después se publicó más: cada una por un índice, haya los eslabones que haya.
    """
    eslabones = Constancia.objects.order_by("-numero").values_list("numero", "huella", "en")
    ultimo = eslabones.first()
    if ultimo is None or a_la_fecha is None or ultimo[2] <= a_la_fecha:
        return ultimo
    return eslabones.filter(numero__in=ultimos_por_momento(a_la_fecha, 1)).first()


@dataclass(frozen=True, slots=True)
class Constancias:
    """Qué número de la cadena tiene cada línea base y cada logro esperado, por (clase, clave)."""

    numeros: Mapping[tuple[str, int], int]

    def get(self, fijada: ValorBase | Logro | None) -> int | None:
        """El número de la constancia de ``fijada``; None si no hay nada o no se certificó."""
        if fijada is None or fijada.id is None:
            return None
        clase = cadena.LINEA_BASE if isinstance(fijada, ValorBase) else cadena.LOGRO_ESPERADO
        return self.numeros.get((clase, fijada.id))


def constancias_de_fijadas(fijadas: Iterable[ValorBase | Logro]) -> Constancias:
    """Los números de las constancias de unas líneas base y unos logros esperados, en una consulta."""
    claves: dict[str, set[int]] = {cadena.LINEA_BASE: set(), cadena.LOGRO_ESPERADO: set()}
    for una in fijadas:
        if una.id is not None:
            claves[cadena.LINEA_BASE if isinstance(una, ValorBase) else cadena.LOGRO_ESPERADO].add(una.id)
    suyas = Q(clase=cadena.LINEA_BASE, objeto__in=claves[cadena.LINEA_BASE])
    suyas |= Q(clase=cadena.LOGRO_ESPERADO, objeto__in=claves[cadena.LOGRO_ESPERADO])
    filas = Constancia.objects.filter(suyas).order_by("numero").values_list("clase", "objeto", "numero")
    return Constancias({(clase, objeto): numero for clase, objeto, numero in filas})


def huella_numero(numero: int) -> str | None:
    """La huella de la constancia ``numero``, si existe."""
    return Constancia.objects.filter(numero=numero).values_list("huella", flat=True).first()


# Comprobar


def revisar(*, desde: int = 1, avance: Callable[[int], None] = lambda numero: None) -> Revision:
    """Recorre la cadena desde el eslabón ``desde`` y la coteja con las filas; para en la primera rotura.

    Con ``desde`` mayor que 1 la huella del eslabón previo se da por buena. ``avance`` recibe el último número revisado,
    una vez por tanda. La memoria que usa no depende del largo de la cadena.
    """
    previo = Constancia.objects.filter(numero=desde - 1).values_list("huella", flat=True).first()
    if desde > 1 and previo is None:
        return Revision(0, 0, "", Rotura(desde - 1, "falta: no hay de dónde empezar."))
    hechas, anterior, numero = 0, previo or cadena.ORIGEN, desde - 1
    while tanda := list(Constancia.objects.filter(numero__gt=numero).order_by("numero")[:TANDA]):
        actuales = _leer_filas(tanda)
        for una in tanda:
            rotura = cadena.revisar_enlace(
                numero=una.numero,
                esperado=numero + 1,
                anterior=anterior,
                texto=una.canonico,
                huella=una.huella,
                huella_anterior=una.huella_anterior,
            ) or _revisar_contenido(una, actuales.get((una.clase, una.objeto)))
            if rotura is not None:
                return Revision(hechas, numero, anterior, rotura)
            hechas, numero, anterior = hechas + 1, una.numero, una.huella
        avance(numero)
    return Revision(hechas, numero, anterior, _sin_constancia())


def _leer_filas(tanda: Sequence[Constancia]) -> dict[tuple[str, int], dict[str, Any]]:
    """Lo que las filas dicen hoy de cada hecho de la tanda: una consulta por clase, con su relevo."""
    leidas: dict[tuple[str, int], dict[str, Any]] = {}
    for clase in cadena.CLASES:
        objetos = [una.objeto for una in tanda if una.clase == clase]
        if not objetos:
            continue
        columnas, extra = cadena.RECETAS[clase].columnas, _relevos(clase)
        filas = _filas(clase, objetos).annotate(**extra)
        for fila in filas.values(*columnas, *VIGENCIA.get(clase, ("sustituida_en",)), *extra, objeto=_clave(clase)):
            leidas[clase, fila["objeto"]] = fila
    return leidas


def _relevos(clase: str) -> dict[str, Subquery]:
    """Cuándo dejó de regir cada fila según lo que la relevó: la versión que la siguió o su retiro."""
    if clase == cadena.RETIRO:
        return {}
    if clase == cadena.PUBLICACION:
        siguientes = Medicion.objects.con_version().filter(corrige=OuterRef("pk"))
        retiros = Constancia.objects.filter(clase=cadena.RETIRO, objeto=OuterRef("pk"))
        return {
            "relevo": Subquery(siguientes.order_by("publicada_en").values("publicada_en")[:1]),
            "retiro": Subquery(retiros.order_by("numero").values("en")[:1]),
        }
    modelo = ORIGENES[clase][0]
    clave = {
        cadena.LINEA_BASE: ("indicador_id",),
        cadena.LOGRO_ESPERADO: ("indicador_id", "anio"),
        cadena.UMBRALES: ("alcance",),
    }[clase]
    siguiente = modelo._default_manager.filter(
        version=OuterRef("version") + 1, **{campo: OuterRef(campo) for campo in clave}
    )
    return {"relevo": Subquery(siguiente.order_by("pk").values("publicada_en")[:1])}


def _revisar_contenido(una: Constancia, fila: Mapping[str, Any] | None) -> Rotura | None:
    """Si una constancia dice lo mismo en su texto, en sus columnas, en lo sellado y en la fila que certifica."""
    try:
        texto = json.loads(una.canonico)
        sellado = json.loads(una.sellado)
        datos, sellos = texto["datos"], texto["sellos"]
        columnas = {campo: texto[campo] for campo in ("numero", "clase", "objeto", "en")}
    except (ValueError, KeyError, TypeError):
        return Rotura(una.numero, "su texto no es el de una constancia.")
    propias = {"numero": una.numero, "clase": una.clase, "objeto": una.objeto, "en": una.en}
    for campo, dicho, actual in cadena.diferencias(columnas, json.loads(cadena.canonico(propias))):
        return Rotura(una.numero, f"su columna «{campo}» dice {actual} y su texto {dicho}.")
    es_de_medicion = una.clase in (cadena.PUBLICACION, cadena.RETIRO)
    if una.medicion_id != (una.objeto if es_de_medicion else None):
        return Rotura(una.numero, "su columna «medicion» no nombra a la medición que certifica.")
    for parte, sello in sellos.items():
        if cadena.sellar(cadena.sal_de(una.secreto, parte), cadena.canonico(sellado.get(parte, {}))) != sello:
            return Rotura(una.numero, f"lo sellado («{parte}») no es lo que su texto compromete.")
    que = _nombre_de(una)
    if fila is None:
        return Rotura(una.numero, f"falta en la base la fila que certifica: {que}.")
    hoy = cadena.partes_de(una.clase, fila)
    for parte, certificado in (("datos", datos), *sellado.items()):
        for campo, dicho, actual in cadena.diferencias(certificado, hoy[parte]):
            return Rotura(
                una.numero, f"{que}: el campo «{campo}» dice {_citar(actual)} y se certificó {_citar(dicho)}."
            )
    return _revisar_vigencia(una, fila, que)


def _revisar_vigencia(una: Constancia, fila: Mapping[str, Any], que: str) -> Rotura | None:
    """La etapa y el fin de la vigencia se siguen de los eslabones: de la versión que la relevó o de su retiro."""
    if una.clase == cadena.RETIRO:
        etapa, fin, debida, debido = (
            fila["medicion__etapa"],
            fila["medicion__sustituida_en"],
            str(Medicion.Etapa.RETIRADA),
            una.en,
        )
    else:
        retiro: datetime | None = fila.get("retiro")
        fin, debido = fila["sustituida_en"], retiro or fila["relevo"]
        etapa = debida = ""
        if una.clase == cadena.PUBLICACION:
            etapa = fila["etapa"]
            relevada = Medicion.Etapa.SUSTITUIDA if fila["relevo"] else Medicion.Etapa.PUBLICADA
            debida = str(Medicion.Etapa.RETIRADA if retiro else relevada)
    if etapa != debida:
        return Rotura(una.numero, f"{que}: el campo «etapa» dice «{etapa}» y según la cadena es «{debida}».")
    if fin != debido:
        ambos = json.loads(cadena.canonico({"fin": fin, "debido": debido}))
        return Rotura(
            una.numero,
            f"{que}: el campo «sustituida_en» dice {_citar(ambos['fin'])} y según la cadena es "
            f"{_citar(ambos['debido'])}.",
        )
    return None


def _sin_constancia() -> Rotura | None:
    """La primera fila publicada, retirada o fijada que no tiene su eslabón."""
    for clase in cadena.CLASES:
        modelo, clave = ORIGENES[clase]
        filas = modelo._default_manager.order_by("pk")
        if clase == cadena.PUBLICACION:
            filas = filas.filter(publicada_en__isnull=False)
        elif clase == cadena.RETIRO:
            filas = filas.filter(accion="retirar")
        suya = Constancia.objects.filter(clase=clase, objeto=OuterRef(clave))
        objeto = filas.filter(~Exists(suya)).values_list(clave, flat=True).first()
        if objeto is not None:
            que = _nombre_de(Constancia(clase=clase, objeto=objeto))
            return Rotura(None, f"No tiene constancia: {que}.")
    return None


def _nombre_de(una: Constancia) -> str:
    if una.clase in (cadena.PUBLICACION, cadena.RETIRO):
        return f"{una.get_clase_display()} de la medición {una.objeto}"
    return f"{una.get_clase_display()} {una.objeto}"


def _citar(dato: object) -> str:
    return "nada" if dato is None or dato == "" else f"«{dato}»"


def evidencias_rotas() -> Iterator[str]:
    """Las evidencias, también las retiradas, cuyo archivo falta o ya no tiene la huella con que se recibió.

    Lee cada archivo por trozos: la memoria no crece con ellos.
    """
    for evidencia in Evidencia.objects.order_by("id").iterator(chunk_size=TANDA):
        huella = hashlib.sha256()
        try:
            with evidencia.archivo.open("rb") as abierto:
                for trozo in abierto.chunks():
                    huella.update(trozo)
        except OSError:
            yield f"Falta el archivo de la evidencia {evidencia.pk} («{evidencia.nombre}»)."
            continue
        if huella.hexdigest() != evidencia.huella:
            yield f"El archivo de la evidencia {evidencia.pk} («{evidencia.nombre}») no es el que se recibió."
