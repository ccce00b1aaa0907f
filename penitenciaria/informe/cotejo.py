"""Las cifras que cita un párrafo escrito por una persona, comparadas con los datos. Puro."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indicadores import citas as lector
from indicadores.citas import PUNTOS, Cita, clase_de_unidad
from indicadores.formato import escribir_periodo, escribir_valor, redondear
from penitenciaria.informe.hechos import Cifra, Que


@dataclass(frozen=True, slots=True)
class Diferencia:
    """Una cita que no está en los datos y el dato más parecido (None si no hay ninguno de su clase)."""

    cita: Cita
    dato: Cifra | None

    @property
    def frase(self) -> str:
        """«el texto dice 37 %, el dato es 35 % (OP.01-I2, marzo de 2021)»."""
        if self.dato is None or self.dato.valor is None:
            return f"el texto dice {self.cita.texto} y no hay ningún dato con qué compararlo"
        return f"el texto dice {self.cita.texto}, el dato es {_escribir(self.dato)}"


def cotejar(texto: str, informe_cifras: Iterable[Cifra]) -> tuple[Diferencia, ...]:
    """Las cifras de ``texto`` que no están en ``informe_cifras``, en el orden en que se leen.

    Las cifras deben ser las que pueden citarse en esa sección (véase ``cifras.del_objetivo``).
    """
    datos = [cifra for cifra in informe_cifras if cifra.valor is not None]
    unidades = _unidades(datos)
    return tuple(
        Diferencia(cita, _mas_parecido(cita, datos))
        for cita in citas(texto, datos)
        if not any(_es(cita, dato, unidades) for dato in datos)
    )


def citas(texto: str, informe_cifras: Iterable[Cifra] = ()) -> tuple[Cita, ...]:
    """Todas las cifras que cita un texto; de ``informe_cifras`` se toman los nombres de unidades («tres centros»)."""
    return lector.citas(texto, _unidades(informe_cifras))


def _unidades(cifras: Iterable[Cifra]) -> set[str]:
    return {cifra.unidad for cifra in cifras if cifra.que is not Que.CUENTA}


def _es(cita: Cita, dato: Cifra, unidades: set[str]) -> bool:
    """Si la cita es ese dato: la misma clase de unidad y el mismo número, exacto o como se muestra.

    Una diferencia se cita sin signo. El nombre puede variar («38 beneficiarios», «38 personas»), salvo que sea el de la
    unidad de otro dato; y una cuenta («13 indicadores») solo se cita por su nombre.
    """
    assert dato.valor is not None
    if clase_de_unidad(cita.unidad) != clase_de_unidad(dato.unidad) or dato.que is Que.UMBRAL:
        return False
    if dato.que is Que.CUENTA:
        return cita.unidad == dato.unidad.split()[0] and cita.valor == dato.valor
    if cita.unidad in unidades and cita.unidad != dato.unidad:
        return False
    valor, esperado = cita.valor, dato.valor
    if dato.que in (Que.CAMBIO, Que.BRECHA):
        valor, esperado = abs(valor), abs(esperado)
    return valor in (esperado, redondear(esperado, dato.decimales))


def _mas_parecido(cita: Cita, datos: Sequence[Cifra]) -> Cifra | None:
    """El de igual número aunque se haya confundido «%» con puntos porcentuales; si no, el más cercano de su clase."""
    confundidos = [dato for dato in datos if {clase_de_unidad(cita.unidad), dato.unidad} == {"%", PUNTOS}]
    for dato in confundidos:
        if dato.valor is not None and abs(dato.valor) == abs(cita.valor):
            return dato
    de_su_clase = [dato for dato in datos if clase_de_unidad(dato.unidad) == clase_de_unidad(cita.unidad)]
    misma_unidad = [dato for dato in de_su_clase if dato.unidad == cita.unidad]
    medidos = [dato for dato in misma_unidad or de_su_clase if dato.que not in (Que.CUENTA, Que.UMBRAL)]
    return min(medidos or de_su_clase, key=lambda dato: abs((dato.valor or 0) - cita.valor), default=None)


def _escribir(dato: Cifra) -> str:
    assert dato.valor is not None
    donde = [dato.codigo] if dato.codigo else []
    if dato.periodo and "/" not in dato.periodo and dato.que is not Que.UMBRAL:
        donde.append(escribir_periodo(dato.periodo))
    valor = abs(dato.valor) if dato.que in (Que.CAMBIO, Que.BRECHA) else dato.valor
    escrito = escribir_valor(valor, dato.unidad, dato.decimales)
    return f"{escrito} ({', '.join(donde)})" if donde else escrito
