"""Builds the C++ tests of the firmware with the sanitizers and runs them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "firmware-tests"
# cmake and ninja may come from the virtual environment that runs the tests.
ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
}


def run(*command: str | Path) -> None:
    """Runs a command; fails the test with the command's output."""
    done = subprocess.run(
        [str(part) for part in command],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{command[0]} exited with {done.returncode}:\n{done.stdout}", pytrace=False)


def ctest(name: str) -> None:
    run("ctest", "--test-dir", BUILD, "--output-on-failure", "--no-tests=error", "-R", f"^{name}$")


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / ".lock").open("a") as lock:  # another worker may be at it
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("cmake", "-S", ROOT / "firmware/tests", "-B", BUILD, "-G", "Ninja")
        run("cmake", "--build", BUILD)


def test_unit_tests_of_the_firmware_pass() -> None:
    ctest("unit_tests")


def test_unit_tests_of_a_build_without_injection_pass() -> None:
    ctest("field_tests")


def test_unit_tests_of_a_build_without_maps_and_frames_pass() -> None:
    ctest("plain_tests")


@pytest.mark.parametrize("target", ["board", "network"])
def test_fuzz_target_finds_nothing(target: str) -> None:
    ctest(f"fuzz_{target}")
