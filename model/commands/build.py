"""`python -m model build`: the shipped person_cam.tflite again, from its float network."""

from __future__ import annotations

import argparse
from pathlib import Path

from hil.errors import ExitCode
from model.files import HERE, MODEL, PHOTOGRAPHS


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    build = commands.add_parser(
        "build", help="convert person_cam.keras to person_cam.tflite again, without a data set"
    )
    build.add_argument(
        "--network",
        type=Path,
        default=MODEL.with_suffix(".keras"),
        metavar="FILE",
        help="float network (default: model/person_cam.keras)",
    )
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
    from model.build import build
    from model.calibration import read_photographs
    from model.card import read_card, write_model

    card = read_card(MODEL.with_suffix(".toml"))
    model, card = build(options.network, read_photographs(options.photographs), card)
    write_model(options.out, model, card)
    print(f"{options.out / MODEL.name}: {len(model)} bytes, SHA-256 {card.sha256}")
    return ExitCode.PASSED
