"""Fixtures of the board's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hil.testing.firmware_build import Build, app_image, make_build


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A build that is all right."""
    return make_build(tmp_path / "build")


@pytest.fixture
def new_app() -> Callable[..., bytes]:
    return app_image
