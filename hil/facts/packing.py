"""Tensors and pictures as text in a run file."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

from hil.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def pack_int8(tensor: NDArray[np.int8]) -> str:
    """The bytes of an int8 tensor: zlib, then base64."""
    return pack_bytes(tensor.tobytes())


def pack_bytes(data: bytes) -> str:
    """Bytes: zlib, then base64."""
    return base64.b64encode(zlib.compress(data, 6)).decode("ascii")


def unpack_int8(text: str, shape: tuple[int, ...], *, where: str = "run") -> NDArray[np.int8]:
    """The inverse of `pack_int8`. Raises UsageError for damaged text or another size."""
    import numpy as np

    data = unpack_bytes(text, where=where)
    try:
        return np.frombuffer(data, np.int8).reshape(shape)
    except ValueError as error:
        raise _damaged(error, where) from error


def unpack_bytes(text: str, *, where: str = "run") -> bytes:
    """The inverse of `pack_bytes`. Raises UsageError for damaged text."""
    try:
        return zlib.decompress(unpack_plain(text, where=where))
    except zlib.error as error:
        raise _damaged(error, where) from error


def unpack_plain(text: str, *, where: str = "run") -> bytes:
    """Bytes that are base64 alone. Raises UsageError for damaged text."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise _damaged(error, where) from error


def _damaged(error: Exception, where: str) -> UsageError:
    return UsageError(f"damaged bytes: {error}", where=where, hint="record the run again")


def unpack_png(text: str, *, where: str = "run") -> NDArray[np.uint8]:
    """The picture of a record: uint8 [height, width], or [height, width, 3] of red, green, blue."""
    import cv2
    import numpy as np

    data = np.frombuffer(unpack_plain(text, where=where), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if picture is None:
        raise UsageError("a damaged picture", where=where, hint="record the run again")
    return (picture if picture.ndim == 2 else picture[..., ::-1]).astype(np.uint8)
