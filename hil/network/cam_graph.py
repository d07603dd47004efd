"""Finds in a network's graph what a class activation map (CAM) needs, if it has one.

Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR
2016): the map of a class is the sum of the last feature maps, weighted by the
classifier's weights for that class. So the graph has to end in

    features -> mean over the whole map -> 1x1 convolution or fully connected
    -> SOFTMAX -> score

and the features have to be an output too. Everything is found by walking back
from the score, never by index or name: the order of outputs and operators is
the converter's choice. A network without all of this has no map; that is no error.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.network.score import SCORE_SCALE, SCORE_ZERO_POINT
from hil.network.tflite_graph import Graph, Op, Tensor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CELLS = 256
MOST_CHANNELS = (2**31 - 1) // (255 * 255)
"""What a map in protocol.cddl holds, and of how many channels a sum fits 32 bits."""


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


def look_for_cam(graph: Graph) -> tuple[CamGraph | None, str]:
    """The parts of the graph's CAM, or None and, in words, what is missing."""
    walk = _Walk(graph)
    try:
        image = walk.image()
        score_output, score = walk.score()
        classifier, weights = walk.classifier(score)
        features_output, features = walk.features(classifier, weights)
    except _NoCamError as missing:
        return None, str(missing)
    return CamGraph(graph, image, score, score_output, features, features_output, weights), ""


class _NoCamError(Exception):
    pass


class _Walk:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def image(self) -> Tensor:
        """The input, in whose pixels a location is."""
        inputs = [self._graph.tensors[index] for index in self._graph.inputs]
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[0] != 1:
            seen = _listed([tensor.describe() for tensor in inputs])
            raise _NoCamError(
                f"a map needs one input [1, height, width, channels]; there is {seen}"
            )
        return inputs[0]

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
                raise _NoCamError(
                    f"{tensor.describe()} has scale {list(tensor.scales)} and zero point "
                    f"{list(tensor.zero_points)}, not the 1/256 and -128 of an int8 SOFTMAX"
                )
            return position, tensor
        raise _NoCamError(
            f"no output is the int8 [1, classes] of a SOFTMAX; there is {_listed(seen)}"
        )

    def classifier(self, score: Tensor) -> tuple[Op, Tensor]:
        """The classifier in front of the SOFTMAX, and its filter."""
        softmax = self._graph.producer(score.index)
        assert softmax is not None  # score() looked for it
        op = self._behind(softmax, "the score", ("CONV_2D", "FULLY_CONNECTED"))
        weights = self._graph.tensors[op.inputs[1]] if len(op.inputs) > 1 else None
        classes = score.shape[-1]
        name = f"{op.name} (operator {op.index})"
        if weights is None or op.inputs[1] < 0 or weights.type_name != "INT8":
            raise _NoCamError(f"the classifier {name} has no int8 filter")
        wanted_rank = 4 if op.name == "CONV_2D" else 2
        shape = weights.shape
        if len(shape) != wanted_rank or shape[0] != classes or math.prod(shape[1:-1]) != 1:
            raise _NoCamError(
                f"the filter of {name} is {weights.describe()}, not [{classes}, 1, 1, C] or "
                f"[{classes}, C]"
            )
        if len(weights.data) != weights.elements or weights.elements == 0:
            raise _NoCamError(
                f"{weights.describe()} is not a constant of {weights.elements} bytes in the file"
            )
        counts = {len(weights.scales), len(weights.zero_points)}
        if len(counts) != 1 or not counts <= {1, classes}:
            raise _NoCamError(
                f"{weights.describe()} has {len(weights.scales)} scales and "
                f"{len(weights.zero_points)} zero points for {classes} classes"
            )
        return op, weights

    def features(self, classifier: Op, weights: Tensor) -> tuple[int, Tensor]:
        """The tensor that the mean in front of the classifier reduces."""
        mean = self._behind(classifier, "the classifier", ("MEAN", "AVERAGE_POOL_2D"))
        features = self._graph.tensors[mean.inputs[0]]
        shape, name = features.shape, f"{mean.name} (operator {mean.index})"
        if len(shape) != 4 or shape[0] != 1 or features.type_name != "INT8" or 0 in shape:
            raise _NoCamError(
                f"{name} reduces {features.describe()}, not int8 [1, height, width, channels]"
            )
        if shape[3] != weights.shape[-1] or not self._whole_map(mean, shape):
            raise _NoCamError(
                f"{name} is not the mean of {features.describe()} over its whole height and width"
            )
        if features.index not in self._graph.outputs:
            raise _NoCamError(
                f"the features {features.describe()}, which {name} reduces, are no output; export "
                "the network with them as a second output"
            )
        if len(features.scales) != 1 or len(features.zero_points) != 1:
            raise _NoCamError(f"{features.describe()} is not quantized as one tensor")
        if shape[1] * shape[2] > MOST_CELLS or shape[3] > MOST_CHANNELS:
            raise _NoCamError(
                f"{features.describe()} makes a larger map than {MOST_CELLS} cells of "
                f"{MOST_CHANNELS} channels"
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
                raise _NoCamError(
                    f"walking back from {what}, {before.name} (operator {before.index}) comes "
                    f"where {names} is needed"
                )
            op = before
        raise _NoCamError(f"walking back from {what} ends without {names}")


def _listed(descriptions: list[str]) -> str:
    return ", ".join(descriptions) or "none"
