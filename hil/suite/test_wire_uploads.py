"""What docs/protocol.md promises of uploads: each is asked of the board's line.

Which chunks are missing, and which samples are in the two buffers, follows from what was sent.
"""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import pytest

from hil.base.later import Later
from hil.suite.expect import not_asked
from hil.suite.on_line import on_line
from hil.suite.uploads import (
    TOLD,
    Upload,
    expect_outputs,
    expect_replies,
    expect_said,
    infer,
    no_sample,
    refusal,
    result_of,
    run,
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

pytestmark = pytest.mark.needs("injection")

SEED = 2024
ROUNDS = 2


@pytest.fixture
def sample(bench: Bench) -> bytes:
    return bench.sample("uniform-0").data


def test_chunks_may_come_in_any_order_and_twice(bench: Bench, board: Board, sample: bytes) -> None:
    right = board.infer(sample)
    chance = random.Random(SEED)

    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample)
        upload.announce()
        for start in range(0, upload.chunks, TOLD):
            numbers = list(range(start, min(start + TOLD, upload.chunks)))
            again = chance.sample(numbers, -(-len(numbers) // 3))
            upload.send(chance.sample(numbers, len(numbers)))
            upload.send(again)
        expect_outputs("chunks in any order and twice", run(line, infer(upload.crc)), right.outputs)

    on_line(bench, board, check)


def test_a_chunk_too_far_ahead_is_not_kept(bench: Bench, board: Board, sample: bytes) -> None:
    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample)
        if upload.chunks <= TOLD:
            not_asked(f"the sample has {upload.chunks} chunks, and {TOLD} are kept in any order")
        upload.announce()
        upload.send([TOLD, 0, TOLD, upload.chunks - 1])

    on_line(bench, board, check)


def test_an_incomplete_sample_is_not_run_and_what_is_missing_is_told(
    bench: Bench, board: Board, sample: bytes
) -> None:
    right = board.infer(sample)

    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample)
        for lost in {0, upload.chunks // 2, upload.chunks - 1}:
            upload.arrived.clear()
            upload.announce()
            upload.send(number for number in range(upload.chunks) if number != lost)
            text = "chunks of the sample are missing"
            due = refusal(ErrorCode.INCOMPLETE, *upload.missing, text)
            expect_said(line, f"without chunk {lost}", infer(upload.crc), due)
        upload.send(range(upload.missing[0], upload.chunks))
        expect_outputs(
            "a sample whose missing chunk came at last", run(line, infer(upload.crc)), right.outputs
        )

    on_line(bench, board, check)


def test_a_chunk_that_does_not_fit_is_refused_and_changes_nothing(
    bench: Bench, board: Board, sample: bytes
) -> None:
    right = board.infer(sample)

    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample)
        size, step, last = len(sample), upload.chunk_bytes, upload.chunks - 1
        upload.announce()
        at = "chunk at a wrong offset"
        for offset in (1, step - 1, step + 1, upload.chunks * step, 0xFFFFFFFF // step * step):
            chunk = wire_request.Chunk(upload.crc, offset, upload.chunk(0).data)
            due = refusal(ErrorCode.OUT_OF_RANGE, size, offset, at)
            expect_said(line, f"a chunk at {offset}", chunk, due)
        for number in {0, last}:
            whole = upload.chunk(number).data
            for data in (whole[:-1], whole + b"\x00", whole[:1]):
                if not 0 < len(data) <= step or len(data) == len(whole):
                    continue
                text = "chunk of a wrong length"
                due = refusal(ErrorCode.OUT_OF_RANGE, len(whole), len(data), text)
                chunk = wire_request.Chunk(upload.crc, number * step, data)
                expect_said(line, f"{len(data)} bytes as chunk {number}", chunk, due)
        upload.send(range(upload.chunks))
        expect_outputs(
            "a sample beside whose chunks others were refused",
            run(line, infer(upload.crc)),
            right.outputs,
        )

    on_line(bench, board, check)


def test_a_sample_with_one_wrong_byte_is_refused_wherever_it_is(
    bench: Bench, board: Board, sample: bytes
) -> None:
    step = board.identity.chunk_bytes
    places = {0, len(sample) - 1, min(step, len(sample)) - 1, len(sample) // 2 // step * step}

    def check(line: LentLine) -> None:
        for place in places:
            damaged = bytearray(sample)
            damaged[place] ^= 1
            upload = Upload(line, board, bytes(damaged), crc=zlib.crc32(sample)).send_all()
            text = "the sample does not have the announced CRC-32"
            due: wire_reply.Reply = refusal(
                ErrorCode.SAMPLE_CORRUPT, zlib.crc32(sample), zlib.crc32(damaged), text
            )
            expect_said(line, f"byte {place} is another", infer(upload.crc), due)
            expect_said(line, "the same again", infer(upload.crc), no_sample(upload.crc))

    on_line(bench, board, check)


def test_an_upload_that_is_repeated_or_resumed_keeps_its_chunks_and_a_new_one_does_not(
    bench: Bench, board: Board, sample: bytes
) -> None:
    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample)
        seq = upload.announce()
        upload.send([0])
        upload.announce(seq=seq)
        upload.announce(seq=seq)
        seq = upload.announce(resume=True)
        upload.announce(seq=seq)
        upload.arrived.clear()
        upload.announce()

    on_line(bench, board, check)


def test_a_sample_that_is_run_can_be_sent_anew_meanwhile(
    bench: Bench, board: Board, sample: bytes
) -> None:
    right = board.infer(sample)

    def check(line: LentLine) -> None:
        upload = Upload(line, board, sample).send_all()
        for _ in range(ROUNDS):  # the network may be faster than the line
            asked, frame = line.numbered(infer(upload.crc))
            again = line.numbered(upload.request())
            chunk = line.numbered(upload.chunk(0))
            heard = line.say(frame + again[1] + chunk[1] + again[1])
            upload.arrived.clear()
            due: list[wire_reply.Reply] = [wire_reply.Uploading(upload.crc, *upload.missing)]
            upload.arrived.add(0)
            due.append(wire_reply.ChunkAck(upload.crc, 0, *upload.missing))
            due.append(wire_reply.Uploading(upload.crc, *upload.missing))
            said = [one.reply for one in heard if one.seq != asked]
            expect_replies("the sample that is run, sent anew", said, due)
            expect_outputs(
                "an inference whose sample was sent anew meanwhile",
                result_of(line, asked, upload.crc),
                right.outputs,
            )
            upload.send(range(1, upload.chunks))
        expect_outputs(
            "a sample that was sent anew while it was run",
            run(line, infer(upload.crc)),
            right.outputs,
        )

    on_line(bench, board, check)


@pytest.mark.parametrize("more", [-1, 1])
def test_a_sample_of_another_size_is_refused_at_once(
    bench: Bench, board: Board, sample: bytes, more: int
) -> None:
    size = len(sample) + more
    text = f"sample of {size} bytes, the inputs take {len(sample)}"

    def check(line: LentLine) -> None:
        upload = Upload(line, board, bytes(size))
        due = refusal(ErrorCode.WRONG_SIZE, len(sample), size, text)
        expect_said(line, f"{size} bytes", upload.request(), due)

    on_line(bench, board, check)


def test_a_new_sample_takes_the_buffer_that_was_not_used_for_longest(
    bench: Bench, board: Board
) -> None:
    data = [bench.sample(name).data for name in ("uniform-0", "constant", "extremes-max")]
    if len({*data}) < len(data):
        not_asked("this network has too few different samples")

    def check(line: LentLine) -> None:
        first, second, third = (Upload(line, board, each) for each in data)
        first.send_all()
        second.send_all()
        run(line, infer(first.crc), "a sample that was kept")
        third.send_all()
        run(line, infer(first.crc), "a sample that was used since the other")
        run(line, infer(third.crc), "the sample that was sent last")
        expect_said(line, "the one in between", infer(second.crc), no_sample(second.crc))
        first.announce(resume=True)  # which it still has, after its results

    on_line(bench, board, check)
