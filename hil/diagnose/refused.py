"""Images that the board refused because their bytes changed: by the CRC-32 of what arrived."""

from __future__ import annotations

import dataclasses
import re
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Image, sent_images
from hil.diagnose.catalogue import CATALOGUE
from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.inputs import changes
from hil.diagnose.point import Point
from hil.diagnose.seen import shaped
from hil.facts.diagnosis import Finding

if TYPE_CHECKING:
    from hil.facts.run import Run

_CHANGED = re.compile(
    r"infer of image 0x(?P<image>[0-9a-f]{8}): the image does not match its CRC-32; "
    r"expected: 0x[0-9a-f]{8}; computed: 0x(?P<computed>[0-9a-f]{8})"
)
_FILL = "fill"
_MOST = 8
"""Refusals that are looked at: each is 32 bits of evidence."""


Key = tuple[str, tuple[tuple[str, object], ...]]
"""A mistake without what fills the gap: that depends on what the buffer held."""


def explain_refusals(run: Run, tested: list[int]) -> list[Finding]:
    """What happened to images whose CRC-32 the board computed and refused."""
    pairs = _refused(run)
    if not pairs:
        return []
    tensors = sent_images(run)
    by_crc = {zlib.crc32(tensor.tobytes()): tensor for tensor in tensors}
    refused = [(by_crc[image], computed) for image, computed in pairs if image in by_crc]
    if not refused:
        return []
    common: dict[Key, Hypothesis[Point]] | None = None
    for tensor, computed in refused[:_MOST]:
        found = _fitting(tensor, computed, tensors, tested)
        if common is None:
            common = found
        else:
            common = {key: value for key, value in common.items() if key in found}
    if not common:
        return []
    first, *others = common.values()
    count = min(len(refused), _MOST)
    fill = dict(first.parameters).get(_FILL)
    title = first.title if fill is None else _without_fill(first)
    entry = CATALOGUE[first.id]
    alternatives = {h.id: h.title for h in others if h.id != first.id}
    return [
        Finding(
            id=first.id,
            stage="input",
            title=title,
            evidence=f"the CRC-32 that the board computed is that of such an image, in {count} of "
            f"{count} refusals",
            where_to_look=entry.where_to_look,
            explained=count,
            failures=len(refused),
            alternatives=tuple(alternatives.items()),
        )
    ]


def _refused(run: Run) -> list[tuple[int, int]]:
    """CRC-32 of an image, and what the board computed of it; each pair once."""
    matches = (_CHANGED.search(trouble.message) for trouble in run.troubles)
    pairs = (match.groups() for match in matches if match is not None)
    return [(int(image, 16), int(computed, 16)) for image, computed in dict.fromkeys(pairs)]


def _fitting(
    tensor: NDArray[np.int8],
    computed: int,
    donors: Sequence[NDArray[np.int8]],
    tested: list[int],
) -> dict[Key, Hypothesis[Point]]:
    """The hypotheses whose image has this CRC-32, with any image in the buffer before."""
    found: dict[Key, Hypothesis[Point]] = {}
    for donor in (tensor * 0, *donors):
        image = Image(tensor, (donor,))
        for hypothesis in changes(tensor.size):
            tested[0] += 1
            assert hypothesis.transform is not None
            changed = hypothesis.transform(image)
            if changed is None:
                continue
            if zlib.crc32(np.ascontiguousarray(shaped(changed, image)).tobytes()) == computed:
                rest = tuple(p for p in hypothesis.parameters if p[0] != _FILL)
                found.setdefault((hypothesis.id, rest), hypothesis)
        if found:
            break
    return found


def _without_fill(hypothesis: Hypothesis[Point]) -> str:
    changed = dict(hypothesis.parameters) | {_FILL: "old bytes stay there"}
    return dataclasses.replace(hypothesis, parameters=tuple(changed.items())).title
