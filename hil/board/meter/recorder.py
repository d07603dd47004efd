"""Takes a meter's samples in a thread of its own, beside the run, and keeps them as power."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.board.meter.reading import Meter, Reading
from hil.errors import InfrastructureError
from hil.facts.energy import PowerTrace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOOK_S = 0.005
"""Between two looks: the link has this process's time in between."""
_STEP_S = 1e-4
"""Samples that come faster are averaged, which keeps their energy."""
_MOST = 12_000_000
"""Samples that are kept: 20 minutes of the fastest."""


@dataclass(frozen=True, eq=False, slots=True)
class _Piece:
    times_s: NDArray[np.float64]
    power_w: NDArray[np.float64]
    marker: NDArray[np.float64] | None


class Recorder:
    """Started once, read once, closed once; `error` is what ended it early.

    It is closed after the board, which the meter may be feeding.
    """

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.error: InfrastructureError | None = None
        self._pieces: list[_Piece] = []
        self._arrivals: list[tuple[float, float]] = []
        self._left: _Piece | None = None
        self._group = 0
        self._kept = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camhil-meter", daemon=True)

    def start(self) -> None:
        """Raises InfrastructureError where the meter cannot be used."""
        try:
            self.meter.start()
        except BaseException:
            self.meter.close()
            raise
        self._thread.start()

    def stop(self) -> PowerTrace:
        """Ends the measuring; all that came."""
        self._stop.set()
        self._thread.join()
        return trace_of(self._pieces, self._arrivals, self.meter.delay_s)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.meter.close()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                reading = self.meter.read()
                now_s = time.monotonic()
                if reading is not None and self._kept < _MOST:
                    self._arrivals.append((float(reading.times_s[-1]), now_s))
                    self._keep(reading)
                self._stop.wait(_LOOK_S)
        except InfrastructureError as error:
            self.error = error

    def _keep(self, reading: Reading) -> None:
        import numpy as np

        power_w = reading.current_a * reading.voltage_v
        piece = _Piece(reading.times_s, power_w, reading.marker)
        if self._left is not None:
            piece = _joined([self._left, piece])
        if not self._group and len(piece.times_s) > 1:
            step_s = float(np.median(np.diff(piece.times_s)))
            self._group = max(1, round(_STEP_S / step_s))
        whole = len(piece.times_s) // self._group * self._group if self._group else 0
        self._left = _part(piece, slice(whole, None))
        if whole:
            self._pieces.append(_averaged(_part(piece, slice(whole)), self._group))
            self._kept += whole // self._group


def trace_of(
    pieces: Sequence[_Piece], arrivals: Sequence[tuple[float, float]], delay_s: float
) -> PowerTrace:
    """Pieces in order as one."""
    import numpy as np

    empty = np.empty(0)
    whole = _joined(pieces or [_Piece(empty, empty, None)])
    came = np.array(arrivals, np.float64).reshape(-1, 2)
    return PowerTrace(whole.times_s, whole.power_w, whole.marker, came, delay_s)


def _joined(pieces: Sequence[_Piece]) -> _Piece:
    import numpy as np

    markers = [piece.marker for piece in pieces if piece.marker is not None]
    return _Piece(
        np.concatenate([piece.times_s for piece in pieces]),
        np.concatenate([piece.power_w for piece in pieces]),
        np.concatenate(markers) if len(markers) == len(pieces) else None,
    )


def _part(piece: _Piece, part: slice) -> _Piece:
    marker = None if piece.marker is None else piece.marker[part]
    return _Piece(piece.times_s[part], piece.power_w[part], marker)


def _averaged(piece: _Piece, group: int) -> _Piece:
    """Each `group` of samples as one, so that power times time stays what it was."""

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values if group == 1 else values.reshape(-1, group).mean(axis=1)

    marker = None if piece.marker is None else mean(piece.marker)
    return _Piece(mean(piece.times_s), mean(piece.power_w), marker)
