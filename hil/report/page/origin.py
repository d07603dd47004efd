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
    return tuple(link for link in (commit_link(origin), job_link(origin)) if link.text)


def commit_link(origin: OriginRecord | None) -> Link:
    """The commit that was tested; without text where nobody knows it."""
    if origin is None or not origin.commit:
        return Link("")
    return Link(commit_text(origin), _web(origin.commit_url))


def job_link(origin: OriginRecord | None) -> Link:
    """The job that tested it; without text where there was none."""
    if origin is None or not origin.ci:
        return Link("")
    return Link(origin.ci, _web(origin.ci_url))


def commit_text(origin: OriginRecord) -> str:
    """ "commit 96caf8b1a2c3 of main, with changed files"."""
    text = f"commit {origin.commit[:12]}"
    text += f" of {origin.branch}" if origin.branch else ""
    return text + (", with changed files" if origin.changed else "")


def _web(address: str) -> str:
    return address if _WEB.fullmatch(address) else ""
