"""Wrong use that is told before the first test."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from hil.board.opening import check_build
from hil.errors import InfrastructureError, UsageError
from hil.plugin.checks import BENCH, check_tests
from hil.run.options import RunOptions
from hil.samples.fixture_set import FixturePhoto
from hil.testing.tiny_model import tiny_model
from hil_lab.fakes.firmware_build import make_build


def test_a_model_that_the_oracle_refuses_is_told_before_the_tests(tmp_path: Path) -> None:
    model = tmp_path / "net.tflite"
    model.write_bytes(tiny_model())
    model.with_suffix(".toml").write_text("positive_class = 7\nthreshold_percent = 50\n")
    options = RunOptions(board="socket://lab:1", flash="never", network=model)
    check_tests([SimpleNamespace(fixturenames=["tmp_path"])], options)  # type: ignore[list-item]
    with pytest.raises(UsageError, match="positive_class 7 does not exist"):
        check_tests([asks_for("board")], options)


def asks_for(*fixtures: str) -> Any:
    return SimpleNamespace(fixturenames=[BENCH, *fixtures])


def test_pictures_that_cannot_be_used_are_one_error(tmp_path: Path) -> None:
    items = []
    for number, size in enumerate([(96, 96), (48, 96), (96, 48)]):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), np.zeros(size, np.uint8))
        params = {"photo": FixturePhoto(path.stem, path)}
        items.append(
            SimpleNamespace(fixturenames=["photo"], callspec=SimpleNamespace(params=params))
        )
    check_tests([*items, *items], RunOptions(photos=tmp_path, resize=True))  # type: ignore[list-item]
    with pytest.raises(UsageError, match="96x48 pixels, not 96x96; 1 more of 3 cannot be") as wrong:
        check_tests([*items, *items], RunOptions(photos=tmp_path))  # type: ignore[list-item]
    assert wrong.value.where == str(tmp_path / "1.png")


@pytest.mark.parametrize("spec", ["/dev/ttyUSB0", "rfc2217://lab:1", "socket://lab:1"])
def test_a_port_has_to_be_flashed_with_something(spec: str) -> None:
    with pytest.raises(UsageError, match="which firmware"):
        check_build(spec, None, "auto")
    check_build(spec, None, "never")
    check_build(spec, Path("build"), "auto")


def test_auto_needs_a_board_before_it_needs_a_build() -> None:
    with pytest.raises(InfrastructureError, match="no board found"):
        check_build("auto", None, "auto", lister=lambda: [])
    check_tests([asks_for("board")], RunOptions(board="sim"))


def test_a_network_that_the_build_does_not_have_is_told_where_it_is_not_flashed(
    tmp_path: Path,
) -> None:
    build = tmp_path / "build"
    make_build(build).write()
    model = tmp_path / "net.tflite"
    model.write_bytes(tiny_model(classes=3))
    options = RunOptions(firmware=build, flash="never", network=model)
    with pytest.raises(UsageError, match="the build has another model"):
        check_tests([asks_for("board")], options)
    check_tests([asks_for("board")], RunOptions(firmware=build, network=model))


def test_a_network_that_does_not_fit_into_its_partition_is_told_before_the_tests(
    tmp_path: Path,
) -> None:
    build = tmp_path / "build"
    make_build(build).write()
    model = tmp_path / "net.tflite"
    model.write_bytes(tiny_model() + bytes(4 << 20))
    with pytest.raises(UsageError, match="its partition 'model' has"):
        check_tests([asks_for("board")], RunOptions(firmware=build, network=model))


def test_hil_flash_is_not_told_to_do_without_flashing() -> None:
    with pytest.raises(UsageError, match="to be flashed") as wrong:
        check_build("/dev/ttyUSB0", None, "auto", to_flash=True)
    assert "never" not in wrong.value.hint


def test_a_recording_that_is_none_is_told_before_the_tests(tmp_path: Path) -> None:
    file = tmp_path / "talk.rec"
    file.write_bytes(b"not recorded")
    with pytest.raises(UsageError, match="not a recording"):
        RunOptions(board=f"replay:{file}").check()
