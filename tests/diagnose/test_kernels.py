"""The numpy convolutions give the reference kernels' bytes; variations are named exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hil.diagnose import diagnose
from hil.diagnose.kernels import Variation, convolution, quantize_multiplier
from hil.images import Photo
from hil.oracle import Oracle
from hil.oracle.submodel import ModelParts
from tests.diagnose.conftest import MakeRun


@pytest.fixture(scope="module")
def parts(model: bytes) -> ModelParts:
    return ModelParts(model)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(0.25, (1 << 30, -1)), (1.25, (1342177280, 1)), (50.0, (1677721600, 6)), (0.0, (0, 0))],
)
def test_a_multiplier_is_quantized_as_tflite_does(scale: float, expected: tuple[int, int]) -> None:
    # The values of quantization_util_test.cc, where it has them.
    assert quantize_multiplier(scale) == expected


def test_every_convolution_equals_the_reference_kernel(
    oracle: Oracle, parts: ModelParts, photos: tuple[Photo, ...]
) -> None:
    for photo in photos[::3]:
        outputs = oracle.run(photo.tensor, ops=True).op_outputs
        assert outputs is not None
        given: Any = photo.tensor.reshape(oracle.cam.input.shape)
        checked = 0
        for op in oracle.graph.ops:
            conv = convolution(oracle.graph, parts.ops[op.index], op.index)
            if conv is not None:
                checked += 1
                (right,) = outputs[op.index]
                assert np.array_equal(conv.run(given).reshape(right.shape), right), op
            (given,) = outputs[op.index]
        assert checked == 24


def test_every_part_of_the_model_gives_the_oracles_bytes(
    oracle: Oracle, parts: ModelParts, photos: tuple[Photo, ...]
) -> None:
    tensor = photos[0].tensor
    outputs = oracle.run(tensor, ops=True).op_outputs
    assert outputs is not None
    for op in oracle.graph.ops:
        part = parts.part(op.index, op.index)
        given = tensor if op.index == 0 else outputs[op.index - 1][0]
        assert np.array_equal(part.run(given)[0], outputs[op.index][0])


VARIATIONS = {
    "kernel.bias": (3, Variation(bias=0)),
    "kernel.padding": (5, Variation(pad_shift=(1, 1))),
    "kernel.zero-point": (7, Variation(input_zero=1)),
    "kernel.scale": (4, Variation(scale_of=0)),
    "kernel.saturation": (2, Variation(wraps=True, activation=False)),
    "kernel.accumulator": (16, Variation(accumulator_bits=16)),
    "kernel.weights": (1, Variation(weights="transposed")),
    "kernel.rounding": (9, Variation(rounding="up")),
}


@pytest.mark.parametrize("expected", VARIATIONS)
def test_a_wrong_kernel_is_named_with_its_operator(
    run_with: MakeRun, oracle: Oracle, parts: ModelParts, expected: str
) -> None:
    op, how = VARIATIONS[expected]
    conv = convolution(oracle.graph, parts.ops[op], op)
    assert conv is not None

    def wrong(inputs: Any, right: Any) -> Any:
        return conv.run(inputs[0], how).reshape(right.shape)

    found = diagnose(run_with(operators={op: wrong}), oracle)
    assert found.ids == (expected,)
    assert f"operator {op} " in found.findings[0].title
    assert found.unexplained == ()


def test_a_wrong_rounding_in_all_operators_is_one_finding(
    run_with: MakeRun, oracle: Oracle, parts: ModelParts
) -> None:
    def rounding(op: int) -> Any:
        conv = convolution(oracle.graph, parts.ops[op], op)
        assert conv is not None
        how = Variation(rounding="cut")
        return lambda inputs, right: conv.run(inputs[0], how).reshape(right.shape)

    found = diagnose(run_with(operators={op: rounding(op) for op in range(23)}), oracle)
    assert found.ids == ("kernel.rounding-everywhere",)


def test_a_pattern_that_predicts_nothing_is_a_fact_and_no_cause(
    run_with: MakeRun, oracle: Oracle
) -> None:
    def nudged(inputs: Any, right: Any) -> Any:
        places = np.arange(right.size).reshape(right.shape) * 7919 % 13 == 0
        return np.clip(right.astype(int) + places, -128, 127).astype(np.int8)

    found = diagnose(run_with(operators={6: nudged}), oracle)
    assert found.findings == ()
    facts = found.unexplained[0].facts
    assert any("none by more than 1 LSB" in fact for fact in facts)
    assert any("between the outputs of the operators before it" in fact for fact in facts)


def test_bytes_that_are_other_ones_for_each_image_are_a_fact_with_their_place(
    run_with: MakeRun, oracle: Oracle
) -> None:
    def overwritten(inputs: Any, right: Any) -> Any:
        random = np.random.default_rng(int(right.astype(int).sum()) & 0xFFFF)
        changed = right.copy()
        changed.reshape(-1)[100:300] = random.integers(-128, 128, 200)
        return changed

    found = diagnose(run_with(operators={8: overwritten}), oracle)
    assert found.findings == ()
    assert any("elements 100 to 299 of " in fact for fact in found.unexplained[0].facts)


def test_bytes_that_are_the_same_for_every_image_are_named_with_their_place(
    run_with: MakeRun, oracle: Oracle
) -> None:
    content = np.random.default_rng(3).integers(-128, 128, 200)

    def overwritten(inputs: Any, right: Any) -> Any:
        changed = right.copy()
        changed.reshape(-1)[100:300] = content
        return changed

    found = diagnose(run_with(operators={8: overwritten}), oracle)
    assert found.ids == ("memory.overwritten",)
    assert "bytes 100 to 299 of the output of operator 8 " in found.findings[0].title


def test_the_input_of_the_first_operator_is_not_said_to_be_right(
    run_with: MakeRun, oracle: Oracle
) -> None:
    found = diagnose(run_with(operators={0: lambda inputs, right: np.minimum(right, 20)}), oracle)
    assert found.ids == ("kernel.activation",)
    assert "inputs are right" not in found.findings[0].evidence
    assert "what it read of that is not traced" in found.findings[0].evidence


def test_a_right_output_that_a_mistake_would_change_refutes_it(
    run_with: MakeRun, oracle: Oracle
) -> None:
    def at_times(inputs: Any, right: Any) -> Any:
        # A bound that one image in three is spared of.
        return right if int(right.astype(int).sum()) % 3 == 0 else np.minimum(right, 20)

    found = diagnose(run_with(operators={4: at_times}), oracle)
    assert found.findings == ()


def test_a_random_output_is_unexplained_with_its_operator(
    run_with: MakeRun, oracle: Oracle
) -> None:
    def random(inputs: Any, right: Any) -> Any:
        return np.random.default_rng(int(right.sum()) & 0xFF).integers(
            -128, 128, right.shape, dtype=np.int8
        )

    found = diagnose(run_with(operators={8: random}), oracle)
    assert found.findings == ()
    assert any("operator 8 " in fact for fact in found.unexplained[0].facts)


def test_a_weight_that_lost_a_bit_is_found(run_with: MakeRun, oracle: Oracle, model: bytes) -> None:
    def damage(edited: Any) -> None:
        graph = edited.subgraphs[0]
        tensor = graph.tensors[int(graph.operators[6].inputs[1])]
        edited.buffers[tensor.buffer].data[17] ^= 0x20

    part = ModelParts(ModelParts(model).edited(damage)).part(6, 6)
    found = diagnose(run_with(operators={6: lambda i, r: part.run(*i)[0]}), oracle)
    assert found.ids == ("kernel.weights",)
    assert "damaged: weight" in found.findings[0].title
