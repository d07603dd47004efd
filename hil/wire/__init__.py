"""The wire format: messages, frames and the model partition. Pure codecs, no I/O.

protocol.cddl beside this file is the declaration; docs/protocol.md explains it.
"""

from __future__ import annotations

from hil.wire.crc import crc32
from hil.wire.errors import WireError
from hil.wire.frames import (
    FIRST_SEQ,
    MAX_FRAME_BYTES,
    ConsoleText,
    Damaged,
    Event,
    Frame,
    FrameDecoder,
    encode_frame,
)
from hil.wire.messages import decode_reply, decode_request, encode_reply, encode_request
from hil.wire.model_image import ModelImage, pack_model_image, unpack_model_image

__all__ = [
    "FIRST_SEQ",
    "MAX_FRAME_BYTES",
    "ConsoleText",
    "Damaged",
    "Event",
    "Frame",
    "FrameDecoder",
    "ModelImage",
    "WireError",
    "crc32",
    "decode_reply",
    "decode_request",
    "encode_frame",
    "encode_reply",
    "encode_request",
    "pack_model_image",
    "unpack_model_image",
]
