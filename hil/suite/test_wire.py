"""What docs/protocol.md promises of frames and requests: each is asked of the board's line.

Requests and the answers due to them come from a file that another program wrote.
"""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import pytest
from cobs import cobs

from hil.base.later import Later
from hil.suite.on_line import (
    conversations,
    expect_conversations,
    expect_damage,
    on_line,
)
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    from hil.board import Board
    from hil.link.lent_line import LentLine
    from hil.run.testbench import Bench
    from hil.wire import replies as wire_reply
    from hil.wire import requests as wire_request
else:
    wire_reply = Later("hil.wire.replies")
    wire_request = Later("hil.wire.requests")

SEED = 2024
SEQ = 0x10101


@pytest.mark.parametrize("group", ["answered", "malformed"])
def test_each_request_gets_the_answer_that_is_due_to_the_byte(
    bench: Bench, board: Board, group: str
) -> None:
    on_line(bench, board, lambda line: expect_conversations(line, board, group))


@pytest.mark.needs("injection")
def test_what_cannot_be_is_refused_with_its_code_numbers_and_text(
    bench: Bench, board: Board
) -> None:
    data = bench.sample("uniform-0").data
    board.infer(data, trace=board.identity.capabilities.trace)  # what is read then has its limits
    on_line(bench, board, lambda line: expect_conversations(line, board, "refused"))


def test_a_frame_with_a_flipped_bit_is_not_answered_and_is_counted(
    bench: Bench, board: Board
) -> None:
    # One bit of every byte of a request of each kind; all of them with --thorough.
    chance = random.Random(SEED)
    stream = b"".join(
        flipped(frame, at, chance.randrange(8))
        for frame in whole_frames(board)
        for at in range(len(frame))
    )
    on_line(bench, board, lambda line: expect_damage(line, board, stream))


@pytest.mark.thorough
@pytest.mark.parametrize("bit", range(8))
def test_a_frame_with_any_flipped_bit_is_not_answered_and_is_counted(
    bench: Bench, board: Board, bit: int
) -> None:
    frames = whole_frames(board)
    stream = b"".join(flipped(frame, at, bit) for frame in frames for at in range(len(frame)))
    on_line(bench, board, lambda line: expect_damage(line, board, stream))


def test_a_frame_that_is_cut_short_is_not_answered_and_is_counted(
    bench: Bench, board: Board
) -> None:
    frames = whole_frames(board)
    stream = b"".join(frame[:at] + b"\x00" for frame in frames for at in range(2, len(frame) - 1))
    on_line(bench, board, lambda line: expect_damage(line, board, stream))


def test_a_segment_is_as_long_as_the_board_says_at_most(bench: Bench, board: Board) -> None:
    longest = board.identity.max_frame_bytes
    message = {size: of_segment(size) for size in (longest, longest + 1)}

    def check(line: LentLine) -> None:
        # An echo of more than it may hold: a whole frame that is no request.
        heard = line.say(framed(message[longest]))
        codes = [getattr(one.reply, "code", None) for one in heard if one.seq == SEQ]
        assert codes == [ErrorCode.BAD_REQUEST] == codes * len(heard), (
            f"the longest whole frame, which is no request: the board says {heard}, due is one "
            f"refusal, BAD_REQUEST"
        )
        expect_damage(line, board, framed(message[longest + 1]))

    on_line(bench, board, check)


def test_text_and_zeros_between_frames_are_no_damage(bench: Bench, board: Board) -> None:
    text = bytes((*range(0x20, 0x7F), *b"\t\n\r\x1b"))
    long = b"somebody types and types " * 120
    streams = (b"\x00" + text + b"\x00", b"\x00" + long + b"\x00", bytes(64), b"\x00ls -l\r\n\x00")
    on_line(bench, board, lambda line: expect_damage(line, board, *streams))


def test_what_is_neither_frame_nor_text_is_counted(bench: Bench, board: Board) -> None:
    controls = {*range(1, 0x20), 0x7F} - set(b"\t\n\r\x1b")
    stream = b"".join(b"\x00ab" + bytes((control,)) + b"cd" for control in sorted(controls))
    nothing = framed(b"")  # a CRC-32 alone
    on_line(
        bench,
        board,
        lambda line: expect_damage(line, board, stream + b"\x00", nothing, b"\x00\x02\x01\x00"),
    )


def test_text_in_front_of_a_frame_does_not_keep_it_from_being_answered(
    bench: Bench, board: Board
) -> None:
    def check(line: LentLine) -> None:
        seq, echo = line.numbered(wire_request.Echo(b"behind text"))
        heard = line.say(b"typed" + echo + b"and more\n")
        echoed = [(one.seq, one.reply) for one in heard]
        assert echoed == [(seq, wire_reply.Echoed(b"behind text"))], (
            f"an echo between typed text: the board says {heard}"
        )

    on_line(bench, board, check)


def whole_frames(board: Board) -> list[bytes]:
    """A request of each kind, which is taken where it is not damaged."""
    return [each.frame for each in conversations("whole", board)]


def flipped(frame: bytes, at: int, bit: int) -> bytes:
    """The frame with one flipped bit, and a zero behind it: the last may be the one that is hit."""
    changed = bytearray(frame)
    changed[at] ^= 1 << bit
    return bytes(changed) + b"\x00"


def framed(message: bytes) -> bytes:
    segment: bytes = cobs.encode(message + zlib.crc32(message).to_bytes(4, "little"))
    return b"\x00" + segment + b"\x00"


def of_segment(size: int) -> bytes:
    """The message of an echo whose segment has so many bytes."""
    for length in range(size, 0, -1):
        head = b"\x83\x1a" + SEQ.to_bytes(4, "big") + b"\x03\x59" + length.to_bytes(2, "big")
        message = head + b"\x55" * length
        if len(framed(message)) == size + 2:
            return message
    raise AssertionError("there is such an echo")
