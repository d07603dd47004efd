"""One case at one stage of the board's work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hil.diagnose.case import Case, World


@dataclass(frozen=True, eq=False)
class Point:
    """A stage takes what the stages before gave it, as observed on the board where it is known.

    So a second mistake is looked for on top of the first, not instead of it.

    Attributes:
        given: what the stage worked on.
        right: what it should have given.
        observed: what the board gave.
    """

    case: Case
    world: World
    given: Any
    right: Any
    observed: Any
    failing: bool
