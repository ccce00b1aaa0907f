"""Los recursos que reúnen varias aplicaciones: raíz, política, resumen, calculadora, esquema y su página."""

from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicadores.api import a_json
from indicadores.api.documentacion import detalle, documentar, parametro
from indicadores.api.historia import OBSOLETAS, VERSIONES
from indicadores.api.parametros import ParametroInvalido, citar, leer_texto
from indicadores.api.views import Recurso
from indicadores.calculo.avance import calcular
from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import Sentido
from indicadores.formato import NumeroInvalido, avance_json, enumerar, leer_decimal, numero_json
from indicadores.lectura import leer_umbrales
from objetivos.models import Norma, Politica
from penitenciaria.api import esquemas
from penitenciaria.api.referencia import Referencia, escribir_referencia
from penitenciaria.api.resumen import politica_a_dict, resumen_a_dict
from penitenciaria.tablero import construir

RECURSOS = {
    "politica": "api-politica",
    "objetivos": "api-objetivos",
    "lineamientos": "api-lineamientos",
    "indicadores": "api-indicadores",
    "mediciones": "api-mediciones",
    "lineas_base": "api-lineas-base",
    "logros": "api-logros",
    "servicios": "api-servicios",
    "entidades": "api-entidades",
    "ambitos": "api-ambitos",
    "avance": "api-avance",
    "calcular": "api-calcular",
    "cambios": "api-cambios",
    "historial": "api-historial",
    "sdmx": "api-sdmx",
    "esquema": "api-esquema",
    "docs": "api-docs",
}


#: Un caso de cada dirección que nombra algo, para abrirlo desde la referencia.
EJEMPLOS_DE_RUTA = {
    "/api/v1/objetivos/{codigo}/": "/api/v1/objetivos/OP.01/",
    "/api/v1/indicadores/{codigo}/": "/api/v1/indicadores/OP.01-I2/",
    "/api/v1/servicios/{codigo}/": "/api/v1/servicios/OP.01-S1/",
    "/api/v1/entidades/{sigla}/": "/api/v1/entidades/INPE/",
    "/api/v1/ambitos/{codigo}/": "/api/v1/ambitos/PE/",
}


class Raiz(Recurso):
    @documentar("raiz", detalle(esquemas.Raiz), "Qué hay en esta API")
    def get(self, request: Request) -> Response:
        return Response({nombre: self.absoluta(reverse(ruta)) for nombre, ruta in RECURSOS.items()})


class UnaPolitica(Recurso):
    @documentar("politica", detalle(esquemas.UnaPolitica), "La política, su ruta, sus normas y lo que le falta")
    def get(self, request: Request) -> Response:
        politica = Politica.objects.select_related("norma", "rectora").order_by("pk").first()
        if politica is None:
            raise NotFound("Todavía no se ha cargado la política.")
        normas = Norma.objects.order_by("codigo")
        umbrales = leer_umbrales(self.mirada.a_la_fecha)
        return Response(
            politica_a_dict(politica, normas, umbrales, self.mirada.corte, pagina=self.absoluta(reverse("portada")))
        )


class Resumen(Recurso):
    @documentar("avance", detalle(esquemas.Resumen), "La política entera al corte, como en la portada")
    def get(self, request: Request) -> Response:
        tablero = construir(corte=self.mirada.corte, a_la_fecha=self.mirada.a_la_fecha)
        pedida = self.mirada.a_la_fecha if self.mirada.pide_fecha else None
        return Response(resumen_a_dict(tablero, a_la_fecha=pedida))


#: Sin separador de millares. Tres decimales justos no: «1.234» puede ser mil doscientos treinta y cuatro.
NUMERO = {"type": "string", "pattern": "^-?[0-9]{1,11}([.,]([0-9]{1,2}|[0-9]{4}))?$"}


class Calculadora(Recurso):
    """Las fórmulas del portal con las cifras de cada quien; lo que no se escribe se toma por desconocido."""

    parametros: ClassVar[tuple[str, ...]] = ("sentido", "linea_base", "logro", "valor")

    @documentar(
        "calcular",
        detalle(esquemas.Calculo),
        "Cuánto se habría avanzado con otras cifras",
        parametros=[
            parametro("sentido", "Hacia dónde debe moverse el valor.", enum=[sentido.value for sentido in Sentido]),
            *(
                parametro(nombre, f"{que} Con coma o punto decimal; ausente es «desconocido».", NUMERO)
                for nombre, que in (
                    ("linea_base", "Valor de partida."),
                    ("logro", "Logro esperado del año."),
                    ("valor", "Valor obtenido."),
                )
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        sentido = self._sentido()
        base, logro, valor = (self._numero(nombre) for nombre in ("linea_base", "logro", "valor"))
        tipos = calcular(sentido=sentido, valor=valor, logro=logro, base=base)
        luz = encender(tipos.tipo_i, leer_umbrales(self.mirada.a_la_fecha))
        return Response(
            {
                "sentido": sentido.value,
                "linea_base": numero_json(base),
                "logro": numero_json(logro),
                "valor": numero_json(valor),
                "tipo_i": avance_json(tipos.tipo_i),
                "tipo_ii": avance_json(tipos.tipo_ii),
                "semaforo": luz.value,
                "motivo": a_json.motivo(tipos.motivo),
                "motivo_tipo_ii": a_json.motivo(tipos.motivo_tipo_ii),
            }
        )

    def _sentido(self) -> Sentido:
        texto = leer_texto(self.request.query_params, "sentido") or Sentido.NO_DEFINIDO.value
        validos = [sentido.value for sentido in Sentido]
        if texto not in validos:
            raise ParametroInvalido(
                "sentido", f"El parámetro «sentido» dice {citar(texto)}; se admite {enumerar(validos, 'o')}."
            )
        return Sentido(texto)

    def _numero(self, nombre: str) -> Decimal | None:
        texto = leer_texto(self.request.query_params, nombre)
        try:
            return leer_decimal(texto) if texto else None
        except NumeroInvalido as error:
            raise ParametroInvalido(nombre, f"El parámetro «{nombre}» no se entiende. {error}") from error


class Historial(Recurso):
    """Las versiones de la API y lo que se dejará de ofrecer."""

    @documentar("historial", detalle(esquemas.Historial), "Qué cambió en esta API y qué se dejará de ofrecer")
    def get(self, request: Request) -> Response:
        return Response(
            {
                "version": VERSIONES[0].numero,
                "versiones": [
                    {"numero": una.numero, "fecha": una.fecha.isoformat(), "cambios": list(una.cambios)}
                    for una in VERSIONES
                ],
                "obsoletas": [
                    {
                        "direccion": nombre,
                        "desde": aviso.desde.isoformat(),
                        "hasta": aviso.hasta.isoformat(),
                        "en_su_lugar": aviso.en_su_lugar,
                        "razon": aviso.razon,
                    }
                    for nombre, aviso in sorted(OBSOLETAS.items())
                ],
            }
        )


@cache
def _esquema() -> dict[str, Any]:
    """El documento OpenAPI; solo depende del código."""
    documento: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return documento


@cache
def _referencia() -> Referencia:
    """La referencia legible de ese documento."""
    return escribir_referencia(_esquema(), EJEMPLOS_DE_RUTA)


@extend_schema(exclude=True)
class Esquema(Recurso):
    def get(self, request: Request) -> Response:
        return Response(_esquema())


@extend_schema(exclude=True)
class Docs(Recurso):
    """La referencia para leer: sale del esquema, y se lee completa sin JavaScript."""

    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request: Request) -> Response:
        contexto = {"seccion": "datos", "mirada": None, "esquema": reverse("api-esquema"), "referencia": _referencia()}
        return Response(contexto, template_name="api/referencia.html")

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Sin plantilla que dibujar: los métodos van en ``Allow``, como en las demás."""
        return HttpResponse(status=204)


@extend_schema(exclude=True)
class NoExiste(APIView):
    """Toda dirección desconocida bajo ``/api/``; si solo le falta la barra final, lleva a la buena."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and not request.path.endswith("/") and _existe(f"{request.path_info}/"):
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_throttles(request)
        raise Http404


def _existe(ruta: str) -> bool:
    try:
        return getattr(resolve(ruta).func, "view_class", None) is not NoExiste
    except Resolver404:
        return False
