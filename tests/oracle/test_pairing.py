"""Which operator of a float network is which of its int8 form; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

from hil.network.tflite_graph import Graph, read_graph
from hil.oracle.pairing import pair_operators
from hil.testing.model_builder import ModelBuilder


def chain(ops: Sequence[tuple[str, str]], kind: str = "FLOAT32", size: int = 4) -> Graph:
    """Operators one behind the other: (name, name of what it gives)."""
    file = ModelBuilder()
    scale = None if kind == "FLOAT32" else 0.5
    at = file.input("x", [1, size], kind, scale)
    for name, tensor in ops:
        made = file.tensor(tensor, [1, size], kind, scale)
        file.op(name, [at], made)
        at = made
    return read_graph(file.build([at]))


def test_the_same_operators_pair_one_by_one() -> None:
    ops = [("RELU", "a"), ("LOGISTIC", "b"), ("RELU", "c")]
    found = pair_operators(chain(ops), chain(ops, "INT8"))
    assert found.pairs == ((0, 0), (1, 1), (2, 2))
    assert found.float_left == found.int8_left == {}


def test_what_converts_between_types_has_no_partner() -> None:
    floats = chain([("RELU", "a")])
    ints = chain([("QUANTIZE", "q"), ("RELU", "a"), ("DEQUANTIZE", "d")], "INT8")
    found = pair_operators(floats, ints)
    assert found.pairs == ((0, 1),)
    assert set(found.int8_left) == {0, 2}
    assert "converts between types" in found.int8_left[0]


def test_an_operator_that_one_network_has_alone_is_left_out() -> None:
    floats = chain([("RELU", "a"), ("TANH", "b"), ("LOGISTIC", "c")])
    ints = chain([("RELU", "a"), ("LOGISTIC", "c")], "INT8")
    found = pair_operators(floats, ints)
    assert found.pairs == ((0, 0), (2, 1))
    assert found.float_left == {1: "the other network has no such operator at this place"}


def test_names_decide_where_order_and_shape_could_mean_either() -> None:
    floats = chain([("RELU", "a"), ("RELU", "b"), ("RELU", "c")])
    ints = chain([("RELU", "b"), ("RELU", "c")], "INT8")
    assert pair_operators(floats, ints).pairs == ((1, 0), (2, 1))


def test_without_names_what_could_be_either_is_not_guessed() -> None:
    floats = chain([("TANH", "t"), ("RELU", "a"), ("RELU", "b"), ("LOGISTIC", "l")])
    ints = chain([("TANH", "1"), ("RELU", "2"), ("LOGISTIC", "3")], "INT8")
    found = pair_operators(floats, ints)
    assert found.pairs == ((0, 0), (3, 2))
    assert "more than one operator" in found.int8_left[1]
    assert set(found.float_left) == {1, 2}


def test_names_that_say_another_order_are_no_pairs() -> None:
    floats = chain([("RELU", "a"), ("RELU", "b")])
    ints = chain([("RELU", "b"), ("RELU", "a")], "INT8")
    assert pair_operators(floats, ints).pairs == ()


def test_another_shape_is_another_operator() -> None:
    assert pair_operators(chain([("RELU", "a")]), chain([("RELU", "a")], size=5)).pairs == ()
