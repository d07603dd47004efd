"""Failures by what they say."""

from __future__ import annotations

import dataclasses

from hil.facts.run import Run
from hil.judge.judged import judge_recorded
from hil.report.failures import FailureGroup, failure_groups
from hil_lab.fakes.recorded_run import recorded_run


def groups(*tests: tuple[str, str, str]) -> tuple[FailureGroup, ...]:
    """Of tests with this name, outcome and message."""
    run: Run = recorded_run(1, traced=False)
    given = tuple(
        dataclasses.replace(run.tests[0], test=name, outcome=outcome, message=message)
        for name, outcome, message in tests
    )
    return failure_groups(judge_recorded(dataclasses.replace(run, tests=given)))


def names(group: FailureGroup) -> list[str]:
    return [test.name for test in group.tests]


def test_what_says_the_same_but_for_numbers_and_the_case_is_one_group() -> None:
    found = groups(
        ("t[boy]", "failed", "E  boy: the map differs in 3 of 36 elements"),
        ("t[cat]", "failed", "E  cat: the map differs in 36 of 36 elements"),
        ("u", "failed", "E  location (1, 2) is not the oracle's"),
        ("v", "failed", "E  location (8, 24) is not the oracle's"),
        ("w", "failed", "E  location above the picture"),
    )
    assert [names(group) for group in found] == [["t[boy]", "t[cat]"], ["u", "v"], ["w"]]
    assert found[0].said == "boy: the map differs in 3 of 36 elements"
    assert [test.said for test in found[0].tests] == [
        "",
        "cat: the map differs in 36 of 36 elements",
    ]


def test_the_boards_faults_come_first_and_the_largest_group_before_the_others() -> None:
    found = groups(
        ("a", "not run", "the board is gone"),
        ("b", "not run", "the board is gone"),
        ("c", "not run", "the board is gone"),
        ("d", "failed", "rare"),
        ("e", "failed", "frequent"),
        ("f", "failed", "frequent"),
    )
    assert [(group.failed, group.said) for group in found] == [
        (True, "frequent"),
        (True, "rare"),
        (False, "the board is gone"),
    ]


def test_another_outcome_is_another_group() -> None:
    assert len(groups(("a", "failed", "late"), ("b", "infrastructure", "late"))) == 2


def test_every_unhappy_test_is_in_one_group() -> None:
    run = recorded_run(30, faults=dict.fromkeys(range(0, 30, 2), "cam"), traced=False)
    judged = judge_recorded(run)
    listed = [name for group in failure_groups(judged) for name in names(group)]
    assert sorted(listed) == sorted(test.test for test in judged.unhappy_tests)
    assert len(failure_groups(judged)) == 1
