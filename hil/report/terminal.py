"""The end of the terminal output: one row per image, the board, and the first cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import NotRunError, UnansweredError, UnavailableError, UsageError
from hil.facts.records import THOROUGH
from hil.facts.stand_in import mark, note
from hil.judge.judged import LOST_OUTCOMES, first_line, flaky_tests, judge_recorded
from hil.judge.measure.energy import energy_text
from hil.judge.measure.link_findings import link_findings, link_remarks
from hil.judge.verdict import Status
from hil.network.score import percent_text
from hil.report.changes import operators_text, outputs_text, place
from hil.report.page.details import opinion_text
from hil.report.screen import say

if TYPE_CHECKING:
    import pytest

    from hil.facts.records import TestRecord
    from hil.facts.run import Run
    from hil.judge.conclusion import Conclusion
    from hil.judge.judged import JudgedImage, JudgedRun, JudgedSample
    from hil.run.run_log import RunLog

COLUMNS = ("image", "score", "location", "LSB", "invoke_us", "round trip", "verdict")


def row(image: JudgedImage) -> tuple[str, ...]:
    """The cells of one image's row, as in `COLUMNS`; LSB: the worst of score, map and features."""
    facts, times = image.record.facts, image.record.times
    largest = image.largest_lsb
    return (
        facts.image,
        percent_text(facts.device.scores[facts.positive_class]),
        place(facts.device),
        "-" if largest is None else str(largest),
        str(times.invoke_us),
        f"{times.round_trip_us / 1e3:.1f} ms",
        image.status.value,
    )


SAMPLE_COLUMNS = ("sample", "outputs", "operators", "invoke_us", "round trip", "verdict")


def sample_row(sample: JudgedSample) -> tuple[str, ...]:
    """The cells of one sample's row, as in `SAMPLE_COLUMNS`."""
    record = sample.record
    facts, times = record.facts, record.times
    return (
        record.name,
        outputs_text(facts),
        operators_text(facts),
        str(times.invoke_us),
        f"{times.round_trip_us / 1e3:.1f} ms",
        sample.status.value,
    )


def board_rows(judged: JudgedRun) -> Iterator[tuple[str, str]]:
    """Who answered and how it went; nothing without a board."""
    board, link = judged.run.board, judged.run.link
    if board is None or link is None:
        return
    yield "board", board.spec
    if board.thorough:
        yield "thorough", THOROUGH
    meaning = note(board.time_base)
    if meaning:
        yield "times", meaning
    yield "target", board.target
    yield "firmware", f"{board.firmware_version}, build {board.build_id[:16]}"
    yield "model", f"{board.model_sha256[:16]}, {board.network.text}"
    yield "engine", board.engine
    yield "oracle", board.resolver
    yield "opinion", opinion_text(judged.run.opinion)
    yield "tolerances", _listing(board.tolerances)
    yield "link", _listing((name, count) for name, count in link.counts if count)
    yield "answers", _answers(judged)
    others = judged.run.other_networks
    if others:
        due = sum(not record.wrong for record in others)
        yield "others", f"{due} of {len(others)} other networks and broken partitions as due"
    yield "recoveries", str(link.recoveries)
    used = [one.memory.arena_used_bytes for one in judged.run.measured]
    known = [count for count in used if count is not None]
    if known:
        yield "arena", f"{max(known):,} B"
    energy = energy_text(judged.run)
    if energy:
        yield "energy", energy


def _answers(judged: JudgedRun) -> str:
    text = f"{len(judged.answers)}, {len(judged.wrong_answers)} wrong"
    again = sum(bool(record.experiment) for record in judged.run.inferences)
    text += f"; {again} of them asked again at the end, for the diagnosis" if again else ""
    unjudged = sum(answer.facts is None for answer in judged.answers)
    return f"{text}, {unjudged} not judged" if unjudged else text


def _listing(values: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values)


def write_summary(reporter: pytest.TerminalReporter, log: RunLog, record: Path | None) -> None:
    """Writes the table, the board's identity and what went wrong first.

    `record`: where the conversation was recorded.
    """
    reporter.ensure_newline()
    judged = judge_recorded(log.run())
    if judged.images or judged.samples:
        reporter.section("board against oracle", sep="=")
    for columns, one_row, found in (
        (COLUMNS, row, judged.images),
        (SAMPLE_COLUMNS, sample_row, judged.samples),
    ):
        if found:
            _write_table(reporter, columns, one_row, found, mark(judged.run.time_base))
    rows = [*board_rows(judged), *log.notes.items()]
    if rows and record is not None:
        rows.append(("recording", str(record)))
    if rows:
        reporter.section("board", sep="-")
        width = max(len(key) for key, _ in rows)
        for key, value in rows:
            say(reporter, f"{key:<{width}}  {value}")
    for finding in link_findings(judged.run.link):
        say(reporter, f"link: {finding}", yellow=True)
    for remark in link_remarks(judged.run.link):
        say(reporter, f"link: {remark}")
    if log.facts_path is not None:
        say(reporter, f"facts: {log.facts_path}")
    _write_trouble(reporter, log, judged.run)
    if log.diagnosis is not None and not log.diagnosis.empty:
        from hil.diagnose.show import lines

        reporter.section("diagnosis", sep="=", red=True, bold=True)
        for line in lines(log.diagnosis):
            say(reporter, line.text, bold=line.strong)
    for annotation in log.annotations:
        say(reporter, annotation)


_MARKUP: dict[str, dict[str, bool]] = {
    "good": {"green": True},
    "bad": {"red": True, "bold": True},
    "unsure": {"yellow": True},
    "plain": {},
    "head": {"bold": True},
}


def write_conclusion(reporter: pytest.TerminalReporter, conclusion: Conclusion) -> None:
    """Writes what changed against the baseline, the table of gates, and the verdict last."""
    from hil.judge.conclusion import conclusion_lines

    reporter.section("can it ship?" if conclusion.verdict else "baseline", sep="=")
    for line in conclusion_lines(conclusion):
        say(reporter, line.text, **_MARKUP[line.tone])


def _write_table(
    reporter: pytest.TerminalReporter,
    columns: tuple[str, ...],
    one_row: Callable[[Any], tuple[str, ...]],
    images: Sequence[JudgedImage | JudgedSample],
    clock: str,
) -> None:
    """`clock`: whose the times are, where they are no chip's."""
    from hil.base.columns import aligned

    columns = tuple(f"{clock} us" if clock and c == "invoke_us" else c for c in columns)
    head, *rows = aligned([columns, *map(one_row, images)])
    for text in head:
        say(reporter, text, bold=True)
    for texts, image in zip(rows, images, strict=True):
        for text in texts:
            say(reporter, text, red=image.status is not Status.PASSED)


def _write_trouble(reporter: pytest.TerminalReporter, log: RunLog, run: Run) -> None:
    flaky = flaky_tests(run)
    if flaky:
        reporter.section("flaky: passed when run again", sep="=", yellow=True, bold=True)
        for test in flaky:
            say(reporter, f"{test.test}: {first_line(test.message)}")
    cause = _first(run, *LOST_OUTCOMES)
    if cause is not None:
        whose = ", firmware or line" if cause.outcome == UnansweredError.kind else ""
        title = f"{cause.outcome}{whose}: the first cause"
        reporter.section(title, sep="=", red=True, bold=True)
        say(reporter, f"in {cause.test}")
        # A test that was expected to fail reports no message.
        told = (trouble.message for trouble in run.troubles if trouble.test == cause.test)
        message = cause.message.removeprefix(f"{cause.outcome}: ") or next(told, "")
        say(reporter, message)
        not_run = log.kinds["not run"]
        if not_run:
            say(reporter, f"{not_run} checks after it were not run: not passed either")
    elif log.kinds["not run"]:
        reporter.section("not run: not passed either", sep="=", yellow=True, bold=True)
        messages = (t.message for t in run.tests if t.outcome == NotRunError.kind)
        reasons = Counter(message.partition(": ")[2] for message in messages)
        for reason, count in reasons.most_common():
            say(reporter, f"{count} checks: {reason}" if count > 1 else reason)
    refusals = reporter.stats.get(UsageError.kind, ())
    if refusals:
        reporter.section("usage: the run cannot go on", sep="=", red=True, bold=True)
        say(reporter, str(refusals[0].longrepr).partition(": ")[2])
    skipped = _first(run, UnavailableError.kind)
    if skipped is not None:
        reporter.section("not proven: tests were skipped", sep="=", yellow=True, bold=True)
        say(reporter, skipped.message)
        count = log.kinds[skipped.outcome]
        say(reporter, f"{count} skipped for this reason: not passed either")
    for error in log.errors:
        reporter.section(f"{error.kind}: report", sep="=", red=True, bold=True)
        say(reporter, str(error))


def _first(run: Run, *outcomes: str) -> TestRecord | None:
    return next((test for test in run.tests if test.outcome in outcomes), None)
