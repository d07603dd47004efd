"""What a board remembers: rules that predict every answer from those before it.

A rule is named only where it gives every wrong answer of a stage exactly, and where the answers in
which it does not show differ from the others by one thing, the occasion. Everything else stays
facts: under which history an answer is right, and under which it is wrong.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hil.diagnose.bisected import threshold_facts
from hil.diagnose.catalogue import finding
from hil.diagnose.drift import drifts
from hil.diagnose.hypothesis import SURE_BITS
from hil.diagnose.occasions import occasions, same_sample, separates
from hil.diagnose.outcome import Outcome
from hil.diagnose.rules import Look, Rule, rules_of
from hil.diagnose.timeline import MAP_SENT, Step, Track, Value, steps_of, tracks_of
from hil.facts.diagnosis import Finding, Unexplained
from hil.facts.keys import asked_key
from hil.judge.judged import JudgedRun

_LIKELY = 1e-3
_AT_TIMES_BITS = 64.0
_MOST_FACTS = 4


@dataclass(frozen=True, eq=False)
class Fit:
    """A rule that gives every wrong answer of a stage.

    Attributes:
        made: the wrong answers that it predicts.
        silent: wrong ones of which it cannot tell, as nothing is known to have run before.
        not_made: right answers that it would make wrong.
        occasion: when it is made; empty for always.
    """

    rule: Rule
    made: tuple[int, ...]
    silent: tuple[int, ...]
    not_made: tuple[int, ...]
    occasion: str = ""


def explain_history(judged: JudgedRun, outcome: Outcome) -> None:
    """Adds what the board remembers, stage by stage, and settles the stages that it explains.

    Stages whose answers hang on what ran before, and that nothing explains, get their facts.
    """
    steps = steps_of(judged)
    known: set[int] = set()  # steps whose answer is explained by an earlier stage
    for track in tracks_of(steps):
        told = _without(track, known)
        failing = told.failing(steps)
        if not failing or told.key in outcome.settled:
            continue
        varying = _varying(steps, told)
        if not varying:
            # Nothing shows that what ran before matters: what needs no memory is likelier.
            steady = _steady(steps, told, failing)
            if steady:
                facts = threshold_facts(steps) if told.name == "the decision" else ()
                outcome.notes.setdefault(told.key, (*_STEADY, *facts))
            if steady or told.bits < SURE_BITS:
                continue
        look = Look(steps, told)
        fits = _fits(look, outcome)
        if fits:
            outcome.findings.append(_finding(look, fits))
            known.update(fits[0].made, fits[0].silent)
            outcome.settled.update(_SETTLED.get(told.name, _OF_KEY.get(told.key, (told.key,))))
        elif varying:
            outcome.varying.setdefault(told.key, history_facts(steps, told, varying))
            if told.key == MAP_SENT:  # nothing else looks at it
                wrong = tuple(dict.fromkeys(steps[n].name for n in failing))
                what, facts = f"{told.name} is wrong at times", outcome.varying[MAP_SENT]
                outcome.unexplained.append(Unexplained(told.stage, what, wrong, facts))


_OF_KEY = {"engine": ("engine", "input")}
_STEADY = ("asked again after other samples, the board gives the same wrong answers: what ran "
           "before does not matter",)  # fmt: skip
_SETTLED = {"the whole answer": ("input", "engine", "scores", "map", "decision", "location")}


def _without(track: Track, known: set[int]) -> Track:
    """The stage without what an earlier stage explains."""
    values = tuple(
        Value(None, value.observed) if value is not None and number in known else value
        for number, value in enumerate(track.values)
    )
    return dataclasses.replace(track, values=values)


# ---- does it hang on what ran before? ----------------------------------------------


def _questions(steps: Sequence[Step], track: Track) -> dict[object, list[int]]:
    """By what was asked, the answers in which the stage gave something and it is known what is
    due."""
    found: dict[object, list[int]] = {}
    for number, value in enumerate(track.values):
        if value is not None and value.right is not None:
            record = steps[number].record
            found.setdefault((asked_key(record), record.asked.cam), []).append(number)
    return found


def _varying(steps: Sequence[Step], track: Track) -> list[list[int]]:
    """The questions that got different answers, at least one of them wrong."""

    def varies(numbers: Sequence[int]) -> bool:
        values = [value for n in numbers if (value := track.values[n]) is not None]
        seen = {value.observed for value in values}
        return len(seen) > 1 and any(value.failing for value in values)

    return [numbers for numbers in _questions(steps, track).values() if varies(numbers)]


def _steady(steps: Sequence[Step], track: Track, failing: Iterable[int]) -> bool:
    """Whether a question that is answered wrongly was asked after different samples."""
    wrong = set(failing)
    asked = (numbers for numbers in _questions(steps, track).values() if wrong & set(numbers))

    def histories(numbers: Sequence[int]) -> int:
        befores = {
            steps[n - 1].record.asked.image_crc if n > steps[n].since else None for n in numbers
        }
        return len(befores)

    return any(histories(numbers) > 1 for numbers in asked)


# ---- which rule gives the answers? -------------------------------------------------


def _fits(look: Look, outcome: Outcome) -> list[Fit]:
    """The rules that give all wrong answers; those of all answers before those at times."""
    tried, found = 0, []
    for rule in (*rules_of(look.track), *drifts(look.track)):
        tried += 1
        fit = outcome.guard(rule.id, lambda rule=rule: _fit(look, rule))  # type: ignore[misc]
        if fit is not None:
            found.append(fit)
    outcome.tested += tried
    always = [fit for fit in found if not fit.not_made and _sure(look, fit, tried)]
    if always:
        return always
    timed = []
    for fit in found:
        for text, occasion in occasions(look, fit.made):
            tried += 1
            if separates(look, occasion, fit.made, fit.not_made):
                timed.append(dataclasses.replace(fit, occasion=text))
                break
    timed = [fit for fit in timed if _sure(look, fit, tried)]
    if timed:
        return timed
    return [fit for fit in found if look.track.bits * len(fit.made) >= _AT_TIMES_BITS]


def _fit(look: Look, rule: Rule) -> Fit | None:
    """None if a wrong answer, or what is right, speaks against the rule."""
    made, silent, not_made, passing = [], [], [], []
    for number, value in enumerate(look.track.values):
        if value is None or value.right is None:
            continue
        if not value.failing:
            passing.append(number)
            continue
        predicted = rule.predict(look, number)
        if predicted is None:
            silent.append(number)
        elif predicted == value.observed:
            made.append(number)
        else:
            return None
    if not made or len(silent) > len(made):
        return None
    for number in passing:
        predicted = rule.predict(look, number)
        if predicted is not None and predicted != look.value(number).right:
            not_made.append(number)
    return Fit(rule, tuple(made), tuple(silent), tuple(not_made))


def _sure(look: Look, fit: Fit, tried: int) -> bool:
    """Whether so many rules and occasions would hardly give these answers by chance."""
    told = sum(value is not None and value.right is not None for value in look.track.values)
    which = math.log2(math.comb(told, len(fit.made)))
    bits = look.track.bits * len(fit.made) + which
    return bool(tried * 2.0 ** -min(bits, 1000.0) <= _LIKELY)


def _finding(look: Look, fits: Sequence[Fit]) -> Finding:
    first = fits[0]
    steps, rule = look.steps, first.rule
    wrong = sorted(first.made + first.silent)
    right = len(look.track.passing())
    evidence = f"explains {len(first.made)} of {len(wrong)} wrong answers in {look.track.name}"
    evidence += ", exactly"
    if right and (not first.not_made or first.occasion):
        evidence += f", and {right} right ones too"
    evidence += f"; it is so {first.occasion}" if first.occasion else ""
    if first.not_made and not first.occasion:
        evidence += f"; it happens at times: in {len(first.not_made)} answers it would show too"
    evidence += "; what ran before the others is not known" if first.silent else ""
    example = _example(look, first)
    evidence += f"; {example}" if example else ""
    images = tuple(dict.fromkeys(steps[n].name for n in wrong))
    like, others = "", {}
    for fit in fits[1:]:
        title = finding(fit.rule.id, "", "", **fit.rule.parameters).title
        title += f", {fit.occasion}" if fit.occasion else ""
        if fit.rule.id != rule.id:
            others[fit.rule.id] = title
        elif fit.rule.parameters != rule.parameters:
            like = title
    evidence += f"; so would they be if {like}" if like else ""
    made = finding(rule.id, look.track.stage, evidence, images, **rule.parameters)
    return dataclasses.replace(
        made,
        explained=len(first.made),
        failures=len(wrong),
        alternatives=tuple(others.items()),
    )


def _example(look: Look, fit: Fit) -> str:
    """What was applied to one answer, where a threshold is what went wrong."""
    if fit.rule.id != "decision.request-before":
        return ""
    from hil.diagnose.rules import applied_threshold

    for number in fit.made:
        step = look.steps[number]
        percent = applied_threshold(fit.rule, look, number)
        if percent is not None:
            return f"{percent} % were applied to {step.name}, where {step.threshold} % were asked"
    return ""


# ---- the facts ---------------------------------------------------------------------


def history_facts(
    steps: Sequence[Step], track: Track, varying: Sequence[Sequence[int]]
) -> tuple[str, ...]:
    """Under which history the same question is answered rightly, and under which wrongly."""
    facts = []
    by_weight = sorted(varying, key=len, reverse=True)
    for numbers in by_weight[:_MOST_FACTS]:
        counts: dict[str, list[int]] = {}
        for number in numbers:
            value = track.values[number]
            assert value is not None
            told = counts.setdefault(situation(steps, number), [0, 0])
            told[0] += not value.failing
            told[1] += 1
        parts = (f"{right} of {total} {when}" for when, (right, total) in sorted(counts.items()))
        facts.append(f"{_question(steps[numbers[0]])}: {track.name} right {', '.join(parts)}")
    if track.name == "the decision":
        facts += threshold_facts(steps)
    return (*facts, *_numbers_of(steps, track))


def _question(step: Step) -> str:
    percent = step.record.asked.threshold
    return step.name if percent is None else f"{step.name} at {percent} %"


def situation(steps: Sequence[Step], number: int) -> str:
    """What was before an answer, in words."""
    step = steps[number]
    if step.record.asked.traced:
        return "where it was traced"
    if step.first:
        return "right after a start"
    if step.record.after:
        return f"after a {step.record.after}"
    if step.record.asked.refused_before:
        return "after a refused request"
    if number == step.since:
        return "after something that is not known"
    before = steps[number - 1]
    if not same_sample(step, before):
        return "after another sample"
    asked, last = step.record.asked, before.record.asked
    options = ((one.threshold, one.cam, one.stage, one.traced) for one in (asked, last))
    alike = len(set(options)) == 1
    return "after itself" if alike else "after itself with other options"


def _numbers_of(steps: Sequence[Step], track: Track) -> tuple[str, ...]:
    """Which answers since the start are wrong, where that is regular."""
    from hil.diagnose.occasions import ordinal

    wrong = {steps[n].record.count for n in track.failing(steps)}
    right = {steps[n].record.count for n in track.passing()}
    for length in range(2, 65):
        for rest in range(length):
            of_it = {count for count in wrong | right if count % length == rest}
            if len(of_it) > 2 and of_it == wrong:
                first = rest or length
                text = f"{first}, {first + length}, ..."
                return (f"wrong is every {ordinal(length)} answer since the start: {text}",)
    return ()
