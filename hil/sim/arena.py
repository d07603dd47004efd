"""How much tensor arena a network takes in TensorFlow Lite Micro, measured on this machine.

A chip's pointers are half as wide, so a network takes a few per cent less there.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.network.model_problem import Problem
from hil.sim.options import DEFAULT_ARENA_BYTES


@dataclass(frozen=True)
class ArenaNeed:
    """`needed`: bytes; None if it could not be measured, and then `trouble` says why.

    `refused`: TFLM itself refuses the network, or aborts on it.
    """

    needed: int | None
    trouble: str = ""
    refused: bool = False


def arena_needed(model: bytes) -> ArenaNeed:
    """Measures, in a process of its own; takes about a second for a network that is new."""
    from hil.network.tflite_graph import read_graph
    from hil.oracle.interpreter import micro_installed
    from hil.oracle.micro import probe

    if not micro_installed():
        return ArenaNeed(None, "tflite-micro is not installed (Linux x86-64: camhil[sim])")
    tried = probe(model, read_graph(model))
    if tried.trouble:
        return ArenaNeed(None, tried.trouble, refused=tried.repeatable)
    return ArenaNeed(tried.arena) if tried.arena else ArenaNeed(None, "TFLM does not say")


def too_small(needed: int | None) -> list[Problem]:
    """Whether the simulated board's arena is too small, for what a network needs in bytes."""
    if needed is None or needed <= DEFAULT_ARENA_BYTES:
        return []
    return [
        Problem(
            f"the tensor arena is too small: {needed:,} bytes are needed in TensorFlow Lite Micro "
            f"here, the simulated board has {DEFAULT_ARENA_BYTES:,}",
            f"give the simulated board --sim-arena {needed} (`hil build` measures for a chip), or "
            "make the network smaller",
        )
    ]
