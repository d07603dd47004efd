"""The contract of a network: what it takes and gives, and how samples are packed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.images import Photo
from hil.network.arrays import picture_input
from hil.network.contract import Contract, read_contract, read_network
from hil.network.input_contract import PIXEL_SCALES, PixelScale
from hil.network.random_samples import random_samples
from hil.network.settings import NetworkSettings, read_settings
from hil.testing import zoo
from hil.testing.model_builder import ModelBuilder
from hil.testing.tiny_model import edit_model, tiny_model
from hil.wire.network_header import unpack_partition

SETTINGS = NetworkSettings(positive_class=1, threshold=60)


def contract_of(model: bytes, **settings: Any) -> Contract:
    return read_contract(model, where="own.tflite", settings=NetworkSettings(**settings))


def rgb_model(zero_point: int = -128, scale: float = 1 / 255) -> bytes:
    file = ModelBuilder()
    x = file.input("picture", (1, 4, 6, 3), "INT8", scale, zero_point)
    y = file.tensor("y", (1, 3), "INT8", scale, zero_point)
    file.op("MEAN", [x, file.ints("axes", [1, 2])], y, "ReducerOptions")
    return file.build([y])


def test_a_network_with_a_map_has_head_picture_and_no_notes() -> None:
    model = tiny_model(classes=3, channels=4)
    contract = read_contract(model, settings=SETTINGS)
    head, image = contract.head, contract.image
    assert head is not None
    assert (head.classes, head.positive_class, head.threshold) == (3, 1, 60)
    assert (head.rows, head.columns, head.channels) == (6, 6, 4)
    assert (head.score_output, head.features_output) == (0, 1)
    assert contract.cam is not None
    weights = contract.cam.class_weights(1).tobytes()
    assert model[head.weights : head.weights + 4] == weights
    assert image is not None
    assert (image.rows, image.columns, len(image.tables)) == (96, 96, 1)
    assert contract.notes == ()


def test_the_partition_holds_contract_and_network_and_can_be_read_back() -> None:
    model = tiny_model()
    contract = read_contract(model, settings=SETTINGS)
    held = unpack_partition(contract.partition + b"\xff" * 100)
    assert held.tflite == model
    assert held.header == contract.header
    assert (held.header.ops, held.header.op_outputs, held.header.stateful) == (5, 5, False)


@pytest.mark.parametrize("name", zoo.names())
def test_each_network_of_the_zoo_has_a_contract_that_survives_the_partition(name: str) -> None:
    contract = read_contract(zoo.network(name), where=name)
    assert unpack_partition(contract.partition).header == contract.header
    assert contract.header.stateful is (name in zoo.STATEFUL)
    assert contract.header.op_outputs == len(contract.graph.trace)


def test_several_inputs_and_outputs_keep_order_type_and_shape() -> None:
    header = read_contract(zoo.network("ends")).header
    assert [(t.name, t.type, t.shape, t.size) for t in header.inputs] == [
        ("left", 9, (1, 8), 8),
        ("right", 9, (1, 8), 8),
    ]
    assert [(t.name, t.type, t.size) for t in header.outputs] == [
        ("real", 0, 32),  # FLOAT32
        ("larger", 6, 8),  # BOOL
        ("best", 2, 4),  # INT32
    ]
    assert [t.scale for t in header.outputs] == [0.0, 0.0, 0.0]
    assert header.inputs[1].scale == pytest.approx(0.1)
    assert header.inputs[1].zero_point == -7


def test_without_settings_a_network_that_could_have_a_map_says_what_is_missing() -> None:
    contract = read_contract(tiny_model())
    assert contract.head is None
    assert any("the settings lack positive_class" in note for note in contract.notes)


def test_a_network_without_a_map_is_taken_and_decides_by_its_scores() -> None:
    contract = read_contract(tiny_model(outputs=("score",)), settings=SETTINGS)
    assert contract.head is None
    assert any("are no output" in note for note in contract.notes)
    assert contract.task.kind == "classification"
    assert (contract.task.positive_class, contract.task.threshold) == (
        SETTINGS.positive_class,
        SETTINGS.threshold,
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"positive_class": 2, "threshold": 50}, "the model has 2 classes"),
        ({"positive_class": 1, "threshold": 50, "labels": ("a",)}, "1 labels for 2 classes"),
        ({"sha256": "0" * 64, "where": "own.toml"}, "own.toml are of another model"),
        ({"pixels": PIXEL_SCALES[0]}, "wrong pixels: the settings declare pixels from 0 to 1"),
    ],
)
def test_settings_that_contradict_the_network_are_refused(
    settings: dict[str, Any], said: str
) -> None:
    model = tiny_model(input_scale=0.0187, input_zero_point=-14)
    with pytest.raises(UsageError, match=said):
        contract_of(model, **settings)


def test_the_remedy_for_wrong_pixels_is_accepted_when_it_is_tried() -> None:
    model = tiny_model(input_scale=1 / 128, input_zero_point=0)
    with pytest.raises(UsageError, match="wrong pixels") as caught:
        contract_of(model, pixels=PixelScale.between(-1, 1))
    (fitting,) = (each for each in PIXEL_SCALES if f'pixels = "{each.text}"' in caught.value.hint)
    assert contract_of(model, pixels=fitting).image is not None


def test_an_undeclared_unusual_input_is_no_picture_and_a_declared_one_is() -> None:
    model = tiny_model(input_scale=0.0187, input_zero_point=-14)
    undeclared = contract_of(model)
    assert undeclared.image is None
    assert any("no usual scale of pixels" in note for note in undeclared.notes)
    declared = contract_of(model, pixels=PixelScale.standardized([113.9], [53.5]))
    assert declared.image is not None
    table = np.frombuffer(declared.image.tables[0], np.int8)
    assert table[0] == round(-113.9 / 53.5 / 0.0187) - 14
    assert table[255] == 127


def test_an_input_that_is_no_picture_can_be_declared_as_such() -> None:
    contract = contract_of(tiny_model(), no_picture=True)
    assert contract.image is None
    assert "no picture: the settings say so" in contract.notes


def test_declared_pixels_of_a_network_without_a_picture_are_refused() -> None:
    with pytest.raises(UsageError, match="declare pixels, but a picture is one int8 or uint8"):
        contract_of(zoo.network("ends"), pixels=PIXEL_SCALES[0])


def test_channels_of_the_declaration_and_of_the_input_have_to_agree() -> None:
    pixels = PixelScale.standardized([0, 0], [255, 255])
    with pytest.raises(UsageError, match="pixels of 2 channels, the input has 3"):
        contract_of(rgb_model(), pixels=pixels)


def test_a_picture_is_looked_up_channel_by_channel() -> None:
    pixels = PixelScale.standardized([0, 51, 0], [255, 255, 510])
    contract = contract_of(rgb_model(scale=1.2 / 255, zero_point=-85), pixels=pixels)
    picture = np.random.default_rng(5).integers(0, 256, (4, 6, 3), np.uint8)
    made = picture_input(contract.header, picture)
    assert (made.dtype, made.shape) == (np.int8, (1, 4, 6, 3))
    real = (picture - np.array([0, 51, 0])) / np.array([255, 255, 510])
    exact = np.clip(real / (1.2 / 255) - 85, -128, 127)
    assert np.abs(made[0] - exact).max() <= 0.5 + 1e-3


def test_a_photo_is_a_sample_that_goes_through_the_tables() -> None:
    file = ModelBuilder()
    x = file.input("x", (1, 1, 2, 3), "UINT8", 1.0, 0)
    y = file.tensor("y", (1, 1, 2, 3), "UINT8", 1.0, 0)
    file.op("RELU", [x], y)
    contract = read_contract(file.build([y]))
    red_and_gray = np.array([[[255, 0, 0], [7, 7, 7]]], np.uint8)
    assert contract.pack(Photo("p", red_and_gray)) == bytes([255, 0, 0, 7, 7, 7])
    assert contract.pack(Photo("p", red_and_gray[..., 1])) == bytes([0, 0, 0, 7, 7, 7])
    with pytest.raises(
        UsageError, match=r"the picture is uint8 \[2, 1, 3\], not uint8 \[1, 2, 3\]"
    ):
        contract.pack(Photo("p", red_and_gray.reshape(2, 1, 3)))


def test_a_gray_picture_is_the_same_in_every_channel() -> None:
    contract = contract_of(rgb_model())
    gray = np.random.default_rng(5).integers(0, 256, (4, 6), np.uint8)
    three = picture_input(contract.header, np.stack([gray] * 3, axis=-1))
    assert picture_input(contract.header, gray).tolist() == three.tolist()


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 5, 3), "u1"), np.zeros((4, 6, 2), "u1"), np.zeros((4, 6, 3), "i1")]
)
def test_a_picture_of_another_size_or_type_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(UsageError, match=r"not uint8 \[4, 6, 3\]"):
        picture_input(contract_of(rgb_model()).header, pixels)


def test_pictures_for_a_network_that_takes_none_are_refused() -> None:
    with pytest.raises(UsageError, match="is no picture, or nobody declared"):
        picture_input(read_contract(zoo.network("ends")).header, np.zeros((4, 6), np.uint8))


LEFT, RIGHT = np.arange(8, dtype=np.int8), -np.arange(8, dtype=np.int8)


@pytest.mark.parametrize(
    "sample",
    [
        LEFT.tobytes() + RIGHT.tobytes(),
        [LEFT, RIGHT],
        (LEFT[None], RIGHT[None]),
        {"right": RIGHT, "left": LEFT},
        [LEFT.astype(np.int64), RIGHT.tolist()],
    ],
)
def test_a_sample_is_the_bytes_of_the_inputs_in_their_order(sample: Any) -> None:
    contract = read_contract(zoo.network("ends"))
    packed = contract.pack(sample)
    assert packed == bytes(range(8)) + bytes((256 - n) % 256 for n in range(8))
    left, right = contract.unpack(packed)
    assert (left.shape, left.tolist(), right.tolist()) == (
        (1, 8),
        [[*range(8)]],
        [[*-np.arange(8)]],
    )


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (bytes(15), "the sample has 15 bytes, not 16"),
        (LEFT, "1 array for 2 inputs"),
        ([LEFT] * 3, "3 arrays for 2 inputs"),
        ({"left": LEFT, "up": RIGHT}, "arrays for the inputs left, up, not left, right"),
        ({"left": LEFT}, "arrays for the inputs left, not left, right"),
        ([LEFT, RIGHT[:7]], r"the input right: int8 \[1, 8\] cannot take this: .*\[7\]"),
        ([LEFT.astype(np.float32), RIGHT], "the input left: .* has the type float32"),
        ([LEFT, np.full(8, 128)], "the input right: .* values from 128 to 128"),
    ],
)
def test_a_sample_that_does_not_fit_is_refused_by_the_inputs_name(sample: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_contract(zoo.network("ends")).pack(sample)


@given(st.binary(min_size=24, max_size=24))
def test_bytes_of_any_value_survive_unpacking_and_packing(data: bytes) -> None:
    contract = read_contract(zoo.network("add_int32"))
    data *= 2
    assert contract.pack(contract.unpack(data)) == data


@pytest.mark.parametrize("name", zoo.names())
def test_random_samples_fit_every_network_of_the_zoo_and_differ(name: str) -> None:
    contract = read_contract(zoo.network(name))
    samples = random_samples(contract.header, 3)
    assert samples == random_samples(contract.header, 3)
    assert len(set(samples)) == 3
    for sample in samples:
        assert contract.pack(contract.unpack(sample)) == sample


def test_outputs_get_their_types_and_shapes_back() -> None:
    contract = read_contract(zoo.network("ends"))
    real = np.linspace(-1, 1, 8, dtype="<f4")
    given_ = contract.outputs([real.tobytes(), bytes([0, 1] * 4), b"\x07\0\0\0"])
    assert [array.dtype.name for array in given_] == ["float32", "bool", "int32"]
    assert given_[0].tolist() == [real.tolist()]
    assert given_[2].tolist() == [7]


def test_long_and_equal_names_are_cut_and_told_apart() -> None:
    def renamed(graph: Any, model: Any) -> None:
        for index in (*graph.inputs, *graph.outputs):
            graph.tensors[index].name = "ö" * 40

    header = read_contract(edit_model(zoo.network("ends"), renamed)).header
    names = [tensor.name for tensor in header.inputs]
    assert len(set(names)) == 2
    assert all(len(name.encode()) <= 48 for name in names)
    assert names[0] == "ö" * 24


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "black_and_white"),
    [
        ('pixels = "pixel / 127.5 - 1"', (-1, 1)),
        ("pixels = [-0.5, 1]", (-0.5, 1)),
        ("[pixels]\nmean = [127.5]\nstd = [127.5]", (-1, 1)),
        ("[pixels]\nmean = 51\nstd = 51", (-1, 4)),
    ],
)
def test_pixels_are_declared_in_the_settings(
    tmp_path: Path, text: str, black_and_white: tuple[float, float]
) -> None:
    pixels = read_settings(written(tmp_path, text)).pixels
    assert pixels is not None
    assert pixels.ends == black_and_white


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('pixels = "pixels"', "pixels cannot be 'pixels'"),
        ("pixels = [1]", "pixels cannot be"),
        ("pixels = [1, 1]", "pixels cannot be"),
        ("pixels = [0, inf]", "pixels cannot be"),
        ("pixels = 3", "pixels must be a text"),
        ("[pixels]\nmean = [1]\nstd = [0]", "pixels cannot be"),
        ("[pixels]\nmean = [1]", "pixels cannot be"),
        ("[pixels]\nmean = [1, 2]\nstd = [1]", "pixels cannot be"),
        ("threshold_percent = 101", "threshold_percent 101 is no percentage"),
        ("positive_class = -1", "positive_class -1 is no class"),
        ("threshold = 50", "unknown key 'threshold'"),
    ],
)
def test_wrong_settings_are_refused_with_file_and_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_settings(written(tmp_path, "labels = []\n" + text))
    assert caught.value.where == f"{tmp_path / 'own.toml'}:2"


@pytest.mark.parametrize("labels", ["['a', 'a']", "['a', '']", "['a', ' b']"])
def test_labels_that_cannot_tell_classes_apart_are_refused(tmp_path: Path, labels: str) -> None:
    with pytest.raises(UsageError, match="labels: ") as caught:
        read_settings(written(tmp_path, f"labels = {labels}"))
    assert "a name of its own" in caught.value.hint


def test_a_network_is_read_with_the_settings_beside_it_or_named_ones(tmp_path: Path) -> None:
    (tmp_path / "own.tflite").write_bytes(tiny_model())
    assert read_network(tmp_path / "own.tflite").head is None
    written(tmp_path, "positive_class = 0\nthreshold_percent = 40\nlabels = ['a', 'b']")
    beside = read_network(tmp_path / "own.tflite")
    assert beside.head is not None
    assert (beside.head.positive_class, beside.head.threshold) == (0, 40)
    assert beside.task.labels == ("a", "b")
    other = tmp_path / "other.toml"
    other.write_text('pixels = "none"', encoding="utf-8")
    named = read_network(tmp_path / "own.tflite", other)
    assert (named.head, named.image) == (None, None)
