"""A .keras file, with Keras: `make test-model`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hil.base.resources import find
from hil.errors import UsageError

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

ROOT = find("model").parent


@pytest.fixture(scope="module")
def saved() -> Path:
    """The network that the committed model was converted from."""
    return ROOT / "model" / "person_cam.keras"


def test_a_batch_gives_what_single_pictures_give(saved: Path) -> None:
    from model.calibration import read_photographs
    from model.float_network import load_network

    network = load_network(saved)
    images = read_photographs(ROOT / "fixtures" / "photos")[:5]
    scores, maps = network.run(images, 1)
    assert scores.shape == (5, 2)
    assert maps.shape == (5, 6, 6)
    assert scores.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-6)
    for n, image in enumerate(images):
        score, cam = network.run(image[None], 1)
        assert score[0] == pytest.approx(scores[n], abs=1e-5)
        assert cam[0] == pytest.approx(maps[n], abs=1e-4)


def test_the_map_averages_to_the_logit(saved: Path) -> None:
    """The classifier is linear: the mean of its map is the logit without its bias."""
    from model.architecture import CLASSIFIER
    from model.calibration import read_photographs
    from model.float_network import load_network

    network = load_network(saved)
    images = read_photographs(ROOT / "fixtures" / "photos")
    scores, _ = network.run(images, 1)
    bias = np.asarray(network.network.get_layer(CLASSIFIER).bias)
    logits = [network.run(images, k)[1].mean(axis=(1, 2)) + bias[k] for k in (0, 1)]
    expected = np.log(scores[:, 1] / scores[:, 0])
    assert logits[1] - logits[0] == pytest.approx(expected, abs=1e-3)


def test_float_and_int8_are_evaluated_and_compared(saved: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = ["evaluate", saved, "--against", ROOT / "model" / "person_cam.tflite"]
    words += ["--data", ROOT / "fixtures", "--json", report]
    subprocess.run([sys.executable, "-m", "model", *map(str, words)], cwd=ROOT, check=True)
    data = json.loads(report.read_text())
    assert data["by"]["target"] == "float network"
    assert data["against"]["scores"]["images"] == 24
    assert len(data["metrics"]) > 15


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_keras_model_is_refused(tmp_path: Path, content: bytes) -> None:
    from model.float_network import load_network

    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no Keras model"):
        load_network(path)


def test_a_network_without_a_map_is_refused(tmp_path: Path) -> None:
    from model.backend import prepare_backend
    from model.float_network import load_network

    prepare_backend()
    import keras

    image = keras.Input((96, 96, 1))
    path = tmp_path / "other.keras"
    keras.Model(image, keras.layers.GlobalAveragePooling2D()(image)).save(path)
    with pytest.raises(UsageError, match="not a network with score and features"):
        load_network(path)
