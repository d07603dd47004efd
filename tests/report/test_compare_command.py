"""`hil compare`: on a terminal, as a comment, as JSON, with pictures."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.origin import OriginRecord
from hil.judge.judged import judge_recorded
from hil.judge.two_runs import TwoRuns
from hil.report.page.page import render
from hil.report.two_runs.lines import two_runs_lines
from hil.report.two_runs.markdown import two_runs_markdown
from hil_lab.fakes.recorded_run import BOARD, recorded_run, write_run
from tests.judge.test_two_runs import held, later

BEFORE = recorded_run(8)
WORSE = later(recorded_run(8, faults={2: "score", 5: "location"}, slower=0.05))
PLAIN = dataclasses.replace(BEFORE, traces=())
"""Without operators, which take time."""


@pytest.fixture(scope="module")
def found() -> TwoRuns:
    return held(BEFORE, WORSE)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """An earlier run, and one with two wrong images; without traces, which take time."""
    runs = {"a.jsonl": BEFORE, "b.jsonl": WORSE}
    before, now = (
        write_run(tmp_path / name, dataclasses.replace(run, traces=()))
        for name, run in runs.items()
    )
    return str(before), str(now)


def test_the_last_line_on_the_terminal_is_the_answer(found: TwoRuns) -> None:
    texts = [line.text for line in two_runs_lines(found)]
    assert texts[0].startswith("before a.jsonl: PASSED")
    assert texts[1].startswith("now    b.jsonl: FAILED")
    assert texts[-1].startswith("WORSE: 2 tests; worse without a gate on it: invoke_us, ")


def test_tables_on_the_terminal_fit_eighty_columns(found: TwoRuns) -> None:
    table = [line.text for line in two_runs_lines(found) if line.text.startswith(" ")]
    assert len(table) > 10
    assert max(map(len, table)) <= 80


def test_operators_that_all_changed_are_told_in_four_lines(found: TwoRuns) -> None:
    texts = [line.text for line in two_runs_lines(found)]
    assert sum("op_us[" in text for text in texts) == 3
    assert "  and 24 more of op_us, changed less" in texts


def test_the_comment_begins_with_the_answer_and_both_verdicts(found: TwoRuns) -> None:
    lines = two_runs_markdown(found).splitlines()
    assert lines[0].startswith("## ❌ WORSE: 2 tests; ")
    assert lines[2] == "|  | before: `a.jsonl` | now: `b.jsonl` |"
    assert lines[4].startswith("| verdict | ✅ PASSED")
    assert "| ❌ FAILED: 2 tests failed" in lines[4]


def test_what_differs_between_the_runs_is_bold() -> None:
    board = dataclasses.replace(BOARD, build_id="12" * 32)
    text = two_runs_markdown(held(PLAIN, dataclasses.replace(later(PLAIN), board=board)))
    assert "| firmware | 0.1.0 build cb17f7fcad84 | **0.1.0 build 121212121212** |" in text
    assert re.search(r"\| engine \| tflite-micro \| tflite-micro \|", text)
    assert text.startswith("## ✅ NOT WORSE: no test became worse\n")


def test_commits_and_jobs_are_linked_where_they_are_known() -> None:
    web = "https://github.example/someone/some"
    origin = OriginRecord("ab" * 20, "fix", None, f"{web}/commit/ab", "GitHub Actions", f"{web}/7")
    evil = OriginRecord("cd" * 20, "main", None, "javascript:alert(1)", "", "")
    before, now = (
        dataclasses.replace(run, origin=each)
        for run, each in ((PLAIN, evil), (later(PLAIN), origin))
    )
    text = two_runs_markdown(held(before, now))
    linked = f"[commit abababababab of fix]({web}/commit/ab)"
    assert f"| commit | commit cdcdcdcdcdcd of main | **{linked}** |" in text
    assert f"| CI | - | **[GitHub Actions]({web}/7)** |" in text
    assert "| commit |" not in two_runs_markdown(held(PLAIN, later(PLAIN)))


def test_changes_carry_their_interval(found: TwoRuns) -> None:
    text = two_runs_markdown(found)
    (row,) = [line for line in text.splitlines() if line.startswith("| invoke\\_us |")]
    assert re.search(r"\| \+5\.\d\d % \(\+\d\.\d\d to \+\d\.\d\d\) \| worse \|", row)


def test_what_stayed_the_same_is_folded(found: TwoRuns) -> None:
    text = two_runs_markdown(found)
    before_fold = text.partition("<details>")[0]
    assert "`heap_free_bytes`" in text
    assert "`heap_free_bytes`" not in before_fold
    assert text.count("<details>") == text.count("</details>")


def test_mended_tests_are_listed(found: TwoRuns) -> None:
    text = two_runs_markdown(held(dataclasses.replace(WORSE, traces=()), later(PLAIN)))
    assert "### Tests mended: 2" in text
    assert "failed, now passed" in text


@pytest.mark.parametrize("limit", [700, 3_000, 5_000])
def test_a_long_comment_is_cut_where_nothing_is_open(found: TwoRuns, limit: int) -> None:
    text = two_runs_markdown(found, limit=limit)
    assert len(text.encode()) <= limit
    assert text.count("<details>") == text.count("</details>")
    assert text.endswith("*Shortened: the run file holds everything.*\n")


def test_a_test_s_name_and_message_are_no_markup() -> None:
    evil = dataclasses.replace(
        PLAIN.tests[0], outcome="failed", message="E  </details><script>|`x` @team #1\n"
    )
    now = dataclasses.replace(later(PLAIN), tests=(evil, *PLAIN.tests[1:]))
    text = two_runs_markdown(held(PLAIN, now))
    assert "<script>" not in text
    assert text.count("</details>") == text.count("<details>")


def test_what_cannot_be_compared_is_said_first_in_the_comment() -> None:
    replay = dataclasses.replace(later(PLAIN), board=dataclasses.replace(BOARD, spec="replay:t"))
    text = two_runs_markdown(held(PLAIN, replay))
    assert text.startswith("## ⚠️ NOT COMPARABLE: the later run is a replay of t")
    assert "- **not comparable:** the later run is a replay" in text


def test_the_command_ends_with_the_code_of_what_is_worst(files: tuple[str, str]) -> None:
    assert main(["compare", *files]) == ExitCode.TEST_FAILED
    assert main(["compare", *reversed(files)]) == ExitCode.PASSED
    assert main(["compare", files[0], files[0]]) == ExitCode.NOT_PROVEN


def test_everything_is_written_as_json(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gates = tmp_path / "gates.toml"
    gates.write_text('[[gate]]\nmetric = "score_lsb"\nmax = 0\n')
    capsys.readouterr()
    code = main(["compare", *files, "--gates", str(gates), "--json", "-"])
    data = json.loads(capsys.readouterr().out)  # and nothing else on standard output
    assert data["exit_code"] == code == ExitCode.TEST_FAILED
    assert (data["before"]["verdict"], data["now"]["verdict"]) == ("SHIP", "DO NOT SHIP")
    (gate,) = data["gates"]
    assert (gate["before"], gate["now"], gate["turn"]) == ("met", "unmet", "worse")
    assert (gate["measured_before"], gate["measured_now"]) == (0, 5)
    latency = next(one for one in data["metrics"] if one["metric"] == "invoke_us")
    assert latency["interval"][0] <= latency["change"] <= latency["interval"][1]
    assert [one["turn"] for one in data["tests"]] == ["worse", "worse"]


def test_pictures_are_drawn_and_the_comment_says_where(
    files: tuple[str, str], tmp_path: Path
) -> None:
    import cv2

    comment, images = tmp_path / "comment.md", tmp_path / "images"
    words = ["compare", *files, "--markdown", str(comment), "--images", str(images)]
    assert main([*words, "--images-url", "https://example.org/run (1)/"]) == 1
    text = comment.read_text(encoding="utf-8")
    places = re.findall(r"!\[.*?\]\((\S+)\)", text)
    base = "https://example.org/run%20%281%29"
    assert places == [f"{base}/01-photo-0002.png", f"{base}/02-photo-0005.png"]
    drawn = [cv2.imread(str(images / place.rpartition("/")[2])) for place in places]
    assert all(picture is not None and picture.shape[1] > picture.shape[0] for picture in drawn)


def test_the_page_of_a_run_against_another_holds_the_pictures_itself() -> None:
    sides = [
        judge_recorded(dataclasses.replace(run, traces=(), images=run.images[:6]))
        for run in (WORSE, BEFORE)
    ]
    page = render(sides[0], source="run", against=sides[1])
    found = re.findall(r'alt="([^"]*)" src="data:image/png;base64,[\w+/=]{100,}"', page)
    assert found == [
        f"{name}: the board's map before, and now" for name in ("photo-0002", "photo-0005")
    ]


def test_outputs_that_would_overwrite_something_are_refused(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path(files[0]).read_bytes()
    for words, said in (
        (["--markdown", files[0]], "overwrite an input"),
        (["--markdown", "-", "--json", "-"], "two outputs have one name"),
        (["--images-url", "https://example.org"], "none are drawn"),
    ):
        assert main(["compare", *files, *words]) == ExitCode.USAGE
        assert said in capsys.readouterr().err
    assert Path(files[0]).read_bytes() == text


def test_the_example_in_the_docs_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "baselines.md").read_text(encoding="utf-8")
    shown = re.search(r"^hil (compare main[^\n]*)\n```\n\n```\n(.*?)```", page, re.M | re.S)
    assert shown is not None
    images = tuple(
        dataclasses.replace(i, memory=dataclasses.replace(i.memory, arena_used_bytes=90_000))
        for i in BEFORE.images
    )
    board = dataclasses.replace(BOARD, build_id="9e1b6a3c55d0a7f1" * 4)
    now = dataclasses.replace(later(BEFORE), board=board, images=images, traces=())
    monkeypatch.chdir(tmp_path)
    write_run(Path("main.jsonl"), dataclasses.replace(BEFORE, traces=()))
    write_run(Path("mine.jsonl"), now)
    limits = {"arena_used_bytes": 80_000, "score_lsb": 0, "link_malformed": 0}
    gates = "".join(f'[[gate]]\nmetric = "{name}"\nmax = {most}\n' for name, most in limits.items())
    Path("gates.toml").write_text(gates)
    assert main(shown[1].split()) == ExitCode.GATE_FAILED
    assert capsys.readouterr().out == shown[2]
