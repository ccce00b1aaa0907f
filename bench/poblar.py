"""Agrega mediciones publicadas de prueba a la base que nombra DATABASE_URL: solo para comparar velocidad.

Escribe filas directamente, sin pasar por los verbos, y por eso se niega a tocar una base que no sea temporal.
"""

import os
import sys
import tempfile
from datetime import timedelta
from decimal import Decimal
from itertools import islice, product

import django


def main(cuantas: int) -> None:
    if tempfile.gettempdir() not in os.environ.get("DATABASE_URL", ""):
        raise SystemExit("bench.poblar solo escribe en una base de la carpeta temporal (DATABASE_URL).")
    django.setup()
    from django.contrib.auth.models import User
    from django.db import connection
    from django.utils import timezone

    from indicadores.calculo.tipos import Periodo
    from indicadores.models import Ambito, Indicador, Medicion

    registra, revisa = User.objects.order_by("pk")[:2]
    ahora = timezone.now()
    lugares = list(Ambito.objects.exclude(nivel="nacional").order_by("pk"))
    periodos = [Periodo.leer(f"{anio}-{mes:02}") for anio in range(1990, 2026) for mes in range(1, 13)]
    claves = product(Indicador.objects.order_by("pk"), periodos, lugares, "HMT")
    filas = (
        Medicion(
            indicador=indicador,
            periodo=periodo.texto,
            inicio=periodo.inicio,
            fin=periodo.fin,
            ambito=lugar,
            sexo=sexo,
            caracter="referencial",
            valor=Decimal(numero % 1000) / 10,
            etapa=Medicion.Etapa.PUBLICADA,
            registrada_por=registra,
            publicada_por=revisa,
            registrada_en=ahora,
            publicada_en=ahora - timedelta(days=1),
        )
        for numero, (indicador, periodo, lugar, sexo) in enumerate(islice(claves, cuantas))
    )
    while lote := list(islice(filas, 5000)):
        Medicion.objects.bulk_create(lote)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
