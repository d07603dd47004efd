"""The report of another evaluation of the same pictures, such as the float network's."""

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

_AUC = "ROC AUC"
_HINT = "give a file that --json wrote"


@dataclass(frozen=True, slots=True)
class Other:
    """`pictures`: of `pictures_digest`. `who`: engine and model. `roc_auc`: None if the
    pictures show one class only."""

    path: Path
    who: str
    pictures: str
    roc_auc: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """ROC AUC here and in another report, on the same pictures."""

    who: str
    roc_auc: float
    other_roc_auc: float

    @property
    def difference(self) -> float:
        return self.roc_auc - self.other_roc_auc

    @property
    def text(self) -> str:
        return (
            f"ROC AUC {self.roc_auc:.4f}, {self.other_roc_auc:.4f} of {self.who}: "
            f"{self.difference:+.4f}"
        )


def pictures_digest(found: Evaluation, answers: Answers) -> str:
    """SHA-256 of which pictures were reported on, how they were fitted, and their contents."""
    files = sorted((name, result.file_crc) for name, result in answers.results.items())
    said = json.dumps([found.how, found.header.fit, found.header.input_size, files])
    return hashlib.sha256(said.encode()).hexdigest()


def read_other(path: Path) -> Other:
    """What is needed of a report. Raises UsageError if it is none."""
    data: Any = read_json(path, "the report", _HINT, _HINT)
    try:
        metrics = {row["metric"]: row["board"] or row["oracle"] for row in data["metrics"]}
        by, roc_auc = data["by"], metrics[_AUC]["value"]
        return Other(
            path,
            f"{by['engine']}, model {by['model_sha256'][:16]}",
            str(data["pictures"]),
            None if roc_auc is None else float(roc_auc),
        )
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"no report of an evaluation with a ROC AUC: {type(error).__name__}: {error}",
            where=str(path),
            hint=_HINT,
        ) from error


def change_against(other: Other, found: Evaluation, answers: Answers) -> Change | None:
    """The change of the ROC AUC; None if the pictures show one class only.

    Raises:
        UsageError: the other report is of other pictures.
    """
    if other.pictures != pictures_digest(found, answers):
        raise UsageError(
            "that report is of other pictures, or of the same fitted in another way",
            where=str(other.path),
            hint="evaluate both with the same --data, --split, --source and --fit",
        )
    own = found.answering.scores.roc_auc
    if own is None or other.roc_auc is None:
        return None
    return Change(other.who, own, other.roc_auc)
