"""What all tests share. Nothing here is needed to run one file alone."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# Workers share the cores; more threads than that only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: F401  (a run inside of a test forgets it; it is imported once only)
import pytest
from hypothesis import HealthCheck, settings

with contextlib.suppress(ImportError):  # for the same reason: it cannot be imported twice
    from tflite_micro.python.tflite_micro import _runtime  # noqa: F401

# How long an example takes says how loaded the machine is, and nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# What tests start is no worker of this run.
for _name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the runs inside of tests have in common: the oracle is checked once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def pytester(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, user_cache: Path
) -> pytest.Pytester:
    """A run inside of a test: in the order in which it is written.

    Hypothesis' plugin imports all of Hypothesis, which takes longer than most of these runs.
    """
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly -p no:hypothesispytest")
    monkeypatch.setenv("XDG_CACHE_HOME", str(user_cache))
    return pytester
