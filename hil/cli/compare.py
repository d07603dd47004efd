"""`hil compare`: two recorded runs, what became of the first in the second."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from hil.base.host_error import host_errors
from hil.cli.common import run_options
from hil.errors import UsageError
from hil.run.options import DEST, GATES_ARGUMENT, add_arguments

if TYPE_CHECKING:
    from rich.console import Console

    from hil.judge.two_runs import TwoRuns

_STANDARD_OUTPUT = Path("-")


def add(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("before", type=Path, help="run file of `pytest --facts`, or its directory")
    add("now", type=Path, help="the later run, likewise")
    add_arguments(add, (GATES_ARGUMENT,))
    add(
        "--tolerances",
        type=Path,
        metavar="FILE",
        help="TOML file of tolerances for both (default: those that were in force in each run)",
    )
    out = parser.add_argument_group("output (- is standard output)").add_argument
    out("--markdown", type=Path, metavar="FILE", help="write a comment for a pull request")
    out("--json", type=Path, metavar="FILE", help="write everything that was found")
    out("--check-run", type=Path, metavar="FILE", help="write a check run for GitHub's API")
    out("--images", type=Path, metavar="DIR", help="draw each changed answer, before and now")
    out(
        "--images-url",
        metavar="URL",
        default="",
        help="where the comment finds what --images draws (default: DIR itself)",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Passed if nothing is worse and the two can be compared; else what the worst comes to."""
    from hil.cli.judge import STYLES
    from hil.facts.reader import read_run
    from hil.judge.gates.load import load_gates
    from hil.judge.judged import judge_recorded
    from hil.judge.tolerance import load_tolerances
    from hil.judge.two_runs import two_runs
    from hil.report.check_run import of_two_runs
    from hil.report.two_runs.data import two_runs_json
    from hil.report.two_runs.lines import two_runs_lines
    from hil.report.two_runs.markdown import two_runs_markdown

    outputs = _outputs(arguments)
    gates = run_options(arguments).gates
    limits = None if arguments.tolerances is None else load_tolerances(arguments.tolerances)
    before, now = (
        (str(path), judge_recorded(read_run(path), limits))
        for path in (arguments.before, arguments.now)
    )
    found = two_runs(before, now, None if gates is None else load_gates(gates))
    if _STANDARD_OUTPUT not in outputs:
        for line in two_runs_lines(found):
            console.print(line.text, style=STYLES[line.tone], markup=False)
    pictures = _draw(found, arguments.images, arguments.images_url)
    if arguments.markdown is not None:
        _write(arguments.markdown, two_runs_markdown(found, pictures=pictures))
    if arguments.json is not None:
        _write(arguments.json, two_runs_json(found))
    if arguments.check_run is not None:
        _write(arguments.check_run, of_two_runs(found))
    return int(found.exit_code)


def _outputs(arguments: argparse.Namespace) -> list[Path]:
    """Raises UsageError for two outputs with one name, and for one that is an input."""
    given = [arguments.markdown, arguments.json, arguments.check_run]
    outputs = [path for path in given if path is not None]
    named = [path.resolve() for path in outputs]
    inputs = (
        arguments.before,
        arguments.now,
        arguments.tolerances,
        vars(arguments)[DEST + "gates"],
    )
    for path, resolved in zip(outputs, named, strict=True):
        if named.count(resolved) > 1:
            raise UsageError("two outputs have one name", where=str(path), hint="give two names")
        if path != _STANDARD_OUTPUT and resolved in [p.resolve() for p in inputs if p is not None]:
            raise UsageError(
                "the output would overwrite an input", where=str(path), hint="give another name"
            )
    if arguments.images_url and arguments.images is None:
        raise UsageError(
            "--images-url says where pictures are, and none are drawn",
            where="--images-url",
            hint="draw them with --images DIR, and put DIR there",
        )
    return outputs


def _draw(found: TwoRuns, folder: Path | None, url: str) -> Mapping[str, str]:
    """Writes the pictures; where each will be found, by the image's key."""
    if folder is None:
        return {}
    from hil.report.changed_pictures import changed_pictures
    from hil.report.files import write_bytes

    # What Markdown would take for the end of an address is none in it.
    base = quote(url.rstrip("/") or folder.as_posix(), safe="/:?&=%#@+,;~!$")
    places = {}
    for picture in changed_pictures(found.now.judged, found.before.judged):
        write_bytes(folder / picture.name, picture.png)
        places[picture.key] = f"{base}/{picture.name}"
    return places


def _write(path: Path, text: str) -> None:
    from hil.report.files import write_report

    if path != _STANDARD_OUTPUT:
        write_report(path, text)
        return
    with host_errors("cannot write what there is to say", "standard output"):
        sys.stdout.write(text)
