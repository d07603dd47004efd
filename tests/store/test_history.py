"""`hil history`: lists, trends, and their steps."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.run import Run
from hil.judge.baseline.setting import baseline_key
from hil.store.chart import ASCII, chart, glyphs, sparkline
from hil.store.series import Series, series_of
from hil.store.store import Store
from hil_lab.fakes.recorded_run import BOARD, recorded_run, write_run

RUNS = 16
STEP_AT = 10


def run_of_day(day: int, **board: Any) -> Run:
    """The inference takes 2 % longer from the tenth day on."""
    run = recorded_run(3, seed=day, slower=0.02 if day >= STEP_AT else 0.0)
    # The same photographs every day.
    images = tuple(
        dataclasses.replace(image, facts=dataclasses.replace(image.facts, image_crc=n))
        for n, image in enumerate(run.images)
    )
    header = dataclasses.replace(run.header, started=f"2026-03-{day + 1:02}T04:05:06+00:00")
    return dataclasses.replace(
        run, header=header, images=images, board=dataclasses.replace(BOARD, **board)
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store(tmp_path / "history.sqlite3") as store:
        for day in range(RUNS):
            store.add_run(run_of_day(day))
    return tmp_path / "history.sqlite3"


def history(path: Path, *arguments: str) -> int:
    return main(["history", *arguments, "--store", str(path)])


def series(path: Path, metric: str = "invoke_us") -> Series:
    with Store(path) as store:
        return series_of(metric, store.runs(), store.figures(metric))[-1]


def test_a_step_is_found_and_named_by_its_run(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert history(path, "invoke_us") == ExitCode.PASSED
    said = capsys.readouterr().out
    assert f"runs: {RUNS}, steps: 1" in said
    assert "step: +2.0" in said
    assert "2026-03-11 04:05" in said  # day 10
    assert said.count("●") == RUNS


def test_runs_and_trends_are_listed_by_board(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(path) as store:
        store.add_run(run_of_day(20, target="esp32s3"))
    assert history(path) == ExitCode.PASSED
    said = capsys.readouterr().out
    assert said.index(baseline_key(BOARD)) < said.index("esp32s3-tflite-micro-")
    assert said.count("2026-03-") >= RUNS + 1
    for metric in ("invoke_us", "arena_used_bytes", "accuracy"):
        assert metric in said
    history(path, "--board", "esp32s3")
    assert baseline_key(BOARD) not in capsys.readouterr().out


def test_old_runs_are_left_out_of_the_list_but_counted(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history(path, "--last", "3")
    said = capsys.readouterr().out
    assert f"{RUNS - 3} older runs" in said
    assert "2026-03-16 04:05" in said
    assert "2026-03-13 04:05" not in said


def test_run_files_and_other_stores_are_taken_in(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path / "facts.jsonl", run_of_day(25))
    replay = write_run(tmp_path / "replay.jsonl", run_of_day(26, spec="replay:talk.rec"))
    new = tmp_path / "new.sqlite3"
    words = ("--import", str(file), str(replay), "--merge", str(path))
    assert history(new, *words) == ExitCode.PASSED
    said = capsys.readouterr().out
    assert f"{file}: added" in said
    assert f"{replay}: not added: a replay of talk.rec is no run of its own" in said
    assert f"{RUNS} added, 0 there already" in said
    with Store(new) as store:
        assert len(store.runs()) == RUNS + 1


def test_what_is_not_comparable_is_a_series_of_its_own(path: Path) -> None:
    with Store(path) as store:
        for day in (20, 21):
            store.add_run(run_of_day(day, model_sha256="ff" * 32))
        found = series_of("invoke_us", store.runs(), store.figures("invoke_us"))
        rates = series_of("accuracy", store.runs(), store.figures("accuracy"))
    assert [len(one.values) for one in found] == [RUNS, 2]
    assert "model ffffffff" in found[-1].label
    assert [len(one.values) for one in rates] == [RUNS + 2]  # models are compared by them


def test_the_series_with_the_newest_run_is_last(path: Path) -> None:
    with Store(path) as store:
        store.add_run(run_of_day(20, model_sha256="ff" * 32))
        store.add_run(run_of_day(21))
        found = series_of("invoke_us", store.runs(), store.figures("invoke_us"))
    assert [len(one.values) for one in found] == [1, RUNS + 1]


def test_memory_steps_with_every_byte(path: Path) -> None:
    with Store(path) as store:
        run = run_of_day(22)
        images = tuple(
            dataclasses.replace(i, memory=dataclasses.replace(i.memory, arena_used_bytes=77_217))
            for i in run.images
        )
        store.add_run(dataclasses.replace(run, images=images))
    (step,) = series(path, "arena_used_bytes").steps
    assert (step.index, step.before, step.after) == (RUNS, 77_216, 77_217)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["invoke_uss"], "invoke_us"),
        (["--png", "out.png"], "hil history invoke_us --png FILE"),
        (["--last", "0"], "--last"),
    ],
)
def test_what_cannot_be_shown_is_a_usage_error(
    path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = history(path, *arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_a_store_that_is_not_there_is_not_made_by_looking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.sqlite3"
    assert history(missing) == ExitCode.USAGE
    assert "--import" in capsys.readouterr().err
    assert not missing.exists()


def test_the_first_look_says_how_to_add_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["history"]) == ExitCode.PASSED
    assert "hil history --import RUN" in capsys.readouterr().out


def test_a_trend_is_drawn_as_a_picture(path: Path, tmp_path: Path) -> None:
    import cv2

    picture = tmp_path / "new" / "trend.png"
    assert history(path, "invoke_us", "--png", str(picture)) == ExitCode.PASSED
    pixels = cv2.imread(str(picture))
    assert pixels.shape == (400, 1000, 3)
    # The step's line is the only red.
    red = (pixels[:, :, 2] > 180) & (pixels[:, :, 1] < 80)
    assert red.any()


def test_a_chart_fits_its_width_and_marks_the_step(path: Path) -> None:
    found = series(path)
    for width in (40, 80, 200):
        lines = chart(found, width)
        assert max(map(len, lines)) <= width
        assert any("┊" in line for line in lines)
        assert sum(line.count("▲") for line in lines) == 1


def test_a_chart_of_equal_values_is_one_row(path: Path) -> None:
    lines = chart(series(path, "app_bytes"), 80)
    assert len(lines) == 2  # the points and the dates
    assert "412,640 B" in lines[0]


def test_a_chart_of_many_runs_shares_columns(path: Path) -> None:
    found = series(path)
    many = dataclasses.replace(found, runs=found.runs * 50, figures=found.figures * 50, steps=())
    assert max(map(len, chart(many, 60))) <= 60


def test_a_sparkline_goes_from_the_smallest_to_the_largest() -> None:
    assert sparkline([1, 8, 4.5], 10) == "▁█▅"
    assert len(sparkline(list(range(100)), 10)) == 10
    assert len(set(sparkline([3, 3, 3], 10))) == 1


def test_a_terminal_without_unicode_gets_ascii(path: Path) -> None:
    assert glyphs("ascii") is glyphs("latin-1") is ASCII
    text = "\n".join(chart(series(path), 80, using=ASCII))
    assert text.isascii()
