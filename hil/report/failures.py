"""The tests that did not pass, put together by what they say: the same line is never said twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.judged import FAILED_OUTCOMES, JudgedRun, first_line

if TYPE_CHECKING:
    from hil.facts.records import TestRecord

_VARIES = re.compile(r"[\[(']|[+-]?\d")
"""Where a list, a name in quotes or a number begins."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that did not pass. `said`: the first line, where it is not that of its group."""

    name: str
    said: str
    message: str


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Tests that ended alike and say the same, but for names and numbers in it.

    Attributes:
        outcome: of all of them.
        failed: the board's fault; else nothing was measured.
        said: the first line of the first of them.
        tests: at least one, in the order of the run.
    """

    outcome: str
    failed: bool
    said: str
    tests: tuple[Failure, ...]


def failure_groups(judged: JudgedRun) -> tuple[FailureGroup, ...]:
    """Failures first, then what was not measured; of each kind the largest group first."""
    found: dict[tuple[str, str], list[TestRecord]] = {}
    for test in judged.unhappy_tests:
        found.setdefault((test.outcome, _kind(test)), []).append(test)
    groups = [_group(outcome, tests) for (outcome, _), tests in found.items()]
    return tuple(sorted(groups, key=lambda group: (not group.failed, -len(group.tests))))


def _group(outcome: str, tests: Sequence[TestRecord]) -> FailureGroup:
    lines = [first_line(test.message) for test in tests]
    return FailureGroup(
        outcome=outcome,
        failed=outcome in FAILED_OUTCOMES,
        said=lines[0],
        tests=tuple(
            Failure(test.test, "" if line == lines[0] else line, test.message)
            for test, line in zip(tests, lines, strict=True)
        ),
    )


def _kind(test: TestRecord) -> str:
    """What a message says up to the first thing in it that differs from case to case."""
    line = first_line(test.message)
    line = line.removeprefix(test.test.partition("[")[2].rpartition("]")[0])
    return _VARIES.split(line, maxsplit=1)[0].strip() or line
