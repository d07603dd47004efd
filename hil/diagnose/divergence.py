"""Where a failing image first differs: by operator if there is a trace, else by what is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.right import Right
from hil.facts.evidence import DivergenceRecord
from hil.facts.image import ImageFacts, OpFacts, SampleFacts
from hil.facts.packing import pack_int8
from hil.judge.compare import step_differences

if TYPE_CHECKING:
    from hil.oracle import Oracle, OracleAnswer

MAP_CELLS = 12
_MOST_CHANNELS = 8


def first_diverging(ops: Sequence[OpFacts]) -> OpFacts | None:
    """The first output of an operator that differs; None if none does."""
    return next((op for op in ops if op.differs), None)


def by_operator(
    image: str, oracle: Oracle, answer: OracleAnswer, first: OpFacts, captured: NDArray[Any] | None
) -> DivergenceRecord:
    """The first operator that differs.

    Args:
        image: its name.
        oracle: of the model.
        answer: with operator outputs.
        first: the operator and its output.
        captured: its output as the board gave it; None if it could not be read back.
    """
    assert answer.op_outputs is not None
    graph, op = oracle.contract.graph, first.index
    known, right = graph.ops[op], answer.op_outputs[op][first.output]
    of_sample = not set(graph.inputs).isdisjoint(known.inputs)
    inputs_equal = None if of_sample or graph.stateful else True
    name = first.name + (f", output {first.output}" if first.output else "")
    where = f"operator {op} of {len(graph.ops)} ({name}) is the first that differs"
    before = "; all its inputs are right"
    if of_sample:
        before = "; its input is the sample, which a trace does not show"
    elif graph.stateful:
        before = "; its inputs are right, and a state may be wrong, which a trace does not show"
    if captured is None:
        return DivergenceRecord(
            image, "trace", op, first.name, right.shape, right.size, 0, 0, 0.0, inputs_equal,
            (), (), "", f"{where}{before}; its output could not be read back", first.output,
        )  # fmt: skip
    captured = captured.reshape(right.shape)
    record = _record(image, "trace", op, first.name, right, captured, inputs_equal, where + before)
    return dataclasses.replace(record, place=first.output)


def by_outputs(
    image: str,
    oracle: Oracle,
    answer: OracleAnswer,
    facts: SampleFacts,
    tensors: Sequence[NDArray[Any]],
    why: str,
) -> DivergenceRecord | None:
    """What can be told without a trace: features, scores, map, location, in this order, or the
    first output that differs."""
    prefix = f"{why}; by what can be read back: "
    head = oracle.contract.head
    if head is None or not isinstance(facts, ImageFacts):
        return _first_output(image, answer, facts, tensors, prefix)
    right = Right.of(answer)
    features = tensors[head.features_output][0] if tensors else None
    if features is not None and not np.array_equal(features, right.features):
        text = prefix + "the features differ, so input or operators in front of them are wrong"
        return _record(image, "outputs", None, "features", right.features, features, None, text)
    equal = features is not None
    behind = " while the features are right" if equal else ""
    scores = np.array(facts.device.scores)
    if scores.shape == right.scores.shape and not np.array_equal(scores, right.scores):
        text = f"{prefix}the scores differ{behind}"
        return _record(image, "outputs", None, "scores", right.scores, scores, equal or None, text)
    if facts.cam is not None and facts.cam.differing:
        text = f"{prefix}the map differs{behind}"
        cam = np.array(facts.device.cam)
        return _record(image, "outputs", None, "map", right.cam, cam, equal or None, text)
    if facts.device.location != facts.reference.location:
        text = f"{prefix}scores and map are right, the location is not"
        return DivergenceRecord(
            image, "outputs", None, "location", (), 1, 1, 0, 0.0, True, (), (), "", text
        )
    return None


def _first_output(
    image: str,
    answer: OracleAnswer,
    facts: SampleFacts,
    tensors: Sequence[NDArray[Any]],
    prefix: str,
) -> DivergenceRecord | None:
    for output, right, got in zip(facts.outputs, answer.outputs, tensors, strict=False):
        if not output.same:
            text = f"{prefix}output {output.index} {output.name!r} differs"
            return _record(image, "outputs", None, output.name, right, got, None, text)
    return None


def _record(
    image: str,
    how: str,
    op: int | None,
    name: str,
    right: NDArray[Any],
    got: NDArray[Any],
    inputs_equal: bool | None,
    where: str,
) -> DivergenceRecord:
    off = step_differences(right, got)
    wrong = off[off > 0]
    count = int(wrong.size)
    largest = int(off.max()) if count else 0
    mean = round(float(wrong.mean()), 3) if count else 0.0
    text = f"{where}: {count} of {off.size} elements"
    if count:
        text += f", by {mean:g} LSB on average and {largest} at most"
    return DivergenceRecord(
        image=image,
        how=how,
        op=op,
        name=name,
        shape=tuple(int(n) for n in right.shape),
        elements=int(off.size),
        differing=count,
        max_lsb=largest,
        mean_lsb=mean,
        inputs_equal=inputs_equal,
        map=small_map(off),
        channels=worst_channels(off),
        output=pack_int8(np.ascontiguousarray(got)) if got.dtype == np.int8 else "",
        detail=text,
    )


def small_map(off: NDArray[Any]) -> tuple[tuple[int, ...], ...]:
    """Largest difference by place, at most MAP_CELLS each way; empty without rows and columns."""
    plane = _plane(off)
    if plane is None:
        return ()
    rows, columns = (min(size, MAP_CELLS) for size in plane.shape)
    row_edges = [n * plane.shape[0] // rows for n in range(rows + 1)]
    column_edges = [n * plane.shape[1] // columns for n in range(columns + 1)]
    return tuple(
        tuple(
            int(plane[row_edges[r] : row_edges[r + 1], column_edges[c] : column_edges[c + 1]].max())
            for c in range(columns)
        )
        for r in range(rows)
    )


def worst_channels(off: NDArray[Any]) -> tuple[tuple[int, int, int], ...]:
    """(channel, elements that differ, largest difference), the worst first."""
    if off.ndim < 3:
        return ()
    flat = off.reshape(-1, off.shape[-1])
    found = [
        (k, int((flat[:, k] > 0).sum()), int(flat[:, k].max()))
        for k in range(flat.shape[1])
        if flat[:, k].any()
    ]
    return tuple(sorted(found, key=lambda c: (-c[2], -c[1], c[0]))[:_MOST_CHANNELS])


def _plane(off: NDArray[Any]) -> NDArray[Any] | None:
    """Largest difference over the channels, [rows, columns]; None if it has no rows."""
    if off.ndim == 2 and off.shape[0] > 1:
        return off
    if off.ndim == 3:
        off = off[None]
    if off.ndim == 4 and off.shape[0] == 1 and off.shape[1] * off.shape[2] > 1:
        plane: NDArray[Any] = off[0].max(axis=2)
        return plane
    return None
