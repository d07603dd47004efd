"""`python -m model sim-firmware`: the simulated board's firmware with another model."""

from __future__ import annotations

import argparse
from pathlib import Path

from hil.errors import ExitCode


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    firmware = commands.add_parser(
        "sim-firmware",
        help="build the simulated board's firmware with a model of your own",
        description="Makes a build folder for --firmware, and leaves the model in the "
        "repository alone. MODEL.toml has to stand beside MODEL.tflite, as export writes it.",
    )
    firmware.add_argument("model", type=Path, help="the .tflite")
    firmware.add_argument("--out", type=Path, required=True, metavar="DIR")
    firmware.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Builds; returns the exit code."""
    from hil.network.model_check import check_for_firmware
    from hil.sim.arena import arena_problems
    from hil.sim.firmware import build
    from model.card import read_card
    from model.checks import measure
    from model.files import read_model

    model = read_model(options.model)
    check_for_firmware(model, where=str(options.model), more=arena_problems)
    facts = measure(model, where=str(options.model))
    beside = options.model.with_suffix(".toml")
    read_card(beside).check(classes=facts.classes, sha256=facts.sha256, where=str(beside))
    folder = build(options.out, model=options.model, progress=print)
    print(f"pytest --pyargs hil.suite --board sim --firmware {folder}")
    return ExitCode.PASSED
