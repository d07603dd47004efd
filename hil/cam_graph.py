"""Finds in a model's graph what a class activation map (CAM) needs.

Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR
2016): the map of a class is the sum of the last feature maps, weighted by the
classifier's weights for that class. So the graph has to end in

    features -> mean over the whole map -> 1x1 convolution or fully connected
    -> SOFTMAX -> score

and the features have to be an output too. Everything is found by walking back
from the score, never by index or name: the order of outputs and operators is
the converter's choice.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.score import SCORE_SCALE, SCORE_ZERO_POINT
from hil.tflite_graph import Graph, Op, Tensor, read_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INPUT_SHAPE = (1, 96, 96, 1)
"""Shape [batch, height, width, channels] of the input that the firmware takes."""


@dataclass(frozen=True, slots=True)
class CamGraph:
    """The parts of a model that score, map and location are made of.

    `score_output` and `features_output` are positions among the graph's outputs.
    `weights` is the classifier's filter, int8 [classes, 1, 1, C] or [classes, C].
    """

    graph: Graph
    input: Tensor
    score: Tensor
    score_output: int
    features: Tensor
    features_output: int
    weights: Tensor

    @property
    def classes(self) -> int:
        return self.score.shape[-1]

    @property
    def channels(self) -> int:
        return self.features.shape[-1]

    @property
    def input_size(self) -> tuple[int, int]:
        """(height, width) of the input in pixels."""
        return self.input.shape[1], self.input.shape[2]

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of the map."""
        return self.features.shape[1], self.features.shape[2]

    def class_weights(self, index: int) -> NDArray[np.int8]:
        """The quantized classifier weights of one class, int8 [C]."""
        import numpy as np

        filters = np.frombuffer(self.weights.data, np.int8).reshape(self.classes, self.channels)
        weights: NDArray[np.int8] = filters[index]
        return weights


def read_cam_graph(
    model: bytes, *, where: str = "model", input_shape: tuple[int, ...] | None = INPUT_SHAPE
) -> CamGraph:
    """Reads a .tflite file and finds the parts of its CAM.

    Raises:
        UsageError: not a TFLite file, or a graph without a CAM (see `find_cam`).
    """
    return find_cam(read_graph(model, where=where), where=where, input_shape=input_shape)


def find_cam(
    graph: Graph, *, where: str = "model", input_shape: tuple[int, ...] | None = INPUT_SHAPE
) -> CamGraph:
    """The parts of the graph's CAM.

    Args:
        graph: the model's graph.
        where: what errors name as the place.
        input_shape: the shape to insist on; None takes any int8 [1, H, W, 1].

    Raises:
        UsageError: wrong input shape or type, no int8 score output, no 4-D
            feature output, or no classifier weights, each said distinctly.
    """
    walk = _Walk(graph, where)
    input_tensor = walk.input(input_shape)
    score_output, score = walk.score()
    classifier, weights = walk.classifier(score)
    features_output, features = walk.features(classifier, weights)
    return CamGraph(graph, input_tensor, score, score_output, features, features_output, weights)


class _Walk:
    def __init__(self, graph: Graph, where: str) -> None:
        self._graph = graph
        self._where = where

    def input(self, wanted: tuple[int, ...] | None) -> Tensor:
        graph = self._graph
        if len(graph.inputs) != 1:
            raise self._error(
                f"wrong input: the model has {len(graph.inputs)} inputs, not one",
                "export the model with the image as its only input",
            )
        tensor = graph.tensors[graph.inputs[0]]
        if tensor.type_name != "INT8":
            raise self._error(
                f"wrong input type: {tensor.describe()}, not int8",
                "convert with inference_input_type = int8",
            )
        plain = len(tensor.shape) == 4 and tensor.shape[0] == tensor.shape[3] == 1
        if not (plain and tensor.elements) or (wanted is not None and tensor.shape != wanted):
            shape = "[1, height, width, 1]" if wanted is None else str(list(wanted))
            raise self._error(
                f"wrong input shape: {tensor.describe()}, not {shape}",
                "fix the shape when the model is built (batch of one, one channel)",
            )
        return tensor

    def score(self) -> tuple[int, Tensor]:
        seen = []
        for position, index in enumerate(self._graph.outputs):
            tensor = self._graph.tensors[index]
            seen.append(tensor.describe())
            producer = self._graph.producer(index)
            if producer is None or producer.name != "SOFTMAX" or tensor.type_name != "INT8":
                continue
            if len(tensor.shape) != 2 or tensor.shape[0] != 1 or tensor.shape[1] < 2:
                continue
            if tensor.scales != (float(SCORE_SCALE),) or tensor.zero_points != (SCORE_ZERO_POINT,):
                raise self._error(
                    f"no int8 score output: {tensor.describe()} has scale {list(tensor.scales)} "
                    f"and zero point {list(tensor.zero_points)}, not 1/256 and -128",
                    "convert again: TFLite fixes both for int8 SOFTMAX",
                )
            return position, tensor
        raise self._error(
            f"no int8 score output [1, classes] behind a SOFTMAX; outputs: {_listed(seen)}",
            "convert with inference_output_type = int8 and the SOFTMAX as an output",
        )

    def classifier(self, score: Tensor) -> tuple[Op, Tensor]:
        """The classifier in front of the SOFTMAX, and its filter."""
        softmax = self._graph.producer(score.index)
        assert softmax is not None  # score() looked for it
        op = self._behind(softmax, "the score", ("CONV_2D", "FULLY_CONNECTED"))
        weights = self._graph.tensors[op.inputs[1]] if len(op.inputs) > 1 else None
        classes = score.shape[-1]
        if weights is None or op.inputs[1] < 0 or weights.type_name != "INT8":
            raise self._error(
                f"no classifier weights: {op.name} (operator {op.index}) has no int8 filter",
                "quantize the whole model to int8",
            )
        wanted_rank = 4 if op.name == "CONV_2D" else 2
        shape = weights.shape
        if len(shape) != wanted_rank or shape[0] != classes or math.prod(shape[1:-1]) != 1:
            raise self._error(
                f"no classifier weights: the filter of {op.name} (operator {op.index}) is "
                f"{weights.describe()}, not [{classes}, 1, 1, C] or [{classes}, C]",
                "classify with one dense layer or 1x1 convolution, directly in front of SOFTMAX",
            )
        if len(weights.data) != weights.elements or weights.elements == 0:
            raise self._error(
                f"no classifier weights: {weights.describe()} is not a constant of "
                f"{weights.elements} bytes in the file",
                "export the model with its weights inside the .tflite",
            )
        counts = {len(weights.scales), len(weights.zero_points)}
        if len(counts) != 1 or not counts <= {1, classes}:
            raise self._error(
                f"no classifier weights: {weights.describe()} has {len(weights.scales)} scales and "
                f"{len(weights.zero_points)} zero points for {classes} classes",
                "quantize per tensor or per output channel",
            )
        return op, weights

    def features(self, classifier: Op, weights: Tensor) -> tuple[int, Tensor]:
        """The tensor that the mean in front of the classifier reduces."""
        mean = self._behind(classifier, "the classifier", ("MEAN", "AVERAGE_POOL_2D"))
        features = self._graph.tensors[mean.inputs[0]]
        shape = features.shape
        if len(shape) != 4 or shape[0] != 1 or features.type_name != "INT8" or 0 in shape:
            raise self._error(
                f"no 4-D feature output: {mean.name} (operator {mean.index}) reduces "
                f"{features.describe()}, not int8 [1, height, width, channels]",
                "a map needs features with a height and a width",
            )
        if shape[3] != weights.shape[-1] or not self._whole_map(mean, shape):
            raise self._error(
                f"no classifier weights: {mean.name} (operator {mean.index}) is not the mean of "
                f"{features.describe()} over its whole height and width",
                "use global average pooling in front of the classifier",
            )
        if features.index not in self._graph.outputs:
            raise self._error(
                f"no 4-D feature output: {features.describe()}, which {mean.name} reduces, is not "
                "an output of the model",
                "export the model with the features as a second output",
            )
        if len(features.scales) != 1 or len(features.zero_points) != 1:
            raise self._error(
                f"no 4-D feature output: {features.describe()} is not quantized per tensor",
                "convert with full int8 quantization",
            )
        return self._graph.outputs.index(features.index), features

    def _whole_map(self, mean: Op, shape: tuple[int, ...]) -> bool:
        if self._graph.tensors[mean.output].elements != shape[3]:
            return False
        if mean.name == "AVERAGE_POOL_2D":
            return mean.pool == shape[1:3]
        axes = self._graph.tensors[mean.inputs[1]] if len(mean.inputs) > 1 else None
        if axes is None or axes.type_name != "INT32":
            return False
        values = struct.unpack(f"<{len(axes.data) // 4}i", axes.data[: len(axes.data) // 4 * 4])
        return sorted(axis % 4 for axis in values) == [1, 2]

    def _behind(self, op: Op, what: str, wanted: tuple[str, str]) -> Op:
        """The first operator in front of `op` that is no RESHAPE; it must be a wanted one."""
        names = " or ".join(wanted)
        # A graph whose operators form a cycle has at most this many steps.
        for _ in range(len(self._graph.ops)):
            if not op.inputs or op.inputs[0] < 0:
                break
            before = self._graph.producer(op.inputs[0])
            if before is None:
                break
            if before.name in wanted and before.inputs and before.inputs[0] >= 0:
                return before
            if before.name != "RESHAPE":
                raise self._error(
                    f"no classifier weights: walking back from {what}, {before.name} (operator "
                    f"{before.index}) comes where {names} is needed",
                    "end the model in global average pooling, one dense layer and SOFTMAX",
                )
            op = before
        raise self._error(
            f"no classifier weights: walking back from {what} ends without {names}",
            "end the model in global average pooling, one dense layer and SOFTMAX",
        )

    def _error(self, message: str, hint: str) -> UsageError:
        return UsageError(message, where=self._where, hint=hint)


def _listed(descriptions: list[str]) -> str:
    return ", ".join(descriptions) or "none"
