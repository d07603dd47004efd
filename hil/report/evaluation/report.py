"""An evaluation as a JSON file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.judge.evaluation.against import Change, samples_digest
from hil.judge.evaluation.quality import Evaluation, SourceQuality
from hil.report.evaluation.rows import Value, rows, share
from hil.report.files import write_report

if TYPE_CHECKING:
    from hil.facts.evaluation import Answers
    from hil.judge.evaluation.agreement import Agreement
    from hil.judge.gates.model import GatesVerdict
    from hil.link.stats import LinkStats

REPORT_VERSION = 2


def as_json(
    found: Evaluation,
    answers: Answers,
    seconds: float,
    verdict: GatesVerdict | None = None,
    change: Change | None = None,
) -> dict[str, Any]:
    """Everything that was found. All but `run` is the same for the same answers."""
    binary = found.answering.binary
    return {
        "version": REPORT_VERSION,
        "by": dataclasses.asdict(found.header),
        "how": found.how,
        "samples": samples_digest(found, answers),
        "counts": dataclasses.asdict(found.counts),
        "unjudged": found.unjudged,
        "alike": found.alike,
        "metrics": [
            {
                "group": row.group,
                "metric": row.name.strip(),
                "board": _plain(row.device),
                "oracle": _plain(row.oracle),
                "baseline": _plain(row.baseline),
                "baseline_name": row.baseline_name,
            }
            for row in rows(found)
        ],
        "classes": _classes(found),
        "threshold_curve": []
        if binary is None
        else [dataclasses.asdict(point) for point in binary.curve],
        "calibration": None if binary is None else dataclasses.asdict(binary.calibration),
        "sources": [_source(source) for source in found.sources],
        "agreement": _plain(found.agreement),
        "against": None
        if change is None
        else {**dataclasses.asdict(change), "difference": change.difference},
        "gates": None if verdict is None else _verdict(verdict),
        "run": {
            "samples": len(answers.results),
            "taken_over": answers.kept,
            "seconds": round(seconds, 3),
            "recoveries": answers.recoveries,
            "link": _plain(answers.link),
        },
    }


def _classes(found: Evaluation) -> list[dict[str, Any]] | None:
    """Of each class: its counts, and how often which class was answered to it."""
    classes = found.answering.classes
    if classes is None:
        return None
    return [
        {
            "class": found.task.name_of(index),
            **dataclasses.asdict(rates),
            "f1": rates.f1,
            "answered": classes.confusion[index],
        }
        for index, rates in enumerate(classes.classes)
    ]


def _source(source: SourceQuality) -> dict[str, Any]:
    found: dict[str, Any] = {"source": source.source, "samples": source.samples}
    if source.classes is not None:
        found["top1"] = _plain(share(source.classes.top1))
        found["macro_f1"] = source.classes.macro_f1
    for part in (source.scores, source.areas, source.numbers):
        found.update({} if part is None else dataclasses.asdict(part))
    if source.places is not None:
        found["location"] = _plain(share(source.places.answered))
        found["pointing"] = _plain(share(source.places.peak))
        found["centre"] = _plain(share(source.places.centre))
    return found


def write_json(data: dict[str, Any], path: Path) -> None:
    """Writes the file whole or not at all. Raises InfrastructureError if it cannot."""
    write_report(path, json.dumps(data, indent=1) + "\n")


def _plain(part: Value | Agreement | LinkStats | None) -> dict[str, Any] | None:
    return None if part is None else dataclasses.asdict(part)


def _verdict(verdict: GatesVerdict) -> dict[str, Any]:
    return {
        "verdict": verdict.ship.value,
        "where": verdict.where,
        "failures": verdict.failures,
        "trouble": verdict.trouble,
        "gates": [
            {
                "gate": result.gate.name,
                "statistic": result.gate.statistic,
                "min": result.gate.min,
                "max": result.gate.max,
                "status": result.status.value,
                "measured": result.measured,
                "interval": result.interval,
                "samples": result.samples,
                "needed": result.needed,
                "explanation": result.explanation,
            }
            for result in verdict.results
        ],
    }
