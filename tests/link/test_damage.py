"""Which damage a line does, and which is done by who makes frames."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable

import cbor2
import pytest
from cobs import cobs

from hil.link.damage import Damage, kind_of_damage


def segment(seq: int, *, check: Callable[[int], int] = lambda crc: crc) -> bytes:
    """An answer to an echo of all byte values, as between its delimiters."""
    from hil.wire.messages import encode_reply
    from hil.wire.replies import Echoed

    message = encode_reply(seq, Echoed(bytes(range(256)) * 2))
    assert cbor2.loads(message)[0] == seq
    return cobs.encode(message + check(zlib.crc32(message)).to_bytes(4, "little"))


SEQS = range(70_000, 70_008)
RIGHT = [segment(seq) for seq in SEQS]
TEXT = b"I (312) camhil: ready, waiting for a host"


def noisy(data: bytes, flips: int, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(flips):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


RNG = random.Random(1)
DAMAGED = {
    Damage.NONE: [],
    Damage.CHECK: [segment(seq, check=lambda crc: crc ^ 0xFFFFFFFF) for seq in SEQS],
    Damage.SEVEN_BITS: [bytes(byte & 0x7F for byte in one) for one in RIGHT],
    Damage.CARRIAGE_RETURNS: [one.replace(b"\n", b"\r\n") for one in RIGHT],
    Damage.ALIKE: [one[:9] + one[10:] for one in RIGHT for _ in range(2)],
    Damage.TEXT_TOO: [*(noisy(one, 3, RNG) for one in RIGHT), noisy(TEXT, 1, RNG) + b"\xff"],
    Damage.FRAMES_ALONE: [noisy(one, 3, RNG) for one in RIGHT],
}


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage.name)
def test_each_kind_of_damage_is_told_from_the_others(damage: Damage) -> None:
    assert kind_of_damage(DAMAGED[damage], whole=0 if damage is Damage.CHECK else 5) is damage


def test_a_whole_frame_is_proof_that_the_check_is_made_rightly() -> None:
    assert kind_of_damage(DAMAGED[Damage.CHECK], whole=1) is Damage.FRAMES_ALONE


def test_what_is_said_of_the_line_alone() -> None:
    assert {damage for damage in Damage if damage.of_the_line} == {
        Damage.SEVEN_BITS,
        Damage.CARRIAGE_RETURNS,
        Damage.TEXT_TOO,
    }
