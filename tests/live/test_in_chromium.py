"""Both pages in a real browser: drawn, steered by keys, and read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.errors import InfrastructureError
from hil.live.label_app import label_app
from hil.live.labelling import Labelling
from hil.live.server import Server

from ..report.chromium import CHROMIUM, Page, open_page
from .conftest import View


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A tab that must not complain and asks this machine alone."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: sudo apt install chromium")
    with open_page(tmp_path_factory.mktemp("chromium")) as page:
        yield page
        assert page.console == []
        assert {url.partition("//")[2].partition(":")[0] for url in page.requests
                if not url.startswith(("data:", "about:"))} == {"127.0.0.1"}  # fmt: skip


def visit(page: Page, url: str) -> None:
    page.size(360)
    page.call("Page.navigate", url=url)
    page.wait_for("document.readyState === 'complete'")


def key(page: Page, text: str) -> None:
    page.run(f"document.dispatchEvent(new KeyboardEvent('keydown', {{key: {text!r}}})), null")


def fits(page: Page) -> bool:
    return bool(page.run("document.documentElement.scrollWidth <= innerWidth"))


def test_frames_are_drawn_as_they_come(page: Page, view: View) -> None:
    view.see()
    visit(page, view.server.url)
    page.wait_for("document.getElementById('caption').textContent.startsWith('Frame 1,')")
    assert page.run("document.getElementById('decision').textContent") == "somebody 75.0 %"
    assert page.run("document.querySelectorAll('#chart polyline').length") == 1
    assert "4.5 frames a second" in page.run("document.getElementById('allows').textContent")
    assert fits(page)
    view.feed.lost(InfrastructureError("the cable was pulled", hint="plug it in"))
    page.wait_for("!document.getElementById('trouble').hidden")
    assert ("alert", "") in page.tree()
    assert page.run("document.getElementById('trouble-message').textContent") == (
        "the cable was pulled"
    )
    view.see()
    page.wait_for("document.getElementById('trouble').hidden")
    page.call("Page.navigate", url="about:blank")  # it would go on asking


def test_pictures_are_labelled_by_keys(page: Page, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((4, 4), np.uint8))
    labels = tmp_path / "labels.csv"
    done = "document.getElementById('done').textContent"
    with Server(label_app(Labelling(tmp_path, ["cat", "dog"]), "set"), 0) as server:
        visit(page, server.url)
        page.wait_for(f"{done} === '0 of 2'")
        assert ("image", "Picture 1 of 2: a.png") in page.tree()
        assert ("button", "dog 2") in page.tree()
        key(page, "2")
        page.wait_for(f"{done} === '1 of 2'")
        assert labels.read_text() == "file,label\na.png,dog\n"
        assert ("image", "Picture 2 of 2: b.png") in page.tree()
        key(page, "u")
        page.wait_for(f"{done} === '0 of 2'")
        assert labels.read_text() == "file,label\na.png,\n"
        labels.write_text("file,label\na.png,by hand\n")
        key(page, "1")
        page.wait_for("!document.getElementById('trouble').hidden")
        assert labels.read_text() == "file,label\na.png,by hand\n"
        page.wait_for(f"{done} === '1 of 2'")
        assert fits(page)
    page.console[:] = [line for line in page.console if "409" not in line]  # as it was to be
