"""Numbers that an option cannot have."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from hil.errors import UsageError
from hil.run.limits import LIMITS
from hil.run.options import RunOptions

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("option", "value", "flag"),
    [
        ("baud", 0, "--board-baud"),
        ("baud", -115_200, "--board-baud"),
        ("baud", 5_000_001, "--board-baud"),
        ("sim_pacing", 0, "--sim-pacing"),
        ("sim_pacing", -1, "--sim-pacing"),
        ("handshake_s", 0.0, "--board-handshake-s"),
        ("handshake_s", float("inf"), "--board-handshake-s"),
        ("image_s", float("nan"), "--board-image-s"),
        ("image_s", -1.0, "--board-image-s"),
        ("run_s", 0.0, "--run-s"),
        ("sim_bit_errors", 1.5, "--sim-bit-errors"),
        ("sim_drops", -0.1, "--sim-drops"),
        ("sim_duplicates", float("nan"), "--sim-duplicates"),
        ("sim_invoke_us", -1, "--sim-invoke-us"),
        ("sim_arena", 0, "--sim-arena"),
    ],
)
def test_a_number_that_cannot_be_is_usage_and_names_its_option(
    option: str, value: Any, flag: str
) -> None:
    with pytest.raises(UsageError) as caught:
        RunOptions(**{option: value}).check()
    assert str(value) in caught.value.message
    assert flag in caught.value.where
    assert LIMITS[option].wanted in caught.value.hint
    assert caught.value.exit_code == 4


def test_probabilities_that_exclude_each_other_are_told_together() -> None:
    with pytest.raises(UsageError, match="more than every frame"):
        RunOptions(sim_drops=0.6, sim_duplicates=0.6).check_numbers()


def test_the_ends_of_every_range_and_the_defaults_can_be_used() -> None:
    RunOptions().check_numbers()
    for name, limits in LIMITS.items():
        for value in (limits.low, limits.high):
            dataclasses.replace(RunOptions(), **{name: value}).check_numbers()


def test_pytest_ends_before_the_first_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest("--board-baud", "0")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--board-baud 0 cannot be used*"])
    result.stdout.no_fnmatch_line("*passed*")
