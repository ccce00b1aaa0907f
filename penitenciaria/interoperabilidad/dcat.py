"""El catálogo DCAT (``/data.json``), con la forma de DCAT-US 1.1, que los portales de datos ya saben cosechar.

Es también JSON-LD: su ``@context`` (``/datos/contexto.jsonld``) da a cada nombre el término de DCAT 3 o Dublin Core.
"""

from typing import Any

from django.urls import reverse

from indicadores.api.a_json import momento
from indicadores.api.formatos import TIPOS
from indicadores.lectura import ultima_publicacion
from indicadores.mirada import Mirada
from objetivos.models import Politica
from penitenciaria.abiertos import TABLAS, Tabla, ruta_de
from penitenciaria.interoperabilidad.paquete import Absoluta

FORMA = "https://project-open-data.cio.gov/v1.1/schema"
SIN_PLAZO = "irregular"
NOMBRE = "Portal de la Política Nacional Penitenciaria"
_DCAT, _DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
_FOAF, _VCARD = "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2006/vcard/ns#"
_POD = f"{FORMA}#"

#: Qué término es cada nombre del catálogo.
CONTEXTO: dict[str, Any] = {
    "@context": {
        "dcat": _DCAT,
        "dct": _DCT,
        "foaf": _FOAF,
        "vcard": _VCARD,
        "org": "http://www.w3.org/ns/org#",
        "conformsTo": {"@id": f"{_DCT}conformsTo", "@type": "@id"},
        "describedBy": {"@id": "http://www.iana.org/assignments/relation/describedby", "@type": "@id"},
        "describedByType": f"{_POD}describedByType",
        "dataset": {"@id": f"{_DCAT}dataset", "@container": "@list"},
        "distribution": f"{_DCAT}distribution",
        "title": f"{_DCT}title",
        "description": f"{_DCT}description",
        "keyword": f"{_DCAT}keyword",
        "modified": f"{_DCT}modified",
        "publisher": f"{_DCT}publisher",
        "contactPoint": f"{_DCAT}contactPoint",
        "fn": f"{_VCARD}fn",
        "hasEmail": {"@id": f"{_VCARD}hasEmail", "@type": "@id"},
        "identifier": f"{_DCT}identifier",
        "accessLevel": f"{_POD}accessLevel",
        "license": {"@id": f"{_DCT}license", "@type": "@id"},
        "rights": f"{_DCT}rights",
        "spatial": f"{_DCT}spatial",
        "temporal": f"{_DCT}temporal",
        "accrualPeriodicity": f"{_DCT}accrualPeriodicity",
        "language": f"{_DCT}language",
        "theme": f"{_DCAT}theme",
        "landingPage": {"@id": f"{_DCAT}landingPage", "@type": "@id"},
        "downloadURL": {"@id": f"{_DCAT}downloadURL", "@type": "@id"},
        "accessURL": {"@id": f"{_DCAT}accessURL", "@type": "@id"},
        "mediaType": f"{_DCAT}mediaType",
        "format": f"{_DCT}format",
        "name": f"{_FOAF}name",
    }
}


def catalogo(politica: Politica | None, mirada: Mirada, absoluta: Absoluta, *, correo: str) -> dict[str, Any]:
    """El catálogo, en una consulta; ``correo`` es adonde escribir."""
    publicado = ultima_publicacion(mirada.a_la_fecha)
    comun: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "publisher": {"@type": "org:Organization", "name": politica.rectora.nombre if politica else NOMBRE},
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": (politica.organo_responsable or politica.rectora.nombre) if politica else NOMBRE,
            "hasEmail": f"mailto:{correo}",
        },
        "accessLevel": "public",
        "license": absoluta(reverse("licencia")),
        "rights": "La entidad rectora no ha fijado una licencia: cada cifra nombra su fuente, y debe citarse.",
        "language": ["es"],
        "spatial": "Perú",
        "accrualPeriodicity": SIN_PLAZO,
        "theme": ["Justicia", "Sistema penitenciario"],
        "landingPage": absoluta(reverse("datos")),
        "describedBy": absoluta(reverse("diccionario")),
        "describedByType": "text/csv",
        **({"modified": momento(publicado)} if publicado else {"modified": mirada.corte.isoformat()}),
        **({"temporal": f"{politica.anio_inicio}-01-01/{politica.anio_fin}-12-31"} if politica else {}),
    }
    return {
        "@context": absoluta(reverse("contexto")),
        "@id": absoluta(reverse("catalogo")),
        "@type": "dcat:Catalog",
        "conformsTo": FORMA,
        "describedBy": f"{FORMA}/catalog.json",
        "dataset": [comun | _propio(tabla, politica, mirada, absoluta) for tabla in TABLAS],
    }


def _propio(tabla: Tabla, politica: Politica | None, mirada: Mirada, absoluta: Absoluta) -> dict[str, Any]:
    direccion = absoluta(reverse(tabla.vista))
    titulo = tabla.recurso.nombre
    return {
        "@id": direccion,
        "identifier": direccion,
        "title": f"{titulo} – {politica.nombre}" if politica else titulo,
        "description": tabla.recurso.contenido,
        "keyword": ["Perú", "política penitenciaria", titulo.lower()],
        "distribution": [*_descargas(tabla, mirada, absoluta), *_comunes(tabla, absoluta)],
    }


def _descargas(tabla: Tabla, mirada: Mirada, absoluta: Absoluta) -> list[dict[str, Any]]:
    tipos = {"json": "application/json"} | {formato: tipo.partition(";")[0] for formato, tipo in TIPOS.items()}
    return [
        {
            "@type": "dcat:Distribution",
            "title": f"{tabla.recurso.nombre} en {formato.upper()}",
            "mediaType": tipo,
            "format": formato.upper(),
            **_donde(formato, absoluta(ruta_de(tabla.vista, formato, mirada))),
        }
        for formato, tipo in tipos.items()
    ]


def _donde(formato: str, direccion: str) -> dict[str, str]:
    """El JSON va por páginas: bajar su dirección no trae la tabla entera, y DCAT distingue lo uno de lo otro."""
    if formato == "json":
        return {"accessURL": direccion, "description": "Por páginas: «next» es la dirección de la que sigue."}
    return {"downloadURL": direccion}


def _comunes(tabla: Tabla, absoluta: Absoluta) -> list[dict[str, Any]]:
    """Lo que lleva todas las tablas a la vez y, con las mediciones, SDMX."""
    comunes: list[dict[str, Any]] = [
        {
            "@type": "dcat:Distribution",
            "title": "Todas las tablas (Frictionless Data Package)",
            "mediaType": "application/json",
            "format": "Data Package",
            "conformsTo": "https://specs.frictionlessdata.io/tabular-data-package/",
            "downloadURL": absoluta(reverse("paquete-de-datos")),
        }
    ]
    if tabla.nombre == "mediciones":
        flujo = absoluta(reverse("api-sdmx-flujo", args=["PNP"]))
        comunes.append(
            {
                "@type": "dcat:Distribution",
                "title": "Mediciones en SDMX 2.1",
                "mediaType": "application/vnd.sdmx.genericdata+xml",
                "format": "SDMX-ML",
                "conformsTo": "https://sdmx.org/",
                "accessURL": flujo,
                "downloadURL": flujo,
            }
        )
    return comunes
