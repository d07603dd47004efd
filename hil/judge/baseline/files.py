"""Baseline files: JSON that lives well in git, and which of them is a board's.

Keys are sorted, a series is stored as "value: how often" with one value a line, so
a diff shows what changed. A file is replaced as a whole or not at all, and read
strictly: a damaged file or another version is an error, never a guess.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from hil.base.text_file import read_text
from hil.base.whole_file import write_whole
from hil.errors import InfrastructureError, UsageError
from hil.facts.codec import from_json, to_json
from hil.judge.baseline.model import Figure, Setting, Snapshot

VERSION = 1
"""Version of the file; a reader refuses others."""

_SUFFIX = ".json"
_KIND = "camhil baseline"
_MOST = 10_000_000  # of one value in a series
_FIELDS = {"kind", "version", "camhil", "started", "setting", "figures"}
_ABSENT: dict[str, Any] = {
    "values": {},
    "drift": 0.0,
    "successes": None,
    "trials": None,
    "interval": None,
}
_HINT = "take the file from version control again, or save a new one with --baseline save"


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


def save(snapshot: Snapshot, path: Path) -> None:
    """Writes the file, atomically; the directory is made if need be.

    Raises:
        InfrastructureError: it cannot be written; what was there is untouched.
    """
    try:
        write_whole(path, dumps(snapshot).encode())
    except OSError as cause:
        raise InfrastructureError(
            f"cannot write the baseline: {cause.strerror or cause}",
            where=str(path),
            hint="free space, or name a directory that can be written with --baseline-dir; "
            "an earlier baseline is untouched",
        ) from cause


def load(path: Path) -> Snapshot:
    """Reads a baseline.

    Raises:
        UsageError: it cannot be read, is damaged, of another version or something else.
    """
    return loads(read_text(path, "the baseline", _HINT), where=str(path))


def dumps(snapshot: Snapshot) -> str:
    """The text of the file."""
    data = {
        "camhil": snapshot.camhil,
        "figures": {name: _figure_json(figure) for name, figure in sorted(snapshot.figures)},
        "kind": _KIND,
        "setting": dict(sorted(to_json(snapshot.setting).items())),
        "started": snapshot.started,
        "version": VERSION,
    }
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str, *, where: str = "baseline") -> Snapshot:
    """The snapshot in a file's text; errors as `load`."""

    def refuse(problem: str) -> NoReturn:
        raise UsageError(f"not a baseline: {problem}", where=where, hint=_HINT)

    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as cause:
        conflict = "<<<<<<<" in text
        raise UsageError(
            f"not a baseline: {'a merge conflict is left in it' if conflict else cause}",
            where=where,
            hint=_HINT,
        ) from cause
    if not isinstance(data, dict) or data.get("kind") != _KIND:
        refuse(f"its kind is not {_KIND!r}")
    if data.get("version") != VERSION:
        raise UsageError(
            f"a baseline of version {data.get('version')!r}, this camhil reads {VERSION}",
            where=where,
            hint="save a new one with --baseline save, or use the camhil that wrote it",
        )
    if data.keys() != _FIELDS:
        refuse(f"fields missing or unknown: {', '.join(sorted(data.keys() ^ _FIELDS))}")
    if not isinstance(data["figures"], dict):
        refuse("figures is not an object")
    for name in ("camhil", "started"):
        if not isinstance(data[name], str):
            refuse(f"{name} is not text")
    return Snapshot(
        started=data["started"],
        camhil=data["camhil"],
        setting=from_json(Setting, data["setting"], where=where),
        figures=tuple(
            (name, _figure(name, figure, where)) for name, figure in sorted(data["figures"].items())
        ),
    )


def _figure_json(figure: Figure) -> dict[str, Any]:
    counts = Counter(figure.values)
    data = to_json(figure)
    data["values"] = {_text(value): counts[value] for value in sorted(counts)}
    # What a metric does not have is left out: a line less to read.
    return {name: data[name] for name in sorted(data) if data[name] != _ABSENT.get(name, ...)}


def _figure(name: str, data: Any, where: str) -> Figure:
    def refuse(problem: str) -> NoReturn:
        raise UsageError(f"not a baseline: {name}: {problem}", where=where, hint=_HINT)

    if not isinstance(data, dict):
        refuse("it is not an object")
    data = {**_ABSENT, **data}
    if not isinstance(data["values"], dict):
        refuse("values is not an object")
    values: list[float] = []
    for text, count in data["values"].items():
        try:
            value = float(text)
        except ValueError:
            refuse(f"{text!r} is no number")
        if not math.isfinite(value) or type(count) is not int or not 1 <= count <= _MOST:
            refuse(f"{text!r}: {count!r} is not a value and how often it was measured")
        values += [value] * count
    figure = from_json(Figure, {**data, "values": sorted(values)}, where=f"{where}, {name}")
    if figure.direction not in ("lower", "higher"):
        refuse(f"direction is {figure.direction!r}, neither lower nor higher")
    successes, trials = figure.successes, figure.trials
    if (successes is None) != (trials is None) or not 0 <= (successes or 0) <= (trials or 0):
        refuse(f"{successes!r} successes of {trials!r} trials")
    if bool(values) == bool(trials):
        refuse("it has neither values nor trials, or both")
    return figure


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        twice = next(name for name, count in Counter(n for n, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice!r} is there twice")
    return data


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _key(path: Path) -> str:
    return path.stem.partition(".")[0]


def _name(path: Path) -> str:
    return path.stem.partition(".")[2]


def _likeness(key: str, other: str) -> int:
    """How many parts of two keys agree from the left: target, engine, configuration."""
    parts = zip(key.split("-"), other.split("-"), strict=False)
    return next((i for i, (a, b) in enumerate(parts) if a != b), len(key))
