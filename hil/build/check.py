"""Holds a build against the memory budget: `python -m hil.build.check BUILD_DIR`.

Exit codes: 0 kept, 4 a file cannot be used, 7 over the budget, 8 a part was not measured.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.base.text_file import read_json
from hil.build import plan
from hil.build.budget import FILE_NAME, read_budget
from hil.build.map_file import read_map
from hil.build.table import budget_lines
from hil.build.usage import Line, Usage, judge, measure
from hil.errors import ExitCode, HilError, UsageError

_REBUILD = "build the project with idf.py build"


@dataclass(frozen=True)
class Checked:
    """What a build uses, and the lines of its budget."""

    usage: Usage
    lines: tuple[Line, ...]

    @property
    def exit_code(self) -> ExitCode:
        if all(line.met for line in self.lines):
            return ExitCode.PASSED
        over = any(line.used_bytes is not None and not line.met for line in self.lines)
        return ExitCode.GATE_FAILED if over else ExitCode.NOT_PROVEN


def check_build(build_dir: Path, budget_file: Path) -> Checked:
    """Measures the build in `build_dir` and judges it.

    Raises:
        UsageError: a file of the build is missing or is not what its name says.
    """
    budget = read_budget(budget_file)
    project = _read_json(build_dir / "project_description.json")
    name = str(project.get("project_name", ""))
    map_file = build_dir / f"{name}.map"
    app = build_dir / str(project.get("app_bin", ""))
    settings = _read_json(build_dir / "config" / "sdkconfig.json")
    facts_file = build_dir / plan.FOLDER / plan.FACTS
    facts = _read_json(facts_file) if facts_file.is_file() else {}
    try:
        pieces, app_bytes = read_map(map_file), app.stat().st_size
        usage = measure(pieces, app_bytes, settings, budget, facts.get("arena_bytes"))
    except OSError as error:
        where = str(error.filename or map_file)
        raise UsageError(f"cannot read it: {error.strerror}", where=where, hint=_REBUILD) from error
    except ValueError as error:
        raise UsageError(str(error), where=str(map_file), hint=_REBUILD) from error
    return Checked(usage, judge(usage, budget, budgeted=facts.get("budgeted", True)))


def _read_json(path: Path) -> dict[str, Any]:
    value = read_json(path, "it", _REBUILD, _REBUILD)
    if not isinstance(value, dict):
        raise UsageError("not a JSON object", where=str(path), hint=_REBUILD)
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m hil.build.check")
    parser.add_argument("build_dir", type=Path, help="folder of idf.py build")
    parser.add_argument(
        "--budget", type=Path, metavar="FILE", help="default: budget.toml beside the build folder"
    )
    arguments = parser.parse_args(argv)
    budget = arguments.budget or arguments.build_dir.resolve().parent / FILE_NAME
    try:
        checked = check_build(arguments.build_dir, budget)
    except HilError as error:
        print(f"memory budget: {error}", file=sys.stderr)
        return int(error.exit_code)
    print("\n".join(budget_lines(checked.lines)))
    if checked.exit_code:
        print(f"The limits are in {budget}.", file=sys.stderr)
    return int(checked.exit_code)


if __name__ == "__main__":
    sys.exit(main())
