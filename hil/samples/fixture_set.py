"""Sets of photographs: a directory with a manifest.toml, or just with pictures.

The manifest has one [[photo]] table per picture. Only `file` is needed; what
there is, is checked. See fixtures/manifest.toml for all keys.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.file_names import plain, stored
from hil.base.resources import find
from hil.base.toml_table import Table, read_toml
from hil.errors import UsageError
from hil.samples.kinds import PICTURES

if TYPE_CHECKING:
    from hil.samples.labels import Box

MANIFEST = "manifest.toml"
_PHOTOS = "photos"


@dataclass(frozen=True, slots=True)
class FixturePhoto:
    """One picture of a set; texts are empty where the manifest is silent.

    Attributes:
        name: file name without suffix; unique in its set.
        path: the picture.
        title: what it shows.
        author: who made it.
        source: package and file, or page, that it came from.
        source_url: where that took it from.
        licence: SPDX identifier or name.
        licence_url: text of the licence.
        original_sha256: hex digest of the file at `source`.
        sha256: hex digest of `path`.
        crop: x0, y0, x1, y1 in pixels of the original; None for all of it.
        person: whether a person is in it; None if nobody said.
        boxes: the visible part of every person.
        notes: remarks.
    """

    name: str
    path: Path
    title: str = ""
    author: str = ""
    source: str = ""
    source_url: str = ""
    licence: str = ""
    licence_url: str = ""
    original_sha256: str = ""
    sha256: str = ""
    crop: tuple[int, int, int, int] | None = None
    person: bool | None = None
    boxes: tuple[Box, ...] = ()
    notes: str = ""


def load_photos(directory: Path | None = None) -> tuple[FixturePhoto, ...]:
    """The pictures of a set: the manifest's in its order, or all files by name.

    Args:
        directory: of the set; pictures may lie in its `photos` folder. None for
            the set that comes with camhil.

    Raises:
        UsageError: no such directory, no pictures, a name that is no text, a manifest with an
            unknown key, a wrong value, or a file that is missing or is another one.
    """
    root = find("fixtures") if directory is None else directory
    if not root.is_dir():
        raise UsageError("no such directory", where=str(root), hint="give a folder of pictures")
    pictures = root / _PHOTOS if (root / _PHOTOS).is_dir() else root
    if (root / MANIFEST).exists():
        photos = _from_manifest(read_toml(root / MANIFEST), pictures)
    else:
        files = sorted(f for f in pictures.iterdir() if f.suffix.lower() in PICTURES)
        photos = [FixturePhoto(plain(file.stem), file) for file in files]
        _refuse_double_names(photos, root)
    for photo in photos:
        if not photo.name.isprintable():  # bytes that are no text among them
            raise UsageError(
                "the picture's name is not UTF-8, or has control characters",
                where=str(photo.path),
                hint="rename it: reports name pictures by it",
            )
    if not photos:
        raise UsageError(
            "no pictures", where=str(root), hint=f"put {', '.join(PICTURES)} files there"
        )
    return tuple(photos)


def _from_manifest(table: Table, pictures: Path) -> list[FixturePhoto]:
    photos: list[FixturePhoto] = []
    entries = table.tables("photo")
    table.finish()
    for entry in entries:
        photo = _photo(entry, pictures)
        if photo.name in [other.name for other in photos]:
            raise entry.error(f"{photo.name!r} is there twice", hint="rename one", key="file")
        photos.append(photo)
    return photos


def _photo(entry: Table, pictures: Path) -> FixturePhoto:
    file = entry.take("file", str)
    path = stored(pictures, file)
    if Path(file).name != file or not path.is_file():
        raise entry.error(f"no file {file!r} in {pictures}", hint="correct the name", key="file")
    sha256 = entry.take("sha256", str, "")
    if sha256 and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise entry.error(
            f"{file} is not the file that the manifest describes",
            hint="restore the file, or correct its sha256",
            key="sha256",
        )
    person = entry.take("person", bool) if entry.has("person") else None
    boxes = tuple(_box(entry, box) for box in entry.take("boxes", list, []))
    if boxes and person is False:
        raise entry.error("boxes, but no person", hint="correct either", key="boxes")
    texts = ("title", "author", "source", "source_url", "licence", "licence_url")
    photo = FixturePhoto(
        name=plain(path.stem),
        path=path,
        original_sha256=entry.take("original_sha256", str, ""),
        sha256=sha256,
        crop=_crop(entry),
        person=person,
        boxes=boxes,
        notes=entry.take("notes", str, ""),
        **{key: entry.take(key, str, "") for key in texts},
    )
    entry.finish()
    return photo


def _box(entry: Table, value: object) -> Box:
    if isinstance(value, list) and len(value) == 4:
        numbers = [float(v) for v in value if type(v) in (int, float)]
        if len(numbers) == 4:
            x0, y0, x1, y1 = numbers
            if 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1:
                return x0, y0, x1, y1
    raise entry.error(
        f"a box is [x0, y0, x1, y1] in fractions of the picture, not {value!r}",
        hint="0 <= x0 < x1 <= 1, and y likewise",
        key="boxes",
    )


def _crop(entry: Table) -> tuple[int, int, int, int] | None:
    value = entry.take("crop", list, [])
    if not value:
        return None
    if len(value) != 4 or any(type(v) is not int for v in value):
        raise entry.error(f"crop is [x0, y0, x1, y1], not {value!r}", hint="correct it", key="crop")
    x0, y0, x1, y1 = value
    if not (0 <= x0 < x1 and 0 <= y0 < y1):
        raise entry.error(f"crop {value!r} is empty", hint="correct it", key="crop")
    return x0, y0, x1, y1


def _refuse_double_names(photos: list[FixturePhoto], root: Path) -> None:
    names = [photo.name for photo in photos]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"two pictures are called {name!r}", where=str(root), hint="rename one"
            )
