"""Small networks that are unlike most: what a firmware for one network may never have met.

Maps that are not square, average pooling, other classes and thresholds, many inputs, outputs and
operators, state, other types, no map at all. Each has its `traits`, so that it can be told what
those have in common that a board answers wrongly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from hil.network.settings import NetworkSettings
from hil.network.traits import TRACE_PAGE, traits
from hil.testing.model_builder import ModelBuilder
from hil.testing.tiny_model import TinyModel

if TYPE_CHECKING:
    from hil.network.contract import Contract

SEEDED = "seeded map"
"""How the names of networks begin that a seed makes: "seeded map 3"."""

_OF_THE_ZOO = ("ends", "svdf", "variable", "lstm", "add_int16", "conv_2d_int16", "colour", "split")
_NARROW, _WIDE = 1 / 16, 1 / 8  # scales


@dataclass(frozen=True)
class OtherNetwork:
    """One of them: the .tflite, and what it does not tell.

    `zero_points`: of weights and features in the contract, of which the map is made, where they are
    others than the .tflite's. A board goes by its contract.
    """

    name: str
    tflite: bytes = field(repr=False)
    settings: NetworkSettings = field(default_factory=NetworkSettings, repr=False)
    zero_points: tuple[int, int] | None = None

    @cached_property
    def contract(self) -> Contract:
        """The network as the host reads it."""
        from hil.network.contract import read_contract

        read = read_contract(self.tflite, where=self.name, settings=self.settings)
        head = read.header.head
        if self.zero_points is None or head is None:
            return read
        weights, features = self.zero_points
        head = replace(head, weight_zero_point=weights, feature_zero_point=features)
        return replace(read, header=replace(read.header, head=head))

    @cached_property
    def traits(self) -> tuple[str, ...]:
        """What it has that another may not have."""
        return traits(self.contract)


@cache
def other_network(name: str, seed: int = 1) -> OtherNetwork:
    """One by its name; `seed` is of those that begin with `SEEDED`. Raises KeyError."""
    if name.startswith(SEEDED):
        return _seeded(name, seed)
    if name in _MAKERS:
        return _MAKERS[name](name)
    from hil.testing.zoo import network

    return OtherNetwork(name, network(name))


def zoo_part(part: int, parts: int) -> tuple[str, ...]:
    """Every so-manieth of the names of `hil.testing.zoo`, from `part` on."""
    from hil.testing.zoo import names

    return names()[part::parts]


def _cam(
    name: str,
    *,
    positive_class: int,
    threshold: int,
    zero_points: tuple[int, int] | None = None,
    **options: Any,
) -> OtherNetwork:
    settings = NetworkSettings(positive_class=positive_class, threshold=threshold)
    return OtherNetwork(name, TinyModel(**options).build(), settings, zero_points)


def _wide(name: str) -> OtherNetwork:
    """Wider than high, and everything that is usual in another place."""
    return _cam(
        name,
        positive_class=2,
        threshold=27,
        zero_points=(-7, -61),
        input_size=(24, 40),
        grid=(3, 5),
        channels=6,
        classes=4,
        pool="average_pool",
        outputs=("features", "score"),
        feature_zero_point=-100,
        seed=7,
    )


def _tall(name: str) -> OtherNetwork:
    """Higher than wide, with a fully connected classifier."""
    return _cam(
        name,
        positive_class=0,
        threshold=50,
        input_size=(56, 24),
        grid=(7, 2),
        channels=9,
        classes=3,
        classifier="dense",
        per_channel=False,
        feature_zero_point=5,
        input_scale=1 / 255,
        input_zero_point=-128,
        seed=8,
    )


def _largest_map(name: str) -> OtherNetwork:
    """As many cells as a map can have."""
    return _cam(
        name, positive_class=1, threshold=40, input_size=(32, 128), grid=(8, 32), channels=3
    )


def _one_cell(name: str) -> OtherNetwork:
    """A map of one cell, which is flat."""
    return _cam(name, positive_class=1, threshold=0, input_size=(8, 12), grid=(1, 1), channels=5)


def _many(name: str) -> OtherNetwork:
    """As many inputs and outputs as there can be, of sizes on both sides of what an answer, a page
    and a chunk hold, and more operators than a page of a trace."""
    file = ModelBuilder()
    outputs: list[int] = []
    for number, size in enumerate((256, 255, 2, 1, 257, 1536, 1537, 3)):
        x = file.input(f"in{number}", (1, size), "INT8", _NARROW, number - 4)
        twice = file.tensor(f"twice{number}", (1, size), "INT8", _WIDE, -3)
        most = file.tensor(f"most{number}", (1, size), "INT8", _NARROW, number - 4)
        file.op("ADD", [x, x], twice, "AddOptions")
        file.op("MAXIMUM", [x, x], most, "MaximumMinimumOptions")
        outputs += [twice, most]
    last = outputs[0]
    for number in range(TRACE_PAGE - 7):
        onward = file.tensor(f"onward{number}", (1, 256), "INT8", _WIDE, number - 20)
        file.op("ADD", [last, outputs[0]], onward, "AddOptions")
        last = onward
    outputs[0] = last
    return OtherNetwork(name, file.build(outputs, f"camhil: {name}"))


def _seeded(name: str, seed: int) -> OtherNetwork:
    """A network with a map, of which the seed decides everything."""
    dice = random.Random(f"{seed} {name}")
    rows, columns = dice.randint(1, 8), dice.randint(1, 8)
    classes = dice.randint(2, 6)
    usual = dice.choice(((1 / 128, 0), (1 / 255, -128)))
    return _cam(
        name,
        positive_class=dice.randrange(classes),
        threshold=dice.randint(0, 100),
        zero_points=dice.choice((None, (dice.randint(-128, 127), dice.randint(-128, 127)))),
        input_size=(rows * dice.randint(3, 9), columns * dice.randint(3, 9)),
        grid=(rows, columns),
        channels=dice.randint(1, 12),
        classes=classes,
        feature_zero_point=dice.choice((-128, -128, dice.randint(-127, 40))),
        per_channel=dice.random() < 0.5,
        pool=dice.choice(("mean", "average_pool")),
        outputs=dice.choice((("score", "features"), ("features", "score"))),
        input_scale=usual[0],
        input_zero_point=usual[1],
        seed=dice.randrange(1 << 30),
    )


_MAKERS: dict[str, Callable[[str], OtherNetwork]] = {
    "wide map, average pooling": _wide,
    "tall map, dense classifier": _tall,
    "largest map": _largest_map,
    "map of one cell": _one_cell,
    "many ends and operators": _many,
}

DEFAULT: Sequence[str] = (
    *(*_MAKERS, f"{SEEDED} 0"),
    *("ends", "variable", "add_int16", "colour", "split"),
)
"""Those that have whatever a network may have, but for kernels: of these the engine takes care."""

MORE: Sequence[str] = tuple(
    name for name in (*_OF_THE_ZOO, *(f"{SEEDED} {n}" for n in range(1, 12))) if name not in DEFAULT
)
"""The others, for a thorough run."""
