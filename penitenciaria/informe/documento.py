"""El documento como valor inmutable: cada forma (HTML, DOCX, PDF) escribe estos bloques y no decide nada más.

Los textos ya vienen escritos, con sus números y fechas; ninguna forma calcula, redondea ni traduce.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Titulo:
    """Un título; ``nivel`` 1 a 3 y ``numero`` como «1.2» (vacío en los que no se numeran)."""

    nivel: int
    texto: str
    ancla: str
    numero: str = ""


@dataclass(frozen=True, slots=True)
class Parrafo:
    """Un párrafo; ``propio`` si lo escribió una persona y no el portal."""

    texto: str
    estilo: Literal["normal", "entrada", "nota"] = "normal"
    propio: bool = False


@dataclass(frozen=True, slots=True)
class Lista:
    """Una lista llana o numerada."""

    elementos: tuple[str, ...]
    numerada: bool = False


@dataclass(frozen=True, slots=True)
class Columna:
    """Una columna de tabla; ``peso`` reparte el ancho y ``numerica`` alinea a la derecha."""

    rotulo: str
    peso: int = 1
    numerica: bool = False


@dataclass(frozen=True, slots=True)
class Tabla:
    """Una tabla con título numerado («Tabla 1»), encabezados y notas al pie."""

    numero: int
    titulo: str
    columnas: tuple[Columna, ...]
    filas: tuple[tuple[str, ...], ...]
    notas: tuple[str, ...] = ()
    apaisada: bool = False


@dataclass(frozen=True, slots=True)
class Figura:
    """Un dibujo vectorial completo por sí mismo, con título numerado, texto alternativo y pie con la fuente."""

    numero: int
    titulo: str
    svg: str
    alternativa: str
    pie: str


@dataclass(frozen=True, slots=True)
class Datos:
    """Pares de rótulo y texto, como una ficha; el texto vacío se muestra «por definir»."""

    pares: tuple[tuple[str, str], ...]


Bloque = Titulo | Parrafo | Lista | Tabla | Figura | Datos


@dataclass(frozen=True, slots=True)
class Documento:
    """Un documento entero. ``constancia``: las líneas de verificación de un reporte emitido; vacía en un borrador."""

    titulo: str
    subtitulo: str
    encabezado: tuple[tuple[str, str], ...]
    bloques: tuple[Bloque, ...]
    pie: str
    constancia: tuple[str, ...] = ()
    direccion: str = ""
    idioma: str = "es-PE"
