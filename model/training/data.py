"""The photographs of a data set in memory, and which of them make up an epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.samples.labels import DataSet, Entry, Problem, problems_error
from model.training.compose import Drawn, Sample, compose

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.recipe import Recipe

SHORTER_SIDE = 128
"""Pixels that a photograph is kept with; more would not be seen in 96."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """`pixels`: uint8 [height, width], upright and gray. `belief`: how sure teachers are
    that it shows a person, 0 to 1; None without teachers."""

    entry: Entry
    pixels: NDArray[np.uint8]
    belief: float | None = None


Progress = Callable[[int], None]
"""Called with what was done since the last call."""


def load_split(
    data: DataSet, split: str, weights: Mapping[str, float], progress: Progress | None = None
) -> list[Picture]:
    """The pictures of a split, without sources of weight 0.

    Raises:
        UsageError: there are none, or pictures that cannot be used, each with its line.
    """
    entries = [e for e in data.entries if e.split == split and weights.get(e.source, 1.0) > 0]
    if not entries:
        raise UsageError(
            f"no photograph in the split {split!r}",
            where=str(data.labels),
            hint="training needs the splits train and val: python -m model build-vww makes them",
        )
    return load_pictures(data, entries, progress)


def load_pictures(
    data: DataSet, entries: Sequence[Entry], progress: Progress | None = None
) -> list[Picture]:
    """Decodes and shrinks pictures of a data set.

    Raises:
        UsageError: pictures that cannot be used, each with its line.
    """
    from hil.images import decode

    pictures, problems = [], []
    for entry in entries:
        try:
            path = entry.path(data.folder)
            pixels, _ = decode(path.read_bytes(), path)
            pictures.append(Picture(entry, _shrunk(pixels)))
        except OSError as error:
            problems.append(Problem(entry.line, f"{entry.file}: {error.strerror}"))
        except UsageError as error:
            problems.append(Problem(entry.line, f"{entry.file}: {error.message}"))
        if progress is not None:
            progress(1)
    if problems:
        raise problems_error(data.labels, problems)
    return pictures


def _shrunk(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    height, width = pixels.shape
    factor = SHORTER_SIDE / min(height, width)
    if factor >= 1:
        return pixels
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


class Sampler:
    """Draws the samples of an epoch.

    Sample i of epoch e depends on seed, e and i alone: not on what was drawn before, so
    that an interrupted training goes on as if nothing had happened.
    """

    def __init__(
        self,
        pictures: Sequence[Picture],
        recipe: Recipe,
        size: tuple[int, int],
        grid: tuple[int, int],
    ) -> None:
        import numpy as np

        self._pictures = pictures
        self._recipe = recipe
        self._size, self._grid = size, grid
        self._groups: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
        for label in (False, True):
            members = [n for n, p in enumerate(pictures) if p.entry.person == label]
            weights = np.array(
                [recipe.source_weights.get(pictures[n].entry.source, 1.0) for n in members]
            )
            if weights.sum() <= 0:
                raise _one_class(label)
            self._groups.append((np.array(members), np.cumsum(weights / weights.sum())))

    def batch(self, epoch: int, first: int, count: int) -> tuple[Any, Any]:
        """Samples `first` to `first + count` of an epoch.

        Returns float32 images [count, height, width, 1] and targets.
        """
        import numpy as np

        from model.calibration import to_input

        samples = [self.sample(epoch, first + n) for n in range(count)]
        images = to_input(np.stack([sample.image for sample in samples]))
        return images, np.stack([sample.targets for sample in samples])

    def sample(self, epoch: int, number: int) -> Sample:
        """One sample."""
        import numpy as np

        random = np.random.Generator(
            np.random.Philox(key=self._recipe.seed, counter=[0, 0, epoch, number])
        )

        def draw() -> Drawn:
            label = random.random() < self._positive
            members, shares = self._groups[int(label)]
            n = int(members[min(int(np.searchsorted(shares, random.random())), len(members) - 1)])
            return Drawn(self._pictures[n].pixels, label, self._wanted(self._pictures[n]))

        return compose(draw, self._size, self._grid, self._recipe, random)

    def _wanted(self, picture: Picture) -> float:
        """What the network should say: the smoothed label, or between it and the teachers."""
        smoothing = self._recipe.label_smoothing
        wanted = picture.entry.shows_person() * (1 - smoothing) + smoothing / 2
        if picture.belief is None:
            return wanted
        share = self._recipe.teacher_share
        return (1 - share) * wanted + share * picture.belief

    _positive = 0.5


def _one_class(label: bool) -> UsageError:
    what = "people" if label else "no people"
    return UsageError(
        f"no photograph with {what} to train on",
        hint="a detector learns from photographs with and without people; check split and sources",
    )
