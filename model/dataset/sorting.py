"""Photographs without labels, sorted by what trained networks see.

A network that is sure is right more often than one that has to choose, so what is unsure is
put aside (self-training: Xie et al., "Self-training with Noisy Student improves ImageNet
classification", CVPR 2020). Photographs that look like some of the data set's val or test
are put aside, too: what is measured must not have been learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PERSON, NO_PERSON, UNSURE, KNOWN = "person", "no-person", "unsure", "known"
"""Folders that photographs are put into."""

SAME_BITS = 5
"""Differences, of 64 bits of a fingerprint, up to which two pictures may be one."""


@dataclass(frozen=True, slots=True)
class Sureness:
    """A photograph shows a person from a probability of `person` on, and none up to `none`."""

    person: float = 0.8
    none: float = 0.25

    def folder(self, belief: float) -> str:
        """Where a photograph belongs that shows a person with this probability."""
        if belief >= self.person:
            return PERSON
        return NO_PERSON if belief <= self.none else UNSURE


def fingerprint(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """8 bytes of a gray picture: where it gets brighter from left to right, on 8 rows of 9.

    Nearly the same for copies of other size or quality (the "difference hash" of image search).
    """
    import cv2
    import numpy as np

    small = cv2.resize(pixels, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1])


class Known:
    """Fingerprints of pictures and of their mirror images."""

    def __init__(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        import numpy as np

        both = [fingerprint(view) for picture in pictures for view in (picture, picture[:, ::-1])]
        self._bits = np.unpackbits(np.array(both, np.uint8).reshape(-1, 8), axis=1)

    def has(self, pixels: NDArray[np.uint8]) -> bool:
        """Whether a picture may be one of them."""
        import numpy as np

        differences = (self._bits != np.unpackbits(fingerprint(pixels))).sum(axis=1)
        return bool((differences <= SAME_BITS).any())
