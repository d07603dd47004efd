"""`python -m model c-array`: a file as a C array."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hil.errors import ExitCode
from model.files import MODEL, read_model


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    array = commands.add_parser("c-array", help="write a file as a C array, as xxd -i does")
    array.add_argument("model", type=Path, nargs="?", default=MODEL)
    array.add_argument("-o", "--out", type=Path, help="file to write (default: standard output)")
    array.add_argument("--name", help="of the array (default: made from the path)")
    array.add_argument("--const", action="store_true", help="declare it const")
    array.add_argument("--align", type=int, metavar="N", help="alignas(N); 16 suits TFLM")
    array.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints or writes the array; returns the exit code."""
    from model.c_array import c_array

    text = c_array(
        read_model(options.model),
        options.name or str(options.model),
        constant=options.const,
        align=options.align,
    )
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="ascii")
    return ExitCode.PASSED
