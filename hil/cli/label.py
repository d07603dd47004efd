"""`hil label`: a page of this machine to give the pictures of a folder their labels."""

from __future__ import annotations

import argparse
import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.live import add_port, serving
from hil.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data", type=Path, metavar="DIR", help="pictures, with or without a labels.csv"
    )
    parser.add_argument(
        "--classes", nargs="+", default=[], metavar="NAME", help="what a picture may show"
    )
    parser.add_argument(
        "--network",
        type=Path,
        metavar="FILE",
        help="a .tflite file, whose classes they are (labels in the .toml beside it)",
    )
    add_port(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Ends with Ctrl-C; each label is in the file as soon as it is given."""
    from hil.live.label_app import label_app
    from hil.live.labelling import Labelling

    labelling = Labelling(arguments.data, *_asked(arguments))
    app = label_app(labelling, arguments.data.resolve().name)
    with serving(app, arguments.port, console):
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            found = labelling.state()
            labelled = sum(1 for _, label in found["items"] if label)
            console.print(f"{labelled} of {len(found['items'])} pictures have a label")
            if labelled:
                where = shlex.quote(str(arguments.data))
                console.print(f"next: hil evaluate --data {where}", markup=False)
    return int(ExitCode.PASSED)


def _asked(arguments: argparse.Namespace) -> tuple[list[str], str]:
    """The classes of the command line, else of the network (their names, or their numbers), and
    the column that says which of them, or which number, is true."""
    if arguments.network is None:
        return [*arguments.classes], "label"
    from hil.network.contract import read_network
    from hil.samples.classes import labels_of, truth_column

    task = read_network(arguments.network).task
    return [*(arguments.classes or labels_of(task))], truth_column(task)
