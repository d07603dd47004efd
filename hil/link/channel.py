"""Drives a session over a transport. It moves bytes and waits; the session decides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from hil.base.deadline import Clock, Deadline
from hil.errors import InfrastructureError, UsageError
from hil.link import paging
from hil.link.console import Console, ConsoleLine
from hil.link.errors import NoAnswerError, wrong_firmware
from hil.link.jobs import JOBS_AHEAD, CapturedOp, Inference, Job
from hil.link.session import Session
from hil.link.stats import LinkStats
from hil.link.tickets import Ticket, heard
from hil.link.transport import Transport
from hil.wire.enums import RebootTarget
from hil.wire.replies import BaudAck, Echoed, Identity, MemoryReport, RebootAck, Reply
from hil.wire.requests import Echo, GetMemory, Hello, Reboot, Request, SetBaud

_READ_BYTES = 1 << 16
_ASK_ONCE_S = 1.0

_FALLBACK_S = 1.0  # of a board to its old rate, while no acknowledgement has told
_FALLBACK_MARGIN_S = 0.2
_BAUD_TRIES = 3
_PROBE_SHARE = 0.6  # of the board's patience, for the proof at the new rate
_PROBE = bytes(range(256))

_T = TypeVar("_T")


class Channel:
    """Requests and inferences on one open transport.

    Every method that waits raises `BoardError` for an error answer of the board, `FirmwareError`
    for an answer outside the protocol, and `InfrastructureError` when no answer comes in time or
    the port is lost. An interrupted wait leaves the channel usable: late answers are dropped.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        baud: int | None = None,
        clock: Clock = time.monotonic,
        on_console: Callable[[ConsoleLine], None] | None = None,
        first_seq: int | None = None,
    ) -> None:
        self.transport = transport
        self.session = Session(baud=baud, first_seq=first_seq)
        self.baud = baud
        self._clock = clock
        self._console = Console(on_console)
        self._idle_since: float | None = None

    @property
    def console(self) -> list[ConsoleLine]:
        """Every console line so far."""
        return self._console.lines

    @property
    def stats(self) -> LinkStats:
        """A snapshot of the link's counters."""
        return self.session.stats

    def connect(self, deadline: Deadline) -> Identity:
        """Says hello until the board answers, and takes over its limits."""
        identity = self._expect(Identity, Hello(), deadline)
        self.session.configure(identity)
        return identity

    def request(self, message: Request, deadline: Deadline) -> Reply:
        """Sends a request until it is answered; for `Reboot` and `SetBaud` use the methods."""
        ticket = self.session.submit(message, self._clock(), deadline.remaining())
        return self._wait(ticket)

    def infer(self, job: Job, deadline: Deadline) -> Inference:
        """Uploads one image and runs the model on it."""
        return self._wait(self.session.infer(job, self._clock(), deadline.remaining()))

    def infer_many(self, jobs: Iterable[Job], seconds_per_image: float) -> Iterator[Inference]:
        """The results of `jobs`, in their order; jobs are taken at most three ahead.

        While the model runs on one image, the next is uploaded. `seconds_per_image` limits the
        wait from one result to the next; time that the caller takes does not count. The iterator
        may be dropped at any time.
        """
        source = iter(jobs)
        tickets: list[Ticket[Inference]] = []
        exhausted = False
        try:
            while True:
                while not exhausted and len(tickets) < JOBS_AHEAD:
                    job = next(source, None)
                    if job is None:
                        exhausted = True
                    else:
                        tickets.append(self.session.infer(job, self._clock(), seconds_per_image))
                if not tickets:
                    return
                result = self._wait(tickets.pop(0))
                self._send_all()  # keeps the line busy while the caller looks at the result
                yield result
        finally:
            for ticket in tickets:
                self.session.cancel(ticket)

    def read_output(self, output: int | None, deadline: Deadline) -> paging.OutputBytes:
        """An output tensor as the last inference left it; None: the input that it ran on."""
        return paging.read_output(self._asker(deadline), output)

    def ops(self, deadline: Deadline) -> tuple[int, ...]:
        """TFLite BuiltinOperator codes of the model in execution order."""
        return paging.ops(self._asker(deadline))

    def trace(self, deadline: Deadline) -> paging.Trace:
        """The trace of the last inference that was run with `trace=True`."""
        return paging.trace(self._asker(deadline))

    def capture_op(self, image: bytes, op: int, deadline: Deadline) -> CapturedOp:
        """Runs the model on `image` and returns the output of operator `op`."""
        inference = self.infer(Job(image, capture_op=op, reuse=True), deadline)
        assert inference.captured is not None
        return inference.captured

    def memory(self, deadline: Deadline) -> MemoryReport:
        return self._expect(MemoryReport, GetMemory(), deadline)

    def echo(self, payload: bytes, deadline: Deadline) -> bytes:
        """Sends up to 1536 bytes and returns what came back."""
        return self._expect(Echoed, Echo(payload), deadline).payload

    def set_baud(self, baud: int, deadline: Deadline) -> None:
        """Changes the rate of both ends, proved by the answer to an echo of all byte values.

        The board acknowledges at the old rate and then switches; unless a valid request arrives
        at the new rate, it returns to the old one after a while. So whatever gets lost, both ends
        meet again at the old rate.

        Raises `BoardError` where the board refuses the rate, `FirmwareError` where it
        acknowledges another one, and `InfrastructureError` where the line does not work at it;
        both ends are back at the old rate then.
        """
        self.session.settling = True
        try:
            self._change_baud(baud, deadline)
        finally:
            self.session.settling = False

    def apply_baud(self, baud: int) -> None:
        """Switches the host's side only."""
        self.transport.set_baud(baud)
        self.baud = baud
        self.session.set_baud(baud)

    def reboot(self, target: RebootTarget, deadline: Deadline) -> RebootAck | None:
        """Asks once for a reset; None when no acknowledgement came.

        The request is not repeated, because each one resets the board. Whether it did, the
        boot count of the next `connect` tells.
        """
        reply = self._ask_once(Reboot(target), deadline)
        if not isinstance(reply, RebootAck):
            return None
        if reply.target is not target:
            raise wrong_firmware(
                f"the board restarts to {reply.target.name}, asked for was {target.name}",
                where=self.transport.name,
            )
        return reply

    def listen(
        self, deadline: Deadline, until: Callable[[ConsoleLine], bool] | None = None
    ) -> ConsoleLine | None:
        """Collects console output until a new line satisfies `until`; None when none did."""
        seen = len(self.console)
        while True:
            for line in self.console[seen:]:
                seen += 1
                if until is not None and until(line):
                    return line
            if deadline.expired():
                return None
            self._turn(self._clock() + deadline.remaining())

    def close(self) -> None:
        self.transport.close()

    # ---- the loop

    def _expect(self, kind: type[_T], message: Request, deadline: Deadline) -> _T:
        reply = self.request(message, deadline)
        assert isinstance(reply, kind)  # the session has checked it
        return reply

    def _asker(self, deadline: Deadline) -> paging.Ask:
        return lambda message: self.request(message, deadline)

    def _change_baud(self, baud: int, deadline: Deadline) -> None:
        old = self.baud
        if old is None:
            raise UsageError(
                "the rate of this link is unknown", hint="Open the channel with its baud rate."
            )
        for _ in range(_BAUD_TRIES):
            reply = self._ask_once(SetBaud(baud), deadline)
            ack = reply if isinstance(reply, BaudAck) else None
            fallback_s = ack.baud_fallback_ms / 1000 if ack else _FALLBACK_S
            if ack is not None and ack.baud == baud:
                self.apply_baud(baud)
                if self._works(Deadline.after(_PROBE_SHARE * fallback_s, deadline.clock)):
                    return
                self.apply_baud(old)
            # The board may run at the new rate still.
            self.listen(Deadline.after(fallback_s + _FALLBACK_MARGIN_S, deadline.clock))
            if ack is not None and ack.baud != baud:
                raise wrong_firmware(
                    f"the board acknowledged {ack.baud} baud, asked for were {baud}"
                )
            if deadline.expired():
                break
        raise InfrastructureError(
            f"the link does not work at {baud} baud",
            hint=f"Stay at {old} baud, or use a shorter cable or another adapter.",
        )

    def _works(self, deadline: Deadline) -> bool:
        """Whether the board answers at the present rate.

        The answer's CRC-32 proves the rate; a board that answers something else has another
        fault, and goes on at this rate too.
        """
        try:
            self.echo(_PROBE, deadline)
        except NoAnswerError:
            return False
        return True

    def _ask_once(self, message: Request, deadline: Deadline) -> Reply | None:
        seconds = deadline.capped(_ASK_ONCE_S)
        return self._run(self.session.submit(message, self._clock(), seconds, resend=False))

    def _wait(self, ticket: Ticket[_T]) -> _T:
        value = self._run(ticket)
        if value is None:
            raise NoAnswerError(
                ticket.what,
                ticket.seconds,
                heard=heard(self.stats.since(ticket.stats_before)),
                console=self._console.texts(),
                where=self.transport.name,
            )
        return value

    def _run(self, ticket: Ticket[_T]) -> _T | None:
        """Moves bytes until the ticket is done; None when its time ran out."""
        if self._idle_since is not None:
            self.session.add_idle(self._clock() - self._idle_since)
            self._idle_since = None
        try:
            self._receive(0.0)  # what came meanwhile, before the timers run
            while not ticket.done:
                self._turn(None)
        finally:
            self.session.cancel(ticket)  # where it is not done: interrupted, or the port is lost
            self._idle_since = self._clock()
        if ticket.error is not None:
            ticket.error.where = ticket.error.where or self.transport.name
            raise ticket.error
        return ticket.value

    def _turn(self, until: float | None) -> None:
        """Sends one frame, or waits for bytes when there is none to send."""
        now = self._clock()
        frame = self.session.poll(now)
        self._take_console(now)  # a pause may have ended a line
        if frame:
            self.transport.write(frame)
            self._receive(0.0)
            return
        wakeups = [time for time in (self.session.next_wakeup(), until) if time is not None]
        self._receive(max(0.0, min(wakeups) - now) if wakeups else 0.0)

    def _send_all(self) -> None:
        while frame := self.session.poll(self._clock()):
            self.transport.write(frame)
            self._receive(0.0)

    def _receive(self, timeout_s: float) -> None:
        data = self.transport.read(_READ_BYTES, timeout_s)
        if data:
            now = self._clock()
            self.session.receive(data, now)
            self._take_console(now)

    def _take_console(self, now: float) -> None:
        for text in self.session.take_console():
            self._console.add(text, now)
