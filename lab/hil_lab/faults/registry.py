"""Which faults there are: camhil's own, and those of plug-ins."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from importlib import metadata

from hil.errors import UsageError
from hil_lab.faults.fault import Fault

GROUP = "camhil.faults"
_OWN = (
    "image_path",
    "quantization",
    "engine",
    "memory",
    "cam_location",
    "link",
    "timing",
    "identity",
    "resets",
)


def load_faults() -> tuple[Fault, ...]:
    """All faults, camhil's own first.

    Raises UsageError for a plug-in that brings something else, or an id twice.
    """
    faults: dict[str, Fault] = {}
    for fault, origin in _found():
        if fault.id in faults:
            raise UsageError(
                f"two faults have the id {fault.id!r}",
                where=origin,
                hint="give each fault an id of its own",
            )
        faults[fault.id] = fault
    return tuple(faults.values())


def find_fault(fault_id: str) -> Fault:
    """The fault of this id. Raises UsageError for an unknown one."""
    from hil_lab.faults.drawn.draw import PREFIX, find_damage

    if fault_id.startswith(PREFIX):
        return find_damage(fault_id)
    for fault in load_faults():
        if fault.id == fault_id:
            return fault
    raise UsageError(
        f"no fault {fault_id!r}",
        where="--sim-fault",
        hint="`python -m hil_lab.faults --list` lists them",
    )


def _found() -> Iterator[tuple[Fault, str]]:
    for name in _OWN:
        module = importlib.import_module(f"hil_lab.faults.catalogue.{name}")
        for fault in module.FAULTS:
            yield fault, module.__name__
    for entry in metadata.entry_points(group=GROUP):
        found = entry.load()
        for fault in (found,) if isinstance(found, Fault) else found:
            if not isinstance(fault, Fault):
                raise UsageError(
                    f"entry point {entry.name!r} is no fault but a {type(fault).__name__}",
                    where=entry.value,
                    hint=f"an entry point of {GROUP} names a hil_lab.faults.Fault, or a sequence",
                )
            yield fault, entry.value
