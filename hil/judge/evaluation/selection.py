"""Which samples are run, which are reported on, and which thresholds and levels are chosen on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from hil.base.file_names import plain
from hil.errors import UsageError
from hil.samples.labels import DataSet, Entry

ALL = "all"
REPORTED, VALIDATION = "test", "val"
"""The splits that are reported on and chosen on, where the labels have them."""

_EVERY = 5  # without a validation split, one sample in five


@dataclass(frozen=True, slots=True)
class Selection:
    """`entries`: what is run, in the order of the labels; the sets are of their files.

    `how`: one sentence for the report.
    """

    entries: tuple[Entry, ...]
    reported: frozenset[str]
    validation: frozenset[str]
    how: str


def select(
    data: DataSet,
    *,
    split: str | None = None,
    validation: str | None = None,
    sources: Collection[str] = (),
) -> Selection:
    """Chooses by the columns `split` and `source`.

    Without a validation split, every sample is reported on, and a fifth of them, by the
    SHA-256 of their names, is what thresholds and the map's level are chosen on; what depends
    on these is then reported on the others. The windows of a recording stay together.

    Args:
        data: the labels.
        split: to report on, or "all"; test if there is one, else all.
        validation: to choose on; val if there is one.
        sources: leave out all others.

    Raises:
        UsageError: there is no such split or source, or nothing is left.
    """
    entries = data.entries
    sources = [plain(name) for name in sources]
    split, validation = (name and plain(name) for name in (split, validation))
    if sources:
        _check(set(sources), {entry.source for entry in entries}, "source", data)
        entries = tuple(entry for entry in entries if entry.source in sources)
    counts = Counter(entry.split for entry in data.entries)
    asked = {name for name in (split, validation) if name not in (None, ALL)}
    _check({str(name) for name in asked}, set(counts), "split", data)
    shown = split or (REPORTED if REPORTED in counts else ALL)
    chosen_on = validation or (VALIDATION if VALIDATION in counts else None)
    reported = {entry.file for entry in entries if shown in (ALL, entry.split)}
    if chosen_on is not None and chosen_on not in (shown, ALL):
        known = {entry.file for entry in entries if entry.split == chosen_on}
        by = f"split '{chosen_on}'"
    else:
        known = {
            entry.file
            for entry in entries
            if entry.file in reported and _is_chosen(entry.group or entry.file)
        }
        by = f"one sample in {_EVERY} of them, by the SHA-256 of its name"
    if not reported:
        raise UsageError(
            "no samples are left to report on",
            where=str(data.labels),
            hint="choose another --split or --source",
        )
    kept = tuple(entry for entry in entries if entry.file in reported | known)
    what = "all samples" if shown == ALL else f"split '{shown}'"
    if sources:
        what += f" of {', '.join(sorted(sources))}"
    how = f"reported on {what}; thresholds and the map's level are chosen on {by}"
    left_out = len(data.entries) - len(kept)
    if left_out:
        how += f"; {left_out:,} of {len(data.entries):,} lines belong to neither and are not run"
    return Selection(kept, frozenset(reported), frozenset(known), how)


def _is_chosen(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] % _EVERY == 0


def _check(asked: set[str], there: set[str], what: str, data: DataSet) -> None:
    unknown = sorted(asked - there)
    if unknown:
        names = ", ".join(sorted(name for name in there if name)) or "none"
        raise UsageError(
            f"no sample has the {what} {unknown[0]!r}",
            where=str(data.labels),
            hint=f"there are: {names}",
        )
