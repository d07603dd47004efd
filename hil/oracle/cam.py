"""The class activation map: exact in integers, and in floating point as a cross-check.

CAM[r][c] = sum over k of (f[r,c,k] - z_f) * (w[k] - z_w). The scales and the
classifier's bias are left out: they are the same for all cells, so that neither
the order of the cells nor the normalised map changes.

`float_cam` follows the usual recipe (Zhou et al., CVPR 2016, `returnCAM`):
dequantize, weigh, subtract the minimum, divide by the maximum, scale to 0..255,
resize. There a flat map divides by zero; here it is all zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.errors import UsageError

_INT32_MAX = 2**31 - 1


def integer_cam(
    features: NDArray[np.int8],
    weights: NDArray[np.int8],
    *,
    feature_zero_point: int,
    weight_zero_point: int,
) -> NDArray[np.int32]:
    """The exact map, int32 [rows, columns], of quantized values.

    `features`: int8 [rows, columns, C]. `weights`: of one class, int8 [C]. Raises UsageError for
    so many channels that a sum could leave int32.
    """
    if features.shape[2] * 255 * 255 > _INT32_MAX:
        raise UsageError(
            f"a map over {features.shape[2]} channels can leave 32 bits",
            hint=f"use at most {_INT32_MAX // (255 * 255)} channels in front of the classifier",
        )
    shifted = features.astype(np.int64) - feature_zero_point
    cam = shifted @ (weights.astype(np.int64) - weight_zero_point)
    assert cam.size == 0 or np.abs(cam).max() <= _INT32_MAX
    return cam.astype(np.int32)


@dataclass(frozen=True, eq=False)
class FloatCam:
    """A map computed in floating point.

    `values`: float64 [rows, columns], dequantized. `normalised`: uint8 [rows,
    columns], 0 at the minimum and 255 at the maximum, cut as numpy.uint8 cuts;
    all zeros for a flat map. `heatmap`: uint8 [height, width], `normalised`
    resized bilinearly with half-pixel centres.
    """

    values: NDArray[np.float64]
    normalised: NDArray[np.uint8]
    heatmap: NDArray[np.uint8]


def float_cam(
    features: NDArray[np.int8],
    weights: NDArray[np.int8],
    *,
    feature_zero_point: int,
    feature_scale: float,
    weight_zero_point: int,
    weight_scale: float,
    size: tuple[int, int],
) -> FloatCam:
    """The map in float64 from dequantized features and weights.

    `features`, `weights`: as for `integer_cam`; `weight_scale` is that of this class. `size`:
    (height, width) of the heatmap.
    """
    real_features = feature_scale * (features.astype(np.float64) - feature_zero_point)
    real_weights = weight_scale * (weights.astype(np.float64) - weight_zero_point)
    values = real_features @ real_weights
    # Equal integers may differ here by rounding; a map flat but for that is flat.
    rounding = np.finfo(np.float64).eps * features.shape[2]
    magnitude = float((np.abs(real_features) @ np.abs(real_weights)).max())
    if values.max() - values.min() <= rounding * magnitude:
        values = np.full_like(values, values.flat[0])
    normalised = normalise(values)
    return FloatCam(values, normalised, enlarge(normalised, size))


def normalise(cam: NDArray[np.integer] | NDArray[np.floating]) -> NDArray[np.uint8]:
    """A map scaled to 0..255, uint8 of the same shape; a flat map is all zeros."""
    values = cam.astype(np.float64)
    values -= values.min()
    top = values.max()
    if top == 0:
        return np.zeros(values.shape, np.uint8)
    normalised: NDArray[np.uint8] = (255 * (values / top)).astype(np.uint8)
    return normalised


def enlarge(normalised: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A normalised map resized bilinearly to `size` (height, width), for people to look at."""
    import cv2

    resized = cv2.resize(normalised, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return resized.astype(np.uint8)


def float_cam_agrees(exact: NDArray[np.int32], approximate: FloatCam) -> bool:
    """Whether a floating point map says the same as the exact one.

    The cell where the float map is largest must hold the exact maximum (one of
    them, where cells tie), and each normalised value may be off by 1 of 255: the
    cut to uint8 can fall on either side.
    """
    best = int(np.argmax(approximate.values))
    if exact.flat[best] != exact.max():
        return False
    off = np.abs(normalise(exact).astype(np.int16) - approximate.normalised.astype(np.int16))
    return int(off.max()) <= 1
