"""Two runs side by side as JSON, for scripts. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hil.report.two_runs.words import headline, identity_rows, verdict_text

if TYPE_CHECKING:
    from hil.judge.two_runs import Side, TwoRuns

KIND, VERSION = "camhil comparison", 1


def two_runs_json(found: TwoRuns) -> str:
    """Numbers in the units of their metrics; `turn` and `outcome` as in `hil.judge`."""
    comparison = found.comparison
    data: dict[str, Any] = {
        "kind": KIND,
        "version": VERSION,
        "outcome": found.outcome,
        "exit_code": int(found.exit_code),
        "headline": headline(found),
        "before": _side(found.before),
        "now": _side(found.now),
        "identity": {
            row.name: {"before": row.before, "now": row.now} for row in identity_rows(found)
        },
        "not_comparable": list(found.obstacles),
        "regressions": [
            {"text": one.text, "exit_code": int(one.code)} for one in found.regressions
        ],
        "gates": [
            {
                "gate": change.row.gate,
                "turn": change.turn.value,
                "limit": change.row.limit,
                "before": None if change.before is None else change.before.status.value,
                "now": change.now.status.value,
                "measured_before": None if change.before is None else change.before.measured,
                "measured_now": change.now.measured,
            }
            for change in found.gates
        ],
        "tests": [
            {
                "test": change.test,
                "turn": change.turn.value,
                "before": change.before or None,
                "now": change.now or None,
                "message": change.message,
            }
            for change in found.tests
        ],
        "differences": [] if comparison is None else list(comparison.differences),
        "metrics": [
            {
                "metric": change.metric,
                "unit": change.unit,
                "outcome": change.outcome.value,
                "before": change.before,
                "now": change.after,
                "change": change.change,
                "interval": None if change.interval is None else list(change.interval),
                "reason": change.reason,
            }
            for change in (() if comparison is None else comparison.changes)
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _side(side: Side) -> dict[str, str]:
    return {
        "name": side.name,
        "started": side.judged.run.header.started,
        "verdict": side.headline.outcome.value,
        "where": side.headline.where,
        "text": verdict_text(side),
    }
