"""Writes the table of docs/measurements.md from the catalogue of metrics.

python docs/generate_measurements.py           # rewrites the table
python docs/generate_measurements.py --check   # exit status 1 when it is not up to date
"""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

from hil.judge.measure.catalog import CATALOG, Metric

DOCUMENT = Path(__file__).resolve().parent / "measurements.md"

_MARKED = re.compile(r"(<!-- begin catalogue -->\n).*?(<!-- end catalogue -->)", re.DOTALL)
_TITLES = {
    "latency": "Latency",
    "energy": "Energy",
    "memory": "Memory",
    "parity": "Agreement with the oracle",
    "rate": "Rates",
    "score": "Scores",
    "link": "Link and tests",
    "model": "The model",
}
_AGGREGATES = {"quantiles": "median, p95", "proportion": "share", "value": "as it is"}
_NOISE = {"none": "none", "spread": "bootstrap", "binomial": "Wilson", "sampled": "see below"}


def table() -> str:
    """The catalogue as Markdown, one table a kind."""
    metrics = sorted(CATALOG.values(), key=lambda metric: list(_TITLES).index(metric.kind))
    parts = []
    for kind, group in groupby(metrics, key=lambda metric: metric.kind):
        rows = "".join(_row(metric) for metric in group)
        head = "| metric | unit | better | of a run | noise | |\n|---|---|---|---|---|---|\n"
        parts.append(f"### {_TITLES[kind]}\n\n{head}{rows}")
    return "\n".join(parts)


def _row(metric: Metric) -> str:
    name = f"`{metric.name}[...]`" if metric.labelled else f"`{metric.name}`"
    aggregate = _AGGREGATES.get(metric.aggregate, metric.aggregate)
    noise = _NOISE[metric.noise]
    return (
        f"| {name} | {metric.unit} | {metric.direction} | {aggregate} | {noise} | "
        f"{metric.description} |\n"
    )


def updated(text: str) -> str:
    """The document with its table rewritten."""
    return _MARKED.sub(lambda match: f"{match[1]}\n{table()}\n{match[2]}", text)


def main(arguments: list[str]) -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    fresh = updated(text)
    if arguments == ["--check"]:
        if fresh != text:
            print(f"{DOCUMENT.name} is out of date: python docs/generate_measurements.py")
        return int(fresh != text)
    DOCUMENT.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
