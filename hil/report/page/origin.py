"""Links from the page to the commit that was tested and to the CI job that ran it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.facts.origin import OriginRecord

_WEB = re.compile(r"https?://[^\s\"'<>]+")
"""A run file may come from anybody: no other kind of address becomes a link."""


@dataclass(frozen=True, slots=True)
class Link:
    """`href`: empty for text alone."""

    text: str
    href: str = ""


def origin_links(origin: OriginRecord | None) -> tuple[Link, ...]:
    """Commit and job; none where nobody knows them."""
    if origin is None:
        return ()
    links = []
    if origin.commit:
        links.append(Link(commit_text(origin), _web(origin.commit_url)))
    if origin.ci:
        links.append(Link(origin.ci, _web(origin.ci_url)))
    return tuple(links)


def commit_text(origin: OriginRecord) -> str:
    """ "commit 96caf8b1a2c3 of main, with changed files"."""
    text = f"commit {origin.commit[:12]}"
    text += f" of {origin.branch}" if origin.branch else ""
    return text + (", with changed files" if origin.changed else "")


def _web(address: str) -> str:
    return address if _WEB.fullmatch(address) else ""
