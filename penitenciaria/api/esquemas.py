"""La forma de las respuestas que reúnen varias aplicaciones; solo documenta (véase ``indicadores.api.esquemas``)."""

from rest_framework import serializers

from indicadores.api.esquemas import Avance, AvanceDeObjetivo, EnlaceAPagina, RazonDeResultado
from indicadores.calculo.tipos import EstadoIndicador, Movimiento, Semaforo, Sentido
from objetivos.models import Alternativa, AvanceNarrativo

FECHA = "ISO 8601, hasta donde se conoce: 2021-05-14, 2021-05 o 2021."


class Raiz(serializers.Serializer):
    """La dirección de cada recurso."""

    politica = serializers.URLField()
    objetivos = serializers.URLField()
    lineamientos = serializers.URLField()
    indicadores = serializers.URLField()
    mediciones = serializers.URLField()
    servicios = serializers.URLField()
    entidades = serializers.URLField()
    ambitos = serializers.URLField()
    avance = serializers.URLField()
    calcular = serializers.URLField()
    esquema = serializers.URLField()
    docs = serializers.URLField()


class Horizonte(serializers.Serializer):
    inicio = serializers.IntegerField(help_text="Primer año.")
    fin = serializers.IntegerField(help_text="Último año.")


class Rectora(serializers.Serializer):
    sigla = serializers.CharField()
    nombre = serializers.CharField()


class Hito(serializers.Serializer):
    """Un paso de la ruta, conocido al corte."""

    orden = serializers.IntegerField()
    titulo = serializers.CharField()
    descripcion = serializers.CharField(allow_null=True)
    fecha = serializers.CharField(allow_null=True, help_text=FECHA)
    cumplido = serializers.BooleanField(help_text="Si ya estaba dado al corte.")
    norma = serializers.CharField(allow_null=True, help_text="Código de la norma.")


class Norma(serializers.Serializer):
    """Un dispositivo que ya existía al corte."""

    codigo = serializers.CharField()
    tipo = serializers.CharField()
    numero = serializers.CharField()
    titulo = serializers.CharField(allow_null=True)
    fecha = serializers.CharField(allow_null=True, help_text=FECHA)
    url = serializers.URLField(allow_null=True)
    notas = serializers.CharField(allow_null=True)


class UnaAlternativa(serializers.Serializer):
    """Algo que hace falta para que la política se cumpla mejor."""

    orden = serializers.IntegerField()
    titulo = serializers.CharField()
    texto = serializers.CharField()
    estado = serializers.ChoiceField(Alternativa.Estado.values, help_text="Como se conocía al corte.")
    fecha = serializers.CharField(allow_null=True, help_text=FECHA)
    norma = serializers.CharField(allow_null=True, help_text="Código de la norma que la atiende.")


class Narrativa(serializers.Serializer):
    """El relato de un año, escrito por una persona."""

    anio = serializers.IntegerField()
    objetivo = serializers.CharField(allow_null=True, help_text="Código del objetivo; null en el resultado general.")
    seccion = serializers.ChoiceField(AvanceNarrativo.Seccion.values)
    texto = serializers.CharField()


class Umbrales(serializers.Serializer):
    """Desde qué avance, en puntos de porcentaje, se enciende cada luz."""

    verde = serializers.FloatField()
    amarillo = serializers.FloatField()


class UnaPolitica(serializers.Serializer):
    """La política que el portal sigue."""

    codigo = serializers.CharField()
    nombre = serializers.CharField()
    problema_publico = serializers.CharField(allow_null=True)
    situacion_deseada = serializers.CharField(allow_null=True)
    horizonte = Horizonte()
    rectora = Rectora()
    organo_responsable = serializers.CharField(allow_null=True)
    norma = serializers.CharField(help_text="Código de la norma que la aprueba.")
    umbrales = Umbrales()
    objetivos = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus objetivos.")
    hitos = Hito(many=True)
    normas = Norma(many=True)
    alternativas = UnaAlternativa(many=True)
    narrativa = Narrativa(many=True)
    enlaces = EnlaceAPagina()


class IndicadorResumido(serializers.Serializer):
    codigo = serializers.CharField()
    nombre = serializers.CharField()
    estado = serializers.ChoiceField([estado.value for estado in EstadoIndicador])
    movimiento = serializers.ChoiceField(
        [movimiento.value for movimiento in Movimiento], help_text="Qué hizo el último valor frente a su referencia."
    )
    se_repite = serializers.BooleanField(help_text="El último valor es idéntico al anterior.")
    avance = Avance()
    ultimo_avance = Avance(allow_null=True)


class ObjetivoResumido(serializers.Serializer):
    codigo = serializers.CharField()
    nombre = serializers.CharField()
    priorizado = serializers.BooleanField()
    con_medicion = serializers.IntegerField(help_text="Cuántos de sus indicadores se han medido alguna vez.")
    avance = AvanceDeObjetivo()
    indicadores = IndicadorResumido(many=True)


class Luces(serializers.Serializer):
    verde = serializers.IntegerField()
    amarillo = serializers.IntegerField()
    rojo = serializers.IntegerField()
    sin_datos = serializers.IntegerField()


class Movimientos(serializers.Serializer):
    mejora = serializers.IntegerField()
    sin_cambio = serializers.IntegerField()
    retrocede = serializers.IntegerField()
    desconocido = serializers.IntegerField()


class Cuentas(serializers.Serializer):
    """Las cuentas de la portada, sobre los indicadores de los objetivos."""

    total = serializers.IntegerField()
    con_medicion = serializers.IntegerField()
    sin_medicion = serializers.IntegerField()
    luces = Luces()
    parciales = serializers.IntegerField(help_text="Cuántos avances son de una parte del año.")
    movimientos = Movimientos()
    se_repiten = serializers.IntegerField()
    fin_mas_reciente = serializers.DateField(allow_null=True)
    periodo_mas_reciente = serializers.CharField(allow_null=True)


class Resumen(serializers.Serializer):
    """La política entera a un corte, como en la portada."""

    corte = serializers.DateField()
    a_la_fecha = serializers.DateTimeField(allow_null=True, help_text="El momento pedido; null si es ahora.")
    publicado_en = serializers.DateTimeField(allow_null=True, help_text="La última publicación de una medición.")
    resumen = Cuentas()
    objetivos = ObjetivoResumido(many=True)
    cobertura = IndicadorResumido(many=True, help_text="Los indicadores de los servicios.")
    hitos = Hito(many=True)
    alternativas = UnaAlternativa(many=True)


class Calculo(serializers.Serializer):
    """Lo que la calculadora recibió y lo que resulta con las fórmulas y los umbrales en vigor."""

    sentido = serializers.ChoiceField([sentido.value for sentido in Sentido])
    linea_base = serializers.FloatField(allow_null=True)
    logro = serializers.FloatField(allow_null=True)
    valor = serializers.FloatField(allow_null=True)
    tipo_i = serializers.FloatField(allow_null=True)
    tipo_ii = serializers.FloatField(allow_null=True)
    semaforo = serializers.ChoiceField([luz.value for luz in Semaforo])
    motivo = RazonDeResultado(allow_null=True)
    motivo_tipo_ii = RazonDeResultado(allow_null=True)
