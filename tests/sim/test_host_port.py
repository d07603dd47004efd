"""The host's side of the UART: bytes arrive whatever the system takes at a time."""

from __future__ import annotations

import os

import pytest

from hil.sim.host_port import PtyPort
from hil.sim.loop import Loop


def test_writes_that_are_cut_short_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Loop()
    port = PtyPort(loop, lambda _data: None, 115200)
    host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    whole_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: whole_write(fd, data[:3]))
    payload = bytes(range(1, 200))
    port.write(payload)
    received = b""
    while len(received) < len(payload):
        received += os.read(host, 1000)
    assert received == payload
    port.close()
    os.close(host)
    loop.close()
