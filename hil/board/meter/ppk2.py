"""Nordic's Power Profiler Kit II, by ppk2-api (extra `energy`): 100,000 samples a second.

The library speaks to the kit and reads its calibration. Its samples are computed here, all of a
piece at once: one by one, as the library does, takes most of a core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hil.board.meter.reading import Reading
from hil.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE_HZ = 100_000
_SAMPLE_BYTES = 4
_SETTLING = 3
"""Samples after a change of the range that mean nothing; the library smooths them over."""
_HINT = (
    "check its cable and that nothing else uses it (nRF Connect); give its port: ppk2:/dev/ttyACM1"
)


class Ppk2Meter:
    """`port`: empty for the only kit. `supplies`: it feeds the board, or else looks on."""

    name = "ppk2"
    delay_s = 0.02  # USB, its driver, and the time between two looks

    def __init__(
        self, port: str, *, millivolts: int, supplies: bool, marker: int | None = None
    ) -> None:
        try:
            from ppk2_api.ppk2_api import PPK2_API
        except ImportError as cause:
            raise UsageError(
                "ppk2-api is not installed",
                where="--energy",
                hint="pip install 'camhil[energy]'",
            ) from cause
        self._api = PPK2_API
        self._port = port
        self._millivolts = millivolts
        self._supplies = supplies
        self._marker = marker
        self._kit: Any = None
        self._rest = b""
        self._taken = 0

    def start(self) -> None:
        port = self._port or self._only_port()
        try:
            self._kit = self._api(port, timeout=1, exclusive=True)
        except (OSError, ValueError) as cause:  # serial.SerialException is an OSError
            raise InfrastructureError(
                f"the kit cannot be opened: {cause}", where=port, hint=_HINT
            ) from cause
        self._kit.stop_measuring()  # an aborted run may have left it measuring
        self._kit.get_data()
        if not self._kit.get_modifiers():
            raise InfrastructureError("no Power Profiler Kit II answers", where=port, hint=_HINT)
        if self._supplies:
            self._kit.use_source_meter()
        else:
            self._kit.use_ampere_meter()
        self._kit.set_source_voltage(self._millivolts)
        self._kit.toggle_DUT_power("ON")
        self._kit.start_measuring()

    def read(self) -> Reading | None:
        import numpy as np

        try:
            data = self._rest + self._kit.get_data()
        except OSError as cause:
            raise InfrastructureError(
                f"the kit is gone: {cause}", where=self._port or "ppk2", hint=_HINT
            ) from cause
        whole = len(data) // _SAMPLE_BYTES * _SAMPLE_BYTES
        self._rest = data[whole:]
        if not whole:
            return None
        words = np.frombuffer(data[:whole], "<u4")
        times_s = (self._taken + np.arange(len(words))) / RATE_HZ
        self._taken += len(words)
        marker = None
        if self._marker is not None:
            marker = ((words >> np.uint32(24 + self._marker)) & 1).astype(np.float64)
        current_a = amperes(words, self._kit.modifiers, self._kit.adc_mult, self._millivolts / 1e3)
        return Reading(times_s, current_a, np.full(len(words), self._millivolts / 1e3), marker)

    def close(self) -> None:
        """Ends the measuring; a board that the kit supplied is without power then."""
        kit, self._kit = self._kit, None
        if kit is not None:
            kit.stop_measuring()
            if self._supplies:
                kit.toggle_DUT_power("OFF")
            kit.ser.close()
            kit.ser = None  # what the library does when it is collected has nothing left to do

    def _only_port(self) -> str:
        found = [port for port, *_ in map(_as_tuple, self._api.list_devices())]
        if len(found) != 1:
            what = "no Power Profiler Kit II is attached" if not found else "there are several kits"
            raise InfrastructureError(what, where=", ".join(found) or "--energy ppk2", hint=_HINT)
        return str(found[0])


def _as_tuple(device: Any) -> tuple[Any, ...]:
    """Older versions of the library list ports alone."""
    return device if isinstance(device, tuple) else (device,)


def amperes(
    words: NDArray[np.uint32], modifiers: dict[str, Any], adc_mult: float, volts: float
) -> NDArray[np.float64]:
    """The kit's raw samples as current, by its calibration as the library reads it.

    The formula is the library's `get_adc_result`, without its smoothing after a change of range:
    there the samples between are interpolated.
    """
    import numpy as np

    ranges = np.minimum((words >> np.uint32(14)) & 7, 4).astype(np.intp)
    counts = (words & np.uint32(0x3FFF)).astype(np.float64) * 4

    def of(name: str) -> NDArray[np.float64]:
        table = np.array([float(modifiers[name][str(number)]) for number in range(5)])
        return np.asarray(table[ranges], np.float64)

    raw = (counts - of("O")) * (adc_mult / of("R"))
    current_a = of("UG") * (raw * (of("GS") * raw + of("GI")) + of("S") * volts + of("I"))
    places = np.arange(len(words))
    changes = np.flatnonzero(np.diff(ranges)) + 1
    settling = np.zeros(len(words), bool)
    for step in range(_SETTLING):
        settling[np.minimum(changes + step, len(words) - 1)] = True
    if settling.any() and not settling.all():
        good = ~settling
        current_a[settling] = np.interp(places[settling], places[good], current_a[good])
    return np.asarray(current_a, np.float64)
