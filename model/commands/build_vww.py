"""`python -m model build-vww`: a data set by the rule of Visual Wake Words."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from model.dataset.inputs import Found
    from model.dataset.rule import Rule
    from model.dataset.split import Splitter

_EPILOG = """\
A picture shows a person when the box of one covers 0.5 % or more of it. The data set is a
folder with labels.csv and images/, for train, evaluate and hil evaluate. The same command
goes on where a run was stopped. docs/training.md has the details.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "build-vww",
        help="make a data set from COCO, Pascal VOC, a labels.csv or your own photographs",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kind = parser.add_argument_group("input, one of").add_mutually_exclusive_group(required=True)
    kind.add_argument("--coco", type=Path, metavar="DIR", help="has annotations/instances_*.json")
    kind.add_argument("--voc", type=Path, metavar="DIR", help="has Annotations/ and JPEGImages/")
    kind.add_argument("--labels", type=Path, metavar="DIR", help="has labels.csv")
    kind.add_argument("--folder", type=Path, metavar="DIR", help="has person/ and no-person/")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the data set")
    parser.add_argument("--append", action="store_true", help="add to what --out has already")
    parser.add_argument("--source", default="", metavar="NAME", help="for the column source")
    _add_rule(parser.add_argument_group("label"))
    _add_split(parser.add_argument_group("split"))
    _add_form(parser.add_argument_group("pictures"))
    parser.set_defaults(run=run)


def _add_rule(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--small-persons",
        choices=("drop", "negative"),
        default="drop",
        help="a picture whose persons are all smaller: leave out (default), or no person",
    )
    group.add_argument(
        "--uncertain",
        choices=("count", "drop"),
        default="count",
        help="COCO's crowds and VOC's difficult persons: persons (default), or leave "
        "out pictures whose label hangs on them",
    )
    group.add_argument(
        "--area",
        choices=("box", "mask"),
        default="box",
        help="COCO: compare the area of the box (default), or of the outline as "
        "TensorFlow's script does",
    )


def _add_split(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--split",
        choices=("input", "hash", "train"),
        default="input",
        help="what the input says, else by SHA-256 of the file's name (default); or by that "
        "always; or train only, for labels that are not sure enough to measure by",
    )
    group.add_argument(
        "--group",
        metavar="REGEX",
        help="files whose paths have the same match stay together, such as frames of a video",
    )
    group.add_argument("--minival-ids", type=Path, metavar="FILE", help="COCO: ids of the test set")
    group.add_argument(
        "--annotations",
        action="append",
        default=[],
        metavar="NAME",
        help="COCO: use this instances_*.json only (repeat for more)",
    )


def _add_form(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--shorter-side",
        type=int,
        default=128,
        metavar="PIXELS",
        help="shrink to this, at least 96 (default 128: leaves room for crops)",
    )
    group.add_argument("--format", choices=("jpeg", "png"), default="jpeg")
    group.add_argument(
        "--max-megapixels",
        type=float,
        default=100,
        metavar="N",
        help="refuse larger pictures before decoding them (default 100)",
    )
    group.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out what cannot be used and list it in skipped.csv, instead of ending "
        "with exit code 4",
    )
    group.add_argument("--jobs", type=int, metavar="N", help="threads (default: one a core)")


def run(options: argparse.Namespace) -> int:
    """Makes the data set; returns the exit code."""
    from hil.cli.console import make_console
    from hil.report.evaluation.bar import ProgressBar
    from model.dataset.build import Plan, build, default_jobs
    from model.dataset.pictures import Form
    from model.dataset.summary import show

    _check(options)
    found, label = _found(options)
    form = Form(options.shorter_side, options.format, round(options.max_megapixels * 1e6))
    jobs = options.jobs or default_jobs()
    plan = Plan(options.out, label, form, options.append, options.skip_bad, jobs)
    console = make_console()
    with ProgressBar(console, lambda: None) as bar:
        built = build(found, plan, bar)
    show(built, options.out, console)
    return ExitCode.PASSED


def _check(options: argparse.Namespace) -> None:
    from model.dataset.inputs import source_name

    coco_only = [
        ("--area mask", options.area == "mask"),
        ("--minival-ids", options.minival_ids is not None),
        ("--annotations", bool(options.annotations)),
    ]
    wrong = [name for name, given in coco_only if given and options.coco is None]
    if wrong:
        raise UsageError(f"{wrong[0]} is for COCO", hint="leave it out, or give --coco DIR")
    if options.shorter_side < 96:
        raise UsageError(
            f"a shorter side of {options.shorter_side} pixels is less than the model's input",
            hint="96 or more; 128 leaves room for crops",
        )
    if not 0 < options.max_megapixels <= 1000 or options.jobs not in (None, *range(1, 65)):
        raise UsageError(
            "--max-megapixels or --jobs is out of range",
            hint="megapixels above 0, up to 1000; jobs 1 to 64",
        )
    if options.source and source_name(options.source) != options.source:
        raise UsageError(
            f"the source {options.source!r} cannot name a folder",
            hint=f"letters, digits, '.', '_' and '-': {source_name(options.source)}",
        )


def _found(options: argparse.Namespace) -> tuple[Found, str]:
    """What the input holds, and a text that tells it from other inputs."""
    from model.dataset.coco import CocoOptions, read_coco, read_minival
    from model.dataset.folder import read_folder
    from model.dataset.rule import Rule
    from model.dataset.split import Splitter, compile_group
    from model.dataset.table import read_table
    from model.dataset.voc import read_voc

    rule: Rule = Rule(options.small_persons, options.uncertain, options.area)
    group = None if options.group is None else compile_group(options.group)
    splitter: Splitter = Splitter(options.split, group)
    source: str = options.source
    if options.coco is not None:
        ids = None if options.minival_ids is None else read_minival(options.minival_ids)
        coco = CocoOptions(source or "coco", options.annotations, ids)
        found = read_coco(options.coco, rule, splitter, coco)
        words = ["coco", options.coco.resolve(), *options.annotations]
    elif options.voc is not None:
        found = read_voc(options.voc, rule, splitter, source)
        words = ["voc", options.voc.resolve()]
    elif options.labels is not None:
        found = read_table(options.labels, rule, splitter, source)
        words = ["labels", options.labels.resolve()]
    else:
        found = read_folder(options.folder, splitter, source)
        words = ["folder", options.folder.resolve()]
    return found, " ".join(map(str, [*words, *([f"as {source}"] if source else [])]))
