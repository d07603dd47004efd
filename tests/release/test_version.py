"""There is one version: hil/__init__.py has it, and everything else follows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hil import __version__
from release.check import notes
from release.metadata import absolute_links

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/someone/camhil"


def test_firmware_and_host_are_of_one_version() -> None:
    assert (ROOT / "firmware" / "VERSION").read_text(encoding="utf-8") == f"{__version__}\n"


@pytest.mark.parametrize("file", ["pyproject.toml", "lab/pyproject.toml"])
def test_no_project_has_a_version_of_its_own(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(r'^dynamic = \[.*"version"', text, re.MULTILINE)
    assert not re.search(r"^version\s*=", text, re.MULTILINE)


def test_what_is_new_is_what_stands_under_the_version() -> None:
    changelog = "# C\n\n## [Unreleased]\n\n- a\n\n## [0.2.0] - 2030-01-02\n\n- b\n\n## [0.1.0]\n"
    assert notes(changelog, "0.2.0") == "- b"
    assert notes(changelog, "0.1.0") == ""  # no date: it did not come out
    assert notes(changelog, "0.2") == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[a](docs/a.md#b)", f"[a]({REPOSITORY}/blob/v1.0.0/docs/a.md#b)"),
        ("![p](i/p.png)", f"![p]({REPOSITORY}/raw/v1.0.0/i/p.png)"),
        (
            "[![p](i/p.png)](a.md)",
            f"[![p]({REPOSITORY}/raw/v1.0.0/i/p.png)]({REPOSITORY}/blob/v1.0.0/a.md)",
        ),
        ("[a](https://a.invalid/b) [c](#c)", "[a](https://a.invalid/b) [c](#c)"),
        ("int8 [1,6] (see below)", "int8 [1,6] (see below)"),
    ],
)
def test_links_of_the_long_description_lead_to_the_tag(text: str, wanted: str) -> None:
    assert absolute_links(text, REPOSITORY, "v1.0.0") == wanted
