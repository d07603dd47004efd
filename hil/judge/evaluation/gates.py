"""An evaluation's metrics as samples for gates (`hil.judge.gates`). Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hil.facts.evaluation import Answers, Times
from hil.facts.stand_in import stand_in, where_measured
from hil.judge.evaluation.quality import ALIKE, Evaluation
from hil.judge.figures import count_text
from hil.judge.gates.judge import judge_gates
from hil.judge.gates.model import Gates, GatesVerdict, Ship
from hil.judge.gates.run import without_real_time
from hil.judge.measure.catalog import CATALOG, OF_MAPS
from hil.judge.measure.values import (
    Samples,
    anomaly_samples,
    balanced_accuracy_samples,
    class_samples,
    decision_samples,
    gain_samples,
    rate_samples,
    regression_samples,
    score_samples,
    value_samples,
)

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts, LinkFacts, MemoryFacts
    from hil.judge.evaluation.against import Change
    from hil.judge.evaluation.quality import BinaryQuality, PlaceQuality
    from hil.judge.metrics.scores import Decisions

_INTERVAL_CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True, slots=True)
class BoardState:
    """What gates may ask of the board beyond its answers: flash, link, memory at the end."""

    board: BoardFacts
    link: LinkFacts
    memory: MemoryFacts


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What gates may ask besides the answers.

    Attributes:
        tflite: the bytes of the model.
        state: of the board.
        change: against another report.
    """

    tflite: bytes | None = None
    state: BoardState | None = None
    change: Change | None = None


_NOTHING = Known()

_OF_BOTH_CLASSES = ("roc_auc", "roc_auc_change", "balanced_accuracy", "calibration_error")
_OF_ONE_CLASS = ("recall", "false_alarm_rate")

_OF_CLASSES = ("top1_accuracy", "top1_accuracy_change", "macro_f1")
_OF_A_POSITIVE = ("roc_auc", "roc_auc_change", "calibration_error")
_OF_DECISIONS = ("accuracy", "precision", "recall", "false_alarm_rate", "balanced_accuracy",
                 "best_balanced_accuracy")  # fmt: skip
_OF_ANOMALIES = ("anomaly_auc", "anomaly_auc_change", "anomaly_auc_mean", "anomaly_pauc",
                 "anomaly_pauc_dcase")  # fmt: skip
_OF_NUMBERS = ("mae", "mae_change", "rmse", "r2")


def judge_evaluation(
    found: Evaluation, answers: Answers, gates: Gates, known: Known = _NOTHING
) -> GatesVerdict:
    """The verdict on an evaluation: its gates, and whether board and oracle agree.

    Args:
        found: the metrics.
        answers: what they were made of; times and link are in it.
        gates: what has to be met.
        known: what else there is to be judged.
    """
    measured = evaluation_samples(found, answers, known, gates.confidence)
    verdict = dataclasses.replace(judge_gates(measured, gates), where=_where(found, known))
    if known.state is not None and known.state.board.time_base != "real":
        verdict = without_real_time(verdict, known.state.board.time_base)
    if found.alike:
        verdict = verdict.without_proof(ALIKE)
    both = found.agreement
    if both is None or not both.failed:
        return verdict
    failures = [f"sample {file}: {why}" for file, why in both.examples]
    if both.failed > len(failures):
        failures.append(f"and {both.failed - len(failures)} more samples")
    return dataclasses.replace(
        verdict,
        ship=Ship.DO_NOT_SHIP,
        failures=tuple(failures),
        counts=(f"{both.failed:,} of {count_text(both.samples, 'answer')} wrong",),
    )


def _where(found: Evaluation, known: Known) -> str:
    if known.state is not None:
        return where_measured(known.state.board)
    if not found.header.build_id:
        return "without a board"
    kind = stand_in(found.header.target)
    return f"on the {kind}" if kind else ""


def evaluation_samples(
    found: Evaluation, answers: Answers, known: Known = _NOTHING, confidence: float = 0.95
) -> Mapping[str, Samples]:
    """Everything that an evaluation measured, by the catalogue's names."""
    # What was measured after all comes after the reasons why it might not have been.
    own = [Samples(CATALOG[name], absent=why) for name, why in _absent(found)]
    own += [*_own(found, answers, confidence), *_of_model(known)]
    if known.state is not None:
        own += _of_board(known.state)
    return {entry.metric.name: entry for entry in own}


def _of_model(known: Known) -> Iterator[Samples]:
    if known.change is not None:
        metric = CATALOG[f"{known.change.figure.metric}_change"]
        yield from value_samples(metric, [abs(known.change.difference)])
    if known.tflite is None:
        return
    from hil.network.op_costs import op_costs, total_macs
    from hil.network.tflite_graph import read_graph

    costs = op_costs(read_graph(known.tflite))
    yield from value_samples(CATALOG["tflite_bytes"], [len(known.tflite)])
    yield from value_samples(CATALOG["model_macs"], [total_macs(costs)])
    yield from value_samples(CATALOG["model_ops"], [len(costs)])
    for name, count in Counter(cost.name for cost in costs).items():
        yield from value_samples(CATALOG["model_ops_of"].at(name), [count])


def _of_board(state: BoardState) -> Iterator[Samples]:
    from hil.facts.host import header
    from hil.facts.run import Run
    from hil.judge.measure.samples import memory_samples, samples

    yield from samples(Run.of([header(), state.board, state.link])).values()
    yield from memory_samples([state.memory])


def _own(found: Evaluation, answers: Answers, confidence: float) -> Iterator[Samples]:
    quality = found.answering
    if quality.classes is not None:
        yield from class_samples(quality.classes, confidence)
    if quality.binary is not None:
        yield from _of_binary(quality.binary, confidence)
    if quality.places is not None:
        yield from _of_places(quality.places, confidence)
    if quality.anomalies is not None:
        yield from anomaly_samples(quality.anomalies.areas, quality.anomalies.mean, confidence)
        if quality.anomalies.decided is not None:
            yield from decision_samples(quality.anomalies.decided, None, confidence)
        yield from _of_chosen(quality.anomalies.chosen, confidence)
    if quality.numbers is not None:
        yield from regression_samples(quality.numbers)
    both = found.agreement
    if both is None:
        return
    for name in ("value_lsb", "cam_lsb", "outputs_differing", "decisions_differing"):
        yield from value_samples(CATALOG[name], [getattr(both, name)])
    if found.task.kind == "localization":
        yield from value_samples(CATALOG["score_lsb"], [both.value_lsb])
        yield from value_samples(CATALOG["locations_differing"], [both.locations_differing])
    yield from _times(answers)


def _of_binary(binary: BinaryQuality, confidence: float) -> Iterator[Samples]:
    yield from decision_samples(binary.scores, binary.scores.roc_auc, confidence)
    yield from _of_chosen(binary.chosen, confidence)
    if binary.calibration.error is not None:
        yield score_samples(
            "calibration_error",
            binary.calibration.error,
            binary.calibration_interval,
            trials=binary.scores.images,
            confidence=_INTERVAL_CONFIDENCE,
        )


def _of_chosen(chosen: Decisions | None, confidence: float) -> Iterator[Samples]:
    if chosen is not None:
        yield from balanced_accuracy_samples("best_balanced_accuracy", chosen, confidence)


def _of_places(places: PlaceQuality, confidence: float) -> Iterator[Samples]:
    yield from rate_samples("pointing_hit_rate", places.answered)
    yield from rate_samples("pointing_found_rate", places.found.first)
    yield from gain_samples("pointing_found_gain", places.found, confidence)
    for accuracy, paired in zip(places.boxes, places.box_gains, strict=True):
        delta = f"{100 * accuracy.delta:.0f}"
        yield from rate_samples(f"max_box_acc_{delta}", accuracy.hits)
        yield from gain_samples(f"max_box_gain_{delta}", paired, confidence)


def _absent(found: Evaluation) -> Iterator[tuple[str, str]]:
    """What could not be measured, and why: for want of a task, of a class, of data."""
    quality, kind = found.answering, found.task.kind
    for names, needs, there in (
        (_OF_CLASSES, "classes of which the largest score decides", quality.classes),
        (_OF_A_POSITIVE, "a positive class", quality.binary),
        (_OF_DECISIONS, "a positive class or a threshold", quality.binary or quality.anomalies),
        (_OF_ANOMALIES, "a reconstruction", quality.anomalies),
        (_OF_NUMBERS, "a regression", quality.numbers),
        (OF_MAPS, "a class activation map", quality.places),
    ):
        for name in names if there is None else ():
            why = found.unjudged or f"{name} needs {needs}: the task is {kind}"
            yield name, why
    if found.one_class:
        lacking = _OF_ANOMALIES if quality.anomalies is not None else _OF_BOTH_CLASSES
        for name in (*lacking, *_OF_ONE_CLASS):
            yield name, found.one_class
    if quality.anomalies is not None:
        if quality.anomalies.decided is None:
            for name in _OF_DECISIONS[:-1]:
                yield name, "the settings give no anomaly_threshold"
        if quality.anomalies.mean is None:
            yield "anomaly_auc_mean", "it takes two sources or more, each with both kinds"
        if quality.anomalies.areas.auc is not None and quality.anomalies.areas.pauc_dcase is None:
            yield "anomaly_pauc_dcase", "it takes at least ten normal recordings"
    if quality.numbers is not None and quality.numbers.r2 is None:
        yield "r2", "all true values are equal"
    parts = quality.binary or quality.anomalies
    if parts is not None and parts.chosen is None:
        why = "the validation samples are of one class only, or are missing"
        yield "best_balanced_accuracy", why
    elif parts is not None and parts.chosen is not None and parts.chosen.balanced_accuracy is None:
        why = "all samples but those for validation are of one class only"
        yield "best_balanced_accuracy", why


def _times(answers: Answers) -> Iterator[Samples]:
    timed = [result for result in answers.results.values() if result.times is not None]
    files = [result.file for result in timed]
    for field in dataclasses.fields(Times):
        values = [getattr(result.times, field.name) for result in timed]
        yield from value_samples(CATALOG[field.name], values, files)
