"""Every option of an inference beside every other, as a seed mixes them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hil.board import Ask, Board
    from hil.oracle import OracleAnswer
    from hil.run.testbench import Bench

TENSORS = ("uniform-0", "extremes-max", "normal-0")
FRAMES = ("noise", "gradient-x")


@dataclass(frozen=True)
class Mixed:
    """One request, the bytes of the input that it comes to, and the options in words."""

    ask: Ask
    input: bytes = field(repr=False)
    words: str


def mixed_asks(bench: Bench, board: Board) -> tuple[Mixed, ...]:
    """Requests in which every two values of two options occur together.

    Among the inputs are a few tensors, and frames where the board takes them; each comes up
    several times, with others in between. Thresholds are the network's own, 0, the last that the
    sample's score passes and the first that it does not.
    """
    from hil.base.covering import covering
    from hil.board import Ask

    inputs = _inputs(bench, board)
    head, able = board.contract.head, board.identity.capabilities
    rows = covering(
        {
            "input": list(inputs),
            "cam_always": (False, True),
            "threshold": ("own", 0, "passed", "failed") if head is not None else ("own",),
            "trace": (False, True) if able.trace else (False,),
            "capture": (None, *small_outputs(bench)) if able.capture else (None,),
            "reset_state": (True, False),
            "reuse": (False, True),
        },
        seed=bench.options.seed,
    )
    found = []
    for row in random.Random(bench.options.seed).sample(rows, len(rows)):
        stage, data, tensor = inputs[row.pop("input")]
        threshold = _percent(bench, tensor, row.pop("threshold"))
        ask = Ask(data, stage, threshold=threshold, **row)
        said = {**row, "threshold": threshold, "stage": stage}
        found.append(Mixed(ask, tensor, ", ".join(f"{k}={v}" for k, v in said.items())))
    return tuple(found)


def right_trace(bench: Bench, mixed: Mixed) -> OracleAnswer | None:
    """The oracle's answer with every operator; None where it hangs on what was run before."""
    if bench.oracle.contract.header.stateful and not mixed.ask.reset_state:
        return None
    return bench.oracle.run(mixed.input, ops=True)


def _inputs(bench: Bench, board: Board) -> dict[str, tuple[Any, bytes, bytes]]:
    """(stage, what is sent, the input that it comes to) by name."""
    from hil.network.frame_format import frame_pixels, packed_frame
    from hil.oracle import preprocess
    from hil.suite.pictures import synthetic_frame

    made: dict[str, tuple[Any, bytes, bytes]] = {}
    for name in TENSORS:
        data = bench.sample(name).data
        made[name] = "tensor", data, data
    frame, header = board.frame, bench.oracle.contract.header
    if frame is not None and header.image is not None:
        for name in FRAMES:
            data = packed_frame(synthetic_frame(name, frame).pixels, frame.format)
            made[f"frame {name}"] = (
                *("frame", data),
                preprocess(frame_pixels(data, frame), header).tobytes(),
            )
    return made


def small_outputs(bench: Bench) -> list[tuple[int, int]]:
    """(operator, output) of the first and the last of the smallest outputs: they cost no time."""
    graph = bench.oracle.graph
    sizes = {
        (op.index, number): graph.tensors[tensor].data_bytes
        for op in graph.ops
        for number, tensor in enumerate(op.outputs)
        if graph.tensors[tensor].data_bytes
    }
    small = sorted(sizes, key=lambda at: sizes[at])[:4]
    return sorted({min(small), max(small)}) if small else []


def _percent(bench: Bench, tensor: bytes, threshold: int | str) -> int | None:
    from hil.network.score import highest_passed

    if threshold == "own":
        return None
    if isinstance(threshold, int):
        return threshold
    head, scores = bench.oracle.contract.head, bench.oracle.run(tensor).scores
    assert head is not None
    assert scores is not None
    return highest_passed(int(scores[head.positive_class])) + (threshold == "failed")
