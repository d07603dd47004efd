"""Weights that were trained on JAX or PyTorch convert like others: `make test-model`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.base.resources import find
from model.checks import deviations, measure, problems

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

ROOT = find("model").parent

ANSWER = """
import sys
from pathlib import Path
import numpy as np
from model.calibration import read_photographs
from model.float_network import load_network
network = load_network(Path(sys.argv[1]))
scores, maps = network.run(read_photographs(Path("fixtures/photos")), 1)
np.savez(sys.argv[2], scores=scores, maps=maps, engine=network.engine)
"""


def python(*words: object, backend: str = "") -> None:
    """In a process of its own: Keras has one backend for as long as it runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("KERAS_BACKEND", None)
    if backend:
        environment["KERAS_BACKEND"] = backend
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_weights_of_another_backend_convert(
    tmp_path: Path, blobs: Path, blob_recipe: Path, backend: str, export: Callable[..., Any]
) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    run, out = tmp_path / "run", tmp_path / "out"
    python("-m", "model", "train", blobs, "--run", run, "--recipe", blob_recipe,
           "--epochs", 1, "--backend", backend)  # fmt: skip
    export([run, "--data", blobs, "--out", out, "--no-card"])
    model = (out / "person_cam.tflite").read_bytes()
    assert problems(model) == []
    assert deviations(measure(model)) == []

    answers = []
    for name in (backend, "tensorflow"):
        file = tmp_path / f"{name}.npz"
        python("-c", ANSWER, out / "person_cam.keras", file, backend=name)
        answers.append(np.load(file))
        assert f"on {name}" in str(answers[-1]["engine"])
    for key in ("scores", "maps"):
        assert answers[0][key] == pytest.approx(answers[1][key], abs=1e-4)
