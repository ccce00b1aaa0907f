"""Recuerda por correo lo vencido, lo por vencer y los compromisos; sin ``--enviar`` solo muestra qué mandaría."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicadores.avisos import avisos_del_dia, cartas, enviar_carta
from indicadores.formato import plural


class Command(BaseCommand):
    help = (
        "Muestra qué recordatorios corresponden hoy y a quién; con --enviar los manda. Prográmela una vez al día: "
        "nunca repite lo que ya avisó."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--enviar", action="store_true", help="Manda los correos que de otro modo solo muestra.")

    def handle(self, *args: Any, **opciones: Any) -> None:
        if not settings.DIRECCION_PUBLICA:
            raise CommandError(
                "Falta DIRECCION_PUBLICA: póngala en el entorno, por ejemplo https://portal.ejemplo.gob.pe. De ella "
                "salen los enlaces de los correos."
            )
        ahora = timezone.now()
        por_mandar = cartas(avisos_del_dia(ahora), direccion_publica=settings.DIRECCION_PUBLICA)
        if not por_mandar:
            self.stdout.write("No hay nada nuevo que avisar.")
            return
        if not opciones["enviar"]:
            for carta in por_mandar:
                self.stdout.write(f"Para: {carta.destinatario}\nAsunto: {carta.asunto}\n\n{carta.cuerpo}")
            cuantas = plural(len(por_mandar), "correo", "correos")
            self.stdout.write(f"Se mandarían {cuantas}. Nada se envió: agregue --enviar.")
            return
        resultados = [enviar_carta(carta, remitente=settings.DEFAULT_FROM_EMAIL, ahora=ahora) for carta in por_mandar]
        for resultado in resultados:
            dicho = "enviado" if resultado.enviada else f"no se envió: {resultado.razon}"
            self.stdout.write(f"{resultado.carta.destinatario}: {dicho}")
        if not all(resultado.enviada for resultado in resultados):
            raise CommandError("Algún correo no salió; vea arriba por qué.")
