"""Photographs with the model's answers, as JPEG. Only those that may be shown are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil.report.draw import Picture, overlay
from model.modelcard.facts import Shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COLUMNS, _SCALE = 4, 3
_QUALITY = 85
_BOX, _SHADOW = 255, 0


def contact_sheet(shown: Sequence[Shown], *, columns: int = _COLUMNS, scale: int = _SCALE) -> bytes:
    """All photographs under their maps, with location, score and what is wrong; at least one."""
    import cv2
    import numpy as np

    tiles = [_tile(one, scale) for one in shown]
    blank = np.full_like(tiles[0], 250)
    tiles += [blank] * (-len(tiles) % min(columns, len(tiles)))
    wide = min(columns, len(tiles))
    rows = [np.hstack(tiles[start : start + wide]) for start in range(0, len(tiles), wide)]
    done, data = cv2.imencode(".jpg", np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done  # uint8 BGR can always be encoded
    return bytes(data)


def _tile(one: Shown, scale: int) -> NDArray[np.uint8]:
    answer = one.answer
    return overlay(
        Picture(
            pixels=_with_boxes(one),
            title=f"{one.wrong}: {one.name}" if one.wrong else one.name,
            score=one.score,
            threshold=answer.threshold or 0,
            oracle_cam=answer.array(),
            oracle=answer.location,
        ),
        scale=scale,
    )


def _with_boxes(one: Shown) -> NDArray[np.uint8]:
    """The photograph with its persons framed in white on black."""
    import cv2
    import numpy as np

    pixels = np.array(one.pixels, np.uint8)
    bottom, right = (side - 1 for side in pixels.shape)
    for x0, y0, x1, y1 in one.boxes:
        start, end = (int(x0 * right), int(y0 * bottom)), (int(x1 * right), int(y1 * bottom))
        inner = (start[0] + 1, start[1] + 1), (end[0] - 1, end[1] - 1)
        cv2.rectangle(pixels, inner[0], inner[1], _SHADOW, 1)
        cv2.rectangle(pixels, start, end, _BOX, 1)
    return pixels
