"""The rooms of docs/architecture.md, in words and in the picture, are those of the code."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
SCRIPT = ROOT / "docs" / "generate_rooms.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/generate_rooms.py as a module."""
    spec = importlib.util.spec_from_file_location("generate_rooms", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_lists_the_rooms_of_the_contract_in_its_order(script: ModuleType) -> None:
    section = TEXT.split("## Rooms")[1].split("Beside the package")[0]
    listed = re.findall(r"^\| `hil/(\w+)(?:\.py)?` \|", section, re.MULTILINE)
    assert listed == [room for floor in script.floors() for room in floor]


def test_the_picture_shows_what_imports_what(script: ModuleType) -> None:
    assert script.svg() == script.PICTURE.read_text("utf-8"), f"run: python docs/{SCRIPT.name}"
