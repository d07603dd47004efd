"""The one interface of all meters: samples of current with times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """Samples in order, each array with one value a sample.

    `times_s`: seconds of the meter's own clock, rising. `marker`: 1 while the board says by a pin
    that it infers, 0 otherwise; None without such a pin.
    """

    times_s: NDArray[np.float64]
    current_a: NDArray[np.float64]
    voltage_v: NDArray[np.float64]
    marker: NDArray[np.float64] | None = None


class Meter(Protocol):
    """A source of samples.

    `delay_s`: how old the freshest sample in any second may be when it arrives.
    """

    @property
    def name(self) -> str: ...

    @property
    def delay_s(self) -> float: ...

    def start(self) -> None:
        """Begins; what was measured before is left out. Raises InfrastructureError."""

    def read(self) -> Reading | None:
        """What came since the last time, without waiting; None for nothing.

        Raises InfrastructureError for what is no sample, or a meter that is gone.
        """

    def close(self) -> None: ...
