"""`--thorough`: the long tests run, and a gate can ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import ExitCode

pytest_plugins = ["pytester"]

TESTS = """
import pytest

def test_short(board): ...

@pytest.mark.thorough
def test_long(board): ...

@pytest.mark.thorough
def test_without_a_board(): ...
"""
GATE = '[[gate]]\nmetric = "thorough"\nmin = 1\n'
OWN = "[pytest]\nmarkers =\n    thorough: of this project\n"


@pytest.mark.parametrize(
    ("options", "passed", "deselected", "exit_code", "said"),
    [
        ((), 2, 1, ExitCode.NOT_PROVEN, "thorough: not measured: the run was not a thorough one"),
        (("--thorough",), 3, 0, ExitCode.PASSED, "SHIP"),
    ],
)
def test_long_tests_run_where_they_are_asked_for(
    pytester: pytest.Pytester,
    flash_file: Path,
    options: tuple[str, ...],
    passed: int,
    deselected: int,
    exit_code: ExitCode,
    said: str,
) -> None:
    pytester.makepyfile(TESTS)
    pytester.path.joinpath("gates.toml").write_text(GATE, encoding="utf-8")
    run = pytester.runpytest_subprocess(
        f"--sim-flash-file={flash_file}", "--gates=gates.toml", *options
    )
    run.assert_outcomes(passed=passed, deselected=deselected)
    run.stdout.fnmatch_lines([f"*{said}*"])
    assert run.ret == exit_code


def test_a_marker_of_the_project_stays_the_projects(
    pytester: pytest.Pytester, flash_file: Path
) -> None:
    pytester.makepyfile(TESTS)
    pytester.path.joinpath("pytest.ini").write_text(OWN, encoding="utf-8")
    pytester.runpytest_subprocess(f"--sim-flash-file={flash_file}").assert_outcomes(passed=3)
