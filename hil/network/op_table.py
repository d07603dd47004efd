"""The operators of a .tflite file as a table of text: `hil check --ops`."""

from __future__ import annotations

from hil.base.columns import aligned
from hil.network.op_costs import OpCost, op_costs, total_macs
from hil.network.tflite_graph import read_graph

_HEAD = ("input", "filter", "output", "MACs", "weights")


def ops_text(model: bytes, *, where: str = "model") -> str:
    """An operator in execution order, then the totals.

    Raises:
        UsageError: not a TFLite file.
    """
    costs = op_costs(read_graph(model, where=where))
    last = len(str(len(costs) - 1))
    rows = [
        (f"{'op':>{last}} operator", *_HEAD),
        *((f"{cost.index:>{last}} {cost.name}", *_row(cost)) for cost in costs),
        (f"{'':>{last}} all", "", "", "", *_numbers(total_macs(costs), _weight_bytes(costs))),
    ]
    return "".join(f"{line.rstrip()}\n" for lines in aligned(rows) for line in lines)


def _row(cost: OpCost) -> tuple[str, ...]:
    shapes = (_shape(cost.input), _shape(cost.filter), _shape(cost.output))
    return (*shapes, *_numbers(cost.macs, cost.weight_bytes))


def _numbers(macs: int, weight_bytes: int) -> tuple[str, str]:
    return f"{macs:,}", f"{weight_bytes:,}"


def _weight_bytes(costs: tuple[OpCost, ...]) -> int:
    return sum(cost.weight_bytes for cost in costs)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "-"
