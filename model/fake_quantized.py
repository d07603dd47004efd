"""The float network with every tensor rounded as the .tflite stores it: what int8 should give.

Weights come from the float network, batch normalization folded in; of the .tflite only
the scales and zero points are used ("fake quantization", Jacob et al., CVPR 2018, section
3). Sums are exact here; int8 kernels rescale them with 32 bit fixed-point numbers and a
table of exponentials, and so may end one step beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.network.tflite_graph import Graph, Op, Tensor, read_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RELU6 = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A convolution with its batch normalization folded in.

    Attributes:
        kernel: float64 [height, width, in, out]; depthwise [height, width, channels, 1].
        bias: float64 [out].
        depthwise: one filter for each channel.
        bounded: ReLU6 follows.
    """

    kernel: NDArray[np.float64]
    bias: NDArray[np.float64]
    depthwise: bool
    bounded: bool


def folded_layers(network: Any) -> list[Layer]:
    """The convolutions of a network of `model.architecture`, in execution order."""
    from model.architecture import CLASSIFIER, convolution_names, normalization_of

    layers = []
    for name in convolution_names():
        (kernel,) = _arrays(network.get_layer(name))
        normalization = network.get_layer(normalization_of(name))
        gamma, beta, mean, variance = _arrays(normalization)
        factor = gamma / (variance + normalization.epsilon) ** 0.5
        depthwise = name.endswith("depthwise")
        scaled = kernel * (factor[:, None] if depthwise else factor)
        layers.append(Layer(scaled, beta - mean * factor, depthwise, bounded=True))
    kernel, bias = _arrays(network.get_layer(CLASSIFIER))
    return [*layers, Layer(kernel, bias, depthwise=False, bounded=False)]


def _arrays(layer: Any) -> list[NDArray[np.float64]]:
    import numpy as np

    return [array.astype(np.float64) for array in layer.get_weights()]


class FakeQuantized:
    """A float network with the roundings of its .tflite.

    Args:
        model: the .tflite.
        layers: of the float network that it was converted from.
    """

    def __init__(self, model: bytes, layers: Sequence[Layer]) -> None:
        self.graph: Graph = read_graph(model)
        self._layers = list(layers)

    def weights(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Filter and bias of each convolution, rounded; [out, height, width, in], depthwise
        [1, height, width, channels], as the .tflite has them."""
        convolutions = [op for op in self.graph.ops if "CONV" in op.name]
        return [
            self._rounded(op, layer) for op, layer in zip(convolutions, self._layers, strict=True)
        ]

    def run(
        self, image: NDArray[np.int8], given: Sequence[NDArray[np.int8]] | None = None
    ) -> list[NDArray[np.int8]]:
        """Every operator's output for an image.

        Args:
            image: int8 [height, width].
            given: outputs that operators get as input, instead of those computed here.

        Returns:
            int8 arrays by operator, [rows, columns, channels] or flat.
        """
        tensors = self.graph.tensors
        values: dict[int, NDArray[np.int8]] = {self.graph.inputs[0]: image[..., None]}
        outputs = []
        layers = iter(self._layers)
        for number, op in enumerate(self.graph.ops):
            real = self._operate(op, values[op.inputs[0]], layers)
            outputs.append(_quantized(real, tensors[op.output]))
            follows = outputs[-1] if given is None else given[number].reshape(real.shape)
            values[op.output] = follows
        return outputs

    def _operate(self, op: Op, taken: NDArray[np.int8], layers: Any) -> NDArray[np.float64]:
        import numpy as np

        tensors = self.graph.tensors
        x = _real(taken, tensors[op.inputs[0]])
        if "CONV" in op.name:
            layer: Layer = next(layers)
            filter_, bias = self._rounded(op, layer)
            scales = _scales(tensors[op.inputs[1]])
            kernel = filter_.transpose(1, 2, 3, 0) * (
                scales[:, None] if layer.depthwise else scales
            )
            stride = x.shape[0] // tensors[op.output].shape[1]
            out = convolution(x, kernel, stride, depthwise=layer.depthwise)
            out += bias * (scales * tensors[op.inputs[0]].scale())
            bounded: NDArray[np.float64] = np.clip(out, 0, RELU6) if layer.bounded else out
            return bounded
        if op.name == "MEAN":
            mean: NDArray[np.float64] = x.mean(axis=(0, 1), keepdims=True)
            return mean
        if op.name == "RESHAPE":
            return x.ravel()
        assert op.name == "SOFTMAX", op.name
        powers = np.exp(x - x.max())
        softmax: NDArray[np.float64] = powers / powers.sum()
        return softmax

    def _rounded(self, op: Op, layer: Layer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        import numpy as np

        tensors = self.graph.tensors
        scales = _scales(tensors[op.inputs[1]])
        wide = layer.kernel / (scales[:, None] if layer.depthwise else scales)
        filter_ = np.clip(np.rint(wide), -127, 127).astype(np.int64)
        bias = np.rint(layer.bias / (scales * tensors[op.inputs[0]].scale())).astype(np.int64)
        return filter_.transpose(3, 0, 1, 2), bias


def convolution(
    x: NDArray[np.float64], kernel: NDArray[np.float64], stride: int, *, depthwise: bool
) -> NDArray[np.float64]:
    """A convolution with padding SAME: more of it behind than in front, as TensorFlow has it.

    Args:
        x: [height, width, in].
        kernel: [height, width, in, out]; depthwise [height, width, in, 1].
        stride: of rows and columns.
        depthwise: one filter for each channel.
    """
    import numpy as np

    sides = []
    for size, taps in zip(x.shape, kernel.shape[:2], strict=False):
        total = max((-(-size // stride) - 1) * stride + taps - size, 0)
        sides.append((total // 2, total - total // 2))
    padded = np.pad(x, (*sides, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2], axis=(0, 1))
    windows = windows[::stride, ::stride]
    pattern = "yxcij,ijco->yxc" if depthwise else "yxcij,ijco->yxo"
    sums: NDArray[np.float64] = np.einsum(pattern, windows, kernel, optimize=True)
    return sums


def _scales(tensor: Tensor) -> NDArray[np.float64]:
    import numpy as np

    return np.array(tensor.scales, np.float64)


def _real(values: NDArray[np.int8], tensor: Tensor) -> NDArray[np.float64]:
    import numpy as np

    real: NDArray[np.float64] = (values.astype(np.float64) - tensor.zero_point()) * tensor.scale()
    return real


def _quantized(real: NDArray[np.float64], tensor: Tensor) -> NDArray[np.int8]:
    import numpy as np

    steps = np.rint(real / tensor.scale()) + tensor.zero_point()
    quantized: NDArray[np.int8] = np.clip(steps, -128, 127).astype(np.int8)
    return quantized
