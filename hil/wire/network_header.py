"""The header of the model partition, which carries the network's contract; the .tflite follows.

It is the CBOR `network-header` of protocol.cddl, padded with FF, the value of erased flash, and
in its last four bytes the CRC-32 of all before. The board reads it instead of the .tflite's graph.
"""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass
from typing import Annotated

from hil.wire.cbor import dumps, loads
from hil.wire.crc import crc32
from hil.wire.errors import WireError
from hil.wire.fields import (
    I32,
    U8,
    U16,
    U32,
    Bytes,
    Count,
    Crc32,
    Digest,
    Float32,
    Integer,
    Percent,
    Text,
    pack_fields,
    signed,
    unpack_fields,
)

HEADER_BYTES = 4096
MAX_INPUTS = 8
MAX_OUTPUTS = 16
_CRC = struct.Struct("<I")
_MAGIC = "camhil-network"
_VERSION = 2
_PADDING = b"\xff"
_TFLITE = b"TFL3"  # at byte 4 of a .tflite: its FlatBuffer's file identifier
_I8 = signed(8)


@dataclass(frozen=True)
class Tensor:
    """An input or output of the network.

    `type` is TFLite's TensorType (9 is INT8). Real value = scale * (q - zero_point); scale 0: not
    quantized. `size`: bytes.
    """

    name: Annotated[str, Text(0, 48)]
    type: U8
    shape: Annotated[tuple[U32, ...], Count(0, 6)]
    scale: Annotated[float, Float32()]
    zero_point: I32
    size: U32


@dataclass(frozen=True)
class ImageInput:
    """The only input as a picture of `rows` x `columns` pixels, each with a value for a channel.

    `tables`: for each channel 256 bytes, what each value 0..255 becomes in the input tensor.
    """

    rows: U16
    columns: U16
    tables: Annotated[tuple[Annotated[bytes, Bytes(256, 256)], ...], Count(1, 4)]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.rows, self.columns

    @property
    def channels(self) -> int:
        """Values of a pixel."""
        return len(self.tables)


@dataclass(frozen=True)
class CamHead:
    """The class activation map of the positive class, as the board computes it.

    `score_output`, `features_output`: indexes of outputs. `threshold`: percent. `rows`, `columns`,
    `channels`: of the features. `weights`: where in the .tflite the class's weights are, int8.
    """

    score_output: U8
    features_output: U8
    classes: U16
    positive_class: U16
    threshold: Percent
    rows: U8
    columns: U8
    channels: U16
    weights: U32
    weight_zero_point: Annotated[int, _I8]
    feature_zero_point: Annotated[int, _I8]


@dataclass(frozen=True)
class NetworkHeader:
    """What a board knows of its network.

    `ops`: operators. `op_outputs`: outputs of all operators, the entries of a trace. `stateful`:
    it has variables, which a request can reset.
    """

    magic: Annotated[str, Text(len(_MAGIC), len(_MAGIC))]
    version: Annotated[int, Integer(_VERSION, _VERSION)]
    model_bytes: U32
    model_crc: Crc32
    model_sha256: Digest
    ops: U16
    op_outputs: U16
    stateful: bool
    inputs: Annotated[tuple[Tensor, ...], Count(1, MAX_INPUTS)]
    outputs: Annotated[tuple[Tensor, ...], Count(1, MAX_OUTPUTS)]
    image: ImageInput | None
    head: CamHead | None

    @classmethod
    def of(
        cls,
        tflite: bytes,
        *,
        ops: int,
        op_outputs: int,
        stateful: bool,
        inputs: tuple[Tensor, ...],
        outputs: tuple[Tensor, ...],
        image: ImageInput | None = None,
        head: CamHead | None = None,
    ) -> NetworkHeader:
        """The header for these .tflite bytes."""
        digest = hashlib.sha256(tflite).digest()
        made = cls(
            *(_MAGIC, _VERSION, len(tflite), crc32(tflite), digest, ops, op_outputs, stateful),
            *(inputs, outputs, image, head),
        )
        pack_fields(made)  # raises for what does not fit
        return made

    @property
    def sample_bytes(self) -> int:
        """Size of a sample: all input tensors, one behind the other."""
        return sum(tensor.size for tensor in self.inputs)


def pack_header(header: NetworkHeader) -> bytes:
    """The first `HEADER_BYTES` of the model partition. Raises `WireError` if it does not fit."""
    packed = dumps(pack_fields(header))
    room = HEADER_BYTES - _CRC.size
    if len(packed) > room:
        raise WireError(f"the contract takes {len(packed)} bytes, its header has {room}")
    block = packed.ljust(room, _PADDING)
    return block + _CRC.pack(crc32(block))


def contract_crc(block: bytes) -> int:
    """The CRC-32 under which a board reports this header: the one that it ends with.

    (Over a block that ends with its own, the CRC-32 is the same for every block.)
    """
    (stored,) = _CRC.unpack(block[-_CRC.size :])
    return int(stored)


def unpack_header(block: bytes) -> NetworkHeader:
    """Reads a header of `HEADER_BYTES`. Raises `WireError`."""
    if not block.strip(_PADDING):
        raise WireError("the model partition is empty")
    if is_bare_tflite(block):
        raise WireError("a .tflite without the header of the model partition")
    if len(block) < HEADER_BYTES:
        raise WireError(f"{len(block)} bytes of a header of {HEADER_BYTES}")
    body, (stored,) = block[: HEADER_BYTES - _CRC.size], _CRC.unpack(block[-_CRC.size :])
    if crc32(body) != stored:
        raise WireError(
            f"the header's CRC-32 is {crc32(body):#010x}, its last bytes say {stored:#010x}"
        )
    item = loads(body.rstrip(_PADDING))  # no item ends in FF: the last is nil or an int8
    if not isinstance(item, list):
        raise WireError("the model partition has no header")
    header = unpack_fields(NetworkHeader, item)
    if header.magic != _MAGIC:
        raise WireError(f"the model partition begins with {header.magic!r}, not {_MAGIC!r}")
    return header


@dataclass(frozen=True)
class NetworkImage:
    """What a model partition holds."""

    header: NetworkHeader
    tflite: bytes


def pack_partition(header: NetworkHeader, tflite: bytes) -> bytes:
    """The content of the model partition."""
    return pack_header(header) + tflite


def unpack_partition(data: bytes) -> NetworkImage:
    """Reads a model partition; bytes behind the model (erased flash) are ignored.

    Raises `WireError` where the partition is empty, damaged or of another version.
    """
    header = unpack_header(data[:HEADER_BYTES])
    tflite = data[HEADER_BYTES : HEADER_BYTES + header.model_bytes]
    if len(tflite) != header.model_bytes:
        raise WireError(f"{len(tflite)} bytes of a model of {header.model_bytes}")
    if crc32(tflite) != header.model_crc:
        raise WireError(
            f"the model's CRC-32 is {crc32(tflite):#010x}, its header says {header.model_crc:#010x}"
        )
    return NetworkImage(header, tflite)


def is_bare_tflite(data: bytes) -> bool:
    """Whether `data` is a .tflite that nobody has packed for the model partition."""
    return data[4:8] == _TFLITE


def is_network_image(data: bytes) -> bool:
    """Whether `data` was meant for the model partition, whole or not."""
    return _MAGIC.encode() in data[:64] or b"camhil-model" in data[:64]


def elements(tensor: Tensor) -> int:
    """How many values a tensor has."""
    return math.prod(tensor.shape)
