"""Pictures of answers: the photograph under its map, the locations, score and threshold.

Colours: INFERNO, whose brightness rises evenly, so that brighter always means
more. The board's location is a white crosshair, the oracle's a green ring; where
both agree the crosshair is inside of the ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.network.location import Location, NoLocation
from hil.network.score import passes, percent_text, score_percent
from hil.oracle.cam import normalise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Colour = tuple[int, int, int]  # BGR
_PAPER: _Colour = (250, 250, 250)
_INK: _Colour = (40, 40, 40)
_TRACK: _Colour = (225, 225, 225)
_BOARD: _Colour = (255, 255, 255)
_ORACLE: _Colour = (120, 230, 60)
_SHADOW: _Colour = (0, 0, 0)
_PASSED: _Colour = (80, 150, 40)
_BELOW: _Colour = (150, 150, 150)

_MARGIN = 16
_CAPTION = 24
_FOOTER = 64
HEAT_SHARE = 0.7
"""How much of a picture is its map."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What is to be drawn for one image.

    Attributes:
        pixels: the photograph, uint8 [height, width].
        title: one line on top.
        score: int8 score of the positive class; None leaves the bar out.
        threshold: in percent.
        device_cam: the board's map, integers [rows, columns], if it was sent.
        oracle_cam: the oracle's map.
        device: the board's location.
        oracle: the oracle's location.
    """

    pixels: NDArray[np.uint8]
    title: str = ""
    score: int | None = None
    threshold: int = 0
    device_cam: NDArray[np.integer[Any]] | None = None
    oracle_cam: NDArray[np.integer[Any]] | None = None
    device: Location | NoLocation | None = None
    oracle: Location | NoLocation | None = None


def overlay(picture: Picture, *, scale: int = 4) -> NDArray[np.uint8]:
    """The photograph under the board's map (or the oracle's), both locations, the score.

    Returns uint8 [height, width, 3] in BGR order, as OpenCV has it.
    """
    cam = picture.oracle_cam if picture.device_cam is None else picture.device_cam
    panel = _heat(picture.pixels, cam, scale)
    _mark(panel, picture, scale, device=True, oracle=True)
    return _page([(panel, "")], picture)


def side_by_side(picture: Picture, *, scale: int = 4) -> NDArray[np.uint8]:
    """Photograph, board's map and oracle's map next to each other.

    Returns uint8 [height, width, 3] in BGR order.
    """
    photo = _heat(picture.pixels, None, scale)
    _mark(photo, picture, scale, device=True, oracle=True)
    board = _heat(picture.pixels, picture.device_cam, scale)
    _mark(board, picture, scale, device=True, oracle=False)
    oracle = _heat(picture.pixels, picture.oracle_cam, scale)
    _mark(oracle, picture, scale, device=False, oracle=True)
    board_text = _caption("board", picture.device, picture.device_cam is not None)
    oracle_text = _caption("oracle", picture.oracle, picture.oracle_cam is not None)
    return _page([(photo, "input"), (board, board_text), (oracle, oracle_text)], picture)


def before_and_now(
    before: Picture, now: Picture, *, scale: int = 4, bare: bool = False
) -> NDArray[np.uint8]:
    """The board's maps of two runs next to each other.

    `bare`: without what the marks and colours mean, for a page that says it once.

    Returns uint8 [height, width, 3] in BGR order.
    """
    panels = []
    for which, picture in (("before", before), ("now", now)):
        panel = _heat(picture.pixels, picture.device_cam, scale)
        _mark(panel, picture, scale, device=True, oracle=False)
        text = _caption(which, picture.device, picture.device_cam is not None)
        panels.append((panel, text))
    return _page(panels, now, bare=bare)


def png(image: NDArray[np.uint8]) -> bytes:
    """A drawn image as the bytes of a PNG file."""
    import cv2

    done, data = cv2.imencode(".png", image)
    assert done  # uint8 BGR can always be encoded
    return bytes(data)


def _heat(
    pixels: NDArray[np.uint8], cam: NDArray[np.integer[Any]] | None, scale: int
) -> NDArray[np.uint8]:
    """The photograph, enlarged, blended with the map's colours; plain without a map."""
    import cv2
    import numpy as np

    size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
    photo = cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST)
    photo = cv2.cvtColor(photo, cv2.COLOR_GRAY2BGR)
    if cam is None:
        return photo.astype(np.uint8)
    blended = cv2.addWeighted(heat_of(cam, size), HEAT_SHARE, photo, 1 - HEAT_SHARE, 0)
    return blended.astype(np.uint8)


def heat_of(cam: NDArray[np.integer[Any]], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A map's colours in BGR order, uint8 [height, width, 3]. `size`: (width, height)."""
    import cv2
    import numpy as np

    levels = cv2.resize(normalise(cam), size, interpolation=cv2.INTER_LINEAR)
    return cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO).astype(np.uint8)


def _mark(
    panel: NDArray[np.uint8], picture: Picture, scale: int, *, device: bool, oracle: bool
) -> None:
    if oracle and isinstance(picture.oracle, Location):
        _ring(panel, picture.oracle.x * scale, picture.oracle.y * scale, 9 * scale // 2)
    if device and isinstance(picture.device, Location):
        _crosshair(panel, picture.device.x * scale, picture.device.y * scale, 7 * scale // 2)


def _ring(panel: NDArray[np.uint8], x: int, y: int, radius: int) -> None:
    import cv2

    cv2.circle(panel, (x, y), radius, _SHADOW, 5, cv2.LINE_AA)
    cv2.circle(panel, (x, y), radius, _ORACLE, 2, cv2.LINE_AA)


def _crosshair(panel: NDArray[np.uint8], x: int, y: int, length: int) -> None:
    """Four arms that leave the middle open."""
    import cv2

    gap = length // 2
    for thickness, colour in ((5, _SHADOW), (2, _BOARD)):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = (x + dx * gap, y + dy * gap)
            end = (x + dx * length, y + dy * length)
            cv2.line(panel, start, end, colour, thickness, cv2.LINE_AA)


def _caption(who: str, location: Location | NoLocation | None, has_map: bool) -> str:
    if isinstance(location, Location):
        text = f"{who} ({location.x}, {location.y})"
    elif location is None:
        text = who
    else:
        text = f"{who}: {location.value}"
    return text if has_map else f"{text}, no map"


def _page(
    panels: list[tuple[NDArray[np.uint8], str]], picture: Picture, *, bare: bool = False
) -> NDArray[np.uint8]:
    """Title, panels with captions, and the footer, unless `bare`, on one sheet."""
    import numpy as np

    height, width = panels[0][0].shape[:2]
    captions = any(text for _, text in panels)
    top = _MARGIN + (_CAPTION if picture.title else 0)
    bottom = top + height + (_CAPTION if captions else 0)
    sheet_width = _MARGIN + len(panels) * (width + _MARGIN)
    sheet = np.full((bottom + (_MARGIN if bare else _FOOTER), sheet_width, 3), _PAPER, np.uint8)
    inner = sheet_width - 2 * _MARGIN
    if picture.title:
        _text(sheet, picture.title, (_MARGIN, _MARGIN + 12), inner, size=0.55)
    for index, (panel, caption) in enumerate(panels):
        left = _MARGIN + index * (width + _MARGIN)
        sheet[top : top + height, left : left + width] = panel
        _text(sheet, caption, (left, top + height + 18), width)
    if bare:
        return sheet
    _footer(sheet, picture, bottom + 14, width)
    if len(panels) > 1:
        _map_scale(sheet, 2 * _MARGIN + width, bottom + 14, width // 2)
    return sheet


def _footer(sheet: NDArray[np.uint8], picture: Picture, top: int, width: int) -> None:
    """The score bar on the left, the meaning of the marks on the right or below."""
    import cv2

    if picture.score is not None:
        share = float(score_percent(picture.score)) / 100
        colour = _PASSED if passes(picture.score, picture.threshold) else _BELOW
        left, bar = _MARGIN, width // 2
        limit = left + bar * picture.threshold // 100
        cv2.rectangle(sheet, (left, top), (left + bar, top + 10), _TRACK, cv2.FILLED)
        cv2.rectangle(sheet, (left, top), (left + round(bar * share), top + 10), colour, cv2.FILLED)
        cv2.line(sheet, (limit, top - 4), (limit, top + 14), _INK, 2)
        text = f"{percent_text(picture.score)}, threshold {picture.threshold} %"
        _text(sheet, text, (left, top + 32), width * 2 // 3)
    right = _MARGIN + width
    if isinstance(picture.device, Location):
        x = right - 76
        cv2.rectangle(sheet, (x - 12, top - 6), (x + 12, top + 16), _INK, cv2.FILLED)
        _crosshair(sheet, x, top + 5, 9)
        _text(sheet, "board", (x + 20, top + 9), 60)
    if isinstance(picture.oracle, Location):
        x = right - 76
        cv2.rectangle(sheet, (x - 12, top + 20), (x + 12, top + 42), _INK, cv2.FILLED)
        _ring(sheet, x, top + 31, 7)
        _text(sheet, "oracle", (x + 20, top + 35), 60)


def _map_scale(sheet: NDArray[np.uint8], left: int, top: int, width: int) -> None:
    """What the colours mean: from the map's minimum to its maximum."""
    import cv2
    import numpy as np

    levels = np.tile(np.linspace(0, 255, width).astype(np.uint8), (10, 1))
    sheet[top : top + 10, left : left + width] = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    _text(sheet, "minimum", (left, top + 32), width // 2)
    _text(sheet, "maximum", (left + width - 55, top + 32), width // 2)


def _text(
    sheet: NDArray[np.uint8], text: str, place: tuple[int, int], width: int, *, size: float = 0.45
) -> None:
    """One line, cut with dots where it is wider than `width`. The font has ASCII alone."""
    import cv2

    def fits(candidate: str) -> bool:
        return cv2.getTextSize(candidate, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0] <= width

    shown = text = text.encode("ascii", "replace").decode("ascii")
    while text and not fits(shown):
        text = text[:-1]
        shown = f"{text.rstrip()}..."
    cv2.putText(sheet, shown, place, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)
