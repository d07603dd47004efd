"""The name of a project, which is its folder's."""

from __future__ import annotations

import re
from pathlib import Path

from hil.errors import UsageError

# The specification of names: https://packaging.python.org/en/latest/specifications/name-normalization/
_NAME = re.compile(r"[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE)
_OURS = ("camhil", "hil")
"""A project that is called as what it needs cannot be installed."""

_FALLBACK = "my-board"


def project_name(folder: Path) -> str:
    """The folder's name, if a package may have it.

    Raises UsageError with a name that would do.
    """
    name = folder.name
    if not _NAME.fullmatch(name):
        problem = f"{name!r} is no name that a package may have"
        rule = "letters a to z and digits, between them also . _ -"
    elif _normalized(name) in _OURS:
        problem = f"{name!r} is the name of a package that the project needs"
        rule = "any other name"
    else:
        return name
    raise UsageError(
        problem, where=str(folder), hint=f"call the folder {_like(name)}, for example ({rule})"
    )


def _like(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", name)
    near = "-".join(words).lower()
    return near if near and near not in _OURS else _FALLBACK


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
