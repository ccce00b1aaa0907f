"""Fábricas de objetos para las pruebas.

El catálogo se crea directamente; las cifras, siempre por los verbos y con dos personas, como las crea el portal. Los
datos reales no salen de aquí sino de la fixture ``politica_cargada``.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import factory
from django.contrib.auth.models import Group, User

from indicadores import acciones
from indicadores.calculo.tipos import Periodo
from indicadores.models import Ambito, Fuente, Indicador, LineaBase, LogroEsperado, Medicion
from indicadores.permisos import Rol, asegurar_grupos
from objetivos.models import Entidad, Lineamiento, Norma, ObjetivoPrioritario, Politica
from servicios.models import Servicio

#: Cuándo ocurren las pruebas, salvo que digan otra cosa: mediodía en Lima del 15 de junio de 2022.
AHORA = datetime(2022, 6, 15, 17, 0, tzinfo=UTC)
HOY = date(2022, 6, 15)
CLAVE = "clave-de-prueba-1234"
_numeros = count(1)


def minuto(n: float) -> datetime:
    """``AHORA`` más ``n`` minutos."""
    return AHORA + timedelta(minutes=n)


class EntidadFactory(factory.django.DjangoModelFactory[Entidad]):
    class Meta:
        model = Entidad

    sigla = factory.Sequence(lambda n: f"ENT{n}")
    nombre = factory.Sequence(lambda n: f"Entidad de prueba {n}")


class NormaFactory(factory.django.DjangoModelFactory[Norma]):
    class Meta:
        model = Norma

    codigo = factory.Sequence(lambda n: f"ds-{n}")
    tipo = "Decreto Supremo"
    numero = factory.Sequence(lambda n: f"N° {n}-2020-JUS")


class FuenteFactory(factory.django.DjangoModelFactory[Fuente]):
    class Meta:
        model = Fuente

    codigo = factory.Sequence(lambda n: f"fuente-{n}")
    nombre = factory.Sequence(lambda n: f"Informe de prueba {n}")
    tipo = Fuente.Tipo.ESTADISTICA
    url = "https://ejemplo.pe/informe"


class PoliticaFactory(factory.django.DjangoModelFactory[Politica]):
    """La política; hay una sola, así que la segunda vez devuelve la misma."""

    class Meta:
        model = Politica
        django_get_or_create = ("codigo",)

    codigo = "PRUEBA"
    nombre = "Política de prueba"
    anio_inicio = 2020
    anio_fin = 2030
    norma = factory.SubFactory(NormaFactory)
    rectora = factory.SubFactory(EntidadFactory)


class ObjetivoFactory(factory.django.DjangoModelFactory[ObjetivoPrioritario]):
    class Meta:
        model = ObjetivoPrioritario

    politica = factory.SubFactory(PoliticaFactory)
    codigo = factory.Sequence(lambda n: f"OX.{n:03}")
    nombre = factory.Sequence(lambda n: f"Objetivo de prueba {n}")


class LineamientoFactory(factory.django.DjangoModelFactory[Lineamiento]):
    class Meta:
        model = Lineamiento

    objetivo = factory.SubFactory(ObjetivoFactory)
    codigo = factory.Sequence(lambda n: f"LX.{n:03}")
    nombre = factory.Sequence(lambda n: f"Lineamiento de prueba {n}")


class ServicioFactory(factory.django.DjangoModelFactory[Servicio]):
    class Meta:
        model = Servicio

    objetivo = factory.SubFactory(ObjetivoFactory)
    codigo = factory.LazyAttributeSequence(lambda o, n: f"{o.objetivo.codigo}-S{n}")
    nombre = factory.Sequence(lambda n: f"Servicio de prueba {n}")
    nombre_corto = factory.Sequence(lambda n: f"Servicio {n}")


class AmbitoFactory(factory.django.DjangoModelFactory[Ambito]):
    """El ámbito nacional; hay uno solo, así que la segunda vez devuelve el mismo."""

    class Meta:
        model = Ambito
        django_get_or_create = ("codigo",)

    codigo = Ambito.NACIONAL
    nombre = "Perú"
    nivel = Ambito.Nivel.NACIONAL


class OficinaFactory(factory.django.DjangoModelFactory[Ambito]):
    class Meta:
        model = Ambito

    codigo = factory.Sequence(lambda n: f"OX-{n}")
    nombre = factory.Sequence(lambda n: f"Oficina de prueba {n}")
    nivel = Ambito.Nivel.OFICINA_REGIONAL
    padre = factory.SubFactory(AmbitoFactory)


class EstablecimientoFactory(factory.django.DjangoModelFactory[Ambito]):
    class Meta:
        model = Ambito

    codigo = factory.Sequence(lambda n: f"EX-{n}")
    nombre = factory.Sequence(lambda n: f"E.P. de prueba {n}")
    nivel = Ambito.Nivel.ESTABLECIMIENTO
    padre = factory.SubFactory(OficinaFactory)
    departamento = "Lima"
    ubigeo = "15"
    capacidad = 100


class IndicadorFactory(factory.django.DjangoModelFactory[Indicador]):
    """Un indicador de objetivo: porcentaje ascendente, cuyo denominador cuenta personas."""

    class Meta:
        model = Indicador

    objetivo = factory.SubFactory(ObjetivoFactory)
    codigo = factory.Sequence(lambda n: f"IX-{n:05}")
    nombre = factory.Sequence(lambda n: f"Porcentaje de prueba {n}")
    nombre_corto = factory.Sequence(lambda n: f"Prueba {n}")
    unidad = Indicador.Unidad.PORCENTAJE
    simbolo = "%"
    sentido = Indicador.Sentido.ASCENDENTE


class IndicadorDeServicioFactory(IndicadorFactory):
    """Un indicador de servicio: una cantidad que no cuenta personas privadas de libertad."""

    objetivo = None
    servicio = factory.SubFactory(ServicioFactory)
    nombre = factory.Sequence(lambda n: f"Número de prueba {n}")
    unidad = Indicador.Unidad.NUMERO
    simbolo = "centros"
    decimales = 0
    cuenta_personas = False


def arbol(*penales_por_oficina: int) -> tuple[Ambito, list[Ambito], list[Ambito]]:
    """El país, tantas oficinas como números, y sus establecimientos: ``arbol(2, 1)``, dos oficinas, tres penales."""
    pais = AmbitoFactory()
    oficinas = [OficinaFactory(padre=pais) for _ in penales_por_oficina]
    penales = [
        EstablecimientoFactory(padre=oficina)
        for oficina, cuantos in zip(oficinas, penales_por_oficina, strict=True)
        for _ in range(cuantos)
    ]
    return pais, oficinas, penales


def persona(*roles: Rol, usuario: str = "", superusuario: bool = False) -> User:
    """Una cuenta activa del personal, con clave ``CLAVE``, en los grupos de ``roles``."""
    asegurar_grupos()
    cuenta = User.objects.create_user(
        username=usuario or f"persona-{next(_numeros)}", password=CLAVE, is_staff=True, is_superuser=superusuario
    )
    cuenta.groups.set(Group.objects.filter(name__in=[rol.value for rol in roles]))
    return cuenta


def borrador(**datos: Any) -> Medicion:
    """Un borrador con fuente, de un indicador nuevo si no se da otro; admite los argumentos de ``registrar``."""
    AmbitoFactory()
    con_valor = {} if "motivo_ausencia" in datos else {"valor": Decimal(40)}
    omisiones: dict[str, Any] = {"periodo": "2020", "valor": None, "ahora": AHORA} | con_valor
    datos = omisiones | datos
    for campo, fabrica in (
        ("por", lambda: persona(Rol.ANALISTA)),
        ("indicador", IndicadorFactory),
        ("fuente", FuenteFactory),
    ):
        datos[campo] = datos[campo] if campo in datos else fabrica()
    return acciones.registrar(**datos)


def en_revision(**datos: Any) -> Medicion:
    """Una medición enviada por quien la registró."""
    medicion = borrador(**datos)
    return acciones.enviar(medicion, por=medicion.registrada_por, ahora=medicion.registrada_en)


def publicada(*, revisor: User | None = None, **datos: Any) -> Medicion:
    """Una medición publicada: la registra y envía ``por`` y la publica ``revisor`` (otras dos cuentas, si faltan)."""
    medicion = en_revision(**datos)
    return acciones.publicar(medicion, por=revisor or persona(Rol.REVISOR), ahora=medicion.registrada_en)


def corregida(
    medicion: Medicion,
    *,
    por: User | None = None,
    revisor: User | None = None,
    ahora: datetime | None = None,
    **datos: Any,
) -> Medicion:
    """La versión siguiente de ``medicion``, ya publicada; ``medicion`` queda sustituida en la base."""
    por, momento = por or persona(Rol.ANALISTA), ahora or minuto(1)
    argumentos = {"valor": medicion.valor, "motivo": "Se corrige una errata"} | datos
    nueva = acciones.corregir(medicion, por=por, ahora=momento, **argumentos)
    acciones.enviar(nueva, por=por, ahora=momento)
    return acciones.publicar(nueva, por=revisor or persona(Rol.REVISOR), ahora=momento)


def en_etapa(etapa: str, **datos: Any) -> Medicion:
    """Una medición llevada hasta ``etapa`` por los verbos, como está en la base."""
    Etapa, revisor = Medicion.Etapa, persona(Rol.REVISOR)
    if etapa in {Etapa.BORRADOR, Etapa.DESCARTADA}:
        medicion = borrador(**datos)
        if etapa == Etapa.DESCARTADA:
            acciones.descartar(medicion, por=medicion.registrada_por, ahora=minuto(1))
    elif etapa in {Etapa.EN_REVISION, Etapa.OBSERVADA}:
        medicion = en_revision(**datos)
        if etapa == Etapa.OBSERVADA:
            acciones.observar(medicion, por=revisor, motivo="Falta la fuente", ahora=minuto(1))
    else:
        medicion = publicada(revisor=revisor, **datos)
        if etapa == Etapa.SUSTITUIDA:
            corregida(medicion, valor=medicion.valor)
        elif etapa == Etapa.RETIRADA:
            acciones.retirar(medicion, por=revisor, motivo="Se publicó por error", ahora=minuto(1))
    return Medicion.objects.get(pk=medicion.pk)


def linea_base(indicador: Indicador, valor: Any = None, *, anio: int = 2019, **datos: Any) -> LineaBase:
    """La línea base fijada por una persona administradora; sin valor, con su motivo."""
    return acciones.fijar_linea_base(indicador=indicador, **_fijar(valor, anio, datos))


def logro(indicador: Indicador, valor: Any = None, *, anio: int = 2021, **datos: Any) -> LogroEsperado:
    """El logro esperado fijado por una persona administradora; sin valor, con su motivo."""
    return acciones.fijar_logro(indicador=indicador, **_fijar(valor, anio, datos))


def _fijar(valor: Any, anio: int, datos: dict[str, Any]) -> dict[str, Any]:
    omisiones = {"motivo": "Se fija por primera vez", "ahora": AHORA, "valor": valor, "anio": anio}
    omisiones["motivo_ausencia"] = "no_consta" if valor is None else ""
    completos = omisiones | datos
    return completos if "por" in completos else completos | {"por": persona(Rol.ADMINISTRADOR)}


def fila(indicador: Indicador, periodo: str = "2020", *, etapa: str = "publicada", **datos: Any) -> Medicion:
    """Una medición sin guardar, para ``bulk_create``: lo que hace falta para escribir sin pasar por los verbos.

    Exige ``registrada_por``, ``publicada_por`` (si se publicó) y ``ambito``: quien crea miles los crea una vez.
    """
    lapso = Periodo.leer(periodo)
    publica = etapa in Medicion.ETAPAS_PUBLICAS
    omisiones: dict[str, Any] = {
        "inicio": lapso.inicio,
        "fin": lapso.fin,
        "valor": Decimal(40),
        "registrada_en": AHORA,
        "publicada_en": AHORA if publica else None,
        "sustituida_en": minuto(1) if publica and etapa != "publicada" else None,
    }
    if not publica:
        datos.pop("publicada_por", None)
    return Medicion(indicador=indicador, periodo=lapso.texto, etapa=etapa, **(omisiones | datos))
