"""The firmware's own preprocessing against the oracle's, for frames of any size and format."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.network.frame_format import frame_pixels
from hil.oracle.preprocess import averaged, region_of
from hil.wire.enums import FrameFormat
from hil.wire.replies import FrameSize

CORE = Path(__file__).resolve().parents[2] / "firmware" / "core"
SHIM = """
#include "preprocess.h"
extern "C" int made(const uint8_t* frame, uint32_t rows, uint32_t columns, int format,
                    const uint8_t* tables, uint8_t* tensor, uint32_t height, uint32_t width,
                    uint8_t* line) {
  using namespace camhil;
  const auto kind = static_cast<FrameFormat>(format);
  const uint8_t* const each[] = {tables, tables + 256, tables + 512};
  Preprocess(frame, {columns, rows}, kind, each, tensor, {width, height}, line);
  return CanPreprocessInPlace({columns, rows}, kind, {width, height}) ? 1 : 0;
}
"""
SIDE = st.integers(1, 40)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("there is no C++ compiler")
    folder = tmp_path_factory.mktemp("core")
    (folder / "shim.cpp").write_text(SHIM)
    sources = [folder / "shim.cpp", CORE / "preprocess.cpp"]
    command = [compiler, "-std=c++17", "-O1", "-shared", "-fPIC", f"-I{CORE}", *map(str, sources)]
    subprocess.run([*command, "-o", str(folder / "core.so")], check=True)
    return ctypes.CDLL(str(folder / "core.so"))


@settings(max_examples=150, deadline=None)
@given(SIDE, SIDE, SIDE, SIDE, st.sampled_from(FrameFormat), st.integers(0, 2**32 - 1))
def test_both_make_the_same_of_a_frame(
    core: ctypes.CDLL,
    rows: int,
    columns: int,
    height: int,
    width: int,
    format_: FrameFormat,
    seed: int,
) -> None:
    height, width = min(height, rows), min(width, columns)
    region = region_of((rows, columns), (height, width))
    if region.height < height or region.width < width:
        height, width = region.height, region.width  # of the frame's shape, or nearly so
        region = region_of((rows, columns), (height, width))
        if region.height < height or region.width < width or not height or not width:
            return
    random, frame = np.random.default_rng(seed), FrameSize(rows, columns, format_)
    data, tables = random.bytes(frame.size), random.bytes(3 * 256)
    size = height * width * format_.channels
    tensor, line = ctypes.create_string_buffer(size), ctypes.create_string_buffer(width * 3)
    in_place = ctypes.create_string_buffer(data, max(frame.size, size))
    numbers = (rows, columns, int(format_))
    core.made(data, *numbers, tables, tensor, height, width, line)
    held = core.made(in_place, *numbers, tables, in_place, height, width, line)

    pixels = averaged(frame_pixels(data, frame), (height, width))
    table = np.frombuffer(tables, np.uint8).reshape(3, 256)
    right = table[np.arange(format_.channels), pixels].tobytes()
    assert tensor.raw == right
    if held:
        assert in_place.raw[:size] == right
