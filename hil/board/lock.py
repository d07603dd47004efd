"""One process at a time per board.

An advisory lock (flock) on a file in the user's runtime directory. The kernel drops it
when its holder ends, however it ends, so a stale lock cannot exist; the file's content
only tells others who holds it. The file is never removed: that would let two processes
lock two files of one name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shlex
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import IO

from hil.errors import InfrastructureError


def lock_key(port: str) -> str:
    """The name of a board for locking: the device behind links, or the URL itself."""
    return port if "://" in port else os.path.realpath(port)


class PortLock:
    """Exclusive use of one board; a context manager.

    On Windows the system itself opens a serial port only once, and this does nothing.
    """

    def __init__(self, port: str, directory: Path | None = None) -> None:
        self.port = port
        key = lock_key(port)
        name = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[-60:]
        digest = hashlib.sha256(key.encode()).hexdigest()[:8]
        self.path = (directory or _runtime_directory()) / f"{name}-{digest}.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Takes the lock, or raises InfrastructureError that says who holds it."""
        if sys.platform == "win32":
            return
        import fcntl

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+", encoding="utf-8")
        except OSError as cause:
            raise InfrastructureError(
                f"cannot create the lock of {self.port}: {cause.strerror}",
                where=str(self.path),
                hint="make the directory writable, or set XDG_RUNTIME_DIR to one that is",
            ) from cause
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            holder = _read_holder(file)
            file.close()
            raise InfrastructureError(
                f"{self.port} is in use by {holder}",
                where=str(self.path),
                hint="wait for it to end or stop it, or use another board with --board",
            ) from cause
        self._file = file
        self._sign(file)

    def release(self) -> None:
        """Gives the lock back; does nothing when it is not held."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.truncate(0)
            self._file.close()
            self._file = None

    def __enter__(self) -> PortLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @staticmethod
    def _sign(file: IO[str]) -> None:
        # Only for the message of the next one who asks: a full disk must not stop the run.
        with contextlib.suppress(OSError):
            file.truncate(0)
            json.dump(
                {
                    "pid": os.getpid(),
                    "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
                    "since": datetime.now().astimezone().isoformat(timespec="seconds"),
                },
                file,
            )
            file.flush()


def _runtime_directory() -> Path:
    import platformdirs

    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it warns and answers a directory of the user in /tmp: fine here.
        warnings.simplefilter("ignore")
        return Path(platformdirs.user_runtime_dir("camhil", appauthor=False))


def _read_holder(file: IO[str]) -> str:
    try:
        file.seek(0)
        facts = json.load(file)
        return f"process {facts['pid']} ({facts['command']}) since {facts['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
