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
    from model.checks import measure, problems
    from model.ops import ops_text

    model = read_model(options.model)
    facts = measure(model, where=str(options.model))
    print(_described(facts))
    if options.ops:
        print(ops_text(model), end="")
    found = problems(facts)
    for problem in found:
        print(f"problem: {problem}", file=sys.stderr)
    card = options.model.with_suffix(".toml")
    if card.is_file():
        read_card(card).check(classes=facts.classes, sha256=facts.sha256, where=str(card))
        print(f"card        {card} fits")
    return ExitCode.TEST_FAILED if found else ExitCode.PASSED


def _described(facts: ModelFacts) -> str:
    ops = ", ".join(f"{count} {name}" for name, count in sorted(Counter(facts.ops).items()))
    scale = facts.smallest_scale
    return (
        f"sha256      {facts.sha256}\n"
        f"size        {facts.model_bytes} bytes, {facts.parameters} parameters\n"
        f"computes    {facts.macs:,} multiply-accumulates\n"
        f"operators   {len(facts.ops)}: {ops}\n"
        f"input       {facts.input}, scale {facts.input_scale:.9g}, "
        f"zero point {facts.input_zero_point}\n"
        f"score       {facts.score}\n"
        f"features    {facts.features}\n"
        f"least scale {scale:.3g} ({facts.smallest_scale_tensor})"
    )
