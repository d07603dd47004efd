"""The header of an evaluation that nobody ran."""

from __future__ import annotations

from typing import Any

from hil.facts.evaluation import RESULTS_VERSION, Header, ValueType
from hil.network.task import Task

SCORES = ValueType("int8", 2, 1 / 256, -128)
"""Of an int8 SOFTMAX over two classes."""

LOCALIZES = Task("localization", 0, "softmax", 2, 1, 50.0)


def evaluation_header(**changes: Any) -> Header:
    """Of a simulated board with a person detector, but for `changes`."""
    fields: dict[str, Any] = {
        "version": RESULTS_VERSION,
        "camhil": "0.1",
        "target": "sim",
        "engine": "tflm",
        "build_id": "ab",
        "model_sha256": "cd",
        "task": LOCALIZES,
        "values": SCORES,
        "input_size": (96, 96),
        "resolver": "litert",
    }
    return Header(**{**fields, **changes})
