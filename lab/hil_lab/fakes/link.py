"""A board in memory, with its line and its clock, for tests of the link and of what uses it.

    clock = FakeClock()
    board = FakeBoard(clock, baud=115200, to_board=drop(3))
    channel = Channel(board, clock=clock)
    channel.connect(Deadline.after(5, clock))

Nothing really waits: a read advances the clock to the next thing that happens. The bytes of both
directions take their time on the line, and the faults hit whole frames by number.
"""

from __future__ import annotations

import dataclasses
import heapq
import random
from collections.abc import Callable, Sequence

from hil.wire.enums import ErrorCode
from hil.wire.errors import WireError
from hil.wire.frames import Damaged, Frame, FrameDecoder, encode_frame
from hil.wire.messages import NOTICE_SEQ, decode_request, encode_reply, peek_seq
from hil.wire.network_header import NetworkHeader
from hil.wire.replies import (
    BaudAck,
    BaudCommitted,
    Detail,
    ErrorReply,
    Identity,
    LinkNotice,
    Reply,
)
from hil.wire.requests import CommitBaud, Reboot, Request, SetBaud
from hil_lab.fakes.firmware import FakeFirmware, Run, default_identity

Fault = Callable[[int, bytes], Sequence[bytes]]
"""Given a frame's number in its direction, from 0, and its bytes: what arrives instead."""

_BITS_PER_BYTE = 10
_SYSTEM_BUFFER_BYTES = 4096  # what the operating system takes before a write has to wait
_NOTICE_INTERVAL_S = 0.005
_HANDLING_S = 0.0002  # from the end of a request to the start of its answer


def no_fault(number: int, frame: bytes) -> Sequence[bytes]:
    """Every frame arrives."""
    return (frame,)


def drop(*numbers: int) -> Fault:
    """These frames vanish without a trace."""
    return lambda number, frame: () if number in numbers else (frame,)


def duplicate(*numbers: int) -> Fault:
    """These frames arrive twice."""
    return lambda number, frame: (frame, frame) if number in numbers else (frame,)


def corrupt(*numbers: int) -> Fault:
    """One bit in the middle of these frames is flipped."""

    def fault(number: int, frame: bytes) -> Sequence[bytes]:
        return (_flipped(frame, 4 * len(frame)),) if number in numbers else (frame,)

    return fault


def random_faults(rate: float, seed: int) -> Fault:
    """A share `rate` of the frames is dropped, doubled or hit by a bit error, equally often."""
    source = random.Random(seed)

    def fault(_number: int, frame: bytes) -> Sequence[bytes]:
        if source.random() >= rate:
            return (frame,)
        flipped = _flipped(frame, source.randrange(8 * len(frame)))
        return source.choice(((), (frame, frame), (flipped,)))

    return fault


class FakeClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FakeBoard:
    """A `Transport` with a board at its other end.

    `header`: the network, that of `default_header` where none is given. `baud`: at which it
    starts; None: bytes take no time. `invoke_s`: how long an inference takes. `to_board` and
    `to_host` decide what happens to the frames of each direction. `edit` may change the replies
    to a request before they leave.
    """

    name = "fake board"

    def __init__(
        self,
        clock: FakeClock,
        *,
        identity: Identity | None = None,
        header: NetworkHeader | None = None,
        baud: int | None = None,
        invoke_s: float = 0.01,
        to_board: Fault = no_fault,
        to_host: Fault = no_fault,
        edit: Callable[[Request, list[Reply]], list[Reply]] | None = None,
    ) -> None:
        self.clock = clock
        self.identity = identity or default_identity(header)
        self.header = header
        self.invoke_s = invoke_s
        self.to_board = to_board
        self.to_host = to_host
        self.edit = edit
        self.silent = False  # the board hears, but does nothing
        self.broken_above: int | None = None  # rate above which nothing arrives undamaged
        self.broken_to = {"board", "host"}  # in these directions
        self.requests: list[tuple[int, Request]] = []  # as the board decoded them
        self.bytes_to_board = 0
        self.baud = baud
        self.boot_baud = baud
        self.host_baud = baud
        self._former_baud: int | None = None  # on trial: where it goes back to
        self._trials = 0
        self._numbers = {"board": 0, "host": 0}
        self._free_at = {"board": 0.0, "host": 0.0}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._event_count = 0
        self._arrived = bytearray()
        self._power_up()

    # ---- Transport

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        end = self.clock.now + timeout_s
        self._run_events(self.clock.now)
        while not self._arrived and self._events and self._events[0][0] <= end:
            self._run_events(self._events[0][0])
        if not self._arrived:
            self.clock.now = max(self.clock.now, end)
        data = bytes(self._arrived[:max_bytes])
        del self._arrived[:max_bytes]
        return data

    def write(self, data: bytes) -> None:
        self.bytes_to_board += len(data)
        for frame in _frames(data):
            number = self._numbers["board"]
            self._numbers["board"] += 1
            for piece in self.to_board(number, frame):
                self._transmit("board", piece)
        if self.host_baud is not None:
            room_at = self._free_at["board"] - _SYSTEM_BUFFER_BYTES * self._byte_s(self.host_baud)
            self._run_events(max(self.clock.now, room_at))

    def set_baud(self, baud: int) -> None:
        self.host_baud = baud

    def close(self) -> None:
        """Nothing to do."""

    # ---- what a test does to the board

    def print(self, text: str) -> None:
        """The firmware writes to the console."""
        self._transmit("host", text.encode())

    def inject(self, data: bytes) -> None:
        """These bytes come from the board."""
        self._transmit("host", data)

    def send(self, seq: int, reply: Reply) -> None:
        """The board sends a reply, asked for or not."""
        frame = encode_frame(encode_reply(seq, reply))
        number = self._numbers["host"]
        self._numbers["host"] += 1
        for piece in self.to_host(number, frame):
            self._transmit("host", piece)

    def refuse_as_busy(self, count: int) -> None:
        """The next `count` uploads and inferences are answered with busy."""
        self._firmware.busy_answers = count

    def restart(self, text: str = "rst:0x1 (POWERON_RESET)\r\n") -> None:
        """The board forgets everything, its rate too, and prints `text`."""
        boot_id = self.identity.boot_id + 1
        self.identity = dataclasses.replace(self.identity, boot_id=boot_id)
        self._power_up()
        self.print(text)

    def overrun(self, count: int = 1) -> None:
        """The board's UART loses bytes, as nobody takes them in time."""
        self._overruns += count
        self._notice()

    # ---- inside

    def _power_up(self) -> None:
        firmware = FakeFirmware(
            self.identity, lambda run: self._start(firmware, run), header=self.header
        )
        self._firmware = firmware
        self.baud, self._former_baud = self.boot_baud, None
        self._used_at = self.clock.now
        self._decoder = FrameDecoder(self.identity.max_frame_bytes)
        self._damaged = 0
        self._lost_bytes = 0
        self._overruns = 0
        self._noticed_at = -1.0

    def _start(self, firmware: FakeFirmware, run: Run) -> None:
        def finish() -> None:
            if firmware is not self._firmware:
                return  # the board was restarted
            self._note_use()
            replies = firmware.finish(run, int(1e6 * self.invoke_s), int(1e6 * self.clock.now))
            self._reply(run.seq, run.request, replies)

        self._at(self.clock.now + self.invoke_s, finish)

    def _hear(self, data: bytes) -> None:
        for event in self._decoder.feed(data):
            if isinstance(event, Frame):
                self._on_message(event.message)
            elif isinstance(event, Damaged):
                self._on_damage(len(event.data))

    def _on_message(self, message: bytes) -> None:
        try:
            seq, request = decode_request(message)
        except WireError as error:
            refusal = ErrorReply(ErrorCode.BAD_REQUEST, Detail(), str(error)[:40])
            self.send(peek_seq(message) or NOTICE_SEQ, refusal)
            return
        self.requests.append((seq, request))
        self._note_use()
        if not self.silent:
            self._reply(seq, request, self._answer(seq, request))

    def _answer(self, seq: int, request: Request) -> list[Reply]:
        if isinstance(request, SetBaud):
            return [BaudAck(request.baud)]
        if isinstance(request, CommitBaud):
            if request.baud != self.baud:
                detail = Detail(self.baud or 0, request.baud)
                return [ErrorReply(ErrorCode.OUT_OF_RANGE, detail, "")]
            self._former_baud = None
            return [BaudCommitted(request.baud)]
        return self._firmware.answer(seq, request)

    def _reply(self, seq: int, request: Request, replies: list[Reply]) -> None:
        if self.edit is not None:
            replies = self.edit(request, replies)
        for reply in replies:
            self.send(seq, reply)
            if isinstance(reply, BaudAck):
                self._at(self._free_at["host"], self._change_baud(reply.baud))
        if isinstance(request, Reboot):
            self.restart("rst:0xc (SW_CPU_RESET)\r\n")

    def _change_baud(self, baud: int) -> Callable[[], None]:
        def change() -> None:
            if self._former_baud is None:
                self._former_baud = self.baud
            self.baud = baud
            self._trials += 1
            trial = self._trials

            def end_trial() -> None:
                if self._trials == trial and self._former_baud is not None:
                    self.baud, self._former_baud = self._former_baud, None

            self._at(self.clock.now + self.identity.baud_fallback_ms / 1000, end_trial)

        return change

    def _note_use(self) -> None:
        """A valid request, or the end of an inference: from here on the board may be idle."""
        used_at = self._used_at = self.clock.now

        def look() -> None:
            if self._used_at == used_at and not self._firmware.runs:
                self.baud, self._former_baud = self.boot_baud, None

        self._at(used_at + self.identity.idle_ms / 1000, look)

    def _on_damage(self, size: int) -> None:
        self._damaged += 1
        self._lost_bytes += size
        self._notice()

    def _notice(self) -> None:
        if self.clock.now - self._noticed_at >= _NOTICE_INTERVAL_S and not self.silent:
            self.send(NOTICE_SEQ, LinkNotice(self._damaged, self._lost_bytes, self._overruns))
            self._noticed_at = self.clock.now

    def _transmit(self, to: str, data: bytes) -> None:
        baud = self.host_baud if to == "board" else self.baud
        start = max(self.clock.now + (_HANDLING_S if to == "host" else 0.0), self._free_at[to])
        self._free_at[to] = start + len(data) * self._byte_s(baud)
        self._at(self._free_at[to], lambda: self._arrive(to, data))

    def _arrive(self, to: str, data: bytes) -> None:
        too_fast = (
            self.broken_above
            and self.baud
            and self.baud > self.broken_above
            and to in self.broken_to
        )
        if self.host_baud != self.baud or too_fast:
            data = bytes(byte ^ 0xA5 for byte in data)  # noise
        if to == "board":
            self._hear(data)
        else:
            self._arrived += data

    @staticmethod
    def _byte_s(baud: int | None) -> float:
        return _BITS_PER_BYTE / baud if baud else 0.0

    def _at(self, time: float, action: Callable[[], None]) -> None:
        self._event_count += 1
        heapq.heappush(self._events, (time, self._event_count, action))

    def _run_events(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            time, _, action = heapq.heappop(self._events)
            self.clock.now = max(self.clock.now, time)
            action()
        self.clock.now = max(self.clock.now, until)


def _frames(data: bytes) -> list[bytes]:
    """The frames of one write, each with its delimiters."""
    return [b"\x00" + segment + b"\x00" for segment in data.split(b"\x00") if segment]


def _flipped(frame: bytes, bit: int) -> bytes:
    changed = bytearray(frame)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
