"""What names one thing in a run file, as in `hil.facts.records.TestRecord.by_verdict`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.facts.image import ImageFacts

if TYPE_CHECKING:
    from hil.facts.image import SampleFacts
    from hil.facts.records import InferenceRecord, ReferenceRecord

AskedKey = tuple[int, str, "int | None", "int | None"]
"""CRC-32 of what was sent, its stage, the threshold that was asked for, and the history."""


def answer_key(number: int) -> str:
    """The key of the run's inference with this number, from 0."""
    return f"answer {number}"


def oddity_key(number: int) -> str:
    """The key of the run's oddity with this number, from 0."""
    return f"oddity {number}"


def image_key(name: str) -> str:
    """The key of a measured image."""
    return f"image {name}"


def frame_key(name: str) -> str:
    """The key of a measured frame."""
    return f"frame {name}"


def facts_key(facts: SampleFacts) -> str:
    """The key of what was measured of a tensor; without a head it is no image to people."""
    known = isinstance(facts, ImageFacts)
    return image_key(facts.image) if known else f"sample {facts.image}"


def reference_key(reference: ReferenceRecord) -> AskedKey:
    """What the oracle was asked; the same as `asked_key` of an answer to it."""
    return reference.image_crc, reference.stage, reference.threshold, reference.history


def asked_key(record: InferenceRecord) -> AskedKey:
    """What the board was asked."""
    asked = record.asked
    return asked.image_crc, asked.stage, asked.threshold, asked.history
