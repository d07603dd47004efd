"""The page as text: what is in it, and that it needs nothing else."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.facts.origin import OriginRecord
from hil.facts.reader import read_run
from hil.facts.records import ConsoleFacts, MeasurementRecord, SectionFacts
from hil.facts.run import Run
from hil.judge.baseline.compare import compare_runs
from hil.judge.gates.load import load_gates
from hil.judge.gates.run import judge_run_gates
from hil.judge.judged import judge_recorded
from hil.report.page.download import download
from hil.report.page.page import render
from hil.report.page.palette import colour
from hil_lab.fakes.recorded_run import recorded_run, write_run

HOSTILE = '</script><img src=x onerror="document.title=1">&amp;"\'{{7*7}}'
FAULTY = recorded_run(14, faults={3: "score", 5: "location", 8: "cam", 9: "no map", 10: "stale"})


def page(run: Run, against: Run | None = None) -> str:
    if against is None:
        return render(judge_recorded(run), source="facts.jsonl")
    return render(
        judge_recorded(run),
        source="facts.jsonl",
        against=judge_recorded(against),
        comparison=compare_runs(run, against, "before.jsonl"),
    )


class Elements(HTMLParser):
    """Every start tag with its attributes; fails on tags that are not closed in order."""

    VOID = ("meta", "link", "input", "br", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def sections(text: str) -> list[str]:
    return re.findall(r'<section id="(\w+)"', text)


def image_data(text: str) -> list[dict[str, object]]:
    found = re.findall(r'<script type="application/json" id="data-\d+">(.*?)</script>', text)
    return [json.loads(data) for data in found]


def test_verdict_and_failures_first_then_changes_then_images_then_the_rest() -> None:
    order = ["verdict", "failures", "changes", "images", "samples", "latency", "memory", "link"]
    assert sections(page(FAULTY, recorded_run(14))) == [*order, "identity", "tests", "console"]
    assert "failures" not in sections(page(recorded_run(14)))


def test_every_entry_of_the_navigation_leads_to_a_section() -> None:
    for text in (page(FAULTY), page(recorded_run(0, board=None, link=None, console=None))):
        navigation = re.findall(r'<li><a href="#(\w+)">', text)
        assert navigation == sections(text)


def test_the_markup_is_whole_and_ids_are_unique() -> None:
    found = Elements(page(FAULTY, recorded_run(14))).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_from_elsewhere() -> None:
    for tag, attributes in Elements(page(FAULTY)).found:
        for name in ("src", "href", "srcset", "action", "poster"):
            value = attributes.get(name) or ""
            assert value == "" or value.startswith(("#", "data:")), (tag, name, value)
    assert "@import" not in page(FAULTY)
    assert "url(" not in page(FAULTY)


def test_the_policy_forbids_the_network_and_allows_this_script_alone() -> None:
    text = page(FAULTY)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    assert policy is not None
    assert script is not None
    allowed = html.unescape(policy[1])
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert "default-src 'none'" in allowed
    assert f"script-src 'sha256-{digest}'" in allowed


def test_names_and_messages_are_text_whatever_is_in_them() -> None:
    run = recorded_run(2)
    image = dataclasses.replace(run.images[0], name=HOSTILE)
    test = dataclasses.replace(run.tests[0], test=HOSTILE, outcome="failed", message=HOSTILE)
    run = dataclasses.replace(
        run,
        images=(image,),
        tests=(test,),
        measurements=(MeasurementRecord(HOSTILE, HOSTILE, HOSTILE),),
        console=ConsoleFacts(((0.0, HOSTILE),)),
    )
    text = page(run)
    assert "<img" not in text
    assert "49" not in re.findall(r"<h3><a[^>]*>(.*?)</a>", text)
    assert image_data(text)[0]["name"] == HOSTILE
    Elements(text)


def test_a_console_line_keeps_its_level_and_loses_its_colours() -> None:
    lines = (
        (0.0, "\x1b[0;31mE (12) camhil: no model\x1b[0m"),
        (0.5, "W (13) camhil: slow"),
        (1.0, "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)"),
        (1.5, "noise \x00\x07 \ud800 end"),
    )
    text = page(recorded_run(1, console=ConsoleFacts(lines)))
    assert '<span class="error"><i>0.000</i> E (12) camhil: no model' in text
    assert '<span class="warning"><i>0.500</i> W (13) camhil: slow' in text
    assert '<span class="error"><i>1.000</i> Guru Meditation' in text
    assert "\x1b" not in text
    assert "\x00" not in text
    text.encode("utf-8")


def test_each_image_brings_its_photo_its_maps_and_its_operators() -> None:
    data = image_data(page(FAULTY))
    assert len(data) == 14
    for image, record in zip(data, FAULTY.images, strict=True):
        assert image["name"] == record.name
        assert image["png"] == record.png
        assert image["oracle"]["cam"] == [list(row) for row in record.facts.reference.cam or ()]  # type: ignore[index]
        assert len(image["ops"]) == 27  # type: ignore[arg-type]
    assert data[9]["board"]["cam"] is None  # type: ignore[index]


def test_the_colours_of_maps_are_those_of_opencv() -> None:
    found = re.search(r'id="settings">(.*?)</script>', page(FAULTY))
    assert found is not None
    table = np.frombuffer(base64.b64decode(json.loads(found[1])["inferno"]), np.uint8)
    levels = np.arange(256, dtype=np.uint8).reshape(1, 256)
    bgr = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    assert np.array_equal(table.reshape(1, 256, 3), cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def test_the_filters_say_how_many_images_they_show() -> None:
    buttons = re.findall(
        r'data-filter="(\w+)".*?<span class="count">(\d+)</span>', page(FAULTY), re.DOTALL
    )
    counts = {name: int(count) for name, count in buttons}
    assert counts["all"] == 14
    assert counts["failed"] == counts["disagreeing"] == 5
    assert counts["worst"] == 12
    assert "changed" not in counts


def test_wrong_answers_are_linked_beside_the_verdict() -> None:
    text = page(FAULTY)
    verdict = text[: text.index('id="images"')]
    linked = re.findall(r'<a href="#image=photo%3A(photo-\d+)">', verdict)
    assert sorted(linked) == [
        "photo-0003",
        "photo-0005",
        "photo-0008",
        "photo-0009",
        "photo-0010",
    ]


def test_the_gates_are_on_top(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text('[[gate]]\nmetric = "arena_used_bytes"\nmax = 70000\nwhy = "the next model"\n')
    run = recorded_run(2)
    verdict = judge_run_gates(run, load_gates(file))
    text = render(judge_recorded(run), source="facts.jsonl", verdict=verdict)
    assert text.index("DO NOT SHIP") < text.index("arena_used_bytes") < text.index('id="images"')
    assert "1 of 1 gate unmet" in text
    assert "the next model" in text


def test_the_other_run_is_compared_metric_by_metric_and_answer_by_answer() -> None:
    before = recorded_run(40)
    text = page(recorded_run(40, faults={3: "score"}, slower=0.01), before)
    changes = text[text.index('id="changes"') : text.index('id="images"')]
    assert "invoke_us" in changes
    assert "before.jsonl" in changes
    assert "40 images in both runs, 1 answered differently" in changes
    assert "photo-0003" in changes


def test_a_run_without_a_board_says_so_and_shows_what_there_is() -> None:
    text = page(recorded_run(0, board=None, link=None, console=None))
    assert "NOT MEASURED" in text
    assert "no board answered" in text
    assert sections(text) == ["verdict", "identity"]


def test_operators_without_times_are_still_compared() -> None:
    run = recorded_run(2)
    untimed = tuple(
        dataclasses.replace(
            trace, ops=tuple(dataclasses.replace(op, device_us=None) for op in trace.ops)
        )
        for trace in run.traces
    )
    text = page(dataclasses.replace(run, traces=untimed))
    assert "does not time its operators" in text
    assert "2 of 2" in text


def test_sections_of_the_app_are_shown_where_they_are_known() -> None:
    run = recorded_run(1)
    assert run.board is not None
    known = (SectionFacts(".dram0.bss", 9000, True), SectionFacts(".flash.text", 90_000, False))
    text = page(dataclasses.replace(run, board=dataclasses.replace(run.board, sections=known)))
    assert "RAM: sections of the app" in text
    assert ".dram0.bss" in text
    assert ".flash.text" not in text


def test_overlapping_images_have_no_reply_time() -> None:
    run = recorded_run(3)
    piped = tuple(
        dataclasses.replace(i, times=dataclasses.replace(i.times, round_trip_us=1000))
        for i in run.images
    )
    text = page(dataclasses.replace(run, images=piped))
    assert "One image, from sending it" not in text
    assert "<h3>reply</h3>" not in text
    assert "<h3>inference</h3>" in text


@pytest.mark.parametrize("scores", [(), (5,)])
def test_a_board_that_sends_too_few_scores_is_shown_all_the_same(scores: tuple[int, ...]) -> None:
    run = recorded_run(1)
    facts = run.images[0].facts
    device = dataclasses.replace(facts.device, scores=scores)
    facts = dataclasses.replace(facts, device=device, scores=None)
    run = dataclasses.replace(run, images=(dataclasses.replace(run.images[0], facts=facts),))
    assert "no score" in page(run)


class Words(HTMLParser):
    """The text of every element of a tag, in order."""

    def __init__(self, text: str, tag: str) -> None:
        super().__init__()
        self.tag, self.depth, self.found = tag, 0, list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == self.tag:
            self.depth += 1
            if self.depth == 1:
                self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == self.tag

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.found[-1] += data


def with_gates(tmp_path: Path, *limits: tuple[str, str]) -> str:
    """The verdict of the page of a sound run with these gates: metric and limit."""
    file = tmp_path / "gates.toml"
    file.write_text("".join(f'[[gate]]\nmetric = "{m}"\n{limit}\n' for m, limit in limits))
    run = recorded_run(3)
    verdict = judge_run_gates(run, load_gates(file))
    text = render(judge_recorded(run), source="facts.jsonl", verdict=verdict)
    return text[text.index('id="verdict"') : text.index('id="images"')]


GATES = (
    ("score_lsb", "max = 0"),
    ("heap_free_bytes", 'min = "1 MiB"'),
    ("arena_used_bytes", 'max = "1 KiB"'),
    ("psram_free_bytes", "min = 1"),
    ("cam_lsb", "max = 0"),
)


def test_gates_that_are_not_met_come_first_and_those_that_are_met_are_folded(
    tmp_path: Path,
) -> None:
    text = with_gates(tmp_path, *GATES)
    shown, folded = text[text.index("<h2>Gates</h2>") :].split("<details", 1)
    order = re.findall(r'<th scope="row">(\w+)', shown)
    assert order == ["heap_free_bytes", "arena_used_bytes", "psram_free_bytes"]
    assert re.findall(r'<tr class="(\w+)-row">', shown) == ["bad"] * 3
    assert re.findall(r'<th scope="row">(\w+)', folded) == ["score_lsb", "cam_lsb"]
    assert Words(text, "summary").found[-1] == "2 gates met"


def test_a_gate_says_what_its_metric_is(tmp_path: Path) -> None:
    assert "largest difference of a score from the oracle" in with_gates(tmp_path, *GATES)


def test_tiles_have_the_state_of_what_they_show(tmp_path: Path) -> None:
    def states(text: str) -> dict[str, str]:
        found = re.findall(r'<div class="tile ?(\w*)"><dt>([^<]+)', text)
        return {name.strip(): tone for tone, name in found}

    good, wrong = states(page(recorded_run(3))), states(page(FAULTY))
    assert good["Answers equal the oracle's".replace("'", "&#39;")] == "good"
    assert wrong["Answers equal the oracle's".replace("'", "&#39;")] == "bad"
    assert good["Tests passed"] == "good"
    assert wrong["Tests passed"] == "bad"
    assert good["Arena used"] == ""  # nobody has set a limit
    assert states(with_gates(tmp_path, *GATES))["Arena used"] == "bad"


def test_identical_operators_are_folded_and_others_are_not() -> None:
    run = recorded_run(2)
    first = run.traces[0]
    ops = [dataclasses.replace(op, device_crc=7) if op.index == 3 else op for op in first.ops]
    traces = (dataclasses.replace(first, ops=tuple(ops)), *run.traces[1:])
    text = page(dataclasses.replace(run, traces=traces))
    text = text[text.index("<h3>Operators</h3>") : text.index('id="memory"')]
    shown, folded = text.split("<details", 1)
    assert "1 of 2" in shown
    assert shown.count("<tr>") == 2  # with the head of the table
    assert "26 operators" in folded


def test_functions_of_which_every_case_passed_are_folded() -> None:
    text = page(FAULTY)
    tests = text[text.index('id="tests"') : text.index('id="console"')]
    assert Words(tests, "summary").found == ["1 of 1 test functions did not pass"]
    sound = page(recorded_run(2))
    tests = sound[sound.index('id="tests"') : sound.index('id="console"')]
    assert Words(tests, "summary").found == ["1 test function of which every case passed"]
    assert "<details open" not in tests.replace('class="fold" ', "")


def test_a_line_is_never_said_by_two_failures() -> None:
    run = recorded_run(80, faults=dict.fromkeys(range(80), "cam"), traced=False)
    text = page(run)
    failures = text[text.index('id="failures"') : text.index('id="images"')]
    said = [words for words in Words(failures, "summary").found if "oracle" in words]
    assert len(said) == 1


def test_the_table_of_samples_has_every_image_with_the_wrong_ones_first() -> None:
    text = page(FAULTY)
    table = text[text.index('id="samples"') : text.index('id="latency"')]
    rows = re.findall(r'<tr(?: class="([\w-]+)")?><th scope="row"><a [^>]*>([^<]+)', table)
    assert len(rows) == 14
    assert [kind for kind, _ in rows] == ["bad-row"] * 5 + [""] * 9
    assert sorted(name for _, name in rows) == [image.name for image in FAULTY.images]


def test_commit_and_job_are_linked_and_nothing_but_the_web_is() -> None:
    commit = "96caf8b1a2c3d4e5f60718293a4b5c6d7e8f9012"
    known = OriginRecord(
        commit=commit,
        branch="main",
        commit_url=f"https://git.example/a/b/commit/{commit}",
        ci="GitHub Actions",
        ci_url="javascript:alert(1)//https://git.example",
    )
    text = page(dataclasses.replace(recorded_run(1), origin=known))
    assert f'<a href="https://git.example/a/b/commit/{commit}"' in text
    assert "commit 96caf8b1a2c3 of main" in text
    assert "GitHub Actions" in text
    assert 'href="javascript' not in text


def test_the_facts_can_be_taken_out_of_the_page(tmp_path: Path) -> None:
    run = recorded_run(3)
    file = write_run(tmp_path / "facts.jsonl", run)
    text = render(judge_recorded(run), source=file.name, facts=download(file))
    link = re.search(r'download="([^"]+)" href="data:application/gzip;base64,([^"]+)"', text)
    assert link is not None
    taken = tmp_path / "taken" / link[1]
    taken.parent.mkdir()
    taken.write_bytes(base64.b64decode(html.unescape(link[2])))
    assert read_run(taken) == read_run(file)


def test_facts_that_are_too_many_are_named_and_left_out(tmp_path: Path) -> None:
    run = recorded_run(3)
    file = write_run(tmp_path / "facts.jsonl", run)
    text = render(judge_recorded(run), source=file.name, facts=download(file, most_bytes=100))
    assert "data:application/gzip" not in text
    assert "ask for facts.jsonl" in text


def test_the_words_of_the_page_are_explained() -> None:
    text = page(recorded_run(2))
    explained = re.findall(r"<dt>([^<]+)</dt>", text[text.index('class="words"') :])
    assert {"oracle", "LSB", "arena", "map"} <= set(explained)
    assert "simulated board" not in explained  # this board is a chip


def test_the_legend_has_the_colours_of_the_maps() -> None:
    style = page(recorded_run(1))
    legend = re.search(r"\.scale\.heat \{ background: linear-gradient\(90deg, ([^)]+)\)", style)
    assert legend is not None
    stops = legend[1].split(", ")
    near = [colour(number / (len(stops) - 1)) for number in range(len(stops))]
    for given, exact in zip(stops, near, strict=True):
        parts = [[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in (given, exact)]
        assert max(abs(a - b) for a, b in zip(*parts, strict=True)) <= 8
