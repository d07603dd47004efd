"""`hil pack`: the content of the model partition."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="FILE", help="a .tflite file")
    add_settings(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="BIN")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """What the .tflite cannot say of itself."""
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="TOML",
        help="positive class, threshold, pixels; the .toml beside the file by default",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    from hil.base.whole_file import write_whole
    from hil.network.contract import read_network

    contract = read_network(arguments.model, arguments.settings)
    write_whole(arguments.output, contract.partition)
    console.print(
        f"{arguments.output}: {len(contract.partition):,} bytes, network SHA-256 "
        f"{contract.header.model_sha256.hex()}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for note in contract.notes:
        console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
    return ExitCode.PASSED
