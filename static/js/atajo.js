/* La tecla «/» lleva a la búsqueda. Se puede apagar (WCAG 2.1.4): el mando está en la página de accesibilidad. */
const CLAVE = "sin-atajo";

/** Lo guardado en este navegador; si no deja guardar nada, el atajo queda encendido. */
function estaApagado() {
  try {
    return localStorage.getItem(CLAVE) === "1";
  } catch {
    return false;
  }
}

function apagar(valor) {
  try {
    if (valor) localStorage.setItem(CLAVE, "1");
    else localStorage.removeItem(CLAVE);
  } catch {
    // Sin almacenamiento no hay qué recordar.
  }
}

/** El campo de búsqueda que se ve; null si en esta página, o en este ancho, no hay ninguno. */
function campo() {
  return [...document.querySelectorAll("[data-buscar]")].find((uno) => uno.offsetParent !== null) ?? null;
}

document.addEventListener("keydown", (evento) => {
  const escribe = evento.target.closest?.("input, textarea, select, [contenteditable]");
  if (evento.key !== "/" || evento.ctrlKey || evento.metaKey || evento.altKey || escribe || estaApagado()) return;
  const destino = campo();
  if (!destino) return;
  evento.preventDefault();
  destino.focus();
  destino.select();
});

for (const mando of document.querySelectorAll("[data-atajo]")) {
  const [apagarlo, encenderlo] = mando.dataset.atajo.split("|");
  const escribir = () => {
    mando.textContent = estaApagado() ? encenderlo : apagarlo;
  };
  mando.addEventListener("click", () => {
    apagar(!estaApagado());
    escribir();
  });
  escribir();
  mando.hidden = false;
}
