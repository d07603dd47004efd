"""`python -m model use`: a model of one's own in the place of person_cam.tflite."""

from __future__ import annotations

import argparse
from pathlib import Path

from hil.errors import ExitCode
from model.files import HERE, MODEL, read_model


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    use = commands.add_parser("use", help="put your own model in the place of person_cam.tflite")
    use.add_argument("model", type=Path)
    use.add_argument("--labels", required=True, help='by class, such as "no person,person"')
    use.add_argument("--positive-class", type=int, default=1, metavar="N")
    use.add_argument("--threshold-percent", type=int, required=True, metavar="N")
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
    from hil.network.contract import read_contract
    from hil.oracle.trial import DEAD_REMEDY, try_network
    from model.card import INPUT, Card, write_model
    from model.checks import measure

    model = read_model(options.model)
    where = str(options.model)
    facts = measure(model, where=where)
    dead = try_network(read_contract(model, where=where)).dead
    if dead:
        raise UsageError(dead, where=where, hint=DEAD_REMEDY)
    labels = tuple(label.strip() for label in options.labels.split(","))
    card = Card(
        labels,
        options.positive_class,
        options.threshold_percent,
        facts.sha256,
        {"weights": options.origin or f"from {options.model.name}"},
        f"{INPUT} (scale {facts.input_scale:.9g}, zero point {facts.input_zero_point})",
    )
    card.check(classes=facts.classes, sha256=facts.sha256, where="command line")
    write_model(HERE, model, card)
    print(f"{MODEL}: {len(model)} bytes, SHA-256 {facts.sha256}")
    return ExitCode.PASSED
