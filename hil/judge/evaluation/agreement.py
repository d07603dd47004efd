"""Board against oracle on the same images: counts, largest differences, verdicts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hil.facts import image as judged
from hil.facts.evaluation import Answer, Header, Result
from hil.judge.compare import compare_answers
from hil.judge.tolerance import Tolerances
from hil.judge.verdict import Status, judge_image
from hil.network.location import NoLocation

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the board's answers are from the oracle's.

    Attributes:
        images: that were compared.
        identical: scores, map and location are the same, and for the same image.
        score_lsb: largest difference of a score, in steps of 1/256.
        cam_lsb: largest difference of a cell, in units of the map's sums.
        scores_differing, cams_differing, locations_differing: numbers of images.
        decisions_differing: images where only one side passes the threshold.
        failed: images that the tolerances do not allow.
        examples: (file, why) of the first of them.
    """

    images: int
    identical: int
    score_lsb: int
    cam_lsb: int
    scores_differing: int
    cams_differing: int
    locations_differing: int
    decisions_differing: int
    failed: int
    examples: tuple[tuple[str, str], ...]


def agreement(results: Iterable[Result], header: Header, tolerances: Tolerances) -> Agreement:
    """Compares all results that have a board's answer."""
    images = failed = score_lsb = cam_lsb = 0
    differing: list[judged.ImageFacts] = []
    examples: list[tuple[str, str]] = []
    for result in results:
        if result.device is None:
            continue
        images += 1
        if result.device == result.oracle:
            continue  # identical answers pass every check
        facts = image_facts(result, header)
        differing.append(facts)
        score_lsb = max(score_lsb, facts.scores.max_lsb if facts.scores else 0)
        cam_lsb = max(cam_lsb, facts.cam.max_lsb if facts.cam else 0)
        wrong = [
            verdict for verdict in judge_image(facts, tolerances) if verdict.status is Status.FAILED
        ]
        if wrong:
            failed += 1
            if len(examples) < _SHOWN:
                examples.append((result.file, f"{wrong[0].check}: {wrong[0].explanation}"))
    return Agreement(
        images=images,
        identical=images - len(differing),
        score_lsb=score_lsb,
        cam_lsb=cam_lsb,
        scores_differing=sum(f.device.scores != f.reference.scores for f in differing),
        cams_differing=sum(f.device.cam != f.reference.cam for f in differing),
        locations_differing=sum(f.device.location != f.reference.location for f in differing),
        decisions_differing=sum(_passes(f.device) != _passes(f.reference) for f in differing),
        failed=failed,
        examples=tuple(examples),
    )


def image_facts(result: Result, header: Header) -> judged.ImageFacts:
    """A result as the judge knows it."""
    assert result.device is not None
    assert header.task.positive_class is not None
    device, oracle = (_judged(side, header) for side in (result.device, result.oracle))
    scores, cam = compare_answers(device, oracle)
    return judged.ImageFacts(
        image=result.file,
        image_crc=result.oracle.sample_crc,
        answered_crc=result.device.sample_crc,
        input_size=header.picture_size,
        positive_class=header.task.positive_class,
        threshold=int(header.threshold),
        cam_requested=True,
        device=device,
        reference=oracle,
        scores=scores,
        cam=cam,
        invoke_us=None if result.times is None else result.times.invoke_us,
    )


def _judged(side: Answer, header: Header) -> judged.Answer:
    assert side.threshold is not None
    assert side.location is not None
    scores = tuple(header.numbers(side).tolist())
    return judged.Answer(scores, side.threshold, side.location, side.rows())


def _passes(answer: judged.Answer) -> bool:
    return answer.location is not NoLocation.BELOW_THRESHOLD
