"""API v1 de los indicadores y sus mediciones, y lo que comparten todos sus recursos.

``parametros`` lee la dirección sin perdonar descuidos; ``filtros`` y ``paginacion`` eligen filas; ``a_json`` da a los
resultados del núcleo la forma del contrato; ``esquemas`` la documenta; ``views`` reúne todo.
"""
