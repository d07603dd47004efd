"""`hil report`."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil_lab.fakes.recorded_run import recorded_run, write_run


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return write_run(tmp_path / "facts.jsonl", recorded_run(6, faults={2: "location"}))


def test_the_page_lies_beside_the_run(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run_file)]) == ExitCode.PASSED
    page = run_file.with_suffix(".html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "FAILED" in capsys.readouterr().out


def test_a_directory_stands_for_its_run_file(run_file: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    assert main(["report", str(run_file.parent), "-o", str(page)]) == ExitCode.PASSED
    assert page.exists()


def test_with_markdown_alone_no_page_is_written(run_file: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    assert main(["report", str(run_file), "--markdown", str(summary)]) == ExitCode.PASSED
    assert summary.read_text(encoding="utf-8").startswith("## ")
    assert not run_file.with_suffix(".html").exists()


def test_gates_and_another_run_come_into_the_page(run_file: Path, tmp_path: Path) -> None:
    other = write_run(tmp_path / "other.jsonl", recorded_run(6))
    gates = tmp_path / "gates.toml"
    gates.write_text('[[gate]]\nmetric = "locations_differing"\nmax = 0\n')
    page = tmp_path / "page.html"
    words = ["report", str(run_file), "--against", str(other), "--gates", str(gates)]
    assert main([*words, "-o", str(page)]) == ExitCode.PASSED
    text = page.read_text(encoding="utf-8")
    assert "DO NOT SHIP" in text
    assert "against baseline" in text
    assert 'id="changes"' in text


def test_other_tolerances_judge_the_images_again(run_file: Path, tmp_path: Path) -> None:
    limits = tmp_path / "tolerances.toml"
    limits.write_text("location_margin = 1.0\n")
    page = tmp_path / "page.html"
    words = ["report", str(run_file), "--tolerances", str(limits), "-o", str(page)]
    assert main(words) == ExitCode.PASSED
    # The location is tolerated now; that it is not the maximum of the board's own map is not.
    assert "wrong: own map" in page.read_text(encoding="utf-8")


def test_a_run_is_never_overwritten(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = run_file.read_bytes()
    assert main(["report", str(run_file), "-o", str(run_file)]) == ExitCode.USAGE
    assert run_file.read_bytes() == before
    assert "overwrite" in capsys.readouterr().err


def test_two_reports_need_two_names(run_file: Path, tmp_path: Path) -> None:
    same = str(tmp_path / "same")
    words = ["report", str(run_file), "-o", same, "--markdown", same]
    assert main(words) == ExitCode.USAGE


def test_a_damaged_run_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text("{}\n")
    assert main(["report", str(file)]) == ExitCode.USAGE
    assert "line 1" in capsys.readouterr().err
    assert not file.with_suffix(".html").exists()


def test_a_page_that_cannot_be_written_is_an_infrastructure_error(
    run_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = run_file / "below" / "page.html"
    assert main(["report", str(run_file), "-o", str(blocked)]) == ExitCode.INFRASTRUCTURE
    assert "cannot write" in capsys.readouterr().err
    assert list(run_file.parent.glob(".*")) == []


def test_the_page_holds_its_run_file_and_is_made_again_of_it(
    run_file: Path, tmp_path: Path
) -> None:
    taken = tmp_path / "taken" / "facts.jsonl.gz"
    taken.parent.mkdir()
    taken.write_bytes(gzip.compress(run_file.read_bytes(), 9, mtime=0))
    assert main(["report", str(run_file)]) == ExitCode.PASSED
    assert main(["report", str(taken)]) == ExitCode.PASSED
    first, again = (
        path.read_text("utf-8")
        for path in (run_file.with_suffix(".html"), taken.with_name("facts.html"))
    )
    held = first[first.index("data:application/gzip") :].partition('"')[0]
    assert held in again


def test_the_run_file_can_be_left_out(run_file: Path) -> None:
    assert main(["report", str(run_file), "--without-facts"]) == ExitCode.PASSED
    assert "data:application/gzip" not in run_file.with_suffix(".html").read_text("utf-8")


def test_a_damaged_compressed_run_is_a_usage_error(
    run_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = run_file.with_name("cut.jsonl.gz")
    cut.write_bytes(gzip.compress(run_file.read_bytes())[:-200])
    assert main(["report", str(cut)]) == ExitCode.USAGE
    assert "cannot read the run" in capsys.readouterr().err
