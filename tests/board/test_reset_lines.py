"""Reset lines, seen from the chip's pins."""

from __future__ import annotations

import pytest

from hil.board.reset import EN_HOLD_S, USB_SETTLE_S, NoResetLines, SerialResetLines


class Circuit:
    """DTR and RTS as the auto-reset circuit turns them into EN and GPIO0."""

    def __init__(self) -> None:
        self._dtr = self._rts = True  # what pyserial sets when it opens a port
        self.history: list[str] = []

    def _note(self) -> None:
        enable = not (self._rts and not self._dtr)
        gpio0 = not (self._dtr and not self._rts)
        self.history.append(f"EN={int(enable)} GPIO0={int(gpio0)}")

    @property
    def dtr(self) -> bool:
        return self._dtr

    @dtr.setter
    def dtr(self, value: bool) -> None:
        self._dtr = value
        self._note()

    @property
    def rts(self) -> bool:
        return self._rts

    @rts.setter
    def rts(self, value: bool) -> None:
        self._rts = value
        self._note()


def reset(circuit: Circuit, *, usb_jtag: bool) -> list[float]:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        circuit.history.append("wait")

    SerialResetLines(lambda: circuit, usb_jtag=usb_jtag, sleep=sleep).to_app()
    return slept


@pytest.mark.parametrize(("dtr", "rts"), [(True, True), (False, False), (False, True)])
def test_the_chip_leaves_reset_with_gpio0_high(dtr: bool, rts: bool) -> None:
    circuit = Circuit()
    circuit._dtr, circuit._rts = dtr, rts
    slept = reset(circuit, usb_jtag=False)
    assert slept == [EN_HOLD_S]
    held = circuit.history.index("wait")
    assert circuit.history[held - 1] == "EN=0 GPIO0=1"
    assert circuit.history[-1] == "EN=1 GPIO0=1"


def test_the_chips_own_usb_gets_time_to_come_back() -> None:
    assert reset(Circuit(), usb_jtag=True) == [USB_SETTLE_S, USB_SETTLE_S]


def test_entering_the_rom_loader_is_left_to_esptool_where_there_are_lines() -> None:
    assert SerialResetLines(Circuit).to_download() == "default-reset"
    assert NoResetLines().to_download() == "no-reset"
    assert not NoResetLines().can_reset
