import time, pytest
from indicadores.models import *
from django.contrib.auth.models import User
from tests import fabricas
@pytest.mark.parametrize("x", range(3))
def test_a(personas, politica_cargada, x):
    assert Medicion.objects.count() > 200
    print(Medicion.objects.order_by("id").first().pk, User.objects.order_by("id").values_list("pk","username"))
    fabricas.publicada(ambito=None)
def test_vacia(db):
    assert not Medicion.objects.exists()
    fabricas.publicada()
def test_tx(transactional_db, politica_cargada):
    assert Medicion.objects.count() > 200
def test_vacia2(db):
    assert not Medicion.objects.exists()
    fabricas.publicada()
@pytest.mark.parametrize("e", Medicion.Etapa.values)
def test_e(db, e):
    assert fabricas.en_etapa(e).etapa == e
