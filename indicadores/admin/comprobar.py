"""Lo que las puertas hacen con las comprobaciones: mostrarlas, pedir que se reconozcan una por una y decir qué falta.

Cada casilla lleva el código del aviso y la huella de lo que decía: si entre la página y el botón cambió una cifra, lo
marcado ya no es lo que se leyó y se vuelve a preguntar.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest

from indicadores.comprobaciones import REGLAS, Hallazgo, comprobar_varias, huella_de
from indicadores.formato import enumerar, escribir_periodo, plural
from indicadores.models import Medicion

#: El nombre de las casillas «Entiendo: …».
CASILLA = "aviso"


@dataclass(frozen=True, slots=True)
class Renglon:
    """Un hallazgo y, si hay varias mediciones en la página, de cuál es."""

    hallazgo: Hallazgo
    de: str = ""


@dataclass(frozen=True, slots=True)
class Acuse:
    """Una casilla: reconoce todos los avisos de un código tal como se ven en la página."""

    codigo: str
    titulo: str
    remedio: str
    valor: str
    renglones: tuple[Renglon, ...]
    marcado: bool

    @property
    def cuantos(self) -> str:
        """«en 12 mediciones»; vacío si la página es de una sola."""
        de = {renglon.de for renglon in self.renglones if renglon.de}
        return f"en {plural(len(de), 'medición', 'mediciones')}" if de else ""


def revisar(mediciones: Sequence[Medicion] | QuerySet[Medicion], *, ahora: datetime) -> dict[int, list[Hallazgo]]:
    """Lo que se encuentra en cada medición guardada, por su clave primaria; las une como si se publicaran juntas."""
    hallados = comprobar_varias(list(mediciones), ahora=ahora)
    return {llave: suyos for llave, suyos in hallados.items() if isinstance(llave, int)}


def errores_de(hallazgos: Iterable[Hallazgo]) -> list[Hallazgo]:
    return [hallazgo for hallazgo in hallazgos if hallazgo.es_error]


def acuses_de(
    hallados: Mapping[int, Sequence[Hallazgo]], marcados: Collection[str], nombres: Mapping[int, str] | None = None
) -> list[Acuse]:
    """Las casillas que hay que marcar, una por código; ``nombres`` dice cómo se llama cada medición si son varias."""
    por_codigo: defaultdict[str, list[Renglon]] = defaultdict(list)
    for pk, hallazgos in hallados.items():
        for hallazgo in hallazgos:
            if not hallazgo.es_error:
                por_codigo[hallazgo.codigo].append(Renglon(hallazgo, nombres[pk] if nombres else ""))
    acuses = []
    for codigo, regla in REGLAS.items():
        if codigo in por_codigo:
            renglones = por_codigo[codigo]
            valor = f"{codigo}-{huella_de([f'{r.de}: {r.hallazgo.texto}' for r in renglones])}"
            acuses.append(Acuse(codigo, regla.titulo, regla.remedio, valor, tuple(renglones), valor in marcados))
    return acuses


def lo_que_falta(acuses: Iterable[Acuse], marcados: Collection[str]) -> str:
    """Por qué no se publica todavía; dice si lo marcado ya no es lo que la página muestra. Vacío si no falta nada."""
    sin_marcar = [acuse for acuse in acuses if not acuse.marcado]
    if not sin_marcar:
        return ""
    codigos = {marcado.rpartition("-")[0] for marcado in marcados}
    nombres = [f"«{acuse.titulo}»" for acuse in sin_marcar]
    if any(acuse.codigo in codigos for acuse in sin_marcar):
        return f"Algo cambió desde que abrió la página. Lea otra vez y marque: {enumerar(nombres)}. No se publicó nada."
    return f"Lea los avisos y marque la casilla de cada uno para publicar; falta {enumerar(nombres)}."


def codigos_de(hallazgos: Iterable[Hallazgo]) -> list[str]:
    """Los códigos de los avisos, para dejar constancia de cuáles se aceptaron."""
    return list(dict.fromkeys(hallazgo.codigo for hallazgo in hallazgos if not hallazgo.es_error))


def nombre_de(medicion: Medicion) -> str:
    """«OP.01-I2, marzo de 2021, Perú, total»."""
    partes = (
        medicion.indicador.codigo,
        escribir_periodo(medicion.periodo),
        medicion.ambito.nombre,
        medicion.get_sexo_display(),
    )
    return ", ".join(str(parte) for parte in partes)


def informar_al_enviar(request: HttpRequest, mediciones: Sequence[Medicion], *, ahora: datetime) -> None:
    """Adelanta a quien envía lo que verá quien revise; no impide nada."""
    claves = [medicion.pk for medicion in mediciones]
    leidas = Medicion.objects.filter(pk__in=claves).select_related("indicador__servicio", "ambito").order_by("pk")
    hallados = revisar(leidas, ahora=ahora)
    if len(claves) == 1:
        for hallazgo in hallados.get(claves[0], []):
            rotulo, nivel = (
                ("No podrá publicarse", messages.ERROR) if hallazgo.es_error else ("Aviso", messages.WARNING)
            )
            messages.add_message(request, nivel, f"{rotulo}: {hallazgo.titulo}. {hallazgo.texto}")
        return
    con_error = sum(bool(errores_de(suyos)) for suyos in hallados.values())
    con_aviso = sum(bool(codigos_de(suyos)) for suyos in hallados.values())
    if con_error:
        frase = f"{plural(con_error, 'no podrá', 'no podrán')} publicarse como está: abra cada una y corríjala."
        messages.add_message(request, messages.ERROR, frase)
    if con_aviso:
        quien = plural(con_aviso, "lleva avisos", "llevan avisos")
        messages.add_message(request, messages.WARNING, f"{quien} que quien revise tendrá que reconocer.")
