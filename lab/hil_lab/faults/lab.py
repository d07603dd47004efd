"""The faults as the simulated board asks for them: see `hil.sim.fault_lab.FaultLab`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hil_lab.faults.build import build_faulty
from hil_lab.faults.live import install, wrap_engine
from hil_lab.faults.registry import find_fault

__all__ = ["build", "check", "install", "wrap_engine"]


def check(fault_id: str) -> None:
    """Raises UsageError for an unknown fault."""
    find_fault(fault_id)


def build(fault_id: str, progress: Callable[[str], None]) -> Path:
    """Firmware with the fault in it: the folder with `flasher_args.json`."""
    return build_faulty(find_fault(fault_id), progress=progress)
