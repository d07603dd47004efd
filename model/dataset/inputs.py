"""What readers of inputs give: candidates, what is left out, and what to know."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hil.errors import UsageError
from hil.samples.labels import Box
from model.dataset.rule import Region, Rule, decide

BAD, DUPLICATE = "bad", "duplicate"
SUFFIXES = (".jpg", ".jpeg", ".png")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """One picture with its label; the picture was not opened yet.

    Attributes:
        path: the file.
        name: its path within the input, with "/", which names it in the data set.
        source: where it comes from, the value of the column.
        split: train, val or test.
        person: the label.
        boxes: of persons, fractions of a picture of `size`.
        size: (width, height) of the picture that the boxes were drawn on, if known.
        upright: that was the upright picture, not the one as stored; False: not known.
    """

    path: Path
    name: str
    source: str
    split: str
    person: bool = False
    boxes: tuple[Box, ...] = ()
    size: tuple[int, int] | None = None
    upright: bool = False

    @property
    def key(self) -> str:
        """Its path in the data set, without the suffix of the form it is stored in."""
        inside = self.name.split("/", 1)[0] == self.source and "/" in self.name
        return self.name if inside else f"{self.source}/{self.name}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture, or a line, that does not become part of the data set.

    `kind`: "bad" for what is wrong with the input; others say which rule left it out.
    """

    source: str
    name: str
    kind: str
    reason: str


@dataclass
class Found:
    """All that a reader found; it grows while the reader reads.

    `root`: the input's directory. `clipped`: boxes that reached up to a pixel over an edge.
    """

    root: Path
    candidates: list[Candidate] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    clipped: int = 0

    def skip(self, source: str, name: str, kind: str, reason: str) -> None:
        """Leaves a picture out."""
        self.skipped.append(Skipped(source, name, kind, reason))

    def decided(self, candidate: Candidate, regions: Sequence[Region], rule: Rule) -> None:
        """Takes a picture with the label that its annotated persons give it, or leaves it out."""
        label = decide(regions, rule)
        if label.person is None:
            self.skip(candidate.source, candidate.name, label.kind, label.reason)
            return
        self.candidates.append(replace(candidate, person=label.person, boxes=label.boxes))
        self.clipped += sum(region.clipped for region in regions)


def source_name(text: str) -> str:
    """A text as a source, which also names a folder: what else than [A-Za-z0-9._-] becomes -."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-") or "photos"


def name_problem(name: str) -> str:
    """Why a name cannot stand in labels.csv, which is UTF-8 and strips blanks; or nothing."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "the file's name is not UTF-8: rename it"
    if not name or name.startswith("/") or ".." in name.split("/"):
        return "the file is not inside of the input"
    if name != name.strip() or "\\" in name or not name.isprintable():
        return "the file's name has a backslash, a control character or blanks around it: rename it"
    return ""


def listed(names: Iterable[str]) -> str:
    """A few of many names, for a message."""
    names = sorted(names)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "nothing"


def content(directory: Path) -> str:
    """What is in a directory, for a message; UsageError if it cannot be listed."""
    try:
        entries = [f"{path.name}/" if path.is_dir() else path.name for path in directory.iterdir()]
    except OSError as error:
        raise UsageError(
            f"cannot read the directory: {error.strerror}",
            where=str(directory),
            hint="check the path",
        ) from error
    return listed(entries)


def not_a(kind: str, directory: Path, looked_for: str) -> UsageError:
    """The error for a directory of another kind: what was looked for, found, and may help."""
    found = content(directory)
    return UsageError(
        f"not {kind}: looked for {looked_for}; found {found}",
        where=str(directory),
        hint=_hint(directory),
    )


def _hint(directory: Path) -> str:
    for option, marks in _MARKS.items():
        for place in (directory, *sorted(directory.glob("*/"))):
            if any(next(place.glob(mark), None) for mark in marks):
                return f"it looks like: {option} {place}"
    names = [path.name for path in directory.glob("*/")]
    near = [name for name in names if difflib.get_close_matches(name.lower(), _CLASSES, 1)]
    if near:
        return f"is {near[0]}/ meant for {' or '.join(_CLASSES)}? Rename it"
    return "docs/training.md shows the layout of each kind of input"


_CLASSES: Collection[str] = ("person", "no-person")
_MARKS = {
    "--coco": ("annotations/instances_*.json",),
    "--voc": ("Annotations/*.xml",),
    "--labels": ("labels.csv",),
    "--folder": ("person/", "no-person/"),
}
