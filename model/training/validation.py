"""What a network makes of the validation pictures, after each epoch.

The sources that have both classes count; where a source shows people only, or never,
a network scores by knowing the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.images import Fit, used_part
from hil.judge.evaluation.truth import image_truth
from hil.samples.labels import Box, Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.data import Picture


@dataclass(frozen=True, slots=True)
class Validated:
    """`auc` and `balanced_accuracy` at a score of one half; `pointing` and
    `pointing_centre` on the pictures rightly called person; None where nothing counts."""

    loss: float
    auc: float | None
    balanced_accuracy: float | None
    pointing: float | None
    pointing_centre: float | None


def both_class_sources(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Sources with pictures of both classes, sorted; all sources if there is none such."""
    labels: dict[str, set[bool]] = {}
    for entry in entries:
        labels.setdefault(entry.source, set()).add(entry.shows_person())
    both = sorted(source for source, seen in labels.items() if len(seen) == 2)
    return tuple(both or sorted(labels))


@dataclass(frozen=True, slots=True, eq=False)
class ValidationSet:
    """`images`: float32 [n, height, width, 1]; `labels` and `boxes` are of what they show."""

    images: NDArray[np.float32]
    labels: tuple[bool, ...]
    boxes: tuple[tuple[Box, ...], ...]

    def judge(self, cells: NDArray[np.float32], positive_class: int) -> Validated:
        """The metrics of a network's answer.

        Args:
            cells: float32 [n, rows, columns, 2], logits of every cell.
            positive_class: 0 or 1.
        """
        import numpy as np

        from hil.judge.metrics.pointing import CENTRE, pointing_game
        from hil.judge.metrics.scores import roc_auc

        margins = cells[..., positive_class] - cells[..., 1 - positive_class]
        pooled = margins.mean(axis=(1, 2), dtype=np.float64)
        truth = np.array(self.labels)
        loss = float(np.mean(np.logaddexp(0, pooled) - truth * pooled))
        called = pooled >= 0
        right = [called[truth].mean(), (~called[~truth]).mean()] if truth.any() else []
        hits = truth & called
        rows, columns = margins.shape[1:]
        peaks = margins.reshape(len(margins), -1).argmax(axis=1)
        points = [((p % columns + 0.5) / columns, (p // columns + 0.5) / rows) for p in peaks]
        chosen = [n for n in np.flatnonzero(hits) if self.boxes[n]]
        boxes = [self.boxes[n] for n in chosen]
        found = pointing_game([points[n] for n in chosen], boxes)
        centre = pointing_game([CENTRE] * len(chosen), boxes)
        both = bool(truth.any()) and not truth.all()
        return Validated(
            loss,
            roc_auc(list(pooled), list(self.labels)) if both else None,
            float(np.mean(right)) if both else None,
            found.hits / found.trials if found.trials else None,
            centre.hits / centre.trials if centre.trials else None,
        )


def cut(pixels: NDArray[np.uint8], size: tuple[int, int], fit: Fit = "crop") -> NDArray[np.uint8]:
    """What of a picture the network sees: uint8 of `size`, (height, width)."""
    import cv2
    import numpy as np

    height, width = pixels.shape
    left, top, columns, rows = used_part((width, height), size, fit)
    part = pixels[top : top + rows, left : left + columns]
    return cv2.resize(part, (size[1], size[0]), interpolation=cv2.INTER_AREA).astype(np.uint8)


def validation_set(
    pictures: Sequence[Picture],
    size: tuple[int, int],
    sources: Sequence[str] = (),
    fit: Fit = "crop",
) -> ValidationSet:
    """The pictures of the sources that count, as `hil evaluate` would send them.

    Args:
        pictures: of the validation split.
        size: (height, width) of the input.
        sources: those that count; without them those with both classes.
        fit: whether pictures are cut or squashed.
    """
    import numpy as np

    from model.calibration import to_input

    sources = sources or both_class_sources([picture.entry for picture in pictures])
    images, labels, boxes = [], [], []
    for picture in pictures:
        height, width = picture.pixels.shape
        truth = image_truth(picture.entry, (width, height), size, fit)
        if picture.entry.source not in sources or truth.person is None:
            continue
        images.append(cut(picture.pixels, size, fit))
        labels.append(truth.person)
        boxes.append(truth.boxes)
    stacked = np.stack(images) if images else np.empty((0, *size), np.uint8)
    return ValidationSet(to_input(stacked.astype(np.uint8)), tuple(labels), tuple(boxes))
