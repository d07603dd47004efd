"""Answers of every task, made up so that their figures are plain to see."""

from __future__ import annotations

import dataclasses
import io
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import f1_score, r2_score, roc_auc_score

from hil.facts.evaluation import (
    ERROR,
    NO_VALUES,
    Answer,
    Answers,
    Result,
    ValueType,
    joined,
)
from hil.judge.evaluation.against import change_between
from hil.judge.evaluation.evaluation import evaluate
from hil.judge.evaluation.gates import evaluation_samples, judge_evaluation
from hil.judge.evaluation.quality import Evaluation
from hil.judge.evaluation.selection import select
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import GateStatus, Ship
from hil.judge.metrics.hits import Hits
from hil.judge.tolerance import load_tolerances
from hil.network.task import Task
from hil.report.evaluation.report import as_json
from hil.report.evaluation.rows import rows
from hil.report.evaluation.tables import show
from hil.samples.labels import DataSet, Entry
from hil_lab.fakes.evaluation_header import evaluation_header

ANIMALS = Task("classification", 0, "softmax", 3, labels=("cat", "dog", "bird"), why="it is so")
SCORES = ValueType("int8", 3, 1 / 256, -128)
WAKE = Task("classification", 0, "sigmoid", 2, 1, 50.0, ("noise", "wake"))
ANOMALIES = Task("reconstruction", threshold=4.0)
NUMBERS = Task("regression")


class Samples:
    """A data set that grows line by line, and the answers to it."""

    def __init__(self, task: Task, values: ValueType) -> None:
        self.header = evaluation_header(task=task, values=values, input_size=None, resolver="tflm")
        self.entries: list[Entry] = []
        self.results: dict[str, Result] = {}

    def answer(self, values: Sequence[float], *, crc: int | None = None) -> Answer:
        packed = np.array(values, self.header.values.dtype).tobytes()
        number = len(self.entries)
        return Answer(number, (zlib.crc32(packed) if crc is None else crc,), packed)

    def add(
        self, *values: float, device: Answer | None = None, person: bool | None = None, **more: Any
    ) -> None:
        file = f"{len(self.entries)}.bin"
        oracle = self.answer(values)
        entry = Entry(len(self.entries) + 2, file, person, (), **{"split": "test", **more})
        self.entries.append(entry)
        self.results[file] = joined(file, 1, None, oracle, device or oracle)

    @property
    def answers(self) -> Answers:
        return Answers(self.header, self.results)

    def evaluate(self, **tolerances: int) -> Evaluation:
        data = DataSet(Path("labels.csv"), Path(), tuple(self.entries), ())
        limits = dataclasses.replace(load_tolerances(), **tolerances)
        return evaluate(self.answers, select(data), limits)

    def measured(self) -> dict[str, Any]:
        return dict(evaluation_samples(self.evaluate(), self.answers))


def text_of(found: Evaluation) -> str:
    console = Console(width=80, file=io.StringIO())
    with console.capture() as capture:
        show(found, console)
    text = capture.get()
    assert max(map(len, text.splitlines())) <= 80
    return text


def verdict_of(samples: Samples, folder: Path, text: str) -> Any:
    (folder / "gates.toml").write_text(text)
    gates = load_gates(folder / "gates.toml")
    return judge_evaluation(samples.evaluate(), samples.answers, gates)


# ---- classification --------------------------------------------------------------

# True class, and the int8 scores that are answered.
ANSWERED = [
    ("cat", (100, -90, -120)),
    ("cat", (90, -100, -110)),
    ("cat", (-100, 90, -110)),  # a dog, it says
    ("dog", (-90, 100, -120)),
    ("dog", (-100, 80, -100)),
    ("bird", (20, -10, 10)),  # a cat
]


def animals() -> Samples:
    samples = Samples(ANIMALS, SCORES)
    for label, scores in ANSWERED:
        samples.add(*scores, label=label)
    return samples


def test_classes_are_those_of_the_largest_scores() -> None:
    found = animals().evaluate()
    classes = found.oracle.classes
    assert classes is not None
    assert classes.confusion == ((2, 1, 0), (0, 2, 0), (1, 0, 0))
    assert classes.top1 == Hits(4, 6)
    truths = [ANIMALS.labels.index(label) for label, _ in ANSWERED]
    answers = [int(np.argmax(scores)) for _, scores in ANSWERED]
    macro = f1_score(truths, answers, average="macro", zero_division=0)
    assert classes.macro_f1 == pytest.approx(macro)
    assert (found.oracle.binary, found.oracle.places) == (None, None)
    assert found.counts.judged == 6


def test_a_report_on_classes_names_task_confusions_and_baseline() -> None:
    text = text_of(animals().evaluate())
    assert "task: classification of 3 classes (it is so)" in text
    assert "top-1 accuracy" in text
    assert "Confusions" in text
    assert "majority" in text
    assert "2 bird" in text
    assert "threshold curve" not in text.lower()


def test_of_many_classes_the_worst_confusions_are_listed() -> None:
    many = Task("classification", 0, "softmax", 40)
    samples = Samples(many, ValueType("int8", 40, 1 / 256, -128))
    for n in range(80):
        scores = np.full(40, -128)
        scores[n % 40 if n else 7] = 100
        samples.add(*scores, label=str(n % 40))
    text = text_of(samples.evaluate())
    assert "happened most often" in text
    assert "20 with the lowest F1 of 40" in text
    report = as_json(samples.evaluate(), samples.answers, 1.0)
    assert len(report["classes"]) == 40
    assert report["classes"][0]["answered"][7] == 1


def test_what_needs_a_positive_class_is_absent_with_the_reason(tmp_path: Path) -> None:
    gates = '[[gate]]\nmetric = "roc_auc"\nmin = 0.5\n[[gate]]\nmetric = "mae"\nmax = 1\n'
    verdict = verdict_of(animals(), tmp_path, gates)
    assert verdict.ship is Ship.NOT_PROVEN
    assert [result.status for result in verdict.results] == [GateStatus.NOT_MEASURED] * 2
    assert verdict.results[0].explanation == (
        "roc_auc needs a positive class: the task is classification"
    )
    assert "mae needs a regression" in verdict.results[1].explanation


def test_one_class_only_is_said() -> None:
    samples = Samples(ANIMALS, SCORES)
    for scores in ((100, -90, -120), (90, -100, -110)):
        samples.add(*scores, label="cat")
    found = samples.evaluate()
    assert found.oracle.classes is not None
    assert found.oracle.classes.balanced_accuracy is None
    assert "of one class only: cat" in " ".join(text_of(found).split())
    assert samples.measured()["balanced_accuracy"].absent.endswith("one class only: cat")


def test_samples_without_a_label_are_compared_and_told_of() -> None:
    samples = animals()
    samples.add(0, 0, 0)
    found = samples.evaluate()
    assert (found.counts.reported, found.counts.judged) == (7, 6)
    assert "1 of which nobody says what is right" in " ".join(text_of(found).split())


def test_without_any_label_answers_are_compared_alone() -> None:
    samples = Samples(ANIMALS, SCORES)
    samples.add(1, 2, 3)
    samples.add(1, 2, 4)
    found = samples.evaluate()
    assert found.unjudged == "no sample that is reported on has a label"
    assert rows(found) == ()
    text = " ".join(text_of(found).split())
    assert "compared, not judged: no sample" in text
    assert "2 of 2 samples identical in all outputs" in text
    assert samples.measured()["top1_accuracy"].absent == found.unjudged


def test_one_sigmoid_score_is_a_positive_class_with_auc_and_curve() -> None:
    samples = Samples(WAKE, ValueType("uint8", 1, 1 / 256))
    scores = [250, 130, 100, 20, 140, 10]
    wake = [True, True, True, False, False, False]
    for score, is_wake in zip(scores, wake, strict=True):
        samples.add(score, label="wake" if is_wake else "noise")
    found = samples.evaluate()
    assert found.oracle.scores.roc_auc == pytest.approx(roc_auc_score(wake, scores))
    assert found.oracle.scores.recall == Hits(2, 3)
    assert found.oracle.scores.false_alarms == Hits(1, 3)
    assert len(found.oracle.binary.curve) == 101
    text = " ".join(text_of(found).split())
    assert "positive: wake, from 50 % on" in text
    assert "3 positive (wake), 3 negative" in text
    assert {"top1_accuracy", "roc_auc", "calibration_error"} <= samples.measured().keys()


# ---- reconstruction --------------------------------------------------------------


def machines() -> Samples:
    """Two windows a recording, two machines; the second one's errors are ten times as large."""
    samples = Samples(ANOMALIES, ERROR)
    for source, factor in (("a", 1.0), ("b", 10.0)):
        for n, (label, mean) in enumerate(
            [("normal", 1.0), ("normal", 2.0), ("normal", 3.5), ("anomaly", 3.0), ("anomaly", 6.0)]
        ):
            for off in (-0.5, 0.5):
                error = (mean + off) * factor
                samples.add(error, label=label, group=f"{source}{n}", source=source)
    return samples


def test_recordings_are_told_apart_by_the_mean_error_of_their_windows() -> None:
    found = machines().evaluate()
    quality = found.oracle.anomalies
    assert quality is not None
    means = [m * f for f in (1, 10) for m in (1.0, 2.0, 3.5, 3.0, 6.0)]
    truths = [False, False, False, True, True] * 2
    assert (quality.areas.anomalies, quality.areas.normals) == (4, 6)
    assert quality.areas.auc == pytest.approx(roc_auc_score(truths, means))
    assert quality.areas.pauc == pytest.approx(roc_auc_score(truths, means, max_fpr=0.1))
    assert quality.areas.pauc_dcase is None  # six normal recordings, ten are needed
    # Each machine: five of six pairs are won.
    assert quality.mean is not None
    assert quality.mean.auc == pytest.approx(5 / 6)
    assert [source.areas.auc for source in found.sources] == [pytest.approx(5 / 6)] * 2


def test_the_declared_threshold_decides_on_recordings() -> None:
    quality = machines().evaluate().oracle.anomalies
    assert quality is not None
    assert quality.decided is not None
    # From 4 on: of machine a one anomaly, of b everything.
    assert quality.decided.recall == Hits(3, 4)
    assert quality.decided.false_alarms == Hits(3, 6)


def test_the_best_threshold_is_chosen_on_validation_and_reported_on_the_rest() -> None:
    samples = Samples(dataclasses.replace(ANOMALIES, threshold=None), ERROR)
    for n in range(40):
        samples.add(1.0 + n / 100, label="normal", split="val")
        samples.add(9.0 + n / 100, label="anomaly", split="val")
    for error, label in ((1.0, "normal"), (30.0, "normal"), (12.0, "anomaly")):
        samples.add(error, label=label)
    found = samples.evaluate()
    quality = found.oracle.anomalies
    assert quality is not None
    assert quality.decided is None
    assert quality.chosen is not None
    assert 1.39 < quality.chosen.threshold <= 9.0
    assert quality.chosen.recall == Hits(1, 1)
    assert quality.chosen.false_alarms == Hits(1, 2)
    measured = samples.measured()
    assert measured["best_balanced_accuracy"].values == (0.75,)
    assert measured["accuracy"].absent == "the settings give no anomaly_threshold"
    assert "anomalous from an error of" in text_of(found)


def test_normal_recordings_alone_have_no_auc_and_the_report_says_so(tmp_path: Path) -> None:
    samples = Samples(ANOMALIES, ERROR)
    for n in range(3):
        samples.add(float(n), label="0")
    found = samples.evaluate()
    assert "of one class only: 0 anomalous, 3 normal" in " ".join(text_of(found).split())
    verdict = verdict_of(samples, tmp_path, '[[gate]]\nmetric = "anomaly_auc"\nmin = 0.85\n')
    assert verdict.results[0].status is GateStatus.NOT_MEASURED
    assert "of one class only" in verdict.results[0].explanation


def test_anomalies_are_shown_and_gated(tmp_path: Path) -> None:
    samples = machines()
    listed = [row.name for row in rows(samples.evaluate())]
    assert listed[:3] == ["AUC of anomalies", "partial AUC", "partial AUC, DCASE"]
    text = text_of(samples.evaluate())
    assert "Anomalies in 10 recordings" in text
    assert "By source" in text
    measured = samples.measured()
    assert measured["anomaly_auc_mean"].values == (pytest.approx(5 / 6),)
    assert "ten normal recordings" in measured["anomaly_pauc_dcase"].absent
    json.dumps(as_json(samples.evaluate(), samples.answers, 1.0), allow_nan=False)


# ---- regression ------------------------------------------------------------------


def temperatures() -> Samples:
    samples = Samples(NUMBERS, ValueType("int8", 1, 0.5, 10))
    for stored, value in ((10, 0.0), (20, 4.0), (30, 12.0), (50, 19.0)):
        samples.add(stored, value=value)
    return samples


def test_numbers_are_compared_as_real_numbers() -> None:
    found = temperatures().evaluate()
    numbers = found.oracle.numbers
    assert numbers is not None
    # (stored - 10) * 0.5: 0, 5, 10, 20.
    assert numbers.mae == pytest.approx((0 + 1 + 2 + 1) / 4)
    assert numbers.rmse == pytest.approx((6 / 4) ** 0.5)
    assert numbers.r2 == pytest.approx(r2_score([0, 4, 12, 19], [0, 5, 10, 20]))
    assert numbers.bias == pytest.approx(0.0)
    measured = temperatures().measured()
    assert measured["mae"].values == (1.0,)
    assert "anomaly_auc needs a reconstruction" in measured["anomaly_auc"].absent
    text = text_of(found)
    assert "true mean" in text
    assert "R2" in text


def test_equal_true_values_have_no_r2_and_the_gate_says_why() -> None:
    samples = Samples(NUMBERS, ValueType("float32", 1))
    for answer in (1.0, 2.0, 3.5):
        samples.add(answer, value=2.0)
    assert samples.measured()["r2"].absent == "all true values are equal"


def test_a_regression_of_several_numbers_is_compared_and_not_judged() -> None:
    samples = Samples(NUMBERS, ValueType("float32", 2))
    samples.add(1.0, 2.0, value=1.0)
    assert "a regression of several numbers is not judged" in samples.evaluate().unjudged


def test_answers_that_are_no_numbers_prove_nothing() -> None:
    samples = Samples(NUMBERS, ValueType("float32", 1))
    samples.add(1.0, value=1.0)
    samples.add(float("nan"), value=1.0)
    found = samples.evaluate()
    assert "1 answers of the oracle hold NaN or infinity, first that to 1.bin" in found.unjudged
    assert samples.measured()["mae"].absent == found.unjudged


def test_samples_that_the_input_cannot_hold_are_told() -> None:
    samples = temperatures()
    samples.results["1.bin"] = dataclasses.replace(samples.results["1.bin"], clamped=3)
    assert "1 samples have values beyond the input's range" in text_of(samples.evaluate())


# ---- none, and agreement for all --------------------------------------------------


def test_a_network_without_a_task_is_compared_alone() -> None:
    samples = Samples(Task("none", why="nobody says what it is for"), NO_VALUES)
    samples.add(label="x")
    samples.add(label="y", device=Answer(1, (99,), b""))
    found = samples.evaluate()
    assert found.unjudged == "nobody says what it is for"
    both = found.agreement
    assert both is not None
    assert (both.samples, both.identical, both.failed) == (2, 1, 1)
    assert (both.value_lsb, both.outputs_differing) == (None, 1)
    assert "1 of 2 samples identical in all outputs" in " ".join(text_of(found).split())


def test_differences_are_counted_in_steps_and_as_decisions(tmp_path: Path) -> None:
    samples = animals()
    samples.add(50, 47, -128, label="cat", device=samples.answer((50, 52, -128)))
    samples.add(50, 40, -128, label="cat", device=samples.answer((50, 43, -128)))
    found = samples.evaluate()
    both = found.agreement
    assert both is not None
    assert (both.samples, both.identical, both.failed) == (8, 6, 2)
    assert (both.value_lsb, both.outputs_differing, both.decisions_differing) == (5, 2, 1)
    assert both.examples[0] == ("6.bin", "output 0: off by up to 5 LSB, 0 are allowed")
    assert found.device is not None
    assert found.device.classes is not None
    assert found.oracle.classes is not None
    assert found.device.classes.top1.hits == found.oracle.classes.top1.hits - 1
    wide = samples.evaluate(output_lsb=4).agreement
    assert wide is not None
    assert wide.failed == 1
    verdict = verdict_of(samples, tmp_path, '[[gate]]\nmetric = "value_lsb"\nmax = 5\n')
    assert verdict.results[0].status is GateStatus.MET
    assert verdict.ship is Ship.DO_NOT_SHIP


def test_another_output_that_differs_fails_though_its_size_is_not_known() -> None:
    samples = Samples(ANOMALIES, ERROR)
    samples.add(1.0, label="0", device=samples.answer((1.25,), crc=5))
    samples.add(5.0, label="1")
    both = samples.evaluate(output_lsb=100).agreement
    assert both is not None
    assert both.error_difference == 0.25
    assert both.failed == 1
    assert "hil validate says by how much" in both.examples[0][1]


def test_an_answer_for_another_sample_fails() -> None:
    samples = animals()
    right = samples.answer((1, 2, 3))
    samples.add(1, 2, 3, label="cat", device=dataclasses.replace(right, sample_crc=77))
    both = samples.evaluate().agreement
    assert both is not None
    assert both.examples == (("6.bin", "input: the board answered for another sample"),)


@pytest.mark.parametrize("make", [animals, machines, temperatures])
def test_a_source_of_which_nobody_says_what_is_right_has_empty_figures(make: Any) -> None:
    samples = make()
    samples.add(*[1.0] * samples.header.values.count, source="silent")
    found = samples.evaluate()
    silent = next(source for source in found.sources if source.source == "silent")
    assert silent.samples == 1
    assert "silent" in text_of(found)
    json.dumps(as_json(found, samples.answers, 1.0), allow_nan=False)


def test_one_answer_to_everything_proves_nothing() -> None:
    samples = Samples(ANIMALS, SCORES)
    for label in ("cat", "dog", "bird"):
        samples.add(5, 4, 3, label=label)
    assert samples.evaluate().alike
    assert not animals().evaluate().alike


@pytest.mark.parametrize(
    ("make", "figure"),
    [(animals, "top-1 accuracy"), (machines, "AUC of anomalies"), (temperatures, "MAE")],
)
def test_two_evaluations_are_compared_by_the_figure_of_their_task(make: Any, figure: str) -> None:
    found = make().evaluate()
    change = change_between(found, found, "itself")
    assert change is not None
    assert (change.figure.name, change.difference) == (figure, 0)
    assert change.text.startswith(figure)
