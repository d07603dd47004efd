"""Real numbers and integers, by TFLite's quantization specification."""

from __future__ import annotations

import numpy as np

from hil.network.quantization import quantized, real_values
from hil.network.tflite_graph import Tensor
from hil.wire.network_header import Tensor as InputTensor


def tensor(scale: float = 0.5, zero_point: int = -3, kind: str = "INT8") -> Tensor:
    scales, points = ((scale,), (zero_point,)) if scale else ((), ())
    return Tensor(0, "x", (4,), 9, kind, scales, points, 0, b"")


def test_an_integer_stands_for_scale_times_its_distance_from_the_zero_point() -> None:
    found = real_values(tensor(), np.array([-3, -1, 127, -128], np.int8))
    assert found is not None
    assert found.tolist() == [0.0, 1.0, 65.0, -62.5]


def test_integers_without_a_scale_stand_for_nothing_known() -> None:
    assert real_values(tensor(0), np.array([1], np.int32)) is None


INT8 = InputTensor("x", 9, (6,), 0.5, -3, 6)


def test_halves_are_rounded_away_from_zero_and_the_ends_cut() -> None:
    values = np.array([0.25, -0.25, 0.75, 1000.0, -1000.0, 0.2], np.float32)
    found, clamped = quantized(INT8, values)
    assert found.tolist() == [-2, -4, -1, 127, -128, -3]
    assert (found.dtype, clamped) == (np.int8, 2)


def test_what_is_quantized_comes_back_within_half_a_step() -> None:
    values = np.linspace(-60, 60, 101, dtype=np.float32)
    back = real_values(tensor(), quantized(INT8, values)[0])
    assert back is not None
    assert float(np.abs(back - values).max()) <= 0.25
