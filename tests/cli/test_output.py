"""What becomes of a command whose output goes nowhere: its exit code, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hil.base.command import run_command
from hil.errors import ExitCode, HilError, UsageError
from hil_lab.fakes.recorded_run import recorded_run, write_run

GATES = '[[gate]]\nmetric = "invoke_us"\nstatistic = "max"\nmax = 1\n'


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A command that judges a run which misses its gate."""
    folder = tmp_path_factory.mktemp("run")
    run = write_run(folder / "run.jsonl", recorded_run(3))
    (folder / "gates.toml").write_text(GATES)
    judge = ["judge", str(run), "--gates", str(folder / "gates.toml")]
    return [sys.executable, "-m", "hil", *judge]


def test_a_reader_that_has_gone_does_not_change_the_verdict(judging: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(judging, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.returncode == ExitCode.GATE_FAILED
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_infrastructure(judging: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(judging, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == ExitCode.INFRASTRUCTURE
    first, hint = done.stderr.splitlines()
    assert first == (
        "infrastructure error: cannot write what there is to say: No space left on device "
        "(standard output)"
    )
    assert hint.startswith("hint: free some space")


def _raise(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (UsageError("wrong", hint="right"), ExitCode.USAGE, "wrong"),
        (OSError(28, "No space left on device"), ExitCode.INFRASTRUCTURE, "No space left"),
        (PermissionError(13, "Permission denied", "/x"), ExitCode.INFRASTRUCTURE, "[/x]"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, ""),
        (BrokenPipeError(), ExitCode.INFRASTRUCTURE, ""),
    ],
)
def test_every_end_of_a_command_has_its_code(
    error: BaseException, code: ExitCode, told: str
) -> None:
    shown: list[HilError] = []
    assert run_command(lambda: _raise(error), shown.append) == code
    assert told in "".join(map(str, shown))


def test_a_name_that_is_no_text_can_be_printed(tmp_path: Path) -> None:
    name = os.fsdecode(b"not-\xff-text.jsonl")
    command = [sys.executable, "-m", "hil", "diagnose", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.USAGE
    assert r"not-\udcff-text.jsonl" in done.stderr
