"""The control socket's place: any path, also one that a dead board left its socket at."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hil.errors import InfrastructureError, UsageError
from hil.sim.unix_socket import address, listen

LONG = "a-folder-whose-name-alone-takes-more-than-half-of-what-a-unix-socket-may-have" * 2


@pytest.mark.parametrize("folder", ["short", LONG])
def test_a_client_reaches_a_socket_at_any_path(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "control.sock"
    path.parent.mkdir()
    with listen(path) as listener, socket.socket(socket.AF_UNIX) as client:
        with address(path) as short:
            client.connect(short)
        accepted, _ = listener.accept()
        accepted.close()
    assert path.is_socket()


@pytest.mark.parametrize("folder", ["short", LONG])
def test_a_socket_that_nobody_listens_at_is_taken_over(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "control.sock"
    path.parent.mkdir()
    listen(path).close()  # as a board that was killed leaves it
    with listen(path) as listener, socket.socket(socket.AF_UNIX) as client:
        with address(path) as short:
            client.connect(short)
        listener.accept()[0].close()


def test_a_socket_that_another_board_listens_at_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with listen(path), pytest.raises(InfrastructureError, match="another simulated board listens"):
        listen(path)
    assert path.is_socket()


def test_a_file_in_the_socket_s_place_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(UsageError, match="this is no socket"):
        listen(path)
    assert path.read_text() == "mine"
