"""The memory budget of a firmware project, declared in its `budget.toml`.

All sizes are bytes. Files of one project have one budget, whatever the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hil.base.toml_table import Table, read_toml

FILE_NAME = "budget.toml"


@dataclass(frozen=True)
class Budget:
    """Limits, and which parts of the link they are about.

    `own`: archives that are our own code, but for object files that match `foreign`. `arena`,
    `buffers`: patterns (fnmatch) of the input sections that hold the tensor arena and the
    buffers whose size follows from the networks, which do not count as static RAM. The last
    two limits are minima, of what a running board reports.
    """

    arena_bytes: int
    static_ram_bytes: int
    app_bytes: int
    own_app_bytes: int
    heap_minimum_free_bytes: int
    stack_never_used_bytes: int
    own: tuple[str, ...]
    foreign: tuple[str, ...]
    arena: tuple[str, ...]
    buffers: tuple[str, ...]


def read_budget(path: Path) -> Budget:
    """Reads a `budget.toml`.

    Raises:
        UsageError: the file, a key or a value cannot be used; with file and line.
    """
    table = read_toml(path)
    budget = Budget(
        arena_bytes=_limit(table, "arena_bytes"),
        static_ram_bytes=_limit(table, "static_ram_bytes"),
        app_bytes=_limit(table, "app_bytes"),
        own_app_bytes=_limit(table, "own_app_bytes"),
        heap_minimum_free_bytes=_limit(table, "heap_minimum_free_bytes"),
        stack_never_used_bytes=_limit(table, "stack_never_used_bytes"),
        own=_names(table, "own"),
        foreign=_names(table, "foreign"),
        arena=_names(table, "arena"),
        buffers=_names(table, "buffers"),
    )
    table.finish()
    return budget


def _limit(table: Table, key: str) -> int:
    value = table.take(key, int)
    if value <= 0:
        raise table.error(f"{key} must be above 0, not {value}", hint="correct it", key=key)
    return value


def _names(table: Table, key: str) -> tuple[str, ...]:
    values = table.take(key, list)
    if not values or not all(isinstance(value, str) and value for value in values):
        raise table.error(f"{key} must be a list of names", hint='such as ["a", "b"]', key=key)
    return tuple(values)
