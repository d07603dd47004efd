"""Labels that a task cannot mean are named with their lines, before anything is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hil.errors import UsageError
from hil.network.task import Task
from hil.samples.classes import anomalous, check_labels, class_of, label_problems, labels_of
from hil.samples.labels import DataSet, Entry

NAMED = Task("classification", 0, "softmax", 3, labels=("cat", "dog", "bird"))
NUMBERED = Task("classification", 0, "softmax", 3)
PERSON = Task("localization", 0, "softmax", 2, 1, 50.0, ("no person", "person"))
ANOMALIES = Task("reconstruction")


def entry(label: str = "", line: int = 2, person: bool | None = None, **more: Any) -> Entry:
    return Entry(line, f"{line}.bin", person, (), label=label, **more)


def problems(task: Task, *entries: Entry) -> list[str]:
    return [problem.message for problem in label_problems(entries, task)]


@pytest.mark.parametrize(
    ("task", "label", "index"),
    [
        (NAMED, "dog", 1),
        (NAMED, "2", 2),
        (NUMBERED, "0", 0),
        (PERSON, "person", 1),
        (Task("classification", 0, "softmax", 3, labels=("0", "1", "2")), "2", 2),
        (Task("classification", 0, "softmax", 2, labels=("8", "9")), "9", 1),
    ],
)
def test_a_class_is_named_or_numbered(task: Task, label: str, index: int) -> None:
    assert class_of(entry(label), task) == index
    assert problems(task, entry(label)) == []


@pytest.mark.parametrize(
    ("task", "offered"),
    [
        (NAMED, ("cat", "dog", "bird")),
        (NUMBERED, ("0", "1", "2")),
        (ANOMALIES, ("normal", "anomaly")),
        (Task("regression"), ()),
    ],
)
def test_what_is_offered_as_a_label_is_one(task: Task, offered: tuple[str, ...]) -> None:
    assert labels_of(task) == offered
    assert problems(task, *map(entry, offered)) == []


def test_what_is_the_name_of_one_class_and_the_number_of_another_is_refused() -> None:
    task = Task("classification", 0, "softmax", 3, labels=("1", "2", "3"))
    (said,) = problems(task, entry("1"))
    assert "is the name of class 0 and the number of another" in said
    assert class_of(entry("3"), task) == 2


@pytest.mark.parametrize(("person", "index"), [(True, 1), (False, 0)])
def test_a_person_is_the_positive_class_and_of_two_the_other_is_none(
    person: bool, index: int
) -> None:
    assert class_of(entry(person=person), PERSON) == index


def test_no_person_is_any_of_several_other_classes() -> None:
    task = Task("classification", 0, "softmax", 3, 2, 50.0)
    assert class_of(entry(person=True), task) == 2
    assert class_of(entry(person=False), task) is None


@pytest.mark.parametrize(
    ("task", "label", "said"),
    [
        (NAMED, "dig", "did you mean 'dog'?"),
        (NAMED, "tree", "there are cat, dog, bird, or 0 to 2"),
        (NAMED, "3", "there are cat, dog, bird, or 0 to 2"),
        (NUMBERED, "dog", "its 3 classes have no names, only the numbers 0 to 2"),
        (NUMBERED, "-1", "only the numbers 0 to 2"),
        (ANOMALIES, "2", "neither normal nor anomalous"),
    ],
)
def test_what_is_no_class_of_the_network_is_told_with_those_that_are(
    task: Task, label: str, said: str
) -> None:
    (problem,) = problems(task, entry(label))
    assert repr(label) in problem
    assert said in problem


def test_all_of_them_are_named_with_their_lines() -> None:
    data = DataSet(Path("labels.csv"), Path(), (), ())
    entries = [entry("cat", 2), entry("cow", 3), entry("horse", 9)]
    with pytest.raises(UsageError) as caught:
        check_labels(data, entries, NAMED)
    assert "line 3" in str(caught.value)
    assert "line 9" in str(caught.value)
    assert "line 2" not in str(caught.value)


def test_a_label_and_a_person_must_not_contradict_each_other() -> None:
    assert problems(PERSON, entry("person", person=True)) == []
    (problem,) = problems(PERSON, entry("no person", person=True))
    assert "contradict" in problem


@pytest.mark.parametrize("label", ["normal", "Normal", "0"])
def test_what_is_normal(label: str) -> None:
    assert anomalous(entry(label)) is False


@pytest.mark.parametrize("label", ["anomaly", "anomalous", "abnormal", "1"])
def test_what_is_not(label: str) -> None:
    assert anomalous(entry(label)) is True


@pytest.mark.parametrize(
    ("what", "more"),
    [("label", {"label": "1"}), ("split", {"split": "val"}), ("source", {"source": "b"})],
)
def test_the_windows_of_a_recording_belong_together(what: str, more: dict[str, str]) -> None:
    one = {"label": "0", "group": "x", "source": "a"}
    (problem,) = problems(ANOMALIES, entry(line=2, **one), entry(line=3, **{**one, **more}))
    assert f"another {what} here than in 2.bin" in problem


def test_labels_mean_nothing_to_a_regression() -> None:
    assert problems(Task("regression"), entry("whatever", value=1.0)) == []
