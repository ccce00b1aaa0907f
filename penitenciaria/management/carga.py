"""Llena una base vacía con la política y sus datos de partida (``fixtures/``), por los verbos que usa una persona.

Las cifras las registra una cuenta inactiva y las publica otra: ni siquiera la carga inicial se salta los cuatro ojos.
"""

import csv
import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import models, transaction

from indicadores import acciones
from indicadores.models import Ambito, Carga, Fuente, Indicador, Medicion
from indicadores.permisos import Rol, asegurar_grupos
from objetivos.models import (
    Alternativa,
    AvanceNarrativo,
    Entidad,
    Hito,
    Lineamiento,
    Norma,
    ObjetivoPrioritario,
    Politica,
)
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Servicio, Suspension

CUENTA_QUE_REGISTRA = "carga-registro"
CUENTA_QUE_REVISA = "carga-revision"
MOTIVO = "Carga inicial de los datos de partida"
CAMPOS_CON_VERBO = ("linea_base", "logros_esperados", "mediciones")
CAMPOS_CON_TABLA = ("participaciones", "documentos", "indicadores")


def huella(carpeta: Path) -> str:
    """SHA-256 de los archivos de datos, en orden de ruta."""
    suma = hashlib.sha256()
    for archivo in sorted([*carpeta.rglob("*.json"), *carpeta.rglob("*.csv")]):
        suma.update(archivo.relative_to(carpeta).as_posix().encode() + b"\0" + archivo.read_bytes() + b"\0")
    return suma.hexdigest()


def esta_vacia() -> bool:
    """Si la base no tiene ningún dato de la política (las cuentas de personas no cuentan)."""
    return not any(
        modelo._default_manager.order_by("pk").exists()
        for modelo in (Politica, ObjetivoPrioritario, Entidad, Fuente, Ambito, Servicio, Indicador, Medicion)
    )


def cargar(carpeta: Path, *, ahora: datetime) -> dict[str, int]:
    """Carga todo en una sola transacción y devuelve cuántas filas hay de cada cosa."""
    with transaction.atomic():
        carga = Cargador(carpeta, ahora)
        carga.catalogo()
        carga.complementario()
        carga.publicar()
        Carga.objects.create(huella=huella(carpeta), cargada_en=ahora)
    return {
        str(modelo._meta.verbose_name_plural): modelo._default_manager.count()
        for modelo in (ObjetivoPrioritario, Indicador, Servicio, Entidad, Ambito, Medicion)
    }


class Cargador:
    """Una carga en marcha: guarda lo ya creado para resolver referencias por código."""

    def __init__(self, carpeta: Path, ahora: datetime) -> None:
        self.carpeta = carpeta
        self.ahora = ahora
        asegurar_grupos()
        self.registra = self._cuenta(CUENTA_QUE_REGISTRA, Rol.ANALISTA, Rol.ADMINISTRADOR)
        self.revisa = self._cuenta(CUENTA_QUE_REVISA, Rol.REVISOR)
        self.enviadas: list[Medicion] = []
        self.creados: dict[tuple[type[models.Model], str], models.Model] = {}

    def catalogo(self) -> None:
        """La política, sus objetivos, servicios e indicadores, y las cifras oficiales."""
        politica = self._leer("oficial/politica.json")
        servicios = self._leer("oficial/servicios.json")
        indicadores = self._leer("oficial/indicadores.json")["indicadores"]
        self._crear_todos(Entidad, politica["entidades"])
        self._crear_todos(Norma, politica["normas"])
        self._crear_todos(Fuente, politica["fuentes"])
        la_politica = self._crear(Politica, politica["politica"])
        self._crear_todos(ObjetivoPrioritario, politica["objetivos"], politica=la_politica)
        self._crear_todos(Lineamiento, politica["lineamientos"])
        for modelo, clave in ((Hito, "hitos"), (Alternativa, "alternativas"), (AvanceNarrativo, "avances_narrativos")):
            self._crear_todos(modelo, politica[clave], politica=la_politica)
        self._crear(Ambito, {"codigo": Ambito.NACIONAL, "nombre": "Perú", "nivel": Ambito.Nivel.NACIONAL})
        umbrales = politica["umbrales"]
        acciones.fijar_umbrales(
            por=self.registra,
            ahora=self.ahora,
            verde=Decimal(umbrales["verde"]),
            amarillo=Decimal(umbrales["amarillo"]),
            motivo=umbrales["motivo"],
        )
        for fila in indicadores:
            self._crear_indicador(fila)
        for fila in servicios["servicios"]:
            servicio = self._crear(Servicio, fila, omitir=CAMPOS_CON_TABLA)
            self._crear_todos(Participacion, fila.get("participaciones", []), servicio=servicio)
            self._crear_todos(DocumentoDeProvision, fila.get("documentos", []), servicio=servicio)
            for suyo in fila.get("indicadores", []):
                self._crear_indicador(suyo | {"servicio": fila["codigo"]})
        self._crear_todos(Intervencion, servicios["intervenciones"])
        self._crear_todos(Suspension, servicios["suspensiones"])

    def complementario(self) -> None:
        """Los establecimientos y las cifras referenciales del INPE, siempre con su fuente."""
        datos = self._leer("complementario/complementario.json")
        self._crear_todos(Fuente, datos["fuentes"])
        pais = self._buscado(Ambito, Ambito.NACIONAL)
        oficinas = {
            fila["clave_csv"]: self._crear(
                Ambito,
                {"codigo": fila["codigo"], "nombre": fila["nombre"], "nivel": Ambito.Nivel.OFICINA_REGIONAL},
                padre=pais,
            )
            for fila in datos["oficinas_regionales"]
        }
        serie = datos["serie_nacional"]
        sin_sentencia = self._buscado(Indicador, serie["indicador"])
        for fila in self._leer_csv(serie["archivo"]):
            self._enviar(
                indicador=sin_sentencia,
                periodo=fila["periodo"],
                valor=None,
                numerador=int(fila["sin_sentencia"]),
                denominador=int(fila["poblacion_penal"]),
                fuente=self._buscado(Fuente, serie["fuentes"][fila["periodo"]]),
                caracter="referencial",
            )
        por_penal = datos["establecimientos"]
        fuente = self._buscado(Fuente, por_penal["fuente"])
        for fila in self._leer_csv(por_penal["archivo"]):
            penal = self._crear(
                Ambito,
                {clave: fila[clave] for clave in ("codigo", "nombre", "departamento", "ubigeo", "capacidad")},
                nivel=Ambito.Nivel.ESTABLECIMIENTO,
                padre=oficinas[fila["oficina_regional"]],
                fecha_capacidad=date.fromisoformat(por_penal["fecha_capacidad"]),
                fuente=fuente,
            )
            for sexo, sin, con in _por_sexo(fila):
                self._enviar(
                    indicador=self._buscado(Indicador, por_penal["indicador"]),
                    periodo=por_penal["periodo"],
                    valor=None,
                    ambito=penal,
                    sexo=sexo,
                    numerador=sin if sin + con else None,
                    denominador=sin + con,
                    motivo_ausencia=None if sin + con else "no_aplica",
                    fuente=fuente,
                    caracter="referencial",
                    notas=por_penal.get("nota", ""),
                )

    def _crear_indicador(self, fila: dict[str, Any]) -> None:
        indicador = self._crear(Indicador, fila, omitir=CAMPOS_CON_VERBO)
        comunes: dict[str, Any] = {"por": self.registra, "motivo": MOTIVO, "ahora": self.ahora, "indicador": indicador}
        base = fila.get("linea_base")
        if base:
            acciones.fijar_linea_base(**comunes, **self._con_fuente(base))
        for logro in fila.get("logros_esperados", []):
            acciones.fijar_logro(**comunes, **self._con_fuente(logro))
        for medicion in fila.get("mediciones", []):
            self._enviar(indicador=indicador, **self._con_fuente(medicion))

    def _enviar(self, **datos: Any) -> None:
        medicion = acciones.registrar(por=self.registra, ahora=self.ahora, **datos)
        self.enviadas.append(acciones.enviar(medicion, por=self.registra, ahora=self.ahora))

    def publicar(self) -> None:
        """La otra cuenta publica de una vez todo lo enviado."""
        acciones.publicar_lote(self.enviadas, por=self.revisa, ahora=self.ahora)

    def _con_fuente(self, fila: dict[str, Any]) -> dict[str, Any]:
        completa = dict(fila)
        completa["valor"] = Decimal(fila["valor"]) if fila.get("valor") is not None else None
        if "fuente" in completa:
            completa["fuente"] = self._buscado(Fuente, completa["fuente"])
        if completa.get("fecha_compromiso"):
            completa["fecha_compromiso"] = date.fromisoformat(completa["fecha_compromiso"])
        return completa

    def _crear_todos(self, modelo: type[models.Model], filas: Iterable[dict[str, Any]], **fijos: Any) -> None:
        for fila in filas:
            self._crear(modelo, fila, **fijos)

    def _crear(
        self, modelo: type[models.Model], fila: dict[str, Any], *, omitir: Iterable[str] = (), **fijos: Any
    ) -> Any:
        """Crea un objeto validado por completo; las referencias vienen por sigla o código."""
        valores = dict(fijos)
        for campo, valor in fila.items():
            if campo in omitir:
                continue
            relacionado = modelo._meta.get_field(campo).related_model
            es_referencia = relacionado is not None and valor is not None
            valores[campo] = self._buscado(relacionado, valor) if es_referencia else valor  # type: ignore[arg-type]
        objeto = modelo(**valores)
        objeto.full_clean()
        objeto._history_user = self.registra  # type: ignore[attr-defined]
        objeto.save()
        clave = fila.get("sigla") or fila.get("codigo")
        if clave:
            self.creados[modelo, clave] = objeto
        return objeto

    def _buscado(self, modelo: type[models.Model], clave: str) -> Any:
        try:
            return self.creados[modelo, clave]
        except KeyError:
            raise LookupError(f"Los datos citan {modelo._meta.verbose_name} «{clave}», que no está definida.") from None

    def _leer(self, nombre: str) -> dict[str, Any]:
        datos: dict[str, Any] = json.loads((self.carpeta / nombre).read_text(encoding="utf-8"))
        return datos

    def _leer_csv(self, nombre: str) -> list[dict[str, str]]:
        with (self.carpeta / "complementario" / nombre).open(encoding="utf-8-sig", newline="") as archivo:
            return list(csv.DictReader(archivo))

    @staticmethod
    def _cuenta(nombre: str, *roles: Rol) -> User:
        cuenta, _ = User.objects.get_or_create(username=nombre, defaults={"is_active": False})
        cuenta.set_unusable_password()
        cuenta.save()
        cuenta.groups.set(Group.objects.filter(name__in=[rol.value for rol in roles]))
        return cuenta


def _por_sexo(fila: dict[str, str]) -> list[tuple[str, int, int]]:
    """(sexo, personas sin sentencia, personas sentenciadas) para hombres, mujeres y total."""
    hombres = int(fila["sin_sentencia_h"]), int(fila["sentenciados_h"])
    mujeres = int(fila["sin_sentencia_m"]), int(fila["sentenciados_m"])
    return [("M", *mujeres), ("H", *hombres), ("T", hombres[0] + mujeres[0], hombres[1] + mujeres[1])]
