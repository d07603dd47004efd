"""A page of a template, which needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil import __version__
from hil.report.page.details import printable

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("template")

STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Policy of a page without a script."""


def style() -> Markup:
    """The style of all pages."""
    from markupsafe import Markup

    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))


def fill(template: str, folder: Path = TEMPLATES, *, policy: str = STILL, **found: Any) -> str:
    """The page as text.

    Args:
        template: in `folder`; it extends base.html.
        folder: of templates, which come before those here.
        policy: what the page may load and run.
        found: what the template shows.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]), autoescape=True, undefined=StrictUndefined
    )
    text: str = environment.get_template(template).render(
        style=style(), policy=policy, version=__version__, **found
    )
    return printable(text)
