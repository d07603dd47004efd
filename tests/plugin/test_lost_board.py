"""A board that crashes in one test is reported once, and there for the next test."""

from __future__ import annotations

import pytest

from hil.errors import ExitCode

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("everything_is_imported", "flash_file")

QUICK = ("-v", "-p", "no:html", "--sim-flash-file", "flash.bin")
CRASH = """
    from hil.suite.pictures import synthetic_photo

    TENSOR = synthetic_photo("noise").tensor

    def test_before(board):
        assert board.infer(TENSOR).count == 1

    def test_crash(board):
        board._connection.adapter.process.crash()
        board.infer(TENSOR)

    def test_after(board):
        assert board.infer(TENSOR).count == 1
"""


def test_a_panic_is_reported_once_and_the_board_recovered(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CRASH)
    result = pytester.runpytest_inprocess(*QUICK)
    result.stdout.fnmatch_lines(
        [
            "*test_before PASSED*",
            "*test_crash UNANSWERED*",
            "*test_after PASSED*",
            "*the first cause*",
            "in *::test_crash",
            "*Guru Meditation*",
        ]
    )
    assert result.ret == ExitCode.INFRASTRUCTURE


def test_an_unplugged_board_is_one_report_and_the_rest_was_not_run(
    pytester: pytest.Pytester,
) -> None:
    unplug = CRASH.replace("process.crash()", "process.unplug()")
    pytester.makepyfile(unplug)
    result = pytester.runpytest_inprocess(*QUICK, "--board-handshake-s", "3")
    result.stdout.fnmatch_lines(
        ["*test_crash INFRASTRUCTURE*", "*test_after NOT RUN*", "in *::test_crash"]
    )
    assert result.ret == ExitCode.INFRASTRUCTURE


def test_a_wrong_model_on_the_oracle_side_is_a_failure_that_says_what_differs(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        from hil.images import load
        from hil.suite.expect import expect
        from hil.suite.pictures import synthetic_photo

        def test_score(bench):
            bench.ready_board()
            expected = bench.oracle.run

            def other_image(image, **options):
                return expected(bytes(reversed(image)), **options)

            bench.oracle.run = other_image
            expect(bench.measure_now(synthetic_photo("noise")), "score")
        """
    )
    result = pytester.runpytest_inprocess(*QUICK)
    assert result.ret == ExitCode.TEST_FAILED
    result.stdout.fnmatch_lines(["*score: *"])


CAUGHT = """
    import pytest
    from hil.errors import InfrastructureError
    from hil.suite.pictures import synthetic_photo

    TENSOR = synthetic_photo("noise").tensor

    def crash(board):
        board._connection.adapter.process.crash()
        with pytest.raises(InfrastructureError):
            board.infer(TENSOR)

    def test_recovers(board):
        crash(board)
        board.recover()
        board.infer(TENSOR)

    def test_goes_on(board):
        crash(board)

    def test_skips(board):
        crash(board)
        pytest.skip("who cares")

    def test_after(board):
        board.infer(TENSOR)
"""


def test_a_panic_that_a_test_catches_is_no_answer_and_each_recovery_counts(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(CAUGHT)
    result = pytester.runpytest_subprocess("-v", "--sim-flash-file", "flash.bin")
    result.stdout.fnmatch_lines(
        [
            "*test_recovers UNANSWERED*",
            "*test_goes_on UNANSWERED*",
            "*test_skips SKIPPED*",
            "*test_after PASSED*",
            "recoveries *3",
            "*the first cause*",
            "in *::test_recovers",
            "*Guru Meditation*",
        ]
    )
    assert result.ret == ExitCode.INFRASTRUCTURE
