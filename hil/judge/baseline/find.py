"""Which file is a board's baseline."""

from __future__ import annotations

from pathlib import Path

from hil.errors import UsageError

_SUFFIX = ".json"


def path_of(directory: Path, key: str, name: str = "") -> Path:
    """The file of a board's baseline. A key holds no dot, so a name can follow one."""
    return directory / f"{key}{'.' + name if name else ''}{_SUFFIX}"


def find(directory: Path, key: str, name: str = "") -> Path:
    """The board's baseline, or else the one of the most similar board.

    A similar board's baseline is still worth comparing with: what can be compared is,
    and the rest says why not.

    Raises:
        UsageError: there is none, or several are equally similar.
    """
    own = path_of(directory, key, name)
    if own.exists():
        return own
    wanted = f"save={name}" if name else "save"
    named = [p for p in sorted(directory.glob(f"*{_SUFFIX}")) if _name(p) == name]
    if not named:
        kept = ", ".join(p.name for p in sorted(directory.glob(f"*{_SUFFIX}")))
        raise UsageError(
            f"there is no baseline {name!r}" if name else "there is no baseline of this board",
            where=str(own),
            hint=f"save one first with --baseline {wanted}"
            + (f"; there are: {kept}" if kept else ""),
        )
    likeness = {path: _likeness(_key(path), key) for path in named}
    best = [path for path in named if likeness[path] == max(likeness.values())]
    if len(best) > 1:
        raise UsageError(
            "this board has no baseline, and several are of similar boards: "
            + ", ".join(path.name for path in best),
            where=str(own),
            hint=f"save one of this board with --baseline {wanted}",
        )
    return best[0]


def _key(path: Path) -> str:
    return path.stem.partition(".")[0]


def _name(path: Path) -> str:
    return path.stem.partition(".")[2]


def _likeness(key: str, other: str) -> int:
    """How many parts of two keys agree from the left: target, engine, configuration."""
    parts = zip(key.split("-"), other.split("-"), strict=False)
    return next((i for i, (a, b) in enumerate(parts) if a != b), len(key))
