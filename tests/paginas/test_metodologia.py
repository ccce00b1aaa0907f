"""La metodología y su calculadora, que dice lo mismo que el núcleo y que la API."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicadores import acciones
from indicadores.calculo.avance import calcular
from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import Motivo, Semaforo, Sentido, Umbrales
from indicadores.formato import PALABRA_DE_SEMAFORO, escribir_editable
from indicadores.frases import porcentaje_de_avance
from indicadores.permisos import Rol
from penitenciaria.calculadora import leer_calculadora
from tests.fabricas import AHORA, persona
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db
RUTA = "/metodologia/"
UMBRALES = Umbrales(verde=Decimal(95), amarillo=Decimal(75))


def resultado(codigo: str) -> str:
    return trozo(codigo, 'id="resultado"', "</form>")


class TestCasosConocidos:
    """Los casos resueltos del dominio."""

    @pytest.mark.parametrize(
        ("sentido", "base", "logro", "valor", "luz", "dichos"),
        [
            ("descendente", "", "30", "35", "en riesgo", ("30 35 × 100 ≈ 85,7 %", "no hay línea base")),
            ("ascendente", "", "35", "33", "en riesgo", ("33 35 × 100 ≈ 94,3 %",)),
            ("ascendente", "", "8", "1,3", "lejos", ("1,3 8 × 100 ≈ 16,3 %",)),
            ("ascendente", "", "15", "11.3", "en riesgo", ("11,3 15 × 100 ≈ 75,3 %",)),
            ("descendente", "37", "30", "35", "en riesgo", ("35 − 37 30 − 37 × 100 ≈ 28,6 %", "De los 7 que separan")),
            ("descendente", "37", "30", "39,18", "en riesgo", ("× 100 ≈ −31,1 %", "se alejó 2,18 de la línea base")),
            ("ascendente", "33", "35", "33", "en riesgo", ("× 100 = 0 %", "no se ha recorrido nada")),
            ("descendente", "37", "30", "0", "cumple", ("llegó a cero", "más que los 7")),
            ("descendente", "37", "30", "30", "cumple", ("= 100 %", "Se recorrió todo el camino", "o por debajo")),
            ("ascendente", "10", "20", "25", "cumple", ("= 125 %", "Para la luz cuenta como 100 %")),
            ("ascendente", "", "0", "5", "sin datos", ("el logro esperado es cero",)),
            ("ascendente", "", "-1", "-2", "sin datos", ("con valores negativos la razón",)),
            ("ascendente", "-5", "20", "10", "lejos", ("10 − (−5) 20 − (−5) × 100 = 60 %",)),
            ("no_definido", "37", "30", "35", "sin datos", ("no se ha definido si el valor debe subir o bajar",)),
            ("ascendente", "", "", "35", "sin datos", ("no hay un logro esperado",)),
            ("ascendente", "", "35", "", "sin datos", ("no hay una medición",)),
            ("ascendente", "37", "30", "35", "cumple", ("revise el sentido",)),
            ("descendente", "30", "37", "35", "cumple", ("revise el sentido",)),
        ],
    )
    def test_se_explican_con_sus_numeros(
        self, codigo: Leer, sentido: str, base: str, logro: str, valor: str, luz: str, dichos: tuple[str, ...]
    ) -> None:
        dicho = resultado(codigo(RUTA, sentido=sentido, linea_base=base, logro=logro, valor=valor))
        assert f"> {luz}" in dicho
        for parte in dichos:
            assert parte in dicho


@given(
    sentido=st.sampled_from(Sentido),
    numeros=st.lists(st.none() | st.decimals(-9999, 9999, places=2), min_size=3, max_size=3),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dice_lo_que_calcula_el_nucleo(sentido: Sentido, numeros: list[Decimal | None]) -> None:
    base, logro, valor = numeros
    pedido = {"sentido": sentido.value} | {
        nombre: "" if numero is None else escribir_editable(numero)
        for nombre, numero in zip(("linea_base", "logro", "valor"), numeros, strict=True)
    }
    calculadora = leer_calculadora(pedido, UMBRALES)
    assert calculadora.errores == ()
    if numeros == [None, None, None]:
        assert calculadora.resultado is None
        return
    tipos = calcular(sentido=sentido, valor=valor, logro=logro, base=base)
    assert calculadora.resultado is not None
    tipo_i, tipo_ii = calculadora.resultado.tipos
    assert (tipo_i.valor, tipo_ii.valor) == (porcentaje_de_avance(tipos.tipo_i), porcentaje_de_avance(tipos.tipo_ii))
    assert calculadora.resultado.luz.palabra == PALABRA_DE_SEMAFORO[encender(tipos.tipo_i, UMBRALES)]
    for tipo in (tipo_i, tipo_ii):
        assert tipo.formula is None or tipo.formula.resultado == tipo.valor


class TestFormulario:
    @pytest.mark.parametrize(
        ("campo", "escrito", "dice"),
        [
            ("valor", "treinta", "no es un número"),
            ("logro", "1.234", "es ambiguo"),
            ("linea_base", "1,23456", "decimales"),
            ("valor", "<b>", "no es un número"),
        ],
    )
    def test_el_error_va_junto_al_campo_y_lo_escrito_queda(
        self, codigo: Leer, campo: str, escrito: str, dice: str
    ) -> None:
        pagina = codigo(RUTA, sentido="ascendente", **({"valor": "10", "logro": "20"} | {campo: escrito}))
        assert dice in trozo(pagina, f'id="error-{campo}"', "</span>")
        assert pagina.count('aria-invalid="true"') == 1
        casilla = pagina[pagina.index(f'id="{campo}"') :].split(">", 1)[0]
        assert f'value="{escrito.replace("<", "&lt;").replace(">", "&gt;")}' in casilla + ">"
        assert "No se puede calcular todavía." in resultado(pagina)

    def test_coma_y_punto_son_lo_mismo(self, codigo: Leer) -> None:
        con_coma, con_punto = (
            resultado(codigo(RUTA, sentido="ascendente", logro="45", valor=v)) for v in ("34,9", "34.9")
        )
        assert con_coma == con_punto
        assert "77,6 %" in con_coma

    def test_el_sentido_desconocido_se_explica(self, codigo: Leer) -> None:
        pagina = codigo(RUTA, sentido="lateral", logro="30", valor="35")
        assert "Elija si el valor debe subir, bajar o no está definido." in trozo(
            pagina, 'id="error-sentido"', "</span>"
        )

    def test_sin_sentido_en_la_direccion_no_lo_supone(self, codigo: Leer) -> None:
        assert "no se ha definido si el valor" in resultado(codigo(RUTA, logro="30", valor="35"))

    def test_vacia_invita_y_no_calcula(self, codigo: Leer) -> None:
        pagina = codigo(RUTA)
        assert "Escriba el logro esperado y el valor obtenido." in resultado(pagina)
        assert '<option value="ascendente" selected>' in pagina

    def test_el_fragmento_es_la_misma_calculadora(self, codigo: Leer) -> None:
        pedido = {"sentido": "descendente", "linea_base": "37", "logro": "30", "valor": "35"}
        fragmento = codigo(RUTA, fragmento="1", **pedido)
        assert "<html" not in fragmento
        assert resultado(fragmento) == resultado(codigo(RUTA, **pedido))

    def test_conserva_la_mirada(self, codigo: Leer) -> None:
        pagina = codigo(RUTA, corte="2021-12-31")
        assert '<input type="hidden" name="corte" value="2021-12-31">' in pagina
        assert "valor=35&amp;corte=2021-12-31#calculadora" in pagina

    def test_la_api_da_el_mismo_calculo(self, client: Client, codigo: Leer) -> None:
        pagina = codigo(RUTA, sentido="descendente", linea_base="37", logro="30", valor="39,18")
        enlace = pagina[pagina.index("/api/v1/avance/calcular/") :].split('"')[0].replace("&amp;", "&")
        dado = client.get(enlace).json()
        assert (dado["tipo_i"], dado["tipo_ii"], dado["semaforo"]) == (76.57, -31.14, "amarillo")


def test_los_ejemplos_llenan_la_calculadora(codigo: Leer) -> None:
    pagina = codigo(RUTA)
    enlaces = [parte.split('"')[0].replace("&amp;", "&") for parte in pagina.split('<a href="?sentido')[1:]]
    assert len(enlaces) == 5
    for enlace in enlaces:
        assert "Avance tipo I" in resultado(codigo(f"{RUTA}?sentido{enlace.removesuffix('#calculadora')}"))


def test_los_umbrales_son_los_que_regian(codigo: Leer) -> None:
    administra = persona(Rol.ADMINISTRADOR)
    acciones.fijar_umbrales(por=administra, motivo="Prueba", verde=Decimal(90), amarillo=Decimal("60.5"), ahora=AHORA)
    antes, despues = (codigo(RUTA, a_la_fecha=dia) for dia in ("2022-01-01", "2023-01-01"))
    assert "verde desde 95 % y amarilla desde 75 %" in texto_de(antes)
    assert "verde desde 90 % y amarilla desde 60,5 %" in texto_de(despues)
    caso = {"sentido": "ascendente", "logro": "100", "valor": "91"}
    assert "> en riesgo" in resultado(codigo(RUTA, a_la_fecha="2022-01-01", **caso))
    assert "> cumple" in resultado(codigo(RUTA, a_la_fecha="2023-01-01", **caso))


def test_explica_todos_los_motivos(codigo: Leer) -> None:
    motivos = trozo(codigo(RUTA), 'id="ausencias"')
    for motivo in Motivo:
        assert f" {motivo.value}" in motivos


def test_una_sola_consulta(contar_consultas: Contar) -> None:
    caso = urlencode({"sentido": "ascendente", "logro": "100", "valor": "91"})
    assert [contar_consultas(RUTA), contar_consultas(f"{RUTA}?{caso}&fragmento=1")] == [1, 1]


def test_nombra_las_luces_como_el_resto_del_portal(leer: Leer) -> None:
    pagina = leer(RUTA)
    for luz in (Semaforo.VERDE, Semaforo.AMARILLO, Semaforo.ROJO):
        assert PALABRA_DE_SEMAFORO[luz] in pagina
