"""What a run ends with: outcome, first cause and exit code, for each kind of trouble."""

from __future__ import annotations

import json

import pytest

from hil.errors import ExitCode
from hil.facts.reader import read_run

pytest_plugins = ["pytester"]

ERRORS = """
from hil.errors import FirmwareError, InfrastructureError, UsageError
from hil.errors import NotRunError
"""
UNPLUGGED = (
    ERRORS
    + """
def test_first(bench):
    raise InfrastructureError("the port vanished", where="/dev/ttyUSB7", hint="check the cable")
"""
)


def run(pytester: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(code)
    return pytester.runpytest_inprocess(*arguments)


def test_infrastructure_trouble_has_its_own_outcome_and_exit_code(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, UNPLUGGED, "-v")
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(
        ["*test_first INFRASTRUCTURE*", "*the first cause*", "*the port vanished*/dev/ttyUSB7*"]
    )
    result.stdout.fnmatch_lines(["*hint: check the cable*"])
    result.stdout.no_fnmatch_line("*FAILED*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_no_traceback_is_formatted_for_a_test_that_could_not_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    formatted = []
    for name in ("repr_failure", "_repr_failure_py"):
        monkeypatch.setattr(pytest.Function, name, lambda *args, **named: formatted.append(args))
    tests = UNPLUGGED + "def test_second(board):\n    pass\n"
    result = run(pytester, tests, "--board", "/dev/ttyNoSuchPort", "--board-flash", "never")
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert formatted == []


def test_a_wrong_answer_is_a_failure(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        ERRORS + "def test_it(bench):\n    raise FirmwareError('score differs', hint='look')\n",
    )
    assert result.ret == ExitCode.TEST_FAILED
    result.stdout.fnmatch_lines(["*firmware: score differs*"])


def test_a_failed_assertion_is_a_failure(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_it(bench):\n    assert 1 == 2\n")
    assert result.ret == ExitCode.TEST_FAILED


def test_a_wrong_answer_weighs_more_than_a_lost_board(pytester: pytest.Pytester) -> None:
    result = run(pytester, UNPLUGGED + "def test_second(bench):\n    assert False\n")
    assert result.ret == ExitCode.TEST_FAILED
    result.stdout.fnmatch_lines(["*the first cause*", "*the port vanished*"])


def test_a_check_that_could_not_run_is_not_passed(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        ERRORS
        + "def test_good(bench):\n    pass\n"
        + "def test_it(bench):\n    raise NotRunError('no trace', hint='deselect it')\n",
        "-v",
    )
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(["*test_it NOT RUN*"])


def test_a_run_that_passes_ends_with_0(pytester: pytest.Pytester) -> None:
    assert run(pytester, "def test_it(bench):\n    pass\n").ret == ExitCode.PASSED


def test_a_run_without_board_tests_is_left_alone(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_it():\n    assert False\n", "--facts", "facts.jsonl")
    assert result.ret == ExitCode.TEST_FAILED
    assert not (pytester.path / "facts.jsonl").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--board", "ttyUSB0?"),
        ("--firmware", "no/such/build"),
        ("--photos", "no/such/photos"),
        ("--tolerances", "no/such/file.toml"),
        ("--gates", "no/such/gates.toml"),
    ],
)
def test_an_option_that_cannot_be_used_ends_the_run_before_it_begins(
    pytester: pytest.Pytester, option: str, value: str
) -> None:
    result = run(pytester, "def test_it(board):\n    pass\n", option, value)
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines([f"*{value}*", "*hint: *"])


def test_one_lost_board_is_one_report_and_the_rest_was_not_run(
    pytester: pytest.Pytester,
) -> None:
    tests = "".join(f"def test_{i}(board):\n    pass\n" for i in range(4))
    result = run(pytester, tests, "--board", "/dev/ttyNoSuchPort", "--board-flash", "never", "-v")
    assert result.ret == ExitCode.INFRASTRUCTURE
    text = result.stdout.str()
    assert text.count(" INFRASTRUCTURE") == 1
    assert text.count(" NOT RUN") == 3
    result.stdout.fnmatch_lines(["*the first cause*", "in *::test_0", "*ttyNoSuchPort*"])


def test_every_outcome_is_in_the_facts_file(pytester: pytest.Pytester) -> None:
    run(pytester, UNPLUGGED + "def test_good(bench):\n    pass\n", "--facts", "out/facts.jsonl")
    lines = [json.loads(line) for line in (pytester.path / "out/facts.jsonl").open()]
    tests = {line["test"].partition("::")[2]: line for line in lines if line["kind"] == "test"}
    assert tests["test_first"]["outcome"] == "infrastructure"
    assert "check the cable" in tests["test_first"]["message"]
    assert tests["test_good"]["outcome"] == "passed"
    assert lines[0]["kind"] == "run"
    assert lines[-1] == {
        "kind": "end",
        "exit_code": ExitCode.INFRASTRUCTURE,
        "outcomes": [["infrastructure", 1], ["passed", 1]],
    }


@pytest.mark.parametrize(
    "option", ["--facts=/dev/full", "--junitxml=/dev/full", "--html=/dev/full"]
)
def test_a_full_disk_is_reported_and_the_run_does_not_count_as_passed(
    pytester: pytest.Pytester, option: str
) -> None:
    result = run(pytester, "def test_it(bench):\n    pass\n", option, "--self-contained-html")
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(["*cannot write the report: No space left on device*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_recorded_measurements_are_in_junit_and_in_the_facts(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        "def test_it(bench, record_measurement):\n    record_measurement('lag_us', 12)\n",
        "--facts=facts.jsonl",
        "--junitxml=junit.xml",
    )
    assert '<property name="lag_us" value="12"' in (pytester.path / "junit.xml").read_text()
    recorded = read_run(pytester.path / "facts.jsonl")
    assert [(m.name, m.value) for m in recorded.measurements] == [("lag_us", 12)]


def test_numbers_of_numpy_can_be_recorded(pytester: pytest.Pytester) -> None:
    code = (
        "import numpy as np\n"
        "def test_it(bench, record_measurement):\n"
        "    record_measurement('lag_us', np.int64(12))\n"
        "    record_measurement('share', np.float32(0.5))\n"
    )
    assert run(pytester, code, "--facts=facts.jsonl").ret == ExitCode.PASSED
    recorded = read_run(pytester.path / "facts.jsonl")
    assert [m.value for m in recorded.measurements] == [12, 0.5]


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_what_is_no_number_is_no_measurement(pytester: pytest.Pytester, value: str) -> None:
    code = "def test_it(bench, record_measurement):\n"
    result = run(pytester, code + f"    record_measurement('lag_us', float('{value}'))\n")
    assert result.ret == ExitCode.USAGE
    result.stdout.fnmatch_lines([f"*usage: *{value} is no measurement*"])
