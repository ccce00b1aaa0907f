"""Publica y adjunta sin parar hasta que se le cierre la entrada: ``python -m tests.respaldo.publicando MOMENTO``.

Es un proceso aparte, como lo sería el portal mientras se respalda. Escribe un punto por cada cifra publicada.
"""

import os
import select
import sys
from datetime import datetime, timedelta
from decimal import Decimal

import django


def main(desde: datetime) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penitenciaria.settings")
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile

    from indicadores import acciones
    from indicadores.acciones import expediente
    from indicadores.models import Medicion
    from tests import archivos

    analista, revisor = User.objects.get(username="ana"), User.objects.get(username="raul")
    medicion = Medicion.objects.oficiales_nacionales().filter(etapa="publicada").order_by("pk")[0]
    vuelta = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        vuelta += 1
        ahora = desde + timedelta(seconds=vuelta)
        valor = Decimal(vuelta % 1000) / 10
        nueva = acciones.corregir(medicion, por=analista, valor=valor, motivo=f"Vuelta {vuelta}", ahora=ahora)
        acciones.enviar(nueva, por=analista, ahora=ahora)
        expediente.adjuntar(
            nueva, por=analista, archivo=ContentFile(archivos.pdf(str(vuelta)), name="acta.pdf"), ahora=ahora
        )
        medicion = acciones.publicar(nueva, por=revisor, ahora=ahora)
        sys.stdout.write(".")
        sys.stdout.flush()


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
