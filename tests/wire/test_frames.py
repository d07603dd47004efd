from __future__ import annotations

import os
import random

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from hil.wire.crc import append_crc
from hil.wire.frames import (
    FIRST_SEQ,
    MAX_FRAME_BYTES,
    ConsoleText,
    Damaged,
    Frame,
    FrameDecoder,
    encode_frame,
)
from hil.wire.messages import encode_reply, encode_request
from hil.wire.replies import ChunkAck
from hil.wire.requests import Chunk

from .fuzzing import fuzz
from .message_samples import REPLIES, REQUESTS, values

ACK = encode_reply(0x12345678, ChunkAck(0xCBF43926, 1536, 2, 0x3C))

messages = st.one_of(
    [
        st.builds(encode, st.integers(FIRST_SEQ, 2**32 - 1), values(kind))
        for encode, kinds in ((encode_request, REQUESTS), (encode_reply, REPLIES))
        for kind in kinds
    ]
).filter(lambda message: len(cobs.encode(append_crc(message))) <= MAX_FRAME_BYTES)

# Characters that a console may print, line ends included.
console = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\r\n\x1b"),
    min_size=1,
    max_size=60,
)


def decode(*pieces):
    decoder = FrameDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def text_of(events):
    return "".join(event.text for event in events if isinstance(event, ConsoleText))


# Cheshire and Baker, "Consistent Overhead Byte Stuffing", and the longest runs without 00.
COBS_VECTORS = [
    ("", "01"),
    ("00", "01 01"),
    ("00 00", "01 01 01"),
    ("11 22 00 33", "03 11 22 02 33"),
    ("11 22 33 44", "05 11 22 33 44"),
    ("11 00 00 00", "02 11 01 01 01"),
    ("45 00 00 2c 4c 79 00 00 40 06 4f 37", "02 45 01 04 2c 4c 79 01 05 40 06 4f 37"),
    (bytes(range(1, 255)).hex(), "ff" + bytes(range(1, 255)).hex()),
    (bytes(range(255)).hex(), "01 ff" + bytes(range(1, 255)).hex()),
    (bytes(range(1, 256)).hex(), "ff" + bytes(range(1, 255)).hex() + "02 ff"),
]


@pytest.mark.parametrize(("plain", "stuffed"), COBS_VECTORS)
def test_cobs_vectors(plain, stuffed):
    assert cobs.encode(bytes.fromhex(plain)) == bytes.fromhex(stuffed)
    assert cobs.decode(bytes.fromhex(stuffed)) == bytes.fromhex(plain)


def test_a_frame_byte_by_byte():
    # [0x12345678, 5, 0xCBF43926, 1536, 2, 60] and its CRC-32, worked out with another
    # implementation (python -c "import zlib; ...", then stuffed by hand).
    message = bytes.fromhex("86 1a12345678 05 1acbf43926 190600 02 183c")
    assert message == ACK
    frame = encode_frame(ACK)
    assert frame[0] == frame[-1] == 0
    assert 0 not in frame[1:-1]
    # The only 00 in front of the CRC is the low byte of 1536, the fifteenth byte.
    assert frame[1:16] == b"\x0f" + message[:14]
    assert frame[17:20] == message[15:18]


@given(messages)
def test_frame_survives_a_round_trip(message):
    assert decode(encode_frame(message)) == [Frame(message)]


@given(st.lists(messages | console, max_size=6), st.data())
def test_frames_and_console_text_come_out_in_order_however_they_are_cut(parts, data):
    sent = b"".join(
        encode_frame(part) if isinstance(part, bytes) else part.encode() for part in parts
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    decoder = FrameDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    events += decoder.feed(b"\x00")

    expected = []
    for part in parts:
        if isinstance(part, str) and expected and isinstance(expected[-1], str):
            expected[-1] += part
        else:
            expected.append(part)
    joined = []
    for event in events:
        assert not isinstance(event, Damaged)
        if isinstance(event, Frame):
            joined.append(event.message)
        elif joined and isinstance(joined[-1], str):
            joined[-1] += event.text
        else:
            joined.append(event.text)
    assert joined == expected


@given(st.binary(max_size=400), st.data())
def test_events_do_not_depend_on_how_the_bytes_are_cut(data, draws):
    cuts = sorted(draws.draw(st.lists(st.integers(0, len(data)), max_size=10)))
    pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    whole, cut = FrameDecoder(100), FrameDecoder(100)
    assert [event for piece in pieces for event in cut.feed(piece)] == whole.feed(data)
    assert cut.flush() == whole.flush()


@given(st.binary(max_size=300), messages)
def test_a_good_frame_behind_anything_is_found(garbage, message):
    assert decode(garbage, encode_frame(message))[-1] == Frame(message)


@given(messages, st.data())
def test_a_flipped_bit_is_damage_and_the_next_frame_is_found(message, data):
    frame = bytearray(encode_frame(message))
    bit = data.draw(st.integers(8, 8 * (len(frame) - 1) - 1))  # not in the delimiters
    frame[bit // 8] ^= 1 << bit % 8
    events = decode(bytes(frame), encode_frame(ACK))
    assert events[-1] == Frame(ACK)
    assert Frame(message) not in events


def test_many_random_streams():
    """Set CAMHIL_FUZZ_INPUTS for more inputs, CAMHIL_FUZZ_SEED for other ones."""
    inputs = int(os.environ.get("CAMHIL_FUZZ_INPUTS", "40000"))
    fuzz(inputs, int(os.environ.get("CAMHIL_FUZZ_SEED", "1")))


def test_delimiters_may_be_shared_or_doubled():
    frame = encode_frame(ACK)
    for stream in (frame[:-1] + frame, frame + frame, b"\x00\x00" + frame + b"\x00" + frame):
        assert decode(stream) == [Frame(ACK), Frame(ACK)]


def test_a_line_is_passed_on_before_any_delimiter():
    assert decode(b"I (10) boot: ESP-IDF\r\nI (2") == [ConsoleText("I (10) boot: ESP-IDF\r\n")]


def test_text_is_utf_8_even_when_a_character_is_cut():
    ae = "\u00e4".encode()
    assert decode(b"Ger" + ae[:1], ae[1:] + b"t\n") == [ConsoleText("Ger\u00e4t\n")]


def test_empty_lines_are_kept():
    assert text_of(decode(b"\n\r\n\nfoo\n\n\x00")) == "\n\r\n\nfoo\n\n"


def test_a_frame_whose_code_byte_is_a_line_feed_is_a_frame():
    # First 00 at position 9, so that the COBS code byte is 0A.
    message = bytes.fromhex("84 1a12345678 0c 1901 00")
    frame = encode_frame(message)
    assert frame[1] == 0x0A
    assert decode(*(bytes([byte]) for byte in frame)) == [Frame(message)]


def test_a_frame_at_the_limit_arrives_and_one_byte_more_is_damage():
    for size, event in ((MAX_FRAME_BYTES, Frame), (MAX_FRAME_BYTES + 1, Damaged)):
        # COBS adds 1 byte for each 254, the CRC is 4.
        message = b"\x85" + bytes([0x1A]) * (size - 5 - 8 - 1)
        frame = encode_frame(message)
        while len(frame) - 2 < size:
            message += b"\x1a"
            frame = encode_frame(message)
        assert len(frame) - 2 == size
        events = decode(frame)
        assert {type(e) for e in events} == {event}


def test_an_endless_segment_does_not_take_memory():
    decoder = FrameDecoder()
    for _ in range(100):
        decoder.feed(b"\x85" * 1000)
        assert decoder.pending <= MAX_FRAME_BYTES


def test_text_behind_an_overlong_segment_is_shown_at_once():
    events = decode(b"\x85" * 3000 + b"\nrst:0xc (SW_CPU_RESET)\r\n")
    assert events[-1] == ConsoleText("rst:0xc (SW_CPU_RESET)\r\n")


def test_text_behind_a_broken_off_frame_is_shown_after_a_pause():
    decoder = FrameDecoder()
    panic = "Guru Meditation Error: Core  0 panic'ed (StoreProhibited).\r\n"
    assert decoder.feed(encode_frame(ACK)[:12] + b"\r\n" + panic.encode()) == []
    events = decoder.flush()
    assert text_of(events) == panic
    assert sum(isinstance(event, Damaged) for event in events) == 1
    assert decoder.feed(encode_frame(ACK)) == [Frame(ACK)]


def test_damage_inside_a_segment_counts_once():
    frame = bytearray(encode_frame(encode_request(70000, Chunk(1, 0, b"\n\x01" * 500))))
    frame[40] ^= 0x80
    (event,) = decode(bytes(frame))
    assert isinstance(event, Damaged)


def test_decoding_takes_linear_time():
    """The number of bytes looked at, not the time: bytearray.find never starts over."""
    looked_at = 0

    class Counting(bytearray):
        def find(self, wanted, start=0, end=None):
            nonlocal looked_at
            found = super().find(wanted, start, len(self) if end is None else end)
            looked_at += (len(self) if found < 0 else found + 1) - start
            return found

        def __iadd__(self, other):
            self.extend(other)
            return self

    decoder = FrameDecoder()
    decoder._segment = Counting()
    source = random.Random(1)
    data = b"".join(
        encode_frame(ACK) if source.random() < 0.5 else source.randbytes(50) + b"\nline\n"
        for _ in range(500)
    )
    for byte in data:
        decoder.feed(bytes([byte]))
    assert looked_at <= 8 * len(data)
