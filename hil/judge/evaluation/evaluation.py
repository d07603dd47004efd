"""From results and labels to metrics. Pure: a results file can be evaluated again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hil.facts.evaluation import Answers, Header
from hil.facts.sameness import all_equal
from hil.judge.evaluation.agreement import agreement
from hil.judge.evaluation.cases import Case, Cases, of_source
from hil.judge.evaluation.places import Places
from hil.judge.evaluation.quality import Counts, Evaluation, Quality, SourceQuality
from hil.judge.evaluation.selection import Selection
from hil.judge.evaluation.tasks import anomalies_of, areas_of, binary_of, classes_of, numbers_of
from hil.judge.evaluation.truth import truth_of
from hil.judge.metrics.scores import score_metrics
from hil.judge.tolerance import Tolerances
from hil.network.task import Task


def evaluate(answers: Answers, selection: Selection, tolerances: Tolerances) -> Evaluation:
    """All metrics of all results."""
    header = answers.header
    results = answers.results
    run, cases = cases_of(answers, selection)
    on_board = header.build_id != ""
    found = agreement(results.values(), header, tolerances) if on_board else None
    unjudged = _unjudged(cases, on_board)
    places = None
    if not unjudged and header.task.kind == "localization":
        places = Places(cases)
    oracle = Quality() if unjudged else _quality(cases, places, device=False)
    device = None
    if found is not None:
        same = found.identical == found.samples
        device = oracle if same or unjudged else _quality(cases, places, device=True)
    return Evaluation(
        header=header,
        how=selection.how,
        counts=_counts(run, cases, places),
        device=device,
        oracle=oracle,
        baselines=None if places is None else places.baselines(),
        agreement=found,
        sources=() if unjudged else _sources(cases, places, device=on_board),
        unjudged=unjudged,
        alike=_alike(run, header, device=on_board),
    )


def cases_of(answers: Answers, selection: Selection) -> tuple[list[Case], Cases]:
    """Every sample that was run with what is true of it, and which of them are for what."""
    header, results = answers.header, answers.results
    run = [
        Case(entry, truth_of(entry, results[entry.file].size, header), results[entry.file])
        for entry in selection.entries
    ]
    reported = [case for case in run if case.entry.file in selection.reported]
    return run, Cases(
        header,
        reported,
        [case for case in run if case.entry.file in selection.validation],
        [case for case in reported if case.entry.file not in selection.validation],
    )


def _quality(cases: Cases, places: Places | None, *, device: bool) -> Quality:
    task = cases.header.task
    if task.kind == "regression":
        return Quality(numbers=numbers_of(cases, cases.reported, device))
    if task.kind == "reconstruction":
        return Quality(anomalies=anomalies_of(cases, device))
    return Quality(
        classes=classes_of(cases, cases.reported, device) if _of_classes(task) else None,
        binary=None if task.positive_class is None else binary_of(cases, device),
        places=None if places is None else places.quality(device),
    )


def _of_classes(task: Task) -> bool:
    """Whether the largest score is an answer: of a map's two classes the threshold decides."""
    return task.kind == "classification" or task.classes > 2


def _unjudged(cases: Cases, on_board: bool) -> str:
    """Why answers cannot be judged; empty if they can."""
    import numpy as np

    header = cases.header
    task = header.task
    if task.kind == "none":
        return task.why or "its settings name no task"
    if task.kind == "regression" and header.values.count != 1:
        return (
            f"its output has {header.values.count:,} numbers, and the column value is one: a "
            "regression of several numbers is not judged"
        )
    if not any(case.truth.known for case in cases.reported):
        column = "value" if task.kind == "regression" else "label"
        return f"no sample that is reported on has a {column}"
    everything = [*cases.reported, *cases.validation]
    for device in (False, True)[: 1 + on_board]:
        finite = np.isfinite(cases.values(everything, device)).all(axis=1)
        if not finite.all():
            side = "board" if device else "oracle"
            file = everything[int(finite.argmin())].entry.file
            return (
                f"{int((~finite).sum()):,} answers of the {side} hold NaN or infinity, first "
                f"that to {file}"
            )
    return ""


def _counts(run: Sequence[Case], cases: Cases, places: Places | None) -> Counts:
    truths = [case.truth for case in cases.reported]
    kinds = Counter(truth.positive for truth in truths)
    return Counts(
        run=len(run),
        reported=len(truths),
        judged=sum(truth.known for truth in truths),
        positives=kinds[True],
        negatives=kinds[False],
        small=sum(truth.changed and truth.positive is None for truth in truths),
        lost=sum(truth.changed for truth in truths),
        boxed=0 if places is None else len(places.boxed),
        validation=0 if places is None else len(places.known),
        held_out=0 if places is None else len(places.held_out),
        pictures=sum(case.result.size is not None for case in run),
        clamped=sum(case.result.clamped > 0 for case in run),
    )


def _sources(cases: Cases, places: Places | None, *, device: bool) -> tuple[SourceQuality, ...]:
    names = sorted({case.entry.source for case in cases.reported})
    if len(names) < 2:
        return ()
    return tuple(_source(cases, places, name, device) for name in names)


def _source(cases: Cases, places: Places | None, name: str, device: bool) -> SourceQuality:
    some, task = of_source(cases.reported, name), cases.header.task
    if task.kind == "regression":
        return SourceQuality(name, len(some), numbers=numbers_of(cases, some, device))
    if task.kind == "reconstruction":
        return SourceQuality(name, len(some), areas=areas_of(cases, some, device))
    scores = None
    if task.positive_class is not None:
        scores = score_metrics(*cases.scored(some, device), cases.header.threshold)
    return SourceQuality(
        name,
        len(some),
        classes=classes_of(cases, some, device) if _of_classes(task) else None,
        scores=scores,
        places=None if places is None else places.source(name, device),
    )


def _alike(run: Sequence[Case], header: Header, *, device: bool) -> bool:
    """Whether all samples get the same answer; copies of a sample count once."""
    answers = {case.result.oracle.sample_crc: case.answer(device) for case in run}
    # The error of a reconstruction depends on the sample, whatever the output is.
    by_output = header.task.kind in ("none", "reconstruction")
    return all_equal(one.outputs if by_output else one.values for one in answers.values())
