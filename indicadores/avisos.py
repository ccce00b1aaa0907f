"""Los recordatorios por correo: qué corresponde avisar hoy y a quién; nunca dos veces lo mismo.

Cada recordatorio tiene una clave (qué, cuándo vence y en qué escalón va). Antes de mandar una carta se anotan sus
claves para ese destinatario y se confirma la transacción: si dos órdenes corren a la vez, la segunda choca con la
anotación y no manda nada. Si el servidor de correo dice que no la recibió, las anotaciones se borran y la próxima
ejecución lo intenta otra vez. Si el proceso muere entre anotar y mandar, esa carta no sale: se prefiere perder un
recordatorio (el escalón siguiente vuelve a decirlo) a repetirlo.
"""

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from indicadores.acciones.comun import escritura
from indicadores.bandeja import leer_compromisos, separar_exigidas
from indicadores.calculo.plazos import ANTICIPACION, tramo_de_aviso
from indicadores.entregas import leer_exigidas
from indicadores.errores import ConflictoDeEdicion
from indicadores.formato import enumerar, escribir_fecha, escribir_periodo, plural
from indicadores.models import AvisoEnviado
from indicadores.permisos import Rol

DESTINATARIOS = (Rol.ANALISTA, Rol.ADMINISTRADOR)
#: Cuántos de cada grupo se detallan en una carta; los demás se cuentan.
EN_LA_CARTA = 50


@dataclass(frozen=True, slots=True)
class Aviso:
    """Un recordatorio: su clave, la frase que lo dice y la ruta donde se resuelve."""

    clave: str
    grupo: str
    texto: str
    ruta: str


@dataclass(frozen=True, slots=True)
class Carta:
    """Lo que se manda a una dirección: solo lo que todavía no se le había avisado."""

    destinatario: str
    asunto: str
    cuerpo: str
    claves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resultado:
    """Qué pasó con una carta: ``enviada`` o por qué no."""

    carta: Carta
    enviada: bool
    razon: str = ""


def avisos_del_dia(ahora: datetime) -> list[Aviso]:
    """Lo que corresponde recordar ese día, a quienquiera que sea: lo vencido, lo por vencer y los compromisos."""
    hoy = timezone.localdate(ahora)
    hallados = []
    for grupo, cifras in zip(
        ("vencidas", "por vencer"),
        separar_exigidas(leer_exigidas(corte=hoy, a_la_fecha=ahora), hoy),
        strict=True,
    ):
        for una in cifras:
            vence, periodo = una.exigencia.vence, una.exigencia.periodo.texto
            alta = reverse("admin:indicadores_medicion_add")
            hallados.append(
                Aviso(
                    f"plazo:{una.indicador.pk}:{periodo}:{vence}:{tramo_de_aviso(vence, hoy)}",
                    grupo,
                    f"{una.indicador}, {escribir_periodo(periodo)}: {cuando_vence(vence, hoy)}.",
                    f"{alta}?indicador={una.indicador.pk}&periodo={periodo}",
                )
            )
    for uno in leer_compromisos(ahora=ahora, hasta=hoy + timedelta(days=ANTICIPACION)):
        hallados.append(
            Aviso(
                f"compromiso:{uno.clave}:{uno.fecha}:{tramo_de_aviso(uno.fecha, hoy)}",
                "compromisos",
                f"{uno.indicador}, {uno.que} de {escribir_periodo(uno.periodo)}: el compromiso de tenerlo "
                f"{cuando_vence(uno.fecha, hoy)}.",
                reverse("admin:indicadores_medicion_change", args=[uno.medicion])
                if uno.medicion
                else reverse("admin:indicadores_indicador_change", args=[uno.indicador.pk]),
            )
        )
    return hallados


def cuando_vence(vence: date, hoy: date) -> str:
    """«vence hoy», «vence el 3 de mayo de 2022 (en 4 días)» o «venció el 3 de mayo de 2022 (hace 12 días)»."""
    dias = (vence - hoy).days
    if dias == 0:
        return "vence hoy"
    if dias > 0:
        return f"vence el {escribir_fecha(vence)} (en {plural(dias, 'día', 'días')})"
    return f"venció el {escribir_fecha(vence)} (hace {plural(-dias, 'día', 'días')})"


def correos() -> list[str]:
    """Las direcciones de analistas y administradores con cuenta activa, cada una una vez, en minúsculas."""
    roles = [rol.value for rol in DESTINATARIOS]
    cuentas = User.objects.filter(Q(groups__name__in=roles) | Q(is_superuser=True), is_active=True, is_staff=True)
    return sorted({correo.strip().lower() for correo in cuentas.exclude(email="").values_list("email", flat=True)})


def cartas(avisos: Sequence[Aviso], *, direccion_publica: str) -> list[Carta]:
    """Una carta por dirección con lo que aún no se le avisó; quien ya lo sabe todo no recibe ninguna."""
    ya_avisados = set(
        AvisoEnviado.objects.filter(clave__in=[aviso.clave for aviso in avisos]).values_list("destinatario", "clave")
    )
    hechas = []
    for correo in correos():
        nuevos = [aviso for aviso in avisos if (correo, aviso.clave) not in ya_avisados]
        if nuevos:
            cuerpo = _cuerpo(nuevos, direccion_publica.rstrip("/"))
            hechas.append(Carta(correo, _asunto(nuevos), cuerpo, tuple(aviso.clave for aviso in nuevos)))
    return hechas


_GRUPOS = (
    ("vencidas", "cifra vencida", "cifras vencidas", "Vencidas"),
    ("por vencer", "cifra por vencer", "cifras por vencer", "Por vencer"),
    ("compromisos", "compromiso", "compromisos", "Compromisos"),
)


def _asunto(avisos: Sequence[Aviso]) -> str:
    partes = []
    for grupo, singular, varias, _ in _GRUPOS:
        if cuantos := sum(aviso.grupo == grupo for aviso in avisos):
            partes.append(plural(cuantos, singular, varias))
    return f"Política Nacional Penitenciaria: {enumerar(partes)}"


def _cuerpo(avisos: Sequence[Aviso], base: str) -> str:
    lineas = ["Esto espera en el portal de la Política Nacional Penitenciaria al 2030.", ""]
    for grupo, _, _, titulo in _GRUPOS:
        suyos = [aviso for aviso in avisos if aviso.grupo == grupo]
        if suyos:
            lineas += [titulo, ""]
            for aviso in suyos[:EN_LA_CARTA]:
                lineas += [f"- {aviso.texto}", f"  {base}{aviso.ruta}"]
            if len(suyos) > EN_LA_CARTA:
                lineas.append(f"- y {len(suyos) - EN_LA_CARTA} más, en su bandeja.")
            lineas.append("")
    lineas += [
        f"Todo lo que le espera: {base}{reverse('admin:index')}",
        "",
        f"Se recuerda {ANTICIPACION} días antes del vencimiento y, si sigue sin publicarse, a los días 1, 7, 30, 60…",
        "Lo que ya se le avisó no se repite.",
    ]
    return "\n".join(lineas) + "\n"


def enviar_carta(carta: Carta, *, remitente: str, ahora: datetime) -> Resultado:
    """Anota y manda, en ese orden; véase la descripción del módulo."""
    try:
        with escritura(AvisoEnviado):
            AvisoEnviado.objects.bulk_create(
                AvisoEnviado(clave=clave, destinatario=carta.destinatario, en=ahora) for clave in carta.claves
            )
    except ConflictoDeEdicion:
        return Resultado(carta, False, "otra ejecución la está enviando")
    return _mandar(carta, EmailMessage(carta.asunto, carta.cuerpo, remitente, [carta.destinatario]).send)


def _mandar(carta: Carta, mandar: Callable[[], int]) -> Resultado:
    try:
        mandar()
    except (smtplib.SMTPException, OSError) as error:
        with escritura(AvisoEnviado):
            AvisoEnviado.objects.filter(destinatario=carta.destinatario, clave__in=carta.claves).delete()
        return Resultado(carta, False, f"el servidor de correo no la aceptó ({error}); se intentará otra vez")
    return Resultado(carta, True)
