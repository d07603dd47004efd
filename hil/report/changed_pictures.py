"""A picture of each image that is answered in another way: the map before, and the map now."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.report.changes import answers, by_key
from hil.report.draw import Picture, before_and_now, png

if TYPE_CHECKING:
    from hil.judge.judged import JudgedImage, JudgedRun

MOST = 12


@dataclass(frozen=True, slots=True)
class ChangedPicture:
    """`key`: of the image. `name`: of a file; unique, and safe in an address."""

    key: str
    name: str
    png: bytes

    @property
    def address(self) -> str:
        """For a page that holds the picture itself."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def changed_pictures(
    now: JudgedRun, before: JudgedRun, *, bare: bool = False
) -> Iterator[ChangedPicture]:
    """The first `MOST` of the images that both runs have and that are answered in another way.

    `bare`: small and without words, for a page that has them beside the picture.
    """
    ours, theirs = by_key(now), by_key(before)
    for number, (key, name, what) in enumerate(answers(now, before).rows[:MOST], start=1):
        safe = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40]
        pictures = (
            _picture(side[key], "" if bare else f"{name}: {what}") for side in (theirs, ours)
        )
        drawn = before_and_now(*pictures, scale=2 if bare else 4, bare=bare)
        yield ChangedPicture(key, f"{number:02}-{safe or 'image'}.png", png(drawn))


def _picture(image: JudgedImage, title: str) -> Picture:
    import cv2
    import numpy as np

    facts = image.record.facts
    data = np.frombuffer(base64.b64decode(image.record.png), np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert pixels is not None  # this harness wrote it
    cam = None if facts.device.cam is None else np.array(facts.device.cam, np.int64)
    return Picture(pixels.astype(np.uint8), title, device_cam=cam, device=facts.device.location)
