// Dibuja la documentación de la API con Swagger UI, que viene del paquete drf-spectacular-sidecar.
// validatorUrl: null — sin él, Swagger UI pediría a un servidor ajeno que valide el esquema.

const raiz = document.querySelector("[data-esquema]");

window.SwaggerUIBundle({
  url: raiz.dataset.esquema,
  domNode: raiz,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
});
