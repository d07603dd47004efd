"""Model partitions with something wrong in them."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

from hil.testing.tiny_model import edit_model
from hil.wire.crc import crc32
from hil.wire.network_header import pack_partition, unpack_partition

if TYPE_CHECKING:
    from tests.emulated.conftest import EmulatedBoard


def repacked(board: EmulatedBoard, tflite: bytes) -> bytes:
    """A partition whose header is right for the bytes of this model."""
    header = unpack_partition(board.model_image).header
    changed = dataclasses.replace(
        header,
        model_bytes=len(tflite),
        model_crc=crc32(tflite),
        model_sha256=hashlib.sha256(tflite).digest(),
    )
    return pack_partition(changed, tflite)


def aborting(board: EmulatedBoard) -> bytes:
    """A partition with a model that makes the engine abort where it should return an error."""

    # TFLM's PreprocessSoftmaxScaling checks that scale * 2^26 is above 1, and aborts if not.
    def change(graph: Any, _: Any) -> None:
        logits = graph.tensors[graph.operators[-1].inputs[0]]
        logits.quantization.scale = [1e-9]

    tflite = unpack_partition(board.model_image).tflite
    return repacked(board, edit_model(tflite, change))
