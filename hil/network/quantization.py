"""From real numbers to a tensor's integers and back, as TFLite's scale and zero point say.

real = scale * (integer - zero point): https://ai.google.dev/edge/litert/models/quantization_spec
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hil.network.tflite_graph import Tensor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def real_values(tensor: Tensor, values: NDArray[Any]) -> NDArray[np.float32] | None:
    """Values of a tensor as the real numbers that they stand for, float32 as DEQUANTIZE gives them,
    of the same shape; None where they have no scale."""
    import numpy as np

    if values.dtype.kind == "f":
        return values.astype(np.float32)
    if not has_scale(tensor):
        return None
    shifted: NDArray[np.float64] = values.astype(np.float64) - tensor.zero_point()
    return (shifted * tensor.scale()).astype(np.float32)


def quantized(tensor: Tensor, values: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    """Real numbers in a tensor's type `kind`: divided by its scale, rounded half away from zero as
    TFLite's QUANTIZE does, cut at the ends of the type. Without a scale they stay what they are."""
    import numpy as np

    if kind.kind not in "iu" or not has_scale(tensor):
        return values.astype(kind)
    steps = values.astype(np.float64) / tensor.scale()
    rounded = np.copysign(np.floor(np.abs(steps) + 0.5), steps) + tensor.zero_point()
    limits = np.iinfo(kind)
    kept: NDArray[Any] = np.clip(rounded, limits.min, limits.max).astype(kind)
    return kept


def has_scale(tensor: Tensor) -> bool:
    """Whether one scale and zero point tell what all of a tensor's integers stand for."""
    return len(tensor.scales) == len(tensor.zero_points) == 1
