"""Options of an inference against each other, in pairs: none may change what another gives.

What a request leaves out is as in the field: no map below the threshold, the network's own
threshold. Every answer is held against the oracle's, whoever asked (`hil.run.answers`); here is
what comes beside the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.errors import FirmwareError
from hil.link.errors import BoardError
from hil.suite.asks import Mixed, mixed_asks, right_trace, small_outputs
from hil.suite.expect import answer_of, expect_trace
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.run.testbench import Bench


def expect_beside(bench: Bench, mixed: Mixed, inference: Inference) -> None:
    """What came beside the answer is what was asked for, and right."""
    ask, captured = mixed.ask, inference.captured
    if ask.stage == "tensor":
        spent = inference.times.preprocess_us
        assert spent == 0, f"{mixed.words}: preprocess_us is {spent}, and a tensor needs none"
    if ask.capture is None:
        assert captured is None, f"{mixed.words}: an operator's output came that nobody asked for"
        return
    op, output = ask.capture
    assert captured is not None, f"{mixed.words}: the output of operator {op} did not come"
    right = right_trace(bench, mixed)
    if right is not None:
        assert right.op_outputs is not None
        same = captured.data == right.op_outputs[op][output].tobytes()
        assert same, f"{mixed.words}: output {output} of operator {op} came with other bytes"


def expect_inputs(board: Board, mixed: Mixed) -> None:
    count = len(board.contract.inputs)
    read = b"".join(board.read_input(index).tobytes() for index in range(count))
    assert read == mixed.input, f"{mixed.words}: the inputs read back are others"


def test_each_option_beside_each_other(bench: Bench, board: Board) -> None:
    for mixed in mixed_asks(bench, board):
        (inference,) = board.infer_each([mixed.ask])
        expect_beside(bench, mixed, inference)
        right = right_trace(bench, mixed) if mixed.ask.trace else None
        if right is not None:
            expect_trace(board, right, mixed.words)
        expect_inputs(board, mixed)


def test_options_of_one_request_are_none_of_the_next_in_the_queue(
    bench: Bench, board: Board
) -> None:
    asks = mixed_asks(bench, board)[::-2]
    answers = board.infer_each(mixed.ask for mixed in asks)
    for mixed, inference in zip(asks, answers, strict=True):
        expect_beside(bench, mixed, inference)


@pytest.mark.needs("trace")
def test_a_trace_stays_until_the_next_one(bench: Bench, board: Board) -> None:
    data, other = bench.sample("uniform-0").data, bench.sample("extremes-max").data
    board.infer(data, cam_always=False, trace=True)
    traced = board.trace()
    board.infer(other, cam_always=False)
    with pytest.raises(FirmwareError, match="trace belongs to image"):
        board.trace()  # it is of the sample before
    able = board.identity.capabilities
    captured = small_outputs(bench)[0] if able.capture else None
    board.infer(data, cam_always=False, capture=captured)
    assert board.trace() == traced, "inferences without a trace changed the one before"


def test_a_sample_that_the_board_holds_keeps_the_times_of_its_upload(
    bench: Bench, board: Board
) -> None:
    data, other = bench.sample("uniform-0").data, bench.sample("normal-0").data
    first = board.infer(data, cam_always=False)
    board.infer(other, cam_always=False)
    again = board.infer(data, cam_always=False, reuse=True)
    assert answer_of(again) == answer_of(first)
    if board.time_base != "virtual" and first.uploads == 1:
        # The host's wait lies around the board's, whose clock may be a little faster.
        spent, waited = first.times.upload_us, first.upload_s * 1e6
        assert spent <= 1.1 * waited, (
            f"the board says that the upload took {spent} us, and the host waited {waited:.0f} us"
        )
    if first.uploads == again.uploads == 1:
        before, after = first.times.upload_us, again.times.upload_us
        assert after == before, (
            f"the upload took {before} us, and of the same sample, held since, the board says "
            f"{after} us"
        )


@pytest.mark.needs("capture")
def test_an_output_that_no_operator_has_is_refused_and_leaves_nothing_to_read(
    bench: Bench, board: Board
) -> None:
    data = bench.sample("uniform-0").data
    before = board.infer(data, cam_always=False)
    outputs = max(len(op.outputs) for op in bench.oracle.graph.ops)
    disturbances, tracing = board.link_stats.disturbances, board.identity.capabilities.trace
    with pytest.raises(BoardError) as refused:
        board.infer(data, cam_always=False, trace=tracing, capture=(0, outputs), reuse=True)
    found = refused.value.reply
    assert found.code is ErrorCode.OUT_OF_RANGE, f"refused as {found.code!r}"
    assert (found.detail.one, found.detail.two) == (0, outputs), "operator and output are named"
    for read in (lambda: board.read_output(0), board.trace)[: 1 + tracing]:
        with pytest.raises(BoardError) as refused:
            read()
        code = refused.value.reply.code
        assert code is ErrorCode.NOTHING_RECORDED, f"after a failed inference: {code!r}"
    after = board.infer(data, cam_always=False, reuse=True)
    assert answer_of(after) == answer_of(before)
    if board.link_stats.disturbances == disturbances:
        assert after.count == before.count + 1, "a failed inference is none"
