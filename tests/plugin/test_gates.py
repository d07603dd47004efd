"""`--gates` and `hil judge`: one verdict, live and from the file."""

from __future__ import annotations

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.reader import read_run
from hil.judge.conclusion import Question, conclude, conclusion_lines

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("everything_is_imported")

MEASURES = """
def test_it(bench, board, record_measurement):
    from hil.suite.pictures import synthetic_photo

    record_measurement("lag_us", 12)
    bench.measure(synthetic_photo("noise"))
"""
MET = '[[gate]]\nmetric = "score_lsb"\nmax = 0\n'
UNMET = '[[gate]]\nmetric = "user.lag_us"\nstatistic = "max"\nmax = 11\n'
UNPROVEN = '[[gate]]\nmetric = "user.lag_us"\nstatistic = "median"\nmax = 100\n'
UNMEASURED = '[[gate]]\nmetric = "psram_free_bytes"\nmin = 1\n'


def run(
    pytester: pytest.Pytester, code: str, gates: str, *arguments: str
) -> tuple[pytest.RunResult, list[str]]:
    """The result, and the lines of the section with the verdict."""
    pytester.makepyfile(code)
    (pytester.path / "gates.toml").write_text(gates)
    result = pytester.runpytest_inprocess(
        "--gates=gates.toml", "--facts=facts.jsonl", "-p", "no:html", *arguments
    )
    lines = result.outlines
    starts = [n for n, line in enumerate(lines) if "can it ship?" in line]
    return result, lines[starts[0] + 1 : -1] if starts else []


def judged_again(pytester: pytest.Pytester) -> tuple[int, list[str]]:
    run_file = read_run(pytester.path / "facts.jsonl")
    conclusion = conclude(run_file, Question(pytester.path / "gates.toml"))
    return conclusion.exit_code(), [line.text for line in conclusion_lines(conclusion)]


@pytest.mark.parametrize(
    ("gates", "code", "verdict"),
    [
        (MET, ExitCode.PASSED, "SHIP, on the simulated board: the gate is met"),
        (
            MET + UNMET,
            ExitCode.GATE_FAILED,
            "DO NOT SHIP, on the simulated board: 1 of 2 gates unmet",
        ),
        (
            MET + UNPROVEN,
            ExitCode.NOT_PROVEN,
            "NOT PROVEN, on the simulated board: 1 of 2 gates not proven",
        ),
        (
            MET + UNMEASURED,
            ExitCode.NOT_PROVEN,
            "NOT PROVEN, on the simulated board: 1 of 2 gates not measured",
        ),
    ],
)
def test_a_run_ends_with_the_verdict_and_its_exit_code_and_so_does_its_file(
    pytester: pytest.Pytester, gates: str, code: ExitCode, verdict: str
) -> None:
    result, lines = run(pytester, MEASURES, gates)
    assert result.ret == code
    assert lines[-1] == verdict
    assert judged_again(pytester) == (code, lines)


def test_hil_judge_prints_what_the_run_printed(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    _, lines = run(pytester, MEASURES, MET + UNMET)
    capsys.readouterr()
    code = main(["judge", "facts.jsonl", "--gates", "gates.toml"])
    assert capsys.readouterr().out.splitlines() == lines
    assert code == ExitCode.GATE_FAILED


def test_a_failed_test_keeps_its_exit_code_and_never_ships(pytester: pytest.Pytester) -> None:
    result, lines = run(pytester, MEASURES + "    assert 1 == 2\n", MET)
    assert result.ret == ExitCode.TEST_FAILED
    assert lines[-1] == "DO NOT SHIP, on the simulated board: 1 test failed"
    assert judged_again(pytester) == (ExitCode.TEST_FAILED, lines)


def test_a_failed_test_without_a_board_never_ships(pytester: pytest.Pytester) -> None:
    code = "def test_first():\n    assert False\n" + MEASURES
    result, lines = run(pytester, code, MET)
    assert result.ret == ExitCode.TEST_FAILED
    assert lines[-1].startswith("DO NOT SHIP")
    assert judged_again(pytester) == (ExitCode.TEST_FAILED, lines)


def test_infrastructure_trouble_keeps_its_exit_code_and_never_ships(
    pytester: pytest.Pytester,
) -> None:
    trouble = (
        "def test_last(bench):\n    from hil.errors import InfrastructureError\n"
        "    raise InfrastructureError('the port vanished', hint='look')\n"
    )
    result, lines = run(pytester, MEASURES + trouble, MET)
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert lines[-1].startswith("NOT PROVEN, on the simulated board: a check could not run")
    assert judged_again(pytester) == (ExitCode.INFRASTRUCTURE, lines)


def test_a_run_without_any_board_never_ships(pytester: pytest.Pytester) -> None:
    result, lines = run(pytester, "def test_it():\n    pass\n", MET)
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert lines[-1] == "NOT PROVEN: 1 of 1 gates not measured; no board answered"
    assert judged_again(pytester) == (ExitCode.INFRASTRUCTURE, lines)


def test_a_full_disk_never_ships(pytester: pytest.Pytester) -> None:
    result, lines = run(pytester, MEASURES, MET, "--junitxml=/dev/full")
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert lines[-1] == "NOT PROVEN, on the simulated board: a report could not be written"
    assert judged_again(pytester) == (ExitCode.INFRASTRUCTURE, lines)


def test_collecting_alone_asks_for_no_verdict(pytester: pytest.Pytester) -> None:
    result, lines = run(pytester, MEASURES, MET, "--collect-only")
    assert result.ret == ExitCode.PASSED
    assert lines == []


def test_gates_that_cannot_be_used_end_the_run_before_it_begins(
    pytester: pytest.Pytester,
) -> None:
    result, _ = run(pytester, MEASURES, '[[gate]]\nmetric = "speed"\nmin = 1\n')
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["*no metric 'speed'*gates.toml:2*"])


def test_the_verdict_and_each_gate_are_properties_in_junit(pytester: pytest.Pytester) -> None:
    run(pytester, MEASURES, MET + UNMET, "--junitxml=junit.xml")
    text = (pytester.path / "junit.xml").read_text()
    assert (
        '<property name="verdict" value="DO NOT SHIP, on the simulated board: 1 of 2 gates unmet"'
        in text
    )
    assert '<property name="gate score_lsb" value="met: measured 0 LSB' in text


def test_failing_by_a_verdict_is_judged_again_by_other_tolerances(
    pytester: pytest.Pytester,
) -> None:
    code = """
    import dataclasses
    import numpy as np
    from hil.judge.compare import compare_tensors
    from hil.judge.verdict import judge_image
    from hil.suite.expect import expect
    from hil.suite.pictures import synthetic_photo

    def test_score(bench, board):
        name = synthetic_photo("noise").name
        measured = bench.measure(synthetic_photo("noise"))
        off = tuple(score + 1 for score in measured.facts.device.scores)
        difference = compare_tensors(np.array(measured.facts.reference.scores), np.array(off))
        device = dataclasses.replace(measured.facts.device, scores=off)
        facts = dataclasses.replace(measured.facts, device=device, scores=difference)
        wrong = dataclasses.replace(
            measured, facts=facts, verdicts=judge_image(facts, bench.tolerances)
        )
        bench.measurements[name] = wrong
        expect(bench.measure(synthetic_photo("noise")), "score")
    """
    loose = pytester.path / "loose.toml"
    loose.write_text("score_lsb = 1\n")
    allowed = MET.replace("max = 0", "max = 1")
    strict, _ = run(pytester, code, allowed)
    assert strict.ret == ExitCode.TEST_FAILED
    arguments = ["judge", str(pytester.path / "facts.jsonl")]
    arguments += ["--gates", str(pytester.path / "gates.toml")]
    assert main(arguments) == ExitCode.TEST_FAILED
    assert main([*arguments, "--tolerances", str(loose)]) == ExitCode.PASSED
    # A live run with these tolerances gives what was said; and strict ones undo it.
    live, lines = run(pytester, code, allowed, f"--tolerances={loose}")
    assert live.ret == ExitCode.PASSED
    assert lines[-1] == "SHIP, on the simulated board: the gate is met"
    (pytester.path / "strict.toml").write_text("score_lsb = 0\n")
    assert main([*arguments, "--tolerances", str(pytester.path / "strict.toml")]) == 1


def test_the_baseline_is_saved_and_compared_with(pytester: pytest.Pytester) -> None:
    folder = f"--baseline-dir={pytester.path / 'kept'}"
    saved, lines = run(pytester, MEASURES, MET, "--baseline=save", folder)
    assert saved.ret == ExitCode.PASSED
    assert lines[0].startswith("baseline saved: ")
    assert len(list((pytester.path / "kept").iterdir())) == 1
    compared, lines = run(pytester, MEASURES, MET, "--baseline=compare", folder)
    assert compared.ret == ExitCode.PASSED
    assert lines[0].startswith("against ")
    row = next(line for line in lines if line.startswith("score_lsb"))
    assert row.split() == ["score_lsb", "<=", "0", "LSB", "0", "LSB", "0", "LSB", "met"]
    assert not any("against baseline" in line for line in lines)  # said of what is not the same


def test_a_baseline_that_is_not_there_never_ships(pytester: pytest.Pytester) -> None:
    result, lines = run(pytester, MEASURES, MET, "--baseline=compare=none")
    assert result.ret == ExitCode.USAGE
    assert lines[-1].startswith("NOT PROVEN, on the simulated board: ")


@pytest.mark.parametrize("value", ["keep", "save=", "save=a/b"])
def test_a_baseline_of_no_name_ends_the_run_before_it_begins(
    pytester: pytest.Pytester, value: str
) -> None:
    result, _ = run(pytester, MEASURES, MET, f"--baseline={value}")
    assert result.ret == ExitCode.USAGE


def test_runs_are_added_to_a_store(pytester: pytest.Pytester) -> None:
    from hil.store.store import Store

    result, _ = run(pytester, MEASURES, MET, "--store=history.sqlite3")
    assert result.ret == ExitCode.PASSED
    with Store(pytester.path / "history.sqlite3") as store:
        assert len(store.runs()) == 1


def test_a_store_that_cannot_be_used_never_ships(pytester: pytest.Pytester) -> None:
    (pytester.path / "notes.txt").write_text("not a store, but long enough to be looked at\n" * 9)
    result, lines = run(pytester, MEASURES, MET, "--store=notes.txt")
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert lines[-1].startswith("NOT PROVEN, on the simulated board: ")


def test_a_github_job_gets_a_summary_and_annotations(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = pytester.path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result, _ = run(pytester, MEASURES, MET + UNMET)
    assert "DO NOT SHIP" in summary.read_text()
    result.stdout.fnmatch_lines(["::error *user.lag_us*"])


def test_a_summary_that_cannot_be_written_never_ships(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/dev/full")
    result, lines = run(pytester, MEASURES, MET)
    assert result.ret == ExitCode.INFRASTRUCTURE
    assert lines[-1].startswith("NOT PROVEN, on the simulated board: ")


def test_an_interrupted_run_never_ships(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MEASURES + "def test_b():\n    raise KeyboardInterrupt\n")
    (pytester.path / "gates.toml").write_text(MET)
    result = pytester.runpytest_subprocess("--gates=gates.toml", "--facts=facts.jsonl")
    assert result.ret == ExitCode.INTERRUPTED
    verdict = "NOT PROVEN, on the simulated board: the run did not come to its end: exit code 2"
    assert verdict in result.outlines
    assert judged_again(pytester)[1][-1] == verdict
