"""Quién puede hacer qué con las cifras; cada regla tiene dos caras: ``comprobar_x`` levanta, ``puede_x`` responde.

Las reglas son datos (``ROLES_DE_ACCION``): la tabla de la documentación y las pruebas salen de ella.
"""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser, Group, User
from django.db.models import Q

from indicadores.errores import PermisoDenegado
from indicadores.models import Medicion

Persona = User | AnonymousUser


class Rol(StrEnum):
    """Los grupos de personas del portal; cada uno es un ``Group`` de Django con este nombre."""

    ANALISTA = "Analista"
    REVISOR = "Revisor"
    FUNCIONARIO = "Funcionario"
    ADMINISTRADOR = "Administrador"


class Accion(StrEnum):
    """Lo que se puede hacer; el valor completa la frase «no puede …»."""

    VER_BORRADORES = "ver mediciones no publicadas"
    REGISTRAR = "registrar mediciones"
    MODIFICAR = "modificar un borrador"
    DESCARTAR = "descartar un borrador"
    ENVIAR = "enviar mediciones a revisión"
    OBSERVAR = "observar mediciones"
    PUBLICAR = "publicar mediciones"
    CORREGIR = "corregir mediciones publicadas"
    RETIRAR = "retirar mediciones publicadas"
    FIJAR = "fijar líneas base, logros esperados o umbrales"
    ADMINISTRAR = "administrar el catálogo"
    REDACTAR = "redactar el reporte"
    EMITIR = "emitir el reporte"
    COMENTAR = "comentar mediciones"
    ADJUNTAR = "adjuntar evidencias o retirarlas"
    DIFUNDIR = "decidir qué evidencias son públicas"
    CERRAR = "cerrar o reabrir un ejercicio"
    CAMBIAR_CERRADO = "cambiar cifras de un ejercicio cerrado"
    IMPORTAR = "importar hojas de mediciones"
    IMPORTAR_CATALOGO = "importar hojas del catálogo"
    ATENDER = "atender errores señalados"
    DAR_LLAVES = "emitir o revocar llaves de la API"
    OPERAR = "ver cómo funciona el portal"


ROLES_DE_ACCION: dict[Accion, frozenset[Rol]] = {
    Accion.VER_BORRADORES: frozenset(Rol),
    Accion.REGISTRAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.MODIFICAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.DESCARTAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.ENVIAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.OBSERVAR: frozenset({Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.PUBLICAR: frozenset({Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.CORREGIR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.RETIRAR: frozenset({Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.FIJAR: frozenset({Rol.ADMINISTRADOR}),
    Accion.ADMINISTRAR: frozenset({Rol.ADMINISTRADOR}),
    Accion.REDACTAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.EMITIR: frozenset({Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.COMENTAR: frozenset({Rol.ANALISTA, Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.ADJUNTAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.DIFUNDIR: frozenset({Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.CERRAR: frozenset({Rol.ADMINISTRADOR}),
    Accion.CAMBIAR_CERRADO: frozenset({Rol.ADMINISTRADOR}),
    Accion.IMPORTAR: frozenset({Rol.ANALISTA, Rol.ADMINISTRADOR}),
    Accion.IMPORTAR_CATALOGO: frozenset({Rol.ADMINISTRADOR}),
    Accion.ATENDER: frozenset({Rol.ANALISTA, Rol.REVISOR, Rol.ADMINISTRADOR}),
    Accion.DAR_LLAVES: frozenset({Rol.ADMINISTRADOR}),
    Accion.OPERAR: frozenset({Rol.ADMINISTRADOR}),
}


def asegurar_grupos() -> None:
    """Crea los grupos que falten; puede repetirse."""
    for rol in Rol:
        Group.objects.get_or_create(name=rol.value)


def roles_de(persona: Persona) -> frozenset[Rol]:
    """Los roles de ``persona``, leídos una vez por instancia; un superusuario es Administrador."""
    if not persona.is_authenticated:
        return frozenset()
    guardados: frozenset[Rol] | None = getattr(persona, "_roles_del_portal", None)
    if guardados is None:
        nombres = set(persona.groups.values_list("name", flat=True))
        guardados = frozenset(rol for rol in Rol if rol.value in nombres)
        if persona.is_superuser:
            guardados |= {Rol.ADMINISTRADOR}
        setattr(persona, "_roles_del_portal", guardados)  # noqa: B010 — el modelo de Django no declara el campo
    return guardados


def puede(persona: Persona, accion: Accion) -> bool:
    """Si alguno de los roles de ``persona`` permite ``accion``."""
    return not ROLES_DE_ACCION[accion].isdisjoint(roles_de(persona))


def comprobar(persona: Persona, accion: Accion) -> None:
    """Levanta :class:`PermisoDenegado` si ``persona`` no puede; el mensaje dice quién sí."""
    if not puede(persona, accion):
        quienes = " o ".join(rol.value for rol in Rol if rol in ROLES_DE_ACCION[accion])
        raise PermisoDenegado(f"Su cuenta no puede {accion.value}. Puede hacerlo una persona con el rol {quienes}.")


def puede_publicar(persona: Persona, medicion: Medicion) -> bool:
    """Si ``persona`` puede publicar ``medicion``: tiene el rol y nunca la registró, cambió, envió ni subió su hoja."""
    if not puede(persona, Accion.PUBLICAR) or persona.pk in (medicion.registrada_por_id, medicion.enviada_por_id):
        return False
    suyo = Q(por=persona.pk, accion__in=("modificar", "enviar")) | Q(medicion__lote__creado_por=persona.pk)
    return not medicion.sucesos.filter(suyo).exists()


def comprobar_publicar(persona: Persona, medicion: Medicion) -> None:
    """Cuatro ojos: publica otra persona, también cuando quien registró es superusuario."""
    comprobar(persona, Accion.PUBLICAR)
    if not puede_publicar(persona, medicion):
        raise PermisoDenegado(
            "Usted registró, cambió o envió esta medición: debe publicarla otra persona con el rol Revisor o "
            "Administrador."
        )
