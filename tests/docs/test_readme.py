"""What the README shows is real."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

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
