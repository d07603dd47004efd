"""What a board that remembers answers: each rule predicts one answer from it and those before."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hil.diagnose.timeline import BELOW, Step, Track, Value, decided, passing_kind

Predict = Callable[["Look", int], Any]
"""What a stage gives in an answer; None where that cannot be told."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One mistake with memory.

    Attributes:
        id: of the catalogue.
        predict: see `Predict`.
        parameters: they fill the title.
    """

    id: str
    predict: Predict
    parameters: dict[str, object]


class Look:
    """One stage over the answers, as a rule looks at it."""

    def __init__(self, steps: Sequence[Step], track: Track) -> None:
        self.steps, self.track = steps, track
        self._before: list[int | None] = []
        last: int | None = None
        for step, value in zip(steps, track.values, strict=True):
            if last is not None and last < step.since:
                last = None
            self._before.append(last)
            last = step.number if value is not None else last

    def value(self, number: int) -> Value:
        value = self.track.values[number]
        assert value is not None
        return value

    def before(self, number: int, back: int = 1) -> Value | None:
        """What the stage gave the time before; None where that is not known, or it is the first."""
        at: int | None = number
        for _ in range(back):
            at = None if at is None else self._before[at]
        return None if at is None else self.track.values[at]

    def due_before(self, number: int) -> Any:
        """What was right in the answer before, whether the stage gave something or not."""
        known = self.track.due and number > self.steps[number].since
        return self.track.due[number - 1] if known else None

    def made(self, number: int) -> int | None:
        """How often the stage gave something since the board's start, this time included."""
        since = self.steps[number].since
        if not self.steps[since].first:
            return None
        return sum(value is not None for value in self.track.values[since : number + 1])

    def start(self, number: int) -> Value | None:
        """The first that the stage gave since the board's start."""
        since = self.steps[number].since
        if not self.steps[since].first:
            return None
        return next((value for value in self.track.values[since:number] if value is not None), None)

    def step_before(self, number: int) -> Step | None:
        return self.steps[number - 1] if number > self.steps[number].since else None


def rules_of(track: Track) -> Iterator[Rule]:
    """The mistakes that a stage can make."""
    if track.name == "the decision":
        yield from _of_decisions()
        return
    if track.name == "whether the map is sent":
        yield from _of_options()
        return
    stale, mixed = _IDS[track.name if track.name in _IDS else track.stage]
    yield from _stale(track, stale)
    known = (value.observed for value in track.values if value is not None)
    if track.name == "the whole answer" and len(next(known, ())) == 1:
        yield from _stale(track, "engine.stale-output")  # of one output nobody can tell
    if any(_numbers(value.observed) for value in track.values if value is not None):
        yield from _mixed(track, mixed)


_IDS = {
    "the whole answer": ("input.previous-image", ""),
    "engine": ("engine.stale-output", "engine.output-mixed"),
    "scores": ("score.previous-image", "score.mixed"),
    "map": ("cam.previous-image", "cam.mixed"),
    "location": ("location.previous-image", "location.mixed"),
}


# ---- an earlier one instead of this one ------------------------------------------


def _stale(track: Track, name: str) -> Iterator[Rule]:
    def right(look: Look, number: int, back: int) -> Any:
        before = look.before(number, back)
        return None if before is None else before.right

    def given(look: Look, number: int) -> Any:
        before = look.before(number)
        return None if before is None else before.observed

    def first(look: Look, number: int) -> Any:
        start = look.start(number)
        return None if start is None else start.observed

    def due(look: Look, number: int) -> Any:
        return look.due_before(number)

    for text, predict in (
        ("the one before", functools.partial(right, back=1)),
        ("the one before", due),
        ("the one before the last", functools.partial(right, back=2)),
        ("the last one that was answered", given),
        ("the first one since the start", first),
    ):
        yield Rule(name, predict, {"image": text, "output": track.name})


# ---- an earlier one mixed into this one --------------------------------------------

_ROUNDINGS: dict[str, Callable[[int, int], int]] = {
    "down": lambda value, by: value // by,
    "towards zero": lambda value, by: abs(value) // by * (1 if value >= 0 else -1),
    "to nearest, half up": lambda value, by: (2 * value + by) // (2 * by),
    "to nearest, half away from zero": lambda value, by: (2 * abs(value) + by) // (2 * by)
    * (1 if value >= 0 else -1),
}  # fmt: skip
_WEIGHTS = ((1, 2), (1, 4), (3, 4), (1, 8), (7, 8))
_SHARES = {(1, 2): "half", (1, 4): "a quarter", (3, 4): "three quarters",
           (1, 8): "an eighth", (7, 8): "seven eighths"}  # fmt: skip
_MOST_SHIFT = 12


def _mixed(track: Track, name: str) -> Iterator[Rule]:
    def rule(how: str, mix: Callable[[int, int], int], side: str) -> Rule:
        def predict(look: Look, number: int) -> Any:
            now, before = look.value(number).right, look.before(number)
            past: Any = None if before is None else getattr(before, side, None)
            if side == "due":
                past = look.due_before(number)
            if not _numbers(now) or not _numbers(past) or len(now) != len(past):
                return None
            return tuple(map(mix, now, past))

        return Rule(name, predict, {"how": how, "what": track.name})

    sides = (("right", "of the answer before"), ("due", "of the answer before"),
             ("observed", "of all before"))  # fmt: skip
    for side, which in sides if track.due else (sides[0], sides[-1]):
        for weight, rounding in itertools.product(_WEIGHTS, _ROUNDINGS.values()):
            mix = functools.partial(_weighted, weight=weight, rounding=rounding)
            yield rule(f"{_SHARES[weight]} is {which}", mix, side)
            apart = functools.partial(_moved, weight=weight, rounding=rounding)
            yield rule(f"{_SHARES[weight]} is {which}", apart, side)
        yield rule(f"the larger of this one and that {which}", max, side)
        yield rule(f"the smaller of this one and that {which}", min, side)
    yield from _added(track, name)


def _weighted(now: int, past: int, *, weight: tuple[int, int], rounding: Any) -> int:
    share, whole = weight
    return int(rounding((whole - share) * now + share * past, whole))


def _moved(now: int, past: int, *, weight: tuple[int, int], rounding: Any) -> int:
    share, whole = weight
    return now + int(rounding(share * (past - now), whole))


def _added(track: Track, name: str) -> Iterator[Rule]:
    """What comes on top of this one: part of the one before, or of all since the start."""

    def predict(look: Look, number: int, part: Callable[[int], int], kept: str) -> Any:
        now, before = look.value(number).right, look.before(number)
        first = look.start(number) is None and look.steps[look.steps[number].since].first
        if not _numbers(now) or (before is None and not (first and kept == "sum")):
            return None
        if before is None:
            return tuple(value + part(value) for value in now)
        if not _numbers(before.right) or len(before.right) != len(now):
            return None
        if kept == "one":
            return tuple(value + part(old) for value, old in zip(now, before.right, strict=True))
        if kept == "given":
            return tuple(value + part(old) for value, old in zip(now, before.observed, strict=True))
        sums = (got - due for got, due in zip(before.observed, before.right, strict=True))
        return tuple(value + part(value) + was for value, was in zip(now, sums, strict=True))

    for shift in range(_MOST_SHIFT + 1):
        by = "" if shift == 0 else f", divided by {1 << shift}"
        for rounding in list(_ROUNDINGS.values())[:2]:
            part = functools.partial(_divided, by=1 << shift, rounding=rounding)
            for kept, how in (
                ("sum", f"those of all answers since the start are added{by}"),
                ("one", f"those of the answer before are added{by}"),
                ("given", f"what was given before is added{by}"),
            ):
                yield Rule(
                    name,
                    functools.partial(predict, part=part, kept=kept),
                    {"how": how, "what": track.name},
                )


def _divided(value: int, by: int, rounding: Callable[[int, int], int]) -> int:
    return rounding(value, by)


def _numbers(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, int) for one in value)


# ---- the decision, and what was asked ----------------------------------------------

_MOST_STEPS = 64


def _of_decisions() -> Iterator[Rule]:
    for text, asked in _THRESHOLDS.items():
        for reported in (True, False):
            yield Rule(
                "decision.request-before",
                functools.partial(_by_threshold, asked=asked, reported=reported),
                {"which": text},
            )
    for text, mix in _SCORES.items():
        yield Rule("decision.score-before", functools.partial(_by_score, mix=mix), {"which": text})
    for text, keep in _HELD.items():
        yield Rule("decision.held", functools.partial(_held, keep=keep), {"how": text})
    for steps in range(1, _MOST_STEPS + 1):
        for up, down in ((0, steps), (steps, 0), (steps, steps)):
            yield Rule(
                "decision.hysteresis",
                functools.partial(_hysteresis, up=up, down=down),
                {"how": _hysteresis_text(up, down)},
            )


def _hysteresis_text(up: int, down: int) -> str:
    """In percent: a step of the score is 100 / 256 %."""
    lower = f"{down * 100 / 256:.1f} % lower after a location"
    higher = f"{up * 100 / 256:.1f} % higher after none"
    return " and ".join(text for text, steps in ((lower, down), (higher, up)) if steps)


def _by_threshold(look: Look, number: int, asked: Any, reported: bool) -> Any:
    percent, step = asked(look, number), look.steps[number]
    score = _score(step)
    if percent is None or score is None:
        return None
    return decided(step, score, percent), percent if reported else step.threshold


def _threshold_before(look: Look, number: int) -> int | None:
    before = look.step_before(number)
    return None if before is None else before.threshold


def _last_given(look: Look, number: int) -> int | None:
    """Of this request or the last that had one; the network's own where none had."""
    since = look.steps[number].since
    for step in reversed(look.steps[since : number + 1]):
        if step.record.asked.threshold is not None:
            return step.record.asked.threshold
    return look.steps[number].threshold if look.steps[since].first else None


def _first_given(look: Look, number: int) -> int | None:
    since = look.steps[number].since
    if not look.steps[since].first:
        return None
    given = (step.record.asked.threshold for step in look.steps[since : number + 1])
    return next((value for value in given if value is not None), look.steps[number].threshold)


def _of_first(look: Look, number: int) -> int | None:
    since = look.steps[number].since
    return look.steps[since].threshold if look.steps[since].first else None


def _of_two(choose: Callable[[int, int], int]) -> Callable[[Look, int], int | None]:
    def chosen(look: Look, number: int) -> int | None:
        now, before = look.steps[number].threshold, _threshold_before(look, number)
        return None if now is None or before is None else choose(now, before)

    return chosen


_THRESHOLDS: dict[str, Callable[[Look, int], int | None]] = {
    "that of the request before": _threshold_before,
    "the last that any request gave, where this one gives none": _last_given,
    "the first that any request gave": _first_given,
    "that of the first request since the start": _of_first,
    "the higher of this request's and the one before's": _of_two(max),
    "the lower of this request's and the one before's": _of_two(min),
    "the mean of this request's and the one before's": _of_two(lambda a, b: (a + b) // 2),
}

_SCORES: dict[str, Callable[[int, int], int]] = {
    "the score of the answer before": lambda now, before: before,
    "the mean of this score and the one before": lambda now, before: (now + before) // 2,
    "three quarters of this score and a quarter of the one before": lambda now, before: (
        (3 * now + before) // 4
    ),
    "the larger of this score and the one before": max,
    "the smaller of this score and the one before": min,
}


def _score(step: Step) -> int | None:
    head, scores = step.head, step.record.scores
    if head is None or head.positive_class >= len(scores):
        return None
    return scores[head.positive_class]


def _by_score(look: Look, number: int, mix: Callable[[int, int], int]) -> Any:
    step, before = look.steps[number], look.step_before(number)
    now, past = _score(step), None if before is None else _score(before)
    if now is None or past is None or step.threshold is None:
        return None
    return decided(step, mix(now, past), step.threshold), step.threshold


_HELD: dict[str, Callable[[bool, bool, bool], bool]] = {
    # of (is it due now, was it due before, was it given before)
    "as it was in the answer before": lambda now, due, given: due,
    "never again below the threshold once it was reached": lambda now, due, given: now or given,
    "never again reached once it was not": lambda now, due, given: now and given,
    "reached one answer longer than it is": lambda now, due, given: now or due,
    "reached one answer later than it is": lambda now, due, given: now and due,
}


def _held(look: Look, number: int, keep: Callable[[bool, bool, bool], bool]) -> Any:
    now, before = look.value(number), look.before(number)
    step = look.steps[number]
    if now.right is None or before is None or before.right is None:
        return None
    kinds = (now.right[0], before.right[0], before.observed[0])
    passed = keep(*(kind != BELOW for kind in kinds))
    return (passing_kind(step) if passed else BELOW), step.threshold


def _hysteresis(look: Look, number: int, up: int, down: int) -> Any:
    """The threshold is moved, in steps of the score, by what was answered before."""
    step, before = look.steps[number], look.before(number)
    score = _score(step)
    if score is None or before is None or step.threshold is None:
        return None
    moved = score + down if before.observed[0] != BELOW else score - up
    return decided(step, moved, step.threshold), step.threshold


def _of_options() -> Iterator[Rule]:
    """Whether the map is sent though nobody asked for it, or not though somebody did."""

    def sent(look: Look, number: int, asked: Callable[[bool, bool, bool], bool]) -> Any:
        before = look.step_before(number)
        if before is None:
            return None
        past = look.steps[look.steps[number].since : number]
        if not look.steps[look.steps[number].since].first and asked is _ever:
            return None
        now = look.steps[number].record.asked.cam
        wanted = asked(now, before.record.asked.cam, any(step.record.asked.cam for step in past))
        decision = look.steps[number].record.location
        return wanted or getattr(decision, "value", "") != BELOW

    for text, asked in (
        ("that of the request before applies", lambda now, before, ever: before),
        ("once asked for, it stays", _ever),
        ("that of this request or the one before applies", lambda now, before, ever: now or before),
    ):
        yield Rule("answer.option-kept", functools.partial(sent, asked=asked), {"how": text})


def _ever(now: bool, before: bool, ever: bool) -> bool:
    return now or ever


def applied_threshold(rule: Rule, look: Look, number: int) -> int | None:
    """Percent that a rule of thresholds applies to an answer."""
    asked = _THRESHOLDS.get(str(rule.parameters.get("which")))
    return None if asked is None else asked(look, number)
