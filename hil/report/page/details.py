"""What the page says of the link, of who was measured, of the tests and of the console."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import NotAskedError
from hil.facts.outcomes import RERUN
from hil.facts.records import THOROUGH
from hil.facts.stand_in import note
from hil.judge.figures import count_text, series, share_text
from hil.judge.judged import FAILED_OUTCOMES
from hil.report.page.origin import commit_text

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts, SecondOpinionRecord
    from hil.facts.run import Run
    from hil.judge.tolerance import Tolerances

_COUNTS = {
    "bytes_out": "bytes to the board",
    "bytes_in": "bytes from the board",
    "frames_out": "frames to the board",
    "frames_in": "frames from the board",
    "console_bytes": "bytes of console text",
    "damaged": "damaged frames from the board",
    "notices": "notices of damage by the board",
    "damaged_at_board": "damaged frames to the board",
    "retransmitted": "frames sent again",
    "timeouts": "of them because no answer came in time",
    "duplicates": "answers that came twice",
    "stale": "answers to what was given up, or of another session",
    "wrong_image": "answers about another image",
    "malformed": "frames that hold no reply",
    "bad_requests": "requests that the board could not read",
    "busy": "times the board was busy",
    "incomplete": "inferences asked for too early",
    "reuploads": "images announced again",
    "repeated_inferences": "inferences run again",
    "late": "answers that came after asking again",
    "unanswered": "requests never answered, without damage",
    "duplicates_unasked": "answers that nothing had asked for",
    "asked_again": "times the board wanted again what it had",
    "rate_missed": "times the link did not reach its rate",
}
_TRAFFIC = ("bytes_out", "bytes_in", "frames_out", "frames_in", "console_bytes")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ufffe\uffff\ud800-\udfff]")
_LEVEL = re.compile(r"^([EW]) \(\d+\)")
_PANIC = re.compile(r"Guru Meditation|abort\(\) was called|Backtrace:|assert failed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One count; `trouble` where it is above zero and should not be."""

    name: str
    count: int
    note: str
    trouble: bool


@dataclass(frozen=True, slots=True)
class TestRow:
    """All cases of one test function. `not_asked`: of what this board or network lacks."""

    test: str
    passed: int
    failed: int
    other: int
    not_asked: int
    seconds: float

    @property
    def happy(self) -> bool:
        """Every case that was asked passed."""
        return not self.failed and not self.other


@dataclass(frozen=True, slots=True)
class ConsoleRow:
    """One line of the console. `level`: error, warning or empty."""

    at: str
    text: str
    level: str


def link_rows(run: Run) -> tuple[LinkRow, ...]:
    """The counts of the link, errors as a share of the frames."""
    if run.link is None:
        return ()
    counts = dict(run.link.counts)
    frames = {"damaged": "frames_in", "damaged_at_board": "frames_out",
              "retransmitted": "frames_out"}  # fmt: skip
    rows = []
    for name, count in run.link.counts:
        of = counts.get(frames.get(name, ""), 0)
        note = share_text(count, of) if of else ""
        rows.append(
            LinkRow(_COUNTS.get(name, name), count, note, count > 0 and name not in _TRAFFIC)
        )
    recovered = run.link.recoveries
    return (*rows, LinkRow("times the board was recovered", recovered, "", recovered > 0))


def identity(run: Run, tolerances: Tolerances) -> dict[str, tuple[tuple[str, str], ...]]:
    """Who was measured by whom: groups of (name, value)."""
    header, board = run.header, run.board
    groups: dict[str, tuple[tuple[str, str], ...]] = {}
    if board is not None:
        groups["Board"] = (
            ("asked for as", board.spec),
            ("target", board.target),
            ("chip of the build", board.chip),
            ("link", f"{board.baud:,} baud"),
            *_time_base(board),
            *((("thorough", THOROUGH),) if board.thorough else ()),
            ("can", ", ".join(board.capabilities) or "nothing optional"),
        )
        groups["Firmware"] = (
            ("version", board.firmware_version),
            ("ESP-IDF", board.idf_version or "unknown"),
            ("build", board.build_id),
            ("app SHA-256", board.app_sha256),
            ("engine", board.engine),
        )
        groups["Model"] = (
            ("SHA-256", board.model_sha256),
            ("contract", board.network.text),
            *_head(board),
        )
        groups["Oracle"] = (("kernels", board.resolver), *_opinion(run))
    groups["Tolerances in force"] = (
        ("score", f"{tolerances.score_lsb} LSB"),
        ("features", f"{tolerances.features_lsb} LSB"),
        ("map", f"{tolerances.cam_units} units"),
        ("location", f"{float(tolerances.location_margin):g} of the map's range"),
        ("other outputs", f"{tolerances.output_lsb} LSB"),
        ("second opinion", f"{tolerances.second_opinion_lsb} LSB"),
    )
    groups["Run"] = (
        ("started", header.started),
        *_origin(run),
        ("command", " ".join(header.command)),
        ("host", header.system),
        ("camhil", header.camhil),
        *header.packages,
    )
    return groups


def _origin(run: Run) -> tuple[tuple[str, str], ...]:
    origin = run.origin
    if origin is None:
        return ()
    commit = (("from", commit_text(origin)),) if origin.commit else ()
    return (*commit, *(((origin.ci, origin.ci_url),) if origin.ci else ()))


def _head(board: BoardFacts) -> tuple[tuple[str, str], ...]:
    head = board.network.head
    if head is None:
        return ()
    return ("positive class", str(head.positive_class)), ("threshold", f"{head.threshold} %")


def _opinion(run: Run) -> tuple[tuple[str, str], ...]:
    return (("second opinion", opinion_text(run.opinion)),)


def opinion_text(opinion: SecondOpinionRecord | None) -> str:
    """How far another interpreter is from the oracle, in words."""
    if opinion is None or opinion.trouble:
        return "none" if opinion is None else f"none: {opinion.trouble}"
    known = [op for op in opinion.ops if op.max_lsb is not None]
    off = [op for op in known if op.max_lsb]
    if not known:
        return f"{opinion.other}: nothing could be compared"
    many = count_text(opinion.samples, "sample")
    if not off:
        return f"{opinion.other}: every operator identical, on {many}"
    worst = max(off, key=lambda op: op.max_lsb or 0)
    place = f"operator {worst.index} {worst.name}"
    return (
        f"{opinion.other}: {len(off)} of {len(known)} operators differ, by up to "
        f"{worst.max_lsb} LSB ({place}), on {many}"
    )


def _time_base(board: BoardFacts) -> tuple[tuple[str, str], ...]:
    meaning = note(board.time_base)
    return (("times", meaning),) if meaning else ()


def test_rows(run: Run) -> tuple[TestRow, ...]:
    """The tests, all cases of one function together, in the order of the run."""
    found: dict[str, list[tuple[str, float]]] = {}
    for test in run.tests:
        if test.outcome == RERUN:
            continue  # the attempt after it counts
        function = test.test.partition("[")[0]
        found.setdefault(function, []).append((test.outcome, test.duration_s))
    rows = []
    for function, cases in found.items():
        outcomes = [outcome for outcome, _ in cases]
        passed = outcomes.count("passed")
        failed = sum(outcomes.count(name) for name in FAILED_OUTCOMES)
        seconds = sum(duration for _, duration in cases)
        not_asked = outcomes.count(NotAskedError.kind)
        other = len(cases) - passed - failed - not_asked
        rows.append(TestRow(function, passed, failed, other, not_asked, seconds))
    return tuple(rows)


def measurement_rows(run: Run) -> tuple[tuple[str, str, str], ...]:
    """(name, value or figures, from which tests) of what tests recorded."""
    found: dict[str, list[tuple[str, int | float | str | None]]] = {}
    for record in run.measurements:
        found.setdefault(record.name, []).append((record.test, record.value))
    return tuple(
        (name, _values_text([value for _, value in records]), _tests_text(records))
        for name, records in found.items()
    )


def console_rows(run: Run) -> Iterator[ConsoleRow]:
    """The console, without terminal colours; errors and warnings of ESP-IDF's log are marked."""
    for at_s, text in run.console.lines if run.console is not None else ():
        plain = printable(_COLOUR.sub("", text))
        level = _LEVEL.match(plain)
        kind = {"E": "error", "W": "warning"}[level[1]] if level else ""
        yield ConsoleRow(f"{at_s:.3f}", plain, "error" if _PANIC.search(plain) else kind)


def printable(text: str) -> str:
    """Text without characters that HTML cannot hold."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _values_text(values: list[int | float | str | None]) -> str:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(values):
        kinds = sorted({str(value) for value in values})
        return ", ".join(kinds[:3]) + (", ..." if len(kinds) > 3 else "")
    if len(numbers) == 1:
        return f"{numbers[0]:,}"
    found = series(numbers)
    return f"median {found.median:,.6g}, p95 {found.p95:,.6g} ({found.count} values)"


def _tests_text(records: list[tuple[str, int | float | str | None]]) -> str:
    tests = sorted({test for test, _ in records})
    return tests[0] if len(tests) == 1 else count_text(len(tests), "test")
