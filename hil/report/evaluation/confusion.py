"""Which class was taken for which, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.judge.metrics.classes import ClassMetrics
from hil.network.task import Task
from hil.report.evaluation.text import number, percent, table

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

MOST_IN_A_MATRIX = 12
"""Classes whose matrix fits 80 columns."""

_MOST_ROWS = 20
_NAME = 16  # characters of a class's name


def class_table(found: ClassMetrics, task: Task) -> Group:
    """Each class; of many those with the lowest F1."""
    from rich.markup import escape

    there = [(n, rates) for n, rates in enumerate(found.classes) if rates.occurs]
    title = "[bold]Classes[/]"
    if len(there) > _MOST_ROWS:
        title += f": the {_MOST_ROWS} with the lowest F1 of {len(there)}; --json has all"
        there = sorted(there, key=lambda each: each[1].f1 or 0)[:_MOST_ROWS]
    made = table()
    made.add_column("class", overflow="fold")
    for name in ("samples", "answered", "precision", "recall", "F1"):
        made.add_column(name, justify="right")
    for index, rates in there:
        made.add_row(
            escape(task.name_of(index)),
            f"{rates.samples:,}",
            f"{rates.answers:,}",
            percent(rates.precision.rate),
            percent(rates.recall.rate),
            number(rates.f1),
        )
    return _under(title, made)


def confusion_table(found: ClassMetrics, task: Task) -> Group | None:
    """The matrix of few classes, the most frequent confusions of many; None without any."""
    if len(found.classes) <= MOST_IN_A_MATRIX:
        return _matrix(found, task)
    return _worst(found, task) if found.top1.hits < found.samples else None


def _matrix(found: ClassMetrics, task: Task) -> Group:
    from rich.markup import escape

    made = table(padding=1)
    made.add_column("", max_width=_NAME, no_wrap=True)
    for index in range(len(found.classes)):
        made.add_column(str(index), justify="right", no_wrap=True)
    for index, row in enumerate(found.confusion):
        name = task.name_of(index)
        made.add_row(
            escape(f"{index} {name}" if name != str(index) else name),
            *(
                "[dim].[/]" if not count else f"[bold]{count}[/]" if at == index else str(count)
                for at, count in enumerate(row)
            ),
        )
    return _under("[bold]Confusions[/]: true classes in rows, answers in columns", made)


def _worst(found: ClassMetrics, task: Task) -> Group:
    from rich.markup import escape

    made = table()
    for name in ("true class", "answered"):
        made.add_column(name, overflow="fold")
    made.add_column("samples", justify="right")
    for each in found.worst(10):
        made.add_row(
            escape(task.name_of(each.truth)), escape(task.name_of(each.answer)), f"{each.samples:,}"
        )
    return _under("[bold]Confusions[/] that happened most often; --json has all", made)


def _under(title: str, made: Table) -> Group:
    """A title of its own is not wrapped to the width of a narrow table."""
    from rich.console import Group

    return Group(title, made)
