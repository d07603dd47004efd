"""Registers this folder's marker."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "model: needs TensorFlow, see `make test-model`")
