"""Finding input, score, features and classifier in a graph."""

from typing import Any

import numpy as np
import pytest

from hil.errors import UsageError
from hil.network.cam_graph import CamGraph, read_cam_graph
from hil.testing.tiny_model import edit_model, tiny_model

WEIGHTS = np.arange(-6, 6, dtype=np.int8).reshape(3, 4)


def find(**options: Any) -> CamGraph:
    return read_cam_graph(tiny_model(**options), input_shape=None)


@pytest.mark.parametrize("classifier", ["conv", "dense"])
@pytest.mark.parametrize("pool", ["mean", "average_pool"])
@pytest.mark.parametrize("outputs", [("score", "features"), ("features", "score")])
def test_the_parts_are_found_whatever_the_graph_ends_in(
    classifier: str, pool: str, outputs: tuple[str, ...]
) -> None:
    parts = find(
        classifier=classifier,
        pool=pool,
        outputs=outputs,
        classes=3,
        channels=4,
        classifier_weights=WEIGHTS,
    )
    assert parts.input.name == "input"
    assert parts.score.name == "score"
    assert parts.score_output == outputs.index("score")
    assert parts.features.name == "features"
    assert parts.features_output == outputs.index("features")
    assert (parts.classes, parts.channels) == (3, 4)
    assert (parts.input_size, parts.grid) == ((96, 96), (6, 6))


@pytest.mark.parametrize("index", [0, 1, 2])
def test_class_weights_are_those_of_the_class_for_any_number_of_classes(index: int) -> None:
    parts = find(classes=3, channels=4, classifier_weights=WEIGHTS)
    assert parts.class_weights(index).tolist() == WEIGHTS[index].tolist()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"input_type": "UINT8"}, "wrong input type: uint8"),
        ({"outputs": ("features",)}, "no int8 score output"),
        ({"score_scale": 1 / 255}, "no int8 score output.*not 1/256 and -128"),
        ({"outputs": ("score",)}, "no 4-D feature output.*is not an output of the model"),
    ],
)
def test_a_model_without_a_cam_is_refused_with_its_own_reason(
    options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        find(**options)


def test_another_input_size_than_the_firmware_takes_is_refused() -> None:
    model = tiny_model(input_size=(48, 48))
    with pytest.raises(UsageError, match=r"wrong input shape.*not \[1, 96, 96, 1\]"):
        read_cam_graph(model)
    assert read_cam_graph(model, input_shape=None).input_size == (48, 48)


def tensor(graph: Any, name: str) -> Any:
    return next(t for t in graph.tensors if t.name == name.encode())


def mean_over_channels(graph: Any, model: Any) -> None:
    model.buffers[tensor(graph, "mean/axes").buffer].data = np.array([3, 1], "<i4").view(np.uint8)


def two_inputs(graph: Any, model: Any) -> None:
    graph.inputs = [0, 1]


def no_filter(graph: Any, model: Any) -> None:
    tensor(graph, "classifier/filter").buffer = 0


def wide_filter(graph: Any, model: Any) -> None:
    tensor(graph, "classifier/filter").shape = [2, 2, 2, 2]


def one_zero_point(graph: Any, model: Any) -> None:
    tensor(graph, "classifier/filter").quantization.zeroPoint = [0]


def flat_features(graph: Any, model: Any) -> None:
    tensor(graph, "features").shape = [1, 36, 8]


def softmax_of_features(graph: Any, model: Any) -> None:
    graph.operators[4].inputs = [tensor_index(graph, "mean")]


def softmax_of_input(graph: Any, model: Any) -> None:
    graph.operators[4].inputs = [0]


def reshape_of_itself(graph: Any, model: Any) -> None:
    graph.operators[3].inputs = [graph.operators[3].outputs[0]]


def tensor_index(graph: Any, name: str) -> int:
    return [t.name for t in graph.tensors].index(name.encode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (two_inputs, "wrong input: the model has 2 inputs"),
        (mean_over_channels, "is not the mean of .* over its whole height and width"),
        (no_filter, "no classifier weights: .* is not a constant of 16 bytes"),
        (wide_filter, r"no classifier weights: the filter of CONV_2D .* not \[2, 1, 1, C\]"),
        (one_zero_point, "no classifier weights: .* has 2 scales and 1 zero points for 2 classes"),
        (flat_features, "no 4-D feature output: MEAN .* reduces int8 .1, 36, 8."),
        (softmax_of_features, "no classifier weights: .* MEAN .* comes where CONV_2D or FULLY"),
        (softmax_of_input, "no classifier weights: .* ends without CONV_2D or FULLY_CONNECTED"),
        (reshape_of_itself, "no classifier weights: .* ends without CONV_2D or FULLY_CONNECTED"),
    ],
)
def test_a_graph_that_ends_otherwise_is_refused_with_its_own_reason(change: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_cam_graph(edit_model(tiny_model(), change))


def test_an_average_pool_of_a_part_of_the_map_is_refused() -> None:
    def smaller_window(graph: Any, model: Any) -> None:
        graph.operators[1].builtinOptions.filterHeight = 3

    with pytest.raises(UsageError, match="over its whole height and width"):
        read_cam_graph(edit_model(tiny_model(pool="average_pool"), smaller_window))
