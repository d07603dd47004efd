"""Requests and replies as the bytes of one message: `[seq, kind, field...]` in CBOR.

`encode_request` and `decode_reply` are the host's pair, `decode_request` and `encode_reply` the
board's, for fakes and tests. Everything outside protocol.cddl raises `WireError`.
"""

from __future__ import annotations

import typing
from typing import Any

from hil.wire.cbor import dumps, loads
from hil.wire.errors import WireError
from hil.wire.fields import Integer, pack_fields, unpack_fields, unsigned
from hil.wire.replies import Reply
from hil.wire.requests import Request

NOTICE_SEQ = 0  # sequence number of what the board sends unasked

_SEQ: Integer = unsigned(32)
_REQUESTS: dict[int, type[Any]] = {kind.kind: kind for kind in typing.get_args(Request)}
_REPLIES: dict[int, type[Any]] = {kind.kind: kind for kind in typing.get_args(Reply)}


def encode_request(seq: int, message: Request) -> bytes:
    return _encode(_REQUESTS, seq, message)


def decode_request(data: bytes) -> tuple[int, Request]:
    seq, message = _decode(_REQUESTS, data)
    return seq, typing.cast(Request, message)


def encode_reply(seq: int, message: Reply) -> bytes:
    return _encode(_REPLIES, seq, message)


def decode_reply(data: bytes) -> tuple[int, Reply]:
    seq, message = _decode(_REPLIES, data)
    return seq, typing.cast(Reply, message)


def reply_kind(request: Request) -> type[Any]:
    """The class that answers `request`: a request and its answer share the kind number."""
    return _REPLIES[request.kind]


def peek_seq(data: bytes) -> int | None:
    """The sequence number of a message that may not be decodable otherwise."""
    try:
        item = loads(data)
        return _SEQ.unpack(item[0]) if isinstance(item, list) and item else None
    except WireError:
        return None


def _encode(kinds: dict[int, type[Any]], seq: int, message: Any) -> bytes:
    if kinds.get(getattr(message, "kind", -1)) is not type(message):
        raise WireError(f"{type(message).__name__} does not travel in this direction")
    return dumps([_SEQ.pack(seq), message.kind, *pack_fields(message)])


def _decode(kinds: dict[int, type[Any]], data: bytes) -> tuple[int, Any]:
    item = loads(data)
    if not isinstance(item, list) or len(item) < 2:
        raise WireError("a message is an array of a sequence number, a kind and its fields")
    seq, kind = _SEQ.unpack(item[0]), item[1]
    if type(kind) is not int or kind not in kinds:
        raise WireError(f"unknown message kind {kind!r}")
    return seq, unpack_fields(kinds[kind], item[2:])
