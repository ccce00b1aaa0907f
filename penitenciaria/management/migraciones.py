"""Qué migraciones puede soportar una versión anterior que sigue atendiendo, y cuáles no.

Al actualizar se migra con la versión vieja en marcha y después se reinicia una instancia tras otra: en ese rato las dos
versiones leen y escriben la misma base, y si algo sale mal se vuelve a la vieja sin deshacer la migración. Por eso
una migración solo **agrega**; lo que sobra se quita en otra entrega, cuando ya nadie lo lee.

Lo que no es de agregar, o puede hacer esperar a quien escribe, se rechaza salvo que la migración diga por qué aquí no
daña, en un atributo de su clase::

    class Migration(migrations.Migration):
        riesgos_aceptados = {"RemoveField medicion.notas": "Nadie la lee ni la escribe desde la versión 1.2."}
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, ManyToManyField
from django.db.models.fields import NOT_PROVIDED

from penitenciaria.sin_trabar import AgregarIndiceSinTrabar

PROPIAS = ("indicadores", "servicios", "objetivos", "penitenciaria")
#: Las últimas migraciones de antes de la primera puesta en producción: nunca corrieron con otra versión atendiendo.
ANTERIORES = {
    "indicadores": "0005_indices_de_volumen",
    "objetivos": "0003_razon_larga",
    "servicios": "0002_razon_larga",
}
#: Las tablas que llegan a tener millones de filas: crear ahí un índice de la manera ordinaria detiene las escrituras.
GRANDES = {"indicadores.medicion", "indicadores.suceso", "indicadores.constancia"}

QUITAN = "la versión que sigue atendiendo todavía lo usa; quítelo en una entrega posterior a la que dejó de usarlo"
RENOMBRAN = "la versión que sigue atendiendo lo busca por su nombre; agregue el nuevo, copie y quite el viejo después"
#: Operaciones que nunca son de agregar, y por qué.
DESTRUYEN: dict[type[Operation], str] = {
    ops.RemoveField: QUITAN,
    ops.DeleteModel: QUITAN,
    ops.RenameField: RENOMBRAN,
    ops.RenameModel: RENOMBRAN,
    ops.AlterModelTable: RENOMBRAN,
    ops.AlterUniqueTogether: "la versión que sigue atendiendo puede escribir filas que no la cumplan",
    ops.AlterIndexTogether: "use índices con nombre",
    ops.AlterOrderWithRespectTo: "agrega una columna obligatoria",
    ops.RunSQL: "no se puede saber qué hace ni cuánto tarda",
    ops.RunPython: "puede tocar muchas filas en una transacción; hágalo por trozos (o con una orden) y dígalo",
}
#: Operaciones que no cambian nada que la versión vieja note.
INOCUAS = (
    ops.CreateModel,
    ops.AlterModelOptions,
    ops.AlterModelManagers,
    ops.AlterModelTableComment,
    ops.RemoveConstraint,
    ops.RemoveIndex,
    ops.RenameIndex,
    AgregarIndiceSinTrabar,
)


#: Cambios de tipo que no reescriben la tabla y en los que cabe todo lo de antes.
SE_ENSANCHAN = {("CharField", "TextField")}


@dataclass(frozen=True, slots=True)
class Riesgo:
    """Una operación que la versión vieja no soportaría. ``clave`` es como se la nombra al aceptarla."""

    migracion: str
    clave: str
    motivo: str
    aceptado: str = ""
    propio: bool = True

    def __str__(self) -> str:
        return f"{self.migracion}: {self.clave}: {self.motivo}."


def nuevas(cargador: MigrationLoader) -> list[Migration]:
    """Las migraciones nuestras posteriores a la primera puesta en producción, en su orden."""
    return [una for una in en_orden(cargador) if una.app_label in PROPIAS and not es_anterior(una)]


def es_anterior(migracion: Migration) -> bool:
    """Si es de antes de la primera puesta en producción."""
    return migracion.name <= ANTERIORES.get(migracion.app_label, "")


def pendientes(cargador: MigrationLoader) -> list[Migration]:
    """Las que faltan en la base del cargador; ninguna si la base es nueva y nadie la está usando."""
    if not cargador.applied_migrations:
        return []
    hechas = cargador.applied_migrations
    return [una for una in en_orden(cargador) if (una.app_label, una.name) not in hechas and not es_anterior(una)]


def en_orden(cargador: MigrationLoader) -> list[Migration]:
    vistas: dict[tuple[str, str], Migration] = {}
    for hoja in sorted(cargador.graph.leaf_nodes()):
        for clave in cargador.graph.forwards_plan(hoja):
            vistas.setdefault(clave, cargador.graph.nodes[clave])
    return list(vistas.values())


def examinar(migraciones: Iterable[Migration], cargador: MigrationLoader, *, juntas: bool) -> list[Riesgo]:
    """Los riesgos de esas migraciones, también los aceptados, y los aceptados que ya no están.

    ``juntas``: se aplican en la misma entrega, así que lo que se haga a una tabla creada por cualquiera de ellas no
    molesta a nadie. Si no, solo cuentan las tablas creadas en la misma migración.
    """
    buscadas = {(una.app_label, una.name) for una in migraciones}
    estado = ProjectState(real_apps=cargador.unmigrated_apps)
    recientes: set[str] = set()
    riesgos: list[Riesgo] = []
    for migracion in en_orden(cargador):
        interesa = (migracion.app_label, migracion.name) in buscadas
        if not juntas:
            recientes = set()
        aceptados: dict[str, str] = dict(getattr(migracion, "riesgos_aceptados", {}))
        for operacion in migracion.operations:
            if interesa:
                if isinstance(operacion, ops.CreateModel):
                    recientes.add(f"{migracion.app_label}.{operacion.name_lower}")
                for clave, motivo in de_operacion(operacion, migracion.app_label, estado, recientes):
                    riesgos.append(
                        Riesgo(
                            f"{migracion.app_label}.{migracion.name}",
                            clave,
                            motivo,
                            aceptado=aceptados.pop(clave, "").strip(),
                            propio=migracion.app_label in PROPIAS,
                        )
                    )
            operacion.state_forwards(migracion.app_label, estado)
        if interesa:
            sobra = "se acepta un riesgo que la migración no tiene; quítelo de riesgos_aceptados"
            riesgos += [Riesgo(f"{migracion.app_label}.{migracion.name}", clave, sobra) for clave in sorted(aceptados)]
    return riesgos


def de_operacion(
    operacion: Operation, app: str, estado: ProjectState, recientes: set[str]
) -> Iterator[tuple[str, str]]:
    """Los riesgos (clave, motivo) de una operación, dada la base de justo antes."""
    if isinstance(operacion, ops.SeparateDatabaseAndState):
        for interna in operacion.database_operations:
            yield from de_operacion(interna, app, estado, recientes)
        return
    modelo = str(getattr(operacion, "model_name", "") or getattr(operacion, "name", "") or "").lower()
    if f"{app}.{modelo}" in recientes or isinstance(operacion, INOCUAS):
        return
    clave = f"{type(operacion).__name__} {nombre_de(operacion, modelo)}".strip()
    motivo = motivo_de(operacion, f"{app}.{modelo}", estado)
    if motivo:
        yield clave, motivo


def nombre_de(operacion: Operation, modelo: str) -> str:
    """``modelo.campo``, ``modelo.restricción`` o ``modelo``."""
    for atributo in ("constraint", "index"):
        if (pieza := getattr(operacion, atributo, None)) is not None:
            return f"{modelo}.{pieza.name}"
    if (codigo := getattr(operacion, "code", None)) is not None:
        return str(codigo.__name__)
    del_modelo = getattr(operacion, "name", "") if hasattr(operacion, "model_name") else ""
    campo = getattr(operacion, "old_name", "") or del_modelo
    return f"{modelo}.{campo}" if campo and campo.lower() != modelo else modelo


def motivo_de(operacion: Operation, tabla: str, estado: ProjectState) -> str:
    """Por qué la versión vieja no la soportaría; vacío si la soporta."""
    if (fijo := DESTRUYEN.get(type(operacion))) is not None:
        return fijo
    if isinstance(operacion, ops.AddField):
        return al_agregar(operacion.field, tabla)
    if isinstance(operacion, ops.AlterField):
        antes = estado.models[tuple(tabla.split("."))].fields[operacion.name]
        return al_alterar(antes, operacion.field, tabla)
    if isinstance(operacion, ops.AddIndex):
        return con_indice(tabla)
    if isinstance(operacion, ops.AddConstraint):
        return "la versión que sigue atendiendo puede escribir filas que no la cumplan, y comprobarla detiene la tabla"
    return "no se conoce esta operación"


def al_agregar(campo: "Field[object, object]", tabla: str) -> str:
    if isinstance(campo, ManyToManyField):
        return ""
    if campo.generated:
        return "llenarla reescribe la tabla, que mientras tanto nadie puede leer"
    if not campo.null and campo.db_default is NOT_PROVIDED:
        return "la versión que sigue atendiendo inserta filas sin esa columna; use null=True o db_default"
    if campo.unique:
        return "comprobar que no se repite detiene la tabla"
    return con_indice(tabla) if con_db_index(campo) else ""


def al_alterar(antes: "Field[object, object]", despues: "Field[object, object]", tabla: str) -> str:
    tipos = (antes.get_internal_type(), despues.get_internal_type())
    if tipos[0] != tipos[1] and tipos not in SE_ENSANCHAN:
        return "cambia el tipo de la columna: reescribe la tabla y la versión que sigue atendiendo espera el de antes"
    if antes.null and not despues.null:
        return "la versión que sigue atendiendo todavía puede escribir nulos"
    largo_de_antes, largo = getattr(antes, "max_length", None), getattr(despues, "max_length", None)
    if largo is not None and (largo_de_antes is None or largo < largo_de_antes):
        return "la versión que sigue atendiendo todavía puede escribir textos más largos"
    for atributo in ("max_digits", "decimal_places"):
        if getattr(antes, atributo, None) != getattr(despues, atributo, None):
            return "cambia la precisión de la columna y reescribe la tabla"
    if antes.db_default is not NOT_PROVIDED and despues.db_default is NOT_PROVIDED and not despues.null:
        return "la versión que sigue atendiendo puede contar con el valor por defecto de la base"
    if despues.unique and not antes.unique:
        return "la versión que sigue atendiendo puede repetir valores, y comprobarlo detiene la tabla"
    return con_indice(tabla) if con_db_index(despues) and not con_db_index(antes) else ""


def con_db_index(campo: "Field[object, object]") -> bool:
    return bool(getattr(campo, "db_index", False))


def con_indice(tabla: str) -> str:
    """Un índice ordinario detiene las escrituras mientras se crea: en una tabla pequeña no se nota."""
    if tabla in GRANDES:
        return (
            "crear ese índice detiene las escrituras de una tabla grande; use AgregarIndiceSinTrabar y atomic = False"
        )
    return ""
