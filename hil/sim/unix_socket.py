"""Addresses of Unix sockets, which the system allows 108 bytes for (104 on macOS)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hil.errors import InfrastructureError, UsageError

_LONGEST = 100


@contextmanager
def address(path: Path) -> Iterator[str]:
    """The path in a form that is short enough, while the context lasts.

    Raises InfrastructureError for a long path on a system without /proc.
    """
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        short = Path(f"/proc/self/fd/{folder}")
        if not short.exists():
            raise InfrastructureError(
                f"the path of the control socket has more than {_LONGEST} bytes",
                where=str(path),
                hint="let TMPDIR name a folder with a shorter path",
            )
        yield str(short / path.name)
    finally:
        os.close(folder)


def listen(path: Path) -> socket.socket:
    """A socket that listens at `path`, also where a dead process left its own.

    Raises UsageError for a path that is something else, InfrastructureError where somebody
    listens there, OSError where it cannot be made.
    """
    if path.exists() and not path.is_socket():
        raise UsageError(
            "this is no socket", where=str(path), hint="name another path for the control socket"
        )
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address(path) as short:
            if path.exists():
                _refuse_if_used(path, short)
                path.unlink(missing_ok=True)
            listener.bind(short)
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _refuse_if_used(path: Path, short: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(short)
        except ConnectionRefusedError:
            return
    raise InfrastructureError(
        "another simulated board listens at this control socket",
        where=str(path),
        hint="stop it, or name another path",
    )
