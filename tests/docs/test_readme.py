"""What the README shows is real."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hil import errors
from hil.cli import COMMANDS
from hil_lab.block import read_block

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_test_runs_and_passes_on_the_simulated_board(
    pytester: pytest.Pytester,
) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert example is not None
    pytester.makepyfile(example[1])
    shutil.copy(ROOT / "fixtures" / "photos" / "officer.png", pytester.path / "hallway.jpg")
    pytester.runpytest_subprocess("--board", "sim").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "page", sorted(path.relative_to(ROOT) for path in ROOT.glob("docs/*.md")), ids=str
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken_links(ROOT / page) == []


def test_every_link_of_the_readme_leads_somewhere() -> None:
    assert broken_links(ROOT / "README.md") == []


def test_every_command_that_exists_is_mentioned() -> None:
    assert [name for name in COMMANDS if f"hil {name}" not in README] == []


def test_the_exit_codes_are_those_of_the_program() -> None:
    listed = {int(code) for code in re.findall(r"(\d) (?=[a-z])", README.split("## Exit codes")[1])}
    assert listed >= {int(code) for code in errors.ExitCode}


def test_the_table_of_exit_codes_has_their_meanings() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (.*) \|$", page.split("## Exit codes")[1], re.MULTILINE)
    assert rows == [(str(int(code)), code.meaning) for code in errors.ExitCode]


def test_the_figures_of_mutants_are_those_that_were_measured() -> None:
    found = re.search(
        r"\*\*(\d+) of (\d+) caught.* with the thorough run (\d+),",
        read_block(ROOT / "docs" / "faults.md", "mutants"),
    )
    assert found is not None
    caught, counted, thorough = found.groups()
    said = " ".join(README.split())
    assert f"caught {caught} of {counted} by default, and {thorough} with `--thorough`" in said


def broken_links(page: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in local if not (page.parent / target).exists()]
