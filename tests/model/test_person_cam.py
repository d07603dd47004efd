"""The committed model: its card, its scores on the photographs, both interpreters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hil.base.resources import find
from hil.network.cam_graph import CamGraph, look_for_cam
from hil.network.contract import read_network
from hil.network.settings import read_settings
from hil.network.tflite_graph import read_graph
from model.calibration import read_photographs
from model.card import Card, read_card

OTHERS = 6
"""Images in front of the photographs in what the interpreters run."""

REFERENCE = """
import sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
interpreter = Interpreter(
    model_path=sys.argv[1],
    experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    experimental_preserve_all_tensors=True,
)
interpreter.allocate_tensors()
tensors = [int(index) for index in sys.argv[4].split(",")]
runs = []
for image in np.load(sys.argv[2]):
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None, :, :, None])
    interpreter.invoke()
    runs.append([interpreter.get_tensor(index).ravel() for index in tensors])
np.savez(sys.argv[3], **{str(t): np.stack([run[i] for run in runs])
                         for i, t in enumerate(tensors)})
"""

MICRO = """
import sys
import numpy as np
from tflite_micro.python.tflite_micro import runtime
interpreter = runtime.Interpreter.from_file(
    sys.argv[1], intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors)
tensors = [int(index) for index in sys.argv[4].split(",")]
runs = []
for image in np.load(sys.argv[2]):
    interpreter.set_input(image[None, :, :, None], 0)
    interpreter.invoke()
    runs.append([interpreter.GetTensor(index, 0)["tensor_data"].ravel() for index in tensors])
np.savez(sys.argv[3], **{str(t): np.stack([run[i] for run in runs])
                         for i, t in enumerate(tensors)})
"""


@pytest.fixture(scope="module")
def path() -> Path:
    return find("model") / "person_cam.tflite"


@pytest.fixture(scope="module")
def cam(path: Path) -> CamGraph:
    found, missing = look_for_cam(read_graph(path.read_bytes()))
    assert found is not None, missing
    return found


@pytest.fixture(scope="module")
def card(path: Path) -> Card:
    return read_card(path.with_suffix(".toml"))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Noise, black, white, then the photographs: int8 [OTHERS + photographs, 96, 96]."""
    photographs = read_photographs(find("fixtures") / "photos")
    noise = np.random.default_rng(11).integers(0, 256, (OTHERS - 2, 96, 96))
    flat = [np.zeros((1, 96, 96)), np.full((1, 96, 96), 255)]
    return (np.concatenate([noise, *flat, photographs]).astype(np.int64) - 128).astype(np.int8)


def run(
    code: str, folder: Path, path: Path, images: np.ndarray, cam: CamGraph
) -> dict[int, np.ndarray]:
    """Every operator's output by its tensor index, int8 [n, elements].

    In a process of its own: an abort of an interpreter must not end the tests.
    """
    np.save(folder / "images.npy", images)
    outputs = ",".join(str(op.output) for op in cam.graph.ops)
    files = [str(path), str(folder / "images.npy"), str(folder / "outputs.npz"), outputs]
    process = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    with np.load(folder / "outputs.npz") as archive:
        return {int(name): archive[name] for name in archive.files}


@pytest.fixture(scope="module")
def reference(
    tmp_path_factory: pytest.TempPathFactory, path: Path, images: np.ndarray, cam: CamGraph
) -> dict[int, np.ndarray]:
    return run(REFERENCE, tmp_path_factory.mktemp("reference"), path, images, cam)


def test_the_card_is_that_of_the_model(path: Path, card: Card, cam: CamGraph) -> None:
    assert card.sha256 == cam.graph.sha256
    assert len(card.labels) == cam.classes
    head = read_network(path).head
    assert head is not None
    assert (head.positive_class, head.threshold) == (card.positive_class, card.threshold_percent)


def test_the_input_is_pixel_minus_128_exactly(path: Path, cam: CamGraph) -> None:
    assert cam.input.scales == (2.0**-7,)
    assert cam.input.zero_points == (0,)
    image = read_network(path).image
    assert image is not None
    assert image.tables == (bytes((pixel - 128) & 0xFF for pixel in range(256)),)


def test_what_pixels_become_is_declared_and_not_guessed(path: Path) -> None:
    assert read_settings(path.with_suffix(".toml")).pixels is not None


def test_the_score_is_quantized_as_the_tflite_specification_says(cam: CamGraph) -> None:
    assert cam.score.scales == (2.0**-8,)
    assert cam.score.zero_points == (-128,)


def test_the_features_have_36_cells_of_128_channels(cam: CamGraph) -> None:
    assert cam.features.shape == (1, 6, 6, 128)


def test_scores_spread_on_both_sides_of_the_threshold(
    reference: dict[int, np.ndarray], cam: CamGraph, card: Card
) -> None:
    scores = reference[cam.score.index][OTHERS:, card.positive_class].astype(np.int64) + 128
    passing = np.count_nonzero(scores * 100 >= card.threshold_percent * 256)
    assert len(scores) / 4 <= passing <= len(scores) * 3 / 4
    assert scores.min() < 64
    assert scores.max() > 192


def test_winning_cells_spread_and_most_are_off_the_diagonal(
    reference: dict[int, np.ndarray], cam: CamGraph, card: Card
) -> None:
    """Else a swap of x and y, or a constant location, would go unnoticed."""
    features = reference[cam.features.index][OTHERS:].reshape(-1, 36, 128).astype(np.int64)
    shifted = features - cam.features.zero_point()
    weights = cam.class_weights(card.positive_class).astype(np.int64)
    cells = (shifted @ (weights - cam.weights.zero_point(card.positive_class))).argmax(axis=1)
    assert len(set(cells.tolist())) >= len(cells) / 2
    assert np.count_nonzero(cells // 6 != cells % 6) > len(cells) / 2


def test_the_other_class_s_weights_would_give_other_locations(
    reference: dict[int, np.ndarray], cam: CamGraph, card: Card
) -> None:
    """Else reading the wrong class would go unnoticed."""
    features = reference[cam.features.index][OTHERS:].reshape(-1, 36, 128).astype(np.int64)
    shifted = features - cam.features.zero_point()
    cells = [
        (shifted @ (cam.class_weights(k).astype(int) - cam.weights.zero_point(k))).argmax(axis=1)
        for k in (card.positive_class, 1 - card.positive_class)
    ]
    assert np.count_nonzero(cells[0] != cells[1]) == len(cells[0])


def test_both_reference_interpreters_agree_in_every_operator_to_the_bit(
    tmp_path: Path,
    path: Path,
    images: np.ndarray,
    cam: CamGraph,
    reference: dict[int, np.ndarray],
) -> None:
    pytest.importorskip("tflite_micro", reason="tflite-micro has no wheel for this platform")
    micro = run(MICRO, tmp_path, path, images, cam)
    differing = [
        f"{op.index} {op.name}"
        for op in cam.graph.ops
        if not np.array_equal(micro[op.output], reference[op.output])
    ]
    assert differing == []
