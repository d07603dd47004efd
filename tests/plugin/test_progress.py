"""What takes time is said at once, although the test that waits for it is captured."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

WAITING = """
    def test_first():
        pass

    def test_waiting(bench):
        print("of the test")
        bench.progress("building the firmware")
        print("of the test")

    def test_last(bench):
        bench.progress("twice in a row")
        bench.progress("checking the oracle")
"""


@pytest.mark.parametrize("capture", ["fd", "sys", "no"])
def test_progress_is_a_line_of_its_own_on_the_screen(
    pytester: pytest.Pytester, capture: str
) -> None:
    pytester.makepyfile(WAITING)
    result = pytester.runpytest_subprocess(f"--capture={capture}")
    for text in ("building the firmware", "twice in a row", "checking the oracle"):
        assert f"camhil: {text}" in result.outlines
    result.assert_outcomes(passed=3)
    if capture != "no":
        result.stdout.no_fnmatch_line("*of the test*")


@pytest.mark.parametrize("arguments", [["-q"], ["-p", "no:terminal"]])
def test_there_is_none_where_nothing_is_to_be_shown(
    pytester: pytest.Pytester, arguments: list[str]
) -> None:
    pytester.makepyfile(WAITING)
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*camhil:*")
