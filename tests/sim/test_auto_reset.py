"""The auto-reset circuit between the modem lines and the chip."""

from __future__ import annotations

import pytest

from hil.sim.rfc2217 import AutoReset


class Chip:
    """Records what the circuit does to EN and GPIO0."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.circuit = AutoReset(self._hold, self._release)

    def _hold(self) -> None:
        self.seen.append("reset")

    def _release(self, download: bool) -> None:
        self.seen.append("download" if download else "app")

    def lines(self, *changes: tuple[str, bool]) -> list[str]:
        for line, asserted in changes:
            set_line = self.circuit.set_dtr if line == "dtr" else self.circuit.set_rts
            set_line(asserted)
        return self.seen


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        # esptool's HardReset
        ([("dtr", False), ("rts", True), ("rts", False)], ["reset", "app"]),
        # esptool's ClassicReset
        (
            [("dtr", False), ("rts", True), ("dtr", True), ("rts", False), ("dtr", False)],
            ["reset", "download"],
        ),
        # What pyserial does when it opens and closes a port
        ([("dtr", True), ("rts", True), ("rts", False), ("dtr", False)], []),
        # GPIO0 alone does nothing to a chip that runs
        ([("dtr", True), ("dtr", False)], []),
    ],
)
def test_the_circuit_does_what_the_lines_say(
    changes: list[tuple[str, bool]], effect: list[str]
) -> None:
    assert Chip().lines(*changes) == effect
