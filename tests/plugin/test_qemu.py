"""Runs on an emulated board: with one, without one, and with one that ends in between."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hil.board.artifacts import read_model
from hil.errors import ExitCode
from hil.oracle.oracle import Oracle
from hil.wire.replies import Result
from hil_lab.fakes import qemu as fake_qemu
from hil_lab.fakes.firmware_build import make_build

pytest_plugins = ["pytester"]

IMAGE = bytes(range(256)) * 36
TESTS = """
    IMAGE = bytes(range(256)) * 36

    def test_first(board, record_measurement):
        answers = [board.infer(IMAGE) for _ in range(8)]
        for answer in answers:
            record_measurement("invoke_us", answer.times.invoke_us)
        assert answers[-1].count == 8

    def test_second(board):
        assert board.echo(b"still there") == b"still there"

    def test_without_a_board():
        assert True
"""
LATENCY = """
    [[gate]]
    metric = "user.invoke_us"
    statistic = "median"
    max = "1 s"
"""
MEMORY = """
    [[gate]]
    metric = "app_bytes"
    max = "1 MiB"
"""


@pytest.fixture(autouse=True)
def folder(pytester: pytest.Pytester) -> Path:
    pytester.makepyfile(TESTS)
    return Path(pytester.path)


@pytest.fixture(scope="module")  # ahead of pytester, which forgets modules: numpy stays
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(tmp_path_factory.mktemp("firmware") / "build").write()


@pytest.fixture(scope="module")
def answers(build: Path) -> list[Result]:
    """What the network of the build answers for the image of TESTS."""
    return [fake_qemu.result_of(Oracle(read_model(build).contract), IMAGE)]


def run(
    pytester: pytest.Pytester, build: Path, *arguments: str, board: str = "qemu"
) -> pytest.RunResult:
    return pytester.runpytest_subprocess(
        *("-v", "-p", "no:cacheprovider", "--board", board, "--firmware", str(build)), *arguments
    )


# ---- without one


@pytest.fixture
def no_qemu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMHIL_QEMU", raising=False)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("IDF_TOOLS_PATH", str(folder))


@pytest.mark.usefixtures("no_qemu")
def test_without_qemu_tests_are_skipped_and_the_run_is_not_proven(
    pytester: pytest.Pytester, build: Path
) -> None:
    result = run(pytester, build, "-rs", "--junitxml=junit.xml", "--facts=facts.jsonl")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["SKIPPED *qemu-system-xtensa is not installed*idf_tools.py install qemu-xtensa*"]
    )
    result.stdout.fnmatch_lines(["*not proven: tests were skipped*", "*2 skipped for this reason*"])
    assert result.ret == ExitCode.NOT_PROVEN
    assert 'skipped="2"' in (pytester.path / "junit.xml").read_text()
    lines = [json.loads(line) for line in (pytester.path / "facts.jsonl").read_text().splitlines()]
    assert lines[-1]["exit_code"] == ExitCode.NOT_PROVEN
    assert [line["outcome"] for line in lines if line["kind"] == "test"] == [
        "unavailable", "unavailable", "passed"
    ]  # fmt: skip


@pytest.mark.usefixtures("no_qemu")
def test_without_qemu_no_gate_is_met_and_judging_the_file_says_the_same(
    pytester: pytest.Pytester, build: Path
) -> None:
    gates = pytester.path / "gates.toml"
    gates.write_text(MEMORY)
    result = run(pytester, build, f"--gates={gates}", "--facts=facts.jsonl", "--store=h.sqlite3")
    assert result.ret == ExitCode.NOT_PROVEN
    result.stdout.fnmatch_lines(
        ["NOT PROVEN: 1 of 1 gates not measured; 2 tests were skipped: *not installed*"]
    )
    again = pytester.run(sys.executable, "-m", "hil", "judge", "facts.jsonl", f"--gates={gates}")
    assert again.ret == ExitCode.NOT_PROVEN
    again.stdout.fnmatch_lines(["NOT PROVEN: *2 tests were skipped: *not installed*"])


@pytest.mark.usefixtures("no_qemu")
def test_a_wrong_test_weighs_more_than_a_skipped_one(
    pytester: pytest.Pytester, build: Path
) -> None:
    pytester.makepyfile(test_wrong="def test_wrong():\n    assert False\n")
    assert run(pytester, build).ret == ExitCode.TEST_FAILED


@pytest.mark.usefixtures("no_qemu")
def test_what_needs_no_board_passes_without_qemu(pytester: pytest.Pytester, build: Path) -> None:
    assert run(pytester, build, "-k", "without_a_board").ret == ExitCode.PASSED


# ---- with one


@pytest.mark.parametrize("board", ["qemu", "qemu:icount"])
def test_tests_pass_on_an_emulated_board(
    pytester: pytest.Pytester,
    build: Path,
    answers: list[Result],
    monkeypatch: pytest.MonkeyPatch,
    board: str,
) -> None:
    program = fake_qemu.install(pytester.path / "qemu", answers=answers)
    monkeypatch.setenv("CAMHIL_QEMU", str(program))
    result = run(pytester, build, board=board)
    result.assert_outcomes(passed=3)
    assert result.ret == ExitCode.PASSED
    assert len(fake_qemu.starts(pytester.path / "qemu")) == 2  # before and after flashing


def test_a_latency_gate_is_not_judged_by_an_emulated_board(
    pytester: pytest.Pytester,
    build: Path,
    answers: list[Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = fake_qemu.install(pytester.path / "qemu", answers=answers)
    monkeypatch.setenv("CAMHIL_QEMU", str(program))
    gates = pytester.path / "gates.toml"
    gates.write_text(LATENCY)
    result = run(pytester, build, f"--gates={gates}", board="qemu:icount")
    result.stdout.fnmatch_lines(["*user.invoke_us*could not be judged: virtual time*"])
    assert result.ret == ExitCode.NOT_PROVEN


def test_an_emulator_that_ends_is_the_first_cause_and_is_replaced(
    pytester: pytest.Pytester, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_qemu.install(pytester.path / "qemu", "ends on infer")
    monkeypatch.setenv("CAMHIL_QEMU", str(program))
    result = run(pytester, build)
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(
        ["*::test_first INFRASTRUCTURE*", "*::test_second*", "*the first cause*"]
    )
    result.stdout.fnmatch_lines(["*emulator ended with exit code 3*", "*no such instruction*"])
    result.stdout.fnmatch_lines(["*2 passed, 1 infrastructure*"])


def test_the_wrong_program_is_a_mistake_of_the_user(
    pytester: pytest.Pytester, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_qemu.install(pytester.path / "qemu", "no machine")
    monkeypatch.setenv("CAMHIL_QEMU", str(program))
    result = run(pytester, build)
    result.stdout.fnmatch_lines(["*$CAMHIL_QEMU names no emulator of the ESP32*"])
    assert result.ret != ExitCode.PASSED
    assert result.ret != ExitCode.NOT_PROVEN
