"""The pages, each whole in one answer: style and script stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("page")

_SHARED = ("dom.js", "heat.js")
"""Of the report: small helpers, and how maps are drawn."""


def page(name: str, settings: Mapping[str, Any], **found: Any) -> str:
    """The page `name`.html with the script `name`.js, which finds `settings` in it.

    `found`: what the page shows. The script may talk to its own server, and to nobody else.
    """
    from markupsafe import Markup

    from hil.report.page.assets import one_script
    from hil.report.page.cards import script_json
    from hil.report.page.fill import TEMPLATES, fill
    from hil.report.page.palette import inferno_text

    own = (FOLDER / "own.js", FOLDER / f"{name}.js")
    script, source = one_script([*(TEMPLATES / each for each in _SHARED), *own])
    policy = (
        f"default-src 'none'; script-src {source}; style-src 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    return fill(
        f"{name}.html",
        FOLDER,
        policy=policy,
        own_style=Markup((FOLDER / "live.css").read_text(encoding="utf-8")),
        script=script,
        settings=script_json({"inferno": inferno_text(), **settings}),
        **found,
    )
