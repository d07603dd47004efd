"""Requests on their way: which are unanswered, which count as lost.

Requests and answers keep their order on a serial line. So an answer proves that every request
sent before its own has been answered or lost; the time-out is only for the last one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from hil.errors import UsageError
from hil.link.ledger import Account, Ledger
from hil.link.line import LineClock
from hil.link.rto import RetransmissionTimer
from hil.wire.errors import WireError
from hil.wire.frames import FIRST_SEQ, encode_frame
from hil.wire.messages import encode_request
from hil.wire.requests import Request

_SEQ_END = 1 << 32
_NEWS_S = 0.005  # assumed half round trip before one was measured


_Owner = TypeVar("_Owner")


@dataclass(eq=False)
class Exchange(Generic[_Owner]):
    """One request and what is known about its answer; `owner` is who asked."""

    seq: int
    frame: bytes
    owner: _Owner
    account: Account
    resend: bool = True  # False: doing it twice is not the same as doing it once
    is_chunk: bool = False
    answer_bytes: int = 0  # of an answer that takes long itself
    position: int = 0
    sent_at: float = 0.0
    leaves_at: float = 0.0
    ask_again_at: float | None = None  # deferred: acknowledged, the answer proper comes later
    overdue: bool = False  # the answer proper did not come by then


class Flight(Generic[_Owner]):
    """All exchanges of a session."""

    def __init__(
        self, line: LineClock, timer: RetransmissionTimer, first_seq: int, ledger: Ledger
    ) -> None:
        self._seq = first_seq
        self.ledger = ledger
        self._line = line
        self.timer = timer
        self._open: dict[int, Exchange[_Owner]] = {}  # in the order of their last transmission
        self._lost: dict[int, Exchange[_Owner]] = {}  # to be sent again
        self._deferred: dict[int, Exchange[_Owner]] = {}
        self._progress_at = 0.0

    @property
    def chunks(self) -> int:
        """Unacknowledged chunks."""
        return sum(ex.is_chunk for part in (self._open, self._lost) for ex in part.values())

    def __iter__(self) -> Iterator[Exchange[_Owner]]:
        """Every unfinished exchange."""
        return iter([*self._open.values(), *self._lost.values(), *self._deferred.values()])

    def get(self, seq: int) -> Exchange[_Owner] | None:
        """The exchange that waits for an answer with this number."""
        return self._open.get(seq) or self._lost.get(seq) or self._deferred.get(seq)

    def new(
        self,
        request: Request,
        owner: _Owner,
        account: Account,
        *,
        resend: bool = True,
        is_chunk: bool = False,
        answer_bytes: int = 0,
    ) -> Exchange[_Owner]:
        """Numbers and encodes a request. Raises `UsageError` where a value is out of range."""
        try:
            frame = encode_frame(encode_request(self._seq, request))
        except WireError as error:
            raise UsageError(
                f"this request cannot be sent: {error}",
                hint="Compare the values with the limits of the protocol (docs/protocol.md).",
            ) from error
        exchange = Exchange(self._seq, frame, owner, account, resend, is_chunk, answer_bytes)
        self._seq = self._seq + 1 if self._seq + 1 < _SEQ_END else FIRST_SEQ
        return exchange

    def send(self, exchange: Exchange[_Owner], now: float) -> bytes:
        """Notes one transmission of the exchange; returns the bytes."""
        self._lost.pop(exchange.seq, None)
        self.ledger.sent(exchange.account)
        exchange.sent_at = now
        exchange.leaves_at = self._line.send(len(exchange.frame), now)
        exchange.position = self._line.position
        self._open[exchange.seq] = exchange
        return exchange.frame

    def heard(self, exchange: Exchange[_Owner], now: float) -> None:
        """An answer came, in the order of the requests: learns the round-trip time."""
        self._progress_at = now
        if exchange.account.sent == 1 and exchange.seq in self._open:
            self._line.left(exchange.position, exchange.sent_at, exchange.leaves_at, now)
            self.timer.sample(max(0.0, now - exchange.leaves_at))

    def lose_earlier(self, exchange: Exchange[_Owner]) -> None:
        """What was sent before an answered exchange and is not answered itself is lost."""
        for other in list(self._open.values()):
            if other.account.order >= exchange.account.first_order:
                break
            self._lose(other)

    def answered(self, exchange: Exchange[_Owner], now: float) -> None:
        """The one answer to an exchange came, and so none is missing of those before."""
        self.heard(exchange, now)
        self.lose_earlier(exchange)
        self.close(exchange)

    def close(self, exchange: Exchange[_Owner], *, more: int = 0) -> None:
        """The exchange is answered, with `more` than one answer for each transmission."""
        self.forget(exchange)
        self.ledger.closed(exchange.seq, exchange.account, more=more)

    def forget(self, exchange: Exchange[_Owner]) -> None:
        """Nobody wants the answer any more; it is stale when it comes."""
        for part in (self._open, self._lost, self._deferred):
            part.pop(exchange.seq, None)

    def defer(self, exchange: Exchange[_Owner], ask_again_at: float | None) -> None:
        """The board acknowledged; the answer proper may take longer than a round trip."""
        self._open.pop(exchange.seq, None)
        self._lost.pop(exchange.seq, None)
        exchange.ask_again_at = ask_again_at
        self._deferred[exchange.seq] = exchange

    def on_notice(self, now: float) -> None:
        """The board saw a damaged frame: it was the oldest that is unanswered."""
        oldest = self._oldest()
        if oldest is not None and self._is_settled(oldest, now):
            self._lose(oldest)

    def on_damage(self, now: float) -> None:
        """The host saw a damaged frame. Later answers tell more, unless there will be none."""
        if len(self._open) == 1:
            self.on_notice(now)
        first = next(iter(self._deferred.values()), None)
        if first is not None and self._is_settled(first, now):
            self.ask_again(first)

    def next_lost(self, now: float) -> Exchange[_Owner] | None:
        """The next exchange to be sent again; runs the timers."""
        for exchange in list(self._deferred.values()):
            if exchange.ask_again_at is not None and exchange.ask_again_at <= now:
                exchange.overdue = True
                self.ask_again(exchange)
        return next(iter(self._lost.values()), None)

    def time_out(self, now: float) -> bool:
        """Whether the oldest exchange has waited too long; if so it counts as lost."""
        oldest, due_at = self._oldest(), self._due_at()
        if oldest is None or due_at is None or due_at > now:
            return False
        self._lose(oldest)
        self.timer.back_off()
        self._progress_at = now
        return True

    def wakeups(self) -> list[float]:
        """When timers run out."""
        times = [ex.ask_again_at for ex in self._deferred.values() if ex.ask_again_at is not None]
        due_at = self._due_at()
        if due_at is not None:
            times.append(due_at)
        return times

    def _due_at(self) -> float | None:
        """When the oldest exchange times out. The answer to the one behind it tells more."""
        two = list(itertools.islice((ex for ex in self._open.values() if ex.resend), 2))
        if not two:
            return None
        leaves_at = max(exchange.leaves_at for exchange in two)
        answer_s = self._line.seconds(max(exchange.answer_bytes for exchange in two))
        return max(leaves_at, self._progress_at) + answer_s + self.timer.interval_s

    def _is_settled(self, exchange: Exchange[_Owner], now: float) -> bool:
        """Whether it left long enough ago for bad news to be about it."""
        fastest = self.timer.fastest_s
        news_s = _NEWS_S if fastest is None else fastest / 2
        return now - exchange.leaves_at >= news_s

    def _oldest(self) -> Exchange[_Owner] | None:
        return next((ex for ex in self._open.values() if ex.resend), None)

    def _lose(self, exchange: Exchange[_Owner]) -> None:
        if exchange.resend:
            del self._open[exchange.seq]
            self._lost[exchange.seq] = exchange

    def ask_again(self, exchange: Exchange[_Owner]) -> None:
        """The answer proper of a deferred exchange seems to be lost."""
        if self._deferred.pop(exchange.seq, None):
            self._lost[exchange.seq] = exchange
