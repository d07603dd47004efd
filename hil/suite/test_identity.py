"""The board is what was flashed, and says so truthfully."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.errors import NotProvenError
from hil.facts.stand_in import SIMULATED_TARGET
from hil.suite.expect import expect_verdict, not_asked
from hil.wire.enums import ErrorCode, ImageSource

if TYPE_CHECKING:
    from hil.board import Board
    from hil.oracle import Oracle
    from hil.run.testbench import Bench


def test_the_board_runs_the_build_that_was_flashed(board: Board) -> None:
    if board.build is None:
        not_asked("no build is named: the board is taken with what runs on it")
    for what in ("build_id", "app_sha256"):
        got, due = getattr(board.identity, what).hex(), getattr(board.expected, what).hex()
        assert got == due, f"the identity's {what} is {got[:12]}, of the build it is {due[:12]}"


def test_the_board_names_what_computes(board: Board) -> None:
    identity = board.identity
    assert identity.engine, "the board does not name its engine"
    # Another board may not know its kernels (docs/protocol.md).
    if identity.target == SIMULATED_TARGET:
        assert identity.kernels, "the board does not name its kernels"


def test_the_board_runs_the_model_that_the_oracle_runs(bench: Bench, board: Board) -> None:
    from hil.judge.verdict import judge_run

    state = board.identity.model_state
    assert state is ErrorCode.OK, f"the board could not load its network: {state.name}"
    (model_check,) = judge_run(bench.run_facts())
    expect_verdict(model_check)


def test_the_second_opinion_on_tflite_micro_is_near(bench: Bench, board: Board) -> None:
    from hil.judge.verdict import Status, judge_opinion

    opinion = bench.opinion
    if opinion.trouble:
        not_asked(opinion.trouble)
    verdict = judge_opinion(opinion, bench.tolerances)
    if verdict.status is Status.NOT_RUN:
        not_asked("no operator of this network can be run alone")
    expect_verdict(verdict)


def test_the_board_has_the_contract_of_the_model(board: Board, oracle: Oracle) -> None:
    assert board.contract == oracle.contract.header


@pytest.mark.needs("trace")
def test_the_operators_are_those_of_the_model(bench: Bench, board: Board, oracle: Oracle) -> None:
    board.infer(bench.sample("uniform-0").data, trace=True)
    assert [(entry.op, entry.output) for entry in board.trace()] == list(oracle.graph.trace)


def test_hello_switched_the_image_source_from_camera_to_injected(board: Board) -> None:
    assert board.identity.capabilities.injection, "the board says that it takes no samples"
    source = board.identity.image_source
    assert source is ImageSource.INJECTED, f"after hello the source is {source.name}"


def test_the_network_tells_its_inputs_apart(bench: Bench, board: Board) -> None:
    from hil.facts.sameness import REMEDY, no_variety

    if bench.variety.constant_outputs:
        raise NotProvenError(no_variety(bench.variety), hint=REMEDY)
