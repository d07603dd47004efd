"""A trend as a PNG, drawn with OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.judge.baseline.text import value_text

if TYPE_CHECKING:
    from hil.store.series import Series

_WIDTH, _HEIGHT = 1000, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 150, 30, 60, 50
_WHITE, _BLACK, _GREY = (255, 255, 255), (40, 40, 40), (200, 200, 200)
_LINE, _STEP = (160, 90, 30), (40, 40, 210)  # blue, green, red


def trend_png(series: Series) -> bytes:
    """The series as a line with its steps marked."""
    import cv2
    import numpy as np

    image = np.full((_HEIGHT, _WIDTH, 3), _WHITE, dtype=np.uint8)
    values = series.values
    low, high = min(values), max(values)
    span = (high - low) or 1.0

    def at(index: float, value: float) -> tuple[int, int]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * (index + 0.5) / len(values)
        share = (value - low) / span if high > low else 0.5
        return round(x), round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share)

    def write(text: str, x: int, y: int, size: float = 0.5) -> None:
        face = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(image, text, (x, y), face, size, _BLACK, 1, cv2.LINE_AA)

    for value in {low, (low + high) / 2, high}:
        y = at(0, value)[1]
        cv2.line(image, (_LEFT, y), (_WIDTH - _RIGHT, y), _GREY, 1)
        write(value_text(value, series.metric), 10, y + 5)
    for step in series.steps:
        x = at(step.index - 0.5, low)[0]
        cv2.line(image, (x, _TOP - 10), (x, _HEIGHT - _BOTTOM), _STEP, 1, cv2.LINE_AA)
        relative = step.relative
        write("step" if relative is None else f"{100 * relative:+.2f} %", x + 4, _TOP)
    points = [at(index, value) for index, value in enumerate(values)]
    cv2.polylines(image, [np.array(points, dtype=np.int32)], False, _LINE, 1, cv2.LINE_AA)
    for point in points:
        cv2.circle(image, point, 3, _LINE, -1, cv2.LINE_AA)
    write(f"{series.metric}   {series.board}", 10, 25, 0.6)
    write(series.runs[0].started[:10], _LEFT, _HEIGHT - 15)
    write(series.runs[-1].started[:10], _WIDTH - _RIGHT - 95, _HEIGHT - 15)
    done, data = cv2.imencode(".png", image)
    assert done  # uint8 pixels can always be encoded
    return data.tobytes()
