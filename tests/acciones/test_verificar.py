"""Quien altere la cadena queda a la vista: en la base, en una copia y al rehacerla entera."""

import hashlib
import json
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction

from indicadores import acciones, constancias
from indicadores.models import Constancia, Evidencia, Medicion
from tests.acciones.rotura import rotura
from tests.fabricas import minuto

# Alteraciones de la cadena


@pytest.mark.parametrize(
    ("cambio", "frase"),
    [
        ({"huella": "f" * 64}, "la huella no es la de su texto"),
        ({"huella_anterior": "e" * 64}, "no sigue a la anterior"),
        ({"canonico": '{"numero":3}'}, "la huella no es la de su texto"),
        ({"sellado": "{}"}, "lo sellado («cifra») no es lo que su texto compromete"),
        ({"sellado": "no"}, "su texto no es el de una constancia"),
        ({"secreto": "0" * 64}, "lo sellado («cifra») no es lo que su texto compromete"),
        ({"clase": "umbrales"}, "su columna «clase» dice umbrales y su texto publicacion"),
        ({"objeto": 99999}, "su columna «objeto» dice 99999"),
        ({"en": minuto(77)}, "su columna «en» dice"),
        ({"medicion": None}, "su columna «medicion» no nombra"),
        ({"numero": 99}, "falta: después de la 2 viene la 4"),
    ],
)
def test_alterar_un_eslabon_se_nombra(historia: SimpleNamespace, cambio: dict[str, Any], frase: str) -> None:
    Constancia.objects.filter(numero=3).update(**cambio)
    assert rotura().startswith("Constancia 3: ")
    assert frase in rotura()


def test_quitar_un_eslabon_o_la_cola_se_nombra(historia: SimpleNamespace) -> None:
    with transaction.atomic():
        Constancia.objects.filter(numero=5).delete()
        assert rotura() == "Constancia 5: falta: después de la 4 viene la 6."
        transaction.set_rollback(True)
    Constancia.objects.filter(numero__gte=7).delete()
    assert rotura() == f"No tiene constancia: umbrales del semáforo {historia.umbral.pk}."


def test_cambiar_dos_eslabones_de_lugar_se_nombra(historia: SimpleNamespace) -> None:
    Constancia.objects.filter(numero=6).update(numero=100)
    Constancia.objects.filter(numero=5).update(numero=6)
    Constancia.objects.filter(numero=100).update(numero=5)
    assert rotura().startswith("Constancia 5: no sigue a la anterior")


def test_rehacer_la_cadena_se_descubre_con_una_copia(historia: SimpleNamespace, tmp_path: Path) -> None:
    copia = tmp_path / "copia.jsonl"
    copia.write_text("".join(constancias.lineas_publicas()), encoding="utf-8")
    call_command("verificar", archivo=str(copia), cotejar=True)
    Constancia.objects.all().delete()
    Medicion.objects.filter(pk=historia.primera.pk).update(valor=Decimal(12))
    constancias.certificar_publicaciones([historia.primera, historia.segunda, historia.retirada])
    constancias.certificar_retiro(historia.retirada)
    for revision in (historia.base, historia.logro, historia.otro, historia.umbral):
        constancias.certificar_revision(revision)
    assert not rotura(), "Rehecha entera, la cadena sola no lo delata"
    with pytest.raises(CommandError, match="no conserva su constancia 8: la historia se rehízo"):
        call_command("verificar", archivo=str(copia), cotejar=True)


# Lo que ya estaba publicado


def test_la_migracion_certifica_lo_anterior_en_el_orden_en_que_ocurrio(historia: SimpleNamespace) -> None:
    certificar = import_module("indicadores.migrations.0003_constancias").certificar
    antes = list(Constancia.objects.order_by("numero").values_list("clase", "objeto"))
    Constancia.objects.all().delete()
    for _ in range(2):
        certificar(apps, None)
        assert list(Constancia.objects.order_by("numero").values_list("clase", "objeto")) == antes
    assert constancias.revisar().eslabones == 8
    assert not rotura()
    acciones.retirar(historia.segunda, por=historia.segunda.publicada_por, motivo="x", ahora=minuto(50))
    assert constancias.revisar().eslabones == 9
    assert not rotura()


# La orden


def test_la_orden_dice_que_esta_integra(historia: SimpleNamespace, capsys: Any) -> None:
    call_command("verificar")
    ultima = Constancia.objects.get(numero=8).huella
    assert capsys.readouterr().out == (
        "La cadena está íntegra y coincide con las cifras de la base: 8 constancias comprobadas. "
        f"Última huella (8): {ultima}\n"
    )
    call_command("verificar", desde=6)
    assert ": 3 constancias comprobadas." in capsys.readouterr().out


@pytest.mark.django_db
def test_la_orden_sobre_una_base_sin_nada(capsys: Any) -> None:
    call_command("verificar")
    assert capsys.readouterr().out == "La cadena está vacía: todavía no hay constancias.\n"
    with pytest.raises(CommandError, match="Constancia 4: falta: no hay de dónde empezar"):
        call_command("verificar", desde=5)
    with pytest.raises(CommandError, match="--desde se cuenta desde 1"):
        call_command("verificar", desde=0)
    with pytest.raises(CommandError, match="agregue --archivo"):
        call_command("verificar", cotejar=True)


def test_la_orden_falla_y_nombra_la_rotura(historia: SimpleNamespace) -> None:
    Medicion.objects.filter(pk=historia.segunda.pk).update(valor=Decimal(42))
    with pytest.raises(
        CommandError, match=r"La cadena está rota\. Constancia 2: .*«valor» dice «42» y se certificó «41»"
    ):
        call_command("verificar")
    call_command("verificar", desde=3)


def test_una_copia_alterada_se_nombra(historia: SimpleNamespace, tmp_path: Path, capsys: Any) -> None:
    copia, lineas = tmp_path / "copia.jsonl", list(constancias.lineas_publicas())

    def comprobar(nuevas: list[str], **opciones: Any) -> None:
        copia.write_text("".join(nuevas), encoding="utf-8")
        call_command("verificar", archivo=str(copia), **opciones)

    comprobar([*lineas, "\n"])
    assert "íntegra en la copia: 8 constancias comprobadas" in capsys.readouterr().out
    comprobar(lineas[3:])
    comprobar(lineas, desde=7)
    assert ": 2 constancias comprobadas." in capsys.readouterr().out
    otra_cifra = json.loads(lineas[1])
    otra_cifra["cifra"] = otra_cifra["cifra"].replace("41", "42")
    for nuevas, frase in (
        ([*lineas[:1], json.dumps(otra_cifra) + "\n", *lineas[2:]], "Constancia 2: la cifra abierta no es la que"),
        ([*lineas[:4], *lineas[5:]], "Constancia 5: falta: después de la 4 viene la 6"),
        ([lineas[1], lineas[0]], "Constancia 1: está repetida o fuera de orden"),
        ([lineas[0], lineas[0]], "Constancia 1: está repetida o fuera de orden"),
        ([lineas[0].replace('\\"anterior', "x").replace("2020", "2021"), *lineas[1:]], "Constancia 1: la huella no es"),
        ([*lineas[:2], "{}\n"], "La línea 3 no es una constancia"),
        ([*lineas[:2], "esto no\n"], "La línea 3 no es una constancia"),
        (["[]\n"], "La línea 1 no es una constancia"),
    ):
        with pytest.raises(CommandError, match=frase):
            comprobar(nuevas)
    with pytest.raises(CommandError, match="no es una constancia"):
        comprobar(["basura\n"], desde=3)
    copia.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="no es un texto en UTF-8"):
        call_command("verificar", archivo=str(copia))
    with pytest.raises(CommandError, match="No se puede leer"):
        call_command("verificar", archivo=str(tmp_path / "no-existe"))


# Evidencias


def test_un_archivo_de_evidencia_cambiado_o_perdido_se_nombra(
    historia: SimpleNamespace, personas: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    medicion = Medicion.objects.con_version().order_by("pk")[0]
    hecha = Evidencia.objects.create(
        medicion=medicion,
        archivo=SimpleUploadedFile("acta.pdf", b"acta"),
        nombre="acta.pdf",
        tipo="application/pdf",
        tamano=4,
        huella=hashlib.sha256(b"acta").hexdigest(),
        subida_por=personas.analista,
        subida_en=minuto(1),
    )
    call_command("verificar")
    archivo = Path(hecha.archivo.path)
    archivo.write_bytes(b"otra")
    with pytest.raises(CommandError, match=r"«acta\.pdf».*no es el que se recibió"):
        call_command("verificar")
    archivo.unlink()
    with pytest.raises(CommandError, match="Falta el archivo de la evidencia"):
        call_command("verificar")
