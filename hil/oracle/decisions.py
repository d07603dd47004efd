"""What a float network, its int8 form and a board decide on the same samples, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.facts.layers import DecisionFacts, Disagreement
from hil.network.contract import Contract
from hil.network.quantization import has_scale, real_values
from hil.network.tflite_graph import Tensor

_DECIDING = ("classification", "localization")
_MOST_NAMES = 5


class Decisions:
    """The task is that of the int8 network's contract."""

    def __init__(self, floats: Contract, ints: Contract) -> None:
        self.task = ints.task
        self.why_not = ""
        """Why nothing is counted; empty where it is."""
        self._ends: tuple[Tensor, Tensor] | None = None
        self._quantized, self._board = _Sides(), _Sides()
        self._ties = self._labelled = 0
        self._seen: set[int] = set()
        if self.task.kind not in _DECIDING:
            self.why_not = f"the task {self.task.kind} has no decisions"
            return
        self._ends = (
            floats.graph.tensors[floats.graph.outputs[self.task.output]],
            ints.graph.tensors[ints.graph.outputs[self.task.output]],
        )
        if not (self._ends[1].type_name == "FLOAT32" or has_scale(self._ends[1])):
            self.why_not = "the scores have no scale"

    def see(
        self,
        name: str,
        label: int | None,
        floats: tuple[NDArray[Any], ...],
        host: tuple[NDArray[Any], ...],
    ) -> None:
        """One sample: outputs of the float network and of the int8 one on the host."""
        if self.why_not or self._ends is None:
            return
        exact = self._percents(self._ends[0], floats)
        ours = self._percents(self._ends[1], host)
        if not np.isfinite(exact).all():
            self.why_not = f"the float network's scores of {name} are not finite"
            return
        before, after = self.task.decision(exact), self.task.decision(ours)
        self._seen.add(before)
        self._labelled += label is not None
        self._quantized.see(name, before, after, self._right(label))
        if before != after and self.task.decides == "largest":
            self._ties += bool(ours[before] == ours.max())

    def see_board(
        self,
        name: str,
        label: int | None,
        host: tuple[NDArray[Any], ...],
        board: tuple[NDArray[Any], ...],
    ) -> None:
        """One sample: outputs of the int8 network on the host and on the board."""
        if self.why_not or self._ends is None:
            return
        before, after = (
            self.task.decision(self._percents(self._ends[1], side)) for side in (host, board)
        )
        self._board.see(name, before, after, self._right(label))

    def facts(self) -> DecisionFacts | None:
        """None where nothing was counted."""
        if self.why_not or not self._quantized.samples:
            return None
        return DecisionFacts(
            rule=self._rule(),
            quantized=self._quantized.facts(),
            ties=self._ties,
            labelled=self._labelled,
            seen=len(self._seen),
            board=self._board.facts() if self._board.samples else None,
        )

    def _percents(self, tensor: Tensor, outputs: tuple[NDArray[Any], ...]) -> NDArray[np.float64]:
        values = real_values(tensor, outputs[self.task.output])
        assert values is not None
        return self.task.percents(values.reshape(-1).astype(np.float64))

    def _right(self, label: int | None) -> int | None:
        """The right decision."""
        if label is None or self.task.positive_class is None:
            return label
        return int(label == self.task.positive_class)

    def _rule(self) -> str:
        positive = self.task.positive_class
        if positive is None:
            return "the class with the largest score"
        return f"class {self.task.name_of(positive)} from {self.task.threshold:g} % on"


class _Sides:
    """Two sides' decisions, counted."""

    def __init__(self) -> None:
        self.samples = self._flips = self._before = self._after = 0
        self._first: list[str] = []

    def see(self, name: str, before: int, after: int, right: int | None) -> None:
        self.samples += 1
        self._before += before == right
        self._after += after == right
        if before != after:
            self._flips += 1
            if len(self._first) < _MOST_NAMES:
                self._first.append(name)

    def facts(self) -> Disagreement:
        return Disagreement(
            self.samples, self._flips, self._before, self._after, tuple(self._first)
        )
