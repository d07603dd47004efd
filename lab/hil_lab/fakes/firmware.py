"""The board's side of the protocol in memory, for `fakes.link`. No time and no bytes in here.

It answers as the firmware does, but computes nothing: the result of a sample is made up from its
CRC-32, so that a mix-up of samples shows, unless answers are given.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hil.wire.crc import crc32
from hil.wire.enums import (
    ErrorCode,
    FrameFormat,
    ImageSource,
    NetworkSource,
    SampleStage,
    TensorSide,
)
from hil.wire.network_header import (
    CamHead,
    ImageInput,
    NetworkHeader,
    Tensor,
    contract_crc,
    pack_header,
)
from hil.wire.replies import (
    INLINE_BYTES,
    INLINE_BYTES_IN_ALL,
    Accepted,
    CamGrid,
    Capabilities,
    CellCentre,
    ChunkAck,
    ContractPage,
    Detail,
    Echoed,
    ErrorReply,
    FrameSize,
    HeadAnswer,
    Identity,
    MemoryReport,
    OpData,
    OutputPart,
    RebootAck,
    Reply,
    Result,
    StageTimes,
    TensorData,
    TraceEntry,
    TracePage,
    Uploading,
)
from hil.wire.requests import (
    MAX_PAYLOAD_BYTES,
    PROTOCOL_VERSION,
    TOLD_CHUNKS,
    Chunk,
    Echo,
    GetContract,
    GetMemory,
    GetTrace,
    Hello,
    Infer,
    ReadTensor,
    Reboot,
    Request,
    Upload,
)

INPUT_BYTES = 96 * 96
FRAME_BYTES = 120 * 160
FALLBACK_MS = 1000
IDLE_MS = 10_000
CAPTURED_BYTES = 4000
_GRID = 6
_CHANNELS = 128
_OPS = 27
_TRACE_PAGE = 20
_KEPT_RESULTS = 2
_MAX_SAMPLE_BYTES = 1 << 20
_INT8 = 9


def default_header() -> NetworkHeader:
    """A network of this project's kind: 96x96, 2 classes, 27 operators, the last with 2 outputs."""
    features = _GRID * _GRID * _CHANNELS
    return NetworkHeader.of(
        b"no network at all",
        ops=_OPS,
        op_outputs=_OPS + 1,
        stateful=False,
        inputs=(Tensor("image", _INT8, (1, 96, 96, 1), 1 / 128, 0, INPUT_BYTES),),
        outputs=(
            Tensor("scores", _INT8, (1, 2), 1 / 256, -128, 2),
            Tensor("features", _INT8, (1, 6, 6, _CHANNELS), 1 / 64, -128, features),
        ),
        image=ImageInput(96, 96, (bytes((value - 128) % 256 for value in range(256)),)),
        head=CamHead(0, 1, 2, 1, 50, _GRID, _GRID, _CHANNELS, 4, 0, -128),
    )


def default_identity(header: NetworkHeader | None = None) -> Identity:
    """A board with this network, or that of `default_header`."""
    block = pack_header(header or default_header())
    return Identity(
        protocol=PROTOCOL_VERSION,
        boot_id=0xB007_0001,
        target="fake",
        firmware_version="0.0.0",
        build_id=bytes(32),
        app_sha256=bytes(32),
        model_sha256=(header or default_header()).model_sha256,
        model_state=ErrorCode.OK,
        model_message="",
        network_source=NetworkSource.IN_PARTITION,
        contract_crc=contract_crc(block),
        contract_bytes=len(block),
        engine="none",
        kernels="",
        image_source=ImageSource.INJECTED,
        reset_reason=1,
        boot_count=1,
        capabilities=Capabilities(
            injection=True,
            camera=False,
            frame_stage=True,
            trace=True,
            capture=True,
            baud=True,
            op_times=True,
            cycles=False,
            camera_frames=False,
            ram_network=False,
            self_test=False,
        ),
        chunk_bytes=MAX_PAYLOAD_BYTES,
        window_chunks=6,
        max_frame_bytes=2048,
        max_sample_bytes=_MAX_SAMPLE_BYTES,
        baud=921600,
        baud_fallback_ms=FALLBACK_MS,
        idle_ms=IDLE_MS,
        arena_bytes=100_000,
        frame=FrameSize(120, 160, FrameFormat.GRAY8),
        extensions={},
    )


def made_up_outputs(sample_crc: int, header: NetworkHeader | None = None) -> tuple[bytes, ...]:
    """The outputs that the fake board gives for the sample with this CRC-32."""
    header = header or default_header()
    outputs = [made_up_bytes(sample_crc, tensor.size) for tensor in header.outputs]
    if header.head is not None:
        score = sample_crc % 256 - 128
        outputs[header.head.score_output] = struct.pack("2b", -1 - score, score)
    return tuple(outputs)


def made_up_result(
    sample_crc: int,
    *,
    threshold: int | None = None,
    boot_id: int = 0xB007_0001,
    header: NetworkHeader | None = None,
) -> Result:
    """The result that the fake board gives for the sample with this CRC-32 (count and clock 0)."""
    header = header or default_header()
    return Result(
        boot_id=boot_id,
        sample_crc=sample_crc,
        outputs=output_parts(made_up_outputs(sample_crc, header)),
        head=_made_up_head(sample_crc, header.head, threshold) if header.head else None,
        times=StageTimes(0, 0, 0, 0),
        invoke_cycles=None,
        finished_us=0,
        inference=0,
    )


def output_parts(outputs: Sequence[bytes]) -> tuple[OutputPart, ...]:
    """Outputs as a result has them: the bytes of small ones, as long as there is room."""
    parts, room = [], INLINE_BYTES_IN_ALL
    for data in outputs:
        inline = len(data) <= min(INLINE_BYTES, room)
        room -= len(data) if inline else 0
        parts.append(OutputPart(crc32(data), len(data), data if inline else None))
    return tuple(parts)


def _made_up_head(sample_crc: int, head: CamHead, threshold: int | None) -> HeadAnswer:
    row, column = sample_crc % head.rows, sample_crc // head.rows % head.columns
    count = head.rows * head.columns
    cells = [sample_crc % 1000 if at == row * head.columns + column else 0 for at in range(count)]
    return HeadAnswer(
        threshold=head.threshold if threshold is None else threshold,
        location=CellCentre(16 * column + 8, 16 * row + 8, column, row),
        cam=CamGrid(head.rows, head.columns, struct.pack(f"<{count}i", *cells)),
    )


@functools.lru_cache(64)
def made_up_bytes(sample_crc: int, size: int) -> bytes:
    """The tensor bytes that the fake board gives for the sample with this CRC-32."""
    return bytes((sample_crc + 31 * at) & 0xFF for at in range(size))


class RefusalError(Exception):
    """The board answers with an error."""

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

    def told(self, chunk_bytes: int) -> tuple[int, int]:
        """The first missing chunk, and which are missing from there on."""
        count = -(-self.size // chunk_bytes)
        first = next((index for index in range(count) if index not in self.chunks), count)
        end = min(first + TOLD_CHUNKS, count)
        return first, sum(1 << at - first for at in range(first, end) if at not in self.chunks)


@dataclass(frozen=True)
class Run:
    """A queued inference."""

    seq: int
    request: Infer
    buffer: _Buffer


class FakeFirmware:
    """Answers requests; `start` is called when the network would begin to run on a sample."""

    def __init__(
        self,
        identity: Identity,
        start: Callable[[Run], None],
        answers: Mapping[int, Result] | None = None,
        header: NetworkHeader | None = None,
    ) -> None:
        """`answers`: results that are not made up, by the CRC-32 of the sample."""
        self.identity = identity
        self.header = header or default_header()
        self._contract = pack_header(self.header)
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

    @property
    def runs(self) -> bool:
        """Whether an inference runs or is queued."""
        return bool(self._runs)

    def answer(self, seq: int, request: Request) -> list[Reply]:
        """The immediate replies to a request; those about the rate are the line's."""
        try:
            return [self._answer(seq, request)]
        except RefusalError as refusal:
            return [refusal.reply]

    def finish(self, run: Run, invoke_us: int, clock_us: int) -> list[Reply]:
        """The network has run: the replies, and the next inference starts."""
        self._runs.remove(run)
        run.buffer.in_use = False
        self._inferences += 1
        self._last = run
        crc = run.request.sample_crc
        answer = self._answers.get(crc) or made_up_result(
            crc, threshold=run.request.threshold, header=self.header
        )
        result = dataclasses.replace(
            answer,
            boot_id=self.identity.boot_id,
            times=StageTimes(0, 0, invoke_us, 0),
            finished_us=clock_us,
            inference=self._inferences,
        )
        self._results.append((run.seq, result))
        if run.request.trace:
            self._traced = crc
        replies: list[Reply] = []
        at = run.request.capture
        if at is not None:
            data = made_up_bytes(crc + at.output, CAPTURED_BYTES)
            for offset in range(0, len(data), MAX_PAYLOAD_BYTES):
                piece = data[offset : offset + MAX_PAYLOAD_BYTES]
                replies.append(OpData(crc, at, len(data), offset, piece))
        if self._runs:
            self._start(self._runs[0])
        return [*replies, result]

    def _answer(self, seq: int, request: Request) -> Reply:
        match request:
            case Upload():
                return self._upload(seq, request)
            case Chunk():
                return self._chunk(request)
            case Infer():
                return self._infer(seq, request)
            case Hello():
                version = self.identity.protocol
                if not request.lowest <= version <= request.highest:
                    raise RefusalError(ErrorCode.PROTOCOL_VERSION, version, request.highest)
                return self.identity
            case Echo():
                return Echoed(request.payload)
            case GetContract():
                total = len(self._contract)
                if request.offset > total:
                    raise RefusalError(ErrorCode.OUT_OF_RANGE, total, request.offset)
                page = self._contract[request.offset : request.offset + MAX_PAYLOAD_BYTES]
                return ContractPage(total, request.offset, page)
            case GetMemory():
                return MemoryReport(self.identity.arena_bytes, None, None, None, None, None, ())
            case Reboot():
                return RebootAck(request.target)
            case GetTrace():
                return self._trace(request)
            case ReadTensor():
                return self._read(request)
            case _:
                raise RefusalError(ErrorCode.UNSUPPORTED)

    def _upload(self, seq: int, request: Upload) -> Reply:
        self._refuse_busy()
        expected = self._sample_bytes(request.stage)
        if request.sample_bytes != expected:
            raise RefusalError(ErrorCode.WRONG_SIZE, expected, request.sample_bytes)
        free = [buffer for buffer in self._buffers if not buffer.in_use]
        if not free:
            raise RefusalError(ErrorCode.BUSY)
        same = [b for b in free if (b.crc, b.size) == (request.sample_crc, request.sample_bytes)]
        buffer = same[0] if same else min(free, key=lambda b: b.used)
        if not same or not (request.resume or buffer.begun_by == seq):
            buffer.crc, buffer.size = request.sample_crc, request.sample_bytes
            buffer.chunks = {}
        buffer.begun_by = seq
        self._touch(buffer)
        return Uploading(request.sample_crc, *buffer.told(self.identity.chunk_bytes))

    def _sample_bytes(self, stage: SampleStage) -> int:
        if stage is SampleStage.TENSOR:
            return self.header.sample_bytes
        if stage is SampleStage.FRAME and self.identity.frame is not None:
            return self.identity.frame.size
        raise RefusalError(ErrorCode.UNSUPPORTED)

    def _chunk(self, request: Chunk) -> Reply:
        buffer = self._find(request.sample_crc)
        chunk_bytes = self.identity.chunk_bytes
        index, rest = divmod(request.offset, chunk_bytes)
        expected = min(chunk_bytes, buffer.size - request.offset)
        if rest or len(request.data) != expected:
            raise RefusalError(ErrorCode.OUT_OF_RANGE, buffer.size, request.offset)
        first, _ = buffer.told(chunk_bytes)
        if not buffer.in_use and index < first + TOLD_CHUNKS:
            buffer.chunks[index] = request.data
        self._touch(buffer)
        return ChunkAck(request.sample_crc, request.offset, *buffer.told(chunk_bytes))

    def _infer(self, seq: int, request: Infer) -> Reply:
        for run in self._runs:
            if run.seq == seq:
                return Accepted(request.sample_crc)
        for done, result in self._results:
            if done == seq:
                return result
        self._refuse_busy()
        buffer = self._find(request.sample_crc)
        first, missing = buffer.told(self.identity.chunk_bytes)
        if missing:
            raise RefusalError(ErrorCode.INCOMPLETE, first, missing)
        computed = crc32(b"".join(buffer.chunks[index] for index in sorted(buffer.chunks)))
        if computed != request.sample_crc:
            buffer.crc = None
            raise RefusalError(ErrorCode.SAMPLE_CORRUPT, request.sample_crc, computed)
        if len(self._runs) >= len(self._buffers):
            raise RefusalError(ErrorCode.BUSY)
        buffer.in_use = True
        self._touch(buffer)
        run = Run(seq, request, buffer)
        self._runs.append(run)
        if len(self._runs) == 1:
            self._start(run)
        return Accepted(request.sample_crc)

    def _trace(self, request: GetTrace) -> Reply:
        crc = self._traced
        if crc is None:
            raise RefusalError(ErrorCode.NOTHING_RECORDED)
        entries = [TraceEntry(op, 0, crc, 4, 5, None) for op in range(self.header.ops)]
        more = self.header.op_outputs - self.header.ops  # of the last operator
        entries += [TraceEntry(self.header.ops - 1, n + 1, crc, 4, None, None) for n in range(more)]
        page = entries[request.first : request.first + _TRACE_PAGE]
        return TracePage(crc, len(entries), request.first, tuple(page))

    def _read(self, request: ReadTensor) -> Reply:
        if self._runs:
            raise RefusalError(ErrorCode.BUSY)
        if self._last is None:
            raise RefusalError(ErrorCode.NOTHING_RECORDED)
        crc = self._last.request.sample_crc
        if request.side is TensorSide.INPUT:
            tensors = [made_up_bytes(crc, tensor.size) for tensor in self.header.inputs]
        else:
            tensors = list(made_up_outputs(crc, self.header))
        if request.index >= len(tensors):
            raise RefusalError(ErrorCode.OUT_OF_RANGE, len(tensors), request.index)
        data = tensors[request.index]
        if request.offset > len(data):
            raise RefusalError(ErrorCode.OUT_OF_RANGE, len(data), request.offset)
        page = data[request.offset : request.offset + request.length]
        return TensorData(crc, request.side, request.index, len(data), request.offset, page)

    def _refuse_busy(self) -> None:
        if self.busy_answers:
            self.busy_answers -= 1
            raise RefusalError(ErrorCode.BUSY)

    def _find(self, crc: int) -> _Buffer:
        for buffer in self._buffers:
            if buffer.crc == crc:
                return buffer
        raise RefusalError(ErrorCode.NO_SUCH_SAMPLE, crc)

    def _touch(self, buffer: _Buffer) -> None:
        self._uses += 1
        buffer.used = self._uses
