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
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.network.input_contract import REMEDY, wrong_pixels
from hil.network.model_problem import Problem, refusal
from hil.network.score import SCORE_SCALE, SCORE_ZERO_POINT
from hil.network.tflite_graph import Graph, Op, Tensor, read_graph

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

    `input_shape`: the shape to insist on; None takes any int8 [1, H, W, 1]. Raises UsageError,
    with `where` as its place, for what is no TFLite file, or with every problem of `look_for_cam`.
    """
    graph = read_graph(model, where=where)
    cam, problems = look_for_cam(graph, input_shape=input_shape)
    if cam is None or problems:
        raise refusal(problems, where=where)
    return cam


def look_for_cam(
    graph: Graph, *, input_shape: tuple[int, ...] | None = INPUT_SHAPE
) -> tuple[CamGraph | None, list[Problem]]:
    """The parts of the graph's CAM, None if one is missing, and all that is wrong with them.

    That is: wrong count, type, shape or scale of the input, no int8 score output, no 4-D
    feature output, no classifier weights. `input_shape`: as for `read_cam_graph`.
    """
    problems = list(_input_problems(graph, input_shape))
    walk = _Walk(graph)
    head: int | None = None
    score: Tensor | None
    try:
        head, score = walk.score()
    except _RefusedError as refused:
        problems.append(refused.problem)
        score = walk.any_softmax()  # what is in front of it may be wrong too
    if score is None:
        return None, problems
    try:
        classifier, weights = walk.classifier(score)
        features_output, features = walk.features(classifier, weights)
    except _RefusedError as refused:
        return None, [*problems, refused.problem]
    if head is None or len(graph.inputs) != 1:
        return None, problems
    image = graph.tensors[graph.inputs[0]]
    cam = CamGraph(graph, image, score, head, features, features_output, weights)
    return cam, problems


def _input_problems(graph: Graph, wanted: tuple[int, ...] | None) -> Iterator[Problem]:
    if len(graph.inputs) != 1:
        yield Problem(
            f"wrong input: the model has {len(graph.inputs)} inputs, not one",
            "export the model with the image as its only input",
        )
        return
    tensor = graph.tensors[graph.inputs[0]]
    plain = len(tensor.shape) == 4 and tensor.shape[0] == tensor.shape[3] == 1
    if not (plain and tensor.elements) or (wanted is not None and tensor.shape != wanted):
        shape = "[1, height, width, 1]" if wanted is None else str(list(wanted))
        yield Problem(
            f"wrong input shape: {tensor.describe()}, not {shape}: one gray image",
            "build the network for that input and convert it again; this version takes no other",
        )
    if tensor.type_name != "INT8":
        yield Problem(
            f"wrong input type: {tensor.describe()}, not int8",
            "convert with full integer quantization and inference_input_type = int8",
        )
    elif len(tensor.scales) != 1 or len(tensor.zero_points) != 1:
        yield Problem(
            f"wrong input scale: {tensor.describe()} is not quantized as one tensor",
            "convert with full integer quantization and inference_input_type = int8",
        )
    elif len(tensor.shape) == 4 and (wrong := wrong_pixels(tensor.scale(), tensor.zero_point())):
        yield Problem(f"wrong input scale: {wrong}", REMEDY)


class _RefusedError(Exception):
    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.problem = Problem(what, remedy)


class _Walk:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def score(self) -> tuple[int, Tensor]:
        seen = []
        for position, index in enumerate(self._graph.outputs):
            tensor = self._graph.tensors[index]
            producer = self._graph.producer(index)
            seen.append(
                f"{tensor.describe()} of {'nothing' if producer is None else producer.name}"
            )
            if producer is None or producer.name != "SOFTMAX" or tensor.type_name != "INT8":
                continue
            if len(tensor.shape) != 2 or tensor.shape[0] != 1 or tensor.shape[1] < 2:
                continue
            if tensor.scales != (float(SCORE_SCALE),) or tensor.zero_points != (SCORE_ZERO_POINT,):
                raise _RefusedError(
                    f"no int8 score output: {tensor.describe()} has scale {list(tensor.scales)} "
                    f"and zero point {list(tensor.zero_points)}, not 1/256 and -128",
                    "convert again: TFLite fixes both for int8 SOFTMAX",
                )
            return position, tensor
        raise _RefusedError(
            f"no int8 score output [1, classes] behind a SOFTMAX; outputs: {_listed(seen)}",
            self._score_remedy(),
        )

    def _score_remedy(self) -> str:
        if any(self._graph.tensors[index].type_name != "INT8" for index in self._graph.outputs):
            return "convert with full integer quantization and inference_output_type = int8"
        if self.any_softmax() is not None:
            return "export the model with the SOFTMAX of two or more classes as an output"
        return (
            "end the network in one dense layer of two or more classes and SOFTMAX; this version "
            "reads no other score, such as that of a sigmoid"
        )

    def any_softmax(self) -> Tensor | None:
        """What the last SOFTMAX with a row of classes makes, output or not."""
        made = [self._graph.tensors[op.output] for op in self._graph.ops if op.name == "SOFTMAX"]
        return next((tensor for tensor in reversed(made) if tensor.shape), None)

    def classifier(self, score: Tensor) -> tuple[Op, Tensor]:
        """The classifier in front of the SOFTMAX, and its filter."""
        softmax = self._graph.producer(score.index)
        assert softmax is not None  # score() looked for it
        op = self._behind(softmax, "the score", ("CONV_2D", "FULLY_CONNECTED"))
        weights = self._graph.tensors[op.inputs[1]] if len(op.inputs) > 1 else None
        classes = score.shape[-1]
        if weights is None or op.inputs[1] < 0 or weights.type_name != "INT8":
            raise _RefusedError(
                f"no classifier weights: {op.name} (operator {op.index}) has no int8 filter",
                "quantize the whole model to int8",
            )
        wanted_rank = 4 if op.name == "CONV_2D" else 2
        shape = weights.shape
        if len(shape) != wanted_rank or shape[0] != classes or math.prod(shape[1:-1]) != 1:
            raise _RefusedError(
                f"no classifier weights: the filter of {op.name} (operator {op.index}) is "
                f"{weights.describe()}, not [{classes}, 1, 1, C] or [{classes}, C]",
                "classify with one dense layer or 1x1 convolution, directly in front of SOFTMAX",
            )
        if len(weights.data) != weights.elements or weights.elements == 0:
            raise _RefusedError(
                f"no classifier weights: {weights.describe()} is not a constant of "
                f"{weights.elements} bytes in the file",
                "export the model with its weights inside the .tflite",
            )
        counts = {len(weights.scales), len(weights.zero_points)}
        if len(counts) != 1 or not counts <= {1, classes}:
            raise _RefusedError(
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
            raise _RefusedError(
                f"no 4-D feature output: {mean.name} (operator {mean.index}) reduces "
                f"{features.describe()}, not int8 [1, height, width, channels]",
                "a map needs features with a height and a width",
            )
        if shape[3] != weights.shape[-1] or not self._whole_map(mean, shape):
            raise _RefusedError(
                f"no classifier weights: {mean.name} (operator {mean.index}) is not the mean of "
                f"{features.describe()} over its whole height and width",
                "use global average pooling in front of the classifier",
            )
        if features.index not in self._graph.outputs:
            raise _RefusedError(
                f"no 4-D feature output: {features.describe()}, which {mean.name} reduces, is not "
                "an output of the model",
                "export the model with these features as a second output, int8",
            )
        if len(features.scales) != 1 or len(features.zero_points) != 1:
            raise _RefusedError(
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
                raise _RefusedError(
                    f"no classifier weights: walking back from {what}, {before.name} (operator "
                    f"{before.index}) comes where {names} is needed",
                    "end the model in global average pooling, one dense layer and SOFTMAX",
                )
            op = before
        raise _RefusedError(
            f"no classifier weights: walking back from {what} ends without {names}",
            "end the model in global average pooling, one dense layer and SOFTMAX",
        )


def _listed(descriptions: list[str]) -> str:
    return ", ".join(descriptions) or "none"
