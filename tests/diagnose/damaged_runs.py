"""Run files with one thing in them changed, and what the diagnosis makes of them.

python -m tests.diagnose.damaged_runs FACTS.jsonl 5000 [seed]
"""

from __future__ import annotations

import copy
import json
import random
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.diagnose import diagnose
from hil.diagnose.outcome import BUG
from hil.errors import UsageError
from hil.facts.reader import record_of
from hil.facts.run import Run
from hil.oracle import Oracle

Line = dict[str, Any]
Place = tuple[int, tuple[str | int, ...]]
"""A line, and the keys and indices that lead to a value in it."""

VALUES: tuple[Any, ...] = (None, 0, 1, -1, 1 << 40, -1.5, "", "other", True, False, [], {})


@dataclass(frozen=True)
class Damage:
    """`what` was changed, and the lines with that change."""

    what: str
    lines: Sequence[Line]


def places(lines: Sequence[Line]) -> list[Place]:
    """A place of every kind: of lists the first and the last element, of each kind of line two."""
    found: dict[tuple[Any, ...], Place] = {}
    for number, line in enumerate(lines):
        for path in _paths(line):
            kinds = tuple("#" if isinstance(step, int) else step for step in path)
            first = (line["kind"], *kinds)
            last = (*first, "the last")
            found.setdefault(first, (number, path))
            found[last] = (number, path)
    return list(found.values())


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path and path != ("kind",):
        yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _paths(part, (*path, key))
    elif isinstance(value, list) and value:
        for index in sorted({0, len(value) - 1}):
            yield from _paths(value[index], (*path, index))


def damages(lines: Sequence[Line], count: int, seed: int) -> Iterator[Damage]:
    """So many, drawn at random; the same ones for the same seed."""
    rng = random.Random(seed)
    known = places(lines)
    for _ in range(count):
        if rng.random() < 0.05:
            number = rng.randrange(1, len(lines))
            what = f"line {number} ({lines[number]['kind']}) is missing"
            yield Damage(what, [line for n, line in enumerate(lines) if n != number])
            continue
        number, path = rng.choice(known)
        changed = list(lines)
        changed[number] = copy.deepcopy(lines[number])
        *way, last = path
        holder: Any = changed[number]
        for step in way:
            holder = holder[step]
        value = _other(holder[last], rng)
        holder[last] = value
        place = ".".join(map(str, path))
        yield Damage(f"line {number} ({lines[number]['kind']}): {place} = {value!r:.60}", changed)


def _other(value: Any, rng: random.Random) -> Any:
    """Mostly of the same type, so that it is read at all."""
    alike = [other for other in VALUES if type(other) is type(value) and other != value]
    if isinstance(value, list) and value:
        alike += [value[:-1], [*value, value[-1]], value[:1], value[::-1]]
    if isinstance(value, str) and value:
        alike += [value[:-1], value[::-1], value + value]
    if isinstance(value, int) and not isinstance(value, bool):
        alike += [value + 1, 255, 1 << 31]
    return rng.choice(alike if alike and rng.random() < 0.8 else VALUES)


def trouble_with(damage: Damage, oracle: Oracle | None = None) -> str:
    """What the diagnosis did wrong: an exception, or a bug that it tells of; empty for nothing."""
    try:
        run = Run.of([record_of(json.dumps(line).encode(), "a line") for line in damage.lines])
    except UsageError:
        return ""  # refused with the line's name: that is right
    try:
        found = diagnose(run, oracle)
    except UsageError:
        return ""
    except Exception:  # noqa: BLE001
        return traceback.format_exc(limit=-3)
    bugs = [each for each in found.unexplained if each.what.startswith(BUG)]
    return "; ".join(f"{bug.stage}: {bug.what}" for bug in bugs)


def main(file: str, count: str, seed: str = "1") -> int:
    """The exit code: 1 where anything went wrong."""
    lines = [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]
    bad = 0
    for damage in damages(lines, int(count), int(seed)):
        if trouble := trouble_with(damage):
            bad += 1
            print(f"{damage.what}\n  {trouble}", flush=True)
    print(f"{count} damaged runs, {bad} of them not diagnosed")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
