"""Two snapshots side by side: better, same, worse or not comparable. Pure.

What a number is decides how it is compared (`noise` of its metric):

- series (latency): Mann-Whitney test with the Hodges-Lehmann shift (`hil.judge.stats`). A
  shift is a change only if it is significant, at least 0.5 % of the median, more than
  a tick of the clock, and larger than either run wanders by itself: neighbouring
  values hang together, so the test alone would call every warm-up a change. A shift
  within the wander of a run that wanders by more than 5 % is not called "same" either:
  such a run cannot tell.
- rates and scores: the interval of the difference from the intervals of both sides,
  by square-and-add (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10;
  G. Y. Zou and A. Donner, same journal 27, 2008, for estimates of any kind).
- counts of the link: the exact conditional test of two Poisson counts (J. Przyborowski
  and H. Wilenski, Biometrika 31, 1940).
- all else is exact: any difference is a change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from hil.judge.baseline.comparable import differences, obstacle
from hil.judge.baseline.model import Change, Comparison, Figure, Outcome, Snapshot
from hil.judge.baseline.snapshot import exact, snapshot, typical
from hil.judge.stats.normal import two_sided_p
from hil.judge.stats.regression import DEFAULT_ALPHA, DEFAULT_MIN_EFFECT, changed, shift
from hil.judge.stats.shares import wilson_interval

if TYPE_CHECKING:
    from hil.facts.run import Run

_MOST_EXACT = 1_000  # counts, above which the normal approximation is as good
_MOST_WANDER = 0.05  # of the median, above which a run tells nothing about changes
_RESOLUTION = 1.0  # of the clocks, in the metric's unit

_Verdict = tuple["float | None", "tuple[float, float] | None", bool, str]
"""(change, its interval, whether it counts, why)."""


def compare(after: Snapshot, before: Snapshot) -> tuple[Change, ...]:
    """Every metric that either side measured, in the order of names."""
    now, then = dict(after.figures), dict(before.figures)
    return tuple(
        _compare_metric(name, then.get(name), now.get(name), before, after)
        for name in sorted({*now, *then})
    )


def compare_snapshots(after: Snapshot, before: Snapshot, name: str) -> Comparison:
    """The changes together with what differs in the setting. `name`: of the earlier one."""
    return Comparison(
        before=name,
        differences=differences(before.setting, after.setting),
        changes=compare(after, before),
        where=f"on the {kind}" if (kind := after.setting.stand_in) else "",
    )


def compare_runs(run: Run, against: Run, name: str) -> Comparison:
    """A run against an earlier one. `name`: of the earlier one, for reports.

    Raises:
        UsageError: a run does not say which board answered.
    """
    return compare_snapshots(snapshot(run), snapshot(against), name)


def difference_interval(
    before: float,
    before_interval: tuple[float, float],
    after: float,
    after_interval: tuple[float, float],
) -> tuple[float, float]:
    """The interval of after - before from the intervals of two independent estimates."""
    change = after - before
    low = change - math.hypot(after - after_interval[0], before_interval[1] - before)
    high = change + math.hypot(after_interval[1] - after, before - before_interval[0])
    return low, high


def poisson_p(before: int, after: int) -> float:
    """Two-sided chance that two equally long stretches with one rate differ this much.

    Given the sum, the counts are binomial with a share of one half.
    """
    total, smaller = before + after, min(before, after)
    if total > _MOST_EXACT:
        off = max(0.0, abs(before - after) - 1)  # continuity
        return two_sided_p(off / math.sqrt(total))
    tail = sum(math.comb(total, k) for k in range(smaller + 1))
    return float(min(1.0, 2 * tail / 2**total))


def _compare_metric(
    name: str, then: Figure | None, now: Figure | None, before: Snapshot, after: Snapshot
) -> Change:
    known = now or then
    assert known is not None  # the name came from one of them
    first = None if then is None else typical(then)[0]
    second = None if now is None else typical(now)[0]
    reason = None
    if then is None or now is None:
        reason = "not measured before" if then is None else "not measured now"
    elif _declaration(then) != _declaration(now):
        reason = "declared in another way by another version of camhil"
    else:
        reason = obstacle(now.kind, before.setting, after.setting)
    if then is None or now is None or reason is not None:
        return Change(
            name, known.unit, first, second, None, None, Outcome.NOT_COMPARABLE, reason or ""
        )
    change, interval, counts, why = _method(now)(then, now)
    outcome = Outcome.SAME
    if change is None:
        outcome = Outcome.NOT_COMPARABLE
    elif counts:
        higher_is_better = now.direction == "higher"
        outcome = Outcome.BETTER if (change > 0) == higher_is_better else Outcome.WORSE
    return Change(name, now.unit, first, second, change, interval, outcome, why)


def _declaration(figure: Figure) -> tuple[str, ...]:
    return figure.unit, figure.direction, figure.aggregate, figure.noise


def _method(figure: Figure) -> Callable[[Figure, Figure], _Verdict]:
    if figure.trials is not None:
        return _rates
    if figure.noise == "spread":
        return _series
    if figure.noise == "sampled":
        return _scores
    return _counts if figure.kind == "link" else _exact


def _series(then: Figure, now: Figure) -> _Verdict:
    sizes = (len(then.values), len(now.values))
    # Even complete separation has this chance.
    least = 2 / math.comb(sum(sizes), sizes[0])
    if least > DEFAULT_ALPHA:
        return None, None, False, f"too few values: {sizes[0]} before, {sizes[1]} now"
    found = shift(then.values, now.values)
    interval = (found.low, found.high)
    if then.values == now.values:
        return 0.0, interval, False, "identical"
    chance = _chance(found.p)
    if found.p > DEFAULT_ALPHA:
        return found.shift, interval, False, f"noise: {chance}"
    if not changed(found):
        return found.shift, interval, False, f"smaller than {100 * DEFAULT_MIN_EFFECT:g} %"
    if now.kind == "latency" and abs(found.shift) <= _RESOLUTION and now.unit:
        return found.shift, interval, False, "no more than one tick of the clock"
    wander = max(then.drift, now.drift)
    if abs(found.shift) <= wander:
        share = wander / abs(typical(then)[0] or 1.0)
        if share > _MOST_WANDER:
            # Calling this "same" would let any regression hide behind a busy machine.
            text = f"too restless to tell: a run wanders by {share:.0%} by itself"
            return None, None, False, text
        return found.shift, interval, False, "no more than one run wanders by itself"
    return found.shift, interval, True, chance


def _rates(then: Figure, now: Figure) -> _Verdict:
    counts = [(figure.successes or 0, figure.trials or 0) for figure in (then, now)]
    shares = [successes / trials for successes, trials in counts]
    intervals = [wilson_interval(successes, trials) for successes, trials in counts]
    text = " -> ".join(f"{successes} of {trials}" for successes, trials in counts)
    if counts[0] == counts[1]:
        text = text.partition(" -> ")[0]
    return _difference(shares, intervals, text)


def _scores(then: Figure, now: Figure) -> _Verdict:
    values = [exact(then), exact(now)]
    if values[0] == values[1]:
        return 0.0, None, False, "identical"
    if then.interval is None or now.interval is None:
        return None, None, False, "no interval is known for it"
    return _difference(values, [then.interval, now.interval], "intervals of both sides")


def _difference(values: list[float], intervals: list[tuple[float, float]], text: str) -> _Verdict:
    low, high = difference_interval(values[0], intervals[0], values[1], intervals[1])
    change = values[1] - values[0]
    clear = change != 0 and (low > 0 or high < 0)
    if change and not clear:
        text += ": within what so many images can tell"
    return change, (low, high), clear, text


def _counts(then: Figure, now: Figure) -> _Verdict:
    before, after = round(exact(then)), round(exact(now))
    p = poisson_p(before, after)
    text = "identical" if before == after else _chance(p)
    return float(after - before), None, before != after and p <= DEFAULT_ALPHA, text


def _exact(then: Figure, now: Figure) -> _Verdict:
    change = exact(now) - exact(then)
    return change, None, change != 0, "exact" if change else "identical"


def _chance(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p {p:.3f}"
