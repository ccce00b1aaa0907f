"""Un zip que se escribe mientras se entrega: su memoria no crece, y los mismos datos dan los mismos bytes. Puro."""

from zipfile import ZIP_DEFLATED, ZipInfo

TROZO = 64 * 1024
#: La fecha de toda parte: la primera que un zip sabe escribir.
FECHA = (1980, 1, 1, 0, 0, 0)


class Salida:
    """Donde escribe ``ZipFile``: no se puede volver atrás, y lo escrito se va llevando."""

    def __init__(self) -> None:
        self._trozos: list[bytes] = []
        self.pendiente = 0

    def write(self, datos: bytes) -> int:
        if datos:
            self._trozos.append(bytes(datos))
            self.pendiente += len(datos)
        return len(datos)

    def flush(self) -> None:
        """Nada que hacer: lo exige ``ZipFile``."""

    def close(self) -> None:
        """Nada que hacer: lo exige ``ZipFile``."""

    def llevar(self) -> bytes:
        """Lo escrito desde la última vez."""
        todo = b"".join(self._trozos)
        self._trozos, self.pendiente = [], 0
        return todo


def parte_fija(nombre: str) -> ZipInfo:
    """Una parte comprimida con la fecha de todas."""
    parte = ZipInfo(nombre, FECHA)
    parte.compress_type = ZIP_DEFLATED
    return parte
