"""The end of the terminal output: one row per image, the board, and the first cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.judge.verdict import Status, worst
from hil.location import Location
from hil.score import percent_text

if TYPE_CHECKING:
    import pytest

    from hil.report.conclusion import Conclusion
    from hil.report.run_log import RunLog
    from hil.testbench import Measurement

COLUMNS = (
    "image",
    "score",
    "location",
    "worst LSB",
    "invoke_us",
    "round trip",
    "arena",
    "verdict",
)


def row(measurement: Measurement) -> tuple[str, ...]:
    """The cells of one image's row, as in `COLUMNS`."""
    facts, inference = measurement.facts, measurement.inference
    location = facts.device.location
    arena = measurement.memory.arena_used_bytes
    differences = [facts.scores, facts.cam, facts.features]
    known = [difference.max_lsb for difference in differences if difference is not None]
    return (
        facts.image,
        percent_text(facts.device.scores[facts.positive_class]),
        f"({location.x}, {location.y})" if isinstance(location, Location) else location.value,
        str(max(known)) if len(known) == len(differences) else "not comparable",
        str(inference.times.invoke_us),
        f"{inference.round_trip_s * 1e3:.1f} ms",
        "unknown" if arena is None else f"{arena:,} B",
        worst_of(measurement).value,
    )


def worst_of(measurement: Measurement) -> Status:
    """The outcome of what was measured for an image; what was not asked for does not count."""
    ran = [v for v in measurement.verdicts if v.status is not Status.NOT_RUN]
    return worst(ran)


def write_summary(reporter: pytest.TerminalReporter, log: RunLog) -> None:
    """Writes the table, the board's identity and what went wrong first."""
    if log.measurements:
        reporter.section("board against oracle", sep="=")
        _write_table(reporter, log.measurements)
    if log.summary:
        reporter.section("board", sep="-")
        width = max(len(key) for key in log.summary)
        for key, value in log.summary.items():
            reporter.write_line(f"{key:<{width}}  {value}")
    if log.facts_path is not None:
        reporter.write_line(f"facts: {log.facts_path}")
    _write_trouble(reporter, log)
    if log.diagnosis is not None and not log.diagnosis.empty:
        from hil.diagnose.show import lines

        reporter.section("diagnosis", sep="=", red=True, bold=True)
        for line in lines(log.diagnosis):
            reporter.write_line(line.text, bold=line.strong)
    for annotation in log.annotations:
        reporter.write_line(annotation)


_MARKUP: dict[str, dict[str, bool]] = {
    "good": {"green": True},
    "bad": {"red": True, "bold": True},
    "unsure": {"yellow": True},
    "plain": {},
    "head": {"bold": True},
}


def write_conclusion(reporter: pytest.TerminalReporter, conclusion: Conclusion) -> None:
    """Writes what changed against the baseline, the table of gates, and the verdict last."""
    from hil.report.conclusion import conclusion_lines

    reporter.section("can it ship?" if conclusion.verdict else "baseline", sep="=")
    for line in conclusion_lines(conclusion):
        reporter.write_line(line.text, **_MARKUP[line.tone])


def _write_table(reporter: pytest.TerminalReporter, measurements: tuple[Measurement, ...]) -> None:
    rows = [row(measurement) for measurement in measurements]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    reporter.write_line(_line(COLUMNS, widths), bold=True)
    for cells, measurement in zip(rows, measurements, strict=True):
        passed = worst_of(measurement) is Status.PASSED
        reporter.write_line(_line(cells, widths), red=not passed)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    # Names to the left, numbers to the right.
    first, *rest = cells
    parts = [first.ljust(widths[0])]
    parts += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
    return "  ".join(parts)


def _write_trouble(reporter: pytest.TerminalReporter, log: RunLog) -> None:
    if log.first_cause is not None:
        reporter.section("infrastructure: the first cause", sep="=", red=True, bold=True)
        if log.first_cause.test:
            reporter.write_line(f"in {log.first_cause.test}")
        reporter.write_line(str(log.first_cause.error))
        not_run = log.kinds["not run"]
        if not_run:
            reporter.write_line(f"{not_run} checks after it were not run: not passed either")
    if log.unavailable is not None:
        skipped = log.kinds[log.unavailable.kind]
        reporter.section("not proven: tests were skipped", sep="=", yellow=True, bold=True)
        reporter.write_line(str(log.unavailable))
        reporter.write_line(f"{skipped} skipped for this reason: not passed either")
    for error in log.errors:
        reporter.section(f"{error.kind}: report", sep="=", red=True, bold=True)
        reporter.write_line(str(error))
