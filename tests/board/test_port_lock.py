"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hil.board.lock import PortLock, lock_key
from hil.errors import InfrastructureError

HOLD = """
import sys
from pathlib import Path
from hil.board.lock import PortLock
lock = PortLock(sys.argv[1], Path(sys.argv[2]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def hold(port: str, directory: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its stdin closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, port, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_holds_the_port(tmp_path: Path) -> None:
    holder = hold("/dev/ttyUSB0", tmp_path)
    with pytest.raises(InfrastructureError) as caught:
        PortLock("/dev/ttyUSB0", tmp_path).acquire()
    assert f"process {holder.pid}" in caught.value.message
    assert "-c /dev/ttyUSB0" in caught.value.message
    assert " since 20" in caught.value.message
    holder.communicate("")
    with PortLock("/dev/ttyUSB0", tmp_path):
        pass


def test_the_lock_of_a_killed_process_vanishes(tmp_path: Path) -> None:
    holder = hold("/dev/ttyUSB0", tmp_path)
    holder.kill()
    holder.communicate()
    with PortLock("/dev/ttyUSB0", tmp_path):
        pass


def test_two_boards_do_not_lock_each_other(tmp_path: Path) -> None:
    with PortLock("/dev/ttyUSB0", tmp_path), PortLock("/dev/ttyUSB1", tmp_path):
        pass


def test_a_link_and_its_device_are_one_board(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch()
    link = tmp_path / "by-id"
    link.symlink_to(device)
    with PortLock(str(device), tmp_path), pytest.raises(InfrastructureError, match="in use"):
        PortLock(str(link), tmp_path).acquire()


def test_a_lock_can_be_taken_again_after_release(tmp_path: Path) -> None:
    lock = PortLock("rfc2217://lab:4000", tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    lock.acquire()
    lock.release()


def test_urls_are_locked_as_written() -> None:
    assert lock_key("socket://lab:5555") == "socket://lab:5555"


def test_a_lock_directory_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError, match="cannot create the lock") as caught:
        PortLock("/dev/ttyUSB0", tmp_path / "file" / "locks").acquire()
    assert "XDG_RUNTIME_DIR" in caught.value.hint
