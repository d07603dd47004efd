"""The whole way of a new user, with nothing but the wheel and what it asks for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hil import __version__
from hil.sim.firmware import build, default_build_dir
from hil.testing.tiny_model import tiny_model

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hour")


@pytest.fixture(scope="module")
def run(python: Path, place: Path) -> Run:
    """Runs a module of the environment in a folder; its cache has the firmware compiled."""
    build()
    cache, compiled = place / "cache", default_build_dir()
    ours = cache / "camhil" / f"sim-{__version__}"
    (ours / "host").mkdir(parents=True)
    shutil.copy(compiled / ".stamp", ours)
    shutil.copy(compiled / "host/libcamhil_app.so", ours / "host")
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "CXX", "OMP_NUM_THREADS")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment["XDG_CACHE_HOME"] = str(cache)

    def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(python), "-m", *map(str, words)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


@pytest.fixture(scope="module")
def project(run: Run, place: Path) -> Path:
    """Of `hil new`, for a network that is brought along."""
    network = place / "cats.tflite"
    network.write_bytes(tiny_model())
    network.with_suffix(".toml").write_text("positive_class = 1\nthreshold_percent = 60\n")
    made = run(place, "hil", "new", "cats", "--network", network, "--labels", "no cat,cat")
    assert made.returncode == 0, made.stdout + made.stderr
    return place / "cats"


def test_what_runs_is_the_wheel_and_no_checkout(run: Run, place: Path, python: Path) -> None:
    (place / "where.py").write_text("import hil, json; print(json.dumps(hil.__file__))")
    assert str(python.parent.parent) in json.loads(run(place, "where").stdout)


def test_its_tests_pass_at_once_and_it_ships(run: Run, project: Path) -> None:
    done = run(project, "pytest")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SHIP, on the simulated board: all 6 gates met" in done.stdout
    assert (project / "out/facts.jsonl").is_file()


def test_its_network_is_validated_operator_by_operator(run: Run, project: Path) -> None:
    done = run(project, "hil", "validate", "models/cats.tflite")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED, on the simulated board" in done.stdout
