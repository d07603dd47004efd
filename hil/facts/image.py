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

    Of floats a step leads to the next number that their type has.
    `first_index` is the flat row-major index of the first element that differs,
    `expected` and `got` are its values; all three are None without a difference.
    """

    elements: int
    differing: int
    max_lsb: int
    first_index: int | None = None
    expected: int | float | None = None
    got: int | float | None = None


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """One output of an answer: CRC-32 and size of its bytes.

    `data`: the bytes in base64 where they came with the answer; empty otherwise.
    """

    crc: int
    size: int
    data: str = ""


@dataclass(frozen=True, slots=True)
class OutputDifference:
    """One output of the board's answer against the oracle's.

    Attributes:
        index: among the outputs.
        name: in the .tflite.
        role: "score" or "features" of a class activation map's head; empty otherwise.
        expected_crc, device_crc: CRC-32 of its bytes; None where the board sent none.
        difference: None where the board's bytes are not known.
    """

    index: int
    name: str
    role: str
    expected_crc: int
    device_crc: int | None
    difference: TensorDifference | None = None

    @property
    def same(self) -> bool:
        """Whether both sides have the same bytes."""
        return self.device_crc == self.expected_crc


@dataclass(frozen=True, slots=True)
class Answer:
    """One side's answer for an image, of a network with a class activation map.

    `scores`: int8 per class. `threshold`: percent, the one that was applied.
    `cam`: the map, or None where it was not sent.
    """

    scores: tuple[int, ...]
    threshold: int
    location: Location | NoLocation
    cam: Grid | None


@dataclass(frozen=True, slots=True)
class OpFacts:
    """One output of an operator of a traced inference; None where the board sent nothing.

    `output`: among the operator's outputs. `device_us`, `device_cycles`: the operator's time and
    CPU cycles on the board, at its first output.
    """

    index: int
    name: str
    expected_crc: int
    device_crc: int | None
    device_us: int | None = None
    device_cycles: int | None = None
    output: int = 0
    shape: tuple[int, ...] = ()
    difference: TensorDifference | None = None

    @property
    def differs(self) -> bool:
        """Whether the board's output is known to be another."""
        return self.device_crc not in (None, self.expected_crc)

    @property
    def place(self) -> str:
        """ "3 CONV_2D"; "5 SPLIT output 1" for others than the first."""
        return f"{self.index} {self.name}" + (f" output {self.output}" if self.output else "")


@dataclass(frozen=True, kw_only=True)
class SampleFacts:
    """Everything that was measured for one sample, of any network.

    Attributes:
        image: its name.
        image_crc: CRC-32 of the bytes that were sent.
        answered_crc: CRC-32 that the board's answer is for.
        outputs: every output of the answer.
        ops: every output of every traced operator; None without a trace.
        invoke_us: time of the inference on the board.
    """

    image: str
    image_crc: int
    answered_crc: int
    outputs: tuple[OutputDifference, ...] = ()
    ops: tuple[OpFacts, ...] | None = None
    invoke_us: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImageFacts(SampleFacts):
    """Everything that was measured for one sample of a network with a class activation map.

    Attributes:
        input_size: (height, width) in pixels.
        positive_class: index of the score that decides.
        threshold: percent, the one that was asked for.
        cam_requested: whether the map was asked for below the threshold too.
        device: the board's answer.
        reference: the oracle's answer; its map is always there.
        scores: difference of all scores; None if their numbers differ.
        cam: difference of the maps; None where the board sent none, or another shape.
        features: difference of the features; None where they were not read back.
    """

    input_size: tuple[int, int]
    positive_class: int
    threshold: int
    cam_requested: bool
    device: Answer
    reference: Answer
    scores: TensorDifference | None
    cam: TensorDifference | None = None
    features: TensorDifference | None = None


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
        images: facts per image.
    """

    target: str
    engine: str
    firmware_version: str
    device_model_sha256: str
    oracle_model_sha256: str
    resolver: str
    images: tuple[ImageFacts | SampleFacts, ...] = ()
