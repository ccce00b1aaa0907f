"""Volver a un instante con PostgreSQL de verdad, como dice docs/respaldo.md."""

import pytest


@pytest.mark.produccion
def test_se_vuelve_al_instante_anterior_al_desastre_sin_perder_lo_confirmado() -> None:
    from bench.pitr import en_carpeta_propia

    dio = en_carpeta_propia()
    assert dio.confirmadas == 1000
    assert (dio.perdidas, dio.de_mas, dio.escribe) == (0, 0, True)
