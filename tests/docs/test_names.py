"""Modules, names and files of the package that the pages speak of exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*/*.md"), *ROOT.glob("docs/*/*.md"), ROOT / "README.md"])
DOTTED = re.compile(r"(?<![\w./-])(?:hil|hil_lab)(?:\.[A-Za-z_]\w*)+")
FILES = re.compile(r"(?<![\w./-])(?:lab/hil_lab|hil)/[\w./-]*\w")
ids = [str(page.relative_to(ROOT)) for page in PAGES]


def exists(name: str) -> bool:
    """Whether this is a module, or a name in one, or in a class of one."""
    module, *names = name.split(".")
    found: object = importlib.import_module(module)
    for each in names:
        if not hasattr(found, each):
            try:
                importlib.import_module(f"{module}.{each}")
            except ModuleNotFoundError:
                return False
        found, module = getattr(found, each), f"{module}.{each}"
    return True


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_name_of_the_package_exists(page: Path) -> None:
    names = set(DOTTED.findall(page.read_text("utf-8")))
    assert sorted(name for name in names if not exists(name)) == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_file_of_the_package_exists(page: Path) -> None:
    files = set(FILES.findall(page.read_text("utf-8")))
    assert sorted(name for name in files if not (ROOT / name).exists()) == []


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("hil.board.Board", True),
        ("hil.judge.gates", True),
        ("hil.gates", False),
        ("hil.images.lode", False),
    ],
)
def test_a_name_that_does_not_exist_is_noticed(name: str, there: bool) -> None:
    assert exists(name) == there
