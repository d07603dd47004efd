"""COCO: `annotations/instances_*.json` beside folders of pictures.

Format: https://cocodataset.org/#format-data. A box is [x, y, width, height] in pixels
from the upper left corner. A crowd region (`iscrowd` 1) encloses a group; it counts as
a person unless the rule says otherwise.
"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeGuard

from hil.base.file_names import plain, stored
from hil.base.text_file import read_json, read_text
from hil.errors import UsageError
from model.dataset.inputs import BAD, Candidate, Found, name_problem, not_a
from model.dataset.rule import MASK, Region, Rule, region
from model.dataset.split import SPLITS, TEST, TRAIN, VAL, Splitter, hashed_split

LAYOUT = "annotations/instances_*.json"
_PERSON = "person"
_PREFIX = "instances_"
_LARGEST = 1 << 62  # of whole numbers; no picture, and no id, comes near
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class CocoOptions:
    """`files`: names of annotation files, all if empty. `minival`: ids of the test split."""

    source: str = "coco"
    files: Sequence[str] = ()
    minival: Collection[int] | None = None


@dataclass
class _Persons:
    """The annotated persons of one picture; `problems` says which are impossible."""

    regions: list[Region] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_coco(root: Path, rule: Rule, splitter: Splitter, options: CocoOptions) -> Found:
    """All pictures of a COCO directory.

    Raises:
        UsageError: not a COCO directory, a file that is no instances file, or
            pictures that are not there at all.
    """
    present = sorted(root.glob(LAYOUT)) if root.is_dir() else []
    if not present:
        raise not_a("a COCO directory", root, LAYOUT)
    found = Found(root)
    splits = {_split(path.stem) for path in present} - {""}
    if options.minival is not None:
        found.notes.append(f"minival: {len(options.minival):,} ids become the test split")
    for path in _chosen(present, options.files):
        _read(path, found, rule, splitter, options, splits)
    return found


def read_minival(path: Path) -> frozenset[int]:
    """Ids of images, one a line, as in mscoco_minival_ids.txt.

    Raises:
        UsageError: unreadable, or a line that is no id.
    """
    lines = read_text(path, "the ids").split()
    wrong = next((line for line in lines if not re.fullmatch("[0-9]{1,18}", line)), None)
    if wrong is not None or not lines:
        message = "there are no ids" if wrong is None else f"{wrong!r} is no image id"
        raise UsageError(message, where=str(path), hint="one COCO image id a line")
    return frozenset(map(int, lines))


def _chosen(present: Sequence[Path], names: Sequence[str]) -> Sequence[Path]:
    by_name = {path.name: path for path in present}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise UsageError(
            f"no annotation file {missing[0]}",
            where=str(present[0].parent),
            hint=f"there are: {', '.join(by_name)}",
        )
    return [by_name[name] for name in names] or present


def _split(stem: str) -> str:
    """instances_val2017 gives val."""
    name = stem.removeprefix(_PREFIX)
    return next((split for split in SPLITS if name.startswith(split)), "")


def _read(
    path: Path,
    found: Found,
    rule: Rule,
    splitter: Splitter,
    options: CocoOptions,
    splits: Collection[str],
) -> None:
    data = _load(path)
    persons = _persons(path, data, rule)
    folders = _folders(path, found.root, data["images"])
    for image in data["images"]:
        name = plain(image["file_name"])
        problem = name_problem(name)
        if problem:
            found.skip(options.source, name, BAD, problem)
            continue
        picture = next((p for folder in folders if (p := stored(folder, name)).is_file()), None)
        if picture is None:
            looked = ", ".join(folder.relative_to(found.root).as_posix() for folder in folders)
            found.skip(options.source, name, BAD, f"no such file in {looked}")
            continue
        name = plain(picture.relative_to(found.root).as_posix())
        known = persons[image["id"]]
        if known.problems:
            found.skip(options.source, name, BAD, "; ".join(known.problems))
            continue
        if options.minival is None:
            split = splitter.split(name, _split(path.stem), of=splits)
        else:
            split = _minival_split(image["id"] in options.minival, splitter.key(name))
        size = image["width"], image["height"]
        found.decided(
            Candidate(picture, name, options.source, split, size=size), known.regions, rule
        )


def _minival_split(held_out: bool, key: str) -> str:
    if held_out:
        return TEST
    return VAL if hashed_split(key) == VAL else TRAIN


def _load(path: Path) -> dict[str, Any]:
    """The file without the outlines, which are nine tenths of it."""

    def without_outline(value: dict[str, Any]) -> dict[str, Any]:
        value.pop("segmentation", None)
        return value

    hint = "COCO's instances files have it; choose others with --annotations"

    def wrong(message: str) -> UsageError:
        return UsageError(message, where=str(path), hint=hint)

    data: dict[str, Any] = read_json(
        path, "the annotations", hint, hint, object_hook=without_outline
    )
    keys = ("images", "annotations", "categories")
    missing = [k for k in keys if not isinstance(data, dict) or not isinstance(data.get(k), list)]
    if missing:
        raise wrong(f"no COCO instances file: no list {missing[0]!r}")
    for key, needed in (
        ("images", {"id": int, "file_name": str, "width": int, "height": int}),
        ("annotations", {"image_id": int, "category_id": int, "bbox": list}),
        ("categories", {"id": int, "name": str}),
    ):
        for place, value in enumerate(data[key]):
            for name, kind in needed.items():
                found: Any = value.get(name) if isinstance(value, dict) else None
                if type(found) is not kind or (kind is int and not _is_number(found)):
                    raise wrong(f"{key}[{place}] has no {name} of type {kind.__name__}")
    _refuse_double_ids(data["images"], "images", "file_name", wrong)
    _refuse_double_ids(data["categories"], "categories", "name", wrong)
    return data


def _refuse_double_ids(
    entries: Sequence[Mapping[str, Any]], key: str, name: str, wrong: Callable[[str], UsageError]
) -> None:
    """An id of two pictures, or of two classes, says nothing of either."""
    names: dict[int, str] = {}
    for place, entry in enumerate(entries):
        if names.setdefault(entry["id"], entry[name]) != entry[name]:
            raise wrong(
                f"{key}[{place}]: {entry[name]!r} has the id {entry['id']} of "
                f"{names[entry['id']]!r}"
            )


def _persons(path: Path, data: Mapping[str, Any], rule: Rule) -> Mapping[int, _Persons]:
    # Files that were merged may have a class twice, with two ids: it is one class.
    person = {entry["id"] for entry in data["categories"] if entry["name"] == _PERSON}
    if not person:
        names = sorted({str(entry["name"]) for entry in data["categories"]})
        raise UsageError(
            f"no category {_PERSON!r}; the file has {', '.join(names) or 'none'}",
            where=str(path),
            hint="give the instances file of COCO's 80 categories",
        )
    sizes = {image["id"]: (image["width"], image["height"]) for image in data["images"]}
    persons: defaultdict[int, _Persons] = defaultdict(_Persons)
    for annotation in data["annotations"]:
        if annotation["category_id"] not in person:
            continue
        size = sizes.get(annotation["image_id"])
        if size is None:
            raise UsageError(
                f"a person is in image {annotation['image_id']}, which is not listed",
                where=str(path),
                hint="the file is incomplete: copy it again",
            )
        known = persons[annotation["image_id"]]
        measured = _region(annotation, size, rule)
        if isinstance(measured, str):
            known.problems.append(measured)
        else:
            known.regions.append(measured)
    return persons


def _region(annotation: Mapping[str, Any], size: tuple[int, int], rule: Rule) -> Region | str:
    numbers = annotation["bbox"]
    if len(numbers) != 4 or not all(map(_is_number, numbers)):
        return f"box {_short(numbers)} is not four numbers"
    if min(size) < 1:
        return f"the annotations say {size[0]}x{size[1]} pixels"
    x, y, width, height = numbers
    crowd = bool(annotation.get("iscrowd"))
    measured = region((x, y), (width, height), size, uncertain=crowd)
    if rule.area == MASK and isinstance(measured, Region):
        area = annotation.get("area")
        if not _is_number(area) or not 0 <= area <= size[0] * size[1]:
            return f"area {_short(area)} of a person is no area within the picture"
        measured = replace(measured, share=area / (size[0] * size[1]))
    return measured


def _is_number(value: Any) -> TypeGuard[float]:
    """JSON has no largest whole number, floats have."""
    return type(value) is float or (type(value) is int and abs(value) <= _LARGEST)


def _short(value: Any) -> str:
    return textwrap.shorten(repr(value), _SHOWN)


def _folders(path: Path, root: Path, images: Sequence[Mapping[str, Any]]) -> Sequence[Path]:
    """Where an annotation file's pictures may be; COCO's address of a picture names it too."""
    named = path.stem.removeprefix(_PREFIX)
    addresses = (str(image.get("coco_url", "")).split("/") for image in images)
    names = dict.fromkeys([named, *(parts[-2] for parts in addresses if len(parts) > 1)])
    tried = [*(root / name for name in names), *(root / "images" / name for name in names)]
    tried += [root / "images", root]
    there = [folder for folder in tried if folder.is_dir()]
    if images and not any(
        stored(folder, str(images[0]["file_name"])).is_file() for folder in there
    ):
        missing = all(
            not stored(folder, str(image["file_name"])).is_file()
            for image in images
            for folder in there
        )
        if missing:
            places = ", ".join(folder.relative_to(root).as_posix() for folder in tried)
            raise UsageError(
                f"none of its {len(images):,} pictures is there; looked in {places}",
                where=str(path),
                hint="copy the pictures there, or choose other files with --annotations",
            )
    return there
