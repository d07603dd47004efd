"""Temporary folders that go with their process, however it ends.

A process that is killed cleans nothing up. So each folder has a guard, a shell that waits for the
end of its owner and then removes it. Where owner and guard were killed together, the next run
finds the folder: its owner held a lock on a file in it, which the kernel has dropped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from hil.base.closing import Closing

_LOCK = "lock"
_GUARD = 'read _; exec rm -rf -- "$1"'  # the read ends when the owner does


class ScratchFolder(Closing):
    """A private folder at `path`, in the folder for temporary files; a context manager.

    `prefix` begins its name. What dead processes left under that prefix is removed first.
    """

    def __init__(self, prefix: str) -> None:
        _sweep(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock: int | None = _lock(self.path)
        self._guard = _start_guard(self.path)

    def close(self) -> None:
        """Removes it. May be repeated."""
        if self._lock is None:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        if self._guard is not None:
            self._guard.communicate()  # closes what it waits for
        os.close(self._lock)
        self._lock = None


def _lock(folder: Path) -> int:
    """A descriptor that holds the folder's lock; the file appears when it is locked already."""
    import fcntl

    new = folder / f"{_LOCK}.new"
    descriptor = os.open(new, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    new.rename(folder / _LOCK)
    return descriptor


def _start_guard(folder: Path) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "camhil-guard", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what kills the owner's group must not reach it
        )
    except OSError:
        return None  # no shell, no more processes: the next run sweeps


def _sweep(prefix: str) -> None:
    """Removes folders whose owner is dead; those of live ones are locked."""
    import fcntl

    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.getuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)
