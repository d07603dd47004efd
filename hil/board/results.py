"""From the link's messages to the board's facts."""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hil.errors import FirmwareError, UsageError
from hil.facts.board import Asked, Inference, Oddity, Stamp
from hil.link.jobs import JOBS_AHEAD, Job
from hil.link.jobs import Inference as LinkInference
from hil.link.stats import LinkStats
from hil.network.location import Location, NoLocation
from hil.wire.enums import ErrorCode, ImageStage, TensorRole
from hil.wire.enums import NoLocation as WireNoLocation
from hil.wire.replies import CamGrid, CellCentre, Identity, Tensor
from hil.wire.replies import Result as WireResult

# Keys: `no-location` of protocol.cddl.
_NO_LOCATION = {0: NoLocation.BELOW_THRESHOLD, 1: NoLocation.FLAT_MAP}


Stage = Literal["tensor", "frame"]
"""What an image is: the model's input, int8, or a camera's frame, uint8, that the board crops,
scales and shifts to int8 before it runs the model."""


def image_bytes(
    image: bytes | NDArray[np.int8] | NDArray[np.uint8], stage: Stage = "tensor"
) -> bytes:
    """The bytes to send, row-major. Raises UsageError for an array of another type."""
    if isinstance(image, bytes | bytearray | memoryview):
        return bytes(image)
    if not hasattr(image, "dtype"):
        raise UsageError(
            f"the image is a {type(image).__name__}, not an array",
            where="Board.infer",
            hint="give bytes, or a numpy array: Photo.tensor, or Photo.pixels with stage='frame'",
        )
    wanted = "uint8" if stage == "frame" else "int8"
    if str(image.dtype) != wanted:
        raise UsageError(
            f"the image has dtype {image.dtype}, a {stage} is {wanted}",
            where="Board.infer",
            hint="hil.images.to_tensor makes an int8 tensor of 8-bit pixels; stage='frame' sends "
            "8-bit pixels as a camera's frame",
        )
    return image.tobytes()


def wire_stage(stage: Stage) -> ImageStage:
    """The stage as the protocol has it. Raises UsageError for another word."""
    try:
        return ImageStage[stage.upper()]
    except KeyError:
        raise UsageError(
            f"there is no stage {stage!r}", where="Board.infer", hint="give 'tensor' or 'frame'"
        ) from None


def find_tensor(identity: Identity, role: TensorRole) -> Tensor | None:
    """The first tensor of this role that the board reports."""
    return next((tensor for tensor in identity.tensors if tensor.role is role), None)


def frame_size(identity: Identity) -> tuple[int, int] | None:
    """(rows, columns) of the raw frame that the board takes; None if it takes none."""
    frame = find_tensor(identity, TensorRole.FRAME)
    if frame is None or not identity.capabilities.frame_stage:
        return None
    return frame.shape[1], frame.shape[2]


def inference_facts(answer: LinkInference) -> Inference:
    """One inference as the harness reports it."""
    result: WireResult = answer.result
    return Inference(
        image_crc=result.image_crc,
        scores=tuple(np.frombuffer(result.scores, np.int8).tolist()),
        threshold=result.threshold,
        location=_location(result.location),
        cam=None if result.cam is None else _cam(result.cam),
        times=result.times,
        invoke_cycles=result.invoke_cycles,
        finished_us=result.finished_us,
        count=result.inference,
        round_trip_s=answer.upload_s + answer.result_s,
        upload_s=answer.upload_s,
        uploads=answer.attempts,
        captured=answer.captured,
    )


class Counting:
    """Knows what the board's count of inferences has to be in the next answer."""

    def __init__(self) -> None:
        self._last: tuple[int, int, int] | None = None
        self._unsure = 0  # answers whose images were on their way when something was sent again

    def due(self, stamp: Stamp, disturbances: int) -> int | None:
        """The count that this answer has to have; None where the one before tells nothing.

        `disturbances`: `LinkStats.disturbances` by now. What was sent again may have been run
        twice, or after images that were on their way at the same time.
        """
        last, self._last = self._last, (stamp.boot, stamp.count, disturbances)
        if last is not None and disturbances != last[2]:
            self._unsure = JOBS_AHEAD + 1  # and the first behind them has no one before it
        elif self._unsure:
            self._unsure -= 1
        if last is None or stamp.boot != last[0] or self._unsure:
            return None
        return last[1] + 1

    def interrupted(self) -> None:
        """An inference ended without an answer that was taken."""
        self._last = None


def asked(job: Job, count: int | None, identity: Identity, replayed: bool) -> Asked:
    """What a job asks for; `count` as in `Asked`."""
    stage: Stage = "frame" if job.stage is ImageStage.FRAME else "tensor"
    size = frame_size(identity)
    due = None if replayed else count
    return Asked(job.image, stage, job.threshold, job.cam_always, due, size, replayed)


def oddities(stats: LinkStats) -> list[Oddity]:
    """The answers among these counts that no right board gives, whatever the line does."""
    found = []
    if stats.wrong_image:
        found.append(Oddity("wrong-image", f"{_times(stats.wrong_image)} about another image"))
    if stats.malformed:
        found.append(Oddity("malformed", f"{_times(stats.malformed)} outside the protocol"))
    return found


def _times(count: int) -> str:
    return "an answer" if count == 1 else f"{count} answers"


def output_tensor(data: bytes, tensor: Tensor) -> NDArray[np.int8]:
    """An output's bytes in its shape; int8, the only type that the board reports."""
    return np.frombuffer(data, np.int8).reshape(tensor.shape)


def find_output(identity: Identity, output: int) -> Tensor:
    """The tensor with this output index. Raises UsageError when the model has none."""
    for tensor in identity.tensors:
        if tensor.output == output:
            return tensor
    known = [tensor.output for tensor in identity.tensors if tensor.output is not None]
    raise UsageError(
        f"the model has no output {output}",
        where="Board.read_output",
        hint=f"its outputs are {known}; Board.identity.tensors tells what they are",
    )


def check_image(answered: int | None, asked: int | None, what: str, where: str) -> None:
    """Raises FirmwareError when `what` belongs to another image than the one asked about."""
    if asked is not None and answered != asked:
        found = "none" if answered is None else f"image {answered:#010x}"
        raise FirmwareError(
            f"{what} belongs to {found}, not to image {asked:#010x}",
            where=where,
            hint="another inference ran in between, or the firmware mixes up its buffers",
        )


def flaw_of(
    identity: Identity, image: bytes, claimed_crc: int | None, stage: Stage = "tensor"
) -> tuple[str, ErrorCode] | None:
    """Why the board has to refuse an image, and how; None for a good one."""
    wanted = find_tensor(identity, TensorRole.FRAME if stage == "frame" else TensorRole.INPUT)
    if stage == "frame" and wanted is None:
        return "a frame, though it takes none", ErrorCode.UNSUPPORTED
    if wanted is not None and len(image) != wanted.data_bytes:
        what = "a frame" if stage == "frame" else "an image"
        text = f"{what} of {len(image)} bytes instead of {wanted.data_bytes}"
        return text, ErrorCode.WRONG_SIZE
    if claimed_crc is not None and claimed_crc != zlib.crc32(image):
        return "an image with another CRC-32", ErrorCode.IMAGE_CORRUPT
    return None


def _location(location: CellCentre | WireNoLocation) -> Location | NoLocation:
    if isinstance(location, int):
        return _NO_LOCATION[int(location)]
    return Location(location.x, location.y, location.column, location.row)


def _cam(grid: CamGrid) -> NDArray[np.int32]:
    return np.array(grid.cells(), np.int32).reshape(grid.rows, grid.columns)
