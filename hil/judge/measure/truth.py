"""How right the answers of a run are, where it is known what the pictures show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hil.judge.measure.values import Samples, decision_samples, gain_samples, rate_samples
from hil.network.location import Location
from hil.network.score import score_percent

if TYPE_CHECKING:
    from hil.facts.records import ImageRecord


def truth_samples(images: Sequence[ImageRecord], confidence: float) -> Iterator[Samples]:
    """Rates and scores of the board's answers. Without any truth there is nothing.

    The threshold is the one that was asked for in the run; a run has only one. An
    image with a person counts as a hit of the pointing game when the board's
    location lies in a true box; without a location it is a miss.
    """
    from hil.judge.metrics.hits import paired_hits
    from hil.judge.metrics.pointing import CENTRE, in_boxes, pointing_game
    from hil.judge.metrics.scores import score_metrics

    known = [(image.facts, image.truth) for image in images if image.truth is not None]
    known = [
        (facts, truth) for facts, truth in known if len(facts.device.scores) > facts.positive_class
    ]
    if not known:
        return
    percents = [score_percent(facts.device.scores[facts.positive_class]) for facts, _ in known]
    persons = [truth.person for _, truth in known]
    metrics = score_metrics(percents, persons, known[0][0].threshold)
    yield from decision_samples(metrics, metrics.roc_auc, confidence)
    boxes = [truth.boxes for _, truth in known]
    places = [_fractions(facts.device.location, facts.input_size) for facts, _ in known]
    yield from rate_samples("pointing_hit_rate", pointing_game(places, boxes))
    passed = [percent >= known[0][0].threshold for percent in percents]
    found = [place for place, passes in zip(places, passed, strict=True) if passes]
    truths = [truth for truth, passes in zip(boxes, passed, strict=True) if passes]
    pairs = paired_hits(in_boxes(found, truths), in_boxes([CENTRE] * len(found), truths))
    yield from rate_samples("pointing_found_rate", pairs.first)
    yield from gain_samples("pointing_found_gain", pairs, confidence)


def _fractions(location: object, size: tuple[int, int]) -> tuple[float, float] | None:
    if not isinstance(location, Location):
        return None
    height, width = size
    return location.x / width, location.y / height
