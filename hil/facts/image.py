"""What was measured, as frozen dataclasses that `hil.facts.codec` writes and reads.

A recorded run can be judged again, with other tolerances, without board or model.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.network.location import Location, NoLocation

Grid = tuple[tuple[int, ...], ...]
"""A map as rows of integers."""


@dataclass(frozen=True, slots=True)
class TensorDifference:
    """Two tensors compared element by element, in steps (LSB) of their integers.

    `first_index` is the flat row-major index of the first element that differs,
    `expected` and `got` are its values; all three are None without a difference.
    """

    elements: int
    differing: int
    max_lsb: int
    first_index: int | None = None
    expected: int | None = None
    got: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One side's answer for an image.

    `scores`: int8 per class. `threshold`: percent, the one that was applied.
    `cam`: the map, or None where it was not sent.
    """

    scores: tuple[int, ...]
    threshold: int
    location: Location | NoLocation
    cam: Grid | None


@dataclass(frozen=True, slots=True)
class OpFacts:
    """One operator of a traced inference; None where the board sent nothing.

    `device_us`, `device_cycles`: its time and its CPU cycles on the board.
    """

    index: int
    name: str
    expected_crc: int
    device_crc: int | None
    device_us: int | None = None
    device_cycles: int | None = None


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Everything that was measured for one image.

    Attributes:
        image: its name.
        image_crc: CRC-32 of the int8 bytes that were sent.
        answered_crc: CRC-32 that the board's answer is for.
        input_size: (height, width) in pixels.
        positive_class: index of the score that decides.
        threshold: percent, the one that was asked for.
        cam_requested: whether the map was asked for below the threshold too.
        device: the board's answer.
        reference: the oracle's answer; its map is always there.
        scores: difference of all scores; None if their numbers differ.
        cam: difference of the maps; None where the board sent none, or another shape.
        features: difference of the features; None where they were not read back.
        ops: the traced operators; None without a trace.
        invoke_us: time of the inference on the board.
    """

    image: str
    image_crc: int
    answered_crc: int
    input_size: tuple[int, int]
    positive_class: int
    threshold: int
    cam_requested: bool
    device: Answer
    reference: Answer
    scores: TensorDifference | None
    cam: TensorDifference | None = None
    features: TensorDifference | None = None
    ops: tuple[OpFacts, ...] | None = None
    invoke_us: int | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run: who answered, what the reference was, and its images.

    Attributes:
        target: kind of board, from its identity.
        engine: the board's engine.
        firmware_version: from its identity.
        device_model_sha256: hex digest of the model on the board.
        oracle_model_sha256: hex digest of the model that the oracle runs.
        resolver: the oracle's kernels.
        self_check: outcome of the oracle's check of itself; empty if not asked for.
        self_check_detail: the first difference, or why it was not run.
        images: facts per image.
    """

    target: str
    engine: str
    firmware_version: str
    device_model_sha256: str
    oracle_model_sha256: str
    resolver: str
    self_check: str = ""
    self_check_detail: str = ""
    images: tuple[ImageFacts, ...] = ()
