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
    from hil.network.contract import read_network
    from hil.sim.firmware import build

    read_network(options.model)
    folder = build(options.out, model=options.model, progress=print)
    print(f"pytest --pyargs hil.suite --board sim --firmware {folder}")
    return ExitCode.PASSED
