"""`hil info`: what a board says of itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode
from hil.run.options import RunOptions

if TYPE_CHECKING:
    from rich.console import Console

    from hil.board import Board
    from hil.wire.replies import Identity, MemoryReport


def add(parser: argparse.ArgumentParser) -> None:
    add_board_arguments(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    with open_bench(_looking_only(run_options(arguments)), console) as bench:
        show(bench.ready_board(), console)
    return ExitCode.PASSED


def _looking_only(options: RunOptions) -> RunOptions:
    """Who only looks at a board, and names no build, wants to see what is on it."""
    from dataclasses import replace

    if options.firmware is None and options.board != RunOptions.board:
        return replace(options, flash="never")
    return options


def show(board: Board, console: Console) -> None:
    """Prints identity, tensors, operators and memory."""
    from rich.markup import escape
    from rich.table import Table

    from hil.cli.console import print_facts

    print_facts(console, [(f"[bold]{name}[/]", escape(value)) for name, value in _lines(board)])

    tensors = Table(title="tensors", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("role", "output", "shape", "scale", "zero point", "bytes"):
        tensors.add_column(column)
    for tensor in board.identity.tensors:
        tensors.add_row(
            tensor.role.name.lower(),
            "" if tensor.output is None else str(tensor.output),
            "x".join(map(str, tensor.shape)),
            f"{tensor.scale:.9g}",
            str(tensor.zero_point),
            f"{tensor.data_bytes:,}",
        )
    console.print()
    console.print(tensors)


def _lines(board: Board) -> Iterator[tuple[str, str]]:
    from hil.network.tflite_graph import op_name
    from hil.wire.enums import ResetReason

    identity: Identity = board.identity
    able = identity.capabilities
    yield "target", identity.target
    yield "firmware", f"{identity.firmware_version}, protocol {identity.protocol}"
    yield "build id", identity.build_id.hex()
    yield "app SHA-256", identity.app_sha256.hex()
    yield "model SHA-256", identity.model_sha256.hex()
    yield "engine", identity.engine
    yield "image source", identity.image_source.name.lower()
    reason = ResetReason(identity.reset_reason).name.lower().replace("_", " ")
    yield "last reset", f"{reason}, start {identity.boot_count}"
    yield "threshold", f"{identity.threshold} % of class {identity.positive_class}"
    yield "capabilities", ", ".join(n for n in able.__dataclass_fields__ if getattr(able, n))
    window = f"{identity.window_chunks} chunks of {identity.chunk_bytes} bytes"
    yield "link", f"{board.baud} baud, window of {window}"
    names = [op_name(code) for code in board.ops()]
    counted = {name: names.count(name) for name in dict.fromkeys(names)}
    yield "operators", f"{len(names)}: " + ", ".join(f"{n} {name}" for name, n in counted.items())
    yield from _memory(board.memory())


def _memory(memory: MemoryReport) -> Iterator[tuple[str, str]]:
    used = memory.arena_used_bytes
    used_text = "unknown" if used is None else f"{used:,}"
    yield "arena", f"{used_text} of {memory.arena_bytes:,} bytes"
    for name, heap in (("heap", memory.heap), ("PSRAM", memory.psram)):
        if heap is not None:
            text = f"{heap.free_bytes:,} bytes free, least {heap.minimum_free_bytes:,}, "
            yield name, text + f"largest block {heap.largest_block_bytes:,}"
    for stack in memory.stacks:
        yield f"stack {stack.task}", f"{stack.never_used_bytes:,} bytes never used"
