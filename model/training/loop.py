"""The training loop, on any backend of Keras 3.

Gradients and updates are Keras' (`train_on_batch`); everything else is numpy, so that
the same recipe draws the same samples on TensorFlow, JAX and PyTorch.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.architecture import (
    INPUT_SHAPE,
    build_network,
    convolution_names,
    normalization_of,
)
from model.card import POSITIVE_CLASS
from model.training.cells import cells_of
from model.training.checkpoint import Checkpoint
from model.training.guide import Guide
from model.training.loss import region_loss
from model.training.schedule import learning_rate
from model.training.validation import Validated

if TYPE_CHECKING:
    from model.training.data import Sampler
    from model.training.recipe import Recipe
    from model.training.validation import ValidationSet

SIZE = INPUT_SHAPE[:2]
MOMENTUM = 0.99
"""Of the statistics of batch normalization; the average of the weights covers them too."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of history.jsonl; `epoch` counts from 1."""

    epoch: int
    loss: float
    learning_rate: float
    seconds: float
    validated: Validated

    def as_json(self) -> dict[str, Any]:
        """Flat: epoch, loss, learning_rate, seconds, val_loss, val_auc, ..."""
        line = {k: v for k, v in dataclasses.asdict(self).items() if k != "validated"}
        for key, value in dataclasses.asdict(self.validated).items():
            line[f"val_{key}"] = value
        return line


class Training:
    """A network on its way.

    Args:
        recipe: how.
        sampler: gives the batches.
        validation: judged after each epoch.
        initialise: sets the weights of a new network, float32 in and out.
        identity: what a checkpoint must be of.
        guides: networks of cells that lead this one.
    """

    def __init__(
        self,
        recipe: Recipe,
        sampler: Sampler,
        validation: ValidationSet,
        *,
        initialise: Callable[[Any], None] | None,
        identity: str,
        guides: Sequence[Any] = (),
    ) -> None:
        import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

        keras.utils.set_random_seed(recipe.seed)
        self.recipe, self.identity = recipe, identity
        self._sampler, self._validation = sampler, validation
        self.network = build_network(classes=2, batch=None, momentum=MOMENTUM)
        if initialise is not None:
            initialise(self.network)
        _freeze(self.network, recipe.frozen_blocks)
        # The classifier on every cell instead of on their mean: the same numbers, for
        # both are linear, and the loss sees where.
        self._cells = cells_of(self.network, training=False if recipe.fixed_statistics else None)
        self.epoch = 0
        self.steps = max(1, recipe.samples_per_epoch // recipe.batch)
        optimizer = keras.optimizers.AdamW(
            learning_rate=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self._cells.compile(
            optimizer=optimizer, loss=region_loss(recipe, POSITIVE_CLASS), jit_compile=False
        )
        optimizer.build(self._cells.trainable_variables)
        self._average = [array.copy() for array in self._cells.get_weights()]
        self._watched = cells_of(build_network(classes=2, batch=None), training=None)
        self._guide = Guide(guides, recipe, POSITIVE_CLASS) if guides else None

    def state(self) -> Checkpoint:
        """Everything, as arrays."""
        import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

        optimizer = [keras.ops.convert_to_numpy(v.value) for v in self._cells.optimizer.variables]
        return Checkpoint(
            self.epoch, self.identity, self._cells.get_weights(), list(self._average), optimizer
        )

    def restore(self, state: Checkpoint) -> None:
        """Goes on from a checkpoint of the same recipe and data."""
        self.epoch = state.epoch
        self._cells.set_weights(state.weights)
        self._average = [array.copy() for array in state.average]
        for variable, value in zip(self._cells.optimizer.variables, state.optimizer, strict=True):
            variable.assign(value)

    def run_epoch(self, progress: Callable[[int], None] | None = None) -> Epoch:
        """Trains one more epoch and validates the averaged network.

        Args:
            progress: called with 1 after each step.
        """
        begin, total = time.perf_counter(), 0.0
        recipe, model = self.recipe, self._cells
        steps = self.steps * recipe.epochs
        rate = 0.0
        for number, (images, targets) in enumerate(self._batches()):
            step = self.epoch * self.steps + number
            rate = learning_rate(
                step,
                steps=steps,
                warmup=round(recipe.warmup_epochs * self.steps),
                peak=recipe.learning_rate,
            )
            model.optimizer.learning_rate.assign(rate)
            if self._guide is not None:
                targets = self._guide.lead(images, targets, (self._drawn, number))
            total += float(model.train_on_batch(images, targets))
            # Early on a slow average would be of the untrained network.
            keep = min(recipe.ema, (1 + step) / (10 + step))
            for average, value in zip(self._average, model.get_weights(), strict=True):
                average *= keep
                average += (1 - keep) * value
            if progress is not None:
                progress(1)
        self.epoch += 1
        validated = self.validate()
        seconds = time.perf_counter() - begin
        return Epoch(self.epoch, total / self.steps, rate, round(seconds, 3), validated)

    @property
    def _drawn(self) -> int:
        """The epoch whose samples are drawn: with `distinct_epochs` they come again."""
        return self.epoch % (self.recipe.distinct_epochs or self.recipe.epochs)

    def _batches(self) -> Iterator[tuple[Any, Any]]:
        """The epoch's batches, the next one made while the network works."""
        size = self.recipe.batch
        with ThreadPoolExecutor(max_workers=1) as pool:
            coming = pool.submit(self._sampler.batch, self._drawn, 0, size)
            for number in range(self.steps):
                batch = coming.result()
                if number + 1 < self.steps:
                    first = (number + 1) * size
                    coming = pool.submit(self._sampler.batch, self._drawn, first, size)
                yield batch

    def validate(self) -> Validated:
        """The averaged network on the validation pictures."""
        cells = self.averaged().predict(self._validation.images, batch_size=256, verbose=0)
        return self._validation.judge(cells, POSITIVE_CLASS)

    def averaged(self) -> Any:
        """The network of cells with the averaged weights."""
        self._watched.set_weights(self._average)
        return self._watched

    def result(self) -> Any:
        """The averaged network with its two outputs, batch size 1."""
        network = build_network(classes=2)
        network.set_weights(self._average)
        return network


def _freeze(network: Any, blocks: int) -> None:
    """Keeps the weights and statistics of the first convolutions."""
    for name in convolution_names():
        if int(name.split("_")[1]) < blocks:
            network.get_layer(name).trainable = False
            network.get_layer(normalization_of(name)).trainable = False
