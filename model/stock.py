"""Initial weights from the person detection model of TensorFlow Lite Micro.

person_detect.tflite (tflite-micro, examples/person_detection, Apache-2.0) is the
same MobileNetV1 0.25, not cut, with batch normalization folded into its
convolutions. Its layers Conv2d_0 to Conv2d_11 fit `model.architecture`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.network.tflite_graph import Graph, Op, read_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INPUT_SCALE = 1 / 127.5
INPUT_ZERO_POINT = -1
"""Of the stock model: its real input is (pixel - 127) / 127.5, not (pixel - 128) / 128."""

_PER_LAYER = ("CONV_2D", "DEPTHWISE_CONV_2D")


def read_layers(model: bytes, *, where: str) -> list[tuple[NDArray[np.float32], Any]]:
    """Filter and bias of every convolution in execution order, dequantized to float32.

    A filter is as TFLite stores it: [out, height, width, in], depthwise
    [1, height, width, channels].

    Raises:
        UsageError: no TFLite file, or convolutions without constant int8 filters.
    """
    graph = read_graph(model, where=where)
    return [_layer(graph, op, where) for op in graph.ops if op.name in _PER_LAYER]


def _layer(graph: Graph, op: Op, where: str) -> tuple[NDArray[np.float32], Any]:
    import numpy as np

    weights, bias = (graph.tensors[index] for index in op.inputs[1:3])
    if weights.type_name != "INT8" or not weights.data or bias.type_name != "INT32":
        raise UsageError(
            f"operator {op.index} ({op.name}) has no constant int8 filter and int32 bias",
            where=where,
            hint="give the int8 person_detect.tflite of tflite-micro",
        )
    scales = np.asarray(weights.scales, np.float64)
    shape = [1] * len(weights.shape)
    shape[weights.quantized_dimension if len(scales) > 1 else 0] = len(scales)
    values = np.frombuffer(weights.data, np.int8).reshape(weights.shape) * scales.reshape(shape)
    biases = np.frombuffer(bias.data, "<i4") * np.asarray(bias.scales, np.float64)
    return values.astype(np.float32), biases.astype(np.float32)


def set_stock_weights(
    network: Any, model: bytes, images: NDArray[np.float32], *, where: str
) -> None:
    """Puts the stock model's weights into all convolutions but the classifier.

    The stock model has no batch normalization left. Each one of `network` is set so
    that it changes nothing on `images` in training mode too: mean and variance are
    those of the images, gamma and beta undo them and add the folded bias.

    Args:
        network: from `model.architecture.build_network`, of any batch size.
        images: float32 [n, 96, 96, 1], (pixel - 128) / 128; n a multiple of the batch.

    Raises:
        UsageError: not a model whose convolutions fit.
    """
    import numpy as np

    from model.architecture import convolution_names, normalization_of

    names = convolution_names()
    layers = read_layers(model, where=where)[: len(names)]
    for name, (weights, bias) in zip(names, layers, strict=False):
        kernel = network.get_layer(name)
        wanted = tuple(kernel.kernel.shape)
        # To height, width, in, out; depthwise to height, width, channels, 1. The first one
        # may be stored as a depthwise convolution of one channel.
        of_one_channel = name == names[0] and weights.shape[0] == 1
        found = weights.transpose((1, 2, 0, 3) if of_one_channel else (1, 2, 3, 0))
        if found.shape != wanted:
            raise UsageError(
                f"the filter of {name} has shape {found.shape}, not {wanted}",
                where=where,
                hint="give the int8 person_detect.tflite of tflite-micro",
            )
        if name == names[0]:
            # (p - 127) / 127.5 = (128 / 127.5) * (p - 128) / 128 + 1 / 127.5
            bias = bias + found.sum(axis=(0, 1, 2)) / 127.5
            found = found * (128 / 127.5)
        kernel.set_weights([found.astype(np.float32)])
        norm = network.get_layer(normalization_of(name))
        mean, variance = _statistics(network, kernel, images)
        norm.set_weights([np.sqrt(variance + norm.epsilon), bias + mean, mean, variance])
    if len(layers) < len(names):
        raise UsageError(
            f"{len(layers)} convolutions, not the {len(names)} to Conv2d_11_pointwise",
            where=where,
            hint="give the int8 person_detect.tflite of tflite-micro",
        )


def _statistics(network: Any, layer: Any, images: NDArray[np.float32]) -> tuple[Any, Any]:
    """Mean and variance by channel of a layer's output."""
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import numpy as np

    part = keras.Model(network.input, layer.output)
    size = network.input.shape[0] or 64
    # Called and not `predict`, which would compile a function for each layer.
    batches = (images[n : n + size] for n in range(0, len(images), size))
    out = np.concatenate([keras.ops.convert_to_numpy(part(b, training=False)) for b in batches])
    return out.mean(axis=(0, 1, 2)), out.var(axis=(0, 1, 2))
