"""What happened in a run, test by test: collected here, shown and written elsewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import ExitCode, HilError, InfrastructureError

if TYPE_CHECKING:
    import pytest

    from hil.board import Board
    from hil.diagnose import Diagnosis
    from hil.fixture_set import FixturePhoto
    from hil.record.run import (
        BoardFacts,
        HandshakeRecord,
        MeasurementRecord,
        ModelRecord,
        OddityRecord,
        TestRecord,
        TroubleRecord,
    )
    from hil.record.writer import RunFile
    from hil.testbench import Bench, FirstCause, Measurement


class RunLog:
    """Collects outcomes and facts, and writes them as a run file if asked to."""

    def __init__(self, facts: Path | None) -> None:
        self.errors: list[InfrastructureError] = []
        self.kinds: Counter[str] = Counter()
        self.first_cause: FirstCause | None = None
        self.measurements: tuple[Measurement, ...] = ()
        self.summary: dict[str, Any] = {}
        self.facts_path = facts
        self._file: RunFile | None = None
        self._written: set[str] = set()
        self._traced: set[str] = set()
        self._counts: Counter[str] = Counter()
        self.tests: list[TestRecord] = []
        self.recorded: list[MeasurementRecord] = []
        self.troubles: list[TroubleRecord] = []
        self.diagnosis: Diagnosis | None = None
        self.build: ModelRecord | None = None
        self.handshakes: tuple[HandshakeRecord, ...] = ()
        self.oddities: tuple[OddityRecord, ...] = ()
        self.board_facts: BoardFacts | None = None
        self._bench: Bench | None = None
        self._pictured: set[str] = set()
        if facts is not None:
            from hil.record.collect import header
            from hil.record.writer import RunFile

            self._file = RunFile(facts)
            self._file.write(header())

    def test_finished(
        self, bench: Bench | None, test: str, report: pytest.TestReport, kind: str
    ) -> None:
        """Adds the outcome of a test's set-up, call or tear-down."""
        if bench is not None:
            self._write_news(bench)
        if report.when == "call" or report.failed:
            outcome = kind or report.outcome
            self.kinds[outcome] += 1
            self._write_test(test, report, outcome)

    def first_picture_of(self, measurement: Measurement) -> bool:
        """True once per image: a report with a picture beside every test would be huge."""
        name = measurement.facts.image
        if name in self._pictured:
            return False
        self._pictured.add(name)
        return True

    def bench_closing(self, bench: Bench) -> None:
        """Takes what only the open board can tell."""
        self._bench = bench
        self.first_cause = bench.first_cause
        self.measurements = tuple(bench.measurements.values())
        if bench.recording_error is not None:
            self.errors.append(bench.recording_error)
        if bench.open_board is not None:
            self._keep_build(bench.open_board)
        try:
            self.summary = bench.summary()
            self._write_board(bench)
        except HilError as error:
            self.summary = {"not available": error.message}

    def close(self, pytest_status: int) -> None:
        """Ends the file."""
        code = self.exit_code(pytest_status)
        if self._file is None:
            return
        from hil.record.run import EndFacts

        self._file.write(EndFacts(code, tuple(sorted(self.kinds.items()))))
        self._file.close()
        if self._file.error is not None:
            self.errors.append(self._file.error)
        self._file = None

    def exit_code(self, pytest_status: int) -> int:
        """The run's exit code.

        A wrong answer weighs most: it stays wrong whatever the cable does. Without
        one, anything that could not run or be written is infrastructure.
        """
        if self.kinds["failed"] or self.kinds["firmware"] or self.kinds["usage"]:
            return ExitCode.TEST_FAILED
        not_measured = self.kinds[InfrastructureError.kind] + self.kinds["not run"]
        unwritten = self._file is not None and self._file.error is not None
        if not_measured or self.errors or unwritten:
            return ExitCode.INFRASTRUCTURE
        return pytest_status

    # ---- the run file -----------------------------------------------------------

    def trouble(self, test: str, error: HilError) -> None:
        """Keeps an error that is not a mere failure of a check."""
        from hil.record.collect import trouble_record

        self.troubles.append(trouble_record(test, error))
        if self._file is not None:
            self._file.write(self.troubles[-1])

    def diagnose(self) -> None:
        """Names the bug behind a run that did not pass."""
        if not any(count for kind, count in self.kinds.items() if kind not in _FINE):
            return
        from hil.diagnose import diagnose
        from hil.record.collect import current_run

        bench = self._bench
        try:
            run = current_run(self, bench)
            oracle = None if bench is None or run.model is None else bench.oracle
            self.diagnosis = diagnose(run, oracle)
        except HilError as error:
            self.summary["diagnosis"] = f"not available: {error.message}"
        except Exception as error:  # noqa: BLE001 - the run's result must not be lost with its explanation
            self.summary["diagnosis"] = f"a bug of camhil: {type(error).__name__}: {error}"

    def _write_news(self, bench: Bench) -> None:
        if self._file is None:
            return
        from hil.record.collect import image_record
        from hil.record.run import TraceRecord

        self._write_model(bench)
        for what in ("inferences", "evidence", "divergences"):
            records = getattr(bench, what)
            for record in records[self._counts[what] :]:
                self._file.write(record)
            self._counts[what] = len(records)

        for name, measurement in bench.measurements.items():
            if name not in self._written:
                self._written.add(name)
                self._file.write(image_record(measurement, self._entry(bench, name)))
        for name, facts in bench.traces.items():
            if name not in self._traced and facts.ops is not None:
                self._traced.add(name)
                self._file.write(TraceRecord(name, facts.ops, facts.invoke_us or 0))

    @staticmethod
    def _entry(bench: Bench, name: str) -> FixturePhoto | None:
        return next((entry for entry in bench.photos if entry.name == name), None)

    def _write_model(self, bench: Bench) -> None:
        """The build and every handshake, as soon as there is a board."""
        board = bench.open_board
        if self._file is None or board is None:
            return
        from hil.record.collect import handshake_record, model_record, oddity_record

        if not self._counts["model"]:
            self._counts["model"] = 1
            self._file.write(model_record(board.expected))
        for after, identity in board.handshakes[self._counts["handshakes"] :]:
            self._file.write(handshake_record(after, identity))
        self._counts["handshakes"] = len(board.handshakes)
        for oddity in board.oddities[self._counts["oddities"] :]:
            self._file.write(oddity_record(oddity))
        self._counts["oddities"] = len(board.oddities)

    def _write_test(self, test: str, report: pytest.TestReport, outcome: str) -> None:
        from hil.record.run import MeasurementRecord, TestRecord

        message = str(report.longrepr) if report.failed else ""
        duration_s = round(report.duration, 6)
        self.tests.append(TestRecord(test, report.when, outcome, duration_s, message))
        values = [
            MeasurementRecord(test, name, value) for name, value in getattr(report, RECORDED, ())
        ]
        self.recorded += values
        if self._file is None:
            return
        self._file.write(self.tests[-1])
        for record in values:
            self._file.write(record)

    def _keep_build(self, board: Board) -> None:
        from hil.record.collect import handshake_record, model_record, oddity_record

        self.oddities = tuple(map(oddity_record, board.oddities))
        self.build = model_record(board.expected)
        self.handshakes = tuple(handshake_record(*shake) for shake in board.handshakes)

    def _write_board(self, bench: Bench) -> None:
        board = bench.open_board
        if board is None or (self._file is None and not self.kinds.keys() - set(_FINE)):
            return
        from hil.record.collect import board_facts, console_facts, link_facts

        self.board_facts = board_facts(bench, board)
        if self._file is None:
            return
        self._file.write(self.board_facts)
        self._file.write(link_facts(board, bench.recoveries))
        self._file.write(console_facts(board))


_FINE = ("passed", "skipped")

RECORDED = "hil_recorded"
"""Attribute of a TestReport: (name, value) of what the test recorded."""
