"""The host's answer for a sample: TensorFlow Lite Micro's kernels, and an exact CAM.

Knows no board and judges no answer.
"""

from hil.network.location import Location, NoLocation
from hil.oracle.oracle import Oracle, OracleAnswer
from hil.oracle.preprocess import Region, preprocess, region_of
from hil.oracle.second_opinion import OpOpinion, SecondOpinion

__all__ = [
    "Location",
    "NoLocation",
    "OpOpinion",
    "Oracle",
    "OracleAnswer",
    "Region",
    "SecondOpinion",
    "preprocess",
    "region_of",
]
