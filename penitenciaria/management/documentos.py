"""Los documentos que escribe el código: quién puede hacer qué, la vida de una medición y los cambios de la API.

Salen de las mismas tablas que obedecen los verbos; si un documento difiere de ellas, una prueba falla.
"""

from dataclasses import dataclass
from pathlib import Path

from django.urls import get_resolver

from indicadores.acciones import TRANSICIONES
from indicadores.api.historia import escribir as escribir_historia
from indicadores.models import Medicion
from indicadores.permisos import ROLES_DE_ACCION, Accion, Rol
from penitenciaria.glosario import en_markdown
from penitenciaria.management.modelo_de_datos import modelo_de_datos

AVISO = "<!-- Lo escribe `manage.py documentar` desde el código: no lo edite a mano. -->"
SI, NO = "sí", "—"
EN_CERRADO = (
    "- En un ejercicio cerrado solo registra, modifica, envía, corrige, retira o fija quien puede cambiarlo, y al "
    "registrar, corregir, retirar o fijar dice por qué; solo se publica lo registrado o corregido con el cierre en pie."
)
SENALAR = (
    "- Cualquiera, sin cuenta, señala un error en `/indicadores/<codigo>/error/` (POST, verbo `senalados.senalar`): es "
    "lo único público que recibe algo."
)
HOJAS = (
    "- Las hojas de mediciones y las matrices piden «importar hojas de mediciones»; las del catálogo, «importar hojas "
    "del catálogo». Al anotar, cada cifra pide además el permiso de su propio verbo."
)
DESCARGA = (
    "- Una evidencia la descarga el personal; cualquiera, si es pública y su medición está publicada y no reservada "
    "(`/evidencias/<numero>/`, GET)."
)
Etapa = Medicion.Etapa


@dataclass(frozen=True, slots=True)
class Puerta:
    """Por dónde se pide una acción: el nombre de la dirección, sus métodos y el verbo que llama.

    Sin verbo: solo lee o, en el catálogo y las cuentas, escribe el formulario de la administración. Un verbo con punto
    dice su módulo dentro de ``indicadores.acciones`` (``informe``: dentro de ``penitenciaria``).
    """

    accion: Accion
    direccion: str
    metodos: str
    verbo: str = ""


MEDICION = "admin:indicadores_medicion_"
#: Lo que se agrega o se cambia con el formulario de la administración, y las cuentas.
DEL_CATALOGO = (
    "indicadores_indicador",
    "indicadores_ambito",
    "servicios_servicio",
    "servicios_intervencion",
    "servicios_suspension",
    "objetivos_politica",
    "objetivos_objetivoprioritario",
    "objetivos_lineamiento",
    "objetivos_entidad",
    "objetivos_norma",
    "objetivos_fuente",
    "objetivos_hito",
    "objetivos_avancenarrativo",
    "objetivos_alternativa",
    "auth_user",
)
PUERTAS: tuple[Puerta, ...] = (
    Puerta(Accion.VER_BORRADORES, f"{MEDICION}changelist", "GET"),
    Puerta(Accion.VER_BORRADORES, f"{MEDICION}change", "GET"),
    Puerta(Accion.REGISTRAR, f"{MEDICION}add", "GET, POST", "registrar"),
    Puerta(Accion.MODIFICAR, f"{MEDICION}change", "POST", "modificar"),
    Puerta(Accion.CORREGIR, f"{MEDICION}corregir", "GET, POST", "corregir"),
    *(
        Puerta(TRANSICIONES[verbo].accion, f"{MEDICION}paso", "GET, POST", verbo)
        for verbo in ("descartar", "enviar", "observar", "publicar", "retirar")
    ),
    Puerta(Accion.FIJAR, "admin:indicadores_lineabase_add", "GET, POST", "fijar_linea_base"),
    Puerta(Accion.FIJAR, "admin:indicadores_logroesperado_add", "GET, POST", "fijar_logro"),
    Puerta(Accion.FIJAR, "admin:indicadores_umbral_add", "GET, POST", "fijar_umbrales"),
    *(Puerta(Accion.ADMINISTRAR, f"admin:{modelo}_add", "GET, POST") for modelo in DEL_CATALOGO),
    *(Puerta(Accion.ADMINISTRAR, f"admin:{modelo}_change", "POST") for modelo in DEL_CATALOGO),
    *(
        Puerta(Accion.ADMINISTRAR, "admin:auth_user_paso", "GET, POST", f"cuentas.{verbo}")
        for verbo in ("dar_enlace", "restablecer_factor", "cerrar_sesiones", "desbloquear")
    ),
    Puerta(Accion.VER_BORRADORES, "reporte-preparar", "GET"),
    Puerta(Accion.REDACTAR, "reporte-preparar", "POST", "informe.emision.redactar_parrafo"),
    Puerta(Accion.REDACTAR, "reporte-preparar", "POST", "informe.emision.borrar_parrafo"),
    Puerta(Accion.EMITIR, "reporte-preparar", "POST", "informe.emision.emitir"),
    Puerta(Accion.VER_BORRADORES, "evidencia", "GET"),
    Puerta(Accion.COMENTAR, f"{MEDICION}comentar", "POST", "comentar"),
    Puerta(Accion.ADJUNTAR, f"{MEDICION}adjuntar", "POST", "adjuntar"),
    Puerta(Accion.ADJUNTAR, f"{MEDICION}retirar_evidencia", "GET, POST", "retirar_evidencia"),
    Puerta(Accion.DIFUNDIR, f"{MEDICION}difundir", "POST", "difundir_evidencia"),
    Puerta(Accion.CERRAR, "admin:indicadores_ejerciciocerrado_add", "GET, POST", "cerrar_ejercicio"),
    Puerta(Accion.CERRAR, "admin:indicadores_ejerciciocerrado_reabrir", "GET, POST", "reabrir_ejercicio"),
    Puerta(Accion.CAMBIAR_CERRADO, f"{MEDICION}add", "POST", "registrar"),
    Puerta(Accion.CAMBIAR_CERRADO, f"{MEDICION}corregir", "POST", "corregir"),
    Puerta(Accion.IMPORTAR, "admin:hojas", "GET, POST", "lotes.recibir"),
    Puerta(Accion.IMPORTAR, "admin:hojas_bajar", "GET"),
    Puerta(Accion.IMPORTAR, "admin:hojas_lote", "GET"),
    Puerta(Accion.IMPORTAR, "admin:hojas_paso", "POST", "lotes.confirmar"),
    Puerta(Accion.IMPORTAR, "admin:hojas_paso", "POST", "lotes.abandonar"),
    Puerta(Accion.ENVIAR, "admin:hojas_paso", "POST", "lotes.enviar_lote"),
    Puerta(Accion.DESCARTAR, "admin:hojas_paso", "POST", "lotes.deshacer_lote"),
    Puerta(Accion.IMPORTAR, "admin:hojas_matriz", "GET, POST", "lotes.recibir"),
    Puerta(Accion.IMPORTAR, "admin:hojas_matriz_columnas", "GET, POST", "matriz.decir_como_leer"),
    Puerta(Accion.IMPORTAR, "admin:hojas_matriz_columnas", "POST", "alias.recordar_alias"),
    Puerta(Accion.IMPORTAR, "admin:indicadores_aliasdeambito_delete", "GET, POST", "alias.olvidar_alias"),
    Puerta(Accion.IMPORTAR_CATALOGO, "admin:hojas", "GET, POST", "lotes.recibir"),
    Puerta(Accion.IMPORTAR_CATALOGO, "admin:hojas_catalogo_libro", "GET"),
    Puerta(Accion.IMPORTAR_CATALOGO, "admin:hojas_lote", "GET"),
    Puerta(Accion.IMPORTAR_CATALOGO, "admin:hojas_paso", "POST", "lotes.confirmar"),
    Puerta(Accion.IMPORTAR_CATALOGO, "admin:hojas_paso", "POST", "lotes.abandonar"),
    Puerta(Accion.IMPORTAR_CATALOGO, "admin:cuadricula", "GET, POST", "catalogo.aplicar_cambios"),
    Puerta(Accion.FIJAR, "admin:cuadricula", "GET, POST", "fijar_logro"),
    Puerta(Accion.VER_BORRADORES, "admin:indicadores_errorsenalado_change", "GET"),
    Puerta(Accion.ATENDER, "admin:indicadores_errorsenalado_change", "POST", "senalados.atender"),
    Puerta(Accion.DAR_LLAVES, "admin:indicadores_llavedeapi_changelist", "GET"),
    Puerta(Accion.DAR_LLAVES, "admin:indicadores_llavedeapi_add", "GET, POST", "llaves.emitir_llave"),
    Puerta(Accion.DAR_LLAVES, "admin:indicadores_llavedeapi_revocar", "GET, POST", "llaves.revocar_llave"),
    Puerta(Accion.OPERAR, "admin:operacion", "GET"),
)


def documentos() -> dict[str, str]:
    """Nombre de archivo dentro de ``docs/`` → su texto."""
    return {
        "permisos.md": permisos(),
        "flujo.md": flujo(),
        "api-cambios.md": escribir_historia(),
        "glosario.md": en_markdown(),
        "modelo-de-datos.md": modelo_de_datos(),
    }


def escribir(carpeta: Path) -> list[str]:
    """Escribe los que hayan cambiado; devuelve sus nombres."""
    cambiados = []
    for nombre, texto in documentos().items():
        archivo = carpeta / nombre
        if not archivo.exists() or archivo.read_text(encoding="utf-8") != texto:
            archivo.write_text(texto, encoding="utf-8")
            cambiados.append(nombre)
    return cambiados


def permisos() -> str:
    """La tabla de roles y acciones, y por qué puerta se pide cada una."""
    encabezado = "| Acción | " + " | ".join(rol.value for rol in Rol) + " | Otra cuenta | Sin cuenta |"
    filas = [
        f"| {accion.value} | " + " | ".join(SI if rol in roles else NO for rol in Rol) + f" | {NO} | {NO} |"
        for accion, roles in ROLES_DE_ACCION.items()
    ]
    puertas = [
        f"| {puerta.accion.value} | `{ruta_de(puerta.direccion)}` | {puerta.metodos} | {_codigo(puerta.verbo)} |"
        for puerta in PUERTAS
    ]
    return "\n".join(
        [
            "# Quién puede hacer qué",
            "",
            AVISO,
            "",
            "Un superusuario puede lo mismo que un Administrador. Los roles de una cuenta se suman.",
            "",
            encabezado,
            "| --- |" + " --- |" * (len(Rol) + 2),
            *filas,
            "",
            "Además, con cualquier rol:",
            "",
            "- Cuatro ojos: nadie publica lo que registró, modificó, envió o subió en una hoja.",
            EN_CERRADO,
            DESCARGA,
            HOJAS,
            SENALAR,
            "",
            "## Por dónde se pide",
            "",
            "El permiso se comprueba en el verbo; la puerta responde 403 antes de llamarlo.",
            "",
            "| Acción | Dirección | Métodos | Verbo |",
            "| --- | --- | --- | --- |",
            *puertas,
            "",
        ]
    )


def flujo() -> str:
    """Las etapas de una medición y los verbos que la llevan de una a otra."""
    flechas = ["    [*] --> borrador: registrar, corregir"]
    filas = ["| registrar | (ninguna) | borrador | " + _quienes(Accion.REGISTRAR) + " |"]
    for verbo, transicion in TRANSICIONES.items():
        hacia = Etapa.BORRADOR if verbo == "corregir" else transicion.hacia
        desde = [etapa for etapa in Etapa if etapa in transicion.desde]
        if verbo != "corregir":
            flechas += [f"    {etapa.value} --> {hacia}: {verbo}" for etapa in desde]
        nombres = " o ".join(etapa.label for etapa in desde)
        llega = "borrador (de la versión siguiente)" if verbo == "corregir" else Etapa(hacia).label
        filas.append(f"| {verbo} | {nombres} | {llega} | {_quienes(transicion.accion)} |")
    flechas.append(f"    {Etapa.PUBLICADA.value} --> {Etapa.SUSTITUIDA.value}: se publica la versión siguiente")
    filas.append(f"| (publicar la siguiente) | publicada | sustituida | {_quienes(Accion.PUBLICAR)} |")
    return "\n".join(
        [
            "# La vida de una medición",
            "",
            AVISO,
            "",
            "```mermaid",
            "stateDiagram-v2",
            *flechas,
            *(f"    {etapa.value} --> [*]" for etapa in (Etapa.SUSTITUIDA, Etapa.RETIRADA, Etapa.DESCARTADA)),
            "```",
            "",
            "| Verbo | Desde | Hacia | Quién |",
            "| --- | --- | --- | --- |",
            *filas,
            "",
            "Corregir no toca la versión publicada: abre el borrador de la siguiente, que la sustituye al publicarse.",
            "",
        ]
    )


def ruta_de(nombre: str) -> str:
    """La ruta que corresponde a un nombre de dirección, con sus argumentos entre ángulos."""
    espacio, _, propio = nombre.rpartition(":")
    resolutor = get_resolver()
    prefijo = "/"
    if espacio:
        inicio, resolutor = resolutor.namespace_dict[espacio]
        prefijo += inicio
    posibles = resolutor.reverse_dict.getlist(propio)
    ruta, argumentos = posibles[-1][0][0]
    return prefijo + ruta % {argumento: f"<{argumento}>" for argumento in argumentos}


def _quienes(accion: Accion) -> str:
    return ", ".join(rol.value for rol in Rol if rol in ROLES_DE_ACCION[accion])


def _codigo(texto: str) -> str:
    return f"`{texto}`" if texto else NO
