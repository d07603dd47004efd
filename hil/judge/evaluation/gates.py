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
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.values import (
    Samples,
    balanced_accuracy_samples,
    decision_samples,
    gain_samples,
    rate_samples,
    score_samples,
    value_samples,
)

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts, LinkFacts, MemoryFacts
    from hil.judge.evaluation.against import Change

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
    failures = [f"image {file}: {why}" for file, why in both.examples]
    if both.failed > len(failures):
        failures.append(f"and {both.failed - len(failures)} more images")
    return dataclasses.replace(
        verdict,
        ship=Ship.DO_NOT_SHIP,
        failures=tuple(failures),
        counts=(f"{both.failed:,} of {count_text(both.images, 'answer')} wrong",),
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
        yield from value_samples(CATALOG["roc_auc_change"], [abs(known.change.difference)])
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
    yield from decision_samples(quality.scores, quality.scores.roc_auc, confidence)
    if quality.chosen is not None:
        yield from balanced_accuracy_samples("best_balanced_accuracy", quality.chosen, confidence)
    if quality.calibration.error is not None:
        yield score_samples(
            "calibration_error",
            quality.calibration.error,
            quality.calibration_interval,
            trials=quality.scores.images,
            confidence=_INTERVAL_CONFIDENCE,
        )
    yield from rate_samples("pointing_hit_rate", quality.answered)
    yield from rate_samples("pointing_found_rate", quality.found.first)
    yield from gain_samples("pointing_found_gain", quality.found, confidence)
    for accuracy, paired in zip(quality.boxes, quality.box_gains, strict=True):
        delta = f"{100 * accuracy.delta:.0f}"
        yield from rate_samples(f"max_box_acc_{delta}", accuracy.hits)
        yield from gain_samples(f"max_box_gain_{delta}", paired, confidence)
    if found.agreement is not None:
        for name in ("score_lsb", "cam_lsb", "locations_differing", "decisions_differing"):
            yield from value_samples(CATALOG[name], [getattr(found.agreement, name)])
        yield from _times(answers)


def _absent(found: Evaluation) -> Iterator[tuple[str, str]]:
    """What could not be measured for want of a class, and why."""
    if found.counts.one_class:
        for name in (*_OF_BOTH_CLASSES, *_OF_ONE_CLASS):
            yield name, found.counts.one_class
    chosen = found.answering.chosen
    if chosen is None:
        yield "best_balanced_accuracy", "the validation images show one class only, or are missing"
    elif chosen.balanced_accuracy is None:
        yield "best_balanced_accuracy", "all images but those for validation show one class only"


def _times(answers: Answers) -> Iterator[Samples]:
    timed = [result for result in answers.results.values() if result.times is not None]
    files = [result.file for result in timed]
    for field in dataclasses.fields(Times):
        values = [getattr(result.times, field.name) for result in timed]
        yield from value_samples(CATALOG[field.name], values, files)
