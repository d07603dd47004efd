"""What docs/protocol.md promises of what is read after an inference: tensors, traces, captures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from hil.base.later import Later
from hil.suite.expect import not_asked
from hil.suite.on_line import on_line
from hil.suite.uploads import (
    Upload,
    captured_soon,
    expect_answer,
    expect_replies,
    expect_said,
    infer,
    only,
    refusal,
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

pytestmark = pytest.mark.needs("injection")

ENTRIES_OF_A_PAGE = 40


@pytest.fixture
def two(bench: Bench) -> tuple[bytes, bytes]:
    return two_samples(bench)


def test_the_bytes_of_outputs_in_a_result_are_those_that_are_read(
    bench: Bench, board: Board
) -> None:
    # Of which outputs they stand there is looked at in every result.
    result = board.infer(bench.sample("uniform-0").data)
    for index, part in enumerate(result.outputs):
        if part.data is not None:
            assert part.data == board.read_output(index).tobytes(), (
                f"output {index}: its bytes in the result are others than those read back"
            )


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
            expect_page(page, uploads[0].crc, total, first)
            others = [
                n for n, (got, one) in enumerate(zip(entries, due, strict=False)) if got != one
            ]
            assert entries == due, (
                f"the trace from entry {first} on has {len(entries)} entries, due are {len(due)}; "
                f"others than in the trace before are those at {others[:5]} of this page"
            )
            for entry in page.entries:
                times = (entry.us is not None, entry.cycles is not None)
                whose = f"operator {entry.op}, output {entry.output}"
                assert times == (timed if entry.output == 0 else (False, False)), (
                    f"{whose} has times and cycles: {times}; by its capabilities the board has "
                    f"{timed}, at the first output of each operator"
                )
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
        whose = f"output {entry.output} of operator {entry.op}"
        assert captured is not None, f"{whose} was asked for, and is not captured"
        size, crc = len(captured.data), crc32(captured.data)
        assert (size, crc) == (entry.size, entry.crc), (
            f"{whose}: captured are {size} bytes with CRC-32 {crc:#010x}, by the trace "
            f"{entry.size} with {entry.crc:#010x}"
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
        expect_answer("an inference behind captures that were refused", after, before)

    on_line(bench, board, check)


def expect_page(page: wire_reply.TracePage, crc: int, total: int, first: int) -> None:
    """Fails unless a page of the trace says what it is of."""
    wrong = [
        f"{what} {got}, due is {due}"
        for what, got, due in (
            ("it is of the sample with CRC-32", f"{page.sample_crc:#010x}", f"{crc:#010x}"),
            ("it counts entries", page.total, total),
            ("it begins with entry", page.first, first),
        )
        if got != due
    ]
    assert not wrong, f"a page of the trace from entry {first} on: {'; '.join(wrong)}"
