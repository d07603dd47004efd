"""The colours of maps, everywhere in a page: OpenCV's inferno, from the minimum to the maximum."""

from __future__ import annotations

import functools


@functools.cache
def inferno() -> bytes:
    """256 times red, green and blue."""
    import cv2
    import numpy as np

    levels = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    return bytes(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[:, 0, ::-1].tobytes())


def colour(share: float) -> str:
    """The colour of a value that lies at `share` (0 to 1) between minimum and maximum."""
    at = 3 * round(255 * min(max(share, 0.0), 1.0))
    return f"#{inferno()[at : at + 3].hex()}"
