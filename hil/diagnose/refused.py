"""Images that the board refused because their bytes changed: by the CRC-32 of what arrived."""

from __future__ import annotations

import dataclasses
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Image, Point, sent_images
from hil.diagnose.hypothesis import Hypothesis, finding_of
from hil.diagnose.inputs import changes
from hil.diagnose.outcome import Outcome
from hil.diagnose.seen import shaped
from hil.facts.run import Run
from hil.network.contract import Contract

_CHANGED = re.compile(
    r"infer of sample 0x(?P<image>[0-9a-f]{8}): the sample does not match its CRC-32; "
    r"expected: 0x[0-9a-f]{8}; computed: 0x(?P<computed>[0-9a-f]{8})"
)
_FILL = "fill"
_MOST = 8
"""Refusals that are looked at: each is 32 bits of evidence."""

Key = tuple[str, tuple[tuple[str, object], ...]]
"""A mistake without what fills the gap: that depends on what the buffer held."""


def explain_refusals(run: Run, contract: Contract, outcome: Outcome) -> None:
    """What happened to images whose CRC-32 the board computed and refused."""
    pairs = _refused(run)
    if not pairs:
        return
    tensors = sent_images(run, contract)
    by_crc = {zlib.crc32(tensor.tobytes()): tensor for tensor in tensors}
    refused = [(by_crc[image], computed) for image, computed in pairs if image in by_crc]
    if not refused:
        return
    fitting = [_fitting(*refusal, tensors, outcome) for refusal in refused[:_MOST]]
    common = [h for key, h in fitting[0].items() if all(key in found for found in fitting)]
    if not common:
        return
    first, *others = common
    if _FILL in first.parameters:
        filled = {**first.parameters, _FILL: "old bytes stay there"}
        first = dataclasses.replace(first, parameters=filled)
    count = len(fitting)
    evidence = "the CRC-32 that the board computed is that of such an image, in"
    evidence += f" {count} of {count} refusals"
    finding = finding_of([first, *others], "input", evidence)
    outcome.findings.append(dataclasses.replace(finding, explained=count, failures=len(refused)))


def _refused(run: Run) -> list[tuple[int, int]]:
    """CRC-32 of an image, and what the board computed of it; each pair once."""
    matches = (_CHANGED.search(trouble.message) for trouble in run.troubles)
    pairs = (match.groups() for match in matches if match is not None)
    return [(int(image, 16), int(computed, 16)) for image, computed in dict.fromkeys(pairs)]


def _fitting(
    tensor: NDArray[np.int8], computed: int, donors: Sequence[NDArray[np.int8]], outcome: Outcome
) -> dict[Key, Hypothesis[Point]]:
    """The hypotheses whose image has this CRC-32, with any image in the buffer before."""
    found: dict[Key, Hypothesis[Point]] = {}
    for donor in (tensor * 0, *donors):
        image = Image(tensor, (donor,))
        for hypothesis in changes(tensor.size):
            outcome.tested += 1
            assert hypothesis.transform is not None
            changed = hypothesis.transform(image)
            if changed is not None and zlib.crc32(shaped(changed, image).tobytes()) == computed:
                rest = tuple(p for p in hypothesis.parameters.items() if p[0] != _FILL)
                found.setdefault((hypothesis.id, rest), hypothesis)
        if found:
            break
    return found
