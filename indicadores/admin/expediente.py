"""El expediente en la página de una medición: sus comentarios, sus evidencias y el candado de su ejercicio.

Cada botón es un POST que llama a su verbo; lo rechazado vuelve a la misma página con lo escrito y la frase.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from indicadores import acciones
from indicadores.acciones.archivos import ADMITIDOS
from indicadores.admin.palabras import escribir_momento
from indicadores.errores import ErrorDelDominio
from indicadores.formato import escribir_numero, escribir_periodo
from indicadores.forms import FormularioDeVerbo
from indicadores.models import Evidencia, Medicion
from indicadores.permisos import Accion, puede

NOMBRE_DE_TIPO = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "image/png": "imagen PNG",
    "image/jpeg": "imagen JPEG",
    "image/webp": "imagen WEBP",
}


class ComentarioForm(FormularioDeVerbo):
    texto = forms.CharField(
        label="nuevo comentario",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lo lee todo el personal. No se publica, ni se edita ni se borra.",
    )


class EvidenciaForm(FormularioDeVerbo):
    archivo = forms.FileField(
        label="archivo",
        allow_empty_file=True,
        error_messages={"required": "Elija el archivo."},
        help_text=f"{ADMITIDOS}. El tipo se comprueba por su contenido.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.xlsx,.png,.jpg,.jpeg,.webp"}),
    )
    nombre = forms.CharField(
        label="nombre con que se muestra", required=False, max_length=160, help_text="Vacío: el del archivo."
    )
    publica = forms.BooleanField(
        label="pública", required=False, help_text="Cualquiera podrá descargarla cuando la cifra se publique."
    )


class MotivoForm(FormularioDeVerbo):
    """La razón de algo que queda en la historia."""

    motivo = forms.CharField(
        label="motivo",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Queda en la historia.",
        error_messages={"required": "Escriba el motivo: quedará en la historia."},
    )


class ExpedienteDeMedicion(admin.ModelAdmin):
    """Las puertas del expediente; ``_ver`` (de la ficha) dibuja la página con los formularios que se le den."""

    def comentar_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST agrega un comentario."""
        medicion = self._para_escribir(request, pk, Accion.COMENTAR)
        if isinstance(medicion, HttpResponse):
            return medicion
        form = ComentarioForm(request.POST)
        if form.is_valid():
            try:
                acciones.comentar(medicion, por=request.user, texto=form.cleaned_data["texto"])  # type: ignore[arg-type]
            except ErrorDelDominio as error:
                form.explicar(error)
            else:
                return self._al_expediente(request, medicion, "Comentario agregado.")
        return self._ver(request, medicion, comentario=form)

    def adjuntar_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST guarda un archivo como evidencia."""
        medicion = self._para_escribir(request, pk, Accion.ADJUNTAR)
        if isinstance(medicion, HttpResponse):
            return medicion
        form = EvidenciaForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                acciones.adjuntar(medicion, por=request.user, **form.datos())  # type: ignore[arg-type]
            except ErrorDelDominio as error:
                form.explicar(error)
            else:
                return self._al_expediente(request, medicion, "Evidencia guardada.")
        return self._ver(request, medicion, evidencia=form)

    def difundir_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST hace pública una evidencia (``publica=1``) o deja de hacerlo."""
        evidencia = self._evidencia(request, pk, Accion.DIFUNDIR)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        publica = request.POST.get("publica") == "1"
        try:
            acciones.difundir_evidencia(evidencia, por=request.user, publica=publica)  # type: ignore[arg-type]
        except ErrorDelDominio as error:
            return self._al_expediente(request, evidencia.medicion, str(error), messages.ERROR)
        hecho = "La evidencia es pública." if publica else "La evidencia ya no es pública."
        return self._al_expediente(request, evidencia.medicion, hecho)

    def retirar_evidencia_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET pide la razón; POST retira la evidencia."""
        evidencia = self._evidencia(request, pk, Accion.ADJUNTAR)
        form = MotivoForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                acciones.retirar_evidencia(evidencia, por=request.user, **form.datos())  # type: ignore[arg-type]
            except ErrorDelDominio as error:
                form.explicar(error)
            else:
                return self._al_expediente(request, evidencia.medicion, "Evidencia retirada.")
        medicion = evidencia.medicion
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Retirar la evidencia «{evidencia.nombre}»",
            "entradilla": f"Deja de ofrecerse en {medicion.indicador.codigo}, {escribir_periodo(medicion.periodo)}. "
            "El archivo y su huella se conservan; queda dicho quién la retiró y por qué.",
            "form": form,
            "boton": "Retirar",
            "volver": _al_expediente_de(medicion),
        }
        return TemplateResponse(request, "admin/indicadores/confirmar.html", contexto)

    # Por dentro

    def _leer(self, clave: str) -> Medicion:
        raise NotImplementedError

    def _ver(self, request: HttpRequest, medicion: Medicion, **formularios: forms.Form) -> HttpResponse:
        raise NotImplementedError

    def _para_escribir(self, request: HttpRequest, pk: int, accion: Accion) -> Medicion | HttpResponse:
        """La medición, si quien lo pide puede y lo pide con POST."""
        if not puede(request.user, accion):
            raise PermissionDenied
        return self._leer(str(pk)) if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    @staticmethod
    def _evidencia(request: HttpRequest, pk: int, accion: Accion) -> Evidencia:
        if not puede(request.user, accion):
            raise PermissionDenied
        return get_object_or_404(Evidencia.objects.select_related("medicion__indicador"), pk=pk)

    def _al_expediente(
        self, request: HttpRequest, medicion: Medicion, frase: str, nivel: int = messages.SUCCESS
    ) -> HttpResponse:
        self.message_user(request, frase, nivel)
        return HttpResponseRedirect(_al_expediente_de(medicion))


def _al_expediente_de(medicion: Medicion) -> str:
    return f"{reverse('admin:indicadores_medicion_change', args=[medicion.pk])}#expediente"


def expediente_de(
    persona: Any, medicion: Medicion, *, comentario: forms.Form | None = None, evidencia: forms.Form | None = None
) -> dict[str, Any]:
    """Lo que muestra la sección «Expediente», en dos consultas."""
    puede_difundir = puede(persona, Accion.DIFUNDIR)
    admite = medicion.etapa != Medicion.Etapa.DESCARTADA
    form_de_evidencia = evidencia or EvidenciaForm(prefix=None, auto_id="evidencia_%s")
    if not puede_difundir:
        form_de_evidencia.fields.pop("publica", None)
    return {
        "comentarios": [
            {"quien": hecho.por.get_username(), "cuando": escribir_momento(hecho.en), "texto": hecho.texto}
            for hecho in medicion.comentarios.select_related("por").order_by("en", "id")
        ],
        "evidencias": [
            {
                "fila": una,
                "tipo": NOMBRE_DE_TIPO.get(una.tipo, una.tipo),
                "tamano": escribir_tamano(una.tamano),
                "quien": una.subida_por.get_username(),
                "cuando": escribir_momento(una.subida_en),
                "retiro": f"Retirada por {una.retirada_por.get_username()}, {escribir_momento(una.retirada_en)}: "
                f"{una.motivo_retiro}"
                if una.retirada_por
                else "",
            }
            for una in medicion.evidencias.select_related("subida_por", "retirada_por").order_by("subida_en", "id")
        ],
        "comentario_form": (comentario or ComentarioForm(auto_id="comentario_%s"))
        if puede(persona, Accion.COMENTAR)
        else None,
        "evidencia_form": form_de_evidencia if admite and puede(persona, Accion.ADJUNTAR) else None,
        "puede_retirar": puede(persona, Accion.ADJUNTAR),
        "puede_difundir": puede_difundir,
    }


def escribir_tamano(octetos: int) -> str:
    """«12 KB» o «3,4 MB»."""
    if octetos < 2**20:
        return f"{escribir_numero(max(1, round(octetos / 1024)), 0)} KB"
    return f"{escribir_numero(Decimal(octetos) / 2**20, 1)} MB"
