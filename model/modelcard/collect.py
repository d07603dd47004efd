"""Runs float network and int8 model on val and test, and gathers the facts of a card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.base.text_file import read_text
from hil.errors import UsageError
from hil.facts.evaluation import Answers
from hil.images import Fit
from hil.judge.evaluation.evaluation import evaluate
from hil.judge.evaluation.selection import REPORTED, VALIDATION, Selection, select
from hil.judge.evaluation.truth import image_truth
from hil.judge.metrics.pointing import in_boxes
from hil.judge.metrics.scores import threshold_curve
from hil.judge.tolerance import load_tolerances
from hil.network.location import Location
from hil.run.evaluation.run import Plan, Progress
from hil.samples.data import read_data
from hil.samples.fixture_set import load_photos
from hil.samples.labels import DataSet, Entry
from model.checks import measure
from model.difference import difference
from model.evaluation import Decision, evaluate_model, scored
from model.modelcard.facts import CardFacts, Shown, Side, SourceCount, Threshold
from model.operating_point import (
    ARTICLE_PERCENT,
    lowest_threshold,
    most_balanced_threshold,
    operating_point,
)
from model.training.validation import both_class_sources

if TYPE_CHECKING:
    from hil.facts.evaluation import Result
    from hil.samples.fixture_set import FixturePhoto


@dataclass(frozen=True, slots=True)
class Given:
    """What a card needs to be told.

    Attributes:
        keras, tflite: the float network and its int8 model.
        data: the data set.
        labels, positive_class: of the model.
        threshold_percent: that the model is shipped with.
        made: seeds, versions and the like, by name.
        initial: where the initial weights come from.
        run: folder of the training, with history.jsonl and recipe.toml, if there is one.
        sources: those whose figures count; without any, those with both classes.
        fit: how pictures are brought to the input's shape.
        tried: Markdown of what was tried.
        photographs: a folder with manifest.toml, which may be shown.
        jobs: processes.
    """

    keras: Path
    tflite: Path
    data: Path
    labels: tuple[str, ...]
    positive_class: int
    threshold_percent: int
    made: Mapping[str, str | int]
    initial: str
    run: Path | None = None
    sources: tuple[str, ...] = ()
    fit: Fit = "squash"
    tried: str = ""
    photographs: Path | None = None
    jobs: int = 1


def card_facts(given: Given, progress: Progress | None = None) -> CardFacts:
    """The facts of a card; runs both models on val and test, once.

    Raises:
        UsageError: as `evaluate_model`, or the data set lacks a split test or val with
            both classes.
    """
    data = read_data(given.data, needed=("person",))
    sources = given.sources or both_class_sources(data.entries)
    everything, both = select(data), _select(data, sources)
    how = Decision(given.positive_class, given.threshold_percent)
    plan = Plan(data, everything.entries, given.jobs, fit=given.fit)
    float_run = evaluate_model(given.keras, plan, everything, how=how, progress=progress)
    int8_run = evaluate_model(given.tflite, plan, everything, how=how, progress=progress)
    assert int8_run.tflite is not None
    facts = measure(int8_run.tflite, where=str(given.tflite))
    reported = [entry for entry in both.entries if entry.file in both.reported]
    return CardFacts(
        name=given.tflite.stem,
        sha256=facts.sha256,
        tflite_bytes=facts.model_bytes,
        parameters=facts.parameters,
        macs=facts.macs,
        ops=facts.ops,
        labels=given.labels,
        positive_class=given.positive_class,
        sources=sources,
        float_side=_side(float_run.answers, both, everything, reported),
        int8_side=_side(int8_run.answers, both, everything, reported),
        difference=difference(
            float_run.answers, int8_run.answers, [entry.file for entry in reported]
        ),
        cells=_cells(int8_run.answers, reported),
        thresholds=_thresholds(int8_run.answers, both, reported, given.threshold_percent),
        history=_history(given.run),
        recipe=_text(given.run, "recipe.toml"),
        made=given.made,
        initial=given.initial,
        data=_counts(data),
        tried=given.tried,
        shown=() if given.photographs is None else _shown(given, how),
    )


def _select(data: DataSet, sources: Sequence[str]) -> Selection:
    everywhere = {entry.source for entry in data.entries}
    return select(data, sources=() if set(sources) == everywhere else sources)


def _side(
    answers: Answers, both: Selection, everything: Selection, reported: Sequence[Entry]
) -> Side:
    tolerances = load_tolerances()
    percents, persons = scored(answers, reported)
    limits = sorted({*percents, 0.0, 100.1})
    return Side(
        both=evaluate(answers, both, tolerances),
        everything=evaluate(answers, everything, tolerances),
        roc=threshold_curve(percents, persons, limits),
    )


def _thresholds(
    answers: Answers, both: Selection, reported: Sequence[Entry], own: int
) -> tuple[Threshold, ...]:
    known = [entry for entry in both.entries if entry.file in both.validation]
    if not known:
        raise UsageError(
            f"no pictures of split {VALIDATION!r}",
            where="model card",
            hint=f"labels.csv needs the splits {VALIDATION} and {REPORTED}",
        )
    validation, test = scored(answers, known), scored(answers, reported)
    named = {
        "shipped": own,
        "at most 5 % false alarms on val": lowest_threshold(*validation).threshold_percent,
        "best balanced accuracy on val": most_balanced_threshold(*validation).threshold_percent,
        "the article's": ARTICLE_PERCENT,
    }
    return tuple(
        Threshold(name, operating_point(*validation, percent), operating_point(*test, percent))
        for name, percent in named.items()
    )


def _cells(answers: Answers, reported: Sequence[Entry]) -> tuple[tuple[tuple[int, int], ...], ...]:
    header = answers.header
    counts: Counter[tuple[int, int]] = Counter()
    right: Counter[tuple[int, int]] = Counter()
    rows = columns = 0
    for entry in reported:
        result = answers.results[entry.file]
        rows, columns = result.oracle.grid
        truth = image_truth(entry, result.size, header.input_size, header.fit)
        place = result.oracle.location
        if truth.person is not True or not truth.boxes or not isinstance(place, Location):
            continue
        counts[place.row, place.column] += 1
        right[place.row, place.column] += _inside(place, truth.boxes, header.picture_size)
    return tuple(
        tuple((counts[row, column], right[row, column]) for column in range(columns))
        for row in range(rows)
    )


def _inside(
    place: Location, boxes: Sequence[tuple[float, float, float, float]], size: tuple[int, int]
) -> bool:
    return in_boxes([(place.x / size[1], place.y / size[0])], [boxes]) == (True,)


def _history(run: Path | None) -> tuple[Mapping[str, Any], ...]:
    text = _text(run, "history.jsonl")
    try:
        return tuple(json.loads(line) for line in text.splitlines())
    except ValueError as error:
        raise UsageError(
            f"a damaged line: {error}", where=f"{run}/history.jsonl", hint="train again"
        ) from error


def _text(run: Path | None, name: str) -> str:
    if run is None or not (run / name).is_file():
        return ""
    return read_text(run / name)


def _counts(data: DataSet) -> tuple[SourceCount, ...]:
    counts = Counter((entry.source, entry.split, entry.person) for entry in data.entries)
    keys = sorted({(source, split) for source, split, _ in counts})
    return tuple(
        SourceCount(source, split, counts[source, split, True], counts[source, split, False])
        for source, split in keys
    )


def _shown(given: Given, how: Decision) -> tuple[Shown, ...]:
    assert given.photographs is not None
    data = read_data(given.photographs)
    selection = select(data, split="all")
    plan = Plan(data, selection.entries, given.jobs)
    run = evaluate_model(given.tflite, plan, selection, how=how)
    photos = {photo.path.name: photo for photo in load_photos(given.photographs)}
    return tuple(
        _one(photos[entry.file], entry, run.answers.results[entry.file], run.answers)
        for entry in data.entries
    )


def _one(photo: FixturePhoto, entry: Entry, result: Result, answers: Answers) -> Shown:
    from hil.images import load

    header = answers.header
    passed = header.positive_percent(result.oracle) >= header.threshold
    place = result.oracle.location
    wrong = ""
    person = entry.shows_person()
    if passed != person:
        wrong = "false alarm" if passed else "missed"
    elif isinstance(place, Location) and entry.boxes:
        wrong = "" if _inside(place, entry.boxes, header.picture_size) else "location beside"
    pixels = load(photo.path).pixels
    credit = ", ".join(filter(None, (photo.title, photo.author, photo.licence)))
    assert header.task.positive_class is not None
    score = int(header.numbers(result.oracle)[header.task.positive_class])
    return Shown(photo.name, credit, pixels, person, entry.boxes, score, result.oracle, wrong)
