"""Agrega mediciones publicadas de prueba a la base que nombra DATABASE_URL: solo para comparar velocidad.

Las escribe la propia base con una sentencia, sin pasar por los verbos ni por los disparadores, y por eso se niega a
tocar una base que no sea pasajera. Las filas dependen solo de su número: dos bases pobladas igual son iguales. Las más
recientes van primero: las mismas páginas están llenas con mil filas y con millones.
"""

import os
import sys
import tempfile
from datetime import timedelta

import django

#: Mil valores distintos, en ciclos, y una fecha para todas.
POBLAR = """
INSERT INTO indicadores_medicion (indicador_id, periodo, inicio, fin, ambito_id, sexo, caracter, situacion, valor,
  motivo_ausencia, texto_ausencia, notas, motivo_cambio, etapa, version, reservada, testigo, registrada_por_id,
  registrada_en, publicada_por_id, publicada_en)
SELECT i.id, p.periodo, p.inicio, p.fin, a.id, s.sexo, 'referencial', 'definitiva',
  ((p.numero * 7 + a.numero * 13 + s.numero * 31 + i.id) % 1000) / 10.0, '', '', '', '', 'publicada', 1, {falso}, 1,
  {registra}, '{ahora}', {revisa}, '{ahora}'
FROM indicadores_indicador i CROSS JOIN poblar_ambitos a CROSS JOIN poblar_periodos p CROSS JOIN poblar_sexos s
ORDER BY a.numero, p.numero DESC, i.id, s.numero
LIMIT {cuantas}
"""
MESES = 36 * 12
#: Los índices que no son únicos se quitan y se vuelven a crear: con muchas filas se tarda la cuarta parte.
INDICES_DE_POSTGRES = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
    "AND tablename = 'indicadores_medicion' AND indexdef NOT LIKE '%UNIQUE%'"
)
INDICES_DE_SQLITE = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'indicadores_medicion' "
    "AND sql NOT LIKE '%UNIQUE%'"
)


def main(cuantas: int) -> None:
    direccion = os.environ.get("DATABASE_URL", "")
    if tempfile.gettempdir() not in direccion and "/pg-pruebas-" not in direccion:
        raise SystemExit("bench.poblar solo escribe en una base pasajera (DATABASE_URL).")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penitenciaria.settings")
    django.setup()
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from django.utils import timezone

    from indicadores.calculo.tipos import Periodo
    from indicadores.models import Ambito, Indicador
    from penitenciaria import vigilancia

    registra, revisa = User.objects.order_by("pk").values_list("pk", flat=True)[:2]
    ayer = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    por_lugar = Indicador.objects.count() * MESES * 3
    _agregar_lugares(Ambito, faltan=-(-cuantas // por_lugar) - Ambito.objects.exclude(nivel="nacional").count())
    periodos = [Periodo.leer(f"{anio}-{mes:02}") for anio in range(1990, 2026) for mes in range(1, 13)]
    lugares = Ambito.objects.exclude(nivel="nacional").order_by("pk").values_list("pk", flat=True)
    postgres = connection.vendor == "postgresql"
    with transaction.atomic(), connection.cursor() as cursor:
        if postgres:
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute(vigilancia.INSTALADOS_EN_SQLITE)
            for nombre in [n for n, tabla in cursor.fetchall() if tabla == "indicadores_medicion"]:
                cursor.execute(f"DROP TRIGGER {nombre}")
        cursor.execute("CREATE TEMPORARY TABLE poblar_periodos (numero integer, periodo text, inicio date, fin date)")
        cursor.executemany(
            "INSERT INTO poblar_periodos VALUES (%s, %s, %s, %s)",
            [(n, p.texto, p.inicio.isoformat(), p.fin.isoformat()) for n, p in enumerate(periodos)],
        )
        cursor.execute("CREATE TEMPORARY TABLE poblar_ambitos (numero integer, id bigint)")
        cursor.executemany("INSERT INTO poblar_ambitos VALUES (%s, %s)", list(enumerate(lugares)))
        cursor.execute("CREATE TEMPORARY TABLE poblar_sexos (numero integer, sexo text)")
        cursor.executemany("INSERT INTO poblar_sexos VALUES (%s, %s)", list(enumerate("HMT")))
        ahora = f"{ayer}+00" if postgres else ayer
        falso = "false" if postgres else "0"
        cursor.execute(INDICES_DE_POSTGRES if postgres else INDICES_DE_SQLITE)
        indices = dict(cursor.fetchall())
        for nombre in indices:
            cursor.execute(f'DROP INDEX "{nombre}"')
        cursor.execute(POBLAR.format(cuantas=cuantas, registra=registra, revisa=revisa, ahora=ahora, falso=falso))
        for tabla in ("periodos", "ambitos", "sexos"):
            cursor.execute(f"DROP TABLE poblar_{tabla}")
        for sentencia in indices.values():
            cursor.execute(sentencia)
    vigilancia.instalar()
    Indicador.objects.order_by("pk").first().save()  # type: ignore[union-attr]  # mueve la cuenta
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE indicadores_medicion" if postgres else "ANALYZE")


def _agregar_lugares(Ambito: type, faltan: int) -> None:
    """Establecimientos de prueba, si con los que hay no alcanza para tantas filas."""
    oficina = Ambito.objects.filter(nivel="oficina_regional").order_by("pk").first()  # type: ignore[attr-defined]
    Ambito.objects.bulk_create(  # type: ignore[attr-defined]
        Ambito(codigo=f"PRUEBA-{n:04}", nombre=f"Lugar de prueba {n}", nivel="establecimiento", padre=oficina)
        for n in range(max(faltan, 0))
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
