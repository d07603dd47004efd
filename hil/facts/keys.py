"""What names one thing in a run file, as in `hil.facts.records.TestRecord.by_verdict`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.facts.records import InferenceRecord, ReferenceRecord

AskedKey = tuple[int, str, "int | None"]
"""CRC-32 of what was sent, its stage, and the threshold that was asked for."""


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


def reference_key(reference: ReferenceRecord) -> AskedKey:
    """What the oracle was asked; the same as `asked_key` of an answer to it."""
    return reference.image_crc, reference.stage, reference.threshold


def asked_key(record: InferenceRecord) -> AskedKey:
    """What the board was asked."""
    return record.asked.image_crc, record.asked.stage, record.asked.threshold
