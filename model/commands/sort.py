"""`python -m model sort`: photographs without labels into person/ and no-person/."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, UsageError
from model.progress import bar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.dataset.sorting import Known

_BATCH = 64


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    sort = commands.add_parser(
        "sort",
        help="sort photographs without labels by what trained networks see",
        description="Copies photographs into person/, no-person/ and unsure/, and into known/ "
        "those that look like pictures to be measured on. Look at them before you use them: "
        "networks err. build-vww --folder DIR --split train reads the first two.",
    )
    sort.add_argument("photographs", type=Path, help="folder, with any folders below")
    sort.add_argument(
        "--by",
        action="append",
        required=True,
        type=Path,
        metavar="FILE",
        help="trained.keras, or what teach wrote; may be repeated: their mean counts",
    )
    sort.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder")
    sort.add_argument(
        "--apart-from",
        type=Path,
        metavar="DIR",
        help="data set whose val and test must not be among them, nor mirror images or copies",
    )
    sort.add_argument("--person", type=float, default=0.8, help="least probability (default: 0.8)")
    sort.add_argument("--none", type=float, default=0.25, help="largest (default: 0.25)")
    sort.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Sorts; returns the exit code."""
    import shutil

    from hil.cli.console import make_console
    from model.backend import prepare_backend
    from model.card import POSITIVE_CLASS
    from model.dataset.sorting import KNOWN, NO_PERSON, PERSON, UNSURE, Sureness
    from model.training.cells import load_cells
    from model.training.teacher import beliefs

    sureness = Sureness(options.person, options.none)
    paths = _photographs(options)
    prepare_backend()
    networks = [load_cells(path) for path in options.by]
    console = make_console(stderr=True)
    known = None if options.apart_from is None else _known(options.apart_from)
    counts: Counter[str] = Counter()
    problems: list[str] = []
    with bar(console, "photographs", total=len(paths)) as step:
        for chunk, pictures in _readable(paths, problems):
            found = beliefs(
                networks, [pixels for _, pixels in pictures], positive_class=POSITIVE_CLASS
            )
            for (path, pixels), belief in zip(pictures, found, strict=True):
                folder = sureness.folder(float(belief))
                if known is not None and known.has(pixels):
                    folder = KNOWN
                target = options.out / folder / path.relative_to(options.photographs)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                counts[folder] += 1
            step(len(chunk))
    for problem in problems:
        console.print(f"cannot be used: {problem}", markup=False)
    parts = [f"{counts[name]:,} {name}" for name in (PERSON, NO_PERSON, UNSURE, KNOWN)]
    print(f"{options.out}: {', '.join(parts)}; {len(problems):,} cannot be used")
    return ExitCode.PASSED


def _photographs(options: argparse.Namespace) -> list[Path]:
    from model.dataset.inputs import SUFFIXES

    if not 0 <= options.none < options.person <= 1:
        raise UsageError(
            f"--none {options.none} is not below --person {options.person}, within 0 to 1",
            hint="python -m model sort --help",
        )
    if options.out.exists() and any(options.out.iterdir()):
        raise UsageError("not empty", where=str(options.out), hint="give a new folder")
    found = [path for path in options.photographs.rglob("*") if path.suffix.lower() in SUFFIXES]
    if not found:
        raise UsageError(
            f"no photographs ({', '.join(sorted(SUFFIXES))})",
            where=str(options.photographs),
            hint="give the folder that they are in",
        )
    return sorted(found)


def _readable(
    paths: Sequence[Path], problems: list[str]
) -> Iterator[tuple[Sequence[Path], list[tuple[Path, NDArray[np.uint8]]]]]:
    """Chunks of paths, and of these what can be read, gray and upright."""
    from hil.images import decode

    for first in range(0, len(paths), _BATCH):
        chunk, pictures = paths[first : first + _BATCH], []
        for path in chunk:
            try:
                pictures.append((path, decode(path.read_bytes(), path)[0]))
            except OSError as error:
                problems.append(f"{path}: {error.strerror}")
            except UsageError as error:
                problems.append(f"{path}: {error.message}")
        yield chunk, pictures


def _known(folder: Path) -> Known:
    from hil.samples.labels import read_labels
    from model.dataset.sorting import Known
    from model.dataset.split import TRAIN
    from model.training.data import load_pictures

    data = read_labels(folder, needed=("person",))
    entries = [entry for entry in data.entries if entry.split != TRAIN]
    return Known([picture.pixels for picture in load_pictures(data, entries)])
