"""The link carries every byte value, and a damaged upload is refused."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from hil.link.errors import BoardError
from hil.suite.expect import expect_refused, expect_same
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    from hil.board import Board
    from hil.run.testbench import Bench

ALL_BYTES = bytes(range(256))


def test_all_256_byte_values_come_back_unchanged(board: Board) -> None:
    assert board.echo(ALL_BYTES) == ALL_BYTES, "the echo of all byte values has other bytes"


@pytest.mark.parametrize("byte", [0x00, 0x0A, 0x0D, 0x11, 0x13, 0xC0, 0xDB, 0xFF])
def test_runs_of_bytes_that_terminals_and_framings_treat_specially_come_back(
    board: Board, byte: int
) -> None:
    run = bytes([byte]) * board.identity.chunk_bytes
    assert board.echo(run) == run, f"a run of {byte:#04x} comes back otherwise"


def test_a_corrupted_upload_is_refused(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    with pytest.raises(BoardError) as refused:
        board.infer(data, claimed_crc=zlib.crc32(data) ^ 1)
    expect_refused(refused, ErrorCode.SAMPLE_CORRUPT, "a sample with another CRC-32")


def test_an_image_of_the_wrong_size_is_refused(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data[:-1]
    with pytest.raises(BoardError) as refused:
        board.infer(data)
    expect_refused(refused, ErrorCode.WRONG_SIZE, "a sample that is a byte short")


def test_the_board_answers_as_before_after_a_refusal(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    before = board.infer(data, cam_always=True)
    with pytest.raises(BoardError):
        board.infer(data, claimed_crc=0)
    after = board.infer(data, cam_always=True)
    expect_same(after, before, "after a refused sample and before it")
