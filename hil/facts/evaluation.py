"""The facts of an evaluation, and their JSON lines.

A results file starts with a `Header`; every other line is the `Result` of one
picture. Reading is strict: a damaged line is an error, never a guess.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hil.base.file_names import plain
from hil.errors import UsageError
from hil.facts.codec import decoded, to_json
from hil.facts.image import Grid
from hil.images import Fit
from hil.network.location import Location, NoLocation
from hil.network.score import score_percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.link.stats import LinkStats

RESULTS_VERSION = 1
"""Version of the file; a reader refuses others."""

_CELL = "i"  # array's type of a cell: int32


@dataclass(frozen=True, slots=True)
class Header:
    """Who answers; results of another one must not be mixed with these.

    `target`: kind of board, or who answers without one, such as "oracle". `build_id` is
    empty without a board.
    `threshold`: percent. `resolver`: of the oracle. `fit`: of pictures of another shape.
    """

    version: int
    camhil: str
    target: str
    engine: str
    build_id: str
    model_sha256: str
    positive_class: int
    threshold: int
    input_size: tuple[int, int]
    resolver: str
    fit: Fit = "crop"


@dataclass(frozen=True, slots=True)
class Answer:
    """One side's answer. `cam`: int32 cells in row-major order, None where none was sent.

    `grid`: (rows, columns). Packed, because an evaluation keeps many thousands of them.
    `percents`: of a float network, whose scores lie between the int8 steps of `scores`; not
    kept in files.
    """

    image_crc: int
    scores: tuple[int, ...]
    threshold: int
    location: Location | NoLocation
    grid: tuple[int, int]
    cam: bytes | None
    percents: tuple[float, ...] | None = None

    def percent(self, index: int) -> float:
        """The score of a class in percent; exact, as 100/256 is."""
        if self.percents is not None:
            return self.percents[index]
        return float(score_percent(self.scores[index]))

    def array(self) -> NDArray[np.int32]:
        """The map, int32 [rows, columns]."""
        import numpy as np

        assert self.cam is not None
        return np.frombuffer(self.cam, np.int32).reshape(self.grid)

    def rows(self) -> Grid | None:
        """The map as rows of integers."""
        if self.cam is None:
            return None
        cells = array(_CELL, self.cam).tolist()
        columns = self.grid[1]
        return tuple(tuple(cells[i : i + columns]) for i in range(0, len(cells), columns))


@dataclass(frozen=True, slots=True)
class Times:
    """Microseconds of one inference: stages by the board's clock, the round trip by the host's."""

    upload_us: int
    preprocess_us: int
    invoke_us: int
    cam_us: int
    round_trip_us: int


@dataclass(frozen=True, slots=True)
class Result:
    """One picture. `device` is the oracle's own object where both say the same.

    Attributes:
        file: as in the labels.
        file_crc: CRC-32 of the picture's file: a result is of this content.
        size: (width, height) of the upright picture.
        oracle: the host's answer.
        device: the board's answer; None when the oracle runs alone.
        times: of the board's inference.
    """

    file: str
    file_crc: int
    size: tuple[int, int]
    oracle: Answer
    device: Answer | None = None
    times: Times | None = None


@dataclass(frozen=True)
class Answers:
    """What was answered: results by file, in the order of the labels.

    Attributes:
        header: who answered.
        results: of every entry of the plan.
        kept: how many of them were taken over.
        link: what happened on the link in this run; None for the oracle alone.
        recoveries: how often the board was lost and came back in this run.
    """

    header: Header
    results: dict[str, Result]
    kept: int = 0
    link: LinkStats | None = None
    recoveries: int = 0


def pack_answer(
    image_crc: int,
    scores: tuple[int, ...],
    threshold: int,
    location: Location | NoLocation,
    cam: NDArray[np.int32] | None,
) -> Answer:
    """An answer, with its map packed."""
    if isinstance(location, Location):
        location = _shared(location.x, location.y, location.column, location.row)
    if cam is None:
        return Answer(image_crc, scores, threshold, location, (0, 0), None)
    rows, columns = cam.shape
    cells = cam.astype("i4").tobytes()
    return Answer(image_crc, scores, threshold, location, (rows, columns), cells)


def joined(
    file: str,
    file_crc: int,
    size: tuple[int, int],
    oracle: Answer,
    device: Answer | None = None,
    times: Times | None = None,
) -> Result:
    """A result that keeps equal answers once."""
    return Result(file, file_crc, size, oracle, oracle if device == oracle else device, times)


# ---- JSON -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """An `Answer` in a line. `location`: x, y, column, row."""

    image_crc: int
    scores: tuple[int, ...]
    threshold: int
    location: tuple[int, int, int, int] | NoLocation
    cam: Grid | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A `Result` in a line; a board's answer that is the oracle's is written as "same"."""

    file: str
    file_crc: int
    size: tuple[int, int]
    oracle: _Side
    device: _Side | Literal["same"] | None
    times: Times | None


def header_line(header: Header) -> str:
    return json.dumps({"kind": "evaluation", **to_json(header)}, separators=(",", ":"))


def result_line(result: Result) -> str:
    """One line."""
    device: _Side | Literal["same"] | None = None
    if result.device is not None:
        device = "same" if result.device == result.oracle else _side(result.device)
    oracle = _side(result.oracle)
    line = _Line(result.file, result.file_crc, result.size, oracle, device, result.times)
    return json.dumps({"kind": "result", **to_json(line)}, separators=(",", ":"))


def read_header(line: bytes, where: str) -> Header:
    """The header of a results file. Raises UsageError as `read_result`, or for another version."""
    data = _object(line, "evaluation", where)
    if data.get("version") != RESULTS_VERSION:
        raise UsageError(
            f"results of version {data.get('version')!r}, this camhil reads {RESULTS_VERSION}",
            where=where,
            hint="go on with the camhil that wrote them, or start with a new file",
        )
    with _strictly(where):
        return decoded(Header, {"fit": "crop", **data})


def read_result(line: bytes, where: str) -> Result:
    """One result. Raises UsageError for anything that `result_line` does not write."""
    with _strictly(where):
        found = decoded(_Line, _object(line, "result", where))
        oracle = _answer(found.oracle)
        device = _answer(found.device) if isinstance(found.device, _Side) else None
        if found.device == "same":
            device = oracle
        size = _shared_size(*found.size)
        return joined(plain(found.file), found.file_crc, size, oracle, device, found.times)


def _side(answer: Answer) -> _Side:
    place = answer.location
    at = place if isinstance(place, NoLocation) else (place.x, place.y, place.column, place.row)
    return _Side(answer.image_crc, answer.scores, answer.threshold, at, answer.rows())


def _answer(side: _Side) -> Answer:
    at, cam = side.location, side.cam
    location = at if isinstance(at, NoLocation) else _shared(*at)
    grid, cells = (0, 0), None
    if cam is not None:
        grid = (len(cam), len(cam[0]))
        if any(len(row) != grid[1] for row in cam):
            raise ValueError("the map's rows are not equally long")
        cells = array(_CELL, itertools.chain.from_iterable(cam)).tobytes()
    return Answer(side.image_crc, side.scores, side.threshold, location, grid, cells)


def _object(line: bytes, kind: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _damaged(str(error), where) from error
    if not isinstance(data, dict) or data.pop("kind", None) != kind:
        raise _damaged(f"not a line of kind {kind!r}", where)
    return data


@contextlib.contextmanager
def _strictly(where: str) -> Iterator[None]:
    """Within, what a line must not hold is damage of it."""
    try:
        yield
    except (LookupError, ValueError, OverflowError) as error:
        raise _damaged(f"ValueError: {error}", where) from error


def _damaged(why: str, where: str) -> UsageError:
    return UsageError(
        f"a damaged line: {why}",
        where=where,
        hint="remove the line to measure that picture again, or start with a new file",
    )


@functools.lru_cache(4096)
def _shared(x: int, y: int, column: int, row: int) -> Location:
    """One object for a location that many answers have."""
    return Location(x, y, column, row)


@functools.lru_cache(4096)
def _shared_size(width: int, height: int) -> tuple[int, int]:
    return width, height
