"""The thread that takes a meter's samples."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from hil.board.meter.reading import Reading
from hil.board.meter.recorder import Recorder
from hil.errors import InfrastructureError


class Scripted:
    """A meter that gives these readings, and then fails or has no more."""

    name = "scripted"
    delay_s = 0.01

    def __init__(self, readings: list[Reading], error: InfrastructureError | None = None) -> None:
        self.readings = readings
        self.error = error
        self.given = threading.Event()
        self.closed = False

    def start(self) -> None: ...

    def read(self) -> Reading | None:
        if self.readings:
            return self.readings.pop(0)
        self.given.set()
        if self.error is not None:
            raise self.error
        return None

    def close(self) -> None:
        self.closed = True


def reading(start: int, count: int, rate_hz: float) -> Reading:
    times_s = (start + np.arange(count)) / rate_hz
    return Reading(times_s, np.sin(times_s * 50) + 2, np.full(count, 5.0))


def test_all_samples_are_kept_in_order_as_power() -> None:
    meter = Scripted([reading(0, 1, 1_000), reading(1, 1, 1_000), reading(2, 98, 1_000)])
    recorder = Recorder(meter)
    recorder.start()
    meter.given.wait()
    trace = recorder.stop()
    assert trace.times_s == pytest.approx(np.arange(100) / 1_000)
    assert trace.power_w == pytest.approx(5 * (np.sin(np.arange(100) / 1_000 * 50) + 2))
    assert trace.arrivals[:, 0].tolist() == pytest.approx([0.0, 0.001, 0.099])
    assert not meter.closed  # the board that it may feed is still needed
    recorder.close()
    assert meter.closed


def test_fast_samples_are_averaged_and_keep_their_energy() -> None:
    rate_hz = 100_000
    parts = [reading(0, 333, rate_hz), reading(333, 4, rate_hz), reading(337, 663, rate_hz)]
    whole = reading(0, 1_000, rate_hz)
    meter = Scripted(list(parts))
    recorder = Recorder(meter)
    recorder.start()
    meter.given.wait()
    trace = recorder.stop()
    recorder.close()
    assert np.diff(trace.times_s) == pytest.approx(1e-4)
    assert len(trace.times_s) == 100
    energy_j = float((whole.current_a * whole.voltage_v).sum()) / rate_hz
    assert float(trace.power_w.sum()) * 1e-4 == pytest.approx(energy_j)


def test_a_meter_that_fails_is_told_and_what_came_is_kept() -> None:
    gone = InfrastructureError("the meter is gone", hint="attach it")
    meter = Scripted([reading(0, 10, 1_000)], gone)
    recorder = Recorder(meter)
    recorder.start()
    meter.given.wait()
    assert len(recorder.stop().times_s) == 10
    recorder.close()
    assert recorder.error is gone
