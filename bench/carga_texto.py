"""``docs/carga.md``, de lo que midió ``bench.carga``; ``python -m bench.carga_texto`` lo reescribe de su JSON."""

import json
from pathlib import Path
from typing import Any

RAIZ = Path(__file__).resolve().parent.parent
PAPELES = {
    "principal": "PostgreSQL principal",
    "replica": "PostgreSQL réplica",
    "redis": "Redis",
    "nodo1": "nodo 1",
    "nodo2": "nodo 2",
    "trabajador": "trabajador",
    "nginx": "nginx",
}
CABEZA = """# Carga

Lo escribe `make carga` con lo que midió (`MINUTOS=30 make carga` repite esta corrida).

- {cuando}, Python {maquina}, {minutos} minutos. La misma máquina hace de base, réplica, nodos, nginx y usuarios;
  carga media al terminar: {carga}.{contexto}
- Uno de cada ocho usuarios registra y publica por la administración; los demás leen páginas y API, y un tercio de
  lo que piden no lo había pedido nadie. Todo por nginx con TLS y sin pausas: cada uno pide en cuanto le contestan.
- Mientras tanto se importaron {importadas} filas en hojas de 1.000; lotes que no terminaron: {sin_terminar}. La
  base acabó con {filas} mediciones.
- Escrituras confirmadas: {confirmadas} ({publicadas} publicadas); perdidas: **{perdidas}**.
- «Desnuda» es una vista de Django sin base, plantilla ni middleware, con los mismos procesos e hilos y sin nginx ni
  TLS, pedida por los mismos usuarios en el mismo tramo.

| Usuarios | Peticiones/s | Desnuda/s | Razón | Público p50 / p95 / p99 (ms) | Errores | Lo conocido (ms) | \
Personal p50 / p95 / p99 (ms) | Errores | Desnuda p50 / p95 / p99 (ms) |
|---|---|---|---|---|---|---|---|---|---|
"""
MEMORIA = """
## Memoria

Megabytes de cada papel con sus procesos (PSS: lo compartido se reparte), {muestras} muestras. La pendiente es de la
segunda mitad, por mínimos cuadrados; los nodos llenan al principio su memoria de respuestas (`MEMORIA_MB`, 64 por
proceso).

| Papel | Al empezar | A la mitad | Al terminar | Máximo | MB por minuto, segunda mitad |
|---|---|---|---|---|---|
"""


def decimal(numero: float | None, cifras: int = 1) -> str:
    return "—" if numero is None else f"{numero:.{cifras}f}".replace(".", ",")


def escribir(medido: dict[str, Any]) -> str:
    """Las dos tablas y lo que hace falta para leerlas."""
    cabeza = CABEZA.format(
        cuando=medido["cuando"],
        maquina=medido["maquina"],
        minutos=decimal(medido["minutos"]),
        carga=decimal(medido["carga_de_la_maquina"]),
        contexto=medido.get("contexto", ""),
        importadas=medido["importadas"],
        sin_terminar=medido["lotes_sin_terminar"],
        filas=medido["filas_al_final"],
        confirmadas=medido["confirmadas"],
        publicadas=medido["publicadas"],
        perdidas=len(medido["perdidas"]),
    )
    texto = cabeza + "".join(_tramo(uno) for uno in medido["tramos"])
    lados = (uno[quien] for uno in medido["tramos"] for quien in ("publico", "personal"))
    if notas := sorted({nota for lado in lados for nota in lado["notas"]}):
        texto += f"\nLo que leyó quien tuvo un error: {'; '.join(notas)}.\n"
    return texto + MEMORIA.format(muestras=len(medido["memoria"])) + _memoria(medido)


def _tramo(uno: dict[str, Any]) -> str:
    publico, personal, desnuda = uno["publico"], uno["personal"], uno["desnuda"]
    razon = uno["por_segundo"] / desnuda["por_segundo"] if desnuda["por_segundo"] else None
    celdas = (
        uno["usuarios"],
        decimal(uno["por_segundo"]),
        decimal(desnuda["por_segundo"]),
        decimal(razon, 2),
        _tiempos(publico),
        f"{publico['errores']} de {publico['peticiones']}",
        _tiempos(publico["conocida"]),
        _tiempos(personal),
        f"{personal['errores']} de {personal['peticiones']}",
        _tiempos(desnuda),
    )
    return f"| {' | '.join(map(str, celdas))} |\n"


def _tiempos(suyos: dict[str, Any]) -> str:
    return " / ".join(decimal(suyos.get(f"p{p}")) for p in (50, 95, 99))


def _memoria(medido: dict[str, Any]) -> str:
    lineas = []
    for papel, nombre in PAPELES.items():
        suyas = [megas[papel] for _, megas in medido["memoria"] if papel in megas]
        if suyas:
            celdas = [decimal(una, 0) for una in (suyas[0], suyas[len(suyas) // 2], suyas[-1], max(suyas))]
            lineas.append(f"| {nombre} | {' | '.join(celdas)} | {decimal(medido['pendientes'].get(papel), 2)} |")
    return "\n".join(lineas) + "\n"


if __name__ == "__main__":
    guardado = json.loads((RAIZ / "bench" / "carga.json").read_text(encoding="utf-8"))
    (RAIZ / "docs" / "carga.md").write_text(escribir(guardado), encoding="utf-8")
