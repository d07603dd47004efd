"""Tiny inputs of every kind, made here, and the command as a user runs it."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import model.__main__ as command
from hil.samples.labels import DataSet, read_labels


class Inputs:
    """Writes pictures and annotations below a folder; every picture has its own pixels."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = np.random.default_rng(5)

    def pixels(self, width: int, height: int, channels: int = 1, dtype: Any = np.uint8) -> Any:
        """Smooth noise, which JPEG keeps nearly."""
        shape = (4, 4) if channels == 1 else (4, 4, channels)
        limit = np.iinfo(dtype).max + 1
        coarse = self._numbers.integers(0, limit, shape).astype(dtype)
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)

    def picture(
        self, name: str, width: int = 160, height: int = 120, *, orientation: int = 1, **form: Any
    ) -> Path:
        """A picture file; `orientation` adds Exif data to a JPEG."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        done, data = cv2.imencode(path.suffix, self.pixels(width, height, **form))
        assert done
        path.write_bytes(with_exif(data.tobytes(), orientation))
        return path

    def coco(
        self,
        images: Sequence[tuple[str, Sequence[Any]]],
        *,
        root: str = "coco",
        name: str = "val2017",
        size: tuple[int, int] = (160, 120),
        first_id: int = 1,
    ) -> Path:
        """A COCO directory: (file, persons); a person is a box or a whole annotation."""
        annotations = []
        listed = []
        for number, (file, persons) in enumerate(images, start=first_id):
            self.picture(f"{root}/{name}/{file}", *size)
            width, height = size
            listed.append({"id": number, "file_name": file, "width": width, "height": height})
            for person in persons:
                whole = person if isinstance(person, dict) else {"bbox": list(person)}
                whole = {"image_id": number, "category_id": 1, "iscrowd": 0, **whole}
                annotations.append({"segmentation": [[1, 2, 3]], **whole})
        return self.instances(
            {
                "images": listed,
                "annotations": annotations,
                "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
            },
            root=root,
            name=name,
        )

    def instances(self, data: Any, *, root: str = "coco", name: str = "val2017") -> Path:
        """An annotation file as it is given; returns the COCO directory."""
        path = self.folder / root / "annotations" / f"instances_{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return self.folder / root

    def voc(
        self,
        stem: str,
        *persons: tuple[float, float, float, float],
        difficult: int = 0,
        size: tuple[object, object] = (160, 120),
        real_size: tuple[int, int] = (160, 120),
        name: str = "person",
    ) -> Path:
        """Adds a picture and its annotation to a VOC directory."""
        root = self.folder / "VOC2012"
        self.picture(f"VOC2012/JPEGImages/{stem}.jpg", *real_size)
        objects = "".join(
            f"<object><name>{name}</name><difficult>{difficult}</difficult><bndbox>"
            f"<xmax>{x1}</xmax><xmin>{x0}</xmin><ymax>{y1}</ymax><ymin>{y0}</ymin>"
            "</bndbox></object>"
            for x0, y0, x1, y1 in persons
        )
        text = (
            f"<annotation><size><width>{size[0]}</width><height>{size[1]}</height></size>"
            f"{objects}</annotation>"
        )
        path = root / "Annotations" / f"{stem}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return root

    def voc_list(self, name: str, *stems: str) -> None:
        path = self.folder / "VOC2012" / "ImageSets" / "Main" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{stem}\n" for stem in stems))

    def photographs(self, count: int = 6, root: str = "my-photos") -> Path:
        """A folder of photographs of one's own."""
        for number in range(count):
            folder = ("person", "no-person")[number % 2]
            self.picture(f"{root}/{folder}/IMG_{number:04}.jpg", 200, 150)
        return self.folder / root


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    """Adds an Exif segment with nothing but an orientation."""
    if orientation == 1:
        return jpeg
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"II*\x00" + struct.pack("<IH", 8, 1) + entry + b"\x00" * 4
    segment = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    return Inputs(tmp_path / "inputs")


class BuildVww:
    """`python -m model build-vww`, and what it leaves."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.out = folder / "data"
        self._capsys = capsys
        self.text = self.error = ""

    def run(self, *words: object, out: Path | None = None) -> int:
        """The exit code; what was printed is in `text` and `error`, on one line each."""
        arguments = ["build-vww", *words, "--out", out or self.out]
        try:
            return command.main([str(word) for word in arguments])
        finally:
            printed = self._capsys.readouterr()
            self.text, self.error = (" ".join(part.split()) for part in printed)

    @property
    def data(self) -> DataSet:
        """The data set; it has to be without problems and without notes."""
        data = read_labels(self.out)
        assert data.notes == ()
        return data

    def labels(self) -> dict[str, bool]:
        """Person or not, by file."""
        return {entry.file: entry.person for entry in self.data.entries}

    def splits(self) -> dict[str, str]:
        return {entry.file: entry.split for entry in self.data.entries}

    def skipped(self) -> list[tuple[str, str, str]]:
        """(file, kind, reason) of skipped.csv."""
        import csv

        with (self.out / "skipped.csv").open(newline="") as stream:
            return [(row["file"], row["kind"], row["reason"]) for row in csv.DictReader(stream)]

    def files(self) -> dict[str, bytes]:
        """Everything of the data set but the journal."""
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in sorted(self.out.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }


@pytest.fixture
def build_vww(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> BuildVww:
    return BuildVww(tmp_path, capsys)
