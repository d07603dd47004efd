"""What `hil live` takes of a core while a browser shows its frames, and another one stalls."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result

FPS = 5
FRAMES = 100
WARM = 10


def run() -> Iterator[Result]:
    command = [sys.executable, "-m", "hil", "live", "--board", "sim", "--port", "0"]
    process = subprocess.Popen([*command, "--fps", str(FPS)], stdout=subprocess.PIPE, text=True)
    try:
        port = _port(process)
        with socket.create_connection(("127.0.0.1", port)) as stalled:  # asks, and never reads
            for _ in range(WARM):
                stalled.sendall(f"GET /look HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            version, number = _frames(port, WARM, 0, 0)
            started, before = time.perf_counter(), _cpu_s(process.pid)
            _, last = _frames(port, FRAMES, version, number)
            seconds, used = time.perf_counter() - started, _cpu_s(process.pid) - before
    finally:
        process.kill()
        process.wait()
    rate = (last - number) / seconds
    yield Result(
        "hil live, share of a core",
        used / seconds,
        "at most",
        0.1,
        f"{rate:.1f} frames a second shown, of {FPS}, one browser and one that stalls",
    )


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise RuntimeError(f"hil live ended with {process.wait()}")


def _frames(port: int, count: int, version: int, number: int) -> tuple[int, int]:
    """Asks as the page does, until so many frames more are there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    wanted = number + count
    while number < wanted:
        connection.request("GET", f"/look?version={version}&number={number}")
        found = json.loads(connection.getresponse().read())
        version = found["version"]
        if found["moment"] is not None:
            number = found["moment"]["number"]
    connection.close()
    return version, number


def _cpu_s(pid: int) -> float:
    """Of the process alone, user and system; its simulated board is another one."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
