"""pytest-rerunfailures: a test that passes when it is run again is flaky, everywhere."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy  # noqa: F401 - a run in this process forgets what it imported first
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.reader import read_run
from hil.judge.judged import judge_recorded
from hil.report.github import github_annotations
from hil.report.markdown import markdown
from hil.run import testbench

pytest.importorskip("pytest_rerunfailures")
pytest_plugins = ["pytester"]

FLAKY = """
    from pathlib import Path
    from hil.errors import InfrastructureError

    def first_time(name):
        file = Path(name)
        first = not file.exists()
        file.touch()
        return first

    def test_loose(bench):
        if first_time("loose"):
            raise InfrastructureError("the cable was loose", hint="push it in")

    def test_wrong(bench):
        assert not first_time("wrong")

    def test_good(bench):
        pass
"""
ALLOWED = '[[gate]]\nmetric = "flaky_tests"\nmax = 2\n'
TOO_MANY = '[[gate]]\nmetric = "flaky_tests"\nmax = 1\n'
OTHER = '[[gate]]\nmetric = "user.lag_us"\nstatistic = "max"\nmax = 1\n'


@pytest.fixture(autouse=True)
def the_bench_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in this process that puts another in its place does so for itself."""
    monkeypatch.setattr(testbench, "Bench", testbench.Bench)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(FLAKY)
    return pytester.runpytest_inprocess("--reruns=2", "-v", "--facts=facts.jsonl", *arguments)


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_a_flaky_test_counts_as_passed_and_is_shown_as_flaky(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = run(pytester, "--junitxml=junit.xml", *workers)
    assert result.ret == ExitCode.PASSED
    result.stdout.fnmatch_lines(["*flaky: passed when run again*"])
    result.stdout.fnmatch_lines(["*::test_loose: infrastructure: the cable was loose"])
    result.stdout.no_fnmatch_line("*the first cause*")
    result.stdout.no_fnmatch_line("*diagnosis*")
    assert result.parseoutcomes() == {"passed": 1, "rerun": 2, "flaky": 2}
    found = read_run(pytester.path / "facts.jsonl")
    assert [(test.test.partition("::")[2], test.outcome) for test in found.tests] == [
        ("test_loose", "rerun"),
        ("test_loose", "flaky"),
        ("test_wrong", "rerun"),
        ("test_wrong", "flaky"),
        ("test_good", "passed"),
    ]
    cases = ET.parse(pytester.path / "junit.xml").iter("testcase")
    kinds = {
        (case.get("name"), prop.get("value"))
        for case in cases
        for prop in case.iter("property")
        if prop.get("name") == "outcome_kind"
    }
    assert kinds == {("test_loose", "flaky"), ("test_wrong", "flaky")}


def test_the_reports_name_flaky_tests_and_why_they_failed_at_first(
    pytester: pytest.Pytester,
) -> None:
    run(pytester)
    found = read_run(pytester.path / "facts.jsonl")
    page = markdown(judge_recorded(found))
    assert "**flaky** `test_the_reports_name_flaky_tests" in page
    assert "the cable was loose" in page
    told = [line for line in github_annotations(found) if "the cable was loose" in line]
    assert [line.partition(" ")[0] for line in told] == ["::warning"]


@pytest.mark.parametrize(
    ("gates", "code", "line"),
    [
        (ALLOWED, ExitCode.INFRASTRUCTURE, "no board answered"),
        (TOO_MANY, ExitCode.INFRASTRUCTURE, "1 of 1 gates unmet"),
        (OTHER, ExitCode.INFRASTRUCTURE, "2 tests passed only when run again"),
    ],
)
def test_whether_they_ship_is_a_gate_and_the_file_says_the_same(
    pytester: pytest.Pytester, gates: str, code: ExitCode, line: str
) -> None:
    # No board was asked for here, which alone keeps the run from SHIP: see tests/judge/gates.
    (pytester.path / "gates.toml").write_text(gates)
    result = run(pytester, "--gates=gates.toml")
    assert result.ret == code
    result.stdout.fnmatch_lines([f"*{line}*"])
    files = [str(pytester.path / name) for name in ("facts.jsonl", "gates.toml")]
    assert main(["judge", files[0], "--gates", files[1]]) == code


def test_a_test_that_never_passes_stays_failed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(bench):\n    assert False\n")
    result = pytester.runpytest_inprocess("--reruns=1", "--facts=facts.jsonl")
    assert result.ret == ExitCode.TEST_FAILED
    found = read_run(pytester.path / "facts.jsonl")
    assert [test.outcome for test in found.tests] == ["rerun", "failed"]


def test_a_worker_that_died_in_the_first_attempt_makes_the_test_flaky(
    pytester: pytest.Pytester,
) -> None:
    pytest.importorskip("xdist")
    pytester.makepyfile(
        """
        import os
        from pathlib import Path

        def test_before(bench):
            pass

        def test_it(bench):
            if not Path("tried").exists():
                Path("tried").touch()
                os._exit(1)
        """
    )
    result = pytester.runpytest_subprocess("-n1", "--reruns=1", "--facts=facts.jsonl", "-v")
    assert result.ret == ExitCode.PASSED
    found = read_run(pytester.path / "facts.jsonl")
    outcomes = [test.outcome for test in found.tests if test.test.endswith("test_it")]
    assert outcomes == ["rerun", "flaky"]
    result.stdout.fnmatch_lines(["*FLAKY*::test_it*"])


WRONG_ANSWERS = """
    import pytest
    import hil.run.testbench
    from hil.judge.answers import Wrong

    class OddBench(hil.run.testbench.Bench):
        wrong = ()

        def review(self):
            found, OddBench.wrong = OddBench.wrong, ()
            return found

    hil.run.testbench.Bench = OddBench
    NOW = (Wrong("answer 0", "image noise: score: it is another"),)
"""


@pytest.mark.parametrize("check", ["pass", "assert attempt > 1"])
def test_a_wrong_answer_stays_wrong_when_the_next_attempt_passes(
    pytester: pytest.Pytester, check: str
) -> None:
    code = f"""
    ATTEMPTS = []

    def test_it(bench):
        ATTEMPTS.append(1)
        attempt = len(ATTEMPTS)
        if attempt == 1:
            OddBench.wrong = NOW
        {check}
    """
    pytester.makepyfile(WRONG_ANSWERS + code)
    result = pytester.runpytest_inprocess("--reruns=1", "--facts=facts.jsonl")
    assert result.ret == ExitCode.TEST_FAILED
    found = read_run(pytester.path / "facts.jsonl")
    assert [test.outcome for test in found.tests] == ["failed", "flaky"]


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_a_wrong_answer_outside_of_all_tests_fails_the_run(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    code = """
    @pytest.fixture(scope="session")
    def at_the_end(bench):
        yield
        OddBench.wrong = NOW

    def test_it(at_the_end):
        pass
    """
    pytester.makepyfile(WRONG_ANSWERS + code)
    result = pytester.runpytest_inprocess("--facts=facts.jsonl", *workers)
    assert result.ret == ExitCode.TEST_FAILED
    end = read_run(pytester.path / "facts.jsonl").end
    assert end is not None
    assert end.exit_code == ExitCode.TEST_FAILED
