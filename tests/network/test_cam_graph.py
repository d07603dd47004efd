"""Finding input, score, features and classifier in a graph."""

import re
from typing import Any

import numpy as np
import pytest

from hil.network.cam_graph import CamGraph, look_for_cam
from hil.network.tflite_graph import read_graph
from hil.testing.tiny_model import edit_model, tiny_model

WEIGHTS = np.arange(-6, 6, dtype=np.int8).reshape(3, 4)


def find(**options: Any) -> CamGraph:
    cam, missing = look_for_cam(read_graph(tiny_model(**options)))
    assert missing == ""
    assert cam is not None
    return cam


def missing(model: bytes) -> str:
    cam, said = look_for_cam(read_graph(model))
    assert cam is None
    return said


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
        ({"outputs": ("features",)}, "no output is the int8"),
        ({"score_scale": 1 / 255}, "not the 1/256 and -128 of an int8 SOFTMAX"),
        ({"outputs": ("score",)}, "are no output; export the network with them as a second"),
        ({"grid": (24, 24)}, "makes a larger map than 256 cells"),
    ],
)
def test_a_network_without_a_map_says_what_is_missing(options: dict[str, Any], said: str) -> None:
    assert said in missing(tiny_model(**options))


def test_the_map_has_the_size_of_the_input_whatever_it_is() -> None:
    assert find(input_size=(48, 24)).input_size == (48, 24)


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
        (two_inputs, "a map needs one input"),
        (mean_over_channels, "is not the mean of .* over its whole height and width"),
        (no_filter, ".* is not a constant of 16 bytes"),
        (wide_filter, r"the filter of CONV_2D .* not \[2, 1, 1, C\]"),
        (one_zero_point, ".* has 2 scales and 1 zero points for 2 classes"),
        (flat_features, "MEAN .* reduces int8 .1, 36, 8."),
        (softmax_of_features, ".* MEAN .* comes where CONV_2D or FULLY"),
        (softmax_of_input, ".* ends without CONV_2D or FULLY_CONNECTED"),
        (reshape_of_itself, ".* ends without CONV_2D or FULLY_CONNECTED"),
    ],
)
def test_a_graph_that_ends_otherwise_has_no_map_and_says_why(change: Any, said: str) -> None:
    assert re.search(said, missing(edit_model(tiny_model(), change)))


def test_an_average_pool_of_a_part_of_the_map_is_none_of_all() -> None:
    def smaller_window(graph: Any, model: Any) -> None:
        graph.operators[1].builtinOptions.filterHeight = 3

    changed = edit_model(tiny_model(pool="average_pool"), smaller_window)
    assert "over its whole height and width" in missing(changed)
