"""make ends with 2 whatever went wrong; what it says last is the exit code, and its meaning."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hil.base.exit_codes import sentence
from hil.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
FROM_MAKE = {"MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MAKEFILES"}


def make(folder: Path, target: str, code: int) -> subprocess.CompletedProcess[str]:
    """`make target` with a pytest, or hil, that does nothing but end with this code."""
    programs = folder / "bin"
    programs.mkdir()
    real = f'exec "{sys.executable}" "$@"'
    for name, script in (
        ("python", f'case "$2" in hil.base.exit_codes) {real};; esac; exit {code}'),
        ("hil", f"exit {code}"),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    (folder / "lab").mkdir()
    for name in ("pyproject.toml", "lab/pyproject.toml", "ready"):
        (folder / name).touch()
    # Where `make test` runs these tests, its own options and variables are none of this make's.
    ours = {name: value for name, value in os.environ.items() if name not in FROM_MAKE}
    return subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), target, f"BIN={programs}", "READY=ready"],
        cwd=folder,
        env={**ours, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", ["hil", "firmware", "faults", "mutants"])
@pytest.mark.parametrize("code", [ExitCode.PASSED, ExitCode.INFRASTRUCTURE])
def test_the_last_line_says_the_exit_code_and_its_meaning(
    tmp_path: Path, target: str, code: ExitCode
) -> None:
    done = make(tmp_path, target, code)
    assert done.returncode == (2 if code else 0)
    last = done.stdout.splitlines()[-1]
    assert last == f"make {target}: exit code {int(code)}: {code.meaning}"


def test_every_exit_code_has_a_meaning_of_its_own() -> None:
    assert len({code.meaning for code in ExitCode}) == len(ExitCode)


def test_a_code_that_is_not_ours_is_said_to_be_none() -> None:
    assert sentence("make hil", 137) == "make hil: exit code 137: ended by signal 9"
    assert sentence("make hil", 42) == "make hil: exit code 42: not one of camhil's"
