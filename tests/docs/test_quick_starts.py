"""The quick starts, from the first command to the last: what a page shows runs, in its order.

A simulated board stands in for every other one. Of the acceptance suite a few tests run here, for
all of it has a run of its own (`make hil`). What only installs, or needs ESP-IDF, is no more than
read: `test_commands.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode
from tests.docs.commands import ROOT, Command, commands_of

pytest_plugins = ["pytester"]

STARTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/start/*.md"))
OF_THE_SUITE = ["-k", "test_identity"]
# ESP-IDF; slow, and in tests/cli; the board is taken as it is; runs until it is ended (tests/live).
NOT_RUN_HERE = {("hil", name) for name in ("build", "doctor", "flash", "live")}


@pytest.mark.parametrize("page", STARTS)
def test_what_a_quick_start_shows_runs_in_its_order(
    page: str,
    project: Path,
    address: str,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    titled = r"^```\w+ title=\"([^\"]+)\"\n(.*?)^```"
    for name, text in re.findall(titled, (ROOT / page).read_text("utf-8"), re.M | re.S):
        (project / name).write_text(text, "utf-8")
    there: list[str] = []
    done: set[tuple[str, ...]] = set()
    for command in commands_of(page):
        words = on_the_simulated_board(command)
        if command.program == "cd":  # another project, with other settings
            monkeypatch.chdir(words[1])
            there = ["--board", address, "--board-flash", "never"]
        if command.program not in ("hil", "pytest") or words[:2] in NOT_RUN_HERE or words in done:
            continue
        done.add(words)
        if command.program == "hil":
            code = main(words[1:])
        else:
            suite = OF_THE_SUITE if "hil.suite" in words else []
            code = int(pytester.runpytest_inprocess(*words[1:], *suite, *there).ret)
        assert code == ExitCode.PASSED, command.text
    assert done


def on_the_simulated_board(command: Command) -> tuple[str, ...]:
    """The command for a board that there is: a recording, or the simulated one."""
    if (command.option("--board") or "replay:").startswith("replay:"):
        return command.words
    text = re.sub(r" --(?:board|firmware)[ =](?!oracle)\S+", "", " ".join(command.words))
    return tuple(text.split())
