"""La forma de cada respuesta, solo para documentarla: una prueba compara las respuestas reales con este esquema.

No convierten nada; de eso se ocupa ``a_json``. Todos los campos están siempre presentes.
"""

from rest_framework import serializers

from indicadores.calculo.tipos import EstadoIndicador, Motivo, Semaforo, Sentido
from indicadores.models import Ambito as ModeloAmbito
from indicadores.models import Indicador as ModeloIndicador
from indicadores.models import Medicion as ModeloMedicion

MOTIVOS = [motivo.value for motivo in Motivo]
ANIO = "Año."


class Problema(serializers.Serializer):
    """Un error, según RFC 9457."""

    type = serializers.CharField(help_text="«about:blank»: el título basta para saber qué clase de error es.")
    title = serializers.CharField(help_text="La clase de error.")
    status = serializers.IntegerField(help_text="El código HTTP.")
    detail = serializers.CharField(help_text="Qué pasó, en una frase.")
    instance = serializers.CharField(help_text="La ruta que se pidió.")
    parametro = serializers.CharField(required=False, help_text="El parámetro culpable, si es uno.")
    incidente = serializers.CharField(
        required=False, help_text="En un fallo del servidor, el código con que se encuentra en sus registros."
    )


class RazonDeResultado(serializers.Serializer):
    """Por qué un resultado no está definido."""

    codigo = serializers.ChoiceField(MOTIVOS, help_text="Código de la razón.")
    texto = serializers.CharField(help_text="La razón, en palabras.")


class RazonDeAusencia(RazonDeResultado):
    """Por qué falta un dato."""

    fecha_compromiso = serializers.DateField(allow_null=True, help_text="Para cuándo se comprometió alguien a tenerlo.")


class ValorDeUnAnio(serializers.Serializer):
    """Una línea base o un logro esperado: el valor, o por qué falta."""

    anio = serializers.IntegerField(help_text=ANIO)
    valor = serializers.FloatField(allow_null=True, help_text="En la unidad del indicador.")
    motivo = RazonDeAusencia(allow_null=True, help_text="Por qué falta el valor; null si lo hay.")


class Procedencia(serializers.Serializer):
    """De dónde sale una cifra."""

    nombre = serializers.CharField(help_text="Nombre del documento o la publicación.")
    url = serializers.URLField(allow_null=True, help_text="Dirección, si la tiene.")


class EnlacesDeMedicion(serializers.Serializer):
    constancia = serializers.URLField(help_text="La constancia de la publicación: su huella y cómo comprobarla.")


class UltimaMedicion(serializers.Serializer):
    """Una versión publicada de lo que se midió."""

    id = serializers.CharField(help_text="Identificador de la versión.")
    periodo = serializers.CharField(help_text="2021, 2021-S1, 2021-Q1 o 2021-03.")
    fin = serializers.DateField(help_text="Último día del periodo.")
    ambito = serializers.CharField(help_text="Código del ámbito; PE es el país.")
    sexo = serializers.ChoiceField(ModeloMedicion.Sexo.values, help_text="T total, H hombres, M mujeres.")
    valor = serializers.FloatField(allow_null=True, help_text="En la unidad del indicador; null con su motivo.")
    motivo = RazonDeAusencia(allow_null=True, help_text="Por qué falta el valor; null si lo hay.")
    numerador = serializers.IntegerField(
        allow_null=True,
        help_text="Cantidad de arriba de la división, si se conoce; en la unidad que cuenta el indicador.",
    )
    denominador = serializers.IntegerField(allow_null=True, help_text="Cantidad de abajo de la división, si se conoce.")
    caracter = serializers.ChoiceField(
        ModeloMedicion.Caracter.values, help_text="Lo referencial nunca entra en un avance."
    )
    situacion = serializers.ChoiceField(
        ModeloMedicion.Situacion.values, help_text="Si la entidad todavía puede revisar la cifra."
    )
    se_repite = serializers.BooleanField(
        help_text="Es idéntico al valor anterior de su serie: quizá no se midió de nuevo."
    )
    version = serializers.IntegerField(
        min_value=1, help_text="1 la primera vez que se publicó; cada corrección suma uno."
    )
    publicada_en = serializers.DateTimeField(help_text="Desde cuándo rige.")
    fuente = Procedencia(allow_null=True, help_text="De dónde sale la cifra; null si no consta.")
    enlaces = EnlacesDeMedicion(help_text="Direcciones.")


class Medicion(UltimaMedicion):
    """Una versión publicada y el indicador al que pertenece."""

    indicador = serializers.CharField(help_text="Código del indicador.")


class UnaMedicion(Medicion):
    """Una versión publicada, vigente o ya sustituida."""

    sustituida_en = serializers.DateTimeField(allow_null=True, help_text="Desde cuándo dejó de regir; null si rige.")


class Avance(serializers.Serializer):
    """El avance de un indicador en un año, en puntos de porcentaje (100 = logro esperado), con 2 decimales."""

    anio = serializers.IntegerField(help_text=ANIO)
    tipo_i = serializers.FloatField(allow_null=True, help_text="Valor frente a logro esperado, sin acotar.")
    tipo_ii = serializers.FloatField(allow_null=True, help_text="Parte recorrida entre la línea base y el logro.")
    semaforo = serializers.ChoiceField([luz.value for luz in Semaforo], help_text="Se decide sobre el valor exacto.")
    parcial = serializers.BooleanField(help_text="El dato es de una parte del año.")
    motivo = RazonDeResultado(allow_null=True, help_text="Por qué falta el valor; null si lo hay.")
    motivo_tipo_ii = RazonDeResultado(allow_null=True, help_text="Por qué falta tipo_ii; null si lo hay.")


class FichaTecnica(serializers.Serializer):
    """La ficha técnica; lo que aún no se conoce es null."""

    objeto_medicion = serializers.CharField(allow_null=True, help_text="Qué se mide.")
    justificacion = serializers.CharField(allow_null=True, help_text="Por qué se eligió este indicador.")
    responsable = serializers.CharField(allow_null=True, help_text="Sigla de la entidad.")
    limitaciones = serializers.CharField(allow_null=True, help_text="Qué no permite saber.")
    metodo_calculo = serializers.CharField(allow_null=True, help_text="Cómo se calcula, en palabras.")
    numerador = serializers.CharField(allow_null=True, help_text="Qué se cuenta arriba de la división.")
    denominador = serializers.CharField(allow_null=True, help_text="Qué se cuenta abajo de la división.")
    formula = serializers.CharField(allow_null=True, help_text="La fórmula, como la escribe la fuente.")
    tipo_agregacion = serializers.CharField(allow_null=True, help_text="Cómo se juntan sus valores.")
    supuestos = serializers.CharField(allow_null=True, help_text="Qué se da por sentado.")
    fuente_datos = serializers.CharField(allow_null=True, help_text="De dónde salen los datos.")
    proceso_recoleccion = serializers.CharField(allow_null=True, help_text="Cómo se recogen los datos.")
    relevancia = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        max_value=3,
        help_text="Peso en la media del objetivo, de 1 a 3; null vale como 1.",
    )
    notas = serializers.CharField(allow_null=True, help_text="Aclaraciones para quien lo lee.")


class EnlacesDeIndicador(serializers.Serializer):
    pagina = serializers.URLField(help_text="Su página en el portal.")
    mediciones = serializers.URLField(help_text="Sus mediciones en esta API.")


class EnlaceAPagina(serializers.Serializer):
    pagina = serializers.URLField(help_text="Su página en el portal.")


class Indicador(serializers.Serializer):
    """Un indicador con todo lo que se puede decir de él al corte."""

    codigo = serializers.CharField(help_text="Código del portal.")
    codigo_oficial = serializers.CharField(
        allow_null=True, help_text="Código que le da el documento oficial; null si no consta."
    )
    tipo = serializers.ChoiceField(["objetivo", "servicio"], help_text="De qué mide el logro.")
    nombre = serializers.CharField(help_text="Nombre completo.")
    objetivo = serializers.CharField(allow_null=True, help_text="Código del objetivo, si es de uno.")
    servicio = serializers.CharField(allow_null=True, help_text="Código del servicio, si es de uno.")
    unidad = serializers.ChoiceField(ModeloIndicador.Unidad.values, help_text="En qué unidad se expresa su valor.")
    simbolo = serializers.CharField(allow_blank=True, help_text="Lo que se escribe junto al valor.")
    decimales = serializers.IntegerField(min_value=0, max_value=4, help_text="Cuántos se muestran.")
    sentido = serializers.ChoiceField(
        [sentido.value for sentido in Sentido], help_text="Hacia dónde debe moverse el valor."
    )
    periodicidad = serializers.ChoiceField(
        ModeloIndicador.Periodicidad.values, allow_null=True, help_text="Cada cuánto se mide; null si no consta."
    )
    estado = serializers.ChoiceField([estado.value for estado in EstadoIndicador], help_text="Si alguna vez se midió.")
    linea_base = ValorDeUnAnio(allow_null=True, help_text="La que rige; null si no se ha fijado.")
    logros_esperados = ValorDeUnAnio(many=True, help_text="Los que rigen, por año.")
    ultima_medicion = UltimaMedicion(allow_null=True, help_text="La oficial y nacional más reciente hasta el corte.")
    avance = Avance(help_text="El del año del corte.")
    ultimo_avance = Avance(allow_null=True, help_text="El del último año con valor y logro.")
    ficha = FichaTecnica(help_text="El resto de la ficha técnica.")
    actualizado_en = serializers.DateTimeField(
        allow_null=True, help_text="La publicación más reciente de sus cifras a la vista."
    )
    enlaces = EnlacesDeIndicador(help_text="Direcciones.")


class Ambito(serializers.Serializer):
    """Dónde se mide."""

    codigo = serializers.CharField(help_text="Código; PE es el país.")
    nombre = serializers.CharField(help_text="Nombre.")
    nivel = serializers.ChoiceField(ModeloAmbito.Nivel.values, help_text="País, oficina regional o establecimiento.")
    padre = serializers.CharField(allow_null=True, help_text="Código del ámbito que lo contiene.")
    departamento = serializers.CharField(allow_null=True, help_text="Departamento donde está, si está en uno.")
    ubigeo = serializers.CharField(allow_null=True, help_text="Código INEI del departamento.")
    capacidad = serializers.IntegerField(allow_null=True, help_text="Capacidad de albergue.")


class AvanceDeObjetivo(serializers.Serializer):
    """Media ponderada de los avances acotados de los indicadores que tienen uno en el año."""

    anio = serializers.IntegerField(help_text=ANIO)
    valor = serializers.FloatField(allow_null=True, help_text="Puntos de porcentaje, con 2 decimales.")
    con_dato = serializers.IntegerField(help_text="Cuántos indicadores entran en la media.")
    de = serializers.IntegerField(help_text="Cuántos indicadores tiene el objetivo.")
    parcial = serializers.BooleanField(help_text="Algún dato es de una parte del año.")
    motivo = RazonDeResultado(allow_null=True, help_text="Por qué falta el valor; null si lo hay.")
