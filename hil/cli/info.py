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
    from hil.wire.network_header import NetworkHeader
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

    from hil.base.columns import aligned
    from hil.cli.console import print_facts
    from hil.facts.network import network_facts

    print_facts(console, [(f"[bold]{name}[/]", escape(value)) for name, value in _lines(board)])

    header = _contract(board)
    if header is None:
        return
    rows = [("tensors", "type", "shape", "scale", "zero point", "bytes")]
    network = network_facts(header)
    for side, facts, sizes in (
        ("input", network.inputs, header.inputs),
        ("output", network.outputs, header.outputs),
    ):
        for index, (tensor, size) in enumerate(zip(facts, sizes, strict=True)):
            rows.append(
                (
                    f"{side} {index}: {tensor.name}",
                    tensor.type,
                    "x".join(map(str, tensor.shape)),
                    f"{tensor.scale:.9g}" if tensor.scale else "-",
                    str(tensor.zero_point) if tensor.scale else "-",
                    f"{size.size:,}",
                )
            )
    console.print()
    for lines in aligned(rows):
        for line in lines:
            console.print(line, markup=False)


def _contract(board: Board) -> NetworkHeader | None:
    """None where the board has no network."""
    return board.contract if board.identity.contract_bytes else None


def _lines(board: Board) -> Iterator[tuple[str, str]]:
    from hil.facts.network import network_facts
    from hil.facts.stand_in import synthetic
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
    yield "capabilities", ", ".join(n for n in able.__dataclass_fields__ if getattr(able, n))
    window = f"{identity.window_chunks} chunks of {identity.chunk_bytes} bytes"
    yield "link", f"{board.baud} baud, window of {window}"
    header = _contract(board)
    if header is not None:
        network = network_facts(header)
        yield "network", network.text
        pixels = network.picture
        yield "picture", "not declared" if pixels is None else "x".join(map(str, pixels))
        if network.head is not None:
            yield "threshold", f"{network.head.threshold} % of class {network.head.positive_class}"
    yield from _memory(board.memory(), synthetic(identity.target))


def _memory(memory: MemoryReport, chosen: str) -> Iterator[tuple[str, str]]:
    note = f" ({chosen})" if chosen else ""
    used = memory.arena_used_bytes
    used_text = "unknown" if used is None else f"{used:,}"
    yield "arena", f"{used_text} of {memory.arena_bytes:,} bytes"
    for name, heap in (("heap", memory.heap), ("PSRAM", memory.psram)):
        if heap is not None:
            text = f"{heap.free_bytes:,} bytes free, least {heap.minimum_free_bytes:,}, "
            yield name, text + f"largest block {heap.largest_block_bytes:,}" + note
    for stack in memory.stacks:
        yield f"stack {stack.task}", f"{stack.never_used_bytes:,} bytes never used" + note
