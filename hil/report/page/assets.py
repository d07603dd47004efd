"""Scripts and tables that stand in the page, so that it needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from hil.report.page.cards import FEW, WORST, script_json
from hil.report.page.fill import STILL, TEMPLATES
from hil.report.page.palette import inferno_text

_FOR_ALL = ("navigation.js", "table.js")
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
    script, source = one_script(TEMPLATES / name for name in names)
    return Assets(
        script=script,
        settings=script_json(
            {"inferno": inferno_text(), "worst": WORST, "few": FEW, "clock": clock}
        ),
        policy=STILL.replace("style-src", f"script-src {source}; style-src"),
    )


def one_script(files: Iterable[Path]) -> tuple[Markup, str]:
    """These files as one script, and the source expression of a policy that allows it."""
    # Each file in a scope of its own would need exports; one scope for all needs nothing.
    parts = [file.read_text(encoding="utf-8") for file in files]
    script = '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return Markup(script), f"'sha256-{digest}'"
