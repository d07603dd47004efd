"""What a sample costs on the line, as docs/protocol.md says it."""

from __future__ import annotations

from hil.wire.enums import SampleStage
from hil.wire.frames import encode_frame
from hil.wire.messages import encode_reply, encode_request
from hil.wire.replies import (
    Accepted,
    CamGrid,
    CellCentre,
    ChunkAck,
    HeadAnswer,
    OutputPart,
    Result,
    StageTimes,
    Uploading,
)
from hil.wire.requests import Chunk, Infer, OpOutput, Upload

SEQ = 2**32 - 1  # numbers as long as they get
CRC = 2**32 - 1
HOUR_US = 3_600_000_000
SAMPLE = bytes(9216)
CHUNK = 1536
OFFSETS = range(0, len(SAMPLE), CHUNK)


def size(frames):
    return sum(len(encode_frame(message)) for message in frames)


def to_board():
    yield encode_request(SEQ, Upload(SampleStage.FRAME, CRC, len(SAMPLE), True))
    for at in OFFSETS:
        yield encode_request(SEQ, Chunk(CRC, at, SAMPLE[at : at + CHUNK]))
    yield encode_request(SEQ, Infer(CRC, True, True, True, 100, OpOutput(1000, 255)))


def to_host():
    yield encode_reply(SEQ, Uploading(CRC, 0, 0b111111))
    for index, at in enumerate(OFFSETS):
        yield encode_reply(SEQ, ChunkAck(CRC, at, index, 0b111111 >> index))
    yield encode_reply(SEQ, Accepted(CRC))
    result = Result(
        boot_id=2**32 - 1,
        sample_crc=CRC,
        outputs=(OutputPart(CRC, 2, b"\x80\x7f"), OutputPart(CRC, 4608, None)),
        head=HeadAnswer(100, CellCentre(88, 88, 5, 5), CamGrid(6, 6, b"\xff" * 144)),
        times=StageTimes(*[HOUR_US] * 4),
        invoke_cycles=240 * HOUR_US,
        finished_us=HOUR_US * 24 * 365,
        inference=2**32 - 1,
    )
    yield encode_reply(SEQ, result)


def test_a_sample_costs_at_most_4_percent_more_to_the_board_and_8_with_its_answers():
    out, back = size(to_board()), size(to_host())
    assert out <= 1.04 * len(SAMPLE)
    assert out + back <= 1.08 * len(SAMPLE)
