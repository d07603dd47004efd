"""The pages as a site: links and anchors, the navigation, and what is made when it is built."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hil.cli import COMMANDS, command_parser
from hil.errors import ExitCode
from hil.run.options import ARGUMENTS

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *ROOT.glob("docs/**/*.md"),
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "firmware/README.md")),
        *(ROOT / name for name in ("model/CARD.md", "fixtures/LICENCES.md")),
    ]
)
NAMES = re.compile(r"\[[\w/.-]+\.md\]\([\w./]")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def script(name: str) -> ModuleType:
    """A module of docs/site."""
    spec = importlib.util.spec_from_file_location(f"site_{name}", ROOT / f"docs/site/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the site."""
    folder = tmp_path_factory.mktemp("sources")
    script("sources").assemble(folder, ("CHANGELOG.md", "fixtures/LICENCES.md"))
    (folder / "reference").mkdir(exist_ok=True)
    script("reference").write(folder / "reference")
    return folder


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings have, here and where the repository is read."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        words = re.sub(r"\]\([^)]*\)", "]", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        assert anchor not in found, f"two headings {heading!r} in {page}"
        found.add(anchor)
    described = re.findall(r"^::: (\S+)$", text, re.MULTILINE)
    return found | set(described)


def broken_links(page: Path) -> list[str]:
    """Links to files that are not there, and to headings that their page does not have."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = page.parent / path if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    assert broken_links(ROOT / page) == []


def test_every_link_of_the_sites_sources_leads_somewhere(sources: Path) -> None:
    pages = sorted(sources.rglob("*.md"))
    assert len(pages) > len(PAGES) - 2
    found = {page.relative_to(sources).as_posix(): broken_links(page) for page in pages}
    assert {page: links for page, links in found.items() if links} == {}


def test_a_link_that_is_called_as_its_file_gets_the_title_of_the_page(sources: Path) -> None:
    page = (sources / "pytest.md").read_text("utf-8")
    assert "[Any network](networks.md#what-the-file-does-not-say)" in page
    named = [
        name for each in sources.rglob("*.md") for name in NAMES.findall(each.read_text("utf-8"))
    ]
    assert named == []


def test_the_navigation_has_every_page_once(sources: Path) -> None:
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:\n")[1]
    listed = re.findall(r"[\w./-]+\.md", nav)
    shown_files = {f"{name}.md" for name in ("gates.toml", "model/gates.toml")}
    there = {page.relative_to(sources).as_posix() for page in sources.rglob("*.md")}
    of_docs = {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")}
    assert sorted(listed) == sorted(set(listed))
    assert of_docs - set(listed) == set()
    assert set(listed) - there == set()
    assert shown_files <= there


def test_the_page_of_commands_has_every_command_and_option(sources: Path) -> None:
    page = (sources / "reference" / "cli.md").read_text("utf-8")
    for name in COMMANDS:
        section = page.split(f"\n## hil {name}\n")[1].split("\n## ")[0]
        names = [flag for a in command_parser(name)._actions for flag in a.option_strings]
        assert [flag for flag in names if f"`{flag}" not in section] == []


def test_the_page_of_options_has_every_option_of_pytest(sources: Path) -> None:
    page = (sources / "reference" / "options.md").read_text("utf-8")
    assert [a.option for a in ARGUMENTS if f"`{a.flag}` | `{a.option}`" not in page] == []


def test_the_table_of_exit_codes_has_their_meanings() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (.*) \|$", page, re.MULTILINE)
    assert rows == [(str(int(code)), code.meaning) for code in ExitCode]
