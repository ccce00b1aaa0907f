"""Los recursos que reúnen varias aplicaciones: raíz, política, resumen, calculadora, esquema y su página."""

from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicadores.api import a_json
from indicadores.api.documentacion import detalle, documentar, parametro
from indicadores.api.parametros import ParametroInvalido, citar, leer_texto
from indicadores.api.views import Recurso
from indicadores.calculo.avance import calcular
from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import Sentido
from indicadores.formato import NumeroInvalido, avance_json, enumerar, leer_decimal, numero_json
from indicadores.lectura import leer_umbrales
from objetivos.models import Norma, Politica
from penitenciaria.api import esquemas
from penitenciaria.api.resumen import politica_a_dict, resumen_a_dict
from penitenciaria.tablero import construir

RECURSOS = {
    "politica": "api-politica",
    "objetivos": "api-objetivos",
    "lineamientos": "api-lineamientos",
    "indicadores": "api-indicadores",
    "mediciones": "api-mediciones",
    "servicios": "api-servicios",
    "entidades": "api-entidades",
    "ambitos": "api-ambitos",
    "avance": "api-avance",
    "calcular": "api-calcular",
    "esquema": "api-esquema",
    "docs": "api-docs",
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
                parametro(nombre, f"{que} Con coma o punto decimal; ausente es «desconocido».", OpenApiTypes.STR)
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


@cache
def _esquema() -> dict[str, Any]:
    """El documento OpenAPI; solo depende del código."""
    documento: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return documento


@extend_schema(exclude=True)
class Esquema(Recurso):
    def get(self, request: Request) -> Response:
        return Response(_esquema())


@extend_schema(exclude=True)
class Docs(Recurso):
    """La documentación para leer y probar: todo viene de este servidor y nada va en línea."""

    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request: Request) -> Response:
        return Response({"esquema": reverse("api-esquema")}, template_name="api/docs.html")


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
