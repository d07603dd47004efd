"""The page of `hil layers`: a plot that fits any screen, and says its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.judge.layers import judge_layers
from hil.network.contract import read_contract
from hil.report.page.layers import plot, render
from hil.run.layers import measure_layers
from hil.samples.pairs import seeded_pairs
from hil_lab.fakes.quantized_pair import QuantizedPair

from .chromium import Page
from .readable import problems


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    floats, ints = map(read_contract, QuantizedPair(wrong_channel=5).build())
    samples = seeded_pairs(floats, ints, seed=1, count=8)
    facts = measure_layers(floats, ints, samples).facts
    verdict = judge_layers(facts)
    names = "float & <b>.tflite", "int8.tflite"
    text = render(facts, verdict, verdict.remarks, names)
    path = tmp_path_factory.mktemp("layers") / "page.html"
    path.write_text(text, "utf-8")
    assert 'aria-label="operator 0 FULLY_CONNECTED: own ' in plot(facts.layers[0])
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_has_to_be_scrolled_sideways(
    page: Page, file: Path, width: int, scheme: str
) -> None:
    page.size(width)
    page.scheme(scheme)
    page.show(file)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("document.querySelectorAll('.layer .dots').length") == 3
    assert page.run("document.querySelector('.subject').textContent").startswith("float & <b>")
    assert problems(page) == []


def test_what_loses_is_marked_left_of_what_does_not(page: Page, file: Path) -> None:
    page.show(file)
    places = page.run(
        "[...document.querySelectorAll('circle.own')].slice(-3)"
        ".map((each) => each.getBoundingClientRect().x)"
    )
    assert places[0] < min(places[1:])
    assert page.run("document.querySelector('.layer .bad-text').textContent") == "0 FULLY_CONNECTED"
