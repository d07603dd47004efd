"""Draws mutants and builds them, one after the other, in one folder: what is the same is compiled
once. Those that nobody could notice are dropped."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hil.base import resources
from hil.errors import UsageError
from hil_lab.firmware_copy import build_copy
from hil_lab.mutants.draw import files_due, mutable_lines, shuffled
from hil_lab.mutants.equivalent import Equivalents, complaints, read_equivalent
from hil_lab.mutants.mutator import Mutant, mutants_of
from hil_lab.mutants.place import Named, named
from hil_lab.mutants.record import DROPPED, MUTANTS, Dropped, MutantRecord, append, read

if TYPE_CHECKING:
    from hil.facts.diagnosis import Finding, Unexplained

_FLAGS = "core/core.cmake"
_CODE = frozenset({".c", ".cmake", ".cpp", ".h", ".py", ".toml"})
_BUILD, _CONTROL = "build", "control"


@dataclass(frozen=True, slots=True)
class Sources:
    """The firmware's sources that are mutated, by their name below `firmware/`."""

    texts: dict[str, str]
    mutants: dict[str, tuple[Mutant, ...]]

    @staticmethod
    def read(files: Sequence[str] = ()) -> Sources:
        """Of these files of firmware/core, all .cpp by default.

        Raises UsageError for one that is not there.
        """
        core = resources.find("firmware") / "core"
        names = files or sorted(path.name for path in core.glob("*.cpp"))
        texts = {}
        for name in names:
            path = core / name
            if not path.is_file():
                raise UsageError(
                    f"there is no {name}",
                    where=str(core),
                    hint="name files of this folder, such as cam.cpp",
                )
            texts[f"core/{name}"] = path.read_text(encoding="utf-8")
        return Sources(texts, {file: mutants_of(file, text) for file, text in texts.items()})


def state_of_code() -> str:
    """A SHA-256 of firmware, harness and gates: what a mutant came to holds for these alone."""
    import hil

    gates = resources.find("gates.toml")
    digest = hashlib.sha256(gates.read_bytes())
    for root in (resources.find("firmware"), Path(hil.__file__).parent):
        for path in sorted(each for each in root.rglob("*") if each.suffix in _CODE):
            name = path.relative_to(root)
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


class Changed(Protocol):
    """What is tried: a `Mutant` of a source, or a damage beside the sources."""

    @property
    def id(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Built:
    """What can be run.

    Attributes:
        mutant: what was changed.
        shown: the change, as the page shows it.
        firmware: holds `flasher_args.json`; it is removed after the run.
        object: SHA-256 of its app.
        build_s: that it took.
        arguments: more of them for the suite.
    """

    mutant: Changed
    shown: str
    firmware: Path
    object: str
    build_s: float
    arguments: tuple[str, ...] = ()


class Shop(Protocol):
    """Draws what is tried, and builds it; what was run before is not drawn again."""

    @property
    def lines(self) -> Mapping[str, int]:
        """How much there is of each file, or kind."""

    def control(self) -> Path:
        """The sound firmware."""

    def draw(self, count: int) -> Iterator[Built]:
        """Of the first `count` those that were not run before."""

    def named(
        self, mutant: Changed, findings: Sequence[Finding], unexplained: Sequence[Unexplained]
    ) -> Named:
        """Where the diagnosis sends its reader."""

    def equivalent(self, records: Sequence[MutantRecord]) -> Equivalents: ...


class Workshop:
    """Builds into `folder`; what was dropped or run there before is not built again."""

    def __init__(self, sources: Sources, folder: Path, seed: int) -> None:
        self._sources = sources
        self._folder = folder
        self._seed = seed
        self._firmware = resources.find("firmware")
        done = read(folder, MUTANTS, MutantRecord)
        self._done = {each.id for each in done}
        self._dropped = {each.id for each in read(folder, DROPPED, Dropped)}
        # Not those of dropped ones: what one was like may have been interrupted, and is due.
        self._objects = {each.object for each in done}

    @property
    def lines(self) -> dict[str, int]:
        return {file: mutable_lines(each) for file, each in self._sources.mutants.items()}

    def named(
        self, mutant: Changed, findings: Sequence[Finding], unexplained: Sequence[Unexplained]
    ) -> Named:
        return named(mutant.file, findings, unexplained)

    def equivalent(self, records: Sequence[MutantRecord]) -> Equivalents:
        """Those of the file, and complaints on them."""
        reasons = read_equivalent()
        known = {each.id for mutants in Sources.read().mutants.values() for each in mutants}
        return Equivalents(reasons, tuple(complaints(reasons, known, records)))

    def control(self) -> Path:
        """The sound firmware, built in the same way. Raises UsageError if it does not compile."""
        place = self._folder / _CONTROL / _BUILD
        shutil.copytree(self._build({}), place, dirs_exist_ok=True)
        self._objects.add(object_of(place))
        return place

    def draw(self, count: int) -> Iterator[Built]:
        """Of the first `count` mutants of this seed those that were not run before.

        Ends early where there are no more.
        """
        left = {
            file: shuffled(mutants, self._seed)[::-1]
            for file, mutants in self._sources.mutants.items()
        }
        due = files_due(self.lines, self._seed)
        while count > 0 and any(left.values()):
            queue = left[next(due)]
            while queue:
                mutant = queue.pop()
                if mutant.id in self._dropped:
                    continue
                built = None if mutant.id in self._done else self._try(mutant)
                if built is None and mutant.id not in self._done:
                    continue
                count -= 1
                if built is not None:
                    yield built
                break

    def _try(self, mutant: Mutant) -> Built | None:
        started = time.monotonic()
        source = self._sources.texts[mutant.file]
        text = mutant.apply(source)
        try:
            built = self._build({mutant.file: text.encode()})
        except UsageError:  # a full disk is another error
            self._drop(mutant, "does not compile")
            return None
        name = object_of(built)
        if name in self._objects:
            self._drop(mutant, "compiles to what was there before", name)
            return None
        self._objects.add(name)
        place = self._folder / mutant.id / _BUILD
        shutil.copytree(built, place, dirs_exist_ok=True)
        build_s = round(time.monotonic() - started, 1)
        return Built(mutant, mutant.diff(source), place, name, build_s)

    def _build(self, changed: dict[str, bytes]) -> Path:
        # A warning is no reason to drop a mutant: another compiler does not have it. But a
        # function without its return is no mistake that anything can be said of.
        flags = (self._firmware / _FLAGS).read_bytes().replace(b"-Werror", b"-Werror=return-type")
        return build_copy(self._folder / "workshop", {_FLAGS: flags, **changed})

    def _drop(self, mutant: Mutant, why: str, name: str = "") -> None:
        append(self._folder, DROPPED, Dropped(mutant.id, mutant.file, mutant.line, why, name))


def object_of(firmware: Path) -> str:
    """SHA-256 of the app of a build."""
    arguments = json.loads((firmware / "flasher_args.json").read_text(encoding="utf-8"))
    return hashlib.sha256((firmware / arguments["app"]["file"]).read_bytes()).hexdigest()
