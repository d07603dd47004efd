"""What only a chip has, played by a test: figures, a camera and its failures, the clock."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hil.base.deadline import Deadline
from hil.errors import UsageError
from hil.run.options import RunOptions
from hil.sim.camera import open_camera
from hil.sim.chip import HOOK_ABORT, HOOK_NONE, Chip, Figures
from hil.wire.replies import HeapState, StackState

if TYPE_CHECKING:
    from tests.sim.conftest import Chip as FlashedChip
    from tests.sim.conftest import StartBench

WAIT_S = 20.0  # granted to what takes a fraction of it
PIXELS = 160 * 120


def picture(path: Path, pixels: Any) -> Path:
    import cv2

    assert cv2.imwrite(str(path), pixels)
    return path


def wait_until(holds: Callable[[], bool], what: str) -> None:
    limit = Deadline.after(WAIT_S)
    while not holds():
        assert not limit.expired(), f"never came: {what}"
        time.sleep(0.002)


# ---- the camera's pictures -------------------------------------------------------


def test_the_camera_shows_the_pictures_of_a_folder_by_name_in_both_formats(tmp_path: Path) -> None:
    red_then_black = np.zeros((120, 160, 3), np.uint8)
    red_then_black[:, :80] = (0, 0, 255)  # OpenCV's order: blue, green, red
    picture(tmp_path / "b.png", red_then_black)
    picture(tmp_path / "a.png", np.full((120, 160), 77, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    camera = open_camera(str(tmp_path))
    gray, colour = camera.frames[: 2 * PIXELS], camera.frames[2 * PIXELS :]
    assert camera.count == 2
    assert len(colour) == 2 * PIXELS * 2
    assert gray[:PIXELS] == bytes([77]) * PIXELS
    # 77 is 01001 in the upper five bits, 010011 in the upper six: 01001 010011 01001.
    assert colour[:2] == bytes([0b01001010, 0b01101001])
    assert gray[PIXELS : PIXELS + 160] == bytes([76] * 80 + [0] * 80)  # 0.299 * 255, BT.601
    assert colour[2 * PIXELS : 2 * PIXELS + 2] == bytes([0b11111000, 0])


def test_the_camera_shows_files_in_their_order(tmp_path: Path) -> None:
    files = [
        picture(tmp_path / f"{name}.png", np.full((120, 160), value, np.uint8))
        for name, value in (("b", 2), ("a", 1))
    ]
    assert open_camera([str(file) for file in files]).frames[::PIXELS][:2] == bytes([2, 1])


def test_the_camera_shows_a_video(tmp_path: Path) -> None:
    import cv2

    film = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(film, cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for level in (10, 100, 200):
        writer.write(np.full((240, 320, 3), level, np.uint8))
    writer.release()
    camera = open_camera(film)
    assert camera.count == 3
    assert np.allclose([*camera.frames[: 3 * PIXELS : PIXELS]], [10, 100, 200], atol=3)  # JPEG


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no video")
    with pytest.raises(UsageError, match="no frame can be read"):
        open_camera(str(tmp_path / "film.mp4"))


@pytest.mark.parametrize(
    ("pictures", "period_s", "says"),
    [
        ("nowhere", 0.04, "there is no folder"),
        ([], 0.04, "0 pictures"),
        ("synthetic", -1.0, "frames every -1 s"),
        ("synthetic", float("nan"), "frames every nan s"),
    ],
)
def test_a_camera_without_pictures_is_refused(pictures: Any, period_s: float, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        open_camera(pictures, period_s)


def test_the_option_of_a_run_is_checked_before_the_board_is_started(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="0 pictures") as refused:
        RunOptions(sim_camera=tmp_path).check()
    assert refused.value.where == "--sim-camera"


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(UsageError, match="not a picture"):
        open_camera(str(tmp_path))


# ---- figures ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"heap": [1, 2]},
        {"heap": [1, 2, -3]},
        {"psram": [1, 2, 1 << 32]},
        {"cycles_per_us": -1},
        {"stacks": [["task", 1]] * 5},
        {"stacks": [["", 1]]},
        {"stacks": [["seventeen letters", 1]]},
        {"stacks": [["t\u00e4sk", 1]]},
        {"stack": []},
    ],
)
def test_figures_that_a_board_cannot_report_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Figures.from_json(values)


def test_a_start_begins_anew_what_the_firmware_did_and_keeps_what_was_chosen() -> None:
    chip = Chip(mmap.mmap(-1, mmap.PAGESIZE))
    chip.set_figures(Figures(cycles_per_us=240))
    chip.fail_camera("late", 3)
    chip.hook = HOOK_ABORT
    chip.skip(5.0)
    chip.begin()
    assert chip.hook == HOOK_NONE
    assert chip.baud == 0
    words = chip._words
    assert (words.skipped_us, words.cycles_per_us, words.camera_faults) == (0, 240, 3)
    assert set(chip.counts().values()) == {0}


@pytest.mark.parametrize(
    "ask",
    [
        lambda chip: chip.skip(-1.0),
        lambda chip: chip.skip(1e9),
        lambda chip: chip.fail_camera("tired", 1),
        lambda chip: chip.fail_camera("late", -1),
    ],
)
def test_a_clock_that_goes_back_and_unknown_failures_are_refused(
    ask: Callable[[Chip], None],
) -> None:
    with pytest.raises(UsageError):
        ask(Chip(mmap.mmap(-1, mmap.PAGESIZE)))


# ---- on the board ----------------------------------------------------------------


def test_the_board_reports_the_figures_that_were_chosen_and_no_others(
    chip: FlashedChip, bench: StartBench
) -> None:
    made = bench(chip(), start="app")
    assert not made.connect().capabilities.cycles
    bare = made.channel.memory(Deadline.after(WAIT_S))
    assert (bare.heap, bare.psram, bare.stacks) == (None, None, ())
    made.board.figures(Figures(240, (30, 20, 10), None, (("inference", 1234),)))
    told = made.channel.memory(Deadline.after(WAIT_S))
    assert told.heap == HeapState(30, 20, 10)
    assert told.psram is None
    assert told.stacks == (StackState("inference", 1234),)
    assert made.infer().result.invoke_cycles is None  # a counter does not appear while it runs
    made.board.reset()
    assert made.connect().capabilities.cycles
    assert made.infer().result.invoke_cycles is not None


def test_a_camera_comes_and_goes_with_a_start(chip: FlashedChip, bench: StartBench) -> None:
    made = bench(chip(), camera="synthetic")
    made.board.power(True)
    made.wait_for("samples come from the camera until a host says hello")
    assert made.connect().capabilities.camera
    made.board.camera(None)
    made.board.reset()
    made.wait_for("no camera: samples come from a host")
    assert not made.connect().capabilities.camera


def test_frames_are_not_taken_faster_than_the_camera_gives_them(
    chip: FlashedChip, bench: StartBench
) -> None:
    made = bench(chip())
    made.board.camera("synthetic", period_s=60.0)
    made.board.power(True)
    made.wait_for("until a host says hello")
    wait_until(lambda: made.board.status()["captures"] == 0, "no frame yet")
    made.board.skip(61.0)
    wait_until(lambda: made.board.status()["captures"] == 1, "the first frame")


def test_an_unknown_picture_is_told_and_the_board_goes_on(
    chip: FlashedChip, bench: StartBench
) -> None:
    made = bench(chip(), start="app")
    with pytest.raises(UsageError, match="there is no folder"):
        made.board.camera("nowhere")
    with pytest.raises(UsageError, match="the clock at 0 times"):
        made.board.hurry(0.0)
    assert not made.connect().capabilities.camera


def test_a_clock_in_a_hurry_is_as_usual_after_the_next_start(
    chip: FlashedChip, bench: StartBench
) -> None:
    made = bench(chip(), start="app")
    made.connect()
    made.board.hurry(1000.0)
    wait_until(lambda: made.infer().result.finished_us > 60_000_000, "a minute of the board's")
    made.board.reset()
    made.connect()
    assert made.infer().result.finished_us < WAIT_S * 1e6
