"""From real numbers to a tensor's integers and back, as TFLite's scale and zero point say.

real = scale * (integer - zero point): https://ai.google.dev/edge/litert/models/quantization_spec
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hil.network.arrays import dtype_of, refused
from hil.network.tflite_graph import Tensor
from hil.wire.network_header import Tensor as InputTensor

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


def quantized(tensor: InputTensor, reals: NDArray[np.floating[Any]]) -> tuple[NDArray[Any], int]:
    """Real values as those of a quantized input, and how many were beyond its range.

    As TensorFlow Lite's kernel QUANTIZE does it (tensorflow/lite/kernels/internal/reference/
    quantize.h): the quotient of float32 value and scale is rounded, halves away from zero, and
    clamped to the type. Beyond the range is what is clamped by more than half a step.

    Raises UsageError, with the input's name, for values that are not finite.
    """
    import numpy as np

    limits = np.iinfo(dtype_of(tensor))
    with np.errstate(over="ignore"):  # what is infinite then is refused
        values = reals.astype(np.float32)
        steps = (values / np.float32(tensor.scale)).astype(np.float64)
    if not np.isfinite(values).all():
        raise refused(tensor, "its array has values that are not finite")
    exact = steps + tensor.zero_point
    beyond = int(np.count_nonzero((exact < limits.min - 0.5) | (exact > limits.max + 0.5)))
    rounded = np.copysign(np.floor(np.abs(steps) + 0.5), steps) + tensor.zero_point
    return np.clip(rounded, limits.min, limits.max).astype(dtype_of(tensor)), beyond


def has_scale(tensor: Tensor) -> bool:
    """Whether one scale and zero point tell what all of a tensor's integers stand for."""
    return len(tensor.scales) == len(tensor.zero_points) == 1
