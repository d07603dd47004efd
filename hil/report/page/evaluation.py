"""The page of an evaluation: figures, ROC curve, reliability, confusions, and the worst samples."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hil.judge.evaluation.against import ANOMALY_AUC, MAE, ROC_AUC, TOP1
from hil.judge.evaluation.evaluation import cases_of
from hil.judge.evaluation.mistakes import Told, class_name, decision_names, told_samples
from hil.judge.gates.text import reasons
from hil.judge.headline import Outcome
from hil.report.changes import location_text
from hil.report.evaluation.rows import rows
from hil.report.evaluation.tables import (
    agreement_lines,
    heading_lines,
    interval_text,
    number_text,
    parts,
)
from hil.report.page.assets import assets
from hil.report.page.curves import MOST_CLASSES, Mark, Matrix, matrix, reliability_chart, roc_chart
from hil.report.page.fill import fill
from hil.report.page.gates import gates
from hil.report.page.palette import heat_over
from hil.report.page.rich_tables import plain, plain_table
from hil.report.page.tiles import Tile, gated_tone
from hil.report.page.words import LEAD, Word, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.evaluation import Answers
    from hil.judge.evaluation.quality import Evaluation
    from hil.judge.evaluation.selection import Selection
    from hil.judge.gates.model import GatesVerdict
    from hil.judge.metrics.scores import Decisions

WORST = 24
"""Samples that are shown with their pictures."""

FEW_WORST = 12
"""Of them at once; the others unfold."""

MOST_ROWS = 500
"""Samples in the table: the worst; the --json and --resume files have all."""

_ALONE = (
    "The network ran on the host alone, by the kernels that a board uses: no board was asked. With "
    "one, its answers are compared with these."
)
_TILES = 6
_METRICS = {figure.name: figure.metric for figure in (ROC_AUC, TOP1, ANOMALY_AUC, MAE)}
_FOLDED = ("Threshold curve", "By source", "Classes:")

Picture = Callable[[str], "NDArray[np.uint8] | None"]
"""The picture of a file as it was sent, uint8 [h, w] or [h, w, 3] (RGB); None without one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample. `picture`, `map`: data links; empty without them."""

    told: Told
    file: str
    score: str
    picture: str
    map: str
    location: str
    same: bool | None


def render(
    found: Evaluation,
    answers: Answers,
    selection: Selection,
    *,
    verdict: GatesVerdict | None = None,
    summary: str = "",
    picture: Picture = lambda file: None,
) -> str:
    """The page as text.

    Args:
        found: the metrics.
        answers: what they were made of.
        selection: which samples were reported on.
        verdict: of the gates, if there are any.
        summary: how it was run, in a line.
        picture: gives the picture of a sample.
    """
    device = found.device is not None
    told = () if found.unjudged else told_samples(cases_of(answers, selection)[1], device)
    tables = [plain_table(part) for part in parts(found, drawn=True)]
    own = assets(images=False)
    head = _head(found, verdict)
    lines = [plain(line) for line in heading_lines(found)]
    shown: dict[str, Any] = {
        "gates": gates(verdict),
        "roc": _roc(found),
        "reliability": _reliability(found),
        "confusion": _confusion(found),
        "tables": [table for table in tables if not table.title.startswith(_FOLDED)],
        "folded": [table for table in tables if table.title.startswith(_FOLDED)],
        "worst": [_shown(each, found, device, picture) for each in told[:WORST]],
        "samples": [_shown(each, found, device, None) for each in told[:MOST_ROWS]],
    }
    return fill(
        "evaluation.html",
        policy=own.policy,
        assets=own,
        head=head,
        lines=lines,
        few_agreement=2,
        agreement=[plain(line) for line in agreement_lines(found)],
        tiles=_tiles(found, verdict),
        lead=LEAD if device else _ALONE,
        few_worst=FEW_WORST,
        words=_words(found, verdict is not None),
        sections=_sections(shown),
        left_out=max(len(told) - MOST_ROWS, 0),
        unit=_unit(found),
        summary=summary,
        header=found.header,
        **shown,
    )


def _head(found: Evaluation, verdict: GatesVerdict | None) -> dict[str, Any]:
    """Outcome, tone and reasons; without gates there is nothing but agreement to decide."""
    both = found.agreement
    if verdict is not None:
        tone = Outcome(verdict.ship.value).tone
        return {"text": verdict.said, "tone": tone, "reasons": reasons(verdict)}
    if both is not None and both.failed:
        reason = f"{both.failed:,} of {both.samples:,} answers of the board are not the oracle's"
        return {"text": "FAILED", "tone": "bad", "reasons": [reason]}
    reason = "no gates were given: figures without a verdict"
    return {"text": "MEASURED", "tone": "plain", "reasons": [reason]}


def _tiles(found: Evaluation, verdict: GatesVerdict | None) -> list[Tile]:
    """The first figures of the task, with the state of their gates."""
    tiles = []
    both = found.agreement
    if both is not None:
        same = both.identical == both.samples
        tone = "good" if same else "bad" if both.failed else "open"
        equal = f"{both.identical:,} of {both.samples:,}"
        tiles.append(Tile("Answers equal the oracle's", equal, tone=tone))
    for row in rows(found):
        value = row.oracle if row.device is None else row.device
        if row.name.startswith(" ") or value.value is None or len(tiles) == _TILES:
            continue
        metric = _METRICS.get(row.name, row.name.replace(" ", "_"))
        tone = gated_tone(verdict, metric)
        tiles.append(Tile(row.name, number_text(value, row), interval_text(value, row), tone))
    return tiles


def _roc(found: Evaluation) -> Markup | None:
    binary, anomalies = found.answering.binary, found.answering.anomalies
    own: Decisions | None
    if binary is not None and binary.roc:
        points, auc, own = binary.roc, binary.scores.roc_auc, binary.scores
        chosen, unit = binary.chosen, " %"
    elif anomalies is not None and anomalies.roc:
        points, auc, own = anomalies.roc, anomalies.areas.auc, anomalies.decided
        chosen, unit = anomalies.chosen, ""
    else:
        return None
    marks = []
    for name, each in (("threshold", own), ("best on validation", chosen)):
        if each is not None and each.recall.rate is not None:
            alarms = each.false_alarms.rate
            label = f"{name}, {each.threshold:.4g}{unit}"
            marks += [] if alarms is None else [Mark(alarms, each.recall.rate, label)]
    return roc_chart(points, auc, marks)


def _reliability(found: Evaluation) -> Markup | None:
    binary = found.answering.binary
    if binary is None or binary.calibration.error is None:
        return None
    return reliability_chart(binary.calibration)


def _confusion(found: Evaluation) -> Matrix | None:
    """Of all classes, if there are not too many; of yes and no."""
    classes, binary, task = found.answering.classes, found.answering.binary, found.task
    if classes is not None and len(classes.confusion) <= MOST_CLASSES and classes.samples:
        names = [class_name(task, index) for index in range(len(classes.confusion))]
        return matrix(names, classes.confusion)
    if binary is None or not binary.scores.images or task.positive_class is None:
        return None
    scores, names_ = binary.scores, decision_names(task)
    yes = (scores.true_positives, scores.false_negatives)
    no = (scores.false_positives, scores.true_negatives)
    return matrix([names_[True], names_[False]], [yes, no])


def _shown(told: Told, found: Evaluation, device: bool, picture: Picture | None) -> Shown:
    result = told.case.result
    answer = told.case.answer(device)
    pixels = None if picture is None else picture(result.file)
    drawn = ""
    if pixels is not None and answer.cam is not None:
        drawn = _data_link(heat_over(pixels, answer.array()))
    return Shown(
        told=told,
        file=result.file,
        score=_score_text(told.score, found),
        picture="" if pixels is None else _data_link(pixels),
        map=drawn,
        location="" if answer.location is None else location_text(answer.location),
        same=None if result.device is None else result.device == result.oracle,
    )


def _unit(found: Evaluation) -> str:
    """What the score of a sample is."""
    return {"regression": "answer", "reconstruction": "error"}.get(found.task.kind, "score")


def _score_text(score: float, found: Evaluation) -> str:
    return f"{score:.1f} %" if _unit(found) == "score" else f"{score:.4g}"


def _data_link(pixels: NDArray[np.uint8]) -> str:
    """A picture as a small JPEG in a data link."""
    import cv2

    ordered = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done  # uint8 pixels can always be encoded
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode('ascii')}"


def _words(found: Evaluation, gated: bool) -> tuple[Word, ...]:
    names = ["oracle", "LSB", "interval"]
    quality = found.answering
    names += ["gate", "margin"] if gated else []
    names += ["threshold", "calibration"] if quality.binary is not None else []
    names += ["AUC"] if quality.binary is not None or quality.anomalies is not None else []
    names += ["map"] if quality.places is not None else []
    names += ["balanced accuracy"] if quality.binary or quality.classes else []
    return words(*names)


def _sections(shown: dict[str, Any]) -> list[tuple[str, str]]:
    charts = shown["roc"] or shown["reliability"] or shown["confusion"]
    listed = (
        ("verdict", "Verdict", True),
        ("charts", "Charts", charts),
        ("figures", "Figures", shown["tables"] or shown["folded"]),
        ("worst", "Worst", shown["worst"]),
        ("samples", "Samples", shown["samples"]),
        ("identity", "Identity", True),
    )
    return [(id, name) for id, name, there in listed if there]
