"""An evaluation as a JSON file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.judge.evaluation.against import Change, pictures_digest
from hil.judge.evaluation.quality import Evaluation
from hil.report.evaluation.rows import Value, rows, share
from hil.report.files import write_report

if TYPE_CHECKING:
    from hil.facts.evaluation import Answers
    from hil.judge.evaluation.agreement import Agreement
    from hil.judge.gates.model import GatesVerdict
    from hil.link.stats import LinkStats

REPORT_VERSION = 1


def as_json(
    found: Evaluation,
    answers: Answers,
    seconds: float,
    verdict: GatesVerdict | None = None,
    change: Change | None = None,
) -> dict[str, Any]:
    """Everything that was found. All but `run` is the same for the same answers."""
    return {
        "version": REPORT_VERSION,
        "by": dataclasses.asdict(found.header),
        "how": found.how,
        "pictures": pictures_digest(found, answers),
        "counts": dataclasses.asdict(found.counts),
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
        "threshold_curve": [dataclasses.asdict(point) for point in found.answering.curve],
        "calibration": dataclasses.asdict(found.answering.calibration),
        "sources": [
            {
                "source": source.source,
                **dataclasses.asdict(source.scores),
                "location": _plain(share(source.answered)),
                "pointing": _plain(share(source.peak)),
                "centre": _plain(share(source.centre)),
            }
            for source in found.sources
        ],
        "agreement": _plain(found.agreement),
        "against": None
        if change is None
        else {**dataclasses.asdict(change), "difference": change.difference},
        "gates": None if verdict is None else _verdict(verdict),
        "run": {
            "images": len(answers.results),
            "taken_over": answers.kept,
            "seconds": round(seconds, 3),
            "recoveries": answers.recoveries,
            "link": _plain(answers.link),
        },
    }


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
