"""pytest-timeout: whose fault it is, and that later tests do not suffer from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hil.cli import main
from hil.errors import ExitCode, InfrastructureError
from hil.facts.reader import read_run
from hil.plugin.timed_out import time_limit

pytest.importorskip("pytest_timeout")
pytest_plugins = ["pytester"]

MET = '[[gate]]\nmetric = "recoveries"\nmax = 9\n'


def function_of(module: str, calls: Callable[[], Any]) -> Callable[[], Any]:
    """A function as if it were in this module."""
    scope: dict[str, Any] = {"__name__": module, "calls": calls}
    exec("def work():\n    return calls()\n", scope)
    work: Callable[[], Any] = scope["work"]
    return work


def alarm() -> None:
    pytest.fail("Timeout (>1.0s) from pytest-timeout.")


def ended(*modules: str) -> InfrastructureError | None:
    """What is said of a test that was ended while the last of these modules was at work."""
    work = alarm
    for module in reversed(modules):
        work = function_of(module, work)
    with pytest.raises(pytest.fail.Exception) as raised:
        work()
    return time_limit(raised.value)


def test_a_time_limit_inside_of_camhil_is_infrastructure_and_says_where() -> None:
    error = ended("test_mine", "hil.board.board", "hil.link.channel", "select", "pytest_timeout")
    assert error is not None
    assert error.message.splitlines()[0] == (
        "the test's time was over in hil.link.channel.work: Timeout (>1.0s) from pytest-timeout."
    )
    assert "--board-image-s" in error.hint


@pytest.mark.parametrize(
    "modules",
    [
        ("test_mine", "time", "pytest_timeout"),
        ("hil.plugin", "conftest", "pytest_timeout"),  # a fixture of the user's, below our hook
        ("hil.suite.test_timing", "pytest_timeout"),
        ("test_mine", "hil.board.board"),  # failed by itself
        ("hilbert.board", "pytest_timeout"),
    ],
)
def test_all_else_stays_what_pytest_says(modules: tuple[str, ...]) -> None:
    assert ended(*modules) is None


def test_the_fixture_that_was_interrupted_is_asked_anew_by_the_next_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest
        import hil.run.testbench

        def alarm():
            pytest.fail("Timeout (>1.0s) from pytest-timeout.")

        scope = {"__name__": "pytest_timeout", "alarm": alarm}
        exec("def handler(): alarm()", scope)

        class SlowBench(hil.run.testbench.Bench):
            asked = 0

            @property
            def oracle(self):
                SlowBench.asked += 1
                if SlowBench.asked == 1:
                    scope = {"__name__": "hil.run.testbench", "handler": handler}
                    exec("def wait(): handler()", scope)
                    scope["wait"]()
                return "the oracle"

        handler = scope["handler"]
        hil.run.testbench.Bench = SlowBench

        def test_slow(oracle):
            pass

        def test_after(oracle):
            assert oracle == "the oracle"
        """
    )
    result = pytester.runpytest_subprocess("-v", "--facts=facts.jsonl")
    assert result.ret == ExitCode.INFRASTRUCTURE
    tests = read_run(pytester.path / "facts.jsonl").tests
    assert [test.outcome for test in tests] == ["infrastructure", "passed"]
    result.stdout.fnmatch_lines(
        ["in *::test_slow", "the test's time was over in hil.run.testbench.*"]
    )


def test_a_board_that_was_being_asked_is_recovered_for_the_next_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest
        from hil.suite.pictures import synthetic_photo

        TENSOR = synthetic_photo("noise").tensor

        def test_before(board):
            board.infer(TENSOR)

        @pytest.mark.timeout(1)
        def test_hangs(board):
            board._connection.adapter.process.hang()
            board.infer(TENSOR)

        def test_after(board):
            assert board.infer(TENSOR).count == 1
        """
    )
    arguments = ("--sim-flash-file", "flash.bin", "--facts=facts.jsonl")
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == ExitCode.INFRASTRUCTURE
    tests = read_run(pytester.path / "facts.jsonl").tests
    assert [test.outcome for test in tests] == ["passed", "infrastructure", "passed"]
    result.stdout.fnmatch_lines(["in *::test_hangs", "the test's time was over in hil.*"])


def test_a_limit_that_ends_pytest_itself_leaves_a_run_that_is_not_proven(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    pytester.makepyfile(
        """
        import threading
        import pytest

        def test_good(bench):
            pass

        @pytest.mark.timeout(0.1, method="thread")
        def test_ends_pytest(bench):
            threading.Event().wait(60)
        """
    )
    assert pytester.runpytest_subprocess("--facts=facts.jsonl").ret == ExitCode.TEST_FAILED
    (pytester.path / "gates.toml").write_text(MET)
    files = [str(pytester.path / name) for name in ("facts.jsonl", "gates.toml")]
    assert main(["judge", files[0], "--gates", files[1]]) == ExitCode.INFRASTRUCTURE
    assert "the run was interrupted: its file has no end" in capsys.readouterr().out
