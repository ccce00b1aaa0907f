"""La cuenta de publicaciones: todo lo que cambia lo público la mueve, en su misma transacción; un borrador, no."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicadores import acciones
from indicadores.models import Evidencia, Indicador, Medicion
from objetivos.models import Parrafo
from penitenciaria import vigilancia
from penitenciaria.memoria import leer_marca
from tests import fabricas
from tests.politica_real import CARGADA_EN
from tests.test_a_la_fecha import direcciones

pytestmark = pytest.mark.django_db(transaction=True)


def minuto(n: int) -> datetime:
    """Minutos después de la carga de los datos."""
    return CARGADA_EN + timedelta(minutes=n)


def cuenta() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT numero, marca FROM {vigilancia.TABLA}")
        [fila] = cursor.fetchall()
        return fila


def se_mueve(hecho: Callable[[], Any]) -> bool:
    """Si ``hecho`` cambió la cuenta; el número y la marca cambian siempre juntos."""
    numero, marca = cuenta()
    hecho()
    numero_despues, marca_despues = cuenta()
    assert (numero_despues > numero) == (marca_despues != marca)
    return numero_despues > numero


def nuestros() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in vigilancia.PROPIAS]


def test_ninguna_tabla_queda_sin_clasificar() -> None:
    """Toda tabla nuestra se vigila o está exenta con su razón; y lo exento existe."""
    vigiladas = {una.tabla for una in vigilancia.vigiladas()}
    tablas = {modelo._meta.db_table for modelo in nuestros()}
    assert tablas == (vigiladas - {"auth_user"}) | set(vigilancia.EXENTAS)
    assert not vigiladas & set(vigilancia.EXENTAS)
    assert all(una.altas for una in vigilancia.vigiladas() if una.tabla != "auth_user")


#: Lo que leen las direcciones públicas sin que cambie lo que muestran.
DE_DJANGO = {"auth_group", "auth_user_groups", "django_session", "django_content_type", vigilancia.TABLA}


def test_lo_que_leen_las_direcciones_publicas_esta_clasificado(politica_cargada: Any, client: Any) -> None:
    """Se piden todas y se mira qué tablas nombran sus consultas."""
    medicion = Medicion.objects.oficiales_nacionales().order_by("pk").first()
    assert medicion is not None
    conocidas = set(connection.introspection.table_names())
    leidas: set[str] = set()
    for direccion in direcciones(medicion.pk).values():
        with CaptureQueriesContext(connection) as captura:
            respuesta = client.get(direccion)
            b"".join(respuesta.streaming_content) if respuesta.streaming else respuesta.content
        leidas |= {t for t in conocidas for c in captura if f'"{t}"' in c["sql"] or f" {t} " in c["sql"]}
    vigiladas = {una.tabla for una in vigilancia.vigiladas()}
    assert len(leidas & vigiladas) > 12
    assert leidas - vigiladas - set(vigilancia.EXENTAS) - DE_DJANGO == set()


def cambios(modelo: type[models.Model]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Tres modos de cambiar la primera fila de una tabla sin pasar por ningún verbo."""
    tabla, clave = modelo._meta.db_table, modelo._meta.pk.column  # type: ignore[union-attr]
    libres = (c for c in modelo._meta.concrete_fields if not (c.primary_key or c.unique or c.choices))
    campo = next(c.column for c in libres if isinstance(c, models.CharField | models.TextField | models.IntegerField))
    primera = modelo._base_manager.order_by("pk").values_list("pk", flat=True).first()

    def a_mano() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{tabla}" SET "{campo}" = \'7\' WHERE "{clave}" = %s', [primera])

    yield "sentencia", a_mano
    fila = modelo._base_manager.get(pk=primera)
    yield "update", lambda: modelo._base_manager.filter(pk=primera).update(**{campo: "8"})
    yield "save", lambda: fila.save_base(raw=True)


def test_cambiar_cualquier_fila_vigilada_mueve_la_cuenta(politica_cargada: Any, personas: Any) -> None:
    """De cada tabla vigilada que los datos llenan: con una sentencia, con ``update`` y con ``save``."""
    fabricas.LineamientoFactory()
    quietas, probadas = [], set()
    for modelo in nuestros():
        tabla = modelo._meta.db_table
        if tabla in vigilancia.EXENTAS or not modelo._base_manager.exists():
            continue
        quietas += [(tabla, como) for como, cambio in cambios(modelo) if not se_mueve(cambio)]
        probadas.add(tabla)
    assert quietas == []
    assert len(probadas) >= 15


def test_publicar_corregir_retirar_y_fijar_la_mueven(politica_cargada: Any, personas: SimpleNamespace) -> None:
    indicador = Indicador.objects.get(codigo="OP.01-I2")
    hechas: list[Medicion] = []
    comun: dict[str, Any] = {"por": personas.analista, "revisor": personas.revisor}
    fuente = fabricas.FuenteFactory()

    def publicar() -> None:
        comun_y_cuando = comun | {"fuente": fuente, "ahora": minuto(1)}
        hechas.append(fabricas.publicada(indicador=indicador, periodo="2022-03", valor=31, **comun_y_cuando))

    assert se_mueve(publicar)
    assert se_mueve(lambda: hechas.append(fabricas.corregida(hechas[0], valor=32, ahora=minuto(5), **comun)))
    assert se_mueve(lambda: acciones.retirar(hechas[1], por=personas.revisor, motivo="x", ahora=minuto(6)))
    assert se_mueve(lambda: fabricas.logro(indicador, 77, anio=2021, por=personas.administrador, ahora=minuto(7)))
    assert se_mueve(lambda: fabricas.linea_base(indicador, 11, anio=2018, por=personas.administrador, ahora=minuto(7)))
    assert se_mueve(
        lambda: acciones.fijar_umbrales(
            por=personas.administrador, verde=Decimal(60), amarillo=Decimal(20), motivo="Otro método", ahora=minuto(8)
        )
    )
    assert se_mueve(lambda: Medicion.objects.filter(pk=hechas[1].pk).update(reservada=True))
    assert se_mueve(lambda: Indicador.objects.filter(pk=indicador.pk).update(notas="x"))


def test_un_borrador_no_la_mueve(politica_cargada: Any, personas: SimpleNamespace) -> None:
    indicador = Indicador.objects.get(codigo="OP.01-I2")
    fuente = fabricas.FuenteFactory()
    nuevo: list[Medicion] = []

    def registrar() -> None:
        comun: dict[str, Any] = {"indicador": indicador, "fuente": fuente, "ahora": minuto(0)}
        nuevo.append(acciones.registrar(por=personas.analista, periodo="2022-02", valor=Decimal(30), **comun))
        nuevo.append(acciones.registrar(por=personas.analista, periodo="2022-03", valor=Decimal(30), **comun))

    assert not se_mueve(registrar)
    uno, otro = nuevo
    assert not se_mueve(lambda: acciones.enviar(uno, por=personas.analista, ahora=minuto(1)))
    assert not se_mueve(lambda: acciones.observar(uno, por=personas.revisor, motivo="x", ahora=minuto(2)))
    assert not se_mueve(lambda: acciones.descartar(otro, por=personas.analista, ahora=minuto(3)))
    assert not se_mueve(lambda: Medicion.objects.filter(pk=uno.pk).update(valor=Decimal(29)))
    assert not se_mueve(lambda: User.objects.filter(pk=personas.analista.pk).update(last_login=minuto(4)))
    assert se_mueve(lambda: User.objects.filter(pk=personas.analista.pk).update(first_name="Ana María"))


def test_una_evidencia_cuenta_cuando_se_hace_publica(politica_cargada: Any, personas: SimpleNamespace) -> None:
    medicion = Medicion.objects.order_by("pk").first()
    comun: dict[str, Any] = {"medicion": medicion, "subida_por": personas.analista, "subida_en": minuto(0)}
    assert not se_mueve(lambda: Evidencia.objects.create(archivo="a.pdf", nombre="a", tamano=1, huella="a", **comun))
    assert se_mueve(lambda: Evidencia.objects.update(publica=True))
    assert se_mueve(lambda: Evidencia.objects.all().delete())


def test_se_mueve_con_la_transaccion_y_se_deshace_con_ella(politica_cargada: Any) -> None:
    """Lo que se deshace (entero o hasta un punto de guarda) no publicó nada."""

    def cambiar(nota: str, *, luego_deshacer: bool) -> None:
        with transaction.atomic():
            Indicador.objects.update(notas=nota)
            if luego_deshacer:
                connection.check_constraints()  # obliga a los disparadores aplazados a actuar ya
                transaction.set_rollback(True)

    def deshecha() -> None:
        cambiar("y", luego_deshacer=True)

    def a_medias() -> None:
        with transaction.atomic():
            cambiar("y", luego_deshacer=True)
            Medicion.objects.filter(publicada_en__isnull=True).update(notas="y")

    def guarda_deshecha_y_luego_un_cambio() -> None:
        with transaction.atomic():
            cambiar("z", luego_deshacer=True)
            cambiar("w", luego_deshacer=False)

    assert not se_mueve(deshecha)
    assert not se_mueve(a_medias)
    assert se_mueve(guarda_deshecha_y_luego_un_cambio)


def test_lo_que_rige_desde_el_futuro_deja_la_marca_sin_valor(politica_cargada: Any) -> None:
    """Si un momento escrito no ha llegado, lo público cambiará solo: hasta entonces nada se guarda."""
    ahora = timezone.now()
    assert leer_marca(ahora) is not None
    Medicion.objects.filter(etapa="publicada").update(publicada_en=ahora + timedelta(hours=1))
    assert leer_marca(ahora) is None
    assert leer_marca(ahora + timedelta(hours=1)) is not None


def test_instalar_es_idempotente_y_repone_lo_que_falte() -> None:
    assert vigilancia.instalar() == 0
    with connection.cursor() as cursor:
        postgres = connection.vendor == "postgresql"
        cursor.execute(vigilancia.INSTALADOS_EN_POSTGRES if postgres else vigilancia.INSTALADOS_EN_SQLITE)
        nombre, tabla = next((n, t) for n, t in cursor.fetchall() if "servicios_servicio" in n)
        cursor.execute(f"DROP TRIGGER {nombre} ON {tabla}" if postgres else f"DROP TRIGGER {nombre}")
    assert vigilancia.instalar() == 1
    assert vigilancia.instalar() == 0


@pytest.mark.postgres
def test_vaciar_una_tabla_tambien_cuenta(politica_cargada: Any) -> None:
    def vaciar() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE servicios_suspension")

    assert se_mueve(vaciar)


def test_un_parrafo_sin_emitir_no_cuenta(politica_cargada: Any) -> None:
    assert Parrafo._meta.db_table in vigilancia.EXENTAS
