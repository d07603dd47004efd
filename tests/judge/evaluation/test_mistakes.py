"""What was answered beside what is right, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from hil.facts.evaluation import Answer, Header, Result, ValueType
from hil.judge.evaluation.cases import Case, Cases
from hil.judge.evaluation.mistakes import Told, told_samples
from hil.judge.evaluation.truth import Truth
from hil.network.task import Task
from hil.samples.labels import Entry

PERSON = Task("classification", 0, "softmax", 2, 1, 60.0, ("nothing", "person"))
COLOURS = Task("classification", 0, "softmax", 3, labels=("red", "green", "blue"))
MACHINE = Task("reconstruction", threshold=0.5)
LEVEL = Task("regression")


def told(
    task: Task, truths: Sequence[Truth], values: Sequence[Sequence[float]]
) -> tuple[Told, ...]:
    """Of samples "0", "1", ... with these values as float64."""
    kind = ValueType("float64", len(values[0]))
    header = Header(1, "", "oracle", "", "", "", task, kind, None, "")
    cases = []
    for number, (truth, row) in enumerate(zip(truths, values, strict=True)):
        answer = Answer(0, (), np.array(row, np.float64).tobytes())
        entry = Entry(number, str(number), None, ())
        cases.append(Case(entry, truth, Result(str(number), 0, None, answer)))
    return told_samples(Cases(header, cases, [], cases), device=False)


def test_of_yes_and_no_the_farther_on_the_wrong_side_of_the_threshold_the_worse() -> None:
    truths = [Truth(positive=answer) for answer in (True, True, False, False, True)]
    scores = [0.9, 0.1, 0.8, 0.2, 0.55]
    found = told(PERSON, truths, [[1 - score, score] for score in scores])
    assert [each.case.entry.file for each in found] == ["1", "2", "4", "0", "3"]
    assert [each.wrong for each in found] == [True, True, True, False, False]
    assert (found[0].truth, found[0].answer) == ("person", "nothing")
    assert found[0].score == pytest.approx(10)
    assert found[0].badness == pytest.approx(50)


def test_among_classes_what_was_answered_more_surely_than_the_truth_is_worse() -> None:
    truths = [Truth(number=number) for number in (0, 0, 2)]
    found = told(COLOURS, truths, [[0.4, 0.5, 0.1], [0.1, 0.9, 0.0], [0.1, 0.0, 0.9]])
    assert [(each.case.entry.file, each.answer) for each in found] == [
        ("1", "green"),
        ("0", "green"),
        ("2", "blue"),
    ]
    assert [each.wrong for each in found] == [True, True, False]


def test_of_anomalies_the_error_tells() -> None:
    truths = [Truth(positive=answer) for answer in (True, False, True, False)]
    found = told(MACHINE, truths, [[0.9], [0.7], [0.1], [0.2]])
    assert [each.case.entry.file for each in found] == ["2", "1", "3", "0"]
    assert (found[0].truth, found[0].answer) == ("anomalous", "normal")


def test_of_numbers_the_distance_tells_and_nothing_is_wrong_or_right() -> None:
    found = told(LEVEL, [Truth(value=value) for value in (1.0, 2.0, 3.0)], [[1.5], [-2.0], [3.0]])
    assert [each.case.entry.file for each in found] == ["1", "0", "2"]
    assert [each.badness for each in found] == [4.0, 0.5, 0.0]
    assert {each.wrong for each in found} == {None}


def test_what_nobody_says_is_right_is_not_told() -> None:
    assert told(PERSON, [Truth()], [[0.0, 1.0]]) == ()
    assert told(Task("none"), [Truth(value=1.0)], [[0.0]]) == ()
