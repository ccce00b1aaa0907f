"""Cómo dice el portal lo que en la calle se dice de otro modo: quien busca «presos» halla «privadas de libertad».

Puro. No se busca con los sinónimos a escondidas: se ofrecen, para que quien lee sepa con qué palabra lo dicen las
fuentes. Una prueba comprueba que cada palabra ofrecida halla algo.
"""

from collections.abc import Iterator

from penitenciaria.busqueda.palabras import Consulta, formas, raiz

#: Lo que se escribe → lo que dicen las fuentes.
DICHOS = (
    ("preso presidiario reo recluso encarcelado prisionero detenido", ("personas privadas de libertad",)),
    ("carcel prision penal presidio reclusorio", ("establecimientos penitenciarios",)),
    ("sobrepoblacion aglomeracion", ("hacinamiento",)),
    ("tobillera brazalete pulsera", ("grilletes", "vigilancia electrónica")),
    ("telefono movil llamada antena", ("bloqueadores",)),
    ("procesado inocente prejuzgado", ("personas sin sentencia",)),
    ("recaida", ("reincidencia",)),
    ("empleo taller", ("trabajo",)),
    ("estudio escuela colegio aula", ("educación",)),
    ("excarcelado liberado pospenitenciario", ("medio libre", "postpenitenciario")),
)
_POR_RAIZ = {raiz(palabra): ofrecidas for palabras, ofrecidas in DICHOS for palabra in palabras.split()}


def sinonimos(consulta: Consulta) -> Iterator[str]:
    """Con qué otras palabras conviene buscar lo mismo; ninguna si lo escrito ya lo dice como las fuentes."""
    for termino in consulta.terminos:
        for forma in (*formas(termino), termino.removesuffix("es")):
            yield from _POR_RAIZ.get(raiz(forma), ())
