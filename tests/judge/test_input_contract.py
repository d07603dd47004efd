"""Disagreements about what a pixel becomes are named with both sides."""

from __future__ import annotations

import dataclasses

import pytest

from hil.facts.input_contract import ChannelFacts, InputContractFacts
from hil.judge.input_contract import judge_input_contract
from hil.judge.verdict import Status, Verdict

# (pixel - 128) / 128 in an int8 input of scale 1/128 and zero point 0: pixel - 128.
TABLE = tuple(range(-128, 128))
RIGHT = ChannelFacts(-1.0, 127 / 128, TABLE, TABLE, tuple((p, (p - 128,)) for p in range(256)))


def facts(*channels: ChannelFacts, declared: bool = True) -> InputContractFacts:
    return InputContractFacts("(pixel - 128) / 128", declared, 1 / 128, 0, -128, channels)


def verdict(check: str, found: InputContractFacts) -> Verdict:
    return next(each for each in judge_input_contract(found) if each.check == check)


def changed(table: tuple[int, ...], pixel: int, value: int) -> tuple[int, ...]:
    return (*table[:pixel], value, *table[pixel + 1 :])


def made(pixel: int, *values: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple((p, values if p == pixel else told) for p, told in RIGHT.made)


def test_where_all_agree_every_link_of_the_chain_passes() -> None:
    found = judge_input_contract(facts(RIGHT, RIGHT, RIGHT))
    assert [each.status for each in found] == [Status.PASSED] * 3
    assert "the settings declare (pixel - 128) / 128" in found[0].explanation
    assert found[2].explanation.endswith("of 256, 256, 256 of 256 seen")


def test_a_usual_scale_that_nobody_declared_is_said_to_be_that() -> None:
    text = verdict("pixels", facts(RIGHT, declared=False)).explanation
    assert text.startswith("the file's range is that of (pixel - 128) / 128")


def test_a_table_that_does_not_hold_what_was_declared() -> None:
    wrong = dataclasses.replace(RIGHT, table=changed(TABLE, 37, -90))
    found = verdict("pixels", facts(RIGHT, wrong))
    assert found.status is Status.FAILED
    # (37 - 128) / 128 = -0.7109; -90 / 128 = -0.7031
    assert found.explanation == (
        "pixel 37 of channel 1: the settings declare (pixel - 128) / 128, so -0.71094; the "
        "contract's table says -90, which the file holds as -0.70312"
    )


def test_values_beyond_the_files_range_are_held_as_its_ends() -> None:
    ends = tuple(min(max(value, -120), 119) for value in TABLE)
    inside = ChannelFacts(-1.0, 127 / 128, ends, ends, ())
    # -120 is no end of int8: the pixels below it are wrong.
    assert verdict("pixels", facts(inside)).measured == 16
    wide = dataclasses.replace(RIGHT, black=-1.05, white=1.05)
    steep = tuple(min(max(round(-134.4 + 268.8 * p / 255), -128), 127) for p in range(256))
    assert verdict("pixels", facts(dataclasses.replace(wide, table=steep))).status is Status.PASSED


def test_a_board_with_another_table() -> None:
    other = dataclasses.replace(RIGHT, board_table=changed(TABLE, 200, 71))
    found = verdict("board table", facts(other))
    assert found.status is Status.FAILED
    assert found.explanation == "pixel 200: the contract's table says 72, the board's 71"


def test_a_camera_path_that_makes_something_else_of_a_pixel() -> None:
    other = dataclasses.replace(RIGHT, made=made(37, -90))
    found = verdict("camera path", facts(RIGHT, other))
    assert found.status is Status.FAILED
    assert found.explanation == (
        "pixel 37 of channel 1: the contract's table says -91, the board's camera path makes -90 "
        "of it"
    )


def test_a_pixel_that_became_several_values_is_wrong_although_one_is_right() -> None:
    other = dataclasses.replace(RIGHT, made=made(9, -119, -118))
    text = verdict("camera path", facts(other)).explanation
    assert "makes -119, -118 of it" in text


def test_how_many_values_are_wrong_is_told() -> None:
    early = tuple((pixel, (pixel - 129,)) for pixel in range(1, 256))
    found = verdict("camera path", facts(dataclasses.replace(RIGHT, made=early)))
    assert found.explanation.endswith("makes -128 of it (255 values in all)")


@pytest.mark.parametrize(
    ("check", "missing"),
    [
        ("board table", dataclasses.replace(RIGHT, board_table=None)),
        ("camera path", dataclasses.replace(RIGHT, made=())),
    ],
)
def test_what_was_not_measured_is_not_passed(check: str, missing: ChannelFacts) -> None:
    assert verdict(check, facts(RIGHT, missing)).status is Status.NOT_RUN
