"""The images of a run: a card for each in the grid, and the data of its own page.

Cards are HTML, so that they can be searched and read aloud; pictures and maps are
drawn by the browser from the data when they come into view.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hil.judge.judged import JudgedImage, worst_first
from hil.judge.verdict import Status
from hil.network.location import Location
from hil.network.score import score_percent
from hil.report.changes import answer_score, changed_answer, place, score_of

if TYPE_CHECKING:
    from hil.facts.image import Answer, ImageFacts
    from hil.facts.records import TraceRecord

WORST = 12
"""Images that the filter "worst" shows."""

FEW = 12
"""Images that are shown until all are asked for."""


@dataclass(frozen=True, slots=True)
class Card:
    """One image in the grid.

    Attributes:
        index: in the order of the run.
        key: unique in the run.
        rank: 0 for the worst image of the run.
        score: percent, for sorting and for the bar; None without a score.
        changed: how the answer differs from that of the other run; empty if it does not.
        data: what the browser draws from, as JSON.
    """

    index: int
    key: str
    name: str
    source: str
    status: str
    differs: bool
    changed: str
    rank: int
    score: float | None
    score_text: str
    threshold: int
    location: str
    truth: str
    invoke_us: int
    problems: tuple[str, ...]
    data: Markup


def cards(
    images: Sequence[JudgedImage], before: Mapping[str, JudgedImage] | None = None
) -> tuple[Card, ...]:
    """A card for each image, in the order of the run.

    Args:
        images: of this run.
        before: images of the other run by `JudgedImage.key`.
    """
    ranks = {image.key: rank for rank, image in enumerate(worst_first(images))}
    earlier = before or {}
    return tuple(
        _card(image, index, ranks[image.key], earlier.get(image.key))
        for index, image in enumerate(images)
    )


def script_json(value: Any) -> Markup:
    """JSON that can stand in a script element: no "<" that could end it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _card(image: JudgedImage, index: int, rank: int, before: JudgedImage | None) -> Card:
    record, facts = image.record, image.record.facts
    score = score_of(facts)
    return Card(
        index=index,
        key=image.key,
        name=record.name,
        source=record.source,
        status=image.status.value,
        differs=image.differs,
        changed="" if before is None else changed_answer(image, before),
        rank=rank,
        score=None if score is None else float(score_percent(score)),
        score_text=answer_score(facts),
        threshold=facts.threshold,
        location=place(facts.device),
        truth=image.truth_verdict,
        invoke_us=record.times.invoke_us,
        problems=tuple(v.check for v in image.verdicts if v.status is Status.FAILED),
        data=script_json(_data(image, before)),
    )


def _data(image: JudgedImage, before: JudgedImage | None) -> dict[str, Any]:
    record, facts = image.record, image.record.facts
    times = record.times
    return {
        "name": record.name,
        "source": record.source,
        "png": record.png,
        "size": [facts.input_size[1], facts.input_size[0]],
        "board": _side(facts.device, facts),
        "oracle": _side(facts.reference, facts),
        "boxes": [] if record.truth is None else record.truth.boxes,
        "person": None if record.truth is None else record.truth.person,
        "truth": image.truth_verdict,
        "threshold": facts.threshold,
        "crc": f"{facts.image_crc:08x}",
        "verdicts": [
            [v.check, v.status.value, v.measured, v.limit, v.explanation] for v in image.verdicts
        ],
        "tensors": [
            [name, *((d.differing, d.elements, d.max_lsb) if d is not None else (None,) * 3)]
            for name, d in
            (("scores", facts.scores), ("map", facts.cam), ("features", facts.features))
        ],
        "times": [
            ["upload", times.upload_us],
            ["preprocess", times.preprocess_us],
            ["inference", times.invoke_us],
            ["CAM", times.cam_us],
            ["round trip", times.round_trip_us],
        ],
        "cycles": times.invoke_cycles,
        "ops": _ops(image.trace),
        "before": None if before is None else _before(image, before),
    }  # fmt: skip


def _side(answer: Answer, facts: ImageFacts) -> dict[str, Any]:
    location = answer.location
    at = [location.x, location.y] if isinstance(location, Location) else None
    return {
        "scores": answer.scores,
        "score": answer_score(facts, answer),
        "at": at,
        "place": place(answer),
        "cam": answer.cam,
    }


def _before(now: JudgedImage, before: JudgedImage) -> dict[str, Any]:
    facts = before.record.facts
    return {
        "score": answer_score(facts),
        "place": place(facts.device),
        "us": before.record.times.invoke_us,
        "changed": changed_answer(now, before),
    }


def _ops(trace: TraceRecord | None) -> list[list[Any]] | None:
    """[index, name, identical (None: not sent), us] of each operator."""
    if trace is None:
        return None
    return [
        [
            op.index,
            op.name,
            None if op.device_crc is None else op.device_crc == op.expected_crc,
            op.device_us,
        ]
        for op in trace.ops
    ]
