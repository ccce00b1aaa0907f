"""Los verbos del reporte: escribir sus párrafos, revisarlos y emitirlo. Lo emitido no se cambia: se corrige con otro.

Como los demás verbos: comprueban el permiso, abren una transacción y levantan solo errores del dominio.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from indicadores.acciones.comun import dia_en_lima, escritura, exigir_motivo, momento
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.formato import escribir_fecha
from indicadores.permisos import Accion, comprobar
from objetivos.models import ObjetivoPrioritario, Parrafo, Politica, Reporte
from penitenciaria.informe.archivo import a_texto
from penitenciaria.informe.borrador import (
    Borrador,
    DiferenciaHallada,
    comprobar_anio,
    huella_de,
    la_politica,
    leer_borrador,
)
from penitenciaria.informe.cifras import a_json_canonico
from penitenciaria.informe.formas import escribir_formas

TEXTO_MAXIMO = 6000


def redactar_parrafo(
    *,
    por: User,
    anio: int,
    seccion: str,
    texto: str,
    objetivo: ObjetivoPrioritario | None = None,
    modo: str = Parrafo.Modo.AGREGA,
    parrafo: Parrafo | None = None,
    testigo: int | None = None,
    ahora: datetime | None = None,
) -> Parrafo:
    """Agrega un párrafo al final de su sección o, con ``parrafo`` y el ``testigo`` leído con él, lo cambia.

    Errores: :class:`PermisoDenegado`, :class:`DatoInvalido`, :class:`ConflictoDeEdicion`.
    """
    comprobar(por, Accion.REDACTAR)
    limpio = _leer_texto(texto)
    if seccion not in Parrafo.Seccion.values:
        raise DatoInvalido(f"El reporte no tiene una sección «{seccion}».", campo="seccion")
    if modo not in Parrafo.Modo.values:
        raise DatoInvalido("Un párrafo se agrega al texto del portal o lo reemplaza.", campo="modo")
    if (seccion in Parrafo.SECCIONES_DE_OBJETIVO) is (objetivo is None):
        raise DatoInvalido("El resultado general y las alternativas no llevan objetivo; lo demás sí.", campo="objetivo")
    en = momento(ahora)
    with escritura(Parrafo):
        if parrafo is None:
            politica = la_politica()
            suyos = Parrafo.objects.filter(politica=politica, anio=anio, objetivo=objetivo, seccion=seccion)
            orden = (suyos.aggregate(ultimo=Max("orden"))["ultimo"] or 0) + 1
            actual = Parrafo(politica=politica, anio=anio, objetivo=objetivo, seccion=seccion, orden=orden)
        else:
            actual = _tomar(parrafo, testigo)
            actual.testigo += 1
        actual.texto, actual.modo, actual.por, actual.en = limpio, modo, por, en
        actual._history_user = por  # type: ignore[attr-defined]
        actual.save()
    return actual


def borrar_parrafo(parrafo: Parrafo, *, por: User, testigo: int) -> None:
    """Quita un párrafo; su historial se conserva."""
    comprobar(por, Accion.REDACTAR)
    with escritura(Parrafo):
        actual = _tomar(parrafo, testigo)
        actual._history_user = por  # type: ignore[attr-defined]
        actual.delete()


def revisar(*, anio: int, corte: date, a_la_fecha: datetime) -> list[DiferenciaHallada]:
    """Las cifras que citan los párrafos y que no están en los datos, antes de emitir."""
    return list(leer_borrador(anio=anio, corte=corte, a_la_fecha=a_la_fecha).diferencias)


def emitir(
    *,
    por: User,
    anio: int,
    corte: date,
    motivo: str = "",
    diferencias_aceptadas: bool = False,
    visto: str | None = None,
    direccion_de: Callable[[str], str] = lambda huella: "",
    ahora: datetime | None = None,
) -> Reporte:
    """Emite el reporte de ``anio`` al ``corte`` con lo publicado hasta ``ahora``; si ya había uno, lo sustituye.

    ``motivo`` es obligatorio si sustituye a otro. ``visto`` es el testigo (``huella_de_lo_visto``) de lo que revisó
    quien emite: si desde entonces cambió algo, no se emite. ``direccion_de`` da, de una huella, dónde se verifica.
    Errores: :class:`PermisoDenegado`, :class:`DatoInvalido`, :class:`ConflictoDeEdicion`.
    """
    comprobar(por, Accion.EMITIR)
    en = momento(ahora)
    with escritura(Reporte):
        # Quien emite toma la política: dos emisiones a la vez pasan de una en una.
        politica = Politica.objects.select_for_update().get(pk=la_politica().pk)
        vigente = reporte_vigente(politica, anio)
        borrador = _revisado(anio, corte, en)
        _comprobar_que_es_lo_visto(borrador, vigente, visto)
        razon = _comprobar_sustitucion(vigente, motivo, en)
        if borrador.diferencias and not diferencias_aceptadas:
            raise DatoInvalido(
                "Hay párrafos que citan cifras distintas de los datos. Corríjalos o declare que las revisó.",
                campo="diferencias",
            )
        reporte = Reporte(
            politica=politica,
            anio=anio,
            numero=vigente.numero + 1 if vigente else 1,
            corte=corte,
            a_la_fecha=en,
            emitido_por=por,
            emitido_en=en,
            sustituye=vigente,
            motivo=razon,
        )
        _llenar(reporte, borrador, direccion_de)
        if vigente is not None:
            vigente.sustituido_en = en
            vigente.save(update_fields=["sustituido_en"])
        reporte.save()
    return reporte


def reporte_vigente(politica: Politica, anio: int) -> Reporte | None:
    """El reporte emitido que rige para ``anio``, sin sus archivos."""
    return Reporte.objects.sin_archivos().vigentes().filter(politica=politica, anio=anio).order_by("pk").first()


def huella_de_lo_visto(borrador: Borrador, vigente: Reporte | None) -> str:
    """Lo que identifica lo revisado: los datos, los párrafos y qué reporte se sustituye."""
    return huella_de(f"{borrador.testigo} {vigente.numero if vigente else 0}")


# Por dentro


def _leer_texto(texto: str) -> str:
    limpio = "\n".join(linea.rstrip() for linea in texto.replace("\r\n", "\n").strip().split("\n"))
    if not limpio:
        raise DatoInvalido("Escriba el texto del párrafo.", campo="texto")
    if len(limpio) > TEXTO_MAXIMO:
        raise DatoInvalido(f"El párrafo pasa de {TEXTO_MAXIMO} caracteres. Divídalo en dos.", campo="texto")
    if not all(letra.isprintable() or letra in "\n\N{NO-BREAK SPACE}" for letra in limpio):
        raise DatoInvalido("El texto lleva caracteres de control. Péguelo de nuevo sin formato.", campo="texto")
    return limpio


def _tomar(parrafo: Parrafo, testigo: int | None) -> Parrafo:
    actual = Parrafo.objects.select_for_update(of=("self",)).select_related("por").filter(pk=parrafo.pk).first()
    if actual is None:
        raise ConflictoDeEdicion("Otra persona borró este párrafo mientras usted lo editaba.")
    if actual.testigo != testigo:
        raise ConflictoDeEdicion(
            f"{actual.por.get_username()} cambió este párrafo mientras usted lo editaba. Lo que usted escribió sigue "
            "en el formulario; compare y guarde de nuevo."
        )
    return actual


def _revisado(anio: int, corte: date, en: datetime) -> Borrador:
    hoy = dia_en_lima(en)
    comprobar_anio(anio, hoy)
    if corte > hoy:
        raise DatoInvalido(f"El corte no puede ser posterior a hoy, {escribir_fecha(hoy)}.", campo="corte")
    borrador = leer_borrador(anio=anio, corte=corte, a_la_fecha=en)
    if not borrador.informe.hay_publicaciones:
        raise DatoInvalido("Aún no se ha publicado ninguna cifra: no hay de qué informar.")
    return borrador


def _comprobar_que_es_lo_visto(borrador: Borrador, vigente: Reporte | None, visto: str | None) -> None:
    if visto is not None and visto != huella_de_lo_visto(borrador, vigente):
        raise ConflictoDeEdicion(
            "Desde que usted abrió el borrador cambió un dato o un párrafo, o alguien emitió otro reporte. No se "
            "emitió nada: revise el borrador actual y emítalo."
        )


def _comprobar_sustitucion(vigente: Reporte | None, motivo: str, en: datetime) -> str:
    """El motivo con que se sustituye al vigente; vacío si es el primero del año."""
    if vigente is None:
        if motivo.strip():
            raise DatoInvalido("No hay un reporte anterior que corregir: deje vacío el motivo.", campo="motivo")
        return ""
    if en < vigente.emitido_en:
        raise DatoInvalido("El momento es anterior al de la emisión del reporte vigente.")
    return exigir_motivo(motivo, f"corregir el reporte N.° {vigente.numero} de {vigente.anio}")


def _llenar(reporte: Reporte, borrador: Borrador, direccion_de: Callable[[str], str]) -> None:
    """Los datos en que se apoya, su huella, el documento y sus cuatro formas."""
    reporte.datos = _datos(reporte, borrador)
    reporte.huella = huella_de(reporte.datos)
    documento = borrador.componer(constancia=_constancia(reporte), direccion=direccion_de(reporte.huella))
    reporte.documento = a_texto(documento)
    dia = dia_en_lima(reporte.emitido_en)
    for forma, contenido in escribir_formas(documento, borrador.informe, fecha=dia).items():
        setattr(reporte, forma, contenido)
        setattr(reporte, f"huella_{forma}", huella_de(contenido))


def _datos(reporte: Reporte, borrador: Borrador) -> str:
    datos = {
        "reporte": {
            "anio": reporte.anio,
            "numero": reporte.numero,
            "corte": reporte.corte.isoformat(),
            "a_la_fecha": reporte.a_la_fecha.astimezone(UTC).isoformat(),
            "motivo": reporte.motivo,
            "sustituye": reporte.sustituye.huella if reporte.sustituye else None,
        },
        "informe": json.loads(a_json_canonico(borrador.informe)),
        "parrafos": borrador.escritos,
        "diferencias_aceptadas": [hallada.frase for hallada in borrador.diferencias],
    }
    return json.dumps(datos, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _constancia(reporte: Reporte) -> list[str]:
    por = reporte.emitido_por.get_full_name() or reporte.emitido_por.get_username()
    lineas = [
        f"Reporte N.° {reporte.numero} de {reporte.anio}, emitido {cuando(reporte.emitido_en)} por {por}.",
        f"Corte: {escribir_fecha(reporte.corte)}. Se apoya en lo publicado hasta el momento de emitirlo.",
        f"Huella SHA-256 de los datos: {reporte.huella}",
    ]
    if reporte.sustituye:
        anterior = reporte.sustituye
        lineas.append(
            f"Sustituye al reporte N.° {anterior.numero}, emitido {cuando(anterior.emitido_en)}. "
            f"Motivo: {reporte.motivo}"
        )
    return lineas


def cuando(momento_dado: datetime) -> str:
    """«el 30 de junio de 2021 a las 10:15 (hora de Lima)»."""
    local = timezone.localtime(momento_dado)
    return f"el {escribir_fecha(local.date())} a las {local:%H:%M} (hora de Lima)"
