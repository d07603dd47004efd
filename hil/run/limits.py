"""Which numbers an option may have. What is out of range is told before anything is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hil.errors import UsageError

_DAY_S = 86_400.0
_WEEKS_S = 14 * _DAY_S


@dataclass(frozen=True)
class Limits:
    """From `low` to `high`, both included; `wanted` says so in words."""

    low: float
    high: float
    wanted: str

    def hold(self, value: float) -> bool:
        """Whether a number can be used; a NaN is in no range."""
        return self.low <= value <= self.high


_BAUD = Limits(1_200, 5_000_000, "a rate from 1200 to 5000000 baud")
_SECONDS = Limits(0.01, _DAY_S, "seconds from 0.01 to 86400, a day")
_SHARE = Limits(0.0, 1.0, "a probability from 0 to 1")

LIMITS: Mapping[str, Limits] = {
    "baud": _BAUD,
    "handshake_s": _SECONDS,
    "image_s": _SECONDS,
    "run_s": Limits(0.01, _WEEKS_S, "seconds from 0.01 to 1209600, two weeks"),
    "samples": Limits(1, 10_000, "a number of samples from 1 to 10000"),
    "seed": Limits(0, 2**32 - 1, "a seed from 0 to 4294967295"),
    "sim_pacing": _BAUD,
    "sim_invoke_us": Limits(0, _DAY_S * 1e6, "microseconds, 0 or more and less than a day"),
    "sim_bit_errors": _SHARE,
    "sim_drops": _SHARE,
    "sim_duplicates": _SHARE,
    "sim_arena": Limits(1, 1 << 30, "bytes from 1 to 1 GiB"),
}
"""By the field of `RunOptions`."""


def check_limits(values: Mapping[str, float | None], flag: Callable[[str], str]) -> None:
    """Raises UsageError that names the first option whose number cannot be used.

    `values`: by the field of `RunOptions`. `flag`: what people call such a field.
    """
    for name, limits in LIMITS.items():
        value = values[name]
        if value is not None and not limits.hold(value):
            raise UsageError(
                f"{flag(name)} {value} cannot be used",
                where=flag(name),
                hint=f"give {limits.wanted}",
            )
    if (values["sim_drops"] or 0) + (values["sim_duplicates"] or 0) > 1:
        raise UsageError(
            "more than every frame would be lost or doubled",
            where=f"{flag('sim_drops')}, {flag('sim_duplicates')}",
            hint="give two probabilities whose sum is at most 1",
        )
