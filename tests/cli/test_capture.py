"""`hil capture`, on the simulated board with a camera that sees photographs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.images import load
from hil.samples.data import read_data
from hil.sim.camera import open_camera

PHOTOS = Path(__file__).parents[2] / "fixtures" / "photos"


def capture(folder: Path, *options: str) -> int:
    sees = ("--sim-camera", str(PHOTOS))
    return main(["capture", "--board", "sim", *sees, "--out", str(folder), *options])


def test_frames_become_a_data_set_that_goes_on_where_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n\nq\n\n"))  # three times Enter
    assert capture(folder, "--key", "--source", "hall") == ExitCode.PASSED
    said = capsys.readouterr().out
    assert "Enter takes a frame; q and Enter ends" in said
    assert "a frame: 160 x 120, gray, 19,200 bytes; on the line 0.21 s at 921,600 baud" in said
    assert f"3 frames kept in {folder / 'images'}: frame-00001.png to frame-00003.png" in said
    labels = folder / "labels.csv"
    assert f"to label: {labels}, column label: no person, person" in said
    assert said.endswith(f"then: hil evaluate --data {folder} --board sim\n")
    lines = [f"frame-0000{n}.png,,,hall" for n in (1, 2, 3)]
    assert labels.read_text().splitlines() == ["file,label,boxes,source", *lines]
    camera = open_camera(str(PHOTOS))
    shown = [camera.frames[at : at + 19_200] for at in range(0, camera.count * 19_200, 19_200)]
    pictures = [folder / "images" / f"frame-0000{n}.png" for n in (1, 2, 3)]
    turns = [shown.index(load(path, size=(120, 160)).pixels.tobytes()) for path in pictures]
    assert turns == [(turns[0] + n) % len(shown) for n in range(3)]

    labels.write_text(labels.read_text().replace("00001.png,,", "00001.png,1,"))
    band = ("--score", "68:100", "-n", "2", "--label", "person")
    assert capture(folder, *band) == ExitCode.PASSED
    said = capsys.readouterr().out
    assert f"{folder} has 3 samples: going on behind them" in said
    assert "frame-00004.png to frame-00005.png, of " in said
    assert labels.read_text().splitlines()[1].startswith("frame-00001.png,1,")
    text = labels.read_text().replace("00002.png,,", "00002.png,0,")
    labels.write_text(text.replace("00003.png,,", "00003.png,0,"))
    data = read_data(folder)
    assert [entry.label for entry in data.entries] == ["1", "0", "0", "person", "person"]
    assert data.notes == ()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("-n", "0"), "-n is 0"),
        (("--every", "-1"), "--every is -1"),
        (("--for", "nan"), "--for is nan"),
        (("--board", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_before_a_board_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    assert capture(tmp_path, *options) == ExitCode.USAGE
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("band", ["5", "60:40", "-1:5", "a:b", "0:101", "nan:nan"])
def test_a_band_that_is_none_is_refused(tmp_path: Path, band: str) -> None:
    with pytest.raises(SystemExit) as ended:
        capture(tmp_path, f"--score={band}")
    assert ended.value.code == ExitCode.USAGE


def test_what_would_come_after_the_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("hil.cli.capture.time.sleep", waited.append)
    assert capture(tmp_path, "--every", "3000", "--for", "2000") == ExitCode.PASSED
    assert [path.name for path in (tmp_path / "images").iterdir()] == ["frame-00001.png"]
    assert max(waited) < 1000
