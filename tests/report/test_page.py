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

from hil.facts.records import ConsoleFacts, MeasurementRecord, SectionFacts
from hil.facts.run import Run
from hil.judge.baseline.compare import compare_runs
from hil.judge.gates.load import load_gates
from hil.judge.gates.run import judge_run_gates
from hil.judge.judged import judge_recorded
from hil.report.page.page import render
from hil_lab.fakes.recorded_run import recorded_run

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
    order = ["verdict", "failures", "changes", "images", "latency", "memory", "link", "identity"]
    assert sections(page(FAULTY, recorded_run(14))) == [*order, "tests", "console"]
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
    assert linked == ["photo-0003", "photo-0005", "photo-0008", "photo-0009", "photo-0010"]


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
