"""The name of a project, which is its folder's."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from hil.errors import UsageError

# The specification of names: https://packaging.python.org/en/latest/specifications/name-normalization/
_NAME = re.compile(r"[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE)
_FALLBACK = "my-board"


def project_name(folder: Path) -> str:
    """The folder's name, if a package may have it.

    Raises UsageError with a name that would do.
    """
    name = folder.name
    if not _NAME.fullmatch(name):
        problem = f"{name!r} is no name that a package may have"
        rule = "letters a to z and digits, between them also . _ -"
    elif _normalized(name) in _needed():
        problem = f"{name!r} is the name of a package that the project needs"
        rule = "any other name"
    else:
        return name
    raise UsageError(
        problem, where=str(folder), hint=f"call the folder {_like(name)}, for example ({rule})"
    )


def _like(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    near = "-".join(words).lower()
    return near if near and near not in _needed() else _FALLBACK


def _needed() -> set[str]:
    """Packages of this and of what it needs: a project that is called as one is not installed."""
    from importlib import metadata

    listed = metadata.requires("camhil") or ()
    named = [each for each in listed if "extra ==" not in each or "'sim'" in each.replace('"', "'")]
    heads = [_NAME.match(requirement) for requirement in named]
    return {"camhil", "hil", *(_normalized(head[0]) for head in heads if head)}


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
