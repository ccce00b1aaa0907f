"""Crea las cuatro cuentas del modo demo y muestra su clave."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError

from indicadores.permisos import Rol, asegurar_grupos

CUENTAS = {
    "analista": Rol.ANALISTA,
    "revisor": Rol.REVISOR,
    "funcionario": Rol.FUNCIONARIO,
    "admin": Rol.ADMINISTRADOR,
}


class Command(BaseCommand):
    help = "Crea las cuentas analista, revisor, funcionario y admin; solo existen en el modo demo."

    def handle(self, *args: Any, **opciones: Any) -> None:
        if settings.EN_PRODUCCION:
            raise CommandError("Las cuentas de demostración no existen en producción.")
        pedida = settings.DEMO_CLAVE
        clave = pedida or self._clave_guardada()
        asegurar_grupos()
        for nombre, rol in CUENTAS.items():
            cuenta, nueva = User.objects.get_or_create(
                username=nombre, defaults={"is_staff": True, "is_superuser": rol is Rol.ADMINISTRADOR}
            )
            if nueva:
                cuenta.groups.add(Group.objects.get(name=rol.value))
            if nueva or (pedida and not cuenta.check_password(pedida)):
                cuenta.set_password(clave)
                cuenta.save()
        cambiadas = [n for n in CUENTAS if not User.objects.get(username=n).check_password(clave)]
        self.stdout.write(f"Cuentas de demostración: {', '.join(CUENTAS)}. Clave: {clave}")
        if cambiadas:
            self.stdout.write(f"Conservan la clave que alguien les puso: {', '.join(cambiadas)}.")

    @staticmethod
    def _clave_guardada() -> str:
        """La misma clave en cada arranque, generada una vez y guardada fuera del repositorio."""
        archivo = settings.VAR / "clave_demo"
        if not archivo.exists():
            archivo.parent.mkdir(parents=True, exist_ok=True)
            archivo.write_text(secrets.token_urlsafe(9), encoding="utf-8")
            archivo.chmod(0o600)
        return archivo.read_text(encoding="utf-8").strip()
