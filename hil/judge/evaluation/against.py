"""The report of another evaluation of the same samples, such as the float network's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.base.text_file import read_json
from hil.errors import UsageError

if TYPE_CHECKING:
    from hil.facts.evaluation import Answers
    from hil.judge.evaluation.quality import Evaluation

_HINT = "give a file that --json wrote"


@dataclass(frozen=True, slots=True)
class Figure:
    """What two evaluations of one task are compared by.

    `metric`: its name in the catalogue. `name`: in reports.
    """

    metric: str
    name: str


ROC_AUC = Figure("roc_auc", "ROC AUC")
TOP1 = Figure("top1_accuracy", "top-1 accuracy")
ANOMALY_AUC = Figure("anomaly_auc", "AUC of anomalies")
MAE = Figure("mae", "MAE")


@dataclass(frozen=True, slots=True)
class Other:
    """`samples`: of `samples_digest`. `who`: engine and model. `figures`: by name, those that
    were measured."""

    path: Path
    who: str
    samples: str
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure here and in another report, of the same samples."""

    who: str
    figure: Figure
    value: float
    other: float

    @property
    def difference(self) -> float:
        return self.value - self.other

    @property
    def text(self) -> str:
        return (
            f"{self.figure.name} {self.value:.4f}, {self.other:.4f} of {self.who}: "
            f"{self.difference:+.4f}"
        )


def main_figure(found: Evaluation) -> tuple[Figure, float | None] | None:
    """What an evaluation is compared by, and its value; None for answers that are not judged."""
    quality = found.answering
    if quality.numbers is not None:
        return MAE, quality.numbers.mae
    if quality.anomalies is not None:
        return ANOMALY_AUC, quality.anomalies.areas.auc
    if quality.classes is not None and quality.binary is None:
        return TOP1, quality.classes.top1.rate
    return None if quality.binary is None else (ROC_AUC, quality.binary.scores.roc_auc)


def samples_digest(found: Evaluation, answers: Answers) -> str:
    """SHA-256 of which samples were reported on, how they were fitted, and their contents."""
    files = sorted((name, result.file_crc) for name, result in answers.results.items())
    said = json.dumps([found.how, found.header.fit, found.header.input_size, files])
    return hashlib.sha256(said.encode()).hexdigest()


def read_other(path: Path) -> Other:
    """What is needed of a report. Raises UsageError if it is none."""
    data: Any = read_json(path, "the report", _HINT, _HINT)
    try:
        sides = {row["metric"]: row["board"] or row["oracle"] for row in data["metrics"]}
        metrics = {name: side["value"] for name, side in sides.items()}
        names = [figure.name for figure in (ROC_AUC, TOP1, ANOMALY_AUC, MAE)]
        by = data["by"]
        figures = {name: float(metrics[name]) for name in names if metrics.get(name) is not None}
        who = f"{by['engine']}, model {by['model_sha256'][:16]}"
        return Other(path, who, str(data["samples"]), figures)
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"no report of an evaluation: {type(error).__name__}: {error}",
            where=str(path),
            hint=_HINT,
        ) from error


def change_against(other: Other, found: Evaluation, answers: Answers) -> Change | None:
    """The change of the task's main figure; None where one side could not measure it.

    Raises:
        UsageError: the other report is of other samples.
    """
    if other.samples != samples_digest(found, answers):
        raise UsageError(
            "that report is of other samples, or of the same fitted in another way",
            where=str(other.path),
            hint="evaluate both with the same --data, --split, --source and --fit",
        )
    main = main_figure(found)
    return None if main is None else _change(other.who, *main, other.figures.get(main[0].name))


def change_between(found: Evaluation, other: Evaluation, who: str) -> Change | None:
    """The same of two evaluations of one task. `who`: the other."""
    own, theirs = main_figure(found), main_figure(other)
    if own is None or theirs is None or own[0] != theirs[0]:
        return None
    return _change(who, *own, theirs[1])


def _change(who: str, figure: Figure, own: float | None, theirs: float | None) -> Change | None:
    return None if own is None or theirs is None else Change(who, figure, own, theirs)
