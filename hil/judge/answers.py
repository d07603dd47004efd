"""Every answer of a run against the oracle's, whoever asked for it. Pure functions of facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hil.facts.image import Answer, ImageFacts, TensorDifference
from hil.facts.keys import answer_key, asked_key, frame_key, image_key, oddity_key, reference_key
from hil.judge.verdict import Status, Verdict, judge_image

if TYPE_CHECKING:
    from hil.facts.records import InferenceRecord, ReferenceRecord
    from hil.facts.run import Run
    from hil.judge.tolerance import Tolerances

_WRONG_ODDITIES = {
    "wrong-image": "the board gave {}",
    "malformed": "the board gave {}",
    "accepted": "the board accepted {}",
    "echo": "asked for an echo, {}",
}
"""What `hil.facts.board.Oddity.what` is where the answer is wrong, whatever line and host do."""

READ_BACK = ("features", "operators", "preprocessing")
"""Checks of what was read back beside an answer; the others are of the answer itself."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: its key in the run file, and why in words."""

    key: str
    text: str

    def __str__(self) -> str:
        return self.text


class _Odd(Protocol):
    @property
    def what(self) -> str: ...
    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answer with the verdicts on it.

    Attributes:
        key: names it in the run, and in `hil.facts.records.TestRecord.by_verdict`.
        name: of the image, for people.
        facts: both sides; None where the oracle's was not to be had.
        verdicts: of the answer, and of what was read back after it.
    """

    key: str
    name: str
    facts: ImageFacts | None
    verdicts: tuple[Verdict, ...]

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """What is wrong with it."""
        return tuple(verdict for verdict in self.verdicts if verdict.status is Status.FAILED)

    @property
    def wrong(self) -> Wrong | None:
        """The first of what is wrong with it."""
        if not self.failed:
            return None
        found = self.failed[0]
        return Wrong(self.key, f"{self.name}: {found.check}: {found.explanation}")


def judge_answers(run: Run, tolerances: Tolerances) -> tuple[JudgedAnswer, ...]:
    """Every answer of a run, in order: of each inference, measured or not.

    Where a run has facts of an image and no inference of it, these facts are its answer.
    """
    references = {reference_key(reference): reference for reference in run.references}
    seen: set[tuple[int, int]] = set()
    judged = []
    for number, record in enumerate(run.inferences):
        reference = references.get(asked_key(record))
        again = (record.boot, record.count) in seen
        seen.add((record.boot, record.count))
        key = answer_key(number)
        judged.append(judge_answer(key, record, reference, tolerances, again=again))
    recorded = {record.asked.image_crc for record in run.inferences}
    for key, facts in _measured(run):
        if facts.image_crc not in recorded:
            verdicts = tuple(v for v in judge_image(facts, tolerances) if v.check not in READ_BACK)
            judged.append(JudgedAnswer(key, key, facts, verdicts))
    return tuple(judged)


def judge_answer(
    key: str,
    record: InferenceRecord,
    reference: ReferenceRecord | None,
    tolerances: Tolerances,
    *,
    again: bool = False,
) -> JudgedAnswer:
    """One answer. `again`: an answer before it had the same count, since the same start."""
    facts = None if reference is None else answer_facts(record, reference)
    image = reference.image if reference is not None else ""
    name = _KEYS[record.asked.stage](image or f"{record.asked.image_crc:#010x}")
    verdicts = [_count(record, again)]
    if facts is not None:
        judged = judge_image(facts, tolerances)
        verdicts = [*(v for v in judged if v.check not in READ_BACK), *verdicts]
    return JudgedAnswer(key, name, facts, tuple(verdicts))


def wrong_oddities(oddities: Sequence[_Odd], start: int = 0) -> tuple[Wrong, ...]:
    """Those of the run's oddities from `start` on that make a run wrong."""
    return tuple(
        Wrong(oddity_key(number), text.format(oddity.detail))
        for number, oddity in enumerate(oddities[start:], start)
        if (text := _WRONG_ODDITIES.get(oddity.what))
    )


def judge_measured(run: Run, tolerances: Tolerances) -> tuple[JudgedAnswer, ...]:
    """Every measured image and frame: its answer, and what was read back beside it."""
    judged = [
        JudgedAnswer(key, key, facts, judge_image(facts, tolerances))
        for key, facts in _measured(run)
    ]
    for frame in run.frames:
        key = frame_key(frame.name)
        judged.append(JudgedAnswer(key, key, frame.facts, (judge_input(frame.preprocessing),)))
    return tuple(judged)


def all_answer_facts(run: Run) -> Iterator[tuple[str, ImageFacts]]:
    """(image, facts) of every answer that can be held against the oracle's."""
    references = {reference_key(reference): reference for reference in run.references}
    recorded = set()
    for record in run.inferences:
        recorded.add(record.asked.image_crc)
        reference = references.get(asked_key(record))
        if reference is not None:
            name = reference.image or f"{record.asked.image_crc:#010x}"
            yield name, answer_facts(record, reference)
    for _, facts in _measured(run):
        if facts.image_crc not in recorded:
            yield facts.image, facts


def answer_facts(record: InferenceRecord, reference: ReferenceRecord) -> ImageFacts:
    """Both sides of one answer, as facts of an image."""
    import numpy as np

    from hil.judge.compare import compare_tensors

    device = Answer(record.scores, record.threshold, record.location, record.cam)
    right = reference.answer
    scores = cam = None
    if len(device.scores) == len(right.scores):
        scores = compare_tensors(np.array(right.scores), np.array(device.scores))
    if device.cam is not None and right.cam is not None:
        ours, theirs = np.array(right.cam), np.array(device.cam)
        cam = compare_tensors(ours, theirs) if ours.shape == theirs.shape else None
    return ImageFacts(
        image=reference.image,
        image_crc=record.asked.image_crc,
        answered_crc=record.image_crc,
        input_size=reference.input_size,
        positive_class=reference.positive_class,
        threshold=right.threshold,
        cam_requested=record.asked.cam,
        device=device,
        reference=right,
        scores=scores,
        cam=cam,
        invoke_us=record.times.invoke_us,
    )


_KEYS = {"tensor": image_key, "frame": frame_key}


def _measured(run: Run) -> Iterable[tuple[str, ImageFacts]]:
    for image in run.images:
        yield image_key(image.name), image.facts
    for repeat in run.repeats:
        yield image_key(repeat.facts.image), repeat.facts
    for frame in run.frames:
        yield frame_key(frame.name), frame.facts


def _count(record: InferenceRecord, again: bool) -> Verdict:
    """Does the answer carry its own number?"""
    number, due = record.count, record.asked.count
    if record.asked.replayed:
        return Verdict("count", Status.NOT_RUN, number, None, "a recording's counts have no order")
    if again:
        text = f"inference {number} of this start was answered already: it is another's answer"
        return Verdict("count", Status.FAILED, number, due, text)
    if due is not None and number != due:
        text = f"the board counts this as inference {number}, after {due - 1} it is {due}"
        return Verdict("count", Status.FAILED, number, due, text)
    return Verdict("count", Status.PASSED, number, due, "the board's count goes on by one")


def judge_input(found: TensorDifference) -> Verdict:
    """What the board made of a frame, against the oracle's input. There is no tolerance."""
    from hil.judge.explain import difference

    if not found.differing:
        return Verdict("preprocessing", Status.PASSED, 0, 0, "the input is the oracle's")
    text = difference(found, "the input that the board made of the frame")
    return Verdict("preprocessing", Status.FAILED, found.max_lsb, 0, text)
