"""Holds samples against gates. Pure.

What has no noise (memory, differences, counts) is held against its limit as it is.
Everything else has an interval, and a gate is met only when the whole interval is:
a sample that is too small to tell is NOT PROVEN, never met.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hil.judge.baseline.model import Comparison, Outcome
from hil.judge.gates.model import Gate, GateResult, Gates, GateStatus, GatesVerdict, Ship, Statistic
from hil.judge.measure.text import value_text
from hil.judge.measure.values import Samples

_SHARES = {"median": 0.5, "p95": 0.95}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with its interval.

    `low`, `high`: what the true value may be; infinite where nothing can be told.
    """

    measured: float
    low: float
    high: float
    samples: int
    needed: int | None = None
    note: str = ""

    @property
    def exact(self) -> bool:
        return self.low == self.high == self.measured


def judge_gates(
    samples: Mapping[str, Samples], gates: Gates, comparison: Comparison | None = None
) -> GatesVerdict:
    """The verdict on what was measured, as far as gates go.

    `comparison`: with the baseline, for gates that are against it.
    """
    results = tuple(
        judge_change(gate, samples, comparison)
        if gate.statistic == "not worse"
        else judge_gate(gate, samples, gates.confidence)
        for gate in gates.gates
    )
    return GatesVerdict(ship_of(result.status for result in results), results)


def ship_of(statuses: Iterable[GateStatus]) -> Ship:
    """DO NOT SHIP with a gate unmet, SHIP only if all that are asked are met, and one is."""
    seen = set(statuses) - {GateStatus.NOT_ASKED}
    if GateStatus.UNMET in seen:
        return Ship.DO_NOT_SHIP
    return Ship.SHIP if seen == {GateStatus.MET} else Ship.NOT_PROVEN


def judge_gate(gate: Gate, samples: Mapping[str, Samples], confidence: float) -> GateResult:
    """One gate."""
    found = samples.get(gate.metric.name)
    if found is None or not (found.values or found.trials):
        why = "" if found is None else found.absent
        text = why or f"{gate.metric.name} was not measured in this run"
        return GateResult(gate, GateStatus.NOT_MEASURED, None, None, None, 0, text)
    estimate = estimate_of(gate.statistic, found, confidence)
    status = _status(gate, estimate)
    known = math.isfinite(estimate.low) and math.isfinite(estimate.high)
    needed = None
    if status is GateStatus.NOT_PROVEN:
        needed = estimate.needed or _needed(gate, found, estimate, confidence)
    return GateResult(
        gate=gate,
        status=status,
        measured=estimate.measured,
        interval=None if estimate.exact or not known else (estimate.low, estimate.high),
        margin=_margin(gate, estimate),
        samples=estimate.samples,
        explanation=_explanation(gate, estimate, status, confidence, needed),
        needed=needed,
    )


def judge_change(
    gate: Gate, samples: Mapping[str, Samples], comparison: Comparison | None
) -> GateResult:
    """One gate against the baseline. Without a comparable baseline nothing is proven."""
    change = None if comparison is None else comparison.change(gate.metric.name)
    if comparison is None:
        text = "there is no baseline to compare with: run with --baseline compare"
    elif change is None:
        text = f"neither this run nor {comparison.before} measured {gate.metric.name}"
    else:
        text = change.reason
    status = GateStatus.NOT_MEASURED
    if change is not None and change.outcome is not Outcome.NOT_COMPARABLE:
        status = GateStatus.UNMET if change.outcome is Outcome.WORSE else GateStatus.MET
    found = samples.get(gate.metric.name)
    return GateResult(
        gate=gate,
        status=status,
        measured=None if change is None else change.after,
        interval=None,
        margin=None,
        samples=0 if found is None else found.trials or len(found.values),
        explanation=text,
    )


def estimate_of(statistic: Statistic, found: Samples, confidence: float) -> Estimate:
    """A statistic of what was measured, with its interval."""
    if statistic in _SHARES:
        return _of_quantile(_SHARES[statistic], found, confidence)
    if statistic == "proportion":
        return _of_rate(found, confidence)
    if found.metric.noise == "sampled":
        return _of_score(found, confidence)
    exact = _exact(statistic, found.values)
    return Estimate(exact, exact, exact, len(found.values))


def _exact(statistic: Statistic, values: Sequence[float]) -> float:
    if statistic == "sum":
        return math.fsum(values)
    return min(values) if statistic == "min" else max(values)


def _of_quantile(share: float, found: Samples, confidence: float) -> Estimate:
    from hil.judge.stats.bootstrap import quantile, quantile_interval, values_needed

    count, enough = len(found.values), values_needed(share, confidence)
    low, high = quantile_interval(found.values, share, confidence)
    measured = quantile(found.values, share)
    if count >= enough:
        return Estimate(measured, low, high, count)
    # The true quantile may lie beyond everything that was seen.
    low = -math.inf if share <= 0.5 else low
    return Estimate(measured, low, math.inf, count, needed=enough)


def _of_rate(found: Samples, confidence: float) -> Estimate:
    from hil.judge.stats.shares import wilson_interval

    assert found.trials is not None
    assert found.successes is not None
    low, high = wilson_interval(found.successes, found.trials, confidence)
    return Estimate(found.successes / found.trials, low, high, found.trials)


def _of_score(found: Samples, confidence: float) -> Estimate:
    (measured,), trials = found.values, found.trials or 0
    if found.interval is None or found.confidence < confidence:
        return Estimate(measured, -math.inf, math.inf, trials, note="it has no interval")
    return Estimate(measured, *found.interval, trials)


def _status(gate: Gate, estimate: Estimate) -> GateStatus:
    low, high = estimate.low, estimate.high
    if (gate.max is not None and low > gate.max) or (gate.min is not None and high < gate.min):
        return GateStatus.UNMET
    inside = (gate.max is None or high <= gate.max) and (gate.min is None or low >= gate.min)
    return GateStatus.MET if inside else GateStatus.NOT_PROVEN


def _margin(gate: Gate, estimate: Estimate) -> float:
    high = estimate.high if math.isfinite(estimate.high) else estimate.measured
    low = estimate.low if math.isfinite(estimate.low) else estimate.measured
    margins = []
    if gate.max is not None:
        margins.append(gate.max - high)
    if gate.min is not None:
        margins.append(low - gate.min)
    return min(margins)


def _needed(gate: Gate, found: Samples, estimate: Estimate, confidence: float) -> int | None:
    """How many samples would do if they gave what these gave; None if no number would."""
    from hil.judge.stats.shares import trials_to_reach, trials_to_stay_below

    measured, counts = estimate.measured, []
    for limit, end, reach in (
        (gate.min, estimate.low, trials_to_reach),
        (gate.max, estimate.high, trials_to_stay_below),
    ):
        if limit is None:
            continue
        if gate.statistic == "proportion":
            counts.append(reach(limit, measured, confidence))
        elif not math.isfinite(end) or (limit - measured) * (end - measured) <= 0:
            counts.append(None)
        elif found.fixed and abs(limit - measured) <= found.fixed:
            counts.append(None)  # no number of values
        elif abs(end - measured) > abs(limit - measured):
            # Intervals shrink with the root of the number, but for what is no chance.
            ratio = (abs(end - measured) - found.fixed) / (abs(limit - measured) - found.fixed)
            counts.append(math.ceil(estimate.samples * ratio**2))
    known = [count for count in counts if count is not None]
    return max(known) if known and len(known) == len(counts) else None


def _explanation(
    gate: Gate, estimate: Estimate, status: GateStatus, confidence: float, needed: int | None
) -> str:
    metric = gate.metric
    if status is not GateStatus.NOT_PROVEN:
        side = "within" if status is GateStatus.MET else "beyond"
        if estimate.exact:
            return f"{value_text(estimate.measured, metric)} is {side} the limit"
        return f"the whole {_interval_text(estimate, gate, confidence)} is {side} the limit"
    if estimate.note:
        return f"{estimate.note}, so nothing can be proven"
    what = "samples" if metric.kind in ("rate", "score") else "values"
    if estimate.needed is not None:
        return (
            f"{estimate.samples} {what} are too few for the {gate.statistic}: it takes "
            f"{estimate.needed}"
        )
    text = f"the {_interval_text(estimate, gate, confidence)} holds the limit"
    if needed is None:
        return f"{text}; at what was measured no number of {what} would do"
    about = "" if gate.statistic == "proportion" else "about "
    return f"{text}; {about}{needed:,} {what} would do at what was measured"


def _interval_text(estimate: Estimate, gate: Gate, confidence: float) -> str:
    low = value_text(estimate.low, gate.metric)  # finite where the high end is
    if not math.isfinite(estimate.high):
        return f"{confidence * 100:g} % interval, from {low} on,"
    return f"{confidence * 100:g} % interval, {low} to {value_text(estimate.high, gate.metric)},"
