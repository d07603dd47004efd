"""What the checks say about good, degenerate and foreign models."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ai_edge_litert import schema_py_generated as schema

from hil.base.resources import find
from hil.errors import UsageError
from hil.testing.tiny_model import tiny_model
from model.checks import ModelFacts, deviations, measure, problems


@pytest.fixture(scope="module")
def model() -> bytes:
    return (find("model") / "person_cam.tflite").read_bytes()


@pytest.fixture(scope="module")
def facts(model: bytes) -> ModelFacts:
    return measure(model)


def with_scale(model: bytes, tensor: Callable[[Any], int], scale: float) -> bytes:
    """The model with the scale of one tensor overwritten in place."""
    changed = bytearray(model)
    subgraph = schema.Model.GetRootAs(changed, 0).Subgraphs(0)
    # The accessors give views into the bytes.
    subgraph.Tensors(tensor(subgraph)).Quantization().ScaleAsNumpy()[:] = scale
    return bytes(changed)


def an_activation(subgraph: Any) -> int:
    return int(subgraph.Operators(3).Outputs(0))


def the_input(subgraph: Any) -> int:
    return int(subgraph.Inputs(0))


def said(model: bytes) -> list[str]:
    return [problem.what for problem in problems(model)]


def test_the_committed_model_has_no_problem(model: bytes, facts: ModelFacts) -> None:
    assert problems(model) == []
    assert deviations(facts) == []


def test_the_operators_are_those_of_a_mobilenet_with_a_cam(facts: ModelFacts) -> None:
    pairs = ("DEPTHWISE_CONV_2D", "CONV_2D") * 11
    assert facts.ops == ("CONV_2D", *pairs, "MEAN", "CONV_2D", "RESHAPE", "SOFTMAX")


def test_a_degenerate_scale_is_refused(model: bytes) -> None:
    found = said(with_scale(model, an_activation, 1e-9))
    assert len(found) == 1
    assert "degenerate quantization" in found[0]
    assert "1e-09" in found[0]


@pytest.mark.parametrize("scale", [0.0, -0.5, float("nan"), float("inf")])
def test_a_scale_that_is_no_positive_number_is_refused(model: bytes, scale: float) -> None:
    found = said(with_scale(model, an_activation, scale))
    assert any("zero, negative or not a number" in problem for problem in found)


def test_another_input_scale_is_refused(model: bytes) -> None:
    found = said(with_scale(model, the_input, 0.0187))
    assert len(found) == 1
    assert "no picture: its scale 0.0187" in found[0]


def test_an_input_of_another_usual_scale_is_no_problem_but_not_what_is_exported(
    model: bytes,
) -> None:
    # 1/127.5 is what images / 127.5 - 1 gives, as the stock person detection model has it.
    changed = with_scale(model, the_input, 1 / 127.5)
    assert said(changed) == []
    assert "input has scale 0.00784313" in deviations(measure(changed))[0]


def test_another_input_zero_point_deviates(facts: ModelFacts) -> None:
    found = deviations(dataclasses.replace(facts, input_zero_point=-1))
    assert len(found) == 1
    assert "zero point -1" in found[0]


def test_a_model_without_a_map_cannot_take_its_place() -> None:
    found = problems(tiny_model(outputs=("score",)))
    assert any("are no output" in problem.what for problem in found)


def test_other_operators_deviate_from_the_architecture(facts: ModelFacts) -> None:
    ops = (*facts.ops[:-2], "SHAPE", "STRIDED_SLICE", "PACK", *facts.ops[-2:])
    found = deviations(dataclasses.replace(facts, ops=ops))
    assert len(found) == 1
    assert found[0].startswith("30 operators, not the 27 expected")


def test_a_larger_file_deviates(facts: ModelFacts) -> None:
    found = deviations(dataclasses.replace(facts, model_bytes=300_568))
    assert found == ["300568 bytes, more than 200000"]


def test_a_file_that_is_no_model_is_refused() -> None:
    with pytest.raises(UsageError, match="not a TFLite file"):
        measure(b"\x89PNG\r\n\x1a\n" + bytes(64))


def test_the_parameters_are_those_of_the_architecture(facts: ModelFacts) -> None:
    # By hand: filters of width 0.25, biases after batch normalization is folded in.
    filters = [8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128]
    count = 3 * 3 * 8 + 8
    for before, after in itertools.pairwise(filters):
        count += 3 * 3 * before + before + before * after + after
    count += 128 * 2 + 2
    assert facts.parameters == count
