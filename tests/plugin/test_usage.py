"""Wrong use: told once, exit code 4, and no test is red for it."""

from __future__ import annotations

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.reader import read_run

pytest_plugins = ["pytester"]

REFUSED = """
    import pytest
    from hil.errors import UsageError
    from hil.run.testbench import Bench

    def refuse(bench):
        raise UsageError("this network has no map", where="net.tflite", hint="give another")

    @pytest.fixture(autouse=True)
    def refusing(monkeypatch):
        monkeypatch.setattr(Bench, "_open", refuse)
"""


def test_wrong_use_that_shows_in_the_run_ends_it_and_is_told_once(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(REFUSED)
    pytester.makepyfile("".join(f"def test_{i}(board):\n    pass\n" for i in range(4)))
    result = pytester.runpytest_inprocess("--facts", "facts.jsonl")
    assert result.ret == ExitCode.USAGE
    result.assert_outcomes()
    result.stdout.fnmatch_lines(
        ["*usage: the run cannot go on*", "this network has no map*net.tflite*", "*hint: give*"]
    )
    assert result.stdout.str().count("this network has no map") == 1
    result.stdout.no_fnmatch_line("*diagnosis*")
    result.stdout.no_fnmatch_line("*FAILED*")
    run = read_run(pytester.path / "facts.jsonl")
    assert [test.outcome for test in run.tests] == ["usage"]
    assert run.end is not None
    assert run.end.exit_code == ExitCode.USAGE
    (pytester.path / "gates.toml").write_text("[[gate]]\nmetric = 'score_lsb'\nmax = 0\n")
    assert main(["judge", "facts.jsonl", "--gates", "gates.toml"]) == ExitCode.USAGE


def test_a_wrong_call_in_a_test_fails_that_test_and_the_run_goes_on(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        from hil.images import load

        def test_wrong(bench):
            load("no/such/hallway.jpg")

        def test_right(bench):
            pass
        """
    )
    result = pytester.runpytest_inprocess()
    assert result.ret == ExitCode.USAGE
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*usage: cannot read the picture: *hallway.jpg*"])
    result.stdout.no_fnmatch_line("*diagnosis*")


def test_a_failed_test_weighs_more_than_a_wrong_call(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "from hil.images import load\n"
        "def test_wrong(bench):\n    load('nowhere.jpg')\n"
        "def test_failed(bench):\n    assert False\n"
    )
    assert pytester.runpytest_inprocess().ret == ExitCode.TEST_FAILED


def test_a_port_without_a_build_is_told_before_the_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_a(board):\n    pass\ndef test_b(board):\n    pass\n")
    result = pytester.runpytest_inprocess("--board", "/dev/ttyNoSuchPort")
    assert result.ret == ExitCode.USAGE
    result.stdout.fnmatch_lines(["*no tests ran*"])
    result.stderr.fnmatch_lines(["ERROR: which firmware is to be tested? */dev/ttyNoSuchPort*"])


def test_a_port_without_a_build_does_not_concern_tests_without_a_board(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    assert pytester.runpytest_inprocess("--board", "/dev/ttyNoSuchPort").ret == ExitCode.PASSED


def test_an_error_in_the_harness_after_the_tests_is_told_and_ends_nothing(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        """
        import pytest
        from hil.errors import InfrastructureError
        from hil.run.run_log import RunLog

        def lost(log, *arguments):
            raise InfrastructureError("the summary is gone", where="here", hint="look there")

        @pytest.fixture(autouse=True, scope="session")
        def losing():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(RunLog, "write_news", lost)
                yield
        """
    )
    pytester.makepyfile("def test_it(bench):\n    pass\n")
    result = pytester.runpytest_inprocess()
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(["*1 passed*"])
    result.stdout.fnmatch_lines(["the summary is gone*here*", "*hint: look there*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_an_unknown_capability_is_told_and_a_marker_of_the_projects_own_is_not_ours(
    pytester: pytest.Pytester,
) -> None:
    fake = """
        import pytest
        from types import SimpleNamespace
        from hil_lab.fakes.firmware import default_identity
        from hil.run.testbench import Bench

        @pytest.fixture(autouse=True)
        def fake(monkeypatch):
            board = SimpleNamespace(identity=default_identity(), note=lambda test: None)
            monkeypatch.setattr(Bench, "testable_board", lambda bench, test: board)
            monkeypatch.setattr(Bench, "ready_board", lambda bench: board)
    """
    pytester.makeconftest(fake)
    pytester.makepyfile(
        "import pytest\n@pytest.mark.needs('racket')\ndef test_it(board):\n    pass\n"
    )
    mistyped = pytester.runpytest_inprocess()
    assert mistyped.ret == ExitCode.USAGE
    mistyped.stdout.fnmatch_lines(["*needs('racket'): there is no such capability*"])
    pytester.makeini("[pytest]\nmarkers =\n    needs(tool): what the tester has to bring\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
