"""`python -m model use`: a model of one's own in the place of person_cam.tflite."""

from __future__ import annotations

import argparse
from pathlib import Path

from hil.errors import ExitCode
from hil.network.input_contract import PIXEL_SCALES
from model.files import HERE, MODEL, read_model


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    use = commands.add_parser("use", help="put your own model in the place of person_cam.tflite")
    use.add_argument("model", type=Path)
    use.add_argument("--labels", required=True, help='by class, such as "no person,person"')
    use.add_argument("--positive-class", type=int, default=1, metavar="N")
    use.add_argument("--threshold-percent", type=int, required=True, metavar="N")
    use.add_argument(
        "--pixels",
        choices=[usual.text for usual in PIXEL_SCALES],
        help="what its trainer made of a pixel (default: the one that the input's range tells)",
    )
    use.add_argument(
        "--from",
        dest="origin",
        default="",
        metavar="TEXT",
        help="where the model comes from, for person_cam.toml",
    )
    use.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Checks and writes; returns the exit code."""
    from hil.errors import UsageError
    from hil.facts.sameness import REMEDY
    from hil.network.contract import read_contract
    from hil.network.settings import NetworkSettings
    from hil.oracle.trial import try_network
    from model.card import Card, write_model

    model = read_model(options.model)
    where = str(options.model)
    if not 0 <= options.threshold_percent <= 100:
        raise UsageError(f"threshold of {options.threshold_percent} percent", hint="give 0 to 100")
    labels = tuple(label.strip() for label in options.labels.split(","))
    said = NetworkSettings(
        options.positive_class,
        options.threshold_percent,
        labels,
        next((usual for usual in PIXEL_SCALES if usual.text == options.pixels), None),
        where="the command line",
    )
    contract = read_contract(model, where=where, settings=said)
    if contract.head is None or contract.pixels is None:
        raise UsageError(
            f"no model in the place of person_cam: {'; '.join(contract.notes)}",
            where=where,
            hint="only a picture's network with a class activation map takes its place; hil test "
            "any other with its own .toml beside it (docs/model.md)",
        )
    dead = try_network(contract).dead
    if dead:
        raise UsageError(dead, where=where, hint=REMEDY)
    card = Card(
        labels,
        options.positive_class,
        options.threshold_percent,
        contract.graph.sha256,
        {"weights": options.origin or f"from {options.model.name}"},
        contract.pixels.text,
    )
    write_model(HERE, model, card)
    print(f"{MODEL}: {len(model)} bytes, SHA-256 {card.sha256}")
    return ExitCode.PASSED
