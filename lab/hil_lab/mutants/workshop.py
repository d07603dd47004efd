"""Draws mutants and builds them, one after the other, in one folder: what is the same is compiled
once. Those that nobody could notice are dropped."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hil.base import resources
from hil.errors import UsageError
from hil_lab.firmware_copy import build_copy
from hil_lab.mutants.draw import files_due, mutable_lines, shuffled
from hil_lab.mutants.mutator import Mutant, mutants_of
from hil_lab.mutants.record import DROPPED, MUTANTS, Dropped, MutantRecord, append, read

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


@dataclass(frozen=True, slots=True)
class Built:
    """A mutant that can be run: `firmware` holds `flasher_args.json`, `object` is its app's
    SHA-256."""

    mutant: Mutant
    firmware: Path
    object: str
    build_s: float


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

    def control(self) -> Path:
        """The sound firmware, built in the same way. Raises UsageError if it does not compile."""
        place = self._folder / _CONTROL / _BUILD
        shutil.copytree(self._build({}), place, dirs_exist_ok=True)
        self._objects.add(_object(place))
        return place

    def draw(self, count: int) -> Iterator[Built]:
        """Of the first `count` mutants of this seed those that were not run before.

        Ends early where there are no more.
        """
        left = {
            file: shuffled(mutants, self._seed)[::-1]
            for file, mutants in self._sources.mutants.items()
        }
        lines = {file: mutable_lines(each) for file, each in self._sources.mutants.items()}
        due = files_due(lines, self._seed)
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
        text = mutant.apply(self._sources.texts[mutant.file])
        try:
            built = self._build({mutant.file: text.encode()})
        except UsageError:  # a full disk is another error
            self._drop(mutant, "does not compile")
            return None
        name = _object(built)
        if name in self._objects:
            self._drop(mutant, "compiles to what was there before", name)
            return None
        self._objects.add(name)
        place = self._folder / mutant.id / _BUILD
        shutil.copytree(built, place, dirs_exist_ok=True)
        return Built(mutant, place, name, round(time.monotonic() - started, 1))

    def _build(self, changed: dict[str, bytes]) -> Path:
        # A warning is no reason to drop a mutant: another compiler does not have it. But a
        # function without its return is no mistake that anything can be said of.
        flags = (self._firmware / _FLAGS).read_bytes().replace(b"-Werror", b"-Werror=return-type")
        return build_copy(self._folder / "workshop", {_FLAGS: flags, **changed})

    def _drop(self, mutant: Mutant, why: str, name: str = "") -> None:
        append(self._folder, DROPPED, Dropped(mutant.id, mutant.file, mutant.line, why, name))


def _object(firmware: Path) -> str:
    arguments = json.loads((firmware / "flasher_args.json").read_text(encoding="utf-8"))
    return hashlib.sha256((firmware / arguments["app"]["file"]).read_bytes()).hexdigest()
