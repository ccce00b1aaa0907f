"""Núcleo puro: cada cifra derivada se calcula aquí, una sola vez.

Solo usa la biblioteca estándar. No conoce Django, ni la base de datos, ni el reloj: el corte, los umbrales y los pesos
llegan como argumentos. Entran ``Decimal`` y ``date``; por dentro se trabaja con ``Fraction`` exactas; ``None``
significa «no definido» y siempre viene acompañado de un :class:`~indicadores.calculo.tipos.Motivo`.
"""
