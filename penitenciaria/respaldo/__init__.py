"""El respaldo: una sola copia de la base y de sus archivos, comprobada, que vuelve igual en las dos bases.

``hacer`` la escribe, ``devolver`` la restaura, ``rotacion`` decide cuáles se conservan. El formato está explicado en
``docs/respaldo.md``.
"""
