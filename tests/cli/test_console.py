"""What commands print: nothing that people copy is wrapped, cut or changed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hil.cli import main
from hil.cli.console import dimly, make_console, print_facts
from hil_lab.fakes.recorded_run import recorded_run, write_run

LONG = "/home/somebody/" + "a-long-folder-name/" * 8 + "photo[red]:b:.png"


@pytest.mark.parametrize("width", [20, 80, 200])
def test_a_text_is_one_line_at_every_width(width: int) -> None:
    out = io.StringIO()
    console = make_console(file=out, width=width)
    dimly(console)(f"drawn: {LONG}")
    console.print(f"drawn: {LONG}", markup=False)
    print_facts(console, [("[bold]model[/]", LONG.replace("[", r"\[")), ("id", "7")])
    assert out.getvalue().splitlines() == [
        f"drawn: {LONG}",
        f"drawn: {LONG}",
        f"model  {LONG}",
        "id     7",
    ]


def test_numbers_are_in_line_at_their_right() -> None:
    out = io.StringIO()
    rows = [("metric", "now", "step"), ("a", "1,000 B", "none")]
    print_facts(make_console(file=out, width=10), rows, right=(1,))
    assert out.getvalue().splitlines() == ["metric      now  step", "a       1,000 B  none"]


@pytest.mark.parametrize("columns", ["20", "300"])
def test_a_run_with_a_long_path_is_named_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    run = write_run(tmp_path / ("a-long-name-" * 15) / "[bold]run.jsonl", recorded_run(2))
    assert main(["history", "--store", str(tmp_path / "s.sqlite3"), "--import", str(run)]) == 0
    assert f"{run}: added" in capsys.readouterr().out.splitlines()
