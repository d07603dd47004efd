"""One run of the lines of several processes, each with a board of its own. Pure.

What a process wrote follows a `WorkerRecord` with its name. Tests stay in the order in which
they ended; everything about a board is put together by board, so that nothing that looks at
what came before, such as a clock or a picture that is still in memory, mixes two boards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from hil.facts.energy import EnergyRecord
from hil.facts.evidence import OddityRecord, TroubleRecord
from hil.facts.keys import answer_key, oddity_key, reference_key
from hil.facts.origin import OriginRecord
from hil.facts.records import (
    BoardFacts,
    ConsoleFacts,
    EndFacts,
    FrameRecord,
    ImageRecord,
    InferenceRecord,
    LinkFacts,
    MeasurementRecord,
    MemoryRecord,
    ModelRecord,
    ReferenceRecord,
    RepeatRecord,
    SampleRecord,
    SecondOpinionRecord,
    TestRecord,
    VarietyFacts,
    WorkerRecord,
)

_AS_THEY_CAME = (OriginRecord, TestRecord, MeasurementRecord, TroubleRecord, EndFacts)
_ONCE = (
    *(BoardFacts, ModelRecord, LinkFacts, ConsoleFacts, VarietyFacts, ReferenceRecord),
    SecondOpinionRecord,
)
_NUMBERED = ((InferenceRecord, answer_key), (OddityRecord, oddity_key))

_Record = TypeVar("_Record")
_Workers = dict[str, list[Any]]
"""What each process wrote of its board."""


def merged(lines: Sequence[Any]) -> list[Any]:
    """The same lines as one process would have written them; without workers, as they are.

    Starts of boards, answers and oddities are numbered through. What several boards measured
    is an image once, and measured again then. Counts of the links are added up.
    """
    if not any(isinstance(line, WorkerRecord) for line in lines):
        return list(lines)
    workers = _by_worker(lines)
    grouped = _measured_once(_boots_numbered_through(workers))
    return [
        *_as_they_came(lines, _keys_numbered_through(workers)),
        *(line for line in grouped if not isinstance(line, _ONCE)),
        *_references(workers),
        *_of_all_boards(workers),
    ]


def what_differs(lines: Sequence[Any]) -> str:
    """In what the workers' boards or builds are not alike; empty where they are."""
    workers = _by_worker(lines)
    for kind, free in ((ModelRecord, ()), (BoardFacts, ("baud",))):
        known = [(name, found) for name, of in workers.items() if (found := last(of, kind))]
        for name, record in known[1:]:
            first_name, first = known[0]
            for field in dataclasses.fields(kind):
                ours, theirs = getattr(first, field.name), getattr(record, field.name)
                if ours != theirs and field.name not in free:
                    values = f"{ours!s:.40} at {first_name}, {theirs!s:.40} at {name}"
                    return f"{field.name}: {values}"
    return ""


def _with_worker(lines: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Each line with the process that it comes from; "" for those before any name."""
    worker = ""
    for line in lines:
        if isinstance(line, WorkerRecord):
            worker = line.worker
        else:
            yield worker, line


def _by_worker(lines: Iterable[Any]) -> _Workers:
    workers: _Workers = {}
    for worker, line in _with_worker(lines):
        if not isinstance(line, _AS_THEY_CAME):
            workers.setdefault(worker, []).append(line)
    return workers


def _as_they_came(lines: Iterable[Any], keys: dict[tuple[str, str], str]) -> Iterator[Any]:
    for worker, line in _with_worker(lines):
        if isinstance(line, TestRecord) and line.by_verdict:
            by_verdict = tuple(keys.get((worker, key), key) for key in line.by_verdict)
            yield dataclasses.replace(line, by_verdict=by_verdict)
        elif isinstance(line, _AS_THEY_CAME):
            yield line


def _keys_numbered_through(workers: _Workers) -> dict[tuple[str, str], str]:
    """From a process and one of its keys of an answer or oddity to that of the whole run."""
    keys: dict[tuple[str, str], str] = {}
    for kind, key in _NUMBERED:
        before = 0
        for worker, lines in workers.items():
            count = sum(isinstance(line, kind) for line in lines)
            keys |= {(worker, key(n)): key(before + n) for n in range(count)}
            before += count
    return keys


def _boots_numbered_through(workers: _Workers) -> Iterator[Any]:
    numbers: dict[tuple[str, int], int] = {}
    for worker, lines in workers.items():
        for line in lines:
            if isinstance(line, InferenceRecord | MemoryRecord | EnergyRecord):
                number = numbers.setdefault((worker, line.boot), len(numbers) + 1)
                yield dataclasses.replace(line, boot=number)
            else:
                yield line


def _measured_once(lines: Iterable[Any]) -> Iterator[Any]:
    seen: set[Any] = set()
    for line in lines:
        if isinstance(line, ImageRecord):
            key: Any = (line.source, line.name)
            yield RepeatRecord(line.facts) if key in seen else line
        elif isinstance(line, FrameRecord):
            key = (line.name, dataclasses.replace(line.facts, invoke_us=None), line.preprocessing)
            if key in seen:
                continue  # the same answer to the same frame
            yield line
        elif isinstance(line, SampleRecord):
            key = (line.name, dataclasses.replace(line.facts, invoke_us=None))
            if key in seen:
                continue
            yield line
        else:
            yield line
            continue
        seen.add(key)


def _references(workers: _Workers) -> Iterable[ReferenceRecord]:
    """Each answer of the oracle once, with the image's name where one process knows it."""
    found: dict[Any, ReferenceRecord] = {}
    for lines in workers.values():
        for line in lines:
            if isinstance(line, ReferenceRecord):
                known = found.setdefault(reference_key(line), line)
                if line.image and not known.image:
                    found[reference_key(line)] = line
    return found.values()


def _of_all_boards(workers: _Workers) -> Iterator[Any]:
    """Model and board of the first, all links together, the consoles one after the other."""
    yield from _last_of_each(workers, ModelRecord)[:1]
    yield from _last_of_each(workers, BoardFacts)[:1]
    yield from _last_of_each(workers, SecondOpinionRecord)[:1]
    links = _last_of_each(workers, LinkFacts)
    if links:
        names = [name for name, _ in links[0].counts]
        counts = [(name, sum(dict(link.counts).get(name, 0) for link in links)) for name in names]
        recoveries = sum(link.recoveries for link in links)
        yield LinkFacts(tuple(counts), recoveries, links[0].noise)  # one line of options for all
    varieties = _last_of_each(workers, VarietyFacts)
    if varieties:
        # The synthetic images are among those of each: what is constant for all is the same.
        constant = [
            name
            for name in varieties[0].constant_outputs
            if all(name in variety.constant_outputs for variety in varieties)
        ]
        inside = [v.differing_operators for v in varieties if v.differing_operators is not None]
        yield VarietyFacts(
            max(variety.images for variety in varieties),
            tuple(constant),
            max(inside, default=None) if constant else None,
        )
    consoles = [(name, last(of, ConsoleFacts)) for name, of in workers.items()]
    yield ConsoleFacts(
        tuple(
            line
            for name, console in consoles
            if console is not None
            for line in ((0.0, f"--- {name} ---"), *console.lines)
        )
    )


def _last_of_each(workers: _Workers, kind: type[_Record]) -> list[_Record]:
    return [found for of in workers.values() if (found := last(of, kind)) is not None]


def last(lines: Sequence[Any], kind: type[_Record]) -> _Record | None:
    """The last line of a kind; None without any."""
    return next((line for line in reversed(lines) if isinstance(line, kind)), None)
