"""What a .tflite cannot say of itself: the .toml beside it.

    positive_class = 1        # the class of the map, counted from 0
    threshold_percent = 68    # from which score on it is answered
    labels = ["no person", "person"]
    pixels = "pixel / 127.5 - 1"

    task = "classification"   # or localization, reconstruction, regression, none
    output = 0                # which of several outputs is judged
    activation = "logits"     # or softmax, sigmoid: of scores, where the graph does not show it
    anomaly_threshold = 12.5  # of a reconstruction: from which error on a sample is anomalous

All of it may be left out; what the graph shows need not be said.
`pixels` is one of the usual scales, a list [black, white] of real values, "none" for an input
that is no picture, or a table with `mean` and `std` of each channel, in pixel values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from hil.base.toml_table import Table, read_toml
from hil.network.input_contract import PIXEL_SCALES, PixelScale

NO_PIXELS = "none"

TaskKind = Literal["classification", "localization", "reconstruction", "regression", "none"]
Activation = Literal["softmax", "sigmoid", "logits"]


@dataclass(frozen=True)
class NetworkSettings:
    """All of it may be missing.

    `threshold`: in percent. `task`, `output`, `activation`, `anomaly_threshold`: see
    `hil.network.task.Task`. `no_picture`: it is declared that the input is none. `sha256`: of the
    .tflite that the file was written for. `where`: the file.
    """

    positive_class: int | None = None
    threshold: int | None = None
    labels: tuple[str, ...] = ()
    pixels: PixelScale | None = None
    no_picture: bool = False
    sha256: str = ""
    where: str = ""
    task: TaskKind | None = None
    output: int | None = None
    activation: Activation | None = None
    anomaly_threshold: float | None = None


def read_settings(path: Path) -> NetworkSettings:
    """Reads the settings; the table [made] is for people.

    Raises UsageError with file and line for what is wrong.
    """
    table = read_toml(path)
    said = take_settings(table, str(path))
    table.take("made", dict, {})
    table.finish()
    return said


KEYS = (
    "positive_class",
    "threshold_percent",
    "labels",
    "pixels",
    "sha256",
    "task",
    "output",
    "activation",
    "anomaly_threshold",
)


def take_settings(table: Table, where: str) -> NetworkSettings:
    """Takes `KEYS` out of a table. Raises UsageError with file and line for what is wrong."""
    positive = table.take("positive_class", int, None)
    threshold = table.take("threshold_percent", int, None)
    if threshold is not None and not 0 <= threshold <= 100:
        raise table.error(
            f"threshold_percent {threshold} is no percentage",
            hint="give 0 to 100",
            key="threshold_percent",
        )
    if positive is not None and positive < 0:
        raise table.error(
            f"positive_class {positive} is no class", hint="count from 0", key="positive_class"
        )
    labels = tuple(map(str, table.take("labels", list, [])))
    unusable = [name for name in labels if not name.strip() or name != name.strip()]
    if unusable or len(set(labels)) != len(labels):
        twice = next((name for name in labels if labels.count(name) > 1), "")
        wrong = f"{unusable[0]!r} is no name" if unusable else f"{twice!r} is there twice"
        raise table.error(
            f"labels: {wrong}",
            hint="give each class a name of its own, without spaces around it",
            key="labels",
        )
    sha256 = table.take("sha256", str, "")
    declared = table.take_either("pixels", (str, list, dict))
    pixels = None
    if declared not in (None, NO_PIXELS):
        pixels = _pixels(table, declared)
    task = _one_of(table, "task", TaskKind)
    activation = _one_of(table, "activation", Activation)
    output = table.take("output", int, None)
    if output is not None and output < 0:
        raise table.error(f"output {output} is none", hint="count from 0", key="output")
    anomaly = table.take("anomaly_threshold", float, None)
    if anomaly is not None and not (math.isfinite(anomaly) and anomaly >= 0):
        raise table.error(
            f"anomaly_threshold {anomaly} is no error",
            hint="give the mean squared error from which on a sample is anomalous",
            key="anomaly_threshold",
        )
    return NetworkSettings(
        positive,
        threshold,
        labels,
        pixels,
        declared == NO_PIXELS,
        sha256,
        where,
        task=task,
        output=output,
        activation=activation,
        anomaly_threshold=anomaly,
    )


def _one_of(table: Table, key: str, kind: Any) -> Any:
    """A text that is one of a Literal's; None without the key."""
    text = table.take(key, str, None)
    if text is not None and text not in get_args(kind):
        names = ", ".join(map(repr, get_args(kind)))
        raise table.error(f"{key} cannot be {text!r}", hint=f"give {names}", key=key)
    return text


def _pixels(table: Table, declared: Any) -> PixelScale:
    texts = [usual.text for usual in PIXEL_SCALES]
    if isinstance(declared, str) and declared in texts:
        return PIXEL_SCALES[texts.index(declared)]
    if isinstance(declared, list) and len(declared) == 2 and _numbers(declared):
        if declared[0] != declared[1]:
            return PixelScale.between(*declared)
    elif isinstance(declared, dict) and set(declared) == {"mean", "std"}:
        mean, deviation = (_list(declared[key]) for key in ("mean", "std"))
        fits = _numbers(mean) and _numbers(deviation) and len(mean) == len(deviation)
        if fits and 1 <= len(mean) <= 4 and all(each > 0 for each in deviation):
            return PixelScale.standardized(mean, deviation)
    usual = ", ".join(repr(text) for text in texts)
    raise table.error(
        f"pixels cannot be {declared!r}",
        hint=f"give {usual}, {NO_PIXELS!r}, [black, white], or [pixels] with mean and std",
        key="pixels",
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _numbers(values: list[Any]) -> bool:
    return all(type(v) in (int, float) and abs(v) < 1e9 for v in values)  # no nan either
