"""What a board has to say to a broken model partition, by docs/protocol.md."""

from __future__ import annotations

import dataclasses
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from hil.network.contract import read_contract
from hil.network.refusal import Refusal, Room, due_refusal
from hil.network.settings import NetworkSettings
from hil.suite.networks import other_network
from hil.suite.partitions import NAMES, content
from hil.suite.surroundings import Surroundings
from hil.testing.tiny_model import tiny_model
from hil.wire.enums import ErrorCode
from hil.wire.network_header import NetworkHeader, Tensor, pack_header

MODEL = tiny_model(input_size=(8, 12), grid=(2, 3), channels=4, classes=3)
SOUND = read_contract(MODEL, settings=NetworkSettings(positive_class=2, threshold=10)).header
ROOM = Room(sample_bytes=96, trace_entries=5, map_cells=6)
SIZE = 1 << 20
H = "header of the model partition: "


def due(header: NetworkHeader, room: Room = ROOM, model: bytes = MODEL) -> Refusal | None:
    return due_refusal(pack_header(header) + model, SIZE, room, [3, 24])


def head(**changes: Any) -> NetworkHeader:
    assert SOUND.head is not None
    return dataclasses.replace(SOUND, head=dataclasses.replace(SOUND.head, **changes))


def test_a_sound_network_is_not_refused() -> None:
    assert due(SOUND) is None


def test_what_is_there_is_read_before_it_is_understood() -> None:
    whole = pack_header(SOUND) + MODEL
    assert due_refusal(b"", SIZE, ROOM) == Refusal(
        ErrorCode.NO_MODEL, 0, 0, "model partition is empty"
    )
    damaged = whole[:10] + bytes([whole[10] ^ 1]) + whole[11:]
    stored = int.from_bytes(whole[4092:4096], "little")
    assert due_refusal(damaged, SIZE, ROOM) == Refusal(
        ErrorCode.MODEL_HEADER,
        stored,
        zlib.crc32(damaged[:4092]),
        "header of the model partition is damaged",
    )
    cut = due_refusal(whole[:-1] + b"", SIZE, ROOM)
    erased_end = zlib.crc32(MODEL[:-1] + b"\xff")
    assert cut == Refusal(
        ErrorCode.MODEL_CRC, zlib.crc32(MODEL), erased_end, "model is damaged: wrong CRC-32"
    )
    other = b"\0\0\0\0ABCD"
    sized = dataclasses.replace(SOUND, model_bytes=8, model_crc=zlib.crc32(other))
    assert due(sized, model=other) == Refusal(ErrorCode.MODEL_FORMAT, 0, 0, "model is no .tflite")


def test_a_model_may_fill_its_partition_and_not_a_byte_more() -> None:
    whole = pack_header(SOUND) + MODEL
    assert due_refusal(whole, len(whole), ROOM) is None
    assert due_refusal(whole, len(whole) - 1, ROOM) == Refusal(
        ErrorCode.MODEL_HEADER,
        len(MODEL) - 1,
        len(MODEL),
        f"model of {len(MODEL)} bytes does not fit its partition",
    )


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (head(score_output=2), "head is of outputs that are not there"),
        (head(classes=2, positive_class=1), "head does not fit the scores"),
        (head(positive_class=3), "head does not fit the scores"),
        (head(rows=0), "head does not fit the features"),
        (head(channels=5), "head does not fit the features"),
        (head(weights=len(MODEL) - 3), "weights are outside the model"),
    ],
)
def test_a_head_that_contradicts_the_rest_is_named(changed: NetworkHeader, text: str) -> None:
    assert due(changed) == Refusal(ErrorCode.MODEL_HEADER, 0, 0, H + text)


def test_weights_may_end_where_the_model_ends() -> None:
    assert due(head(weights=len(MODEL) - 4)) is None


def test_inputs_of_four_gigabytes_are_too_large() -> None:
    halves = [Tensor(name, 9, (size,), 0.0, 0, size) for name, size in (("a", 2**31), ("b", 2**31))]
    large = dataclasses.replace(SOUND, inputs=tuple(halves), image=None, head=None)
    assert due(large) == Refusal(ErrorCode.MODEL_HEADER, 0, 0, H + "inputs are too large")


@pytest.mark.parametrize(
    ("room", "needed", "available", "of"),
    [
        (Room(95, 5, 6), 96, 95, "bytes of a sample"),
        (Room(96, 4, 6), 5, 4, "entries of a trace"),
        (Room(96, 5, 5), 6, 5, "cells of a map"),
    ],
)
def test_a_network_that_needs_more_room_is_told_how_much(
    room: Room, needed: int, available: int, of: str
) -> None:
    text = f"built with room for {available} {of}, the network needs {needed}"
    assert due(SOUND, room) == Refusal(ErrorCode.NO_ROOM, needed, available, text)


def test_outputs_of_another_size_than_the_models_are_told_with_both() -> None:
    partition = pack_header(SOUND) + MODEL
    assert due_refusal(partition, SIZE, ROOM, [3, 25]) == Refusal(
        ErrorCode.MODEL_FORMAT, 24, 25, "output 1 of the model has 25 bytes, by its header 24"
    )


def test_the_documentation_has_every_refusal_that_the_suite_asks_for() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "protocol.md").read_text(encoding="utf-8")
    base = other_network("wide map, average pooling")
    around = Surroundings(base, app=b"\xe9" + bytes(8191), partition_bytes=SIZE, arena_bytes=4096)
    sizes = [tensor.size for tensor in base.contract.header.outputs]
    texts = set()
    for name in NAMES:
        found = due_refusal(content(name, around), SIZE, Room(1 << 20, 64, 255), sizes)
        texts.add("" if found is None else found.text)
    for text in texts:
        between = [part for part in re.split(r"\d+", text.removeprefix(H)) if part]
        assert all(part in page for part in between), text
    assert len(texts) > 15
