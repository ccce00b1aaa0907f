/*
 * La gráfica interactiva, solo a pedido. El servidor ya dibujó un SVG completo; aquí, cuando alguien lo pide, se cargan
 * plotly.js (unos 5 MB) y la figura, y se pone una en lugar del otro. Si algo falla, el SVG se queda y se dice.
 *
 * Espera un <figure data-grafica data-figura-url data-plotly data-estilo> como el de componentes/grafica.html.
 */

const TINTAS = ["tinta", "gris", "linea", "papel", "marca"];
// Por debajo de este ancho (42 rem) se usan los rótulos del dibujo estrecho, igual que en graficas.css.
const ANCHO_MINIMO_REM = 42;
// Identificador con que la parte de mapas de plotly.js 4.1 sabe que su <style> ya está puesto; no la usamos.
const ESTILO_DE_MAPAS = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
const EXPLORAR = "Explorar la gráfica";
const VOLVER = "Volver a la imagen";

const ESPANOL = {
  moduleType: "locale",
  name: "es",
  dictionary: {
    "Autoscale": "Ajustar a los datos",
    "Double-click to zoom back out": "Haga doble clic para ver todo de nuevo",
    "Download plot": "Descargar como imagen",
    "Download plot as a PNG": "Descargar como imagen",
    "Image download succeeded": "La imagen se descargó",
    "Pan": "Desplazar",
    "Preparing image - this may take a few seconds": "Preparando la imagen; puede tardar unos segundos",
    "Reset": "Volver al inicio",
    "Reset axes": "Ver todo",
    "Sorry, there was a problem downloading your image!": "No se pudo descargar la imagen",
    "Zoom": "Ampliar una zona",
    "Zoom in": "Acercar",
    "Zoom out": "Alejar",
  },
  format: {
    days: ["domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"],
    shortDays: ["dom", "lun", "mar", "mié", "jue", "vie", "sáb"],
    months: [
      "enero", "febrero", "marzo", "abril", "mayo", "junio",
      "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre",
    ],
    shortMonths: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic"],
    date: "%d-%m-%Y",
    decimal: ",",
    thousands: ".",
    grouping: [3],
  },
};

const CONFIG = {
  displaylogo: false,
  displayModeBar: true,
  showSendToCloud: false,
  plotlyServerURL: "",
  modeBarButtonsToRemove: ["sendChartToCloud", "lasso2d", "select2d", "autoScale2d"],
  responsive: true,
  locale: "es",
};

let plotly = null;

/** Añade un elemento a <head> y espera a que cargue; si no carga, lo quita para poder intentarlo otra vez. */
function cargar(elemento) {
  return new Promise((resolver, rechazar) => {
    elemento.addEventListener("load", () => resolver(elemento), { once: true });
    elemento.addEventListener("error", () => {
      elemento.remove();
      rechazar(new Error("No se pudo cargar un archivo de la gráfica"));
    }, { once: true });
    document.head.append(elemento);
  });
}

/** plotly.js, cargado una sola vez por página; la hoja de estilo va antes para que no cree la suya. */
function pedirPlotly({ plotly: guion, estilo }) {
  plotly ??= (async () => {
    if (!document.getElementById("plotly.js-style-global")) {
      await cargar(Object.assign(document.createElement("link"), {
        id: "plotly.js-style-global", className: "no-inline-styles", rel: "stylesheet", href: estilo,
      }));
    }
    if (!document.getElementById(ESTILO_DE_MAPAS)) {
      document.head.append(Object.assign(document.createElement("template"), { id: ESTILO_DE_MAPAS }));
    }
    await cargar(Object.assign(document.createElement("script"), { src: guion, async: true }));
    window.Plotly.register([ESPANOL]);
    return window.Plotly;
  })().catch((error) => {
    plotly = null;
    throw error;
  });
  return plotly;
}

async function pedirFigura(url) {
  const respuesta = await fetch(url, { headers: { Accept: "application/json" } });
  if (!respuesta.ok) throw new Error(`La figura respondió ${respuesta.status}`);
  const figura = await respuesta.json();
  if (!figura.data?.length) throw new Error("La figura no trae datos");
  return figura;
}

/** Los colores del esquema vigente, ya resueltos por el navegador a partir de las propiedades de la hoja de estilo. */
function leerTintas(lugar) {
  const muestra = document.createElement("span");
  lugar.append(muestra);
  const color = (nombre) => {
    muestra.style.color = `var(--${nombre})`;
    return getComputedStyle(muestra).color;
  };
  const tintas = Object.fromEntries(TINTAS.map((nombre) => [nombre, color(nombre)]));
  muestra.remove();
  return tintas;
}

function conTinta(traza, color) {
  const vestida = { ...traza };
  if (traza.line) vestida.line = { ...traza.line, color };
  if (traza.fill) vestida.fillcolor = color.replace(/^rgb\((.*)\)$/, "rgba($1, 0.09)");
  if (traza.marker) vestida.marker = { ...traza.marker, color, line: { ...traza.marker.line, color } };
  return vestida;
}

/** La figura del servidor con los colores, la letra y los rótulos que tocan: lo que se le da a Plotly. */
function vestir(figura, tintas, letraDePagina, estrecha, ancho) {
  const { meta, ...base } = figura.layout;
  const forma = estrecha ? meta.estrecha : meta.ancha;
  // Donde hay menos ancho que en el dibujo del servidor, la letra y los rótulos encogen con él, como en un SVG.
  const escala = Math.min(1, Math.max(0.8, ancho / forma.ancho));
  const letra = { family: letraDePagina, size: forma.letra * escala, color: tintas.gris };
  const transparente = "rgba(0,0,0,0)";
  // La barra de mandos necesita su franja sobre el lienzo.
  const margenes = { ...forma.margenes, t: forma.margenes.t + 40, pad: 0 };
  const eje = { fixedrange: false, color: tintas.gris, tickcolor: tintas.gris, title: { text: "" } };
  return {
    data: figura.data.map((traza, n) => conTinta(traza, tintas[meta.tintas.trazas[n]])),
    layout: {
      ...base,
      autosize: true,
      height: forma.alto + 40,
      margin: margenes,
      font: letra,
      paper_bgcolor: transparente,
      plot_bgcolor: transparente,
      dragmode: matchMedia("(pointer: coarse)").matches ? false : base.dragmode,
      hoverlabel: {
        align: "left", bgcolor: tintas.papel, bordercolor: tintas.gris, font: { ...letra, color: tintas.tinta },
      },
      modebar: { bgcolor: transparente, color: tintas.gris, activecolor: tintas.marca },
      xaxis: { ...base.xaxis, ...eje, nticks: forma.marcas_x, linecolor: tintas.gris },
      yaxis: { ...base.yaxis, ...eje, nticks: forma.marcas_y, gridcolor: tintas.linea, zerolinecolor: tintas.gris },
      shapes: base.shapes.map((raya, n) => (
        { ...raya, line: { ...raya.line, color: tintas[meta.tintas.formas[n]] } }
      )),
      annotations: forma.anotaciones.map((nota, n) => {
        const vestida = { ...nota, arrowcolor: tintas.gris, captureevents: false };
        vestida.font = { ...nota.font, size: nota.font.size * escala, color: tintas[forma.tintas[n]] };
        for (const corrimiento of ["xshift", "yshift", "ax", "ay"]) {
          if (corrimiento in nota) vestida[corrimiento] = nota[corrimiento] * escala;
        }
        return vestida;
      }),
    },
  };
}

/** El texto de un letrero de Plotly, sin sus etiquetas. */
function enTexto(html) {
  return new DOMParser().parseFromString(html.replaceAll("<br>", ", "), "text/html").body.textContent;
}

/** Las trazas que dicen algo, con los puntos que dicen cosas distintas. */
function recorrido(trazas) {
  return trazas.flatMap((traza, curva) => {
    if (traza.hoverinfo === "skip" || !traza.customdata) return [];
    const puntos = traza.customdata.flatMap(([que, cuanto, detalle], punto) => {
      const anterior = traza.customdata[punto - 1];
      const repite = anterior && anterior[0] === que && anterior[1] === cuanto;
      const dia = Date.parse(traza.x[punto]);
      return que && !repite ? [{ punto, dia, texto: enTexto(`${que}: ${cuanto}. ${detalle}`) }] : [];
    });
    return puntos.length ? [{ curva, nombre: traza.name, puntos }] : [];
  });
}

/** Con las flechas se va de punto en punto (←, →, Inicio, Fin) y de serie en serie (↑, ↓); Escape cierra el letrero. */
function atenderTeclado(interactiva, aviso) {
  let serie = null;
  let lugar = null;
  interactiva.addEventListener("keydown", (evento) => {
    if (evento.target !== interactiva || evento.ctrlKey || evento.altKey || evento.metaKey) return;
    const series = recorrido(interactiva.data ?? []);
    const pasos = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 0, ArrowDown: 0, Home: -Infinity, End: Infinity };
    if (evento.key === "Escape") {
      window.Plotly.Fx.unhover(interactiva);
      return;
    }
    if (!(evento.key in pasos) || !series.length) return;
    evento.preventDefault();
    const previa = serie;
    if (serie === null || serie >= series.length) {
      serie = series.length - 1;
      lugar = series[serie].puntos.length - 1;
    } else {
      const salto = { ArrowUp: -1, ArrowDown: 1 }[evento.key] ?? 0;
      const { dia } = series[serie].puntos[lugar];
      serie = (serie + salto + series.length) % series.length;
      const { puntos } = series[serie];
      lugar = salto
        ? puntos.reduce((cerca, uno, n) => (Math.abs(uno.dia - dia) < Math.abs(puntos[cerca].dia - dia) ? n : cerca), 0)
        : Math.min(Math.max(lugar + pasos[evento.key], 0), puntos.length - 1);
    }
    const { curva, nombre, puntos } = series[serie];
    window.Plotly.Fx.hover(interactiva, [{ curveNumber: curva, pointNumber: puntos[lugar].punto }]);
    aviso.textContent = serie === previa ? puntos[lugar].texto : `${nombre}. ${puntos[lugar].texto}`;
  });
}

function preparar(marco) {
  const [estatica, interactiva, mando, aviso] = ["estatica", "interactiva", "mando", "aviso"].map(
    (nombre) => marco.querySelector(`[data-${nombre}]`),
  );
  let figura = null;
  let estrecha = null;
  let ocupada = false;

  const esEstrecha = () => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return marco.clientWidth < ANCHO_MINIMO_REM * rem;
  };
  const dibujar = (Plotly) => {
    estrecha = esEstrecha();
    const letra = getComputedStyle(marco).fontFamily;
    const { data, layout } = vestir(figura, leerTintas(marco), letra, estrecha, interactiva.clientWidth);
    const imagen = { format: "svg", filename: document.title };
    return Plotly.react(interactiva, data, layout, { ...CONFIG, toImageButtonOptions: imagen });
  };
  const mostrar = (queInteractiva) => {
    interactiva.hidden = !queInteractiva;
    estatica.hidden = queInteractiva;
    mando.textContent = queInteractiva ? VOLVER : EXPLORAR;
  };
  const estaAbierta = () => figura !== null && !interactiva.hidden;

  async function explorar() {
    ocupada = true;
    mando.setAttribute("aria-disabled", "true");
    aviso.textContent = "Cargando la gráfica interactiva…";
    try {
      const [Plotly, nueva] = await Promise.all([
        pedirPlotly(marco.dataset),
        figura ?? pedirFigura(marco.dataset.figuraUrl),
      ]);
      figura = nueva;
      mostrar(true);
      await dibujar(Plotly);
      aviso.textContent =
        "Señale un punto, tóquelo o recorra la gráfica con las flechas del teclado para leer cada valor y su fuente.";
    } catch (error) {
      console.warn(error);
      mostrar(false);
      aviso.textContent =
        "No se pudo cargar la gráfica interactiva. La imagen muestra los mismos datos; inténtelo de nuevo más tarde.";
    } finally {
      ocupada = false;
      mando.removeAttribute("aria-disabled");
    }
  }

  // Con la primera señal de interés se adelanta la descarga, salvo que se pida ahorrar datos.
  const adelantar = () => {
    if (!navigator.connection?.saveData) pedirPlotly(marco.dataset).catch(() => {});
  };
  for (const gesto of ["pointerenter", "focus"]) mando.addEventListener(gesto, adelantar, { once: true });

  mando.addEventListener("click", () => {
    if (ocupada) return;
    if (estaAbierta()) {
      mostrar(false);
      aviso.textContent = "";
    } else {
      explorar();
    }
  });

  const redibujar = () => {
    if (estaAbierta() && !ocupada) dibujar(window.Plotly);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redibujar);
  new ResizeObserver(() => {
    if (estrecha !== null && estrecha !== esEstrecha()) redibujar();
  }).observe(marco);

  atenderTeclado(interactiva, aviso);
  mando.hidden = false;
}

document.querySelectorAll("[data-grafica]").forEach(preparar);
