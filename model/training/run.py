"""One training from a data set to a folder of results; interrupted, it goes on.

The folder holds recipe.toml, history.jsonl (one line an epoch), checkpoint.npz,
tensorboard/ and, in the end, trained.keras.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from model.card import POSITIVE_CLASS
from model.training import checkpoint
from model.training.cells import GRID, load_cells
from model.training.data import Picture, Sampler
from model.training.loop import SIZE, Epoch, Training
from model.training.recipe import Recipe
from model.training.validation import validation_set

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECIPE = "recipe.toml"
HISTORY = "history.jsonl"
CHECKPOINT = "checkpoint.npz"
TRAINED = "trained.keras"
TENSORBOARD = "tensorboard"

STATISTICS_IMAGES = 512
"""From which batch normalization is set when a folded model initialises the network."""


@dataclass(frozen=True, slots=True, eq=False)
class Initial:
    """A model to begin with: the bytes of a .tflite or .keras file, and its path."""

    model: bytes
    where: str


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """`watched`: sources that validation counts; without any, those with both classes.
    `guides`: .keras files, `model.training.cells.load_cells`."""

    initial: Initial | None = None
    watched: tuple[str, ...] = ()
    guides: tuple[Initial, ...] = ()


def identity(recipe: Recipe, pictures: Sequence[Picture], terms: Terms) -> str:
    """SHA-256 of all that decides the outcome: a checkpoint fits only what it was made of."""
    digest = hashlib.sha256(recipe.to_toml().encode())
    for picture in pictures:
        entry = picture.entry
        line = f"{entry.file}\0{entry.person}\0{entry.source}\0{entry.split}\0{picture.belief}\0"
        digest.update(line.encode())
        digest.update(picture.pixels.tobytes())
    if terms.initial is not None:
        digest.update(terms.initial.model)
    for guide in terms.guides:
        digest.update(b"\0guide\0" + guide.model)
    return digest.hexdigest()


def start(
    recipe: Recipe,
    training: Sequence[Picture],
    validation: Sequence[Picture],
    terms: Terms,
) -> Training:
    """A training at its beginning.

    Raises:
        UsageError: pictures of one class only, or an initial model that does not fit.
    """

    initial = terms.initial

    def initialise(network: Any) -> None:
        assert initial is not None
        _initialise(network, initial, training, terms.watched)

    return Training(
        recipe,
        Sampler(training, recipe, SIZE, GRID),
        validation_set(validation, SIZE, terms.watched),
        initialise=None if initial is None else initialise,
        identity=identity(recipe, [*training, *validation], terms),
        guides=[load_cells(Path(guide.where)) for guide in terms.guides],
    )


def _initialise(
    network: Any, initial: Initial, training: Sequence[Picture], watched: Sequence[str]
) -> None:
    """A .keras file whole. Of a .tflite the convolutions; the classifier then is logistic
    regression on their features."""
    import numpy as np

    from model.float_network import copy_weights

    if Path(initial.where).suffix == ".keras":
        copy_weights(Path(initial.where), network)
        return
    from model.architecture import CLASSIFIER, FEATURES
    from model.stock import set_stock_weights
    from model.training.head import logistic_regression, set_classifier

    seen = validation_set(training, SIZE, watched)
    images, labels = seen.images, np.array(seen.labels)
    # Spread over the set, whose order may be by source.
    some = np.linspace(0, len(images) - 1, min(len(images), STATISTICS_IMAGES)).astype(int)
    set_stock_weights(network, initial.model, images[some], where=initial.where)
    pooled = [_pooled(network, view, FEATURES) for view in (images, images[:, :, ::-1])]
    weights, bias = logistic_regression(np.concatenate(pooled), np.concatenate([labels, labels]))
    set_classifier(network.get_layer(CLASSIFIER), weights, bias, positive_class=POSITIVE_CLASS)


def _pooled(network: Any, images: NDArray[np.float32], layer: str) -> NDArray[np.float32]:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    part = keras.Model(network.input, network.get_layer(layer).output)
    pooled: NDArray[np.float32] = part.predict(images, batch_size=256, verbose=0).mean(axis=(1, 2))
    return pooled


def restore(training: Training, folder: Path) -> None:
    """Goes on from the checkpoint in a folder, if there is one.

    Raises:
        UsageError: the checkpoint is damaged, or of another recipe, data set or start.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return
    state = checkpoint.load(path)
    if state.identity != training.identity:
        raise UsageError(
            "the checkpoint is of another recipe, data set or initial model, or of other guides",
            where=str(path),
            hint="give another --run folder, or delete the checkpoint to begin again",
        )
    training.restore(state)


def finish(
    training: Training,
    folder: Path,
    *,
    last: int | None = None,
    on_step: Callable[[int], None] | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Path:
    """Trains all epochs that are left; returns the path of trained.keras.

    Args:
        training: at its beginning, or restored.
        folder: exists.
        last: epoch to stop after, though the recipe's learning rates go on.
        on_step: called with 1 after each step.
        on_epoch: called after each epoch, when it is safe on disk.
    """
    (folder / RECIPE).write_text(training.recipe.to_toml(), encoding="utf-8")
    lines = _history(folder / HISTORY)[: training.epoch]
    with _Scalars(folder / TENSORBOARD) as board:
        while training.epoch < min(training.recipe.epochs, last or training.recipe.epochs):
            epoch = training.run_epoch(on_step)
            lines.append(json.dumps(epoch.as_json()))
            # History first: of a crash between the two, the line is cut off again.
            (folder / HISTORY).write_text("\n".join(lines) + "\n", encoding="utf-8")
            checkpoint.save(folder / CHECKPOINT, training.state())
            board.add(epoch)
            if on_epoch is not None:
                on_epoch(epoch)
    path = folder / TRAINED
    partial = path.with_name("partial.keras")
    training.result().save(partial)
    partial.replace(path)
    return path


def _history(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


class _Scalars:
    """TensorBoard event files, where the tensorboard package is installed."""

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboard.summary import Writer  # type: ignore[import-not-found,import-untyped,unused-ignore]
        except ModuleNotFoundError:
            self._file = None
        else:
            self._file = Writer(str(folder))

    def __enter__(self) -> _Scalars:
        return self

    def add(self, epoch: Epoch) -> None:
        """The numbers of an epoch as scalars."""
        if self._file is None:
            return
        for key, value in epoch.as_json().items():
            if key != "epoch" and value is not None:
                self._file.add_scalar(key.replace("val_", "validation/"), value, epoch.epoch)
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
