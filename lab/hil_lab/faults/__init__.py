"""Seeded faults: proof that the suite catches bugs, and that the diagnosis names them.

    python -m hil_lab.faults                     # all of them, as a table
    pytest --board sim --sim-fault cam-other-class

A fault changes the simulated board alone: a copy of the firmware's sources, the engine, the
line, or what happens to the board during a run. The release firmware holds none of it.

A fault of your own is a `Fault` in a module of yours, found through an entry point:

    [project.entry-points."camhil.faults"]
    mine = "my_package.faults:FAULTS"        # a Fault, or a sequence of them
"""

from __future__ import annotations

from hil_lab.faults.fault import (
    Area,
    BoardAction,
    EnginePatch,
    Expect,
    Fault,
    LinkPatch,
    Outcome,
    SourcePatch,
    failure,
    finding,
    infrastructure,
)
from hil_lab.faults.registry import find_fault, load_faults

__all__ = [
    "Area",
    "BoardAction",
    "EnginePatch",
    "Expect",
    "Fault",
    "LinkPatch",
    "Outcome",
    "SourcePatch",
    "failure",
    "find_fault",
    "finding",
    "infrastructure",
    "load_faults",
]
