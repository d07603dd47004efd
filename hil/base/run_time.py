"""The time that a whole run may take, `--run-s`."""

from __future__ import annotations

from hil.base.deadline import Deadline
from hil.errors import NotRunError


def check_time(until: Deadline | None) -> None:
    """Raises NotRunError where the time of the run is over; None: it has no limit."""
    if until is not None and until.expired():
        raise NotRunError(
            f"the {until.seconds:g} s of this run are over",
            where="--run-s",
            hint="give the run more time, or less to do (-k, --samples, --soak)",
        )
