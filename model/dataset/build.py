"""From candidates to a data set: makes the pictures, then writes the tables.

`labels.csv` is written last, so that a run that was stopped leaves the one that was
there. The same inputs give the same bytes, whatever was interrupted or appended.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from hil.errors import InfrastructureError, UsageError
from hil.run.evaluation.run import Progress
from hil.samples.labels import LABELS, Entry, problems_error, scan_labels
from model.dataset.header import BadPictureError
from model.dataset.inputs import BAD, DUPLICATE, Candidate, Found, Skipped
from model.dataset.journal import NAME, Journal, Record
from model.dataset.pictures import Form, Made, make, upright_boxes
from model.dataset.tables import SKIPPED, read_skipped, write_labels, write_skipped

_IMAGES = "images"
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to and how. `label`: names the input, so that a later run knows its pictures."""

    out: Path
    label: str
    form: Form
    append: bool = False
    skip_bad: bool = False
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Built:
    """What is in the data set now, and what this run did.

    skipped: of this run. notes: what a reader should know of the input.
    """

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    made: int
    kept: int
    removed: int


def build(found: Found, plan: Plan, progress: Progress) -> Built:
    """Makes or continues a data set.

    Raises:
        UsageError: pictures or lines that cannot be used, without `skip_bad`; `out`
            holds something else. Pictures that were made stay, for the next run.
        InfrastructureError: `out` cannot be written.
    """
    try:
        _check_out(plan)
        with Journal(plan.out) as journal:
            return _Build(found, plan, journal).run(progress)
    except OSError as error:
        raise InfrastructureError(
            f"cannot write the data set: {error.strerror or error}",
            where=str(error.filename or plan.out),
            hint="free space or permission may be missing; the same command goes on",
        ) from error


def _check_out(plan: Plan) -> None:
    if plan.out.is_dir() and not (plan.out / NAME).is_file() and any(plan.out.iterdir()):
        raise UsageError(
            "the directory was not made by build-vww and is not empty",
            where=str(plan.out),
            hint="give another --out; a data set of your own is an input: --labels DIR",
        )


@dataclass
class _Build:
    found: Found
    plan: Plan
    journal: Journal

    def run(self, progress: Progress) -> Built:
        others, skipped_before = self._others()
        self.skipped = list(self.found.skipped)
        wanted = self._by_file(others)
        made, kept = self._pictures(wanted, progress)
        entries = self._entries(wanted, made, others)
        bad = [one for one in self.skipped if one.kind == BAD]
        if bad and not self.plan.skip_bad:
            raise _bad_error(bad, self.found.root)
        if not entries:
            raise UsageError(
                "no picture is left", where=str(self.found.root), hint=_kinds(self.skipped)
            )
        everything = sorted([*others, *entries], key=lambda entry: entry.file)
        removed = self._finish(everything, skipped_before)
        used = [made[entry.file] for entry in entries]
        notes = [*self.found.notes, *_notes(self.found, used)]
        return Built(
            tuple(everything), tuple(self.skipped), tuple(notes), len(made) - kept, kept, removed
        )

    def _ours(self, file: str) -> bool:
        record = self.journal.records.get(file)
        return record is not None and record.input == self.plan.label

    def _others(self) -> tuple[list[Entry], list[list[str]]]:
        """What earlier runs with other inputs put there; those stay."""
        if not (self.plan.out / LABELS).is_file():
            return [], []
        data, problems = scan_labels(self.plan.out, needed=("person",))
        foreign = [problem for problem in problems if not self._ours(problem.file)]
        if foreign:
            raise problems_error(data.labels, foreign)
        others = [entry for entry in data.entries if not self._ours(entry.file)]
        if others and not self.plan.append:
            sources = ", ".join(sorted({entry.source for entry in others}))
            raise UsageError(
                f"the data set has {len(others):,} pictures of other inputs ({sources})",
                where=str(self.plan.out),
                hint="--append adds to it; or give another --out",
            )
        rows = read_skipped(self.plan.out)
        return others, [row for row in rows if row[0] != self.plan.label]

    def _by_file(self, others: Sequence[Entry]) -> dict[str, Candidate]:
        """Candidates by their file in the data set, sorted."""
        taken = {entry.file for entry in others}
        wanted: dict[str, Candidate] = {}
        for candidate in sorted(self.found.candidates, key=self.plan.form.file):
            file = self.plan.form.file(candidate)
            if file in taken:
                there = self.journal.records.get(file)
                raise UsageError(
                    f"{file} is there already, from {there.input if there else 'another input'}",
                    where=str(self.plan.out),
                    hint="give this input another --source",
                )
            if file in wanted:
                self._bad(candidate, "annotated twice, or two files become one name")
            else:
                wanted[file] = candidate
        return wanted

    def _bad(self, candidate: Candidate, reason: str, kind: str = BAD) -> None:
        self.skipped.append(Skipped(candidate.source, candidate.name, kind, reason))

    def _pictures(
        self, wanted: Mapping[str, Candidate], progress: Progress
    ) -> tuple[dict[str, Made], int]:
        """Makes what is not there yet; returns all that are there now, and how many were."""
        images, form = self.plan.out / _IMAGES, self.plan.form
        images.mkdir(exist_ok=True)
        made: dict[str, Made] = {}
        for file, candidate in wanted.items():
            record = self.journal.records.get(file)
            if record is not None and record.is_of(candidate.path, form.describe(), images / file):
                made[file] = record.made
                if not self._ours(file):  # of a run that never finished
                    self.journal.add(replace(record, input=self.plan.label))
        kept = len(made)
        progress.begin(len(wanted), kept)
        todo = {file: candidate for file, candidate in wanted.items() if file not in made}
        for file, result in self._made(todo, images):
            progress.step()
            if isinstance(result, str):
                self._bad(wanted[file], result)
            else:
                made[file] = result.made
                self.journal.add(result)
        return made, kept

    def _made(
        self, todo: Mapping[str, Candidate], images: Path
    ) -> Iterator[tuple[str, Record | str]]:
        pool = ThreadPoolExecutor(self.plan.jobs)
        try:
            futures: dict[str, Future[Record | str]] = {
                file: pool.submit(self._one, file, candidate, images / file)
                for file, candidate in todo.items()
            }
            for file in todo:
                yield file, futures.pop(file).result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, file: str, candidate: Candidate, target: Path) -> Record | str:
        try:
            facts = candidate.path.stat()
        except OSError as error:
            return f"cannot read the file: {error.strerror}"
        try:
            made = make(candidate, self.plan.form, target)
        except BadPictureError as error:
            return str(error)
        return Record(
            file=file,
            input=self.plan.label,
            original=candidate.name,
            bytes=facts.st_size,
            mtime_ns=facts.st_mtime_ns,
            form=self.plan.form.describe(),
            sha256=made.sha256,
            stored=made.header.size,
            orientation=made.header.orientation,
            size=made.size,
            crc=made.crc,
        )

    def _entries(
        self, wanted: Mapping[str, Candidate], made: Mapping[str, Made], others: Sequence[Entry]
    ) -> list[Entry]:
        """Lines of the labels, without pictures that are there twice."""
        first = {
            self.journal.records[entry.file].sha256: (entry.file, entry.person)
            for entry in others
            if entry.file in self.journal.records
        }
        entries = []
        for file, candidate in wanted.items():
            if file not in made:
                continue
            picture = made[file]
            try:
                boxes = upright_boxes(candidate, picture.header)
            except BadPictureError as error:
                self._bad(candidate, str(error))
                continue
            same, person = first.setdefault(picture.sha256, (file, candidate.person))
            if same != file and person != candidate.person:
                says = "a person" if person else "no person"
                self._bad(candidate, f"the same picture as {same}, which is labelled {says}")
            elif same != file:
                self._bad(candidate, f"the same picture as {same}", DUPLICATE)
            else:
                entries.append(_entry(file, candidate, boxes, picture.size))
        return entries

    def _finish(self, entries: Sequence[Entry], skipped_before: list[list[str]]) -> int:
        """Writes the tables; removes pictures of this input that it no longer has."""
        out, files = self.plan.out, {entry.file for entry in entries}
        rows = [
            [self.plan.label, one.source, one.name, one.kind, one.reason] for one in self.skipped
        ]
        write_skipped(out, [*skipped_before, *rows])
        write_labels(out, entries)
        old = {
            file
            for file in self.journal.records.keys() - files
            if self._ours(file) or not self.plan.append
        }
        removed = 0
        for file in sorted(old):
            path = out / _IMAGES / file
            removed += path.is_file()
            path.unlink(missing_ok=True)
        self.journal.keep(self.journal.records.keys() - old)
        return removed


def _entry(
    file: str, candidate: Candidate, boxes: Iterable[tuple[float, ...]], size: tuple[int, int]
) -> Entry:
    four = tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in boxes)
    return Entry(0, file, candidate.person, four, candidate.split, candidate.source, size)


def _bad_error(bad: Sequence[Skipped], root: Path) -> UsageError:
    shown = [f"  {one.name}: {one.reason}" for one in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        shown.append(f"  and {len(bad) - _SHOWN:,} more")
    count = f"{len(bad):,} picture{'s' if len(bad) > 1 else ''} cannot be used"
    return UsageError(
        "\n".join([f"{count}:", *shown]),
        where=str(root),
        hint=f"correct or remove them, or leave them out with --skip-bad, which lists them in "
        f"{SKIPPED}; what was made is kept for the next run",
    )


def _kinds(skipped: Sequence[Skipped]) -> str:
    counts = Counter(one.kind for one in skipped)
    return "left out: " + (", ".join(f"{n} {kind}" for kind, n in counts.items()) or "nothing")


def _notes(found: Found, pictures: Sequence[Made]) -> Iterator[str]:
    if found.clipped:
        yield f"{found.clipped:,} boxes reached up to a pixel over the edge and were cut there"
    turned = sum(one.header.orientation != 1 for one in pictures)
    if turned:
        yield f"{turned:,} pictures were turned as their Exif orientation says"
    small = sum(min(one.size) < 96 for one in pictures)
    if small:
        yield f"{small:,} pictures are smaller than the model's input and will be enlarged"


def default_jobs() -> int:
    """Threads: decoding does not hold Python's lock."""
    return min(os.cpu_count() or 1, 8)
