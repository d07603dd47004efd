"""What `--board qemu[:option,...]` may say. Pure."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "qemu"
DEFAULT_SHIFT = 2
"""4 ns an instruction: 250 MHz, near the 240 MHz of the chip."""

_MOST_SHIFT = 10  # QEMU's own limit
_PSRAM_MB = (2, 4)


@dataclass(frozen=True)
class QemuOptions:
    """How the chip is emulated.

    `icount`: an instruction takes 2**icount ns of virtual time, whatever the host does; None:
    the emulated chip's time is the host's. `psram_mb`: PSRAM on the module, 0, 2 or 4 MB.
    """

    icount: int | None = None
    psram_mb: int = 0


def parse_qemu(text: str) -> QemuOptions:
    """The options in a board specification. Raises ValueError that says what is wrong."""
    given: dict[str, str] = {}
    _, colon, rest = text.partition(":")
    for item in rest.split(",") if colon else ():
        name, equals, value = item.partition("=")
        if name in given:
            raise ValueError(f"{name} is given twice")
        if name == "icount":
            given[name] = value if equals else str(DEFAULT_SHIFT)
        elif name == "psram":
            given[name] = value
        else:
            raise ValueError(f"no option {item!r}; there are icount, icount=SHIFT and psram=MB")
    shift, psram = given.get("icount"), given.get("psram")
    if shift is not None and not (shift.isdecimal() and int(shift) <= _MOST_SHIFT):
        raise ValueError(f"icount={shift} is no shift from 0 to {_MOST_SHIFT}")
    if psram is not None and psram not in map(str, _PSRAM_MB):
        raise ValueError(f"psram={psram}: the emulated ESP32 has 2 or 4 MB, or none")
    return QemuOptions(
        icount=None if shift is None else int(shift), psram_mb=0 if psram is None else int(psram)
    )
