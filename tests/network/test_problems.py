"""What is wrong with a network is told at once, and truly."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from hil.errors import ExitCode, UsageError
from hil.network.contract import read_contract
from hil.network.micro_ops import TFLM_OPS
from hil.network.model_problem import RefusedModelError
from hil.network.settings import NetworkSettings
from hil.network.tflite_graph import op_name
from hil.testing import zoo
from hil.testing.model_builder import ModelBuilder
from hil.testing.tiny_model import edit_model, tiny_model

Change = Callable[[Any, Any], None]


def refusal(model: bytes, settings: NetworkSettings | None = None) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_contract(model, where="own.tflite", settings=settings)
    assert caught.value.where == "own.tflite"
    assert caught.value.exit_code == ExitCode.USAGE
    return caught.value


def problems(model: bytes) -> list[str]:
    error = refusal(model)
    assert isinstance(error, RefusedModelError)
    return [problem.what for problem in error.problems]


def tensor(graph: Any, name: str) -> Any:
    return next(t for t in graph.tensors if t.name == name.encode())


def three_channels(graph: Any, model: Any) -> None:
    tensor(graph, "input").shape = [1, 96, 96, 3]


def smaller_input(graph: Any, model: Any) -> None:
    tensor(graph, "input").shape = [1, 48, 48, 1]


def larger_map(graph: Any, model: Any) -> None:
    tensor(graph, "features").shape = [1, 7, 7, 8]


def short_filter(graph: Any, model: Any) -> None:
    buffer = model.buffers[tensor(graph, "features/filter").buffer]
    buffer.data = buffer.data[:-16]


def short_bias(graph: Any, model: Any) -> None:
    bias = graph.tensors[graph.operators[0].inputs[2]]
    buffer = model.buffers[bias.buffer]
    bias.shape, buffer.data = [4], buffer.data[:16]
    bias.quantization.scale, bias.quantization.zeroPoint = [0.1], [0]


def no_stride(graph: Any, model: Any) -> None:
    graph.operators[0].builtinOptions.strideH = 0


def other_order(graph: Any, model: Any) -> None:
    graph.operators.reverse()


def output_of_nobody(graph: Any, model: Any) -> None:
    graph.operators.pop()


def few_scales(graph: Any, model: Any) -> None:
    found = tensor(graph, "features/filter").quantization
    found.scale, found.zeroPoint = [0.1, 0.1, 0.1], [0, 0, 0]


def zero_point_beyond(graph: Any, model: Any) -> None:
    tensor(graph, "input").quantization.zeroPoint = [200]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (short_bias, r"bias int32 \[4\] .* for 8 filters"),
        (no_stride, r"CONV_2D \(operator 0\) has no options, or a stride or dilation below 1: 0"),
        (other_order, r"SOFTMAX \(operator 0\) reads .* which nothing has written by then"),
        (output_of_nobody, "no operator makes the output int8"),
        (few_scales, "has 3 scales for 8 channels"),
        (zero_point_beyond, "zero point 200, which is no value of its type"),
        (
            three_channels,
            r"CONV_2D \(operator 0\): its filter .* is for 1 channels, its input .* has 3",
        ),
        (smaller_input, r"makes \[1, 3, 3, 8\] of int8 \[1, 48, 48, 1\] .* says .* \[1, 6, 6, 8\]"),
        (larger_map, r"makes \[1, 6, 6, 8\] of int8 \[1, 96, 96, 1\] .* says .* \[1, 7, 7, 8\]"),
        (short_filter, r"\('features/filter'\) has 2032 bytes in the file, not 2048"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_what_contradicts_what(
    change: Change, said: str
) -> None:
    error = refusal(edit_model(tiny_model(), change))
    assert error.message.startswith("the file contradicts itself")
    with pytest.raises(UsageError, match=said):
        raise error


def behind(graph: Any, model: Any) -> None:
    buffer = model.buffers[tensor(graph, "features/filter").buffer]
    buffer.data, buffer.offset, buffer.size = None, 4096, 2048


def in_another_file(graph: Any, model: Any) -> None:
    tensor(graph, "features/filter").externalBuffer = 1


def custom(graph: Any, model: Any) -> None:
    code = model.operatorCodes[graph.operators[0].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = "Own"


def unknown_operator(graph: Any, model: Any) -> None:
    code = model.operatorCodes[graph.operators[-1].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.TOPK_V2


def second_subgraph(graph: Any, model: Any) -> None:
    model.subgraphs = [graph, copy.deepcopy(graph)]


def a_loop(graph: Any, model: Any) -> None:
    second_subgraph(graph, model)
    code = model.operatorCodes[graph.operators[-1].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.WHILE


def unknown_size(graph: Any, model: Any) -> None:
    tensor(graph, "input").shape = [-1, 96, 96, 1]


def sparse(graph: Any, model: Any) -> None:
    tensor(graph, "features/filter").sparsity = schema.SparsityParametersT()


def half_floats(graph: Any, model: Any) -> None:
    tensor(graph, "logits").type = schema.TensorType.FLOAT16


def text_input(graph: Any, model: Any) -> None:
    tensor(graph, "input").type = schema.TensorType.STRING


def no_scale(graph: Any, model: Any) -> None:
    tensor(graph, "mean").quantization.scale = [0.0]


def degenerate(graph: Any, model: Any) -> None:
    tensor(graph, "mean").quantization.scale = [1e-9]


def float_activations(graph: Any, model: Any) -> None:
    for name in ("input", "features"):
        tensor(graph, name).quantization = None
        tensor(graph, name).type = schema.TensorType.FLOAT32


def too_many_outputs(graph: Any, model: Any) -> None:
    graph.outputs = list(graph.outputs) * 9


def no_inputs(graph: Any, model: Any) -> None:
    graph.inputs = []


@pytest.mark.parametrize(
    ("change", "said", "remedy"),
    [
        (behind, "values behind the FlatBuffer", "without offset or external buffers"),
        (in_another_file, "in another file", "without offset or external buffers"),
        (custom, "custom operators, which the firmware cannot register: Own", "audio front end"),
        (unknown_operator, "has no kernel for operators of the model: TOPK_V2", "without them"),
        (second_subgraph, "control flow: a subgraph that no CALL_ONCE runs", "unroll"),
        (a_loop, "control flow: WHILE", "unroll loops"),
        (unknown_size, "shapes that are known only when the network runs", "batch_shape"),
        (sparse, "sparse tensors", "without sparsity"),
        (half_floats, "no kernels for: float16", "full integer quantization"),
        (text_input, "a type that cannot be sent", "use int8"),
        (no_scale, "scale zero, negative or not a number in: mean", "representative"),
        (degenerate, "degenerate quantization: mean has scale 1e-09", "train the network"),
        (float_activations, "float activations with integer weights", "representative set"),
        (too_many_outputs, "the model has 18 outputs, not 1 to 16", "1 to 16 outputs"),
        (no_inputs, "the model has 0 inputs, not 1 to 8", "1 to 8 inputs"),
    ],
)
def test_what_tensorflow_lite_micro_cannot_run_is_refused_with_its_remedy(
    change: Change, said: str, remedy: str
) -> None:
    error = refusal(edit_model(tiny_model(), change))
    assert said in error.message
    assert remedy in error.hint


def test_all_problems_are_told_at_once_each_with_its_remedy() -> None:
    def several(graph: Any, model: Any) -> None:
        for change in (custom, sparse, no_scale):
            change(graph, model)

    error = refusal(edit_model(tiny_model(), several))
    assert error.message.startswith("the model has 3 problems: 1. the model has custom operators")
    assert "\n  2. sparse tensors" in error.message
    assert "\n  3. scale zero" in error.message
    for number in range(1, 4):
        assert f"{number}. " in error.hint


def test_a_tensor_of_seven_dimensions_has_no_place_in_the_contract() -> None:
    file = ModelBuilder()
    shape = (1, 1, 1, 1, 1, 2, 3)
    x = file.input("x", shape, "FLOAT32")
    y = file.tensor("y", shape, "FLOAT32")
    file.op("ABS", [x], y, "AbsOptions")
    (first, second) = problems(file.build([y]))
    assert "one of the inputs is float32 [1, 1, 1, 1, 1, 2, 3]" in first
    assert "one of the outputs" in second


def test_a_network_without_a_kernel_in_a_variables_initialisation_is_refused() -> None:
    def loop(graph: Any, model: Any) -> None:
        code = model.operatorCodes[graph.operators[0].opcodeIndex]  # CALL_ONCE
        other = copy.deepcopy(code)
        other.builtinCode, other.deprecatedBuiltinCode = schema.BuiltinOperator.HASHTABLE, 127
        model.operatorCodes.append(other)
        model.subgraphs[1].operators[0].opcodeIndex = len(model.operatorCodes) - 1

    (said,) = problems(edit_model(zoo.network("variable"), loop))
    assert said.endswith("HASHTABLE")


def test_an_initialisation_that_is_not_there_contradicts_the_file() -> None:
    def beyond(graph: Any, model: Any) -> None:
        graph.operators[0].builtinOptions.initSubgraphIndex = 7

    assert any(
        "CALL_ONCE runs a subgraph that is not there" in said
        for said in problems(edit_model(zoo.network("variable"), beyond))
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"abc", "only 3 bytes"),
        (b"PK\x03\x04" + bytes(60), "a zip archive, such as a .keras file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(60), "an HDF5 file"),
        (b"\x08\x07\x12\x07pytorch" + bytes(60), "an ONNX or PyTorch file"),
        (read_contract(tiny_model()).partition, "packed already"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(data: bytes, said: str) -> None:
    error = refusal(data)
    assert error.message.startswith("not a TFLite file: ")
    assert said in error.message
    assert "TFLiteConverter" in error.hint


def test_the_operators_are_named_as_in_the_schema() -> None:
    known = {op_name(code) for code in range(256)}
    assert known >= TFLM_OPS


def test_the_wheel_registers_each_operator_that_is_said_to_have_a_kernel() -> None:
    """By the names of its functions, which an optimising linker leaves in the library."""
    runtime = pytest.importorskip("tflite_micro.python.tflite_micro._runtime")
    library = np.fromfile(runtime.__file__, np.uint8).tobytes()
    spelled = {"L2_NORMALIZATION": "L2NORM_REF"}
    lacking = [
        name
        for name in sorted(TFLM_OPS)
        if not any(
            f"{len(word) + 9}Register_{word}".encode() in library
            for word in (name, spelled.get(name, name))
        )
    ]
    assert lacking == []
