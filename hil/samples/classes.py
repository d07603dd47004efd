"""What a label means to a network's task; those that it cannot mean, each with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from hil.network.task import Task
from hil.samples.labels import DataSet, Entry, Problem, problems_error

NORMAL, ANOMALOUS = ("normal", "0"), ("anomaly", "anomalous", "abnormal", "1")
"""What the labels of a reconstruction may say."""

_LISTED = 12


def class_of(entry: Entry, task: Task) -> int | None:
    """The class that the labels say: a name of the settings' labels, or a number.

    None where they say none, or one that does not exist.
    """
    text, positive = entry.label, task.positive_class
    if text in task.labels:
        named = task.labels.index(text)
        return None if ambiguous(entry, task) else named
    if text.isascii() and text.isdigit() and int(text) < task.classes:
        return int(text)
    if text or entry.person is None or positive is None:
        return None
    if entry.person:
        return positive
    return 1 - positive if task.classes == 2 else None


def ambiguous(entry: Entry, task: Task) -> bool:
    """Whether a label is the name of one class and the number of another."""
    text = entry.label
    return (
        text in task.labels
        and text.isascii()
        and text.isdigit()
        and int(text) < task.classes
        and int(text) != task.labels.index(text)
    )


def anomalous(entry: Entry) -> bool | None:
    """None where the labels do not say."""
    text = entry.label.lower()
    return True if text in ANOMALOUS else False if text in NORMAL else None


def check_labels(data: DataSet, entries: Iterable[Entry], task: Task) -> None:
    """Raises UsageError with all lines of `entries` whose label the network cannot mean."""
    problems = list(label_problems(entries, task))
    if problems:
        raise problems_error(data.labels, problems)


def label_problems(entries: Iterable[Entry], task: Task) -> Iterator[Problem]:
    """What is wrong with the labels, for this task, in the order of the lines.

    Unknown classes and those that the network lacks, a `person` that contradicts the label,
    anomalies that are none; windows of one recording that are not of one kind, source and split.
    """
    groups: dict[str, Entry] = {}
    for entry in entries:
        wrong = ""
        if task.kind in ("classification", "localization"):
            wrong = _of_class(entry, task)
        elif task.kind == "reconstruction":
            wrong = _of_anomaly(entry, groups.setdefault(entry.group, entry))
        if wrong:
            yield Problem(entry.line, f"{entry.file}: {wrong}", entry.file)


def _of_class(entry: Entry, task: Task) -> str:
    if not entry.label:
        return ""
    number = class_of(entry, task)
    if ambiguous(entry, task):
        named = task.labels.index(entry.label)
        return (
            f"label {entry.label!r} is the name of class {named} and the number of another: "
            "rename the classes, or write the name of the class that is meant"
        )
    if number is None:
        return f"label {entry.label!r} is no class of the network: {_known(entry.label, task)}"
    positive = task.positive_class
    if entry.person is not None and positive is not None and entry.person != (number == positive):
        return f"label {entry.label!r} and person {int(entry.person)} contradict each other"
    return ""


def labels_of(task: Task) -> tuple[str, ...]:
    """What people may write in the column `label`; empty for numbers."""
    if task.kind == "reconstruction":
        return NORMAL[0], ANOMALOUS[0]
    return tuple(task.name_of(number) for number in range(task.classes))


def truth_column(task: Task) -> str:
    """The column of `labels.csv` that says what is true for this task: a class or a number."""
    return "value" if task.kind == "regression" else "label"


def _known(label: str, task: Task) -> str:
    near = difflib.get_close_matches(label, task.labels, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    numbers = f"0 to {task.classes - 1}"
    if not task.labels:
        none = f"its {task.classes} classes have no names, only the numbers {numbers}"
        return f"{none}; labels in its settings give it some"
    names = ", ".join(task.labels[:_LISTED]) + (", ..." if len(task.labels) > _LISTED else "")
    return f"there are {names}, or {numbers}"


def _of_anomaly(entry: Entry, first: Entry) -> str:
    kind = anomalous(entry)
    if entry.label and kind is None:
        known = ", ".join((*NORMAL, *ANOMALOUS))
        return f"label {entry.label!r} is neither normal nor anomalous: give one of {known}"
    if not entry.group:
        return ""
    for what, one, other in (
        ("label", kind, anomalous(first)),
        ("split", entry.split, first.split),
        ("source", entry.source, first.source),
    ):
        if one != other:
            return f"recording {entry.group!r} has another {what} here than in {first.file}"
    return ""
