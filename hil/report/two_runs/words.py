"""What the terminal and the comment say alike of two runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.figures import count_text
from hil.judge.two_runs import Turn
from hil.report.changes import answers, changed_outputs
from hil.report.page.origin import commit_link, job_link

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.two_runs import Side, TwoRuns

_LISTED = 3


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """One part of who was measured, in both runs. `links`: addresses of both; empty without."""

    name: str
    before: str
    now: str
    links: tuple[str, str] = ("", "")

    @property
    def changed(self) -> bool:
        return self.before != self.now


def verdict_text(side: Side) -> str:
    """ "SHIP, on the simulated board: all 16 gates met"."""
    head = side.headline
    return f"{head.said}: {'; '.join(head.reasons)}"


def headline(found: TwoRuns) -> str:
    """The answer in one line: "WORSE: 1 gate, 2 tests", and what it says nothing of."""
    tests = sum(one.tests for one in found.regressions)
    gates = sum(one.gates for one in found.regressions)
    counts = ((tests, "test"), (gates, "gate"))
    parts = [count_text(count, name) for count, name in counts if count]
    parts += [one.text for one in found.regressions if not (one.tests or one.gates)]
    parts += found.obstacles
    if not parts:
        what = "test" if found.now.verdict is None else "gate and no test"
        parts.append(f"no {what} became worse")
    if found.ungated:
        names = ", ".join(found.ungated[:_LISTED])
        more = f" and {len(found.ungated) - _LISTED} more" if len(found.ungated) > _LISTED else ""
        parts.append(f"worse without a gate on it: {names}{more}")
    return f"{found.outcome}: {'; '.join(parts)}"


def reasons(found: TwoRuns, most: int) -> tuple[str, ...]:
    """Why the later run is worse: every gate, then up to `most` of all else."""
    gates = [one.text for one in found.regressions if one.gates]
    others = [one.text for one in found.regressions if not one.gates]
    more = (f"and {len(others) - most:,} more",) if len(others) > most else ()
    return (*gates, *others[:most], *more)


def identity_rows(found: TwoRuns) -> tuple[IdentityRow, ...]:
    """Board, network, firmware, engine, oracle and host of both runs; what neither says is left
    out."""
    runs = (found.before.judged.run, found.now.judged.run)
    before, now = (dict(_identity(run)) for run in runs)
    rows = [
        IdentityRow(name, before.get(name, "-"), now.get(name, "-"))
        for name in dict.fromkeys([*before, *now])
    ]
    for name, link in (("commit", commit_link), ("CI", job_link)):
        ours, theirs = (link(run.origin) for run in runs)
        if ours.text or theirs.text:
            links = (ours.href, theirs.href)
            rows.insert(0, IdentityRow(name, ours.text or "-", theirs.text or "-", links))
    return tuple(rows)


def _identity(run: Run) -> Iterator[tuple[str, str]]:
    board = run.board
    if board is not None:
        yield "board", f"{board.target}, {board.spec}"
        yield "network", f"{board.model_sha256[:12]}, {board.network.text}"
        yield "firmware", f"{board.firmware_version} build {board.build_id[:12]}"
        yield "engine", board.engine
        yield "oracle", board.resolver
    yield "camhil", run.header.camhil
    yield "host", run.header.system
    yield "started", run.header.started.replace("T", " ").replace("+00:00", " UTC")


def answer_sentences(found: TwoRuns) -> tuple[str, ...]:
    """How many images and samples are answered in another way, each a sentence."""
    now, before = found.now.judged, found.before.judged
    sentences = [answers(now, before).text] if now.images or before.images else []
    if now.samples or before.samples:
        sentences.append(changed_outputs(now, before).text)
    return tuple(sentences)


def other_tests(found: TwoRuns) -> str:
    """Of the tests that became neither better nor worse, in a line; empty without any."""
    counts = (
        (found.tests_of(Turn.NEW), "only in the later run"),
        (found.tests_of(Turn.GONE), "not in the later run"),
        (found.tests_of(Turn.SAME), "with another outcome that is no worse"),
    )
    return "; ".join(f"{count_text(len(tests), 'test')} {what}" for tests, what in counts if tests)
