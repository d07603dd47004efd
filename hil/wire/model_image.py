"""The model partition: a 64-byte header, then the .tflite bytes.

The header is the CBOR `model-header` of protocol.cddl, padded with FF, the value of erased flash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hil.wire.cbor import dumps, loads
from hil.wire.crc import crc32
from hil.wire.errors import WireError
from hil.wire.fields import U8, U32, Crc32, Integer, Percent, Text, pack_fields, unpack_fields

HEADER_BYTES = 64
_MAGIC = "camhil-model"
_VERSION = 1
_PADDING = b"\xff"


_TFLITE = b"TFL3"  # at byte 4 of a .tflite: its FlatBuffer's file identifier


def is_bare_tflite(data: bytes) -> bool:
    """Whether `data` is a .tflite that nobody has packed for the model partition."""
    return data[4:8] == _TFLITE


def is_model_image(data: bytes) -> bool:
    """Whether `data` was meant for the model partition, whole or not."""
    return _MAGIC.encode() in data[:HEADER_BYTES]


@dataclass(frozen=True)
class _Header:
    magic: Annotated[str, Text(len(_MAGIC), len(_MAGIC))]
    version: Annotated[int, Integer(_VERSION, _VERSION)]
    model_bytes: U32
    model_crc: Crc32
    positive_class: U8
    threshold: Percent


@dataclass(frozen=True)
class ModelImage:
    """What a model partition holds; `threshold` in percent."""

    tflite: bytes
    positive_class: int
    threshold: int


def pack_model_image(tflite: bytes, *, positive_class: int, threshold: int) -> bytes:
    """The content of the model partition for these .tflite bytes."""
    header = _Header(_MAGIC, _VERSION, len(tflite), crc32(tflite), positive_class, threshold)
    return dumps(list(pack_fields(header))).ljust(HEADER_BYTES, _PADDING) + tflite


def unpack_model_image(data: bytes) -> ModelImage:
    """Reads a model partition; bytes behind the model (erased flash) are ignored.

    Raises `WireError` where the partition is empty, damaged or of another version.
    """
    if not data.strip(_PADDING):
        raise WireError("the model partition is empty")
    if is_bare_tflite(data):
        raise WireError("a .tflite without the header of the model partition")
    # The last header byte is never FF: the threshold ends it and is at most 100.
    item = loads(data[:HEADER_BYTES].rstrip(_PADDING))
    if not isinstance(item, list):
        raise WireError("the model partition has no header")
    header = unpack_fields(_Header, item)
    if header.magic != _MAGIC:
        raise WireError(f"the model partition begins with {header.magic!r}, not {_MAGIC!r}")
    tflite = data[HEADER_BYTES : HEADER_BYTES + header.model_bytes]
    if len(tflite) != header.model_bytes:
        raise WireError(f"{len(tflite)} bytes of a model of {header.model_bytes}")
    if crc32(tflite) != header.model_crc:
        raise WireError(
            f"the model's CRC-32 is {crc32(tflite):#010x}, its header says {header.model_crc:#010x}"
        )
    return ModelImage(tflite, header.positive_class, header.threshold)
