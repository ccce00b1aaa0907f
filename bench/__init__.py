"""Comparativas: cada cifra es una razón frente a una vista de Django desnuda, medida en la misma corrida."""
