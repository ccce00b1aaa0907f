"""Lo que distingue el tamaño de un periodo, dicho en SQL: la base lo indexa y con ello compara series."""

from django.db.models import CharField, Func

#: Con las cifras escritas y no como parámetros: solo así reconoce SQLite la expresión de su índice.
ESCRITA = "REPLACE(SUBSTR({}, 6, 1), '1', '0')"


class Granularidad(Func):
    """La letra que sigue al año en el texto del periodo: nada (año), S, Q o 0 (mes; 10, 11 y 12 también)."""

    template = ESCRITA.format("%(expressions)s")
    arity = 1
    output_field = CharField()


#: Las columnas que reúnen una serie y la ordenan.
DE_LA_SERIE = ("indicador", "ambito", "sexo", "caracter", Granularidad("periodo"), "fin", "id")
