"""A board that does what a test says: a pty with reset lines of its own."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable, Sequence
from typing import Any

from hil.board.adapter import Adapter
from hil.board.reset import ConnectMode, ModemLines, ResetLines
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode, NoLocation
from hil.wire.frames import Frame, FrameDecoder, encode_frame
from hil.wire.messages import decode_request, encode_reply
from hil.wire.network_header import NetworkHeader, pack_header
from hil.wire.replies import (
    INLINE_BYTES,
    Accepted,
    BaudAck,
    BaudCommitted,
    ChunkAck,
    ContractPage,
    Detail,
    Echoed,
    ErrorReply,
    HeadAnswer,
    Identity,
    OutputPart,
    RebootAck,
    Reply,
    Result,
    StageTimes,
    Uploading,
)
from hil.wire.requests import (
    MAX_PAYLOAD_BYTES,
    TOLD_CHUNKS,
    Chunk,
    CommitBaud,
    Echo,
    GetContract,
    Hello,
    Infer,
    Reboot,
    Request,
    SetBaud,
    Upload,
)

Answer = Sequence[Reply | str | None]
"""What follows a request: replies, console lines, and None for a reset."""

POWER_ON = "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
SOFTWARE = "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
PANIC = "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled."
BACKTRACE = "Backtrace: 0x400e14ed:0x3ffb5030 0x400d0802:0x3ffb5050"


class ScriptedBoard:
    """`identity` answers hello (None: never). `answers` overrides the answer to a request type.

    `header`: the contract of its network.
    """

    def __init__(self, identity: Identity | None, header: NetworkHeader) -> None:
        self.identity = identity
        self.header = header
        self.boot_text: list[str] = [POWER_ON, "I (312) camhil: ready"]
        self.answers: dict[type, Callable[[Any], Answer]] = {}
        self.requests: list[Request] = []
        self._chunks = 0  # of the announced sample
        self.resets = 0
        self._ends: tuple[int, int] = (-1, -1)
        self._plug()
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The pty; another one after `unplug`."""
        return os.ttyname(self._ends[1])

    def reset(self) -> None:
        self.resets += 1
        self.print(*self.boot_text)

    def print(self, *lines: str) -> None:
        self._send("".join(line + "\r\n" for line in lines).encode())

    def unplug(self) -> None:
        """To be called from an answer: the port goes away, and another one appears."""
        old = self._ends
        self._plug()  # first, so that `url` never names a closed pty
        for end in old:
            os.close(end)

    def close(self) -> None:
        os.write(self._wake[1], b"x")
        self._thread.join()
        for end in (*self._ends, *self._wake):
            os.close(end)

    def _plug(self) -> None:
        ends = os.openpty()
        tty.setraw(ends[1])
        self._ends = ends

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._ends[0], data) :]

    def _run(self) -> None:
        decoder = FrameDecoder()
        while True:
            ready, _, _ = select.select([self._ends[0], self._wake[0]], [], [])
            if self._wake[0] in ready:
                return
            for frame in decoder.feed(os.read(self._ends[0], 4096)):
                if isinstance(frame, Frame):
                    self._handle(*decode_request(frame.message))

    def _handle(self, seq: int, request: Request) -> None:
        self.requests.append(request)
        for part in self.answers.get(type(request), self._default)(request):
            if part is None:
                self.reset()
            elif isinstance(part, str):
                self.print(part)
            else:
                self._send(encode_frame(encode_reply(seq, part)))

    def _default(self, request: Request) -> Answer:
        match request:
            case Hello():
                return [] if self.identity is None else [self.identity]
            case GetContract(offset=offset):
                block = pack_header(self.header)
                page = block[offset : offset + MAX_PAYLOAD_BYTES]
                return [ContractPage(len(block), offset, page)]
            case Echo(payload=payload):
                return [Echoed(payload)]
            case SetBaud(baud=baud):
                return [BaudAck(baud)]
            case CommitBaud(baud=baud):
                return [BaudCommitted(baud)]
            case Reboot(target=target):
                return [RebootAck(target), None]
            case Upload(sample_crc=crc, sample_bytes=size):
                self._chunks = -(-size // MAX_PAYLOAD_BYTES)
                return [Uploading(crc, 0, self._missing(0))]
            case Chunk(sample_crc=crc, offset=offset):
                first = offset // MAX_PAYLOAD_BYTES + 1
                return [ChunkAck(crc, offset, first, self._missing(first))]
            case Infer(sample_crc=crc):
                return [Accepted(crc), self.result(crc)]
            case _:
                return [ErrorReply(ErrorCode.UNSUPPORTED, Detail(), "")]

    def result(self, crc: int) -> Result:
        """Scores 0 and -1 (of two classes), all else zero."""
        head = self.header.head
        data = [bytes(tensor.size) for tensor in self.header.outputs]
        if head is not None:
            data[head.score_output] = b"\x00\xff"
        small = [each if len(each) <= INLINE_BYTES else None for each in data]
        return Result(
            boot_id=self.identity.boot_id if self.identity else 0,
            sample_crc=crc,
            outputs=tuple(
                OutputPart(crc32(each), len(each), inline)
                for each, inline in zip(data, small, strict=True)
            ),
            head=HeadAnswer(head.threshold, NoLocation.BELOW_THRESHOLD, None) if head else None,
            times=StageTimes(1, 1, 1, 1),
            invoke_cycles=None,
            finished_us=1000,
            inference=1,
        )

    def _missing(self, first: int) -> int:
        return (1 << min(self._chunks - first, TOLD_CHUNKS)) - 1


class ScriptedAdapter(Adapter):
    """Adapter of a scripted board; closing leaves the board alone."""

    def __init__(self, board: ScriptedBoard, *, can_reset: bool = True) -> None:
        self.board = board
        self.where = "scripted board"
        self._can_reset = can_reset

    @property
    def url(self) -> str:
        return self.board.url

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        return _Lines(self.board, self._can_reset)


class _Lines:
    can_load = False

    def __init__(self, board: ScriptedBoard, can_reset: bool) -> None:
        self._board = board
        self.can_reset = can_reset

    def to_app(self) -> None:
        if self.can_reset:
            self._board.reset()

    def to_download(self) -> ConnectMode:
        return "no-reset"
