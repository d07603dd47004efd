"""Messages from host to board; protocol.cddl says what each one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from hil.wire.enums import ImageStage, RebootTarget
from hil.wire.fields import U8, U16, U32, Bytes, Crc32, Percent

PROTOCOL_VERSION = 1
MAX_PAYLOAD_BYTES = 1536  # of a chunk, an echo and a page of data
MAX_CHUNKS = 64  # bits of the bitmap of missing chunks


@dataclass(frozen=True)
class Hello:
    """Asks for the board's `Identity`; switches its image source to injected."""

    kind: ClassVar[int] = 1
    protocol: U8 = PROTOCOL_VERSION


@dataclass(frozen=True)
class GetOps:
    """Asks for one page of the operator list, from operator `first` on."""

    kind: ClassVar[int] = 2
    first: U16


@dataclass(frozen=True)
class Echo:
    """Asks for the payload back."""

    kind: ClassVar[int] = 3
    payload: Annotated[bytes, Bytes(0, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class Upload:
    """Announces an image of `image_bytes`; `resume` keeps the chunks that the board holds."""

    kind: ClassVar[int] = 4
    stage: ImageStage
    image_crc: Crc32
    image_bytes: U32
    resume: bool


@dataclass(frozen=True)
class Chunk:
    """One chunk of the announced image; `offset` is a multiple of the board's chunk_bytes."""

    kind: ClassVar[int] = 5
    image_crc: Crc32
    offset: U32
    data: Annotated[bytes, Bytes(1, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class Infer:
    """Runs the model on an uploaded image; `threshold` in percent, None for the model's own."""

    kind: ClassVar[int] = 6
    image_crc: Crc32
    cam_always: bool
    trace: bool
    threshold: Percent | None
    capture_op: U16 | None


@dataclass(frozen=True)
class ReadOutput:
    """Asks for bytes of output tensor `output` as the last inference left it; None: its input."""

    kind: ClassVar[int] = 7
    output: U8 | None
    offset: U32
    length: U16


@dataclass(frozen=True)
class GetTrace:
    """Asks for one page of the last recorded trace, from operator `first` on."""

    kind: ClassVar[int] = 8
    first: U16


@dataclass(frozen=True)
class GetMemory:
    """Asks for a `MemoryReport`."""

    kind: ClassVar[int] = 9


@dataclass(frozen=True)
class SetBaud:
    """Changes the rate of the UART after the acknowledgement."""

    kind: ClassVar[int] = 10
    baud: U32


@dataclass(frozen=True)
class Reboot:
    """Resets the board after the acknowledgement."""

    kind: ClassVar[int] = 11
    target: RebootTarget


Request: TypeAlias = (
    Hello
    | GetOps
    | Echo
    | Upload
    | Chunk
    | Infer
    | ReadOutput
    | GetTrace
    | GetMemory
    | SetBaud
    | Reboot
)
