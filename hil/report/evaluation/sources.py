"""Each source of a data set by itself, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hil.judge.evaluation.quality import SourceQuality
from hil.report.evaluation.text import number, percent, table

if TYPE_CHECKING:
    from rich.table import Table


def source_table(sources: Sequence[SourceQuality]) -> Table:
    """A row for each source, at least one, with the columns of the task."""
    from rich.markup import escape

    made = table("[bold]By source[/]", padding=1)
    made.add_column("source", overflow="fold")
    for name, _ in _cells(sources[0]):
        made.add_column(name, justify="right", no_wrap=True)
    for source in sources:
        made.add_row(escape(source.source) or "(none)", *(text for _, text in _cells(source)))
    return made


def _cells(source: SourceQuality) -> Iterator[tuple[str, str]]:
    """Column and text."""
    classes, scores, places = source.classes, source.scores, source.places
    areas, numbers = source.areas, source.numbers
    if scores is None:
        yield "samples", f"{source.samples:,}"
    if classes is not None:
        yield "top-1", percent(classes.top1.rate)
        if scores is None:
            yield "macro F1", number(classes.macro_f1)
    if scores is not None:
        yield "positive", f"{scores.positives:,}"
        yield "negative", f"{scores.negatives:,}"
        yield "recall", percent(scores.recall.rate)
        yield "alarms", percent(scores.false_alarms.rate)
        yield "AUC", number(scores.roc_auc)
    if places is not None:
        yield "location", percent(places.answered.rate)
        yield "pointing", percent(places.peak.rate)
        yield "centre", percent(places.centre.rate)
    if areas is not None:
        yield "anomalous", f"{areas.anomalies:,}"
        yield "normal", f"{areas.normals:,}"
        yield "AUC", number(areas.auc)
        yield "partial AUC", number(areas.pauc)
        yield "DCASE", number(areas.pauc_dcase)
    if numbers is not None:
        for name, value in (("MAE", numbers.mae), ("RMSE", numbers.rmse), ("R2", numbers.r2)):
            yield name, "-" if value is None else f"{value:.4g}"
