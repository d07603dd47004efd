"""What a .tflite cannot say of itself: the .toml beside it.

    positive_class = 1        # the class of the map, counted from 0
    threshold_percent = 68    # from which score on it is answered
    labels = ["no person", "person"]
    pixels = "pixel / 127.5 - 1"

`pixels` is one of the usual scales, a list [black, white] of real values, "none" for an input
that is no picture, or a table with `mean` and `std` of each channel, in pixel values.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.base.toml_table import Table, read_toml
from hil.network.input_contract import PIXEL_SCALES, PixelScale

NO_PIXELS = "none"


@dataclass(frozen=True)
class NetworkSettings:
    """All of it may be missing.

    `threshold`: in percent. `no_picture`: it is declared that the input is none. `sha256`: of the
    .tflite that the file was written for. `where`: the file.
    """

    positive_class: int | None = None
    threshold: int | None = None
    labels: tuple[str, ...] = ()
    pixels: PixelScale | None = None
    no_picture: bool = False
    sha256: str = ""
    where: str = ""


def read_settings(path: Path) -> NetworkSettings:
    """Reads the settings; the table [made] is for people.

    Raises UsageError with file and line for what is wrong.
    """
    table = read_toml(path)
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
    sha256 = table.take("sha256", str, "")
    declared = table.take_either("pixels", (str, list, dict))
    pixels = None
    if declared not in (None, NO_PIXELS):
        pixels = _pixels(table, declared)
    table.take("made", dict, {})
    table.finish()
    return NetworkSettings(
        positive, threshold, labels, pixels, declared == NO_PIXELS, sha256, str(path)
    )


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
