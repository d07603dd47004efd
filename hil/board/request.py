"""What a board is asked for with one sample, and the job that the link makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from hil.errors import UsageError
from hil.link.jobs import Job
from hil.network.arrays import pack_sample
from hil.network.frame_format import packed_frame
from hil.wire.enums import FrameFormat, SampleStage
from hil.wire.network_header import NetworkHeader
from hil.wire.replies import FrameSize
from hil.wire.requests import OpOutput

if TYPE_CHECKING:
    from hil.network.arrays import Sample

Stage = Literal["tensor", "frame"]
"""What a sample is: the network's inputs, or a camera's frame that the board crops, scales and
makes into the input before it runs the network."""


@dataclass(frozen=True)
class Ask:
    """One inference with all its options; they are those of `hil.board.Board.infer`."""

    sample: Sample = field(repr=False)
    stage: Stage = "tensor"
    cam_always: bool = True
    trace: bool = False
    threshold: int | None = None
    capture: tuple[int, int] | None = None
    reset_state: bool | None = None
    reuse: bool = False


def job_of(
    ask: Ask, header: NetworkHeader, taken: FrameSize | None, claimed_crc: int | None = None
) -> Job:
    """The job for a board with this contract, which takes these frames.

    Raises UsageError for what does not go with the network.
    """
    kind = wire_stage(ask.stage)
    if ask.threshold is not None and header.head is None:
        raise no_head("threshold", "Board.infer")
    is_frame = kind is SampleStage.FRAME
    return Job(
        frame_bytes(ask.sample, taken) if is_frame else sample_bytes(ask.sample, header),
        map_always=ask.cam_always,
        trace=ask.trace,
        reset_state=header.stateful if ask.reset_state is None else ask.reset_state,
        threshold=ask.threshold,
        capture=None if ask.capture is None else OpOutput(*ask.capture),
        stage=kind,
        reuse=ask.reuse,
        claimed_crc=claimed_crc,
    )


def sample_bytes(sample: Sample, header: NetworkHeader) -> bytes:
    """The bytes to send. Raises UsageError for arrays of another type or shape.

    Bytes are taken as they are: a board has to refuse a wrong number of them itself.
    """
    if isinstance(sample, bytes | bytearray | memoryview):
        return bytes(sample)
    if not any(hasattr(sample, what) for what in ("dtype", "__len__", "pixels")):
        raise UsageError(
            f"the sample is a {type(sample).__name__}, not an array",
            where="Board.infer",
            hint="give bytes, a numpy array, a hil.images.Photo, or an array for each input",
        )
    try:
        return pack_sample(header, sample)
    except UsageError as error:
        error.where = error.where or "Board.infer"
        raise


def frame_bytes(frame: Sample, taken: FrameSize | None) -> bytes:
    """The bytes of a camera's frame, for a board that takes those; of gray pixels for one that
    takes none. Raises UsageError for an array that holds no such pixels.

    Bytes are taken as they are: a board has to refuse a wrong number of them itself.
    """
    if isinstance(frame, bytes | bytearray | memoryview):
        return bytes(frame)
    return packed_frame(np.asarray(frame), FrameFormat.GRAY8 if taken is None else taken.format)


def wire_stage(stage: Stage) -> SampleStage:
    """The stage as the protocol has it. Raises UsageError for another word."""
    stages = {"tensor": SampleStage.TENSOR, "frame": SampleStage.FRAME}
    if stage not in stages:
        raise UsageError(
            f"there is no stage {stage!r}", where="Board.infer", hint="give 'tensor' or 'frame'"
        )
    return stages[stage]


def no_head(what: str, where: str) -> UsageError:
    """Something was asked for that only a network with a class activation map has."""
    return UsageError(
        f"this network has no class activation map, and so no {what}",
        where=where,
        hint="leave it out, or see `hil info` for why the network has none",
    )
