"""Random samples for any network, always the same for a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.network.arrays import dtype_of
from hil.wire.network_header import NetworkHeader, Tensor

if TYPE_CHECKING:
    import numpy as np

_SMALL = 2  # wide integers may be indexes


def random_samples(header: NetworkHeader, count: int, *, seed: int = 1) -> tuple[bytes, ...]:
    """`count` samples: integers of 8 and 16 bits over their whole range, wider ones 0 or 1, since
    they may be indexes, and real numbers of a standard normal distribution."""
    import numpy as np

    random = np.random.default_rng(seed)
    return tuple(
        b"".join(_values(random, tensor) for tensor in header.inputs) for _ in range(count)
    )


def _values(random: np.random.Generator, tensor: Tensor) -> bytes:
    import numpy as np

    kind = dtype_of(tensor)
    if kind.kind == "f":
        return random.standard_normal(tensor.shape).astype(kind).tobytes()
    if kind.kind == "b" or kind.itemsize > 2:
        return random.integers(0, _SMALL, tensor.shape).astype(kind).tobytes()
    limits = np.iinfo(kind)
    return random.integers(limits.min, limits.max + 1, tensor.shape).astype(kind).tobytes()
