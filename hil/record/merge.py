"""One run of the lines of several processes, each with a board of its own. Pure.

What a process wrote follows a `WorkerRecord` with its name. Tests stay in the order in which
they ended; everything about a board is put together by board, so that nothing that looks at
what came before, such as a clock or a picture that is still in memory, mixes two boards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from hil.record.evidence import TroubleRecord
from hil.record.run import (
    BoardFacts,
    ConsoleFacts,
    EndFacts,
    FrameRecord,
    ImageRecord,
    LinkFacts,
    MeasurementRecord,
    ModelRecord,
    RepeatRecord,
    TestRecord,
    WorkerRecord,
)

_AS_THEY_CAME = (TestRecord, MeasurementRecord, TroubleRecord, EndFacts)
_OF_A_WORKER = (BoardFacts, ModelRecord, LinkFacts, ConsoleFacts)

_Record = TypeVar("_Record")


def merged(lines: Sequence[Any]) -> list[Any]:
    """The same lines as one process would have written them; without workers, as they are.

    Starts of boards are numbered through. What several boards measured is an image once, and
    measured again then. Counts of the links are added up.
    """
    workers = _by_worker(lines)
    if set(workers) <= {""}:
        return list(lines)
    grouped = list(_measured_once(_boots_numbered_through(workers)))
    return [
        *(line for line in lines if isinstance(line, _AS_THEY_CAME)),
        *(line for line in grouped if not isinstance(line, _OF_A_WORKER)),
        *_of_all_boards(workers),
    ]


def what_differs(lines: Sequence[Any]) -> str:
    """In what the workers' boards or builds are not alike; empty where they are."""
    for kind, free in ((ModelRecord, ()), (BoardFacts, ("baud",))):
        found = {name: _last(of, kind) for name, of in _by_worker(lines).items()}
        known = [(name, record) for name, record in found.items() if record is not None]
        for name, record in known[1:]:
            first_name, first = known[0]
            for field in dataclasses.fields(kind):
                ours, theirs = getattr(first, field.name), getattr(record, field.name)
                if ours != theirs and field.name not in free:
                    words = [f"{str(value)[:40]} at {n}" for value, n in
                             ((ours, first_name), (theirs, name))]  # fmt: skip
                    return f"{field.name}: {', '.join(words)}"
    return ""


def _by_worker(lines: Sequence[Any]) -> dict[str, list[Any]]:
    """The lines by the name of the process; "" for those before any name."""
    workers: dict[str, list[Any]] = {}
    of = ""
    for line in lines:
        if isinstance(line, WorkerRecord):
            of = line.worker
        elif not isinstance(line, _AS_THEY_CAME):
            workers.setdefault(of, []).append(line)
    return workers


def _boots_numbered_through(workers: dict[str, list[Any]]) -> Iterator[Any]:
    numbers: dict[tuple[str, int], int] = {}
    for name, lines in workers.items():
        for line in lines:
            boot = getattr(line, "boot", None)
            if boot is None:
                yield line
            else:
                number = numbers.setdefault((name, boot), len(numbers) + 1)
                yield dataclasses.replace(line, boot=number)


def _measured_once(lines: Iterator[Any]) -> Iterator[Any]:
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
        else:
            yield line
            continue
        seen.add(key)


def _of_all_boards(workers: dict[str, list[Any]]) -> Iterator[Any]:
    """Model and board of the first, all links together, the consoles one after the other."""
    for kind in (ModelRecord, BoardFacts):
        known = [record for of in workers.values() if (record := _last(of, kind)) is not None]
        yield from known[:1]
    links = [link for of in workers.values() if (link := _last(of, LinkFacts)) is not None]
    if links:
        names = [name for name, _ in links[0].counts]
        counts = [(name, sum(dict(link.counts).get(name, 0) for link in links)) for name in names]
        yield LinkFacts(tuple(counts), sum(link.recoveries for link in links))
    consoles = {name: _last(of, ConsoleFacts) for name, of in workers.items()}
    yield ConsoleFacts(
        tuple(
            line
            for name, console in consoles.items()
            if console is not None
            for line in ((0.0, f"--- {name} ---"), *console.lines)
        )
    )


def _last(lines: Sequence[Any], kind: type[_Record]) -> _Record | None:
    return next((line for line in reversed(lines) if isinstance(line, kind)), None)
