"""The facts of an evaluation, and their JSON lines.

A results file starts with a `Header`; every other line is the `Result` of one
sample. Reading is strict: a damaged line is an error, never a guess.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
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
from hil.network.task import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.link.stats import LinkStats

RESULTS_VERSION = 2
"""Version of the file; a reader refuses others."""

_CELL = "i"  # array's type of a cell: int32


@dataclass(frozen=True, slots=True)
class ValueType:
    """How the values of answers are stored, and what they stand for.

    `dtype`: numpy's name. `count`: of values in an answer. A value v of an integer type is
    (v - zero_point) * scale where the scale is not 0.
    """

    dtype: str
    count: int
    scale: float = 0.0
    zero_point: int = 0

    def numbers(self, values: bytes) -> NDArray[Any]:
        """The values as they are stored, [count]; read-only."""
        import numpy as np

        return np.frombuffer(values, self.dtype)

    def reals(self, values: bytes) -> NDArray[np.float64]:
        """What they stand for, float64 [count]."""
        import numpy as np

        numbers = self.numbers(values).astype(np.float64)
        return (numbers - self.zero_point) * self.scale if self.scale else numbers


ERROR = ValueType("float64", 1)
"""Of a reconstruction: its mean squared error."""

NO_VALUES = ValueType("uint8", 0)
"""Of a network whose answers are compared and not judged."""


@dataclass(frozen=True, slots=True)
class Header:
    """Who answers; results of another one must not be mixed with these.

    `target`: kind of board, or who answers without one, such as "oracle". `build_id` is
    empty without a board.
    `task`: what the answers mean. `values`: how they are stored.
    `input_size`: (height, width) of the picture that the network takes; None for other inputs.
    `resolver`: of the oracle. `fit`: of pictures of another shape.
    """

    version: int
    camhil: str
    target: str
    engine: str
    build_id: str
    model_sha256: str
    task: Task
    values: ValueType
    input_size: tuple[int, int] | None
    resolver: str
    fit: Fit = "crop"

    def numbers(self, answer: Answer) -> NDArray[Any]:
        """An answer's values as they are stored: the quantized numbers of an output."""
        return self.values.numbers(answer.values)

    def reals(self, answer: Answer) -> NDArray[np.float64]:
        """An answer's values as real numbers."""
        return self.values.reals(answer.values)

    def percents(self, answer: Answer) -> NDArray[np.float64]:
        """Percent of each class, [classes]; of a classification or localization."""
        return self.task.percents(self.reals(answer))

    def positive_percent(self, answer: Answer) -> float:
        """Percent of the positive class, which there has to be."""
        assert self.task.positive_class is not None
        return float(self.percents(answer)[self.task.positive_class])

    @property
    def threshold(self) -> float:
        """Of the task, which has to have one."""
        assert self.task.threshold is not None
        return self.task.threshold

    @property
    def picture_size(self) -> tuple[int, int]:
        """`input_size`, of a network that takes pictures."""
        assert self.input_size is not None
        return self.input_size


@dataclass(frozen=True, slots=True)
class Answer:
    """One side's answer, packed, because an evaluation keeps many thousands of them.

    Attributes:
        sample_crc: CRC-32 of the bytes that it is for.
        outputs: CRC-32 of each output.
        values: the bytes of the output that is judged, or of the error of a reconstruction, in
            the header's type.
        threshold: percent, the one that was applied; this and the following belong to a class
            activation map, and are None without one.
        location: the winning cell, or why there is none.
        grid: (rows, columns) of the map.
        cam: int32 cells in row-major order, None where none was sent.
    """

    sample_crc: int
    outputs: tuple[int, ...]
    values: bytes
    threshold: int | None = None
    location: Location | NoLocation | None = None
    grid: tuple[int, int] = (0, 0)
    cam: bytes | None = None

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
    """One sample. `device` is the oracle's own object where both say the same.

    Attributes:
        file: as in the labels.
        file_crc: CRC-32 of the file: a result is of this content.
        size: (width, height) of the upright picture; None for other samples.
        oracle: the host's answer.
        device: the board's answer; None when the oracle runs alone.
        times: of the board's inference.
        clamped: how many of its values lay outside of the input's range.
    """

    file: str
    file_crc: int
    size: tuple[int, int] | None
    oracle: Answer
    device: Answer | None = None
    times: Times | None = None
    clamped: int = 0


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


def with_map(
    answer: Answer,
    threshold: int,
    location: Location | NoLocation,
    cam: NDArray[np.int32] | None,
) -> Answer:
    """The answer of a network that has a class activation map, with its map packed."""
    if isinstance(location, Location):
        location = _shared(location.x, location.y, location.column, location.row)
    grid, cells = (0, 0), None
    if cam is not None:
        rows, columns = cam.shape
        grid, cells = (rows, columns), cam.astype("i4").tobytes()
    return Answer(
        answer.sample_crc, answer.outputs, answer.values, threshold, location, grid, cells
    )


def joined(
    file: str,
    file_crc: int,
    size: tuple[int, int] | None,
    oracle: Answer,
    device: Answer | None = None,
    times: Times | None = None,
    clamped: int = 0,
) -> Result:
    """A result that keeps equal answers once."""
    if device == oracle:
        device = oracle
    return Result(file, file_crc, size, oracle, device, times, clamped)


# ---- JSON -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Map:
    """Of an `Answer` in a line. `location`: x, y, column, row."""

    threshold: int
    location: tuple[int, int, int, int] | NoLocation
    cam: Grid | None


@dataclass(frozen=True, slots=True)
class _Side:
    """An `Answer` in a line."""

    sample_crc: int
    outputs: tuple[int, ...]
    values: tuple[int | float, ...]
    map: _Map | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A `Result` in a line; a board's answer that is the oracle's is written as "same"."""

    file: str
    file_crc: int
    size: tuple[int, int] | None
    oracle: _Side
    device: _Side | Literal["same"] | None
    times: Times | None
    clamped: int


def header_line(header: Header) -> str:
    return json.dumps({"kind": "evaluation", **to_json(header)}, separators=(",", ":"))


def result_line(result: Result, header: Header) -> str:
    """One line."""
    device: _Side | Literal["same"] | None = None
    if result.device is not None:
        same = result.device == result.oracle
        device = "same" if same else _side(result.device, header.values)
    line = _Line(
        result.file,
        result.file_crc,
        result.size,
        _side(result.oracle, header.values),
        device,
        result.times,
        result.clamped,
    )
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


def read_result(line: bytes, header: Header, where: str) -> Result:
    """One result. Raises UsageError for anything that `result_line` does not write."""
    with _strictly(where):
        found = decoded(_Line, _object(line, "result", where))
        oracle = _answer(found.oracle, header.values)
        device = None
        if isinstance(found.device, _Side):
            device = _answer(found.device, header.values)
        elif found.device == "same":
            device = oracle
        size = None if found.size is None else _shared_size(*found.size)
        file = plain(found.file)
        return joined(file, found.file_crc, size, oracle, device, found.times, found.clamped)


def _side(answer: Answer, kind: ValueType) -> _Side:
    values = tuple(kind.numbers(answer.values).tolist())
    if answer.threshold is None or answer.location is None:
        return _Side(answer.sample_crc, answer.outputs, values, None)
    place = answer.location
    at = place if isinstance(place, NoLocation) else (place.x, place.y, place.column, place.row)
    return _Side(
        answer.sample_crc, answer.outputs, values, _Map(answer.threshold, at, answer.rows())
    )


def _answer(side: _Side, kind: ValueType) -> Answer:
    answer = Answer(side.sample_crc, side.outputs, _packed(side.values, kind))
    if side.map is None:
        return answer
    at, cam = side.map.location, side.map.cam
    location = at if isinstance(at, NoLocation) else _shared(*at)
    grid, cells = (0, 0), None
    if cam is not None:
        grid = (len(cam), len(cam[0]))
        if any(len(row) != grid[1] for row in cam):
            raise ValueError("the map's rows are not equally long")
        cells = array(_CELL, itertools.chain.from_iterable(cam)).tobytes()
    return Answer(
        answer.sample_crc, answer.outputs, answer.values, side.map.threshold, location, grid, cells
    )


def _packed(values: tuple[int | float, ...], kind: ValueType) -> bytes:
    import numpy as np

    dtype = np.dtype(kind.dtype)
    if len(values) != kind.count:
        raise ValueError(f"{len(values)} values, not {kind.count}")
    if dtype.kind == "f":
        if not all(map(math.isfinite, values)):
            raise ValueError("a value is not finite")
    elif not all(type(value) is int for value in values):
        raise ValueError(f"a value is no {dtype}")
    return np.array(values, dtype).tobytes()


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
        hint="remove the line to measure that sample again, or start with a new file",
    )


@functools.lru_cache(4096)
def _shared(x: int, y: int, column: int, row: int) -> Location:
    """One object for a location that many answers have."""
    return Location(x, y, column, row)


@functools.lru_cache(4096)
def _shared_size(width: int, height: int) -> tuple[int, int]:
    return width, height
