"""Seeded samples, of any network: every output, and every output of every operator, exactly.

`--samples` says how many, `--seed` which. With state, each sample starts from its initial values,
and a sequence of them is the oracle's too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.samples.seeded import Sample
from hil.suite.expect import expect, expect_order, expect_right, expect_same, not_asked

if TYPE_CHECKING:
    from hil.board import Board
    from hil.oracle import Oracle
    from hil.run.testbench import Bench

SEQUENCE = ("uniform-0", "extremes-max", "uniform-0", "normal-0")


def test_every_output(bench: Bench, board: object, sample: Sample) -> None:
    expect(bench.measure_sample(sample), "answer", "outputs")


@pytest.mark.needs("trace")
def test_every_output_of_every_operator(bench: Bench, board: object, sample: Sample) -> None:
    expect(bench.measure_sample(sample), "operators")


def test_an_output_read_back_is_the_one_that_was_answered(
    bench: Bench, board: object, sample: Sample
) -> None:
    import zlib

    measured = bench.measure_sample(sample)
    read = [zlib.crc32(tensor.tobytes()) for tensor in measured.tensors]
    answered = [part.crc for part in measured.inference.outputs]
    other = [
        number for number, pair in enumerate(zip(read, answered, strict=True)) if len(set(pair)) > 1
    ]
    assert not other, f"read-tensor gives other bytes than were answered, of outputs {other}"


def test_a_b_a_gives_a_again(bench: Bench, board: Board, oracle: Oracle) -> None:
    a, b = bench.sample("uniform-0").data, bench.sample("normal-0").data
    first, other, second = (board.infer(data) for data in (a, b, a))
    expect_order((first, other, second), (a, b, a))
    right_a, right_b = oracle.run(a), oracle.run(b)
    expect_right(other, right_b, "another sample", right_a)
    expect_right(second, right_a, "the sample again, after another", right_b)
    expect_same(second, first, "the sample again, after another")


def test_a_sequence_continues_the_state(bench: Bench, board: Board, oracle: Oracle) -> None:
    if not board.contract.stateful:
        not_asked("this network has no state")
    samples = [bench.sample(name).data for name in SEQUENCE]
    got = [board.infer(data, reset_state=n == 0) for n, data in enumerate(samples)]
    right = [oracle.run(data, continue_state=n > 0) for n, data in enumerate(samples)]
    assert [tuple(part.crc for part in one.outputs) for one in got] == [
        one.output_crcs() for one in right
    ]


def test_a_reset_of_the_state_forgets_what_came_before(bench: Bench, board: Board) -> None:
    if not board.contract.stateful:
        not_asked("this network has no state")
    data = bench.sample("uniform-0").data
    first = board.infer(data, reset_state=True)
    board.infer(bench.sample("extremes-max").data, reset_state=False)
    again = board.infer(data, reset_state=True)
    expect_same(again, first, "after a reset of the state, before which another sample ran")


@pytest.mark.needs("trace")
def test_a_traced_inference_gives_the_same_answer(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    plain, traced = board.infer(data), board.infer(data, trace=True)
    expect_same(traced, plain, "with a trace and without")


@pytest.mark.needs("capture")
def test_a_captured_output_is_the_one_that_was_traced(
    bench: Bench, board: Board, oracle: Oracle
) -> None:
    data = bench.sample("uniform-0").data
    right = oracle.run(data, ops=True)
    assert right.op_outputs is not None
    last = max(op for op, outputs in enumerate(right.op_outputs) if outputs)
    captured = board.infer(data, capture=(last, 0)).captured
    assert captured is not None
    assert captured.data == right.op_outputs[last][0].tobytes(), (
        f"the output of operator {last} that was captured is not the oracle's"
    )


def test_photographs_where_there_is_no_map(bench: Bench, board: object) -> None:
    from hil.images import load

    if bench.oracle.contract.head is not None:
        not_asked("test_photos.py has them")
    for entry in bench.photos:
        data = bench.tensor(load(entry.path, resize=True))
        expect(bench.measure_sample(Sample(entry.name, "photo", data)), "answer", "outputs")
