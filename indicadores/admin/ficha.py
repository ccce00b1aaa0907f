"""La página de una medición: registrarla, cambiar su borrador, corregirla, y leer su historia.

Solo traduce entre la página y los verbos: lo que un verbo rechaza vuelve al formulario, junto a su campo, con todo lo
escrito en su sitio. Un GET nunca escribe.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from indicadores import acciones
from indicadores.acciones.comun import momento
from indicadores.admin.comprobar import informar_al_enviar
from indicadores.admin.expediente import ExpedienteDeMedicion, expediente_de
from indicadores.admin.palabras import PALABRA_DE_VERBO, cifra, escribir_momento, insignia_de_etapa
from indicadores.admin.pasos import PASOS, PasosDeMedicion, pasos_de, por_que_no_publica
from indicadores.admin.vista_previa import consulta_de, leer_consulta, ver
from indicadores.ejercicios import MARCA, cierre_de, explicar, permite
from indicadores.errores import ConflictoDeEdicion, ErrorDelDominio
from indicadores.formato import escribir_editable, escribir_numero, escribir_periodo, fecha_corta
from indicadores.forms import ConConflicto, CorreccionForm, CuerpoDeMedicion, EdicionForm, RegistroForm
from indicadores.models import Ambito, Medicion
from indicadores.permisos import Accion, puede

PLANTILLA = "admin/indicadores/medicion/change_form.html"
FRAGMENTO = "admin/indicadores/medicion/resultado.html"

#: Las etapas en que todavía interesa, o ya rige, el avance que da el valor.
ETAPAS_CON_RESULTADO = frozenset({*Medicion.ETAPAS_ABIERTAS, Medicion.Etapa.PUBLICADA})

#: Cómo se llama en la página cada campo que anota un cambio.
NOMBRE_DE_CAMPO = {campo.name: str(campo.verbose_name) for campo in Medicion._meta.fields}


class FichaDeMedicion(PasosDeMedicion, ExpedienteDeMedicion):
    """Las vistas de agregar, cambiar y corregir, y el fragmento de la vista previa."""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            pais = Ambito.objects.filter(codigo=Ambito.NACIONAL).values_list("pk", flat=True).first()
            iniciales = {"ambito": pais} | {
                campo: request.GET[campo] for campo in RegistroForm.base_fields if campo in request.GET
            }
            return self._formulario(request, _registro(request, initial=iniciales), None, "Registrar medición")
        form = _registro(request, request.POST)
        if "_calcular" not in request.POST and form.is_valid():
            medicion = self._guardar(request, form, lambda: acciones.registrar(por=request.user, **form.datos()))  # type: ignore[arg-type]
            if medicion is not None:
                return self._despues(request, medicion, "Guardada como borrador")
        return self._formulario(request, form, None, "Registrar medición")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        medicion = self._leer(object_id)
        titulo = _titulo(medicion)
        if request.method == "POST" and not puede(request.user, Accion.MODIFICAR):
            raise PermissionDenied
        if request.method != "POST":
            return self._ver(request, medicion)
        iniciales = CuerpoDeMedicion.lo_guardado(medicion)
        form = EdicionForm(request.POST, initial=iniciales)
        if "_calcular" not in request.POST and form.is_valid():
            guardada = self._guardar(request, form, lambda: self._modificar(request, form, medicion), medicion)
            if guardada is not None:
                return self._despues(request, guardada, "Cambios guardados" if form.cambio_algo else "No había cambios")
        return self._formulario(request, form, medicion, titulo)

    def _ver(self, request: HttpRequest, medicion: Medicion, **formularios: Form) -> HttpResponse:
        """La página de una medición; ``formularios`` son los del expediente que vuelven con algo por corregir."""
        form = None
        if puede_editar(request.user, medicion):
            form = EdicionForm(initial=CuerpoDeMedicion.lo_guardado(medicion))
        return self._formulario(request, form, medicion, _titulo(medicion), expediente=formularios)

    def corregir_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Abre la versión siguiente de una publicada: el formulario parte de lo que hoy rige."""
        if not puede(request.user, Accion.CORREGIR):
            raise PermissionDenied
        medicion = self._leer(str(pk))
        if medicion.etapa not in acciones.TRANSICIONES["corregir"].desde:
            if request.method == "POST":
                return self._corregir_lo_que_cambio(request, medicion)
            self.message_user(request, "Solo se corrige una medición publicada.", messages.ERROR)
            return self._volver(medicion)
        titulo = f"Corregir {medicion.indicador.codigo}, {escribir_periodo(medicion.periodo)}"
        form = CorreccionForm(
            request.POST if request.method == "POST" else None, initial=CuerpoDeMedicion.lo_guardado(medicion)
        )
        if request.method == "POST" and "_calcular" not in request.POST and form.is_valid():
            nueva = self._guardar(
                request,
                form,
                lambda: acciones.corregir(medicion, por=request.user, **form.datos()),  # type: ignore[arg-type]
            )
            if nueva is not None:
                return self._despues(request, nueva, "Corrección guardada como borrador; la vigente sigue publicada")
        return self._formulario(request, form, medicion, titulo, corrige=True)

    def _corregir_lo_que_cambio(self, request: HttpRequest, medicion: Medicion) -> HttpResponse:
        """Entre abrir la página y guardar, la versión dejó de regir: se muestra la que rige junto a lo escrito."""
        clave = {campo: getattr(medicion, campo) for campo in Medicion.CLAVE}
        vigente = Medicion.objects.filter(**clave, etapa=Medicion.Etapa.PUBLICADA).order_by("id").first()
        actual = self._leer(str(vigente.pk)) if vigente else medicion
        form = CorreccionForm(request.POST, initial=CuerpoDeMedicion.lo_guardado(actual))
        form.is_valid()
        form.errors.pop("sobrescribir", None)
        if vigente is None:
            razon = "Mientras usted escribía, la cifra dejó de regir y no hay otra que corregir. Lo escrito sigue aquí."
        else:
            form.chocar()
            quien = actual.publicada_por.get_username() if actual.publicada_por else "otra persona"
            razon = (
                f"Mientras usted escribía, {quien} publicó la versión {actual.version}: "
                f"{cifra(actual, actual.indicador.simbolo)}. Compare, elija y guarde: corregirá esa versión."
            )
        form.add_error(None, razon)
        titulo = f"Corregir {actual.indicador.codigo}, {escribir_periodo(actual.periodo)}"
        return self._formulario(request, form, actual, titulo, corrige=True)

    def vista_previa_view(self, request: HttpRequest) -> HttpResponse:
        """El fragmento «lo que daría este valor», para quien tiene JavaScript; sin él, el botón hace lo mismo."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        clave = request.GET.get("medicion", "")
        medicion = self._leer(clave) if clave else None
        consulta = leer_consulta(request.GET, medicion=medicion, corrige="corrige" in request.GET)
        return TemplateResponse(request, FRAGMENTO, {"vista": ver(consulta, ahora=momento(None))})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """La historia está en la propia página de la medición."""
        return HttpResponseRedirect(f"{reverse('admin:indicadores_medicion_change', args=[object_id])}#historia")

    # Por dentro

    def _guardar(
        self,
        request: HttpRequest,
        form: CuerpoDeMedicion,
        escribir: Callable[[], Medicion],
        medicion: Medicion | None = None,
    ) -> Medicion | None:
        """Llama al verbo (y al de enviar, si se pidió) en una sola transacción; None si algo se rechazó."""
        try:
            with transaction.atomic():
                guardada = escribir()
                if "_enviar" in request.POST:
                    guardada = acciones.enviar(guardada, por=request.user)  # type: ignore[arg-type]
        except ConflictoDeEdicion as error:
            if isinstance(form, EdicionForm) and medicion is not None:
                form.renovar(Medicion.objects.get(pk=medicion.pk).testigo)
            form.explicar(error)
        except ErrorDelDominio as error:
            form.explicar(error)
        else:
            return guardada
        return None

    @staticmethod
    def _modificar(request: HttpRequest, form: EdicionForm, medicion: Medicion) -> Medicion:
        """Modifica si hay algo que modificar; volver a guardar lo mismo no es un hecho que anotar."""
        testigo = form.cleaned_data["testigo"]
        if medicion.etapa == Medicion.Etapa.BORRADOR and not form.cambio_algo and testigo == medicion.testigo:
            return medicion
        return acciones.modificar(medicion, por=request.user, testigo=testigo, **form.datos())  # type: ignore[arg-type]

    def _despues(self, request: HttpRequest, medicion: Medicion, hecho: str) -> HttpResponse:
        if "_enviar" in request.POST:
            hecho = PASOS["enviar"].hecho.rstrip(".")
        self.message_user(request, f"{hecho}.", messages.SUCCESS)
        if "_enviar" in request.POST:
            informar_al_enviar(request, [medicion], ahora=momento(None))
        if "_otra" in request.POST:
            agregar = reverse("admin:indicadores_medicion_add")
            return HttpResponseRedirect(f"{agregar}?indicador={medicion.indicador_id}")
        return self._volver(medicion)

    def _leer(self, clave: str) -> Medicion:
        clave = unquote(clave)
        if not clave.isdecimal() or len(clave) > 15:
            raise Http404("No existe esa medición.")
        relacionados = (
            "indicador__servicio",
            "ambito",
            "fuente",
            "registrada_por",
            "enviada_por",
            "publicada_por",
            "corrige",
        )
        return get_object_or_404(Medicion.objects.select_related(*relacionados), pk=clave)

    def _formulario(
        self,
        request: HttpRequest,
        form: CuerpoDeMedicion | None,
        medicion: Medicion | None,
        titulo: str,
        *,
        corrige: bool = False,
        expediente: dict[str, Form] | None = None,
    ) -> TemplateResponse:
        if form is None and medicion is not None:
            consulta = consulta_de(medicion)
        else:
            escrito = form.data if form is not None and form.is_bound else getattr(form, "initial", {})
            consulta = leer_consulta(escrito, medicion=medicion, corrige=corrige)
        vista = ver(consulta, ahora=momento(None))
        cierre = cierre_de(medicion) if medicion else None
        if form is None and medicion is not None and not medicion.esta_abierta:
            vista = replace(vista, avisos=())
        contexto: dict[str, Any] = {
            "title": titulo,
            "form": form,
            "medicion": medicion,
            "corrige": corrige,
            "se_puede_guardar": medicion is None or corrige or puede_editar(request.user, medicion),
            "candado": explicar(cierre) if cierre else "",
            "vista": vista,
            "ve_resultado": form is not None or medicion is None or medicion.etapa in ETAPAS_CON_RESULTADO,
            "media": form.media if form is not None else "",
            "diferencias": diferencias(form, medicion) if isinstance(form, ConConflicto) and medicion else [],
            "accion_del_formulario": reverse("admin:indicadores_medicion_corregir", args=[medicion.pk])
            if corrige and medicion
            else "",
            "ausencia_abierta": form is not None and _habla_de_ausencia(form),
            "en_el_portal": self._en_el_portal(medicion) if medicion else "",
        }
        if medicion is not None and not corrige:
            contexto |= {
                "insignia": insignia_de_etapa(medicion.etapa),
                "hechos": hechos_de(medicion),
                "pasos": [
                    p for p in pasos_de(request.user, medicion) if permite(cierre, request.user, medicion, p.verbo)
                ],
                "puede_corregir": medicion.etapa in acciones.TRANSICIONES["corregir"].desde
                and puede(request.user, Accion.CORREGIR)
                and permite(cierre, request.user, medicion, "corregir"),
                "impedimento": por_que_no_publica(request.user, medicion),
                "expediente": expediente_de(request.user, medicion, **(expediente or {})),
                "sucesos": sucesos_de(medicion),
                "versiones": versiones_de(medicion),
            }
        return self._pagina(request, PLANTILLA, contexto)

    @staticmethod
    def _en_el_portal(medicion: Medicion) -> str:
        tipo = ContentType.objects.get_for_model(type(medicion.indicador))
        return reverse("admin:view_on_site", args=[tipo.pk, medicion.indicador_id])


def puede_editar(persona: Any, medicion: Medicion) -> bool:
    """Si ``persona`` puede cambiar ``medicion`` en la etapa en que está y con su ejercicio como está."""
    if medicion.etapa not in acciones.TRANSICIONES["modificar"].desde or not puede(persona, Accion.MODIFICAR):
        return False
    return puede(persona, Accion.CAMBIAR_CERRADO) or cierre_de(medicion) is None


def _titulo(medicion: Medicion) -> str:
    return f"{medicion.indicador.codigo} {medicion.indicador.nombre_corto}, {escribir_periodo(medicion.periodo)}"


def _registro(request: HttpRequest, *args: Any, **kwargs: Any) -> RegistroForm:
    """El formulario de registrar; el motivo de un registro tardío se pide solo a quien puede hacerlo."""
    form = RegistroForm(*args, **kwargs)
    if not puede(request.user, Accion.CAMBIAR_CERRADO):
        del form.fields["motivo"]
    return form


def diferencias(form: ConConflicto, medicion: Medicion) -> list[dict[str, str]]:
    """Tras un choque: cada campo en que difieren lo que ahora dice la base y lo que la persona escribió."""
    if not form.is_bound or "hubo_conflicto" not in form.data:
        return []
    actual = Medicion.objects.select_related("fuente").get(pk=medicion.pk)
    guardado = EdicionForm(initial=CuerpoDeMedicion.lo_guardado(actual))
    pares = []
    for nombre in _comparables(form):
        suyo = _como_texto(guardado, nombre, guardado.initial.get(nombre))
        mio = _como_texto(form, nombre, form.data.get(nombre))
        if suyo != mio:
            pares.append(
                {
                    "nombre": nombre,
                    "campo": NOMBRE_DE_CAMPO[nombre],
                    "guardado": suyo or "(vacío)",
                    "escrito": mio or "(vacío)",
                    "elegido": form.eleccion(nombre),
                }
            )
    return pares


def _comparables(form: ConConflicto) -> list[str]:
    return [nombre for nombre in form.fields if nombre in NOMBRE_DE_CAMPO and nombre != "testigo"]


def _como_texto(form: CuerpoDeMedicion, nombre: str, dato: Any) -> str:
    """Lo que una persona lee en ese campo: de una lista, el nombre de lo elegido."""
    texto = "" if dato is None else str(dato).strip()
    campo = form.fields[nombre]
    if nombre == "fuente" and texto.isdecimal():
        return str(campo.queryset.filter(pk=texto).first() or texto)  # type: ignore[attr-defined]
    if nombre in ("situacion", "motivo_ausencia") and texto:
        return str(dict(campo.choices).get(texto, texto))  # type: ignore[attr-defined]
    return texto


def _habla_de_ausencia(form: CuerpoDeMedicion) -> bool:
    campos = ("motivo_ausencia", "texto_ausencia", "fecha_compromiso")
    return any(form[campo].value() or form[campo].errors for campo in campos)


def hechos_de(medicion: Medicion) -> list[tuple[str, str]]:
    """Lo que dice la medición, campo por campo, para leer."""
    indicador = medicion.indicador
    conteos = {
        nombre: escribir_numero(cuenta, 0)
        for nombre, cuenta in (("numerador", medicion.numerador), ("denominador", medicion.denominador))
        if cuenta is not None
    }
    pares = [
        ("valor", cifra(medicion, indicador.simbolo)),
        *conteos.items(),
        ("explicación de la ausencia", medicion.texto_ausencia),
        ("fecha de compromiso", fecha_corta(medicion.fecha_compromiso) if medicion.fecha_compromiso else ""),
        ("ámbito", medicion.ambito.nombre),
        ("sexo", medicion.get_sexo_display()),
        ("carácter", medicion.get_caracter_display()),
        ("situación", medicion.get_situacion_display()),
        ("fuente", str(medicion.fuente or "")),
        ("motivo del cambio", medicion.motivo_cambio),
        ("notas", medicion.notas),
        ("registrada", f"{medicion.registrada_por.get_username()}, {escribir_momento(medicion.registrada_en)}"),
    ]
    if medicion.publicada_por is not None:
        quien = medicion.publicada_por.get_username()
        pares.append(("publicada", f"{quien}, {escribir_momento(medicion.publicada_en)}"))
    return [(nombre, dato) for nombre, dato in pares if dato]


def sucesos_de(medicion: Medicion) -> list[dict[str, Any]]:
    """La historia, del hecho más reciente al primero."""
    return [
        {
            "quien": suceso.por.get_username(),
            "que": PALABRA_DE_VERBO.get(suceso.accion, suceso.accion),
            "cuando": escribir_momento(suceso.en),
            "motivo": suceso.motivo,
            "cambios": [
                (NOMBRE_DE_CAMPO.get(campo, campo.replace("_", " ")), _cambio(campo, cambio))
                for campo, cambio in suceso.cambios.items()
                if cambio and campo != MARCA
            ],
        }
        for suceso in medicion.sucesos.select_related("por").order_by("-en", "-id")
    ]


def _cambio(campo: str, cambio: list[Any]) -> str:
    """«35 → 34,9» para un par [antes, después]; los avisos aceptados, separados por comas."""
    if campo == "avisos_aceptados":
        return ", ".join(codigo.replace("_", " ") for codigo in cambio)
    if campo == "valor":
        cambio = [escribir_editable(Decimal(dato)) if dato else "" for dato in cambio]
    return " → ".join(str(dato) if dato not in (None, "") else "(vacío)" for dato in cambio)


def versiones_de(medicion: Medicion) -> list[dict[str, Any]]:
    """Todas las filas de la misma clave, abiertas o publicadas alguna vez, de la más reciente."""
    mismas = Medicion.objects.filter(**{campo: getattr(medicion, campo) for campo in Medicion.CLAVE})
    return [
        {
            "direccion": reverse("admin:indicadores_medicion_change", args=[otra.pk]),
            "es_esta": otra.pk == medicion.pk,
            "version": otra.version,
            "insignia": insignia_de_etapa(otra.etapa),
            "cuanto": cifra(otra, medicion.indicador.simbolo),
            "publicada": escribir_momento(otra.publicada_en),
            "hasta": escribir_momento(otra.sustituida_en),
            "motivo": otra.motivo_cambio,
        }
        for otra in mismas.order_by("-id")
    ]
