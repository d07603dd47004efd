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

    try:
        data = zlib.decompress(base64.b64decode(text, validate=True))
        return np.frombuffer(data, np.int8).reshape(shape)
    except (ValueError, zlib.error) as error:
        raise UsageError(
            f"a damaged tensor: {error}", where=where, hint="record the run again"
        ) from error


def unpack_png(text: str, *, where: str = "run") -> NDArray[np.uint8]:
    """The gray picture of an image record, uint8 [height, width]."""
    import cv2
    import numpy as np

    data = np.frombuffer(base64.b64decode(text), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if picture is None:
        raise UsageError("a damaged picture", where=where, hint="record the run again")
    return picture.astype(np.uint8)
