"""What docs/protocol.md promises of inferences and what is read after them: each is asked of the
board's line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.base.later import Later
from hil.suite.expect import not_asked
from hil.suite.on_line import on_line
from hil.suite.uploads import (
    Upload,
    captured_soon,
    expect_answer,
    expect_replies,
    infer,
    no_sample,
    refusal,
    result_of,
    run,
    two_samples,
)
from hil.wire.enums import ErrorCode, TensorSide

if TYPE_CHECKING:
    from hil.board import Board
    from hil.link.lent_line import LentLine
    from hil.run.testbench import Bench
    from hil.wire import replies as wire_reply
    from hil.wire import requests as wire_request
else:
    wire_reply = Later("hil.wire.replies")
    wire_request = Later("hil.wire.requests")

RUNNING = "an inference is running"
RECORDING = "a trace is being recorded"
NO_BUFFER = "all sample buffers are in use"
QUEUE_FULL = "the queue of inferences is full"
pytestmark = pytest.mark.needs("injection")

AT_ONCE = 6
FORGOTTEN_AFTER = 3  # inferences: the results of the last two are kept
ROUNDS = 10


@pytest.fixture
def two(bench: Bench) -> tuple[bytes, bytes]:
    return two_samples(bench)


# ---- repetition


def test_an_inference_that_is_asked_for_again_is_not_run_again(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    def check(line: LentLine) -> None:
        uploads = [Upload(line, board, data).send_all() for data in two]
        asked = [line.numbered(infer(upload.crc)) for upload in uploads]
        frames = b"".join(frame for _, frame in asked)
        heard = line.say(frames + frames)
        results = []
        for (seq, frame), upload in zip(asked, uploads, strict=True):
            mine = [one.reply for one in heard if one.seq == seq]
            # Queued or running it says so again; an answer that is out it sends again.
            due = [wire_reply.Accepted(upload.crc)]
            expect_replies("an inference", mine[:1], list(due))
            first = line.result(seq)
            others = [reply for reply in mine if reply not in (*due, first.reply)]
            assert not others, (
                f"an inference that is queued, asked for again: the board says {others}, due is "
                f"that it is accepted or its result"
            )
            again = line.say(frame)
            assert [one.message for one in again] == [first.message], (
                f"an inference whose result is out, asked for again: the board says {again}, due "
                f"is that result to the byte"
            )
            results.append(first.reply)
        after = run(line, infer(uploads[0].crc))
        counts = [reply.inference for reply in results if isinstance(reply, wire_reply.Result)]
        assert counts == [after.inference - 2, after.inference - 1], (
            f"inferences {counts} and then {after.inference}: what was asked for again has been run"
        )

    on_line(bench, board, check)


def test_a_number_that_is_used_again_later_asks_anew(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    def check(line: LentLine) -> None:
        one, other = (Upload(line, board, data).send_all() for data in two)
        seq, frame = line.numbered(infer(one.crc))
        line.say(frame)
        first = result_of(line, seq, one.crc)
        # About another sample it is another request; and after some others it is forgotten.
        line.say(line.numbered(infer(other.crc), seq)[1])
        between = [result_of(line, seq, other.crc)]
        between += [run(line, infer(other.crc)) for _ in range(FORGOTTEN_AFTER)]
        line.say(frame)
        last = result_of(line, seq, one.crc)
        counts = [each.inference - first.inference for each in (*between, last)]
        due = list(range(1, len(counts) + 1))
        assert counts == due, f"inferences were counted as {counts} from the first on"
        for number, each in enumerate(between[1:]):
            expect_answer(f"the other sample, {number + 1} inferences later", each, between[0])
        expect_answer("the first sample behind others, by the same number", last, first)

    on_line(bench, board, check)


# ---- two may wait


def test_more_inferences_than_are_queued_are_refused_and_the_others_answered(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    def check(line: LentLine) -> None:
        uploads = [Upload(line, board, data).send_all() for data in two]
        right = {upload.crc: run(line, infer(upload.crc)) for upload in uploads}
        refused = 0
        for _ in range(ROUNDS):
            crcs = [uploads[number % 2].crc for number in range(AT_ONCE)]
            asked = [line.numbered(infer(crc)) for crc in crcs]
            heard = line.say(b"".join(frame for _, frame in asked))
            counts = []
            for (seq, _), crc in zip(asked, crcs, strict=True):
                said = [one.reply for one in heard if one.seq == seq]
                if said == [busy(QUEUE_FULL, 2)]:
                    refused += 1
                    continue
                expect_replies("an inference", said, [wire_reply.Accepted(crc)])
                result = result_of(line, seq, crc)
                expect_answer("one of several that are queued", result, right[crc])
                counts.append(result.inference)
            assert counts == [counts[0] + n for n in range(len(counts))], (
                f"inferences that were queued in a row are counted as {counts}"
            )
            assert len(counts) >= 2, "two inferences may be queued, one runs and one waits"
            if refused:
                return
        not_asked("the network is faster than the line: the queue is never full")

    on_line(bench, board, check)


def test_a_sample_that_waits_is_not_overwritten_by_a_third(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    third = bytes(len(two[0]))

    def check(line: LentLine) -> None:
        uploads = [Upload(line, board, data).send_all() for data in two]
        right = [run(line, infer(upload.crc)) for upload in uploads]
        refused = False
        for _ in range(ROUNDS):
            for upload in uploads:
                line.ask(upload.request(resume=True))
            more = Upload(line, board, third)
            asked = [line.numbered(infer(upload.crc)) for upload in uploads]
            read = wire_request.ReadTensor(TensorSide.INPUT, 0, 0, 1)
            others = [line.numbered(more.request()), line.numbered(more.chunk(0))]
            others.append(line.numbered(read))
            heard = line.say(b"".join(frame for _, frame in asked + others))
            said = [[one.reply for one in heard if one.seq == seq] for seq, _ in others]
            for (seq, _), upload, due in zip(asked, uploads, right, strict=True):
                result = result_of(line, seq, upload.crc)
                expect_answer("a sample that waited while a third one came", result, due)
            if said[0] == [busy(NO_BUFFER)]:
                refused = True
                expect_replies("a chunk of it", said[1], [no_sample(more.crc)])
                if any(isinstance(reply, wire_reply.ErrorReply) for reply in said[2]):
                    expect_replies("reading meanwhile", said[2], [busy(RUNNING)])
            else:  # one of them was run before it came
                expect_replies(
                    "a third sample", said[0], [wire_reply.Uploading(more.crc, *more.missing)]
                )
            for upload in uploads:
                upload.arrived.clear()
                upload.send_all()
            if refused:
                return
        not_asked("the network is faster than the line: both buffers are never in use")

    if third in two:
        not_asked("this network has too few different samples")
    on_line(bench, board, check)


@pytest.mark.needs("trace")
def test_what_is_read_while_an_inference_runs_is_refused_as_busy(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    def check(line: LentLine) -> None:
        upload = Upload(line, board, two[0]).send_all()
        right = run(line, infer(upload.crc, trace=True))
        refused: set[ErrorCode] = set()
        for _ in range(ROUNDS):
            seq, frame = line.numbered(infer(upload.crc, trace=True))
            reads: list[wire_request.Request] = [
                wire_request.GetTrace(0),
                wire_request.ReadTensor(TensorSide.OUTPUT, 0, 0, 1),
            ]
            reads *= AT_ONCE
            asked = [line.numbered(request) for request in reads]
            heard = line.say(frame + b"".join(each for _, each in asked))
            replies = {one.seq: one.reply for one in heard}
            for (number, _), request in zip(asked, reads, strict=True):
                said = replies.get(number)
                text = RECORDING if isinstance(request, wire_request.GetTrace) else RUNNING
                if isinstance(said, wire_reply.ErrorReply):
                    expect_replies("reading meanwhile", [said], [busy(text)])
                    refused.add(said.code)
                else:
                    assert isinstance(said, wire_reply.TracePage | wire_reply.TensorData), (
                        f"reading meanwhile: {said}"
                    )
            result = result_of(line, seq, upload.crc)
            expect_answer("an inference while others asked to read", result, right)
            if refused:
                return
        not_asked("the network is faster than the line: nothing is read while it runs")

    on_line(bench, board, check)


@pytest.mark.needs("trace")
@pytest.mark.needs("capture")
def test_large_answers_that_are_asked_for_at_once_all_come_and_in_order(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    size = board.identity.chunk_bytes
    board.infer(two[0], trace=True)
    entry = captured_soon(board)[-1]
    at = wire_request.OpOutput(entry.op, entry.output)

    def check(line: LentLine) -> None:
        upload = Upload(line, board, two[0]).send_all()
        right = run(line, infer(upload.crc))
        asked = [
            line.numbered(wire_request.Echo(bytes((number,)) * size)) for number in range(AT_ONCE)
        ]
        seq, captured = line.numbered(infer(upload.crc, capture=at))
        for first in (b"", captured):
            heard = line.say(first + b"".join(frame for _, frame in asked))
            echoes = [(one.seq, one.reply) for one in heard if one.seq != seq]
            due = [
                (number, wire_reply.Echoed(bytes((at,)) * size))
                for at, (number, _) in enumerate(asked)
            ]
            assert echoes == due, f"{len(echoes)} of {len(due)} echoes came, or in another order"
        result = result_of(line, seq, upload.crc)
        expect_answer("an inference with a capture between echoes", result, right)

    on_line(bench, board, check)


def busy(text: str, one: int = 0) -> wire_reply.ErrorReply:
    """The refusal of what has to wait."""
    return refusal(ErrorCode.BUSY, one, 0, text)
