"""La forma de las respuestas que reúnen varias aplicaciones; solo documenta (véase ``indicadores.api.esquemas``)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers

from indicadores.api.esquemas import Avance, AvanceDeObjetivo, EnlaceAPagina, RazonDeResultado
from indicadores.calculo.tipos import EstadoIndicador, Movimiento, Semaforo, Sentido
from objetivos.models import Alternativa, AvanceNarrativo

FECHA = "ISO 8601, hasta donde se conoce: 2021-05-14, 2021-05 o 2021."


class Raiz(serializers.Serializer):
    """La dirección de cada recurso."""

    politica = serializers.URLField(help_text="La política.")
    objetivos = serializers.URLField(help_text="Los objetivos prioritarios.")
    lineamientos = serializers.URLField(help_text="Los lineamientos.")
    indicadores = serializers.URLField(help_text="Los indicadores.")
    mediciones = serializers.URLField(help_text="Las mediciones que rigen.")
    lineas_base = serializers.URLField(help_text="Las líneas base.")
    logros = serializers.URLField(help_text="Los logros esperados.")
    servicios = serializers.URLField(help_text="Los servicios.")
    entidades = serializers.URLField(help_text="Las entidades.")
    ambitos = serializers.URLField(help_text="Los ámbitos.")
    avance = serializers.URLField(help_text="El resumen de la política.")
    calcular = serializers.URLField(help_text="La calculadora.")
    cambios = serializers.URLField(help_text="Lo que cambió, en orden.")
    historial = serializers.URLField(help_text="La historia de la API.")
    sdmx = serializers.URLField(help_text="Los flujos de datos SDMX.")
    esquema = serializers.URLField(help_text="El documento OpenAPI.")
    docs = serializers.URLField(help_text="La referencia para leer.")


class Horizonte(serializers.Serializer):
    inicio = serializers.IntegerField(help_text="Primer año.")
    fin = serializers.IntegerField(help_text="Último año.")


class Rectora(serializers.Serializer):
    sigla = serializers.CharField(help_text="Sigla.")
    nombre = serializers.CharField(help_text="Nombre.")


class Hito(serializers.Serializer):
    """Un paso de la ruta, conocido al corte."""

    orden = serializers.IntegerField(help_text="Su lugar en la ruta.")
    titulo = serializers.CharField(help_text="Qué paso es.")
    descripcion = serializers.CharField(allow_null=True, help_text="En qué consiste.")
    fecha = serializers.CharField(allow_null=True, help_text=FECHA)
    cumplido = serializers.BooleanField(help_text="Si ya estaba dado al corte.")
    norma = serializers.CharField(allow_null=True, help_text="Código de la norma.")


class Norma(serializers.Serializer):
    """Un dispositivo que ya existía al corte."""

    codigo = serializers.CharField(help_text="Código del portal.")
    tipo = serializers.CharField(help_text="Decreto supremo, resolución…")
    numero = serializers.CharField(help_text="Número oficial.")
    titulo = serializers.CharField(allow_null=True, help_text="Título; null si no consta.")
    fecha = serializers.CharField(allow_null=True, help_text=FECHA)
    url = serializers.URLField(allow_null=True, help_text="Dirección oficial, si la tiene.")
    notas = serializers.CharField(allow_null=True, help_text="Aclaraciones.")


class UnaAlternativa(serializers.Serializer):
    """Algo que hace falta para que la política se cumpla mejor."""

    orden = serializers.IntegerField(help_text="Su lugar en la lista.")
    titulo = serializers.CharField(help_text="Qué hace falta.")
    texto = serializers.CharField(help_text="En qué consiste.")
    estado = serializers.ChoiceField(Alternativa.Estado.values, help_text="Como se conocía al corte.")
    fecha = serializers.CharField(allow_null=True, help_text=FECHA)
    norma = serializers.CharField(allow_null=True, help_text="Código de la norma que la atiende.")


class Narrativa(serializers.Serializer):
    """El relato de un año, escrito por una persona."""

    anio = serializers.IntegerField(help_text="Año que se relata.")
    objetivo = serializers.CharField(allow_null=True, help_text="Código del objetivo; null en el resultado general.")
    seccion = serializers.ChoiceField(AvanceNarrativo.Seccion.values, help_text="De qué trata.")
    texto = serializers.CharField(help_text="El relato.")


class Umbrales(serializers.Serializer):
    """Desde qué avance, en puntos de porcentaje, se enciende cada luz."""

    verde = serializers.FloatField(help_text="Desde qué avance es verde.")
    amarillo = serializers.FloatField(help_text="Desde qué avance es amarillo.")


class UnaPolitica(serializers.Serializer):
    """La política que el portal sigue."""

    codigo = serializers.CharField(help_text="Código.")
    nombre = serializers.CharField(help_text="Nombre.")
    problema_publico = serializers.CharField(allow_null=True, help_text="El problema que enfrenta.")
    situacion_deseada = serializers.CharField(allow_null=True, help_text="La situación a la que quiere llegar.")
    horizonte = Horizonte(help_text="Los años que abarca.")
    rectora = Rectora(help_text="La entidad que la conduce.")
    organo_responsable = serializers.CharField(
        allow_null=True, help_text="El órgano que la conduce dentro de la rectora."
    )
    norma = serializers.CharField(help_text="Código de la norma que la aprueba.")
    umbrales = Umbrales(help_text="Desde qué avance se enciende cada luz.")
    objetivos = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus objetivos.")
    hitos = Hito(many=True, help_text="Los pasos de su ruta, conocidos al corte.")
    normas = Norma(many=True, help_text="Las que ya existían al corte.")
    alternativas = UnaAlternativa(many=True, help_text="Lo que hace falta para cumplirla mejor.")
    narrativa = Narrativa(many=True, help_text="Lo relatado hasta el año del corte.")
    enlaces = EnlaceAPagina(help_text="Direcciones.")


class IndicadorResumido(serializers.Serializer):
    codigo = serializers.CharField(help_text="Código del portal.")
    nombre = serializers.CharField(help_text="Nombre completo.")
    estado = serializers.ChoiceField([estado.value for estado in EstadoIndicador], help_text="Si alguna vez se midió.")
    movimiento = serializers.ChoiceField(
        [movimiento.value for movimiento in Movimiento], help_text="Qué hizo el último valor frente a su referencia."
    )
    se_repite = serializers.BooleanField(help_text="El último valor es idéntico al anterior.")
    avance = Avance(help_text="El del año del corte.")
    ultimo_avance = Avance(allow_null=True, help_text="El del último año con valor y logro.")


class ObjetivoResumido(serializers.Serializer):
    codigo = serializers.CharField(help_text="Código.")
    nombre = serializers.CharField(help_text="Nombre.")
    priorizado = serializers.BooleanField(help_text="La entidad rectora declaró prioritario su cumplimiento.")
    con_medicion = serializers.IntegerField(help_text="Cuántos de sus indicadores se han medido alguna vez.")
    avance = AvanceDeObjetivo(help_text="El del año del corte.")
    indicadores = IndicadorResumido(many=True, help_text="Sus indicadores, evaluados.")


class Luces(serializers.Serializer):
    verde = serializers.IntegerField(help_text="Cuántos en verde.")
    amarillo = serializers.IntegerField(help_text="Cuántos en amarillo.")
    rojo = serializers.IntegerField(help_text="Cuántos en rojo.")
    sin_datos = serializers.IntegerField(help_text="Cuántos sin datos con que encenderla.")


class Movimientos(serializers.Serializer):
    mejora = serializers.IntegerField(help_text="Cuántos mejoraron.")
    sin_cambio = serializers.IntegerField(help_text="Cuántos siguen igual.")
    retrocede = serializers.IntegerField(help_text="Cuántos retrocedieron.")
    desconocido = serializers.IntegerField(help_text="Cuántos no tienen con qué compararse.")


class Cuentas(serializers.Serializer):
    """Las cuentas de la portada, sobre los indicadores de los objetivos."""

    total = serializers.IntegerField(help_text="Cuántos indicadores de objetivo hay.")
    con_medicion = serializers.IntegerField(help_text="Cuántos se han medido alguna vez.")
    sin_medicion = serializers.IntegerField(help_text="Cuántos no se han medido nunca.")
    luces = Luces(help_text="Cuántos indicadores hay de cada luz.")
    parciales = serializers.IntegerField(help_text="Cuántos avances son de una parte del año.")
    movimientos = Movimientos(help_text="Cuántos indicadores se movieron de cada modo.")
    se_repiten = serializers.IntegerField(help_text="Cuántos repiten su valor anterior.")
    fin_mas_reciente = serializers.DateField(allow_null=True, help_text="Último día del periodo medido más reciente.")
    periodo_mas_reciente = serializers.CharField(allow_null=True, help_text="El periodo medido más reciente.")


class Resumen(serializers.Serializer):
    """La política entera a un corte, como en la portada."""

    corte = serializers.DateField(help_text="El día hasta el que se mira.")
    a_la_fecha = serializers.DateTimeField(allow_null=True, help_text="El momento pedido; null si es ahora.")
    publicado_en = serializers.DateTimeField(allow_null=True, help_text="La última publicación de una medición.")
    resumen = Cuentas(help_text="Las cuentas de la portada.")
    objetivos = ObjetivoResumido(many=True, help_text="Cada objetivo con sus indicadores.")
    cobertura = IndicadorResumido(many=True, help_text="Los indicadores de los servicios.")
    hitos = Hito(many=True, help_text="Los pasos de la ruta.")
    alternativas = UnaAlternativa(many=True, help_text="Lo que hace falta para cumplirla mejor.")


class Calculo(serializers.Serializer):
    """Lo que la calculadora recibió y lo que resulta con las fórmulas y los umbrales en vigor."""

    sentido = serializers.ChoiceField(
        [sentido.value for sentido in Sentido], help_text="Hacia dónde debe moverse el valor."
    )
    linea_base = serializers.FloatField(allow_null=True, help_text="El valor de partida que se escribió.")
    logro = serializers.FloatField(allow_null=True, help_text="El logro esperado que se escribió.")
    valor = serializers.FloatField(allow_null=True, help_text="El valor obtenido que se escribió.")
    tipo_i = serializers.FloatField(
        allow_null=True, help_text="Valor frente a logro esperado, en puntos de porcentaje sin acotar."
    )
    tipo_ii = serializers.FloatField(
        allow_null=True, help_text="Parte recorrida entre la línea base y el logro, en puntos de porcentaje."
    )
    semaforo = serializers.ChoiceField(
        [luz.value for luz in Semaforo], help_text="La luz de tipo_i con los umbrales en vigor."
    )
    motivo = RazonDeResultado(allow_null=True, help_text="Por qué falta el valor; null si lo hay.")
    motivo_tipo_ii = RazonDeResultado(allow_null=True, help_text="Por qué falta tipo_ii; null si lo hay.")


class VersionDeLaApi(serializers.Serializer):
    numero = serializers.CharField(help_text="Mayor.menor.parche: solo la mayor deja de admitir lo anterior.")
    fecha = serializers.DateField(help_text="Cuándo empezó a servirse.")
    cambios = serializers.ListField(child=serializers.CharField(), help_text="Qué trajo, en Markdown.")


class DireccionObsoleta(serializers.Serializer):
    direccion = serializers.CharField(help_text="El nombre de la dirección que se va.")
    desde = serializers.DateField(help_text="Desde cuándo se avisa, también en la cabecera Deprecation.")
    hasta = serializers.DateField(help_text="Hasta cuándo se sirve, también en la cabecera Sunset.")
    en_su_lugar = serializers.CharField(help_text="Qué usar en su lugar.")
    razon = serializers.CharField(help_text="Por qué se va.")


class Historial(serializers.Serializer):
    """La historia de la API."""

    version = serializers.CharField(help_text="La versión que contesta.")
    versiones = VersionDeLaApi(many=True, help_text="De la más reciente a la primera.")
    obsoletas = DireccionObsoleta(many=True, help_text="Lo que se dejará de ofrecer; hoy puede no haber nada.")


class EsquemaDeLlave(OpenApiAuthenticationExtension):
    """Cómo se documenta la llave; toda operación la admite y ninguna la exige."""

    target_class = "penitenciaria.api.llaves.PorLlave"
    name = "llave"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Optativa: da un límite propio a quien consulta mucho. La emite la entidad rectora.",
        }
