"""Puts the board's answer next to the oracle's: from arrays to facts, without judging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.facts.image import Answer, Grid, ImageFacts, OpFacts, TensorDifference

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.board import Inference
    from hil.oracle import Oracle, OracleAnswer
    from hil.wire.replies import TraceEntry


def compare_tensors(expected: NDArray[Any], got: NDArray[Any]) -> TensorDifference:
    """The difference of two integer tensors of one shape, in steps.

    Raises:
        UsageError: the shapes differ.
    """
    import numpy as np

    if expected.shape != got.shape:
        raise UsageError(
            f"tensors of shapes {list(expected.shape)} and {list(got.shape)} cannot be compared",
            hint="compare outputs of the same model",
        )
    ours, theirs = expected.astype(np.int64).ravel(), got.astype(np.int64).ravel()
    off = np.abs(ours - theirs)
    wrong = np.flatnonzero(off)
    if wrong.size == 0:
        return TensorDifference(ours.size, 0, 0)
    first = int(wrong[0])
    return TensorDifference(
        elements=ours.size,
        differing=int(wrong.size),
        max_lsb=int(off.max()),
        first_index=first,
        expected=int(ours[first]),
        got=int(theirs[first]),
    )


def compare_answers(
    device: Answer, reference: Answer
) -> tuple[TensorDifference | None, TensorDifference | None]:
    """The differences of scores and maps; None where a map is missing, or shapes differ."""
    import numpy as np

    scores = cam = None
    if len(device.scores) == len(reference.scores):
        scores = compare_tensors(np.array(reference.scores), np.array(device.scores))
    if device.cam is not None and reference.cam is not None:
        ours, theirs = np.array(reference.cam), np.array(device.cam)
        cam = compare_tensors(ours, theirs) if ours.shape == theirs.shape else None
    return scores, cam


def compare_image(
    image: str,
    inference: Inference,
    answer: OracleAnswer,
    oracle: Oracle,
    *,
    cam_requested: bool,
    features: NDArray[np.int8] | None = None,
    trace: Sequence[TraceEntry] | None = None,
) -> ImageFacts:
    """The facts of one image.

    Args:
        image: its name.
        inference: the board's result.
        answer: the oracle's answer for the same image and threshold; with operator
            outputs if there is a trace.
        oracle: who gave the answer.
        cam_requested: whether the board was asked for the map in any case.
        features: what was read back, int8 [rows, columns, C] (or with a leading 1).
        trace: the board's trace of this inference.
    """
    device = Answer(
        scores=tuple(inference.scores),
        threshold=inference.threshold,
        location=inference.location,
        cam=None if inference.cam is None else as_grid(inference.cam),
    )
    reference = Answer(
        scores=tuple(answer.scores.tolist()),
        threshold=answer.threshold,
        location=answer.location,
        cam=as_grid(answer.cam),
    )
    scores, cam = compare_answers(device, reference)
    feature_difference = None
    if features is not None:
        if features.shape[:1] == (1,) and features.ndim == 4:
            features = features[0]
        feature_difference = compare_tensors(answer.features, features)
    return ImageFacts(
        image=image,
        image_crc=answer.image_crc,
        answered_crc=inference.image_crc,
        input_size=oracle.model.input_size,
        positive_class=oracle.positive_class,
        threshold=answer.threshold,
        cam_requested=cam_requested,
        device=device,
        reference=reference,
        scores=scores,
        cam=cam,
        features=feature_difference,
        ops=None if trace is None else compare_ops(answer, oracle, trace),
        invoke_us=inference.times.invoke_us,
    )


def compare_ops(
    answer: OracleAnswer, oracle: Oracle, trace: Sequence[TraceEntry]
) -> tuple[OpFacts, ...]:
    """Each operator of the oracle's answer with the entry of the trace in its place.

    An entry with another operator code does not count: `device_crc` is None then.
    """
    facts = []
    for op, crc in zip(oracle.model.graph.ops, answer.op_crcs(), strict=True):
        entry = trace[op.index] if op.index < len(trace) else None
        if entry is None or entry.code != op.code:
            facts.append(OpFacts(op.index, op.name, crc, None))
        else:
            got = entry.output_crc, entry.us, entry.cycles
            facts.append(OpFacts(op.index, op.name, crc, *got))
    return tuple(facts)


def as_grid(cam: NDArray[np.integer[Any]]) -> Grid:
    """A map as rows of Python integers."""
    return tuple(tuple(row) for row in cam.tolist())
