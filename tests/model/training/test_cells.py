"""Networks of cells from files: those of a training and bigger ones: `make test-model`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.base.resources import find
from hil.errors import UsageError

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(3).uniform(-1, 1, (3, 96, 96, 1)).astype(np.float32)


def saved(network: Any, path: Path) -> Path:
    network.save(path)
    return path


def test_the_cells_of_a_trained_network_average_to_what_it_says(images: np.ndarray) -> None:
    from model.float_network import load_network
    from model.training.cells import load_cells

    path = find("model") / "person_cam.keras"
    cells = load_cells(path).predict_on_batch(images)
    assert cells.shape == (3, 6, 6, 2)
    logits = cells.mean(axis=(1, 2))
    network = load_network(path).network
    scores = np.concatenate([network.predict_on_batch(image[None])[0] for image in images])
    expected = np.log(scores[:, 1] / scores[:, 0])
    assert logits[:, 1] - logits[:, 0] == pytest.approx(expected, abs=1e-3)


def test_a_network_of_cells_is_taken_as_it_is(tmp_path: Path, images: np.ndarray) -> None:
    from model.efficientnet import build_teacher
    from model.training.cells import load_cells

    network = build_teacher()
    loaded = load_cells(saved(network, tmp_path / "teacher.keras"))
    assert np.array_equal(loaded.predict_on_batch(images), network.predict_on_batch(images))


def test_a_network_for_other_images_is_refused(tmp_path: Path) -> None:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from model.training.cells import load_cells

    image = keras.Input((32, 32, 3))
    path = saved(keras.Model(image, keras.layers.Conv2D(2, 1)(image)), tmp_path / "other.keras")
    with pytest.raises(UsageError, match=r"inputs \[\(32, 32, 3\)\]") as caught:
        load_cells(path)
    assert caught.value.where == str(path)


def test_a_network_without_cells_is_refused(tmp_path: Path) -> None:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from model.training.cells import load_cells

    image = keras.Input((96, 96, 1))
    path = saved(keras.Model(image, keras.layers.Flatten()(image)), tmp_path / "flat.keras")
    with pytest.raises(UsageError, match="score and features"):
        load_cells(path)
