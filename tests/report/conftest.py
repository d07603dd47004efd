"""One Chromium for all tests that look at pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.facts.run import Run
from hil.judge.baseline.compare import compare_runs
from hil.judge.judged import judge_recorded
from hil.report.page.page import render
from hil_lab.fakes.recorded_run import Fault, recorded_run

from .chromium import CHROMIUM, Page, open_page

WriteReport = Callable[..., Path]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: sudo apt install chromium")
    with open_page(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
def page(browser: Page) -> Iterator[Page]:
    """A tab of 1280 pixels in the light scheme, which must not complain or load anything."""
    browser.size(1280)
    browser.scheme("light")
    browser.console.clear()
    browser.requests.clear()
    yield browser
    assert browser.console == []
    assert [url for url in browser.requests if not url.startswith(LOCAL)] == []


LOCAL = ("file:", "data:", "about:")


@pytest.fixture(scope="session")
def write_report(tmp_path_factory: pytest.TempPathFactory) -> WriteReport:
    """Writes the report of a run, or of a run against another one."""

    def write(run: Run, against: Run | None = None) -> Path:
        path = tmp_path_factory.mktemp("report") / "page.html"
        other = None if against is None else judge_recorded(against)
        comparison = None if against is None else compare_runs(run, against, "before.jsonl")
        text = render(judge_recorded(run), source="run", against=other, comparison=comparison)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def faulty(write_report: WriteReport) -> Path:
    """40 images, of which 5 are wrong, against a run in which they were right."""
    faults: dict[int, Fault] = {3: "score", 5: "location", 8: "cam", 9: "no map", 10: "stale"}
    return write_report(recorded_run(40, faults=faults), recorded_run(40))
