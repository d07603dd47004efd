"""One mutant under the suite, and the diagnosis of what it did."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from hil.base import resources
from hil.errors import ExitCode, HilError, UsageError
from hil.facts.codec import MismatchError, decoded
from hil.facts.diagnosis import Finding, Unexplained
from hil.facts.records import TestRecord
from hil.judge.judged import FAILED_OUTCOMES, LOST_OUTCOMES
from hil_lab.mutants.place import Named
from hil_lab.mutants.record import MutantRecord, Outcome, Said
from hil_lab.mutants.workshop import Built, Shop
from hil_lab.suite_run import run_suite

LIMIT_S = 180.0
"""One run of the suite; a sound board needs about a tenth of it."""

THOROUGH = ("--thorough",)
_THOROUGH_FACTOR = 4

_DIAGNOSIS_LIMIT_S = 300.0
_FEW = 2
_FAILED = (*FAILED_OUTCOMES, *LOST_OUTCOMES, UsageError.kind)
_VERDICT = re.compile(r"^(?:SHIP|DO NOT SHIP|NOT PROVEN|NOT MEASURED|PASSED|FAILED)\b.*")
_ERROR_CHARACTERS = 4000


def suite(folder: Path, firmware: Path, arguments: Sequence[str]) -> int | None:
    """The suite on a build, with this repository's gates; as `run_suite`."""
    gates = resources.find("gates.toml")
    options = ["--firmware", str(firmware), "--gates", str(gates), *arguments]
    limit_s = LIMIT_S * (_THOROUGH_FACTOR if "--thorough" in arguments else 1)
    return run_suite(folder, options, limit_s)


def try_mutant(
    shop: Shop, built: Built, folder: Path, arguments: Sequence[str], *, thorough: bool
) -> MutantRecord:
    """Runs it all in `folder`, which keeps what was printed and written.

    Args:
        shop: that it is of.
        built: the mutant.
        folder: of this mutant alone.
        arguments: more of them for the suite.
        thorough: whether the thorough suite is asked where the default one missed it.
    """
    mutant = built.mutant
    arguments = (*arguments, *built.arguments)
    started = time.monotonic()
    place = folder
    caught, code, again = _suite_twice(place, built, arguments)
    thoroughly: Outcome | None = None
    if thorough and not caught.caught:
        place = folder / "thorough"
        thoroughly, code, again = _suite_twice(place, built, (*arguments, *THOROUGH))
    tests = failed(_tests(place / "facts.jsonl"))
    findings, unexplained, error = _diagnose(place)
    name: Named | None = shop.named(mutant, findings, unexplained)
    if error:
        name = Named.CRASHED
    elif (thoroughly or caught) is Outcome.SURVIVED and name is Named.NOTHING:
        name = None  # nothing was to explain
    shutil.rmtree(built.firmware)
    for flash in folder.rglob("flash.bin"):
        flash.unlink()
    return MutantRecord(
        id=mutant.id,
        file=mutant.file,
        line=mutant.line,
        kind=mutant.kind,
        diff=built.shown,
        object=built.object,
        outcome=caught,
        exit_code=code,
        again=again,
        thorough=thoroughly,
        verdict=_verdict(place / "suite.log"),
        failed=tuple(dict.fromkeys(_name(test) for test in tests)),
        first=tests[0].message if tests else "",
        said=(
            *(Said(each.id, each.title, each.where_to_look) for each in findings),
            *(Said("", f"{each.stage}: {each.what}", "") for each in unexplained),
        ),
        error=error,
        named=name,
        seconds=round(time.monotonic() - started, 1),
        build_s=built.build_s,
    )


def _suite_twice(
    folder: Path, built: Built, arguments: Sequence[str]
) -> tuple[Outcome, int | None, int | None]:
    """What the suite makes of it, its exit code, and that of a second run if there was any."""
    code = suite(folder, built.firmware, arguments)
    again = None
    missed = code in (None, ExitCode.PASSED)
    if not missed and len(failed(_tests(folder / "facts.jsonl"))) <= _FEW:
        again = suite(folder / "again", built.firmware, arguments)
        again = -1 if again is None else again
    return outcome(code, again), code, again


def outcome(code: int | None, again: int | None) -> Outcome:
    """Of the exit codes of one run, and of a second one if there was any."""
    if code is None:
        return Outcome.TIMED_OUT
    if code == ExitCode.PASSED:
        return Outcome.SURVIVED
    return Outcome.UNSTEADY if again == ExitCode.PASSED else Outcome.CAUGHT


def failed(tests: Iterable[TestRecord]) -> list[TestRecord]:
    """Those that failed or could not be measured, in order: not what never began after them."""
    return [test for test in tests if test.outcome in _FAILED]


def _tests(facts: Path) -> tuple[TestRecord, ...]:
    """None where the suite left no run, or a damaged one."""
    from hil.facts.reader import read_run

    try:
        return read_run(facts).tests
    except HilError:
        return ()


def _name(test: TestRecord) -> str:
    return test.test.rpartition("::")[2].partition("[")[0]


def _verdict(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line for line in reversed(lines) if _VERDICT.match(line)), "")


Diagnosed = tuple[tuple[Finding, ...], tuple[Unexplained, ...], str]


def _diagnose(folder: Path) -> Diagnosed:
    facts = folder / "facts.jsonl"
    if not facts.is_file():
        return (), (), ""
    command = [sys.executable, "-m", "hil", "diagnose", str(facts), "--json"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_DIAGNOSIS_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return (), (), f"it did not end within {_DIAGNOSIS_LIMIT_S:g} s"
    (folder / "diagnosis.json").write_text(done.stdout, encoding="utf-8")
    return read_diagnosis(done.stdout, done.stderr)


def read_diagnosis(output: str, errors: str) -> Diagnosed:
    """Findings, what is unexplained, and what went wrong if it is neither."""
    try:
        data = json.loads(output)
        findings = tuple(decoded(Finding, each) for each in data["findings"])
        unexplained = tuple(decoded(Unexplained, each) for each in data["unexplained"])
    except (ValueError, KeyError, TypeError, MismatchError):
        return (), (), (errors or output or "it printed nothing")[-_ERROR_CHARACTERS:]
    return findings, unexplained, ""
