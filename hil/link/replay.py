"""A transport that answers as a recorded board did, in the time that it took.

Time is the recording's: `VirtualClock` passes as it did then, while the host waits and while it
works, and takes none of ours. So a replay is as fast as the host, and what the host measures by
that clock is what it measured then. Pauses of the host longer than two seconds are cut short.
"""

from __future__ import annotations

import bisect
import time
from dataclasses import dataclass

from hil.errors import InfrastructureError
from hil.link.recorded_events import (
    Exchange,
    Happened,
    Spoken,
    boot_id_in,
    joined,
    read_request,
    split,
    with_boot_id,
)
from hil.link.recording import Kind
from hil.link.replay_script import Script, State
from hil.wire.frames import Frame, FrameDecoder, encode_frame
from hil.wire.requests import Chunk, Hello, Infer

_TICK_S = 1e-6  # the shortest wait; a shorter one might not change the clock
_LINK_CALLS = 2  # of the clock, to receive something
_LONGEST_WORK_S = 2.0  # of the host between an answer and its next request


class VirtualClock:
    """Seconds of the recording.

    Between an arrival and its next request the host works, and that takes the time that it took.
    The link looks twice at an arrival: when it receives it, and when it is done with it. Whoever
    calls then is about to ask for something, so the work is done. Behind a request the next look
    is for another request.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._work_until = 0.0
        self._calls = self._looks = 0
        self._looked_at = 0.0

    def __call__(self) -> float:
        self._calls += 1
        if self._calls > _LINK_CALLS:
            self.advance_to(self._work_until)
        return self.now

    def look(self) -> float:
        """For those who measure: first the arrival, then the work done, then as time goes by."""
        self._looks += 1
        before, self._looked_at = self._looked_at, time.monotonic()
        if self._looks == 2:
            self.advance_to(self._work_until)
        elif self._looks > 2:
            self.now += self._looked_at - before
        return self.now

    def work_until(self, end: float, *, arrived: bool = False) -> None:
        """Something arrived, or the host did something; it works until `end`."""
        self._work_until = end
        self._looks = 0
        self._calls = 0 if arrived else _LINK_CALLS

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, _TICK_S)

    def advance_to(self, then: float) -> None:
        self.now = max(self.now, then)


@dataclass(frozen=True)
class _Coming:
    """Something that reaches the host at `due`."""

    due: float
    at_us: int
    data: bytes = b""
    ended: Exchange | None = None  # the inference that ends with it
    lost: InfrastructureError | None = None
    unasked: bool = False


class ReplayTransport:
    """A `hil.link.transport.Transport` over a `Script`; its own board.

    A request that the recording does not hold raises InfrastructureError, and so does the
    place where the recorded port failed.
    """

    def __init__(self, script: Script, name: str, *, hint: str) -> None:
        self.clock = VirtualClock()
        self._script = script
        self.name = name
        self._hint = hint
        self._decoder = FrameDecoder()
        self._state = State()
        self._seen: set[int] = set()
        self._early: set[int] = set()
        self._coming: list[_Coming] = []  # by when it is due
        self._lost = False
        self._opened = False
        self._boot_id: int | None = None  # that the host knows
        self._start_s = 0.0  # of the recording, by our clock; moves when the host goes elsewhere

    # ---- what the host does to a board

    def open(self) -> None:
        """Opens the port. Raises InfrastructureError where the recorded one could not be."""
        asks = self._lost or (not self._opened and self._script.cursor == 0)
        event = self._script.open() if asks else None
        if event is not None and event.kind is Kind.OPEN_FAILED:
            raise self._recorded(event)
        if self._lost and event is None:
            raise InfrastructureError(
                "the port did not come back in the recording", where=self.name, hint=self._hint
            )
        if event is not None or not self._opened:
            self._go_on_from(0 if event is None else event.at_us)
        self._opened, self._lost = True, False

    def reset(self) -> bool:
        """Pulls the reset line; whether the recorded one had an effect."""
        self._catch_up()
        self._coming.clear()
        self._state.restart()
        event = self._script.reset()
        if event is None:
            return False
        if event.kind is Kind.RESET_FAILED:
            raise self._recorded(event)
        self._go_on_from(event.at_us)
        return bool(event.facts["can_reset"])

    def flash(self) -> bool:
        """Writes a build; whether it was written when this was recorded."""
        self._catch_up()
        self._coming.clear()
        self._state.restart()
        event = self._script.flash()
        if event is not None:
            self._go_on_from(event.at_us)
        return event is not None

    def note(self, text: str) -> bool:
        """A test begins; whether it began after a restart of the board that was not asked for."""
        self._catch_up()
        found = self._script.note(text)
        at_us, restarted = found or (None, False)
        if at_us is not None:
            self._coming = [coming for coming in self._coming if not coming.unasked]
            self._go_on_from(at_us)
        return restarted

    # ---- Transport

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        until = self.clock.now + timeout_s
        if self._coming and self._coming[0].due <= until:
            self.clock.advance_to(self._coming[0].due)
        elif timeout_s > 0:
            self.clock.sleep(timeout_s)
        data = self._arrived(max_bytes)
        if data:
            self._let_host_work(arrived=True)
        return data

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
        while self._coming and self._coming[0].due <= self.clock.now:
            first = self._coming[0]
            if first.lost is not None and not data:
                self._coming.clear()
                self._lost = True
                raise first.lost
            if first.lost is not None or (data and len(data) + len(first.data) > max_bytes):
                break
            self._coming.pop(0)
            data += first.data
            if first.ended is not None:
                self._state.finished(first.ended)
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
        if exchange.restarts:
            self._state.restart()
        start_s = self._start_of(exchange, went_on)
        for number, (at_us, answer) in enumerate(exchange.answers):
            data = encode_frame(joined(seq, self._of_this_boot(exchange, answer)))
            ended = exchange if number == exchange.end else None
            self._answer(start_s + at_us / 1e6, at_us, data, ended)
        if went_on:
            self._follow()
            self.clock.advance_to(self.clock.now + exchange.held_up_us / 1e6)
            self._let_host_work()

    def _of_this_boot(self, exchange: Exchange, answer: bytes) -> bytes:
        """An answer as the board would give it that the host said hello to.

        A test may be answered from a part of the recording in which the board had restarted.
        """
        if isinstance(exchange.request, Hello):
            self._boot_id = boot_id_in(answer) or self._boot_id
        elif (
            isinstance(exchange.request, Infer)
            and self._boot_id not in (None, exchange.boot_id)
            and boot_id_in(answer) == exchange.boot_id
        ):
            return with_boot_id(answer, self._boot_id)
        return answer

    def _may_be_moot(self, seq: int, message: bytes) -> bool:
        """Whether an answer on its way may spare the host a request that is not recorded.

        Of a sample that the board refuses, more is sent before the refusal is read when the
        host is faster than it was. What is sent again was not spared.
        """
        if seq in self._early or all(coming.unasked for coming in self._coming):
            return False
        self._early.add(seq)
        return isinstance(read_request(message), Chunk | Infer)

    def _start_of(self, exchange: Exchange, went_on: bool) -> float:
        """When the recording began, if this exchange begins now."""
        if went_on and isinstance(exchange.request, Chunk | Infer):
            # Within a sample the host took its time too, and round trips contain it.
            self.clock.advance_to(self._worked_until(exchange.at_us))
        start_s = self.clock.now - exchange.at_us / 1e6
        if went_on:
            self._start_s = start_s
        elif isinstance(exchange.request, Hello):
            # The board answers when it has started, however late it is asked.
            return min(start_s, self._start_s)
        return start_s

    def _answer(self, due: float, at_us: int, data: bytes, ended: Exchange | None) -> None:
        # Answers keep the order of the recording, however fast the host asks this time.
        earlier = (c.due for c in self._coming if c.at_us <= at_us and not c.unasked)
        self._add(_Coming(max(due, *earlier, 0.0), at_us, data, ended))

    def _catch_up(self) -> None:
        """The host acts: its work is done."""
        at_us = self._script.next_act_us()
        if at_us is not None:
            self.clock.advance_to(self._worked_until(at_us))

    def _worked_until(self, at_us: int) -> float:
        """When the host, working from now on, gets to this time of the recording."""
        return min(self._start_s + at_us / 1e6, self.clock.now + _LONGEST_WORK_S)

    def _go_on_from(self, at_us: int) -> None:
        """The host did something: from here on the recording goes on."""
        self._start_s = self.clock.now - at_us / 1e6
        self._follow()
        self._let_host_work()

    def _follow(self) -> None:
        """What comes by itself from here on is on its way."""
        for event in self._script.following():
            due = self._start_s + event.at_us / 1e6
            if isinstance(event, Spoken):
                self._add(_Coming(due, event.at_us, event.data, unasked=True))
            else:
                lost = self._recorded(event)
                self._add(_Coming(due, event.at_us, lost=lost, unasked=True))

    def _let_host_work(self, *, arrived: bool = False) -> None:
        """Until its next request, but not beyond what arrives before."""
        at_us = self._script.next_act_us()
        if at_us is None:
            return
        until = self._worked_until(at_us)
        if self._coming:
            until = min(until, self._coming[0].due)
        self.clock.work_until(until, arrived=arrived)

    def _add(self, coming: _Coming) -> None:
        bisect.insort(self._coming, coming, key=lambda other: other.due)

    def _recorded(self, event: Happened) -> InfrastructureError:
        return InfrastructureError(
            event.facts["message"], where=self.name, hint=event.facts["hint"]
        )

    def _not_held(self, message: bytes, content: bytes) -> InfrastructureError:
        held = self._script.count(content, self._state)
        what = describe(message)
        return InfrastructureError(
            f"the recording holds {what} {held} times, and all were asked for already"
            if held
            else f"the recording does not hold {what}",
            where=self.name,
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
    if name == "sample_crc" and isinstance(value, int):
        return f"{value:#010x}"
    return str(value.name.lower()) if hasattr(value, "name") else str(value)
