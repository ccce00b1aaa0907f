"""Los alias de lugares: se recuerdan cuando una persona dice a qué ámbito corresponde un nombre, y se olvidan."""

from datetime import datetime

from django.contrib.auth.models import User

from indicadores.acciones.comun import escritura, momento
from indicadores.errores import DatoInvalido
from indicadores.models import AliasDeAmbito, Ambito
from indicadores.nombres import clave_de_alias
from indicadores.permisos import Accion, comprobar


def recordar_alias(*, por: User, nombre: str, ambito: Ambito, ahora: datetime | None = None) -> AliasDeAmbito:
    """Desde ahora ``nombre`` (sin mirar tildes, mayúsculas ni signos) nombra a ``ambito`` en las hojas que lleguen.

    Repetirlo no hace nada; si ya nombra a otro ámbito levanta :class:`DatoInvalido`: primero se olvida aquel.
    """
    comprobar(por, Accion.IMPORTAR)
    clave = clave_de_alias(nombre)
    if not clave:
        raise DatoInvalido(f"«{nombre.strip()}» no tiene letras ni números: no sirve para nombrar un lugar.")
    with escritura(AliasDeAmbito):
        alias, es_nuevo = AliasDeAmbito.objects.select_related("ambito").get_or_create(
            alias=clave, defaults={"ambito": ambito, "creado_por": por, "creado_en": momento(ahora)}
        )
        if not es_nuevo and alias.ambito_id != ambito.pk:
            raise DatoInvalido(
                f"«{nombre.strip()}» ya nombra a {alias.ambito.nombre}. Si es un error, olvide ese alias en la lista "
                "de alias de ámbitos y vuelva a elegir."
            )
    return alias


def olvidar_alias(alias: AliasDeAmbito, *, por: User) -> None:
    """Borra un alias; lo que ya se anotó con él no cambia."""
    comprobar(por, Accion.IMPORTAR)
    with escritura(AliasDeAmbito):
        AliasDeAmbito.objects.filter(pk=alias.pk).delete()
