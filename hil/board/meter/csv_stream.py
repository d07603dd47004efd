"""Any meter whose program writes CSV, while the run goes on: a file that grows, or a named pipe."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from hil.board.meter.reading import Reading
from hil.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KNOWN = ("time_s", "current_a", "voltage_v", "marker")
_PIECE_BYTES = 1 << 20


class CsvMeter:
    """The first line names the columns: time_s,current_a[,voltage_v][,marker]."""

    name = "csv"

    def __init__(self, path: Path, *, volts: float | None = None, delay_s: float = 0.02) -> None:
        if path.is_dir() or not path.exists():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise UsageError(
                f"the meter's file {what}",
                where=str(path),
                hint=f"let the meter's program write there first, or make a pipe: mkfifo {path}",
            )
        self.delay_s = delay_s
        self._path = path
        self._volts = volts
        self._file = -1
        self._rest = b""
        self._columns: list[str] = []
        self._torn = False
        self._last_s = float("-inf")

    def start(self) -> None:
        try:
            # A pipe that nobody writes to yet is not waited for.
            self._file = os.open(self._path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as cause:
            raise InfrastructureError(
                f"the meter's file cannot be read: {cause.strerror}",
                where=str(self._path),
                hint="check that this user may read it",
            ) from cause
        if stat.S_ISREG(os.fstat(self._file).st_mode):
            self._leave_out_what_is_there()

    def _leave_out_what_is_there(self) -> None:
        """But for the columns' names: nobody knows how old it is."""
        with self._path.open("rb") as file:
            head = file.readline(1000)
            if not head.endswith(b"\n"):
                return  # not even the names are written yet
            self._take_header(head.decode("utf-8", "replace"))
            end = file.seek(-1, os.SEEK_END) + 1
            self._torn = file.read() != b"\n"
        os.lseek(self._file, end, os.SEEK_SET)

    def read(self) -> Reading | None:
        lines = self._new_lines()
        if lines and not self._columns:
            self._take_header(lines.pop(0).decode("utf-8", "replace"))
        if not lines:
            return None
        table = self._table(lines)
        columns = {name: table[:, number] for number, name in enumerate(self._columns)}
        times_s = columns["time_s"]
        self._check_times(times_s)
        volts = columns.get("voltage_v")
        if volts is None:
            volts = times_s * 0 + (self._volts or 0.0)
        return Reading(times_s, columns["current_a"], volts, columns.get("marker"))

    def close(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _new_lines(self) -> list[bytes]:
        try:
            data = os.read(self._file, _PIECE_BYTES)
        except BlockingIOError:
            return []  # a pipe that is empty
        except OSError as cause:
            raise self._error(f"cannot be read: {cause.strerror}") from cause
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines and self._torn:
            del lines[0]  # its beginning was left out
            self._torn = False
        return [line for line in lines if line.strip()]

    def _take_header(self, line: str) -> None:
        columns = [name.strip().lower() for name in line.split(",")]
        needed = {"time_s", "current_a"}
        if not needed <= set(columns) or not set(columns) <= set(_KNOWN):
            raise self._error(f"begins with {line.strip()[:60]!r}")
        if "voltage_v" not in columns and self._volts is None:
            raise self._error("has no voltage_v, and nobody said the voltage")
        self._columns = columns

    def _table(self, lines: list[bytes]) -> NDArray[np.float64]:
        import numpy as np

        table = np.full((len(lines), len(self._columns)), np.nan)
        for number, line in enumerate(lines):
            values = line.split(b",")
            try:
                if len(values) == len(self._columns):
                    table[number] = [float(value) for value in values]
            except ValueError:
                break
        flawed = np.flatnonzero(~np.isfinite(table).all(axis=1))
        if len(flawed):
            number = int(flawed[0])
            text = lines[number].decode("utf-8", "replace").strip()
            raise self._error(f"holds what is no sample: {text[:60]!r}")
        return table

    def _check_times(self, times_s: NDArray[np.float64]) -> None:
        import numpy as np

        steps = np.diff(times_s, prepend=self._last_s)
        if (steps <= 0).any():
            place = int(np.flatnonzero(steps <= 0)[0])
            raise self._error(f"goes back in time, to {times_s[place]:.9g} s")
        self._last_s = float(times_s[-1])

    def _error(self, what: str) -> InfrastructureError:
        return InfrastructureError(
            f"the meter's file {what}",
            where=str(self._path),
            hint="its first line is time_s,current_a[,voltage_v][,marker], the others are numbers, "
            "in order of time; without voltage_v give --energy csv:FILE,volts=5",
        )
