"""What an evaluation and its oracle processes say to each other, pickled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hil.facts.evaluation import Result
from hil.images import Fit
from hil.samples.labels import Entry


@dataclass(frozen=True)
class Job:
    """Samples to answer, below the folder `folder`. `tensors`: send them along.

    `fit`: what becomes of pictures of another shape.
    """

    folder: Path
    entries: tuple[Entry, ...]
    tensors: bool
    fit: Fit = "crop"


@dataclass(frozen=True)
class Ready:
    """The model is loaded."""

    resolver: str


@dataclass(frozen=True)
class Refusal:
    """The model cannot be used: the parts of a UsageError."""

    message: str
    where: str
    hint: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The oracle's result for an entry, or why its sample cannot be used.

    `tensor`: the bytes of the sample, if they were asked for.
    """

    entry: Entry
    result: Result | None
    tensor: bytes | None = None
    problem: str = ""
