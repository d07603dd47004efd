"""pytest-xdist: several processes, one run file, one verdict."""

from __future__ import annotations

import re
from pathlib import Path

import numpy  # noqa: F401 - a run in this process forgets what it imported first
import pytest

from hil.cli import main
from hil.errors import ExitCode, UsageError
from hil.facts.reader import read_run
from hil.facts.run import Run
from hil.plugin.workers import check_workers
from hil.run.options import RunOptions

pytest.importorskip("xdist")
pytest_plugins = ["pytester"]

MET = '[[gate]]\nmetric = "recoveries"\nmax = 0\n'
WITHOUT_A_BOARD = """
    from hil.errors import FirmwareError, InfrastructureError

    def test_good(bench, record_measurement):
        record_measurement("lag_us", 12)

    def test_wrong(bench):
        raise FirmwareError("the score differs", hint="look")

    def test_lost(bench):
        raise InfrastructureError("the port vanished", hint="check the cable")
"""


def run(
    pytester: pytest.Pytester, code: str, *arguments: str, boards: bool = False
) -> pytest.RunResult:
    pytester.makepyfile(code)
    (pytester.path / "gates.toml").write_text(MET)
    start = pytester.runpytest_subprocess if boards else pytester.runpytest_inprocess
    given = ("-p", "no:html", "--gates=gates.toml", "--facts=facts.jsonl", "-v", *arguments)
    return start(*given)


def facts(pytester: pytest.Pytester) -> Run:
    return read_run(pytester.path / "facts.jsonl")


def outcomes(found: Run) -> dict[str, str]:
    return {test.test.partition("::")[2]: test.outcome for test in found.tests}


def judged_again(pytester: pytest.Pytester) -> int:
    folder = pytester.path
    return main(["judge", str(folder / "facts.jsonl"), "--gates", str(folder / "gates.toml")])


def test_two_boards_give_one_run_and_one_verdict(pytester: pytest.Pytester) -> None:
    code = """
        import pytest
        from hil.suite.pictures import SYNTHETIC, synthetic_photo

        @pytest.mark.parametrize("again", (0, 1))
        @pytest.mark.parametrize("name", SYNTHETIC[:3])
        def test_it(bench, board, name, again):
            bench.measure(synthetic_photo(name))
    """
    flash = ("--sim-flash-file", "flash.bin")
    result = run(pytester, code, "-n2", "--junitxml=junit.xml", *flash, boards=True)
    assert result.ret == ExitCode.PASSED
    text = result.stdout.str()
    for once in (
        "can it ship?",
        "board against oracle",
        "SHIP, on the simulated board: the gate is met",
        "\nengine ",
    ):
        assert text.count(once) == 1, once
    found = facts(pytester)
    assert set(outcomes(found).values()) == {"passed"}
    assert len(found.tests) == 6
    assert sorted(image.name for image in found.images) == ["black", "noise", "white"]
    assert found.link is not None
    assert found.end is not None
    assert found.end.outcomes == (("passed", 6),)
    boots = {result.boot for result in found.inferences}
    assert len(boots) == len(found.handshakes)  # no start of one board is taken for another's
    assert judged_again(pytester) == ExitCode.PASSED
    assert '<property name="verdict" value="SHIP' in (pytester.path / "junit.xml").read_text()
    assert {path.name for path in pytester.path.glob("*.bin")} == {
        "flash-gw0.bin",
        "flash-gw1.bin",
    }


@pytest.mark.parametrize("workers", [("-n0",), ("-n2", "--dist=worksteal")])
def test_every_outcome_and_its_exit_code_are_those_of_one_process(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = run(pytester, WITHOUT_A_BOARD, *workers)
    assert result.ret == ExitCode.TEST_FAILED
    found = facts(pytester)
    assert outcomes(found) == {
        "test_good": "passed",
        "test_wrong": "firmware",
        "test_lost": "infrastructure",
    }
    assert [(m.name, m.value) for m in found.measurements] == [("lag_us", 12)]
    assert {trouble.error for trouble in found.troubles} == {"FirmwareError", "InfrastructureError"}
    result.stdout.fnmatch_lines(["*the first cause*", "in *::test_lost", "the port vanished"])
    assert re.search(r"^DO NOT SHIP", result.stdout.str(), re.MULTILINE)
    assert judged_again(pytester) == ExitCode.TEST_FAILED


def test_a_worker_that_dies_is_infrastructure_and_never_ships(pytester: pytest.Pytester) -> None:
    code = """
        import os

        def test_good(bench):
            pass

        def test_dies(bench):
            os._exit(0)
    """
    result = run(pytester, code, "-n1")
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert outcomes(facts(pytester)) == {"test_good": "passed", "test_dies": "infrastructure"}
    result.stdout.fnmatch_lines(["*the process of worker gw0 ended while it ran *::test_dies*"])
    result.stdout.fnmatch_lines(["NOT PROVEN*"])
    assert judged_again(pytester) == ExitCode.INFRASTRUCTURE


def test_a_worker_that_dies_after_its_tests_never_ships(pytester: pytest.Pytester) -> None:
    code = """
        import os
        import pytest

        @pytest.fixture(scope="session")
        def dying():
            yield
            os._exit(0)

        def test_good(bench, dying):
            pass
    """
    result = run(pytester, code, "-n1", "--max-worker-restart=0")
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert judged_again(pytester) == ExitCode.INFRASTRUCTURE


@pytest.mark.parametrize(
    "board",
    ["/dev/ttyUSB0", "auto", "socket://localhost:5555", "rfc2217://localhost:4000", "replay:r.rec"],
)
def test_one_board_is_not_shared_out(
    board: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.rec").touch()
    options = RunOptions(board=board)
    check_workers(options, 1)
    with pytest.raises(UsageError, match=f"2 processes cannot share the board {board}") as refused:
        check_workers(options, 2)
    assert "-n 0" in refused.value.hint


@pytest.mark.parametrize("board", ["sim", "qemu", "qemu:icount"])
def test_boards_that_each_process_can_have_are_shared_out(board: str) -> None:
    check_workers(RunOptions(board=board), 3)


def test_a_board_that_cannot_be_shared_out_ends_the_run_before_the_tests(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, "def test_it(board):\n    pass\n", "-n2", "--board", "auto")
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["*2 processes cannot share the board auto*", "*hint: *-n 0*"])


def test_one_recording_does_not_hold_two_conversations(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_it(board):\n    pass\n", "-n2", "--record", "run.rec")
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["*one recording cannot hold them*", "*hint: *-n 0*"])


def test_one_meter_does_not_measure_two_boards() -> None:
    with pytest.raises(UsageError, match="one meter cannot tell them apart"):
        check_workers(RunOptions(energy="csv:meter.csv"), 2)


def test_a_project_without_a_board_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import os\ndef test_it():\n    os._exit(1)\n")
    result = pytester.runpytest_subprocess("-n1")
    assert result.ret == ExitCode.TEST_FAILED
    result.stdout.no_fnmatch_line("*camhil*ended*")
