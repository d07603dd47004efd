"""`hil flash --release`: from a server on loopback onto a board."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil import __version__
from hil.board.release import SUMS
from hil.board.sim import SimAdapter
from hil.cli import main
from hil.errors import ExitCode
from hil.sim import firmware
from hil.sim.process import SimOptions
from hil_lab.fakes.file_server import FileServer
from release.firmware import pack


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A release of this version, with an empty cache; its firmware is one that a host can run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with FileServer() as running:
        monkeypatch.setenv("CAMHIL_RELEASE_URL", running.url)
        yield running


def test_the_release_of_this_version_is_flashed_and_answers(
    server: FileServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = SimAdapter(SimOptions(flash_file=tmp_path / "erased.bin"))
    monkeypatch.setattr("hil.board.opening.find_adapter", lambda *_: board)
    build = tmp_path / "build"
    shutil.copytree(firmware.build(), build, ignore=shutil.ignore_patterns("host"))
    (build / "camhil.elf").write_bytes(b"\x7fELF")
    archive = pack(build, tmp_path / "assets")
    place = f"/download/v{__version__}"
    server.files[f"{place}/{archive.name}"] = archive.read_bytes()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    server.files[f"{place}/{SUMS}"] = f"{digest}  {archive.name}\n".encode()
    assert main(["flash", "--release", "--board", "/dev/ttyUSB0"]) == ExitCode.PASSED
    said = capsys.readouterr().out
    assert f"--firmware {tmp_path / 'cache' / 'camhil' / 'releases'}" in said
    assert f"The board answers: sim, firmware {__version__}" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--release", "--board", "sim"], "a release holds firmware for chips"),
        (["--release", "--firmware", "build"], "there are two firmwares to flash"),
        (["--chip", "esp32"], "none is asked for"),
        (["--release-url", "https://a.invalid"], "none is asked for"),
        (["--release", "latest"], "'latest' is not the name of a release"),
        (["--release", "v9.9.9", "--release-url", "ftp://a.invalid"], "nothing is fetched from"),
        (["--release", "v9.9.9"], "there is no release v9.9.9"),
    ],
)
def test_wrong_use_is_told_before_a_board_is_looked_for(
    server: FileServer, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flash", *words]) == ExitCode.USAGE
    assert message in capsys.readouterr().err
