"""Whatever a test looks at: a wrong answer in it makes it fail, and the run with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.reader import read_run
from hil.facts.run import Run

# The board is right; what comes of its results is changed before anybody sees them.
CONFTEST = """
import dataclasses

import pytest

import hil.board.board as board_module

right = board_module.inference_facts
CHANGES = {
    "nothing": lambda a: {},
    "scores": lambda a: {"scores": tuple(-s for s in a.scores)},
    "map": lambda a: {"cam": a.cam + 1},
    "threshold": lambda a: {"threshold": a.threshold + 1},
    "count": lambda a: {"count": a.count + 1},
    "image": lambda a: {"image_crc": a.image_crc ^ 1},
}


@pytest.fixture
def changed(request, monkeypatch, board):
    change = CHANGES[request.param]

    def facts(answer, header):
        found = right(answer, header)
        return dataclasses.replace(found, **change(found))

    monkeypatch.setattr(board_module, "inference_facts", facts)
"""
TESTS = """
import pytest

from hil.images import synthetic

PHOTOS = synthetic()


@pytest.mark.parametrize(
    "changed", ["nothing", "scores", "map", "threshold", "count", "image"], indirect=True
)
def test_looks_at_nothing(board, changed):
    board.infer(PHOTOS[0].tensor)
    board.infer(PHOTOS[2].tensor, stage="tensor", threshold=0)


@pytest.mark.parametrize("changed", ["scores"], indirect=True)
@pytest.mark.xfail(reason="expected to fail", strict=True)
def test_expected_to_fail(board, changed):
    assert board.infer(PHOTOS[2].tensor).scores[0] > 200


def test_is_right_in_a_row(board):
    for answer in board.infer_many([photo.tensor for photo in PHOTOS]):
        assert answer.cam is not None
"""


class Done:
    """What the run left."""

    def __init__(self, code: int, lines: list[str], folder: Path) -> None:
        self.code = code
        self.verdict = next(line for line in reversed(lines) if "SHIP" in line)
        self.facts = folder / "facts.jsonl"
        self.run: Run = read_run(self.facts)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, flashed: Path) -> Done:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    (folder / "test_it.py").write_text(TESTS, "utf-8")
    (folder / "gates.toml").write_text('[[gate]]\nmetric = "recoveries"\nmax = 0\n', "utf-8")
    shutil.copy(flashed, folder / "flash.bin")
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "--sim-flash-file", "flash.bin"]
    command += ["--facts", "facts.jsonl", "--gates", "gates.toml", "--rootdir", str(folder)]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Done(ended.returncode, ended.stdout.splitlines(), folder)


def test_each_kind_of_wrong_answer_fails_the_test_that_got_it(done: Done) -> None:
    outcomes = {test.test.rpartition("::")[2]: test.outcome for test in done.run.tests}
    assert outcomes == {
        "test_looks_at_nothing[nothing]": "passed",
        "test_looks_at_nothing[scores]": "failed",
        "test_looks_at_nothing[map]": "failed",
        "test_looks_at_nothing[threshold]": "failed",
        "test_looks_at_nothing[count]": "failed",
        "test_looks_at_nothing[image]": "failed",
        "test_expected_to_fail[scores]": "xfailed",
        "test_is_right_in_a_row": "passed",
    }


def test_the_run_never_ships(done: Done) -> None:
    assert done.code == ExitCode.TEST_FAILED
    assert done.verdict.startswith("DO NOT SHIP")
    assert "5 tests failed" in done.verdict


def test_the_file_of_the_run_gives_the_same_verdict(
    done: Done, capsys: pytest.CaptureFixture[str]
) -> None:
    gates = str(done.facts.with_name("gates.toml"))
    assert main(["judge", str(done.facts), "--gates", gates]) == ExitCode.TEST_FAILED
    assert done.verdict in capsys.readouterr().out


def test_the_message_names_the_answer_and_what_is_wrong(done: Done) -> None:
    messages = {test.test: test.message for test in done.run.tests if test.outcome == "failed"}
    scores = next(text for name, text in messages.items() if "[scores]" in name)
    assert "the board gave wrong answers in this test" in scores
    assert "score: the board's scores are" in scores
