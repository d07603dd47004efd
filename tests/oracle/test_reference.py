"""The oracle's answers, and which interpreter gives them."""

import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hil.base.resources import find
from hil.base.toml_table import read_toml
from hil.errors import InfrastructureError, UsageError
from hil.images import from_tensor, synthetic, to_tensor
from hil.network.location import Location, NoLocation
from hil.network.random_samples import random_samples
from hil.network.tflite_graph import read_graph
from hil.oracle import Oracle
from hil.oracle.cam import float_cam_agrees
from hil.oracle.interpreter import LiteRtReference, MicroReference
from hil.testing import zoo
from hil.testing.model_builder import ModelBuilder
from hil.testing.tiny_model import tiny_model

IMAGES = {photo.name: photo.tensor for photo in synthetic()}
REFUSED_BY_LITERT = {"bias_dimension": 3}


def bright_cell_model() -> bytes:
    """A model whose class 1 likes what each channel answers to brightness."""
    model = tiny_model(channels=4)
    filter_ = next(t for t in read_graph(model).tensors if t.name == "features/filter")
    sums = np.frombuffer(filter_.data, np.int8).reshape(4, -1).sum(axis=1, dtype=int)
    liked = np.where(sums > 0, 90, -90)
    return tiny_model(channels=4, classifier_weights=np.array([-liked, liked], np.int8))


def bright_cell(row: int, column: int) -> np.ndarray:
    pixels = np.zeros((96, 96), np.uint8)
    pixels[16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = 255
    return to_tensor(pixels)


def features_by_hand(model: bytes, image: np.ndarray) -> np.ndarray:
    """The first operator of a tiny model in float64, rounded to int8."""
    tensors = {tensor.name: tensor for tensor in read_graph(model).tensors}
    filter_, bias, features = (
        tensors[name] for name in ("features/filter", "features/bias", "features")
    )
    weights = np.frombuffer(filter_.data, np.int8).reshape(filter_.shape)[..., 0].astype(float)
    cells = image.astype(float).reshape(6, 16, 6, 16)
    sums = np.einsum("ryxc,kyc->rxk", cells, weights)
    real = (sums + np.frombuffer(bias.data, "<i4")) * filter_.scale() / 128
    return np.clip(np.round(real / features.scale()) + features.zero_point(), -128, 127)


@pytest.mark.parametrize("name", sorted(IMAGES))
def test_features_are_those_of_a_convolution_by_hand(name: str) -> None:
    model = tiny_model()
    answer = Oracle.open(model, 1, 50).run(IMAGES[name])
    # One step: float64 rounds otherwise than TFLite's fixed point multiplier.
    assert np.abs(answer.features - features_by_hand(model, IMAGES[name])).max() <= 1


@pytest.mark.parametrize("name", sorted(IMAGES))
def test_map_is_the_weighted_sum_of_the_features(name: str) -> None:
    weights = np.array([[1, 2], [-3, 4], [5, -6]], np.int8)
    model = tiny_model(classes=3, channels=2, feature_zero_point=-5, classifier_weights=weights)
    answer = Oracle.open(model, 2, 50).run(IMAGES[name])
    f = answer.features.astype(int)
    assert answer.cam.tolist() == (5 * (f[..., 0] + 5) - 6 * (f[..., 1] + 5)).tolist()


@pytest.mark.parametrize("name", sorted(IMAGES))
def test_integer_and_floating_point_maps_agree(name: str) -> None:
    oracle = Oracle.open(tiny_model(), 1, 50)
    answer = oracle.run(IMAGES[name])
    assert float_cam_agrees(answer.cam, oracle.float_cam(answer))


@pytest.mark.parametrize("row", range(6))
@pytest.mark.parametrize("column", range(6))
def test_location_is_the_bright_cell(row: int, column: int) -> None:
    answer = Oracle.open(bright_cell_model(), 1, 0).run(bright_cell(row, column))
    assert answer.location == Location(16 * column + 8, 16 * row + 8, column, row)


def test_threshold_of_the_call_replaces_that_of_the_oracle() -> None:
    oracle = Oracle.open(tiny_model(), 1, 100)
    image = IMAGES["noise"]
    assert oracle.run(image).location is NoLocation.BELOW_THRESHOLD
    passing = oracle.run(image, threshold=0)
    assert isinstance(passing.location, Location)
    assert passing.threshold == 0


def test_a_uniform_image_has_a_flat_map() -> None:
    oracle = Oracle.open(tiny_model(), 1, 0)
    assert oracle.run(IMAGES["black"]).location is NoLocation.FLAT_MAP
    assert oracle.run(IMAGES["white"]).location is NoLocation.FLAT_MAP


def test_operator_outputs_are_those_of_the_graph_in_order() -> None:
    oracle = Oracle.open(tiny_model(), 1, 50)
    answer = oracle.run(IMAGES["noise"], ops=True)
    assert answer.op_outputs is not None
    shapes = [output.shape for (output,) in answer.op_outputs]
    assert shapes == [(1, 6, 6, 8), (1, 1, 1, 8), (1, 1, 1, 2), (1, 2), (1, 2)]
    assert answer.op_outputs[0][0].tobytes() == answer.features.tobytes()
    assert answer.op_outputs[-1][0].tobytes() == answer.scores.tobytes()
    assert answer.op_crcs()[0] == zlib.crc32(answer.features.tobytes())


def test_operator_crcs_need_operator_outputs() -> None:
    answer = Oracle.open(tiny_model(), 1, 50).run(IMAGES["noise"])
    with pytest.raises(UsageError, match="no operator outputs"):
        answer.op_crcs()


def test_an_answer_is_computed_once_and_cannot_be_changed() -> None:
    oracle = Oracle.open(tiny_model(), 1, 50)
    first, second = oracle.run(IMAGES["noise"]), oracle.run(IMAGES["noise"].copy())
    assert first.cam is second.cam
    with pytest.raises(ValueError, match="read-only"):
        first.cam[0, 0] = 1


def test_threads_get_the_answers_of_their_own_images() -> None:
    rng = np.random.default_rng(3)
    images = [rng.integers(-128, 128, (96, 96)).astype(np.int8) for _ in range(40)]
    model = tiny_model()
    alone = [Oracle.open(model, 1, 50).run(image).cam.tolist() for image in images]
    shared = Oracle.open(model, 1, 50)
    with ThreadPoolExecutor(8) as pool:
        together = [answer.cam.tolist() for answer in pool.map(shared.run, images)]
    assert together == alone


@pytest.mark.parametrize(
    "image", [np.zeros((96, 96), "f4"), np.zeros((95, 96), np.int8), np.zeros(9216, np.int8)]
)
def test_another_type_or_size_of_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(UsageError, match=r"the input input: int8 \[1, 96, 96, 1\] cannot take"):
        Oracle.open(tiny_model(), 1, 50).run(image)


@pytest.mark.usefixtures("no_micro")
def test_without_tflite_micro_the_reference_kernels_of_litert_stand_in() -> None:
    oracle = Oracle.open(zoo.network("fully_connected"))
    assert "BUILTIN_REF" in oracle.resolver
    assert oracle.unsure == ("FULLY_CONNECTED",)
    assert Oracle.open(zoo.network("conv_2d")).unsure == ()


@pytest.mark.usefixtures("micro")
def test_tflite_micro_is_the_first_oracle_and_sure_of_every_operator() -> None:
    oracle = Oracle.open(zoo.network("fully_connected"))
    assert oracle.resolver.startswith("tflite-micro ")
    assert oracle.unsure == ()


@pytest.mark.usefixtures("micro")
def test_both_interpreters_give_the_same_bytes_in_every_operator() -> None:
    model = tiny_model(channels=16)
    graph = read_graph(model)
    litert, micro = LiteRtReference(model, graph), MicroReference(model, graph)
    for image in IMAGES.values():
        shaped = [image.reshape(1, 96, 96, 1)]
        litert.run(shaped)
        micro.run(shaped)
        for op in graph.ops:
            assert litert.tensor(op.output).tobytes() == micro.tensor(op.output).tobytes()


@pytest.mark.usefixtures("micro")
def test_a_model_that_litert_refuses_is_run_by_tflite_micro() -> None:
    oracle = Oracle.open(tiny_model(**REFUSED_BY_LITERT), 1, 50)
    answer = oracle.run(IMAGES["noise"], ops=True)
    usual = Oracle.open(tiny_model(), 1, 50).run(IMAGES["noise"], ops=True)
    assert answer.op_crcs() == usual.op_crcs()


@pytest.mark.usefixtures("no_micro")
def test_without_tflite_micro_the_refusal_says_what_is_wrong_and_what_to_install() -> None:
    with pytest.raises(UsageError, match=r"LiteRT .* refuses the model: quantized_dim") as caught:
        Oracle.open(tiny_model(**REFUSED_BY_LITERT), 1, 50, where="old.tflite")
    assert "camhil[sim]" in caught.value.hint
    assert caught.value.where == "old.tflite"


@pytest.mark.usefixtures("micro", "aborting_micro")
def test_a_model_that_tflite_micro_aborts_on_is_refused_with_its_last_words() -> None:
    with pytest.raises(UsageError, match=r"refuses the model: it ended with SIGABRT: .*failed"):
        Oracle.open(tiny_model(), where="own.tflite")


@pytest.mark.usefixtures("micro")
def test_a_type_that_an_operator_has_no_kernel_for_is_named_with_the_operator() -> None:
    file = ModelBuilder()
    x = file.input("x", (1, 4), "INT8", 0.1)
    y = file.tensor("y", (1, 4), "INT8", 0.1)
    file.op("NEG", [x], y, "NegOptions")
    with pytest.raises(UsageError, match=r"Type INT8 \(9\) not supported. Node NEG"):
        Oracle.open(file.build([y]))


@pytest.mark.usefixtures("micro")
def test_a_model_that_could_not_be_tried_in_time_says_nothing_of_the_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("hil.oracle.micro._SECONDS", 0.0)
    with pytest.raises(InfrastructureError, match="could not be tried: not finished within"):
        Oracle.open(tiny_model())
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.usefixtures("micro")
def test_a_model_is_tried_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Oracle.open(tiny_model())
    monkeypatch.setattr("hil.oracle.micro._WORKER", "no such module")
    Oracle.open(tiny_model())
    with pytest.raises(UsageError, match="No module named"):
        Oracle.open(tiny_model(seed=2))


def test_a_network_without_a_map_has_outputs_and_nothing_else() -> None:
    oracle = Oracle.open(zoo.network("ends"))
    left, right = np.arange(8, dtype=np.int8), np.full(8, -7, np.int8)
    answer = oracle.run({"left": left, "right": right})
    real, larger, best = answer.outputs
    # By hand: scales 0.05 and 0.1, zero points 3 and -7; the sum's scale is 0.15.
    exact = (left - 3.0) * 0.05 + (right + 7.0) * 0.1
    assert np.abs(real[0] - exact).max() <= 0.15 / 2 + 1e-6
    assert larger[0].tolist() == ((left - 3) * 0.05 > (right + 7) * 0.1).tolist()
    assert best.tolist() == [int(np.argmax(real[0]))]
    assert (answer.scores, answer.cam, answer.location, answer.threshold) == (None,) * 4
    assert answer.output_crcs() == tuple(zlib.crc32(a.tobytes()) for a in answer.outputs)
    with pytest.raises(UsageError, match="a threshold means nothing here"):
        oracle.run([left, right], threshold=50)
    with pytest.raises(UsageError, match="no class activation map"):
        oracle.float_cam(answer)


def test_crcs_are_those_of_all_outputs_of_an_operator_in_the_order_of_the_trace() -> None:
    oracle = Oracle.open(zoo.network("split_v"))
    answer = oracle.run(bytes(range(192)), ops=True)
    x = np.arange(192, dtype=np.uint8).reshape(24, 8)
    parts = (np.ascontiguousarray(x[:, :3]), np.ascontiguousarray(x[:, 3:]))
    assert answer.op_crcs() == tuple(zlib.crc32(part.tobytes()) for part in parts)


STEPS = [np.full((1, 6), value, np.float32) for value in (1.0, 10.0, 100.0)]
START = np.arange(6.0)
"""Of the variable, which each sample is added to."""


@pytest.mark.parametrize("missing", ["", "tflite-micro"])
def test_a_sample_starts_from_the_initial_state_unless_it_continues(
    missing: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("no_micro" if missing else "micro")
    oracle = Oracle.open(zoo.network("variable"))

    def total(step: np.ndarray, **how: bool) -> list[float]:
        return oracle.run(step, **how).outputs[0][0].tolist()

    assert total(STEPS[0]) == (START + 1).tolist()
    assert total(STEPS[1]) == (START + 10).tolist()
    assert total(STEPS[2], continue_state=True) == (START + 110).tolist()
    assert total(STEPS[0]) == (START + 1).tolist()  # kept: nothing is run, and the state is right
    assert total(STEPS[1], continue_state=True) == (START + 11).tolist()
    assert total(STEPS[2], continue_state=True, ops=True) == (START + 111).tolist()


@pytest.mark.usefixtures("micro")
@pytest.mark.parametrize("name", ["svdf", "lstm"])
def test_state_in_tensors_is_kept_and_reset(name: str) -> None:
    oracle = Oracle.open(zoo.network(name))
    first, second = random_samples(oracle.contract.header, 2)
    alone = oracle.run(second).output_crcs()
    oracle.run(first)
    assert oracle.run(second, continue_state=True).output_crcs() != alone
    assert oracle.run(second).output_crcs() == alone


def test_the_model_of_the_repository_has_an_oracle() -> None:
    path = find("model/person_cam.tflite")
    card = read_toml(find("model/person_cam.toml"))
    positive = card.take("positive_class", int)
    oracle = Oracle.open(path.read_bytes(), positive, card.take("threshold_percent", int))
    assert oracle.cam is not None
    assert oracle.cam.classes == len(card.take("labels", list))
    answer = oracle.run(IMAGES["noise"])
    assert answer.features.shape == (6, 6, 128)
    assert float_cam_agrees(answer.cam, oracle.float_cam(answer))


def test_pixels_survive_the_way_to_the_tensor_and_back() -> None:
    assert from_tensor(bright_cell(2, 3)).max() == 255
