"""The file behind the store: schema, versions, and what SQLite's errors mean."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from hil.errors import HilError, InfrastructureError, UsageError

APPLICATION_ID = 0x63616D68  # "camh", so that `file` and we know the database
VERSION = 1

# MIGRATIONS[n] takes a store of version n to n + 1; 0 is an empty file.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE run (
      digest      TEXT PRIMARY KEY,   -- of the facts: a run is stored once, whoever imports it
      started     TEXT NOT NULL,      -- UTC, ISO 8601
      camhil      TEXT NOT NULL,
      source      TEXT NOT NULL,      -- the file it came from
      board       TEXT NOT NULL,      -- hil.judge.baseline.setting.baseline_key
      setting     TEXT NOT NULL,      -- hil.judge.baseline.model.Setting as JSON
      exit_code   INTEGER             -- NULL: interrupted
    ) WITHOUT ROWID;
    CREATE INDEX run_by_start ON run (started, digest);
    CREATE TABLE figure (
      digest      TEXT NOT NULL REFERENCES run (digest) ON DELETE CASCADE,
      metric      TEXT NOT NULL,
      unit        TEXT NOT NULL,
      direction   TEXT NOT NULL,
      kind        TEXT NOT NULL,
      samples     INTEGER NOT NULL,
      value       REAL NOT NULL,      -- median, or share of a rate
      p95         REAL,               -- NULL for a rate
      PRIMARY KEY (digest, metric)
    ) WITHOUT ROWID;
    CREATE INDEX figure_by_metric ON figure (metric, digest);
    """,
)
assert len(MIGRATIONS) == VERSION


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """Opens the store, makes it if need be, and brings it to this version.

    Raises:
        UsageError: the file is something else, damaged, or of a newer version.
        InfrastructureError: it is locked, or cannot be opened or written.
    """
    with translated(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise _unwritable(path, cause.strerror or str(cause)) from cause
        connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None)
        try:
            _check(connection, path)
            # Readers and one writer at a time do not wait for each other. Not on every
            # file system; SQLite then keeps its rollback journal, which is only slower.
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def copy_of(path: Path, busy_s: float) -> sqlite3.Connection:
    """A store of somebody else in memory, brought to this version; the file stays as it is."""
    if not path.is_file():
        raise UsageError(
            "there is no store", where=str(path), hint="give a file that `hil history` wrote"
        )
    with translated(path):
        # A plain open: a store in WAL mode cannot be read without its side files.
        source = sqlite3.connect(path, timeout=busy_s, isolation_level=None)
        try:
            _check(source, path)
            if _pragma(source, "application_id") != APPLICATION_ID:
                raise _something_else(path)
            memory = sqlite3.connect(":memory:", isolation_level=None)
            source.backup(memory)
        finally:
            source.close()
        migrate(memory)
        return memory


def migrate(connection: sqlite3.Connection) -> None:
    """Runs the migrations that are missing, each as one transaction."""
    while _pragma(connection, "user_version") < VERSION:
        with transaction(connection):
            # Again inside: another job may have done it while we waited for the lock.
            version = _pragma(connection, "user_version")
            if version < VERSION:
                for statement in MIGRATIONS[version].split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the writer's lock at once, so that it cannot fail half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except HilError:
        raise
    except sqlite3.OperationalError as cause:
        text = str(cause)
        if "locked" in text or "busy" in text:
            raise InfrastructureError(
                "the store is locked by another job",
                where=str(path),
                hint="try again when it has finished, or give each job a store of its own with "
                "--store and put them together with `hil history --merge`",
            ) from cause
        raise _unwritable(path, text) from cause
    except sqlite3.DatabaseError as cause:
        raise UsageError(
            f"the store is damaged or no store: {cause}",
            where=str(path),
            hint="name another file with --store; run files can be imported into a new one "
            "with `hil history --import`",
        ) from cause


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses other applications' databases and stores of a newer camhil."""
    application = _pragma(connection, "application_id")
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION_ID and not (empty and application == 0):
        raise _something_else(path)
    version = _pragma(connection, "user_version")
    if version > VERSION:
        raise UsageError(
            f"a store of version {version}, this camhil reads {VERSION}",
            where=str(path),
            hint="update camhil, or name another file with --store",
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _something_else(path: Path) -> UsageError:
    return UsageError(
        "this SQLite file is not a store of camhil",
        where=str(path),
        hint="name another file with --store",
    )


def _unwritable(path: Path, problem: str) -> InfrastructureError:
    return InfrastructureError(
        f"cannot use the store: {problem}",
        where=str(path),
        hint="free space, or name a file that can be written with --store",
    )
