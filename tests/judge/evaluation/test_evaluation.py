"""Metrics of made-up answers whose values are plain to see."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from hil.facts.evaluation import (
    Answer,
    Answers,
    Result,
    Times,
    ValueType,
    joined,
    with_map,
)
from hil.judge.evaluation.against import ROC_AUC, Change
from hil.judge.evaluation.evaluation import evaluate
from hil.judge.evaluation.gates import Known, evaluation_samples, judge_evaluation
from hil.judge.evaluation.quality import Evaluation
from hil.judge.evaluation.selection import select
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import GateStatus, Ship
from hil.judge.metrics.hits import Hits, PairedHits
from hil.judge.tolerance import Tolerances, load_tolerances
from hil.network.location import Location, NoLocation, cell_location
from hil.network.task import Task
from hil.report.evaluation.report import as_json, write_json
from hil.report.evaluation.rows import rows
from hil.report.evaluation.tables import show
from hil.samples.labels import DataSet, Entry
from hil.testing.tiny_model import tiny_model
from hil_lab.fakes.evaluation_header import evaluation_header

SIZE = (96, 96)
TASK = Task("localization", 0, "softmax", 2, 1, 50.0)
HEADER = evaluation_header(task=TASK)
LEFT = (0.0, 0.0, 0.5, 1.0)
PASSING, FAILING = 27, -28  # (27 + 128) / 256 is 60.5 %, (-28 + 128) / 256 is 39.1 %


def answer(score: int, row: int, column: int, **changes: Any) -> Answer:
    """A map with its maximum in one cell, and the location that follows."""
    cam = np.zeros((6, 6), np.int32)
    cam[row, column] = 1000
    place: Location | NoLocation = cell_location(row, column, (6, 6), SIZE)
    if score < 0:
        place = NoLocation.BELOW_THRESHOLD
    values = np.array([-score, score], np.int8).tobytes()
    packed = with_map(Answer(7, (score & 0xFF, row, column), values), 50, place, cam)
    return dataclasses.replace(packed, **changes)


class Images:
    """A data set that grows line by line, and the answers to it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.results: dict[str, Result] = {}

    def add(
        self,
        oracle: Answer,
        *,
        person: bool = True,
        device: Answer | None = None,
        boxes: tuple[tuple[float, float, float, float], ...] | None = None,
        split: str = "test",
        source: str = "",
        size: tuple[int, int] = SIZE,
    ) -> None:
        if boxes is None:
            boxes = (LEFT,) if person else ()
        file = f"{len(self.entries)}.png"
        self.entries.append(Entry(len(self.entries) + 2, file, person, boxes, split, source))
        times = Times(100, 10, 5000, 20, 6000)
        self.results[file] = joined(file, 1, size, oracle, device or oracle, times)

    def answers(self, **changes: Any) -> Answers:
        return Answers(dataclasses.replace(HEADER, **changes), self.results)

    def evaluate(self, tolerances: Tolerances | None = None) -> Evaluation:
        data = DataSet(Path("labels.csv"), Path(), tuple(self.entries), ())
        return evaluate(self.answers(), select(data), tolerances or load_tolerances())


def worked_example() -> Images:
    """Four persons, three found, two of them at the right place; two empty, one alarm."""
    images = Images()
    images.add(answer(PASSING, 2, 1), source="a")  # found, right place
    images.add(answer(PASSING, 3, 0), source="a")  # found, right place
    images.add(answer(PASSING, 3, 5), source="a")  # found, wrong place
    images.add(answer(FAILING, 3, 2), source="b")  # missed, though the map knows the place
    images.add(answer(PASSING, 0, 0), person=False, source="b")
    images.add(answer(FAILING, 0, 0), person=False, source="b")
    images.add(answer(PASSING, 2, 1), split="val")
    return images


def test_scores_are_counted_on_the_reported_images() -> None:
    found = worked_example().evaluate()
    scores = found.oracle.scores
    assert (scores.true_positives, scores.false_negatives) == (3, 1)
    assert (scores.false_positives, scores.true_negatives) == (1, 1)
    assert scores.accuracy == Hits(4, 6)
    assert scores.threshold == 50
    assert found.counts.run == 7
    assert (found.counts.reported, found.counts.positives, found.counts.negatives) == (6, 4, 2)


def test_localization_is_counted_as_answered_and_by_the_map() -> None:
    found = worked_example().evaluate()
    assert found.oracle.places.answered == Hits(2, 4)
    assert found.oracle.places.peak == Hits(3, 4)
    assert found.baselines.centre == Hits(4, 4)  # the box ends in the middle


def test_half_a_cell_beside_a_box_is_near() -> None:
    images = Images()
    for column in (2, 3, 4):
        images.add(answer(PASSING, 3, column), boxes=(LEFT,))
    found = images.evaluate()
    assert found.oracle.places.peak == Hits(1, 3)
    assert found.oracle.places.near_peak == Hits(2, 3)


def test_the_level_comes_from_the_validation_images() -> None:
    images = Images()
    cell = (1 / 6, 1 / 3, 1 / 3, 1 / 2)  # row 2, column 1
    images.add(answer(PASSING, 2, 1), boxes=(cell,), split="val")
    images.add(answer(PASSING, 2, 1), boxes=(cell,))
    images.add(answer(PASSING, 4, 4), boxes=(cell,))
    found = images.evaluate()
    assert [accuracy.hits for accuracy in found.oracle.places.boxes] == [Hits(1, 2)] * 3
    assert (found.counts.validation, found.counts.held_out) == (1, 2)
    assert len(found.baselines.boxes) == 3


def test_without_validation_images_the_boxes_are_not_measured() -> None:
    images = Images()
    images.add(answer(PASSING, 2, 1))
    images.add(answer(FAILING, 2, 1), person=False, split="val")
    found = images.evaluate()
    assert found.oracle.places.boxes == ()
    assert "max_box_acc_50" not in evaluation_samples(found, images.answers())


def test_a_person_that_the_cut_lost_counts_as_none_and_too_small_ones_not_at_all() -> None:
    images = Images()
    images.add(answer(FAILING, 2, 1), boxes=((0.0, 0.0, 0.1, 1.0),), size=(200, 100))
    images.add(answer(FAILING, 2, 1), boxes=((0.0, 0.0, 0.05, 0.05),))
    images.add(answer(PASSING, 2, 1))
    found = images.evaluate()
    assert (found.counts.positives, found.counts.negatives, found.counts.small) == (1, 1, 1)
    assert found.counts.lost == 2
    assert found.counts.boxed == 1
    assert found.oracle.scores.accuracy == Hits(2, 2)


def test_a_flat_map_points_nowhere() -> None:
    images = Images()
    plain = Answer(7, (), np.array([-27, 27], np.int8).tobytes())
    flat = with_map(plain, 50, NoLocation.FLAT_MAP, np.zeros((6, 6), np.int32))
    images.add(flat, boxes=((0.0, 0.0, 1.0, 1.0),))
    images.add(flat, boxes=((0.0, 0.0, 1.0, 1.0),), split="val")
    found = images.evaluate()
    assert found.oracle.places.peak == Hits(0, 1)
    assert found.oracle.places.boxes[0].hits == Hits(0, 1)


def test_sources_are_told_apart() -> None:
    found = worked_example().evaluate()
    assert [source.source for source in found.sources] == ["a", "b"]
    first, second = found.sources
    assert (first.scores.positives, first.scores.negatives) == (3, 0)
    assert first.places.answered == Hits(2, 3)
    assert second.scores.false_alarms == Hits(1, 2)
    assert second.places.peak == Hits(1, 1)


# ---- localization of what was found -------------------------------------------


def test_true_positives_point_against_the_centre_of_the_same_images() -> None:
    images = Images()
    images.add(answer(PASSING, 2, 1))  # both: the box ends in the middle
    images.add(answer(PASSING, 2, 1), boxes=((0.0, 0.0, 0.4, 1.0),))  # the location alone
    images.add(answer(PASSING, 2, 5))  # the centre alone
    images.add(answer(PASSING, 2, 5), boxes=((0.0, 0.0, 0.4, 1.0),))  # neither
    images.add(answer(PASSING, 2, 1), boxes=((0.0, 0.0, 0.4, 1.0),))  # the location alone
    images.add(answer(FAILING, 2, 1))  # not found
    images.add(answer(PASSING, 2, 1), person=False)  # a false alarm
    images.add(answer(PASSING, 2, 1), boxes=())  # found, but nobody says where
    found = images.evaluate()
    assert found.oracle.places.found == PairedHits(1, 2, 1, 1)
    measured = evaluation_samples(found, images.answers())
    rate, gain = measured["pointing_found_rate"], measured["pointing_found_gain"]
    assert (rate.successes, rate.trials) == (3, 5)
    assert gain.values == (pytest.approx(1 / 5),)
    assert gain.interval is not None
    assert gain.interval[0] < 0 < gain.interval[1]
    row = {row.name: row for row in rows(found)}["pointing, true pos."]
    assert (row.oracle.hits, row.oracle.trials) == (3, 5)
    assert row.baseline is not None
    assert (row.baseline.hits, row.baseline.trials) == (2, 5)


def test_the_gain_over_the_centre_box_is_of_the_same_images() -> None:
    images = Images()
    cell = (1 / 6, 1 / 3, 1 / 3, 1 / 2)  # row 2, column 1
    images.add(answer(PASSING, 2, 1), boxes=(cell,), split="val")
    for column in (1, 1, 1, 4):
        images.add(answer(PASSING, 2, column), boxes=(cell,))
    found = images.evaluate()
    assert found.oracle.places.box_gains[1] == PairedHits(0, 3, 0, 1)
    measured = evaluation_samples(found, images.answers())["max_box_gain_50"]
    assert (measured.values, measured.trials) == ((0.75,), 4)


# ---- the best threshold ----------------------------------------------------------


def test_the_best_threshold_is_chosen_on_the_validation_images_alone() -> None:
    images = Images()
    for score, person in ((60, True), (40, True), (30, False), (-60, False)):
        images.add(answer(score, 2, 1), person=person, split="val")
    for score, person in ((35, True), (50, True), (45, False), (20, False)):
        images.add(answer(score, 2, 1), person=person)
    found = images.evaluate()
    # Percents are (score + 128) / 256. Those of the validation images, 73.4, 65.6, 61.7 and
    # 26.6, are told apart from 62 % on; below it one of two negatives passes.
    assert found.oracle.binary.chosen is not None
    assert found.oracle.binary.chosen.threshold == 62
    assert found.oracle.binary.chosen.recall == Hits(2, 2)
    assert found.oracle.binary.chosen.false_alarms == Hits(1, 2)
    assert found.oracle.scores.threshold == 50
    measured = evaluation_samples(found, images.answers())["best_balanced_accuracy"]
    assert measured.values == (0.75,)
    assert "best threshold on the validation samples: 62 %" in text_of(found)


def test_the_percent_of_a_float_network_decides_between_the_steps() -> None:
    images = Images()
    for share, person in ((0.49996, True), (0.501, True), (0.5005, False)):
        values = np.array([1 - share, share]).tobytes()  # the nearest int8, 0, is 50 %
        images.add(answer(0, 2, 1, values=values), person=person)
    data = DataSet(Path("labels.csv"), Path(), tuple(images.entries), ())
    floats = images.answers(values=ValueType("float64", 2), build_id="")
    found = evaluate(floats, select(data), load_tolerances())
    assert found.oracle.scores.recall == Hits(1, 2)
    assert found.oracle.scores.roc_auc == 0.5


# ---- board against oracle -------------------------------------------------------


def test_identical_answers_agree_and_share_their_metrics() -> None:
    found = worked_example().evaluate()
    assert found.agreement is not None
    assert found.agreement.identical == found.agreement.samples == 7
    assert (found.agreement.value_lsb, found.agreement.failed) == (0, 0)
    assert found.device is found.oracle


def test_differences_are_counted_and_judged() -> None:
    images = worked_example()
    images.add(answer(PASSING, 2, 1), device=answer(PASSING - 3, 2, 1))
    images.add(answer(1, 2, 1), device=answer(-1, 2, 1))
    images.add(answer(PASSING, 2, 1), device=answer(PASSING, 2, 2))
    images.add(answer(PASSING, 2, 1), device=answer(PASSING, 2, 1, sample_crc=8))
    found = images.evaluate()
    both = found.agreement
    assert both is not None
    assert (both.samples, both.identical, both.failed) == (11, 7, 4)
    assert (both.value_lsb, both.cam_lsb) == (3, 1000)
    assert (both.values_differing, both.cams_differing) == (2, 1)
    assert (both.locations_differing, both.decisions_differing) == (2, 1)
    assert [file for file, _ in both.examples] == ["7.png", "8.png", "9.png", "10.png"]
    assert "for another image" in both.examples[3][1]
    assert found.device is not None
    assert found.device.scores.false_negatives == found.oracle.scores.false_negatives + 1


def test_tolerances_allow_what_they_say() -> None:
    images = worked_example()
    images.add(answer(PASSING, 2, 1), device=answer(PASSING - 1, 2, 1))
    exact = load_tolerances()
    wide = dataclasses.replace(exact, score_lsb=1)
    for tolerances, failed in ((exact, 1), (wide, 0)):
        both = images.evaluate(tolerances).agreement
        assert both is not None
        assert (both.failed, both.value_lsb) == (failed, 1)


def test_a_map_that_the_board_did_not_send_is_a_failure_and_a_miss() -> None:
    images = worked_example()
    images.add(answer(FAILING, 2, 1), device=answer(FAILING, 2, 1, cam=None, grid=(0, 0)))
    found = images.evaluate()
    assert found.agreement is not None
    assert found.agreement.failed == 1
    assert found.device is not None
    assert found.oracle.places.peak == Hits(4, 5)
    assert found.device.places.peak == Hits(3, 5)


# ---- gates ----------------------------------------------------------------------


def gates_file(folder: Path, text: str) -> Path:
    path = folder / "gates.toml"
    path.write_text(text)
    return path


def test_samples_have_the_names_of_the_catalogue() -> None:
    images = worked_example()
    found = evaluation_samples(images.evaluate(), images.answers())
    assert (found["accuracy"].successes, found["accuracy"].trials) == (4, 6)
    assert (found["pointing_hit_rate"].successes, found["pointing_hit_rate"].trials) == (2, 4)
    assert found["max_box_acc_50"].trials == 4
    assert found["invoke_us"].values == (5000,) * 7
    assert found["score_lsb"].values == (0,)
    assert found["calibration_error"].interval is not None


def test_gates_are_met_unproven_and_unmet_as_in_a_test_run(tmp_path: Path) -> None:
    images = worked_example()
    text = """
        [[gate]]
        metric = "score_lsb"
        max = 0
        [[gate]]
        metric = "accuracy"
        min = "50 %"
        [[gate]]
        metric = "invoke_us"
        statistic = "max"
        max = "1 ms"
        [[gate]]
        metric = "features_lsb"
        max = 0
    """
    verdict = judge_evaluation(
        images.evaluate(), images.answers(), load_gates(gates_file(tmp_path, text))
    )
    assert [result.status for result in verdict.results] == [
        GateStatus.MET,
        GateStatus.NOT_PROVEN,
        GateStatus.UNMET,
        GateStatus.NOT_MEASURED,
    ]
    assert verdict.ship is Ship.DO_NOT_SHIP


MODEL_GATES = """
[[gate]]
metric = "tflite_bytes"
max = 200000
[[gate]]
metric = "model_macs"
max = 7_600_000
[[gate]]
metric = "model_ops"
min = 5
max = 5
[[gate]]
metric = "model_ops_of[CONV_2D]"
max = 1
[[gate]]
metric = "roc_auc_change"
max = 0.01
"""


def test_the_model_itself_can_be_gated(tmp_path: Path) -> None:
    images = worked_example()
    gates = load_gates(gates_file(tmp_path, MODEL_GATES))
    known = Known(tflite=tiny_model(), change=Change("float", ROC_AUC, 0.881, 0.89))
    verdict = judge_evaluation(images.evaluate(), images.answers(), gates, known)
    assert [result.status for result in verdict.results] == [
        GateStatus.MET,
        GateStatus.MET,
        GateStatus.MET,
        GateStatus.UNMET,  # there are two
        GateStatus.MET,
    ]
    bare = judge_evaluation(images.evaluate(), images.answers(), gates)
    assert {result.status for result in bare.results} == {GateStatus.NOT_MEASURED}


def test_a_board_that_disagrees_does_not_ship_though_its_gates_are_met(tmp_path: Path) -> None:
    images = worked_example()
    gates = load_gates(gates_file(tmp_path, '[[gate]]\nmetric = "recall"\nmin = "10 %"\n'))
    assert judge_evaluation(images.evaluate(), images.answers(), gates).ship is Ship.SHIP
    for _ in range(12):
        images.add(answer(PASSING, 2, 1), device=answer(PASSING - 3, 2, 1))
    verdict = judge_evaluation(images.evaluate(), images.answers(), gates)
    assert verdict.ship is Ship.DO_NOT_SHIP
    assert len(verdict.counts) == 1
    assert verdict.counts[0].startswith("12 of ")
    assert len(verdict.failures) == 11
    assert verdict.failures[-1] == "and 2 more samples"


# ---- data that cannot tell ---------------------------------------------------------

CLASS_GATES = """
[[gate]]
metric = "roc_auc"
min = 0.0
[[gate]]
metric = "balanced_accuracy"
min = "0 %"
[[gate]]
metric = "best_balanced_accuracy"
min = "0 %"
[[gate]]
metric = "calibration_error"
max = 1.0
[[gate]]
metric = "{own}"
min = "0 %"
"""


def of_one_class(count: int, *, person: bool) -> Images:
    images = Images()
    for n in range(count):
        images.add(answer(PASSING + n, n % 6, 0, sample_crc=n), person=person)
    return images


@pytest.mark.parametrize("count", [1, 2, 50])
@pytest.mark.parametrize(("person", "own"), [(True, "recall"), (False, "false_alarm_rate")])
def test_images_of_one_class_prove_nothing_that_needs_both(
    tmp_path: Path, count: int, person: bool, own: str
) -> None:
    images = of_one_class(count, person=person)
    found = images.evaluate()
    scores = {row.name.strip(): row.oracle.value for row in rows(found)}
    for name in ("ROC AUC", "balanced accuracy", "calibration error", "Brier score"):
        assert scores[name] is None
    gates = load_gates(gates_file(tmp_path, CLASS_GATES.format(own=own)))
    verdict = judge_evaluation(found, images.answers(), gates)
    *others, last = verdict.results
    assert {result.status for result in others} == {GateStatus.NOT_MEASURED}
    assert last.status is GateStatus.MET
    assert verdict.ship is Ship.NOT_PROVEN
    said = f"{count if person else 0} positive, {0 if person else count} negative"
    assert others[0].explanation.endswith(said)
    assert said in " ".join(text_of(found).split())
    json.dumps(as_json(found, images.answers(), 1.0, verdict), allow_nan=False)


def test_validation_images_of_one_class_choose_no_threshold_and_say_so(tmp_path: Path) -> None:
    images = worked_example()  # one validation image, with a person
    gates = load_gates(
        gates_file(tmp_path, '[[gate]]\nmetric = "best_balanced_accuracy"\nmin = "0 %"\n')
    )
    (result,) = judge_evaluation(images.evaluate(), images.answers(), gates).results
    assert result.status is GateStatus.NOT_MEASURED
    assert "validation samples are of one class only" in result.explanation


def test_equal_answers_to_all_images_prove_nothing(tmp_path: Path) -> None:
    gates = load_gates(gates_file(tmp_path, '[[gate]]\nmetric = "score_lsb"\nmax = 0\n'))
    images = Images()
    for n in range(12):
        images.add(answer(PASSING, 5, 5, sample_crc=n), person=n % 2 == 0)
    found = images.evaluate()
    assert found.alike
    assert found.oracle.scores.roc_auc == 0.5
    verdict = judge_evaluation(found, images.answers(), gates)
    assert [result.status for result in verdict.results] == [GateStatus.MET]
    assert verdict.ship is Ship.NOT_PROVEN
    assert "every sample got the same answer" in " ".join(verdict.unproven)
    assert "every sample got the same answer" in text_of(found)

    images.add(answer(PASSING + 1, 5, 5, sample_crc=99))
    assert not images.evaluate().alike
    assert judge_evaluation(images.evaluate(), images.answers(), gates).ship is Ship.SHIP


def test_equal_answers_to_copies_of_one_image_are_no_finding() -> None:
    images = Images()
    for _ in range(5):
        images.add(answer(PASSING, 5, 5))
    assert not images.evaluate().alike


# ---- what is shown --------------------------------------------------------------


def text_of(found: Evaluation, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO())
    with console.capture() as capture:
        show(found, console)
    return capture.get()


def test_every_metric_is_printed_beside_its_baseline_and_the_oracle() -> None:
    text = text_of(worked_example().evaluate())
    listed = {row.name.strip(): row for row in rows(worked_example().evaluate())}
    assert len(listed) == 20
    for name in listed:
        assert name in text
    assert re.search("location in a box +50.0 % ", text)
    assert "Board and oracle: 7 of 7 samples identical" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_markup_in_file_names_is_not_interpreted() -> None:
    images = worked_example()
    images.add(answer(PASSING, 2, 1), device=answer(PASSING, 2, 2), source="[red]")
    file = next(reversed(images.results))
    images.results["[b]x.png"] = dataclasses.replace(images.results.pop(file), file="[b]x.png")
    images.entries[-1] = dataclasses.replace(images.entries[-1], file="[b]x.png")
    text = text_of(images.evaluate())
    assert "[b]x.png: location" in text
    assert "[red]" in text


def test_the_json_file_holds_what_is_shown(tmp_path: Path) -> None:
    images = worked_example()
    found, path = images.evaluate(), tmp_path / "sub" / "evaluation.json"
    write_json(as_json(found, images.answers(), 1.5), path)
    data = json.loads(path.read_text())
    metrics = {row["metric"]: row for row in data["metrics"]}
    assert metrics["accuracy"]["board"]["hits"] == 4
    assert metrics["accuracy"]["baseline"]["value"] == pytest.approx(4 / 6)
    assert data["agreement"]["identical"] == 7
    assert len(data["threshold_curve"]) == 101
    assert data["run"]["seconds"] == 1.5
    assert [path.name for path in path.parent.iterdir()] == ["evaluation.json"]


def test_persons_whose_place_is_not_known_count_for_scores_and_not_for_localization() -> None:
    images = Images()
    images.add(answer(PASSING, 2, 1), source="boxed")
    images.add(answer(PASSING, 3, 5), boxes=(), source="own", size=(300, 100))
    images.add(answer(FAILING, 3, 5), boxes=(), source="own")
    images.add(answer(FAILING, 0, 0), person=False, source="own")
    images.add(answer(PASSING, 2, 1), split="val")
    found = images.evaluate()
    assert (found.counts.positives, found.counts.negatives, found.counts.small) == (3, 1, 0)
    assert (found.counts.boxed, found.counts.lost) == (1, 0)
    assert found.oracle.scores.recall == Hits(2, 3)
    assert found.oracle.places.peak == Hits(1, 1)
    own = next(source for source in found.sources if source.source == "own")
    assert own.scores.recall == Hits(1, 2)
    assert own.places.peak == own.places.centre == Hits(0, 0)


@pytest.mark.parametrize("known", [(), (LEFT,)])
def test_a_data_set_without_boxes_has_scores_and_no_localization(
    known: tuple[tuple[float, float, float, float], ...],
) -> None:
    images = Images()
    images.add(answer(PASSING, 2, 1), boxes=known, split="val")
    images.add(answer(PASSING, 2, 1), boxes=())
    images.add(answer(FAILING, 2, 1), person=False)
    found = images.evaluate()
    assert found.oracle.scores.accuracy == Hits(2, 2)
    measured = {row.name: row.oracle.value for row in rows(found) if row.group == "localization"}
    assert measured
    assert set(measured.values()) == {None}
    show(found, Console(file=io.StringIO()))
