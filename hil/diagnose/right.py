"""What is right of a class activation map: the oracle's answer of a network that has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.network.location import Location, NoLocation
    from hil.oracle import OracleAnswer


@dataclass(frozen=True, eq=False)
class Right:
    """`scores` int8 [classes], `features` int8 [rows, columns, C], `cam` int32 [rows, columns]."""

    scores: NDArray[np.int8]
    features: NDArray[np.int8]
    cam: NDArray[np.int32]
    location: Location | NoLocation

    @classmethod
    def of(cls, answer: OracleAnswer) -> Right:
        """The part of an answer that a network without a head does not have."""
        assert answer.scores is not None
        assert answer.features is not None
        assert answer.cam is not None
        assert answer.location is not None
        return cls(answer.scores, answer.features, answer.cam, answer.location)
