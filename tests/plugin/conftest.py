"""The runs inside of these tests tell nothing to a job that they run in."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def in_order(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs inside of these tests take their tests as they are written, also with randomly."""
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # which forgets the variable
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly")


@pytest.fixture(autouse=True)
def no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
