"""The page of `hil evaluate`."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.testing.model_builder import ModelBuilder

from .chromium import Page
from .readable import problems
from .test_page import Elements, Words

NUMBERS = np.random.default_rng(11)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the person detector on 12 noisy pictures, of which half are said to be wrong."""
    folder = tmp_path_factory.mktemp("photos")
    rows = ["file,person"]
    for number in range(12):
        picture = NUMBERS.integers(0, 256, (96, 96)).astype(np.uint8)
        assert cv2.imwrite(str(folder / f"{number}.png"), cv2.blur(picture, (5, 5)))
        rows.append(f"{number}.png,{number % 2}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    file = folder / "page.html"
    words = ["evaluate", "--board", "oracle", "--jobs", "1", "--data", str(folder)]
    assert main([*words, "--html", str(file)]) == ExitCode.PASSED
    return file


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a softmax over three numbers, which answers the largest, with one gate unmet."""
    folder = tmp_path_factory.mktemp("classes")
    network = ModelBuilder()
    x = network.input("x", (1, 3), "INT8", 1 / 16, 0)
    y = network.tensor("y", (1, 3), "INT8", 1 / 256, -128)
    network.op("SOFTMAX", [x], y, "SoftmaxOptions", beta=1.0)
    (folder / "net.tflite").write_bytes(network.build([y]))
    (folder / "net.toml").write_text('labels = ["red", "green", "blue"]\n')
    data = folder / "data"
    data.mkdir()
    # Told: what is true. A network that takes the largest is wrong with the last two.
    truths = ["red", "green", "blue", "red", "green", "blue"]
    for number, largest in enumerate([0, 1, 2, 0, 2, 0]):
        values = np.full(3, -10, np.int8)
        values[largest] = 4 * number  # each surer than the one before
        (data / f"{number}.bin").write_bytes(values.tobytes())
    rows = [f"{number}.bin,{truth}" for number, truth in enumerate(truths)]
    (data / "labels.csv").write_text("file,label\n" + "\n".join(rows) + "\n")
    gates = folder / "gates.toml"
    gates.write_text('[[gate]]\nmetric = "top1_accuracy"\nmin = "99 %"\n')
    file = folder / "page.html"
    words = ["evaluate", "--board", "oracle", "--jobs", "1", "--model", str(folder / "net.tflite")]
    words += ["--data", str(data), "--gates", str(gates), "--html", str(file)]
    assert main(words) == ExitCode.GATE_FAILED
    return file


def test_the_markup_is_whole_and_needs_nothing_else(photos: Path, classes: Path) -> None:
    for file in (photos, classes):
        for tag, attributes in Elements(file.read_text("utf-8")).found:
            for name in ("src", "href"):
                value = attributes.get(name) or ""
                assert value == "" or value.startswith(("#", "data:")), (tag, name)


def test_of_a_decision_there_are_a_curve_reliability_and_what_was_taken_for_what(
    photos: Path,
) -> None:
    text = photos.read_text("utf-8")
    labels = re.findall(r'role="img" aria-label="([^"]+)"', text)
    assert [label.partition(" ")[0].rstrip(":") for label in labels] == ["ROC", "Reliability"]
    assert Words(text, "h3").found[:3] == ["ROC curve", "Calibration", "Confusions"]
    assert "no person" in text


def test_the_worst_pictures_come_with_their_maps_and_descriptions(photos: Path) -> None:
    text = photos.read_text("utf-8")
    images = [attributes for tag, attributes in Elements(text).found if tag == "img"]
    assert len(images) == 24
    assert all((image.get("src") or "").startswith("data:image/jpeg") for image in images)
    assert all(image.get("alt") for image in images)


def test_a_confusion_is_in_the_row_of_the_truth_and_the_column_of_the_answer(
    classes: Path,
) -> None:
    text = classes.read_text("utf-8")
    table = text[text.index('class="confusion"') :]
    rows = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", table[: table.index("</table>")])
    counts = [re.findall(r">(\w[\w,]*)<", re.sub(r"<span.*?</span>", "", row)) for row in rows]
    assert counts == [
        ["red", "2", "0", "0", "2"],
        ["green", "0", "1", "1", "2"],
        ["blue", "1", "0", "1", "2"],
    ]


def test_wrong_samples_come_before_right_ones_the_surest_first(classes: Path) -> None:
    text = classes.read_text("utf-8")
    table = text[text.index('id="samples"') :]
    files = re.findall(r'<th scope="row">(\d\.bin)', table)
    assert files[:2] == ["5.bin", "4.bin"]
    assert sorted(files) == [f"{number}.bin" for number in range(6)]
    assert table.count('class="bad-row"') == 2


def test_an_unmet_gate_is_the_title_and_the_state_of_its_figure(classes: Path) -> None:
    text = classes.read_text("utf-8")
    assert Words(text, "h1").found[0].strip().endswith("DO NOT SHIP, without a board")
    assert '<div class="tile bad"><dt>top-1 accuracy' in text


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_has_to_be_scrolled_sideways(
    page: Page, photos: Path, classes: Path, width: int
) -> None:
    page.size(width, mobile=width < 700)
    for file in (photos, classes):
        page.show(file)
        assert page.run("document.documentElement.scrollWidth") <= width
        assert problems(page) == []
