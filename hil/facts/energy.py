"""What a meter says that inferences took: energy by inference, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EnergyRecord:
    """The energy that the board took during one inference, all of it, what idles included.

    Attributes:
        boot, count: of the inference, as of `InferenceRecord`.
        energy_uj: of the stage `invoke`, in microjoules.
        sync_uj: by how much it is another one where the clocks are as far apart as they may be.
        sampling_uj: by how much it is another one with every second sample.
        samples: of the meter, in that time.
    """

    boot: int
    count: int
    energy_uj: float
    sync_uj: float
    sampling_uj: float
    samples: int


@dataclass(frozen=True, slots=True)
class EnergyFacts:
    """The meter of a run.

    Attributes:
        meter: as it was asked for, without its place.
        rate_hz: samples in a second, as they were used.
        sync_us: how far the clocks may be apart to either side, of the median inference; 0 without
            any.
        by_marker: whether the stages were found by the meter's marker and not by the clocks.
        missed: (why, how many) inferences have no energy.
    """

    meter: str
    rate_hz: float
    sync_us: float
    by_marker: bool
    missed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class PowerTrace:
    """What a meter measured: power over the meter's clock. Never in a run file.

    Attributes:
        times_s: [n] rising.
        power_w: [n].
        marker: [n], 1 while a pin of the board says that it infers; None without such a pin.
        arrivals: [m, 2] (the newest sample's time by the meter, when it came by the host's
            monotonic clock), in order.
        delay_s: how old the freshest sample of any second may be when it comes.
    """

    times_s: NDArray[np.float64]
    power_w: NDArray[np.float64]
    marker: NDArray[np.float64] | None
    arrivals: NDArray[np.float64]
    delay_s: float
