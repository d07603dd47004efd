"""The header of the model partition, and the partition with it."""

from __future__ import annotations

import dataclasses
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.wire.errors import WireError
from hil.wire.network_header import (
    HEADER_BYTES,
    CamHead,
    ImageInput,
    NetworkHeader,
    Tensor,
    elements,
    is_bare_tflite,
    is_network_image,
    pack_header,
    pack_partition,
    unpack_header,
    unpack_partition,
)

from .message_samples import values, zcbor_accepts

MODEL = bytes(4) + b"TFL3" + bytes(range(256)) * 4
INT8 = 9
IMAGE = Tensor("image", INT8, (1, 96, 96, 1), 1 / 128, 0, 9216)
SCORES = Tensor("scores", INT8, (1, 2), 1 / 256, -128, 2)


def header(tflite: bytes = MODEL, **parts: object) -> NetworkHeader:
    given: dict[str, object] = {"ops": 27, "op_outputs": 28, "stateful": False}
    given |= {"inputs": (IMAGE,), "outputs": (SCORES,), **parts}
    return NetworkHeader.of(tflite, **given)  # type: ignore[arg-type]


HEADERS = st.builds(
    header,
    tflite=st.binary(min_size=1, max_size=200),
    ops=st.integers(0, 2**16 - 1),
    op_outputs=st.integers(0, 2**16 - 1),
    stateful=st.booleans(),
    inputs=st.lists(values(Tensor), min_size=1, max_size=8).map(tuple),
    outputs=st.lists(values(Tensor), min_size=1, max_size=16).map(tuple),
    image=st.none() | values(ImageInput),
    head=st.none() | values(CamHead),
)


@given(HEADERS, st.binary(min_size=1, max_size=300))
def test_a_partition_survives_a_round_trip_through_erased_flash(made, tflite):
    made = dataclasses.replace(
        made, model_bytes=len(tflite), model_crc=zlib.crc32(tflite), model_sha256=bytes(32)
    )
    read = unpack_partition(pack_partition(made, tflite) + b"\xff" * 100)
    assert (read.header, read.tflite) == (made, tflite)


@given(HEADERS)
def test_the_header_is_the_declared_one_padded_and_checked(made):
    block = pack_header(made)
    assert len(block) == HEADER_BYTES
    assert zcbor_accepts("network-header", block[:-4].rstrip(b"\xff"))
    assert int.from_bytes(block[-4:], "little") == zlib.crc32(block[:-4])


def test_size_and_sums_are_those_of_the_tflite():
    made = header()
    assert (made.model_bytes, made.model_crc) == (len(MODEL), zlib.crc32(MODEL))
    assert made.model_sha256 == hashlib.sha256(MODEL).digest()


def test_a_sample_is_as_long_as_all_inputs_together():
    mask = Tensor("mask", 6, (3,), 0.0, 0, 3)
    assert header(inputs=(IMAGE, mask)).sample_bytes == 9216 + 3
    assert (elements(IMAGE), elements(mask), elements(Tensor("x", 0, (), 0.0, 0, 4))) == (
        9216,
        3,
        1,
    )


def test_the_largest_contract_of_a_board_fits():
    tensor = Tensor("n" * 48, 255, (2**32 - 1,) * 6, 0.1, -(2**31), 2**32 - 1)
    tables = tuple(bytes(range(256)) for _ in range(4))
    image = ImageInput(2**16 - 1, 2**16 - 1, tables)
    assert len(pack_header(header(inputs=(tensor,) * 8, outputs=(tensor,) * 16, image=image)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"inputs": ()},
        {"inputs": (IMAGE,) * 9},
        {"outputs": (SCORES,) * 17},
        {"ops": 2**16},
        {"inputs": (dataclasses.replace(IMAGE, name="\u00e4" * 25),)},
        {"head": CamHead(0, 1, 2, 1, 101, 6, 6, 128, 1000, 0, -128)},
        {"image": ImageInput(96, 96, (bytes(255),))},
    ],
)
def test_what_the_declaration_has_no_room_for_is_refused(wrong):
    with pytest.raises(WireError):
        header(**wrong)


def checked(block: bytes) -> bytes:
    """A changed header with a right CRC-32."""
    return block[:-4] + zlib.crc32(block[:-4]).to_bytes(4, "little")


GOOD = pack_header(header())


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (b"\xff" * HEADER_BYTES, "empty"),
        (b"", "empty"),
        (MODEL, "without the header"),
        (GOOD[:-1], "4095 bytes of a header of 4096"),
        (GOOD[:100] + b"\x00" + GOOD[101:], "CRC-32"),
        (checked(b"\x00" + GOOD[1:]), "behind"),
        (checked(b"\x8d" + GOOD[1:]), "CBOR"),
        (checked(GOOD.replace(b"camhil-network", b"camhil-nutwork")), "begins with"),
        (checked(GOOD.replace(b"camhil-network\x02", b"camhil-network\x03")), "version"),
        (checked(b"\x01" + b"\xff" * (HEADER_BYTES - 1)), "no header"),
    ],
)
def test_a_damaged_header_is_refused(block, message):
    with pytest.raises(WireError, match=message):
        unpack_header(block)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-1], "1031 bytes of a model of 1032"),
        (lambda data: data[:-1] + b"\x00", "CRC-32"),
    ],
)
def test_a_damaged_network_is_refused(damage, message):
    with pytest.raises(WireError, match=message):
        unpack_partition(damage(pack_partition(header(), MODEL)))


def test_what_a_file_was_meant_for_is_told_by_its_begin():
    partition = pack_partition(header(), MODEL)
    assert is_bare_tflite(MODEL)
    assert not is_bare_tflite(partition)
    assert is_network_image(partition[:1000])
    assert not is_network_image(MODEL)
