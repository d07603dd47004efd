"""What a pixel becomes, from what is declared to what the board's camera path makes of it.

Declaration, file, contract, board and camera path have to agree on every pixel; where two do not,
a test names both. Whether the trainer did what is declared, only labelled pictures show (hil
evaluate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.suite.expect import expect_verdict

if TYPE_CHECKING:
    from hil.run.testbench import Bench


@pytest.fixture(autouse=True)
def needs_a_picture(bench: Bench) -> None:
    bench.require_picture()


def expect_link(bench: Bench, check: str) -> None:
    from hil.judge.input_contract import judge_input_contract

    verdicts = judge_input_contract(bench.input_contract)
    expect_verdict(next(verdict for verdict in verdicts if verdict.check == check))


def test_the_contract_holds_what_is_declared(bench: Bench, board: object) -> None:
    expect_link(bench, "pixels")


def test_the_board_has_the_tables_of_the_contract(bench: Bench, board: object) -> None:
    expect_link(bench, "board table")


@pytest.mark.needs("frame_stage")
def test_the_camera_path_makes_of_every_pixel_what_the_tables_say(
    bench: Bench, board: object
) -> None:
    expect_link(bench, "camera path")
