"""`python -m model check`: what a model is, and whether the firmware can run it."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode
from model.files import MODEL, read_model

if TYPE_CHECKING:
    from hil.sim.arena import ArenaNeed
    from model.checks import ModelFacts


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    check = commands.add_parser("check", help="say what a model is and if the firmware can run it")
    check.add_argument("model", type=Path, nargs="?", default=MODEL)
    check.add_argument("--ops", action="store_true", help="list the operators with their costs")
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints facts and problems; returns the exit code."""
    from model.card import read_card
    from model.checks import measure
    from model.ops import ops_text
    from model.trial import DEAD_REMEDY, try_model

    model = read_model(options.model)
    facts = measure(model, where=str(options.model))
    beside = options.model.with_suffix(".toml")
    card = read_card(beside) if beside.is_file() else None
    tried = try_model(model, where=str(options.model))
    print(_described(facts, tried.arena))
    if options.ops:
        print(ops_text(model), end="")
    for problem in tried.problems:
        _say(f"problem: {problem.what}", problem.remedy)
    if tried.dead:
        _say(f"NOT PROVEN: {tried.dead}", DEAD_REMEDY)
    if card is not None and facts.classes:
        card.check(classes=facts.classes, sha256=facts.sha256, where=str(beside))
        print(f"card        {beside} fits")
    if tried.problems:
        return ExitCode.USAGE
    return ExitCode.NOT_PROVEN if tried.dead else ExitCode.PASSED


def _say(what: str, remedy: str) -> None:
    print(f"{what}\n  hint: {remedy}", file=sys.stderr)


def _described(facts: ModelFacts, arena: ArenaNeed) -> str:
    ops = ", ".join(f"{count} {name}" for name, count in sorted(Counter(facts.ops).items()))
    scale = facts.smallest_scale
    return (
        f"sha256      {facts.sha256}\n"
        f"size        {facts.model_bytes} bytes, {facts.parameters} parameters\n"
        f"computes    {facts.macs:,} multiply-accumulates\n"
        f"operators   {len(facts.ops)}: {ops}\n"
        f"input       {facts.input}, scale {facts.input_scale:.9g}, "
        f"zero point {facts.input_zero_point}\n"
        f"pixels      {_pixels(facts)}\n"
        f"score       {facts.score or 'not found'}\n"
        f"features    {facts.features or 'not found'}\n"
        f"least scale {scale:.3g} ({facts.smallest_scale_tensor})\n"
        f"arena       {_arena(arena)}"
    )


def _pixels(facts: ModelFacts) -> str:
    from hil.network.input_contract import pixel_scale

    usual = pixel_scale(facts.input_scale, facts.input_zero_point)
    if usual is None:
        return "pixel - 128 is not right for this input"
    return f"fed as pixel - 128, which is {usual.text} for the network"


def _arena(arena: ArenaNeed) -> str:
    from hil.sim.options import DEFAULT_ARENA_BYTES

    if arena.needed is None:
        return f"not measured: {arena.trouble}"
    return (
        f"{arena.needed:,} bytes in TensorFlow Lite Micro on this machine; the simulated board has "
        f"{DEFAULT_ARENA_BYTES:,} (--sim-arena), a chip CONFIG_CAMHIL_ARENA_KB"
    )
