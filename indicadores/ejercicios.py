"""Los ejercicios cerrados: qué años ya no se tocan, por qué, y quién puede cambiarlos igual.

El año de una medición es el de su último día. Quien escribe una cifra toma aquí un turno compartido de su año; quien
lo cierra, uno exclusivo: una publicación que empezó antes termina antes del cierre, y la que empieza después lo ve.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import connections, router
from django.utils import timezone

from indicadores.errores import EjercicioBloqueado
from indicadores.formato import escribir_fecha, escribir_periodo
from indicadores.models import EjercicioCerrado, Medicion, Suceso
from indicadores.permisos import ROLES_DE_ACCION, Accion, Persona, Rol, puede

#: El número del turno en PostgreSQL («EJER» en ASCII); cualquiera sirve, mientras nadie más lo use.
TURNO = 0x454A4552
#: Cómo recuerda la historia de una medición con qué cierre a la vista se registró.
MARCA = "ejercicio_cerrado"


def esperar_turno(anios: Iterable[int], *, para_cerrar: bool = False) -> None:
    """Hasta el fin de la transacción, nadie cierra ``anios`` (o, ``para_cerrar``, nadie escribe en ellos).

    En SQLite no hace falta: solo hay una transacción que escribe. Puede repetirse.
    """
    conexion = connections[router.db_for_write(EjercicioCerrado)]
    pedidos = sorted(set(anios))
    if conexion.vendor == "postgresql" and pedidos:
        funcion = "pg_advisory_xact_lock" if para_cerrar else "pg_advisory_xact_lock_shared"
        with conexion.cursor() as cursor:
            cursor.execute(f"SELECT {funcion}(%s, anio) FROM unnest(%s) AS anio", [TURNO, pedidos])


def cerrados_entre(anios: Collection[int]) -> dict[int, EjercicioCerrado]:
    """De ``anios``, los que están cerrados, con su cierre; una consulta, sean cuantos sean."""
    cierres = EjercicioCerrado.objects.filter(anio__in=set(anios), reabierto_en__isnull=True)
    return {cierre.anio: cierre for cierre in cierres.select_related("cerrado_por").order_by("anio")}


def cierre_de(medicion: Medicion) -> EjercicioCerrado | None:
    """El cierre del año de ``medicion``, si está cerrado."""
    anio = medicion.fin.year
    return cerrados_entre([anio]).get(anio)


def exigir_abiertos(anios: Collection[int], *, por: User) -> dict[int, EjercicioCerrado]:
    """Toma el turno de ``anios`` y devuelve los cerrados que ``por`` puede cambiar igual, con su cierre.

    Va dentro de la transacción que escribe. Levanta :class:`EjercicioBloqueado` si alguno está cerrado y no puede.
    """
    esperar_turno(anios)
    cierres = cerrados_entre(anios)
    if cierres and not puede(por, Accion.CAMBIAR_CERRADO):
        raise EjercicioBloqueado(explicar(next(iter(cierres.values()))))
    return cierres


def exigir_publicables(mediciones: Collection[Medicion]) -> None:
    """En un ejercicio cerrado solo se publica lo que un Administrador registró, con su motivo, sabiéndolo cerrado.

    Toma el turno de sus años. Dos consultas, sean cuantas sean; una, si ninguno está cerrado.
    """
    anios = {medicion.fin.year for medicion in mediciones}
    esperar_turno(anios)
    cierres = cerrados_entre(anios)
    encerradas = [medicion for medicion in mediciones if medicion.fin.year in cierres]
    tardias = registradas_tras_el_cierre(encerradas)
    for medicion in encerradas:
        cierre = cierres[medicion.fin.year]
        if (medicion.pk, cierre.pk) not in tardias:
            raise EjercicioBloqueado(
                f"La medición de {medicion.indicador.codigo}, {escribir_periodo(medicion.periodo)}, se registró antes "
                f"del cierre y ya no se publica. {explicar(cierre, si_debe_publicarse=True)}"
            )


def registradas_tras_el_cierre(mediciones: Collection[Medicion]) -> set[tuple[int, int]]:
    """Los pares (medición, cierre) en que la medición se registró con ese cierre a la vista."""
    if not mediciones:
        return set()
    hechos = Suceso.objects.filter(medicion__in=mediciones, accion__in=("registrar", "corregir"))
    pares = hechos.order_by("pk").values_list("medicion_id", "cambios")
    return {(medicion, cambios[MARCA]) for medicion, cambios in pares if MARCA in cambios}


def marca_de(cierre: EjercicioCerrado | None) -> dict[str, Any]:
    """Lo que anota en ``cambios`` el suceso de registrar o corregir en un ejercicio cerrado; vacío si está abierto."""
    return {MARCA: cierre.pk} if cierre else {}


def explicar(cierre: EjercicioCerrado, *, si_debe_publicarse: bool = False) -> str:
    """Qué año, quién lo cerró, cuándo, por qué y quién puede ayudar."""
    quienes = " o ".join(rol.value for rol in Rol if rol in ROLES_DE_ACCION[Accion.CAMBIAR_CERRADO])
    ayuda = f"Si algo debe cambiar, pídalo a una persona con el rol {quienes}, que puede hacerlo dando un motivo."
    if si_debe_publicarse:
        ayuda = f"Descártela; si debe publicarse, una persona con el rol {quienes} la registra de nuevo con un motivo."
    return f"{resumir(cierre)} {ayuda}"


def resumir(cierre: EjercicioCerrado) -> str:
    """La frase del cierre, sin la ayuda."""
    cuando = escribir_fecha(timezone.localdate(cierre.cerrado_en))
    quien = cierre.cerrado_por.get_username()
    motivo = cierre.motivo.rstrip(". ")
    return f"El ejercicio {cierre.anio} está cerrado: lo cerró {quien} el {cuando}. Motivo: «{motivo}»."


def permite(cierre: EjercicioCerrado | None, persona: Persona, medicion: Medicion, verbo: str) -> bool:
    """Si el cierre (None: abierto) deja que ``persona`` dé ese paso con ``medicion``; no mira sus otros permisos."""
    if cierre is None or verbo in ("descartar", "observar"):
        return True
    if verbo == "publicar":
        return (medicion.pk, cierre.pk) in registradas_tras_el_cierre([medicion])
    return puede(persona, Accion.CAMBIAR_CERRADO)
