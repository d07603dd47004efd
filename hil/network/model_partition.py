"""The content of the model partition, from the two files of a model.

Needs the standard library alone, because ESP-IDF's Python packs it too
(`firmware/esp32/pack_model.py`).
"""

from __future__ import annotations

from pathlib import Path

from hil.base.text_file import read_bytes
from hil.base.toml_table import read_toml
from hil.wire.model_image import pack_model_image


def read_partition(tflite: Path, settings: Path) -> bytes:
    """Header and model.

    `settings` is the .toml with `positive_class` and `threshold_percent`. Raises UsageError
    where a file cannot be used.
    """
    table = read_toml(settings)
    positive = table.take("positive_class", int)
    threshold = table.take("threshold_percent", int)
    data = read_bytes(tflite, "the model")
    return pack_model_image(data, positive_class=positive, threshold=threshold)
