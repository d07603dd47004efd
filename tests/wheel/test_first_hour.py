"""The whole way of a new user, with nothing but the wheel and what it asks for."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from hil import __version__
from hil.sim.firmware import build, default_build_dir
from hil.testing.tiny_model import tiny_model
from tests.ctrl_c import HIL

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Opened = Callable[..., AbstractContextManager[str]]

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = 'positive_class = 1\nthreshold_percent = 60\npixels = "(pixel - 128) / 128"\n'
CAMERA = ("--sim-camera", ROOT / "fixtures" / "photos")
URL = re.compile(r"http://\S+/")
LIMIT_S = 300.0
"""Reached by what hangs alone."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hour")


@pytest.fixture(scope="module")
def environment(place: Path) -> dict[str, str]:
    """Of a user whose cache has the simulated board's firmware compiled already."""
    build()
    cache, compiled = place / "cache", default_build_dir()
    ours = cache / "camhil" / f"sim-{__version__}"
    (ours / "host").mkdir(parents=True)
    shutil.copy(compiled / ".stamp", ours)
    shutil.copy(compiled / "host/libcamhil_app.so", ours / "host")
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "CXX", "OMP_NUM_THREADS")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return {**environment, "XDG_CACHE_HOME": str(cache)}


@pytest.fixture(scope="module")
def run(python: Path, environment: dict[str, str]) -> Run:
    """Runs a module of the wheel's environment in a folder."""

    def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(python), "-m", *map(str, words)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )

    return run


@pytest.fixture(scope="module")
def project(run: Run, place: Path) -> Path:
    """Of `hil new`, for a network that is brought along."""
    network = place / "cats.tflite"
    network.write_bytes(tiny_model())
    network.with_suffix(".toml").write_text(SETTINGS)
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


@pytest.fixture(scope="module")
def opened(python: Path, environment: dict[str, str], project: Path) -> Opened:
    """Starts a command that serves a page; within, its address."""

    @contextmanager
    def opened(*words: object) -> Iterator[str]:
        process = subprocess.Popen(
            [str(python), *HIL, *map(str, words)],
            cwd=project,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield next(found[0] for line in process.stdout if (found := URL.search(line)))
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LIMIT_S)
        assert process.returncode == 0

    return opened


def got(address: str, **sent: str) -> str:
    """What a page answers; what is sent goes as its script sends it."""
    body = json.dumps(sent).encode() if sent else None
    asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=LIMIT_S) as answer:
        return str(answer.read().decode())


def test_what_its_camera_sees_is_captured_labelled_and_evaluated(
    run: Run, opened: Opened, project: Path
) -> None:
    taken = run(project, "hil", "capture", "-n", 4, "--out", "data", *CAMERA)
    assert taken.returncode == 0, taken.stdout + taken.stderr
    with opened("label", "data", "--network", "models/cats.tflite") as page:
        state = json.loads(got(f"{page}state"))
        stamp = state["stamp"]
        for number, (name, _) in enumerate(state["items"]):
            label = state["classes"][number % 2][0]
            stamp = json.loads(got(f"{page}label", stamp=stamp, file=name, label=label))["stamp"]
    done = run(project, "hil", "evaluate", "--data", "data")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 reported: 2 positive (cat), 2 negative" in done.stdout


def test_what_its_camera_sees_is_shown_on_a_page(opened: Opened) -> None:
    with opened("live", *CAMERA) as page:
        assert "hil live" in got(page)
        assert json.loads(got(f"{page}look"))
