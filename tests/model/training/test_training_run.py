"""From pictures to a trained network; interrupted anywhere, to the same one: `make test-model`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import model.__main__ as command
from hil.base.resources import find
from hil.errors import ExitCode, UsageError
from model import architecture
from model.training import checkpoint
from model.training.started import read_started

pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")
pytestmark = [pytest.mark.model, pytest.mark.usefixtures("shallow")]

ROOT = find("model").parent

# In a process of its own, which ends as if the power had failed.
KILLED = """
import os, signal, sys
import model.architecture
model.architecture.BLOCKS = eval(sys.argv[1])
import model.__main__ as command
import model.commands.train
import model.training.run as run
finish, left = run.finish, [int(sys.argv[2])]
def step(count):
    left[0] -= count
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
run.finish = lambda *given, **named: finish(*given, **{**named, "on_step": step})
command.main(sys.argv[3:])
"""


class StoppedError(Exception):
    """Ends a training in the middle."""


def words(data: Path, folder: Path, recipe: Path) -> list[str]:
    return ["train", str(data), "--run", str(folder), "--recipe", str(recipe)]


def weights(folder: Path) -> list[np.ndarray]:
    from model.float_network import load_network

    return list(load_network(folder / "trained.keras").network.get_weights())


def history(folder: Path) -> list[dict[str, Any]]:
    """Without what a clock says."""
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k != "seconds"} for line in lines]


def same(one: Path, other: Path) -> bool:
    arrays = zip(weights(one), weights(other), strict=True)
    return history(one) == history(other) and all(np.array_equal(a, b) for a, b in arrays)


def begin(data: Path, recipe: Path) -> Any:
    """A training as the command makes it."""
    from hil.samples.labels import read_labels
    from model.backend import prepare_backend
    from model.training.data import load_split
    from model.training.recipe import read_recipe
    from model.training.run import Terms, start

    prepare_backend()
    labels = read_labels(data)
    training, validation = (load_split(labels, split, {}) for split in ("train", "val"))
    return start(read_recipe(recipe), training, validation, Terms())


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_recipe: Path, shallow: None
) -> Path:
    """The folder of a training that nobody interrupted."""
    folder = tmp_path_factory.mktemp("shallow") / "trained"
    assert command.main(words(blobs, folder, blob_recipe)) == 0
    return folder


@pytest.fixture
def interrupted(
    tmp_path: Path, blobs: Path, blob_recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Trains until a moment, then again to the end; returns the folder."""
    from model.training.run import finish, restore

    def run(moment: str) -> Path:
        def on_epoch(epoch: Any) -> None:
            if moment == "between epochs":
                raise StoppedError

        def save(path: Path, state: Any) -> None:
            if moment == "after the history, before the checkpoint" and state.epoch == 2:
                raise StoppedError
            real(path, state)

        real = checkpoint.save
        first = begin(blobs, blob_recipe)
        monkeypatch.setattr(checkpoint, "save", save)
        with pytest.raises(StoppedError):
            finish(first, tmp_path, on_epoch=on_epoch)
        monkeypatch.setattr(checkpoint, "save", real)
        assert not (tmp_path / "trained.keras").exists()
        second = begin(blobs, blob_recipe)
        restore(second, tmp_path)
        assert second.epoch == 1
        finish(second, tmp_path)
        return tmp_path

    return run


def test_a_training_leaves_what_is_promised(trained: Path) -> None:
    names = {path.name for path in trained.iterdir()}
    assert names >= {"recipe.toml", "history.jsonl", "checkpoint.npz", "trained.keras"}
    assert [line["epoch"] for line in history(trained)] == [1, 2]
    for line in history(trained):
        assert line.keys() >= {"loss", "learning_rate", "val_loss", "val_auc",
                               "val_balanced_accuracy", "val_pointing",
                               "val_pointing_centre"}  # fmt: skip
    begun = read_started(trained)
    assert begun is not None
    assert begun.initial == ""
    assert begun.backend.startswith("keras ")


def test_the_loss_falls(trained: Path) -> None:
    first, last = history(trained)
    assert last["loss"] < first["loss"]


def test_samples_come_again_after_the_distinct_epochs(
    tmp_path: Path, blobs: Path, blob_recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model.training.data import Sampler
    from model.training.run import finish

    recipe, drawn, real = tmp_path / "recipe.toml", [], Sampler.batch
    text = blob_recipe.read_text().replace("epochs = 2\n", "epochs = 3\ndistinct_epochs = 2\n", 1)
    recipe.write_text(text)

    def batch(self: Sampler, epoch: int, first: int, count: int) -> Any:
        if first == 0:
            drawn.append(epoch)
        return real(self, epoch, first, count)

    monkeypatch.setattr(Sampler, "batch", batch)
    finish(begin(blobs, recipe), tmp_path)
    assert drawn == [0, 1, 0]


def test_scalars_are_written_for_tensorboard(trained: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(trained / "tensorboard"))
    events.Reload()
    assert {"loss", "learning_rate", "validation/auc"} <= set(events.Tags()["scalars"]) | set(
        events.Tags()["tensors"]
    )


@pytest.mark.parametrize(
    "moment",
    ["between epochs", "after the history, before the checkpoint"],
)
def test_an_interrupted_training_ends_with_the_same_bits(
    trained: Path, interrupted: Callable[[str], Path], moment: str
) -> None:
    assert same(interrupted(moment), trained)


def test_a_training_killed_within_an_epoch_ends_with_the_same_bits(
    tmp_path: Path, blobs: Path, blob_recipe: Path, trained: Path
) -> None:
    arguments = words(blobs, tmp_path, blob_recipe)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(architecture.BLOCKS), "6", *arguments],
        cwd=ROOT, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert len(history(tmp_path)) == 1
    assert command.main(arguments) == 0
    assert same(tmp_path, trained)


def test_a_training_that_has_ended_is_not_trained_again(
    tmp_path: Path, blobs: Path, blob_recipe: Path, trained: Path
) -> None:
    from model.training.run import finish, restore

    (tmp_path / "checkpoint.npz").write_bytes((trained / "checkpoint.npz").read_bytes())
    (tmp_path / "history.jsonl").write_bytes((trained / "history.jsonl").read_bytes())
    training = begin(blobs, blob_recipe)
    restore(training, tmp_path)
    finish(training, tmp_path, on_step=lambda _: pytest.fail("a step was trained"))
    assert same(tmp_path, trained)


def test_a_checkpoint_of_another_recipe_is_refused(
    tmp_path: Path, blobs: Path, blob_recipe: Path, trained: Path
) -> None:
    from model.training.run import restore

    other = tmp_path / "other.toml"
    other.write_text(blob_recipe.read_text() + "weight_decay = 0.02\n")
    with pytest.raises(
        UsageError, match="another recipe, data set or initial model, or of other guides"
    ) as caught:
        restore(begin(blobs, other), trained)
    assert "another --run folder" in caught.value.hint


def test_other_data_and_another_start_have_another_identity(
    blobs: Path,
) -> None:
    import dataclasses

    from hil.samples.labels import read_labels
    from model.training.data import load_split
    from model.training.recipe import Recipe
    from model.training.run import Initial, Terms, identity

    pictures = load_split(read_labels(blobs), "train", {})
    changed = pictures[0].pixels.copy()
    changed[0, 0] ^= 1
    person = dataclasses.replace(pictures[0].entry, person=True)
    plain, model = Terms(), Initial(b"a", "a.tflite")
    other = dataclasses.replace
    found = [
        identity(Recipe(), pictures, plain),
        identity(Recipe(seed=2), pictures, plain),
        identity(Recipe(), pictures[1:], plain),
        identity(Recipe(), [other(pictures[0], pixels=changed), *pictures[1:]], plain),
        identity(Recipe(), [other(pictures[0], entry=person), *pictures[1:]], plain),
        identity(Recipe(), [other(pictures[0], belief=0.5), *pictures[1:]], plain),
        identity(Recipe(), pictures, Terms(model)),
        identity(Recipe(), pictures, Terms(Initial(b"b", "a.tflite"))),
        identity(Recipe(), pictures, Terms(guides=(model,))),
        identity(Recipe(), pictures, Terms(model, guides=(model,))),
    ]
    assert len(set(found)) == len(found)
    assert identity(Recipe(), pictures, Terms(watched=("coco",))) == found[0]


def test_a_guide_leads_a_training_which_goes_on_with_it(
    tmp_path: Path, blobs: Path, blob_recipe: Path, trained: Path
) -> None:
    recipe = tmp_path / "led.toml"
    recipe.write_text(blob_recipe.read_text() + "shape_weight = 1.0\n")
    guide = ["--guide", str(trained / "trained.keras")]
    whole, halved, alone = (tmp_path / name for name in ("whole", "halved", "alone"))
    assert command.main([*words(blobs, whole, recipe), *guide]) == 0
    assert command.main([*words(blobs, alone, recipe)]) == 0
    assert command.main([*words(blobs, halved, recipe), *guide, "--stop-after", "1"]) == 0
    assert command.main([*words(blobs, halved, recipe), *guide]) == 0
    assert same(whole, halved)
    assert not same(whole, alone)
    # Without its guide it is another training.
    assert command.main([*words(blobs, halved, recipe)]) == ExitCode.USAGE


def test_a_training_begins_with_the_weights_of_a_keras_file(
    blobs: Path, blob_recipe: Path, trained: Path
) -> None:
    from hil.samples.labels import read_labels
    from model.training.data import load_split
    from model.training.recipe import read_recipe
    from model.training.run import Initial, Terms, start

    path = trained / "trained.keras"
    pictures = load_split(read_labels(blobs), "train", {})
    training = start(
        read_recipe(blob_recipe),
        pictures,
        pictures,
        Terms(Initial(path.read_bytes(), str(path))),
    )
    for one, other in zip(training.network.get_weights(), weights(trained), strict=True):
        assert np.array_equal(one, other)
