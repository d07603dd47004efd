"""The answers of a run in the order in which the board gave them, and what each stage gave.

What a board remembers shows only here: an answer follows from the sample and from what was asked
before it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hil.facts.image import ImageFacts, SampleFacts
from hil.facts.keys import asked_key, reference_key
from hil.facts.records import InferenceRecord, ReferenceRecord
from hil.judge.judged import JudgedRun
from hil.network.location import Location, cell_location, winning_cell
from hil.network.score import passes

MOST_STEPS = 3000
"""The newest answers; those of a long run before them are not looked at."""

MAP_SENT = "map sent"
BELOW, FLAT, LOCATION = "below threshold", "flat map", "location"


@dataclass(frozen=True, eq=False)
class Step:
    """One answer in its place.

    Attributes:
        name: of the sample, for people.
        record: as it came.
        facts: both sides; None where the oracle's is not known.
        reference: the oracle's; None where it is not known.
        failed: it is wrong, by the run's tolerances.
        number: its place in the timeline.
        since: from this place on nothing is missing up to it: all of the same start.
    """

    name: str
    record: InferenceRecord
    facts: SampleFacts | None
    reference: ReferenceRecord | None
    failed: bool
    number: int = 0
    since: int = 0

    @property
    def first(self) -> bool:
        """Nothing ran before it since the board's start."""
        return self.record.count == 1

    @property
    def head(self) -> ImageFacts | None:
        """Both answers of a class activation map."""
        return self.facts if isinstance(self.facts, ImageFacts) else None

    @property
    def threshold(self) -> int | None:
        """Percent that are due."""
        return None if self.head is None else self.head.threshold


@dataclass(frozen=True, eq=False)
class Value:
    """What one stage gave in one answer. `right`: what is due; None where that is not known."""

    right: Any
    observed: Any

    @property
    def failing(self) -> bool:
        return self.right is not None and self.right != self.observed

    @property
    def passing(self) -> bool:
        return self.right is not None and self.right == self.observed


@dataclass(frozen=True, eq=False)
class Track:
    """One stage over all answers.

    Attributes:
        name: what it gives, such as "the scores".
        stage: as of `hil.facts.diagnosis.Finding`.
        bits: of information that one value has.
        values: one for each step; None where the stage gave nothing, or it is not known.
        due: what is right of each step, also where the stage gave nothing; empty where it always
            gives something.
    """

    name: str
    stage: str
    bits: float
    values: tuple[Value | None, ...]
    due: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        """Names it in an `hil.diagnose.outcome.Outcome`: its stage; "map sent" is none of its own
        to others."""
        return MAP_SENT if self.name == "whether the map is sent" else self.stage

    def failing(self, steps: Sequence[Step]) -> list[int]:
        """Indices of the answers that are wrong in this stage."""
        return [
            n
            for n, value in enumerate(self.values)
            if value is not None and value.failing and steps[n].failed
        ]

    def passing(self) -> list[int]:
        """Indices of the answers that are right in this stage."""
        return [n for n, value in enumerate(self.values) if value is not None and value.passing]


def steps_of(judged: JudgedRun) -> tuple[Step, ...]:
    """The answers by start and count; none where the board's count cannot be relied on: then
    nobody knows what was before what."""
    records = judged.run.inferences
    if any(record.asked.replayed for record in records) or _counts_wrong(records):
        return ()
    references = {reference_key(reference): reference for reference in judged.run.references}
    rows = sorted(
        zip(records, judged.answers, strict=False), key=lambda row: (row[0].boot, row[0].count)
    )[-MOST_STEPS:]
    found: list[Step] = []
    since = 0
    for number, (record, answer) in enumerate(rows):
        last = found[-1].record if found else None
        if last is None or (record.boot, record.count) != (last.boot, last.count + 1):
            since = number
        step = Step(
            name=_name(answer.name, record, answer.facts),
            record=record,
            facts=answer.facts,
            reference=references.get(asked_key(record)),
            failed=bool(answer.failed),
            number=number,
            since=since,
        )
        found.append(step)
    return tuple(found)


def _counts_wrong(records: Sequence[InferenceRecord]) -> bool:
    numbers = {(record.boot, record.count) for record in records}
    due = ((record.asked.count, record.count) for record in records)
    return len(numbers) < len(records) or any(
        expected is not None and expected != count for expected, count in due
    )


def _name(name: str, record: InferenceRecord, facts: SampleFacts | None) -> str:
    known = facts.image if facts is not None and facts.image else name.partition(" ")[2] or name
    return f"frame {known}" if record.asked.stage == "frame" else known


def tracks_of(steps: Sequence[Step]) -> Iterator[Track]:
    """The stages in the order of the board's work."""
    outputs = [_outputs(step) for step in steps]
    count = max((len(values) for values in outputs), default=0)
    alike = [values if len(values) == count else () for values in outputs]
    roles = _roles(steps)
    if count:
        yield Track("the whole answer", "engine", 32.0, tuple(map(_together, alike)))
    for index in range(count):
        if roles.get(index) != "score":  # those are told of as scores
            values = tuple(row[index] if row else None for row in alike)
            yield Track(f"output {index}", "engine", 32.0, values)
    if not any(step.head is not None for step in steps):
        return
    at = [index for index, role in roles.items() if role == "features"]
    unknown = [any(row[index].failing for index in at if row) for row in alike]
    rows = tuple(zip(steps, unknown, strict=True))
    for name, stage, bits, made in (
        ("the scores", "scores", 6.0, _scores),
        ("the map", "map", 128.0, _map),
        ("whether the map is sent", "map", 1.0, _map_sent),
        ("the decision", "decision", 1.0, decision_value),
        ("the location", "location", 4.0, _cell),
        ("the pixels of the location", "location", 4.0, _pixels),
    ):
        due = tuple(map(_DUE[name], steps)) if name in _DUE else ()
        yield Track(name, stage, bits, tuple(made(step, wrong) for step, wrong in rows), due)


def _roles(steps: Sequence[Step]) -> dict[int, str]:
    """By output, what the head takes it for."""
    reference = next((step.reference for step in steps if step.reference is not None), None)
    return {} if reference is None else {n: o.role for n, o in enumerate(reference.outputs)}


def _outputs(step: Step) -> tuple[Value, ...]:
    """Each output: its elements where the answer has its bytes and they are few, else its CRC."""
    reference = step.reference
    found = []
    for index, part in enumerate(step.record.outputs):
        right = None
        if reference is not None and index < len(reference.outputs):
            right = reference.outputs[index]
        if right is not None and right.type in _TYPES and part.data and right.bytes.data:
            due, sent = (elements(data, right.type) for data in (right.bytes.data, part.data))
            found.append(Value(due, sent))
        else:
            found.append(Value(None if right is None else right.bytes.crc, part.crc))
    return tuple(found)


_TYPES = {"int8": "<i1", "uint8": "<u1", "int16": "<i2", "int32": "<i4", "bool": "<u1"}


def elements(data: str, kind: str) -> tuple[int, ...]:
    """The integers of an output's bytes (base64)."""
    array = np.frombuffer(base64.b64decode(data), _TYPES[kind])
    return tuple(int(value) for value in array)


def _together(values: Sequence[Value]) -> Value | None:
    if not values:
        return None
    known = all(value.right is not None for value in values)
    right = tuple(_plain(value.right) for value in values) if known else None
    return Value(right, tuple(_plain(value.observed) for value in values))


def _plain(value: Any) -> Any:
    """Not a tuple of numbers, of which a mean could be made."""
    return str(value)


# What each stage gave; `wrong`: the features are, so that what follows from them is not known.


def _scores(step: Step, wrong: bool) -> Value | None:
    if not step.record.scores:
        return None
    return Value(None if step.head is None else step.head.reference.scores, step.record.scores)


def _map(step: Step, wrong: bool) -> Value | None:
    sent, due = step.record.cam, None if step.head is None else step.head.reference.cam
    if sent is None:
        return None
    return Value(None if due is None or wrong else _flat(due), _flat(sent))


def _flat(grid: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(value for row in grid for value in row)


def _due_map(step: Step) -> Any:
    cam = None if step.head is None else step.head.reference.cam
    return None if cam is None else _flat(cam)


def _due_cell(step: Step) -> Any:
    cam = None if step.head is None else step.head.reference.cam
    return None if cam is None else winning_cell(np.array(cam))


_DUE = {"the map": _due_map, "the location": _due_cell}


def kind_of(step: Step) -> str:
    """What the board said: a location, or why there is none; empty without a head."""
    location = step.record.location
    if location is None:
        return ""
    return LOCATION if isinstance(location, Location) else location.value


def _map_sent(step: Step, wrong: bool) -> Value | None:
    if not kind_of(step):
        return None
    return Value(step.record.asked.cam or kind_of(step) != BELOW, step.record.cam is not None)


def passing_kind(step: Step) -> str:
    """What there is where the score passes, by the map that was sent, or else the right one."""
    right = None if step.head is None else step.head.reference.cam
    values = _flat(step.record.cam or right or ())
    return FLAT if values and min(values) == max(values) else LOCATION


def decided(step: Step, score: int, threshold: int) -> str:
    """What there is for this score and threshold (percent)."""
    return passing_kind(step) if passes(score, threshold) else BELOW


def decision_value(step: Step, wrong: bool = False) -> Value | None:
    """(What there is, the threshold that is reported), by the scores that the board sent.

    Where these are wrong, right ones may have been decided by.
    """
    head, scores = step.head, step.record.scores
    if not kind_of(step):
        return None
    observed = (kind_of(step), step.record.threshold)
    if head is None or head.positive_class >= len(scores):
        return Value(None, observed)
    at = head.positive_class
    due, other = (
        (decided(step, given[at], head.threshold), head.threshold)
        for given in (scores, head.reference.scores)
    )
    return Value(other if observed == other else due, observed)


def _cell(step: Step, wrong: bool) -> Value | None:
    location, head = step.record.location, step.head
    if not isinstance(location, Location):
        return None
    right = None if head is None or wrong else head.reference.cam
    cam = step.record.cam or right
    observed = (location.row, location.column)
    return Value(None if cam is None else winning_cell(np.array(cam)), observed)


def _pixels(step: Step, wrong: bool) -> Value | None:
    location, head = step.record.location, step.head
    if not isinstance(location, Location):
        return None
    cam = None if head is None else head.reference.cam
    right = None
    if head is not None and cam and location.row < len(cam) and location.column < len(cam[0]):
        grid = (len(cam), len(cam[0]))
        centre = cell_location(location.row, location.column, grid, head.input_size)
        right = (centre.x, centre.y)
    return Value(right, (location.x, location.y))
