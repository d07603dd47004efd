"""Why a check failed, in plain words, with the usual causes where the numbers fit one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.facts.image import Grid, ImageFacts, OpFacts, OutputDifference, TensorDifference
from hil.network.location import Location
from hil.network.score import percent_text

if TYPE_CHECKING:
    from hil.facts.records import OpinionFacts


def score(facts: ImageFacts) -> str:
    """What the wrong scores look like, and which side of the features is at fault."""
    device, reference = facts.device.scores, facts.reference.scores
    index = facts.positive_class
    text = (
        f"the board's scores are {list(device)}, the oracle's {list(reference)}: "
        f"{percent_text(device[index])} instead of {percent_text(reference[index])}"
    )
    if device != reference and device == reference[::-1]:
        return f"{text}; the classes look swapped"
    if facts.features is not None:
        return f"{text}; {_side_of_features(facts.features, 'mean, classifier or SOFTMAX')}"
    return text


def cam(facts: ImageFacts) -> str:
    """What the wrong map looks like."""
    ours, theirs, found = facts.reference.cam, facts.device.cam, facts.cam
    assert ours is not None
    assert theirs is not None
    assert found is not None
    text = difference(found, "the map", len(ours[0]))
    offsets = {
        b - a
        for row_a, row_b in zip(ours, theirs, strict=True)
        for a, b in zip(row_a, row_b, strict=True)
    }
    if len(offsets) == 1:
        return f"{text}; every cell is off by {offsets.pop()}: a zero point looks left out"
    if theirs == tuple(zip(*ours, strict=True)):
        return f"{text}; rows and columns look swapped"
    if facts.features is not None:
        cause = "weights, zero points or class of the map, or it is the map of another sample"
        return f"{text}; {_side_of_features(facts.features, cause)}"
    return text


def difference(found: TensorDifference, what: str, columns: int | None = None) -> str:
    """How far two tensors are apart, and where the first difference is.

    `columns`: say the place as row and column of a map this wide.
    """
    place = f"index {found.first_index}"
    if columns is not None and found.first_index is not None:
        row, column = divmod(found.first_index, columns)
        place = f"row {row}, column {column}"
    return (
        f"{what} differs in {found.differing} of {found.elements} elements, by up to "
        f"{found.max_lsb}; first at {place}: {found.got} instead of {found.expected}"
    )


def output(found: OutputDifference) -> str:
    """Which output is not the oracle's, and by how much where that is known."""
    named = f"output {found.index} {found.name!r}"
    if found.device_crc is None:
        return f"the board sent no {named}"
    if found.difference is not None and found.difference.differing:
        return difference(found.difference, named)
    return f"{named} differs: CRC-32 {found.device_crc:08x} instead of {found.expected_crc:08x}"


def operator(op: OpFacts, count: int) -> str:
    """The first operator whose output differs, and what that means."""
    which = f", output {op.output}" if op.output else ""
    text = f"operator {op.index} of {count} ({op.name}{which}) is the first whose output differs"
    if op.difference is not None:
        text += f" ({difference(op.difference, 'it')})"
    if op.index == 0:
        return f"{text}: its kernel, its weights or the input is wrong"
    return f"{text}; all before it are identical, so its kernel or its weights are wrong"


def opinion(op: OpinionFacts, other: str, limit: int) -> str:
    """An operator whose kernels on a chip are not those of the network that was converted."""
    return (
        f"operator {op.index} ({op.name}): with equal inputs {other} differs by up to "
        f"{op.max_lsb} LSB, where {limit} are allowed: what runs on a chip is not what was "
        "converted"
    )


def wrong_cell(device: Location, cam: Grid) -> str:
    """Where the board's cell lies in the oracle's map, and what the mistake looks like."""
    row, column = first_maximum(cam)
    text = (
        f"location ({device.x}, {device.y}) is cell row {device.row} column {device.column}; "
        f"the oracle's maximum is row {row} column {column}"
    )
    rows, columns = len(cam), len(cam[0])
    got = (device.row, device.column)
    # In this order: in the middle of the map one mistake looks like another.
    mistakes = (
        ((column, row), "x and y look swapped"),
        ((row, columns - 1 - column), "left and right look mirrored"),
        ((rows - 1 - row, column), "top and bottom look mirrored"),
        ((rows - 1 - row, columns - 1 - column), "the map looks turned by 180 degrees"),
    )
    for cell, looks in mistakes:
        if cell == got:
            return f"{text}: {looks}"
    if cam[device.row][device.column] == min(map(min, cam)):
        return f"{text}: it looks like the minimum of the map"
    return text


def off_centre(
    device: Location, centre: Location, grid: tuple[int, int], input_size: tuple[int, int]
) -> str:
    """A location whose pixels are not the centre of its own cell."""
    text = (
        f"location ({device.x}, {device.y}) is not the centre of its cell row {device.row} "
        f"column {device.column}, which is ({centre.x}, {centre.y})"
    )
    corner = (device.column * input_size[1] // grid[1], device.row * input_size[0] // grid[0])
    if (device.x, device.y) == (centre.y, centre.x):
        return f"{text}: x and y look swapped"
    if (device.x, device.y) == corner:
        return f"{text}: it is the cell's top left corner"
    return text


def first_maximum(cam: Grid) -> tuple[int, int]:
    """(row, column) of the maximum, the first in row-major order."""
    best = max(map(max, cam))
    return next((r, row.index(best)) for r, row in enumerate(cam) if best in row)


def _side_of_features(features: TensorDifference, behind: str) -> str:
    if features.differing:
        return "the features in front of it differ already"
    return f"the features are identical, so the fault is behind them: {behind}"
