"""El diccionario de datos y el diagrama de tablas, escritos desde los modelos (``docs/modelo-de-datos.md``).

Los tipos son los de PostgreSQL, la base de producción, cualquiera sea la base con la que se escriba.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Index, ManyToManyField, Model, OneToOneField
from django.db.models.constraints import BaseConstraint
from django.db.models.fields import NOT_PROVIDED
from django.db.models.fields.related import ForeignKey
from django.db.utils import load_backend

AVISO = "<!-- Lo escribe `manage.py documentar` desde el código: no lo edite a mano. -->"
APLICACIONES = {
    "objetivos": "qué se quiere lograr",
    "servicios": "qué se entrega",
    "indicadores": "cómo se mide y quién responde por cada cifra",
}
HISTORIA = "historical"
PRESENTACION = (
    "Tipos de PostgreSQL. Los momentos llevan zona. «Nulo» dice si la columna puede faltar. Una cifra (medición, línea "
    "base, logro, umbral) no se cambia: se agrega otra versión, vigente en `[publicada_en, sustituida_en)`."
)
SIN_MODELO = (
    "Además, `publicaciones` (una fila; sin modelo): `numero` y `marca` cambian con cada cambio de lo público, por "
    "disparadores que pone `penitenciaria/vigilancia.py`, y `hasta` es el último momento escrito en una cifra. Las "
    "demás tablas (`auth_*`, `django_*`, `axes_*`, `otp_*`) son de Django y de los paquetes que dice requirements.txt."
)
DEL_HISTORIAL = (
    ": una fila por cada cambio de la tabla de su nombre, con sus mismas columnas y `history_id`, `history_date` "
    "(cuándo), `history_user_id` (quién), `history_type` (`+` alta, `~` cambio, `-` baja) y `history_change_reason` "
    "(por qué)."
)


def modelo_de_datos() -> str:
    """El documento entero."""
    partes = [
        "# Modelo de datos",
        "",
        AVISO,
        "",
        PRESENTACION,
        "",
        SIN_MODELO,
        "",
    ]
    for aplicacion, que in APLICACIONES.items():
        partes += [f"## {aplicacion}: {que}", "", *diagrama(aplicacion), ""]
        for modelo in propios(aplicacion):
            partes += [*tabla(modelo), ""]
        if historicos := [modelo for modelo in modelos_de(aplicacion) if es_historico(modelo)]:
            nombres = ", ".join(f"`{modelo._meta.db_table}`" for modelo in historicos)
            partes += ["### Historial de textos", "", nombres + DEL_HISTORIAL, ""]
    return "\n".join(partes).rstrip() + "\n"


def modelos_de(aplicacion: str) -> list[type[Model]]:
    return sorted(apps.get_app_config(aplicacion).get_models(), key=lambda modelo: modelo._meta.db_table)


def es_historico(modelo: type[Model]) -> bool:
    return (modelo._meta.model_name or "").startswith(HISTORIA)


def propios(aplicacion: str) -> list[type[Model]]:
    return [modelo for modelo in modelos_de(aplicacion) if not es_historico(modelo)]


def diagrama(aplicacion: str) -> list[str]:
    """El diagrama (Mermaid) de las tablas de una aplicación y de las ajenas a las que apuntan."""
    lineas = [linea for modelo in propios(aplicacion) for linea in relaciones(modelo)]
    sueltas = [
        f"    {modelo._meta.db_table}"
        for modelo in propios(aplicacion)
        if not any(modelo._meta.db_table in linea.split() for linea in lineas)
    ]
    return ["```mermaid", "erDiagram", *lineas, *sueltas, "```"]


def relaciones(modelo: type[Model]) -> Iterator[str]:
    """«tabla }o--|| otra : columna» por cada clave foránea, y por cada relación de muchos a muchos."""
    propia = modelo._meta.db_table
    for campo in modelo._meta.get_fields():
        if isinstance(campo, ManyToManyField):
            yield f"    {propia} }}o--o{{ {destino(campo)} : {campo.name}"
        elif isinstance(campo, ForeignKey):
            suya = "|o" if isinstance(campo, OneToOneField) else "}o"
            yield f"    {propia} {suya}--{'o|' if campo.null else '||'} {destino(campo)} : {campo.name}"


def destino(campo: "Field[Any, Any]") -> str:
    return str(campo.related_model._meta.db_table)  # type: ignore[union-attr]


def tabla(modelo: type[Model]) -> list[str]:
    """La sección de una tabla: qué es, sus columnas, sus restricciones y sus índices."""
    opciones = modelo._meta
    lineas = [f"### `{opciones.db_table}` — {opciones.verbose_name}", ""]
    # Django escribe uno con los nombres de los campos si la clase no dice nada.
    if (dicho := (modelo.__doc__ or "").strip().split("\n\n")[0]) and not dicho.startswith(f"{modelo.__name__}("):
        lineas += [" ".join(dicho.split()), ""]
    lineas += ["| Columna | Tipo | Nulo | Por defecto | Qué es |", "| --- | --- | --- | --- | --- |"]
    lineas += [columna(campo) for campo in opciones.local_concrete_fields]
    lineas += [columna_de_muchos(campo) for campo in opciones.local_many_to_many]
    if opciones.constraints:
        lineas += ["", "Restricciones:", ""]
        lineas += [f"- `{una.name}`: {lo_que_exige(una)}" for una in sorted(opciones.constraints, key=lambda r: r.name)]
    if opciones.indexes:
        lineas += ["", "Índices:", ""]
        lineas += [f"- `{uno.name}`: {que_indexa(uno)}" for uno in sorted(opciones.indexes, key=lambda i: i.name)]
    return lineas


def columna(campo: "Field[Any, Any]") -> str:
    partes = (
        f"`{campo.column}`{marcas(campo)}",
        tipo(campo),
        "sí" if campo.null else "no",
        por_defecto(campo),
        significado(campo),
    )
    return "| " + " | ".join(partes) + " |"


def columna_de_muchos(campo: "ManyToManyField[Any, Any]") -> str:
    return f"| `{campo.name}` | → muchos `{destino(campo)}` | no | — | {significado(campo)} |"


def marcas(campo: "Field[Any, Any]") -> str:
    if campo.primary_key:
        return " (clave)"
    return " (único)" if campo.unique else ""


def tipo(campo: "Field[Any, Any]") -> str:
    """El de PostgreSQL y, si apunta a otra tabla, a cuál."""
    dicho = campo.db_type(postgres()) or "—"
    return f"{dicho} → `{destino(campo)}`" if isinstance(campo, ForeignKey) else dicho


@cache
def postgres() -> BaseDatabaseWrapper:
    """La conexión de PostgreSQL, sin conectarse: solo se le preguntan los tipos."""
    envoltura: BaseDatabaseWrapper = load_backend("django.db.backends.postgresql").DatabaseWrapper({})
    return envoltura


def por_defecto(campo: "Field[Any, Any]") -> str:
    """El que pone la base o, si no, el que pone el código; lo que se calcula se dice así."""
    if campo.db_default is not NOT_PROVIDED:
        return f"`{campo.db_default}` (en la base)"
    if campo.primary_key and campo.get_internal_type().endswith("AutoField"):
        return "el siguiente"
    if campo.default is NOT_PROVIDED:
        return "—"
    if callable(campo.default):
        return "se calcula"
    return "vacío" if campo.default == "" else f"`{getattr(campo.default, 'value', campo.default)}`"


def significado(campo: Any) -> str:
    """El nombre de la columna y su ayuda, y los valores que admite."""
    nombre = str(campo.verbose_name)
    ayuda = " ".join(str(campo.help_text).split())
    texto = f"{nombre}: {ayuda}" if ayuda else nombre
    opciones = [str(valor) for valor, _ in campo.flatchoices if valor not in (None, "")]
    if opciones:
        texto += f" ({', '.join(f'`{una}`' for una in opciones)})"
    return texto.replace("|", "\\|")


def lo_que_exige(restriccion: BaseConstraint) -> str:
    columnas = ", ".join(f"`{una}`" for una in getattr(restriccion, "fields", ()))
    mensaje = str(restriccion.violation_error_message).replace("|", "\\|")
    return f"{columnas} no se repite. {mensaje}" if columnas else mensaje


def que_indexa(indice: Index) -> str:
    campos = ", ".join(f"`{uno}`" for uno in indice.fields) or f"{len(indice.expressions)} expresiones"
    incluye = f", incluye {', '.join(f'`{uno}`' for uno in indice.include)}" if indice.include else ""
    return f"{campos}{incluye}{', solo parte de las filas' if indice.condition is not None else ''}"
