"""What an answer says to people, by the task of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.live.moment import Scores
from hil.network.arrays import as_array
from hil.run.evaluation.answers import value_type, values_of

if TYPE_CHECKING:
    from hil.network.contract import Contract

_NUMBERS = 6
"""So many values are shown of an output that has no classes."""


def scores_of(contract: Contract, taken: bytes, output: bytes) -> Scores:
    """Percents of classes, the error of a reconstruction, or else the first numbers.

    `taken`: the bytes of the input, which only a reconstruction needs. `output`: of the output that
    the task judges, of the first where it has no task.
    """
    task = contract.task
    if task.kind == "none":  # nobody knows what they mean: as they are
        flat = as_array(contract.header.outputs[task.output], output).reshape(-1)
        return _numbers(f"output {task.output}", flat[:_NUMBERS].tolist())
    reals = value_type(contract).reals(values_of(contract, taken, output))
    if task.classes:
        percents = task.percents(reals)
        return Scores(
            tuple(task.name_of(number) for number in range(task.classes)),
            tuple(round(float(percent), 4) for percent in percents),
            "%",
            task.decision(percents),
            task.positive_class,
            task.threshold,
        )
    if task.kind == "reconstruction":
        return Scores(("mean squared error",), (float(reals[0]),), "", threshold=task.threshold)
    return _numbers("value", reals[:_NUMBERS].tolist())


def _numbers(name: str, values: list[float]) -> Scores:
    names = (name,) if len(values) == 1 else tuple(f"{name} [{n}]" for n in range(len(values)))
    return Scores(names, tuple(map(float, values)), "")
