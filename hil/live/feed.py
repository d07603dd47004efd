"""The hand-over from the board to the viewers: the newest moment, never a queue of them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Literal

from hil.errors import HilError
from hil.live.moment import Moment

_POINTS = 1500
"""So many moments back the scores are kept: five minutes of five a second."""

State = Literal["starting", "running", "lost", "ended"]


@dataclass(frozen=True, slots=True)
class Point:
    """What a chart needs of a moment."""

    number: int
    at_s: float
    values: tuple[float, ...]
    invoke_us: int
    frame_s: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no new moment: the first cause, in the words of its error."""

    message: str
    hint: str
    where: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Trouble:
        if isinstance(error, HilError):
            return cls(error.message, error.hint, error.where)
        return cls(f"{type(error).__name__}: {error}", "look at the terminal")


@dataclass(frozen=True, slots=True)
class Look:
    """What a viewer is given. `version`: what to ask for the next one with."""

    version: int
    state: State
    trouble: Trouble | None
    moment: Moment | None
    points: tuple[Point, ...]


class Feed:
    """Written by the thread that owns the board, read by any number of others.

    Writing never waits for a reader.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._version = 0
        self._state: State = "starting"
        self._trouble: Trouble | None = None
        self._moment: Moment | None = None
        self._points: deque[Point] = deque(maxlen=_POINTS)

    def put(self, moment: Moment) -> None:
        """The newest moment: the board works."""
        frame_s = moment.transfer_s + moment.answer_s
        values = moment.scores.values
        point = Point(moment.number, moment.at_s, values, moment.times.invoke_us, frame_s)
        with self._changed:
            self._moment = moment
            self._points.append(point)
            self._go("running", None)

    def lost(self, cause: BaseException) -> None:
        """The board is lost, and it is tried to bring it back."""
        with self._changed:
            self._go("lost", Trouble.of(cause))

    def end(self, cause: BaseException | None = None) -> None:
        """There will be no more."""
        with self._changed:
            self._go("ended", self._trouble if cause is None else Trouble.of(cause))

    def wait(self, version: int, number: int, timeout_s: float) -> Look:
        """What is new after `version`; as it is where nothing is within the time.

        `number`: of the last moment that the reader knows; its points are those after it.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout_s)
            points = tuple(point for point in self._points if point.number > number)
            return Look(self._version, self._state, self._trouble, self._moment, points)

    def _go(self, state: State, trouble: Trouble | None) -> None:
        self._state, self._trouble = state, trouble
        self._version += 1
        self._changed.notify_all()
