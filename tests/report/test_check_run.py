"""A check run for GitHub, and Bencher's metric format: what their documentation asks for."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hil.cli import main
from hil.errors import UsageError
from hil.facts.run import Run
from hil.judge.gates.load import load_gates
from hil.judge.judged import judge_recorded
from hil.judge.two_runs import two_runs
from hil.report.bencher import bencher_json
from hil.report.check_run import of_run, of_two_runs
from hil_lab.fakes.recorded_run import recorded_run, write_run

RUN = recorded_run(8, traced=False)


def check_run(
    run: Run, limits: Path | None = None, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    from hil.judge.gates.run import judge_run_gates

    verdict = None if limits is None else judge_run_gates(run, load_gates(limits))
    found = json.loads(of_run(judge_recorded(run), verdict, environment=environment or {}))
    assert isinstance(found, dict)
    return found


def test_a_check_run_has_what_github_asks_for() -> None:
    found = check_run(recorded_run(8, faults={2: "cam"}), environment={"GITHUB_SHA": "ab" * 20})
    assert (found["name"], found["head_sha"], found["status"]) == ("camhil", "ab" * 20, "completed")
    assert found["conclusion"] == "failure"
    output = found["output"]
    assert output["title"].startswith("FAILED: 1 test failed")
    assert len(output["summary"]) <= 65_535
    keys = {"path", "start_line", "end_line", "annotation_level", "title", "message"}
    assert all(set(note) == keys for note in output["annotations"])
    assert output["annotations"][-1]["path"] == "suite/test_photos.py"


def test_only_what_passed_is_a_success(tmp_path: Path) -> None:
    assert check_run(RUN)["conclusion"] == "success"
    unmeasured = tmp_path / "gates.toml"
    unmeasured.write_text('[[gate]]\nmetric = "thorough"\nmin = 1\n')
    # Not "neutral": a protected branch would let that through.
    assert check_run(RUN, unmeasured)["conclusion"] == "failure"
    assert check_run(dataclasses.replace(RUN, end=None))["conclusion"] == "failure"


def test_a_gate_is_annotated_at_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("limits").mkdir()
    Path("limits/gates.toml").write_text('# why\n\n[[gate]]\nmetric = "app_bytes"\nmax = 1\n')
    for file in ("limits/gates.toml", str(tmp_path / "limits" / "gates.toml")):
        (note,) = check_run(RUN, Path(file))["output"]["annotations"]
        assert (note["path"], note["start_line"]) == ("limits/gates.toml", 3)
        assert note["annotation_level"] == "failure"


def test_an_installed_suite_is_annotated_by_its_own_name() -> None:
    where = "../venv/lib/python3.12/site-packages/hil/suite/test_photos.py::test_answer[a]"
    test = dataclasses.replace(RUN.tests[0], test=where, outcome="failed", message="E  no")
    found = check_run(dataclasses.replace(RUN, tests=(test,)))
    assert found["output"]["annotations"][0]["path"] == "hil/suite/test_photos.py"


def test_no_request_has_more_annotations_than_github_takes() -> None:
    tests = tuple(
        dataclasses.replace(RUN.tests[0], test=f"test_a.py::test_{n}", outcome="failed")
        for n in range(60)
    )
    output = check_run(dataclasses.replace(RUN, tests=tests))["output"]
    assert len(output["annotations"]) == 50
    assert "10 more annotations are left out" in output["summary"]


def test_the_commit_of_a_pull_request_is_its_own_and_not_that_of_the_merge(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": "cd" * 20}}}))
    merge = {"GITHUB_SHA": "ab" * 20, "GITHUB_EVENT_PATH": str(event)}
    assert check_run(RUN, environment=merge)["head_sha"] == "cd" * 20
    event.write_text("{}")
    assert check_run(RUN, environment=merge)["head_sha"] == "ab" * 20
    assert "head_sha" not in check_run(RUN)


def test_the_check_run_of_a_comparison_fails_by_either_run() -> None:
    sides = [judge_recorded(run) for run in (RUN, recorded_run(8, faults={2: "score"}))]
    worse = json.loads(of_two_runs(two_runs(("a", sides[0]), ("b", sides[1])), environment={}))
    assert worse["conclusion"] == "failure"
    assert worse["output"]["title"].startswith("FAILED; WORSE: 1 test")
    # No worse than before, and wrong all the same.
    still = two_runs(("a", sides[1]), ("b", judge_recorded(recorded_run(9, faults={2: "score"}))))
    assert json.loads(of_two_runs(still, environment={}))["conclusion"] == "failure"


def test_bencher_gets_values_with_their_intervals() -> None:
    found = json.loads(bencher_json(RUN))
    times = sorted(image.times.invoke_us for image in RUN.images)
    board = next(iter(found))
    assert board.startswith("esp32-tflite-micro-")
    median = found[board]["invoke-us"]
    assert median["value"] == (times[3] + times[4]) / 2
    assert median["lower_value"] <= median["value"] <= median["upper_value"]
    assert found[board]["arena-used-bytes"] == {"value": 77_216}
    assert found[f"{board} uart"] == {"stack-unused-bytes": {"value": 1_880}}
    for measures in found.values():
        for slug, metric in measures.items():
            assert len(slug) <= 64
            assert set(metric) <= {"value", "lower_value", "upper_value"}
            assert all(math.isfinite(number) for number in metric.values())


def test_a_run_without_a_board_has_nothing_for_bencher() -> None:
    with pytest.raises(UsageError, match="which board"):
        bencher_json(dataclasses.replace(RUN, board=None))


def test_the_report_command_writes_both_and_no_page(tmp_path: Path) -> None:
    run = write_run(tmp_path / "facts.jsonl", RUN)
    check, metrics = tmp_path / "check.json", tmp_path / "bmf.json"
    words = ["report", str(run), "--check-run", str(check), "--bencher", str(metrics)]
    assert main(words) == 0
    assert json.loads(check.read_text(encoding="utf-8"))["conclusion"] == "success"
    assert json.loads(metrics.read_text(encoding="utf-8"))
    assert not run.with_suffix(".html").exists()
