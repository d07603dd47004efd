"""A data set of the same form: `labels.csv` with the pictures that it names.

Lines are checked as `hil.samples.labels` checks them, and labels by the rule. A
picture with a person and no box keeps its label: the place is not known.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hil.samples.labels import LABELS, Entry, scan_labels
from model.dataset.inputs import BAD, Candidate, Found, name_problem, not_a, source_name
from model.dataset.rule import Region, Rule, share_of
from model.dataset.split import INPUT, Splitter


def read_table(root: Path, rule: Rule, splitter: Splitter, source: str = "") -> Found:
    """All lines of a labels.csv.

    Args:
        root: the folder with it.
        rule: decides again what the labels say.
        splitter: decides the split where the file says none.
        source: instead of the file's column.

    Raises:
        UsageError: no such file, or columns that are missing.
    """
    if not (root / LABELS).is_file():
        raise not_a("a folder with labels", root, LABELS)
    data, problems = scan_labels(root, needed=("person",))
    found = Found(root, notes=list(data.notes))
    default = source or source_name(root.resolve().name)
    reasons: dict[str, list[str]] = {}
    for problem in problems:
        reasons.setdefault(problem.file or "", []).append(f"line {problem.line}: {problem.message}")
    for file, texts in reasons.items():
        found.skip(default, file or LABELS, BAD, "; ".join(texts))
    for entry in data.entries:
        _entry(
            entry,
            data.folder,
            found,
            rule,
            splitter,
            source or source_name(entry.source or default),
        )
    return found


def _entry(
    entry: Entry, pictures: Path, found: Found, rule: Rule, splitter: Splitter, source: str
) -> None:
    if problem := name_problem(entry.file):
        found.skip(source, entry.file, BAD, problem)
        return
    keeps = splitter.how == INPUT and entry.split
    split = entry.split if keeps else splitter.split(entry.file)
    picture = Candidate(
        entry.path(pictures),
        entry.file,
        source,
        split,
        entry.shows_person(),
        size=entry.size,
        upright=True,
    )
    if entry.person and not entry.boxes:
        found.candidates.append(picture)
        return
    regions = [Region(box, share_of(box)) for box in entry.boxes]
    found.decided(replace(picture, person=False), regions, rule)
