"""What quantization costs in each operator, against networks of which it is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hil.facts.layers import LayerFacts, decibels
from hil.network.contract import Contract, read_contract
from hil.network.tflite_graph import Tensor, read_graph
from hil.oracle import Oracle
from hil.oracle.layer_errors import Gatherer, LayerErrors
from hil.oracle.weight_errors import weight_error
from hil.samples.pairs import seeded_pairs
from hil.testing.model_builder import ModelBuilder
from hil_lab.fakes.quantized_pair import CLASSES, HIDDEN, QuantizedPair


def gatherer(shape: tuple[int, ...] = (1, 2), scale: float = 1.0) -> Gatherer:
    return Gatherer(Tensor(0, "x", shape, 9, "INT8", (scale,), (0,), 0, b""))


def contracts(pair: QuantizedPair) -> tuple[Contract, Contract]:
    floats, ints = pair.build()
    return read_contract(floats), read_contract(ints)


def layers_of(pair: QuantizedPair, count: int = 24) -> tuple[LayerFacts, ...]:
    floats, ints = contracts(pair)
    errors = LayerErrors(floats, Oracle(ints))
    for one in seeded_pairs(floats, ints, seed=3, count=count):
        errors.see(one.sample.data, one.exact)
    return errors.layers()


def test_decibels_are_ten_times_the_logarithm_of_the_energies() -> None:
    assert decibels(100.0, 1.0) == 20.0
    assert decibels(1.0, 2.0) == pytest.approx(-3.0103, abs=1e-4)
    assert decibels(1.0, 0.0) == math.inf
    assert decibels(0.0, 1.0) == -math.inf


def test_figures_of_two_samples_by_hand() -> None:
    # f = (3, 4), (0, -5) against q = (3, 3), (1, -5): energies 50 and 2, sums 12 and 2.
    sums = gatherer()
    assert sums.see(np.array([[3, 4]], np.float32), np.array([[3, 3]], np.int8)) == ""
    sums.see(np.array([[0, -5]], np.float32), np.array([[1, -5]], np.int8))
    found = sums.facts()
    assert found is not None
    assert (found.values, found.signal, found.noise) == (4, 50.0, 2.0)
    assert found.sqnr_db == pytest.approx(13.9794, abs=1e-4)  # 10 log10(25)
    assert (found.l1, found.l1_share) == (0.5, pytest.approx(2 / 12))
    # Channel 0: 9 over 1; channel 1: 41 over 1.
    assert (found.channels, found.channel) == (2, 0)
    assert found.channel_sqnr_db == pytest.approx(9.5424, abs=1e-4)
    assert found.cut == 0


def test_a_channel_that_carries_nothing_is_not_the_worst() -> None:
    sums = gatherer(scale=0.1)
    sums.see(np.array([[10, 0.05]], np.float32), np.array([[99, 0]], np.int8))
    found = sums.facts()
    assert found is not None
    assert found.channel == 0


def test_values_count_as_cut_off_only_beyond_the_ends_of_the_type() -> None:
    sums = gatherer((1, 4))
    exact = np.array([[127.4, 130.0, -128.4, -200.0]], np.float32)
    sums.see(exact, np.array([[127, 127, -128, -128]], np.int8))
    found = sums.facts()
    assert found is not None
    assert found.cut == 2


def test_integers_without_a_scale_are_not_compared() -> None:
    sums = Gatherer(Tensor(0, "x", (1, 2), 2, "INT32", (), (), 0, b""))
    assert "no scale" in sums.see(np.ones((1, 2), np.float32), np.ones((1, 2), np.int32))
    assert sums.facts() is None


def test_a_healthy_pair_loses_little_in_every_operator() -> None:
    for layer in layers_of(QuantizedPair()):
        assert layer.own is not None
        assert layer.own.sqnr_db > 25


def test_a_damaged_channel_is_named_and_what_follows_only_hands_it_on() -> None:
    first, second, _ = layers_of(QuantizedPair(wrong_channel=5))
    assert first.own is not None
    assert second.own is not None
    assert second.total is not None
    assert first.own.channel == 5
    assert first.own.channel_sqnr_db is not None
    assert first.own.channel_sqnr_db < 3
    assert second.own.sqnr_db > 25  # it is right in itself
    assert second.total.sqnr_db < 20  # what goes into it is not


def test_a_scale_that_is_too_small_cuts_values_off() -> None:
    first, *_ = layers_of(QuantizedPair(hidden_range=0.2))
    assert first.own is not None
    assert first.own.cut > 0
    assert first.own.sqnr_db < 15


def test_the_first_operators_two_errors_are_the_same() -> None:
    # Nothing is lost in front of it: both networks get the same input.
    first, *_ = layers_of(QuantizedPair())
    assert first.own == first.total
    assert first.own is not None
    assert first.own.channels == HIDDEN


def test_operators_that_only_the_int8_network_has_say_that_they_are_not_compared() -> None:
    layers = layers_of(QuantizedPair(float_ends=True, common_names=False), count=4)
    assert [layer.name for layer in layers if layer.total is None] == ["QUANTIZE", "DEQUANTIZE"]
    assert all(layer.untold for layer in layers if layer.total is None)
    assert [layer.float_index for layer in layers] == [None, 0, 1, 2, None]


def test_the_error_of_an_output_is_that_of_the_definition() -> None:
    floats, ints = contracts(QuantizedPair())
    errors = LayerErrors(floats, Oracle(ints))
    (one,) = seeded_pairs(floats, ints, seed=1, count=1)
    exact, answer = errors.see(one.sample.data, one.exact)
    score = (answer.outputs[0].astype(np.float64) + 128) / 256
    right = exact[0].astype(np.float64)
    (end,) = errors.outputs()
    assert end.error is not None
    assert end.error.signal == pytest.approx(float(np.sum(right**2)))
    assert end.error.noise == pytest.approx(float(np.sum((right - score) ** 2)))


def test_the_error_of_the_weights_is_that_of_their_channel() -> None:
    _, second, softmax = layers_of(QuantizedPair(), count=1)
    assert second.weights is not None
    assert second.weights.sqnr_db > 35  # half a step of 127, evenly: about 40
    assert softmax.weights is None
    first, *_ = layers_of(QuantizedPair(wrong_channel=5), count=1)
    assert first.weights is not None
    # One row against its negative: an error twice as large as itself.
    assert first.weights.sqnr_db < 10


def test_weights_by_channel_by_hand() -> None:
    # Channel 0: 1 and 2 exactly. Channel 1: 4 becomes 3, so 16 over 1, in scales of 1 and 3.
    graphs = []
    for kind, values, scale in (
        ("FLOAT32", np.array([[1, 2], [4, 0]], np.float32), None),
        ("INT8", np.array([[1, 2], [1, 0]], np.int8), [1.0, 3.0]),
    ):
        file = ModelBuilder()
        ends = 0.5 if scale else None
        given = file.input("x", [1, 2], kind, ends)
        filter_ = file.tensor("w", [2, 2], kind, scale, values=values)
        made = file.tensor("y", [1, 2], kind, ends)
        file.op("FULLY_CONNECTED", [given, filter_, -1], made, "FullyConnectedOptions")
        graphs.append(read_graph(file.build([made])))
    floats, ints = graphs
    found = weight_error(floats, floats.ops[0], ints, ints.ops[0])
    assert found is not None
    assert (found.signal, found.noise) == (21.0, 1.0)
    assert (found.channels, found.channel) == (2, 1)
    assert found.channel_sqnr_db == pytest.approx(12.0412, abs=1e-4)  # 10 log10(16)


def test_a_sample_can_be_looked_at_by_its_outputs_alone() -> None:
    floats, ints = contracts(QuantizedPair())
    errors = LayerErrors(floats, Oracle(ints))
    for row, one in enumerate(seeded_pairs(floats, ints, seed=1, count=3)):
        errors.see(one.sample.data, one.exact, ops=row < 1)
    first, *_ = errors.layers()
    assert first.total is not None
    assert first.total.values == HIDDEN
    (end,) = errors.outputs()
    assert end.error is not None
    assert end.error.values == 3 * CLASSES
