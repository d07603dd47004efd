"""One conversation with a board, without I/O: bytes and times in, bytes to send out.

The owner of a session calls `receive` with what came, sends what `poll` returns until it returns
nothing, and comes back when bytes arrive or at `next_wakeup`. Times are seconds of any monotonic
clock; bytes that are waiting should be received before `poll` runs the timers.

Requests are numbered from a random start, so that answers to an earlier session are told apart
and dropped. Lost frames are sent again: at once where a later answer, a notice of the board or
damage on the line shows the loss, else after a time-out.
"""

from __future__ import annotations

import collections
import random
from dataclasses import dataclass
from typing import Any

from hil.errors import HilError
from hil.link.errors import BoardError, EchoError, wrong_firmware
from hil.link.flight import Exchange, Flight
from hil.link.jobs import Inference, Job
from hil.link.ledger import Account, Ledger
from hil.link.line import LineClock
from hil.link.pipeline import Pipeline, StepOf
from hil.link.rto import RetransmissionTimer
from hil.link.stats import LinkStats
from hil.link.tickets import Ticket
from hil.wire.enums import ErrorCode
from hil.wire.errors import WireError
from hil.wire.frames import (
    FIRST_SEQ,
    ConsoleText,
    Damaged,
    Event,
    Frame,
    FrameDecoder,
    encode_frame,
)
from hil.wire.messages import NOTICE_SEQ, decode_reply, peek_seq, reply_kind
from hil.wire.replies import ErrorReply, Identity, LinkNotice, OpData, Reply
from hil.wire.requests import (
    MAX_PAYLOAD_BYTES,
    PROTOCOL_VERSION,
    Echo,
    GetContract,
    GetFrame,
    GetTrace,
    Hello,
    ReadTensor,
    Request,
)

_CHUNK_FIELDS = 20  # bytes of a chunk message around its data, at most
_DELIMITERS = 2
_SEQ_END = 1 << 32
_ECHOED_DELIMITER = b"^@"  # as a terminal echoes 00
_DAMAGE_KEPT = 24  # damaged segments, the last ones
_PAUSE_S = 0.25  # after which an unfinished segment is not waited for any more


@dataclass(frozen=True, eq=False)
class _Asked:
    """Owner of an exchange that is a request of its own."""

    ticket: Ticket[Reply]
    request: Request


class Session:
    """See the module. `baud` is the line's rate; None where bytes take no time.

    `settling`: the rate is being changed, so that no answer to a request tells nothing, and that
    inferences wait.
    """

    def __init__(self, *, baud: int | None = None, first_seq: int | None = None) -> None:
        if first_seq is None:
            first_seq = random.SystemRandom().randrange(FIRST_SEQ, _SEQ_END)
        self._stats = LinkStats()
        self._decoder = FrameDecoder()
        self._line = LineClock(baud)
        timer = RetransmissionTimer(floor_s=0.06, initial_s=0.3, ceiling_s=2.0)
        self._ledger = Ledger(self._stats)
        self._flight: Flight[StepOf | _Asked] = Flight(self._line, timer, first_seq, self._ledger)
        self.settling = False
        self._pipeline = Pipeline(self._flight, self._stats)
        self._requests: collections.deque[Exchange[StepOf | _Asked]] = collections.deque()
        self._console: list[str] = []
        self._heard_at = 0.0
        self._noticed: LinkNotice | None = None
        self._boot_id: int | None = None
        self.whole: collections.Counter[str] = collections.Counter()  # replies, by their kind
        self.damage: collections.deque[bytes] = collections.deque(maxlen=_DAMAGE_KEPT)
        self.terminal_echoes = 0  # delimiters outside of frames, as a terminal echoes them

    @property
    def stats(self) -> LinkStats:
        """A snapshot of the counters."""
        return self._stats.copy()

    @property
    def round_trip_s(self) -> float | None:
        """Smoothed time from the end of a request to its answer; None before the first."""
        return self._flight.timer.smoothed_s

    def configure(self, identity: Identity) -> None:
        """Takes over the limits of the board that answered; `FirmwareError` for impossible ones."""
        if identity.protocol != PROTOCOL_VERSION:
            raise wrong_firmware(
                f"asked for protocol {PROTOCOL_VERSION}, the board answers in {identity.protocol}"
            )
        largest = len(encode_frame(b"\xff" * (identity.chunk_bytes + _CHUNK_FIELDS))) - _DELIMITERS
        if (
            not 0 < identity.chunk_bytes <= MAX_PAYLOAD_BYTES
            or identity.window_chunks == 0
            or identity.max_frame_bytes < largest
        ):
            raise wrong_firmware(
                f"the board's limits contradict each other: {identity.window_chunks} chunks of "
                f"{identity.chunk_bytes} bytes, frames of {identity.max_frame_bytes} bytes"
            )
        if self._boot_id not in (None, identity.boot_id):
            self._noticed = LinkNotice(0, 0, 0)  # whatever the board counted is of this session
        self._boot_id = identity.boot_id
        self._pipeline.configure(identity)
        self._decoder.max_frame_bytes = identity.max_frame_bytes

    def set_baud(self, baud: int) -> None:
        """The line runs at another rate from now on."""
        self._line.set_baud(baud)

    def submit(
        self, request: Request, now: float, seconds: float, *, resend: bool = True
    ) -> Ticket[Reply]:
        """Sends a request; without `resend` once, because repeating it would change its effect."""
        what = type(request).__name__
        ticket: Ticket[Reply] = Ticket(what, seconds, self.stats, now + seconds)
        owner = _Asked(ticket, request)
        # A board that is about to start is asked too.
        account = Account(counts=not self.settling and not isinstance(request, Hello))
        self._requests.append(
            self._flight.new(
                request, owner, account, resend=resend, answer_bytes=_answer_bytes(request)
            )
        )
        return ticket

    def infer(self, job: Job, now: float, seconds: float) -> Ticket[Inference]:
        """Queues an inference. Its time runs from the previous result, or from now."""
        return self._pipeline.add(job, now, seconds)

    def cancel(self, ticket: Ticket[Any]) -> None:
        """Stops caring about an answer; when it comes after all, it is dropped as stale."""
        for exchange in self._asked():
            if exchange.owner.ticket is ticket:
                self._flight.forget(exchange)
                if exchange in self._requests:
                    self._requests.remove(exchange)
        self._pipeline.cancel(ticket)

    def note_rate_missed(self) -> None:
        """The rate that the line should have by now could not be set."""
        self._stats.rate_missed += 1

    def add_idle(self, seconds: float) -> None:
        """The owner did not drive the session for a while, after a result it had asked for."""
        self._pipeline.add_idle(seconds)

    def forgive(self, notice: LinkNotice) -> None:
        """What the board has counted until this notice is none of this session."""
        self._noticed = notice

    def take_console(self) -> list[str]:
        """Console text since the last call: lines, or parts where something interrupted one."""
        text, self._console = self._console, []
        return text

    def poll(self, now: float) -> bytes:
        """The next frame to send, or nothing; runs the timers."""
        if self._decoder.pending and now - self._heard_at >= _PAUSE_S:
            self._handle(self._decoder.flush(), now)
        self._expire(now)
        if self._flight.time_out(now):
            self._stats.timeouts += 1
        exchange = self._flight.next_lost(now)
        if exchange is not None:
            self._stats.retransmitted += 1
        elif self._requests:
            exchange = self._requests.popleft()
        elif not self.settling:
            exchange = self._pipeline.next_exchange(now)
        if exchange is None:
            return b""
        self._stats.frames_out += 1
        self._stats.bytes_out += len(exchange.frame)
        return self._flight.send(exchange, now)

    def next_wakeup(self) -> float | None:
        """When `poll` has something to do even if nothing arrives; None for never."""
        times = self._pipeline.wakeups() + self._flight.wakeups()
        times += [time for ex in self._asked() if (time := ex.owner.ticket.expires_at)]
        if self._decoder.pending:
            times.append(self._heard_at + _PAUSE_S)
        return min(times, default=None)

    def receive(self, data: bytes, now: float) -> None:
        """Takes bytes that came from the board."""
        self._stats.bytes_in += len(data)
        self._heard_at = now
        self._handle(self._decoder.feed(data), now)

    def _handle(self, events: list[Event], now: float) -> None:
        for event in events:
            if isinstance(event, Frame):
                self._stats.frames_in += 1
                self._on_message(event.message, now)
            elif isinstance(event, ConsoleText):
                self._stats.console_bytes += len(event.text.encode())
                self._console.append(event.text)
                self.terminal_echoes += event.text.encode().count(_ECHOED_DELIMITER)
            elif isinstance(event, Damaged):
                self._stats.damaged += 1
                self.damage.append(event.data)
                self.terminal_echoes += event.data.count(_ECHOED_DELIMITER)
                self._ledger.damaged()
                self._flight.on_damage(now)

    def _on_message(self, message: bytes, now: float) -> None:
        try:
            seq, reply = decode_reply(message)
        except WireError as error:
            self._on_malformed(message, error, now)
            return
        self.whole[type(reply).__name__] += 1
        if seq == NOTICE_SEQ:
            self._on_notice(reply, now)
            return
        exchange = self._flight.get(seq)
        if exchange is None:
            self._on_repeated(seq)
            return
        if not isinstance(reply, OpData):  # pieces that come before the answer
            self._ledger.heard(exchange.account)
        if isinstance(exchange.owner, StepOf):
            self._pipeline.on_reply(exchange, reply, now)
        else:
            self._on_answer(exchange, exchange.owner, reply, now)

    def _on_repeated(self, seq: int) -> None:
        if self._ledger.was_closed(seq):
            self._stats.duplicates += 1
            self._ledger.repeated(seq)
        else:
            self._stats.stale += 1

    def _on_notice(self, reply: Reply, now: float) -> None:
        if isinstance(reply, LinkNotice):
            self._stats.notices += 1
            self._ledger.damaged()
            before, self._noticed = self._noticed, reply
            if before is None:  # these may be of earlier sessions too, but for one
                before = LinkNotice(max(0, reply.bad_frames - 1), 0, max(0, reply.overruns - 1))
            self._stats.damaged_at_board += _more(reply.bad_frames, before.bad_frames)
            self._stats.overruns += _more(reply.overruns, before.overruns)
            self._flight.on_notice(now)
        elif isinstance(reply, ErrorReply) and reply.code is ErrorCode.BAD_REQUEST:
            self._stats.bad_requests += 1
        else:
            self._stats.malformed += 1

    def _on_malformed(self, message: bytes, error: WireError, now: float) -> None:
        """An undamaged frame that is no reply: an error where it answers something of ours."""
        self._stats.malformed += 1
        exchange = self._flight.get(peek_seq(message) or NOTICE_SEQ)
        if exchange is None:
            return
        self._ledger.heard(exchange.account)
        start = message[:32].hex(" ") + (" .." if len(message) > 32 else "")
        failure: HilError = wrong_firmware(
            f"the board sent what the protocol lacks: {error} ({start})"
        )
        if encode_frame(message) == exchange.frame:
            failure = EchoError()
        if isinstance(exchange.owner, StepOf):
            self._pipeline.fail(exchange, failure, now)
        else:
            self._flight.close(exchange)
            exchange.owner.ticket.error = failure

    def _on_answer(
        self, exchange: Exchange[StepOf | _Asked], owner: _Asked, reply: Reply, now: float
    ) -> None:
        self._flight.answered(exchange, now)
        name = type(owner.request).__name__
        if isinstance(reply, ErrorReply):
            owner.ticket.error = BoardError(reply, request=name)
        elif type(reply) is not reply_kind(owner.request):
            owner.ticket.error = wrong_firmware(
                f"the board answered {name} with {type(reply).__name__}"
            )
        else:
            owner.ticket.value = reply

    def _expire(self, now: float) -> None:
        for exchange in self._asked():
            ticket = exchange.owner.ticket
            if ticket.expires_at is not None and now >= ticket.expires_at:
                ticket.expired = True
                self.cancel(ticket)
        self._pipeline.expire(now)

    def _asked(self) -> list[Exchange[Any]]:
        return [ex for ex in (*self._requests, *self._flight) if isinstance(ex.owner, _Asked)]


def _answer_bytes(request: Request) -> int:
    """What the answer holds at most, where that takes its time on the line."""
    match request:
        case ReadTensor() | GetFrame():
            return request.length
        case GetContract() | GetTrace():
            return MAX_PAYLOAD_BYTES
        case Echo():
            return len(request.payload)
        case _:
            return 0


def _more(count: int, before: int) -> int:
    """What a count of the board since its reset has grown by."""
    return count - before if count >= before else count  # else of another start
