"""What an answer can come to that pictures seldom show: ties, flat maps, exact thresholds, limits.

Each goal says how far an answer is from it; 0 means that it is reached. All are derived from the
network at hand, and what has no meaning for it is no goal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.network.contract import Contract
from hil.network.score import SCORE_ZERO_POINT, smallest_passing_score
from hil.network.tflite_graph import Op, Tensor
from hil.oracle.submodel import parts_of

KINDS = ("ties", "flat", "signs", "places", "scores", "limits")
"""Equal values; a map, a row or a column of one value; the sign of all cells; where the largest
cell is; scores at thresholds; limits of operators' outputs."""

_MOVING = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "PACK", "UNPACK", "SPLIT", "SPLIT_V",
           "CONCATENATION", "SLICE", "STRIDED_SLICE", "GATHER", "GATHER_ND", "PAD", "PADV2",
           "MIRROR_PAD", "REVERSE_V2", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "SPACE_TO_BATCH_ND",
           "BATCH_TO_SPACE_ND", "BROADCAST_TO", "READ_VARIABLE")  # fmt: skip
"""Their outputs have the values of their inputs: what limits those is tried before."""

_RELU, _RELU_N1_TO_1, _RELU6 = 1, 2, 3  # ActivationFunctionType of schema.fbs
_WHOLE_STEPS = 25  # percent: others are no whole number of 1/256
_FEW = 256


@dataclass(frozen=True, eq=False)
class View:
    """One answer: the outputs, of a head its scores [classes] and map [rows, columns], and any
    tensor by its index in the graph."""

    outputs: tuple[NDArray[Any], ...]
    scores: NDArray[np.int8] | None
    cam: NDArray[np.int32] | None
    tensor: Callable[[int], NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Goal:
    """`kind` is of `KINDS`. `loss`: how far an answer is from it, 0 where it is reached. `inside`:
    it is about a tensor that is no output."""

    kind: str
    name: str
    loss: Callable[[View], float]
    inside: bool = False


def goals_of(contract: Contract, *, thorough: bool = False) -> tuple[Goal, ...]:
    """All goals of a network. `thorough`: every cell of the map, not a few at its border."""
    return (
        *_of_outputs(contract),
        *_of_map(contract, thorough=thorough),
        *_of_scores(contract),
        *_of_operators(contract),
    )


def _of_outputs(contract: Contract) -> Iterator[Goal]:
    head = contract.head
    for index, tensor in enumerate(contract.header.outputs):
        size = int(np.prod(tensor.shape))
        if 2 <= size <= _FEW and (head is None or index != head.features_output):
            yield Goal("ties", f"two largest of output {index}", _largest_tie(index))


def _largest_tie(index: int) -> Callable[[View], float]:
    return lambda view: _gap(view.outputs[index])


def _of_map(contract: Contract, *, thorough: bool) -> Iterator[Goal]:
    head = contract.head
    if head is None or head.rows * head.columns < 2:
        return

    def of_map(kind: str, name: str, loss: Callable[[NDArray[np.int64]], float]) -> Goal:
        def of_view(view: View) -> float:
            assert view.cam is not None
            return loss(view.cam.astype(np.int64))

        return Goal(kind, name, of_view)

    yield of_map("ties", "two largest cells", _gap)
    yield of_map("ties", "first and last cell", lambda m: abs(int(m.flat[0] - m.flat[-1])))
    yield of_map("flat", "all cells", _span)
    if head.rows > 1 and head.columns > 1:
        yield of_map("flat", "first row", lambda m: _span(m[0]))
        yield of_map("flat", "first column", lambda m: _span(m[:, 0]))
    yield of_map("signs", "all cells negative", lambda m: max(0, int(m.max()) + 1))
    yield of_map("signs", "all cells positive", lambda m: max(0, 1 - int(m.min())))
    for row, column in _places(head.rows, head.columns, thorough=thorough):
        yield of_map("places", f"row {row}, column {column}", _peak(row, column))


def _places(rows: int, columns: int, *, thorough: bool) -> list[tuple[int, int]]:
    if thorough:
        return [(row, column) for row in range(rows) for column in range(columns)]
    three = [sorted({0, count // 2, count - 1}) for count in (rows, columns)]
    border = {(r, c) for r in three[0] for c in three[1]} - {(rows // 2, columns // 2)}
    return sorted(border)


def _peak(row: int, column: int) -> Callable[[NDArray[np.int64]], float]:
    def loss(cam: NDArray[np.int64]) -> float:
        others = np.delete(cam.ravel(), row * cam.shape[1] + column)
        return max(0, int(others.max() - cam[row, column]) + 1)

    return loss


def _of_scores(contract: Contract) -> Iterator[Goal]:
    head = contract.head
    if head is None:
        return
    wanted = {
        smallest_passing_score(percent): f"{percent} % exactly"
        for percent in range(0, 100, _WHOLE_STEPS)
    }
    wanted.setdefault(127, "the highest")
    least = smallest_passing_score(head.threshold)
    wanted.setdefault(least, f"the least that passes {head.threshold} %")
    wanted.setdefault(least - 1, f"the highest below {head.threshold} %")
    for score, name in wanted.items():
        if SCORE_ZERO_POINT <= score <= 127:
            yield Goal("scores", f"score {name}", _score(head.positive_class, score))


def _score(positive_class: int, wanted: int) -> Callable[[View], float]:
    def loss(view: View) -> float:
        assert view.scores is not None
        return abs(int(view.scores[positive_class]) - wanted)

    return loss


def _of_operators(contract: Contract) -> Iterator[Goal]:
    parts = parts_of(contract.model)
    for op in contract.graph.ops:
        limits = _limits(contract, op, parts.ops[op.index])
        if limits is None:
            continue
        low, high = limits
        name = f"of operator {op.index} {op.name}"
        yield Goal("limits", f"lower limit {name}", _above(op.output, low), inside=True)
        yield Goal("limits", f"upper limit {name}", _below(op.output, high), inside=True)


def _above(tensor: int, low: int) -> Callable[[View], float]:
    return lambda view: abs(int(view.tensor(tensor).min()) - low)


def _below(tensor: int, high: int) -> Callable[[View], float]:
    return lambda view: abs(high - int(view.tensor(tensor).max()))


def _limits(contract: Contract, op: Op, of_schema: Any) -> tuple[int, int] | None:
    """The least and the largest value of an operator's first output, by its type and fused
    activation; None where they are no integers with a scale."""
    if not op.outputs or op.name in _MOVING:
        return None
    tensor = contract.graph.tensors[op.output]
    if tensor.type_name not in ("INT8", "UINT8", "INT16") or len(tensor.scales) != 1:
        return None
    info = np.iinfo(tensor.type_name.lower())
    activation = getattr(of_schema.builtinOptions, "fusedActivationFunction", 0)
    ends = {_RELU: (0.0, None), _RELU_N1_TO_1: (-1.0, 1.0), _RELU6: (0.0, 6.0)}
    least, most = ends.get(activation, (None, None))
    low = int(info.min) if least is None else max(int(info.min), _quantized(tensor, least))
    high = int(info.max) if most is None else min(int(info.max), _quantized(tensor, most))
    return low, high


def _quantized(tensor: Tensor, value: float) -> int:
    # As CalculateActivationRangeQuantized of TensorFlow Lite: rounded, halves away from zero.
    return tensor.zero_point() + int(
        np.copysign(np.floor(abs(value) / tensor.scale() + 0.5), value)
    )


def _gap(values: NDArray[Any]) -> float:
    """Between the two largest."""
    two = np.partition(values.ravel(), -2)[-2:]
    return float(two[1]) - float(two[0])


def _span(values: NDArray[Any]) -> float:
    return float(values.max()) - float(values.min())
