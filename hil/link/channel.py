"""Drives a session over a transport. It moves bytes and waits; the session decides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from hil.base.deadline import Clock, Deadline
from hil.errors import FirmwareError, InfrastructureError, UsageError
from hil.link import paging
from hil.link.console import Console, ConsoleLine
from hil.link.errors import NoAnswerError, wrong_firmware
from hil.link.jobs import JOBS_AHEAD, CapturedOp, Inference, Job
from hil.link.session import Session
from hil.link.stats import LinkStats
from hil.link.tickets import Ticket, heard
from hil.link.transport import Transport
from hil.wire.enums import RebootTarget, SampleStage, TensorSide
from hil.wire.replies import (
    BaudAck,
    BaudCommitted,
    Echoed,
    Identity,
    MemoryReport,
    RebootAck,
    Reply,
)
from hil.wire.requests import (
    CommitBaud,
    Echo,
    GetMemory,
    Hello,
    OpOutput,
    Reboot,
    Request,
    SetBaud,
)

_READ_BYTES = 1 << 16
_ASK_ONCE_S = 1.0

_FALLBACK_S = 1.0  # of a board to its old rate, while no identity has told
_IDLE_S = 10.0  # to its boot rate, likewise
_FALLBACK_MARGIN_S = 0.2
_BAUD_TRIES = 3
_PROBE_SHARE = 0.5  # of the board's patience, for the proof at the new rate
_COMMIT_S = 2.0
_MEETING_S = 0.5
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
        self._boot_baud = baud
        self._fallback_s = _FALLBACK_S
        self._idle_s = _IDLE_S
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
        self._fallback_s = identity.baud_fallback_ms / 1000
        self._idle_s = identity.idle_ms / 1000
        return identity

    def request(self, message: Request, deadline: Deadline) -> Reply:
        """Sends a request until it is answered; for `Reboot` and the rate use the methods."""
        ticket = self.session.submit(message, self._clock(), deadline.remaining())
        return self._wait(ticket)

    def infer(self, job: Job, deadline: Deadline) -> Inference:
        """Uploads one sample and runs the network on it."""
        return self._wait(self.session.infer(job, self._clock(), deadline.remaining()))

    def infer_many(self, jobs: Iterable[Job], seconds_per_sample: float) -> Iterator[Inference]:
        """The results of `jobs`, in their order; jobs are taken at most three ahead.

        While the network runs on one sample, the next is uploaded. `seconds_per_sample` limits the
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
                        tickets.append(self.session.infer(job, self._clock(), seconds_per_sample))
                if not tickets:
                    return
                result = self._wait(tickets.pop(0))
                self._send_all()  # keeps the line busy while the caller looks at the result
                yield result
        finally:
            for ticket in tickets:
                self.session.cancel(ticket)

    def contract(self, deadline: Deadline) -> bytes:
        """The header of the model partition, as the board has it; empty where it has none."""
        return paging.contract(self._asker(deadline))

    def read_tensor(self, side: TensorSide, index: int, deadline: Deadline) -> paging.TensorBytes:
        """An output as the last inference left it, or an input that it ran on."""
        return paging.read_tensor(self._asker(deadline), side, index)

    def camera_frame(self, deadline: Deadline) -> paging.FrameBytes:
        """A new frame of the board's camera, page by page."""

        def pause() -> bool:
            self.listen(Deadline.after(deadline.capped(paging.PAUSE_S), deadline.clock))
            return not deadline.expired()

        ask, ask_all = self._asker(deadline), lambda some: self._request_each(some, deadline)
        return paging.camera_frame(ask, ask_all, pause, self._clock)

    def trace(self, deadline: Deadline) -> paging.Trace:
        """The trace of the last inference that was run with `trace=True`."""
        return paging.trace(self._asker(deadline))

    def capture_op(
        self,
        sample: bytes,
        op: int,
        deadline: Deadline,
        *,
        output: int = 0,
        stage: SampleStage = SampleStage.TENSOR,
    ) -> CapturedOp:
        """Runs the network on `sample` and returns an output of operator `op`."""
        job = Job(sample, capture=OpOutput(op, output), stage=stage, reuse=True)
        inference = self.infer(job, deadline)
        assert inference.captured is not None
        return inference.captured

    def memory(self, deadline: Deadline) -> MemoryReport:
        return self._expect(MemoryReport, GetMemory(), deadline)

    def echo(self, payload: bytes, deadline: Deadline) -> bytes:
        """Sends up to 1536 bytes and returns what came back."""
        return self._expect(Echoed, Echo(payload), deadline).payload

    def set_baud(self, baud: int, deadline: Deadline) -> None:
        """Changes the rate of both ends.

        The board acknowledges at the old rate and tries the new one. An echo of all byte values
        proves it in both directions, and only then is the board told to keep it; it goes back to
        the old rate by itself. So whatever gets lost, both ends meet again.

        Raises `BoardError` where the board refuses the rate, `FirmwareError` where it
        acknowledges another one, and `InfrastructureError` where the line does not work at it.
        Both ends are back at the old rate then; or, where the board keeps the new one unheard
        until nothing has been asked for a while, at the rate at which it starts.
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
        boot id of the next `connect` tells.
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

    def add_console(self, text: str, now: float) -> None:
        """Text that came while the line was lent."""
        self._console.add(text, now)

    def close(self) -> None:
        self.transport.close()

    # ---- the loop

    def _expect(self, kind: type[_T], message: Request, deadline: Deadline) -> _T:
        reply = self.request(message, deadline)
        assert isinstance(reply, kind)  # the session has checked it
        return reply

    def _request_each(self, messages: Iterable[Request], deadline: Deadline) -> Iterator[Reply]:
        tickets: list[Ticket[Reply]] = []
        try:
            for message in messages:
                tickets.append(self.session.submit(message, self._clock(), deadline.remaining()))
                if len(tickets) == paging.PAGES_AHEAD:
                    yield self._wait(tickets.pop(0))
            yield from map(self._wait, tickets)
        finally:
            for ticket in tickets:
                self.session.cancel(ticket)

    def _asker(self, deadline: Deadline) -> paging.Ask:
        return lambda message: self.request(message, deadline)

    def _change_baud(self, baud: int, deadline: Deadline) -> None:
        for _ in range(_BAUD_TRIES):
            old = self.baud
            if old is None:
                raise UsageError(
                    "the rate of this link is unknown", hint="Open the channel with its baud rate."
                )
            reply = self._ask_once(SetBaud(baud), deadline)
            if isinstance(reply, BaudAck) and reply.baud == baud:
                if self._keeps(baud, old, deadline):
                    return
            else:
                self._listen_for(self._fallback_s, deadline)  # it may try the new rate
                if isinstance(reply, BaudAck):
                    raise wrong_firmware(
                        f"the board acknowledged {reply.baud} baud, asked for were {baud}"
                    )
            if deadline.expired():
                break
        raise InfrastructureError(
            f"the link does not work at {baud} baud",
            hint=f"Stay at {self.baud} baud, or use a shorter cable or another adapter.",
        )

    def _keeps(self, baud: int, old: int, deadline: Deadline) -> bool:
        """Tries the new rate; where it does not work, both ends are at the old one again."""
        asked = False
        self.apply_baud(baud)
        try:
            # What the echo says is another matter: its CRC-32 proves the rate.
            if self._answer_to(Echo(_PROBE), _PROBE_SHARE * self._fallback_s, deadline):
                asked = True
                kept = self._answer_to(CommitBaud(baud), _COMMIT_S, deadline)
                if isinstance(kept, BaudCommitted) and kept.baud != baud:
                    raise wrong_firmware(f"the board keeps {kept.baud} baud, asked for were {baud}")
                if kept is not None:
                    return True
        except FirmwareError:
            self._go_back(old, asked, deadline)
            raise
        except BaseException:
            self.apply_baud(old)  # interrupted: the board goes back by itself
            raise
        self._go_back(old, asked, deadline)
        if asked:
            raise InfrastructureError(
                f"the board answers at {baud} baud, but does not say that it keeps the rate",
                hint=f"Stay at {self.baud} baud.",
            )
        return False

    def _go_back(self, old: int, asked: bool, deadline: Deadline) -> None:
        """To the old rate, where the board comes too.

        One that was `asked` to keep the new one may have done so unheard: then its silence brings
        it to the rate at which it started.
        """
        self.apply_baud(old)
        self._listen_for(self._fallback_s, deadline)
        if asked and self._answer_to(Echo(b""), _MEETING_S, deadline) is None:
            self._listen_for(self._idle_s, deadline)
            self.apply_baud(self._boot_baud or old)

    def _answer_to(self, message: Request, seconds: float, deadline: Deadline) -> Reply | None:
        """The answer at the present rate; None when none comes."""
        try:
            return self.request(message, Deadline.after(seconds, deadline.clock))
        except NoAnswerError:
            return None

    def _listen_for(self, seconds: float, deadline: Deadline) -> None:
        self.listen(Deadline.after(seconds + _FALLBACK_MARGIN_S, deadline.clock))

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
        """Sends what is due, or waits for bytes when nothing is."""
        now = self._clock()
        sent = self._send(now)
        self._take_console(now)  # a pause may have ended a line
        if sent:
            self._receive(0.0)
            return
        wakeups = [time for time in (self.session.next_wakeup(), until) if time is not None]
        self._receive(max(0.0, min(wakeups) - now) if wakeups else 0.0)

    def _send_all(self) -> None:
        while self._send(self._clock()):
            self._receive(0.0)

    def _send(self, now: float) -> bool:
        """Hands over all frames that are due, at once: a call of the port takes longer than one."""
        frames = b"".join(iter(lambda: self.session.poll(now), b""))
        if frames:
            self.transport.write(frames)
        return bool(frames)

    def _receive(self, timeout_s: float) -> None:
        data = self.transport.read(_READ_BYTES, timeout_s)
        if data:
            now = self._clock()
            self.session.receive(data, now)
            self._take_console(now)

    def _take_console(self, now: float) -> None:
        for text in self.session.take_console():
            self._console.add(text, now)
