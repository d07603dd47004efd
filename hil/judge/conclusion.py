"""What a run comes to: the verdict of its gates, and what changed against a baseline.

The same for a live run and for a run file that is judged again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, HilError

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.baseline.model import Change, Comparison
    from hil.judge.baseline.option import BaselineResult
    from hil.judge.gates.model import GatesVerdict
    from hil.judge.gates.text import Line, Tone
    from hil.judge.tolerance import Tolerances


@dataclass(frozen=True)
class Question:
    """What is asked of a run; see the options of the same names."""

    gates: Path | None = None
    baseline: str | None = None
    baseline_dir: Path = Path("baselines")

    def __bool__(self) -> bool:
        return self.gates is not None or self.baseline is not None


@dataclass(frozen=True)
class Conclusion:
    """The answers; None where nothing was asked. `error`: why the baseline gave none."""

    verdict: GatesVerdict | None = None
    baseline: BaselineResult | None = None
    error: HilError | None = None

    @property
    def comparison(self) -> Comparison | None:
        """With the baseline, if it was asked for and there is one."""
        return None if self.baseline is None else self.baseline.comparison

    def with_trouble(self, error: HilError) -> Conclusion:
        """The same with something that did not work: the verdict is SHIP no longer."""
        if self.verdict is None:
            return self
        return dataclasses.replace(self, verdict=self.verdict.with_trouble(error.message))

    def exit_code(self) -> ExitCode:
        """Of a run whose tests all passed."""
        from hil.judge.gates.run import exit_code

        code = ExitCode.PASSED if self.verdict is None else exit_code(self.verdict)
        if self.error is not None and code is not ExitCode.TEST_FAILED:
            return self.error.exit_code
        return code


def conclude(run: Run, question: Question, tolerances: Tolerances | None = None) -> Conclusion:
    """Answers the question from the facts of a run.

    Args:
        tolerances: for the images; None for those that were in force.

    Raises:
        UsageError: the gates cannot be used.
    """
    verdict = baseline = error = None
    if question.baseline is not None:
        from hil.judge.baseline.option import apply_baseline, parse_baseline

        try:
            request = parse_baseline(question.baseline)
            baseline = apply_baseline(request, run, question.baseline_dir)
        except HilError as cause:
            error = cause
    if question.gates is not None:
        from hil.judge.gates.load import load_gates
        from hil.judge.gates.run import judge_run_gates

        comparison = None if baseline is None else baseline.comparison
        verdict = judge_run_gates(run, load_gates(question.gates), tolerances, comparison)
    conclusion = Conclusion(verdict, baseline, error)
    return conclusion if error is None else conclusion.with_trouble(error)


def conclusion_lines(conclusion: Conclusion) -> Iterator[Line]:
    """The conclusion as text, section by section; the verdict is the last line."""
    from hil.judge.gates.text import Line, verdict_lines

    if conclusion.baseline is not None:
        yield from _baseline_lines(conclusion.baseline)
    if conclusion.error is not None:
        yield Line(f"{conclusion.error.kind}: {conclusion.error}", "bad")
    if conclusion.verdict is not None:
        yield from verdict_lines(conclusion.verdict, conclusion.comparison)


def _baseline_lines(result: BaselineResult) -> Iterator[Line]:
    from hil.judge.gates.text import Line

    if result.saved is not None:
        yield Line(f"baseline saved: {result.saved}")
    if result.comparison is not None:
        yield from comparison_lines(result.comparison)


def comparison_lines(comparison: Comparison) -> Iterator[Line]:
    """What changed in setting and metrics; what stayed the same is only counted."""
    from hil.judge.baseline.model import Outcome
    from hil.judge.gates.text import Line

    yield Line(f"against {comparison.before}: {comparison.headline()}", "head")
    for difference in comparison.differences:
        yield Line(f"  {difference}")
    yield from _changed(comparison.of(Outcome.WORSE), "worse", "bad")
    yield from _changed(comparison.of(Outcome.BETTER), "better", "good")
    yield from _not_comparable(comparison.of(Outcome.NOT_COMPARABLE))


def _changed(changes: tuple[Change, ...], outcome: str, tone: Tone) -> Iterator[Line]:
    """A table of the changes of one outcome."""
    from hil.base.columns import aligned
    from hil.judge.baseline.text import COLUMNS, listed, more_text, row
    from hil.judge.gates.text import Line

    shown = list(listed(changes))
    if not shown:
        return
    head = (f"  {outcome}", *COLUMNS[1:4])
    cells = [(f"  {cells[0]}", *cells[1:4]) for cells in (row(change) for change, _ in shown)]
    texts, *rows = aligned([head, *cells])
    for text in texts:
        yield Line(text, "head")
    for lines, (change, more) in zip(rows, shown, strict=True):
        for text in lines:
            yield Line(text, tone)
        if more:
            yield Line(f"  {more_text(change, more)}", tone)


def _not_comparable(changes: tuple[Change, ...]) -> Iterator[Line]:
    """One line for each reason."""
    from hil.judge.gates.text import Line

    for reason in dict.fromkeys(change.reason for change in changes):
        names = [change.metric for change in changes if change.reason == reason]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield Line(f"  not comparable: {', '.join(names[:3])}{more}: {reason}", "unsure")
