"""How much tensor arena a model takes in TensorFlow Lite Micro, measured on this machine.

    python -m hil.sim.arena MODEL.tflite

prints the bytes. TFLM aborts the process on some models, so `arena_needed` runs it in one of
its own. A chip's pointers are half as wide, so a model takes a few per cent less there.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hil.base.deadline import Deadline
from hil.network.model_problem import Problem
from hil.sim.options import DEFAULT_ARENA_BYTES

_SECONDS = 60.0


@dataclass(frozen=True)
class ArenaNeed:
    """`needed`: bytes; None if it could not be measured, and then `trouble` says why.

    `refused`: TFLM itself refuses the model, or aborts on it.
    """

    needed: int | None
    trouble: str = ""
    refused: bool = False


def arena_needed(model: bytes) -> ArenaNeed:
    """Measures, in a process of its own. Takes about a second."""
    from hil.oracle.interpreter import micro_installed
    from hil.oracle.micro import run_child

    if not micro_installed():
        return ArenaNeed(None, "tflite-micro is not installed (Linux x86-64: camhil[sim])")
    with tempfile.TemporaryDirectory(prefix="camhil-arena-") as name:
        file = Path(name) / "model.tflite"
        file.write_bytes(model)
        child = run_child(__name__, file, Deadline.after(_SECONDS))
    if child.trouble:
        return ArenaNeed(None, child.trouble, refused=child.repeatable)
    needed = int(child.printed.split()[-1])
    return ArenaNeed(needed) if needed else ArenaNeed(None, "TFLM does not say")


def too_small(needed: int | None) -> list[Problem]:
    """Whether the simulated board's arena is too small, for what a model needs in bytes."""
    if needed is None or needed <= DEFAULT_ARENA_BYTES:
        return []
    return [
        Problem(
            f"the tensor arena is too small: {needed:,} bytes are needed in TensorFlow Lite Micro "
            f"here, the simulated board has {DEFAULT_ARENA_BYTES:,}",
            f"give the simulated board --sim-arena {needed} and the firmware of a chip "
            f"CONFIG_CAMHIL_ARENA_KB={-(-needed // 1024)} (idf.py menuconfig, camhil), or make the "
            "network smaller",
        )
    ]


def arena_problems(model: bytes) -> list[Problem]:
    """`too_small` for what a model needs here; nothing where that cannot be measured."""
    return too_small(arena_needed(model).needed)


def main(file: Path) -> int:
    from hil.sim.engine import EngineError
    from hil.sim.engine_tflm import TflmEngine

    try:
        print(TflmEngine().arena_needed(file.read_bytes()))
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
