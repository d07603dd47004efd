"""Pictures for pytest-html: photograph and both heatmaps beside each image's tests."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.report.draw import Picture
    from hil.run.measurement import Measurement


def picture_of(measurement: Measurement) -> Picture:
    """What `hil.report.draw` needs for one measured image."""
    from hil.report.draw import Picture

    facts = measurement.facts
    return Picture(
        pixels=measurement.photo.pixels,
        title=facts.image,
        score=facts.device.scores[facts.positive_class],
        threshold=facts.threshold,
        device_cam=measurement.inference.cam,
        oracle_cam=measurement.answer.cam,
        device=facts.device.location,
        oracle=facts.reference.location,
    )


def diagnosis_html(diagnosis: Diagnosis) -> str:
    """The diagnosis as in the terminal, for the top of a report."""
    from html import escape

    from hil.diagnose.show import lines

    text = "\n".join(
        f"<b>{escape(line.text)}</b>" if line.strong else escape(line.text)
        for line in lines(diagnosis)
    )
    return f"<h2>Diagnosis</h2><pre>{text}</pre>"


def html_extra(measurement: Measurement) -> Any:
    """A pytest-html extra with photograph, board's map and oracle's map."""
    import cv2
    from pytest_html import extras

    from hil.report.draw import side_by_side

    picture = side_by_side(picture_of(measurement), scale=2)
    # A tenth of the PNG: a report of a thousand images has to open.
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return extras.jpg(base64.b64encode(jpeg.tobytes()).decode("ascii"), measurement.facts.image)
