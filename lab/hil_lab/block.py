"""A part of a document that another command writes: between two comments."""

from __future__ import annotations

from pathlib import Path

_BEGIN, _END = "<!-- {name}: begin -->", "<!-- {name}: end -->"


def block(name: str, text: str) -> str:
    """The part, with its comments."""
    return f"{_BEGIN.format(name=name)}\n{text}\n{_END.format(name=name)}"


def read_block(path: Path, name: str) -> str:
    """What stands there; "" without a file, or without such a part."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, found, rest = text.partition(f"{_BEGIN.format(name=name)}\n")
    inner, ended, _ = rest.partition(f"\n{_END.format(name=name)}")
    return inner if found and ended else ""


def write_block(path: Path, name: str, text: str) -> None:
    """Puts another text into a part that is there. Raises ValueError where it is not."""
    whole = path.read_text(encoding="utf-8")
    before, begun, rest = whole.partition(_BEGIN.format(name=name))
    _, ended, after = rest.partition(_END.format(name=name))
    if not begun or not ended:
        raise ValueError(f"{path} has no part {name!r}")
    path.write_text(before + block(name, text) + after, encoding="utf-8")
