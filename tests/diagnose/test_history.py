"""A board that remembers: what it keeps is named, or the facts are told; never another cause."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from hil.diagnose.outcome import Outcome
from hil.diagnose.remembered import explain_history
from hil.judge.judged import judge_recorded
from hil_lab.fakes.remembering_board import Memory, Moment, run_with_memory

Change = Callable[[Moment, Any], Any]


def diagnosed(memory: Memory, seed: int, *, thrifty: bool = True) -> Outcome:
    outcome = Outcome()
    run = run_with_memory(memory, seed, thrifty=thrifty)
    explain_history(judge_recorded(run), outcome)
    return outcome


def kept(stage: str, part: str, change: Change, when: Callable[[Moment], bool]) -> Memory:
    """A part of the answer becomes `change(moment, the part of the answer before)`, at times."""

    def memory(now: Moment, state: dict[str, Any]) -> None:
        if now.stage != stage:
            return
        due, before = getattr(now, part), state.get(part)
        if before is not None and when(now):
            setattr(now, part, change(now, before))
        state[part] = due

    return memory


def mean(now: tuple[int, ...], before: tuple[int, ...]) -> tuple[int, ...]:
    return tuple((a + b) // 2 for a, b in zip(now, before, strict=True))


OCCASIONS: dict[str, Callable[[Moment], bool]] = {
    "always": lambda now: True,
    "every 7th": lambda now: now.count % 7 == 0,
    "every 3rd": lambda now: now.count % 3 == 1,
    "with a threshold": lambda now: now.threshold is not None,
    "from the 5th": lambda now: now.count >= 5,
    "without the map": lambda now: not now.cam,
}

KEPT: dict[str, tuple[str, str, Change, str]] = {
    "scores of before": ("scores", "scores", lambda now, before: before, "score.previous-image"),
    "mean of scores": ("scores", "scores", lambda now, was: mean(now.scores, was), "score.mixed"),
    "map of before": ("map", "map", lambda now, before: before, "cam.previous-image"),
    "mean of maps": ("map", "map", lambda now, was: mean(now.map, was), "cam.mixed"),
    "cell of before": ("location", "cell", lambda now, before: before, "location.previous-image"),
}


def sticky_threshold(now: Moment, state: dict[str, Any]) -> None:
    if now.stage == "threshold":
        if now.threshold is None:
            now.applied = now.reported = state.get("last", now.applied)
        else:
            state["last"] = now.threshold


def threshold_of_before(now: Moment, state: dict[str, Any]) -> None:
    if now.stage == "threshold":
        due = now.applied
        now.applied = state.get("last", due)
        state["last"] = due


def hysteresis(steps: int) -> Memory:
    def memory(now: Moment, state: dict[str, Any]) -> None:
        if now.stage == "decision":
            score = now.scores[1] + (steps if state.get("passed") else 0)
            now.passed = (score + 128) * 100 >= now.applied * 256
            state["passed"] = now.passed

    return memory


def option_of_before(now: Moment, state: dict[str, Any]) -> None:
    if now.stage == "option":
        now.sent = now.passed or state.get("cam", now.cam)
        state["cam"] = now.cam


def adding_up(now: Moment, state: dict[str, Any]) -> None:
    if now.stage == "map":
        total = state.get("total", (0,) * len(now.map))
        total = tuple(a + int(b / 256) for a, b in zip(total, now.map, strict=True))
        now.map = tuple(a + b for a, b in zip(total, now.map, strict=True))
        state["total"] = total


def after_a_refusal(now: Moment, state: dict[str, Any]) -> None:
    if now.stage == "scores":
        due = now.scores
        if now.refused and "last" in state:
            now.scores = state["last"]
        state["last"] = due


def drifting(now: Moment, state: dict[str, Any]) -> None:
    if now.stage == "map":
        state["maps"] = state.get("maps", 0) + 1
        now.map = tuple(cell + state["maps"] // 16 for cell in now.map)


OTHERS: dict[str, tuple[Memory, str]] = {
    "sticky threshold": (sticky_threshold, "decision.request-before"),
    "threshold of before": (threshold_of_before, "decision.request-before"),
    "hysteresis": (hysteresis(30), "decision.hysteresis"),
    "option of before": (option_of_before, "answer.option-kept"),
    "adding up": (adding_up, "cam.mixed"),
    "drift": (drifting, "answer.drift"),
    "after a refusal": (after_a_refusal, "score.previous-image"),
}


def unknown(stage: str, part: str, change: Change) -> Memory:
    """A part that hangs on the past in a way that no rule has."""

    def memory(now: Moment, state: dict[str, Any]) -> None:
        if now.stage == stage:
            state["n"] = state.get("n", 0) + 1
            setattr(now, part, change(now, state["n"]))

    return memory


UNKNOWN: dict[str, Memory] = {
    "scores drift": unknown(
        "scores", "scores", lambda now, n: (now.scores[0], now.scores[1] // 2 - n // 9)
    ),
    "scores toggle": unknown(
        "scores", "scores", lambda now, n: tuple(score ^ (n & 1) for score in now.scores)
    ),
    "map turns": unknown("map", "map", lambda now, n: now.map[n % 36 :] + now.map[: n % 36]),
    "threshold drifts": unknown("threshold", "applied", lambda now, n: now.applied + n % 40),
    "decision by the clock": unknown(
        "decision", "passed", lambda now, n: now.passed ^ (n * n % 11 == 3)
    ),
    "map left out at times": unknown("option", "sent", lambda now, n: now.sent and n * n % 5 != 4),
    "cell wanders": unknown("location", "cell", lambda now, n: (n % 6, n * 5 % 6)),
}


def test_a_sound_board_gives_nothing_to_explain() -> None:
    outcome = diagnosed(lambda now, state: None, 1)
    assert not outcome.findings
    assert not outcome.varying


@pytest.mark.parametrize("thrifty", [True, False])
@pytest.mark.parametrize("fault", KEPT)
def test_what_is_kept_of_the_answer_before_is_named(fault: str, thrifty: bool) -> None:
    stage, part, change, expected = KEPT[fault]
    outcome = diagnosed(kept(stage, part, change, OCCASIONS["always"]), 7, thrifty=thrifty)
    assert [found.id for found in outcome.findings] == [expected]
    assert "at times" not in outcome.findings[0].evidence


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("fault", OTHERS)
def test_what_a_request_leaves_behind_is_named(fault: str, seed: int) -> None:
    memory, expected = OTHERS[fault]
    outcome = diagnosed(memory, seed)
    assert [found.id for found in outcome.findings] == [expected]


def test_the_threshold_that_was_applied_is_told() -> None:
    outcome = diagnosed(threshold_of_before, 3)
    assert "% were applied to sample-" in outcome.findings[0].evidence


def test_every_seventh_answer_is_told_as_that() -> None:
    memory = kept("map", "map", lambda now, before: before, OCCASIONS["every 7th"])
    outcome = diagnosed(memory, 5)
    assert [found.id for found in outcome.findings] == ["cam.previous-image"]
    assert "in every 7th answer since the start (7, 14, ...)" in outcome.findings[0].evidence


def forgetful(stage: str, part: str, change: Callable[[Moment], Any]) -> Memory:
    """A mistake in a part that hangs on nothing but the sample and its request."""

    def memory(now: Moment, state: dict[str, Any]) -> None:
        if now.stage == stage:
            setattr(now, part, change(now))

    return memory


FORGETFUL: dict[str, Memory] = {
    "another threshold": forgetful("threshold", "applied", lambda now: now.applied + 7),
    "scores halved": forgetful("scores", "scores", lambda now: tuple(s // 2 for s in now.scores)),
    "map mirrored": forgetful("map", "map", lambda now: now.map[::-1]),
    "decision by parity": forgetful("decision", "passed", lambda now: now.scores[1] % 2 == 0),
    "first row": forgetful("location", "cell", lambda now: (0, now.cell[1] if now.cell else 0)),
    "map left out": forgetful("option", "sent", lambda now: now.passed),
}


@pytest.mark.parametrize("fault", FORGETFUL)
def test_a_mistake_that_needs_no_memory_is_left_to_the_other_stages(fault: str) -> None:
    outcome = diagnosed(FORGETFUL[fault], 25)
    assert not outcome.findings
    assert not outcome.varying
    noted = [note for notes in outcome.notes.values() for note in notes]
    assert any("what ran before does not matter" in note for note in noted)


def test_the_threshold_at_which_the_decision_changes_is_told() -> None:
    outcome = diagnosed(FORGETFUL["another threshold"], 25)
    told = [fact for fact in outcome.notes["decision"] if "whose score is" in fact]
    found = re.search(r"score is ([0-9.]+) %: (\d+) % are reached, (\d+) % are not", told[0])
    assert found is not None
    score, reached, missed = map(float, found.groups())
    assert reached + 7 <= score < missed + 7
    assert missed == reached + 1


@pytest.mark.parametrize("fault", UNKNOWN)
def test_what_no_rule_has_stays_facts(fault: str) -> None:
    outcome = diagnosed(UNKNOWN[fault], 11)
    assert not outcome.findings
    facts = [fact for of_stage in outcome.varying.values() for fact in of_stage]
    assert any(" right " in fact and " of " in fact for fact in facts)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_memory_is_never_told_as_another(seed: int) -> None:
    chance = random.Random(seed)
    stage, part, change, expected = KEPT[chance.choice(list(KEPT))]
    when = OCCASIONS[chance.choice(list(OCCASIONS))]
    outcome = diagnosed(kept(stage, part, change, when), 100 + seed)
    for found in outcome.findings:
        assert expected in (found.id, *(name for name, _ in found.alternatives))
