"""Builds `ImageFacts` for tests: a board that answers right, and what differs from it."""

from __future__ import annotations

import dataclasses
from typing import Any

from hil.facts.image import Answer, ImageFacts, OpFacts
from hil.judge.compare import compare_tensors
from hil.network.location import Location, cell_location

CAM = (
    (10, 20, 30, 40),
    (15, 25, 90, 45),
    (12, 22, 32, 42),
)
"""A map of 3 rows and 4 columns; the maximum is in row 1, column 2."""

INPUT_SIZE = (96, 96)
SCORES = (-100, 100)


def at(row: int, column: int) -> Location:
    """The right location for a cell of CAM."""
    return cell_location(row, column, (len(CAM), len(CAM[0])), INPUT_SIZE)


RIGHT = Answer(scores=SCORES, threshold=60, location=at(1, 2), cam=CAM)


def facts(
    device: dict[str, Any] | None = None, reference: dict[str, Any] | None = None, **changes: Any
) -> ImageFacts:
    """Facts of a right answer, with changes.

    Args:
        device: fields of the board's `Answer` to replace.
        reference: fields of the oracle's `Answer` to replace.
        changes: fields of the `ImageFacts` to replace.
    """
    import numpy as np

    board = dataclasses.replace(RIGHT, **device or {})
    oracle = dataclasses.replace(RIGHT, **reference or {})
    scores = cam = None
    if len(board.scores) == len(oracle.scores):
        scores = compare_tensors(np.array(oracle.scores), np.array(board.scores))
    if board.cam is not None:
        ours, theirs = np.array(oracle.cam), np.array(board.cam)
        if ours.shape == theirs.shape:
            cam = compare_tensors(ours, theirs)
    values: dict[str, Any] = {
        "image": "photo",
        "image_crc": 0xCBF43926,
        "answered_crc": 0xCBF43926,
        "input_size": INPUT_SIZE,
        "positive_class": 1,
        "threshold": 60,
        "cam_requested": True,
        "device": board,
        "reference": oracle,
        "scores": scores,
        "cam": cam,
    }
    return ImageFacts(**{**values, **changes})


def traced(*device_crcs: int | None) -> tuple[OpFacts, ...]:
    """A trace in which operator n is expected to have CRC n."""
    return tuple(OpFacts(n, f"OP_{n}", n, crc) for n, crc in enumerate(device_crcs))
