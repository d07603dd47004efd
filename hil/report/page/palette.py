"""The colours of maps, everywhere in a page: OpenCV's inferno, from the minimum to the maximum."""

from __future__ import annotations

import base64
import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@functools.cache
def inferno() -> bytes:
    """256 times red, green and blue."""
    import cv2
    import numpy as np

    levels = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    return bytes(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[:, 0, ::-1].tobytes())


def inferno_text() -> str:
    """The table as a page's script takes it: base64."""
    return base64.b64encode(inferno()).decode("ascii")


def colour(share: float) -> str:
    """The colour of a value that lies at `share` (0 to 1) between minimum and maximum."""
    at = 3 * round(255 * min(max(share, 0.0), 1.0))
    return f"#{inferno()[at : at + 3].hex()}"


def heat_over(pixels: NDArray[np.uint8], cam: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """A map over its picture, as `hil.report.draw` has it.

    Args:
        pixels: uint8 [height, width] or [height, width, 3] in the order red, green, blue.
        cam: integers [rows, columns].

    Returns:
        uint8 [height, width, 3], red, green, blue.
    """
    import cv2

    from hil.report.draw import HEAT_SHARE, heat_of

    photo = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB) if pixels.ndim == 2 else pixels
    heat = cv2.cvtColor(heat_of(cam, photo.shape[1::-1]), cv2.COLOR_BGR2RGB)
    return cv2.addWeighted(heat, HEAT_SHARE, photo, 1 - HEAT_SHARE, 0).astype("uint8")
