"""Una migración que la versión anterior no soporta se rechaza, y una de agregar pasa."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from penitenciaria.management.migraciones import ANTERIORES, examinar, nuevas, pendientes
from penitenciaria.sin_trabar import AgregarIndiceSinTrabar

INDICE = models.Index(fields=["notas"], name="de_prueba")
UNICA = models.UniqueConstraint(fields=["notas"], name="de_prueba_unica")


def vacia(apps: object, schema_editor: object) -> None:
    """No hace nada: lo que cuenta es que podría."""


def con(
    *operaciones: migrations.operations.base.Operation, **riesgos: str
) -> tuple[MigrationLoader, migrations.Migration]:
    """Un cargador con las migraciones del proyecto y una más, la última de ``indicadores``, con esas operaciones."""
    cargador = MigrationLoader(None)
    hoja = next(clave for clave in cargador.graph.leaf_nodes() if clave[0] == "indicadores")
    nueva = migrations.Migration("9999_prueba", "indicadores")
    nueva.operations = list(operaciones)
    nueva.dependencies = [hoja]
    nueva.riesgos_aceptados = riesgos  # type: ignore[attr-defined]
    cargador.graph.add_node(("indicadores", "9999_prueba"), nueva)
    cargador.graph.add_dependency(nueva, ("indicadores", "9999_prueba"), hoja)
    return cargador, nueva


def claves(*operaciones: migrations.operations.base.Operation) -> list[str]:
    cargador, nueva = con(*operaciones)
    return [riesgo.clave for riesgo in examinar([nueva], cargador, juntas=False)]


AGREGAR = [
    migrations.CreateModel("Nueva", [("id", models.BigAutoField(primary_key=True)), ("x", models.TextField())]),
    migrations.AddField("medicion", "otra", models.TextField(null=True)),
    migrations.AddField("medicion", "otra", models.TextField(default="", db_default="")),
    migrations.AddField("indicador", "padre", models.ForeignKey("self", models.CASCADE, null=True)),
    migrations.AddField("indicador", "amigos", models.ManyToManyField("self")),
    migrations.AddIndex("indicador", models.Index(fields=["nombre"], name="de_prueba")),
    AgregarIndiceSinTrabar("medicion", INDICE),
    migrations.RemoveIndex("medicion", "medicion_por_fin"),
    migrations.AlterModelOptions("medicion", {"verbose_name": "otra"}),
    migrations.AlterField("medicion", "notas", models.TextField(blank=True, help_text="Otra ayuda.")),
    migrations.AlterField("indicador", "codigo", models.CharField(max_length=400, unique=True)),
    migrations.AlterField("indicador", "codigo", models.TextField(unique=True)),
]


@pytest.mark.parametrize("operacion", AGREGAR, ids=lambda una: una.describe())
def test_lo_que_solo_agrega_pasa(operacion: migrations.operations.base.Operation) -> None:
    assert not claves(operacion)


QUITAR = [
    (migrations.RemoveField("medicion", "notas"), "RemoveField medicion.notas"),
    (migrations.RenameField("medicion", "notas", "apuntes"), "RenameField medicion.notas"),
    (migrations.DeleteModel("Comentario"), "DeleteModel comentario"),
    (migrations.RenameModel("Comentario", "Nota"), "RenameModel comentario"),
    (migrations.AlterModelTable("comentario", "otra"), "AlterModelTable comentario"),
    (migrations.AddField("medicion", "otra", models.TextField(default="")), "AddField medicion.otra"),
    (migrations.AddField("indicador", "otra", models.TextField(null=True, unique=True)), "AddField indicador.otra"),
    (
        migrations.AddField(
            "medicion",
            "doble",
            models.GeneratedField(
                expression=models.F("valor") * 2, output_field=models.FloatField(null=True), db_persist=True
            ),
        ),
        "AddField medicion.doble",
    ),
    (migrations.AddField("medicion", "otra", models.TextField(null=True, db_index=True)), "AddField medicion.otra"),
    (migrations.AlterField("medicion", "notas", models.CharField(max_length=9)), "AlterField medicion.notas"),
    (migrations.AlterField("indicador", "codigo", models.CharField(max_length=2)), "AlterField indicador.codigo"),
    (
        migrations.AlterField("medicion", "valor", models.DecimalField(max_digits=4, decimal_places=1)),
        "AlterField medicion.valor",
    ),
    (migrations.AlterField("medicion", "valor", models.TextField(null=True)), "AlterField medicion.valor"),
    (migrations.AddIndex("medicion", INDICE), "AddIndex medicion.de_prueba"),
    (migrations.AddConstraint("medicion", UNICA), "AddConstraint medicion.de_prueba_unica"),
    (migrations.RunPython(vacia), "RunPython vacia"),
    (migrations.RunSQL("SELECT 1"), "RunSQL"),
    (migrations.SeparateDatabaseAndState([migrations.RemoveField("medicion", "notas")]), "RemoveField medicion.notas"),
]


@pytest.mark.parametrize(("operacion", "clave"), QUITAR, ids=[clave for _, clave in QUITAR])
def test_lo_que_la_version_anterior_no_soporta_se_rechaza(
    operacion: migrations.operations.base.Operation, clave: str
) -> None:
    assert claves(operacion) == [clave]


def test_un_campo_que_admitia_nulos_no_se_vuelve_obligatorio() -> None:
    antes = migrations.AddField("medicion", "otra", models.TextField(null=True))
    despues = migrations.AlterField("medicion", "otra", models.TextField(default=""))
    assert claves(antes, despues) == ["AlterField medicion.otra"]


def test_a_una_tabla_recien_creada_se_le_hace_lo_que_sea() -> None:
    crear = migrations.CreateModel("Nueva", [("id", models.BigAutoField(primary_key=True)), ("x", models.TextField())])
    unica = models.UniqueConstraint(fields=["x"], name="de_nueva")
    assert not claves(crear, migrations.AddConstraint("nueva", unica), migrations.RemoveField("nueva", "x"))


def test_un_riesgo_se_acepta_con_su_razon_y_uno_que_no_existe_se_senala() -> None:
    razones = {"RunSQL": "Solo lee.", "RemoveField medicion.otra": "Ya no está."}
    cargador, nueva = con(migrations.RunSQL("SELECT 1"), **razones)
    aceptado, sobra = examinar([nueva], cargador, juntas=False)
    assert (aceptado.clave, aceptado.aceptado) == ("RunSQL", "Solo lee.")
    assert (sobra.clave, sobra.aceptado) == ("RemoveField medicion.otra", "")
    assert "quítelo de riesgos_aceptados" in str(sobra)


def test_una_razon_vacia_no_es_una_razon() -> None:
    cargador, nueva = con(migrations.RunSQL("SELECT 1"), RunSQL="  ")
    assert [riesgo.aceptado for riesgo in examinar([nueva], cargador, juntas=False)] == [""]


def test_las_del_proyecto_son_seguras() -> None:
    salida = StringIO()
    call_command("migraciones_seguras", stdout=salida)
    assert "La versión anterior puede seguir atendiendo." in salida.getvalue()


def test_la_orden_falla_y_dice_cual_y_que_hacer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Con la lista de anteriores vacía se examinan todas, y la 0003 recorre las mediciones para certificarlas."""
    monkeypatch.delitem(ANTERIORES, "indicadores")
    with pytest.raises(CommandError, match=r"indicadores\.0003_constancias: RunPython certificar: (?s:.*)dos entregas"):
        call_command("migraciones_seguras", stdout=StringIO())


def test_las_anteriores_existen() -> None:
    assert set(ANTERIORES.items()) <= set(MigrationLoader(None).disk_migrations)
    assert not {(una.app_label, una.name) for una in nuevas(MigrationLoader(None))} & set(ANTERIORES.items())


@pytest.mark.django_db
def test_con_la_base_al_dia_no_falta_ninguna_y_en_una_nueva_nadie_espera() -> None:
    assert pendientes(MigrationLoader(connection)) == []
    assert pendientes(MigrationLoader(None)) == []
    salida = StringIO()
    call_command("migraciones_seguras", pendientes=True, stdout=salida)
    assert salida.getvalue().startswith("Migraciones examinadas: 0.")


@pytest.mark.django_db(transaction=True)
def test_el_indice_sin_trabar_se_crea_se_rehace_y_se_quita_en_las_dos_bases() -> None:
    estado = MigrationLoader(None).project_state()
    operacion = AgregarIndiceSinTrabar("medicion", INDICE)
    assert "sin trabar" in operacion.describe()
    despues = estado.clone()
    operacion.state_forwards("indicadores", despues)
    postgres = connection.vendor == "postgresql"
    try:
        for _ in range(2 if postgres else 1):  # si se interrumpió, se repite
            with connection.schema_editor(atomic=not postgres) as editor:
                operacion.database_forwards("indicadores", editor, estado, despues)
        assert "de_prueba" in indices()
    finally:
        with connection.schema_editor(atomic=not postgres) as editor:
            operacion.database_backwards("indicadores", editor, despues, estado)
    assert "de_prueba" not in indices()


def indices() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "indicadores_medicion"))


def test_el_estado_de_partida_no_se_altera_al_examinar() -> None:
    cargador, nueva = con(migrations.AddField("medicion", "otra", models.TextField(null=True)))
    assert isinstance(cargador.project_state(), ProjectState)
    assert examinar([nueva], cargador, juntas=False) == examinar([nueva], cargador, juntas=False)
