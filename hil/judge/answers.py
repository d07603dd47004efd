"""Every answer of a run against the oracle's, whoever asked for it, and the boards' clocks.

Pure functions of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from hil.facts.image import ImageFacts, SampleFacts, TensorDifference
from hil.facts.keys import (
    answer_key,
    asked_key,
    facts_key,
    frame_key,
    image_key,
    oddity_key,
    reference_key,
)
from hil.judge.compare import compare_answers, compare_outputs, device_answer
from hil.judge.explain import difference
from hil.judge.verdict import Status, Verdict, judge_image

if TYPE_CHECKING:
    from hil.facts.board import Oddity, Stamp
    from hil.facts.evidence import OddityRecord
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

CLOCK_KEY = "clock"
"""Names the clocks of a run in `hil.facts.records.TestRecord.by_verdict`."""

READ_BACK = ("features", "operators", "preprocessing")
"""Checks of what was read back beside an answer; the others are of the answer itself."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: its key in the run file, and why in words."""

    key: str
    text: str

    def __str__(self) -> str:
        return self.text


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
    facts: SampleFacts | None
    verdicts: tuple[Verdict, ...]

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """What is wrong with it."""
        return tuple(verdict for verdict in self.verdicts if verdict.status is Status.FAILED)

    @property
    def says_wrong(self) -> bool:
        """Whether what it says is wrong, its place in the board's count apart."""
        return any(verdict.check != "count" for verdict in self.failed)

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
    seen: set[tuple[int, int]] = set()
    judged = []
    for key, record, facts in _answers(run):
        if record is None:
            verdicts = _verdicts(facts, tolerances)
            judged.append(JudgedAnswer(key, key, facts, verdicts))
            continue
        start = record.boot, record.count
        judged.append(judge_answer(key, record, facts, tolerances, again=start in seen))
        seen.add(start)
    return tuple(judged)


def judge_answer(
    key: str,
    record: InferenceRecord,
    facts: SampleFacts | None,
    tolerances: Tolerances,
    *,
    again: bool = False,
) -> JudgedAnswer:
    """One answer.

    Args:
        facts: of `answer_facts`.
        again: an answer before it had the same count, since the same start.
    """
    image = "" if facts is None else facts.image
    if image and facts is not None and record.asked.stage == "tensor":
        name = facts_key(facts)
    else:
        name = _KEYS[record.asked.stage](image or f"{record.asked.image_crc:#010x}")
    verdicts = (*_verdicts(facts, tolerances), _count(record, again))
    return JudgedAnswer(key, name, facts, verdicts)


Result = TypeVar("Result", "Stamp", "InferenceRecord", "Stamp | InferenceRecord")


def in_order(results: Iterable[Result]) -> list[Result]:
    """The results of each start in the order in which the board gave them.

    By its own count: a noisy line may let it take two images in the other order than they were
    asked for. As they came where that count gives a number twice, and so no order.
    """
    by_boot: dict[int, list[Result]] = {}
    for result in results:
        by_boot.setdefault(result.boot, []).append(result)
    ordered: list[Result] = []
    for boot in sorted(by_boot):
        start = by_boot[boot]
        if len({result.count for result in start}) == len(start):
            start.sort(key=lambda result: result.count)
        ordered += start
    return ordered


def clock_fault(results: Iterable[Stamp | InferenceRecord]) -> str:
    """Between which two results of one start a clock went back or stood; empty if nowhere.

    That each result has a number of its own is judged with the answers.
    """
    for before, after in pairwise(in_order(results)):
        same = after.boot == before.boot and after.count != before.count
        if same and after.finished_us <= before.finished_us:
            return (
                f"between results {before.count} and {after.count} the board's clock went from "
                f"{before.finished_us} us to {after.finished_us} us"
            )
    return ""


def wrong_oddities(oddities: Sequence[Oddity | OddityRecord], start: int = 0) -> tuple[Wrong, ...]:
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


def all_answer_facts(run: Run) -> Iterator[tuple[str, SampleFacts]]:
    """(image, facts) of every answer that can be held against the oracle's."""
    for _, _, facts in _answers(run):
        if facts is not None:
            yield facts.image or f"{facts.image_crc:#010x}", facts


def answer_facts(record: InferenceRecord, reference: ReferenceRecord | None) -> SampleFacts | None:
    """Both sides of one answer; None without the oracle's."""
    if reference is None:
        return None
    common: dict[str, Any] = {
        "image": reference.image,
        "image_crc": record.asked.image_crc,
        "answered_crc": record.image_crc,
        "outputs": compare_outputs(record.outputs, reference.outputs),
        "invoke_us": record.times.invoke_us,
    }
    if reference.answer is None:
        return SampleFacts(**common)
    device = device_answer(record.scores, record.threshold, record.location, record.cam)
    scores, cam = compare_answers(device, reference.answer)
    return ImageFacts(
        **common,
        input_size=reference.input_size,
        positive_class=reference.positive_class,
        threshold=reference.answer.threshold,
        cam_requested=record.asked.cam,
        device=device,
        reference=reference.answer,
        scores=scores,
        cam=cam,
    )


_KEYS = {"tensor": image_key, "frame": frame_key}


def _answers(run: Run) -> Iterator[tuple[str, InferenceRecord | None, SampleFacts | None]]:
    """(key, inference, facts) of every answer."""
    references = {reference_key(reference): reference for reference in run.references}
    for number, record in enumerate(run.inferences):
        yield answer_key(number), record, answer_facts(record, references.get(asked_key(record)))
    recorded = {record.asked.image_crc for record in run.inferences}
    for key, facts in _measured(run):
        if facts.image_crc not in recorded:
            yield key, None, facts


def _verdicts(facts: SampleFacts | None, tolerances: Tolerances) -> tuple[Verdict, ...]:
    """On the answer itself."""
    judged = () if facts is None else judge_image(facts, tolerances)
    return tuple(verdict for verdict in judged if verdict.check not in READ_BACK)


def _measured(run: Run) -> Iterable[tuple[str, SampleFacts]]:
    for sample in run.samples:
        yield facts_key(sample.facts), sample.facts
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
    if not found.differing:
        return Verdict("preprocessing", Status.PASSED, 0, 0, "the input is the oracle's")
    text = difference(found, "the input that the board made of the frame")
    return Verdict("preprocessing", Status.FAILED, found.max_lsb, 0, text)
