"""The page in a real browser: clicked, typed into, looked at and read aloud."""

from __future__ import annotations

import base64
import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.oracle.cam import enlarge, normalise
from hil_lab.fakes.recorded_run import recorded_run

from .chromium import Page
from .conftest import WriteReport
from .readable import problems

WRONG = ["photo-0003", "photo-0005", "photo-0008", "photo-0009", "photo-0010"]
SHOWN = (
    "[...document.querySelectorAll('.card')].filter((c) => !c.hidden).map((c) => c.dataset.name)"
)
WIDTHS = [360, 600, 768, 1280]


def shown(page: Page) -> list[str]:
    names: list[str] = page.run(SHOWN)
    return names


def dialog_title(page: Page) -> str:
    page.wait_for("document.getElementById('sheet').open")
    title: str = page.run("document.getElementById('sheet-title').textContent")
    return title


def test_it_opens_with_all_images(page: Page, faulty: Path) -> None:
    page.show(faulty)
    assert page.run("document.title") == "FAILED: esp32, firmware 0.1.0, model 66a76cd04c4c"
    assert len(shown(page)) == 40
    assert page.run("document.getElementById('shown').textContent") == "40 of 40 images"


@pytest.mark.parametrize("name", ["failed", "disagreeing", "changed"])
def test_a_click_on_a_filter_shows_those_images_alone(page: Page, faulty: Path, name: str) -> None:
    page.show(faulty)
    page.click(f"[data-filter={name}]")
    assert sorted(shown(page)) == WRONG
    assert page.run("location.hash") == f"#filter={name}"
    pressed = page.run(
        "[...document.querySelectorAll('[data-filter]')]"
        ".filter((b) => b.ariaPressed === 'true').map((b) => b.dataset.filter)"
    )
    assert pressed == [name]
    page.click("[data-filter=all]")
    assert len(shown(page)) == 40


def test_the_worst_are_sorted_with_the_wrong_ones_first(page: Page, faulty: Path) -> None:
    page.show(faulty)
    page.click("[data-filter=worst]")
    names = shown(page)
    assert len(names) == 12
    assert sorted(names[:5]) == WRONG


def test_a_search_narrows_what_a_filter_shows(page: Page, faulty: Path) -> None:
    page.show(faulty)
    page.click("[data-filter=failed]")
    page.click("#search")
    page.type("000")
    assert sorted(shown(page)) == WRONG[:4]
    page.type("x")
    assert shown(page) == []
    assert page.run("!document.getElementById('nothing').hidden")


def test_the_order_can_be_chosen(page: Page, faulty: Path) -> None:
    page.show(faulty)
    page.run(
        "(() => { const e = document.getElementById('order'); e.value = 'slow';"
        "e.dispatchEvent(new Event('change')); })()"
    )
    times = page.run("[...document.querySelectorAll('.card')].map((c) => Number(c.dataset.us))")
    assert times == sorted(times, reverse=True)
    assert page.run("location.hash") == "#order=slow"


def test_the_address_brings_back_what_was_shown(page: Page, faulty: Path) -> None:
    page.show(faulty, "#filter=failed&q=photo-0005&blend=0")
    assert shown(page) == ["photo-0005"]
    assert page.run("document.getElementById('search').value") == "photo-0005"
    assert not page.run("document.getElementById('blend').checked")


def test_a_click_on_an_image_opens_its_page_and_back_closes_it(page: Page, faulty: Path) -> None:
    page.show(faulty)
    page.click(".card[data-name='photo-0005'] a")
    assert dialog_title(page) == "photo-0005"
    page.click("#sheet-body summary")
    body = page.run("document.getElementById('sheet-body').innerText")
    assert "x and y look swapped" in body
    assert body.count("DEPTHWISE_CONV_2D") == 11
    assert "In the other run" in body
    page.run("history.back()")
    page.wait_for("!document.getElementById('sheet').open")


def test_arrows_go_through_the_images_that_are_shown(page: Page, faulty: Path) -> None:
    page.show(faulty, "#filter=failed&order=run&image=photo:photo-0005")
    assert dialog_title(page) == "photo-0005"
    page.press("ArrowRight")
    assert dialog_title(page) == "photo-0008"
    page.press("ArrowLeft")
    page.press("ArrowLeft")
    assert dialog_title(page) == "photo-0003"
    assert page.run("document.getElementById('sheet-before').disabled")
    page.click("#sheet-after")
    assert dialog_title(page) == "photo-0005"


def test_the_keyboard_alone_opens_and_leaves_an_image(page: Page, faulty: Path) -> None:
    page.show(faulty, "#filter=failed&order=run")
    page.run("document.getElementById('blend').focus()")
    page.press("Tab")
    page.press("Enter")
    assert dialog_title(page) == "photo-0003"
    page.press("Escape")
    assert not page.run("document.getElementById('sheet').open")
    assert page.run("document.activeElement.textContent") == "photo-0003"
    assert page.run("location.hash") == "#filter=failed&order=run"


def test_links_to_sections_keep_the_filter(page: Page, faulty: Path) -> None:
    page.show(faulty)
    page.click("[data-filter=failed]")
    page.click(".sections a[href='#memory']")
    assert sorted(shown(page)) == WRONG


def test_a_map_is_drawn_as_the_harness_draws_it(page: Page, write_report: WriteReport) -> None:
    run = recorded_run(1)
    page.show(write_report(run), "#blend=0")
    page.wait_for("document.querySelectorAll('.card canvas').length >= 3")
    pixels = page.run(
        "(() => { const c = document.querySelectorAll('.card canvas')[2];"
        "return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; })()"
    )
    drawn = np.array(pixels, np.uint8).reshape(96, 96, 4)[..., :3]
    levels = enlarge(normalise(np.array(run.images[0].facts.reference.cam)), (96, 96))
    expected = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1].astype(int)
    # The harness rounds the cells to 256 levels before it interpolates, the page after.
    assert np.abs(drawn.astype(int) - expected).max() <= 12


def test_the_photo_is_drawn_as_the_board_got_it(page: Page, write_report: WriteReport) -> None:
    run = recorded_run(1)
    page.show(write_report(run))
    page.wait_for("document.querySelectorAll('.card canvas').length >= 3")
    pixels = page.run(
        "(() => { const c = document.querySelector('.card canvas');"
        "return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; })()"
    )
    drawn = np.array(pixels, np.uint8).reshape(96, 96, 4)[..., 0]
    png = np.frombuffer(base64.b64decode(run.images[0].png), np.uint8)
    sent = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE)
    assert sent is not None
    assert np.array_equal(drawn, sent)


def test_of_a_thousand_images_only_those_near_the_screen_are_drawn(
    page: Page, write_report: WriteReport
) -> None:
    page.show(write_report(recorded_run(1000)), "#few=0&order=run")
    drawn = "document.querySelectorAll('.card canvas').length"
    page.run("document.getElementById('grid').lastElementChild.scrollIntoView()")
    page.wait_for("document.querySelector('.card:last-child canvas') !== null")
    page.wait_for(f"{drawn} < 400")
    page.run("document.getElementById('grid').firstElementChild.scrollIntoView()")
    page.wait_for("document.querySelector('.card:first-child canvas') !== null")
    page.wait_for("document.querySelector('.card:last-child canvas') === null")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_has_to_be_scrolled_sideways(
    page: Page, faulty: Path, width: int, scheme: str
) -> None:
    page.size(width, mobile=width < 700)
    page.scheme(scheme)
    page.show(faulty)
    assert page.run("document.documentElement.scrollWidth") <= width
    page.show(faulty, "#image=photo:photo-0005")
    page.wait_for("document.getElementById('sheet').open")
    assert page.run(
        "document.getElementById('sheet').scrollWidth <= "
        "document.getElementById('sheet').clientWidth"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_by_eye_and_by_ear(page: Page, faulty: Path, scheme: str) -> None:
    page.scheme(scheme)
    page.show(faulty)
    assert problems(page) == []


def test_a_click_on_a_column_sorts_by_it_and_another_turns_it_round(
    page: Page, faulty: Path
) -> None:
    page.show(faulty)
    cells = "[...document.querySelectorAll('#samples tbody tr')].map((row) => row.cells[{}].{})"
    scores = cells.format(2, "dataset.order")
    for way in (1, -1):
        page.click("#samples th:nth-child(3) button")
        found = [way * float(each) for each in page.run(scores)]
        assert found == sorted(found)
        assert len(found) == 40
    page.click("#samples th:nth-child(1) button")
    names = page.run(cells.format(0, "textContent"))
    assert names == sorted(names)
    assert page.run("document.querySelector('#samples th[aria-sort]').ariaSort") == "ascending"


def test_the_first_dozen_images_are_drawn_until_all_are_asked_for(page: Page, faulty: Path) -> None:
    drawn = "[...document.querySelectorAll('.card')].filter((c) => c.checkVisibility()).length"
    page.show(faulty)
    assert page.run(drawn) == 12
    page.click("#more")
    assert page.run(drawn) == 40
    assert page.run("document.getElementById('more').hidden")
    assert page.run("location.hash") == "#few=0"
    page.click("[data-filter=failed]")
    assert page.run(drawn) == 5


def test_a_screen_reader_is_told_what_is_to_be_seen(page: Page, faulty: Path) -> None:
    page.show(faulty)
    tree = page.tree()
    headings = [name for role, name in tree if role == "heading"]
    assert headings[0].endswith("FAILED")
    assert {"What changed", "Images", "Latency", "Memory"} <= set(headings)
    assert ("link", "photo-0005") in tree
    assert any(
        role in ("image", "img") and name.startswith("Histogram of inference")
        for role, name in tree
    )
    controls = ("button", "link", "searchbox", "combobox", "checkbox")
    assert [role for role, name in tree if role in controls and not name] == []


def test_the_pictures_of_an_image_have_descriptions(page: Page, faulty: Path) -> None:
    page.show(faulty, "#image=photo:photo-0008")
    page.wait_for("document.getElementById('sheet').open")
    names = page.run("[...document.querySelectorAll('#sheet-body canvas')].map((c) => c.ariaLabel)")
    assert names[0].startswith("photo-0008: the photograph as the board got it")
    assert names[1].startswith("Map of the board, highest in row")
    assert names[3] == "1 of 36 cells differ, by up to 777"


def test_a_hostile_name_is_shown_and_not_run(page: Page, write_report: WriteReport) -> None:
    name = '</script><img src=x onerror="document.title=1"> & "q" \'s\' #%=+'
    run = recorded_run(1)
    images = (dataclasses.replace(run.images[0], name=name),)
    page.show(write_report(dataclasses.replace(run, images=images, traces=())))
    page.click(".card a")
    assert dialog_title(page) == name
    assert page.run("document.title") != "1"
    assert page.run("document.querySelectorAll('img').length") == 0
