"""Revisar un respaldo sin tocar nada: su huella final, la de cada parte y que no falte ni sobre ninguna."""

from dataclasses import replace
from typing import BinaryIO

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.utils import validate_file_name

from penitenciaria.respaldo.contenedor import MANIFIESTO, TROZO, Miembro, comprobar_huella, en_claro, recorrer
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.manifiesto import DE_ARCHIVOS, DE_TABLA, Manifiesto, leer_manifiesto


def revisar(abierto: BinaryIO, clave: str = "") -> Manifiesto:
    """El manifiesto de un respaldo íntegro; :class:`ErrorDeRespaldo` con la razón si no lo está.

    Primero la huella del archivo entero: hasta que cierra, no se interpreta nada de lo que trae.
    """
    comprobar_huella(en_claro(abierto, clave))
    halladas: dict[str, Miembro] = {}
    texto = b""
    for nombre, contenido in recorrer(en_claro(abierto, clave)):
        if nombre == MANIFIESTO:
            texto = contenido.read()
            continue
        while contenido.read(TROZO):
            pass
        halladas[nombre] = Miembro(contenido.bytes, contenido.huella)
    manifiesto = leer_manifiesto(texto)
    if halladas != manifiesto.partes:
        distintas = sorted(dict(halladas.items() ^ manifiesto.partes.items()))
        raise ErrorDeRespaldo(f"El manifiesto y el contenido no concuerdan en «{distintas[0]}». Use otra copia.")
    for nombre in halladas:
        _comprobar_nombre(nombre, manifiesto)
    return replace(manifiesto, partes=halladas)


def _comprobar_nombre(nombre: str, manifiesto: Manifiesto) -> None:
    """Que una parte sea de una tabla declarada o un archivo dentro de su carpeta."""
    de_tabla = DE_TABLA.fullmatch(nombre)
    if de_tabla is not None and de_tabla["tabla"] in manifiesto.tablas:
        return
    try:
        if not nombre.startswith(DE_ARCHIVOS):
            raise SuspiciousFileOperation(nombre)
        validate_file_name(nombre.removeprefix(DE_ARCHIVOS), allow_relative_path=True)
    except SuspiciousFileOperation:
        raise ErrorDeRespaldo(f"El respaldo trae «{nombre}», que no le corresponde. No se usó nada.") from None
