"""`--baseline save|compare[=NAME]`: one file a board, found again by the board."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from hil.errors import InfrastructureError, UsageError
from hil.facts.records import PartitionFacts
from hil.facts.run import Run
from hil.judge.baseline.files import find, path_of
from hil.judge.baseline.model import Outcome
from hil.judge.baseline.option import BaselineRequest, apply_baseline, parse_baseline
from hil.judge.baseline.setting import baseline_key
from hil_lab.fakes.recorded_run import BOARD, recorded_run

RUN = recorded_run(30)


def on(run: Run = RUN, **changes: Any) -> Run:
    """The run on a board that differs."""
    return dataclasses.replace(run, board=dataclasses.replace(BOARD, **changes))


def save(directory: Path, run: Run = RUN, name: str = "") -> Path:
    result = apply_baseline(BaselineRequest("save", name), run, directory)
    assert result.saved is not None
    return result.saved


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("save", BaselineRequest("save")),
        ("compare", BaselineRequest("compare")),
        ("save=v1.2", BaselineRequest("save", "v1.2")),
        ("compare=release_3-b", BaselineRequest("compare", "release_3-b")),
    ],
)
def test_save_and_compare_take_a_name(text: str, request_: BaselineRequest) -> None:
    assert parse_baseline(text) == request_


@pytest.mark.parametrize(
    "text", ["", "keep", "save=", "compare=a/b", "save=../x", "save=.hidden", "save=" + "a" * 65]
)
def test_other_values_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_baseline(text)


def test_a_key_is_a_file_name_of_target_engine_and_configuration() -> None:
    board = dataclasses.replace(BOARD, target="ESP32 Cam/v2", engine="esp-tflite-micro 1.4.0")
    assert re.fullmatch(r"esp32-cam-v2-esp-tflite-micro-[0-9a-f]{8}", baseline_key(board))


@pytest.mark.parametrize(
    "changes",
    [
        {"firmware_version": "2", "build_id": "00" * 32, "app_sha256": "00" * 32},
        {"model_sha256": "00" * 32},
        {"engine": BOARD.engine + " 2.0"},
        {"spec": "/dev/ttyUSB7", "baud": 115_200},
        {"capabilities": BOARD.capabilities[::-1]},
        {"partitions": (*BOARD.partitions[:3], PartitionFacts("m", 1, "model", 2_097_152))},
    ],
)
def test_a_key_does_not_change_with_versions_ports_or_order(changes: dict[str, Any]) -> None:
    assert baseline_key(dataclasses.replace(BOARD, **changes)) == baseline_key(BOARD)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "esp32s3"},
        {"chip": "esp32s3"},
        {"engine": "litert-reference"},
        {"arena_bytes": 98_304},
        {"capabilities": (*BOARD.capabilities, "camera")},
        {"partitions": (*BOARD.partitions[:3], PartitionFacts("m", 1, "model", 1_048_576))},
    ],
)
def test_a_key_changes_with_board_and_configuration(changes: dict[str, Any]) -> None:
    assert baseline_key(dataclasses.replace(BOARD, **changes)) != baseline_key(BOARD)


def test_what_was_saved_is_compared_with(tmp_path: Path) -> None:
    path = save(tmp_path)
    slower = recorded_run(30, slower=0.01)
    result = apply_baseline(parse_baseline("compare"), slower, tmp_path)
    assert result.saved is None
    assert result.comparison is not None
    assert result.comparison.before == path.name
    change = result.comparison.change("invoke_us")
    assert change is not None
    assert change.outcome is Outcome.WORSE


def test_names_keep_several_baselines_of_a_board_apart(tmp_path: Path) -> None:
    own, named = save(tmp_path), save(tmp_path, recorded_run(30, slower=0.02), "v1.2")
    assert own != named
    result = apply_baseline(parse_baseline("compare=v1.2"), RUN, tmp_path)
    assert result.comparison is not None
    assert result.comparison.change("invoke_us").outcome is Outcome.BETTER  # type: ignore[union-attr]


def test_without_a_baseline_the_hint_says_how_to_save_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        apply_baseline(parse_baseline("compare"), RUN, tmp_path)
    assert "--baseline save" in caught.value.hint
    save(tmp_path, name="other")
    with pytest.raises(UsageError) as caught:
        apply_baseline(parse_baseline("compare=v1"), RUN, tmp_path)
    assert "--baseline save=v1" in caught.value.hint
    assert "other.json" in caught.value.hint


def test_the_baseline_of_another_target_is_compared_with_and_nothing_is_comparable(
    tmp_path: Path,
) -> None:
    save(tmp_path)
    result = apply_baseline(parse_baseline("compare"), on(target="esp32s3"), tmp_path)
    assert result.comparison is not None
    assert {change.outcome for change in result.comparison.changes} == {Outcome.NOT_COMPARABLE}
    assert result.comparison.differences == ("target: esp32 -> esp32s3",)


def test_another_configuration_of_the_board_is_compared_with_before_another_board(
    tmp_path: Path,
) -> None:
    save(tmp_path, on(target="esp32s3"))
    smaller = save(tmp_path, on(arena_bytes=98_304))
    result = apply_baseline(parse_baseline("compare"), RUN, tmp_path)
    assert result.comparison is not None
    assert result.comparison.before == smaller.name
    assert result.comparison.differences == ("arena: 98304 bytes -> 131072 bytes",)


def test_among_equally_similar_boards_none_is_guessed(tmp_path: Path) -> None:
    for size in (65_536, 98_304):
        save(tmp_path, on(arena_bytes=size))
    with pytest.raises(UsageError, match="several") as caught:
        apply_baseline(parse_baseline("compare"), RUN, tmp_path)
    assert "--baseline save" in caught.value.hint


def test_the_own_baseline_comes_before_similar_ones(tmp_path: Path) -> None:
    save(tmp_path, on(arena_bytes=98_304))
    own = save(tmp_path)
    assert find(tmp_path, baseline_key(BOARD)) == own == path_of(tmp_path, baseline_key(BOARD))


def test_a_run_without_board_or_images_is_no_baseline(tmp_path: Path) -> None:
    for run in (dataclasses.replace(RUN, board=None), dataclasses.replace(RUN, images=())):
        with pytest.raises(UsageError):
            apply_baseline(parse_baseline("save"), run, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("outcome", ["infrastructure", "not run"])
def test_a_run_that_could_not_measure_everything_does_not_replace_a_baseline(
    tmp_path: Path, outcome: str
) -> None:
    before = save(tmp_path).read_bytes()
    lost = dataclasses.replace(RUN.tests[-1], outcome=outcome)
    incomplete = dataclasses.replace(RUN, tests=(*RUN.tests[:-1], lost))
    with pytest.raises(InfrastructureError, match="1 tests could not be measured"):
        save(tmp_path, incomplete)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]
