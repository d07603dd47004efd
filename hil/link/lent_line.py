"""The line of a channel, lent: any bytes to the board, and the replies as they come back.

For tests of the protocol itself. Nothing is repeated or repaired here. What was answered is told by
a fence: an echo behind the bytes, since requests and answers keep their order. Its answer proves
that everything before it has been answered, or never will be; but for results, which come when the
network has run.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from hil.base.deadline import Clock, Deadline
from hil.link.errors import NoAnswerError, wrong_firmware
from hil.link.line import BITS_PER_BYTE
from hil.link.transport import Transport
from hil.wire.errors import WireError
from hil.wire.frames import FIRST_SEQ, ConsoleText, Damaged, Event, FrameDecoder, encode_frame
from hil.wire.messages import NOTICE_SEQ, decode_reply, encode_request
from hil.wire.replies import Accepted, ErrorReply, LinkNotice, OpData, Reply, Result
from hil.wire.requests import Echo, Request

_READ_BYTES = 1 << 16
_FENCE_AGAIN_S = 1.0
_HEARD_AGAIN_S = 0.2
_NOTICE_S = 1.0
_STOPPED = "what was sent before it may have stopped the board"


class Port(Transport, Protocol):
    """A transport that knows its rate."""

    baud: int


@dataclass(frozen=True)
class Heard:
    """One reply under its number, and the message as it came."""

    seq: int
    reply: Reply
    message: bytes


class LentLine:
    """See the module. `disturbed`: the line damaged something by itself. `left`, to be set: the
    board has been sent to where it answers nothing.
    """

    def __init__(
        self,
        port: Port,
        clock: Clock,
        limit_s: float,
        result_s: float,
        on_text: Callable[[str, float], None],
    ) -> None:
        self.disturbed = False
        self.left = False
        self.notice: LinkNotice | None = None  # the last one
        self.port = port
        self._clock = clock
        self._limit_s = limit_s
        self._result_s = result_s
        self._on_text = on_text
        self._decoder = FrameDecoder()
        self._heard: list[Heard] = []
        self._running: set[int] = set()  # numbers of inferences whose result is to come
        self._ended: dict[int, Heard] = {}
        self._fences: set[int] = set()  # that are not answered yet
        self._fences_sent: set[int] = set()
        self._seq = random.SystemRandom().randrange(FIRST_SEQ, 1 << 31)

    def numbered(self, request: Request, seq: int | None = None) -> tuple[int, bytes]:
        """A request under a new number, or under `seq`: the number and the frame."""
        if seq is None:
            self._seq += 1
            seq = self._seq
        return seq, encode_frame(encode_request(seq, request))

    def say(self, data: bytes) -> list[Heard]:
        """Sends these bytes; what the board said until it had answered all of them.

        Results and notices are left out: see `result` and `next_notice`.
        Raises NoAnswerError where it does not answer an echo behind them.
        """
        seq, fence = self.numbered(Echo(b"fence"))
        self._fences.add(seq)
        self._fences_sent.add(seq)
        self.port.write(data + fence)
        deadline = Deadline.after(self._limit_s, self._clock)
        again_at = self._clock() + self._seconds(len(data) + len(fence)) + _FENCE_AGAIN_S
        while seq in self._fences:
            if deadline.expired():
                raise NoAnswerError(
                    "Echo", self._limit_s, heard=_STOPPED, console=(), where=self.port.name
                )
            if self._clock() >= again_at:
                self.disturbed = True
                self.port.write(fence)
                again_at = self._clock() + _FENCE_AGAIN_S
            self._receive(min(deadline.remaining(), max(0.0, again_at - self._clock())))
        heard, self._heard = self._heard, []
        return heard

    def ask(self, *requests: Request) -> list[Reply]:
        """What the board says to these requests, sent at once; results are left out."""
        return [one.reply for one in self.say(b"".join(self.numbered(r)[1] for r in requests))]

    def result(self, seq: int) -> Heard:
        """What ended the inference that was accepted under this number: a `Result` as a rule.

        Raises FirmwareError where nothing comes.
        """
        deadline = Deadline.after(self._result_s, self._clock)
        while seq not in self._ended:
            if deadline.expired():
                raise wrong_firmware(
                    f"no result came of an inference within {self._result_s:g} s, and echoes did",
                    where=self.port.name,
                )
            self._receive(deadline.remaining())
        return self._ended.pop(seq)

    def next_notice(self, done: Callable[[LinkNotice], bool]) -> LinkNotice | None:
        """The last notice, once it satisfies `done` or none has come for a while."""
        deadline = Deadline.after(_NOTICE_S, self._clock)
        while (self.notice is None or not done(self.notice)) and not deadline.expired():
            self._receive(deadline.remaining())
        return self.notice

    def ask_alone(self, request: Request) -> list[Reply]:
        """What the board says to a request behind which nothing may be sent; none in a while."""
        seq, frame = self.numbered(request)
        self.port.write(frame)
        deadline = Deadline.after(self._limit_s, self._clock)
        while not deadline.expired() and all(one.seq != seq for one in self._heard):
            self._receive(deadline.remaining())
        heard, self._heard = self._heard, []
        return [one.reply for one in heard]

    def is_heard(self, seconds: float) -> bool:
        """Whether the board answers an echo within this time; asked several times."""
        seq, echo = self.numbered(Echo(b"heard?"))
        self._fences.add(seq)
        self._fences_sent.add(seq)
        deadline = Deadline.after(seconds, self._clock)
        while seq in self._fences and not deadline.expired():
            self.port.write(echo)
            again = Deadline.after(deadline.capped(_HEARD_AGAIN_S), self._clock)
            while seq in self._fences and not again.expired():
                self._receive(again.remaining())
        return seq not in self._fences

    def settle(self) -> None:
        """Waits until nothing is under way any more."""
        if self.left:
            return
        self.say(b"")
        deadline = Deadline.after(self._result_s, self._clock)
        while self._running and not deadline.expired():
            self._receive(deadline.remaining())
        self._heard.clear()

    def listen(self, seconds: float) -> list[Heard]:
        """What the board says within this time."""
        deadline = Deadline.after(seconds, self._clock)
        while not deadline.expired():
            self._receive(deadline.remaining())
        heard, self._heard = self._heard, []
        return heard

    def _seconds(self, size: int) -> float:
        return size * BITS_PER_BYTE / self.port.baud

    def _receive(self, timeout_s: float) -> None:
        self._take(self._decoder.feed(self.port.read(_READ_BYTES, timeout_s)))

    def _take(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, ConsoleText):
                self._on_text(event.text, self._clock())
            elif isinstance(event, Damaged):
                self.disturbed = True
            else:
                self._hear(event.message)

    def _hear(self, message: bytes) -> None:
        try:
            seq, reply = decode_reply(message)
        except WireError as error:
            raise wrong_firmware(
                f"the board sent what the protocol lacks: {error} ({message[:32].hex(' ')})",
                where=self.port.name,
            ) from error
        if seq == NOTICE_SEQ and isinstance(reply, LinkNotice):
            self.notice = reply
        elif seq in self._fences_sent:
            self._fences.discard(seq)
        elif seq in self._running and isinstance(reply, Result | ErrorReply):
            self._running.discard(seq)
            self._ended[seq] = Heard(seq, reply, message)
        elif not isinstance(reply, OpData):
            self._heard.append(Heard(seq, reply, message))
            if isinstance(reply, Accepted):
                self._running.add(seq)
