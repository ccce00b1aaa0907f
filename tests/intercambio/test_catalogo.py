"""El catálogo va y vuelve: lo descargado y subido no cambia nada; lo que se llena se compara y se aplica entero."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from indicadores.acciones.catalogo import actualizar_ficha, aplicar_cambios, version_de
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, PermisoDenegado
from indicadores.intercambio.catalogo_comparacion import cambios_de, clasificar, comparar
from indicadores.intercambio.catalogo_libro import escribir_libro, leer
from indicadores.intercambio.tipos import ArchivoIlegible, Diferencia, Tipo, manejador_de
from indicadores.models import Indicador, LineaBase, LogroEsperado, Lote
from indicadores.permisos import Rol
from objetivos.models import Lineamiento
from servicios.models import Servicio
from tests import fabricas

AHORA, LUEGO = fabricas.AHORA, fabricas.minuto(10)


def abierto(libro: bytes) -> Workbook:
    return load_workbook(BytesIO(libro))


def guardado(libro: Workbook) -> BytesIO:
    salida = BytesIO()
    libro.save(salida)
    salida.seek(0)
    return salida


def lugar(hoja: Any, codigo: str, rotulo: str) -> str:
    """La celda de ese código y esa columna."""
    columna = next(celda.column for celda in hoja[1] if celda.value == rotulo)
    fila = next(celda.row for celda in hoja["A"] if celda.value == codigo)
    return hoja.cell(fila, columna).coordinate


def diferencia(archivo: BytesIO, ahora: Any = AHORA) -> list[Diferencia]:
    return list(comparar(leer(archivo, {}), ahora))


def distintas(archivo: BytesIO, ahora: Any = AHORA) -> list[Diferencia]:
    return [d for d in diferencia(archivo, ahora) if d.tipo is not Tipo.IGUAL]


@pytest.fixture
def admin(db: None) -> User:
    return fabricas.persona(Rol.ADMINISTRADOR, usuario="aldo")


@pytest.fixture
def indicador(db: None) -> Indicador:
    fabricas.PoliticaFactory()
    indicador = fabricas.IndicadorFactory(justificacion="Porque sí")
    fabricas.linea_base(indicador, Decimal("37.5"), anio=2019)
    fabricas.logro(indicador, 30, anio=2024)
    fabricas.logro(indicador, anio=2025)
    return indicador


def test_los_datos_reales_van_y_vuelven_iguales(politica_cargada: Any) -> None:
    ahora = timezone.now()
    todas = diferencia(BytesIO(escribir_libro(ahora)), ahora)
    assert len(todas) > 100
    assert [d for d in todas if d.tipo is not Tipo.IGUAL or d.mensaje] == []


def test_las_consultas_no_crecen_con_el_catalogo(indicador: Indicador) -> None:
    def consultas() -> int:
        libro = BytesIO(escribir_libro(AHORA))
        with CaptureQueriesContext(
            connection,
        ) as anotadas:
            diferencia(libro)
        return len(anotadas)

    pocas = consultas()
    for n in range(5):
        otro = fabricas.IndicadorDeServicioFactory()
        fabricas.linea_base(otro, 3)
        fabricas.logro(otro, 4, anio=2021 + n)
    assert consultas() == pocas


def test_lo_lleno_se_compara_y_se_aplica_entero(indicador: Indicador, admin: User) -> None:
    objetivo, norma, codigo = indicador.objetivo, fabricas.NormaFactory(), indicador.codigo
    fuente = fabricas.FuenteFactory()
    libro = abierto(escribir_libro(AHORA))
    logros, bases, fichas = libro["logros esperados"], libro["líneas base"], libro["fichas"]
    logros[lugar(logros, codigo, "2024")] = "28,5"
    logros[lugar(logros, codigo, "2026")] = 25
    logros[lugar(logros, codigo, "2027")] = "todavía no se ha medido"
    bases[lugar(bases, codigo, "valor")] = None
    bases[lugar(bases, codigo, "motivo de la ausencia")] = "no_medido"
    bases[lugar(bases, codigo, "fuente")] = fuente.codigo
    fichas[lugar(fichas, codigo, "justificación")] = "=SUMA(1)\nNueva"
    fichas[lugar(fichas, codigo, "justificación")].data_type = "s"
    libro["lineamientos"].append(["L.01", objetivo.codigo, "Primer lineamiento", norma.codigo])
    servicio = {"código": "S.01", "objetivo prioritario": objetivo.codigo, "nombre": "Servicio", "nombre corto": "S"}
    rotulos = [celda.value for celda in libro["servicios"][1]]
    libro["servicios"].append([(servicio | {"lineamiento": "L.01"}).get(rotulo) for rotulo in rotulos])
    nuevo = {"código": "I.01", "servicio": "S.01", "unidad de medida": "cantidad", "nombre": "N", "nombre corto": "N"}
    fichas.append([nuevo.get(celda.value) for celda in fichas[1]])
    for hoja in ("lineamientos", "servicios", "fichas"):
        compactar(libro[hoja])
    logros.append(["I.01", None, None, *[None] * 10, "1.234"])
    halladas = distintas(guardado(libro))
    assert {d.tipo for d in halladas} == {Tipo.NUEVA, Tipo.CAMBIADA}, [d for d in halladas if d.tipo is Tipo.ERROR]
    cambiada = next(d for d in halladas if d.titulo == f"{codigo}: 2024")
    assert (cambiada.antes, cambiada.despues, cambiada.celda) == ({"2024": "30"}, {"2024": "28,5"}, "H2")

    hechos = aplicar_cambios(cambios_de(halladas, AHORA), por=admin, motivo="Sale el PEM", norma=norma, ahora=LUEGO)
    assert hechos == 9
    vigente = LogroEsperado.objects.get(indicador=indicador, anio=2024, sustituida_en=None)
    assert (vigente.valor, vigente.version, vigente.norma, vigente.motivo_cambio) == (
        Decimal("28.5"),
        2,
        norma,
        "Sale el PEM",
    )
    base = LineaBase.objects.get(indicador=indicador, sustituida_en=None)
    assert (base.valor, base.motivo_ausencia, base.anio, base.fuente) == (None, "no_medido", 2019, fuente)
    agregado = Indicador.objects.get(codigo="I.01")
    assert agregado.servicio.lineamiento == Lineamiento.objects.get(codigo="L.01", norma=norma)
    assert agregado.logros_esperados.get().valor == 1234
    indicador.refresh_from_db()
    assert indicador.justificacion == "=SUMA(1)\nNueva"
    ultima = indicador.history.latest("history_id")
    assert ultima.history_change_reason == f"Sale el PEM ({norma})"
    assert (ultima.history_user, ultima.history_date) == (admin, LUEGO)
    assert distintas(BytesIO(escribir_libro(LUEGO)), LUEGO) == []


def compactar(hoja: Any) -> None:
    """Las filas agregadas con ``append`` van tras las protegidas en blanco: se suben a la primera libre."""
    ultima = next(hoja.iter_rows(min_row=hoja.max_row, values_only=True))
    libre = next(celda.row for celda in hoja["A"] if celda.value is None)
    for columna, valor in enumerate(ultima, 1):
        hoja.cell(libre, columna).value = valor
    hoja.delete_rows(hoja.max_row)


@pytest.mark.parametrize(
    ("hoja", "rotulo", "valor", "frase"),
    [
        ("logros esperados", "2024", "treinta", "no es un número ni un motivo"),
        ("logros esperados", "2024", "1.234", "ambiguo"),
        ("logros esperados", "2024", 101, "pasa de 100 %"),
        ("logros esperados", "2024", None, "una celda vacía no lo retira"),
        ("logros esperados", "2024", "=1+1", "tiene una fórmula"),
        ("líneas base", "año", None, "una celda vacía no lo retira"),
        ("líneas base", "año", 1900, "entre 1990 y 2100"),
        ("líneas base", "valor", None, "elija el motivo"),
        ("líneas base", "fuente", "inventada", "No hay fuente con el código"),
        ("líneas base", "fecha de compromiso", "mañana", "no es una fecha"),
        ("fichas", "sentido esperado", "hacia arriba", "se esperaba ascendente"),
        ("fichas", "cuenta personas", "quizá", "se esperaba «sí» o «no»"),
        ("fichas", "unidad de medida", "ratio", "no se cambia"),
        ("fichas", "decimales que se muestran", "muchos", "no es un número"),
        ("fichas", "decimales que se muestran", 9, "menor o igual a 4"),
        ("fichas", "días de plazo", 30, "El plazo se da completo"),
        ("fichas", "nombre", None, "no puede estar vacío"),
    ],
)
def test_cada_error_dice_su_celda(indicador: Indicador, hoja: str, rotulo: str, valor: Any, frase: str) -> None:
    libro = abierto(escribir_libro(AHORA))
    celda = lugar(libro[hoja], indicador.codigo, rotulo)
    libro[hoja][celda] = valor
    [error] = [d for d in diferencia(guardado(libro)) if d.tipo is Tipo.ERROR]
    assert frase in error.mensaje
    assert (error.hoja, error.celda) == (hoja, celda)


def test_las_filas_y_columnas_que_no_se_entienden(indicador: Indicador) -> None:
    libro = abierto(escribir_libro(AHORA))
    hoja = libro["logros esperados"]
    hoja.append(["NO-EXISTE", None, None, 5])
    hoja.append([indicador.codigo, None, None, 5])
    hoja.append([None, None, None, 5])
    hoja["O1"], hoja["P1"] = 2024, "otra"
    hoja["G2"].number_format = "0%"
    hoja["G2"] = 0.3
    mensajes = " ".join(d.mensaje for d in diferencia(guardado(libro)) if d.tipo is Tipo.ERROR)
    for frase in ("No hay un indicador", "ya está en la fila 2", "Falta el código", "repetida", "No se conoce", "0,3"):
        assert frase in mensajes
    hoja["A1"] = "otra cosa"
    assert any("Falta la columna «código»" in d.mensaje for d in diferencia(guardado(libro)))


def test_un_libro_que_no_es_del_portal_se_explica(indicador: Indicador) -> None:
    libro = abierto(escribir_libro(AHORA))
    del libro["versiones"]
    with pytest.raises(ArchivoIlegible, match="hoja oculta «versiones»"):
        diferencia(guardado(libro))
    vacio = Workbook()
    vacio.create_sheet("versiones")
    with pytest.raises(ArchivoIlegible, match="ninguna de las hojas"):
        diferencia(guardado(vacio))
    with pytest.raises(ArchivoIlegible):
        diferencia(BytesIO(b"hola"))
    roto = abierto(escribir_libro(AHORA))
    roto["versiones"]["D2"] = "x"
    with pytest.raises(ArchivoIlegible, match="dañado"):
        diferencia(guardado(roto))


def test_clasificar_es_una_fusion_de_tres() -> None:
    casos = {
        ("a", "a", "a"): Tipo.IGUAL,
        ("a", "a", "b"): Tipo.CAMBIADA,
        ("", "", "b"): Tipo.NUEVA,
        ("a", "c", "a"): Tipo.IGUAL,
        ("a", "c", "c"): Tipo.IGUAL,
        ("a", "c", "b"): Tipo.CONFLICTO,
        ("", "c", "b"): Tipo.CONFLICTO,
    }
    assert {caso: clasificar(*caso) for caso in casos} == casos


def test_lo_que_cambio_entretanto_es_un_conflicto_y_lo_no_tocado_se_conserva(indicador: Indicador, admin: User) -> None:
    codigo, libro = indicador.codigo, abierto(escribir_libro(AHORA))
    fabricas.logro(indicador, 29, anio=2024, ahora=LUEGO)
    fabricas.logro(indicador, 20, anio=2026, ahora=LUEGO)
    fabricas.logro(indicador, 19, anio=2027, ahora=LUEGO)
    fabricas.linea_base(indicador, 36, anio=2018, ahora=LUEGO)
    actualizar_ficha(
        indicador, por=admin, campos={"justificacion": "Otra", "supuestos": "S"}, motivo="Se precisa", ahora=LUEGO
    )
    logros, bases, fichas = libro["logros esperados"], libro["líneas base"], libro["fichas"]
    logros[lugar(logros, codigo, "2024")] = 28
    logros[lugar(logros, codigo, "2026")] = 21
    bases[lugar(bases, codigo, "valor")] = 35
    fichas[lugar(fichas, codigo, "justificación")] = "Mía"
    fichas[lugar(fichas, codigo, "limitaciones")] = "Una"
    ahora = LUEGO + timedelta(minutes=1)
    todas = diferencia(guardado(libro), ahora)
    halladas = {
        d.titulo.split(": ")[1]: (d.tipo, *d.antes.values(), *d.despues.values())
        for d in todas
        if d.tipo is not Tipo.IGUAL
    }
    assert halladas == {
        "2024": (Tipo.CONFLICTO, "29", "28"),
        "2026": (Tipo.CONFLICTO, "20", "21"),
        "valor": (Tipo.CONFLICTO, "36", "35"),
        "justificación": (Tipo.CONFLICTO, "Otra", "Mía"),
        "limitaciones": (Tipo.NUEVA, "", "Una"),
    }
    conservadas = {d.titulo.split(": ")[1] for d in todas if d.tipo is Tipo.IGUAL and d.mensaje}
    assert conservadas == {"2027", "año", "supuestos"}


def test_lo_que_cambia_tras_comparar_no_se_aplica(indicador: Indicador, admin: User) -> None:
    libro = abierto(escribir_libro(AHORA))
    hoja = libro["logros esperados"]
    hoja[lugar(hoja, indicador.codigo, "2024")] = 28
    halladas = distintas(guardado(libro))
    fabricas.logro(indicador, 29, anio=2024, ahora=LUEGO)
    with pytest.raises(ConflictoDeEdicion, match="Compare otra vez"):
        cambios_de(halladas, LUEGO)


def test_o_todo_o_nada(indicador: Indicador, admin: User) -> None:
    """El último cambio choca: los anteriores se deshacen y el mensaje dice cuál fue."""
    libro = abierto(escribir_libro(AHORA))
    hoja = libro["logros esperados"]
    hoja[lugar(hoja, indicador.codigo, "2026")] = 28
    hoja[lugar(hoja, indicador.codigo, "2027")] = 27
    cambios = cambios_de(distintas(guardado(libro)), AHORA)
    fabricas.logro(indicador, 20, anio=2027, ahora=AHORA)
    with pytest.raises(ConflictoDeEdicion, match=f"logro esperado 2027 de {indicador.codigo}: Mientras usted"):
        aplicar_cambios(cambios, por=admin, motivo="Norma", ahora=LUEGO)
    assert not LogroEsperado.objects.filter(anio=2026).exists()


def test_los_verbos_piden_permiso_razon_y_version(indicador: Indicador, admin: User) -> None:
    analista, version = fabricas.persona(Rol.ANALISTA), version_de(indicador)
    with pytest.raises(PermisoDenegado):
        actualizar_ficha(indicador, por=analista, campos={"notas": "x"}, motivo="y")
    with pytest.raises(PermisoDenegado):
        aplicar_cambios([], por=analista, motivo="y")
    with pytest.raises(DatoInvalido, match="Escriba el motivo"):
        actualizar_ficha(indicador, por=admin, campos={"notas": "x"}, motivo=" ")
    with pytest.raises(DatoInvalido, match="No se cambia por esta vía: codigo"):
        actualizar_ficha(indicador, por=admin, campos={"codigo": "x"}, motivo="y")
    with pytest.raises(DatoInvalido, match="relevancia"):
        actualizar_ficha(indicador, por=admin, campos={"relevancia": 7}, motivo="y")
    actualizar_ficha(indicador, por=admin, campos={"notas": "x"}, motivo="y", version_base=version)
    with pytest.raises(ConflictoDeEdicion):
        actualizar_ficha(indicador, por=admin, campos={"notas": "z"}, motivo="y", version_base=version)
    assert Indicador.objects.get(pk=indicador.pk).notas == "x"
    servicio = fabricas.ServicioFactory()
    larga = "Porque lo dispone el dispositivo que aprueba el Plan Estratégico Multisectorial, en su tercer anexo. " * 3
    assert actualizar_ficha(servicio, por=admin, campos={"cobertura": "Lima"}, motivo=larga).cobertura == "Lima"
    assert Servicio.history.latest("history_id").history_change_reason == larga.strip()


def test_el_lote_se_aplica_con_su_razon_y_su_norma(indicador: Indicador, admin: User) -> None:
    norma, libro = fabricas.NormaFactory(), abierto(escribir_libro(AHORA))
    hoja = libro["logros esperados"]
    hoja[lugar(hoja, indicador.codigo, "2024")] = 28
    manejador = manejador_de(Lote.Clase.CATALOGO)
    lote = Lote(clase=Lote.Clase.CATALOGO, aplicado_por=admin, motivo="Sale el PEM")
    lote.opciones = {"confirmacion": {"norma": norma.pk}}
    halladas = list(manejador.comparar(lote, manejador.leer(guardado(libro), {}), AHORA))
    assert (manejador.se_deshace, manejador.pide_norma) == (False, True)
    assert manejador.aplicar(lote, halladas, LUEGO) == 1
    fijado = LogroEsperado.objects.get(anio=2024, sustituida_en=None)
    assert (fijado.valor, fijado.norma, fijado.motivo_cambio) == (28, norma, "Sale el PEM")
    lote.opciones = {"confirmacion": {"norma": norma.pk + 1}}
    with pytest.raises(DatoInvalido, match="La norma elegida ya no está"):
        manejador.aplicar(lote, halladas, LUEGO)
    lote.opciones = {}
    with pytest.raises(ConflictoDeEdicion):
        manejador.aplicar(lote, halladas, LUEGO)
