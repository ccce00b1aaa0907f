"""Los verbos de las llaves de la API: emitir una, que se ve esa única vez, y revocarla."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from indicadores.acciones.comun import escritura, exigir_motivo, momento, sin_control
from indicadores.errores import DatoInvalido, TransicionInvalida
from indicadores.models import LlaveDeApi
from indicadores.permisos import Accion, comprobar
from objetivos.models import Entidad

#: Con qué empieza toda llave: quien la encuentre donde no debe estar sabe qué es.
PREFIJO = "pnp_"
#: Cuántas de sus letras se guardan, para reconocerla en la lista; las otras, al azar, no están en ninguna parte.
LETRAS_A_LA_VISTA = 10
MAXIMO_POR_MINUTO = 100_000


def emitir_llave(
    *,
    por: User,
    nombre: str,
    correo: str,
    entidad: Entidad | None = None,
    por_minuto: int | None = None,
    vence_en: datetime | None = None,
    ahora: datetime | None = None,
) -> tuple[LlaveDeApi, str]:
    """Crea una llave y la devuelve con su texto, que no se guarda: solo su huella SHA-256.

    ``por_minuto`` es su límite propio; None, el de todas. Levanta :class:`DatoInvalido` y :class:`PermisoDenegado`.
    """
    comprobar(por, Accion.DAR_LLAVES)
    en = momento(ahora)
    para, correo = sin_control(nombre).strip(), correo.strip()
    if not para or len(para) > 120:
        raise DatoInvalido("Diga para qué se usará la llave, en no más de 120 letras.", campo="nombre")
    try:
        validate_email(correo)
    except ValidationError as error:
        raise DatoInvalido(f"«{correo[:80]}» no es una dirección de correo.", campo="correo") from error
    if por_minuto is not None and not 1 <= por_minuto <= MAXIMO_POR_MINUTO:
        raise DatoInvalido(f"El límite va de 1 a {MAXIMO_POR_MINUTO} peticiones por minuto.", campo="por_minuto")
    if vence_en is not None and vence_en <= en:
        raise DatoInvalido("La llave debe vencer después de hoy.", campo="vence_en")
    texto = PREFIJO + secrets.token_urlsafe(32)
    with escritura(LlaveDeApi):
        llave = LlaveDeApi.objects.create(
            nombre=para,
            entidad=entidad,
            correo=correo,
            prefijo=texto[:LETRAS_A_LA_VISTA],
            huella=huella_de(texto),
            por_minuto=por_minuto,
            vence_en=vence_en,
            creada_por=por,
            creada_en=en,
        )
    return llave, texto


def revocar_llave(llave: LlaveDeApi, *, por: User, motivo: str, ahora: datetime | None = None) -> LlaveDeApi:
    """La llave deja de servir desde ya y para siempre; queda en la lista con su razón."""
    comprobar(por, Accion.DAR_LLAVES)
    razon = exigir_motivo(motivo, "revocar la llave")
    with escritura(LlaveDeApi):
        actual = LlaveDeApi.objects.select_for_update().get(pk=llave.pk)
        if actual.revocada_en is not None:
            raise TransicionInvalida("Esa llave ya estaba revocada.")
        actual.revocada_en, actual.revocada_por, actual.motivo_revocacion = momento(ahora), por, razon
        actual.save(update_fields=["revocada_en", "revocada_por", "motivo_revocacion"])
    return actual


def llave_que_sirve(texto: str, *, ahora: datetime) -> LlaveDeApi | None:
    """La llave con ese texto, si existe y no se revocó ni venció; una consulta, por el índice de la huella."""
    servibles = Q(revocada_en__isnull=True) & (Q(vence_en__isnull=True) | Q(vence_en__gt=ahora))
    return LlaveDeApi.objects.filter(servibles, huella=huella_de(texto)).order_by("pk").first()


def huella_de(texto: str) -> str:
    """SHA-256 en hexadecimal. Sin sal: el texto ya es azar de 256 bits y no hay diccionario que lo halle."""
    return hashlib.sha256(texto.encode()).hexdigest()
