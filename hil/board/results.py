"""From the link's messages to the board's facts."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.board.request import Stage
from hil.errors import FirmwareError, UsageError
from hil.facts.board import Asked, Inference, Oddity, OutputPart, Stamp
from hil.link.jobs import JOBS_AHEAD, Job
from hil.link.jobs import Inference as LinkInference
from hil.link.stats import LinkStats
from hil.network.arrays import as_array
from hil.network.location import Location, NoLocation
from hil.wire.enums import ErrorCode, SampleStage
from hil.wire.enums import NoLocation as WireNoLocation
from hil.wire.network_header import NetworkHeader, Tensor
from hil.wire.replies import (
    INLINE_BYTES,
    INLINE_BYTES_IN_ALL,
    CamGrid,
    CellCentre,
    FrameSize,
    HeadAnswer,
    Identity,
)
from hil.wire.replies import OutputPart as WirePart
from hil.wire.replies import Result as WireResult

# Keys: `no-location` of protocol.cddl.
_NO_LOCATION = {0: NoLocation.BELOW_THRESHOLD, 1: NoLocation.FLAT_MAP}


def frame_taken(identity: Identity) -> FrameSize | None:
    """The raw frame that the board takes; None if it takes none."""
    return identity.frame if identity.capabilities.frame_stage else None


def inference_facts(answer: LinkInference, header: NetworkHeader) -> Inference:
    """One inference as the harness reports it."""
    result: WireResult = answer.result
    head: HeadAnswer | None = result.head
    return Inference(
        image_crc=result.sample_crc,
        outputs=tuple(OutputPart(part.crc, part.size, part.data) for part in result.outputs),
        boot_id=result.boot_id,
        scores=_scores(result, header),
        threshold=None if head is None else head.threshold,
        location=None if head is None else _location(head.location),
        cam=None if head is None or head.cam is None else _cam(head.cam),
        times=result.times,
        invoke_cycles=result.invoke_cycles,
        finished_us=result.finished_us,
        count=result.inference,
        round_trip_s=answer.upload_s + answer.result_s,
        upload_s=answer.upload_s,
        uploads=answer.attempts,
        captured=answer.captured,
    )


def check_result(result: WireResult, header: NetworkHeader, where: str) -> None:
    """Raises FirmwareError for a result that is not one of this network."""
    sizes = [part.size for part in result.outputs]
    wanted = [tensor.size for tensor in header.outputs]
    flaw = ""
    if sizes != wanted:
        flaw = f"outputs of {sizes} bytes, the contract has {wanted}"
    elif (result.head is None) is not (header.head is None):
        has = "has none" if header.head is None else "has one"
        flaw = f"{'no' if result.head is None else 'a'} class activation map, the contract {has}"
    elif header.head and result.outputs[header.head.score_output].data is None:
        flaw = "no bytes of the scores"
    inline = inline_due(result.outputs)
    for index, part in enumerate(result.outputs):
        if part.data is None and inline[index]:
            flaw = f"no bytes of output {index}, for which it has room"
        elif part.data is not None and not inline[index]:
            flaw = f"bytes of output {index}, for which it has no room"
        elif part.data is not None and len(part.data) != part.size:
            flaw = f"{len(part.data)} bytes of output {index}, which has {part.size}"
    if flaw:
        raise FirmwareError(
            f"the result has {flaw}",
            where=where,
            hint="flash firmware built from the installed version of camhil",
        )


def inline_due(outputs: Sequence[WirePart]) -> list[bool]:
    """Of which outputs a result holds the bytes: of small ones, as long as there is room."""
    room, due = INLINE_BYTES_IN_ALL, []
    for part in outputs:
        due.append(part.size <= min(INLINE_BYTES, room))
        room -= part.size if due[-1] else 0
    return due


def _scores(result: WireResult, header: NetworkHeader) -> tuple[int, ...]:
    if header.head is None:
        return ()
    data = result.outputs[header.head.score_output].data
    return () if data is None else tuple(np.frombuffer(data, np.int8).tolist())


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


def asked(
    job: Job, count: int | None, identity: Identity, header: NetworkHeader, replayed: bool
) -> Asked:
    """What a job asks for; `count` as in `Asked`."""
    return Asked(
        image=job.sample,
        stage="frame" if job.stage is SampleStage.FRAME else "tensor",
        threshold=job.threshold,
        cam_always=job.map_always,
        count=None if replayed else count,
        frame=frame_taken(identity),
        replayed=replayed,
        reset_state=job.reset_state if header.stateful else None,
        traced=job.trace or job.capture is not None,
    )


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


def tensor_array(data: bytes, tensor: Tensor, what: str, where: str) -> NDArray[Any]:
    """A tensor's bytes in its type and shape. Raises FirmwareError where they are not as many."""
    if len(data) != tensor.size:
        raise FirmwareError(
            f"{what} has {len(data)} bytes on the board, in its contract {tensor.size}",
            where=where,
            hint="flash firmware built from the installed version of camhil",
        )
    return as_array(tensor, data)


def find_tensor(tensors: tuple[Tensor, ...], index: int, what: str) -> Tensor:
    """The input or output (`what`) with this index. Raises UsageError when there is none."""
    if 0 <= index < len(tensors):
        return tensors[index]
    known = ", ".join(f"{n} ({tensor.name})" for n, tensor in enumerate(tensors))
    raise UsageError(
        f"the network has no {what} {index}",
        where=f"Board.read_{what}",
        hint=f"it has {known}; Board.contract tells what they are",
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
    identity: Identity,
    header: NetworkHeader,
    sample: bytes,
    claimed_crc: int | None,
    stage: Stage = "tensor",
) -> tuple[str, ErrorCode] | None:
    """Why the board has to refuse a sample, and how; None for a good one."""
    what, wanted = "a sample", header.sample_bytes
    if stage == "frame":
        taken = frame_taken(identity)
        if taken is None:
            return "a frame, though it takes none", ErrorCode.UNSUPPORTED
        what, wanted = "a frame", taken.size
    if len(sample) != wanted:
        return f"{what} of {len(sample)} bytes instead of {wanted}", ErrorCode.WRONG_SIZE
    if claimed_crc is not None and claimed_crc != zlib.crc32(sample):
        return "a sample with another CRC-32", ErrorCode.SAMPLE_CORRUPT
    return None


def _location(location: CellCentre | WireNoLocation) -> Location | NoLocation:
    if isinstance(location, int):
        return _NO_LOCATION[int(location)]
    return Location(location.x, location.y, location.column, location.row)


def _cam(grid: CamGrid) -> NDArray[np.int32]:
    return np.array(grid.cells(), np.int32).reshape(grid.rows, grid.columns)
