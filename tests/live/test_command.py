"""`hil live` and `hil label` as a user starts and ends them."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.testing.zoo import network
from tests.ctrl_c import HIL

from .asking import ask

_SAYS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command, and the port that it says; ended if a test does not."""
    command = [sys.executable, *HIL, *arguments, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := _SAYS.search(line):
                yield process, int(found[1])
                return
        raise AssertionError(f"it ended with {process.wait()}")
    finally:
        process.kill()
        process.wait()


def end(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    return process.wait(60)


def test_the_simulated_board_is_looked_through_until_ctrl_c(tmp_path: Path) -> None:
    for level in (0, 255):
        picture = np.full((120, 160), level, np.uint8)
        cv2.imwrite(str(tmp_path / f"{level}.png"), picture)
    with started("live", "--board", "sim", "--sim-camera", str(tmp_path)) as (process, port):
        version = 0
        while True:
            found = json.loads(ask(port, f"/look?version={version}")[2])
            version = found["version"]
            if len({tuple(point[2]) for point in found["points"]}) > 1:
                break
        moment = found["moment"]
        assert moment["names"] == ["no person", "person"]
        assert sum(moment["values"]) == pytest.approx(100, abs=1)
        assert moment["region"] == [20, 0, 120, 120]
        assert np.shape(moment["map"]) == (6, 6)
        # The frame crosses the line once: it is not sent back.
        assert 120 * 160 < moment["frameBytes"] < 1.2 * 120 * 160
        assert end(process) == ExitCode.PASSED


def test_labels_are_given_until_ctrl_c(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((4, 4), np.uint8))
    with started("label", str(tmp_path), "--classes", "cat") as (process, port):
        state = json.loads(ask(port, "/state")[2])
        body = json.dumps({"stamp": state["stamp"], "file": "a.png", "label": "cat"})
        assert ask(port, "/label", "POST", body, Content_Type="application/json")[0] == 200
        assert end(process) == ExitCode.PASSED
        assert process.stdout is not None
        assert "1 of 1 pictures have a label" in process.stdout.read()


def test_a_network_without_a_picture_is_refused_before_a_board_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ends.tflite"
    file.write_bytes(network("ends"))
    code = main(["live", "--board", "/dev/nowhere", "--network", str(file)])
    assert code == ExitCode.USAGE
    assert "takes no picture" in capsys.readouterr().err


def test_a_port_that_is_taken_is_refused_before_a_board_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = main(["live", "--board", "/dev/nowhere", "--port", port])
    assert code == ExitCode.USAGE
    assert f"port {port} of this machine is taken" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--port", "x"], ["--port", "65536"], ["--fps", "0"]])
def test_numbers_that_cannot_be_are_refused(option: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["live", *option])
    assert ended.value.code == ExitCode.USAGE
