"""Fixtures of the board's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.board.artifacts import Expected, read_expected
from hil.wire.replies import Identity
from hil_lab.fakes.firmware_build import Build, app_image, make_build, make_identity
from hil_lab.fakes.scripted_board import ScriptedBoard


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A build that is all right."""
    return make_build(tmp_path / "build")


@pytest.fixture
def new_app() -> Callable[..., bytes]:
    return app_image


@pytest.fixture
def expected(build: Build) -> Expected:
    return read_expected(build.write())


@pytest.fixture
def identity(expected: Expected) -> Identity:
    return make_identity(expected)


@pytest.fixture
def script(identity: Identity, expected: Expected) -> Iterator[ScriptedBoard]:
    board = ScriptedBoard(identity, expected.model.header)
    yield board
    board.close()
