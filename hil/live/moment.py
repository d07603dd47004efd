"""What is known of one frame: facts alone, nothing drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.network.location import Location, NoLocation
    from hil.oracle.preprocess import Region
    from hil.wire.replies import MemoryReport, StageTimes


@dataclass(frozen=True, slots=True)
class Scores:
    """What an answer says.

    `names` and `values`: percent of each class, or the numbers of an output. `unit`: "%", or empty.
    `decision`: the class that is decided for; None where the task knows no classes. `positive`,
    `threshold`: the class that counts and the percent it needs; None where none does.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    unit: str
    decision: int | None = None
    positive: int | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The line, since it was opened unless said otherwise.

    `baud`: bits per second. `frame_bytes`: what this frame cost on the line, both ways. `line_s`:
    the time that a UART of this rate needs for them, ten bits a byte. `round_trip_s`: of a short
    request, smoothed. `damaged`: frames, both ways. `retransmitted`: frames sent again.
    """

    baud: int
    frame_bytes: int
    line_s: float
    round_trip_s: float | None
    damaged: int
    retransmitted: int


@dataclass(frozen=True, eq=False, slots=True)
class Moment:
    """One frame of the board's camera, and the board's answer to exactly it.

    `number`: counts from 1. `at_s`: seconds since the view began. `pixels`: uint8 [rows, columns]
    of gray, or [rows, columns, 3] of red, green, blue. `region`: the part that the network sees.
    `size`: (height, width) of the network's input, in whose pixels `location` is. `cam`: int32
    [rows, columns] over the region; None without a class activation map. `times`: microseconds,
    board clock. `transfer_s`: host time for the frame. `answer_s`: host time for the answer.
    `memory`: the newest report.
    """

    number: int
    at_s: float
    pixels: NDArray[np.uint8]
    region: Region
    size: tuple[int, int]
    scores: Scores
    cam: NDArray[np.int32] | None
    location: Location | NoLocation | None
    times: StageTimes
    transfer_s: float
    answer_s: float
    memory: MemoryReport
    link: LinkFacts
