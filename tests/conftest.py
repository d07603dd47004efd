"""What holds for all tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def the_runs_inside_of_tests_keep_their_order(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # it discards options that come from outside
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly")
