"""A trained network to the files that are flashed: int8, checked, with its threshold.

Writes nothing where the firmware could not run the result.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import InfrastructureError, UsageError
from hil.judge.evaluation.selection import ALL, REPORTED, VALIDATION, Selection, select
from hil.run.evaluation.run import Plan, Progress
from model.card import LABELS, POSITIVE_CLASS, Card, card_text
from model.checks import ModelFacts, deviations, measure, problems
from model.evaluation import Decision, evaluate_model, scored
from model.files import MODEL
from model.modelcard.sources import INITIAL_PERSON_DETECT, INITIAL_RANDOM
from model.operating_point import (
    FALSE_ALARM_RATE,
    OperatingPoint,
    lowest_threshold,
    operating_point,
)
from model.representative import CALIBRATION_SEED
from model.training.started import read_started

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.images import Fit
    from hil.samples.labels import DataSet

NAME = MODEL.stem
ARRAY = f"g_{NAME}"
ARRAY_ALIGNMENT = 16  # of TFLM's flatbuffer

PERSON_DETECT_SHA256 = "808cfdfc0cf3a6fa6f6fa26bfa379ea97c16d5db7334637766e39c3408502e9d"
"""Of the person_detect.tflite that tflite-micro comes with."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A float network's file, and the folder of its training if there is one."""

    keras: Path
    run: Path | None


def find_trained(path: Path) -> Trained:
    """What a folder of `train`, or a .keras file, holds.

    Raises:
        UsageError: neither of them.
    """
    from model.training.run import HISTORY, TRAINED

    if path.is_dir():
        if not (path / TRAINED).is_file():
            raise UsageError(
                f"no {TRAINED} in this folder",
                where=str(path),
                hint="the training has not ended: run `python -m model train` with the same "
                "--run again"
                if (path / HISTORY).is_file()
                else "give the --run folder of a training, or a .keras file",
            )
        return Trained(path / TRAINED, path)
    if path.suffix != ".keras" or not path.is_file():
        raise UsageError(
            "no folder of a training, and no .keras file",
            where=str(path),
            hint="give what `python -m model train --run` wrote to",
        )
    return Trained(path, path.parent if (path.parent / HISTORY).is_file() else None)


def convert_network(
    keras_file: Path, images: NDArray[np.uint8], progress: Callable[[int], None] | None = None
) -> tuple[bytes, dict[str, str | int]]:
    """The int8 model of a float network from any backend of Keras, and versions of tools.

    Args:
        keras_file: of `model.architecture`, any batch size.
        images: uint8 [n, 96, 96], the representative set.
        progress: called with 1 for each image.

    Raises:
        UsageError: TensorFlow is missing, another network, or images that cannot calibrate.
    """
    from model.convert import convert, prepare_tensorflow

    try:
        prepare_tensorflow()
    except ModuleNotFoundError as error:
        raise UsageError(
            f"exporting needs TensorFlow and Keras: {error}",
            hint="in an environment of its own: pip install -e '.[model]'",
        ) from error
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from model.architecture import build_network
    from model.float_network import copy_weights

    network = build_network(classes=len(LABELS))  # of batch size 1, whatever the file has
    copy_weights(keras_file, network)
    model = convert(network, images, progress)
    made: dict[str, str | int] = {
        "tensorflow": str(tf.__version__),
        "keras": str(keras.__version__),
    }
    return model, made


def checked(model: bytes) -> ModelFacts:
    """What the converter made, if it is as wanted.

    Raises:
        UsageError: the firmware cannot run it, or it is over its budget.
    """
    facts = measure(model, where="converted model")
    found = [problem.what for problem in problems(model)] + deviations(facts)
    if found:
        raise UsageError(
            "the converted model is not as expected: " + "; ".join(found),
            where="converted model",
            hint="train longer, or on more different photographs",
        )
    return facts


def validation_pictures(
    data: DataSet, sources: tuple[str, ...], *, wanted: bool = True
) -> Selection | None:
    """What a threshold is chosen on: the split val of some sources.

    Args:
        data: the data set.
        sources: that count.
        wanted: whether it cannot be done without.

    Returns:
        None if they show one class only, or none, and they are not wanted.

    Raises:
        UsageError: they are wanted, or a source is unknown.
    """
    everywhere = {entry.source for entry in data.entries}
    select(data, split=ALL, sources=sources)  # is there every source?
    classes = {e.person for e in data.entries if e.split == VALIDATION and e.source in sources}
    if len(classes) == 2:
        named = () if set(sources) == everywhere else sources
        return select(data, split=VALIDATION, sources=named)
    if not wanted:
        return None
    raise UsageError(
        f"the split {VALIDATION!r} has {'pictures of one class only' if classes else 'no picture'}",
        where=str(data.labels),
        hint="add photographs with and without people to it, or give --threshold-percent "
        "and --no-card",
    )


def check_reported(data: DataSet, sources: tuple[str, ...]) -> None:
    """Refuses, before the work, data that a model card cannot report on.

    Raises:
        UsageError: the split test shows one class only, or is missing.
    """
    classes = {e.person for e in data.entries if e.split == REPORTED and e.source in sources}
    if len(classes) < 2:
        what = "pictures of one class only" if classes else "no picture"
        raise UsageError(
            f"the split {REPORTED!r} has {what}: there are no figures for a model card",
            where=str(data.labels),
            hint="add photographs with and without people, or give --no-card",
        )


def choose_threshold(
    tflite: Path,
    data: DataSet,
    selection: Selection,
    *,
    fit: Fit,
    jobs: int,
    percent: int | None,
    progress: Progress,
) -> OperatingPoint:
    """The threshold in percent, with what it does on val.

    Args:
        tflite: the int8 model.
        data: the data set.
        selection: of `validation_pictures`.
        fit: of pictures that are not square.
        jobs: processes.
        percent: the threshold, instead of the lowest with few false alarms.
        progress: is told of each picture.

    Raises:
        UsageError: no threshold is good enough.
    """
    plan = Plan(data, selection.entries, jobs, fit=fit)
    how = Decision(POSITIVE_CLASS, 50)
    run = evaluate_model(tflite, plan, selection, how=how, progress=progress)
    percents, persons = scored(run.answers, selection.entries)
    if percent is not None:
        return operating_point(percents, persons, percent)
    return lowest_threshold(percents, persons, FALSE_ALARM_RATE)


def model_files(model: bytes, card: Card, *, array: bool) -> dict[str, bytes]:
    """Every file but the float network and the model card, by name.

    `array`: with C++ source and header.
    """
    from hil.network.op_table import ops_text
    from model.c_array import c_array

    files = {
        f"{NAME}.tflite": model,
        f"{NAME}.toml": card_text(card).encode(),
        "ops.txt": ops_text(model).encode(),
    }
    if array:
        header = f"{NAME}.h"
        body = c_array(model, ARRAY, constant=True, align=ARRAY_ALIGNMENT)
        # Without the header's extern a const array could not be seen from other files.
        files[f"{NAME}.cc"] = f'#include "{header}"\n\n{body}'.encode()
        files[header] = (
            "#pragma once\n\n"
            f"extern const unsigned char {ARRAY}[];\n"
            f"extern const unsigned int {ARRAY}_len;\n"
        ).encode()
    return files


def trained_by(trained: Trained) -> dict[str, str | int]:
    """What person_cam.toml says of the float network."""
    begun = read_started(trained.run)
    return {
        "weights": "trained, see CARD.md",
        "architecture": "MobileNetV1 0.25 to Conv2d_11_pointwise, mean, 1x1 convolution, softmax",
        "float_sha256": hashlib.sha256(trained.keras.read_bytes()).hexdigest(),
        "trained_with": "not on record" if begun is None else begun.backend,
        "calibration_seed": CALIBRATION_SEED,
    }


def initial_text(trained: Trained) -> str:
    """For the card: where the initial weights of a training come from."""
    begun = read_started(trained.run)
    if begun is None:
        return "Where the initial weights come from is not on record."
    if begun.initial_sha256 == PERSON_DETECT_SHA256:
        return INITIAL_PERSON_DETECT
    if begun.initial:
        return (
            f"The weights begin with those of `{begun.initial}`, SHA-256 "
            f"`{begun.initial_sha256}`. What that was trained on, and its terms, count here too."
        )
    return INITIAL_RANDOM


def put(files: dict[str, bytes], folder: Path, keras_file: Path) -> None:
    """Writes files and the float network; each appears whole or not at all.

    Raises:
        InfrastructureError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{NAME}.partial"
        own = folder / f"{NAME}.keras"
        if not (own.exists() and own.samefile(keras_file)):
            shutil.copyfile(keras_file, partial)
            partial.replace(own)
        for name, content in files.items():
            partial.write_bytes(content)
            partial.replace(folder / name)
    except OSError as error:
        raise InfrastructureError(
            f"cannot write the model: {error.strerror}",
            where=str(folder),
            hint="free space or make the folder writable",
        ) from error
