"""`hil check`: what a network is, and whether a chip can run it and a run can prove it."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.cli.pack import add_settings
from hil.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from hil.network.contract import Contract
    from hil.network.task import Task
    from hil.oracle.trial import Trial
    from hil.wire.network_header import Tensor


_SHOWN_PIXELS = (0, 1, 127, 128, 254, 255)


def add(parser: argparse.ArgumentParser, default: Path | None = None) -> None:
    """`default`: the file to check where none is named."""
    known: dict[str, Any] = {} if default is None else {"nargs": "?", "default": default}
    parser.add_argument("model", type=Path, metavar="FILE", help="a .tflite file", **known)
    add_settings(parser)
    parser.add_argument("--ops", action="store_true", help="list the operators with their costs")
    parser.add_argument("--json", action="store_true", help="for programs: all of it as JSON")


def run(arguments: argparse.Namespace, console: Console) -> int:
    from hil.facts.sameness import REMEDY
    from hil.network.contract import read_network
    from hil.oracle.trial import try_network

    try:
        contract = read_network(arguments.model, arguments.settings)
        tried = try_network(contract)
    except UsageError as error:
        if not arguments.json:
            raise
        console.out(json.dumps({"file": str(arguments.model), "problems": _problems(error)}))
        return error.exit_code
    if arguments.json:
        console.out(json.dumps({"file": str(arguments.model), **facts(contract, tried)}))
    else:
        for name, text in _lines(contract, tried):
            _print(console, f"{name:<12}{text}")
        if arguments.ops:
            from hil.network.op_table import ops_text

            _print(console, ops_text(contract.model).rstrip())
        for note in contract.notes:
            _print(console, f"note        {note}")
        if tried.dead:
            _print(console, f"NOT PROVEN  {tried.dead}\n            hint: {REMEDY}")
    return ExitCode.NOT_PROVEN if tried.dead else ExitCode.PASSED


def facts(contract: Contract, tried: Trial) -> dict[str, Any]:
    """The contract, and what came of the trial, for JSON."""
    from hil.network.arrays import pixel_values
    from hil.network.op_costs import op_costs, total_macs

    header, costs = contract.header, op_costs(contract.graph)
    image, pixels = contract.image, contract.pixels
    return {
        "sha256": header.model_sha256.hex(),
        "model_bytes": header.model_bytes,
        "partition_bytes": len(contract.partition),
        "inputs": [_tensor(tensor) for tensor in header.inputs],
        "outputs": [_tensor(tensor) for tensor in header.outputs],
        "sample_bytes": header.sample_bytes,
        "operators": dict(Counter(op.name for op in contract.graph.ops)),
        "macs": total_macs(costs),
        "weight_bytes": sum(cost.weight_bytes for cost in costs),
        "stateful": header.stateful,
        "picture": None
        if image is None or pixels is None
        else {
            "rows": image.rows,
            "columns": image.columns,
            "channels": image.channels,
            "pixels": pixels.text,
            "declared": contract.declared,
            "tables": pixel_values(header).tolist(),
        },
        "head": None if header.head is None else dataclasses.asdict(header.head),
        "task": dataclasses.asdict(contract.task),
        "notes": list(contract.notes),
        "oracle": tried.resolver,
        "unsure_operators": list(tried.unsure),
        "arena_bytes": tried.arena or None,
        "constant_outputs": list(tried.seen.constant_outputs),
        "problems": [],
    }


def _tensor(tensor: Tensor) -> dict[str, Any]:
    from hil.network.arrays import dtype_of

    return {
        "name": tensor.name,
        "type": dtype_of(tensor).name,
        "shape": list(tensor.shape),
        "scale": tensor.scale or None,
        "zero_point": tensor.zero_point if tensor.scale else None,
        "bytes": tensor.size,
    }


def _problems(error: UsageError) -> list[dict[str, str]]:
    from hil.network.model_problem import RefusedModelError

    if isinstance(error, RefusedModelError):
        return [dataclasses.asdict(problem) for problem in error.problems]
    return [{"what": error.message, "remedy": error.hint}]


def _lines(contract: Contract, tried: Trial) -> list[tuple[str, str]]:
    from hil.network.op_costs import op_costs, total_macs

    header, costs, head = contract.header, op_costs(contract.graph), contract.head
    counted = Counter(op.name for op in contract.graph.ops)
    ops = ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
    weights = sum(cost.weight_bytes for cost in costs)
    lines = [
        ("sha256", header.model_sha256.hex()),
        ("size", f"{header.model_bytes:,} bytes, {weights:,} of them weights"),
        ("computes", f"{total_macs(costs):,} multiply-accumulates"),
        ("operators", f"{header.ops}: {ops}"),
        *(("input", _described(tensor)) for tensor in header.inputs),
        *(("output", _described(tensor)) for tensor in header.outputs),
    ]
    if contract.image is not None and contract.pixels is not None:
        image = contract.image
        kind = "gray" if image.channels == 1 else f"{image.channels} channels"
        text = f"{image.columns}x{image.rows}, {kind}; the network gets {contract.pixels.text}"
        lines.append(("picture", text))
        lines += (("", line) for line in _chain(contract))
    lines.append(("task", _task(contract.task)))
    if head is not None:
        name = f" ({contract.task.name_of(head.positive_class)})" if contract.task.labels else ""
        text = (
            f"{head.rows}x{head.columns} cells of class {head.positive_class}{name}, answered "
            f"from {head.threshold} % on"
        )
        lines.append(("map", text))
    if header.stateful:
        lines.append(("state", "has variables: an answer depends on the samples before"))
    lines.append(("arena", _arena(tried)))
    lines.append(("oracle", tried.resolver))
    if tried.unsure:
        text = f"this interpreter is known to differ from a chip in {', '.join(tried.unsure)}"
        lines.append(("", text))
    return lines


def _task(task: Task) -> str:
    text: str = task.kind
    if task.classes:
        how = f" by {task.activation}" if task.activation else ""
        text += f" of {task.classes} classes{how}"
    if task.positive_class is not None:
        name = task.name_of(task.positive_class)
        text += f", positive is {name} from {task.threshold:g} % on"
    return f"{text}: {task.why}"


def _chain(contract: Contract) -> Iterator[str]:
    """What a pixel becomes: what is said, what the file holds, a few values of each table."""
    from hil.network.arrays import pixel_values
    from hil.network.input_contract import Quantization

    assert contract.pixels is not None
    said = "declared in the settings" if contract.declared else "not declared, the file's range"
    ends = ", ".join(
        f"{float(low):.4g} to {float(high):.4g}" for low, high in contract.pixels.channels
    )
    yield f"pixels are {ends} ({said})"
    tensor, tables = contract.header.inputs[0], pixel_values(contract.header)
    lowest = -128 if tables.dtype.kind == "i" else 0
    low, high = Quantization(tensor.scale, tensor.zero_point, lowest).ends
    yield f"the file holds {float(low):.4g} to {float(high):.4g} in steps of {tensor.scale:.4g}"
    same = (tables == tables[0]).all()
    for channel, table in enumerate(tables[:1] if same else tables):
        values = ", ".join(f"{pixel} -> {table[pixel]}" for pixel in _SHOWN_PIXELS)
        yield f"the board's table{'' if same else f' of channel {channel}'}: {values}"
    yield "whether the trainer did that, only labelled pictures show (hil evaluate)"


def _described(tensor: Tensor) -> str:
    from hil.network.arrays import described

    if not tensor.scale:
        return described(tensor)
    return f"{described(tensor)}, scale {tensor.scale:.9g}, zero point {tensor.zero_point}"


def _arena(tried: Trial) -> str:
    if not tried.arena:
        return "not measured: tflite-micro is not installed (Linux x86-64: camhil[sim])"
    return f"{tried.arena:,} bytes in TensorFlow Lite Micro here, a few per cent less on a chip"


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
