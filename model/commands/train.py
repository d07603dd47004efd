"""`python -m model train`: photographs with labels to a trained network."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, UsageError
from model.files import HERE
from model.progress import bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from model.training.data import Picture
    from model.training.loop import Epoch
    from model.training.recipe import Recipe
    from model.training.run import Initial

RECIPE = HERE / "recipe.toml"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    train = commands.add_parser(
        "train",
        help="train the network on a data set",
        description="Trains on the split 'train' and watches the split 'val'. Started again "
        "with the same --run, it goes on where it was interrupted.",
    )
    train.add_argument("data", type=Path, help="folder with labels.csv, see build-vww")
    train.add_argument(
        "--run",
        dest="folder",
        type=Path,
        required=True,
        metavar="DIR",
        help="where results go, and an interrupted training is found again",
    )
    train.add_argument(
        "--recipe",
        type=Path,
        default=RECIPE,
        metavar="FILE",
        help="TOML with what differs from the defaults (default: model/recipe.toml)",
    )
    train.add_argument(
        "--init",
        type=Path,
        metavar="FILE",
        help="to begin with: person_cam.keras or another trained .keras, or the int8 "
        "person_detect.tflite of tflite-micro",
    )
    train.add_argument(
        "--watch",
        action="append",
        default=[],
        metavar="SOURCE",
        help="sources that the validation figures are of; may be repeated "
        "(default: those that have both classes)",
    )
    train.add_argument(
        "--teacher",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="trained.keras of an earlier training, or what teach wrote, whose opinion of each "
        "photograph counts beside the label; may be repeated",
    )
    train.add_argument(
        "--guide",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="trained.keras of an earlier training, or what teach wrote, that looks at each sample "
        "and its mirror image, and whose map the new one is led to; may be repeated",
    )
    train.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    train.add_argument(
        "--stop-after",
        type=int,
        metavar="N",
        help="stop after this epoch of the recipe's schedule, as if it were the last",
    )
    train.add_argument(
        "--backend",
        choices=("tensorflow", "jax", "torch"),
        default="tensorflow",
        help="of Keras (default: tensorflow)",
    )
    train.add_argument(
        "--threads",
        type=int,
        default=0,
        metavar="N",
        help="of TensorFlow (default: one for each core)",
    )
    train.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Trains; returns the exit code."""

    from hil.cli.console import make_console
    from hil.samples.labels import read_labels
    from model.backend import prepare_backend
    from model.training.data import load_split
    from model.training.run import Terms, finish, restore, start
    from model.training.started import started, write_started

    console = make_console(stderr=True)
    recipe = _recipe(options)
    initial = None if options.init is None else _model(options.init)
    data = read_labels(options.data)
    with bar(console, "photographs") as step:
        training, validation = (
            load_split(data, split, recipe.source_weights, step) for split in ("train", "val")
        )
    persons = sum(picture.entry.shows_person() for picture in training)
    console.print(
        f"{len(training)} photographs to train on, {persons} with a person; "
        f"{len(validation)} to validate on"
    )
    prepare_backend(options.backend, threads=options.threads)
    if options.teacher:
        with bar(console, "teachers look", total=len(training)) as step:
            training = _taught(options.teacher, training, step)
    terms = Terms(initial, tuple(options.watch), tuple(map(_model, options.guide)))
    run = start(recipe, training, validation, terms)
    options.folder.mkdir(parents=True, exist_ok=True)
    restore(run, options.folder)
    begun = None if initial is None else (initial.where, initial.model)
    write_started(options.folder, started(options.backend, begun))
    if run.epoch:
        console.print(f"going on after epoch {run.epoch}")
    last = recipe.epochs if options.stop_after is None else options.stop_after
    with bar(console, "training", total=last * run.steps) as step:
        step(run.epoch * run.steps)
        path = finish(
            run, options.folder, last=last, on_step=step, on_epoch=lambda e: _tell(console, e)
        )
    print(f"{path}: {run.epoch} epochs")
    return ExitCode.PASSED


def _taught(
    paths: Sequence[Path], pictures: Sequence[Picture], step: Callable[[int], None]
) -> list[Picture]:
    from model.card import POSITIVE_CLASS
    from model.training.cells import load_cells
    from model.training.teacher import with_beliefs

    networks = [load_cells(path) for path in paths]
    return with_beliefs(pictures, networks, positive_class=POSITIVE_CLASS, progress=step)


def _recipe(options: argparse.Namespace) -> Recipe:
    from model.training.recipe import problem, read_recipe

    recipe = read_recipe(options.recipe)
    if options.epochs is not None:
        recipe = dataclasses.replace(recipe, epochs=options.epochs)
    wrong = problem(recipe)
    if options.stop_after is not None and options.stop_after < 1:
        wrong = f"--stop-after is {options.stop_after}, not 1 or more"
    if wrong:
        raise UsageError(wrong, where="command line", hint="python -m model train --help")
    return recipe


def _model(path: Path) -> Initial:
    from model.files import read_model
    from model.training.run import Initial

    return Initial(read_model(path), str(path))


def _tell(console: Console, epoch: Epoch) -> None:
    seen = epoch.validated
    shown = {
        "AUC": seen.auc,
        "balanced accuracy": seen.balanced_accuracy,
        "pointing": seen.pointing,
        "centre": seen.pointing_centre,
    }
    text = ", ".join(f"{name} {value:.3f}" for name, value in shown.items() if value is not None)
    console.print(
        f"epoch {epoch.epoch}: loss {epoch.loss:.4f}; validation {text or 'has no classes'}"
    )
