"""Two runs side by side: which gates, tests and answers became worse, and what keeps the two from
being compared. Pure.

What changed in the metrics is `hil.judge.baseline`'s to say; this adds the rest of a run.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import ExitCode
from hil.facts.outcomes import RERUN
from hil.facts.stand_in import replayed, stand_in
from hil.judge.baseline.compare import compare_runs
from hil.judge.baseline.model import Comparison, Outcome
from hil.judge.baseline.text import listed
from hil.judge.gates.model import GateResult, Gates, GateStatus, GatesVerdict
from hil.judge.gates.run import judge_judged, ungated
from hil.judge.gates.text import GateRow, gate_row
from hil.judge.headline import Headline, headline
from hil.judge.judged import (
    FAILED_OUTCOMES,
    NEUTRAL_OUTCOMES,
    UNMEASURED_OUTCOMES,
    JudgedRun,
    first_line,
)

if TYPE_CHECKING:
    from hil.facts.records import TestRecord


class Turn(str, enum.Enum):
    """What a change means. NEW and GONE: only one of the runs has it, and nothing is wrong."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class GateChange:
    """One gate on both runs. `before` is None of a gate that the earlier run is the limit of."""

    before: GateResult | None
    now: GateResult
    turn: Turn

    @property
    def row(self) -> GateRow:
        """The gate on the later run, in words."""
        return gate_row(self.now)

    @property
    def turned(self) -> str:
        """ "met, now unmet", or what it is in both runs."""
        status = self.now.status.value
        if self.before is None or self.before.status is self.now.status:
            return status
        return f"{self.before.status.value}, now {status}"


@dataclass(frozen=True, slots=True)
class TestChange:
    """One test with another outcome than before. `before`, `now`: empty where it did not run."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    test: str
    before: str
    now: str
    message: str
    turn: Turn

    @property
    def turned(self) -> str:
        """ "passed, now failed", "new, failed", "passed, not in this run"."""
        if not self.before:
            return f"new, {self.now}"
        return f"{self.before}, now {self.now}" if self.now else f"{self.before}, not in this run"


@dataclass(frozen=True, slots=True)
class Regression:
    """One reason why the later run is worse, and the exit code that goes with it.

    `tests`, `gates`: how many it stands for; 0 of what no test and no gate stands for. Cases of one
    test function that turned alike are one reason.
    """

    text: str
    code: ExitCode
    tests: int = 0
    gates: int = 0


@dataclass(frozen=True)
class Side:
    """One of two runs. `verdict` is None without gates."""

    name: str
    judged: JudgedRun
    verdict: GatesVerdict | None

    @property
    def stands(self) -> GatesVerdict:
        """What stands against the run, with gates or without."""
        return ungated(self.judged) if self.verdict is None else self.verdict

    @property
    def headline(self) -> Headline:
        return headline(self.judged, self.verdict)


@dataclass(frozen=True)
class TwoRuns:
    """What became of one run in another.

    Attributes:
        comparison: of the metrics; None where one of the two reached no board.
        gates: on both runs, in the order of their file.
        tests: whose outcome is another.
        obstacles: why the later run cannot be held against the earlier one, each a sentence;
            then nothing is proven, whatever else was found.
        regressions: the weightiest first.
    """

    before: Side
    now: Side
    comparison: Comparison | None
    gates: tuple[GateChange, ...]
    tests: tuple[TestChange, ...]
    obstacles: tuple[str, ...]
    regressions: tuple[Regression, ...]

    def tests_of(self, turn: Turn) -> tuple[TestChange, ...]:
        return tuple(change for change in self.tests if change.turn is turn)

    @property
    def exit_code(self) -> ExitCode:
        """Of the weightiest regression; NOT_PROVEN where the two cannot be compared."""
        if self.regressions:
            return self.regressions[0].code
        return ExitCode.NOT_PROVEN if self.obstacles else ExitCode.PASSED

    @property
    def tone(self) -> str:
        """good, bad or open."""
        if self.exit_code in (ExitCode.TEST_FAILED, ExitCode.GATE_FAILED):
            return "bad"
        return "open" if self.exit_code else "good"

    @property
    def outcome(self) -> str:
        """The answer in a word."""
        if self.tone == "bad":
            return "WORSE"
        if self.obstacles:
            return "NOT COMPARABLE"
        if self.exit_code is ExitCode.INFRASTRUCTURE:
            return "NOT MEASURED"
        return "NOT PROVEN" if self.regressions else "NOT WORSE"

    @property
    def ungated(self) -> tuple[str, ...]:
        """Metrics that are worse, and that no gate is on; those with labels once."""
        limited = {change.now.gate.metric.name for change in self.gates}
        worse = () if self.comparison is None else self.comparison.of(Outcome.WORSE)
        free = (change for change in worse if change.metric not in limited)
        names = (change.metric.partition("[")[0] for change, _ in listed(free))
        return tuple(dict.fromkeys(names))


_CODES = (
    *(ExitCode.TEST_FAILED, ExitCode.INFRASTRUCTURE, ExitCode.GATE_FAILED, ExitCode.NOT_PROVEN),
)
"""The weightiest first, as of a run."""


def two_runs(
    before: tuple[str, JudgedRun], now: tuple[str, JudgedRun], gates: Gates | None = None
) -> TwoRuns:
    """A run beside an earlier one.

    Args:
        before, now: each with the name that reports show.
        gates: for both. Those that are against a baseline take the earlier run for it.
    """
    (old_name, old), (new_name, new) = before, now
    comparison = None
    if old.run.board is not None and new.run.board is not None:
        comparison = compare_runs(new.run, old.run, old_name)
    first = Side(old_name, old, None if gates is None else _limits_alone(old, gates))
    second = Side(new_name, new, None if gates is None else judge_judged(new, gates, comparison))
    gate_changes = tuple(_gate_changes(first, second))
    tests = tuple(_test_changes(old, new))
    found = tuple(_regressions(first, second, gate_changes, tests))
    return TwoRuns(
        before=first,
        now=second,
        comparison=comparison,
        gates=gate_changes,
        tests=tests,
        obstacles=tuple(_obstacles(old, new, comparison)),
        regressions=tuple(sorted(found, key=lambda one: _CODES.index(one.code))),
    )


def _limits_alone(judged: JudgedRun, gates: Gates) -> GatesVerdict:
    """The verdict on the earlier run, which is itself what the others are held against."""
    kept = tuple(gate for gate in gates.gates if gate.statistic != "not worse")
    if not kept:
        return ungated(judged)
    return judge_judged(judged, dataclasses.replace(gates, gates=kept))


_RANKS = {
    GateStatus.MET: 0,
    GateStatus.NOT_ASKED: 0,
    GateStatus.NOT_PROVEN: 1,
    GateStatus.NOT_MEASURED: 1,
    GateStatus.UNMET: 2,
}


def _gate_changes(before: Side, now: Side) -> Iterator[GateChange]:
    if before.verdict is None or now.verdict is None:
        return
    earlier = {result.gate: result for result in before.verdict.results}
    for result in now.verdict.results:
        old = earlier.get(result.gate)
        was = 0 if old is None else _RANKS[old.status]
        yield GateChange(old, result, _turn(was, _RANKS[result.status]))


def _turn(was: int, now: int) -> Turn:
    if was == now:
        return Turn.SAME
    return Turn.WORSE if now > was else Turn.BETTER


def _test_changes(before: JudgedRun, now: JudgedRun) -> Iterator[TestChange]:
    earlier, later = _outcomes(before), _outcomes(now)
    for test in {**earlier, **later}:
        old, new = earlier.get(test), later.get(test)
        if new is None:
            assert old is not None
            yield TestChange(test, old.outcome, "", "", Turn.GONE)
            continue
        rank = _weight(new.outcome)
        if old is None:
            turn = Turn.WORSE if rank else Turn.NEW
            yield TestChange(test, "", new.outcome, new.message, turn)
        elif old.outcome != new.outcome:
            turn = _turn(_weight(old.outcome), rank)
            yield TestChange(test, old.outcome, new.outcome, new.message, turn)


def _outcomes(judged: JudgedRun) -> dict[str, TestRecord]:
    """The weightiest outcome of each test's phases; by other tolerances than in the run, those."""
    failed = {(test.test, test.when) for test in judged.failed_tests}
    found: dict[str, TestRecord] = {}
    for record in judged.run.tests:
        if record.outcome == RERUN:
            continue
        if record.outcome in FAILED_OUTCOMES and (record.test, record.when) not in failed:
            record = dataclasses.replace(record, outcome="passed")
        known = found.get(record.test)
        if known is None or _weight(record.outcome) > _weight(known.outcome):
            found[record.test] = record
    return found


def _weight(outcome: str) -> int:
    if outcome in FAILED_OUTCOMES:
        return 3
    if outcome in UNMEASURED_OUTCOMES:
        return 2
    return 0 if outcome in NEUTRAL_OUTCOMES else 1


_TEST_CODES = (
    *(ExitCode.PASSED, ExitCode.NOT_PROVEN, ExitCode.INFRASTRUCTURE, ExitCode.TEST_FAILED),
)


def _regressions(
    before: Side, now: Side, gates: tuple[GateChange, ...], tests: tuple[TestChange, ...]
) -> Iterator[Regression]:
    told = set()
    groups: dict[tuple[str, str], list[TestChange]] = {}
    for test in tests:
        if test.turn is Turn.WORSE:
            groups.setdefault((test.test.partition("[")[0], test.turned), []).append(test)
    for (function, turned), changes in groups.items():
        first = changes[0]
        code = _TEST_CODES[_weight(first.now)]
        told.add(code)
        said = first_line(first.message)
        many = f"{function}, {len(changes)} cases, the first {first.test[len(function) :]}"
        name = first.test if len(changes) == 1 else many
        text = f"test {name}: {turned}{f': {said}' if said else ''}"
        yield Regression(text, code, tests=len(changes))
    for gate in gates:
        if gate.turn is Turn.WORSE:
            unmet = gate.now.status is GateStatus.UNMET
            yield Regression(
                f"gate {gate.row.gate}: {gate.turned}: limit {gate.row.limit}, measured "
                f"{gate.row.measured}: {gate.now.explanation}",
                ExitCode.GATE_FAILED if unmet else ExitCode.NOT_PROVEN,
                gates=1,
            )
    # What no test and no gate stands for.
    old, new = before.stands, now.stands
    if len(new.failures) > len(old.failures) and ExitCode.TEST_FAILED not in told:
        was = "; ".join(old.counts) or "nothing"
        yield Regression(f"wrong: {was} before, now {'; '.join(new.counts)}", ExitCode.TEST_FAILED)
    if new.trouble and not old.trouble and ExitCode.INFRASTRUCTURE not in told:
        yield Regression(f"not measured: {new.trouble[0]}", ExitCode.INFRASTRUCTURE)
    if new.unproven and not old.unproven and ExitCode.NOT_PROVEN not in told:
        yield Regression(f"not proven: {new.unproven[0]}", ExitCode.NOT_PROVEN)


def _obstacles(before: JudgedRun, now: JudgedRun, comparison: Comparison | None) -> Iterator[str]:
    for judged, which in ((before, "the earlier run"), (now, "the later run")):
        if judged.run.board is None:
            yield f"{which} reached no board: it measured nothing"
    one, other = before.run, now.run
    # Start and end are told to the second; two quick runs differ in their answers' times.
    if (one.header, one.end, one.inferences) == (other.header, other.end, other.inferences):
        yield "both files hold the same run"
    old, new = before.run.board, now.run.board
    if old is None or new is None or comparison is None:
        return
    if replayed(old) != replayed(new):
        which, recording = ("earlier", old) if replayed(old) else ("later", new)
        yield (
            f"the {which} run is a replay of {replayed(recording)}, the other is not: a recording "
            "gives the answers and times again that its board gave once"
        )
    kinds = [stand_in(board.target, board.time_base) or "chip" for board in (old, new)]
    if (old.target, kinds[0]) != (new.target, kinds[1]):
        yield f"different boards: {old.target} ({kinds[0]}) before, {new.target} ({kinds[1]}) now"
    elif all(change.outcome is Outcome.NOT_COMPARABLE for change in comparison.changes):
        yield "no metric can be compared: " + "; ".join(comparison.differences)
