"""What a running board reports of its memory, against the budget: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hil.base.resources import find
from hil.build.budget import FILE_NAME, Budget
from hil.facts.stand_in import SIMULATED_TARGET
from hil.wire.replies import MemoryReport

PROJECT = "camhil"  # project name of the firmware that comes with the harness


@dataclass(frozen=True)
class Figure:
    """One reported figure and its limit, in bytes. `least`: the limit is a minimum."""

    name: str
    value_bytes: int
    limit_bytes: int
    least: bool

    @property
    def met(self) -> bool:
        if self.least:
            return self.value_bytes >= self.limit_bytes
        return self.value_bytes <= self.limit_bytes

    def __str__(self) -> str:
        word = "at least" if self.least else "at most"
        return f"{self.name}: {self.value_bytes:,} bytes, {word} {self.limit_bytes:,} are allowed"


def figures(report: MemoryReport, target: str, budget: Budget) -> tuple[Figure, ...]:
    """Every figure of the report that the budget limits.

    What the board cannot tell is left out, and so is the arena of the simulated board,
    whose interpreter is built for its host.
    """
    found = []
    if report.static_bytes is not None:
        found.append(Figure("own static RAM", report.static_bytes, budget.static_ram_bytes, False))
    if target == SIMULATED_TARGET:
        return tuple(found)
    if report.arena_used_bytes is not None:
        # A build for other networks has another arena than the one that the budget is about.
        limit = max(budget.arena_bytes, report.arena_bytes)
        found.append(Figure("arena in use", report.arena_used_bytes, limit, False))
    if report.heap is not None:
        least = report.heap.minimum_free_bytes
        found.append(Figure("least free heap", least, budget.heap_minimum_free_bytes, True))
    for stack in report.stacks:
        name = f"never used stack of {stack.task}"
        found.append(Figure(name, stack.never_used_bytes, budget.stack_never_used_bytes, True))
    return tuple(found)


class Built(Protocol):
    """A build, such as `hil.board.artifacts.Expected`: where it was read, and its project."""

    @property
    def source(self) -> Path: ...
    @property
    def project(self) -> str: ...


def budget_file(expected: Built) -> Path | None:
    """The `budget.toml` of the project that was built: beside its build folder.

    A build of the harness's own firmware that lies elsewhere has the one that comes with
    the harness; another project without such a file has no budget.
    """
    folder = expected.source if expected.source.is_dir() else expected.source.parent
    beside = folder.resolve().parent / FILE_NAME
    if beside.is_file():
        return beside
    return find(f"firmware/esp32/{FILE_NAME}") if expected.project == PROJECT else None
