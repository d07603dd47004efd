"""The suite on networks without a class activation map, on the simulated board."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hil.errors import ExitCode
from hil.facts.packing import unpack_png
from hil.facts.reader import read_run
from hil.testing.zoo import network

pytest_plugins = ["pytester"]

GATES = """
[[gate]]
metric = "outputs_differing"
max = 0
[[gate]]
metric = "ops_differing"
max = 0
"""
ALL_BUT_SLOW = "not baud_rate and not pace and not account_for"


def suite(pytester: pytest.Pytester, name: str, *arguments: str) -> pytest.RunResult:
    file = Path(pytester.path / f"{name}.tflite")
    file.write_bytes(network(name))
    (pytester.path / "gates.toml").write_text(GATES)
    command = ["-m", "pytest", "--pyargs", "hil.suite", "-p", "no:cacheprovider", "-rs"]
    command += ["-p", "no:randomly", "--hil-network", str(file), "--samples=4"]
    command += ["--gates=gates.toml", "--facts=facts.jsonl", "-k", ALL_BUT_SLOW]
    return pytester.run(sys.executable, *command, *arguments)


@pytest.mark.parametrize("name", ["ends", "svdf", "conv_2d_float"])
def test_every_test_that_means_something_passes_and_the_network_ships(
    pytester: pytest.Pytester, name: str
) -> None:
    result = suite(pytester, name)
    assert result.ret == ExitCode.PASSED
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 30
    assert not {"failed", "errors", "not run"} & outcomes.keys()
    result.stdout.fnmatch_lines(["*not asked: this network has no class activation map*"])
    assert result.outlines[-2] == "SHIP, on the simulated board: all 2 gates met"
    run = read_run(pytester.path / "facts.jsonl")
    assert run.images == ()
    assert len(run.samples) == 4
    assert all(sample.facts.ops for sample in run.samples)


def test_frames_in_colour_become_the_oracle_s_input_of_a_colour_network(
    pytester: pytest.Pytester,
) -> None:
    result = suite(pytester, "colour", "-k", "frames or input_contract")
    assert not {"failed", "errors", "not run", "skipped"} & result.parseoutcomes().keys()
    run = read_run(pytester.path / "facts.jsonl")
    assert {"known-0", "gradient-x", "astronaut"} <= {frame.name for frame in run.frames}
    assert all(not frame.preprocessing.differing for frame in run.frames)
    assert {unpack_png(frame.png).shape for frame in run.frames} == {(120, 160, 3)}


def test_a_wrong_operator_does_not_ship_and_is_named(pytester: pytest.Pytester) -> None:
    result = suite(pytester, "softmax", "--sim-fault=softmax-beta")
    assert result.ret == ExitCode.TEST_FAILED
    result.stdout.fnmatch_lines(
        [
            "1. SOFTMAX has beta 0.5 instead of 1 *",
            "*operator 0 * (SOFTMAX) is the first that differs*",
        ]
    )
    assert "DO NOT SHIP" in result.outlines[-2]
