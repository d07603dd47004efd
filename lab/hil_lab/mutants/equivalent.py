"""Survivors that were read and change nothing that a board answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hil.base.toml_table import read_toml
from hil_lab.mutants.record import MutantRecord, Outcome

FILE = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True)
class Equivalents:
    """Reasons by id, and what is wrong with them."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def read_equivalent(path: Path = FILE) -> dict[str, str]:
    """The reason by the mutant's id. Raises UsageError for an entry that lacks something."""
    root = read_toml(path)
    found: dict[str, str] = {}
    for entry in root.tables("equivalent"):
        name, _, _, why = (entry.take(key, str) for key in ("id", "file", "change", "why"))
        entry.finish()
        if name in found or not why.strip():
            what = f"{name} is there twice" if name in found else f"{name} has no reason"
            raise entry.error(what, hint="an entry is there once, and says why", key="id")
        found[name] = why
    root.finish()
    return found


def complaints(
    equivalent: Mapping[str, str], known: Collection[str], records: Iterable[MutantRecord]
) -> list[str]:
    """What is wrong with entries: stale ones, and those that the suite does catch.

    Args:
        equivalent: as read.
        known: ids of all mutants of the sources of today.
        records: of mutants that were run.
    """
    said = [
        f"{name} in {FILE.name} is stale: no mutant of today's sources has this id"
        for name in equivalent
        if name not in known
    ]
    return said + [
        f"{each.id} in {FILE.name} is not equivalent: it was {each.outcome.value}"
        for each in records
        if each.id in equivalent and (each.seen or each.outcome is not Outcome.SURVIVED)
    ]
