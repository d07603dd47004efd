"""Board against oracle on the same samples: counts, largest differences, verdicts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts import image as judged
from hil.facts.evaluation import Answer, Header, Result
from hil.judge.compare import compare_answers, step_differences
from hil.judge.tolerance import Tolerances
from hil.judge.verdict import Status, judge_image
from hil.network.location import NoLocation

if TYPE_CHECKING:
    from hil.network.task import Task

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the board's answers are from the oracle's.

    Attributes:
        samples: that were compared.
        identical: all outputs, map and location are the same, and for the same sample.
        value_lsb: largest difference of a value of the output that is judged, in steps of its
            type; None where no value of an output is kept.
        error_difference: of a reconstruction, the largest difference of its error.
        cam_lsb: largest difference of a cell, in units of the map's sums; None without a map.
        outputs_differing: outputs that are not the oracle's, of all answers.
        values_differing, cams_differing, locations_differing: numbers of samples.
        decisions_differing: samples of which the two decide otherwise.
        failed: samples that the tolerances do not allow.
        examples: (file, why) of the first of them.
    """

    samples: int
    identical: int
    value_lsb: int | None
    error_difference: float | None
    cam_lsb: int | None
    outputs_differing: int
    values_differing: int
    cams_differing: int
    locations_differing: int
    decisions_differing: int
    failed: int
    examples: tuple[tuple[str, str], ...]


def agreement(results: Iterable[Result], header: Header, tolerances: Tolerances) -> Agreement:
    """Compares all results that have a board's answer."""
    compared = [result for result in results if result.device is not None]
    # Identical answers pass every check.
    apart = [result for result in compared if result.device != result.oracle]
    pairs = [(result.device, result.oracle) for result in apart if result.device is not None]
    maps = [_map_facts(result, header) for result in apart]
    wrong = [
        (result.file, _wrong(result, facts, header, tolerances))
        for result, facts in zip(apart, maps, strict=True)
    ]
    failed = [(file, why) for file, why in wrong if why]
    kind = header.task.kind
    lsb = [_value_lsb(device, oracle, header) for device, oracle in pairs]
    errors = [abs(_error(device, header) - _error(oracle, header)) for device, oracle in pairs]
    cams = [facts.cam.max_lsb for facts in maps if facts is not None and facts.cam is not None]
    return Agreement(
        samples=len(compared),
        identical=len(compared) - len(apart),
        value_lsb=None if kind in ("none", "reconstruction") else max(lsb, default=0),
        error_difference=max(errors, default=0.0) if kind == "reconstruction" else None,
        cam_lsb=max(cams, default=0) if kind == "localization" else None,
        outputs_differing=sum(len(_outputs_differing(*pair)) for pair in pairs),
        values_differing=sum(device.values != oracle.values for device, oracle in pairs),
        cams_differing=sum(_cam(device) != _cam(oracle) for device, oracle in pairs),
        locations_differing=sum(device.location != oracle.location for device, oracle in pairs),
        decisions_differing=sum(
            decision(device, header) != decision(oracle, header) for device, oracle in pairs
        ),
        failed=len(failed),
        examples=tuple(failed[:_SHOWN]),
    )


def decision(answer: Answer, header: Header) -> int | bool | None:
    """What an answer decides: whether it passes a threshold, or the class; None for numbers."""
    task = header.task
    if answer.location is not None:
        return answer.location is not NoLocation.BELOW_THRESHOLD
    if task.kind == "reconstruction":
        return None if task.threshold is None else _error(answer, header) >= task.threshold
    if task.kind != "classification":
        return None
    return task.decision(header.percents(answer))


def _wrong(
    result: Result, facts: judged.ImageFacts | None, header: Header, tolerances: Tolerances
) -> str:
    """Why the tolerances do not allow an answer that is not the oracle's; empty if they do.

    `facts`: of its map, where there is one.
    """
    device, oracle = result.device, result.oracle
    assert device is not None
    if facts is not None:
        for verdict in judge_image(facts, tolerances):
            if verdict.status is Status.FAILED:
                return f"{verdict.check}: {verdict.explanation}"
    if device.sample_crc != oracle.sample_crc:
        return "input: the board answered for another sample"
    limit = _limit(header.task, tolerances)
    for index in _outputs_differing(device, oracle):
        if index == header.task.output and header.task.kind not in ("none", "reconstruction"):
            off = _value_lsb(device, oracle, header)
            if off > limit:
                return f"output {index}: off by up to {off:,} LSB, {limit} are allowed"
        elif not (header.task.kind == "localization" and tolerances.features_lsb):
            # Only its CRC-32 is kept: how far it is off is not known.
            return f"output {index} is not the oracle's; hil validate says by how much"
    return ""


def _limit(task: Task, tolerances: Tolerances) -> int:
    return tolerances.score_lsb if task.kind == "localization" else tolerances.output_lsb


def _outputs_differing(device: Answer, oracle: Answer) -> list[int]:
    return [
        index
        for index, expected in enumerate(oracle.outputs)
        if index >= len(device.outputs) or device.outputs[index] != expected
    ]


def _value_lsb(device: Answer, oracle: Answer, header: Header) -> int:
    sides = header.numbers(oracle), header.numbers(device)
    return int(step_differences(*sides).max(initial=0))


def _error(answer: Answer, header: Header) -> float:
    return float(header.reals(answer)[0]) if header.task.kind == "reconstruction" else 0.0


def _cam(answer: Answer) -> tuple[tuple[int, int], bytes | None]:
    return answer.grid, answer.cam


def _map_facts(result: Result, header: Header) -> judged.ImageFacts | None:
    return image_facts(result, header) if header.task.kind == "localization" else None


def image_facts(result: Result, header: Header) -> judged.ImageFacts:
    """A result as the judge knows it, of a network with a class activation map."""
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
