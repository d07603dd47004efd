"""Whether a network tells images apart, by the oracle's answers."""

from __future__ import annotations

from collections.abc import Iterable

from hil.facts.records import VarietyFacts
from hil.facts.sameness import all_equal
from hil.oracle.oracle import OracleAnswer


def variety(answers: Iterable[OracleAnswer]) -> VarietyFacts:
    """Which outputs are the same for all images; an image that comes twice counts once."""
    distinct = {answer.image_crc: answer for answer in answers}.values()
    outputs = {
        "scores": all_equal(answer.scores.tobytes() for answer in distinct),
        "features": all_equal(answer.features.tobytes() for answer in distinct),
    }
    return VarietyFacts(len(distinct), tuple(name for name, same in outputs.items() if same))
