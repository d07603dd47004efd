"""Checks the oracle itself: LiteRT's reference kernels against tflite-micro.

Both must give the same bytes in every operator. The comparison depends on
nothing but the model, the images and the versions, so that its result is kept
on disk and the next run costs nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hil.base.deadline import Deadline
from hil.base.whole_file import write_whole
from hil.network.tflite_graph import Graph
from hil.oracle.interpreter import LiteRtReference, litert_version, micro_installed, micro_version
from hil.oracle.micro import run_isolated

_CACHE_FORMAT = 1


class SelfCheckOutcome(str, enum.Enum):
    IDENTICAL = "identical"
    DIFFERENT = "different"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """Result of comparing two interpreters, operator by operator.

    `detail` names the first difference, or says why nothing was compared.
    """

    outcome: SelfCheckOutcome
    reference: str
    other: str
    images: int
    ops: int
    detail: str = ""


def self_check(
    model: bytes,
    graph: Graph,
    images: Sequence[NDArray[np.int8]],
    deadline: Deadline,
    *,
    cache: Path | None = None,
) -> SelfCheck:
    """Compares every operator's output of both interpreters for each image.

    `model`: the .tflite file's bytes. `images`: int8 of the input tensor's shape each.
    `deadline`: for the process that runs tflite-micro. `cache`: directory of kept results; the
    user's cache directory when None.
    """
    if not micro_installed():
        reason = "tflite-micro is not installed (Linux x86-64: camhil[sim])"
        return SelfCheck(SelfCheckOutcome.NOT_RUN, litert_version(), "", 0, 0, reason)
    directory = _default_cache() if cache is None else cache
    kept = directory / f"{_key(graph, images)}.json"
    result = _read(kept)
    if result is None:
        result, keep = _compare(model, graph, images, deadline)
        if keep:
            _write(kept, result)
    return result


def _compare(
    model: bytes, graph: Graph, images: Sequence[NDArray[np.int8]], deadline: Deadline
) -> tuple[SelfCheck, bool]:
    """The result, and whether it would be the same another time."""
    other = f"tflite-micro {micro_version()}"
    try:
        reference = LiteRtReference(model, graph)
    except (ValueError, RuntimeError) as error:
        reason = f"LiteRT refuses the model: {' '.join(str(error).split())[:160]}"
        return SelfCheck(SelfCheckOutcome.NOT_RUN, "", other, 0, 0, reason), True
    names = (reference.resolver, other)
    micro = run_isolated(model, images, deadline)
    if micro.trouble:
        reason = f"tflite-micro gave no answer: {micro.trouble}"
        return SelfCheck(SelfCheckOutcome.NOT_RUN, *names, 0, 0, reason), micro.repeatable
    for number, (image, theirs) in enumerate(zip(images, micro.op_outputs, strict=True)):
        reference.run(image)
        for op, output in zip(graph.ops, theirs, strict=True):
            ours = reference.tensor(op.output)
            if not np.array_equal(ours, output):
                differing = int(np.count_nonzero(ours != output))
                detail = (
                    f"image {number}: {differing} of {ours.size} elements differ in "
                    f"operator {op.index} ({op.name})"
                )
                count = len(images)
                outcome = SelfCheckOutcome.DIFFERENT
                return SelfCheck(outcome, *names, count, len(graph.ops), detail), True
    return SelfCheck(SelfCheckOutcome.IDENTICAL, *names, len(images), len(graph.ops)), True


def _key(graph: Graph, images: Sequence[NDArray[np.int8]]) -> str:
    digest = hashlib.sha256()
    versions = f"{_CACHE_FORMAT} {litert_version()} {micro_version()} {graph.sha256}"
    digest.update(versions.encode())
    for image in images:
        digest.update(hashlib.sha256(image.tobytes()).digest())
    return digest.hexdigest()


def _default_cache() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("camhil") / "selfcheck"


def _read(path: Path) -> SelfCheck | None:
    """The kept result; None if there is none that can be read."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        return SelfCheck(**{**fields, "outcome": SelfCheckOutcome(fields["outcome"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, result: SelfCheck) -> None:
    # A cache that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError):
        write_whole(path, json.dumps(dataclasses.asdict(result)).encode())
