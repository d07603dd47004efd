"""What a board's camera sees while nobody is there; on the simulated board it is chosen."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import HilError, UsageError
from hil.suite.expect import not_asked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hil.board import Board
    from hil.run.testbench import Bench
    from hil.sim.process import SimProcess
    from hil.wire.replies import FrameSize

PERIOD_S = 0.005
_FRAMES = 5
_LOCATION = re.compile(r"location x=(\d+), y=(\d+)")

Spot = tuple[int, int]
"""x and y of a location in pixels."""


@dataclass(frozen=True)
class Scene:
    """A board with a camera.

    Attributes:
        board: the board.
        simulated: its switches; None for a real board.
        takes_frames: whether the network can be fed from the camera.
        spots: what the board has to find in the frames, in their order, without those in which
            there is nothing; None where nobody knows what the camera sees.
        pictures: that the simulated board's camera sees in turn; "synthetic": those of that name.
    """

    board: Board
    simulated: SimProcess | None
    takes_frames: bool
    spots: tuple[Spot, ...] | None
    pictures: Sequence[str] | str = "synthetic"

    def need_frames(self) -> None:
        """Raises NotAskedError for a network that is not fed from the camera."""
        if not self.takes_frames:
            not_asked("a frame of the camera cannot be made into the input of this network")

    def giving_frames(self) -> Board:
        """The board, started with its camera. Raises NotAskedError where a host gets no frames."""
        if not self.board.identity.capabilities.camera_frames:
            self.board.reset()
        if not self.board.identity.capabilities.camera_frames:
            not_asked("the board gives no frames of its camera to a host")
        return self.board

    def shown(self, size: FrameSize) -> list[bytes]:
        """The frames that the simulated board's camera shows in turn."""
        from hil.sim.camera import open_camera

        one = open_camera(self.pictures)
        gray = one.count * size.rows * size.columns
        frames = one.frames[gray:] if size.format.channels == 3 else one.frames[:gray]
        return [frames[at : at + size.size] for at in range(0, len(frames), size.size)]

    def switches(self) -> SimProcess:
        """Of the simulated board. Raises NotAskedError on a real one."""
        if self.simulated is None:
            not_asked("a real camera does not fail on request")
        return self.simulated

    def is_in_turn(self, seen: list[Spot]) -> bool:
        """Whether these are the spots of the frames, again and again, from any of them on."""
        spots = self.spots or ()
        turns = [*spots] * (len(seen) // max(len(spots), 1) + 2)
        return any(seen == turns[start : start + len(seen)] for start in range(len(spots) or 1))


def spots_in(lines: Iterable[str]) -> list[Spot]:
    """The locations that a board printed."""
    found = filter(None, map(_LOCATION.fullmatch, lines))
    return [(int(match[1]), int(match[2])) for match in found]


class Stage:
    """Gives the simulated board a camera, from the first test that asks for one to the end."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._scene: Scene | None = None

    def scene(self, board: Board) -> Scene:
        """What its camera sees, which works. Raises NotAskedError for a board without one."""
        if self._scene is None:
            self._scene = self._set_up(board)
        if self._scene.simulated is not None:
            self._scene.simulated.fail_camera("absent", 0)
        return self._scene

    def _set_up(self, board: Board) -> Scene:
        simulated, frame = board.simulated, _frame(self._bench)
        if simulated is None:
            if not board.identity.capabilities.camera:
                not_asked("the board has no camera")
            return Scene(board, None, frame is not None, None)
        files, spots = _chosen(self._bench, frame)
        pictures = [str(file) for file in files] or "synthetic"
        simulated.camera(pictures, period_s=PERIOD_S)
        return Scene(board, simulated, frame is not None, spots, pictures)

    def clear(self) -> None:
        """The simulated board is as it was."""
        if self._scene is None or self._scene.simulated is None:
            return
        simulated = self._scene.simulated
        with suppress(HilError):  # a board that is lost is reset by who needs it next
            simulated.fail_camera("absent", 0)
            simulated.camera(simulated.options.camera)
            self._scene.board.reset()


def _frame(bench: Bench) -> FrameSize | None:
    """What the network is fed from; None where no frame can be made into its input."""
    import numpy as np

    from hil.network.frame_format import camera_frame, pixel_shape
    from hil.oracle import preprocess

    header = bench.needed_model.contract.header
    frame = camera_frame(header.image)
    if frame is None:
        return None
    try:
        preprocess(np.zeros(pixel_shape(frame), np.uint8), header)
    except UsageError:
        return None
    return frame


def _chosen(bench: Bench, frame: FrameSize | None) -> tuple[list[Path], tuple[Spot, ...]]:
    """Photographs with something in them and one without, as far as there are such; the spots."""
    from hil.images import load
    from hil.network.frame_format import frame_pixels, packed_frame
    from hil.network.location import Location
    from hil.oracle import preprocess

    header = bench.needed_model.contract.header
    if frame is None or header.head is None or header.stateful:
        return [], ()
    hits: list[tuple[Path, Spot | None]] = []
    others: list[tuple[Path, Spot | None]] = []
    photos = deque(bench.photos)
    while photos and (len(hits) < _FRAMES - 1 or not others):
        # From both ends in turn: pictures of a kind are often beside each other.
        photos.reverse()
        entry = photos.popleft()
        size, channels = (frame.rows, frame.columns), frame.format.channels
        photo = load(entry.path, resize=True, size=size, channels=channels)
        seen = frame_pixels(packed_frame(photo.pixels, frame.format), frame)
        where = bench.oracle.run(preprocess(seen, header)).location
        if isinstance(where, Location) and len(hits) < _FRAMES - 1:
            hits.append((entry.path, (where.x, where.y)))
        elif not isinstance(where, Location) and not others:
            others.append((entry.path, None))
    order = [*hits[:1], *others, *hits[1:]]
    return [path for path, _ in order], tuple(spot for _, spot in order if spot is not None)
