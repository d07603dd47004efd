"""The board is what was flashed, and says so truthfully."""

from __future__ import annotations

from hil.board import Board
from hil.errors import NotProvenError
from hil.oracle import Oracle
from hil.run.testbench import Bench
from hil.suite.expect import expect_verdict, not_asked
from hil.wire.enums import ErrorCode, ImageSource, TensorRole


def test_the_board_runs_the_build_that_was_flashed(board: Board) -> None:
    if board.build is None:
        not_asked("no build is named: the board is taken with what runs on it")
    assert board.identity.build_id.hex() == board.expected.build_id.hex()
    assert board.identity.app_sha256.hex() == board.expected.app_sha256.hex()


def test_the_board_runs_the_model_that_the_oracle_runs(bench: Bench, board: Board) -> None:
    from hil.judge.verdict import judge_run

    assert board.identity.model_state is ErrorCode.OK
    model_check, _ = judge_run(bench.run_facts())
    expect_verdict(model_check)


def test_the_oracle_agrees_with_tflite_micro(bench: Bench, board: Board) -> None:
    from hil.judge.verdict import judge_run
    from hil.oracle.interpreter import micro_installed

    if not micro_installed():
        # It explains answers that differ; those that equal LiteRT's need no second opinion.
        not_asked("tflite-micro is not installed (Linux x86-64: camhil[sim])")
    _, self_check = judge_run(bench.run_facts())
    expect_verdict(self_check)


def test_the_tensors_are_those_of_the_model(board: Board, oracle: Oracle) -> None:
    reported = {tensor.role: tensor for tensor in board.identity.tensors}
    for role, tensor in (
        (TensorRole.INPUT, oracle.model.input),
        (TensorRole.SCORE, oracle.model.score),
        (TensorRole.FEATURES, oracle.model.features),
    ):
        got = reported[role]
        assert tuple(got.shape) == tuple(tensor.shape), role
        assert got.zero_point == tensor.zero_point(), role
        assert got.scale == tensor.scale(), role


def test_the_operators_are_those_of_the_model(board: Board, oracle: Oracle) -> None:
    assert list(board.ops()) == [op.code for op in oracle.model.graph.ops]


def test_the_threshold_and_the_positive_class_are_those_of_the_model(
    board: Board, oracle: Oracle
) -> None:
    assert board.identity.threshold == oracle.threshold
    assert board.identity.positive_class == oracle.positive_class


def test_hello_switched_the_image_source_from_camera_to_injected(board: Board) -> None:
    assert board.identity.capabilities.injection
    assert board.identity.image_source is ImageSource.INJECTED


def test_the_network_tells_images_apart(bench: Bench, board: Board) -> None:
    from hil.facts.sameness import no_variety

    if bench.variety.constant_outputs:
        raise NotProvenError(
            no_variety(bench.variety),
            hint="look at the training and the conversion: such a network sees nothing",
        )
