"""`--run-s`: after its time a board is asked nothing, and what was not run is said to be so."""

from __future__ import annotations

import pytest

from hil.base.deadline import Deadline
from hil.base.run_time import check_time
from hil.errors import ExitCode, NotRunError

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("everything_is_imported", "flash_file")

TESTS = """
from hil.base.deadline import Deadline

def test_before(bench, board):
    assert board.until.seconds == bench.until.seconds == 86400
    assert board.echo(b"x") == {echo}

def test_long(bench, board):
    bench.until = board.until = Deadline.after(0)
    try:
        board.echo(b"x")
    finally:
        board.reset()  # what was changed can still be put back

def test_after(board): ...

def test_without_a_board(): ...
"""


def test_time_is_over_when_it_is_and_not_before() -> None:
    now = [0.0]
    until = Deadline.after(60, lambda: now[0])
    check_time(until)
    check_time(None)
    now[0] = 60.0
    with pytest.raises(NotRunError, match="the 60 s of this run are over") as over:
        check_time(until)
    assert over.value.where == "--run-s"


@pytest.mark.parametrize(
    ("echo", "before", "code"),
    [('b"x"', "PASSED", ExitCode.INFRASTRUCTURE), ('b"y"', "FAILED", ExitCode.TEST_FAILED)],
)
def test_what_has_no_time_is_not_run_and_what_failed_stays_failed(
    pytester: pytest.Pytester, echo: str, before: str, code: ExitCode
) -> None:
    pytester.makepyfile(TESTS.format(echo=echo))
    run = pytester.runpytest_inprocess(
        *("-v", "-p", "no:html", "-p", "no:randomly", "--sim-flash-file", "flash.bin"),
        *("--run-s", "86400"),
    )
    run.stdout.fnmatch_lines(
        [
            f"*test_before {before}*",
            "*test_long NOT RUN*",
            "*test_after NOT RUN*",
            "*test_without_a_board PASSED*",
            "*of this run are over*",
        ]
    )
    assert run.ret == code
