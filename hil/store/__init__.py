"""The history of runs: a local SQLite file that many jobs write and that can be merged.

It keeps the figures of runs, not the runs, and finds steps in them; it judges no run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.facts.run import Run


def default_store() -> Path:
    """Where the history is kept if nobody says otherwise."""
    import platformdirs

    return Path(platformdirs.user_data_dir("camhil", appauthor=False)) / "history.sqlite3"


def add_to_store(path: Path, run: Run, source: str = "") -> bool:
    """Adds one run to the store at `path`, which is made if need be.

    Returns:
        False if the run was there already, or is a replay.

    Raises:
        UsageError: the run does not say which board answered, or `path` is no store.
        InfrastructureError: the store is locked, or cannot be written.
    """
    from hil.store.store import Store

    with Store(path) as store:
        return store.add_run(run, source)
