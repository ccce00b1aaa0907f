"""Agrega mediciones publicadas de prueba a la base que nombra DATABASE_URL: solo para comparar velocidad.

Las escribe la propia base con dos sentencias, sin pasar por los verbos ni por los disparadores, y por eso se niega a
tocar una base que no sea pasajera. Las filas dependen solo de su número: dos bases pobladas igual son iguales. Se
eligen las más recientes de cada lugar, para que las mismas páginas estén llenas con mil filas y con millones, y se
escriben como llegarían: mes a mes, cada mes en su publicación. Cada una tiene su constancia, que pesa lo que una real;
su texto es el de la primera con otro número, así que esa cadena no se puede verificar.
"""

import os
import re
import sys
import tempfile
from datetime import timedelta
from typing import Any

import django

#: Mil valores distintos, en ciclos; un momento de publicación para cada mes.
POBLAR = """
INSERT INTO indicadores_medicion (indicador_id, periodo, inicio, fin, ambito_id, sexo, caracter, situacion, valor,
  motivo_ausencia, texto_ausencia, notas, motivo_cambio, etapa, version, reservada, testigo, registrada_por_id,
  registrada_en, publicada_por_id, publicada_en)
SELECT indicador, periodo, inicio, fin, ambito, sexo, 'referencial', 'definitiva', valor, '', '', '', '', 'publicada',
  1, {falso}, 1, {registra}, momento, {revisa}, momento
FROM (
  SELECT i.id AS indicador, p.periodo, p.inicio, p.fin, p.momento, a.id AS ambito, s.sexo, a.numero AS lugar,
    s.numero AS cual, ((p.numero * 7 + a.numero * 13 + s.numero * 31 + i.id) % 1000) / 10.0 AS valor
  FROM indicadores_indicador i CROSS JOIN poblar_ambitos a CROSS JOIN poblar_periodos p CROSS JOIN poblar_sexos s
  ORDER BY a.numero, p.numero DESC, i.id, s.numero
  LIMIT {cuantas}
) AS elegidas
ORDER BY fin, lugar, indicador, cual
"""
#: La huella es el número escrito como una: única y del mismo largo.
CERTIFICAR = """
INSERT INTO indicadores_constancia (numero, clase, objeto, medicion_id, canonico, sellado, secreto, huella,
  huella_anterior, en)
SELECT n, 'publicacion', id, id, %s || n || ',"objeto":' || id || %s, %s, %s, {huella_n}, {huella_previa}, publicada_en
FROM (
  SELECT id, publicada_en, %s + row_number() OVER (ORDER BY id) AS n FROM indicadores_medicion WHERE id > %s
) AS nuevas
ORDER BY n
"""
MESES = 36 * 12
#: Las que se llenan.
TABLAS = ("indicadores_medicion", "indicadores_constancia")
#: Los índices que no son únicos se quitan y se vuelven a crear: con muchas filas se tarda la cuarta parte.
INDICES_DE_POSTGRES = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
    f"AND tablename IN {TABLAS} AND indexdef NOT LIKE '%UNIQUE%'"
)
INDICES_DE_SQLITE = (
    f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN {TABLAS} AND sql NOT LIKE '%UNIQUE%'"
)


def main(cuantas: int) -> None:
    direccion = os.environ.get("DATABASE_URL", "")
    if tempfile.gettempdir() not in direccion and "/pg-pruebas-" not in direccion:
        raise SystemExit("bench.poblar solo escribe en una base pasajera (DATABASE_URL).")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penitenciaria.settings")
    django.setup()
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from django.db.models import Max

    from indicadores.calculo.tipos import Periodo
    from indicadores.models import Ambito, Constancia, Indicador, Medicion
    from penitenciaria import vigilancia

    registra, revisa = User.objects.order_by("pk").values_list("pk", flat=True)[:2]
    primera = Constancia.objects.filter(clase="publicacion").order_by("numero").values_list("canonico", "sellado")[0]
    antes, despues = re.split(r'(?<="numero":)\d+,"objeto":\d+', primera[0])
    ultima: dict[str, Any] = Constancia.objects.aggregate(numero=Max("numero"), en=Max("en"))
    ultima_medicion = Medicion.objects.aggregate(clave=Max("pk"))["clave"]
    por_lugar = Indicador.objects.count() * MESES * 3
    _agregar_lugares(Ambito, faltan=-(-cuantas // por_lugar) - Ambito.objects.exclude(nivel="nacional").count())
    periodos = [Periodo.leer(f"{anio}-{mes:02}") for anio in range(1990, 2026) for mes in range(1, 13)]
    lugares = Ambito.objects.exclude(nivel="nacional").order_by("pk").values_list("pk", flat=True)
    postgres = connection.vendor == "postgresql"
    # Todos después de lo que ya había, que se cargó hace un momento, y ninguno en el futuro.
    momentos = [
        connection.ops.adapt_datetimefield_value(ultima["en"] + timedelta(milliseconds=n + 1))
        for n in range(len(periodos))
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        if postgres:
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute(vigilancia.INSTALADOS_EN_SQLITE)
            for nombre in [n for n, tabla in cursor.fetchall() if tabla in TABLAS]:
                cursor.execute(f"DROP TRIGGER {nombre}")
        tipo = "timestamptz" if postgres else "text"
        columnas = f"numero integer, periodo text, inicio date, fin date, momento {tipo}"
        cursor.execute(f"CREATE TEMPORARY TABLE poblar_periodos ({columnas})")
        cursor.executemany(
            "INSERT INTO poblar_periodos VALUES (%s, %s, %s, %s, %s)",
            [(n, p.texto, p.inicio.isoformat(), p.fin.isoformat(), momentos[n]) for n, p in enumerate(periodos)],
        )
        cursor.execute("CREATE TEMPORARY TABLE poblar_ambitos (numero integer, id bigint)")
        cursor.executemany("INSERT INTO poblar_ambitos VALUES (%s, %s)", list(enumerate(lugares)))
        cursor.execute("CREATE TEMPORARY TABLE poblar_sexos (numero integer, sexo text)")
        cursor.executemany("INSERT INTO poblar_sexos VALUES (%s, %s)", list(enumerate("HMT")))
        falso = "false" if postgres else "0"
        cursor.execute(INDICES_DE_POSTGRES if postgres else INDICES_DE_SQLITE)
        indices = dict(cursor.fetchall())
        for nombre in indices:
            cursor.execute(f'DROP INDEX "{nombre}"')
        cursor.execute(POBLAR.format(cuantas=cuantas, registra=registra, revisa=revisa, falso=falso))
        como = "lpad(to_hex({}), 64, '0')" if postgres else "printf('%%064x', {})"
        certificar = CERTIFICAR.format(huella_n=como.format("n"), huella_previa=como.format("n - 1"))
        cursor.execute(certificar, [antes, despues, primera[1], "0" * 64, ultima["numero"], ultima_medicion])
        for tabla in ("periodos", "ambitos", "sexos"):
            cursor.execute(f"DROP TABLE poblar_{tabla}")
        for sentencia in indices.values():
            cursor.execute(sentencia)
    vigilancia.instalar()
    Indicador.objects.order_by("pk").first().save()  # type: ignore[union-attr]  # mueve la cuenta
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLAS)}" if postgres else "ANALYZE")


def _agregar_lugares(Ambito: type, faltan: int) -> None:
    """Establecimientos de prueba, si con los que hay no alcanza para tantas filas."""
    oficina = Ambito.objects.filter(nivel="oficina_regional").order_by("pk").first()  # type: ignore[attr-defined]
    Ambito.objects.bulk_create(  # type: ignore[attr-defined]
        Ambito(codigo=f"PRUEBA-{n:04}", nombre=f"Lugar de prueba {n}", nivel="establecimiento", padre=oficina)
        for n in range(max(faltan, 0))
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
