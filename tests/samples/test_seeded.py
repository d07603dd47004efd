"""Samples for any network: seeded ones, and those of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.errors import UsageError
from hil.network.contract import Contract, read_contract
from hil.samples.seeded import (
    GIVEN,
    read_samples,
    sample_names,
    save_samples,
    seeded_sample,
    seeded_samples,
)
from hil.testing.model_builder import ModelBuilder
from hil.testing.zoo import names, network


def contract_of(name: str) -> Contract:
    return read_contract(network(name))


def arrays_of(contract: Contract, name: str, seed: int = 1) -> tuple[np.ndarray[Any, Any], ...]:
    return contract.unpack(seeded_sample(contract, name, seed=seed).data)


@pytest.mark.parametrize("name", names())
def test_samples_have_the_size_of_the_inputs(name: str) -> None:
    contract = contract_of(name)
    samples = seeded_samples(contract, count=6)
    assert [len(sample.data) for sample in samples] == [contract.header.sample_bytes] * 6
    assert len({sample.name for sample in samples}) == 6


def test_the_same_seed_gives_the_same_samples_and_another_one_others() -> None:
    contract = contract_of("ends")
    assert seeded_samples(contract, seed=7) == seeded_samples(contract, seed=7)
    first, other = (seeded_sample(contract, "uniform-0", seed=seed) for seed in (7, 8))
    assert first.data != other.data
    assert first.data != seeded_sample(contract, "uniform-1", seed=7).data


def test_more_samples_do_not_change_the_first_ones() -> None:
    contract = contract_of("softmax")
    assert seeded_samples(contract, count=12)[:5] == seeded_samples(contract, count=5)


def test_two_inputs_are_not_alike() -> None:
    left, right = arrays_of(contract_of("ends"), "uniform-0")
    assert left.tolist() != right.tolist()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("softmax", -128, 127), ("quantize_uint8", 0, 255), ("add_int16", -32768, 32767)],
)
def test_extremes_are_those_of_the_type(name: str, low: int, high: int) -> None:
    contract = contract_of(name)
    (least, *_), (most, *_) = (arrays_of(contract, f"extremes-{which}") for which in ("min", "max"))
    if contract.header.inputs[0].type == 0:  # float32
        low, high = -1, 1
    assert set(least.ravel().tolist()) == {low}
    assert set(most.ravel().tolist()) == {high}
    in_turn = arrays_of(contract, "extremes-alternating")[0].ravel().tolist()
    assert in_turn[:4] == [low, high, low, high]


def test_uniform_samples_use_the_whole_type() -> None:
    contract = contract_of("conv_2d")
    values = np.concatenate(
        [arrays_of(contract, f"uniform-{n}")[0].ravel().astype(int) for n in range(20)]
    )
    assert values.min() < -120
    assert values.max() > 120
    assert abs(values.mean()) < 10


def test_a_bool_is_true_or_false() -> None:
    values = arrays_of(contract_of("logical_and"), "uniform-0")[0]
    assert values.dtype == bool
    assert set(values.ravel().tolist()) == {True, False}


def test_floats_stay_between_minus_one_and_one() -> None:
    for name in sample_names(10):
        values = arrays_of(contract_of("conv_2d_float"), name)[0]
        assert np.all(np.abs(values) <= 1)


@pytest.mark.parametrize("name", ["nothing", "uniform", "extremes-0", "normal-x"])
def test_a_name_that_no_sample_has_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no seeded sample"):
        seeded_sample(contract_of("ends"), name)


# ---- files -------------------------------------------------------------------------


@pytest.fixture
def ends() -> Contract:
    return contract_of("ends")


def written(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_a_file_gives_back_the_samples_that_were_saved(tmp_path: Path, ends: Contract) -> None:
    samples = seeded_samples(ends, count=3)
    outputs = [[np.zeros(t.shape) for t in ends.header.outputs]] * 3
    path = tmp_path / "kept.npz"
    save_samples(path, ends, samples, outputs)
    found = read_samples(path, ends)
    assert [sample.data for sample in found] == [sample.data for sample in samples]
    assert [sample.name for sample in found] == ["kept-0", "kept-1", "kept-2"]
    assert {sample.kind for sample in found} == {GIVEN}


def test_the_only_input_needs_no_name(tmp_path: Path) -> None:
    contract = contract_of("softmax")
    rows = np.arange(2 * 40, dtype=np.int8).reshape(2, 4, 10)
    found = read_samples(written(tmp_path / "x.npz", whatever=rows), contract)
    assert [sample.data for sample in found] == [rows[0].tobytes(), rows[1].tobytes()]


def test_an_array_of_the_inputs_shape_is_one_sample(tmp_path: Path) -> None:
    contract = contract_of("softmax")
    path = tmp_path / "one.npy"
    np.save(path, np.zeros((4, 10), np.int8))
    assert [sample.name for sample in read_samples(path, contract)] == ["one-0"]


ROWS = np.zeros((3, 8), np.int8)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"left": ROWS}, "the file has arrays 'left'"),
        ({"left": ROWS, "wrong": ROWS}, "the network has inputs 'left', 'right'"),
        (
            {"left": ROWS, "right": ROWS + np.int16(200)},
            r"row 0: the input right: int8 \[1, 8\].* 200",
        ),
        ({"left": ROWS, "right": ROWS > 0}, "row 0: the input right: .* has the type bool"),
        ({"left": ROWS, "right": np.zeros((3, 7), np.int8)}, r"'right' is \[3, 7\] in the file"),
        ({"left": ROWS, "right": ROWS[:2]}, "left 3, right 2"),
        ({"left": ROWS[:0], "right": ROWS[:0]}, "no samples in the file"),
    ],
)
def test_what_does_not_fit_is_named(
    tmp_path: Path, ends: Contract, arrays: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        read_samples(written(tmp_path / "x.npz", **arrays), ends)
    assert refused.value.where.endswith("x.npz")


def test_values_that_are_not_finite_are_refused_with_their_row(tmp_path: Path) -> None:
    rows = np.zeros((4, 4, 10), np.float32)
    rows[2, 1, 7] = np.nan
    with pytest.raises(UsageError, match=r"row 2: .* not finite"):
        read_samples(written(tmp_path / "x.npz", x=rows), contract_of("softmax_float"))


def test_real_values_of_a_quantized_input_are_quantized(tmp_path: Path, ends: Contract) -> None:
    scale, zero = ends.header.inputs[1].scale, ends.header.inputs[1].zero_point
    reals = ((ROWS + 5 - zero) * scale).astype(np.float32)
    (sample, *_) = read_samples(written(tmp_path / "x.npz", left=ROWS, right=reals), ends)
    assert ends.unpack(sample.data)[1].tolist() == [[5] * 8]


def test_a_folder_is_taken_as_a_file_is(tmp_path: Path, ends: Contract) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.bin").write_bytes(bytes(range(16)))
    np.savez(tmp_path / "a" / "2.npz", left=ROWS[0], right=ROWS[0])
    found = read_samples(tmp_path, ends)
    assert [(one.name, one.kind) for one in found] == [("a/1.bin", GIVEN), ("a/2.npz", GIVEN)]
    assert [one.data for one in found] == [bytes(range(16)), bytes(16)]
    (tmp_path / "labels.csv").write_text("file\na/1.bin\na/2.npz\n")
    (tmp_path / "a" / "1.bin").write_bytes(b"short")
    with pytest.raises(UsageError, match=r"line 2: a/1\.bin: 5 bytes"):
        read_samples(tmp_path, ends)


def test_the_other_byte_order_and_axes_of_size_1_are_taken(tmp_path: Path) -> None:
    rows = np.arange(2 * 40).reshape(2, 4, 1, 10).astype(">f4")
    found = read_samples(written(tmp_path / "x.npz", x=rows), contract_of("softmax_float"))
    assert [s.data for s in found] == [row.astype("<f4").tobytes() for row in rows]


def test_arrays_may_have_the_whole_names_of_the_tflite_file(tmp_path: Path) -> None:
    left, right = (f"{'a' * 60}/{name}" for name in ("left", "right"))
    model = ModelBuilder()
    for name in (left, right):
        model.input(name, (1, 4), "FLOAT32")
    out = model.tensor("sum", (1, 4), "FLOAT32")
    model.op("ADD", model.inputs, out, "AddOptions")
    contract = read_contract(model.build([out]))
    ones = np.ones((1, 4), np.float32)
    (found,) = read_samples(written(tmp_path / "x.npz", **{right: 2 * ones, left: ones}), contract)
    assert found.data == ones.tobytes() + (2 * ones).tobytes()
    assert contract.pack({right: 2 * ones, left: ones}) == found.data


@pytest.mark.parametrize("content", [b"", b"no file of numpy's", b"PK\x03\x04 cut"])
def test_what_is_no_file_of_samples_is_refused(
    tmp_path: Path, ends: Contract, content: bytes
) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read"):
        read_samples(path, ends)


def test_a_missing_file_is_refused(tmp_path: Path, ends: Contract) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_samples(tmp_path / "none.npz", ends)
