"""Uploads and inferences on a lent line, and what is due to each request of them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from hil.base.later import Later
from hil.suite.expect import not_asked
from hil.wire.enums import ErrorCode, SampleStage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hil.board import Board
    from hil.facts import board as board_facts
    from hil.link.lent_line import LentLine
    from hil.run.testbench import Bench
    from hil.wire import replies as wire_reply
    from hil.wire import requests as wire_request
else:
    wire_reply = Later("hil.wire.replies")
    wire_request = Later("hil.wire.requests")

TOLD = 32  # chunks from the first missing one on, of which a board tells and which it keeps
_SENT_SOON = 8  # chunks
NO_UPLOAD = "no upload of this sample"


class Upload:
    """A sample on its way, with the chunks that have arrived. `crc`: what it is announced as."""

    def __init__(
        self, line: LentLine, board: Board, data: bytes, *, crc: int | None = None
    ) -> None:
        self.line = line
        self.data = data
        self.crc = zlib.crc32(data) if crc is None else crc
        self.chunk_bytes = board.identity.chunk_bytes
        self.chunks = -(-len(data) // self.chunk_bytes)
        self.arrived: set[int] = set()

    @property
    def missing(self) -> tuple[int, int]:
        """`first_missing` and `missing`, as the board has to tell them."""
        lacks = [number for number in range(self.chunks) if number not in self.arrived]
        first = lacks[0] if lacks else self.chunks
        return first, sum(1 << number - first for number in lacks if number - first < TOLD)

    def request(self, *, resume: bool = False) -> wire_request.Upload:
        return wire_request.Upload(SampleStage.TENSOR, self.crc, len(self.data), resume)

    def announce(self, *, resume: bool = False, seq: int | None = None) -> int:
        """Announces it under a new number, or under `seq`; fails on any other answer than due."""
        seq, frame = self.line.numbered(self.request(resume=resume), seq)
        heard = [one.reply for one in self.line.say(frame)]
        expect_replies("an upload", heard, [wire_reply.Uploading(self.crc, *self.missing)])
        return seq

    def chunk(self, number: int) -> wire_request.Chunk:
        at = number * self.chunk_bytes
        return wire_request.Chunk(self.crc, at, self.data[at : at + self.chunk_bytes])

    def send(self, numbers: Iterable[int]) -> None:
        """Sends these chunks one by one; fails on any other acknowledgement than due."""
        for number in numbers:
            if number - self.missing[0] < TOLD:
                self.arrived.add(number)
            due = wire_reply.ChunkAck(self.crc, number * self.chunk_bytes, *self.missing)
            expect_replies(f"chunk {number}", self.line.ask(self.chunk(number)), [due])

    def send_all(self) -> Upload:
        """Announces it and sends what is missing."""
        self.announce()
        self.send(range(self.chunks))
        return self


def two_samples(bench: Bench) -> tuple[bytes, bytes]:
    """Two samples that differ; not asked of a network that has none."""
    one, other = (bench.sample(name).data for name in ("uniform-0", "constant"))
    if one == other:
        not_asked("this network has too few different samples")
    return one, other


def captured_soon(board: Board) -> list[wire_reply.TraceEntry]:
    """Outputs of operators in the last trace, by size; none that takes long to send."""
    entries = sorted(board.trace(), key=lambda entry: entry.size)
    most = _SENT_SOON * board.identity.chunk_bytes
    return [entry for entry in entries if entry.size <= most] or entries[:1]


def infer(
    crc: int,
    *,
    trace: bool = False,
    threshold: int | None = None,
    capture: wire_request.OpOutput | None = None,
) -> wire_request.Infer:
    """The request for an inference, as `Board.infer` makes it by default."""
    return wire_request.Infer(crc, True, trace, True, threshold, capture)


def run(
    line: LentLine, request: wire_request.Infer, what: str = "an inference"
) -> wire_reply.Result:
    """The result of an inference that the board has to accept."""
    seq, frame = line.numbered(request)
    accepted = [one.reply for one in line.say(frame)]
    expect_replies(what, accepted, [wire_reply.Accepted(request.sample_crc)])
    return result_of(line, seq, request.sample_crc, what)


def result_of(line: LentLine, seq: int, crc: int, what: str = "an inference") -> wire_reply.Result:
    """The result under this number, which has to be about this sample."""
    reply = line.result(seq).reply
    assert isinstance(reply, wire_reply.Result), f"{what}: the board says {reply}, due is a result"
    assert reply.sample_crc == crc, f"{what}: the result is about sample {reply.sample_crc:#010x}"
    return reply


def refusal(code: ErrorCode, one: int, two: int, text: str) -> wire_reply.ErrorReply:
    return wire_reply.ErrorReply(code, wire_reply.Detail(one, two), text)


def no_sample(crc: int) -> wire_reply.ErrorReply:
    """What is due to a request about a sample that the board does not hold."""
    return refusal(ErrorCode.NO_SUCH_SAMPLE, crc, 0, NO_UPLOAD)


def expect_said(
    line: LentLine, what: str, request: wire_request.Request, *due: wire_reply.Reply
) -> None:
    """Fails unless these are the replies to the request."""
    expect_replies(what, line.ask(request), list(due))


def only(replies: list[wire_reply.Reply]) -> wire_reply.Reply | None:
    """The one reply; None where there are none or several."""
    return replies[0] if len(replies) == 1 else None


def expect_replies(what: str, heard: list[wire_reply.Reply], due: list[wire_reply.Reply]) -> None:
    assert heard == due, f"{what}: the board says {_shown(heard)}, due is {_shown(due)}"


def _shown(replies: list[wire_reply.Reply]) -> str:
    return ", ".join(str(reply)[:200] for reply in replies) or "nothing"


# ---- answers that have to be the same


def expect_answer(what: str, got: wire_reply.Result, due: wire_reply.Result) -> None:
    """Fails unless outputs and head of two results are the same, with the stage that differs.

    `what`: which result it is, and what had happened before it.
    """
    wrong = [*_other_outputs(got.outputs, due.outputs)]
    if wrong:
        wrong[-1] += " (the network ran on another input, or its outputs were changed since)"
    elif got.head != due.head:
        wrong = [*_other_head(got.head, due.head)]
        wrong[-1] += " (the outputs are right: it is the map, the decision or its options)"
    assert not wrong, f"{what}: another answer: {'; '.join(wrong)}"


def expect_outputs(
    what: str, got: wire_reply.Result, due: Sequence[board_facts.OutputPart]
) -> None:
    """Fails unless a result has the outputs of an inference before."""
    wrong = [*_other_outputs(got.outputs, due)]
    assert not wrong, f"{what}: the network ran on another input: {'; '.join(wrong)}"


def _other_outputs(
    got: Sequence[wire_reply.OutputPart],
    due: Sequence[wire_reply.OutputPart | board_facts.OutputPart],
) -> Iterator[str]:
    if len(got) != len(due):
        yield f"{len(got)} outputs, due are {len(due)}"
        return
    for number, (one, other) in enumerate(zip(got, due, strict=True)):
        if (one.crc, one.size) != (other.crc, other.size):
            yield (
                f"output {number} has CRC-32 {one.crc:#010x} and {one.size} bytes, due are "
                f"{other.crc:#010x} and {other.size}"
            )
        elif None not in (one.data, other.data) and one.data != other.data:
            yield f"output {number} has its CRC-32, and other bytes"


def _other_head(
    got: wire_reply.HeadAnswer | None, due: wire_reply.HeadAnswer | None
) -> Iterator[str]:
    if got is None or due is None:
        yield "no map or decision is in it" if got is None else "a map or decision is in it"
        return
    if got.threshold != due.threshold:
        yield f"its threshold is {got.threshold} %, due is {due.threshold} %"
    if got.location != due.location:
        yield f"its location is {got.location}, due is {due.location}"
    if got.cam != due.cam:
        there = got.cam is not None and due.cam is not None
        yield "its map has other values" if there else f"its map is {got.cam}, due is {due.cam}"
