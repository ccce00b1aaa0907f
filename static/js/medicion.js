/* Los formularios de la administración: los campos que buscan reciben su nombre, y una medición, su vista previa: mientras se escribe, pide al servidor lo que daría el valor. Aquí no se calcula nada:
   el fragmento lo arma el mismo núcleo que después publica. Sin este módulo, «Calcular el avance» hace lo mismo. */

const ESPERA = 350;
const CAMPOS = ["indicador", "periodo", "ambito", "sexo", "caracter", "valor", "numerador", "denominador", "motivo_ausencia"];

nombrarBuscadores();

const formulario = document.querySelector("[data-medicion-form]");
if (formulario) {
  vigilar(formulario);
}

/** select2 reemplaza la lista por una caja sin nombre: aquí recibe el de su etiqueta, su ayuda y su error. */
function nombrarBuscadores() {
  globalThis.django?.jQuery(() => {
    for (const lista of document.querySelectorAll("select.admin-autocomplete")) {
      const caja = lista.parentElement.querySelector(".select2-selection");
      const etiqueta = document.querySelector(`label[for="${CSS.escape(lista.id)}"]`);
      if (!caja) continue;
      const elegido = caja.getAttribute("aria-labelledby") ?? "";
      if (etiqueta) {
        etiqueta.id ||= `${lista.id}_etiqueta`;
        caja.setAttribute("aria-labelledby", `${etiqueta.id} ${elegido}`.trim());
      } else {
        caja.setAttribute("aria-label", lista.getAttribute("aria-label") ?? "Elegir");
        caja.removeAttribute("aria-labelledby");
      }
      const texto = caja.querySelector("[role=textbox]");
      texto?.removeAttribute("role");
      texto?.removeAttribute("aria-readonly");
      for (const atributo of ["aria-describedby", "aria-invalid"]) {
        if (lista.hasAttribute(atributo)) caja.setAttribute(atributo, lista.getAttribute(atributo));
      }
    }
  });
}

function vigilar(formulario) {
  const destino = formulario.querySelector("[data-resultado]");
  let espera = 0;
  let pedido = null;
  let anterior = direccion(formulario).search;

  async function pedir() {
    const url = direccion(formulario);
    if (url.search === anterior) return;
    anterior = url.search;
    pedido?.abort();
    pedido = new AbortController();
    destino.setAttribute("aria-busy", "true");
    try {
      const respuesta = await fetch(url, { signal: pedido.signal, headers: { Accept: "text/html" } });
      if (!respuesta.ok || respuesta.redirected) throw new Error(String(respuesta.status));
      mostrar(formulario, destino, await respuesta.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      decir(destino, "No se pudo calcular ahora. Puede seguir escribiendo; al guardar se comprueba todo.");
    }
    destino.removeAttribute("aria-busy");
  }

  function programar() {
    clearTimeout(espera);
    espera = setTimeout(pedir, ESPERA);
  }

  formulario.addEventListener("input", programar);
  formulario.addEventListener("change", programar);
  // Los campos que buscan (select2) avisan de sus cambios solo por jQuery.
  globalThis.django?.jQuery(formulario).on("change", "select", programar);
}

/** La dirección de la vista previa con lo que ahora dice el formulario. */
function direccion(formulario) {
  const url = new URL(formulario.dataset.vistaPrevia, location.href);
  const datos = new FormData(formulario);
  for (const campo of CAMPOS) {
    const valor = datos.get(campo);
    if (valor) url.searchParams.set(campo, valor);
  }
  if (formulario.dataset.medicion) url.searchParams.set("medicion", formulario.dataset.medicion);
  if ("corrige" in formulario.dataset) url.searchParams.set("corrige", "1");
  return url;
}

function mostrar(formulario, destino, html) {
  const fragmento = new DOMParser().parseFromString(html, "text/html").querySelector(".resultado");
  if (!fragmento) return;
  destino.replaceChildren(fragmento);
  const unidad = formulario.querySelector("[data-unidad]");
  if (unidad) unidad.textContent = fragmento.dataset.simbolo;
}

function decir(destino, frase) {
  const parrafo = document.createElement("p");
  parrafo.className = "ayuda";
  parrafo.textContent = frase;
  destino.replaceChildren(parrafo);
}
