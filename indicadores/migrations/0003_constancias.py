"""Certifica lo que ya estaba publicado: un eslabón por publicación, retiro y revisión, en el orden en que ocurrieron.

Los cargos son los que cada cuenta tiene hoy; los de entonces no se guardaron.
"""

import secrets
from collections import defaultdict

from django.conf import settings
from django.db import migrations
from django.db.models import F

from indicadores.calculo import cadena

TANDA = 500


def certificar(apps, schema_editor):
    def modelo(nombre):
        return apps.get_model("indicadores", nombre)

    Constancia = modelo("Constancia")
    origenes = {
        cadena.PUBLICACION: (modelo("Medicion").objects.filter(publicada_en__isnull=False), "pk"),
        cadena.RETIRO: (modelo("Suceso").objects.filter(accion="retirar"), "medicion_id"),
        cadena.LINEA_BASE: (modelo("LineaBase").objects.all(), "pk"),
        cadena.LOGRO_ESPERADO: (modelo("LogroEsperado").objects.all(), "pk"),
        cadena.UMBRALES: (modelo("Umbral").objects.all(), "pk"),
    }
    hechas = set(Constancia.objects.values_list("clase", "objeto"))
    pendientes = sorted(
        (en, cadena.CLASES.index(clase), objeto)
        for clase, (filas, clave) in origenes.items()
        for en, objeto in filas.order_by("pk").values_list(cadena.RECETAS[clase].momento, clave)
        if (clase, objeto) not in hechas
    )
    roles = defaultdict(set)
    cuentas = apps.get_model(settings.AUTH_USER_MODEL).objects.order_by("pk")
    for cuenta, grupo, es_superusuario in cuentas.values_list("pk", "groups__name", "is_superuser"):
        roles[cuenta].update({grupo or "", "Administrador" if es_superusuario else ""})
    ultima = Constancia.objects.order_by("-numero").values_list("numero", "huella").first()
    numero, huella = ultima or (0, cadena.ORIGEN)
    for inicio in range(0, len(pendientes), TANDA):
        tanda = pendientes[inicio : inicio + TANDA]
        leidas = {}
        for indice, clase in enumerate(cadena.CLASES):
            objetos = [objeto for _, suya, objeto in tanda if suya == indice]
            filas, clave = origenes[clase]
            suyas = filas.filter(**{f"{clave}__in": objetos}) if objetos else filas.none()
            for fila in suyas.values(*cadena.RECETAS[clase].columnas, objeto=F(clave)):
                leidas[clase, fila["objeto"]] = fila
        nuevas = []
        for _, indice, objeto in tanda:
            clase = cadena.CLASES[indice]
            numero += 1
            eslabon = cadena.forjar(
                numero=numero,
                anterior=huella,
                clase=clase,
                objeto=objeto,
                fila=leidas[clase, objeto],
                roles=roles,
                secreto=secrets.token_hex(32),
            )
            huella = eslabon.huella
            campos = ("numero", "clase", "objeto", "en", "canonico", "sellado", "secreto", "huella", "huella_anterior")
            suya = objeto if clase in (cadena.PUBLICACION, cadena.RETIRO) else None
            nuevas.append(Constancia(medicion_id=suya, **{campo: getattr(eslabon, campo) for campo in campos}))
        Constancia.objects.bulk_create(nuevas)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("indicadores", "0002_expediente"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(certificar, migrations.RunPython.noop)]
