from pathlib import Path

import pytest

from hil.oracle.interpreter import micro_installed


@pytest.fixture
def aborting_micro(monkeypatch: pytest.MonkeyPatch) -> None:
    """tflite-micro aborts on every model."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr("hil.oracle.micro._WORKER", "aborting_worker")


@pytest.fixture
def no_micro(monkeypatch: pytest.MonkeyPatch) -> None:
    """tflite-micro is not installed."""
    monkeypatch.setattr("hil.oracle.interpreter.micro_installed", lambda: False)
    monkeypatch.setattr("hil.oracle.selfcheck.micro_installed", lambda: False)


@pytest.fixture
def micro() -> None:
    """The test needs tflite-micro, which exists for Linux on x86-64 alone."""
    if not micro_installed():
        pytest.skip("tflite-micro is not installed")
