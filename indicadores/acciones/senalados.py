"""Los errores que señalan los lectores: cualquiera señala; el personal responde y queda quién y cuándo."""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from indicadores.acciones.comun import escritura, momento
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.models import ErrorSenalado, Indicador, Medicion
from indicadores.permisos import Accion, comprobar

#: Letras que admite el texto, y las que hacen falta para que se entienda qué está mal.
LARGO_MAXIMO, LARGO_MINIMO = 2000, 15


def senalar(
    *,
    indicador: Indicador,
    texto: str,
    correo: str = "",
    medicion: Medicion | None = None,
    ahora: datetime | None = None,
) -> ErrorSenalado:
    """Anota que un lector ve un error en una cifra de ``indicador``; no pide cuenta. Levanta :class:`DatoInvalido`.

    Si nombra una ``medicion``, debe ser de ese indicador y haberse publicado. La puerta limita cuántos por dirección.
    """
    limpio, correo = texto.replace("\0", "").strip(), correo.strip()
    if len(limpio) < LARGO_MINIMO:
        raise DatoInvalido("Cuente qué está mal y, si lo sabe, cuál es el dato correcto y dónde consta.", campo="texto")
    if len(limpio) > LARGO_MAXIMO:
        raise DatoInvalido(f"El texto tiene {len(limpio)} letras y se admiten {LARGO_MAXIMO}.", campo="texto")
    if correo:
        try:
            validate_email(correo)
        except ValidationError as error:
            raise DatoInvalido(f"«{correo}» no es una dirección de correo.", campo="correo") from error
    if medicion is not None and (medicion.indicador_id != indicador.pk or medicion.publicada_en is None):
        raise DatoInvalido("Esa cifra no es una publicada de este indicador.")
    with escritura(ErrorSenalado):
        return ErrorSenalado.objects.create(
            indicador=indicador, medicion=medicion, texto=limpio, correo=correo, recibido_en=momento(ahora)
        )


def atender(
    senalado: ErrorSenalado, *, por: User, respuesta: str, desestimar: bool = False, ahora: datetime | None = None
) -> ErrorSenalado:
    """Responde un error señalado: se atendió o, con ``desestimar``, se explica por qué no lo es. Una sola vez.

    La respuesta queda con quién y cuándo; si otra persona respondió antes levanta :class:`ConflictoDeEdicion`.
    """
    comprobar(por, Accion.ATENDER)
    limpia = respuesta.strip()
    if not limpia:
        raise DatoInvalido("Escriba la respuesta: qué se hizo o por qué no es un error.", campo="respuesta")
    estado = ErrorSenalado.Estado.DESESTIMADO if desestimar else ErrorSenalado.Estado.ATENDIDO
    with escritura(ErrorSenalado):
        pendiente = ErrorSenalado.objects.filter(pk=senalado.pk, estado=ErrorSenalado.Estado.PENDIENTE)
        cambiados = pendiente.update(estado=estado, respuesta=limpia, atendido_por=por, atendido_en=momento(ahora))
        guardado = ErrorSenalado.objects.select_related("indicador", "atendido_por").get(pk=senalado.pk)
        if not cambiados:
            raise ConflictoDeEdicion(
                f"Este error ya lo respondió {guardado.atendido_por}: «{guardado.respuesta}». La suya no se guardó."
            )
    return guardado
