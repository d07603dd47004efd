"""`python -m model build`: person_cam.tflite with random weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from hil.errors import ExitCode, UsageError
from model.files import HERE, MODEL, PHOTOGRAPHS


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    build = commands.add_parser("build", help="make person_cam.tflite with random weights")
    build.add_argument(
        "--photographs",
        type=Path,
        default=PHOTOGRAPHS,
        metavar="DIR",
        help="96x96 gray PNGs to calibrate with (default: fixtures/photos)",
    )
    build.add_argument(
        "--out", type=Path, default=HERE, metavar="DIR", help="where to write (default: model/)"
    )
    build.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Builds and writes; returns the exit code."""
    from model.build import build, write
    from model.calibration import read_photographs
    from model.card import card_text

    photographs = read_photographs(options.photographs)
    try:
        model, card = build(photographs)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"building needs TensorFlow and Keras: {error}",
            hint="in an environment of its own: pip install -e '.[model]'",
        ) from error
    options.out.mkdir(parents=True, exist_ok=True)
    write(options.out, model, card_text(card))
    print(f"{options.out / MODEL.name}: {len(model)} bytes, SHA-256 {card.sha256}")
    return ExitCode.PASSED
