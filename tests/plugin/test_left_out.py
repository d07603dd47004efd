"""What did not run does not count: skipped, expected to fail, or cut off."""

from __future__ import annotations

import pytest

from hil.errors import ExitCode

pytest_plugins = ["pytester"]

GATE = '[[gate]]\nmetric = "recoveries"\nmax = 0\n'
LEFT_OUT = """
import pytest

@pytest.mark.skip(reason="later")
def test_marked(board): ...

def test_in_the_body(board):
    pytest.skip("no time")

@pytest.mark.xfail(reason="known")
def test_known(board):
    assert False

@pytest.mark.skip(reason="has nothing to do with boards")
def test_of_the_host(): ...

def test_fine(board): ...
"""
CUT_OFF = """
import pytest

def test_one(board): ...

def test_two(board):
    pytest.exit("enough", returncode=0)

def test_three(board):
    assert False
"""
WITHOUT_A_BOARD = """
def test_that_fails_before_any_board():
    assert False

def test_of_a_board(board): ...
"""


@pytest.mark.parametrize(
    ("code", "exit_code", "said"),
    [
        (LEFT_OUT, ExitCode.NOT_PROVEN, "2 tests were skipped: later"),
        (CUT_OFF, ExitCode.INFRASTRUCTURE, "2 of 3 tests did not run, and nothing says why"),
        (WITHOUT_A_BOARD, ExitCode.TEST_FAILED, "DO NOT SHIP"),
    ],
)
def test_a_run_in_which_something_did_not_run_never_ships(
    pytester: pytest.Pytester, code: str, exit_code: ExitCode, said: str
) -> None:
    pytester.makepyfile(code)
    gates = pytester.path / "gates.toml"
    gates.write_text(GATE, "utf-8")
    result = pytester.runpytest_subprocess("--gates", str(gates), "--sim-flash-file", "flash.bin")
    assert result.ret == exit_code
    assert said in result.stdout.str()
    result.stdout.no_fnmatch_line("SHIP*")
