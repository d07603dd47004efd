"""A number makes a damage: of which kind, where, how, as a fault of the simulated board."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil_lab.faults.engines import EditedModel, WrongOp
from hil_lab.faults.fault import (
    Area,
    Change,
    EnginePatch,
    Fault,
    LinkPatch,
    SourcePatch,
    failure,
)

if TYPE_CHECKING:
    from hil.network.tflite_graph import Graph

PREFIX = "damage-"

KINDS = ("kernel", "weights", "arena", "line", "clock")
_SHARES = (4, 3, 2, 1, 1)
_AREAS = (Area.ENGINE, Area.MEMORY, Area.MEMORY, Area.LINK, Area.TIMING)
_CLOCK_FILE = "host/host_machine.cpp"
_CLOCK = "std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());"


@dataclass(frozen=True, slots=True)
class Damage:
    """`op`: the operator that is damaged, or None; `always`: the same change at all times;
    `producer`: the operator that makes the input of `op`, whose zero point is its output's too."""

    number: int
    kind: str
    op: int | None
    text: str
    change: Change
    always: Change
    producer: int | None = None

    @property
    def id(self) -> str:
        return f"{PREFIX}{self.number}"

    @property
    def fault(self) -> Fault:
        area = _AREAS[KINDS.index(self.kind)]
        return Fault(self.id, area, self.text, (self.change,), failure())


def damage_of(number: int) -> Damage:
    """The damage of a number: the same one each time, of camhil's own network."""
    draw = random.Random(f"damage {number}")
    kind = draw.choices(KINDS, _SHARES)[0]
    if kind == "line":
        return _line(draw, number)
    if kind == "clock":
        return _clock(draw, number)
    return _engine(draw, number, kind, _graph())


def find_damage(fault_id: str) -> Fault:
    """The fault of an id that begins with `PREFIX`. Raises UsageError for one without a number."""
    number = fault_id.removeprefix(PREFIX)
    if not number.isdecimal():
        raise UsageError(
            f"{fault_id!r} has no number",
            where="--sim-fault",
            hint=f"give a whole number, such as {PREFIX}17",
        )
    return damage_of(int(number)).fault


def _graph() -> Graph:
    from hil.base import resources
    from hil.network.tflite_graph import read_graph

    return read_graph(resources.find("model/person_cam.tflite").read_bytes())


def _engine(draw: random.Random, number: int, kind: str, graph: Graph) -> Damage:
    from hil_lab.faults.drawn.kernels import overwritten, wrong_kernel
    from hil_lab.faults.drawn.weights import damaged_network

    int8 = [op.index for op in graph.ops if graph.tensors[op.output].type_name == "INT8"]
    change: Change
    always: Change
    if kind == "weights":
        op = draw.choice([op for op in int8 if len(graph.ops[op].inputs) > 2])
        text, edit = damaged_network(draw, graph, op)
        change = always = EnginePatch(EditedModel(edit))
    elif kind == "kernel":
        op = draw.choice(int8)
        text, kernel = wrong_kernel(draw, graph, op)
        change = always = EnginePatch(WrongOp(op, kernel))
    else:
        op = draw.choice(int8)
        text, at_times, lost = overwritten(draw, graph, op)
        change, always = EnginePatch(WrongOp(op, at_times)), EnginePatch(WrongOp(op, lost))
    made = graph.producer(graph.ops[op].inputs[0])
    producer = None if made is None or kind != "weights" else made.index
    text = f"operator {op} {graph.ops[op].name}: {text}"
    return Damage(number, kind, op, text, change, always, producer)


def _line(draw: random.Random, number: int) -> Damage:
    from hil_lab.faults.drawn.line import bad_line

    text, make = bad_line(draw)
    to_board = draw.random() < 0.5
    text = f"to the {'board' if to_board else 'host'}: {text}"
    patch = LinkPatch(to_board=make) if to_board else LinkPatch(to_host=make)
    return Damage(number, "line", None, text, patch, patch)


def _clock(draw: random.Random, number: int) -> Damage:
    percent = draw.choice((-1, 1)) * 10 ** draw.uniform(0, 1.9)
    after_s, jump_us = draw.randrange(2, 8), draw.choice((-1, 1)) * 10 ** draw.randrange(4, 7)
    step_us = 10 ** draw.randrange(2, 5)
    begin = "std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count()"
    later = f"({begin} > {after_s}000000 ? {jump_us} : 0)"
    text, value = draw.choice(
        (
            (f"{percent:+.1f} %", f"{begin} * {1 + percent / 100:.6f}"),
            (f"{jump_us:+d} us after {after_s} s", f"{begin} + {later}"),
            (f"steps of {step_us} us", f"{begin} / {step_us} * {step_us}"),
        )
    )
    patch = SourcePatch(_CLOCK_FILE, _CLOCK, f"{value});")
    return Damage(number, "clock", None, text, patch, patch)
