"""Las hojas de cálculo: se bajan, se llenan, se suben, se comparan celda por celda y entran juntas como un lote."""
