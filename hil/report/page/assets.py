"""Scripts and tables that stand in the page, so that it needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from markupsafe import Markup

from hil.report.page.cards import WORST, script_json
from hil.report.page.fill import STILL, TEMPLATES

_FOR_ALL = ("navigation.js",)
_FOR_IMAGES = ("dom.js", "heat.js", "panels.js", "state.js", "grid.js", "sheet.js", "start.js")


@dataclass(frozen=True, slots=True)
class Assets:
    """`policy` allows this script, inline style and pictures, and no network at all."""

    script: Markup
    settings: Markup
    policy: str


def assets(*, images: bool, clock: str = "") -> Assets:
    """What the page needs.

    Args:
        images: it has a grid of them.
        clock: whose the times are, where they are no chip's (`hil.facts.stand_in.mark`).
    """
    names = _FOR_ALL + (_FOR_IMAGES if images else ())
    # Each file in a scope of its own would need exports; one scope for all needs nothing.
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in names]
    script = '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return Assets(
        script=Markup(script),
        settings=script_json({"inferno": inferno(), "worst": WORST, "clock": clock}),
        policy=STILL.replace("style-src", f"script-src 'sha256-{digest}'; style-src"),
    )


def inferno() -> str:
    """The colours of maps, 256 times red, green and blue, in base64."""
    import cv2
    import numpy as np

    levels = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[:, 0, ::-1]
    return base64.b64encode(colours.tobytes()).decode("ascii")
