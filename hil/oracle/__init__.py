"""The host's answer for an image: LiteRT's reference kernels and an exact CAM.

Knows no board and judges no answer.
"""

from hil.network.location import Location, NoLocation
from hil.oracle.oracle import Oracle, OracleAnswer
from hil.oracle.preprocess import Region, preprocess, region_of
from hil.oracle.selfcheck import SelfCheck, SelfCheckOutcome

__all__ = [
    "Location",
    "NoLocation",
    "Oracle",
    "OracleAnswer",
    "Region",
    "SelfCheck",
    "SelfCheckOutcome",
    "preprocess",
    "region_of",
]
