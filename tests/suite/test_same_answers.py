"""What is said of an answer that is another than before: which part, and in which stage it lies."""

from __future__ import annotations

import dataclasses

import pytest

from hil.network.location import NoLocation
from hil.suite.uploads import expect_answer, expect_outputs
from hil.wire.replies import CamGrid, HeadAnswer, OutputPart, Result, StageTimes

MAP = CamGrid(1, 2, bytes(8))
HEAD = HeadAnswer(60, NoLocation.BELOW_THRESHOLD, MAP)
RIGHT = Result(
    boot_id=1,
    sample_crc=2,
    outputs=(OutputPart(0xA, 2, b"ab"), OutputPart(0xB, 4608, None)),
    head=HEAD,
    times=StageTimes(1, 2, 3, 4),
    invoke_cycles=None,
    finished_us=5,
    inference=6,
)


def told(got: Result) -> str:
    with pytest.raises(AssertionError) as failed:
        expect_answer("asked again", got, RIGHT)
    return str(failed.value)


def test_when_and_how_fast_it_was_made_is_no_part_of_an_answer() -> None:
    expect_answer("later", dataclasses.replace(RIGHT, finished_us=9, inference=7), RIGHT)


def test_another_output_is_told_with_both_checksums_and_not_laid_at_the_map() -> None:
    outputs = RIGHT.outputs[0], OutputPart(0xC, 4608, None)
    other_map = dataclasses.replace(HEAD, cam=CamGrid(1, 2, b"\1" * 8))
    text = told(dataclasses.replace(RIGHT, outputs=outputs, head=other_map))
    assert text.startswith("asked again: another answer: output 1 has CRC-32 0x0000000c")
    assert "0x0000000b" in text
    assert "map" not in text


def test_with_right_outputs_the_head_is_named_by_what_differs() -> None:
    text = told(dataclasses.replace(RIGHT, head=dataclasses.replace(HEAD, threshold=40)))
    assert "its threshold is 40 %, due is 60 %" in text
    assert "the outputs are right" in text
    assert "location" not in text


def test_outputs_alone_are_held_against_those_of_another_request() -> None:
    expect_outputs("sent anew", dataclasses.replace(RIGHT, head=None), RIGHT.outputs)
    with pytest.raises(AssertionError, match="sent anew: the network ran on another input: 2 outp"):
        expect_outputs("sent anew", RIGHT, RIGHT.outputs[:1])
