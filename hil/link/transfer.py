"""One sample on its way through the board: announce, chunks, infer, result. Pure state machine.

Chunks are sent right behind the announcement and the inference request right behind the last
chunk, without waiting for answers. Where the board lacked something when a message arrived, it
says so, and the step is repeated as a new request.
"""

from __future__ import annotations

import enum

from hil.errors import HilError
from hil.link.capture import Capture, describe
from hil.link.errors import BoardError
from hil.link.jobs import CapturedOp, Inference, Job
from hil.link.stats import LinkStats
from hil.link.upload import UploadWindow
from hil.wire.enums import ErrorCode
from hil.wire.replies import ChunkAck, ErrorReply, OpData, Result, Uploading
from hil.wire.requests import Chunk, Infer, Upload

_MAX_REUPLOADS = 8
_FIRST_BUSY_S = 0.02
_MAX_BUSY_S = 0.5


class Step(enum.Enum):
    """What a message of a transfer is for."""

    ANNOUNCE = "upload"
    CHUNK = "chunk"
    INFER = "infer"


class _Phase(enum.Enum):
    NEEDED = 0
    SENT = 1
    ANSWERED = 2


class Transfer:
    """The state of one job. The session sends what `next_step` asks for and reports answers."""

    def __init__(self, job: Job, chunk_bytes: int, stats: LinkStats) -> None:
        self.job = job
        self.crc = job.sample_crc
        self.window = UploadWindow(len(job.sample), chunk_bytes)
        self.error: HilError | None = None
        self.result: Result | None = None
        self.resume = job.reuse
        self.hold_until = 0.0  # the board was busy
        self.wrong_images = 0
        self.attempts = 0
        self.started_at = self.requested_at = 0.0
        self.accepted_at: float | None = None
        self.finished_at = 0.0
        self._stats = stats
        self._announce = _Phase.NEEDED
        self._infer = _Phase.NEEDED
        self._chunks_wait = False  # for the answer to the announcement
        self._incompletes = 0  # inferences that came too early, since the announcement
        self._busy_s = _FIRST_BUSY_S
        self._capture = None if job.capture is None else Capture(job.capture)
        self._losses_before = 0

    @property
    def done(self) -> bool:
        return self.result is not None or self.error is not None

    @property
    def begun(self) -> bool:
        return self._announce is not _Phase.NEEDED

    @property
    def accepted(self) -> bool:
        return self._infer is _Phase.ANSWERED

    @property
    def all_sent(self) -> bool:
        """Whether the infer request has left, so that the line is free for the next sample."""
        return self._infer is not _Phase.NEEDED

    def progress(self) -> str:
        """Where the transfer stands, for a message."""
        if self.accepted:
            return "the inference was accepted"
        state = "asked for the inference, " if self.all_sent else ""
        return f"{state}{self.window.arrived} of {self.window.count} chunks acknowledged"

    def next_step(self, now: float, room_for_chunk: bool) -> tuple[Step, int] | None:
        """The next message to send and its chunk number, or None while there is nothing."""
        if self.done or now < self.hold_until:
            return None
        if self._announce is _Phase.NEEDED:
            return Step.ANNOUNCE, 0
        if self._chunks_wait:
            return None
        if not self.window.all_sent:
            chunk = self.window.next_unsent() if room_for_chunk else None
            return None if chunk is None else (Step.CHUNK, chunk)
        # On a line that loses a lot, asking right behind the last chunk does not pay.
        too_early = self._incompletes > 1 and self.window.arrived < self.window.count
        return (Step.INFER, 0) if self._infer is _Phase.NEEDED and not too_early else None

    def message(self, step: Step, chunk: int, now: float) -> Upload | Chunk | Infer:
        """The message of a step, which counts as sent from now on."""
        if step is Step.ANNOUNCE:
            self._announce = _Phase.SENT
            self.attempts += 1
            if self.resume:
                self._chunks_wait = True  # the answer tells which are needed
            if self.attempts == 1:
                self.started_at = now
                self._losses_before = self._losses()
            return Upload(self.job.stage, self.crc, len(self.job.sample), self.resume)
        if step is Step.CHUNK:
            self.window.sent(chunk)
            offset = chunk * self.window.chunk_bytes
            data = self.job.sample[offset : offset + self.window.chunk_bytes]
            return Chunk(self.crc, offset, data)
        self._infer = _Phase.SENT
        self.requested_at = self.requested_at or now
        if self._capture is not None:
            self._capture.clear()
        return infer_request(self.job)

    def on_uploading(self, reply: Uploading) -> list[int]:
        """Announced; returns the chunks that the board has."""
        self._announce = _Phase.ANSWERED
        self._chunks_wait = False
        return self.window.update(reply.first_missing, reply.missing)

    def on_chunk_ack(self, chunk: int, reply: ChunkAck) -> list[int]:
        """Returns the chunks that arrived meanwhile."""
        arrived = self.window.update(reply.first_missing, reply.missing)
        self.window.refused(chunk)  # only where it is told to be missing all the same
        return arrived

    def on_accepted(self, now: float) -> None:
        self._announce = self._infer = _Phase.ANSWERED
        self._chunks_wait = False
        self.window.update(self.window.count, 0)
        if self.accepted_at is None:
            self.accepted_at = now

    def on_captured(self, piece: OpData) -> str:
        """Returns what is wrong with the piece; empty for a good one."""
        if self._capture is None:
            return f"{describe(piece.at)} without being asked for one"
        return self._capture.add(piece)

    def on_result(self, result: Result, now: float) -> None:
        if self._capture is not None and not self._capture.is_complete:
            # The board repeats a result, but not what it captured: run it again.
            self._stats.repeated_inferences += 1
            self._infer = _Phase.NEEDED
            return
        if self.accepted_at is None:
            self.accepted_at = now
        self.finished_at = now
        self.result = result

    def on_error(self, step: Step, chunk: int, reply: ErrorReply, now: float) -> None:
        """The board refused a step: repeat what was lost on the way, else fail."""
        code = reply.code
        if code is ErrorCode.BUSY and step is not Step.CHUNK:
            self._stats.busy += 1
            self._repeat(step)
            self.hold_until = now + self._busy_s
            self._busy_s = min(2 * self._busy_s, _MAX_BUSY_S)
        elif code is ErrorCode.INCOMPLETE and step is Step.INFER:
            self._stats.incomplete += 1
            self._incompletes += 1
            self._repeat(step)
            told = max(0, reply.detail.one), reply.detail.two
            if self.window.takes_back(*told):
                self._note_asked_again()
            self.window.update(*told)
        elif code is ErrorCode.NO_SUCH_SAMPLE and step is not Step.ANNOUNCE:
            self._on_no_such_sample(step, chunk, reply)
        elif code is ErrorCode.SAMPLE_CORRUPT and self.job.claimed_crc is None:
            self._announce_again(reply, step, resume=False)
        else:
            self._fail(step, reply)

    def inference(self, previous_finished_at: float) -> Inference:
        """The answer of a finished transfer."""
        assert self.result is not None
        assert self.accepted_at is not None
        captured = None
        if self._capture is not None:
            at = self._capture.at
            captured = CapturedOp(at.op, at.output, self._capture.data)
        return Inference(
            job=self.job,
            sample_crc=self.crc,
            result=self.result,
            captured=captured,
            upload_s=self.accepted_at - self.started_at,
            result_s=self.finished_at - max(self.accepted_at, previous_finished_at),
            attempts=self.attempts,
            requested_at=self.requested_at,
        )

    def _repeat(self, step: Step) -> None:
        if step is Step.ANNOUNCE:
            self._start_over()
        else:
            self._infer = _Phase.NEEDED

    def _start_over(self) -> None:
        """Everything is to be sent again, but for the chunks that the board will report."""
        self._announce = self._infer = _Phase.NEEDED
        self._chunks_wait = True
        self._incompletes = 0
        self.window.restart()

    def _on_no_such_sample(self, step: Step, chunk: int, reply: ErrorReply) -> None:
        if step is Step.CHUNK:
            self.window.refused(chunk)
        else:
            self._infer = _Phase.NEEDED
        if self._announce is _Phase.ANSWERED:
            self._announce_again(reply, step, resume=True)
        else:
            self._chunks_wait = True  # the announcement was lost or refused

    def _announce_again(self, reply: ErrorReply, step: Step, *, resume: bool) -> None:
        if self.attempts > _MAX_REUPLOADS:
            self._fail(step, reply)
            return
        self._stats.reuploads += 1
        self._note_asked_again()
        self.resume = resume
        self._start_over()

    def _note_asked_again(self) -> None:
        """The board wants again what was sent: because of a loss on the way, or by itself."""
        if self._losses() == self._losses_before:
            self._stats.asked_again += 1

    def _losses(self) -> int:
        """What may have kept a part of the sample from the board."""
        stats = self._stats
        return stats.retransmitted + stats.damaged + stats.notices

    def _fail(self, step: Step, reply: ErrorReply) -> None:
        self.error = BoardError(reply, request=f"{step.value} of sample {self.crc:#010x}")


def infer_request(job: Job) -> Infer:
    """The request to run the network."""
    return Infer(
        job.sample_crc, job.map_always, job.trace, job.reset_state, job.threshold, job.capture
    )
