"""Los pasos de una medición (enviar, observar, publicar, retirar, descartar), de una en una o varias a la vez.

Cada paso es un POST que llama a su verbo; el que no tiene vuelta atrás, o pide una razón, pasa antes por una página que
lo confirma. La página lleva el testigo de lo que se estaba mirando: no se publica lo que no se vio.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from indicadores import acciones
from indicadores.acciones.comun import momento
from indicadores.admin.comprobar import (
    CASILLA,
    acuses_de,
    codigos_de,
    errores_de,
    informar_al_enviar,
    lo_que_falta,
    nombre_de,
    revisar,
)
from indicadores.admin.lista import quienes_pueden_publicar
from indicadores.admin.palabras import cifra
from indicadores.ejercicios import permite
from indicadores.errores import ConflictoDeEdicion, ErrorDelDominio, PermisoDenegado
from indicadores.formato import enumerar, escribir_periodo, plural
from indicadores.forms import PasoForm
from indicadores.models import EjercicioCerrado, Medicion
from indicadores.permisos import Accion, comprobar, puede, puede_publicar

CUANTAS_A_LA_VEZ = 200
SIN_TESTIGO = "La petición no dice qué versión estaba mirando. Vuelva a abrir la medición y dé el paso desde su página."


@dataclass(frozen=True, slots=True)
class Paso:
    """Un botón: qué verbo llama, cómo se dice, y si antes pide confirmar o una razón."""

    verbo: str
    boton: str
    hecho: str
    hechas: str
    explicacion: str
    confirma: bool = True
    pide_motivo: bool = False
    es_peligroso: bool = False


PASOS: dict[str, Paso] = {
    paso.verbo: paso
    for paso in (
        Paso(
            "publicar",
            "Publicar",
            "Publicada: ya se ve en el portal.",
            "publicadas",
            "Desde este momento la cifra se ve en el portal, la API y los reportes. No se borra: solo se corrige con "
            "otra versión o se retira con una razón.",
        ),
        Paso(
            "enviar",
            "Enviar a revisión",
            "Enviada a revisión: ahora le toca a otra persona.",
            "enviadas a revisión",
            "",
            confirma=False,
        ),
        Paso(
            "observar",
            "Observar",
            "Observada: vuelve a quien la registró, con su razón.",
            "observadas",
            "La medición vuelve a quien la registró para que la corrija y la envíe de nuevo.",
            pide_motivo=True,
        ),
        Paso(
            "retirar",
            "Retirar",
            "Retirada: ya no rige; su historia sigue a la vista.",
            "retiradas",
            "La cifra deja de regir en el portal. La versión y la razón quedan en su historia y no se pueden borrar.",
            pide_motivo=True,
            es_peligroso=True,
        ),
        Paso(
            "descartar",
            "Descartar",
            "Descartada: queda guardada con su historia y su lugar, libre.",
            "descartadas",
            "El borrador se aparta para siempre: no podrá editarse ni publicarse. Su historia se conserva.",
            es_peligroso=True,
        ),
    )
}


def pasos_de(persona: Any, medicion: Medicion, cierre: EjercicioCerrado | None = None) -> list[Paso]:
    """Los que ``persona`` puede dar ahora con ``medicion``, cuyo ejercicio cerró ``cierre`` (None: abierto)."""
    return [
        paso
        for verbo, paso in PASOS.items()
        if medicion.etapa in acciones.TRANSICIONES[verbo].desde
        and puede(persona, acciones.TRANSICIONES[verbo].accion)
        and (verbo != "publicar" or puede_publicar(persona, medicion))
        and permite(cierre, persona, medicion, verbo)
    ]


def por_que_no_publica(persona: Any, medicion: Medicion) -> str:
    """La frase de los cuatro ojos, con quién sí puede; vacía si no viene al caso."""
    if medicion.etapa not in acciones.TRANSICIONES["publicar"].desde or puede_publicar(persona, medicion):
        return ""
    nombres = quienes_pueden_publicar(medicion)
    quien = f"Puede hacerlo {enumerar(nombres, 'o')}." if nombres else "Hoy ninguna otra cuenta activa puede hacerlo."
    if not puede(persona, Accion.PUBLICAR):
        return f"La publica una persona con el rol Revisor o Administrador que no la haya registrado. {quien}"
    return f"Usted registró, cambió o envió esta medición: debe publicarla otra persona. {quien}"


def dar_paso(medicion: Medicion, paso: Paso, *, por: User, testigo: int | None, **datos: Any) -> None:
    """Llama al verbo si la medición sigue siendo la que se miraba; si no, :class:`ConflictoDeEdicion`."""
    verbo: Callable[..., Any] = getattr(acciones, paso.verbo)
    with transaction.atomic():
        actual = Medicion.objects.select_for_update().get(pk=medicion.pk)
        if testigo is not None and actual.testigo != testigo:
            raise ConflictoDeEdicion(
                "La medición cambió desde que usted abrió la página. Revise cómo quedó y decida de nuevo."
            )
        verbo(actual, por=por, **datos)


class PasosDeMedicion(admin.ModelAdmin):
    """Las páginas y las acciones de lista que llevan una medición de una etapa a otra."""

    actions = ("accion_enviar", "accion_publicar", "accion_descartar")
    #: Qué permiso pide cada acción de la lista: quien no lo tiene recibe la frase, no un silencio.
    permiso_de_accion: ClassVar[dict[str, Accion]] = {
        "accion_enviar": Accion.ENVIAR,
        "accion_publicar": Accion.PUBLICAR,
        "accion_descartar": Accion.DESCARTAR,
    }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        pedida = self.permiso_de_accion.get(request.POST.get("action", ""))
        if pedida is not None:
            try:
                comprobar(request.user, pedida)
            except PermisoDenegado as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
        return super().changelist_view(request, extra_context)

    def paso_view(self, request: HttpRequest, pk: int, verbo: str) -> HttpResponse:
        """GET confirma; POST llama al verbo y vuelve a la medición."""
        medicion = get_object_or_404(Medicion.objects.select_related("indicador__servicio", "ambito"), pk=pk)
        paso = PASOS.get(verbo)
        if paso is None:
            raise Http404(verbo)
        if not puede(request.user, acciones.TRANSICIONES[verbo].accion):
            raise PermissionDenied
        ahora, marcados = momento(None), set(request.POST.getlist(CASILLA))
        hallazgos = revisar([medicion], ahora=ahora).get(medicion.pk, []) if verbo == "publicar" else []
        acuses = acuses_de({medicion.pk: hallazgos}, marcados)
        cuanto = cifra(medicion, medicion.indicador.simbolo)
        antes = ""
        if request.method == "POST":
            form = PasoForm(request.POST, pide_motivo=paso.pide_motivo)
            if not form.is_valid():
                if not paso.confirma:
                    self.message_user(request, SIN_TESTIGO, messages.ERROR)
            elif falta := lo_que_falta(acuses, marcados):
                form.add_error(None, falta)
            elif self._dar(request, medicion, paso, form, codigos_de(hallazgos)):
                if verbo == "enviar":
                    informar_al_enviar(request, [medicion], ahora=ahora)
                return self._volver(medicion)
            if not paso.confirma:
                return self._volver(medicion)
            if "testigo" in form.errors:
                form.add_error(None, SIN_TESTIGO)
            elif form.cleaned_data["testigo"] != medicion.testigo:
                antes = form.cleaned_data["visto"] or "no consta"
                form.renovar(medicion.testigo)
        else:
            form = PasoForm(initial={"testigo": medicion.testigo}, pide_motivo=paso.pide_motivo)
        contexto = {
            "title": f"{paso.boton}: {medicion.indicador.codigo}, {escribir_periodo(medicion.periodo)}",
            "paso": paso,
            "medicion": medicion,
            "cuanto": cuanto,
            "antes": antes,
            "periodo": escribir_periodo(medicion.periodo),
            "errores": errores_de(hallazgos),
            "acuses": acuses,
            "casilla_de_aviso": CASILLA,
            "form": form,
            "impedimento": por_que_no_publica(request.user, medicion) if verbo == "publicar" else "",
        }
        return self._pagina(request, "admin/indicadores/medicion/confirmar_paso.html", contexto)

    def _dar(self, request: HttpRequest, medicion: Medicion, paso: Paso, form: PasoForm, avisos: list[str]) -> bool:
        datos: dict[str, Any] = {}
        if paso.pide_motivo:
            datos["motivo"] = form.cleaned_data["motivo"]
        if avisos:
            datos["avisos_aceptados"] = avisos
        try:
            dar_paso(medicion, paso, por=request.user, testigo=form.cleaned_data["testigo"], **datos)  # type: ignore[arg-type]
        except ErrorDelDominio as error:
            if paso.confirma:
                form.explicar(error)
            else:
                self.message_user(request, str(error), messages.ERROR)
            return False
        self.message_user(request, paso.hecho, messages.SUCCESS)
        return True

    @staticmethod
    def _volver(medicion: Medicion) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:indicadores_medicion_change", args=[medicion.pk]))

    def _pagina(self, request: HttpRequest, plantilla: str, contexto: dict[str, Any]) -> TemplateResponse:
        request.current_app = self.admin_site.name
        comun = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, plantilla, comun | contexto)

    # Acciones de la lista

    @admin.action(description="Enviar a revisión", permissions=["enviar"])
    def accion_enviar(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> None:
        if self._son_demasiadas(request, queryset):
            return
        elegidas = list(self._elegidas(queryset))
        enviadas = self._dar_a_varias(request, PASOS["enviar"], [(medicion, None, []) for medicion in elegidas])
        if enviadas:
            informar_al_enviar(request, enviadas, ahora=momento(None))

    @admin.action(description="Publicar…", permissions=["publicar"])
    def accion_publicar(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> HttpResponse | None:
        return self._confirmar_varias(request, queryset, PASOS["publicar"])

    @admin.action(description="Descartar…", permissions=["descartar"])
    def accion_descartar(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> HttpResponse | None:
        return self._confirmar_varias(request, queryset, PASOS["descartar"])

    def has_enviar_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.ENVIAR)

    def has_publicar_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.PUBLICAR)

    def has_descartar_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.DESCARTAR)

    def _confirmar_varias(self, request: HttpRequest, queryset: QuerySet[Medicion], paso: Paso) -> HttpResponse | None:
        """La página intermedia; al confirmarla, cada medición pasa por su verbo, aparte de las demás."""
        if self._son_demasiadas(request, queryset):
            return None
        elegidas, marcados = list(self._elegidas(queryset)), set(request.POST.getlist(CASILLA))
        hallados = revisar(elegidas, ahora=momento(None)) if paso.verbo == "publicar" else {}
        nombres = {medicion.pk: nombre_de(medicion) for medicion in elegidas}
        con_error = [
            {"nombre": nombres[pk], "direccion": reverse("admin:indicadores_medicion_change", args=[pk]), "errores": e}
            for pk, suyos in hallados.items()
            if (e := errores_de(suyos))
        ]
        posibles = [m for m in elegidas if not errores_de(hallados.get(m.pk, []))]
        acuses = acuses_de({m.pk: hallados.get(m.pk, []) for m in posibles}, marcados, nombres)
        falta_aceptar = ""
        if "_confirmar" in request.POST:
            falta_aceptar = lo_que_falta(acuses, marcados)
            if not falta_aceptar:
                vistas = dict(par.split(":", 1) for par in request.POST.getlist("testigo") if ":" in par)
                for fila in con_error:
                    textos = " ".join(error.texto for error in fila["errores"])  # type: ignore[attr-defined]
                    self.message_user(request, f"{fila['nombre']}: {textos}", messages.ERROR)
                self._dar_a_varias(
                    request,
                    paso,
                    [(m, _numero(vistas.get(str(m.pk))), codigos_de(hallados.get(m.pk, []))) for m in posibles],
                )
                return None
        contexto = {
            "title": f"{paso.boton}: {plural(len(elegidas), 'medición elegida', 'mediciones elegidas')}",
            "paso": paso,
            "filas": [
                {
                    "medicion": medicion,
                    "cuanto": cifra(medicion, medicion.indicador.simbolo),
                    "periodo": escribir_periodo(medicion.periodo),
                    "avisos": [h.titulo for h in hallados.get(medicion.pk, [])],
                }
                for medicion in posibles
            ],
            "con_error": con_error,
            "cuantas_con_error": plural(len(con_error), "no se puede", "no se pueden") if con_error else "",
            "acuses": acuses,
            "casilla_de_aviso": CASILLA,
            "falta_aceptar": falta_aceptar,
            "accion": request.POST.get("action", ""),
            "casilla": ACTION_CHECKBOX_NAME,
        }
        return self._pagina(request, "admin/indicadores/medicion/confirmar_varias.html", contexto)

    def _dar_a_varias(
        self, request: HttpRequest, paso: Paso, elegidas: list[tuple[Medicion, int | None, list[str]]]
    ) -> list[Medicion]:
        """Da el paso a cada una, aparte de las demás; devuelve las que pudieron."""
        hechas = []
        for medicion, testigo, avisos in elegidas:
            datos = {"avisos_aceptados": avisos} if avisos else {}
            try:
                dar_paso(medicion, paso, por=request.user, testigo=testigo, **datos)  # type: ignore[arg-type]
                hechas.append(medicion)
            except ErrorDelDominio as error:
                cual = f"{medicion.indicador.codigo}, {escribir_periodo(medicion.periodo)}, {medicion.ambito.nombre}"
                self.message_user(request, f"{cual}: {error}", messages.ERROR)
        if hechas:
            resumen = plural(len(hechas), f"medición {paso.hechas.replace('das', 'da')}", f"mediciones {paso.hechas}")
            self.message_user(request, f"{resumen}.", messages.SUCCESS)
        return hechas

    def _son_demasiadas(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> bool:
        demasiadas = queryset.count() > CUANTAS_A_LA_VEZ
        if demasiadas:
            self.message_user(request, f"Elija hasta {CUANTAS_A_LA_VEZ} mediciones a la vez.", messages.ERROR)
        return demasiadas

    @staticmethod
    def _elegidas(queryset: QuerySet[Medicion]) -> QuerySet[Medicion]:
        return queryset.select_related("indicador__servicio", "ambito").order_by("id")


def _numero(texto: str | None) -> int:
    """El testigo que traía la página; −1, que no es el de ninguna medición, si no lo trae."""
    return int(texto) if texto and texto.isdecimal() and len(texto) < 19 else -1
