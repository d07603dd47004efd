"""A sample of any kind becomes the bytes that are sent, or a sentence that says why not."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hil.network.contract import Contract, read_contract
from hil.network.quantization import quantized
from hil.network.settings import NetworkSettings
from hil.oracle import Oracle
from hil.samples.labels import Entry
from hil.samples.load import Loaded, load_sample, source_crc
from hil.testing.model_builder import ModelBuilder
from hil.testing.zoo import network

QUARTER = 0.25


def picture_network(channels: int, **settings: Any) -> Contract:
    """Takes int8 [1, 2, 4, channels], of which the values are pixel - 128 unless declared."""
    file = ModelBuilder()
    x = file.input("photo", (1, 2, 4, channels), "INT8", 1.0, 0)
    y = file.tensor("y", (1, 2, 4, channels), "INT8", 1.0, 0)
    file.op("RELU", [x], y)
    return read_contract(file.build([y]), settings=NetworkSettings(**settings))


def vector_network() -> Contract:
    """Takes int8 [1, 4] "x", of which 0 stands for 4 and a step for a quarter."""
    file = ModelBuilder()
    x = file.input("x", (1, 4), "INT8", QUARTER, -16)
    y = file.tensor("y", (1, 4), "INT8", QUARTER, -16)
    file.op("RELU", [x], y)
    return read_contract(file.build([y]))


@pytest.fixture(scope="module")
def vector() -> Contract:
    return vector_network()


@pytest.fixture(scope="module")
def ends() -> Contract:
    """Takes int8 [1, 8] "left" and "right"."""
    return read_contract(network("ends"))


def load(folder: Path, name: str, contract: Contract, **of_entry: Any) -> Loaded:
    entry = dataclasses.replace(Entry(2, name, None, ()), **of_entry)
    found = load_sample(folder, entry, contract)
    assert (found.data is None) is bool(found.problem)
    return found


def values(found: Loaded) -> list[int]:
    assert found.problem == ""
    assert found.data is not None
    return np.frombuffer(found.data, np.int8).tolist()


# ---- arrays ------------------------------------------------------------------------


def test_an_array_of_the_inputs_type_is_sent_as_it_is(tmp_path: Path, vector: Contract) -> None:
    np.save(tmp_path / "a.npy", np.array([1, -2, 3, -128], np.int8))
    found = load(tmp_path, "a.npy", vector)
    assert values(found) == [1, -2, 3, -128]
    assert found.file_crc == zlib.crc32((tmp_path / "a.npy").read_bytes())
    assert found.file_crc == source_crc(tmp_path, Entry(1, "a.npy", None, ()))
    assert (found.size, found.clamped) == (None, 0)


def test_integers_that_fit_are_taken_as_they_are(tmp_path: Path, vector: Contract) -> None:
    np.save(tmp_path / "a.npy", np.array([[1, -2, 127, -128]], np.int64))
    assert values(load(tmp_path, "a.npy", vector)) == [1, -2, 127, -128]


def test_real_values_are_quantized_with_halves_away_from_zero(
    tmp_path: Path, vector: Contract
) -> None:
    # (q + 16) / 4: a half of a step is 0.125.
    np.save(tmp_path / "a.npy", np.array([0, 0.125, -0.125, 4.0]))
    assert values(load(tmp_path, "a.npy", vector)) == [-16, -15, -17, 0]


def test_values_beyond_the_range_are_clamped_and_counted(tmp_path: Path, vector: Contract) -> None:
    # The range is -28 (-128) to 35.75 (127); half a step beyond it is rounding.
    np.save(tmp_path / "a.npy", np.array([-28.125, -28.2, 35.875, 1e30], np.float32))
    found = load(tmp_path, "a.npy", vector)
    assert values(found) == [-128, -128, 127, 127]
    assert found.clamped == 2


def test_an_array_for_each_input_goes_by_its_name(tmp_path: Path, ends: Contract) -> None:
    left, right = np.arange(8, dtype=np.int8), np.arange(8, 16, dtype=np.int8)
    np.savez(tmp_path / "a.npz", right=right, left=left, labels="cat", **{"output:y": left})
    assert values(load(tmp_path, "a.npz", ends)) == list(range(16))


BAD_ARRAYS = {
    "shape": (np.zeros((2, 2), np.int8), "its array is int8 [2, 2]"),
    "range": (np.array([0, 0, 0, 128]), "its array has values from 0 to 128"),
    "bool": (np.array([True] * 4), "its array has the type bool"),
    "text": (np.array(["a"] * 4), "its array has the type <U1"),
    "complex": (np.array([1j] * 4), "its array has the type complex128"),
    "nan": (np.array([0, 0, 0, np.nan]), "its array has values that are not finite"),
    "inf": (np.array([0, 0, 0, -np.inf]), "its array has values that are not finite"),
    "too large for float32": (np.array([0, 0, 0, 1e300]), "its array has values that are not fin"),
}


@pytest.mark.parametrize(("array", "says"), BAD_ARRAYS.values(), ids=list(BAD_ARRAYS))
def test_an_array_that_does_not_fit_is_named_with_the_input(
    tmp_path: Path, vector: Contract, array: np.ndarray[Any, Any], says: str
) -> None:
    np.save(tmp_path / "a.npy", array)
    problem = load(tmp_path, "a.npy", vector).problem
    assert problem.startswith("a.npy: the input x: int8 [1, 4] cannot take this: ")
    assert says in problem


def test_arrays_that_are_not_one_for_each_input_are_named(tmp_path: Path, ends: Contract) -> None:
    np.save(tmp_path / "a.npy", np.zeros(8, np.int8))
    np.savez(tmp_path / "a.npz", left=np.zeros(8, np.int8), wrong=np.zeros(8, np.int8))
    assert load(tmp_path, "a.npy", ends).problem == (
        "a.npy: the file has arrays 'a', the network has inputs 'left', 'right'"
    )
    assert "has arrays 'left', 'wrong', the network" in load(tmp_path, "a.npz", ends).problem


def test_arrays_with_python_objects_are_refused(tmp_path: Path, vector: Contract) -> None:
    np.save(tmp_path / "a.npy", np.array([{}, 1, 2, 3], dtype=object), allow_pickle=True)
    assert load(tmp_path, "a.npy", vector).problem.startswith("a.npy: the arrays cannot be read")


@given(at=st.integers(0, 400), put=st.integers(0, 255), cut=st.integers(0, 400))
@pytest.mark.parametrize("name", ["a.npy", "a.npz", "small.npz"])
def test_a_damaged_file_of_arrays_is_a_problem_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, name: str, at: int, put: int, cut: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    save = {"a.npy": np.save, "a.npz": np.savez, "small.npz": np.savez_compressed}[name]
    save(folder / name, np.array([1, 2, 3, 4], np.int8))
    data = bytearray((folder / name).read_bytes())
    data[at % len(data)] = put
    (folder / name).write_bytes(data[: len(data) - cut] if cut < len(data) else b"")
    load(folder, name, VECTOR)


VECTOR = vector_network()


@given(arrays(np.float32, (4, 6), elements=st.floats(-1e6, 1e6, width=32)))
def test_real_values_become_what_the_kernel_quantize_makes_of_them(
    reals: np.ndarray[Any, np.dtype[np.float32]],
) -> None:
    output = KERNEL.contract.header.outputs[0]
    halves = np.float32(output.scale) * np.rint(reals) / 2
    for given_values in (reals, halves.astype(np.float32)):
        ours, _ = quantized(output, given_values)
        assert ours.tobytes() == KERNEL.run(given_values).outputs[0].tobytes()


KERNEL = Oracle(read_contract(network("quantize")))


# ---- raw bytes ---------------------------------------------------------------------


def test_raw_bytes_are_those_of_all_inputs_in_their_order(tmp_path: Path, ends: Contract) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(16)))
    assert values(load(tmp_path, "a.bin", ends)) == list(range(16))


@pytest.mark.parametrize(
    ("size", "says"),
    [
        (5, "a.bin: 5 bytes, a sample of the network has 4"),
        (16, "a.bin: 16 bytes, a sample of the network has 4; they look like float32: save them "
             "as .npy, which is quantized"),
        (0, "a.bin: 0 bytes, a sample of the network has 4"),
    ],
)  # fmt: skip
def test_another_number_of_bytes_is_named(
    tmp_path: Path, vector: Contract, size: int, says: str
) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(size))
    assert load(tmp_path, "a.bin", vector).problem == says


def test_raw_values_that_a_type_has_not_are_named(tmp_path: Path) -> None:
    floats = read_contract(network("softmax_float"))
    np.full(40, np.inf, "<f4").tofile(tmp_path / "a.bin")
    assert "not finite" in load(tmp_path, "a.bin", floats).problem
    flags = read_contract(network("logical_and"))
    (tmp_path / "b.bin").write_bytes(b"\x02" * flags.header.sample_bytes)
    assert "bool and has bytes beyond 0 and 1" in load(tmp_path, "b.bin", flags).problem


# ---- pictures ----------------------------------------------------------------------

RGB = np.array([[(255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 20, 30)]] * 2, np.uint8)


def saved(folder: Path, rgb: np.ndarray[Any, Any]) -> Path:
    assert cv2.imwrite(str(folder / "p.png"), rgb[..., ::-1] if rgb.ndim == 3 else rgb)
    return folder


def test_a_picture_in_colour_goes_red_green_blue_through_the_table(tmp_path: Path) -> None:
    found = load(saved(tmp_path, RGB), "p.png", picture_network(3))
    assert values(found) == (RGB.astype(int) - 128).ravel().tolist()
    assert (found.size, found.notes) == ((4, 2), ())


def test_each_channel_has_a_table_of_its_own(tmp_path: Path) -> None:
    from hil.network.input_contract import PixelScale

    declared = PixelScale.standardized(mean=[100, 120, 140], deviation=[1, 2, 4])
    with pytest.raises(Exception, match="cut off"):  # the largest of red is 155
        picture_network(3, pixels=declared)
    declared = PixelScale.standardized(mean=[128, 120, 100], deviation=[1, 2, 4])
    found = load(saved(tmp_path, RGB), "p.png", picture_network(3, pixels=declared))
    # (10 - 128) / 1, (20 - 120) / 2, (30 - 100) / 4 = -17.5, a half away from zero
    assert values(found)[9:12] == [-118, -50, -18]


def test_a_gray_picture_has_three_equal_channels_and_says_so(tmp_path: Path) -> None:
    found = load(saved(tmp_path, RGB[..., 0]), "p.png", picture_network(3))
    assert values(found)[:6] == [127, 127, 127, -128, -128, -128]
    assert found.notes == ("gray: the channels are equal",)


def test_colour_becomes_gray_for_a_network_of_one_channel(tmp_path: Path) -> None:
    found = load(saved(tmp_path, RGB), "p.png", picture_network(1))
    assert values(found)[:3] == [76 - 128, 150 - 128, 29 - 128]  # ITU-R BT.601
    assert found.notes == ("colour converted to gray (BT.601)",)


def test_a_picture_of_another_size_than_its_line_says_is_named(tmp_path: Path) -> None:
    found = load(saved(tmp_path, RGB), "p.png", picture_network(3), size=(4, 3))
    assert found.problem == "p.png is 4x2 pixels, the labels say 4x3"


def test_a_picture_for_a_network_that_takes_none_is_refused_with_the_reason(
    tmp_path: Path, vector: Contract
) -> None:
    problem = load(saved(tmp_path, RGB), "p.png", vector).problem
    assert problem.startswith("p.png is a picture, the network's input is none: a picture is one ")
    silent = picture_network(3, pixels=None)
    assert load(tmp_path, "p.png", silent).problem == ""  # pixel - 128 is a usual scale


def test_a_file_of_no_kind_is_named(tmp_path: Path, vector: Contract) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    assert load(tmp_path, "a.wav", vector).problem == (
        "a.wav is no sample: the network's input is no picture, and others end in .npy, .npz, .bin"
    )
    assert "a.wav: not a picture" in load(tmp_path, "a.wav", picture_network(1)).problem


def test_a_file_that_is_gone_is_named(tmp_path: Path, vector: Contract) -> None:
    for name in ("a.npy", "a.bin"):
        assert load(tmp_path, name, vector).problem == f"{name}: No such file or directory"
    assert load(tmp_path, "a.png", picture_network(3)).problem.startswith("a.png: No such file")
