"""What docs/diagnosis.md shows is what the tool says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hil.diagnose import CATALOGUE
from hil_lab.faults import find_fault

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- ([a-z0-9-]+) -->\n```\n(.*?)```\n", TEXT, re.DOTALL)


def test_there_are_three_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize(("fault", "said"), EXAMPLES)
def test_each_example_names_the_fault_that_it_is_of(fault: str, said: str) -> None:
    (right,) = find_fault(fault).expect.diagnosis
    assert f"[{right}]" in said
    assert CATALOGUE[right].where_to_look.split()[0] in said
    assert "exactly" in said
    assert "first difference" in said


def test_the_device_with_a_mistake_runs_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    imports = "\n".join(line for line in blocks[0].splitlines() if line.startswith("from"))
    monkeypatch.chdir(ROOT)
    scope: dict[str, Any] = {}
    exec(f"{imports}\n{blocks[1]}", scope)
    assert scope["run"].images
