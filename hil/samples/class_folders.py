"""A data set without labels: a sub-folder for each class, maybe below one for each split."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hil.base.file_names import plain
from hil.samples.kinds import is_sample
from hil.samples.labels import (
    IMAGES,
    DataSet,
    Entry,
    Problem,
    counted,
    problems_error,
)

SPLITS = {"train": "train", "val": "val", "validation": "val", "test": "test"}
"""Folders that are splits, where all folders are, and how the split is called."""


def read_class_folders(root: Path) -> DataSet | None:
    """The samples below a folder, whose labels are the names of its sub-folders.

    Samples may lie at any depth; the first level is the class. Where every sub-folder is called
    train, val, validation or test and has sub-folders of its own alone, it is a split, and these
    are the classes. Hidden files and folders are left out; other files are told in the notes.

    Returns:
        None where there are no such samples.

    Raises:
        UsageError: names that are no text, or two that differ in their Unicode form alone.
    """
    if not root.is_dir():
        return None
    tops = _folders(root)
    found = _Found(root)
    found.strays(root)
    names = [plain(top.name) for top in tops]
    if tops and all(name in SPLITS and _holds_folders(top) for name, top in zip(names, tops)):  # noqa: B905
        for name, top in zip(names, tops, strict=True):
            found.strays(top)
            for folder in _folders(top):
                found.add_class(folder, SPLITS[name])
            if SPLITS[name] != name:
                found.notes.append(f"the folder {name} is the split {SPLITS[name]}")
        found.compare_splits()
    elif names != [IMAGES]:  # without labels these are pictures that lack them
        for folder in tops:
            found.add_class(folder, "")
    if found.problems:
        raise problems_error(root, found.problems)
    if not found.entries:
        return None
    return DataSet(root, root, tuple(found.entries), tuple(found.notes))


@dataclass
class _Found:
    root: Path
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _classes: dict[str, set[str]] = field(default_factory=dict)  # of each split
    _files: set[str] = field(default_factory=set)

    def add_class(self, folder: Path, split: str) -> None:
        label, before = plain(folder.name), len(self.entries)
        self._classes.setdefault(split, set()).add(label)
        others = []
        for path in _files(folder):
            stored = path.relative_to(self.root).as_posix()
            file = plain(stored)
            if not is_sample(file):
                others.append(file)
            elif not file.isprintable():  # bytes that are no text among them
                wrong = f"the name {file!r} is not UTF-8, or has control characters: rename it"
                self.problems.append(Problem(0, wrong, file))
            elif file in self._files:
                wrong = f"2 files are called {file}, in different Unicode forms"
                self.problems.append(Problem(0, wrong, file))
            else:
                self._files.add(file)
                spelled = "" if stored == file else stored
                self.entries.append(
                    Entry(0, file, None, (), split=split, stored=spelled, label=label)
                )
        if others:
            self.notes.append(counted(others, "file", "of no kind of sample"))
        if len(self.entries) == before:
            self.notes.append(f"no samples in {folder.relative_to(self.root).as_posix()}")

    def strays(self, folder: Path) -> None:
        names = [plain(path.name) for path in _visible(folder) if path.is_file()]
        if names:
            where = "" if folder == self.root else f" of {folder.name}"
            self.notes.append(counted(names, "file", f"in no class folder{where}"))

    def compare_splits(self) -> None:
        every = sorted(set().union(*self._classes.values()))
        for split, there in self._classes.items():
            missing = [name for name in every if name not in there]
            if missing:
                self.notes.append(f"split {split} has no folder for {', '.join(missing)}")


def _holds_folders(folder: Path) -> bool:
    """Whether a folder has sub-folders, and no sample beside them."""
    return bool(_folders(folder)) and not any(is_sample(path.name) for path in _visible(folder)
                                              if path.is_file())  # fmt: skip


def _folders(folder: Path) -> list[Path]:
    return [path for path in _visible(folder) if path.is_dir()]


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _files(folder: Path) -> Iterator[Path]:
    """Visible files at any depth, in the order of their paths."""
    for place, folders, names in os.walk(folder):
        folders[:] = _shown(folders)
        for name in _shown(names):
            yield Path(place, name)


def _shown(names: Sequence[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("."))
