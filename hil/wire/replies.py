"""Messages from board to host; protocol.cddl says when each one is sent.

Times are board time in microseconds. Byte strings of tensors are int8, row-major.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from hil.wire.cbor import Item, Tagged
from hil.wire.enums import ErrorCode, ImageSource, NoLocation, RebootTarget, TensorRole
from hil.wire.errors import WireError
from hil.wire.fields import (
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bytes,
    Count,
    Crc32,
    Digest,
    Float32,
    Percent,
    Text,
)
from hil.wire.requests import MAX_PAYLOAD_BYTES

_SINT32_LE_TAG = 78  # RFC 8746: typed array of little-endian int32
_MESSAGE = Text(0, 96)


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
class Tensor:
    """A tensor of the model, or the raw frame that the board takes; rows come before columns.

    `output` is its index for `ReadOutput`, None for the input and the frame. `type` is TFLite's
    TensorType (9 is INT8, 3 is UINT8). Real value = scale * (q - zero_point).
    """

    role: TensorRole
    output: U8 | None
    type: U8
    shape: Annotated[tuple[U32, ...], Count(1, 6)]
    scale: Annotated[float, Float32()]
    zero_point: I32
    data_bytes: U32


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


@dataclass(frozen=True)
class Identity:
    """Who answers: firmware, model, limits of the link. `model_state` OK: a model is loaded."""

    kind: ClassVar[int] = 1
    protocol: U8
    target: Annotated[str, Text(1, 32)]
    firmware_version: Annotated[str, Text(1, 32)]
    build_id: Digest
    app_sha256: Digest
    model_sha256: Digest
    model_state: ErrorCode
    model_message: Annotated[str, _MESSAGE]
    engine: Annotated[str, Text(1, 48)]
    image_source: ImageSource
    reset_reason: U8
    boot_count: U32
    capabilities: Capabilities
    chunk_bytes: U16
    window_chunks: U8
    max_frame_bytes: U16
    baud: U32
    threshold: Percent
    positive_class: U8
    classes: U8
    arena_bytes: U32
    op_count: U16
    tensors: Annotated[tuple[Tensor, ...], Count(0, 5)]


@dataclass(frozen=True)
class OpPage:
    """TFLite BuiltinOperator codes in execution order, from operator `first` on."""

    kind: ClassVar[int] = 2
    op_count: U16
    first: U16
    codes: Annotated[tuple[U16, ...], Count(0, 64)]


@dataclass(frozen=True)
class Echoed:
    kind: ClassVar[int] = 3
    payload: Annotated[bytes, Bytes(0, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class Uploading:
    """Answer to `Upload`; bit i of `missing` is set while chunk i has not arrived."""

    kind: ClassVar[int] = 4
    image_crc: Crc32
    missing: U64


@dataclass(frozen=True)
class ChunkAck:
    kind: ClassVar[int] = 5
    image_crc: Crc32
    offset: U32
    missing: U64


@dataclass(frozen=True)
class Accepted:
    """The inference is queued; its `Result` follows under the same sequence number."""

    kind: ClassVar[int] = 12
    image_crc: Crc32


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
class Result:
    """Answer of one inference; `scores` are int8, one per class.

    `threshold` is the one that was applied, `finished_us` the board's clock, `inference` the
    count since reset.
    """

    kind: ClassVar[int] = 6
    image_crc: Crc32
    scores: Annotated[bytes, Bytes(1, 64)]
    threshold: Percent
    location: CellCentre | NoLocation
    cam: CamGrid | None
    times: StageTimes
    invoke_cycles: U64 | None
    finished_us: U64
    inference: U32


@dataclass(frozen=True)
class OutputData:
    """Bytes of an output tensor (None: the input) of `total` bytes, from `offset` on."""

    kind: ClassVar[int] = 7
    image_crc: Crc32
    output: U8 | None
    total: U32
    offset: U32
    data: Annotated[bytes, Bytes(0, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class OpData:
    """Bytes of the captured operator's output, sent before the `Result`."""

    kind: ClassVar[int] = 13
    image_crc: Crc32
    op: U16
    total: U32
    offset: U32
    data: Annotated[bytes, Bytes(0, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class TraceEntry:
    """One operator of a traced inference; `code` is TFLite's BuiltinOperator."""

    code: U16
    output_crc: Crc32
    output_bytes: U32
    us: U64 | None
    cycles: U64 | None


@dataclass(frozen=True)
class TracePage:
    kind: ClassVar[int] = 8
    image_crc: Crc32
    op_count: U16
    first: U16
    entries: Annotated[tuple[TraceEntry, ...], Count(0, 24)]


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
    """Memory of the board; None where the board cannot tell."""

    kind: ClassVar[int] = 9
    arena_bytes: U32
    arena_used_bytes: U32 | None
    static_bytes: U32 | None
    heap: HeapState | None
    psram: HeapState | None
    stacks: Annotated[tuple[StackState, ...], Count(0, 4)]


@dataclass(frozen=True)
class BaudAck:
    kind: ClassVar[int] = 10
    baud: U32
    baud_fallback_ms: U16


@dataclass(frozen=True)
class RebootAck:
    kind: ClassVar[int] = 11
    target: RebootTarget


@dataclass(frozen=True)
class LinkNotice:
    """Unasked for: frames were damaged on their way to the board since the last notice."""

    kind: ClassVar[int] = 14
    bad_frames: U32
    lost_bytes: U32


Reply: TypeAlias = (
    ErrorReply
    | Identity
    | OpPage
    | Echoed
    | Uploading
    | ChunkAck
    | Accepted
    | Result
    | OutputData
    | OpData
    | TracePage
    | MemoryReport
    | BaudAck
    | RebootAck
    | LinkNotice
)
