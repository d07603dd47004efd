"""A run in the metric format of Bencher (https://bencher.dev), for `bencher run --adapter json`.

https://bencher.dev/docs/reference/bencher-metric-format. A benchmark is a board under the name of
its baseline, with the label where a metric has several: it stays the same for new versions of
firmware and network. A measure is a metric, in its own unit. Pure.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.judge.baseline.setting import baseline_key
from hil.judge.gates.judge import Estimate, estimate_of
from hil.judge.gates.model import DEFAULT_CONFIDENCE, Statistic
from hil.judge.measure.samples import samples

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.measure.values import Samples


def bencher_json(run: Run) -> str:
    """Every metric with its 95 % interval; of latencies the median and the 95th percentile.

    Raises:
        UsageError: the run does not say which board answered.
    """
    if run.board is None:
        raise UsageError(
            "the run does not say which board answered: it has no metrics",
            where=run.header.started,
            hint="take a run that reached a board",
        )
    board = baseline_key(run.board)
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, measured in samples(run, DEFAULT_CONFIDENCE).items():
        if not all(map(math.isfinite, measured.values)):
            continue
        metric, _, label = name.removesuffix("]").partition("[")
        benchmark = found.setdefault(f"{board} {label}".strip(), {})
        for statistic in _statistics(measured):
            # A slug: a measure of another name would be another measure.
            slug = metric.replace("_", "-").replace(".", "-").lower()
            suffix = "-p95" if statistic == "p95" else ""
            benchmark[slug + suffix] = _metric(estimate_of(statistic, measured, DEFAULT_CONFIDENCE))
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _statistics(measured: Samples) -> tuple[Statistic, ...]:
    aggregate = measured.metric.aggregate
    return ("median", "p95") if aggregate == "quantiles" else (aggregate,)


def _metric(estimate: Estimate) -> dict[str, float]:
    """The ends of the interval only where they say something."""
    found = {"value": estimate.measured}
    if not estimate.exact:
        ends = (("lower_value", estimate.low), ("upper_value", estimate.high))
        found |= {name: end for name, end in ends if math.isfinite(end)}
    return found
