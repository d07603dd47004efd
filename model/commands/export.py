"""`python -m model export`: a trained network to the files that are flashed."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, UsageError
from hil.images import FITS
from hil.resources import find
from model.files import HERE, MODEL
from model.operating_point import FALSE_ALARM_RATE
from model.progress import bar

if TYPE_CHECKING:
    from rich.console import Console

    from hil.evaluate.labels import DataSet
    from model.card import Card
    from model.export import Trained
    from model.modelcard.facts import CardFacts
    from model.operating_point import OperatingPoint


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "export",
        help="convert a trained network to int8, choose its threshold, write its card",
        description="Converts to int8 with photographs of the split train, checks that the "
        "firmware can run the result, chooses the threshold on the split val, and measures "
        "float and int8 on the split test for the card.",
    )
    add = parser.add_argument
    add("trained", type=Path, help="the --run folder of a training, or a .keras file")
    add("--data", type=Path, required=True, metavar="DIR", help="what it was trained on")
    add("--out", type=Path, default=HERE, metavar="DIR", help="where to write (default: model/)")
    add(
        "--threshold-percent",
        type=int,
        metavar="N",
        help="a score passes from here on (default: the lowest with at most 5 %% false "
        "alarms on val)",
    )
    add(
        "--source",
        action="append",
        default=[],
        metavar="NAME",
        help="whose figures count; may be repeated (default: sources with both classes)",
    )
    add(
        "--fit",
        choices=FITS,
        default="squash",
        help="squash pictures of another shape whole, or cut them (default: squash)",
    )
    add("--tried", type=Path, metavar="FILE", help="Markdown for the card: what else was tried")
    add("--initial", metavar="TEXT", help="for the card: where the initial weights come from")
    add("--no-card", action="store_true", help="no CARD.md; the split test is not touched")
    add("--jobs", type=int, metavar="N", help="processes (default: one a core)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exports; returns the exit code."""
    from rich.console import Console

    from hil.evaluate.labels import read_labels
    from model import export
    from model.build import LABELS, POSITIVE_CLASS
    from model.card import Card
    from model.modelcard.collect import both_class_sources
    from model.modelcard.write import write_card
    from model.representative import representative_set

    if options.jobs is not None and options.jobs < 1:
        raise UsageError(f"--jobs is {options.jobs}", hint="give 1 or more")
    console = Console(stderr=True, highlight=False)
    trained = export.find_trained(options.trained)
    _text(options.tried)  # refused before the work
    data = read_labels(options.data)
    sources = tuple(options.source) or both_class_sources(data.entries)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    images = representative_set(data, options.fit)
    with bar(console, "conversion", total=len(images)) as step:
        model, versions = export.convert_network(trained.keras, images, step)
    measured = export.checked(model)
    facts = None
    with tempfile.TemporaryDirectory(prefix="camhil-export-") as name:
        staged = Path(name) / MODEL.name
        staged.write_bytes(model)
        point = _threshold(staged, data, sources, options, jobs, console)
        made = {
            **export.trained_by(trained),
            "calibration": f"{len(images)} images made from photographs of the split train",
            "threshold": _chosen(options, sources),
            **versions,
        }
        card = Card(LABELS, POSITIVE_CLASS, point.threshold_percent, measured.sha256, made)
        if not options.no_card:
            facts = _card_facts(options, trained, staged, card, sources, jobs, console)
    into_model = options.out.resolve() == HERE
    files = export.model_files(model, card, array=not into_model)
    export.put(files, options.out, trained.keras)
    print(f"{options.out / MODEL.name}: {len(model):,} bytes, SHA-256 {measured.sha256}")
    _tell(point, sources)
    if into_model:
        print("no C array: the firmware reads its flash; `python -m model c-array` writes one")
    if facts is not None:
        print(f"{write_card(facts, options.out)}: the model card")
    return ExitCode.PASSED


def _threshold(
    tflite: Path,
    data: DataSet,
    sources: tuple[str, ...],
    options: argparse.Namespace,
    jobs: int,
    console: Console,
) -> OperatingPoint:
    from hil.evaluate.bar import ProgressBar
    from model.export import choose_threshold

    with ProgressBar(console, lambda: None) as shown:
        return choose_threshold(
            tflite,
            data,
            sources,
            fit=options.fit,
            jobs=jobs,
            percent=options.threshold_percent,
            progress=shown,
        )


def _card_facts(
    options: argparse.Namespace,
    trained: Trained,
    tflite: Path,
    card: Card,
    sources: tuple[str, ...],
    jobs: int,
    console: Console,
) -> CardFacts:
    from hil.evaluate.bar import ProgressBar
    from model.export import initial_text
    from model.modelcard.collect import Given, card_facts

    given = Given(
        keras=trained.keras,
        tflite=tflite,
        data=options.data,
        labels=card.labels,
        positive_class=card.positive_class,
        threshold_percent=card.threshold_percent,
        made=card.made,
        initial=options.initial or initial_text(trained),
        run=trained.run,
        sources=sources,
        fit=options.fit,
        tried=_text(options.tried),
        photographs=find("fixtures"),
        jobs=jobs,
    )
    with ProgressBar(console, lambda: None) as shown:
        return card_facts(given, shown)


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot read it: {error.strerror}", where=str(path), hint="check the path"
        ) from error


def _chosen(options: argparse.Namespace, sources: tuple[str, ...]) -> str:
    if options.threshold_percent is not None:
        return "as asked for"
    rate = f"{100 * FALSE_ALARM_RATE:g} %"
    return f"the lowest with at most {rate} false alarms on val of {_named(sources)}"


def _named(sources: tuple[str, ...]) -> str:
    return ", ".join(source or "(no source)" for source in sources)


def _tell(point: OperatingPoint, sources: tuple[str, ...]) -> None:
    recall, alarms = point.recall, point.false_alarms
    print(
        f"threshold {point.threshold_percent} %: on val of {_named(sources)} it finds "
        f"{recall.hits} of {recall.trials} persons, with {alarms.hits} false alarms in "
        f"{alarms.trials} images"
    )
