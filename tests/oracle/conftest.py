from pathlib import Path

import pytest

from hil.oracle import interpreter, second_opinion, trial
from hil.oracle.interpreter import micro_installed


@pytest.fixture(autouse=True)
def shared_cache(user_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying a model takes a process: once for all tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(user_cache))


@pytest.fixture
def aborting_micro(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """tflite-micro aborts on every model."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr("hil.oracle.micro._WORKER", "aborting_worker")


@pytest.fixture
def no_micro(monkeypatch: pytest.MonkeyPatch) -> None:
    """tflite-micro is not installed."""
    for module in (interpreter, second_opinion, trial):
        monkeypatch.setattr(module, "micro_installed", lambda: False)


@pytest.fixture
def micro() -> None:
    """The test needs tflite-micro, which exists for Linux on x86-64 alone."""
    if not micro_installed():
        pytest.skip("tflite-micro is not installed")
