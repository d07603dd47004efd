"""The model partition of the ESP-IDF project, packed by the standard library alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hil.base.resources import find
from hil.errors import UsageError
from hil.testing.tiny_model import edit_model, tiny_model
from hil.wire.model_image import unpack_model_image


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = find("firmware") / "esp32" / "pack_model.py"
    spec = importlib.util.spec_from_file_location("pack_model", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(model: bytes) -> Path:
        file = tmp_path / "own.tflite"
        file.write_bytes(model)
        settings = "positive_class = 1\nthreshold_percent = 55\n"
        file.with_suffix(".toml").write_text(settings, encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(("scale", "zero_point"), [(1 / 128, 0), (1 / 255, -128), (2 / 255, -1)])
def test_a_model_for_pixels_in_a_usual_scale_is_packed(
    script: ModuleType, write: Write, tmp_path: Path, scale: float, zero_point: int
) -> None:
    model = tiny_model(input_scale=scale, input_zero_point=zero_point)
    script.pack(write(model), tmp_path / "own.bin")
    image = unpack_model_image((tmp_path / "own.bin").read_bytes())
    assert (image.tflite, image.positive_class, image.threshold) == (model, 1, 55)


def test_a_wrong_input_and_operators_that_are_missing_are_refused_at_once(
    script: ModuleType, write: Write, tmp_path: Path
) -> None:
    model = tiny_model(input_scale=0.0187, input_zero_point=-14, classifier="dense")
    with pytest.raises(UsageError) as caught:
        script.pack(write(model), tmp_path / "own.bin")
    assert "1. wrong input scale: scale 0.0187 and zero point -14" in caught.value.message
    assert "2. the model needs operator 9" in caught.value.message  # FULLY_CONNECTED
    assert "firmware/ops.toml" in caught.value.hint
    assert not (tmp_path / "own.bin").exists()


def test_an_input_that_is_not_quantized_is_left_to_the_harness(
    script: ModuleType,
) -> None:
    def floats(graph: Any, model: Any) -> None:
        graph.tensors[graph.inputs[0]].quantization = None

    assert script.input_quantization(edit_model(tiny_model(), floats)) is None
