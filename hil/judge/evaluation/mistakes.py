"""What was answered to each sample beside what is right, the worst first. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.evaluation.tasks import chosen_classes

if TYPE_CHECKING:
    from hil.judge.evaluation.cases import Case, Cases
    from hil.network.task import Task


@dataclass(frozen=True, slots=True)
class Told:
    """One sample of which it is known what is right.

    Attributes:
        case: the sample.
        truth, answer: in words.
        score: percent of the positive class or of the class that was answered; of a
            reconstruction the error, of a regression the answer.
        wrong: the decision is not the right one; None where nobody decides.
        badness: how far the score is on the wrong side, in its unit: what samples are sorted by.
    """

    case: Case
    truth: str
    answer: str
    score: float
    wrong: bool | None
    badness: float


def told_samples(cases: Cases, device: bool) -> tuple[Told, ...]:
    """The reported samples, those first whose answer is farthest from what is right.

    Args:
        cases: as of `hil.judge.evaluation.evaluation.cases_of`.
        device: of the board's answers; else the oracle's.
    """
    task = cases.header.task
    tell: Callable[[Cases, bool], Iterator[Told]]
    if task.kind == "none":
        return ()
    if task.kind == "regression":
        tell = _numbers
    elif task.kind == "reconstruction":
        tell = _anomalies
    elif task.positive_class is not None:
        tell = _decisions
    else:
        tell = _classes
    return tuple(sorted(tell(cases, device), key=lambda told: -told.badness))


def class_name(task: Task, index: int) -> str:
    """A class in words: its label, or "class 3"."""
    return task.labels[index] if index < len(task.labels) else f"class {index}"


def decision_names(task: Task) -> dict[bool, str]:
    """Yes and no of a task with a positive class, in words."""
    index = task.positive_class
    assert index is not None
    name = class_name(task, index)
    if task.classes == 2 and len(task.labels) == 2:
        return {True: name, False: task.labels[1 - index]}
    return {True: name, False: f"no {name}" if index < len(task.labels) else f"not {name}"}


def _decisions(cases: Cases, device: bool) -> Iterator[Told]:
    known = [case for case in cases.reported if case.truth.positive is not None]
    scores, positive = cases.scored(known, device)
    threshold, words = cases.header.threshold, decision_names(cases.header.task)
    for case, score, is_positive in zip(known, scores, positive, strict=True):
        passes = score >= threshold
        beyond = threshold - score if is_positive else score - threshold
        yield Told(case, words[is_positive], words[passes], score, passes != is_positive, beyond)


def _classes(cases: Cases, device: bool) -> Iterator[Told]:
    known = [case for case in cases.reported if case.truth.number is not None]
    percents, task = cases.percents(known, device), cases.header.task
    for case, row, answer in zip(
        known, percents.tolist(), chosen_classes(percents).tolist(), strict=True
    ):
        truth = case.truth.number
        assert truth is not None
        others = [score for number, score in enumerate(row) if number != truth]
        beyond = max(others, default=0.0) - row[truth]
        yield Told(
            case,
            class_name(task, truth),
            class_name(task, answer),
            row[answer],
            answer != truth,
            beyond,
        )


def _anomalies(cases: Cases, device: bool) -> Iterator[Told]:
    known = [case for case in cases.reported if case.truth.positive is not None]
    errors, threshold = cases.values(known, device)[:, 0].tolist(), cases.header.task.threshold
    words = {True: "anomalous", False: "normal"}
    # Where nobody has set a limit the middle one tells high errors from low ones.
    limit = (statistics.median(errors) if errors else 0.0) if threshold is None else threshold
    for case, error in zip(known, errors, strict=True):
        is_anomaly = case.truth.positive is True
        called = None if threshold is None else error >= threshold
        yield Told(
            case,
            words[is_anomaly],
            "-" if called is None else words[called],
            error,
            None if called is None else called != is_anomaly,
            limit - error if is_anomaly else error - limit,
        )


def _numbers(cases: Cases, device: bool) -> Iterator[Told]:
    known = [case for case in cases.reported if case.truth.value is not None]
    for case, value in zip(known, cases.values(known, device)[:, 0].tolist(), strict=True):
        truth = case.truth.value
        assert truth is not None
        yield Told(case, f"{truth:.4g}", f"{value:.4g}", value, None, abs(value - truth))
