from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def fault_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where faults are built one after the other, so that each compiles only what it changes."""
    return tmp_path_factory.mktemp("fault")
