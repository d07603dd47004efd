"""Runs in the store: add, merge, list, and one metric's course over the runs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.closing import Closing
from hil.facts.codec import from_json, to_json
from hil.facts.stand_in import no_run_of_its_own
from hil.judge.baseline.model import Setting
from hil.store.database import connect, copy_of, transaction, translated

if TYPE_CHECKING:
    from hil.facts.run import Run

BUSY_S = 10.0
"""How long to wait for another job's write."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run of the history. `exit_code` is None if it was interrupted."""

    digest: str
    started: str
    camhil: str
    source: str
    board: str
    exit_code: int | None
    setting: Setting


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """One metric of one run: `value` is the median, or the share of a rate (no `p95`)."""

    unit: str
    direction: str
    kind: str
    samples: int
    value: float
    p95: float | None


class Store(Closing):
    """The history in a SQLite file; a context manager. Errors as `hil.store.database`."""

    def __init__(self, path: Path, *, busy_s: float = BUSY_S) -> None:
        self.path = path
        self._busy_s = busy_s
        self._connection = connect(path, busy_s)

    def close(self) -> None:
        self._connection.close()

    def add_run(self, run: Run, source: str = "") -> bool:
        """Adds a run; False if it is there already, or a replay: that is no run of its own.

        Raises:
            UsageError: the run does not say which board answered.
        """
        own = stored_run(run, source)
        if no_run_of_its_own(run.board):
            return False
        row = (
            *(own.digest, own.started, own.camhil, own.source, own.board),
            json.dumps(to_json(own.setting), separators=(",", ":")),
            own.exit_code,
        )
        measured = [
            (own.digest, metric, *dataclasses.astuple(figure))
            for metric, figure in stored_figures(run).items()
        ]
        with translated(self.path), transaction(self._connection):
            return self._insert(row, measured)

    def merge(self, other: Path) -> tuple[int, int]:
        """Takes over the runs of another store: (added, there already)."""
        source = copy_of(other, self._busy_s)
        try:
            with translated(other):
                runs = source.execute("SELECT * FROM run").fetchall()
                per_run: dict[str, list[tuple[object, ...]]] = {run[0]: [] for run in runs}
                for figure in source.execute("SELECT * FROM figure"):
                    per_run[figure[0]].append(figure)
        finally:
            source.close()
        with translated(self.path), transaction(self._connection):
            added = sum(self._insert(run, per_run[run[0]]) for run in runs)
        return added, len(runs) - added

    def runs(self) -> tuple[StoredRun, ...]:
        """All runs, oldest first."""
        with translated(self.path):
            rows = self._connection.execute(
                "SELECT digest, started, camhil, source, board, exit_code, setting"
                " FROM run ORDER BY started, digest"
            ).fetchall()
        where = str(self.path)
        return tuple(
            StoredRun(
                digest=digest,
                started=started,
                camhil=camhil,
                source=source,
                board=board,
                exit_code=exit_code,
                setting=from_json(Setting, json.loads(setting), where=where),
            )
            for digest, started, camhil, source, board, exit_code, setting in rows
        )

    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics that any run has."""
        with translated(self.path):
            rows = self._connection.execute("SELECT DISTINCT metric FROM figure ORDER BY metric")
            return tuple(row[0] for row in rows)

    def figures(self, metric: str) -> dict[str, StoredFigure]:
        """One metric of all runs that have it, by the run's digest."""
        with translated(self.path):
            rows = self._connection.execute(
                "SELECT digest, unit, direction, kind, samples, value, p95"
                " FROM figure WHERE metric = ?",
                (metric,),
            ).fetchall()
        return {row[0]: StoredFigure(*row[1:]) for row in rows}

    def _insert(self, run: tuple[object, ...], figures: Sequence[tuple[object, ...]]) -> bool:
        done: sqlite3.Cursor = self._connection.execute(
            "INSERT INTO run (digest, started, camhil, source, board, setting, exit_code)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
            run,
        )
        if done.rowcount == 0:
            return False
        self._connection.executemany(
            "INSERT INTO figure (digest, metric, unit, direction, kind, samples, value, p95)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            figures,
        )
        return True


def stored_run(run: Run, source: str = "") -> StoredRun:
    """A run as a store has it.

    Raises:
        UsageError: the run does not say which board answered.
    """
    from hil.judge.baseline.setting import baseline_key, setting_of

    setting = setting_of(run)
    assert run.board is not None  # or there is no setting
    return StoredRun(
        digest=run_digest(run),
        started=run.header.started,
        camhil=run.header.camhil,
        source=source,
        board=baseline_key(run.board),
        exit_code=None if run.end is None else run.end.exit_code,
        setting=setting,
    )


def stored_figures(run: Run) -> dict[str, StoredFigure]:
    """Its metrics as a store has them, by their names."""
    from hil.judge.baseline.snapshot import figures, typical

    return {
        metric: StoredFigure(
            figure.unit,
            figure.direction,
            figure.kind,
            figure.trials if figure.trials is not None else len(figure.values),
            *typical(figure),
        )
        for metric, figure in figures(run)
    }


def run_digest(run: Run) -> str:
    """A run's name in every store: of what was recorded, not of what is made of it."""
    facts = (run.header, run.board, run.link, run.end)
    data = [None if part is None else to_json(part) for part in facts]
    times = [(image.name, *to_json(image.times).values()) for image in run.images]
    tests = [(test.test, test.duration_s) for test in run.tests]
    text = json.dumps([*data, times, tests], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
