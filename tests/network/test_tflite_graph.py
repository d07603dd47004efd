"""Reading .tflite files, whole and broken."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.base.text_file import read_bytes
from hil.errors import UsageError
from hil.network.tflite_graph import op_name, read_graph
from hil.testing import zoo
from hil.testing.tiny_model import edit_model, tiny_model

MODEL = tiny_model(channels=2, grid=(2, 2))


def test_operators_are_listed_in_execution_order_with_code_and_output() -> None:
    graph = read_graph(MODEL)
    # Codes: schema.fbs, enum BuiltinOperator.
    assert [(op.name, op.code) for op in graph.ops] == [
        ("CONV_2D", 3),
        ("MEAN", 40),
        ("CONV_2D", 3),
        ("RESHAPE", 22),
        ("SOFTMAX", 25),
    ]
    assert [graph.tensors[op.output].name for op in graph.ops] == [
        "features",
        "mean",
        "classifier",
        "logits",
        "score",
    ]


def test_tensors_carry_shape_type_and_quantization() -> None:
    graph = read_graph(MODEL)
    score = graph.tensors[graph.outputs[0]]
    assert (score.shape, score.type_name, score.type_code) == ((1, 2), "INT8", 9)
    assert (score.scales, score.zero_points) == ((1 / 256,), (-128,))
    assert score.data_bytes == 2
    filter_ = next(t for t in graph.tensors if t.name == "classifier/filter")
    assert len(filter_.scales) == len(filter_.zero_points) == 2
    assert filter_.zero_point(1) == 0
    assert len(filter_.data) == 4


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"TFL", "only 3 bytes"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n" * 9, "not a TFLite file"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_described(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_graph(data, where="some.tflite")


def test_errors_name_the_file() -> None:
    with pytest.raises(UsageError) as caught:
        read_graph(b"nonsense", where="some.tflite")
    assert caught.value.where == "some.tflite"


@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_refused_naming_the_place(part: float) -> None:
    with pytest.raises(UsageError, match="truncated or damaged at "):
        read_graph(MODEL[: int(len(MODEL) * part)])


@pytest.mark.parametrize("field", ["inputs", "outputs"])
@pytest.mark.parametrize("index", [-2, 999])
def test_an_operator_on_a_tensor_that_is_not_there_is_refused(field: str, index: int) -> None:
    def change(graph: Any, _: Any) -> None:
        setattr(graph.operators[2], field, [index])

    with pytest.raises(UsageError, match="damaged at operator 2: it names a tensor"):
        read_graph(edit_model(MODEL, change))


@pytest.mark.parametrize("field", ["builtinCode", "deprecatedBuiltinCode"])
def test_either_field_may_hold_the_operator_code(field: str) -> None:
    def change(_: Any, model: Any) -> None:
        for code in model.operatorCodes:
            setattr(code, field, 0)

    assert read_graph(edit_model(MODEL, change)).ops == read_graph(MODEL).ops


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(MODEL) - 1), st.integers(0, 255)), max_size=20))
def test_damaged_bytes_give_a_graph_or_a_usage_error(damage: list[tuple[int, int]]) -> None:
    model = bytearray(MODEL)
    for offset, value in damage:
        model[offset] = value
    try:
        graph = read_graph(bytes(model))
    except UsageError:
        return
    used = {index for op in graph.ops for index in (*op.inputs, *op.outputs)}
    assert used <= set(range(-1, len(graph.tensors)))


@given(st.binary(max_size=200))
def test_random_bytes_behind_the_identifier_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="truncated or damaged"):
        read_graph(data[:4].ljust(4, b"\0") + b"TFL3" + data[4:])


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the model"):
        read_graph(read_bytes(tmp_path / "none.tflite", "the model"))


def test_an_unknown_operator_code_has_a_name_too() -> None:
    assert op_name(9999) == "UNKNOWN_9999"


def test_all_outputs_of_an_operator_are_in_the_trace_and_those_without_any_are_not() -> None:
    assert read_graph(zoo.network("split_v")).trace == ((0, 0), (0, 1))
    variable = read_graph(zoo.network("variable"))
    assert [op.name for op in variable.ops] == [
        "CALL_ONCE",
        "VAR_HANDLE",
        "READ_VARIABLE",
        "ADD",
        "ASSIGN_VARIABLE",
    ]
    assert variable.trace == ((1, 0), (2, 0), (3, 0))


def test_operators_of_an_initialisation_are_needed_too() -> None:
    def initialised(graph: Any, model: Any) -> None:
        # The second subgraph begins with an operator that the first has not.
        other = model.subgraphs[1].operators[0]
        model.operatorCodes.append(type(model.operatorCodes[0])())
        model.operatorCodes[-1].builtinCode = model.operatorCodes[-1].deprecatedBuiltinCode = 101
        other.opcodeIndex = len(model.operatorCodes) - 1

    graph = read_graph(edit_model(zoo.network("variable"), initialised))
    assert "ABS" in graph.operators  # BuiltinOperator 101
    assert "ABS" not in [op.name for op in graph.ops]


@pytest.mark.parametrize("name", zoo.names())
def test_a_network_of_the_zoo_keeps_state_only_where_it_says_so(name: str) -> None:
    assert read_graph(zoo.network(name)).stateful is (name in zoo.STATEFUL)


def test_the_place_of_a_constant_in_the_file_is_known() -> None:
    for tensor in read_graph(MODEL).tensors:
        if tensor.data:
            assert MODEL[tensor.data_offset :].startswith(tensor.data)
