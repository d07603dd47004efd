"""Draws damages, drops those that change nothing, and says whether the diagnosis sees where."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil_lab.faults.build import build_faulty
from hil_lab.faults.drawn.draw import KINDS, Damage, damage_of
from hil_lab.mutants.damage_effect import has_effect
from hil_lab.mutants.equivalent import Equivalents
from hil_lab.mutants.place import HARDWARE, NO_PLACE, Named, worst
from hil_lab.mutants.record import DROPPED, MUTANTS, Dropped, MutantRecord, append, read
from hil_lab.mutants.workshop import Built, object_of

if TYPE_CHECKING:
    from hil.facts.diagnosis import Finding, Unexplained
    from hil_lab.mutants.workshop import Changed

_STAGES = {
    # A kernel that writes a constant is no other than memory that is overwritten.
    "kernel": ("kernel", "engine", "memory", "score.softmax-beta", "score.softmax-missing"),
    "weights": ("kernel", "engine"),
    "arena": ("memory", "engine"),
    "line": ("link", "board.link-damaged", "board.silent"),
    "clock": ("timing",),
}
"""By kind of damage: the findings, or their kinds, that name the stage it is in."""

_LINE = "line"
_OPERATOR = re.compile(r"operator (\d+)")


def kinds_of(names: Sequence[str]) -> tuple[str, ...]:
    """All of them by default. Raises UsageError for one that is none."""
    for name in names:
        if name not in KINDS:
            raise UsageError(
                f"there is no damage {name!r}", where="FILE", hint=f"one of {', '.join(KINDS)}"
            )
    return tuple(names) or KINDS


@dataclass(frozen=True, slots=True)
class _Tried:
    """A damage as the campaign wants to see it; `file` is its kind, `line` its operator."""

    damage: Damage

    @property
    def id(self) -> str:
        return self.damage.id

    @property
    def file(self) -> str:
        return self.damage.kind

    @property
    def line(self) -> int:
        return self.damage.op or 0

    @property
    def kind(self) -> str:
        return self.damage.kind


class DamageShop:
    """The damages of a seed, of some kinds."""

    def __init__(self, kinds: Sequence[str], folder: Path, seed: int) -> None:
        self._kinds = kinds
        self._folder = folder
        self._seed = seed
        self._done = {each.id for each in read(folder, MUTANTS, MutantRecord)}
        self._dropped = {each.id for each in read(folder, DROPPED, Dropped)}

    @property
    def lines(self) -> Mapping[str, int]:
        return dict.fromkeys(self._kinds, 1)

    def control(self) -> Path:
        from hil.sim.firmware import build

        return build()

    def draw(self, count: int) -> Iterator[Built]:
        """See `hil_lab.mutants.workshop.Shop`."""
        numbers = random.Random(f"damages {self._seed}")
        while count > 0:
            damage = damage_of(numbers.randrange(1_000_000))
            if damage.kind not in self._kinds or damage.id in self._dropped:
                continue
            if damage.id not in self._done:
                if not has_effect(damage):
                    why = "changes no output of an operator"
                    dropped = Dropped(damage.id, damage.kind, damage.op or 0, why, "")
                    append(self._folder, DROPPED, dropped)
                    self._dropped.add(damage.id)
                    continue
                yield self._built(damage)
            count -= 1

    def _built(self, damage: Damage) -> Built:
        place = self._folder / damage.id / "build"
        shutil.copytree(build_faulty(damage.fault), place, dirs_exist_ok=True)
        arguments = ("--sim-fault", damage.id)
        return Built(_Tried(damage), damage.text, place, object_of(place), 0.0, arguments)

    def named(
        self, mutant: Changed, findings: Sequence[Finding], unexplained: Sequence[Unexplained]
    ) -> Named:
        """The operator counts where one is named."""
        return worst(findings, unexplained, lambda finding: _place(mutant, finding))

    def equivalent(self, records: Sequence[MutantRecord]) -> Equivalents:
        """What the line does and every answer is right all the same: that is its protocol's job."""
        why = "the protocol carried it, and every answer was right"
        return Equivalents(
            {each.id: why for each in records if each.kind == _LINE and not each.seen}
        )


def _place(mutant: Changed, finding: Finding) -> Named:
    stages = _STAGES[mutant.kind]
    if finding.id in stages or finding.id.partition(".")[0] in stages:
        named: Any = _OPERATOR.search(finding.title)
        if mutant.kind in ("line", "clock") or named is None:
            return Named.STAGE
        right: list[int | None] = [mutant.line]
        if isinstance(mutant, _Tried) and finding.id == "kernel.zero-point":
            right.append(mutant.damage.producer)
        return Named.FILE if int(named[1]) in right else Named.ELSEWHERE
    if finding.id in HARDWARE:
        return Named.HARDWARE
    return Named.NO_PLACE if finding.id in NO_PLACE else Named.ELSEWHERE
