"""`pytest --record FILE`, and then the same tests with `--board replay:FILE` and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hil.errors import ExitCode
from hil.facts.reader import read_run
from hil_lab.faults import find_fault

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("everything_is_imported", "flash_file")

ARGUMENTS = ("-p", "no:cacheprovider", "--sim-flash-file", "flash.bin")
TESTS = """
    from hil.suite.pictures import synthetic_photo

    TENSOR = synthetic_photo("noise").tensor

    def test_one(board):
        assert board.infer(TENSOR).count == 1

    def test_two(board):
        assert board.infer(TENSOR).count == 2

    def test_crash(board):
        if board.where == "simulated board":
            board._connection.adapter.process.crash()
        board.infer(TENSOR)

    def test_after(board):
        assert board.infer(TENSOR).count == 1
"""
IN_PROCESS = ("-p", "no:html")
REVERSED = """
    def pytest_collection_modifyitems(items):
        items.reverse()
"""


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """Name and outcome of each test, from `-v`."""
    found = re.findall(r"^\S*::(\S+) ([A-Z ]+?)\s+\[", result.stdout.str(), re.MULTILINE)
    return dict(found)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, flashed: Path) -> Path:
    """The folder of one run of TESTS, with its recording."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "test_x.py").write_text(textwrap.dedent(TESTS), encoding="utf-8")
    shutil.copy(flashed, folder / "flash.bin")
    command = [sys.executable, "-m", "pytest", "-v", "--record", "out/run.rec", *ARGUMENTS]
    environment = os.environ | {"PYTEST_ADDOPTS": "-p no:randomly"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert re.search("test_crash UNANSWERED", done.stdout), done.stdout
    assert re.search("^recording .*out/run.rec$", done.stdout, re.MULTILINE)
    return folder


@pytest.fixture
def recorded(pytester: pytest.Pytester, recording: Path) -> Path:
    pytester.makepyfile(test_x=TESTS)
    return recording / "out" / "run.rec"


def test_a_replay_ends_like_the_run(pytester: pytest.Pytester, recorded: Path) -> None:
    words = ("-v", "--board", f"replay:{recorded}", "--store", "history.sqlite3")
    result = pytester.runpytest_inprocess(*IN_PROCESS, *words)
    assert outcomes(result) == {
        "test_one": "PASSED",
        "test_two": "PASSED",
        "test_crash": "UNANSWERED",
        "test_after": "PASSED",
    }
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(["*the first cause*", "in *::test_crash", "*Guru Meditation*"])
    result.stdout.fnmatch_lines(["recoveries *1"])
    # The recorded run is in a history already, or could be: this one would be it twice.
    result.stdout.fnmatch_lines(["history *not added: a replay of *run.rec is no run of its own"])
    assert not (pytester.path / "history.sqlite3").exists()


@pytest.mark.parametrize("chosen", ["test_two", "test_after", "test_one or test_after"])
def test_a_part_of_the_tests_is_answered_from_its_part(
    pytester: pytest.Pytester, recorded: Path, chosen: str
) -> None:
    result = pytester.runpytest_inprocess(
        *IN_PROCESS, "-v", "--board", f"replay:{recorded}", "-k", chosen
    )
    assert set(outcomes(result).values()) == {"PASSED"}
    assert result.ret == ExitCode.PASSED


def test_a_test_that_was_not_recorded_is_infrastructure_and_the_next_one_runs(
    pytester: pytest.Pytester, recorded: Path
) -> None:
    pytester.makepyfile(
        test_x=TESTS.replace(
            "def test_two(board):",
            "def test_new(board):\n        board.infer(synthetic_photo('white').tensor)\n\n"
            "    def test_two(board):",
        )
    )
    result = pytester.runpytest_inprocess(
        *IN_PROCESS,
        "-v",
        "--board",
        f"replay:{recorded}",
        "--deselect",
        "test_x.py::test_crash",
        "-k",
        "not crash",
    )
    assert outcomes(result) == {
        "test_one": "PASSED",
        "test_new": "INFRASTRUCTURE",
        "test_two": "PASSED",
        "test_after": "PASSED",
    }
    result.stdout.fnmatch_lines(["in *::test_new", "the recording does not hold Upload (*"])
    result.stdout.fnmatch_lines(["*hint: replay with the tests, photographs and options of the*"])


@pytest.mark.parametrize("fault", ["power-lost", "flash-damaged"])
def test_a_run_that_lost_its_board_ends_alike_in_a_replay(
    pytester: pytest.Pytester, fault: str
) -> None:
    pytester.makepyfile(
        """
        import pytest
        from hil.suite.pictures import synthetic_photo

        TENSOR = synthetic_photo("noise").tensor

        @pytest.mark.parametrize("_", range(10))
        def test_many(board, _):
            for _ in range(10):
                board.infer(TENSOR)

        def test_reset(board):
            board.reset()

        def test_after(board):
            board.infer(TENSOR)
        """
    )
    limits = ("-v", "--board-handshake-s", "5", "--board-image-s", "3")
    recorded = ("--sim-fault", fault, "--record", "run.rec")
    live = pytester.runpytest_inprocess(*IN_PROCESS, *ARGUMENTS, *limits, *recorded)
    again = pytester.runpytest_inprocess(*IN_PROCESS, *limits, "--board", "replay:run.rec")
    assert live.ret == again.ret == ExitCode.INFRASTRUCTURE
    assert outcomes(again) == outcomes(live)
    assert {"INFRASTRUCTURE", "UNANSWERED"} & set(outcomes(live).values())
    (name,) = find_fault(fault).expect.diagnosis
    for result in (live, again):
        assert re.findall(r"\[(board\.[a-z-]+)\]", result.stdout.str()) == [name]


def test_a_full_disk_is_reported_and_the_run_does_not_count_as_passed(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("def test_it(board):\n    board.echo(b'abc')\n")
    result = pytester.runpytest_inprocess(*IN_PROCESS, "--record", "/dev/full", *ARGUMENTS)
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(["*cannot write the recording: No space left on device*"])


def test_a_file_that_is_no_recording_ends_the_run_with_the_reason(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("def test_it(board):\n    pass\n")
    (pytester.path / "notes.txt").write_text("no recording")
    result = pytester.runpytest_inprocess(*IN_PROCESS, "--board", "replay:notes.txt")
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["*not a recording*notes.txt*"])
    missing = pytester.runpytest_inprocess(*IN_PROCESS, "--board", "replay:none.rec")
    assert missing.ret == ExitCode.USAGE
    missing.stderr.fnmatch_lines(["*there is no file 'none.rec'*"])


def test_the_whole_suite_passes_on_its_recording_backwards(pytester: pytest.Pytester) -> None:
    suite = ("--pyargs", "hil.suite", "-q", "-p", "no:cacheprovider")
    live = pytester.runpytest_subprocess(
        *suite, *ARGUMENTS, "--record", "run.rec", "--facts", "live.jsonl"
    )
    assert live.ret == ExitCode.PASSED
    pytester.makepyfile(backwards=REVERSED)
    replay = ("-p", "backwards", "--board", "replay:run.rec", "--facts", "again.jsonl")
    assert pytester.runpytest_subprocess(*suite, *replay).ret == ExitCode.PASSED
    first, again = (
        sorted(repr(image.facts) for image in read_run(pytester.path / name).images)
        for name in ("live.jsonl", "again.jsonl")
    )
    assert again == first != []
