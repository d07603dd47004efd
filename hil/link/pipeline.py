"""Inferences in a row: while the network runs on one sample, the next is uploaded. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hil.errors import FirmwareError, HilError, UsageError
from hil.link.errors import wrong_firmware
from hil.link.flight import Exchange, Flight
from hil.link.jobs import Inference, Job
from hil.link.ledger import Account
from hil.link.rto import RetransmissionTimer
from hil.link.stats import LinkStats
from hil.link.tickets import Ticket
from hil.link.transfer import Step, Transfer, infer_request
from hil.wire.messages import encode_request
from hil.wire.replies import (
    Accepted,
    ChunkAck,
    ErrorReply,
    Identity,
    OpData,
    Reply,
    Result,
    Uploading,
)

_BOARD_BUFFERS = 2  # samples that a board holds


@dataclass(frozen=True)
class StepOf:
    """Owner of an exchange that belongs to a sample."""

    transfer: Transfer
    step: Step
    chunk: int


@dataclass(frozen=True, eq=False)
class _Entry:
    ticket: Ticket[Inference]
    transfer: Transfer


class Pipeline:
    """The queue of inferences of a session; results leave it in the order of the jobs."""

    def __init__(self, flight: Flight[Any], stats: LinkStats) -> None:
        self._flight = flight
        self._stats = stats
        self._timer = RetransmissionTimer(floor_s=0.1, initial_s=1.0, ceiling_s=10.0)
        self._queue: list[_Entry] = []
        self._last_begun: Transfer | None = None
        self._finished_at = 0.0
        self._chunk_bytes = 0
        self._window_chunks = 0

    def configure(self, identity: Identity) -> None:
        self._chunk_bytes = identity.chunk_bytes
        self._window_chunks = identity.window_chunks

    def add(self, job: Job, now: float, seconds: float) -> Ticket[Inference]:
        """Queues an inference; its time runs from the previous result, or from now."""
        if not self._chunk_bytes:
            raise RuntimeError("inference before the board's identity is known")
        try:
            transfer = Transfer(job, self._chunk_bytes, self._stats)
            # Options out of range are the caller's error now, not the loop's later.
            encode_request(1, infer_request(job))
        except ValueError as error:
            raise UsageError(
                f"this inference cannot be asked for: {error}",
                hint="Compare sample and options with the limits of the protocol.",
            ) from error
        what = f"inference of sample {transfer.crc:#010x}"
        ticket: Ticket[Inference] = Ticket(what, seconds, self._stats.copy())
        self._queue.append(_Entry(ticket, transfer))
        self._start_time_of_head(now)
        return ticket

    def cancel(self, ticket: Ticket[Any]) -> None:
        """Drops an inference; its answers are stale when they come after all."""
        for entry in list(self._queue):
            if entry.ticket is ticket:
                self._queue.remove(entry)
                self._forget(entry.transfer)

    # ---- sending

    def next_exchange(self, now: float) -> Exchange[Any] | None:
        """The next request that a sample needs, or None."""
        for entry in self._queue:
            if entry.transfer.hold_until <= now:
                entry.transfer.hold_until = 0.0
        room = self._flight.chunks < self._window_chunks
        active: list[Transfer] = []
        for entry in self._queue:
            transfer = entry.transfer
            if transfer.done:
                continue
            if not transfer.attempts and not self._may_begin(transfer, active):
                break
            step = transfer.next_step(now, room)
            if step is not None:
                return self._start(transfer, *step, now)
            if not transfer.all_sent:
                break
            active.append(transfer)
        return None

    def expire(self, now: float) -> None:
        """Ends the inference at the head when its time is up."""
        self._start_time_of_head(now)
        if not self._queue:
            return
        ticket, transfer = self._queue[0].ticket, self._queue[0].transfer
        if ticket.expires_at is None or now < ticket.expires_at:
            return
        if transfer.wrong_images:
            ticket.error = FirmwareError(
                f"asked about sample {transfer.crc:#010x}, the board answered about another one "
                f"({transfer.wrong_images} times)",
                hint="The firmware mixes up its buffers.",
            )
        else:
            ticket.what = f"{ticket.what} ({transfer.progress()})"
            ticket.expired = True
        self.cancel(ticket)
        self._settle(now)
        self._start_time_of_head(now)

    def add_idle(self, seconds: float) -> None:
        """Nobody drove the session for a while: that time is not the board's."""
        for entry in self._queue[:1]:
            if entry.ticket.expires_at is not None:
                entry.ticket.expires_at += seconds

    def wakeups(self) -> list[float]:
        """When the pipeline has something to do even if nothing arrives."""
        times = [entry.transfer.hold_until for entry in self._queue if entry.transfer.hold_until]
        if self._queue and self._queue[0].ticket.expires_at is not None:
            times.append(self._queue[0].ticket.expires_at)
        return times

    def _may_begin(self, transfer: Transfer, active: list[Transfer]) -> bool:
        # The board gives away the buffer that it used least recently; that must not be the one
        # of a sample whose inference has not reached it yet. The same sample again waits, and is
        # then found on the board.
        if any(other.crc == transfer.crc for other in active):
            transfer.resume = True
            return False
        return len(active) < _BOARD_BUFFERS and all(
            other.accepted or other is self._last_begun for other in active
        )

    def _start(self, transfer: Transfer, step: Step, chunk: int, now: float) -> Exchange[Any]:
        if step is Step.ANNOUNCE:
            self._last_begun = transfer
        message = transfer.message(step, chunk, now)
        owner = StepOf(transfer, step, chunk)
        account = Account(more=int(step is Step.INFER))  # its result
        return self._flight.new(message, owner, account, is_chunk=step is Step.CHUNK)

    # ---- receiving

    def on_reply(self, exchange: Exchange[Any], reply: Reply, now: float) -> None:
        """An answer to a request of this pipeline."""
        transfer, step = exchange.owner.transfer, exchange.owner.step
        if getattr(reply, "sample_crc", transfer.crc) != transfer.crc:
            self._stats.wrong_image += 1
            transfer.wrong_images += 1
        elif isinstance(reply, ErrorReply):
            self._on_error(exchange, reply, now)
        elif isinstance(reply, Uploading) and step is Step.ANNOUNCE:
            self._on_chunks(exchange, transfer.on_uploading(reply), now)
        elif isinstance(reply, ChunkAck) and step is Step.CHUNK:
            offset = exchange.owner.chunk * self._chunk_bytes
            if reply.offset != offset:
                self._refuse(exchange, f"took a chunk at {reply.offset} instead of {offset}", now)
                return
            arrived = transfer.on_chunk_ack(exchange.owner.chunk, reply)
            self._on_chunks(exchange, arrived, now)
        elif isinstance(reply, Accepted) and step is Step.INFER:
            self._on_accepted(exchange, now)
        elif isinstance(reply, OpData) and step is Step.INFER:
            wrong = transfer.on_captured(reply)
            if wrong:
                self._refuse(exchange, f"sent {wrong}", now)
        elif isinstance(reply, Result) and step is Step.INFER:
            self._on_result(exchange, reply, now)
        else:
            self._refuse(exchange, f"answered {step.value} with {type(reply).__name__}", now)

    def _refuse(self, exchange: Exchange[Any], what: str, now: float) -> None:
        """Ends an inference with an answer that no right board gives."""
        self.fail(exchange, wrong_firmware(f"the board {what}"), now)

    def fail(self, exchange: Exchange[Any], error: HilError, now: float) -> None:
        """Ends the inference that an exchange belongs to."""
        exchange.owner.transfer.error = error
        self._forget(exchange.owner.transfer)
        self._settle(now)

    def _on_error(self, exchange: Exchange[Any], reply: ErrorReply, now: float) -> None:
        transfer = exchange.owner.transfer
        self._flight.answered(exchange, now)
        transfer.on_error(exchange.owner.step, exchange.owner.chunk, reply, now)
        if transfer.done or not transfer.begun:
            self._forget(transfer)
        self._settle(now)

    def _on_chunks(self, exchange: Exchange[Any], arrived: list[int], now: float) -> None:
        self._flight.answered(exchange, now)
        for other in self._of(exchange.owner.transfer):
            if other.owner.step is Step.CHUNK and other.owner.chunk in arrived:
                self._flight.close(other)

    def _on_accepted(self, exchange: Exchange[Any], now: float) -> None:
        transfer = exchange.owner.transfer
        self._flight.heard(exchange, now)
        transfer.on_accepted(now)
        self._close_all(transfer, keep=exchange)
        self._flight.lose_earlier(exchange)
        if exchange.overdue:
            self._timer.back_off()  # it was not lost, but is slow
            exchange.overdue = False
        self._flight.defer(exchange, self._result_due(transfer, now))

    def _on_result(self, exchange: Exchange[Any], reply: Result, now: float) -> None:
        transfer = exchange.owner.transfer
        transfer.on_result(reply, now)
        self._flight.close(exchange, more=1)
        if not transfer.done:
            return  # it has to be run again
        if not exchange.overdue and transfer.accepted_at is not None:
            self._timer.sample(now - max(transfer.accepted_at, self._finished_at))
        self._close_all(transfer)
        earlier = True
        for entry in self._queue:
            earlier = earlier and entry.transfer is not transfer
            entry.transfer.hold_until = 0.0  # a refusal because of this run is out of date
            for other in self._of(entry.transfer):
                if earlier:
                    self._flight.ask_again(other)  # its result came first, and was lost
                elif other.owner.step is Step.INFER:
                    other.ask_again_at = self._result_due(entry.transfer, now)
        self._settle(now)

    # ---- bookkeeping

    def _result_due(self, transfer: Transfer, now: float) -> float:
        """When the result of an accepted inference should have come."""
        runs = 1 + sum(
            entry.transfer.accepted and not entry.transfer.done
            for entry in self._queue
            if entry.transfer is not transfer
        )
        return now + runs * self._timer.interval_s + self._flight.timer.interval_s

    def _of(self, transfer: Transfer) -> list[Exchange[Any]]:
        return [
            exchange
            for exchange in self._flight
            if isinstance(exchange.owner, StepOf) and exchange.owner.transfer is transfer
        ]

    def _forget(self, transfer: Transfer) -> None:
        for exchange in self._of(transfer):
            self._flight.forget(exchange)

    def _close_all(self, transfer: Transfer, keep: Exchange[Any] | None = None) -> None:
        for exchange in self._of(transfer):
            if exchange is not keep:
                self._flight.close(exchange)

    def _settle(self, now: float) -> None:
        """Hands out what is finished at the head of the queue."""
        while self._queue and self._queue[0].transfer.done:
            entry = self._queue.pop(0)
            if entry.transfer.error is not None:
                entry.ticket.error = entry.transfer.error
            else:
                entry.ticket.value = entry.transfer.inference(self._finished_at)
                self._finished_at = max(self._finished_at, entry.transfer.finished_at)
            self._start_time_of_head(now)

    def _start_time_of_head(self, now: float) -> None:
        if self._queue and self._queue[0].ticket.expires_at is None:
            ticket = self._queue[0].ticket
            ticket.stats_before = self._stats.copy()
            ticket.expires_at = now + ticket.seconds
