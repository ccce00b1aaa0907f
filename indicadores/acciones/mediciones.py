"""Los verbos de una medición: de borrador a publicada, corregida o retirada, siempre por dos personas."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from indicadores.acciones.armado import (
    CAMPOS_EDITABLES,
    cambiar_datos,
    comprobar_opciones,
    lo_que_se_conserva,
    poner_datos,
    textos_de,
)
from indicadores.acciones.busqueda import (
    comprobar_sin_duplicado,
    describir_valor,
    siguiente_version,
    tomar,
    ultimo_cambio_de,
    vigente_de,
)
from indicadores.acciones.comun import (
    anotar,
    dia_en_lima,
    escritura,
    exigir_motivo,
    exigir_sin_errores,
    momento,
)
from indicadores.acciones.reserva import esperar_turno, reservar_celdas
from indicadores.acciones.transiciones import TRANSICIONES, comprobar_etapa
from indicadores.calculo.tipos import Periodo, PeriodoInvalido
from indicadores.constancias import certificar_publicaciones, certificar_retiro
from indicadores.ejercicios import exigir_abiertos, exigir_publicables, marca_de
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, TransicionInvalida
from indicadores.formato import escribir_fecha, escribir_periodo
from indicadores.models import Ambito, Fuente, Indicador, Medicion
from indicadores.permisos import Accion, comprobar, comprobar_publicar


def registrar(
    *,
    por: User,
    indicador: Indicador,
    periodo: str,
    valor: Decimal | int | str | None,
    ambito: Ambito | None = None,
    sexo: str = "T",
    numerador: int | None = None,
    denominador: int | None = None,
    fuente: Fuente | None = None,
    caracter: str = "oficial",
    situacion: str = "definitiva",
    motivo_ausencia: str | None = None,
    texto_ausencia: str = "",
    fecha_compromiso: date | None = None,
    notas: str = "",
    motivo: str = "",
    ahora: datetime | None = None,
) -> Medicion:
    """Crea el borrador de una medición nueva.

    ``valor`` va en la unidad del indicador; None con ``motivo_ausencia`` declara una ausencia; None con numerador y
    denominador en un porcentaje lo calcula (4 decimales, mitad hacia arriba). ``ambito`` None es el país.
    En un ejercicio cerrado hace falta el permiso de cambiarlo y un ``motivo``, que queda en la historia.
    Errores: :class:`PermisoDenegado`, :class:`DatoInvalido`, :class:`EjercicioBloqueado`.
    """
    comprobar(por, Accion.REGISTRAR)
    en = momento(ahora)
    lapso = leer_periodo(periodo, hoy=dia_en_lima(en))
    borrador = Medicion(
        indicador=indicador,
        periodo=lapso.texto,
        inicio=lapso.inicio,
        fin=lapso.fin,
        ambito=ambito or Ambito.objects.get(codigo=Ambito.NACIONAL),
        sexo=sexo,
        caracter=caracter,
        registrada_por=por,
        registrada_en=en,
    )
    poner_datos(
        borrador,
        valor=valor,
        numerador=numerador,
        denominador=denominador,
        fuente=fuente,
        situacion=situacion,
        motivo_ausencia=motivo_ausencia,
        texto_ausencia=texto_ausencia,
        fecha_compromiso=fecha_compromiso,
        notas=notas,
    )
    comprobar_opciones(borrador)
    with escritura(Medicion):
        cierre = exigir_abiertos([lapso.fin.year], por=por).get(lapso.fin.year)
        razon = exigir_motivo(motivo, "registrar en un ejercicio cerrado") if cierre else motivo.strip()
        comprobar_sin_duplicado(borrador)
        borrador.version = siguiente_version(borrador)
        borrador.save()
        anotar(borrador, "registrar", por, en, motivo=razon, cambios=marca_de(cierre))
    return borrador


def modificar(medicion: Medicion, *, por: User, testigo: int, ahora: datetime | None = None, **campos: Any) -> Medicion:
    """Cambia ``campos`` de un borrador (u observada, que vuelve a borrador) si nadie lo tocó desde que se leyó.

    Un valor nuevo deja atrás las cantidades y la ausencia que no se den con él; unas cantidades nuevas, el porcentaje
    que daban las anteriores. ``testigo`` es el que traía la medición leída; si ya no es el vigente levanta
    :class:`ConflictoDeEdicion` y no escribe nada.
    """
    comprobar(por, Accion.MODIFICAR)
    desconocidos = sorted(set(campos) - set(CAMPOS_EDITABLES))
    if desconocidos:
        raise DatoInvalido(f"No se puede cambiar {', '.join(desconocidos)} de una medición ya registrada.")
    en = momento(ahora)
    with escritura(Medicion):
        exigir_abiertos([medicion.fin.year], por=por)
        actual = tomar(medicion)
        if actual.testigo != testigo:
            pasos = actual.sucesos.filter(accion__in=(*TRANSICIONES, "registrar", "sustituir"))
            ultimo = pasos.order_by("-en", "-id").select_related("por").first()
            quien = ultimo.por.get_username() if ultimo else "otra persona"
            raise ConflictoDeEdicion(
                f"{quien} cambió esta medición mientras usted la editaba: ahora dice "
                f"{describir_valor(actual)}. Lo que usted escribió sigue en el formulario; compare y guarde de nuevo."
            )
        transicion = comprobar_etapa(actual, "modificar")
        antes = textos_de(actual)
        cambiar_datos(actual, campos)
        actual.etapa = transicion.hacia
        actual.testigo += 1
        actual.save()
        despues = textos_de(actual)
        cambios = {campo: [antes[campo], despues[campo]] for campo in antes if antes[campo] != despues[campo]}
        anotar(actual, "modificar", por, en, cambios=cambios)
    return actual


def descartar(medicion: Medicion, *, por: User, ahora: datetime | None = None) -> Medicion:
    """Aparta un borrador que ya no se quiere; queda guardado con su historia y deja libre su lugar."""
    comprobar(por, Accion.DESCARTAR)
    return _pasar(medicion, "descartar", por, momento(ahora))


def enviar(medicion: Medicion, *, por: User, ahora: datetime | None = None) -> Medicion:
    """Pasa un borrador a revisión; exige ``fuente``."""
    comprobar(por, Accion.ENVIAR)
    en = momento(ahora)
    with escritura(Medicion):
        exigir_abiertos([medicion.fin.year], por=por)
        actual = tomar(medicion)
        transicion = comprobar_etapa(actual, "enviar")
        if actual.fuente_id is None:
            raise DatoInvalido("Indique la fuente de la cifra antes de enviarla a revisión.", campo="fuente")
        actual.etapa = transicion.hacia
        actual.enviada_por = por
        actual.testigo += 1
        actual.save()
        anotar(actual, "enviar", por, en)
    return actual


def observar(medicion: Medicion, *, por: User, motivo: str, ahora: datetime | None = None) -> Medicion:
    """Devuelve una medición en revisión a quien la envió, con la razón."""
    comprobar(por, Accion.OBSERVAR)
    return _pasar(medicion, "observar", por, momento(ahora), motivo=exigir_motivo(motivo, "observar la medición"))


def publicar(
    medicion: Medicion, *, por: User, avisos_aceptados: Collection[str] = (), ahora: datetime | None = None
) -> Medicion:
    """Publica lo revisado: pasa a regir desde ``ahora`` y sustituye a la versión vigente de la misma clave.

    Ni quien la registró, ni quien la cambió, ni quien la envió puede publicarla. Los avisos no detienen el verbo:
    ``avisos_aceptados`` deja constancia de cuáles se leyeron.
    """
    return publicar_lote([medicion], por=por, avisos_aceptados=avisos_aceptados, ahora=ahora)[0]


def publicar_lote(
    mediciones: Iterable[Medicion],
    *,
    por: User,
    avisos_aceptados: Collection[str] = (),
    ahora: datetime | None = None,
) -> list[Medicion]:
    """Publica varias mediciones revisadas, o ninguna: si una no puede, no cambia nada y el error dice cuál."""
    comprobar(por, Accion.PUBLICAR)
    en = momento(ahora)
    pedidas = list(mediciones)
    with escritura(Medicion):
        esperar_turno(pedidas)
        exigir_publicables(pedidas)
        publicadas = [_publicar_una(medicion, por, avisos_aceptados, en) for medicion in pedidas]
        reservar_celdas(publicadas)
        certificar_publicaciones(publicadas)
    return publicadas


def _publicar_una(medicion: Medicion, por: User, avisos_aceptados: Collection[str], en: datetime) -> Medicion:
    actual = tomar(medicion)
    transicion = comprobar_etapa(actual, "publicar")
    comprobar_publicar(por, actual)
    exigir_sin_errores(actual, en)
    vigente, ultimo_cambio = vigente_de(actual), ultimo_cambio_de(actual)
    if ultimo_cambio is not None and en < ultimo_cambio:
        raise DatoInvalido("El momento de publicación es anterior al del último cambio publicado de este dato.")
    if vigente is not None:
        if vigente.pk != actual.corrige_id:
            raise TransicionInvalida(
                f"Mientras tanto se publicó otra versión de este dato ({describir_valor(vigente)}). "
                "Descarte esta y corrija la vigente."
            )
        vigente.etapa = Medicion.Etapa.SUSTITUIDA
        vigente.sustituida_en = en
        vigente.testigo += 1
        vigente.save()
        anotar(vigente, "sustituir", por, en)
    actual.version = siguiente_version(actual)
    actual.etapa = transicion.hacia
    actual.publicada_en = en
    actual.publicada_por = por
    actual.testigo += 1
    actual.save()
    anotar(actual, "publicar", por, en, cambios={"avisos_aceptados": sorted(avisos_aceptados)})
    return actual


def corregir(
    medicion: Medicion,
    *,
    por: User,
    valor: Decimal | int | str | None,
    motivo: str,
    ahora: datetime | None = None,
    **campos: Any,
) -> Medicion:
    """Abre el borrador de la versión siguiente de una medición publicada; la vigente rige hasta que se publique.

    ``campos`` no dados se conservan, salvo numerador y denominador cuando el valor cambia.
    """
    comprobar(por, Accion.CORREGIR)
    razon = exigir_motivo(motivo, "corregir una cifra publicada")
    desconocidos = sorted(set(campos) - set(CAMPOS_EDITABLES))
    if desconocidos:
        raise DatoInvalido(f"No se puede cambiar {', '.join(desconocidos)} al corregir.")
    en = momento(ahora)
    with escritura(Medicion):
        cierre = exigir_abiertos([medicion.fin.year], por=por).get(medicion.fin.year)
        actual = tomar(medicion)
        comprobar_etapa(actual, "corregir")
        nueva = Medicion(
            **{campo: getattr(actual, campo) for campo in (*Medicion.CLAVE, "inicio", "fin")},
            corrige=actual,
            motivo_cambio=razon,
            registrada_por=por,
            registrada_en=en,
        )
        poner_datos(nueva, valor=valor, **(lo_que_se_conserva(actual, valor, campos) | campos))
        comprobar_opciones(nueva)
        comprobar_sin_duplicado(nueva, es_correccion=True)
        nueva.version = siguiente_version(nueva)
        nueva.save()
        anotar(nueva, "corregir", por, en, motivo=razon, cambios=marca_de(cierre))
    return nueva


def retirar(medicion: Medicion, *, por: User, motivo: str, ahora: datetime | None = None) -> Medicion:
    """Quita de la vista una cifra publicada, con su razón; la versión queda legible en su historia."""
    comprobar(por, Accion.RETIRAR)
    en = momento(ahora)
    razon = exigir_motivo(motivo, "retirar una cifra publicada")
    with escritura(Medicion):
        exigir_abiertos([medicion.fin.year], por=por)
        actual = tomar(medicion)
        transicion = comprobar_etapa(actual, "retirar")
        if actual.publicada_en and en < actual.publicada_en:
            raise DatoInvalido("No se puede retirar una cifra antes de su publicación.")
        actual.etapa = transicion.hacia
        actual.sustituida_en = en
        actual.testigo += 1
        actual.save()
        anotar(actual, "retirar", por, en, motivo=razon)
        certificar_retiro(actual)
    return actual


def leer_periodo(texto: str, *, hoy: date) -> Periodo:
    """El periodo que nombra ``texto``; debe haber terminado: un año a medias no es un año."""
    try:
        lapso = Periodo.leer(texto)
    except PeriodoInvalido as error:
        raise DatoInvalido(str(error), campo="periodo") from error
    if lapso.inicio.year < 1990:
        raise DatoInvalido("El periodo es anterior a 1990. Revise el año.", campo="periodo")
    if lapso.fin > hoy:
        raise DatoInvalido(
            f"El periodo {escribir_periodo(lapso.texto)} termina el {escribir_fecha(lapso.fin)} y hoy es "
            f"{escribir_fecha(hoy)}: aún no puede medirse completo. Registre el último mes, trimestre o "
            "semestre terminado.",
            campo="periodo",
        )
    return lapso


def _pasar(medicion: Medicion, verbo: str, por: User, en: datetime, *, motivo: str = "") -> Medicion:
    with escritura(Medicion):
        actual = tomar(medicion)
        actual.etapa = comprobar_etapa(actual, verbo).hacia
        actual.testigo += 1
        actual.save()
        anotar(actual, verbo, por, en, motivo=motivo)
    return actual
