"""Writes a new project: all of it or nothing, and over nothing that was there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from hil.base.host_error import host_errors
from hil.errors import UsageError

# What is in a folder before a project is: a repository, an environment to install camhil in.
_BEFORE = {".git", ".venv", "venv"}


def check_folder(folder: Path) -> None:
    """Raises UsageError unless a project may be written there: it is not there, or empty.

    A repository and an environment of Python may be in it already: .git, .venv, venv.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise UsageError("this is a file", where=str(folder), hint="choose another name")
    with host_errors("cannot read the folder", str(folder)):
        inside = sorted(path.name for path in folder.iterdir() if path.name not in _BEFORE)
    if inside:
        more = f" and {len(inside) - 3} more" if len(inside) > 3 else ""
        raise UsageError(
            f"the folder is not empty: {', '.join(inside[:3])}{more}",
            where=str(folder),
            hint="choose a folder that is empty or not there, and move what you need into it",
        )


def write_project(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files into a folder of `check_folder`; whatever stops it, what it wrote is gone.

    Args:
        folder: made with those above it, if need be.
        files: content by path, with slashes.

    Raises InfrastructureError where the host cannot write them.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    tops = sorted({path.split("/")[0] for path in files})
    try:
        with host_errors("cannot write the project", str(folder)):
            for name, content in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    except BaseException:
        for path in missing[-1:] or [folder / top for top in tops]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise
