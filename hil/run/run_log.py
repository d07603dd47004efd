"""What happened in a run, test by test: collected as records, and written as a run file."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hil.errors import (
    ExitCode,
    HilError,
    InfrastructureError,
    NotAskedError,
    NotProvenError,
    NotRunError,
    UnansweredError,
    UnavailableError,
    UsageError,
)
from hil.facts.outcomes import FLAKY, RERUN, SKIPPED, XFAILED

if TYPE_CHECKING:
    import pytest

    from hil.diagnose import Diagnosis
    from hil.facts.records import EndFacts
    from hil.facts.run import Run
    from hil.facts.writer import RunFile
    from hil.judge.conclusion import Conclusion
    from hil.run.measurement import Measurement
    from hil.run.testbench import Bench
    from hil.samples.fixture_set import FixturePhoto

_Found = TypeVar("_Found")


class RunLog:
    """Collects outcomes and facts as the records of a run file, and writes one if asked to.

    `kinds`: outcomes of tests, counted. `notes`: (name, text) of what is not as it should be.
    """

    def __init__(self, facts: Path | None) -> None:
        self.errors: list[HilError] = []
        self.conclusion: Conclusion | None = None
        self.annotations: tuple[str, ...] = ()
        self.kinds: Counter[str] = Counter()
        self.notes: dict[str, str] = {}
        self.outside_of_tests = 0
        self.facts_path = facts
        self.records: list[Any] = []
        self._file: RunFile | None = None
        self._taken = 1  # the header is the controller's
        self._worker = ""
        self._unavailable = ""
        self._again: set[str] = set()
        self._flaky: set[str] = set()
        self._counts: Counter[str] = Counter()
        self.diagnosis: Diagnosis | None = None
        self._bench: Bench | None = None
        self._pictured: set[str] = set()
        from hil.facts.host import header

        if facts is not None:
            from hil.facts.writer import RunFile

            self._file = RunFile(facts)
        self._add(header())
        if facts is not None:
            from hil.facts.origin import origin

            self._add(origin())
            self._taken = len(self.records)

    def test_finished(self, report: pytest.TestReport) -> None:
        """Adds the outcome of a test's set-up, call or tear-down."""
        outcome = getattr(report, KIND, "") or report.outcome
        if outcome == SKIPPED and not getattr(report, USES_BOARD, False):
            return  # nothing of a board is left out
        if outcome == SKIPPED and hasattr(report, "wasxfail"):
            outcome = XFAILED
        if report.outcome == RERUN:  # as pytest-rerunfailures says
            self._again.add(report.nodeid)
            # What the board answered stays wrong, whatever it answers to the next attempt.
            outcome = "failed" if getattr(report, WRONG, False) else RERUN
        elif report.when == "call":
            outcome = self._passed_again(report.nodeid, outcome)
        if report.when == "call" or outcome != "passed":
            self._write_test(report, outcome)
        self.show_flaky(report)

    def show_flaky(self, report: pytest.TestReport) -> None:
        """Lets the report of a test say that it has failed before."""
        if report.nodeid in self._flaky:
            if report.when == "call":
                setattr(report, KIND, FLAKY)
            report.user_properties.append(("outcome_kind", FLAKY))

    def not_measured(self, what: str, error: InfrastructureError) -> None:
        """Adds something that no test stands for and that keeps the run from being whole."""
        from hil.facts.records import TestRecord

        self.trouble(what, error)
        self._add(TestRecord(what, "run", error.kind, 0.0, f"{error.kind}: {error}"))

    def take_lines(self) -> list[str]:
        """The lines of the run file that came since this was asked the last time."""
        from hil.facts.writer import line_of

        news, self._taken = self.records[self._taken :], len(self.records)
        return [line_of(record) for record in news]

    def take_from(self, worker: str, lines: Iterable[str]) -> None:
        """Adds the lines of a worker."""
        from hil.facts.reader import record_of
        from hil.facts.records import TestRecord, WorkerRecord

        if worker != self._worker:
            self._worker = worker
            self._add(WorkerRecord(worker))
        for line in lines:
            record = record_of(line.encode(), f"worker {worker}")
            if isinstance(record, TestRecord) and record.when == "call":
                # The attempt before may have ended another worker, which this one cannot know.
                outcome = self._passed_again(record.test, record.outcome)
                record = dataclasses.replace(record, outcome=outcome)
            self._add(record)

    def wrong_outside_of_tests(self, count: int, what: str = "") -> None:
        """Takes how much was wrong in answers that no test is to be failed by."""
        if count:
            self.outside_of_tests += count
            self.kinds["failed"] += count
            self.notes["wrong after the tests"] = what or f"{count} answers of a worker's board"

    def first_picture_of(self, measurement: Measurement) -> bool:
        """True once per image: a report with a picture beside every test would be huge."""
        name = measurement.facts.image
        if name in self._pictured:
            return False
        self._pictured.add(name)
        return True

    def ask_again(self, bench: Bench, most_s: float) -> None:
        """Asks the board, while it is there, what the diagnosis wants to know."""
        from hil.run.experiments import perform_wanted

        self.write_news(bench)
        perform_wanted(bench, self.run(), most_s)
        self.write_news(bench)

    def bench_closing(self, bench: Bench) -> None:
        """Takes what only the open board can tell."""
        self._bench = bench
        if bench.recording_error is not None:
            self.errors.append(bench.recording_error)
        self._write_model(bench)
        self.write_news(bench)
        self._write_energy(bench)
        try:
            self._write_board(bench)
        except HilError as error:
            self.notes["not available"] = error.message
        flash = bench.flash_record()  # last of all: the board is in its loader then
        if flash is not None:
            self._add(flash)

    def close(self, pytest_status: int) -> None:
        """Ends the run, and its file."""
        self._add(self._end(pytest_status))
        file, self._file = self._file, None
        if file is None:
            return
        file.close()
        if file.error is not None:
            self.errors.append(file.error)

    def run(self) -> Run:
        """The run so far, the same as its file would give."""
        from hil.facts.run import Run

        return Run.of(self.records)

    def nothing_tried(self) -> bool:
        """No board was there to be tried, which is no failure."""
        return bool(self.kinds[UnavailableError.kind]) and self.run().board is None

    def _end(self, pytest_status: int) -> EndFacts:
        from hil.facts.records import EndFacts

        code = int(self.exit_code(pytest_status))
        return EndFacts(code, tuple(sorted(self.kinds.items())))

    def as_if_ended(self, pytest_status: int) -> Run:
        """The run, which is about to end."""
        return dataclasses.replace(self.run(), end=self._end(pytest_status))

    def exit_code(self, pytest_status: int) -> int:
        """The run's exit code.

        A wrong answer weighs most: it stays wrong whatever the cable does. Then comes wrong
        use, of the run or in a test: it is to be put right first. Without either, anything that
        could not run or be written is infrastructure. Tests that were skipped since this machine
        has no such board prove nothing. Gates come last: they say something only about a run
        that is whole.
        """
        if self.kinds["failed"] or self.kinds["firmware"]:
            return ExitCode.TEST_FAILED
        if self.kinds[UsageError.kind]:
            return ExitCode.USAGE
        lost = (InfrastructureError.kind, UnansweredError.kind, NotRunError.kind)
        not_measured = sum(self.kinds[kind] for kind in lost)
        unwritten = self._file is not None and self._file.error is not None
        if not_measured or self.errors or unwritten:
            return ExitCode.INFRASTRUCTURE
        if self.kinds[UnavailableError.kind] or self.kinds[NotProvenError.kind]:
            return ExitCode.NOT_PROVEN
        if pytest_status == ExitCode.PASSED and self.conclusion is not None:
            return self.conclusion.exit_code()
        return pytest_status

    # ---- records ----------------------------------------------------------------

    def _add(self, record: Any) -> None:
        from hil.facts.records import TestRecord

        self.records.append(record)
        if isinstance(record, TestRecord):
            self.kinds[record.outcome] += 1
            if record.outcome == RERUN:
                self._again.add(record.test)
        if self._file is not None:
            self._file.write(record)

    def trouble(self, test: str, error: HilError) -> None:
        """Keeps an error that is not a mere failure of a check."""
        from hil.run.collect import trouble_record

        if isinstance(error, UnavailableError):
            self._unavailable = self._unavailable or str(error)
        self._add(trouble_record(test, error))
        flash = getattr(error, "flash", None)
        if flash is not None:
            self._add(flash)

    def diagnose(self) -> None:
        """Names the bug behind a run that did not pass."""
        if not any(count for kind, count in self.kinds.items() if kind not in _FINE):
            return
        from hil.diagnose import diagnose

        run, bench = self.run(), self._bench
        try:
            # Only if there is one already: to make one it asks for the board, which may be lost.
            oracle = None if bench is None else vars(bench).get("oracle")
            self.diagnosis = diagnose(run, oracle)
        except HilError as error:
            self.notes["diagnosis"] = f"not available: {error.message}"
        except Exception as error:  # noqa: BLE001 - the run's result must not be lost with its explanation
            self.notes["diagnosis"] = f"a bug of camhil: {type(error).__name__}: {error}"

    def write_news(self, bench: Bench) -> None:
        """Adds what was measured since this was asked the last time."""
        from hil.facts.records import RepeatRecord, TraceRecord
        from hil.run.collect import frame_record, image_record, sample_record

        self._write_model(bench)
        for what, records in (
            ("references", bench.answers.references),
            ("inferences", bench.answers.inferences),
            ("evidence", bench.evidence.records),
            ("divergences", bench.evidence.divergences),
            ("other networks", bench.others.records),
        ):
            for record in self._new(what, records):
                self._add(record)
        for name, measurement in self._new("measurements", bench.measurements.items()):
            self._add(image_record(measurement, self._entry(bench, name)))
        for sample in self._new("samples", bench.measured_samples.values()):
            self._add(sample_record(sample))
        for frame in self._new("frames", bench.frames.values()):
            self._add(frame_record(frame))
        for repeat in self._new("repeats", bench.repeats):
            self._add(RepeatRecord(repeat))
        for name, facts in self._new("traces", bench.traces.items()):
            if facts.ops is not None:
                self._add(TraceRecord(name, facts.ops, facts.invoke_us or 0, facts.outputs))

    def _new(self, what: str, found: Iterable[_Found]) -> list[_Found]:
        """What came to `found`, which only grows, since this was asked the last time."""
        everything = list(found)
        start, self._counts[what] = self._counts[what], len(everything)
        return everything[start:]

    @staticmethod
    def _entry(bench: Bench, name: str) -> FixturePhoto | None:
        return next((entry for entry in bench.photos if entry.name == name), None)

    def _write_model(self, bench: Bench) -> None:
        """The build and every handshake, as soon as there is a board."""
        board = bench.open_board
        if board is None:
            return
        from hil.run.collect import (
            handshake_record,
            memory_record,
            model_record,
            oddity_record,
        )

        if not self._counts["model"] and board.handshakes:
            self._counts["model"] = 1
            contract = bench.contract
            if contract is not None:
                self._add(model_record(contract, board))
        for after, identity in self._new("handshakes", board.handshakes):
            self._add(handshake_record(after, identity))
        for report in self._new("memories", board.memories):
            self._add(memory_record(report))
        for oddity in self._new("oddities", board.oddities):
            self._add(oddity_record(oddity))

    def _passed_again(self, test: str, outcome: str) -> str:
        """The outcome of a test's call: flaky if it passed and an attempt before did not."""
        if outcome != "passed" or test not in self._again:
            return outcome
        self._flaky.add(test)
        return FLAKY

    def _write_test(self, report: pytest.TestReport, outcome: str) -> None:
        from hil.facts.records import MeasurementRecord, TestRecord

        test = report.nodeid
        message = str(report.longrepr) if report.outcome in ("failed", RERUN) else ""
        if outcome == XFAILED:
            message = str(report.wasxfail)
        elif report.outcome == SKIPPED and isinstance(report.longrepr, tuple):
            message = report.longrepr[2].removeprefix("Skipped: ")
        if outcome == UnavailableError.kind:
            message = self._unavailable
        duration_s = round(float(report.duration), 6)
        by_verdict = tuple(getattr(report, BY_VERDICT, ()))
        self._add(TestRecord(test, report.when, outcome, duration_s, message, by_verdict))
        for name, value in getattr(report, RECORDED, ()):
            self._add(MeasurementRecord(test, name, value))

    def _write_energy(self, bench: Bench) -> None:
        """What the meter says of every inference; a meter that failed is trouble of the run."""
        records, error = bench.energy.finish(bench.answers.inferences)
        for record in records:
            self._add(record)
        if error is not None:
            self.errors.append(error)

    def _write_board(self, bench: Bench) -> None:
        board = bench.open_board
        if board is None:
            return
        from hil.run.collect import console_facts
        from hil.run.summing_up import board_facts, link_facts

        self._add(board_facts(bench, board))
        if bench.answers.inferences and bench.model is not None:
            self._add(bench.variety)
            self._add(bench.opinion)
        self._add(link_facts(bench, board))
        self._add(console_facts(board))


_FINE = (
    *("passed", SKIPPED, XFAILED, RERUN, FLAKY, NotAskedError.kind),
    *(UnavailableError.kind, NotProvenError.kind, UsageError.kind),
)

RECORDED = "hil_recorded"
"""Attribute of a TestReport: (name, value) of what the test recorded."""

WRONG = "hil_wrong"
"""Attribute of a TestReport: whether the board gave a wrong answer in it."""

USES_BOARD = "hil_uses_board"
"""Attribute of a TestReport: whether the test asks for a board."""

KIND = "hil_kind"
"""Attribute of a TestReport: `HilError.kind` of what was raised, or that it is flaky."""


def set_kind(report: pytest.TestReport, error: HilError) -> None:
    """Lets the report of a test say whose fault it was."""
    setattr(report, KIND, error.kind)
    report.longrepr = f"{error.kind}: {error}"
    report.user_properties.append(("outcome_kind", error.kind))


BY_VERDICT = "hil_by_verdict"
"""Attribute of a TestReport, and of what the test raised: keys as in `TestRecord.by_verdict`."""
