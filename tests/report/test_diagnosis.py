"""The diagnosis in the page, in Markdown and in GitHub's annotations."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from hil.base.resources import find
from hil.diagnose import Diagnosis, Finding, Unexplained, diagnose
from hil.facts.evidence import DivergenceRecord
from hil.facts.run import Run
from hil.images import synthetic
from hil.judge.headline import headline
from hil.judge.judged import judge_recorded, recorded_tolerances
from hil.oracle import Oracle
from hil.report.github import STEP_SUMMARY, github_annotations, markdown_summary, write_step_summary
from hil.report.page.heat import difference_grid
from hil.report.page.page import FEW_FAILURES, render
from hil_lab.fakes.faulty_run import FaultyDevice, run_of
from hil_lab.fakes.recorded_run import recorded_run

from .chromium import Page

HOSTILE = "<script>alert(1)</script> | **x**"
SWAPPED = Finding(
    id="location.transposed",
    stage="location",
    title="x and y are swapped",
    evidence="explains 2 of 2 wrong images, exactly",
    where_to_look="FindPeak",
    images=("photo-0001", "photo-0005"),
    alternatives=(("location.flipped", "the columns are counted from the right"),),
)
OPERATOR = DivergenceRecord(
    image="photo-0001",
    how="trace",
    op=4,
    name="CONV_2D",
    shape=(1, 2, 3, 8),
    elements=48,
    differing=5,
    max_lsb=200,
    mean_lsb=60.5,
    inputs_equal=True,
    map=((0, 0, 200), (7, 0, 12_345)),
    channels=((3, 4, 200), (1, 1, 7)),
    output="",
    detail="operator 4 of 27 (CONV_2D) is the first that differs",
)
LOCATION = DivergenceRecord(
    "photo-0005", "outputs", None, "location", (), 1, 1, 0, 0.0, True, (), (), "",
    "scores and map are right, the location is not",
)  # fmt: skip
WRONG = recorded_run(9, faults={1: "location", 5: "location"})


def page(run: Run, diagnosis: Diagnosis) -> str:
    return render(judge_recorded(run), source="facts.jsonl", diagnosis=diagnosis)


def test_mistake_evidence_and_place_stand_between_verdict_and_failures() -> None:
    text = page(WRONG, Diagnosis((SWAPPED,), (), (LOCATION,), tested=23))
    ids = re.findall(r'<section id="(\w+)"', text)
    assert ids[:4] == ["verdict", "diagnosis", "failures", "images"]
    section = text[text.index('<section id="diagnosis"') : text.index('<section id="failures"')]
    for words in ("x and y are swapped", "location.transposed", "explains 2 of 2", "FindPeak"):
        assert words in section
    assert "the columns are counted from the right" in section
    assert "23 hypotheses tested" in section


def test_the_verdict_says_why() -> None:
    found = Diagnosis((SWAPPED,))
    plain, head = (headline(judge_recorded(WRONG), None, d) for d in (None, found))
    assert head.reasons == (*plain.reasons, "diagnosis: x and y are swapped")
    both = Diagnosis((SWAPPED, dataclasses.replace(SWAPPED, title="another")))
    assert headline(judge_recorded(WRONG), None, both).reasons[-1].endswith("and 1 more mistake")
    unknown = Diagnosis((), (Unexplained("map", "2 of 2 maps are wrong", ()),))
    assert headline(judge_recorded(WRONG), None, unknown).reasons[-1] == (
        "no known mistake explains it"
    )


def test_a_run_that_passes_has_no_diagnosis() -> None:
    text = page(recorded_run(3), diagnose(recorded_run(3)))
    assert 'id="diagnosis"' not in text
    assert "hypotheses" not in text


def test_what_is_unexplained_shows_its_facts_and_no_guess() -> None:
    unknown = Unexplained("scores", "3 of 3 scores are wrong", ("a", "b", "c"), ("all off by 4",))
    text = page(WRONG, Diagnosis(unexplained=(unknown,)))
    assert "3 of 3 scores are wrong" in text
    assert "all off by 4" in text
    assert '<ol class="findings">' not in text


def test_the_first_difference_is_a_grid_with_a_square_for_each_place() -> None:
    text = page(WRONG, Diagnosis((SWAPPED,), (), (LOCATION, OPERATOR)))
    grid = re.search(r'<svg class="cells difference-grid".*?</svg>', text)
    assert grid is not None
    assert grid[0].count('class="ground"') == 6
    assert re.findall(r"<text[^>]*>([^<]*)</text>", grid[0]) == ["200", "7", "12k"]
    assert "row 1, column 2: 12,345 LSB" in grid[0]
    assert "First difference: operator 4, CONV_2D" in text
    assert "5 of 48 (10.4%)" in text


def test_a_square_is_stronger_where_the_difference_is_larger() -> None:
    grid = difference_grid(((0, 1, 50), (100, 0, 0)), label="", unit="LSB")
    strengths = [float(found) for found in re.findall(r'fill-opacity="([\d.]+)"', grid)]
    assert len(strengths) == 3
    assert sorted(strengths) == strengths
    assert 0.1 < strengths[0] < strengths[1] < strengths[2] == 1


def test_a_wrong_location_is_shown_on_the_boards_map() -> None:
    text = page(WRONG, Diagnosis((SWAPPED,), (), (LOCATION,)))
    facts = WRONG.images[5].facts
    rows, columns = len(facts.device.cam or ()), len((facts.device.cam or ((),))[0])
    grid = re.search(r'<svg class="cells map-grid".*?</svg>', text)
    assert grid is not None
    marks = re.findall(r'href="#mark-(\w+)-plain" x="([-\d.]+)" y="([-\d.]+)"', grid[0])
    for (name, x, y), at in zip(
        marks, (facts.reference.location, facts.device.location), strict=True
    ):
        height, width = facts.input_size
        middle = float(x) / 20 + 0.5, float(y) / 20 + 0.5
        assert middle == pytest.approx((at.x * columns / width, at.y * rows / height)), name  # type: ignore[union-attr]
    assert [name for name, _, _ in marks] == ["oracle", "board"]


def test_what_stands_in_a_diagnosis_is_text() -> None:
    finding = dataclasses.replace(SWAPPED, title=HOSTILE, evidence=HOSTILE, images=(HOSTILE,))
    record = dataclasses.replace(OPERATOR, name=HOSTILE, detail=HOSTILE, image=HOSTILE)
    found = Diagnosis((finding,), (Unexplained(HOSTILE, HOSTILE, (), (HOSTILE,)),), (record,))
    assert "<script>alert" not in page(WRONG, found)
    summary = markdown_summary(WRONG, diagnosis=found)
    assert "<script>alert" not in re.sub(r"`[^`\n]*`", "", summary)  # in code it is text


def test_a_long_list_of_messages_unfolds() -> None:
    test = dataclasses.replace(recorded_run(1).tests[0], outcome="failed")
    many = tuple(
        dataclasses.replace(test, test=f"test_{n}", message=f"E  wrong {'x' * n}")
        for n in range(FEW_FAILURES + 9)
    )
    text = page(dataclasses.replace(recorded_run(1), tests=many), Diagnosis())
    assert "<summary>9 more messages</summary>" in text
    assert f"<code>test_{FEW_FAILURES + 8}</code>" in text


def test_the_summary_names_the_bug_before_the_gates(tmp_path: Path) -> None:
    place = tmp_path / "summary.md"
    found = Diagnosis((SWAPPED,), (), (OPERATOR,))
    write_step_summary(WRONG, diagnosis=found, environment={STEP_SUMMARY: str(place)})
    lines = place.read_text("utf-8").splitlines()
    at = lines.index("### Diagnosis")
    assert lines[at + 2].startswith("1. **x and y are swapped** `location.transposed`")
    assert "explains 2 of 2 wrong images" in lines[at + 3]
    assert "FindPeak" in lines[at + 4]
    first = "First difference, in `photo-0001`: operator 4 of 27 (CONV\\_2D) is the first"
    assert any(line.startswith(first) for line in lines)
    assert lines.index("### Not the oracle's answer: 2 images") > at


def test_a_summary_without_trouble_has_no_diagnosis() -> None:
    assert "Diagnosis" not in markdown_summary(recorded_run(3), diagnosis=Diagnosis())


def test_the_first_annotation_names_the_bug() -> None:
    first = github_annotations(WRONG, diagnosis=Diagnosis((SWAPPED,)))[0]
    assert first.startswith("::error title=diagnosis%3A location.transposed::x and y are swapped")


def test_other_tolerances_decide_what_is_to_be_explained(wrong_scores: Run) -> None:
    wide = dataclasses.replace(recorded_tolerances(wrong_scores), score_lsb=255)
    assert not diagnose(wrong_scores).empty
    assert diagnose(wrong_scores, tolerances=wide).empty


@pytest.fixture(scope="module")
def model() -> bytes:
    return (find("model") / "person_cam.tflite").read_bytes()


@pytest.fixture(scope="module")
def wrong_scores(model: bytes) -> Run:
    oracle = Oracle.open(model, positive_class=1, threshold=60)
    off = FaultyDevice(oracle, model, scores=lambda scores: [max(s - 1, -128) for s in scores])
    return run_of(off, synthetic())


@pytest.fixture(scope="module")
def dead_channel(model: bytes) -> Run:
    """What a board gives whose fifth operator has a dead channel."""

    def dead(inputs: Any, right: Any) -> Any:
        changed = right.copy()
        changed[..., 3] = 7
        return changed

    oracle = Oracle.open(model, positive_class=1, threshold=60)
    return run_of(FaultyDevice(oracle, model, operators={4: dead}), synthetic())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_real_one_fits_every_screen(
    page: Page, dead_channel: Run, tmp_path: Path, width: int, scheme: str
) -> None:
    path = tmp_path / "page.html"
    found = diagnose(dead_channel)
    assert found.ids == ("kernel.channel",)
    path.write_text(
        render(judge_recorded(dead_channel), source="run", diagnosis=found), encoding="utf-8"
    )
    page.size(width, mobile=width < 700)
    page.scheme(scheme)
    page.show(path, "#diagnosis")
    assert page.run("document.documentElement.scrollWidth") <= width
    assert "output channel 3 alone is wrong" in page.run(
        "document.querySelector('#diagnosis h3').textContent"
    )
    grid = page.run(
        "(({ width, height }) => [width, height])"
        "(document.querySelector('#diagnosis .cells').getBoundingClientRect())"
    )
    assert 100 < grid[0] < width
    assert grid[1] > 100
