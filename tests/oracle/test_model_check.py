"""What is wrong with a model is told at once, and truly."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from hil.errors import UsageError
from hil.network.model_check import check_for_firmware, check_model
from hil.oracle import Oracle
from hil.testing.tiny_model import edit_model, tiny_model
from hil.wire.model_image import pack_model_image


def refusal(model: bytes, check: Callable[..., object] = check_model) -> UsageError:
    with pytest.raises(UsageError) as caught:
        check(model, where="own.tflite")
    assert caught.value.where == "own.tflite"
    return caught.value


def tensor(graph: Any, name: str) -> Any:
    return next(t for t in graph.tensors if t.name == name.encode())


@pytest.mark.parametrize(
    ("scale", "zero_point"), [(1 / 128, 0), (1 / 255, -128), (2 / 255, -1), (1.0, -128)]
)
def test_a_model_for_pixels_in_a_usual_scale_is_taken(scale: float, zero_point: int) -> None:
    model = tiny_model(input_scale=scale, input_zero_point=zero_point)
    assert check_model(model, where="own.tflite").classes == 2
    check_for_firmware(model, where="own.tflite")
    Oracle(model, 1, 50)


def test_a_model_for_pixels_in_another_scale_is_refused_by_check_packing_and_oracle() -> None:
    model = tiny_model(input_scale=0.0187, input_zero_point=-14)
    for check in (check_model, check_for_firmware, lambda m, where: Oracle(m, 1, 50, where=where)):
        error = refusal(model, check)
        assert error.message.startswith("wrong input scale: scale 0.0187")
        assert "-2.132 for black and 2.637 for white" in error.message
        assert "black and a white image" in error.hint


def test_all_problems_are_told_at_once_each_with_its_remedy() -> None:
    model = tiny_model(
        input_size=(48, 48),
        input_scale=0.5,
        outputs=("score",),
        classifier="dense",
    )
    error = refusal(model)
    assert error.message.splitlines()[0] == (
        "the model has 4 problems: 1. wrong input shape: int8 [1, 48, 48, 1] ('input'), not "
        "[1, 96, 96, 1]: one gray image"
    )
    assert "2. wrong input scale: scale 0.5" in error.message
    assert "3. no 4-D feature output" in error.message
    assert "4. the firmware lacks operators of the model: FULLY_CONNECTED" in error.message
    for number in range(1, 5):
        assert f"{number}. " in error.hint
    assert "firmware/ops.toml" in error.hint


def test_type_outputs_and_features_of_a_model_with_uint8_outside_are_told_at_once() -> None:
    def quantized_score(graph: Any, model: Any) -> None:
        tensor(graph, "score").type = 3  # UINT8

    error = refusal(edit_model(tiny_model(input_type="UINT8", outputs=("score",)), quantized_score))
    assert "wrong input type: uint8" in error.message
    assert "no int8 score output" in error.message
    assert "no 4-D feature output" in error.message
    assert "inference_output_type = int8" in error.hint


def test_operators_that_are_missing_are_left_to_the_board_but_not_packed() -> None:
    model = tiny_model(pool="average_pool")
    check_model(model, where="own.tflite")
    error = refusal(model, check_for_firmware)
    assert error.message == "the firmware lacks operators of the model: AVERAGE_POOL_2D"
    assert "firmware/ops.toml" in error.hint


def three_channels(graph: Any, model: Any) -> None:
    tensor(graph, "input").shape = [1, 96, 96, 3]


def smaller_input(graph: Any, model: Any) -> None:
    tensor(graph, "input").shape = [1, 48, 48, 1]


def larger_map(graph: Any, model: Any) -> None:
    tensor(graph, "features").shape = [1, 7, 7, 8]


def short_filter(graph: Any, model: Any) -> None:
    buffer = model.buffers[tensor(graph, "features/filter").buffer]
    buffer.data = buffer.data[:-16]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            three_channels,
            r"CONV_2D \(operator 0\): its filter .* is for 1 channels, its input .* has 3",
        ),
        (smaller_input, r"makes \[1, 3, 3, 8\] of int8 \[1, 48, 48, 1\] .* says .* \[1, 6, 6, 8\]"),
        (larger_map, r"makes \[1, 6, 6, 8\] of int8 \[1, 96, 96, 1\] .* says .* \[1, 7, 7, 8\]"),
        (short_filter, r"\('features/filter'\) has 2032 bytes in the file"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_what_contradicts_what(
    change: Callable[[Any, Any], None], said: str
) -> None:
    error = refusal(edit_model(tiny_model(), change))
    assert "the file contradicts itself" in error.message
    with pytest.raises(UsageError, match=said):
        raise error


def test_weights_behind_the_flatbuffer_are_refused() -> None:
    def outside(graph: Any, model: Any) -> None:
        model.buffers[tensor(graph, "features/filter").buffer].offset = 4096

    assert "lies behind the FlatBuffer" in refusal(edit_model(tiny_model(), outside)).message


def test_a_sigmoid_is_told_to_become_a_softmax_and_not_to_be_converted_again() -> None:
    def sigmoid(graph: Any, model: Any) -> None:
        from ai_edge_litert import schema_py_generated as schema

        code = model.operatorCodes[graph.operators[-1].opcodeIndex]
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.LOGISTIC

    error = refusal(edit_model(tiny_model(), sigmoid))
    assert "('score') of LOGISTIC" in error.message
    assert "SOFTMAX" in error.hint
    assert "inference_output_type" not in error.hint


def test_a_float_model_is_told_to_be_quantized() -> None:
    def floats(graph: Any, model: Any) -> None:
        for entry in graph.tensors:
            entry.quantization = None
            entry.type = 0 if entry.type == 9 else entry.type  # FLOAT32 for INT8

    error = refusal(edit_model(tiny_model(), floats))
    assert "wrong input type: float32" in error.message
    assert "full integer quantization" in error.hint


def test_a_second_subgraph_is_refused() -> None:
    def copied(graph: Any, model: Any) -> None:
        model.subgraphs = [graph, copy.deepcopy(graph)]

    error = refusal(edit_model(tiny_model(), copied))
    assert error.message == "the model has 2 subgraphs, of which only the first is run"


def test_custom_operators_are_not_told_to_be_registered() -> None:
    def custom(graph: Any, model: Any) -> None:
        code = model.operatorCodes[graph.operators[0].opcodeIndex]
        code.builtinCode = code.deprecatedBuiltinCode = 32  # CUSTOM
        code.customCode = "Own"

    error = refusal(edit_model(tiny_model(), custom), check_for_firmware)
    assert "custom operators, which the firmware cannot register" in error.message
    assert "ops.toml" not in error.hint


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"classes": 65}, "65 classes, the firmware has room for 64"),
        ({"grid": (24, 24)}, "576 cells of the map, the firmware has room for 256"),
    ],
)
def test_what_the_firmware_has_no_room_for_is_not_packed(
    options: dict[str, Any], said: str
) -> None:
    model = tiny_model(**options)
    check_model(model, where="own.tflite")
    assert said in refusal(model, check_for_firmware).message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"abc", "only 3 bytes"),
        (b"PK\x03\x04" + bytes(60), "a zip archive, such as a .keras file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(60), "an HDF5 file"),
        (b"\x08\x07\x12\x07pytorch" + bytes(60), "an ONNX or PyTorch file"),
        (pack_model_image(tiny_model(), positive_class=1, threshold=50), "packed already"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(data: bytes, said: str) -> None:
    error = refusal(data)
    assert error.message.startswith("not a TFLite file: ")
    assert said in error.message
    assert "TFLiteConverter" in error.hint
