"""One fault, proven: the whole suite under it, and what came of that."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import InfrastructureError
from hil.judge.judged import LOST_OUTCOMES
from hil_lab.faults.build import build_faulty
from hil_lab.faults.fault import Fault, Outcome, SourcePatch
from hil_lab.suite_run import run_suite

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.records import TestRecord
    from hil.facts.run import Run

LIMIT_S = 180.0
"""One run of the suite; the slowest fault needs about a quarter of it."""

_OWN_NETWORK = ("-k", "not (another_network or broken_partition)")
"""A fault is a mistake in the way of the run's own network; what it does to others, which may be
smaller than the byte that it loses, is no part of it."""

_FAILED = ("failed", "firmware", "usage")
_LOST = LOST_OUTCOMES
_NOT_MEASURED = (*_LOST, "not run")


class Caught(str, Enum):
    """What the suite made of the fault."""

    CAUGHT = "caught"
    MISSED = "missed"
    WRONG_REASON = "wrong reason"


class Named(str, Enum):
    """What the diagnosis made of it."""

    RIGHT = "right"
    UNEXPLAINED = "unexplained"
    WRONG = "wrong"


@dataclass(frozen=True)
class Proof:
    """What came of one fault.

    Attributes:
        note: why it is not caught, or in which way.
        given: ids of what the diagnosis found.
        seconds: of the run, `build_s` of the build before it.
    """

    fault: Fault
    caught: Caught
    note: str
    named: Named
    given: tuple[str, ...]
    seconds: float
    build_s: float

    @property
    def good(self) -> bool:
        return self.caught is Caught.CAUGHT and self.named is not Named.WRONG


def prove(fault: Fault, folder: Path) -> Proof:
    """Builds the fault into `folder`, runs the suite under it, and judges the run.

    Raises UsageError where the fault does not apply, InfrastructureError where the suite
    left no run to judge.
    """
    from hil.diagnose import diagnose
    from hil.facts.reader import read_run

    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    if fault.parts(SourcePatch):
        build_faulty(fault, folder)
    built = time.monotonic()
    _run_suite(fault, folder)
    facts = folder / "facts.jsonl"
    if not facts.is_file():
        raise InfrastructureError(
            f"the suite under fault {fault.id} left no run file",
            where=str(folder / "suite.log"),
            hint="the log shows what the suite printed",
        )
    run = read_run(facts)
    caught, note = judge(fault, run)
    diagnosis = diagnose(run)
    seconds, build_s = time.monotonic() - built, built - started
    return Proof(fault, caught, note, name(fault, diagnosis), diagnosis.ids, seconds, build_s)


def _run_suite(fault: Fault, folder: Path) -> None:
    arguments = ["--sim-fault", fault.id, *_OWN_NETWORK, *fault.arguments]
    if fault.network:
        from hil.testing.zoo import network

        model = folder / f"{fault.network}.tflite"
        model.write_bytes(network(fault.network))
        model.with_suffix(".toml").write_text(fault.settings, encoding="utf-8")
        arguments += ["--network", str(model)]
    if run_suite(folder, arguments, LIMIT_S) is None:
        raise InfrastructureError(
            f"the suite under fault {fault.id} did not end within {LIMIT_S:g} s",
            where=str(folder / "suite.log"),
            hint="a board that never answers must not keep the suite waiting for every test",
        )


# ---- judging, pure --------------------------------------------------------------


def judge(fault: Fault, run: Run) -> tuple[Caught, str]:
    """Whether the suite caught the fault for the right reason; and a note."""
    counts = Counter(test.outcome for test in run.tests)
    failed = sum(counts[kind] for kind in _FAILED)
    unmeasured = sum(counts[kind] for kind in _NOT_MEASURED)
    note = f"{failed} of {sum(counts.values())} failed"
    if unmeasured:
        lost = sum(counts[kind] for kind in _LOST)
        note = f"{lost} lost, {counts['not run']} not run"
        note += f", {failed} failed" if failed else ""
    if run.end is None:
        return Caught.WRONG_REASON, "the suite was interrupted"
    expect = fault.expect
    if expect.outcome is Outcome.FINDING:
        return (
            _found(expect.says, run)
            if not failed and not unmeasured
            else (Caught.WRONG_REASON, note)
        )
    if not failed and not unmeasured:
        return Caught.MISSED, note
    # After a wrong answer that ends everything (no model), the rest cannot run.
    if expect.outcome is Outcome.FAILURE and any(counts[kind] for kind in _LOST):
        return Caught.WRONG_REASON, note
    if expect.outcome is Outcome.INFRASTRUCTURE and failed:
        return Caught.WRONG_REASON, note
    bad = _bad(run.tests, _FAILED if expect.outcome is Outcome.FAILURE else _NOT_MEASURED)
    if expect.test and not any(expect.test in test.test for test in bad):
        return Caught.WRONG_REASON, f"{note}, {expect.test} not"
    if not _says(expect.says, bad):
        return Caught.WRONG_REASON, f"the first message is: {_first_line(bad)}"
    return Caught.CAUGHT, note


def name(fault: Fault, diagnosis: Diagnosis) -> Named:
    """Whether the fault was named, and nothing else.

    Mistakes that predict the same for every image of the run are named together. A finding
    about the link names itself; a diagnosis beside it would be wrong.
    """
    if fault.expect.outcome is Outcome.FINDING:
        return Named.WRONG if diagnosis.findings else Named.RIGHT
    if not diagnosis.findings:
        return Named.UNEXPLAINED
    expected = set(fault.expect.diagnosis)
    right = all(
        expected & {finding.id, *(name for name, _ in finding.alternatives)}
        for finding in diagnosis.findings
    )
    return Named.RIGHT if right else Named.WRONG


def _found(says: str, run: Run) -> tuple[Caught, str]:
    from hil.judge.measure.link_findings import link_findings

    found = link_findings(run.link)
    if not found:
        return Caught.MISSED, "every test passed, and the link has no finding"
    caught = any(re.search(says, text) for text in found)
    return Caught.CAUGHT if caught else Caught.WRONG_REASON, "; ".join(found)


def _bad(tests: Iterable[TestRecord], outcomes: Sequence[str]) -> list[TestRecord]:
    return [test for test in tests if test.outcome in outcomes]


def _says(pattern: str, tests: Sequence[TestRecord]) -> bool:
    """Whether the first message matches: what comes first has to be what helps."""
    return bool(tests) and re.search(pattern, tests[0].message) is not None


def _first_line(tests: Sequence[TestRecord]) -> str:
    lines = tests[0].message.splitlines() if tests else []
    return lines[0] if lines else "nothing"
