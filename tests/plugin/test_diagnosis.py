"""A test run that fails ends with the bug's name, and its file holds what led to it."""

from __future__ import annotations

import pytest

from hil.diagnose import diagnose
from hil.errors import ExitCode
from hil.facts.reader import read_run

pytest_plugins = ["pytester"]

SUITE = """
    from hil.suite.test_photos import test_features, test_every_operator
"""


def test_a_failed_run_shows_the_first_diverging_operator_and_the_bug(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess(
        *("--sim-flash-file", "flash.bin", "--sim-fault", "channel-dead"),
        *("--facts", "facts.jsonl", "-k", "astronaut or couple"),
        *("--html", "report.html", "--self-contained-html"),
    )
    assert result.ret == ExitCode.TEST_FAILED
    result.stdout.fnmatch_lines(
        [
            "*= diagnosis =*",
            "1. operator 16 (CONV_2D): output channel 5 alone is wrong*",
            "  explains 2 of 2 wrong outputs of this operator, exactly*",
            "first difference, astronaut",
            "*largest difference by place*",
        ]
    )
    page = (pytester.path / "report.html").read_text("utf-8")
    assert "<h2>Diagnosis</h2>" in page
    assert "output channel 5 alone is wrong" in page
    run = read_run(pytester.path / "facts.jsonl")
    assert {record.op for record in run.divergences} == {16}
    assert all(record.output and record.inputs_equal for record in run.divergences)
    assert [record.repeated for record in run.evidence] == [True, True]
    found = diagnose(run)
    assert found.ids == ("kernel.channel",)
    # The board was asked again under other histories, once.
    asked_again = [record for record in run.inferences if record.experiment]
    assert len({record.boot for record in asked_again}) > 1
    assert any(record.asked.refused_before for record in asked_again)
    assert {record.asked.image_crc for record in asked_again} == {
        record.facts.image_crc for record in run.images
    }
    assert found.wanted == ()


def test_the_board_is_asked_again_where_the_first_failure_ends_the_run(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess(
        *("--sim-flash-file", "flash.bin", "--sim-fault", "channel-dead", "-x"),
        *("--facts", "facts.jsonl", "-k", "astronaut or couple"),
    )
    assert result.ret == ExitCode.TEST_FAILED
    run = read_run(pytester.path / "facts.jsonl")
    asked_again = [record for record in run.inferences if record.experiment]
    assert [record.after for record in asked_again].count("pause") == 1
    assert diagnose(run).wanted == ()


@pytest.mark.usefixtures("flash_file")
def test_a_run_that_passes_says_nothing_of_a_diagnosis(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess(
        *("--sim-flash-file", "flash.bin", "--facts", "facts.jsonl", "-k", "astronaut")
    )
    assert result.ret == ExitCode.PASSED
    result.stdout.no_fnmatch_line("*= diagnosis =*")
    run = read_run(pytester.path / "facts.jsonl")
    assert run.model is not None
    assert run.handshakes
    assert len(run.inferences) == 2
    assert run.evidence == run.divergences == ()
    assert diagnose(run).empty
