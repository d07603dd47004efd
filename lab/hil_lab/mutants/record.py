"""What came of a mutant, as a line of JSON, and what a folder of them holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

from hil.errors import UsageError
from hil.facts.codec import from_json, to_json
from hil_lab.mutants.place import Named

MUTANTS, DROPPED, CAMPAIGN = "mutants.jsonl", "dropped.jsonl", "campaign.json"

_Line = TypeVar("_Line")


class Outcome(str, Enum):
    """What the suite made of a mutant. UNSTEADY: few tests failed, and none when it was asked
    again; that may have been the host, and does not count as caught."""

    CAUGHT = "caught"
    TIMED_OUT = "timed out"
    UNSTEADY = "unsteady"
    SURVIVED = "survived"

    @property
    def caught(self) -> bool:
        return self in (Outcome.CAUGHT, Outcome.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What has to stay the same for a folder to go on: seed, files, code (of firmware, harness and
    gates, as a hash), more arguments for the suite."""

    seed: int
    files: tuple[str, ...]
    code: str
    suite: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the folder: another one where anything of it is another."""
        digest = hashlib.sha256(json.dumps(to_json(self)).encode()).hexdigest()
        return f"{self.seed}-{digest[:8]}"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A mutant that was not run. `object`: SHA-256 of the app, "" for none."""

    id: str
    file: str
    line: int
    why: str
    object: str


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, or something unexplained (`id` is "" then), of the diagnosis."""

    id: str
    text: str
    where_to_look: str


@dataclass(frozen=True, slots=True)
class MutantRecord:
    """One mutant, run.

    Attributes:
        id, file, line, kind: as of `hil_lab.mutants.mutator.Mutant`.
        diff: of the source.
        object: SHA-256 of the app.
        outcome: what the suite made of it.
        exit_code: of the suite; None where it was ended.
        again: of a second run, where few tests failed.
        thorough: what the thorough suite made of one that the default one missed; None where
            that was not asked. All that follows is then of the thorough run.
        verdict: the suite's first words on gates, such as SHIP.
        failed: names of the tests that failed or could not be measured, each once.
        first: the first message.
        said: by the diagnosis; `error` where it gave none.
        named: whether that is where the mutant is; None where nothing was to explain.
        seconds: of suite and diagnosis; `build_s` of the build.
    """

    id: str
    file: str
    line: int
    kind: str
    diff: str
    object: str
    outcome: Outcome
    exit_code: int | None
    again: int | None
    thorough: Outcome | None
    verdict: str
    failed: tuple[str, ...]
    first: str
    said: tuple[Said, ...]
    error: str
    named: Named | None
    seconds: float
    build_s: float

    @property
    def seen(self) -> bool:
        """By the default run, or by the thorough one."""
        return self.outcome.caught or (self.thorough is not None and self.thorough.caught)

    @property
    def shipped(self) -> bool:
        """SHIP was said though something failed: the worst that can be."""
        return self.verdict.startswith("SHIP") and (bool(self.failed) or bool(self.exit_code))


def append(folder: Path, name: str, line: object) -> None:
    """Adds a line to a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(json.dumps(to_json(line)) + "\n")


def read(folder: Path, name: str, kind: type[_Line]) -> list[_Line]:
    """The lines of a file; a last one that was cut short is none. Raises UsageError."""
    path = folder / name
    if not path.is_file():
        return []
    *lines, rest = path.read_bytes().split(b"\n")
    if rest:  # the writer was interrupted in it
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    where = f"{path}, line "
    return [_line(kind, line, f"{where}{n}") for n, line in enumerate(lines, 1)]


def _line(kind: type[_Line], line: bytes, where: str) -> _Line:
    try:
        data = json.loads(line)
    except ValueError as cause:
        raise UsageError(
            f"a damaged line: {cause}", where=where, hint="start with another folder: --folder"
        ) from cause
    return from_json(kind, data, where=where)


def begin(folder: Path, campaign: Campaign) -> None:
    """Starts a folder, or goes on in it. Raises UsageError where it is another campaign's."""
    path = folder / CAMPAIGN
    folder.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        path.write_text(json.dumps(to_json(campaign)) + "\n", encoding="utf-8")
        return
    there = _line(Campaign, path.read_bytes(), str(path))
    if there != campaign:
        names = [each for each in Campaign.__slots__ if _differs(each, there, campaign)]
        raise UsageError(
            f"these are mutants of other {' and '.join(names)}",
            where=str(folder),
            hint="give another folder with --folder, or another seed",
        )


def _differs(name: str, one: Campaign, other: Campaign) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
