"""A board that remembers what it should not: its answers as a run would record them.

Nothing is computed by a network: the right answers are random numbers. `memory` changes what a
stage gives, and may keep what it likes in `kept`, which a reset clears.
"""

from __future__ import annotations

import random
import zlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from hil.diagnose.wanted import experiments_wanted
from hil.errors import FirmwareError
from hil.facts.image import Answer, OutputFacts
from hil.facts.records import AskedFacts, InferenceRecord, ReferenceOutput, ReferenceRecord, Times
from hil.facts.run import Run
from hil.judge.judged import judge_recorded
from hil.network.location import Location, NoLocation, locate
from hil.network.score import passes
from hil.run.experiments import perform
from hil_lab.fakes.recorded_run import recorded_run

SIZE, GRID, THRESHOLD, SAMPLES, ASKED = (48, 48), (6, 6), 25, 8, 60
_TIMES = Times(1000, 0, 340_000, 200, 450_000)

Memory = Callable[["Moment", dict[str, Any]], None]
"""Changes what the board is about to answer, by what it kept."""


@dataclass
class Moment:
    """One answer in the making. `threshold`: percent; None where the request has none."""

    stage: str
    count: int
    threshold: int | None
    cam: bool
    refused: bool
    scores: tuple[int, ...] = ()
    map: tuple[int, ...] = ()
    applied: int = THRESHOLD
    reported: int = THRESHOLD
    passed: bool = False
    sent: bool = False
    cell: tuple[int, int] | None = None


@dataclass
class RememberingBoard:
    """Answers at random, and as `memory` says at the stage that it is for.

    Stages in order: "threshold", "scores", "decision", "option", "map", "location".

    `thrifty`: the map is made only where it is sent.
    """

    memory: Memory
    seed: int
    thrifty: bool = True
    records: list[InferenceRecord] = field(default_factory=list)
    references: dict[Any, ReferenceRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.answers = SimpleNamespace(experiment="", after="", samples=OrderedDict())
        self._truth: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        for _ in range(SAMPLES):
            data = chance.randbytes(16)
            score = chance.randint(-128, 127)
            cells = tuple(chance.randint(-20_000, 20_000) for _ in range(GRID[0] * GRID[1]))
            self.answers.samples[zlib.crc32(data)] = data
            self._truth[zlib.crc32(data)] = ((-1 - score, score), cells)
        self._boot, self._count, self._clock = 0, 0, 0
        self._kept: dict[str, Any] = {}
        self._refused = False
        self.reset()

    def reset(self) -> None:
        self._boot, self._count, self._kept = self._boot + 1, 0, {}

    def infer(
        self,
        data: bytes,
        *,
        threshold: int | None = None,
        cam_always: bool = True,
        claimed_crc: int | None = None,
    ) -> Any:
        if claimed_crc is not None:
            self._refused = True
            raise FirmwareError("another CRC-32", where="fake", hint="none")
        crc = zlib.crc32(data)
        scores, cells = self._truth[crc]
        self._count, self._clock = self._count + 1, self._clock + 500_000
        now = Moment("", self._count, threshold, cam_always, self._refused)
        now.applied = now.reported = THRESHOLD if threshold is None else threshold
        due = self._right(scores, cells, now.applied)
        self._at("threshold", now)
        now.scores = scores
        self._at("scores", now)
        now.passed = passes(now.scores[1], now.applied)
        self._at("decision", now)
        now.sent = now.passed or now.cam
        self._at("option", now)
        now.map = cells
        if now.sent or not self.thrifty:
            self._at("map", now)
        location = self._located(now)
        self._record(crc, now, location, due)
        return SimpleNamespace(location=location)

    def ask_at_random(self, chance: random.Random) -> None:
        """As a suite does: samples again and again, with options now and then."""
        samples = list(self.answers.samples.values())
        for number in range(ASKED):
            data = samples[number] if number < len(samples) else chance.choice(samples)
            threshold = chance.choice((None, None, None, 5, 20, 40, 60, 95))
            if chance.random() < 0.08:
                with suppress(FirmwareError):
                    self.infer(data, claimed_crc=0)
            self.infer(data, threshold=threshold, cam_always=chance.random() < 0.7)
            if chance.random() < 0.04:
                self.reset()

    def run(self) -> Run:
        return replace(
            recorded_run(1),
            images=(), traces=(), repeats=(), frames=(), samples=(), evidence=(), divergences=(),
            inferences=tuple(self.records), references=tuple(self.references.values()),
        )  # fmt: skip

    def _at(self, stage: str, now: Moment) -> None:
        now.stage = stage
        self.memory(now, self._kept)

    def _right(self, scores: tuple[int, ...], cells: tuple[int, ...], threshold: int) -> Answer:
        grid = np.array(cells).reshape(GRID)
        location = locate(grid, SIZE, passed=passes(scores[1], threshold))
        return Answer(scores, threshold, location, _grid(cells))

    def _located(self, now: Moment) -> Location | NoLocation:
        if not now.passed:
            return NoLocation.BELOW_THRESHOLD
        found = locate(np.array(now.map).reshape(GRID), SIZE, passed=True)
        assert isinstance(found, Location)
        now.cell = (found.row, found.column)
        self._at("location", now)
        row, column = now.cell
        x = (2 * column + 1) * SIZE[1] // (2 * GRID[1])
        return Location(x, (2 * row + 1) * SIZE[0] // (2 * GRID[0]), column, row)

    def _record(self, crc: int, now: Moment, location: Any, due: Answer) -> None:
        score, features = (OutputFacts(zlib.crc32(b"%d%d" % (crc, n)), 2) for n in (0, 1))
        outputs = (replace(score, crc=zlib.crc32(repr(now.scores).encode())), features)
        right = replace(score, crc=zlib.crc32(repr(due.scores).encode()))
        self.references[crc, now.threshold] = ReferenceRecord(
            image=f"sample-{list(self._truth).index(crc)}",
            image_crc=crc,
            stage="tensor",
            threshold=now.threshold,
            history=0,
            outputs=(
                ReferenceOutput("scores", "int8", "score", right),
                ReferenceOutput("features", "int8", "features", features),
            ),
            answer=due,
            input_size=SIZE,
            positive_class=1,
        )
        self.records.append(
            InferenceRecord(
                asked=AskedFacts(
                    crc, "tensor", now.threshold, now.cam, None, refused_before=now.refused
                ),
                image_crc=crc,
                outputs=outputs,
                times=_TIMES,
                boot=self._boot,
                count=self._count,
                finished_us=self._clock,
                at_s=self._clock / 1e6,
                scores=now.scores,
                threshold=now.reported,
                location=location,
                cam=_grid(now.map) if now.sent else None,
                experiment=self.answers.experiment,
                after=self.answers.after,
            )
        )
        self.answers.after, self._refused = "", False


def _grid(cells: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    rows, columns = GRID
    return tuple(cells[row * columns : (row + 1) * columns] for row in range(rows))


def run_with_memory(memory: Memory, seed: int, *, thrifty: bool = True) -> Run:
    """A run of such a board, with the experiments that its diagnosis wants."""
    board: Any = RememberingBoard(memory, seed, thrifty)
    board.ask_at_random(random.Random(seed))
    wanted = experiments_wanted(judge_recorded(board.run()))
    bench: Any = SimpleNamespace(answers=board.answers)
    perform(bench, board, wanted, clock=lambda: 0.0, pause=lambda seconds: None)
    found: Run = board.run()
    return found
