"""What happened in a run, test by test: collected here, shown and written elsewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil import __version__
from hil.errors import ExitCode, HilError, InfrastructureError
from hil.report.jsonl import FactsFile

if TYPE_CHECKING:
    import pytest

    from hil.testbench import Bench, FirstCause, Measurement

FACTS_VERSION = 1
"""Version of the facts file; a reader refuses others."""


class RunLog:
    """Collects outcomes and facts, and writes them as JSON lines if asked to."""

    def __init__(self, facts: Path | None) -> None:
        self.errors: list[InfrastructureError] = []
        self.kinds: Counter[str] = Counter()
        self.first_cause: FirstCause | None = None
        self.measurements: tuple[Measurement, ...] = ()
        self.summary: dict[str, Any] = {}
        self._file = FactsFile(facts) if facts else None
        self._images: set[str] = set()
        self._pictured: set[str] = set()
        if self._file is not None:
            self._file.write("run", {"version": FACTS_VERSION, "camhil": __version__})

    @property
    def facts_path(self) -> Path | None:
        return self._file.path if self._file else None

    def test_finished(
        self, bench: Bench | None, test: str, report: pytest.TestReport, kind: str
    ) -> None:
        """Adds the outcome of a test's set-up, call or tear-down."""
        if bench is not None:
            self._write_new_images(bench)
        if report.when == "call" or report.failed:
            outcome = kind or report.outcome
            self.kinds[outcome] += 1
            self._write(
                "test",
                {
                    "test": test,
                    "when": report.when,
                    "outcome": outcome,
                    "duration_s": round(report.duration, 6),
                    "properties": dict(report.user_properties),
                    "message": str(report.longrepr) if report.failed else "",
                },
            )

    def first_picture_of(self, measurement: Measurement) -> bool:
        """True once per image: a report with a picture beside every test would be huge."""
        name = measurement.facts.image
        if name in self._pictured:
            return False
        self._pictured.add(name)
        return True

    def bench_closing(self, bench: Bench) -> None:
        """Takes what only the open board can tell."""
        self.first_cause = bench.first_cause
        self.measurements = tuple(bench.measurements.values())
        try:
            self.summary = bench.summary()
        except HilError as error:
            self.summary = {"not available": error.message}
        self._write("board", self.summary)

    def close(self, pytest_status: int) -> None:
        """Ends the file."""
        self._write(
            "end", {"exit_code": self.exit_code(pytest_status), "outcomes": dict(self.kinds)}
        )
        if self._file is not None:
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
        if not_measured or self.errors or (self._file is not None and self._file.error):
            return ExitCode.INFRASTRUCTURE
        return pytest_status

    def _write_new_images(self, bench: Bench) -> None:
        for name, measurement in bench.measurements.items():
            if name in self._images:
                continue
            self._images.add(name)
            if self._file is None:
                continue
            from hil.judge.record import to_json

            self._write(
                "image",
                {
                    "facts": to_json(measurement.facts),
                    "verdicts": [to_json(verdict) for verdict in measurement.verdicts],
                    "round_trip_s": round(measurement.inference.round_trip_s, 6),
                },
            )

    def _write(self, kind: str, facts: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(kind, facts)
