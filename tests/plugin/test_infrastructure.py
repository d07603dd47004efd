"""Trouble with the board in the middle of a run: its cause once, nothing misleading after it."""

from __future__ import annotations

import re

import pytest

from hil.errors import ExitCode

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("everything_is_imported", "flash_file")

TESTS = """
    from hil.suite.pictures import synthetic_photo

    TENSOR = synthetic_photo("noise").tensor

    def test_before(board):
        assert board.infer(TENSOR).count == 1

    def test_trouble(board):
        process = board._connection.adapter.process
        {trouble}
        board.infer(TENSOR)

    def test_after(board):
        assert board.infer(TENSOR).count == 1

    def test_last(board):
        assert board.infer(TENSOR).count == 2
"""
QUICK = (
    *("-v", "-p", "no:cacheprovider", "-p", "no:html"),
    *("--sim-flash-file", "flash.bin", "--board-image-s", "2"),
)

_STOPPED = "the board stopped while running an inference: "
RECOVERED = {
    "crash": ("process.crash()", f"{_STOPPED}panic", "UNANSWERED"),
    "abort": ("process.crash('abort')", f"{_STOPPED}abort", "UNANSWERED"),
    "hang": ("process.hang()", "no answer within 2 s: inference of sample", "UNANSWERED"),
    "brownout": ("process.brownout()", f"{_STOPPED}brownout", "INFRASTRUCTURE"),
    "power": (
        "process.power(False); process.power(True)",
        f"{_STOPPED}reset (reset reason poweron)",
        "UNANSWERED",
    ),
    "replugged": ("process.unplug(); process.replug()", "the port failed", "INFRASTRUCTURE"),
}
LOST = {
    "no power": ("process.power(False)", "UNANSWERED"),
    "unplugged": ("process.unplug()", "INFRASTRUCTURE"),
    "noise": ("process.request('line', bit_error_rate=0.2)", "UNANSWERED"),
}


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """Name and outcome of each test, from `-v`; a line of progress may be in between."""
    text = result.stdout.str()
    found = re.findall(
        r"::(\w+)\s+(?:camhil: .*\n)*(PASSED|INFRASTRUCTURE|UNANSWERED|NOT RUN|FAILED)", text
    )
    return dict(found)


@pytest.mark.parametrize("case", RECOVERED)
def test_a_board_that_comes_back_is_recovered_for_the_next_test(
    pytester: pytest.Pytester, case: str
) -> None:
    trouble, cause, outcome = RECOVERED[case]
    pytester.makepyfile(TESTS.format(trouble=trouble))
    result = pytester.runpytest_inprocess(*QUICK)
    lines = result.outlines
    assert outcomes(result) == {
        "test_before": "PASSED",
        "test_trouble": outcome,
        "test_after": "PASSED",
        "test_last": "PASSED",
    }
    assert result.ret == ExitCode.INFRASTRUCTURE
    first = next(at for at, line in enumerate(lines) if "the first cause" in line)
    assert lines[first + 1].endswith("::test_trouble")
    assert lines[first + 2].startswith(cause)
    result.stdout.fnmatch_lines(["recoveries *1"])


@pytest.mark.parametrize("case", LOST)
def test_a_board_that_does_not_come_back_is_one_report_and_the_rest_was_not_run(
    pytester: pytest.Pytester, case: str
) -> None:
    trouble, outcome = LOST[case]
    pytester.makepyfile(TESTS.format(trouble=trouble))
    result = pytester.runpytest_inprocess(*QUICK, "--board-handshake-s", "2")
    assert outcomes(result) == {
        "test_before": "PASSED",
        "test_trouble": outcome,
        "test_after": "NOT RUN",
        "test_last": "NOT RUN",
    }
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(
        ["*the first cause*", "in *::test_trouble", "2 checks after it were not run*"]
    )


def test_a_board_with_another_model_is_one_report_and_nothing_was_tested(
    pytester: pytest.Pytester,
) -> None:
    from hil.sim import firmware
    from hil.testing.zoo import network

    pytester.makepyfile(TESTS.format(trouble="pass"))
    assert pytester.runpytest_inprocess(*QUICK, "-k", "before").ret == ExitCode.PASSED
    file = pytester.path / "other.tflite"
    file.write_bytes(network("softmax"))
    other = str(firmware.build(model=file))
    result = pytester.runpytest_inprocess(*QUICK, "--firmware", other, "--board-flash", "never")
    assert list(outcomes(result).values()) == ["INFRASTRUCTURE", "NOT RUN", "NOT RUN", "NOT RUN"]
    result.stdout.fnmatch_lines(["in *::test_before", "*the board's model has SHA-256*"])
    assert result.ret == ExitCode.INFRASTRUCTURE
