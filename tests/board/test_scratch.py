"""Folders for the time of a process, and what becomes of those of dead ones."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from hil.base.deadline import Deadline
from hil.base.scratch import ScratchFolder

PREFIX = "camhil-test-"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, for this test alone."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_goes_with_its_content_when_it_is_cleaned_up(temporary: Path) -> None:
    with ScratchFolder(PREFIX) as folder:
        (folder.path / "sub").mkdir()
        (folder.path / "sub" / "file").write_text("x")
        assert left(temporary) == [folder.path.name]
    assert left(temporary) == []
    folder.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_folder_goes_when_its_owner_is_killed(temporary: Path, how: signal.Signals) -> None:
    code = (
        "import time; from hil.base.scratch import ScratchFolder\n"
        f"folder = ScratchFolder({PREFIX!r}); print(folder.path, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        folder = Path(os.fsdecode(owner.stdout.readline().strip()))
        assert folder.exists()
        owner.send_signal(how)
    deadline = Deadline.after(10)
    while folder.exists() and not deadline.expired():
        time.sleep(0.01)
    assert left(temporary) == []


def test_what_dead_runs_left_is_swept_and_nothing_else(temporary: Path) -> None:
    dead, unknown = temporary / f"{PREFIX}dead", temporary / f"{PREFIX}unknown"
    for folder in (dead, unknown):
        folder.mkdir()
        (folder / "flash.bin").write_bytes(b"\xff")
    (dead / "lock").touch()
    live = temporary / f"{PREFIX}live"
    live.mkdir()
    with (live / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with ScratchFolder("camhil-other-"):
            assert dead.exists()
        with ScratchFolder(PREFIX), ScratchFolder(PREFIX):
            assert not dead.exists()
            assert live.exists()
            assert unknown.exists()
            assert len(left(temporary)) == 4
