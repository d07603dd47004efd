"""`python -m benchmarks [NAME ...]`: runs benchmarks, prints the table, writes out/bench.json."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.result import Result

NAMES = (
    "plugin_start",
    "nothing_attached",
    "wire_bytes",
    "cam_share",
    "throughput",
    "noisy_link",
    "paced_link",
    "echo_in_capture",
    "recording",
    "evaluate",
    "compare",
    "report",
    "diagnosis",
    "live",
)
MORE = ("healthy", "own_tests")
"""Run by name only, for they take minutes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES + MORE)}"
    )
    parser.add_argument("--json", type=Path, default=Path("out/bench.json"), metavar="FILE")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES + MORE)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")

    console = Console(highlight=False)
    results: list[Result] = []
    for name in arguments.names or NAMES:
        with console.status(f"measuring {name} ..."):
            results.extend(importlib.import_module(f"benchmarks.{name}").run())
        console.print(f"{name}: done", style="dim")
    console.print(_table(results))
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(
        json.dumps([dataclasses.asdict(r) | {"met": r.met} for r in results], indent=2) + "\n"
    )
    return 0 if all(result.met for result in results) else 1


def _table(results: list[Result]) -> Table:
    table = Table(title="Benchmarks")
    table.add_column("benchmark")
    table.add_column("measured", justify="right")
    table.add_column("limit", justify="right")
    table.add_column("met")
    table.add_column("detail", overflow="fold")
    for result in results:
        unit = f" {result.unit}" if result.unit else ""
        table.add_row(
            result.name,
            f"{result.value:.3f}{unit}",
            f"{result.bound} {result.limit:g}{unit}",
            "[green]yes[/]" if result.met else "[bold red]NO[/]",
            result.detail,
        )
    return table


sys.exit(main())
