"""CSV of a meter: what has come, whatever way it comes in pieces."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from hil.board.meter.csv_stream import CsvMeter
from hil.errors import InfrastructureError, UsageError

HEAD = "time_s,current_a\n"


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "meter.csv"
    path.touch()
    return path


def started(path: Path, volts: float | None = 5.0) -> CsvMeter:
    meter = CsvMeter(path, volts=volts)
    meter.start()
    return meter


def test_lines_come_as_they_are_written(path: Path) -> None:
    meter = started(path)
    assert meter.read() is None
    append(path, HEAD)
    assert meter.read() is None
    append(path, "0.5,0.25\n1.0,0.")
    first = meter.read()
    append(path, "125\n1.5,0.5\n")
    second = meter.read()
    assert first is not None
    assert second is not None
    assert (first.times_s.tolist(), first.current_a.tolist()) == ([0.5], [0.25])
    assert (second.times_s.tolist(), second.current_a.tolist()) == ([1.0, 1.5], [0.125, 0.5])
    assert second.voltage_v.tolist() == [5.0, 5.0]
    assert second.marker is None
    meter.close()


def test_voltage_and_marker_in_any_order(path: Path) -> None:
    append(path, "Time_s, voltage_v, marker, current_a\n")
    meter = started(path, volts=None)
    append(path, "1,3.3,0,0.1\n2,3.2,1,0.2\n")
    reading = meter.read()
    assert reading is not None
    assert reading.voltage_v.tolist() == [3.3, 3.2]
    assert reading.current_a.tolist() == [0.1, 0.2]
    assert reading.marker is not None
    assert reading.marker.tolist() == [0, 1]


@pytest.mark.parametrize("torn", ["", "1.5,0"])
def test_what_lay_there_before_is_left_out(path: Path, torn: str) -> None:
    append(path, HEAD + "1.0,0.1\n" + torn)
    meter = started(path)
    append(path, ".9\n2.0,0.2\n" if torn else "2.0,0.2\n")
    reading = meter.read()
    assert reading is not None
    assert reading.times_s.tolist() == [2.0]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    meter = started(pipe)
    assert meter.read() is None
    with pipe.open("w") as writer:
        writer.write(HEAD + "1.0,0.1\n")
        writer.flush()
        reading = meter.read()
        assert meter.read() is None
    assert reading is not None
    assert np.array_equal(reading.times_s, [1.0])
    assert meter.read() is None  # the writer has gone
    meter.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timestamp,current\n", "begins with 'timestamp,current'"),
        ("time_s,current_a,power\n", "begins with"),
        (HEAD + "1.0\n", "what is no sample: '1.0'"),
        (HEAD + "1.0,nan\n", "what is no sample"),
        (HEAD + "1.0,1,2\n", "what is no sample"),
        (HEAD + "1.0,oops\n", "what is no sample"),
        (HEAD + "2.0,1\n1.0,1\n", "goes back in time, to 1 s"),
        (HEAD + "2.0,1\n2.0,1\n", "goes back in time"),
    ],
)
def test_what_is_no_sample_is_told(path: Path, text: str, message: str) -> None:
    meter = started(path)
    append(path, text)
    with pytest.raises(InfrastructureError, match=message):
        meter.read()


def test_energy_takes_a_voltage(path: Path) -> None:
    meter = started(path, volts=None)
    append(path, HEAD)
    with pytest.raises(InfrastructureError, match="nobody said the voltage"):
        meter.read()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        CsvMeter(tmp_path)
