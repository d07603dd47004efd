"""docs/messages.md: camhil says these words, and a test brings each situation about."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.errors import ExitCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "messages.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| what went wrong")
]
NAMES = [row[0] for row in ROWS]
SHORTEST = 4


def words_of(node: ast.AST) -> Iterator[str]:
    """The strings of a program; what an f-string fills in is a gap."""
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "\0" for p in node.values]
        yield "".join(str(part) for part in parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.sub(r"\{[^}]*\}", "\0", node.value)
    for child in ast.iter_child_nodes(node):
        yield from words_of(child)


@functools.cache
def said() -> str:
    """All that camhil can say."""
    files = [*(ROOT / "hil").rglob("*.py"), *(ROOT / "model").rglob("*.py"), ROOT / "Makefile"]
    texts = []
    for file in files:
        source = file.read_text("utf-8")
        texts += words_of(ast.parse(source)) if file.suffix == ".py" else [source]
    return "\n".join(texts)


def fragments(message: str) -> list[str]:
    parts = (part.strip(" `") for part in message.split("…"))
    return [part for part in parts if len(part) >= SHORTEST]


def test_every_row_has_its_four_cells() -> None:
    assert len(ROWS) > 60
    assert [row for row in ROWS if len(row) != 4] == []
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_camhil_says_these_words(row: list[str]) -> None:
    assert fragments(row[1])
    assert [part for part in fragments(row[1]) if part not in said()] == []


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_test_brings_the_situation_about(row: list[str]) -> None:
    file, _, name = row[3].strip("`").partition("::")
    source = (ROOT / "tests" / file).read_text("utf-8")
    assert f"def {name or 'test_'}" in source


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_the_code_is_one_of_camhils(row: list[str]) -> None:
    codes = [int(code) for code in re.findall(r"\d+", row[2])]
    assert codes
    assert {ExitCode(code) for code in codes} <= set(ExitCode)
