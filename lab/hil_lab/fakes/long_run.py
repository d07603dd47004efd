"""Answers and memory reports of a long run, made up: for tests of what only many of them tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from hil.facts.records import (
    AskedFacts,
    HeapFacts,
    InferenceRecord,
    MemoryFacts,
    MemoryRecord,
    Times,
)

INVOKE_US = 8_000
LINE_US = 2_000
PERIOD_US = 12_000


def answers(
    number: int,
    *,
    boot: int = 1,
    began_s: float = 100.0,
    late_us: Callable[[int], float] = lambda n: 0.0,
    clock: Callable[[float], float] = lambda us: us,
    cycles: Callable[[int], int | None] = lambda us: None,
    **stages: Callable[[int], float],
) -> tuple[InferenceRecord, ...]:
    """One start of a board, whose answers come every 12 ms.

    Args:
        late_us: how much later than it might the host gets answer n.
        clock: the board's clock by the true time since its start, in us.
        cycles: by invoke_us.
        stages: fields of `Times` by the number of the answer, from 0; they make it longer too.
    """
    made = []
    for n in range(number):
        spent = {"upload_us": 500, "preprocess_us": 0, "invoke_us": INVOKE_US, "cam_us": 3}
        spent |= {name: round(stage(n)) for name, stage in stages.items()}
        done_us = PERIOD_US * (n + 1)
        waited = sum(spent.values()) + LINE_US + late_us(n)
        made.append(
            InferenceRecord(
                asked=AskedFacts(1, "tensor", None, True, None),
                image_crc=1,
                outputs=(),
                threshold=50,
                times=Times(
                    **spent, round_trip_us=round(waited), invoke_cycles=cycles(spent["invoke_us"])
                ),
                boot=boot,
                count=n + 1,
                finished_us=round(clock(done_us)),
                at_s=began_s + (done_us + LINE_US / 2 + late_us(n)) / 1e6,
            )
        )
    return tuple(made)


def reports(
    number: int,
    *,
    boot: int = 1,
    every: int = 10,
    arena_used: Callable[[int], int] = lambda n: 70_000,
    free: Callable[[int], int] = lambda n: 150_000,
    stack: Callable[[int], int] = lambda n: 1_200,
    **changes: Any,
) -> tuple[MemoryRecord, ...]:
    """Reports after every tenth inference; the figures by the number of the report, from 0."""
    made = []
    least = free(0)
    for n in range(number):
        least = min(least, free(n))
        memory = MemoryFacts(
            arena_bytes=131_072,
            arena_used_bytes=arena_used(n),
            static_bytes=16_000,
            heap=HeapFacts(free(n), least, free(n) // 2),
            psram=None,
            stacks=(("inference", stack(n)), ("link", 900)),
        )
        made.append(MemoryRecord(boot, n * every, dataclasses.replace(memory, **changes)))
    return tuple(made)
