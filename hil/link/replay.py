"""A transport that answers as a recorded board did, in the time that it took.

Time is the recording's: a wait moves `VirtualClock` and takes none of ours, so a replay is as fast
as the host, and what the host measures by that clock is what it measured then.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from hil.errors import InfrastructureError
from hil.link.recorded_events import (
    Exchange,
    Happened,
    Spoken,
    is_result,
    joined,
    read_request,
    split,
)
from hil.link.recording import Kind
from hil.link.replay_script import Script, State
from hil.wire.frames import Frame, FrameDecoder, encode_frame
from hil.wire.messages import Chunk, Infer

_TICK_S = 1e-6  # the shortest wait; a shorter one might not change the clock
_LONGEST_WORK_S = 0.01  # of the host between two frames of one image


class VirtualClock:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += max(seconds, _TICK_S)

    def advance_to(self, time: float) -> None:
        self._now = max(self._now, time)


@dataclass(order=True)
class _Coming:
    """Something that reaches the host at `due`."""

    due: float
    order: int
    at_us: int = field(compare=False)
    data: bytes = field(compare=False, default=b"")
    ran: Infer | None = field(compare=False, default=None)  # the inference that ends with it
    lost: InfrastructureError | None = field(compare=False, default=None)
    unasked: bool = field(compare=False, default=False)


class ReplayTransport:
    """A `hil.link.transport.Transport` over a `Script`; its own board.

    A request that the recording does not hold raises InfrastructureError, and so does the
    place where the recorded port failed.
    """

    def __init__(self, script: Script, name: str, *, hint: str) -> None:
        self.clock = VirtualClock()
        self._script = script
        self._name = name
        self._hint = hint
        self._decoder = FrameDecoder()
        self._state = State()
        self._seen: set[int] = set()
        self._early: set[int] = set()
        self._coming: list[_Coming] = []
        self._orders = 0
        self._lost = False
        self._opened = False
        self._before: tuple[float, int] | None = None  # times of the last request: ours, recorded

    @property
    def name(self) -> str:
        return self._name

    # ---- what the host does to a board

    def open(self) -> None:
        """Opens the port. Raises InfrastructureError where the recorded one could not be."""
        asks = self._lost or (not self._opened and self._script.cursor == 0)
        event = self._script.open() if asks else None
        if event is not None and event.kind is Kind.OPEN_FAILED:
            raise self._recorded(event)
        if self._lost and event is None:
            raise InfrastructureError(
                "the port did not come back in the recording", where=self._name, hint=self._hint
            )
        if event is not None or not self._opened:
            self._follow(0 if event is None else event.at_us)
        self._opened, self._lost = True, False

    def reset(self) -> bool:
        """Pulls the reset line; whether the recorded one had an effect."""
        self._coming.clear()
        self._state.restart()
        self._before = None
        event = self._script.reset()
        if event is None:
            return False
        self._follow(event.at_us)
        return bool(event.facts["can_reset"])

    def note(self, text: str) -> None:
        """A test begins."""
        at_us = self._script.note(text)
        if at_us is not None:
            self._coming = [coming for coming in self._coming if not coming.unasked]
            heapq.heapify(self._coming)
            self._follow(at_us)

    # ---- Transport

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        until = self.clock() + timeout_s
        if self._coming and self._coming[0].due <= until:
            self.clock.advance_to(self._coming[0].due)
        elif timeout_s > 0:
            self.clock.sleep(timeout_s)
        return self._arrived(max_bytes)

    def write(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            if isinstance(frame, Frame):
                self._asked(frame.message)

    def set_baud(self, baud: int) -> None:
        """The recorded board was asked for it."""

    def close(self) -> None:
        """Nothing is open."""

    # ---- the board

    def _arrived(self, max_bytes: int) -> bytes:
        data = b""
        while self._coming and self._coming[0].due <= self.clock():
            first = self._coming[0]
            if first.lost is not None and not data:
                self._coming.clear()
                self._lost = True
                raise first.lost
            if first.lost is not None or (data and len(data) + len(first.data) > max_bytes):
                break
            heapq.heappop(self._coming)
            data += first.data
            if first.ran is not None:
                self._state.finished(first.ran)
        return data

    def _asked(self, message: bytes) -> None:
        seq, content = split(message)
        if seq is None or seq in self._seen:
            return  # sent again: the answer is on its way, or was never given
        exchange, went_on = self._script.find(content, self._state)
        if exchange is None:
            if self._may_be_moot(seq, message):
                return
            raise self._not_held(message, content)
        self._seen.add(seq)
        self._keep_pace(exchange)
        if exchange.restarts:
            self._state.restart()
        for at_us, answer in exchange.answers:
            ends = isinstance(exchange.request, Infer) and is_result(answer)
            self._answer(
                exchange,
                at_us,
                encode_frame(joined(seq, answer)),
                exchange.request if ends else None,
            )
        if went_on:
            self._follow(exchange.at_us)

    def _may_be_moot(self, seq: int, message: bytes) -> bool:
        """Whether an answer on its way may spare the host a request that is not recorded.

        Of an image that the board refuses, more is sent before the refusal is read when the
        host is faster than it was. What is sent again was not spared.
        """
        if seq in self._early or all(coming.unasked for coming in self._coming):
            return False
        self._early.add(seq)
        return isinstance(read_request(message), Chunk | Infer)

    def _keep_pace(self, exchange: Exchange) -> None:
        """Within an image the host took its time too, and round trips contain it."""
        if self._before is not None and isinstance(exchange.request, Chunk | Infer):
            ours, recorded_us = self._before
            gap_s = (exchange.at_us - recorded_us) / 1e6
            if 0 < gap_s < _LONGEST_WORK_S:
                self.clock.advance_to(ours + gap_s)
        self._before = self.clock(), exchange.at_us

    def _answer(self, exchange: Exchange, at_us: int, data: bytes, ran: Infer | None) -> None:
        due = self.clock() + (at_us - exchange.at_us) / 1e6
        # Answers keep the order of the recording, however fast the host asks this time.
        earlier = (c.due for c in self._coming if c.at_us <= at_us and not c.unasked)
        self._add(_Coming(max(due, *earlier, 0.0), 0, at_us, data, ran))

    def _follow(self, from_us: int) -> None:
        """What comes by itself from here on is on its way."""
        now = self.clock()
        for event in self._script.following():
            due = now + (event.at_us - from_us) / 1e6
            if isinstance(event, Spoken):
                self._add(_Coming(due, 0, event.at_us, event.data, unasked=True))
            else:
                lost = self._recorded(event)
                self._add(_Coming(due, 0, event.at_us, lost=lost, unasked=True))

    def _add(self, coming: _Coming) -> None:
        self._orders += 1
        coming.order = self._orders
        heapq.heappush(self._coming, coming)

    def _recorded(self, event: Happened) -> InfrastructureError:
        return InfrastructureError(
            event.facts["message"], where=self._name, hint=event.facts["hint"]
        )

    def _not_held(self, message: bytes, content: bytes) -> InfrastructureError:
        held = self._script.count(content, self._state)
        what = describe(message)
        return InfrastructureError(
            f"the recording holds {what} {held} times, and all were asked for already"
            if held
            else f"the recording does not hold {what}",
            where=self._name,
            hint=self._hint,
        )


def describe(message: bytes) -> str:
    """A request for people: its name and fields, bytes as their number."""
    request = read_request(message)
    if request is None:
        return f"a request of {len(message)} bytes"
    fields = ", ".join(f"{name} {_shown(name, value)}" for name, value in vars(request).items())
    return f"{type(request).__name__} ({fields})" if fields else type(request).__name__


def _shown(name: str, value: object) -> str:
    if isinstance(value, bytes):
        return f"of {len(value)} bytes"
    if name == "image_crc" and isinstance(value, int):
        return f"{value:#010x}"
    return str(value.name.lower()) if hasattr(value, "name") else str(value)
