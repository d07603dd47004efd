"""What a set of mutants comes to: counts and intervals by file, and what the diagnosis made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hil.errors import ExitCode
from hil.judge.stats.shares import wilson_interval
from hil_lab.mutants.place import Named
from hil_lab.mutants.record import Campaign, MutantRecord, Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """The mutants of one file, or of all. `equivalent` ones are none of `counted`.

    `caught`, `timed_out`, `unsteady`: by the default run; `thorough`: by the thorough one alone;
    `survived`: both.
    """

    file: str
    lines: int
    run: int
    caught: int
    timed_out: int
    unsteady: int
    thorough: int
    survived: int
    equivalent: int

    @property
    def counted(self) -> int:
        return self.run - self.equivalent

    @property
    def seen(self) -> int:
        """A board that never answers is noticed too."""
        return self.caught + self.timed_out

    @property
    def seen_thoroughly(self) -> int:
        return self.seen + self.thorough

    @property
    def share(self) -> str:
        """In percent with Wilson's 95 % interval, such as "58 % (51 to 65)"; - for none."""
        return _share(self.seen, self.counted)

    @property
    def thorough_share(self) -> str:
        """The same of all that the default run or the thorough one caught."""
        return _share(self.seen_thoroughly, self.counted)


def _share(seen: int, counted: int) -> str:
    if not counted:
        return "-"
    low, high = wilson_interval(seen, counted)
    return f"{100 * seen / counted:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


@dataclass(frozen=True, slots=True)
class Figures:
    """`named` counts those that left something to explain; `internal`: ended as pytest's or
    camhil's own mistake; `shipped`: SHIP beside something that failed; `asked_thoroughly`: whether
    survivors were."""

    rows: tuple[Row, ...]
    total: Row
    named: tuple[tuple[Named, int], ...]
    wrong: int
    internal: tuple[str, ...]
    shipped: tuple[str, ...]
    asked_thoroughly: bool


def figures(
    records: Sequence[MutantRecord], lines: Mapping[str, int], equivalent: Collection[str]
) -> Figures:
    """Of all mutants that were run; `lines` that can be mutated by file."""
    names = Counter(each.named for each in records if each.named is not None)
    return Figures(
        rows=tuple(
            _row(file, count, [each for each in records if each.file == file], equivalent)
            for file, count in lines.items()
        ),
        total=_row("all", sum(lines.values()), records, equivalent),
        named=tuple((each, names[each]) for each in Named),
        wrong=sum(count for each, count in names.items() if each.wrong),
        internal=tuple(each.id for each in records if each.exit_code == ExitCode.INTERNAL),
        shipped=tuple(each.id for each in records if each.shipped),
        asked_thoroughly=any(each.thorough is not None for each in records),
    )


def is_equivalent(record: MutantRecord, equivalent: Collection[str]) -> bool:
    """A survivor that was read; one that the suite catches is not, whatever was written."""
    return record.outcome is Outcome.SURVIVED and not record.seen and record.id in equivalent


def _row(
    file: str, lines: int, records: Sequence[MutantRecord], equivalent: Collection[str]
) -> Row:
    count = Counter(each.outcome for each in records)
    thorough = [each for each in records if each.seen and not each.outcome.caught]
    return Row(
        file=file,
        lines=lines,
        run=len(records),
        caught=count[Outcome.CAUGHT],
        timed_out=count[Outcome.TIMED_OUT],
        unsteady=sum(each.outcome is Outcome.UNSTEADY and not each.seen for each in records),
        thorough=len(thorough),
        survived=sum(each.outcome is Outcome.SURVIVED and not each.seen for each in records),
        equivalent=sum(is_equivalent(each, equivalent) for each in records),
    )


def for_document(
    found: Figures,
    campaign: Campaign,
    records: Sequence[MutantRecord],
    equivalent: Collection[str],
) -> str:
    """The figures in Markdown, with the seed and what survived."""
    total = found.total
    lines = [
        f"**{summary(found)}.**",
        "",
        f"Seed {campaign.seed}, {date.today().isoformat()}, {total.run} mutants.",
    ]
    survived = [r for r in records if not r.seen and not is_equivalent(r, equivalent)]
    if survived:
        lines += ["", "Not caught:", ""]
        lines += [f"- `{each.file}:{each.line}` {_change(each.diff)}" for each in survived]
    return "\n".join(lines)


def _change(diff: str) -> str:
    """The changed lines, on one."""
    old = [line[1:].strip() for line in diff.splitlines() if re.match(r"-(?!--)", line)]
    new = [line[1:].strip() for line in diff.splitlines() if re.match(r"\+(?!\+\+)", line)]
    return f"`{' '.join(old)}` -> `{' '.join(new)}`"


def summary(found: Figures) -> str:
    """In one line."""
    total = found.total
    thorough = ""
    if found.asked_thoroughly:
        thorough = f", with the thorough run {total.seen_thoroughly}, {total.thorough_share}"
    named = ", ".join(f"{count} {each.value}" for each, count in found.named if count)
    return (
        f"{total.seen} of {total.counted} caught, {total.share} at 95 %{thorough}; "
        f"{total.timed_out} of them timed out, {total.unsteady} unsteady, "
        f"{total.survived - total.equivalent} survived, {total.equivalent} equivalent; "
        f"diagnosis: {named or 'nothing to explain'}"
    )
