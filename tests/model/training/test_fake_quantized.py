"""Conversion against the fake-quantized float network: `make test-model`.

The bounds, in steps (LSB) of an operator's output:
- an operator on the same input: 1. The kernels scale sums with 32 bit fixed-point numbers
  and round twice; on a trained network that shows in 2 of 1000 values.
- the whole network: such a step in an early layer is multiplied by the weights behind it.
  Of 1500 images drawn as here, on a trained network, features were up to 29 and scores up to
  7 steps apart; on one that was hardly trained, 1 and 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hil.base.resources import find

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

ONE_OPERATOR = 1
HARDLY_TRAINED, TRAINED = (2, 2), (48, 16)
"""Of features and score."""

SHIPPED = find("model")


@dataclass(frozen=True)
class Both:
    """The fake-quantized network, and the .tflite on LiteRT's reference kernels."""

    fake: Any
    oracle: Any
    bounds: tuple[int, int]


@pytest.fixture(scope="module", params=["tiny", "shipped"])
def both(request: pytest.FixtureRequest) -> Both:
    from hil.oracle import Oracle
    from model.fake_quantized import FakeQuantized, folded_layers
    from model.float_network import load_network

    folder, bounds = SHIPPED, TRAINED
    if request.param == "tiny":
        folder, bounds = request.getfixturevalue("exported_blobs"), HARDLY_TRAINED
    elif not (SHIPPED / "person_cam.keras").is_file():
        pytest.skip("the model is shipped without its float network")
    model = (folder / "person_cam.tflite").read_bytes()
    layers = folded_layers(load_network(folder / "person_cam.keras").network)
    return Both(FakeQuantized(model, layers), Oracle.open(model, 1, 50), bounds)


@st.composite
def images(draw: st.DrawFn) -> np.ndarray:
    """int8 [96, 96]: coarse shapes, smooth or with borders, with or without noise."""
    side = draw(st.sampled_from([1, 2, 3, 6, 12]))
    coarse = draw(arrays.arrays(np.uint8, (side, side)))
    how = draw(st.sampled_from([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
    pixels = cv2.resize(coarse, (96, 96), interpolation=how).astype(np.int64)
    noise = draw(st.sampled_from([0, 8, 255]))
    seed = draw(st.integers(0, 2**32 - 1))
    pixels += np.random.default_rng(seed).integers(-noise, noise + 1, (96, 96))
    return (np.clip(pixels, 0, 255) - 128).astype(np.int8)


def apart(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one.astype(int).ravel() - other.astype(int).ravel()).max())


def test_every_weight_is_the_float_weight_rounded(both: Both) -> None:
    """Filters exactly; biases, up to 10^5 steps wide, within one: TensorFlow has float32."""
    fake = both.fake
    tensors = fake.graph.tensors
    convolutions = [op for op in fake.graph.ops if "CONV" in op.name]
    for op, (filter_, bias) in zip(convolutions, fake.weights(), strict=True):
        stored, stored_bias = (tensors[index] for index in op.inputs[1:3])
        assert stored.shape == filter_.shape
        assert np.array_equal(np.frombuffer(stored.data, np.int8), filter_.ravel())
        assert apart(np.frombuffer(stored_bias.data, "<i4"), bias) <= 1


@settings(max_examples=40, deadline=None)
@given(image=images())
def test_conversion_keeps_each_operator_within_one_step(both: Both, image: np.ndarray) -> None:
    fake, oracle = both.fake, both.oracle
    outputs = [output for (output,) in oracle.run(image, ops=True).op_outputs]
    found = fake.run(image, outputs)
    assert max(apart(a, b) for a, b in zip(found, outputs, strict=True)) <= ONE_OPERATOR


@settings(max_examples=40, deadline=None)
@given(image=images())
def test_conversion_keeps_features_and_score_within_the_bound(
    both: Both, image: np.ndarray
) -> None:
    fake, oracle = both.fake, both.oracle
    answer = oracle.run(image)
    outputs = {op.output: out for op, out in zip(fake.graph.ops, fake.run(image), strict=True)}
    shapes = {len(fake.graph.tensors[index].shape): index for index in fake.graph.outputs}
    assert apart(outputs[shapes[4]], answer.features) <= both.bounds[0]
    assert apart(outputs[shapes[2]], answer.scores) <= both.bounds[1]
