"""What the README shows is real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_test_runs_and_passes(project: Path, pytester: pytest.Pytester) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert example is not None
    pytester.makepyfile(example[1])
    (project / "photo.jpg").rename(project / "hallway.jpg")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
