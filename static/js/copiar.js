/* Copiar una cita con un mando. Sin JavaScript, el texto está a la vista y se selecciona de una vez. */

for (const cita of document.querySelectorAll("[data-cita]")) {
  const [texto, mando, aviso] = ["texto", "copiar", "copiado"].map((nombre) => cita.querySelector(`[data-${nombre}]`));
  mando.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(texto.textContent);
      aviso.textContent = "Copiado.";
    } catch {
      // Sin permiso o sin conexión segura: queda seleccionado, para copiarlo con el teclado.
      getSelection().selectAllChildren(texto);
      texto.focus();
      aviso.textContent = "No se pudo copiar solo: está seleccionado, cópielo con el teclado o el menú.";
    }
  });
  mando.hidden = false;
}
