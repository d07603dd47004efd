"""The model card: from two models and a small data set to text and figures."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from hil.base.resources import find
from hil.errors import UsageError
from hil.testing.tiny_model import tiny_model
from model.modelcard import charts
from model.modelcard.collect import Given, card_facts
from model.modelcard.facts import CardFacts
from model.modelcard.sources import INITIAL_PERSON_DETECT, ORIGINS
from model.modelcard.text import card_markdown
from model.modelcard.write import card_files, write_card
from model.training.validation import both_class_sources

LABELS = "file,person,boxes,split,source"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Two tiny models, forty pictures of three sources, a training of three epochs."""
    folder = tmp_path_factory.mktemp("card")
    data, run = folder / "data", folder / "run"
    (data / "images").mkdir(parents=True)
    run.mkdir()
    numbers, lines = np.random.default_rng(5), [LABELS]
    for n in range(40):
        pixels = numbers.integers(0, 256, (100, 130)).astype(np.uint8)
        pixels[: n % 7 * 14] //= 3
        assert cv2.imwrite(str(data / "images" / f"{n}.png"), pixels)
        source = ("coco", "voc2012", "houses", "own")[n // 10]
        person = n % 2 if source != "houses" else 0
        boxes = "0.2 0.1 0.7 0.9" if person else ""
        lines.append(f"{n}.png,{person},{boxes},{'val' if n % 10 < 4 else 'test'},{source}")
    (data / "labels.csv").write_text("\n".join(lines) + "\n")
    for name, seed in (("float", 1), ("person_cam", 2)):
        (folder / f"{name}.tflite").write_bytes(tiny_model(seed=seed))
    epochs = [
        {"epoch": n, "loss": 1 / n, "seconds": 30.0, "val_auc": 0.5 + n / 10, "val_loss": 2 / n}
        for n in (1, 2, 3)
    ]
    (run / "history.jsonl").write_text("".join(json.dumps(epoch) + "\n" for epoch in epochs))
    (run / "recipe.toml").write_text("seed = 17\n")
    return Given(
        keras=folder / "float.tflite",  # a .tflite stands for the float network
        tflite=folder / "person_cam.tflite",
        data=data,
        labels=("no person", "person"),
        positive_class=1,
        threshold_percent=40,
        made={"weights_seed": 17, "keras": "3.15"},
        initial=INITIAL_PERSON_DETECT,
        run=run,
        sources=("coco", "voc2012"),
        tried="| what | gain |\n|---|---|\n| cut-out | 0.01 |",
        photographs=find("fixtures"),
    )


@pytest.fixture(scope="module")
def facts(given: Given) -> CardFacts:
    return card_facts(given)


def test_the_facts_are_of_the_test_images_of_the_named_sources(facts: CardFacts) -> None:
    counts = facts.int8_side.both.counts
    assert (counts.positives, counts.negatives) == (6, 6)
    assert facts.int8_side.everything.counts.reported == 24
    assert facts.difference.images == 12
    assert facts.thresholds[0].test.threshold_percent == 40
    assert [point.validation.recall.trials for point in facts.thresholds] == [4] * 4


def test_cells_count_the_locations_of_true_positives(facts: CardFacts) -> None:
    found = facts.int8_side.both.oracle.places.found
    assert sum(count for row in facts.cells for count, _ in row) == found.trials
    assert sum(right for row in facts.cells for _, right in row) == found.first.hits


def test_the_roc_runs_from_everything_to_nothing(facts: CardFacts) -> None:
    for side in (facts.float_side, facts.int8_side):
        first, last = side.roc[0], side.roc[-1]
        assert (first.recall.rate, first.false_alarms.rate) == (1, 1)
        assert (last.recall.rate, last.false_alarms.rate) == (0, 0)


def test_sources_with_both_classes_are_found(given: Given) -> None:
    from hil.samples.labels import read_labels

    assert both_class_sources(read_labels(given.data).entries) == ("coco", "own", "voc2012")


def test_the_text_holds_figures_terms_and_recipe(facts: CardFacts) -> None:
    text = card_markdown(facts)
    auc = facts.int8_side.both.oracle.scores.roc_auc
    assert f"**{auc:.3f}**" in text
    assert "Test images of coco and voc2012" in text
    assert ORIGINS["houses"].terms in text
    assert "research, teaching" in text
    assert "No origin is on record here for: own." in text
    assert "person_detect.tflite" in text
    assert "| cut-out | 0.01 |" in text
    assert "seed = 17" in text
    assert "3 epochs, 2 minutes." in text
    wrong = sum(bool(one.wrong) for one in facts.shown)
    assert f"{wrong} of the 24 photographs" in text


def test_every_figure_that_is_named_exists_and_every_file_is_named(facts: CardFacts) -> None:
    files = card_files(facts)
    named = set(re.findall(r"\]\((card/[^)]+)\)", files["CARD.md"].decode()))
    assert named == files.keys() - {"CARD.md"}
    assert len(named) == 7


def test_charts_are_well_formed_and_pictures_can_be_read(facts: CardFacts) -> None:
    for name, data in card_files(facts).items():
        if name.endswith(".svg"):
            root = ElementTree.fromstring(data)
            assert root.tag.endswith("svg")
            assert not re.search(rb"\b(nan|inf)\b", data)
        elif name.endswith(".jpg"):
            assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None


def test_the_same_facts_give_the_same_files(facts: CardFacts) -> None:
    assert card_files(facts) == card_files(facts)


def test_no_path_of_the_machine_is_in_the_card(facts: CardFacts, given: Given) -> None:
    text = card_markdown(facts)
    assert str(given.data) not in text
    assert str(given.data.parent) not in text


def test_a_card_without_training_failures_and_tried_leaves_them_out(facts: CardFacts) -> None:
    right = tuple(one for one in facts.shown if not one.wrong)
    bare = dataclasses.replace(facts, history=(), recipe="", tried="", shown=right)
    files = card_files(bare)
    assert "card/training.svg" not in files
    assert "card/failures.jpg" not in files
    assert "What was tried" not in files["CARD.md"].decode()


def test_figures_that_the_card_no_longer_has_are_removed(facts: CardFacts, tmp_path: Path) -> None:
    write_card(facts, tmp_path)
    write_card(dataclasses.replace(facts, history=()), tmp_path)
    assert not (tmp_path / "card" / "training.svg").exists()
    assert (tmp_path / "CARD.md").is_file()


def test_a_history_of_one_epoch_can_be_drawn() -> None:
    svg = charts.training_curves([{"epoch": 1, "loss": 0.5, "val_auc": None}])
    assert ElementTree.fromstring(svg) is not None


def test_data_without_val_cannot_choose_thresholds(given: Given, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "images").mkdir(parents=True)
    lines = [LABELS]
    for n in range(4):
        assert cv2.imwrite(str(data / "images" / f"{n}.png"), np.full((96, 96), 9 * n, np.uint8))
        lines.append(f"{n}.png,{n % 2},,test,coco")
    (data / "labels.csv").write_text("\n".join(lines) + "\n")
    changed = dataclasses.replace(given, data=data, sources=(), photographs=None)
    with pytest.raises(UsageError, match=r"no pictures of split 'val'|one class only"):
        card_facts(changed)


def test_a_damaged_history_is_named(given: Given, tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text("{\n")
    with pytest.raises(UsageError, match="a damaged line"):
        card_facts(dataclasses.replace(given, run=tmp_path, photographs=None))
