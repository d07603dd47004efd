"""What the how-to pages show of pytest runs: each set of options once, on one test of the suite.

The quick starts run as a whole: `test_quick_starts.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hil.errors import ExitCode
from tests.docs.commands import PAGES, commands_of
from tests.docs.test_quick_starts import OF_THE_SUITE, on_the_simulated_board

pytest_plugins = ["pytester"]

OWN_TEST = """
def test_the_board_answers(board, sample):
    assert board.infer(sample.data).outputs
"""
GATES = """
[[gate]]
metric = "recoveries"
max = 0
"""
# An emulator (tests/board, tests/plugin), a meter (tests/board/meter, tests/plugin), processes of
# their own (tests/plugin/test_workers.py): not beside one simulated board in this process.
ELSEWHERE = ("--board qemu", "--energy", " -n ")


def shown() -> dict[str, list[tuple[str, ...]]]:
    """By page, without those that an earlier page shows too."""
    seen: set[tuple[str, ...]] = set()
    found: dict[str, list[tuple[str, ...]]] = {}
    for page in (page for page in PAGES if "/start/" not in page):
        for command in commands_of(page):
            text = " ".join(command.words)
            words = on_the_simulated_board(command)
            if (
                command.program != "pytest"
                or words in seen
                or any(one in text for one in ELSEWHERE)
            ):
                continue
            seen.add(words)
            found.setdefault(page, []).append(words)
    return found


def is_replay(words: tuple[str, ...]) -> bool:
    return any(word.startswith("replay:") for word in words)


@pytest.fixture
def files(project: Path) -> None:
    """Those that some page names."""
    (project / "test_own.py").write_text(OWN_TEST)
    (project / "gates.toml").write_text(GATES)
    (project / "hall" / "images").mkdir(parents=True)
    shutil.copy(project / "photo.jpg", project / "hall" / "images" / "photo.jpg")
    for suffix in (".tflite", ".toml"):
        shutil.copy(project / f"my{suffix}", project / f"model{suffix}")


@pytest.mark.parametrize("page", shown())
def test_what_a_page_shows_of_pytest_runs(
    page: str, files: None, address: str, pytester: pytest.Pytester
) -> None:
    here = ["--board", address, "--board-flash", "never"]
    for words in shown()[page]:
        # A checkout's hil/suite would bring the settings of the checkout.
        asked = " ".join(words[1:]).replace("hil/suite", "--pyargs hil.suite").split()
        if "--baseline" in asked:
            asked += ["-k", "officer"]
        elif "--pyargs" in asked:
            asked += OF_THE_SUITE
        for recording in (word.partition(":")[2] for word in asked if word.startswith("replay:")):
            live = [word for word in asked if not word.endswith(recording) and word != "--board"]
            assert pytester.runpytest_inprocess(*live, *here, "--record", recording).ret == 0
        code = int(pytester.runpytest_inprocess(*asked, *([] if is_replay(words) else here)).ret)
        assert code == ExitCode.PASSED, " ".join(words)
