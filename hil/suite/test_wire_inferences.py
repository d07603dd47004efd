"""What docs/protocol.md promises of inferences and what is read after them: each is asked of the
board's line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from hil.base.later import Later
from hil.suite.expect import not_asked
from hil.suite.on_line import on_line
from hil.suite.uploads import (
    Upload,
    expect_replies,
    expect_said,
    infer,
    no_sample,
    only,
    refusal,
    result_of,
    run,
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

ENTRIES_OF_A_PAGE = 40
AT_ONCE = 6
FORGOTTEN_AFTER = 3  # inferences: the results of the last two are kept
ROUNDS = 10
SENT_SOON = 8  # chunks


@pytest.fixture
def two(bench: Bench) -> tuple[bytes, bytes]:
    """Two samples that differ."""
    one, other = (bench.sample(name).data for name in ("uniform-0", "constant"))
    if one == other:
        not_asked("this network has too few different samples")
    return one, other


def answer(result: wire_reply.Result) -> tuple[Any, ...]:
    """What must not depend on when it was asked for."""
    return result.outputs, result.head


def captured_soon(board: Board) -> list[wire_reply.TraceEntry]:
    """Outputs of operators in the last trace, by size; none that takes long to send."""
    entries = sorted(board.trace(), key=lambda entry: entry.size)
    most = SENT_SOON * board.identity.chunk_bytes
    return [entry for entry in entries if entry.size <= most] or entries[:1]


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
            assert all(reply in (*due, first.reply) for reply in mine), f"asked again: {mine}"
            again = line.say(frame)
            assert [one.message for one in again] == [first.message], f"asked again: {again}"
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
        assert all(answer(each) == answer(between[0]) for each in between)
        assert answer(last) == answer(first)

    on_line(bench, board, check)


# ---- two may wait


def test_more_inferences_than_are_queued_are_refused_and_the_others_answered(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    def check(line: LentLine) -> None:
        uploads = [Upload(line, board, data).send_all() for data in two]
        right = {upload.crc: answer(run(line, infer(upload.crc))) for upload in uploads}
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
                assert answer(result) == right[crc]
                counts.append(result.inference)
            assert counts == list(range(counts[0], counts[0] + len(counts))), counts
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
        right = [answer(run(line, infer(upload.crc))) for upload in uploads]
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
                assert answer(result_of(line, seq, upload.crc)) == due
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
        right = answer(run(line, infer(upload.crc, trace=True)))
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
            assert answer(result_of(line, seq, upload.crc)) == right
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
        right = answer(run(line, infer(upload.crc)))
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
        assert answer(result_of(line, seq, upload.crc)) == right

    on_line(bench, board, check)


# ---- what a result holds


def test_the_bytes_of_outputs_in_a_result_are_those_that_are_read(
    bench: Bench, board: Board
) -> None:
    # Of which outputs they stand there is looked at in every result.
    result = board.infer(bench.sample("uniform-0").data)
    for index, part in enumerate(result.outputs):
        if part.data is not None:
            assert part.data == board.read_output(index).tobytes(), f"output {index}"


# ---- reading


@pytest.mark.parametrize("side", [TensorSide.INPUT, TensorSide.OUTPUT], ids=["input", "output"])
def test_a_tensor_is_read_from_any_byte_on(bench: Bench, board: Board, side: TensorSide) -> None:
    sample = bench.sample("uniform-0").data
    tensors = board.contract.inputs if side is TensorSide.INPUT else board.contract.outputs
    read = board.read_input if side is TensorSide.INPUT else board.read_output
    board.infer(sample)
    whole = [read(index).tobytes() for index in range(len(tensors))]
    longest = board.identity.chunk_bytes

    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample).send_all()
        run(line, infer(upload.crc))
        for index, data in enumerate(whole):
            size = len(data)
            for offset, length in {(0, 1), (size - 1, 1), (size, 1), (0, 0), (0, 0xFFFF), (1, 7)}:
                if offset > size:
                    continue
                part = data[offset : offset + min(length, longest)]
                due = wire_reply.TensorData(upload.crc, side, index, size, offset, part)
                what = f"{length} bytes from {offset} on of {side.name} {index}"
                expect_said(line, what, wire_request.ReadTensor(side, index, offset, length), due)
            far = refusal(ErrorCode.OUT_OF_RANGE, size, size + 1, "offset beyond the tensor")
            expect_said(
                line, "behind the end", wire_request.ReadTensor(side, index, size + 1, 1), far
            )
        none = refusal(ErrorCode.OUT_OF_RANGE, len(tensors), len(tensors), "no such tensor")
        expect_said(line, "one too many", wire_request.ReadTensor(side, len(tensors), 0, 1), none)

    on_line(bench, board, check)


def test_an_input_whose_sample_was_replaced_is_not_read(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    def check(line: LentLine) -> None:
        one = Upload(line, board, two[0]).send_all()
        run(line, infer(one.crc))
        for data in (two[1], bytes(reversed(two[0]))):
            Upload(line, board, data).announce()
        text = "the sample of the last inference was replaced"
        due = refusal(ErrorCode.NO_SUCH_SAMPLE, one.crc, 0, text)
        expect_said(line, "its input", wire_request.ReadTensor(TensorSide.INPUT, 0, 0, 1), due)

    if bytes(reversed(two[0])) in two:
        not_asked("this network has too few different samples")
    on_line(bench, board, check)


@pytest.mark.needs("trace")
def test_the_trace_is_that_of_the_last_inference_that_recorded_one(
    bench: Bench, board: Board, two: tuple[bytes, bytes]
) -> None:
    board.infer(two[0], trace=True)
    whole = board.trace()
    total = len(whole)
    # An operator's times stand at its first output.
    timed = (board.identity.capabilities.op_times, board.identity.capabilities.cycles)

    def check(line: LentLine) -> None:
        uploads = [Upload(line, board, data).send_all() for data in two]
        for upload, trace in zip(uploads, (True, False), strict=True):
            run(line, infer(upload.crc, trace=trace))
        for first in {0, 1, total // 2, total - 1, total}:
            page = only(line.ask(wire_request.GetTrace(first)))
            assert isinstance(page, wire_reply.TracePage), f"trace from {first} on: {page}"
            entries = [(e.op, e.output, e.crc, e.size) for e in page.entries]
            due = [(e.op, e.output, e.crc, e.size) for e in whole[first:][:ENTRIES_OF_A_PAGE]]
            assert (page.sample_crc, page.total, page.first) == (uploads[0].crc, total, first)
            assert entries == due, f"trace from {first} on"
            for entry in page.entries:
                times = (entry.us is not None, entry.cycles is not None)
                whose = f"operator {entry.op}, output {entry.output}"
                assert times == (timed if entry.output == 0 else (False, False)), whose
        far = refusal(ErrorCode.OUT_OF_RANGE, total, total + 1, "no such entry")
        expect_said(line, "behind the end", wire_request.GetTrace(total + 1), far)

    on_line(bench, board, check)


# ---- captures


@pytest.mark.needs("trace")
@pytest.mark.needs("capture")
def test_the_captured_output_of_an_operator_is_the_one_in_the_trace(
    bench: Bench, board: Board
) -> None:
    data = bench.sample("uniform-0").data
    board.infer(data, trace=True)
    trace = captured_soon(board)
    for entry in {trace[0], trace[len(trace) // 2], trace[-1]}:
        captured = board.infer(data, capture=(entry.op, entry.output)).captured
        assert captured is not None
        assert (len(captured.data), crc32(captured.data)) == (entry.size, entry.crc), (
            f"output {entry.output} of operator {entry.op}"
        )


@pytest.mark.needs("capture")
def test_an_operator_or_output_that_is_not_there_cannot_be_captured(
    bench: Bench, board: Board
) -> None:
    ops = board.contract.ops

    def check(line: LentLine) -> None:
        upload = Upload(line, board, bench.sample("uniform-0").data).send_all()
        before = run(line, infer(upload.crc))
        for op in (ops, 0xFFFF):
            due = refusal(ErrorCode.OUT_OF_RANGE, ops, op, "no such operator to capture")
            expect_said(
                line, f"operator {op}", infer(upload.crc, capture=wire_request.OpOutput(op, 0)), due
            )
        seq, frame = line.numbered(infer(upload.crc, capture=wire_request.OpOutput(0, 0xFF)))
        expect_replies(
            "output 255", [one.reply for one in line.say(frame)], [wire_reply.Accepted(upload.crc)]
        )
        text = "the operator has no such output"
        due = refusal(ErrorCode.OUT_OF_RANGE, 0, 0xFF, text)
        expect_replies("output 255", [line.result(seq).reply], [due])
        after = run(line, infer(upload.crc))
        assert answer(after) == answer(before)

    on_line(bench, board, check)


def busy(text: str, one: int = 0) -> wire_reply.ErrorReply:
    """The refusal of what has to wait."""
    return refusal(ErrorCode.BUSY, one, 0, text)
