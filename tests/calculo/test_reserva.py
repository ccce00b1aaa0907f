"""Las celdas con pocas personas: nada reservado se deduce, y no se reserva de más en lo que se puede ver a mano."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.reserva import Celda, reservadas
from indicadores.calculo.tipos import Sexo
from tests.calculo.oraculo_reserva import deducibles

T, H, M = Sexo.TOTAL, Sexo.HOMBRES, Sexo.MUJERES
DOS_OFICINAS = {"PE": None, "N": "PE", "S": "PE"}
CON_PENALES = DOS_OFICINAS | {"n1": "N", "n2": "N", "s1": "S", "s2": "S"}


def cuadro(texto: str) -> list[Celda]:
    """«PE 30 20 10» son el total, los hombres y las mujeres de un ámbito; «-» es una celda que no está."""
    return [
        Celda(ambito, sexo, int(personas))
        for linea in texto.split(";")
        for ambito, *celdas in [linea.split()]
        for sexo, personas in zip((T, H, M), celdas, strict=False)
        if personas != "-"
    ]


def nombres(claves) -> set[str]:
    return {f"{ambito}.{sexo}" for ambito, sexo in claves}


@pytest.mark.parametrize(
    ("padres", "celdas", "esperadas"),
    [
        pytest.param({}, "", "", id="sin celdas"),
        pytest.param({}, "PE 5", "", id="el total nacional nunca"),
        pytest.param({}, "PE 50 40 10", "", id="diez personas no son pocas"),
        pytest.param({}, "PE 50 41 9", "PE.M PE.H", id="nueve sí, y su complemento"),
        pytest.param({}, "PE 50 50 0", "", id="cero no es reservado"),
        pytest.param({}, "PE 5 5 0", "PE.H PE.M", id="un cero cae solo si no hay otra salida"),
        pytest.param({}, "PE - 41 9", "PE.M", id="sin el total no hay resta"),
        pytest.param({}, "PE 50 - 9", "PE.M", id="sin la otra parte tampoco"),
        pytest.param(DOS_OFICINAS, "PE 100; N 4; S 96", "N.T S.T", id="la otra oficina"),
        pytest.param(DOS_OFICINAS, "PE 100; N 4", "N.T", id="nivel incompleto"),
        pytest.param(DOS_OFICINAS, "N 4; S 96", "N.T", id="sin el nacional"),
        pytest.param(
            {"PE": None, "A": "PE", "B": "PE", "C": "PE", "D": "PE"},
            "PE 114; A 4; B 60; C 50; D 0",
            "A.T C.T",
            id="la parte menor que no sea cero",
        ),
        pytest.param(
            {"PE": None, "A": "PE", "B": "PE", "C": "PE"}, "PE 104; A 4; B 50; C 50", "A.T B.T", id="empate: por código"
        ),
        pytest.param(
            {"PE": None, "A": "PE", "B": "PE", "C": "PE"}, "PE 99; A 4; B 5; C 90", "A.T B.T", id="bastan dos"
        ),
        pytest.param(
            {"N": "PE", "S": "PE"},
            "PE 100 60 40; N 20 15 5; S 80 45 35",
            "N.M N.H S.M S.H",
            id="sexo y oficina a la vez",
        ),
        pytest.param(CON_PENALES, "PE 100; n1 4; n2 26; s1 30; s2 40", "n1.T n2.T", id="penales sin oficinas"),
        pytest.param(
            CON_PENALES, "PE 100; N 30; n1 4; n2 26; s1 30; s2 40", "n1.T n2.T", id="oficinas a medias: S se deduce"
        ),
        pytest.param(
            CON_PENALES,
            "PE 100 60 40; N 30 20 10; S 70 40 30; n1 20 15 5; n2 10 5 5; s1 40 25 15; s2 30 15 15",
            "n1.M n1.H n2.M n2.H",
            id="los penales se protegen entre sí",
        ),
        pytest.param(
            {"PE": None, "A": "PE", "B": "PE"},
            "PE 100 60 40; A 53 - 13; B 47 20 -",
            "",
            id="lo que falta se deduce, pero no es reservado",
        ),
        pytest.param(
            {"PE": None, "A": "PE", "B": "PE"},
            "PE 100 60 40; A 45 40 5; B 55 - 35",
            "A.M A.H B.M",
            id="una celda que falta no protege si se deduce",
        ),
    ],
)
def test_casos(padres, celdas, esperadas):
    assert nombres(reservadas(cuadro(celdas) if celdas else [], padres)) == set(esperadas.split())


def test_las_personas_desconocidas_ni_se_reservan_ni_revelan():
    celdas = [Celda("PE", T, 50), Celda("PE", H, None), Celda("PE", M, 9)]

    assert nombres(reservadas(celdas, {})) == {"PE.M"}


def test_el_minimo_es_un_argumento():
    celdas = cuadro("PE 50 46 4")

    assert reservadas(celdas, {}, minimo=4) == frozenset()
    assert nombres(reservadas(celdas, {}, minimo=5)) == {"PE.H", "PE.M"}


def test_un_ambito_unico_en_su_nivel_no_tiene_remedio():
    """El total nacional se publica siempre: si lo contiene un solo ámbito, dice cuántas personas hay en él."""
    assert nombres(reservadas(cuadro("PE 5; N 5"), {"N": "PE"})) == {"N.T"}


def test_lo_irremediable_no_impide_proteger_lo_demas():
    assert nombres(reservadas(cuadro("PE 5 4 1; N 5 4 1"), {"N": "PE"})) == {"PE.H", "PE.M", "N.T", "N.H", "N.M"}


# --- Leyes, sobre cuadros al azar que cumplen sus sumas y a los que les faltan celdas ---

personas = st.integers(0, 12) | st.integers(0, 300)


@st.composite
def cuadros(draw: st.DrawFn) -> tuple[list[Celda], dict[str, str | None]]:
    padres: dict[str, str | None] = {"PE": None}
    cuentas: dict[tuple[str, Sexo], int] = {}
    for oficina in "ABC"[: draw(st.integers(1, 3))]:
        padres[oficina] = "PE"
        penales = [f"{oficina}{numero}" for numero in range(draw(st.integers(0, 3)))]
        padres |= dict.fromkeys(penales, oficina)
        for hoja in penales or [oficina]:
            for sexo in (H, M):
                cuantas = draw(personas)
                for ambito in {hoja, oficina, "PE"}:
                    for donde in ((ambito, sexo), (ambito, T)):
                        cuentas[donde] = cuentas.get(donde, 0) + cuantas
    faltan = draw(st.sets(st.sampled_from(sorted(cuentas)), max_size=4)) if draw(st.booleans()) else set()
    ignoradas = draw(st.sets(st.sampled_from(sorted(cuentas)), max_size=2)) if draw(st.booleans()) else set()
    return [
        Celda(ambito, sexo, None if (ambito, sexo) in ignoradas else cuantas)
        for (ambito, sexo), cuantas in cuentas.items()
        if (ambito, sexo) not in faltan
    ], padres


@given(cuadros())
def test_nada_reservado_se_deduce_de_lo_publicado(cuadro):
    celdas, padres = cuadro
    conocidas = {(celda.ambito, celda.sexo): celda.personas for celda in celdas if celda.personas is not None}
    reserva = reservadas(celdas, padres)
    deducidas = deducibles(reserva, padres, conocidas.keys() - reserva)

    assert deducidas == deducibles(deducidas, padres, {("PE", T)} & conocidas.keys())


@given(cuadros())
def test_se_reserva_lo_pequeno_y_nunca_el_total_nacional(cuadro):
    celdas, padres = cuadro
    pequenas = {
        (celda.ambito, celda.sexo)
        for celda in celdas
        if celda.personas is not None and 0 < celda.personas < 10 and (celda.ambito, celda.sexo) != ("PE", T)
    }
    reserva = reservadas(celdas, padres)

    assert pequenas <= reserva
    assert bool(reserva) == bool(pequenas)
    assert ("PE", T) not in reserva
    assert reserva <= {(celda.ambito, celda.sexo) for celda in celdas if celda.personas is not None}


@given(st.data(), cuadros())
def test_el_orden_de_las_celdas_no_importa(data, cuadro):
    celdas, padres = cuadro
    otros_padres = dict(data.draw(st.permutations(list(padres.items()))))

    assert reservadas(data.draw(st.permutations(celdas)), otros_padres) == reservadas(celdas, padres)


def test_el_oraculo_descubre_una_reserva_que_no_basta():
    """Sin la segunda oficina, la primera se obtiene restando."""
    oficinas = {("N", T), ("S", T)}

    assert deducibles(oficinas, DOS_OFICINAS, {("PE", T), ("S", T)}) == {("N", T)}
    assert deducibles(oficinas, DOS_OFICINAS, {("PE", T)}) == set()
