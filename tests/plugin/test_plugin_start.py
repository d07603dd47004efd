"""Environments that have camhil installed pay nothing for it until they use it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

HEAVY = (
    "numpy", "cv2", "serial", "esptool", "ai_edge_litert", "tflite_micro", "rich",
    "cbor2", "tensorflow", "keras",
)  # fmt: skip


def test_importing_the_plugin_imports_nothing_that_takes_time() -> None:
    code = "import hil.plugin, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(HEAVY)


def test_collecting_the_suite_opens_no_board_and_imports_no_interpreter(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        """
        import sys

        def pytest_sessionfinish():
            print("LOADED", *sys.modules)
        """
    )
    result = pytester.runpytest_subprocess("--pyargs", "hil.suite", "--collect-only", "-q", "-s")
    loaded = next(line for line in result.outlines if line.startswith("LOADED"))
    names = {name.partition(".")[0] for name in loaded.split()}
    assert names.isdisjoint({"serial", "esptool", "ai_edge_litert", "cv2", "tensorflow"})


@pytest.mark.parametrize(
    "option",
    ["--board", "--firmware", "--photos", "--tolerances", "--facts", "--gates", "--baseline",
     "--baseline-dir", "--store"],
)  # fmt: skip
def test_the_options_are_in_the_help(pytester: pytest.Pytester, option: str) -> None:
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines([f"*{option}*"])
