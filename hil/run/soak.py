"""How long the long run is: `--soak 2000` (inferences) or `--soak 30min`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hil.errors import UsageError

DEFAULT_SOAK = "300"

_UNITS = {"": 0.0, "s": 1.0, "min": 60.0, "h": 3600.0}
_MOST = 10_000_000
_MOST_S = 14 * 86_400.0


@dataclass(frozen=True, slots=True)
class Soak:
    """Inferences, or seconds, in one start of the board; the other one is 0."""

    inferences: int = 0
    seconds: float = 0.0


def parse_soak(text: str) -> Soak:
    """A number of inferences, or a time with s, min or h. Raises UsageError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|min|h)?", text.strip())
    if found is not None:
        number, unit = float(found[1]), found[2] or ""
        if not unit and 1 <= number <= _MOST and number == int(number):
            return Soak(inferences=int(number))
        if unit and 0 < number * _UNITS[unit] <= _MOST_S:
            return Soak(seconds=number * _UNITS[unit])
    raise UsageError(
        f"--soak {text} cannot be used",
        where="--soak",
        hint="give a number of inferences from 1 to 10000000, such as 2000, or a time of at most "
        "two weeks, such as 90s, 30min or 8h",
    )
