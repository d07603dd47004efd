"""Operators of networks without a map, by traced samples: named exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from hil.diagnose import diagnose
from hil.diagnose.pools import Pool, pool_of
from hil.facts.diagnosis import Diagnosis
from hil.network.contract import read_contract
from hil.oracle import Oracle
from hil.oracle.submodel import ModelParts, parts_of
from hil.samples.seeded import sample_names, seeded_sample
from hil.testing.zoo import network
from hil_lab.fakes.faulty_samples import run_of_samples

Output = Callable[[Any, Any], Any]


@cache
def oracle_of(name: str) -> Oracle:
    return Oracle(read_contract(network(name)))


def diagnosed(name: str, output: Output, op: int = 0) -> Diagnosis:
    oracle = oracle_of(name)
    samples = [seeded_sample(oracle.contract, each) for each in sample_names(8)]
    return diagnose(run_of_samples(oracle, {op: output}, samples), oracle)


def with_changed(name: str, change: Callable[[Any], None]) -> Output:
    """The first operator by LiteRT's kernels, with something else in the model."""
    model = oracle_of(name).contract.model
    part = ModelParts(ModelParts(model).edited(lambda m: change(m.subgraphs[0]))).part(0, 0)
    return lambda inputs, right: part.run(*inputs)[0]


def test_the_activation_of_a_convolution_of_colours_is_named_and_what_follows_is_right() -> None:
    found = diagnosed("colour", lambda inputs, right: np.clip(right, -100, 127))
    assert found.ids == ("kernel.activation",)
    assert "operator 0 (CONV_2D)" in found.findings[0].title
    assert "-100..127" in found.findings[0].title
    assert not found.unexplained


def test_the_operator_in_the_middle_is_named_by_its_own_inputs() -> None:
    def moved(inputs: Any, right: Any) -> Any:
        return np.clip(right.astype(int) + 2, -128, 127).astype(np.int8)

    found = diagnosed("colour", moved, op=1)
    assert [one.title for one in found.findings] == [
        "operator 1 (MEAN): the output's zero point is off by +2"
    ]


@pytest.mark.parametrize("name", ["average_pool_2d", "max_pool_2d"])
def test_numpys_pools_are_those_of_the_oracle(name: str) -> None:
    pool, oracle = right_pool(name), oracle_of(name)
    for each in sample_names(8):
        sample = seeded_sample(oracle.contract, each).data
        answer = oracle.run(sample, ops=True)
        assert answer.op_outputs is not None
        made = pool.run(oracle.contract.unpack(sample)[0])
        assert np.array_equal(made, answer.op_outputs[0][0])


def right_pool(name: str) -> Pool:
    oracle = oracle_of(name)
    found = pool_of(oracle.graph, parts_of(oracle.contract.model).ops[0], 0)
    assert found is not None
    return found


def test_a_mean_that_is_cut_instead_of_rounded_is_named() -> None:
    """Worked out here: the sum of each window, divided and cut toward zero."""
    right = right_pool("average_pool_2d")
    rows, columns = right.window

    def cut(inputs: Any, _: Any) -> Any:
        data = inputs[0][0].astype(int)
        made = np.zeros((*right.output_shape, data.shape[-1]), np.int8)
        for r, c in np.ndindex(*right.output_shape):
            top, left = r * right.stride[0] - right.pad[0], c * right.stride[1] - right.pad[1]
            window = data[max(top, 0) : top + rows, max(left, 0) : left + columns]
            count = window.shape[0] * window.shape[1]
            made[r, c] = [int(total / count) for total in window.sum(axis=(0, 1))]
        return np.clip(made, *right.limits)[None]

    found = diagnosed("average_pool_2d", cut)
    assert found.ids == ("kernel.rounding",)
    assert "toward zero" in found.findings[0].title


def test_the_zero_point_of_one_of_two_summands_is_solved() -> None:
    tensor = oracle_of("add").graph.ops[0].inputs[1]
    right = oracle_of("add").graph.tensors[tensor].zero_point()

    def change(graph: Any) -> None:
        graph.tensors[tensor].quantization.zeroPoint = [right + 37]

    found = diagnosed("add", with_changed("add", change))
    assert found.ids == ("kernel.zero-point",)
    assert f"{right + 37} instead of {right}" in found.findings[0].title


def test_the_scale_of_a_mean_is_solved() -> None:
    tensor = oracle_of("mean").graph.ops[0].output

    def change(graph: Any) -> None:
        quantization = graph.tensors[tensor].quantization
        quantization.scale = [1.75 * float(scale) for scale in quantization.scale]

    found = diagnosed("mean", with_changed("mean", change))
    assert found.ids == ("kernel.scale",)


def test_noise_in_an_operator_has_no_name_and_its_place_is_told() -> None:
    def noise(inputs: Any, right: Any) -> Any:
        dice = np.random.default_rng(int(right.astype(int).sum()) & 0xFFFF)
        return np.clip(right + dice.integers(-3, 4, right.shape), -128, 127).astype(np.int8)

    found = diagnosed("max_pool_2d", noise)
    assert found.findings == ()
    facts = [fact for one in found.unexplained for fact in one.facts]
    assert any("0 MAX_POOL_2D" in fact for fact in facts)
