"""The course of each gated figure over the runs of the history, as small charts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from hil.errors import UsageError
from hil.facts.stand_in import no_run_of_its_own
from hil.judge.baseline.text import value_text
from hil.report.page.charts import sparkline
from hil.store.series import Series, series_of
from hil.store.store import Store, stored_figures, stored_run

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.gates.model import GatesVerdict

_MOST = 60
"""Runs of a chart: the newest."""


def trends(store: Path, run: Run, verdict: GatesVerdict | None) -> dict[str, Markup]:
    """Of each metric of the gates that earlier runs have too, by its name; the last point is `run`.

    Only runs that are comparable with it count, and none after it. The history stays as it is.
    A replay is no run of its own, and has no trend.

    Raises:
        UsageError: there is no store, or it is none.
    """
    if not store.exists():
        raise UsageError(
            "there is no store",
            where=str(store),
            hint="runs come into one by `pytest --store FILE`, or `hil history --store FILE "
            "--import RUN`",
        )
    if run.board is None or verdict is None or no_run_of_its_own(run.board):
        return {}
    own, figures = stored_run(run), stored_figures(run)
    with Store(store) as history:
        before = [
            each
            for each in history.runs()
            if each.started <= own.started and each.digest != own.digest
        ]
        known = {
            metric: {**history.figures(metric), own.digest: figure}
            for metric in dict.fromkeys(result.gate.metric.name for result in verdict.results)
            if (figure := figures.get(metric)) is not None
        }
    found = {metric: series_of(metric, [*before, own], of)[-1] for metric, of in known.items()}
    return {metric: _chart(each) for metric, each in found.items() if len(each.values) > 1}


def _chart(series: Series) -> Markup:
    values, metric = series.values[-_MOST:], series.metric
    left_out = len(series.values) - len(values)
    steps = [step.index - left_out for step in series.steps if step.index > left_out]
    since = series.runs[left_out].started[:10]
    label = (
        f"{metric} over {len(values)} comparable runs since {since}: "
        f"{value_text(min(values), metric)} to {value_text(max(values), metric)}, "
        f"now {value_text(values[-1], metric)}"
    )
    if steps:
        days = ", ".join(series.runs[left_out + step].started[:10] for step in steps)
        label += f"; steps on {days}"
    return sparkline(values, steps, label)
