// Recalcula mientras se escribe: pide al servidor el mismo formulario y reemplaza solo los nodos con data-cambia.
// Sin este módulo el formulario funciona igual, con su botón.

const PAUSA = 300; // milisegundos sin escribir antes de preguntar

const formulario = document.querySelector("[data-calculadora]");
let espera = 0;
let peticion = new AbortController();

function direccion(fragmento) {
  const consulta = new URLSearchParams(new FormData(formulario));
  if (fragmento) consulta.set("fragmento", "1");
  return `${location.pathname}?${consulta}`;
}

function reemplazar(nuevo) {
  for (const nodo of formulario.querySelectorAll("[data-cambia]")) {
    const otro = nuevo.getElementById(nodo.id);
    if (otro && otro.textContent !== nodo.textContent) nodo.replaceChildren(...otro.childNodes);
  }
  for (const casilla of formulario.querySelectorAll("input[type=text]")) {
    const otra = nuevo.getElementById(casilla.id);
    casilla.toggleAttribute("aria-invalid", false);
    if (otra?.getAttribute("aria-invalid")) casilla.setAttribute("aria-invalid", "true");
  }
}

async function calcular() {
  peticion.abort();
  peticion = new AbortController();
  try {
    const respuesta = await fetch(direccion(true), { signal: peticion.signal });
    if (!respuesta.ok) return;
    reemplazar(new DOMParser().parseFromString(await respuesta.text(), "text/html"));
    history.replaceState(null, "", direccion(false));
  } catch (error) {
    // Una petición más nueva la reemplazó, o no hay red: el botón sigue funcionando.
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
  }
}

formulario?.addEventListener("input", () => {
  clearTimeout(espera);
  espera = setTimeout(calcular, PAUSA);
});
