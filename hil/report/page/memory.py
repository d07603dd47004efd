"""What the page says of memory: budgets as stacked bars, and what has no budget as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from hil.facts.stand_in import synthetic
from hil.judge.figures import bytes_text, share_text
from hil.report.page.charts import Part, stacked

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts, HeapFacts, MemoryFacts, PartitionFacts
    from hil.facts.run import Run


@dataclass(frozen=True, slots=True)
class Budget:
    """A space and what it is spent on; `spent` as a share of it, empty without a limit."""

    title: str
    total: str
    spent: str
    parts: tuple[Part, ...]
    bar: Markup


@dataclass(frozen=True, slots=True)
class Memory:
    """Budgets, and (name, figure, note) of what is known without a limit."""

    budgets: tuple[Budget, ...]
    figures: tuple[tuple[str, str, str], ...]


def memory(run: Run) -> Memory:
    """The memory of a run: the most that any of its inferences needed."""
    reports = [image.memory for image in run.measured]
    budgets = [*_ram(reports), *_sections(run.board), *_flash(run.board)]
    chosen = "" if run.board is None else synthetic(run.board.target)
    of_chip = [*_heaps(reports), *_stacks(reports)]
    figures = [
        *((name, figure, chosen or note) for name, figure, note in of_chip),
        *_loose(run.board),
    ]
    return Memory(tuple(budgets), tuple(figures))


def _budget(title: str, spent_on: Sequence[tuple[str, int]], total: int | None) -> Budget:
    """`total`: None for what has no limit but its own sum."""
    spent = sum(size for _, size in spent_on)
    kinds = [*"abcd", *"d" * len(spent_on)]
    parts = [
        Part(label, size, bytes_text(size), kind)
        for (label, size), kind in zip(spent_on, kinds, strict=False)
    ]
    if total is None:
        return Budget(title, bytes_text(spent), "", tuple(parts), stacked(parts))
    if total >= spent:
        parts.append(Part("free", total - spent, bytes_text(total - spent), "free"))
    return Budget(title, bytes_text(total), share_text(spent, total), tuple(parts), stacked(parts))


def _ram(reports: list[MemoryFacts]) -> Iterator[Budget]:
    used = [r.arena_used_bytes for r in reports if r.arena_used_bytes is not None]
    if not used:
        return
    spent = [("arena used", max(used))]
    total = max(report.arena_bytes for report in reports)
    static = [report.static_bytes for report in reports if report.static_bytes is not None]
    if static:
        spent.append(("core, static", max(static)))
        total += max(static)
    yield _budget("RAM: tensor arena and core", spent, total)


def _sections(board: BoardFacts | None) -> Iterator[Budget]:
    sections = board.sections if board is not None else ()
    in_ram = sorted(
        ((s.name, s.size_bytes) for s in sections if s.in_ram), key=lambda s: s[1], reverse=True
    )
    if in_ram:
        yield _budget("RAM: sections of the app", in_ram, None)


def _flash(board: BoardFacts | None) -> Iterator[Budget]:
    for within in board.partitions if board is not None else ():
        if within.partition_bytes is not None:
            title = f"Flash: partition {within.partition}"
            yield _budget(title, [(within.name, within.file_bytes)], within.partition_bytes)


def _heaps(reports: list[MemoryFacts]) -> Iterator[tuple[str, str, str]]:
    for name in ("heap", "psram"):
        states: list[HeapFacts] = [s for r in reports if (s := getattr(r, name)) is not None]
        if states:
            title = {"heap": "heap", "psram": "PSRAM"}[name]
            free = min(state.free_bytes for state in states)
            lowest = min(state.minimum_free_bytes for state in states)
            block = min(state.largest_block_bytes for state in states)
            yield f"{title} free", bytes_text(free), "the least after any inference"
            yield f"{title} free at its lowest", bytes_text(lowest), "since the board started"
            yield f"{title} largest block", bytes_text(block), "the least after any inference"


def _stacks(reports: list[MemoryFacts]) -> Iterator[tuple[str, str, str]]:
    never: dict[str, int] = {}
    for report in reports:
        for task, unused in report.stacks:
            never[task] = min(unused, never.get(task, unused))
    for task, unused in never.items():
        yield f"stack of {task}", bytes_text(unused), "never used (high-water mark)"


def _loose(board: BoardFacts | None) -> Iterator[tuple[str, str, str]]:
    loose: list[PartitionFacts] = [
        p for p in (board.partitions if board is not None else ()) if p.partition_bytes is None
    ]
    for file in loose:
        yield file.name, bytes_text(file.file_bytes), "in flash, outside of the partitions"
