"""Nordic's kit by its library, over a serial port that is none."""

from __future__ import annotations

import numpy as np
import pytest

from hil.board.meter.ppk2 import Ppk2Meter, amperes
from hil.errors import InfrastructureError, UsageError

ppk2_api = pytest.importorskip("ppk2_api.ppk2_api")

METADATA = (
    "Calibrated: 0\n"
    + "".join(f"R{n}: {value}\n" for n, value in enumerate((1031.0, 101.0, 10.1, 0.95, 0.044)))
    + "".join(f"GS{n}: 1.0\nGI{n}: 0.98\nO{n}: {60 + n}\n" for n in range(5))
    + "".join(f"S{n}: 0.000000005\nI{n}: 0.00000002\nUG{n}: 1.01\n" for n in range(5))
    + "HW: 9173\nIA: 56\nEND"
)
GET_METADATA, START, STOP, POWER, MODE, REGULATOR = 0x19, 0x06, 0x07, 0x0C, 0x11, 0x0D


def word(adc: int, measured_range: int, logic: int = 0) -> int:
    return adc | measured_range << 14 | logic << 24


class FakePort:
    """Answers as the kit does; `samples` are sent once it measures."""

    samples = b""
    metadata = METADATA

    def __init__(self, port: str, **settings: object) -> None:
        if port == "/dev/nothing":
            raise OSError("no such port")
        self.written: list[tuple[int, ...]] = []
        self.waiting = b""
        self.baudrate = 0
        self.open = True
        type(self).last = self

    last: FakePort

    @property
    def in_waiting(self) -> int:
        if not self.open:
            raise OSError("device disconnected")
        return len(self.waiting)

    def write(self, data: bytes) -> None:
        self.written.append(tuple(data))
        if data[0] == GET_METADATA:
            self.waiting += self.metadata.encode()
        if data[0] == START:
            self.waiting += self.samples

    def read(self, size: int) -> bytes:
        data, self.waiting = self.waiting[:size], self.waiting[size:]
        return data

    def close(self) -> None:
        self.open = False


@pytest.fixture(autouse=True)
def port(monkeypatch: pytest.MonkeyPatch) -> type[FakePort]:
    class Port(FakePort):
        pass

    monkeypatch.setattr(ppk2_api.serial, "Serial", Port)
    monkeypatch.setattr(ppk2_api.time, "sleep", lambda seconds: None)
    return Port


def started(**changes: object) -> Ppk2Meter:
    settings: dict[str, object] = {"millivolts": 5000, "supplies": True, **changes}
    meter = Ppk2Meter("/dev/ttyACM1", **settings)  # type: ignore[arg-type]
    meter.start()
    return meter


def test_samples_are_what_the_library_makes_of_them(port: type[FakePort]) -> None:
    words = np.array([word(adc, 3) for adc in range(500, 700)], "<u4")
    port.samples = words.tobytes()
    meter = started()
    reading = meter.read()
    assert reading is not None
    library = ppk2_api.PPK2_API("/dev/ttyACM1")
    library.get_modifiers()
    library.set_source_voltage(5000)
    library.ser.read(library.ser.in_waiting)
    wanted_ua, _ = library.get_samples(words.tobytes())
    assert reading.current_a * 1e6 == pytest.approx(wanted_ua, rel=1e-12)
    assert reading.times_s == pytest.approx(np.arange(200) / 100_000)
    assert set(reading.voltage_v.tolist()) == {5.0}


def test_a_sample_that_is_cut_in_two_is_put_together(port: type[FakePort]) -> None:
    data = np.array([word(adc, 2) for adc in (100, 200, 300)], "<u4").tobytes()
    port.samples = data[:6]
    meter = started()
    first = meter.read()
    port.last.waiting += data[6:]
    second = meter.read()
    assert first is not None
    assert second is not None
    assert (len(first.times_s), len(second.times_s)) == (1, 2)
    assert second.times_s == pytest.approx([1e-5, 2e-5])
    assert np.diff([*first.current_a, *second.current_a]) == pytest.approx(
        [second.current_a[1] - second.current_a[0]] * 2, rel=0.01
    )


def test_samples_while_the_range_changes_are_interpolated() -> None:
    library = ppk2_api.PPK2_API("/dev/ttyACM1")
    library.get_modifiers()
    steady, spike = word(400, 3), word(16_000, 4)
    words = np.array([steady] * 5 + [spike] * 3 + [word(20, 4)] * 5, np.uint32)
    found = amperes(words, library.modifiers, library.adc_mult, 5.0)
    low, high = sorted((found[0], found[-1]))
    assert ((found >= low) & (found <= high)).all()


def test_a_channel_can_be_the_marker(port: type[FakePort]) -> None:
    port.samples = np.array([word(1, 0, 0b000), word(1, 0, 0b100)], "<u4").tobytes()
    reading = started(marker=2).read()
    assert reading is not None
    assert reading.marker is not None
    assert reading.marker.tolist() == [0, 1]


def test_the_kit_supplies_the_board_only_where_it_is_to(port: type[FakePort]) -> None:
    supplying = started()
    assert (MODE, 2) in port.last.written
    assert (POWER, 1) in port.last.written
    kit = port.last
    supplying.close()
    assert kit.written[-2:] == [(STOP,), (POWER, 0)]
    assert not kit.open
    looking_on = started(supplies=False)
    assert (MODE, 1) in port.last.written
    kit = port.last
    looking_on.close()
    assert kit.written[-1] == (STOP,)


def test_what_does_not_answer_is_no_kit(port: type[FakePort]) -> None:
    port.metadata = ""
    with pytest.raises(InfrastructureError, match="no Power Profiler Kit II answers"):
        started()


def test_a_kit_that_is_not_there_or_goes_is_infrastructure(port: type[FakePort]) -> None:
    with pytest.raises(InfrastructureError, match="cannot be opened"):
        Ppk2Meter("/dev/nothing", millivolts=5000, supplies=True).start()
    meter = started()
    port.last.open = False
    with pytest.raises(InfrastructureError, match="the kit is gone"):
        meter.read()


@pytest.mark.parametrize("found", [[], [("/dev/ttyACM0", "A"), ("/dev/ttyACM2", "B")]])
def test_without_a_port_there_has_to_be_one_kit(
    monkeypatch: pytest.MonkeyPatch, found: list[tuple[str, str]]
) -> None:
    monkeypatch.setattr(ppk2_api.PPK2_API, "list_devices", staticmethod(lambda: found))
    with pytest.raises(
        InfrastructureError, match=r"several kits|no Power Profiler Kit II is attached"
    ):
        Ppk2Meter("", millivolts=5000, supplies=True).start()


def test_a_missing_library_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ppk2_api.ppk2_api", None)
    with pytest.raises(UsageError, match="ppk2-api is not installed"):
        Ppk2Meter("", millivolts=5000, supplies=True)
