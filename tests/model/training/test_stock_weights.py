"""Initial weights from a folded int8 model: the function stays: `make test-model`.

The folded model is the shipped one: it has the layers of person_detect.tflite, and what
it computes is computed here again in numpy from its filters and biases.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hil.base.resources import find
from hil.errors import UsageError
from hil.testing.tiny_model import edit_model, tiny_model
from model.calibration import read_photographs, to_input
from model.stock import read_layers

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

CONVOLUTIONS = 23  # to Conv2d_11_pointwise
STRIDES = {0: 2, 3: 2, 7: 2, 11: 2}
"""Of the stem and the depthwise convolutions 2, 4 and 6 (Howard et al., table 1)."""


@pytest.fixture(scope="module")
def folded() -> bytes:
    return (find("model") / "person_cam.tflite").read_bytes()


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return read_photographs(find("fixtures") / "photos")


@pytest.fixture(scope="module")
def network(folded: bytes, pixels: np.ndarray) -> Any:
    from model.backend import prepare_backend

    prepare_backend()
    from model.architecture import build_network
    from model.stock import set_stock_weights

    network = build_network(classes=2, batch=None)
    set_stock_weights(network, folded, to_input(pixels), where="stock")
    return network


def expected(model: bytes, picture: np.ndarray) -> np.ndarray:
    """Features of a picture in float64; the stock model's input is (pixel - 127) / 127.5."""
    from model.fake_quantized import convolution

    # The network pads with its own zero, which is pixel 128; the stock model calls that
    # 1 / 127.5. So it is taken out in front of the stem, and its share put back behind.
    zero = (128 - 127) / 127.5
    x = ((picture.astype(np.float64) - 127) / 127.5 - zero)[..., None]
    for number, (filter_, bias) in enumerate(read_layers(model, where="")[:CONVOLUTIONS]):
        kernel = filter_.astype(np.float64).transpose(1, 2, 3, 0)
        depthwise = number % 2 == 1
        x = convolution(x, kernel, STRIDES.get(number, 1), depthwise=depthwise) + bias
        if number == 0:
            x += zero * kernel.sum(axis=(0, 1, 2))
        x = np.clip(x, 0, 6)
    return x


@pytest.mark.parametrize("training", [False, True])
def test_features_are_those_of_the_folded_model(
    network: Any, folded: bytes, pixels: np.ndarray, training: bool
) -> None:
    """In training mode too: the batch is the one that the statistics were set from. A wrong
    stride, border, scale or shift gives differences of 0.1 and more; float32 0.003."""
    _, features = network(to_input(pixels), training=training)
    found = np.asarray(features)
    for n in (0, 7, 20):
        assert found[n] == pytest.approx(expected(folded, pixels[n]), abs=1e-2)


def test_a_stem_stored_as_depthwise_is_understood(folded: bytes, pixels: np.ndarray) -> None:
    """person_detect.tflite has it so: one channel in, filter [1, 3, 3, 8]."""
    from model.architecture import build_network
    from model.stock import set_stock_weights

    def transposed(graph: Any, model: Any) -> None:
        tensor = graph.tensors[graph.operators[0].inputs[1]]
        buffer = model.buffers[tensor.buffer]
        filter_ = np.frombuffer(bytes(buffer.data), np.int8).reshape(tensor.shape)
        changed = filter_.transpose(3, 1, 2, 0)
        tensor.shape = list(changed.shape)
        tensor.quantization.quantizedDimension = 3
        buffer.data = np.frombuffer(changed.tobytes(), np.uint8)

    kernels = []
    for model in (folded, edit_model(folded, transposed)):
        network = build_network(classes=2, batch=None)
        with pytest.MonkeyPatch.context() as patch:  # the statistics do not matter here
            patch.setattr(
                "model.stock._statistics",
                lambda _, layer, __: (np.zeros(layer.output.shape[-1]),) * 2,
            )
            set_stock_weights(network, model, to_input(pixels[:1]), where="stock")
        kernels.append(network.get_layer("Conv2d_0").get_weights()[0])
    assert np.array_equal(*kernels)


def test_another_model_is_refused_with_the_layer_that_does_not_fit(network: Any) -> None:
    from model.stock import set_stock_weights

    with pytest.raises(UsageError, match="the filter of Conv2d_0 has shape") as caught:
        set_stock_weights(network, tiny_model(), np.zeros((1, 96, 96, 1), np.float32), where="x")
    assert "person_detect.tflite" in caught.value.hint


def test_what_is_no_tflite_is_refused(network: Any) -> None:
    from model.stock import set_stock_weights

    with pytest.raises(UsageError):
        set_stock_weights(network, b"no", np.zeros((1, 96, 96, 1), np.float32), where="x")
