"""Known frames, which another program made, against the Python codecs.

firmware/core is held against the same file.
"""

from __future__ import annotations

import dataclasses

import cbor2
import pytest
from cobs import cobs

from hil.wire.frames import Damaged, Frame, FrameDecoder, encode_frame
from hil.wire.messages import decode_reply, decode_request, encode_reply, encode_request

from .make_vectors import FILE, lines
from .message_samples import REPLIES, REQUESTS, zcbor_accepts

DECODE = {"request": decode_request, "reply": decode_reply}
ENCODE = {"request": encode_request, "reply": encode_reply}


def vectors():
    for line in FILE.read_text(encoding="utf-8").splitlines():
        name, direction, data = line.split()
        yield name, direction, bytes.fromhex(data)


EVERY = list(vectors())
each = pytest.mark.parametrize(
    ("direction", "frame"), [vector[1:] for vector in EVERY], ids=[vector[0] for vector in EVERY]
)


def message_in(frame):
    (event,) = FrameDecoder().feed(frame)
    assert isinstance(event, Frame)
    return event.message


def plain(value):
    """A message, or a part of one, as cbor2 gives it."""
    if dataclasses.is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def without_tags(item):
    if isinstance(item, cbor2.CBORTag):
        return item.value
    return [without_tags(part) for part in item] if isinstance(item, list) else item


@each
def test_a_known_frame_is_read_and_written_to_the_byte(direction, frame):
    seq, message = DECODE[direction](message_in(frame))
    assert encode_frame(ENCODE[direction](seq, message)) == frame


@each
def test_its_fields_are_those_that_another_decoder_finds(direction, frame):
    seq, message = DECODE[direction](message_in(frame))
    item = cbor2.loads(cobs.decode(frame[1:-1])[:-4])
    assert [seq, message.kind, *plain(message)] == without_tags(item)


@each
def test_it_is_valid_for_the_declaration(direction, frame):
    assert zcbor_accepts(direction, message_in(frame))


@each
def test_one_flipped_bit_at_any_place_is_refused(direction, frame):
    for bit in range(8, 8 * (len(frame) - 1)):
        changed = bytearray(frame)
        changed[bit // 8] ^= 1 << bit % 8
        events = FrameDecoder().feed(bytes(changed))
        assert not any(isinstance(event, Frame) for event in events), bit
        assert any(isinstance(event, Damaged) for event in events), bit


def test_every_kind_of_message_has_a_frame():
    for direction, kinds in (("request", REQUESTS), ("reply", REPLIES)):
        found = {type(DECODE[way](message_in(f))[1]) for _, way, f in EVERY if way == direction}
        assert found == set(kinds)


def test_the_file_is_up_to_date():
    made = "".join(lines())
    assert FILE.read_text(encoding="utf-8") == made, "run: python tests/wire/make_vectors.py"
