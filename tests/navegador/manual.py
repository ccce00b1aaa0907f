"""Las fotos del manual del analista: se toman de las páginas mismas y se escriben con paleta, que pesan poco.

Con ``MANUAL=1`` en el entorno cada foto se escribe en ``docs/img/manual/``; sin ella solo se comprueba que lo que se
fotografiaría está en la página.
"""

import base64
import os
import re
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.conftest import RAIZ

MANUAL = RAIZ / "docs" / "manual-analista.md"
FOTOS = RAIZ / "docs" / "img" / "manual"
SE_ESCRIBEN = os.environ.get("MANUAL") == "1"
ANCHO = 1280
MARGEN = 8

#: Deja la imagen en los 256 colores que más aparecen y devuelve su medida, la paleta y los índices.
A_PALETA = """
async (png) => {
  const imagen = new Image();
  imagen.src = `data:image/png;base64,${png}`;
  await imagen.decode();
  const lienzo = Object.assign(document.createElement("canvas"), {width: imagen.width, height: imagen.height});
  const pincel = lienzo.getContext("2d");
  pincel.drawImage(imagen, 0, 0);
  const puntos = pincel.getImageData(0, 0, imagen.width, imagen.height).data;
  const colores = new Uint32Array(puntos.length / 4), veces = new Map();
  for (let i = 0; i < colores.length; i++) {
    const color = (puntos[4 * i] << 16) | (puntos[4 * i + 1] << 8) | puntos[4 * i + 2];
    colores[i] = color;
    veces.set(color, (veces.get(color) || 0) + 1);
  }
  const paleta = [...veces].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256).map(([color]) => color);
  const lugar = new Map(paleta.map((color, i) => [color, i]));
  const lejos = (a, b) => [16, 8, 0].reduce((suma, n) => suma + (((a >> n) & 255) - ((b >> n) & 255)) ** 2, 0);
  for (const color of veces.keys()) {
    if (lugar.has(color)) continue;
    let mejor = 0;
    paleta.forEach((otro, i) => { if (lejos(color, otro) < lejos(color, paleta[mejor])) mejor = i; });
    lugar.set(color, mejor);
  }
  let indices = "";
  for (let i = 0; i < colores.length; i++) indices += String.fromCharCode(lugar.get(colores[i]));
  return {ancho: imagen.width, alto: imagen.height, paleta, indices: btoa(indices)};
}
"""


def nombradas() -> set[str]:
    """Los nombres, sin extensión, de las imágenes que el manual muestra."""
    return set(re.findall(r"\(img/manual/([\w-]+)\.png\)", MANUAL.read_text(encoding="utf-8")))


def fotografiar(page: Page, nombre: str, desde: Locator, hasta: Locator | None = None) -> None:
    """La franja de la página que va de un elemento a otro (o al final del mismo), de lado a lado."""
    primero, ultimo = desde.first, (hasta or desde).first
    expect(primero).to_be_visible()
    expect(ultimo).to_be_visible()
    if not SE_ESCRIBEN:
        return
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    arriba, abajo = primero.bounding_box(), ultimo.bounding_box()
    assert arriba, nombre
    assert abajo, nombre
    comienzo = max(0, arriba["y"] - MARGEN)
    alto = abajo["y"] + abajo["height"] + MARGEN - comienzo
    franja = {"x": 0, "y": comienzo, "width": ANCHO, "height": alto}
    entera = page.screenshot(full_page=True, clip=franja, animations="disabled")  # type: ignore[arg-type]
    FOTOS.mkdir(parents=True, exist_ok=True)
    (FOTOS / f"{nombre}.png").write_bytes(con_paleta(page, entera))


def con_paleta(page: Page, png: bytes) -> bytes:
    """El mismo PNG, de un octeto por punto."""
    limpia = page.context.browser.new_page()  # type: ignore[union-attr]
    try:
        hecha = limpia.evaluate(A_PALETA, base64.b64encode(png).decode())
    finally:
        limpia.close()
    ancho, alto, indices = hecha["ancho"], hecha["alto"], base64.b64decode(hecha["indices"])
    filas = b"".join(b"\0" + indices[fila * ancho : (fila + 1) * ancho] for fila in range(alto))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _pieza(b"IHDR", struct.pack(">IIBBBBB", ancho, alto, 8, 3, 0, 0, 0))
        + _pieza(b"PLTE", b"".join(struct.pack(">I", color)[1:] for color in hecha["paleta"]))
        + _pieza(b"IDAT", zlib.compress(filas, 9))
        + _pieza(b"IEND", b"")
    )


def _pieza(clase: bytes, datos: bytes) -> bytes:
    return struct.pack(">I", len(datos)) + clase + datos + struct.pack(">I", zlib.crc32(clase + datos))


def medidas(imagen: Path) -> tuple[int, int]:
    """Ancho y alto de un PNG."""
    ancho, alto = struct.unpack(">II", imagen.read_bytes()[16:24])
    return ancho, alto
