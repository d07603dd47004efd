"""Messages from board to host; protocol.cddl says when each one is sent.

Times are board time in microseconds. Byte strings of tensors are in the type of the contract,
little endian, row-major.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from hil.wire.cbor import Item, Tagged
from hil.wire.enums import (
    ErrorCode,
    FrameFormat,
    ImageSource,
    NetworkSource,
    NoLocation,
    RebootTarget,
    TensorSide,
)
from hil.wire.errors import WireError
from hil.wire.fields import (
    I64,
    U8,
    U16,
    U32,
    U64,
    Bytes,
    Count,
    Crc32,
    Digest,
    Percent,
    Text,
    UnsignedMap,
)
from hil.wire.requests import MAX_PAYLOAD_BYTES, OpOutput

_SINT32_LE_TAG = 78  # RFC 8746: typed array of little-endian int32
_MESSAGE = Text(0, 96)
_PAGE = Bytes(0, MAX_PAYLOAD_BYTES)
INLINE_BYTES = 256  # of the largest output that a result holds itself
INLINE_BYTES_IN_ALL = 512


@dataclass(frozen=True)
class Int32Array:
    """Codec of `#6.78(bstr)`; the value is the raw little-endian bytes."""

    data: Bytes

    def pack(self, value: bytes) -> Item:
        return Tagged(_SINT32_LE_TAG, self.data.pack(value))

    def unpack(self, item: Item) -> bytes:
        if not isinstance(item, Tagged) or item.tag != _SINT32_LE_TAG:
            raise WireError(f"not a typed array with tag {_SINT32_LE_TAG}")
        return self.data.unpack(item.item)


@dataclass(frozen=True)
class Detail:
    """Two numbers of an `ErrorReply`; their meaning depends on the code."""

    one: I64 = 0
    two: I64 = 0


@dataclass(frozen=True)
class ErrorReply:
    kind: ClassVar[int] = 0
    code: ErrorCode
    detail: Detail
    message: Annotated[str, _MESSAGE]


@dataclass(frozen=True)
class FrameSize:
    """A frame as a camera gives it: rows x columns pixels, row by row without gaps."""

    rows: U16
    columns: U16
    format: FrameFormat

    @property
    def size(self) -> int:
        """Bytes of a frame."""
        return self.rows * self.columns * self.format.pixel_bytes


@dataclass(frozen=True)
class Capabilities:
    """What this board and this build can do."""

    injection: bool
    camera: bool
    frame_stage: bool
    trace: bool
    capture: bool
    baud: bool
    op_times: bool
    cycles: bool
    camera_frames: bool
    ram_network: bool
    self_test: bool


@dataclass(frozen=True)
class Identity:
    """Who answers: firmware, network, limits of the link. `model_state` OK: a network is loaded.

    `boot_id`: random, another one after each reset. `contract_crc`, `contract_bytes`: of the
    header of the model partition, which `GetContract` reads. `frame`: of stage FRAME, None
    without that stage.
    """

    kind: ClassVar[int] = 1
    protocol: U8
    boot_id: U32
    target: Annotated[str, Text(1, 32)]
    firmware_version: Annotated[str, Text(1, 32)]
    build_id: Digest
    app_sha256: Digest
    model_sha256: Digest
    model_state: ErrorCode
    model_message: Annotated[str, _MESSAGE]
    network_source: NetworkSource
    contract_crc: Crc32
    contract_bytes: U16
    engine: Annotated[str, Text(1, 48)]
    kernels: Annotated[str, Text(0, 32)]
    image_source: ImageSource
    reset_reason: U8
    boot_count: U32
    capabilities: Capabilities
    chunk_bytes: U16
    window_chunks: U8
    max_frame_bytes: U16
    max_sample_bytes: U32
    baud: U32
    baud_fallback_ms: U16
    idle_ms: U16
    arena_bytes: U32
    frame: FrameSize | None
    extensions: Annotated[Mapping[int, int], UnsignedMap(8)]


@dataclass(frozen=True)
class ContractPage:
    """Bytes of the header of the model partition, of `total`, from `offset` on."""

    kind: ClassVar[int] = 2
    total: U16
    offset: U16
    data: Annotated[bytes, _PAGE]


@dataclass(frozen=True)
class Echoed:
    kind: ClassVar[int] = 3
    payload: Annotated[bytes, _PAGE]


@dataclass(frozen=True)
class Uploading:
    """Answer to `Upload`: all chunks before `first_missing` have arrived.

    Bit i of `missing` is set while chunk first_missing + i has not. Of chunks behind those 32
    nothing is said.
    """

    kind: ClassVar[int] = 4
    sample_crc: Crc32
    first_missing: U16
    missing: U32


@dataclass(frozen=True)
class ChunkAck:
    kind: ClassVar[int] = 5
    sample_crc: Crc32
    offset: U32
    first_missing: U16
    missing: U32


@dataclass(frozen=True)
class Accepted:
    """The inference is queued; its `Result` follows under the same sequence number."""

    kind: ClassVar[int] = 13
    sample_crc: Crc32


@dataclass(frozen=True)
class CellCentre:
    """Centre of the winning cell in pixels of the model's input; x is the column."""

    x: U16
    y: U16
    column: U8
    row: U8


@dataclass(frozen=True)
class CamGrid:
    """The class activation map, row-major; `values` are little-endian int32."""

    rows: U8
    columns: U8
    values: Annotated[bytes, Int32Array(Bytes(4, 1024))]

    def __post_init__(self) -> None:
        if len(self.values) != 4 * self.rows * self.columns:
            raise WireError(f"{len(self.values)} bytes for a map of {self.rows}x{self.columns}")

    def cells(self) -> tuple[int, ...]:
        """The rows * columns values in row-major order."""
        return struct.unpack(f"<{self.rows * self.columns}i", self.values)


@dataclass(frozen=True)
class StageTimes:
    upload_us: U64
    preprocess_us: U64
    invoke_us: U64
    cam_us: U64


@dataclass(frozen=True)
class OutputPart:
    """An output of the network: CRC-32 and size of its bytes; the bytes where they are few."""

    crc: Crc32
    size: U32
    data: Annotated[bytes, Bytes(0, INLINE_BYTES)] | None


@dataclass(frozen=True)
class HeadAnswer:
    """What the class activation map head says; `threshold` in percent, the one applied."""

    threshold: Percent
    location: CellCentre | NoLocation
    cam: CamGrid | None


@dataclass(frozen=True)
class Result:
    """Answer of one inference; `outputs` in the order of the contract, `head` where it has one.

    `boot_id` is that of the identity, `finished_us` the board's clock, `inference` the count
    since reset.
    """

    kind: ClassVar[int] = 6
    boot_id: U32
    sample_crc: Crc32
    outputs: Annotated[tuple[OutputPart, ...], Count(1, 16)]
    head: HeadAnswer | None
    times: StageTimes
    invoke_cycles: U64 | None
    finished_us: U64
    inference: U32


@dataclass(frozen=True)
class TensorData:
    """Bytes of an input or output of `total` bytes, from `offset` on."""

    kind: ClassVar[int] = 7
    sample_crc: Crc32
    side: TensorSide
    index: U8
    total: U32
    offset: U32
    data: Annotated[bytes, _PAGE]


@dataclass(frozen=True)
class OpData:
    """Bytes of the captured output of an operator, sent before the `Result`."""

    kind: ClassVar[int] = 17
    sample_crc: Crc32
    at: OpOutput
    total: U32
    offset: U32
    data: Annotated[bytes, _PAGE]


@dataclass(frozen=True)
class TraceEntry:
    """One output of an operator of a traced inference.

    `us`, `cycles`: of the operator, at its first output; None at the others.
    """

    op: U16
    output: U8
    crc: Crc32
    size: U32
    us: U64 | None
    cycles: U64 | None


@dataclass(frozen=True)
class TracePage:
    """Entries of a trace of `total`, from `first` on, in execution order."""

    kind: ClassVar[int] = 8
    sample_crc: Crc32
    total: U16
    first: U16
    entries: Annotated[tuple[TraceEntry, ...], Count(0, 40)]


@dataclass(frozen=True)
class HeapState:
    free_bytes: U32
    minimum_free_bytes: U32
    largest_block_bytes: U32


@dataclass(frozen=True)
class StackState:
    task: Annotated[str, Text(1, 16)]
    never_used_bytes: U32


@dataclass(frozen=True)
class MemoryReport:
    """Memory of the board; None where the board cannot tell.

    `buffer_bytes`: for samples and traces, which depend on the networks that the firmware was
    built for; `static_bytes`: all else of its core.
    """

    kind: ClassVar[int] = 9
    arena_bytes: U32
    arena_used_bytes: U32 | None
    static_bytes: U32 | None
    buffer_bytes: U32 | None
    heap: HeapState | None
    psram: HeapState | None
    stacks: Annotated[tuple[StackState, ...], Count(0, 4)]


@dataclass(frozen=True)
class BaudAck:
    """The board tries the rate from here on, until it is committed."""

    kind: ClassVar[int] = 10
    baud: U32


@dataclass(frozen=True)
class BaudCommitted:
    kind: ClassVar[int] = 12
    baud: U32


@dataclass(frozen=True)
class RebootAck:
    kind: ClassVar[int] = 11
    target: RebootTarget


@dataclass(frozen=True)
class FrameData:
    """Bytes of a frame of the board's camera of `total` bytes, from `offset` on.

    `sample_crc`: of the whole frame, which the board keeps as a sample under it. `taken_us`: board
    clock.
    """

    kind: ClassVar[int] = 14
    sample_crc: Crc32
    taken_us: U64
    frame: FrameSize
    total: U32
    offset: U32
    data: Annotated[bytes, _PAGE]


@dataclass(frozen=True)
class NetworkLoaded:
    kind: ClassVar[int] = 15
    model_sha256: Digest


@dataclass(frozen=True)
class SelfTested:
    """`failed`: entry of the first wrong operator output; None: all `entries` are right."""

    kind: ClassVar[int] = 16
    failed: U16 | None
    entries: U16


@dataclass(frozen=True)
class LinkNotice:
    """Unasked for, counted since reset: damaged frames on their way to the board, and overruns.

    An overrun: the board's UART lost bytes because nobody took them in time.
    """

    kind: ClassVar[int] = 18
    bad_frames: U32
    lost_bytes: U32
    overruns: U32


Reply: TypeAlias = (
    ErrorReply
    | Identity
    | ContractPage
    | Echoed
    | Uploading
    | ChunkAck
    | Accepted
    | Result
    | TensorData
    | OpData
    | TracePage
    | MemoryReport
    | BaudAck
    | BaudCommitted
    | RebootAck
    | FrameData
    | NetworkLoaded
    | SelfTested
    | LinkNotice
)
