"""How to train: every number that decides the outcome, as data."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hil.base.toml_table import Table, read_toml
from hil.errors import UsageError


@dataclass(frozen=True)
class Recipe:
    """All shares and probabilities are 0 to 1.

    Sampling: half of the pictures of an epoch show a person. Among those of one label a
    picture is drawn with the weight of its source (1 for sources that are not named).

    Pictures: `mosaic` and `cutmix` are shares of the samples that are put together from
    several pictures, `model.training.compose`; the rest is one picture each.

    Augmentation (`model.training.augment`): `zoom` is the smallest and largest side of the
    part that is seen, relative to the largest that fits; above 1 the surroundings are gray.
    `squash`: at most this far from the largest part of the input's shape to the whole
    picture squashed.

    Loss (`model.training.loss`): `global_weight` of the whole image of a composition,
    `cell_weight` of single cells where there surely is nobody, `shape_weight` of the shape
    of the map, which only guides give (`model.training.guide`).
    """

    seed: int = 1
    epochs: int = 30
    samples_per_epoch: int = 6144
    distinct_epochs: int = 0
    """The samples come again after so many epochs, and guides look at them once; with 0
    every epoch has its own."""
    batch: int = 128
    source_weights: Mapping[str, float] = field(default_factory=dict)

    learning_rate: float = 1e-3
    warmup_epochs: float = 1.0
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    teacher_share: float = 0.6
    """Of what teachers believe, against the label; counts only if there are teachers."""
    guide_share: float = 0.6
    """Of what guides see in the sample, against what is wanted otherwise; with guides only."""
    body: float = 0.9
    """What a cell is wanted to have at least of the cell above it; with guides only."""
    ema: float = 0.998
    frozen_blocks: int = 0
    """Convolutions Conv2d_0 to Conv2d_<this - 1> that keep their initial weights."""

    fixed_statistics: bool = True
    """Batch normalization keeps its mean and variance; gamma and beta still learn."""

    mosaic: float = 0.3
    cutmix: float = 0.2
    global_weight: float = 0.5
    cell_weight: float = 0.0
    shape_weight: float = 0.0

    zoom: tuple[float, float] = (0.6, 1.15)
    squash: float = 0.5
    rotation_degrees: float = 8.0
    stretch: float = 0.15
    cutout: float = 0.3
    hide_and_seek: float = 0.0
    contrast: float = 0.3
    brightness: float = 0.2
    noise: float = 0.03
    blur: float = 0.2

    def to_toml(self) -> str:
        """The recipe as TOML, the same for the same recipe."""
        lines = []
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, Mapping):
                inner = ", ".join(f'"{key}" = {value[key]}' for key in sorted(value))
                lines.append(f"{entry.name} = {{{inner}}}")
            elif isinstance(value, bool):
                lines.append(f"{entry.name} = {str(value).lower()}")
            elif isinstance(value, tuple):
                lines.append(f"{entry.name} = [{', '.join(map(str, value))}]")
            else:
                lines.append(f"{entry.name} = {value}")
        return "\n".join(lines) + "\n"


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file; what it does not say keeps its default.

    Raises:
        UsageError: unknown names, wrong types, or numbers out of range.
    """
    table = read_toml(path)
    defaults = Recipe()
    given: dict[str, Any] = {}
    for entry in dataclasses.fields(Recipe):
        default = getattr(defaults, entry.name)
        if isinstance(default, Mapping):
            value = table.take(entry.name, dict, {})
            given[entry.name] = {k: _number(table, entry.name, v) for k, v in value.items()}
        elif isinstance(default, tuple):
            values = table.take(entry.name, list, list(default))
            given[entry.name] = tuple(_number(table, entry.name, v) for v in values)
        else:
            given[entry.name] = table.take(entry.name, type(default), default)
    table.finish()
    recipe = Recipe(**given)
    wrong = problem(recipe)
    if wrong:
        raise UsageError(wrong, where=str(path), hint="model/training/recipe.py says what is meant")
    return recipe


def _number(table: Table, key: str, value: Any) -> float:
    if type(value) not in (int, float):
        raise table.error(f"{key} has {value!r}, not a number", hint="correct it")
    return float(value)


_SHARES = (
    "ema", "teacher_share", "guide_share", "body", "label_smoothing", "mosaic", "cutmix",
    "cutout", "hide_and_seek", "blur", "squash", "contrast", "brightness", "noise", "stretch",
)  # fmt: skip


def problem(recipe: Recipe) -> str:
    """Why a recipe cannot be followed; empty when it can."""
    for entry in dataclasses.fields(recipe):
        value = getattr(recipe, entry.name)
        if isinstance(value, (int, float)) and not 0 <= value < math.inf:
            return f"{entry.name} is {value}, not a number from 0 on"
    for name in ("epochs", "samples_per_epoch", "batch", "learning_rate"):
        if getattr(recipe, name) <= 0:
            return f"{name} is {getattr(recipe, name)}, not above 0"
    if recipe.seed >= 2**32:
        return f"seed is {recipe.seed}, not below 2^32"
    for name in _SHARES:
        if not 0 <= getattr(recipe, name) <= 1:
            return f"{name} is {getattr(recipe, name)}, not within 0 to 1"
    if recipe.mosaic + recipe.cutmix > 1:
        return "mosaic and cutmix are more than all samples"
    if len(recipe.zoom) != 2 or not 0 < recipe.zoom[0] <= recipe.zoom[1] < math.inf:
        return f"zoom is {list(recipe.zoom)}, not [smallest, largest]"
    if not all(0 <= weight < math.inf for weight in recipe.source_weights.values()):
        return "a source has a weight below 0"
    return ""
