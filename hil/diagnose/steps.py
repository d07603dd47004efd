"""Small steps that several stages share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import World
from hil.oracle.cam import integer_cam


def ints(array: Any) -> tuple[int, ...]:
    """The values of an array as integers."""
    return tuple(int(value) for value in array.reshape(-1))


def cam_of(world: World, features: NDArray[np.int8]) -> NDArray[np.int32]:
    """The right map of these features."""
    model, index = world.oracle.model, world.oracle.positive_class
    return integer_cam(
        features,
        model.class_weights(index),
        feature_zero_point=model.features.zero_point(),
        weight_zero_point=model.weights.zero_point(index),
    )


def equal(a: Any, b: Any) -> bool:
    """Whether two arrays are the same, shape included."""
    return bool(np.array_equal(a, b))
