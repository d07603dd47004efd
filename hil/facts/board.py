"""What a board reports, as frozen dataclasses. No verdicts here (see `hil.judge`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

TimeBase = Literal["real", "host", "virtual", "none"]
"""What the board's times mean. "real": how long it takes on a chip. "host": on the host computer,
which runs the simulated board. "virtual": an emulator counted instructions, so they repeat and can
be held against each other, not against a limit. "none": an emulator as fast as its host at that
moment."""

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.errors import InfrastructureError
    from hil.link.jobs import CapturedOp
    from hil.network.location import Location, NoLocation
    from hil.wire.enums import FrameFormat
    from hil.wire.replies import FrameSize, MemoryReport, StageTimes


@dataclass(frozen=True, slots=True)
class OutputPart:
    """One output tensor of an inference: CRC-32 and size of its bytes, and those of a small one."""

    crc: int
    size: int
    data: bytes | None = field(repr=False)


@dataclass(frozen=True, eq=False, slots=True)
class Inference:
    """One sample's result.

    `image_crc`: CRC-32 of the bytes that the answer is for. `outputs`: in the order of the
    contract. `boot_id`: of the start of the board that answered. `times`: microseconds per stage,
    board clock. `invoke_cycles`: None where the board cannot count. `finished_us`: board clock at
    the end. `count`: inferences since reset. `round_trip_s`: host time from the announcement of
    the sample to its result, of which `upload_s` until the board accepted it. `uploads`: 1 unless
    the sample had to be sent again. `captured`: the operator output that was asked for.

    Of a network with a class activation map: `scores`, int8 per class; `threshold`, percent, the
    one that the board applied; `location`, the winning cell or why there is none; `cam`, int32
    [rows, columns], None when it was not asked for and the threshold was not reached. Without such
    a head they are empty or None.
    """

    image_crc: int
    outputs: tuple[OutputPart, ...]
    boot_id: int
    scores: tuple[int, ...]
    threshold: int | None
    location: Location | NoLocation | None
    cam: NDArray[np.int32] | None
    times: StageTimes
    invoke_cycles: int | None
    finished_us: int
    count: int
    round_trip_s: float
    upload_s: float
    uploads: int
    captured: CapturedOp | None = None


@dataclass(frozen=True, eq=False, slots=True)
class CameraFrame:
    """A frame that the board's camera took.

    `data`: its bytes as `size` says. The board keeps them for a while: `Board.infer` with
    `stage="frame"` and `reuse=True` runs the network on this very frame without sending it.
    `taken_us`: board clock. `transfer_us`: from the first page asked for to the last, host clock.
    """

    data: bytes = field(repr=False)
    size: FrameSize
    taken_us: int
    transfer_us: int

    @property
    def format(self) -> FrameFormat:
        return self.size.format

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """uint8 [rows, columns] of gray, or [rows, columns, 3] of red, green, blue; read-only."""
        from hil.network.frame_format import frame_pixels

        return frame_pixels(self.data, self.size)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an inference was asked for, so that its answer can be judged.

    `image`: the bytes that were sent: of all inputs, or of a frame (`stage`) as `frame` says.
    `threshold`: percent, None for the network's own.
    `cam_always`: the map was asked for below the threshold too. `count`: what the board's count has
    to be, one more than in the answer before; None where something was sent again, refused or given
    up in between. `replayed`: a recording answers, which goes on where it has what is asked for, so
    that its counts are in no order. `reset_state`: whether the network's variables were reset
    first; None for a network without any. `traced`: its operators were recorded or captured.
    `refused_before`: the board refused something since the answer before.
    """

    image: bytes = field(repr=False)
    stage: Literal["tensor", "frame"]
    threshold: int | None
    cam_always: bool
    count: int | None
    frame: FrameSize | None
    replayed: bool
    reset_state: bool | None = None
    traced: bool = False
    refused_before: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """One result in time: the board's clock against the host's.

    `boot`: counts the board's starts. `count`: inferences since that start, by the board.
    `finished_us`: the board's clock. `at_s`: the host's monotonic clock when it arrived.
    `requested_s`: the same clock when it was first asked to infer; None where nobody noted it.
    `synthetic`: a test chose what the simulated board reports of itself, or moved its clock.
    """

    boot: int
    count: int
    finished_us: int
    at_s: float
    synthetic: bool = False
    requested_s: float | None = None


@dataclass(frozen=True, slots=True)
class MemoryStamp:
    """What the board said of its memory, after `count` inferences of the start `boot`.

    `synthetic`: as of `Stamp`.
    """

    boot: int
    count: int
    report: MemoryReport
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Oddity:
    """An answer that no right board gives, noted where it came.

    `what`: "echo" (other bytes came back: `sent`, `got`), "accepted" (an image that had to be
    refused), "baud" (the rate did not change), "wrong-image" (it names another image than it was
    asked about), "malformed" (an undamaged frame that holds no answer). `detail`: in words.
    """

    what: str
    detail: str
    sent: bytes = b""
    got: bytes = b""


@dataclass(frozen=True, slots=True)
class FlashedFile:
    """One file of the build: where it belongs, and whether it had to be written."""

    name: str
    offset: int
    size_bytes: int
    written: bool


@dataclass(frozen=True, slots=True)
class FlashReport:
    """What flashing did. `skipped`: nothing was written, for `reason`."""

    skipped: bool
    reason: str
    seconds: float
    files: tuple[FlashedFile, ...] = ()

    @property
    def written_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files if file.written)


@dataclass(frozen=True, slots=True)
class BaudReport:
    """The outcome of a change of rate. `baud` is the rate in use now."""

    requested: int
    baud: int
    problem: str | None = None

    @property
    def changed(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True)
class Incident:
    """A failure of the board, and when (seconds of the host's monotonic clock)."""

    error: InfrastructureError
    at_s: float

    @property
    def message(self) -> str:
        return self.error.message


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a lost board came back.

    `cause`: the failure before. `reset_reason`: esp_reset_reason_t of the new start.
    `boots`: how often the board started since it last said who it is, 1 for the reset by the
    harness alone; None where that is unknown or the count began anew (power was lost).
    """

    cause: str
    seconds: float
    reset_reason: int
    boots: int | None
