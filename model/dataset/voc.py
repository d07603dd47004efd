"""Pascal VOC: `Annotations/*.xml`, `JPEGImages/`, and lists in `ImageSets/Main/`.

Format: the VOC development kit. A box is xmin, ymin, xmax, ymax; pixels count from 1 and
both ends belong to the box. "difficult" persons count unless the rule says otherwise:
a picture of a person who is hard to tell does not show nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.file_names import plain, stored
from hil.base.text_file import read_text
from hil.errors import UsageError
from model.dataset.inputs import BAD, SUFFIXES, Candidate, Found, name_problem, not_a, source_name
from model.dataset.rule import Region, Rule, region
from model.dataset.split import SPLITS, Splitter

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ANNOTATIONS, PICTURES, LISTS = "Annotations", "JPEGImages", "ImageSets/Main"
LAYOUT = f"{ANNOTATIONS}/*.xml"
_PERSON = "person"
_ALL = "trainval"
_EDGES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(root: Path, rule: Rule, splitter: Splitter, source: str = "") -> Found:
    """All pictures of a VOC directory; those that its lists name, if there are lists.

    Args:
        root: such as VOCdevkit/VOC2012.
        rule: decides the label.
        splitter: decides the split.
        source: by default the directory's name in small letters.

    Raises:
        UsageError: not a VOC directory, or a list that cannot be read.
    """
    source = source or source_name(root.resolve().name.lower())
    annotations = sorted((root / ANNOTATIONS).glob("*.xml"))
    if not annotations:
        raise not_a("a Pascal VOC directory", root, LAYOUT)
    found = Found(root)
    stems = [plain(path.stem) for path in annotations]
    splits = _lists(root)
    if splits:
        unlisted = len(set(stems) - splits.keys())
        if unlisted:
            found.notes.append(
                f"{unlisted:,} annotated pictures are in no list of {LISTS} and are not used: "
                "VOC promises that all persons are annotated in listed pictures only"
            )
        stems = sorted(splits)
    for stem in stems:
        _read(stem, found, rule, splitter, source, splits)
    return found


def _lists(root: Path) -> Mapping[str, str]:
    """The split of every listed picture; empty for one that is in trainval alone."""
    splits: dict[str, str] = {}
    for name in (_ALL, *SPLITS):
        path = root / LISTS / f"{name}.txt"
        if not path.is_file():
            continue
        lines = read_text(path, "the list", "copy it again").splitlines()
        for line in filter(None, (plain(line.strip()) for line in lines)):
            if splits.get(line) and name != splits[line]:
                raise UsageError(
                    f"{line} is in the lists {splits[line]} and {name}",
                    where=str(path),
                    hint="remove it from one of them",
                )
            splits[line] = "" if name == _ALL else name
    return splits


def _read(
    stem: str,
    found: Found,
    rule: Rule,
    splitter: Splitter,
    source: str,
    splits: Mapping[str, str],
) -> None:
    if problem := name_problem(stem):
        found.skip(source, stem, BAD, problem)
        return
    path = stored(found.root / ANNOTATIONS, f"{stem}.xml")
    try:
        size, regions, problems = _annotation(path)
    except ValueError as error:
        found.skip(source, stem, BAD, f"{ANNOTATIONS}/{path.name}: {error}")
        return
    names = [f"{stem}{suffix}" for suffix in (*SUFFIXES, *map(str.upper, SUFFIXES))]
    name = next((n for n in names if stored(found.root / PICTURES, n).is_file()), None)
    if name is None:
        problems.append(f"no picture {PICTURES}/{names[0]}")
    if name is None or problems:
        found.skip(source, name or names[0], BAD, "; ".join(problems))
        return
    split = splitter.split(name, splits.get(stem, ""), of=set(splits.values()) - {""})
    picture = Candidate(stored(found.root / PICTURES, name), name, source, split, size=size)
    found.decided(picture, regions, rule)


def _annotation(path: Path) -> tuple[tuple[int, int], list[Region], list[str]]:
    """Size of the picture, its persons, and what is wrong with other persons.

    Raises:
        ValueError: with a text, the file cannot be used.
    """
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot read the annotation: {error.strerror}") from error
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from error
    size = root.findtext("size/width", "").strip(), root.findtext("size/height", "").strip()
    if not all(re.fullmatch("0*[1-9][0-9]{,8}", text) for text in size):
        raise ValueError(f"width and height are {size[0]!r} and {size[1]!r}, no pixels")
    picture = int(size[0]), int(size[1])
    regions, problems = [], []
    for person in _persons(root):
        measured = _region(person, picture)
        if isinstance(measured, str):
            problems.append(measured)
        else:
            regions.append(measured)
    return picture, regions, problems


def _persons(root: Element) -> Iterator[Element]:
    for element in root.iterfind("object"):
        if element.findtext("name", "").strip() == _PERSON:
            yield element


def _region(person: Element, size: tuple[int, int]) -> Region | str:
    texts = [person.findtext(f"bndbox/{edge}", "") for edge in _EDGES]
    try:
        x0, y0, x1, y1 = map(float, texts)
    except ValueError:
        return f"box {', '.join(texts)} is not four numbers {', '.join(_EDGES)}"
    difficult = person.findtext("difficult", "0").strip() not in ("0", "")
    corner, extent = (x0 - 1, y0 - 1), (x1 - x0 + 1, y1 - y0 + 1)
    return region(corner, extent, size, uncertain=difficult)
