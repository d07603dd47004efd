"""Which engine runs the model: by its name, or by what is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import IO

from hil.errors import InfrastructureError
from hil.sim.engine import Engine


def create_engine(kind: str, log: IO[bytes] | None = None) -> Engine:
    """The engine for "tflm", "litert" or "auto" (tflite-micro where it is installed).

    `log` gets what the engine prints while it prepares a model. Raises as `check_engine`.
    """
    check_engine(kind)
    if kind != "litert":
        try:
            from hil.sim.engine_tflm import TflmEngine

            return TflmEngine(log)
        except ImportError:
            if kind == "tflm":
                raise
    from hil.sim.engine_litert import LitertEngine

    return LitertEngine()


def check_engine(kind: str) -> None:
    """Raises InfrastructureError when tflite-micro is asked for and not installed."""
    if kind == "tflm" and find_spec("tflite_micro") is None:
        raise InfrastructureError(
            "tflite-micro is not installed",
            where="--sim-engine tflm",
            hint="pip install 'camhil[sim]' on Linux x86-64 brings it; elsewhere use "
            "--sim-engine litert",
        )
