// La cuadrícula con el teclado: flechas arriba y abajo, y pegar un bloque copiado de una hoja de cálculo.
// Sin este módulo se llena igual, celda por celda, con el tabulador.

const tabla = document.querySelector("[data-cuadricula]");

/** La casilla a esa distancia en filas y columnas, o undefined si no hay. */
function vecina(casilla, filas, columnas) {
  const celda = casilla.closest("td");
  const fila = celda.parentElement.parentElement.rows[celda.parentElement.sectionRowIndex + filas];
  return fila?.cells[celda.cellIndex + columnas]?.querySelector("input") ?? undefined;
}

tabla?.addEventListener("keydown", (evento) => {
  const paso = { ArrowUp: -1, ArrowDown: 1 }[evento.key];
  // Con Alt, la flecha abre la lista de motivos.
  if (!paso || evento.altKey || !(evento.target instanceof HTMLInputElement)) return;
  const otra = vecina(evento.target, paso, 0);
  if (!otra) return;
  evento.preventDefault();
  otra.focus();
  otra.select();
});

tabla?.addEventListener("paste", (evento) => {
  const texto = evento.clipboardData?.getData("text/plain") ?? "";
  if (!/[\t\n]/.test(texto.trimEnd()) || !(evento.target instanceof HTMLInputElement)) return;
  evento.preventDefault();
  texto.trimEnd().split(/\r?\n/).forEach((linea, fila) => {
    linea.split("\t").forEach((valor, columna) => {
      const casilla = vecina(evento.target, fila, columna);
      if (casilla) casilla.value = valor.trim();
    });
  });
});
