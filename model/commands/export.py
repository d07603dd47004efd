"""`python -m model export`: a trained network to the files that are flashed."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.resources import find
from hil.base.text_file import read_text
from hil.errors import ExitCode, UsageError
from hil.images import FITS
from model.files import HERE, MODEL, PHOTOGRAPHS
from model.operating_point import FALSE_ALARM_RATE
from model.progress import bar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console

    from hil.judge.evaluation.selection import Selection
    from hil.samples.labels import DataSet
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
        default=FITS[0],
        help="cut pictures of another shape to their centre, or squash them whole (default: crop)",
    )
    add(
        "--calibrate",
        type=Path,
        metavar="DIR",
        help="96x96 gray PNGs to fix the quantization with (default: photographs of the "
        "split train)",
    )
    add("--tried", type=Path, metavar="FILE", help="Markdown for the card: what else was tried")
    add("--initial", metavar="TEXT", help="for the card: where the initial weights come from")
    add("--no-card", action="store_true", help="no CARD.md; the split test is not touched")
    add("--jobs", type=int, metavar="N", help="processes (default: one a core)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exports; returns the exit code."""
    from hil.samples.labels import read_labels
    from model import export
    from model.card import LABELS, POSITIVE_CLASS, Card
    from model.modelcard.write import write_card
    from model.training.validation import both_class_sources

    _check(options)
    from hil.cli.console import make_console

    console = make_console(stderr=True)
    trained = export.find_trained(options.trained)
    data = read_labels(options.data, needed=("person",))
    sources = tuple(options.source) or both_class_sources(data.entries)
    asked: int | None = options.threshold_percent
    chosen_on = export.validation_pictures(
        data, sources, wanted=asked is None or not options.no_card
    )
    if not options.no_card:
        export.check_reported(data, sources)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    images, calibrated = _representative(options, data)
    with bar(console, "conversion", total=len(images)) as step:
        model, versions = export.convert_network(trained.keras, images, step)
    measured = export.checked(model)
    facts = None
    with tempfile.TemporaryDirectory(prefix="camhil-export-") as name:
        staged = Path(name) / MODEL.name
        staged.write_bytes(model)
        point = None
        if chosen_on is not None:
            point = _threshold(staged, data, chosen_on, options, jobs, console)
        threshold = asked if point is None else point.threshold_percent
        assert threshold is not None
        made = {
            **export.trained_by(trained),
            "calibration": calibrated,
            "threshold": _chosen(asked, sources),
            **versions,
        }
        card = Card(LABELS, POSITIVE_CLASS, threshold, measured.sha256, made)
        if not options.no_card:
            facts = _card_facts(options, trained, staged, card, sources, jobs, console)
    into_model = options.out.resolve() == HERE
    files = export.model_files(model, card, array=not into_model)
    export.put(files, options.out, trained.keras)
    print(f"{options.out / MODEL.name}: {len(model):,} bytes, SHA-256 {measured.sha256}")
    _tell(threshold, point, sources)
    if into_model:
        print("no C array: the firmware reads its flash; `python -m model c-array` writes one")
    if facts is not None:
        print(f"{write_card(facts, options.out)}: the model card")
    return ExitCode.PASSED


def _representative(options: argparse.Namespace, data: DataSet) -> tuple[NDArray[np.uint8], str]:
    """The images to convert with, and what the card says of them."""
    from model.build import calibrated_with
    from model.calibration import calibration_images, read_photographs
    from model.representative import CALIBRATION_SEED, representative_set

    if options.calibrate is None:
        images = representative_set(data, options.fit)
        return images, f"{len(images)} images made from photographs of the split train"
    images = calibration_images(read_photographs(options.calibrate), seed=CALIBRATION_SEED)
    if options.calibrate.resolve() == PHOTOGRAPHS:
        return images, calibrated_with(len(images))
    return images, f"{len(images)} images made from {options.calibrate.name}"


def _check(options: argparse.Namespace) -> None:
    """Refuses before the work what would be refused after it."""
    percent = options.threshold_percent
    if options.jobs is not None and options.jobs < 1:
        raise UsageError(f"--jobs is {options.jobs}", hint="give 1 or more")
    if percent is not None and not 0 <= percent <= 100:
        raise UsageError(f"threshold of {percent} percent", hint="give 0 to 100")
    _text(options.tried)


def _threshold(
    tflite: Path,
    data: DataSet,
    chosen_on: Selection,
    options: argparse.Namespace,
    jobs: int,
    console: Console,
) -> OperatingPoint:
    from hil.report.evaluation.bar import ProgressBar
    from model.export import choose_threshold

    with ProgressBar(console, lambda: None) as shown:
        return choose_threshold(
            tflite,
            data,
            chosen_on,
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
    from hil.report.evaluation.bar import ProgressBar
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
    return "" if path is None else read_text(path, "it")


def _chosen(asked: int | None, sources: tuple[str, ...]) -> str:
    if asked is not None:
        return "as asked for"
    rate = f"{100 * FALSE_ALARM_RATE:g} %"
    return f"the lowest with at most {rate} false alarms on val of {_named(sources)}"


def _named(sources: tuple[str, ...]) -> str:
    return ", ".join(source or "(no source)" for source in sources)


def _tell(threshold: int, point: OperatingPoint | None, sources: tuple[str, ...]) -> None:
    if point is None:
        print(f"threshold {threshold} %, not measured: val does not have both classes")
        return
    recall, alarms = point.recall, point.false_alarms
    print(
        f"threshold {threshold} %: on val of {_named(sources)} it finds {recall.hits} of "
        f"{recall.trials} persons, with {alarms.hits} false alarms in {alarms.trials} images"
    )
