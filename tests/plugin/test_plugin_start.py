"""Environments that have camhil installed pay nothing for it until they use it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

HEAVY = (
    "numpy", "cv2", "serial", "esptool", "ai_edge_litert", "tflite_micro", "rich", "jinja2",
    "cbor2", "tensorflow", "keras",
)  # fmt: skip
OURS = ("hil.board.board", "hil.oracle.oracle", "hil.run.testbench", "hil.wire.replies")
"""Those that import most of what is below them."""

# They import numpy and jinja2 by themselves.
WITHOUT_OTHERS = ("-p", "no:randomly", "-p", "no:html")


def test_importing_the_plugin_imports_nothing_that_takes_time() -> None:
    code = "import hil.plugin, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(HEAVY)


def test_collecting_the_suite_opens_no_board_and_imports_nothing_that_takes_time(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        """
        import sys

        def pytest_sessionfinish():
            print("LOADED", *sys.modules)
        """
    )
    result = pytester.runpytest_subprocess(
        "--pyargs", "hil.suite", "--collect-only", "-q", "-s", *WITHOUT_OTHERS
    )
    loaded = next(line for line in result.outlines if line.startswith("LOADED")).split()
    assert "hil.suite.test_timing" in loaded
    assert {name.partition(".")[0] for name in loaded}.isdisjoint(HEAVY)
    assert set(loaded).isdisjoint(OURS)


@pytest.mark.parametrize(
    "option",
    ["--board", "--firmware", "--photos", "--tolerances", "--facts", "--gates", "--baseline",
     "--baseline-dir", "--store"],
)  # fmt: skip
def test_the_options_are_in_the_help(pytester: pytest.Pytester, option: str) -> None:
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines([f"*{option}*"])
