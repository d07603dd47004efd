"""`hil new`: a project of one's own, which passes on the simulated board at once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from hil.project.network import ChosenNetwork

_SIM = "sim"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="what to make; . for this one, if it is empty"
    )
    parser.add_argument(
        "--network",
        type=Path,
        metavar="FILE",
        help="what to test: a .tflite file, which is copied, with the .toml beside it (default: "
        "camhil's person detector)",
    )
    parser.add_argument(
        "--labels",
        metavar="A,B,...",
        help="names of the classes in order, or a text file with one in each line",
    )
    parser.add_argument(
        "--board",
        metavar="SPEC",
        default=_SIM,
        help="as for pytest: sim (default), qemu, auto, a port such as /dev/ttyUSB0",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    from hil.project.board import check_board
    from hil.project.files import project_files
    from hil.project.name import project_name
    from hil.project.network import choose_network
    from hil.project.write import check_folder, write_project

    folder: Path = arguments.folder
    name = project_name(folder.resolve())
    check_folder(folder)
    check_board(arguments.board)
    network = choose_network(arguments.network, _labels(arguments.labels))
    files = project_files(name, network, arguments.board)
    write_project(folder, files)
    for line in _said(folder, name, network, arguments.board):
        console.print(line, markup=False)
    return ExitCode.PASSED


def _labels(text: str | None) -> list[str]:
    """Of a list with commas, or of a file with one in each line."""
    from hil.base.text_file import read_text

    if text is None:
        return []
    file = Path(text)
    if file.is_file():
        labels = read_text(file, "the labels").splitlines()
        while labels and not labels[-1].strip():
            labels.pop()
    else:
        labels = text.split(",")
    labels = [label.strip() for label in labels]
    wrong = next((label for label in labels if not label or labels.count(label) > 1), None)
    if wrong is not None or not labels:
        raise UsageError(
            f"{wrong!r} is there twice" if wrong else "a label is empty",
            where=f"--labels {text}",
            hint="name each class, and none twice: --labels no,yes",
        )
    return labels


def _said(folder: Path, name: str, network: ChosenNetwork, board: str) -> Iterator[str]:
    from shlex import quote

    from hil.facts.network import network_facts
    from hil.facts.sameness import REMEDY
    from hil.project.board import needs_firmware

    yield f"{name}: a project for {network.name}"
    yield network_facts(network.contract.header).text
    for note in network.contract.notes:
        yield f"note: {note}"
    if network.trial.dead:
        yield f"NOT PROVEN: {network.trial.dead}"
        yield f"hint: {REMEDY}"
    yield ""
    yield "Next:"
    here = folder.resolve() == Path.cwd()
    model = quote(f"models/{network.name}")
    steps = [] if here else [f"cd {quote(str(folder))}"]
    if needs_firmware(board):
        build = f"hil build --network {model} --build-dir firmware"
        steps += ["pytest --board sim", build, "pytest"]
    else:
        steps += ["pytest", f"hil validate {model}"]
    yield from (f"    {step}" for step in steps)
