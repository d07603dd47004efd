"""The integer map, and the floating point one that checks it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.oracle.cam import FloatCam, enlarge, float_cam, float_cam_agrees, integer_cam, normalise

INT8 = st.integers(-128, 127)


@st.composite
def maps(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Features int8 [H, W, C], weights int8 [C] and both zero points."""
    rows, columns, channels = (draw(st.integers(1, 4)) for _ in range(3))
    count = rows * columns * channels
    features = draw(st.lists(INT8, min_size=count, max_size=count))
    weights = draw(st.lists(INT8, min_size=channels, max_size=channels))
    return (
        np.array(features, np.int8).reshape(rows, columns, channels),
        np.array(weights, np.int8),
        draw(INT8),
        draw(INT8),
    )


@given(maps())
def test_integer_map_equals_a_plain_loop(case: tuple[np.ndarray, np.ndarray, int, int]) -> None:
    features, weights, feature_zero_point, weight_zero_point = case
    rows, columns, channels = features.shape
    expected = [[0] * columns for _ in range(rows)]
    for r in range(rows):
        for c in range(columns):
            for k in range(channels):
                f = int(features[r, c, k]) - feature_zero_point
                expected[r][c] += f * (int(weights[k]) - weight_zero_point)
    cam = integer_cam(
        features,
        weights,
        feature_zero_point=feature_zero_point,
        weight_zero_point=weight_zero_point,
    )
    assert cam.dtype == np.int32
    assert cam.tolist() == expected


@given(maps(), st.floats(1e-4, 10), st.floats(1e-4, 10))
def test_dequantization_changes_neither_maximum_nor_normalised_map(
    case: tuple[np.ndarray, np.ndarray, int, int], feature_scale: float, weight_scale: float
) -> None:
    features, weights, feature_zero_point, weight_zero_point = case
    exact = integer_cam(
        features,
        weights,
        feature_zero_point=feature_zero_point,
        weight_zero_point=weight_zero_point,
    )
    approximate = float_cam(
        features,
        weights,
        feature_zero_point=feature_zero_point,
        feature_scale=feature_scale,
        weight_zero_point=weight_zero_point,
        weight_scale=weight_scale,
        size=(8, 8),
    )
    assert exact.flat[int(np.argmax(approximate.values))] == exact.max()
    assert float_cam_agrees(exact, approximate)


def test_the_extreme_map_still_fits_32_bits() -> None:
    channels = 2**15
    cam = integer_cam(
        np.full((1, 1, channels), 127, np.int8),
        np.full(channels, 127, np.int8),
        feature_zero_point=-128,
        weight_zero_point=-128,
    )
    assert cam.tolist() == [[channels * 255 * 255]]


def test_more_channels_than_32_bits_can_sum_are_refused() -> None:
    with pytest.raises(UsageError, match="leave 32 bits"):
        integer_cam(
            np.zeros((1, 1, 33_100), np.int8),
            np.zeros(33_100, np.int8),
            feature_zero_point=0,
            weight_zero_point=0,
        )


def test_a_flat_map_normalises_to_zeros_instead_of_dividing_by_zero() -> None:
    assert normalise(np.full((2, 3), -7)).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_normalised_map_spans_0_to_255() -> None:
    assert normalise(np.array([[-10, 0], [5, 10]])).tolist() == [[0, 127], [191, 255]]


def test_enlarging_keeps_the_maximum_at_the_centre_of_its_cell() -> None:
    small = np.zeros((6, 6), np.uint8)
    small[1, 4] = 255
    large = enlarge(small, (96, 96))
    assert large.shape == (96, 96)
    rows, columns = np.nonzero(large == large.max())
    # Cell 4 spans pixels 64 to 79: its centre lies between 71 and 72.
    assert set(columns.tolist()) == {71, 72}
    assert set(rows.tolist()) == {23, 24}


def test_disagreement_of_the_maps_is_seen() -> None:
    features = np.array([[[1], [2]], [[3], [4]]], np.int8)
    approximate = float_cam(
        features,
        np.array([1], np.int8),
        feature_zero_point=0,
        feature_scale=0.5,
        weight_zero_point=0,
        weight_scale=0.5,
        size=(4, 4),
    )
    exact = np.array([[1, 2], [3, 4]], np.int32)
    assert float_cam_agrees(exact, approximate)
    assert not float_cam_agrees(exact.T, approximate)
    assert not float_cam_agrees(-exact, approximate)


@pytest.mark.parametrize(("off", "agrees"), [(0, True), (1, True), (2, False)])
def test_normalised_maps_may_be_one_of_255_apart(off: int, agrees: bool) -> None:
    exact = np.array([[0, 100, 255]], np.int32)
    normalised = np.array([[0, 100 + off, 255]], np.uint8)
    assert float_cam_agrees(exact, FloatCam(exact.astype(float), normalised, normalised)) == agrees
