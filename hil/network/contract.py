"""The contract of a network: what its .tflite takes and gives, read and understood once.

Boards, oracle, judge, diagnosis and report read the contract and never assume a head. The part
that a board needs is `Contract.header`, which travels in front of the .tflite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from hil.network.tflite_graph import Graph
from hil.wire.network_header import CamHead, ImageInput, NetworkHeader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sample: TypeAlias = Union[bytes, NDArray[Any], Sequence[NDArray[Any]], Mapping[str, NDArray[Any]]]
    """One input: raw bytes in tensor order, the array of the only input, or arrays by position or
    by name."""


@dataclass(frozen=True, eq=False)
class Contract:
    """What a network takes and gives.

    Attributes:
        header: the part that travels to the board: inputs, outputs, picture, head.
        graph: the file as it was read.
        model: the .tflite bytes.
    """

    header: NetworkHeader
    graph: Graph
    model: bytes

    @property
    def head(self) -> CamHead | None:
        """The class activation map that this network has; None without one."""
        return self.header.head

    @property
    def image(self) -> ImageInput | None:
        """What pixels become; None where the input is no picture or nobody declared it."""
        return self.header.image

    @cached_property
    def partition(self) -> bytes:
        """The content of the model partition."""
        raise NotImplementedError

    def pack(self, sample: Sample) -> bytes:
        """The bytes of a sample, as they are sent.

        Raises UsageError, with the input's name, for a wrong name, number, shape, type or range.
        """
        raise NotImplementedError

    def unpack(self, data: bytes) -> tuple[NDArray[np.generic], ...]:
        """The input arrays of a sample's bytes, in the order of the inputs."""
        raise NotImplementedError

    def outputs(self, parts: Sequence[bytes]) -> tuple[NDArray[np.generic], ...]:
        """Output arrays in their type and shape, of the bytes of each."""
        raise NotImplementedError
