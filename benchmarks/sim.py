"""What the benchmarks of the simulated board share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hil.board import Board, open_board
from hil.board.options import BoardOptions
from hil.facts.board import Inference
from hil.sim.process import SimOptions

IMAGE_BYTES = 96 * 96
BITS_PER_BYTE = 10  # 8N1: start, eight data bits, stop


@dataclass(frozen=True)
class Stream:
    """A run of images through `infer_many`; seconds are those of the whole run."""

    seconds: float
    inferences: tuple[Inference, ...]
    bytes_out: int
    bytes_in: int
    retransmitted: int

    @property
    def seconds_per_image(self) -> float:
        return self.seconds / len(self.inferences)


def images(count: int, seed: int = 1) -> list[NDArray[np.int8]]:
    """Different noise images, so that no upload can be skipped."""
    numbers = np.random.default_rng(seed)
    return [numbers.integers(-128, 128, (96, 96)).astype(np.int8) for _ in range(count)]


@contextmanager
def board(
    sim: SimOptions | None = None, baud: int = 921_600, record: Path | None = None
) -> Iterator[Board]:
    """The simulated board, warmed up."""
    with open_board("sim", options=BoardOptions(baud=baud, sim=sim, record=record)) as opened:
        list(opened.infer_many(images(3, seed=99)))
        yield opened


def stream(opened: Board, count: int, seed: int = 1) -> Stream:
    """Runs `count` images; every answer is counted, none is checked here."""
    pictures = images(count, seed)
    before = opened.link_stats.copy()
    started = time.perf_counter()
    inferences = tuple(opened.infer_many(pictures))
    seconds = time.perf_counter() - started
    used = opened.link_stats.since(before)
    return Stream(seconds, inferences, used.bytes_out, used.bytes_in, used.retransmitted)
