"""The store keeps each run once, takes in other stores, and says what is wrong with a file."""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hil.errors import InfrastructureError, UsageError
from hil.facts.run import Run
from hil.judge.baseline.setting import baseline_key, setting_of
from hil.store import add_to_store, default_store
from hil.store.database import APPLICATION_ID, VERSION, translated
from hil.store.store import Store
from hil_lab.fakes.recorded_run import BOARD, recorded_run, write_run

SOON = 0.05


def run_at(hour: int, **changes: object) -> Run:
    run = recorded_run(3, seed=hour)
    started = f"2026-02-03T{hour:02}:00:00+00:00"
    return dataclasses.replace(
        run, header=dataclasses.replace(run.header, started=started), **changes
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "history.sqlite3"


def test_a_run_comes_back_with_its_setting_and_figures(path: Path) -> None:
    run = run_at(4)
    with Store(path) as store:
        assert store.add_run(run, "facts.jsonl")
        (stored,) = store.runs()
        figure = store.figures("invoke_us")[stored.digest]
        rate = store.figures("accuracy")[stored.digest]
        assert {"invoke_us", "accuracy", "op_us[0 CONV_2D]"} <= set(store.metrics())
    assert (stored.started, stored.source) == ("2026-02-03T04:00:00+00:00", "facts.jsonl")
    assert (stored.board, stored.setting) == (baseline_key(BOARD), setting_of(run))
    assert stored.exit_code == 0
    times = sorted(image.times.invoke_us for image in run.images)
    assert (figure.value, figure.p95, figure.samples) == (times[1], times[2], 3)
    assert (figure.unit, figure.direction, figure.kind) == ("us", "lower", "latency")
    assert (rate.samples, rate.p95) == (3, None)


def test_a_run_is_stored_once_whatever_file_it_comes_from(path: Path) -> None:
    with Store(path) as store:
        assert store.add_run(run_at(4), "a.jsonl")
        assert not store.add_run(run_at(4), "copy of a.jsonl")
        assert store.add_run(run_at(5))
        assert len(store.runs()) == 2


def test_a_replay_is_no_run_of_its_own(path: Path) -> None:
    replay = run_at(5, board=dataclasses.replace(BOARD, spec="replay:talk.rec"))
    with Store(path) as store:
        assert store.add_run(run_at(4))
        assert not store.add_run(replay)
        assert [run.started[11:13] for run in store.runs()] == ["04"]
        assert len(store.figures("invoke_us")) == 1


def test_runs_are_listed_oldest_first(path: Path) -> None:
    with Store(path) as store:
        for hour in (7, 3, 5):
            store.add_run(run_at(hour))
        assert [run.started[11:13] for run in store.runs()] == ["03", "05", "07"]


def test_an_interrupted_run_has_no_exit_code(path: Path) -> None:
    with Store(path) as store:
        store.add_run(run_at(4, end=None))
        assert store.runs()[0].exit_code is None


def test_a_run_without_a_board_is_refused(path: Path) -> None:
    with Store(path) as store, pytest.raises(UsageError, match="which board"):
        store.add_run(run_at(4, board=None))


def test_a_run_file_gives_the_same_entry_as_the_run_itself(path: Path, tmp_path: Path) -> None:
    from hil.facts.reader import read_run

    run = run_at(4)
    assert add_to_store(path, run)
    assert not add_to_store(path, read_run(write_run(tmp_path / "facts.jsonl", run)))


def test_stores_of_many_jobs_are_merged(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    with Store(other) as store:
        for hour in (4, 5, 6):
            store.add_run(run_at(hour))
        expected = {run.digest: store.figures("invoke_us")[run.digest] for run in store.runs()}
    with Store(path) as store:
        store.add_run(run_at(5))
        assert store.merge(other) == (2, 1)
        assert store.merge(other) == (0, 3)
        assert store.figures("invoke_us") == expected
    with Store(other) as store:
        assert len(store.runs()) == 3


def test_a_store_can_be_merged_while_another_job_has_it_open(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    with Store(other) as busy:
        busy.add_run(run_at(4))
        with Store(path) as store:
            assert store.merge(other) == (1, 0)


def test_many_processes_write_one_store(path: Path) -> None:
    code = (
        "import dataclasses, sys; from pathlib import Path;"
        "from hil.store import add_to_store; from hil_lab.fakes.recorded_run import recorded_run;"
        "[add_to_store(Path(sys.argv[1]), recorded_run(1, seed=int(sys.argv[2]) + n)) "
        "for n in range(5)]"
    )
    jobs = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(10 * job)]) for job in range(3)
    ]
    assert [job.wait() for job in jobs] == [0, 0, 0]
    with Store(path) as store:
        assert len(store.runs()) == 15


def test_a_locked_store_is_infrastructure_and_says_what_to_do(path: Path) -> None:
    with Store(path) as store:
        store.add_run(run_at(4))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with Store(path, busy_s=SOON) as store:
            assert len(store.runs()) == 1  # reading goes on
            with pytest.raises(InfrastructureError, match="locked") as caught:
                store.add_run(run_at(5))
        assert "--merge" in caught.value.hint
        assert caught.value.where == str(path)
    finally:
        holder.close()
    assert add_to_store(path, run_at(5))


def test_a_full_disk_is_infrastructure_and_leaves_the_store_as_it_was(path: Path) -> None:
    with Store(path) as store:
        store.add_run(run_at(4))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA max_page_count = 1")
    with (
        pytest.raises(InfrastructureError, match="full") as caught,
        translated(path),
    ):
        connection.execute("CREATE TABLE more AS SELECT randomblob(1000000)")
    assert "free space" in caught.value.hint
    connection.close()
    with Store(path) as store:
        assert len(store.runs()) == 1


def test_a_place_that_cannot_be_written_is_infrastructure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError):
        Store(tmp_path / "file" / "history.sqlite3")
    with pytest.raises(InfrastructureError):
        Store(tmp_path)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("dear diary\n" * 200)
    with pytest.raises(UsageError, match="no store"):
        Store(text)
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE contacts (name)")
    connection.close()
    with pytest.raises(UsageError, match="not a store"):
        Store(other)
    with Store(tmp_path / "own.db") as store, pytest.raises(UsageError, match="not a store"):
        store.merge(other)
    with Store(tmp_path / "own.db") as store, pytest.raises(UsageError, match="no store"):
        store.merge(tmp_path / "missing.db")


def test_a_damaged_store_is_refused(path: Path) -> None:
    with Store(path) as store:
        for hour in range(1, 9):
            store.add_run(run_at(hour))
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(UsageError, match="damaged"), Store(path) as store:
        store.runs()


def test_a_store_of_a_newer_version_is_refused_and_untouched(path: Path) -> None:
    with Store(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(UsageError, match=f"version {VERSION + 1}"):
        Store(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    connection.close()


def test_a_new_store_is_versioned_marked_and_in_wal_mode(path: Path) -> None:
    with Store(path):
        pass
    connection = sqlite3.connect(path)
    pragmas = ("application_id", "user_version", "journal_mode")
    found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    connection.close()
    assert found == [APPLICATION_ID, VERSION, "wal"]


def test_the_default_store_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data/of/user")
    if sys.platform == "linux":
        assert default_store() == Path("/data/of/user/camhil/history.sqlite3")
    assert default_store().name == "history.sqlite3"
