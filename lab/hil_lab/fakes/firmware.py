"""The board's side of the protocol in memory, for `fakes.link`. No time and no bytes in here.

It answers as the firmware does, but computes nothing: the result of an image is made up from its
CRC-32, so that a mix-up of images shows, unless answers are given.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode, ImageSource, ImageStage, TensorRole
from hil.wire.replies import (
    Accepted,
    BaudAck,
    CamGrid,
    Capabilities,
    CellCentre,
    ChunkAck,
    Detail,
    Echoed,
    ErrorReply,
    Identity,
    MemoryReport,
    OpData,
    OpPage,
    OutputData,
    RebootAck,
    Reply,
    Result,
    StageTimes,
    Tensor,
    TraceEntry,
    TracePage,
    Uploading,
)
from hil.wire.requests import (
    MAX_PAYLOAD_BYTES,
    PROTOCOL_VERSION,
    Chunk,
    Echo,
    GetMemory,
    GetOps,
    GetTrace,
    Hello,
    Infer,
    ReadOutput,
    Reboot,
    Request,
    SetBaud,
    Upload,
)

INPUT_BYTES = 96 * 96
FRAME_BYTES = 120 * 160
FALLBACK_MS = 1000
_GRID = 6
_CHANNELS = 128
_CODES = (3, *(4, 3) * 11, 40, 3, 22, 25)  # TFLite: CONV_2D, DEPTHWISE_.., MEAN, RESHAPE, SOFTMAX
_TRACE_PAGE = 24
_KEPT_RESULTS = 2
_INT8, _UINT8 = 9, 3


def default_identity() -> Identity:
    """A board with the model of this project's kind: 96x96 input, 2 classes, 27 operators."""
    features = _GRID * _GRID * _CHANNELS
    return Identity(
        protocol=PROTOCOL_VERSION,
        target="fake",
        firmware_version="0.0.0",
        build_id=bytes(32),
        app_sha256=bytes(32),
        model_sha256=bytes(32),
        model_state=ErrorCode.OK,
        model_message="",
        engine="none",
        image_source=ImageSource.INJECTED,
        reset_reason=1,
        boot_count=1,
        capabilities=Capabilities(True, False, True, True, True, True, True, False),
        chunk_bytes=MAX_PAYLOAD_BYTES,
        window_chunks=6,
        max_frame_bytes=2048,
        baud=921600,
        threshold=50,
        positive_class=1,
        classes=2,
        arena_bytes=100_000,
        op_count=len(_CODES),
        tensors=(
            Tensor(TensorRole.INPUT, None, _INT8, (1, 96, 96, 1), 1 / 128, 0, INPUT_BYTES),
            Tensor(TensorRole.SCORE, 0, _INT8, (1, 2), 1 / 256, -128, 2),
            Tensor(TensorRole.FEATURES, 1, _INT8, (1, 6, 6, _CHANNELS), 1 / 64, -128, features),
            Tensor(TensorRole.FRAME, None, _UINT8, (1, 120, 160, 1), 1.0, 0, FRAME_BYTES),
        ),
    )


def made_up_result(image_crc: int, *, threshold: int = 50, invoke_us: int = 0) -> Result:
    """The result that the fake board gives for the image with this CRC-32 (count and clock 0)."""
    row, column = image_crc % _GRID, image_crc // _GRID % _GRID
    score = image_crc % 256 - 128
    cells = [image_crc % 1000 if cell == row * _GRID + column else 0 for cell in range(_GRID**2)]
    return Result(
        image_crc=image_crc,
        scores=struct.pack("2b", -1 - score, score),
        threshold=threshold,
        location=CellCentre(16 * column + 8, 16 * row + 8, column, row),
        cam=CamGrid(_GRID, _GRID, struct.pack(f"<{_GRID**2}i", *cells)),
        times=StageTimes(0, 0, invoke_us, 0),
        invoke_cycles=None,
        finished_us=0,
        inference=0,
    )


@functools.lru_cache(64)
def made_up_bytes(image_crc: int, size: int) -> bytes:
    """The tensor bytes that the fake board gives for the image with this CRC-32."""
    return bytes((image_crc + 31 * at) & 0xFF for at in range(size))


class _RefusalError(Exception):
    def __init__(self, code: ErrorCode, one: int = 0, two: int = 0) -> None:
        self.reply = ErrorReply(code, Detail(one, two), "")


@dataclass(eq=False)
class _Buffer:
    crc: int | None = None
    size: int = 0
    begun_by: int = 0
    chunks: dict[int, bytes] = field(default_factory=dict)
    in_use: bool = False
    used: int = 0

    def missing(self, chunk_bytes: int) -> int:
        count = -(-self.size // chunk_bytes)
        return sum(1 << index for index in range(count) if index not in self.chunks)


@dataclass(frozen=True)
class Run:
    """A queued inference."""

    seq: int
    request: Infer
    buffer: _Buffer


class FakeFirmware:
    """Answers requests; `start` is called when the model would begin to run on an image."""

    def __init__(
        self,
        identity: Identity,
        start: Callable[[Run], None],
        answers: Mapping[int, Result] | None = None,
    ) -> None:
        """`answers`: results that are not made up, by the CRC-32 of the image."""
        self.identity = identity
        self._answers = answers or {}
        self.busy_answers = 0  # so many uploads and inferences are refused as busy
        self._start = start
        self._buffers = [_Buffer(), _Buffer()]
        self._runs: list[Run] = []
        self._results: collections.deque[tuple[int, Result]] = collections.deque(
            maxlen=_KEPT_RESULTS
        )
        self._last: Run | None = None
        self._traced: int | None = None
        self._uses = 0
        self._inferences = 0

    def answer(self, seq: int, request: Request) -> list[Reply]:
        """The immediate replies to a request."""
        try:
            return [self._answer(seq, request)]
        except _RefusalError as refusal:
            return [refusal.reply]

    def finish(self, run: Run, invoke_us: int, clock_us: int) -> list[Reply]:
        """The model has run: the replies, and the next inference starts."""
        self._runs.remove(run)
        run.buffer.in_use = False
        self._inferences += 1
        self._last = run
        crc = run.request.image_crc
        threshold = run.request.threshold
        answer = self._answers.get(crc) or made_up_result(
            crc, threshold=self.identity.threshold if threshold is None else threshold
        )
        result = dataclasses.replace(
            answer,
            times=StageTimes(0, 0, invoke_us, 0),
            finished_us=clock_us,
            inference=self._inferences,
        )
        self._results.append((run.seq, result))
        if run.request.trace:
            self._traced = crc
        replies: list[Reply] = []
        if run.request.capture_op is not None:
            data = made_up_bytes(crc, 4000)
            for offset in range(0, len(data), MAX_PAYLOAD_BYTES):
                piece = data[offset : offset + MAX_PAYLOAD_BYTES]
                replies.append(OpData(crc, run.request.capture_op, len(data), offset, piece))
        if self._runs:
            self._start(self._runs[0])
        return [*replies, result]

    def _answer(self, seq: int, request: Request) -> Reply:
        if isinstance(request, Upload):
            return self._upload(seq, request)
        if isinstance(request, Chunk):
            return self._chunk(request)
        if isinstance(request, Infer):
            return self._infer(seq, request)
        if isinstance(request, Hello):
            if request.protocol != self.identity.protocol:
                raise _RefusalError(
                    ErrorCode.PROTOCOL_VERSION, self.identity.protocol, request.protocol
                )
            return self.identity
        if isinstance(request, Echo):
            return Echoed(request.payload)
        if isinstance(request, GetOps):
            return OpPage(len(_CODES), request.first, _CODES[request.first : request.first + 64])
        if isinstance(request, GetMemory):
            return MemoryReport(self.identity.arena_bytes, None, None, None, None, ())
        if isinstance(request, SetBaud):
            return BaudAck(request.baud, FALLBACK_MS)
        if isinstance(request, Reboot):
            return RebootAck(request.target)
        return self._recorded(request)

    def _upload(self, seq: int, request: Upload) -> Reply:
        self._refuse_busy()
        role = TensorRole.FRAME if request.stage is ImageStage.FRAME else TensorRole.INPUT
        sizes = [t.data_bytes for t in self.identity.tensors if t.role is role]
        if not sizes:
            raise _RefusalError(ErrorCode.UNSUPPORTED)
        expected = sizes[0]
        if request.image_bytes != expected:
            raise _RefusalError(ErrorCode.WRONG_SIZE, expected, request.image_bytes)
        free = [buffer for buffer in self._buffers if not buffer.in_use]
        if not free:
            raise _RefusalError(ErrorCode.BUSY)
        same = [b for b in free if (b.crc, b.size) == (request.image_crc, request.image_bytes)]
        buffer = same[0] if same else min(free, key=lambda b: b.used)
        if not same or not (request.resume or buffer.begun_by == seq):
            buffer.crc, buffer.size = request.image_crc, request.image_bytes
            buffer.chunks = {}
        buffer.begun_by = seq
        self._touch(buffer)
        return Uploading(request.image_crc, buffer.missing(self.identity.chunk_bytes))

    def _chunk(self, request: Chunk) -> Reply:
        buffer = self._find(request.image_crc)
        chunk_bytes = self.identity.chunk_bytes
        index, rest = divmod(request.offset, chunk_bytes)
        expected = min(chunk_bytes, buffer.size - request.offset)
        if rest or len(request.data) != expected:
            raise _RefusalError(ErrorCode.OUT_OF_RANGE, buffer.size, request.offset)
        if not buffer.in_use:
            buffer.chunks[index] = request.data
        self._touch(buffer)
        return ChunkAck(request.image_crc, request.offset, buffer.missing(chunk_bytes))

    def _infer(self, seq: int, request: Infer) -> Reply:
        for run in self._runs:
            if run.seq == seq:
                return Accepted(request.image_crc)
        for done, result in self._results:
            if done == seq:
                return result
        self._refuse_busy()
        buffer = self._find(request.image_crc)
        missing = buffer.missing(self.identity.chunk_bytes)
        if missing:
            raise _RefusalError(ErrorCode.INCOMPLETE, missing)
        computed = crc32(b"".join(buffer.chunks[index] for index in sorted(buffer.chunks)))
        if computed != request.image_crc:
            buffer.crc = None
            raise _RefusalError(ErrorCode.IMAGE_CORRUPT, request.image_crc, computed)
        if len(self._runs) >= len(self._buffers):
            raise _RefusalError(ErrorCode.BUSY)
        buffer.in_use = True
        self._touch(buffer)
        run = Run(seq, request, buffer)
        self._runs.append(run)
        if len(self._runs) == 1:
            self._start(run)
        return Accepted(request.image_crc)

    def _recorded(self, request: ReadOutput | GetTrace) -> Reply:
        if isinstance(request, GetTrace):
            if self._traced is None:
                raise _RefusalError(ErrorCode.NOTHING_RECORDED)
            entries = tuple(TraceEntry(code, self._traced, 4, 5, None) for code in _CODES)
            page = entries[request.first : request.first + _TRACE_PAGE]
            return TracePage(self._traced, len(_CODES), request.first, page)
        if self._runs:
            raise _RefusalError(ErrorCode.BUSY)
        if self._last is None:
            raise _RefusalError(ErrorCode.NOTHING_RECORDED)
        crc = self._last.request.image_crc
        tensors = [t for t in self.identity.tensors if t.role is not TensorRole.FRAME]
        sizes = {tensor.output: tensor.data_bytes for tensor in tensors}
        total = sizes.get(request.output, 0)
        if request.offset >= total:
            raise _RefusalError(ErrorCode.OUT_OF_RANGE, total, request.offset)
        data = made_up_bytes(crc, total)[request.offset : request.offset + request.length]
        return OutputData(crc, request.output, total, request.offset, data)

    def _refuse_busy(self) -> None:
        if self.busy_answers:
            self.busy_answers -= 1
            raise _RefusalError(ErrorCode.BUSY)

    def _find(self, crc: int) -> _Buffer:
        for buffer in self._buffers:
            if buffer.crc == crc:
                return buffer
        raise _RefusalError(ErrorCode.NO_SUCH_IMAGE, crc)

    def _touch(self, buffer: _Buffer) -> None:
        self._uses += 1
        buffer.used = self._uses
