"""What machines without a tflite-micro wheel get: the suite passes, and the verdict is honest."""

from __future__ import annotations

import sys

import pytest

from hil.errors import ExitCode
from hil.sim.firmware import build

pytest_plugins = ["pytester"]

ASKED_OF_THE_ENGINE = "test_memory or tflite_micro or test_every_operator"
GATES = """
[[gate]]
metric = "ops_differing"
max = 0
[[gate]]
metric = "{metric}"
max = "1 MiB"
"""


@pytest.fixture(scope="module", autouse=True)
def firmware_is_built() -> None:
    build()


@pytest.fixture
def no_wheel(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process of the run, the simulated board's too, is without tflite-micro."""
    folder = pytester.mkdir("no_wheel")
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['tflite_micro'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")


def suite(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    command = ["-m", "pytest", "--pyargs", "hil.suite.test_resources", "hil.suite.test_identity"]
    command += ["hil.suite.test_photos", "-p", "no:cacheprovider", "-p", "no:randomly", "-rs"]
    command += ["-k", f"({ASKED_OF_THE_ENGINE}) and not does_not_grow"]
    return pytester.run(sys.executable, *command, *arguments)


def with_gates(pytester: pytest.Pytester, metric: str) -> str:
    (pytester.path / "gates.toml").write_text(GATES.format(metric=metric))
    return "--gates=gates.toml"


def test_what_litert_cannot_tell_is_not_asked_and_not_failed(pytester: pytest.Pytester) -> None:
    pytest.importorskip("tflite_micro")  # or LiteRT is the oracle, too
    result = suite(pytester, "--sim-engine=litert", with_gates(pytester, "app_bytes"))
    assert result.ret == ExitCode.PASSED
    assert result.parseoutcomes()["skipped"] == 1
    result.stdout.fnmatch_lines(["*not asked: litert-reference * cannot tell how much arena*"])
    verdict = "SHIP, on the simulated board, with LiteRT's kernels: all 2 gates met"
    assert verdict in result.outlines


@pytest.mark.usefixtures("no_wheel")
def test_a_machine_without_the_wheel_passes_and_proves_no_arena(
    pytester: pytest.Pytester,
) -> None:
    result = suite(pytester, with_gates(pytester, "arena_used_bytes"))
    assert result.ret == ExitCode.NOT_PROVEN
    outcomes = result.parseoutcomes()
    assert outcomes["skipped"] == 2
    assert "failed" not in outcomes
    result.stdout.fnmatch_lines(["*not asked: tflite-micro is not installed*"])
    assert result.outlines[-2].startswith(
        "NOT PROVEN, on the simulated board, with LiteRT on both sides: 1 of 2 gates not measured"
    )


@pytest.mark.usefixtures("no_wheel")
def test_asking_for_the_wheel_that_is_missing_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(board):\n    pass\n")
    result = pytester.run(sys.executable, "-m", "pytest", "--board=sim", "--sim-engine=tflm")
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(["*tflite-micro is not installed*--sim-engine tflm*"])
