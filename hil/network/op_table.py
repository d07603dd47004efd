"""The operators of a .tflite file as a table of text: `hil check --ops`."""

from __future__ import annotations

from hil.network.op_costs import OpCost, op_costs, total_macs
from hil.network.tflite_graph import read_graph

_HEAD = ("op", "operator", "input", "filter", "output", "MACs", "weight bytes")
_RIGHT = (0, 5, 6)


def ops_text(model: bytes, *, where: str = "model") -> str:
    """One line an operator in execution order, then the totals.

    Raises:
        UsageError: not a TFLite file.
    """
    costs = op_costs(read_graph(model, where=where))
    total = ("", "all", "", "", "", *_numbers(total_macs(costs), _weight_bytes(costs)))
    rows = [_HEAD, *(_row(cost) for cost in costs), total]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "".join(_line(row, widths) for row in rows)


def _row(cost: OpCost) -> tuple[str, ...]:
    shapes = (_shape(cost.input), _shape(cost.filter), _shape(cost.output))
    return (str(cost.index), cost.name, *shapes, *_numbers(cost.macs, cost.weight_bytes))


def _numbers(macs: int, weight_bytes: int) -> tuple[str, str]:
    return f"{macs:,}", f"{weight_bytes:,}"


def _weight_bytes(costs: tuple[OpCost, ...]) -> int:
    return sum(cost.weight_bytes for cost in costs)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "-"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (
        text.rjust(width) if column in _RIGHT else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip() + "\n"
